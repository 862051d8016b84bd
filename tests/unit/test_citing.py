"""Chosen candidates become citations: facts by rank, stories in the order of their article."""

from __future__ import annotations

from dataclasses import replace

import pytest
from harness.fakes import BRIDGE, ScriptedReader, WordCounts, calibration, indexed

from askvisit import citing, ranking
from askvisit.index import open_index
from askvisit.ranking import Candidate
from askvisit.records import Citation, quoted
from askvisit.retriever import Retriever


def told(candidate: Candidate) -> Candidate:
    """Return a candidate as one sentence of a story: likely, but none of its words answer."""
    return replace(candidate, share=0.8, span=replace(candidate.span, score=-1.0))


QUESTION = "When did the mayor open the bridge?"
SCRIPT = {"on Monday": 2.0, "three years": 0.5, "next year": -1.0}


@pytest.fixture
def index(small):
    return open_index(small)


@pytest.fixture
def candidates(index) -> list[Candidate]:
    evidence = Retriever(index, WordCounts()).gather(QUESTION, passages=16)
    spans = ScriptedReader(SCRIPT).read(QUESTION, evidence)
    return ranking.rank(evidence, spans, calibration())


def test_citations_quote_the_article(candidates, index):
    first, second = citing.cite([candidates[0], candidates[-1]], index)
    article = index.article("bridge.txt")
    assert first.quote == "The mayor opened the bridge on Monday."
    assert BRIDGE[first.start : first.end] == first.quote
    assert (first.span, BRIDGE[first.span_start : first.span_end]) == ("on Monday", "on Monday")
    assert (first.number, first.paragraph, first.score) == (1, 2, 2.0)
    assert (first.article_title, first.article_sha256) == (article.title, article.sha256)
    assert (second.number, second.span, second.span_start) == (2, None, None)


def test_a_story_stands_in_the_order_of_its_article_and_marks_no_words(candidates, index):
    both = sorted(candidates[:2], key=lambda c: -c.span.sentence.start)
    story = [told(candidate) for candidate in both]
    assert citing.is_story(story)
    assert not citing.is_story([replace(candidate, share=0.8) for candidate in both])
    assert not citing.is_story(story[:1])
    first, second = citing.cite(story, index)
    assert first.start < second.start
    assert (first.number, second.number, first.span, second.span) == (1, 2, None, None)


def test_facts_stand_in_the_order_of_rank_and_mark_words(candidates, index):
    facts = [replace(candidate, share=0.4) for candidate in reversed(candidates[:2])]
    assert not citing.is_story(facts)
    found = citing.cite(facts, index)
    assert [c.span for c in found] == ["three years", "on Monday"]


def test_a_story_is_one_line_for_each_article(candidates, index):
    by_quote = {c.span.sentence.text: told(c) for c in candidates}
    chosen = [
        by_quote["The mayor opened the bridge on Monday."],
        by_quote["It cost two million crowns and took three years."],
        by_quote["She said that the railway would be mended next year."],
        by_quote["The minister raised the tariff on steel to nine percent."],
    ]
    assert quoted(citing.cite(chosen, index), joined=True) == (
        "The mayor opened the bridge on Monday. [1] "
        "It cost two million crowns and took three years. [2] […] "
        "She said that the railway would be mended next year. [3]\n"
        "The minister raised the tariff on steel to nine percent. [4]"
    )


def cited(quote: str, candidates, index, *, beside: str = "") -> Citation:
    chosen = [c for c in candidates if c.span.sentence.text in (quote, beside)]
    return next(c for c in citing.cite(chosen, index) if c.quote == quote)


def test_a_quote_that_begins_with_a_pronoun_is_led_to(candidates, index):
    railway = "She said that the railway would be mended next year."
    found = cited(railway, candidates, index)
    assert found.lead is not None
    assert found.lead.endswith("The minister came to see the bridge.")
    assert BRIDGE[found.lead_start : found.lead_end] == found.lead
    assert cited("The mayor opened the bridge on Monday.", candidates, index).lead is None


def test_what_is_quoted_itself_does_not_lead(candidates, index):
    railway = "She said that the railway would be mended next year."
    beside = "The minister came to see the bridge."
    assert cited(railway, candidates, index, beside=beside).lead is None


FERRY = """\
Ferry Aground

Captain Ada Holm ran the ferry aground. She was alone. It was dark. They came at dawn.
"""


def test_a_lead_goes_back_to_the_nearest_name_but_not_to_the_headline(tmp_path):
    indexed(tmp_path, {"ferry.txt": FERRY})
    index = open_index(tmp_path)
    evidence = Retriever(index, WordCounts()).gather("Who came?", passages=16)
    spans = ScriptedReader({}).read("Who came?", evidence)
    ranked = ranking.rank(evidence, spans, calibration())
    assert cited("It was dark.", ranked, index).lead == (
        "Captain Ada Holm ran the ferry aground. She was alone."
    )
    assert cited("She was alone.", ranked, index).lead == "Captain Ada Holm ran the ferry aground."


def test_a_lead_without_its_offsets_is_no_citation(candidates, index):
    found = cited("She said that the railway would be mended next year.", candidates, index)
    with pytest.raises(ValueError, match="a lead has offsets"):
        replace(found, lead_start=None)
    with pytest.raises(ValueError, match="a lead has offsets"):
        replace(found, lead_end=found.end)
