"""Spans become ranked candidates, citations and a confidence."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import exp, log, prod

import pytest
from harness.fakes import BRIDGE, ScriptedReader, WordCounts, calibration

from askvisit import ranking
from askvisit.index import open_index
from askvisit.ranking import CONFIDENCE_FEATURES, RANK_FEATURES, SHARE_FEATURES, Candidate
from askvisit.records import ArticleMatch, Evidence, Sentence, Span
from askvisit.retriever import Retriever

QUESTION = "When did the mayor open the bridge?"
SCRIPT = {"on Monday": 2.0, "three years": 0.5, "next year": -1.0}


@pytest.fixture
def evidence(small) -> Evidence:
    return Retriever(open_index(small), WordCounts()).gather(QUESTION, passages=16)


@pytest.fixture
def candidates(evidence) -> list[Candidate]:
    spans = ScriptedReader(SCRIPT).read(QUESTION, evidence)
    return ranking.rank(evidence, spans, calibration())


def saying(text: str) -> Span:
    """Return a span for a sentence without words that answer."""
    return Span(Sentence("a.txt", 1, 0, len(text), text), None, None, 1.0, 0.0)


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
    assert all(set(row) == set(RANK_FEATURES) - {"first", "evidence"} for row in rows)
    assert [row["margin"] for row in rows] == [span.margin for span in spans]
    for name in ("dense", "bm25"):
        assert sum(row[name] for row in rows) == pytest.approx(0, abs=1e-6)
    best = max(range(len(rows)), key=lambda n: rows[n]["bm25"])
    assert spans[best].sentence.text == "The mayor opened the bridge on Monday."


def test_the_gap_is_to_the_next_candidate(evidence):
    spans = ScriptedReader(SCRIPT).read(QUESTION, evidence)[:3]
    rows = ranking.confidence_rows(evidence, spans, [2.0, 0.5, -1.0], [0.9, 0.5, 0.1])
    assert all(set(row) == set(CONFIDENCE_FEATURES) - {"first", "evidence"} for row in rows)
    assert [row["gap"] for row in rows] == [1.5, 1.5, 1.0]
    assert [exp(row["expected"]) for row in rows] == pytest.approx([1.5, 0.6, 0.1], abs=0.002)


@pytest.mark.parametrize(
    ("asked", "asks"),
    [
        ("Who opened the bridge?", True),
        ("Did it open in 2009?", True),
        ("and by how much?", True),
        ("the old bridge?", False),
        ("The bridge was closed.", False),
    ],
)
def test_a_question_is_told_from_a_topic_or_a_statement(evidence, asked, asks):
    (span, *_) = ScriptedReader(SCRIPT).read(QUESTION, evidence)
    (row,) = ranking.confidence_rows(replace(evidence, question=asked), [span], [1.0], [0.5])
    assert row["asks"] == asks


def test_how_an_article_fits_counts_for_each_of_its_spans(evidence):
    spans = ScriptedReader(SCRIPT).read(QUESTION, evidence)
    fits = {"tariffs.txt": ArticleMatch(lacks=0.5, untimely=0.25, age=3.0)}
    compared = replace(evidence, matches=fits)
    ranked = ranking.rank_rows(compared, spans)
    sure = ranking.confidence_rows(compared, spans, [0.0] * len(spans), [0.5] * len(spans))
    for span, row, further in zip(spans, ranked, sure, strict=True):
        is_other = span.sentence.article_id == "tariffs.txt"
        assert (row["lacks"], row["untimely"]) == ((0.5, 0.25) if is_other else (0.0, 0.0))
        assert row["age"] == (3.0 if is_other else 0.0)
        assert [further[name] for name in ("lacks", "untimely")] == [row["lacks"], row["untimely"]]


@pytest.mark.parametrize("feature", ["lacks", "untimely", "age"])
def test_of_two_spans_that_read_as_well_that_of_the_fitting_article_wins(evidence, feature):
    spans = ScriptedReader({"on Monday": 2.0, "nine percent": 2.0}).read(QUESTION, evidence)
    weights = replace(calibration(), rank={"margin": 1.0, feature: -1.0})
    for unfit, first in (("bridge.txt", "tariffs.txt"), ("tariffs.txt", "bridge.txt")):
        compared = replace(evidence, matches={unfit: ArticleMatch(**{feature: 0.5})})
        best, second = ranking.rank(compared, spans, weights)[:2]
        assert (best.article_id, best.score) == (first, 2.0)
        assert (second.article_id, second.score) == (unfit, 1.5)


def test_the_lead_is_over_the_next_candidate_of_an_article_that_does_not_agree(
    evidence, monkeypatch
):
    monkeypatch.setattr(ranking, "agree", lambda *_: False)
    spans = ScriptedReader({}).read(QUESTION, evidence)
    bridge = [span for span in spans if span.sentence.article_id == "bridge.txt"]
    tariffs = [span for span in spans if span.sentence.article_id == "tariffs.txt"]
    ranked = [bridge[0], bridge[1], tariffs[1], tariffs[2], bridge[2], bridge[3]]
    scores = [3.0, 2.5, 1.0, 0.5, -2.0, -2.5]

    def known(name, evidence=evidence):
        rows = ranking.confidence_rows(evidence, ranked, scores, [0.5] * 6)
        return [row[name] for row in rows]

    farthest = 4.0
    assert evidence.searched == 2
    assert known("lead") == [2.0, 1.5, 3.0, 2.5, farthest, farthest]
    assert known("agreeing") == [0.0] * 6
    scores[0] = 99.0
    assert known("lead")[0] == farthest
    assert set(known("lead", replace(evidence, searched=1))) == {0.0}


def test_articles_that_say_the_same_confirm_instead_of_being_rivals(evidence):
    """What they say is compared as of the days on which they were published."""

    def say(article, words):
        sentence = Sentence(article, 1, 0, len(words), words)
        return Span(sentence, 0, len(words), 0.0, 0.0)

    ranked = [
        *(say("a", "on Monday"), say("b", "15 March"), say("a", "on Monday")),
        *(say("b", "on 15 March"), say("c", "on 16 March"), say("d", "15 March")),
    ]
    days = {"a": "2021-03-16", "b": "2021-03-20", "c": "2021-03-20", "d": "2021-03-20"}
    scores = [3.0, 2.5, 2.0, 1.5, 1.0, -1.4]

    def known(**matches):
        compared = replace(evidence, searched=4, matches=matches)
        rows = ranking.confidence_rows(compared, ranked, scores, [0.5] * 6)
        return [(row["lead"], row["agreeing"]) for row in rows]

    rows = known(**{name: ArticleMatch(published=day) for name, day in days.items()})
    assert rows[0] == (2.0, log(2)), "b agrees, d is too far off, c says something else"
    assert rows[1] == (1.5, log(3)), "d is near enough to b, and a is one article"
    assert rows[4] == (pytest.approx(2.4), 0.0)
    assert known(a=ArticleMatch(published="2021-03-30"))[0] == (0.5, 0.0), "Monday was the 29th"
    ranked[1:1] = [say("a", f"part {n}") for n in range(8)]
    scores[1:1] = [2.9] * 8
    rows = ranking.confidence_rows(
        replace(evidence, searched=4), ranked, scores, [0.5] * len(ranked)
    )
    assert rows[0]["lead"] == 0.5, "only the best eight are compared"


def test_how_many_articles_were_searched_and_whether_for_a_time_is_known(evidence):
    spans = ScriptedReader(SCRIPT).read(QUESTION, evidence)

    def known(name, **changed):
        searched = replace(evidence, **changed)
        zeros = [0.0] * len(spans)
        return {row[name] for row in ranking.confidence_rows(searched, spans, zeros, zeros)}

    assert known("crowd") == {log(2)}
    assert known("crowd", searched=1) == {0.0}
    assert known("crowd", searched=345) == {log(345)}
    assert known("timed") == {0.0}
    assert known("timed", period=("2019-06-17", "2019-06-23")) == {1.0}


def test_a_share_is_seen_from_the_first_candidate(evidence):
    spans = ScriptedReader(SCRIPT).read(QUESTION, evidence)[:3]
    judged = [replace(s, evidence=e) for s, e in zip(spans, (3.0, -1.0, 0.0), strict=True)]
    rows = ranking.share_rows(judged, [2.0, 0.5, -1.0])
    assert all(set(row) == set(SHARE_FEATURES) - {"first"} for row in rows)
    assert [row["behind"] for row in rows] == [0.0, 1.5, 3.0]
    assert [exp(row["rank"]) for row in rows] == pytest.approx([1, 2, 3])
    assert [row["evidence"] for row in rows] == [3.0, -1.0, 0.0]


def test_a_share_knows_sentences_of_another_article(evidence):
    spans = ScriptedReader(SCRIPT).read(QUESTION, evidence)
    rows = ranking.share_rows(spans, [0.0] * len(spans))
    first = spans[0].sentence.article_id
    assert [row["other"] for row in rows] == [float(s.sentence.article_id != first) for s in spans]
    assert {row["other"] for row in rows} == {0.0, 1.0}


def test_where_two_readers_read_both_margins_count(evidence):
    spans = ScriptedReader(SCRIPT).read(QUESTION, evidence)[:3]
    read_twice = [
        replace(s, first_margin=m, evidence=0.0)
        for s, m in zip(spans, (-1.0, 4.0, 0.0), strict=True)
    ]
    rows = ranking.rank_rows(evidence, read_twice)
    assert [set(row) for row in rows] == [set(RANK_FEATURES)] * 3
    assert [row["first"] for row in rows] == [-1.0, 4.0, 0.0]
    rows = ranking.confidence_rows(evidence, read_twice, [0.0] * 3, [0.0] * 3)
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


@pytest.mark.parametrize(
    ("shares", "quoted"),
    [
        ([0.9, 0.1, 0.1], [0]),
        ([0.9, 0.2, 0.8], [0, 2]),
        ([0.3, 0.6, 0.6], [0, 1, 2]),  # the first is always quoted
        ([0.4, 0.1], [0]),
        ([0.8] * 9, [0, 1, 2, 3, 4, 5, 6]),  # seven at most
        ([0.5], [0]),
    ],
)
def test_the_set_with_the_best_expected_f1_is_quoted(candidates, shares, quoted):
    assert ranking.likeliest_set(shares) == quoted
    asked = [Candidate(saying(str(n)), 1.0, 0.6, share) for n, share in enumerate(shares)]
    assert ranking.choose(asked, 0.5) == [asked[n] for n in quoted]
    assert ranking.choose(asked, 0.7) == []


def test_a_sentence_that_several_papers_print_is_quoted_once():
    texts = ["Six died.", "Six\ndied.", "The ferry sank.", "Six died."]
    asked = [Candidate(saying(text), 1.0, 0.6, 0.9) for text in texts]
    assert ranking.choose(asked, 0.5) == [asked[0], asked[2]]


def test_no_other_number_of_the_likeliest_has_a_better_expected_f1():
    """Against the exact expectation, over all outcomes of independent sentences."""
    shares = [0.9, 0.7, 0.6, 0.3, 0.2, 0.05]

    def expected_f1(count: int) -> float:
        total = 0.0
        for outcome in product((0, 1), repeat=len(shares)):
            likely = prod(s if o else 1 - s for s, o in zip(shares, outcome, strict=True))
            total += likely * 2 * sum(outcome[:count]) / (count + sum(outcome))
        return total

    best = max(range(1, len(shares) + 1), key=expected_f1)
    assert len(ranking.likeliest_set(shares)) == best


def test_nothing_is_sure_enough_for_one(candidates):
    certain = Candidate(candidates[0].span, 9.0, 1.0)
    assert ranking.choose([certain], 1) == []
    assert ranking.choose([], 0) == []


def test_a_sentence_beside_the_hits_is_a_candidate_too(evidence):
    """A window reaches beyond the passages that were found."""
    spans = ScriptedReader(SCRIPT).read(QUESTION, evidence)
    narrow = replace(evidence, hits=evidence.hits[:2])
    first, last = narrow.hits
    beside = [s for s in spans if not ranking.holds(first, s) and not ranking.holds(last, s)]
    assert len(ranking.rank(narrow, spans, calibration())) == len(spans)
    rows = ranking.confidence_rows(narrow, beside, [0.0] * len(beside), [0.5] * len(beside))
    assert rows
    assert {row["dense"] for row in rows} == {last.dense} != {first.dense}
