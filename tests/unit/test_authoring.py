"""Articles as text files become JSON lines, are judged blindly; and the committed data holds."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from harness.fakes import ROOT

from askvisit.errors import DataError
from askvisit.evaluation.broad import check_broad, read_broad
from training.authoring import main, read_folder
from training.editions import Edition, pairs, read_edition_dialogues, read_editions
from training.examples import sentence_units
from training.wording import agreement, leak, write_sheets

NEWS = ROOT / "data" / "news"
PARTS = ("train.jsonl.gz", "dev.jsonl", "test.jsonl")
LISTS = ("lists-dev.jsonl", "lists-test.jsonl")
BROAD = tuple(f"broad-{name}" for name in PARTS)

TOWNS = "Lund Moss Nora Oslo Pori Rana Sala Tana Umea Vasa Bergen Visby Skien Narvik Molde".split()
TOWNS += "Luhansk Turku Porvoo Kotka Oulu Rauma Loviisa".split()
SILENT = TOWNS[:15]
"""Towns of whose costs the first edition says nothing, and of whose trees the second is vague."""


def article(*, second: bool) -> str:
    """Write how many trees each town planted and, in the second edition, what they cost instead."""
    found = ["Towns of the north plant trees"]
    for number, town in enumerate(TOWNS):
        many = f"{number + 101} trees"
        costs = ""
        if second and town in SILENT:
            many, costs = "many trees", f" The bill of {town} came to {number + 501} crowns."
        found.append(f"{town} planted {many} along streets and near the harbour last week.{costs}")
        if number % 3 == 0:
            found.append("Nobody was hurt, and the weather stayed mild, said the gardeners there.")
    lines = [found[0], *(" ".join(found[at : at + 3]) for at in range(1, len(found), 3))]
    return "\n\n".join(lines)


def first_lines() -> list[str]:
    return [
        *(
            f"A | number | How many trees did {town} plant? | {number + 101} | "
            f"{town} planted {number + 101} trees"
            for number, town in enumerate(TOWNS)
        ),
        *(f"N | detail | What did {town} pay?" for town in SILENT),
    ]


def second_lines() -> list[str]:
    return [
        *(f"N | {number + 1}" for number in range(15)),
        *(
            f"A | {number + 23} | {number + 501} crowns | "
            f"The bill of {town} came to {number + 501} crowns."
            for number, town in enumerate(SILENT)
        ),
    ]


def dialogue_lines() -> list[str]:
    asked = [
        "Q | and oulu? | How many trees did Oulu plant? | 120 | Oulu planted 120 trees",
        *(f"X | who paid in {town}? | Who paid the bill in {town}?" for town in TOWNS[:5]),
    ]
    return ["= a", *asked, "", "= a", *asked, "", "= b", *asked]


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return a folder with one article as it should be."""
    for part, text, lines in (
        ("first", article(second=False) + "\n---\n", first_lines()),
        ("second", article(second=True) + "\n---\n", second_lines()),
        ("dialogues", "", dialogue_lines()),
    ):
        (tmp_path / part).mkdir()
        (tmp_path / part / "trees.txt").write_text(text + "\n".join(lines) + "\n", "utf-8")
    return tmp_path


@pytest.fixture
def editions(folder, tmp_path) -> Path:
    """Return the same article as a file of editions, with its dialogues beside it."""
    out = tmp_path / "editions.jsonl"
    dialogues = str(tmp_path / "dialogues.jsonl")
    assert main(["jsonl", str(folder), "--editions", str(out), "--dialogues", dialogues]) == 0
    return out


def test_a_good_article_has_no_problem(folder, capsys):
    assert main(["check", str(folder)]) == 0
    told = capsys.readouterr()
    assert (told.out, told.err) == ("1 articles, 3 dialogues\n", "")


