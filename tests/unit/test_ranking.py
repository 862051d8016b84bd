"""Spans become ranked candidates, citations and a confidence."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import pytest
from harness.fakes import BRIDGE, ScriptedReader, WordCounts, calibration

from askvisit import ranking
from askvisit.index import open_index
from askvisit.ranking import CONFIDENCE_FEATURES, RANK_FEATURES, Candidate
from askvisit.records import Article, Evidence
from askvisit.retriever import Retriever

QUESTION = "When did the mayor open the bridge?"
SCRIPT = {"on Monday": 2.0, "three years": 0.5, "next year": -1.0}
ARTICLE = Article("bridge.txt", "A Bridge for the Town", BRIDGE)


@pytest.fixture
def evidence(small) -> Evidence:
    return Retriever(open_index(small), WordCounts()).gather(QUESTION, passages=16)


@pytest.fixture
def candidates(evidence) -> list[Candidate]:
    spans = ScriptedReader(SCRIPT).read(QUESTION, evidence)
    return ranking.rank(evidence, spans, calibration())


def words(candidate: Candidate) -> str | None:
    start = candidate.span.start
    return None if start is None else BRIDGE[start : candidate.span.end]


def test_candidates_are_ranked_by_the_fitted_score(candidates, evidence):
    assert [words(candidate) for candidate in candidates[:3]] == list(SCRIPT)
    assert [candidate.score for candidate in candidates[:3]] == [2.0, 0.5, -1.0]
    sentences = {s for window in evidence.windows for s in window.sentences}
    assert {candidate.span.sentence for candidate in candidates} == sentences


def test_confidence_is_the_logistic_of_the_fitted_weights(candidates):
    for candidate in candidates:
        assert candidate.confidence == pytest.approx(1 / (1 + exp(-candidate.span.margin)))


def test_equal_scores_stand_in_the_order_of_the_text(evidence):
    spans = ScriptedReader({}).read(QUESTION, evidence)
    ranked = ranking.rank(evidence, spans[::-1], calibration())
    starts = [c.span.sentence.start for c in ranked if c.span.sentence.article_id == "bridge.txt"]
    assert starts == sorted(starts)


@pytest.mark.parametrize(("margin", "confidence"), [(1e9, 1.0), (-1e9, 0.0)])
def test_confidence_is_a_probability_however_large_the_margin(evidence, margin, confidence):
    spans = ScriptedReader({"on Monday": margin}).read(QUESTION, evidence)
    ranked = ranking.rank(evidence, spans, calibration())
    (found,) = [candidate for candidate in ranked if words(candidate) == "on Monday"]
    assert 0 <= found.confidence <= 1
    assert found.confidence == pytest.approx(confidence)


def test_features_are_z_scores_beside_the_margin(evidence):
    spans = ScriptedReader(SCRIPT).read(QUESTION, evidence)
    rows = ranking.rank_rows(evidence, spans)
    assert all(set(row) == set(RANK_FEATURES) - {"first"} for row in rows)
    assert [row["margin"] for row in rows] == [span.margin for span in spans]
    for name in ("dense", "bm25"):
        assert sum(row[name] for row in rows) == pytest.approx(0, abs=1e-6)
    best = max(range(len(rows)), key=lambda n: rows[n]["bm25"])
    assert spans[best].sentence.text == "The mayor opened the bridge on Monday."


def test_the_gap_is_to_the_next_candidate(evidence):
    spans = ScriptedReader(SCRIPT).read(QUESTION, evidence)[:3]
    rows = ranking.confidence_rows(evidence, spans, [2.0, 0.5, -1.0])
    assert all(set(row) == set(CONFIDENCE_FEATURES) - {"first"} for row in rows)
    assert [row["gap"] for row in rows] == [1.5, 1.5, 1.0]


def test_where_two_readers_read_both_margins_count(evidence):
    spans = ScriptedReader(SCRIPT).read(QUESTION, evidence)[:3]
    read_twice = [replace(s, first_margin=m) for s, m in zip(spans, (-1.0, 4.0, 0.0), strict=True)]
    rows = ranking.rank_rows(evidence, read_twice)
    assert [set(row) for row in rows] == [set(RANK_FEATURES)] * 3
    assert [row["first"] for row in rows] == [-1.0, 4.0, 0.0]
    rows = ranking.confidence_rows(evidence, read_twice, [0.0, 0.0, 0.0])
    assert [set(row) for row in rows] == [set(CONFIDENCE_FEATURES)] * 3
    weights = replace(
        calibration(),
        rank={"margin": 0.0, "first": 2.0},
        confidence={"intercept": 0.0, "first": 1.0},
    )
    best = ranking.rank(evidence, read_twice, weights)[0]
    assert (best.span, best.score) == (read_twice[1], 8.0)
    assert best.confidence == pytest.approx(1 / (1 + exp(-4.0)))


def test_one_candidate_alone_can_be_ranked(evidence):
    spans = ScriptedReader(SCRIPT).read(QUESTION, evidence)[:1]
    assert len(ranking.rank(evidence, spans, calibration())) == 1
    assert ranking.rank(evidence, [], calibration()) == []


@pytest.mark.parametrize(("least", "chosen"), [(0, True), (0.85, True), (0.9, False), (1, False)])
def test_a_candidate_is_shown_where_it_is_sure_enough(candidates, least, chosen):
    assert candidates[0].confidence == pytest.approx(0.88, abs=0.01)
    found = ranking.choose(candidates, least)
    assert bool(found) == chosen
    if chosen:
        assert found[0] == candidates[0]


def test_further_ones_are_shown_if_they_are_nearly_as_likely(candidates):
    scores = [4.0, 3.4, 3.4, 1.1]
    told = [Candidate(c.span, s, 0.6) for c, s in zip(candidates, scores, strict=False)]
    assert ranking.choose(told, 0.5) == told[:3], "e to the power of -0.6 is more than half"
    assert ranking.choose(told, 0.5, several=True) == told
    assert ranking.choose([told[0], told[3]], 0.5) == told[:1]
    assert ranking.choose(told, 0.7, several=True) == []


def test_at_most_five_are_cited(candidates):
    assert len(ranking.choose([candidates[0]] * 9, 0.5)) == 5


def test_nothing_is_sure_enough_for_one(candidates):
    certain = Candidate(candidates[0].span, 9.0, 1.0)
    assert ranking.choose([certain], 1) == []
    assert ranking.choose([], 0) == []


def test_citations_quote_the_article(candidates):
    spans = [candidates[0], candidates[-1]]
    first, second = ranking.cite(spans, {"bridge.txt": ARTICLE, "tariffs.txt": ARTICLE}.get)
    assert first.quote == "The mayor opened the bridge on Monday."
    assert BRIDGE[first.start : first.end] == first.quote
    assert (first.span, BRIDGE[first.span_start : first.span_end]) == ("on Monday", "on Monday")
    assert (first.number, first.paragraph, first.score) == (1, 2, 2.0)
    assert (first.article_title, first.article_sha256) == (ARTICLE.title, ARTICLE.sha256)
    assert (second.number, second.span, second.span_start) == (2, None, None)


def test_a_sentence_beside_the_hits_is_a_candidate_too(evidence):
    """A window reaches beyond the passages that were found."""
    spans = ScriptedReader(SCRIPT).read(QUESTION, evidence)
    narrow = replace(evidence, hits=evidence.hits[:2])
    first, last = narrow.hits
    beside = [s for s in spans if not ranking.holds(first, s) and not ranking.holds(last, s)]
    assert len(ranking.rank(narrow, spans, calibration())) == len(spans)
    rows = ranking.confidence_rows(narrow, beside, [0.0] * len(beside))
    assert rows
    assert {row["dense"] for row in rows} == {last.dense} != {first.dense}
