"""Choose which of the reader's spans to show, and how confident to be, by one fitted rule.

Candidates, one per sentence, are ranked by a linear score of reader and retriever features (a
conditional logit, fitted so that the right sentence of a page wins). A logistic calibrator turns
a candidate's features into the probability that it is right. Both are fitted for one reader, on
pages that are in no index, by `python -m training.calibrate`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp

from askvisit.calibration import Calibration
from askvisit.quotable import speaker
from askvisit.records import Article, Citation, Evidence, Hit, Span
from askvisit.retriever import z_scores
from askvisit.text import NUMBER_WORDS, content_words

RANK_FEATURES = ("margin", "dense", "bm25", "first")
"""Reader margin; z-score of the passage's cosine; z-score of the sentence's BM25; for reading
in two stages, the margin of the first."""

CONFIDENCE_FEATURES = ("margin", "dense", "gap", "first")
"""Reader margin; the passage's cosine; rank score above the next candidate; for reading in two
stages, the margin of the first. Each candidate's confidence is thus what it would be without the
better ones."""

MOST_CITATIONS = 5

_COUNTING = NUMBER_WORDS - {"one"} | set(
    "hundred thousand million billion dozen dozens half".split()
)
"""Words for numbers; "one" is a pronoun too."""

_NUMBER = re.compile(rf"\d+(?:[.,]\d+)*|\b(?:{'|'.join(sorted(_COUNTING))})\b")
_IN_ORDER = re.compile(r"\d\s*(?:[/–-]|\bto\b)\s*\d")
"""Numbers whose order matters: a result or a range."""

_NEGATION = re.compile(
    r"\b(?:not|no(?!\.?\s*\d)|nor|none|neither|never|nobody|nothing|cannot|without)\b|n['’]t\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Candidate:
    """A span that may be the answer, its rank score, and the probability that it is right."""

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
    candidates: Sequence[Candidate],
    min_confidence: float,
    *,
    several: bool = False,
    further: float = 1.0,
) -> list[Candidate]:
    """Return the candidates to show, best first; none if the best is not confident enough.

    A question for one fact gets one, or two if a second sentence with the same words is confident
    enough too; a question for several things gets up to `MOST_CITATIONS`, each after the first with
    a confidence of at least `further`.
    """
    if not candidates or min_confidence >= 1 or candidates[0].confidence < min_confidence:
        return []
    first, *others = candidates
    if several:
        return [first, *(c for c in others if c.confidence >= further)][:MOST_CITATIONS]
    sure = [c for c in others if c.confidence >= max(min_confidence, further)]
    return [first, *(c for c in sure if _same_words(c.span, first.span))][:2]


def _same_words(span: Span, other: Span) -> bool:
    """Return whether two spans have the same content words in any order, and may agree."""
    one, two = span.words or "", other.words or ""
    ours, theirs = content_words(one), content_words(two)
    return bool(ours) and set(ours) == set(theirs) and may_agree(one, two)


def may_agree(one: str, other: str) -> bool:
    """Return whether two texts have the same numbers, and both or none negate.

    Words alone do not tell "2,000,000" from "2,000", "2-1" from "1-2" or "guilty" from "not guilty"
    where one may say more than the other.
    """
    texts = (one, other)
    ours, theirs = map(numbers, texts)
    if not any(map(_IN_ORDER.search, texts)):
        ours, theirs = sorted(ours), sorted(theirs)
    is_negated = [_NEGATION.search(text) is not None for text in texts]
    return ours == theirs and is_negated[0] == is_negated[1]


def numbers(text: str) -> list[str]:
    """Return a text's numbers in order, each whole: "1.1", "2,000", "twenty".

    A time is one number: "10:30" is "10.30".
    """
    return _NUMBER.findall(re.sub(r"(?<=\d):(?=\d)", ".", text.lower()))


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