@pytest.mark.parametrize(
    ("part", "old", "new", "problem"),
    [
        ("first", "\n---\n", "\n", "no line '---'; put one"),
        ("first", "\n\nLund", "\nLund", ":2: a paragraph goes on; join the lines or part them"),
        ("first", "along streets and near the harbour", "", "words; make it 350 to 700"),
        ("first", "\n\n", " ", "paragraphs with the headline; make it 6 to 20"),
        ("first", "A | number | How many trees did Lund", "B | number | How", "'B' is no verdict"),
        ("first", "N | detail | What did Lund", "N | list | What did Lund", "no kind 'list' of N"),
        ("first", " | Lund planted 101 trees", "", "1 fields after the question; A has a span"),
        ("first", "did Lund pay?", "did Lund pay? | 101 | 101 trees", "N none"),
        ("first", "did Moss pay", "did Lund pay", "is empty or asked before; ask another"),
        ("first", "| Lund planted 101", "| Lund planted 999", "stands 0 times in the article"),
        ("first", "| 101 | ", "| 111 | ", "'111' stands 0 times in its anchor; copy an anchor"),
        ("first", "N | detail | What did Lund pay?\n", "", "14 questions of N; make it 15 or more"),
        ("second", "N | 1\n", "N | 99\n", "write A or N and a number of 1 to 37"),
        ("second", "N | 1\n", "N | 2\n", "question 2 is listed twice; keep one line of it"),
        ("second", "N | 1\n", "A | 1\n", "A has spans and their anchors after the number"),
        ("second", "N | 1\n", "", "question 1 is not listed, but the anchor 'Lund"),
        ("second", "A | 2", "# | 2", "8 of 15 questions of N are answered now; make it 11 or more"),
        ("dialogues", "= b", "= c", "begin a dialogue with '= a' or '= b'"),
        ("dialogues", "= b", "", "2 dialogues; make it 3 or more"),
        ("dialogues", "X | who paid in Lund? | ", "X | ", "'X | typed | complete'"),
        ("dialogues", "| 120 |", "| 121 |", ":2: the span '121' stands 0 times in its anchor"),
        ("dialogues", "X | who paid in", "Z | who paid in", "1 turns in the dialogue; make it 5"),
        ("dialogues", "| Oulu planted", "| Ulea planted", ":2: the anchor 'Ulea planted"),
        ("dialogues", "= b", "= b |", "a bar is left in a field"),
    ],
)
def test_each_mistake_is_named_with_its_file_and_line(folder, part, old, new, problem, capsys):
    path = folder / part / "trees.txt"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    assert main(["check", str(folder)]) == 1
    told = capsys.readouterr().err.splitlines()
    assert any(line.startswith(f"{path}:") and problem in line for line in told)
    assert all(re.match(r".+/trees\.txt:\d+: \S", line) for line in told)


def test_a_file_that_is_missing_is_a_problem(folder, capsys):
    (folder / "second" / "trees.txt").unlink()
    assert main(["check", str(folder)]) == 1
    assert "second/trees.txt:1: cannot be read" in capsys.readouterr().err


def test_a_folder_without_articles_is_an_error(tmp_path, capsys):
    assert main(["check", str(tmp_path)]) == 1
    assert "name a folder with articles" in capsys.readouterr().err


def test_an_article_may_have_no_dialogues_yet(folder, tmp_path, capsys):
    shutil.rmtree(folder / "dialogues")
    editions, dialogues = tmp_path / "editions.jsonl", tmp_path / "dialogues.jsonl"
    command = ["jsonl", str(folder), "--editions", str(editions), "--dialogues", str(dialogues)]
    assert main(command) == 0
    assert capsys.readouterr().out == "1 articles, 0 dialogues\n"
    assert [edition.id for edition in read_editions(editions)] == ["trees-a", "trees-b"]
    assert dialogues.read_text("utf-8") == ""


def test_a_folder_with_problems_is_not_written(folder, tmp_path):
    (folder / "dialogues" / "trees.txt").write_text("= a\n", "utf-8")
    out = tmp_path / "out.jsonl"
    assert main(["jsonl", str(folder), "--editions", str(out), "--dialogues", str(out)]) == 1
    assert not out.exists()


def test_both_editions_and_the_dialogues_are_read_back_as_they_were_written(editions, folder):
    written, talks, problems = read_folder(folder)
    assert problems == []
    [(first, second)] = pairs(read_editions(editions))
    assert (first.text, second.text) == (article(second=False), article(second=True))
    assert [len(q["questions"]) for q in written] == [37, 37]
    verdicts = [
        (bool(a.spans), bool(b.spans))
        for a, b in zip(first.questions, second.questions, strict=True)
    ]
    assert verdicts == [(True, False)] * 15 + [(True, True)] * 7 + [(False, True)] * 15
    [(start, end)] = second.questions[22].spans
    assert second.text[start:end] == "501 crowns"
    dialogues = read_edition_dialogues(editions.with_name("dialogues.jsonl"), [first, second])
    assert [d.article for d in dialogues] == ["trees-a", "trees-a", "trees-b"]
    assert [len(d.turns) for d in dialogues] == [len(talk["turns"]) for talk in talks]


