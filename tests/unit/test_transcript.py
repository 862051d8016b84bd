"""Conversations as files, and their proof against the index."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import get_args

import pytest
from harness.fakes import BRIDGE, citation

from askvisit import transcript
from askvisit.cli import main
from askvisit.errors import DataError
from askvisit.index import Articles, build_index, open_index
from askvisit.records import Answer, AnswerGroup, ArticleRequest, GroupMember, Hit, numbered_on

QUOTE = "The mayor opened the bridge on Monday."
BOLD = "**The mayor** opened the bridge on Monday."
QUOTE_AT = BRIDGE.index(QUOTE)


def found(question="Who opened the bridge?", quote=QUOTE, span="The mayor", **changed) -> Answer:
    cited = citation(BRIDGE, quote, span, paragraph=2)
    return Answer(question, question, "answer", True, f"{quote} [1]", 0.9, (cited,), **changed)


REFUSED = Answer("Why?", "Why did it rain?", "not_found", False, "The articles do not say.", 0.1)


def statuses(answers, folder):
    return [proof.status for proof in transcript.prove(answers, Articles(open_index(folder)))]


def saved(tmp_path, text, name="saved.json"):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def test_an_export_is_read_back_and_proved(small, tmp_path):
    path = saved(tmp_path, transcript.to_json([found(), REFUSED]))
    read = transcript.read(path)
    assert [Answer.from_dict(answer) for answer in read] == [found(), REFUSED]
    assert statuses(read, small) == ["intact"]


def test_every_form_of_answers_is_read(tmp_path):
    one = json.dumps(asdict(found()))
    lines = "\n".join([one, "", '{"error": "the question is empty", "id": 2}', one])
    assert len(transcript.read(saved(tmp_path, one))) == 1
    assert len(transcript.read(saved(tmp_path, f"[{one}, {one}]"))) == 2
    assert len(transcript.read(saved(tmp_path, "\ufeff" + lines))) == 2
    parted = json.dumps(asdict(found()) | {"question": "Who\u2028met?"}, ensure_ascii=False)
    assert len(transcript.read(saved(tmp_path, f"{parted}\n{parted}\n"))) == 2


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}", "[]", "3", "null", '"x"', "[" * 9999, "Hi."),
        *('{"question": "Q", "citations": [{}]}', transcript.to_markdown([found()])),
    ],
)
def test_what_is_no_file_of_answers(text, tmp_path):
    with pytest.raises(DataError, match="not a file of answers"):
        transcript.read(saved(tmp_path, text))


def test_a_file_that_is_missing_or_no_text(tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for name, reason in (("missing", "No such file or directory"), ("binary", "not UTF-8")):
        with pytest.raises(DataError) as caught:
            transcript.read(tmp_path / name)
        assert str(caught.value) == f"{tmp_path / name} cannot be read ({reason})"


def test_moved_changed_and_gone(small):
    article = small / "articles" / "bridge.txt"
    article.write_text("A first paragraph, which is new here.\n\n" + BRIDGE)
    rebuilt(small)
    (proof,) = transcript.prove([found()], Articles(open_index(small)))
    assert (proof.status, proof.now_at) == ("moved", article.read_text().index(QUOTE))
    article.write_text(BRIDGE.replace("Monday", "Tuesday"))
    rebuilt(small)
    assert statuses([found()], small) == ["changed"]
    article.unlink()
    rebuilt(small)
    assert statuses([found()], small) == ["gone"]


def test_an_edit_elsewhere_leaves_a_quote_intact(small):
    (small / "articles" / "bridge.txt").write_text(BRIDGE.replace("A band", "A choir"))
    rebuilt(small)
    assert statuses([found()], small) == ["intact"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"quote": QUOTE.replace("Monday", "Sunday")}, "changed"),
        ({"quote": QUOTE.replace("Monday", "a rainy Monday")}, "changed"),
        ({"quote": ""}, "changed"),
        ({"span": "The miner"}, "changed"),
        ({"start": 3}, "moved"),
        ({"start": -3}, "moved"),
        ({"span_start": 0}, "moved"),
        ({"span": "A", "span_start": 0, "span_end": 1}, "changed"),
        ({"span": "", "span_end": QUOTE_AT}, "moved"),
        ({"article_id": "other.txt"}, "gone"),
        ({"article_sha256": "0" * 64}, "intact"),
    ],
)
def test_an_edited_answer_is_told_not_raised(changes, status, small):
    data = json.loads(json.dumps(asdict(found())))
    data["citations"][0] |= changes
    assert statuses([data], small) == [status]


@pytest.mark.parametrize("name", ["span_start", "span_end"])
@pytest.mark.parametrize("offset", ["", None, "3", 3.0, True])
def test_the_offsets_of_a_span_are_whole_numbers(name, offset, tmp_path):
    data = json.loads(json.dumps(asdict(found())))
    data["citations"][0][name] = offset
    with pytest.raises(DataError, match="not a file of answers"):
        transcript.read(saved(tmp_path, json.dumps(data)))


def test_an_answer_may_be_part_of_another(small, tmp_path):
    whole = found("Who opened it? Why?", parts=(REFUSED, found("Who opened it?")))
    answers = [REFUSED, found("Who opened it?"), whole]
    read = transcript.read(saved(tmp_path, transcript.to_json(answers)))
    assert statuses(read, small) == ["intact"] * 2


def test_markdown_shows_question_quote_and_place():
    text = transcript.to_markdown([found(), REFUSED])
    cited = found().citations[0]
    assert "## Who opened the bridge?" in text
    assert f"> {BOLD} [1]" in text
    assert f"[1] bridge.txt {cited.start}-{cited.end}. " in text
    assert text.count(f"bridge.txt sha256 {cited.article_sha256}*") == 1
    assert "*Understood as: Why did it rain?*" in text
    assert text.count("*Confidence: ") == 1
    guess = transcript.to_markdown([replace(found(), confidence=0.123)])
    assert "*Confidence: 12 %*" in guess


def test_the_likely_places_of_a_refusal_are_shown_with_their_articles():
    start = BRIDGE.index("A band")
    hit = Hit("bridge.txt", start, len(BRIDGE), BRIDGE[start:], 0.5, 1.0, 1.0, "A *Bridge*")
    unsure = replace(REFUSED, refusal="unsure", nearest=(hit,))
    text = transcript.to_markdown([unsure])
    assert "The articles do not say.\n\n- A band played" in text
    assert r"(A \*Bridge\*)" in text
    assert "A band" not in transcript.to_markdown([replace(unsure, refusal="absent")])


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://paper.example/a_b", " <https://paper.example/a_b>"),
        ("https://x.example/<b>", " https://x.example/\\<b\\>"),
        (None, ""),
    ],
)
def test_markdown_names_paper_authors_day_and_address(url, shown):
    known = {"source": "The *Post", "author": "Ada Quill", "date": "2025-03-14T09:00", "url": url}
    answer = found()
    cited = replace(answer.citations[0], **known)
    text = transcript.to_markdown([replace(answer, citations=(cited,))])
    assert f"Town, The \\*Post, Ada Quill, 14 March 2025, paragraph 2{shown}\n\n" in text


def test_markdown_lists_who_says_what_where_articles_differ():
    cited = found().citations[0]
    said = f"“{cited.quote}”"
    members = (
        GroupMember(cited, "The *Post", "2021-05-03", 0.9),
        GroupMember(cited, None, None, 0.5),
    )
    groups = (
        AnswerGroup("on <Monday>", "date", True, members, "newest"),
        AnswerGroup("on Sunday", "date", True, members[:1], "earlier"),
    )
    listed = (
        f"\n\n- newest: **on \\<Monday\\>** (The \\*Post, 2021-05-03: {said}; "
        f"A Bridge for the Town: {said})\n"
        f"- earlier: **on Sunday** (The \\*Post, 2021-05-03: {said})\n\n"
    )
    assert listed in transcript.to_markdown([found(groups=groups)])
    agreeing = replace(groups[0], differs=False)
    assert "on \\<Monday" not in transcript.to_markdown([found(groups=(agreeing,))])


@pytest.mark.parametrize("wanted", get_args(ArticleRequest))
def test_what_was_requested_of_an_article_has_no_confidence(wanted):
    assert "Confidence" not in transcript.to_markdown([found(request=wanted)])


@pytest.mark.parametrize("question", ["-->\n# Title", "<b>*x*</b>", "\ud800?", "a\0b", "`[x](y)`"])
def test_any_question_survives(question, tmp_path):
    (read,) = transcript.read(saved(tmp_path, transcript.to_json([found(question)])))
    assert read["question"] == question


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("-->\n# Title", "## --\\>\n\\# Title"),
        ("<b>x</b>", "## \\<b\\>x\\</b\\>"),
        ("a\0b", "## ab"),
    ],
)
def test_markdown_escapes_markup(question, heading):
    assert f"\n\n{heading}\n\n" in transcript.to_markdown([found(question)])


def test_parts_are_shown_alone_and_proved_once(small, tmp_path):
    parts = (found("Who opened it?"), REFUSED)
    whole = found("Who opened it? Why?", parts=parts)
    assert "### Who opened it?" in transcript.to_markdown([whole])
    read = transcript.read(saved(tmp_path, transcript.to_json([whole])))
    assert statuses(read, small) == ["intact"]


def two_parts() -> Answer:
    """Two questions in a line: the quotes of its parts are numbered on."""
    came = found("Who came?", "The minister came to see the bridge.", "The minister")
    parts = numbered_on((found("Who opened it?"), came))
    cited = tuple(part.citations[0] for part in parts)
    return replace(parts[0], question="Who opened it? Who came?", citations=cited, parts=parts)


def test_the_quotes_of_parts_are_numbered_on(small):
    text = transcript.to_markdown([two_parts()])
    assert f"> {BOLD} [1]" in text
    assert "> **The minister** came to see the bridge. [2]" in text
    assert text.count("- [1] ") == text.count("- [2] ") == 1
    proofs = transcript.prove([two_parts()], Articles(open_index(small)))
    assert [(proof.number, proof.status) for proof in proofs] == [(1, "intact"), (2, "intact")]


def test_what_only_a_record_says_is_below_the_quotes():
    said = "According to its record, the publication date is *2019*.\n1 of 2 articles has no date."
    asked = found(request="date")
    noted = replace(asked, text=f"{asked.text}\n{said}", notes=tuple(said.splitlines()))
    for answer in (noted, replace(noted, parts=(noted, REFUSED))):
        text = transcript.to_markdown([answer])
        quote = text.index(f"> {BOLD} [1]")
        assert quote < text.index("date is \\*2019\\*.\n\n1 of 2 articles has no date.\n\n- [1] ")


def test_a_part_that_was_edited_alone_is_told(small):
    whole = found("Who opened it? Why?", parts=(found("Who opened it?"), REFUSED))
    data = json.loads(json.dumps(asdict(whole)))
    data["parts"][0]["citations"][0]["quote"] = QUOTE.replace("mayor", "miner")
    assert statuses([data], small) == ["intact", "changed"]


def test_verify_answers(small, tmp_path, capsys):
    path = saved(tmp_path, transcript.to_json([found()]))
    arguments = ["verify", "--index", str(small), "--answers", str(path)]
    assert main(arguments) == 0
    assert "intact   [1] The mayor opened" in capsys.readouterr().out
    path.write_text(path.read_text().replace("on Monday", "on Friday"))
    assert main(arguments) == 4
    assert "changed" in capsys.readouterr().out
    path.write_text(transcript.to_json([REFUSED]))
    assert main(arguments) == 0
    path.write_text("nonsense")
    assert main(arguments) == 1
    assert "not a file of answers" in capsys.readouterr().err


def rebuilt(folder):
    from harness.fakes import WordCounts

    build_index(index=folder, encoder=WordCounts())
