"""Records hold what they promise, and an answer survives JSON."""

from __future__ import annotations

import hashlib
import json
from dataclasses import FrozenInstanceError, asdict, replace

import pytest
from harness.fakes import BRIDGE, citation
from hypothesis import given
from hypothesis import strategies as st

from askvisit.errors import DataError
from askvisit.records import (
    Answer,
    AnswerGroup,
    Article,
    ArticleMatch,
    Citation,
    Evidence,
    GroupMember,
    Hit,
    Passage,
    Sentence,
    Span,
    Window,
    numbered_on,
)

QUOTE = "The mayor opened the bridge on Monday."
CITATION = citation(BRIDGE, QUOTE, "on Monday")
HIT = Hit("bridge.txt", 0, 8, BRIDGE[:8], dense=0.5, bm25=1.25, fused=-0.75)
FOUND = Answer("When?", "When?", "answer", True, f"{QUOTE} [1]", 0.75, (CITATION,))
REFUSED = Answer("Who?", "Who?", "not_found", False, "No.", 0.25, nearest=(HIT,))


def test_an_articles_hash_is_of_its_text_in_utf8():
    article = Article("a.txt", "A", "Kim’s “visit”\r\n")
    assert article.sha256 == hashlib.sha256("Kim’s “visit”\r\n".encode()).hexdigest()


def test_records_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        FOUND.confidence = 1.0


@pytest.mark.parametrize("record", [Passage, Sentence, Window])
@pytest.mark.parametrize(("start", "end", "text"), [(0, 5, "four"), (-4, 0, "four"), (3, 3, "")])
def test_offsets_fit_the_text(record, start, end, text):
    more = {Sentence: {"paragraph": 1}, Window: {"sentences": ()}}.get(record, {})
    assert record(article_id="a.txt", start=1, end=5, text="four", **more).text == "four"
    with pytest.raises(ValueError, match="do not fit"):
        record(article_id="a.txt", start=start, end=end, text=text, **more)


@pytest.mark.parametrize(("start", "end"), [(9, 12), (12, 21), (15, 15), (15, 12), (11, None)])
def test_a_span_lies_inside_its_sentence(start, end):
    sentence = Sentence("a.txt", 1, 10, 20, "0123456789")
    assert Span(sentence, 10, 20, score=2.0, null_score=0.5).margin == 1.5
    assert Span(sentence, None, None, 0.0, 0.0).start is None
    with pytest.raises(ValueError, match="span"):
        Span(sentence, start, end, 0.0, 0.0)


@pytest.mark.parametrize(
    "changed",
    [
        {"quote": QUOTE[:-1]},
        {"start": -1},
        {"span": None},
        {"span_start": None},
        {"span_end": None},
        {"span": "on Sunday"},
        {"span_start": CITATION.span_start + 1},
        {"span": "", "span_end": CITATION.span_start},
        {"span_end": CITATION.end + 9, "span": QUOTE[CITATION.span_start - CITATION.start :]},
        # These words stand at -9..-1 of the quote, counted from its end as Python does.
        {"span": QUOTE[-8:-1], "span_start": CITATION.start - 8, "span_end": CITATION.start - 1},
    ],
)
def test_a_citation_has_the_words_at_its_offsets(changed):
    with pytest.raises(ValueError, match=r"span|offsets"):
        replace(CITATION, **changed)


def test_all_words_that_answer_lie_in_the_quote_and_in_order():
    start, end = CITATION.start, CITATION.span_start
    assert CITATION.marked == ((CITATION.span_start, CITATION.span_end),)
    two = ((start, start + 3), (CITATION.span_start, CITATION.span_end))
    assert replace(CITATION, spans=two).marked == two
    for spans in (two[::-1], ((start - 1, start + 3),), ((start, end + 1), (end, end + 2))):
        with pytest.raises(ValueError, match="spans lie inside"):
            replace(CITATION, spans=spans)


def test_a_citation_without_a_span_is_the_whole_sentence():
    whole = citation(BRIDGE, QUOTE)
    assert (whole.span, whole.span_start, whole.span_end) == (None, None, None)