def test_the_same_folder_gives_the_same_gzipped_bytes(folder, tmp_path):
    out, dialogues = tmp_path / "editions.jsonl.gz", tmp_path / "dialogues.jsonl"
    command = ["jsonl", str(folder), "--editions", str(out), "--dialogues", str(dialogues)]
    assert main(command) == 0
    before = out.read_bytes()
    assert main(command) == 0
    assert out.read_bytes() == before
    assert len(read_editions(out)) == 2


@pytest.fixture
def talk(folder) -> Path:
    """Return a folder with more dialogues about the article."""
    (folder / "talk").mkdir()
    (folder / "talk" / "trees.txt").write_text("\n".join(dialogue_lines()), "utf-8")
    return folder / "talk"


def test_more_dialogues_about_an_article_are_written(editions, talk, tmp_path, capsys):
    out = tmp_path / "more.jsonl"
    assert main(["talk", str(talk), str(editions), "--dialogues", str(out)]) == 0
    assert capsys.readouterr().out == "3 dialogues\n"
    assert out.read_bytes() == editions.with_name("dialogues.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("shrubs.txt", "= a\n", "talk/shrubs.txt:1: no article has this name"),
        ("trees.txt", "= a\nX | who? | Who paid?\n", "talk/trees.txt:1: 1 turns in the dialogue"),
        ("trees.txt", "", "talk/trees.txt:1: 0 dialogues; make it 1 or more"),
    ],
)
def test_a_mistake_in_more_dialogues_is_named(
    editions, talk, tmp_path, name, text, problem, capsys
):
    (talk / name).write_text(text, "utf-8")
    out = tmp_path / "more.jsonl"
    assert main(["talk", str(talk), str(editions), "--dialogues", str(out)]) == 1
    assert problem in capsys.readouterr().err
    assert not out.exists()


def test_a_folder_without_dialogues_is_an_error(editions, tmp_path, capsys):
    out = str(tmp_path / "more.jsonl")
    assert main(["talk", str(tmp_path), str(editions), "--dialogues", out]) == 1
    assert "name a folder with dialogues" in capsys.readouterr().err


def broad_rows() -> list[dict[str, object]]:
    answered = {"kind": "why", "essential": [1], "useful": [2, 4], "note": "they add to it"}
    unanswered = {"kind": "none", "essential": [], "useful": []}
    rows = [answered if number < 12 else unanswered for number in range(16)]
    return [{"question": f"Why number {n}?", **row} for n, row in enumerate(rows)]


@pytest.fixture
def broad(editions, tmp_path) -> Path:
    """Return a folder with broad questions about the first edition."""
    (tmp_path / "broad").mkdir()
    (tmp_path / "broad" / "trees-a.json").write_text(json.dumps(broad_rows()))
    return tmp_path / "broad"


def test_broad_questions_are_written(editions, broad, tmp_path, capsys):
    out = tmp_path / "broad.jsonl.gz"
    assert main(["broad", str(broad), str(editions), str(out)]) == 0
    assert capsys.readouterr().out == "16 questions\n"
    questions = read_broad(out)
    check_broad(questions, {e.id: e.text for e in read_editions(editions)})
    assert [len(asked.essential) for asked in questions] == [1] * 12 + [0] * 4
    start, end = questions[0].sentences[1]
    assert article(second=False)[start:end].startswith("Lund planted 101 trees")


@pytest.mark.parametrize("kind", ["topic", "claim"])
def test_one_sentence_may_answer_a_topic_or_a_statement(editions, broad, tmp_path, kind):
    rows = broad_rows()
    rows[2] |= {"kind": kind, "useful": []}
    (broad / "trees-a.json").write_text(json.dumps(rows))
    assert main(["broad", str(broad), str(editions), str(tmp_path / "out.jsonl")]) == 0


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"kind": "what"}, "question 3: no question or kind"),
        ({"question": " "}, "question 3: no question or kind"),
        ({"essential": [2, 1]}, "question 3: numbers are not in order"),
        ({"essential": [2]}, "question 3: a sentence is essential and useful"),
        ({"useful": [99]}, "question 3: a number of no sentence"),
        ({"useful": []}, "question 3: mark two sentences in all"),
        ({"essential": []}, "question 3: mark an essential sentence"),
        ({"essential": None}, "question 3: not the fields of BROAD.md"),
        ({"kind": "none"}, "question 3: sentences answer a question of none"),
        ({"kind": "none", "essential": [], "useful": []}, "5 questions of none; write 4"),
    ],
)
def test_a_mistake_in_broad_questions_is_named(editions, broad, tmp_path, changed, problem, capsys):
    rows = broad_rows()
    rows[2] |= changed
    (broad / "trees-a.json").write_text(json.dumps(rows))
    out = tmp_path / "broad.jsonl"
    assert main(["broad", str(broad), str(editions), str(out)]) == 1
    assert f"trees-a.json:1: {problem}" in capsys.readouterr().err
    assert not out.exists()


