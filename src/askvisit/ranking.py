"""Choose which of the reader's spans to show, and how confident to be, by one fitted rule.

Candidates, one per sentence, are ranked by a linear score of reader and retriever features (a
conditional logit, fitted so that the right sentence of a page wins). A logistic calibrator turns
a candidate's features into the probability that it, or one cited with it, is right. Both are fitted
for one reader, on pages that are in no index, by `python -m training.calibrate`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

from askvisit.calibration import Calibration
from askvisit.quotable import speaker
from askvisit.records import Article, Citation, Evidence, Hit, Span
from askvisit.retriever import z_scores

RANK_FEATURES = ("margin", "dense", "bm25", "first")
"""Reader margin; z-score of the passage's cosine; z-score of the sentence's BM25; for reading
in two stages, the margin of the first."""

CONFIDENCE_FEATURES = ("margin", "dense", "gap", "first")
"""Reader margin; the passage's cosine; rank score above the next candidate; for reading in two
stages, the margin of the first. Each candidate's confidence is thus what it would be without the
better ones."""

MOST_CITATIONS = 5

AS_LIKELY = 1 / 2
LISTED = 1 / 20
"""How likely a further citation must be, relative to the first; `LISTED` if the wording of the
question asks for several things (docs/quality.md)."""


@dataclass(frozen=True)
class Candidate:
    """A span that may be the answer, its rank score, and its confidence.

    That is the probability that it is right, or one that would be cited with it.
    """

    span: Span
    score: float
    confidence: float


def rank(evidence: Evidence, spans: Sequence[Span], calibration: Calibration) -> list[Candidate]:
    """Return the candidates, best first, each with its confidence."""
    ranked, scores = by_score(evidence, spans, calibration.rank)
    rows = confidence_rows(evidence, ranked, scores)
    return [
        Candidate(span, score, _logistic(_weigh(calibration.confidence, {"intercept": 1.0} | row)))
        for span, score, row in zip(ranked, scores, rows, strict=True)
    ]


def by_score(
    evidence: Evidence, spans: Sequence[Span], weights: Mapping[str, float]
) -> tuple[list[Span], list[float]]:
    """Return the spans, best first, and their rank scores; weights: by `RANK_FEATURES`."""
    scores = [_weigh(weights, row) for row in rank_rows(evidence, spans)]
    order = sorted(range(len(spans)), key=lambda n: (-scores[n], spans[n].sentence.start))
    return [spans[n] for n in order], [scores[n] for n in order]


def choose(
    candidates: Sequence[Candidate], min_confidence: float, *, several: bool = False
) -> list[Candidate]:
    """Return the candidates to show, best first; none if the best is not confident enough.

    At most `MOST_CITATIONS`: the best, and those nearly as likely. Differences of rank scores are
    log odds, as the weights are those of a conditional logit.
    """
    if not candidates or min_confidence >= 1 or candidates[0].confidence < min_confidence:
        return []
    scores = [candidate.score for candidate in candidates]
    return list(candidates[: cited(scores, LISTED if several else AS_LIKELY)])


def cited(scores: Sequence[float], as_likely: float = AS_LIKELY) -> int:
    """Return how many candidates are cited, given the rank scores of all, best first.

    as_likely: how likely a further one must be, relative to the first.
    """
    return min(MOST_CITATIONS, as_likely_as_first(scores, as_likely))


def as_likely_as_first(scores: Sequence[float], share: float) -> int:
    """Return how many rank scores, best first, are of candidates `share` as likely as the first."""
    return sum(score >= scores[0] + log(share) for score in scores)


def cite(chosen: Sequence[Candidate], article: Callable[[str], Article]) -> tuple[Citation, ...]:
    """Quote the chosen candidates from their articles, numbered from 1 in their order."""
    found = []
    for number, candidate in enumerate(chosen, 1):
        sentence = candidate.span.sentence
        source = article(sentence.article_id)
        who = speaker(source.text, sentence.start)
        found.append(Citation.of(number, source, candidate.span, candidate.score, who))
    return tuple(found)


def rank_rows(evidence: Evidence, spans: Sequence[Span]) -> list[dict[str, float]]:
    """Return each span's `RANK_FEATURES`, as far as available."""
    dense = z_scores([hit.dense for hit in _hits_of(evidence, spans)])
    bm25 = z_scores(
        [evidence.bm25[span.sentence.article_id, span.sentence.start] for span in spans]
    )
    return [
        {"margin": span.margin, "dense": meaning, "bm25": word} | _first(span)
        for span, meaning, word in zip(spans, dense, bm25, strict=True)
    ]


def confidence_rows(
    evidence: Evidence, ranked: Sequence[Span], scores: Sequence[float]
) -> list[dict[str, float]]:
    """Return each ranked span's `CONFIDENCE_FEATURES`, as far as available."""
    below = [*scores[1:], scores[-1] - 1.0] if scores else []
    return [
        {"margin": span.margin, "dense": hit.dense, "gap": score - lower} | _first(span)
        for span, hit, score, lower in zip(
            ranked, _hits_of(evidence, ranked), scores, below, strict=True
        )
    ]


def _first(span: Span) -> dict[str, float]:
    """Return the margin of the first of two stages, nothing if there is only one."""
    return {} if span.first_margin is None else {"first": span.first_margin}


def _hits_of(evidence: Evidence, spans: Sequence[Span]) -> list[Hit]:
    """Return the best hit that contains each span's sentence, or else the last hit.

    A sentence next to the retrieved passages is read as context and may still be the answer.
    """
    return [
        next((hit for hit in evidence.hits if holds(hit, span)), evidence.hits[-1])
        for span in spans
    ]


def holds(hit: Hit, span: Span) -> bool:
    """Return whether a span's sentence begins in a passage."""
    sentence = span.sentence
    return hit.article_id == sentence.article_id and hit.start <= sentence.start < hit.end


def _weigh(weights: Mapping[str, float], row: Mapping[str, float]) -> float:
    return sum(weight * row[name] for name, weight in weights.items())


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + exp(-max(-60.0, min(60.0, value))))