@pytest.mark.parametrize(
    "changed",
    [
        {"found": False},
        {"kind": "not_found"},
        {"kind": "talk"},
        {"kind": "perhaps"},
        {"citations": ()},
        {"confidence": 1.01},
        {"confidence": -0.01},
        {"confidence": float("nan")},
    ],
)
def test_an_answer_is_found_exactly_when_it_has_citations(changed):
    with pytest.raises(ValueError, match=r"found|confidence|kind"):
        replace(FOUND, **changed)
    with pytest.raises(ValueError, match="found"):
        replace(REFUSED, citations=(CITATION,))


def test_a_citation_says_its_page_where_the_text_has_pages():
    text = "It rained.\n\f\nHe left. She \fstayed.\n\f"
    article = Article("a.pdf", "A", text)
    pages = [article.page(text.index(word)) for word in ("It", "He", "She", "stayed")]
    assert pages == [1, 2, 2, 3]
    assert Article("a.txt", "A", "It rained.").page(5) is None
    start = text.index("He left.")
    he_left = Span(Sentence(article.id, 2, start, start + 8, "He left."), None, None, 0.0, 0.0)
    cited = Citation.of(1, article, he_left, 0.0, "Ann")
    assert (cited.page, cited.where) == (2, "page 2, paragraph 2, speaker: Ann")
    assert CITATION.where == f"paragraph {CITATION.paragraph}"


def test_nothing_speaks_against_an_article_that_was_not_compared():
    match = ArticleMatch(lacks=0.5, untimely=0.25, age=3.0)
    compared = Evidence((HIT,), (), {}, {"bridge.txt": match}, searched=2)
    assert compared.match("bridge.txt") == match
    assert compared.match("tariffs.txt") == ArticleMatch() == ArticleMatch(0.0, 0.0, 0.0)
    alone = Evidence((HIT,), (), {})
    assert (alone.searched, alone.period, alone.match("bridge.txt")) == (1, None, ArticleMatch())


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (None, None),
        (("2019-06-17", "2019-06-23"), "2019-06-17 to 2019-06-23"),
        (("2019-06-25", "2019-06-25"), "2019-06-25"),
        (("0001-01-01", "2018-12-31"), "until 2018-12-31"),
    ],
)
def test_the_time_asked_about_is_told_in_words(period, words):
    assert replace(FOUND, period=period).period_in_words == words


BOTH = replace(FOUND, parts=(FOUND, replace(FOUND, reading="On which day?")))


TIMED = replace(REFUSED, refusal="ambiguous", period=("2019-06-17", "2019-06-23"))


@pytest.mark.parametrize(
    "answer", [FOUND, REFUSED, BOTH, TIMED], ids=["found", "refused", "parts", "timed"]
)
def test_from_dict_inverts_asdict_also_through_json(answer):
    assert Answer.from_dict(asdict(answer)) == answer
    assert Answer.from_dict(json.loads(json.dumps(asdict(answer)))) == answer


def grouped(*numbers: int, relation: str | None = "newest") -> AnswerGroup:
    """Return a group with citations of these numbers."""
    members = [GroupMember(replace(CITATION, number=n), "Post", "2021-05-03", 0.9) for n in numbers]
    return AnswerGroup("on Monday", "date", True, tuple(members), relation, "2021-05-03")


def numbers(answer: Answer) -> tuple[list[int], list[list[int]]]:
    """Return the numbers of an answer's citations, and those of each group."""
    groups = [[member.citation.number for member in group.members] for group in answer.groups]
    return [citation.number for citation in answer.citations], groups


def test_the_quotes_of_several_answers_are_numbered_on_in_their_groups_too():
    cited = tuple(replace(CITATION, number=n) for n in (1, 2, 3))
    several = replace(FOUND, citations=cited, groups=(grouped(1, 3), grouped(2)))
    first, second, third = numbered_on([several, REFUSED, several])
    assert (first.citations, first.groups) == (several.citations, several.groups)
    assert second == REFUSED
    assert numbers(third) == ([4, 5, 6], [[4, 6], [5]])
    assert third.text == "\n".join(f"{QUOTE} [{number}]" for number in (4, 5, 6))