def test_broad_questions_of_no_edition_and_too_few_are_named(editions, broad, tmp_path, capsys):
    (broad / "trees-a.json").write_text(json.dumps(broad_rows()[:15]))
    (broad / "woods-a.json").write_text("[]")
    (broad / "zoo-a.json").write_text("{")
    assert main(["broad", str(broad), str(editions), str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err
    for problem in (
        "write a list of 16",
        "woods-a.json:1: no edition has",
        "zoo-a.json:1: no JSON",
    ):
        assert problem in told


def test_a_sheet_shows_the_questions_in_another_order_and_no_verdict(editions, tmp_path):
    found = read_editions(editions)
    assert write_sheets(found, tmp_path / "blind") == 2
    text, _, lines = (tmp_path / "blind" / "trees-b.sheet").read_text("utf-8").partition("\n---\n")
    assert text.strip() == found[1].text
    numbers, shown = zip(*(line.split(" | ") for line in lines.splitlines()), strict=True)
    asked = [q.question for q in found[1].questions]
    assert list(numbers) == [str(number) for number in range(1, 38)]
    assert sorted(shown) == sorted(asked)
    assert list(shown) != asked


def test_blind_judgements_are_compared_with_the_verdicts(editions, tmp_path, capsys):
    blind = tmp_path / "blind"
    assert main(["blind", str(editions), str(blind)]) == 0
    found = read_editions(editions)
    answered = {q.question for q in found[0].questions if q.spans}
    lines = (blind / "trees-a.sheet").read_text("utf-8").partition("\n---\n")[2].splitlines()
    judged = [
        f"{n} | A | so many" if q in answered else f"{n} | N"
        for n, q in (line.split(" | ") for line in lines)
    ]
    (blind / "trees-a.answers").write_text("\n".join(judged), "utf-8")
    assert agreement(found, blind) == ["37 of 37 verdicts agree"]
    wrong = next(n for n, line in enumerate(lines) if "trees did Lund" in line)
    judged[wrong] = f"{wrong + 1} | N"
    (blind / "trees-a.answers").write_text("\n".join(judged), "utf-8")
    capsys.readouterr()
    assert main(["compare", str(editions), str(blind)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "36 of 37 verdicts agree",
        "trees-a: How many trees did Lund plant? here: 101; blind: N",
    ]


@pytest.mark.parametrize("line", ["99 | N", "1 | maybe", "yes"])
def test_a_judgement_that_cannot_be_read_is_an_error(editions, tmp_path, line):
    found = read_editions(editions)
    write_sheets(found, tmp_path)
    (tmp_path / "trees-a.answers").write_text(line, "utf-8")
    with pytest.raises(DataError, match="write 'number"):
        agreement(found, tmp_path)


def test_a_folder_without_judgements_agrees_with_nothing(editions, tmp_path, capsys):
    assert main(["compare", str(editions), str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith(f"error: {tmp_path} has no ID.answers")


def test_a_sheet_that_is_gone_and_a_folder_that_is_a_file_are_errors(editions, tmp_path, capsys):
    (tmp_path / "trees-a.answers").write_text("1 | N", "utf-8")
    assert main(["compare", str(editions), str(tmp_path)]) == 1
    assert main(["blind", str(editions), str(editions)]) == 1
    assert capsys.readouterr().err.count("error: ") == 2


def test_a_sheet_of_other_questions_is_an_error(editions, tmp_path):
    (tmp_path / "trees-a.sheet").write_text("x\n---\n1 | Who planted?\n", "utf-8")
    (tmp_path / "trees-a.answers").write_text("1 | N", "utf-8")
    with pytest.raises(DataError, match="write its sheet again"):
        agreement(read_editions(editions), tmp_path)


def test_leak_prints_both_figures(editions, capsys):
    assert main(["leak", str(editions), str(editions)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("all questions: AUROC ")
    assert told[1] == "flipping questions: AUROC 0.500 (60 verdicts)"


@cache
def committed(name: str) -> list[Edition]:
    """Return the editions of a file of data/news, which is read once."""
    return read_editions(NEWS / name)


@pytest.mark.parametrize("name", PARTS)
def test_the_committed_file_validates_and_its_editions_ask_the_same(name):
    editions = committed(name)
    found = pairs(editions)
    assert 2 * len(found) == len(editions)
    for first, second in found:
        assert [q.kind for q in first.questions] == [q.kind for q in second.questions]
    assert read_edition_dialogues(NEWS / f"dialogues-{name}", editions)


def test_no_article_stands_in_two_parts():
    stories = [{edition.story for edition in committed(name)} for name in PARTS]
    titles = [{edition.title for edition in committed(name)} for name in PARTS]
    assert len(set.union(*stories)) == sum(map(len, stories))
    assert len(set.union(*titles)) == sum(map(len, titles))


def test_wording_alone_does_not_tell_which_flipping_questions_are_answered():
    train, *others = (committed(name) for name in PARTS)
    told = leak(train, [edition for editions in others for edition in editions])
    assert told["flipping questions"][0] <= 0.55
    assert 0.55 < told["all questions"][0] <= 0.70, "it does learn something"


@pytest.mark.parametrize("name", PARTS)
def test_the_card_counts_articles_and_verdicts_as_they_are(name):
    found = pairs(committed(name))
    verdicts = Counter(
        "AN"[not a.spans] + "AN"[not b.spans]
        for first, second in found
        for a, b in zip(first.questions, second.questions, strict=True)
    )
    counts = [verdicts.total(), *(verdicts[both] for both in ("AA", "AN", "NA", "NN"))]
    row = f"| `{name}` | {len(found)} × 2 | {' | '.join(f'{count:,}' for count in counts)} |"
    assert row in (NEWS / "README.md").read_text("utf-8").splitlines()


@pytest.mark.parametrize("name", LISTS)
def test_the_card_counts_questions_for_several_things_as_they_are(name):
    editions = committed(name)
    texts = {e.id: e.text for e in committed(name.removeprefix("lists-"))}
    assert {e.id: e.text for e in editions} == texts
    found = pairs(editions)
    places = Counter(
        tuple(sorted(min(2, len(q.spans)) for q in both))
        for first, second in found
        for both in zip(first.questions, second.questions, strict=True)
    )
    counts = [places.total(), *(places[both] for both in ((2, 2), (1, 2), (0, 2)))]
    spans = sum(len(question.spans) for e in editions for question in e.questions)
    row = f"| `{name}` | {' | '.join(f'{count:,}' for count in [*counts, spans])} |"
    assert row in (NEWS / "README.md").read_text("utf-8").splitlines()


@pytest.mark.parametrize("name", BROAD)
def test_the_card_counts_broad_questions_as_they_are(name):
    questions = read_broad(NEWS / name)
    editions = committed(name.removeprefix("broad-"))
    check_broad(questions, {edition.id: edition.text for edition in editions})
    texts = {edition.id: edition.text for edition in editions}
    articles = sorted({asked.article for asked in questions})
    for asked in questions[:: 16 * (1 + len(articles) // 20)]:
        assert list(asked.sentences) == sentence_units(texts[asked.article])
    assert all((asked.kind == "none") == (not asked.essential) for asked in questions)
    assert all(not set(asked.essential) & set(asked.useful) for asked in questions)
    counts = [
        *(len(articles), len(questions), sum(not asked.essential for asked in questions)),
        *(sum(len(q.essential) for q in questions), sum(len(q.useful) for q in questions)),
    ]
    row = f"| `{name}` | {' | '.join(f'{count:,}' for count in counts)} |"
    assert row in (NEWS / "README.md").read_text("utf-8").splitlines()


@pytest.mark.parametrize("name", [*PARTS, "more-dev.jsonl"])
def test_the_card_counts_dialogues_and_turns_as_they_are(name):
    editions = committed(name.removeprefix("more-"))
    dialogues = read_edition_dialogues(NEWS / f"dialogues-{name}", editions)
    turns = [turn for dialogue in dialogues for turn in dialogue.turns]
    unanswered = sum(not turn.spans for turn in turns)
    counts = [len(dialogues), len(turns), unanswered, sum(turn.stands_alone for turn in turns)]
    row = f"| `dialogues-{name}` | {' | '.join(f'{count:,}' for count in counts)} |"
    assert row in (NEWS / "README.md").read_text("utf-8").splitlines()