def test_a_group_survives_json_and_says_how_it_is_related():
    groups = tuple(grouped(1, relation=r) for r in ("newest", "earlier", "dispute", "also", None))
    answer = replace(FOUND, groups=groups)
    assert Answer.from_dict(json.loads(json.dumps(asdict(answer)))) == answer
    assert [group.relation_in_words for group in groups] == [
        *("newest", "earlier", "disputed", "also said", ""),
    ]
    before = asdict(groups[0])
    for name in ("relation", "value", "since"):  # as earlier versions wrote it
        del before[name]
    older = Answer.from_dict(asdict(FOUND) | {"groups": [before]})
    assert older.groups == (replace(groups[0], relation=None, value=None),)
    with pytest.raises(DataError, match="'later' is no"):
        Answer.from_dict(asdict(FOUND) | {"groups": [asdict(groups[0]) | {"relation": "later"}]})


@given(st.text(), st.floats(0, 1), st.lists(st.text(min_size=1), max_size=3))
def test_any_answer_survives_json(question, confidence, quotes):
    citations = tuple(
        Citation(n, "a", "A", "0" * 64, 1, quote, n, n + len(quote), quote, n, n + len(quote), 0.1)
        for n, quote in enumerate(quotes, 1)
    )
    kind = "answer" if citations else "not_found"
    answer = Answer(question, question, kind, bool(citations), "", confidence, citations)
    assert Answer.from_dict(json.loads(json.dumps(asdict(answer)))) == answer


def test_from_dict_ignores_fields_that_it_does_not_know():
    data = asdict(FOUND) | {"id": 7}
    data["citations"] = [asdict(CITATION) | {"colour": "yellow"}]
    assert Answer.from_dict(data) == FOUND


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"question": "Who?"},
        asdict(FOUND) | {"citations": 3},
        asdict(FOUND) | {"citations": [{}]},
        asdict(FOUND) | {"confidence": "high"},
        asdict(FOUND) | {"found": False},
        *(asdict(FOUND) | {name: None} for name in ("question", "reading", "text", "confidence")),
        *(asdict(REFUSED) | {"question": 5}, asdict(REFUSED) | {"found": 0}),
        *(asdict(FOUND) | {"confidence": True}, asdict(FOUND) | {"citations": [3]}),
        asdict(FOUND) | {"citations": [asdict(CITATION) | {"article_id": ["bridge.txt"]}]},
        asdict(FOUND) | {"citations": [asdict(CITATION) | {"page": "2"}]},
        asdict(REFUSED) | {"nearest": [asdict(HIT) | {"text": None}]},
        asdict(FOUND) | {"context": [{"turn": "0", "text": "Who?", "words": []}]},
        asdict(FOUND) | {"context": [{"turn": 0, "text": "Who?", "words": [3]}]},
        asdict(FOUND) | {"notes": [3]},
        asdict(REFUSED) | {"refusal": "tired"},
        *(asdict(REFUSED) | {"period": p} for p in (7, ["2019"], ["2019", 5], ["1"] * 3)),
    ],
)
def test_from_dict_refuses_what_is_no_answer(data):
    with pytest.raises(DataError, match=r"this is no answer .*askvisit ask --json") as wrong:
        Answer.from_dict(data)
    assert "\n" not in str(wrong.value)


def test_from_dict_takes_whole_numbers_as_other_programs_write_them():
    data = asdict(replace(FOUND, confidence=1.0)) | {"confidence": 1}
    data["citations"] = [asdict(CITATION) | {"score": 2, "page": 2}]
    found = Answer.from_dict(data)
    assert (found.confidence, found.citations[0].score) == (1.0, 2.0)


def test_a_scope_that_an_earlier_version_proposed_is_left_out():
    data = asdict(FOUND) | {"proposed_scope": {"words": ["last week"]}}
    assert Answer.from_dict(data) == FOUND
