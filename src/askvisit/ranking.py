"""Choose which of the sentences that were read to quote, and how confident to be, by fitted rules.

Candidates, one per sentence, are ranked by a linear score of reader and retriever features (a
conditional logit, fitted so that a right sentence of a page wins). One logistic regression gives
each the probability that it belongs to the answer: of these, the set with the highest expected F1
is quoted, one sentence for a fact and several for a story. Another gives the probability that what
is quoted answers. All are fitted for one reader, on pages that are in no index, by
`python -m training.calibrate`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp, log
from typing import TYPE_CHECKING, TypeVar

from askvisit.similarity import z_scores
from askvisit.text import asks_a_question, one_line
from askvisit.values import Saying, agree

if TYPE_CHECKING:
    from askvisit.calibration import Calibration
    from askvisit.records import Evidence, Hit, Span

RANK_FEATURES = ("margin", "dense", "bm25", "first", "evidence", "lacks", "untimely", "age")
"""Reader margin; z-score of the passage's cosine; z-score of the sentence's BM25; for reading
in two stages, the margin of the first; for readers that judge sentences, the evidence; how the
article fits beside others (`askvisit.records.ArticleMatch`)."""

SHARE_FEATURES = ("evidence", "margin", "first", "behind", "rank", "settled", "other")
"""Of a sentence's probability of belonging to the answer: evidence and margins; how far its rank
score is behind the first's; the logarithm of its rank; for all but the first, the margin of the
first: words that surely answer leave less to other sentences; whether it is of another article than
the first."""

CONFIDENCE_FEATURES = (
    *("margin", "dense", "gap", "first", "evidence", "expected", "asks"),
    *("lacks", "untimely", "timed", "lead", "agreeing", "crowd"),
)
"""Reader margin; the passage's cosine; rank score above the next candidate; for reading in two
stages, the margin of the first; evidence; the logarithm of the expected number of sentences that
belong to the answer; whether a question is asked rather than a topic named, about which readers are
less sure. Each candidate's confidence is thus what it would be without the better ones.

Where several articles are searched: what the article lacks of the question's words and its time;
whether a time is asked about, which an article of that time need not mention; rank score above the
best candidate of another article that does not say the same, `_FARTHEST` at most; the logarithm of
how many others do, if they are that near; the logarithm of the number of articles. All are 0 for
one article."""

_FARTHEST = 4.0
_RIVALS = 8
"""How many of the best candidates are compared in what they say."""

MOST_CITATIONS = 7

Item = TypeVar("Item")


@dataclass(frozen=True)
class Candidate:
    """A span that may be the answer, with its rank score.

    confidence: the probability that it, with those that would be cited with it, answers.
    share: the probability that its sentence belongs to the answer, if there is one.
    """

    span: Span
    score: float
    confidence: float
    share: float = 0.0

    @property
    def article_id(self) -> str:
        """The article that it is in."""
        return self.span.sentence.article_id


def rank(evidence: Evidence, spans: Sequence[Span], calibration: Calibration) -> list[Candidate]:
    """Return the candidates, best first, each with its confidence."""
    ranked, scores = by_score(evidence, spans, calibration.rank)
    shares = probabilities(calibration.share, share_rows(ranked, scores))
    sure = probabilities(calibration.confidence, confidence_rows(evidence, ranked, scores, shares))
    return [
        Candidate(span, score, confidence, share)
        for span, score, confidence, share in zip(ranked, scores, sure, shares, strict=True)
    ]


def by_score(
    evidence: Evidence, spans: Sequence[Span], weights: Mapping[str, float]
) -> tuple[list[Span], list[float]]:
    """Return the spans, best first, and their rank scores; weights: by `RANK_FEATURES`."""
    scores = [_weigh(weights, row) for row in rank_rows(evidence, spans)]
    order = sorted(range(len(spans)), key=lambda n: (-scores[n], spans[n].sentence.start))
    return [spans[n] for n in order], [scores[n] for n in order]


def choose(candidates: Sequence[Candidate], min_confidence: float) -> list[Candidate]:
    """Return the candidates to quote, best first; none if the best is not confident enough.

    Of sentences that read the same, only the best is quoted.
    """
    if not candidates or min_confidence >= 1 or candidates[0].confidence < min_confidence:
        return []
    distinct = without_repeats(candidates, lambda candidate: candidate.span.sentence.text)
    return [distinct[n] for n in likeliest_set([candidate.share for candidate in distinct])]


def without_repeats(items: Iterable[Item], text: Callable[[Item], str]) -> list[Item]:
    """Return the first of those whose texts read the same: several papers print one report."""
    first: dict[str, Item] = {}
    for item in items:
        first.setdefault(one_line(text(item)), item)
    return list(first.values())


def likeliest_set(shares: Sequence[float]) -> list[int]:
    """Return which sentences to quote: the first, and those with the best expected F1 beside it.

    shares: each sentence's probability of belonging to the answer, in order of rank. The expected
    F1 of k sentences is approximated by twice their sum over k plus the sum of all (Nan et al.,
    2012, "Optimizing F-measure"); at most `MOST_CITATIONS` are quoted.
    """
    others = sorted(range(1, len(shares)), key=lambda n: -shares[n])[: MOST_CITATIONS - 1]
    order, total = [0, *others], sum(shares)
    sums = accumulate(shares[n] for n in order)
    gains = [2 * found / (count + total) for count, found in enumerate(sums, 1)]
    return sorted(order[: gains.index(max(gains)) + 1])


def as_likely_as_first(scores: Sequence[float], share: float) -> int:
    """Return how many rank scores, best first, are of candidates `share` as likely as the first."""
    return sum(score >= scores[0] + log(share) for score in scores)


def rank_rows(evidence: Evidence, spans: Sequence[Span]) -> list[dict[str, float]]:
    """Return each span's `RANK_FEATURES`, as far as available."""
    dense = z_scores([hit_of(evidence, span).dense for span in spans])
    bm25 = z_scores(
        [evidence.bm25[span.sentence.article_id, span.sentence.start] for span in spans]
    )
    return [
        {
            "margin": span.margin,
            "dense": meaning,
            "bm25": word,
            "age": evidence.match(span.sentence.article_id).age,
        }
        | _beside(evidence, span)
        | _further(span)
        for span, meaning, word in zip(spans, dense, bm25, strict=True)
    ]


def share_rows(ranked: Sequence[Span], scores: Sequence[float]) -> list[dict[str, float]]:
    """Return each ranked span's `SHARE_FEATURES`, as far as available."""
    return [
        {
            "margin": span.margin,
            "behind": scores[0] - score,
            "rank": log(rank),
            "settled": ranked[0].margin if rank > 1 else 0.0,
            "other": float(span.sentence.article_id != ranked[0].sentence.article_id),
        }
        | _further(span)
        for rank, (span, score) in enumerate(zip(ranked, scores, strict=True), 1)
    ]


def confidence_rows(
    evidence: Evidence, ranked: Sequence[Span], scores: Sequence[float], shares: Sequence[float]
) -> list[dict[str, float]]:
    """Return each ranked span's `CONFIDENCE_FEATURES`, as far as available."""
    below = [*scores[1:], scores[-1] - 1.0] if scores else []
    left = list(accumulate(reversed(shares)))[::-1]
    timed = float(evidence.period is not None)
    asks = float(asks_a_question(evidence.question))
    others = _beside_others(evidence, ranked, scores)
    return [
        {
            "margin": span.margin,
            "dense": hit_of(evidence, span).dense,
            "gap": score - lower,
            "expected": log(expected + 1e-3),
            "asks": asks,
            "timed": timed,
            "crowd": log(evidence.searched),
        }
        | other
        | _beside(evidence, span)
        | _further(span)
        for span, score, lower, expected, other in zip(
            ranked, scores, below, left, others, strict=True
        )
    ]


def _beside(evidence: Evidence, span: Span) -> dict[str, float]:
    """Return how a span's article fits beside others."""
    match = evidence.match(span.sentence.article_id)
    return {"lacks": match.lacks, "untimely": match.untimely}


def _beside_others(
    evidence: Evidence, ranked: Sequence[Span], scores: Sequence[float]
) -> list[dict[str, float]]:
    """Return each candidate's lead over other articles that do not agree, and how many agree."""
    if evidence.searched < 2:
        return [{"lead": 0.0, "agreeing": 0.0}] * len(ranked)
    articles = [span.sentence.article_id for span in ranked]
    said = [saying(evidence, span) for span in ranked[:_RIVALS]]
    rows = []
    for number, article in enumerate(articles):
        lead, agreeing = _FARTHEST, set()
        for other in range(len(ranked)):
            near = abs(scores[number] - scores[other]) < _FARTHEST
            if articles[other] == article or not near:
                continue
            if max(number, other) < _RIVALS and agree(said[number], said[other]):
                agreeing.add(articles[other])
            elif other > number:
                lead = min(lead, scores[number] - scores[other])
        rows.append({"lead": lead, "agreeing": log(1 + len(agreeing))})
    return rows


def saying(evidence: Evidence, span: Span) -> Saying:
    """Return what a span says in answer to the question."""
    published = evidence.match(span.sentence.article_id).published
    return Saying.of(span, published, evidence.question)


def _further(span: Span) -> dict[str, float]:
    """Return what only some readers know: the margin of the first of two stages, the evidence."""
    known = {"first": span.first_margin, "evidence": span.evidence}
    return {name: value for name, value in known.items() if value is not None}


def hit_of(evidence: Evidence, span: Span) -> Hit:
    """Return the best hit that contains a span's sentence, or else the last hit.

    A sentence next to the retrieved passages is read as context and may still be the answer.
    """
    return next((hit for hit in evidence.hits if holds(hit, span)), evidence.hits[-1])


def holds(hit: Hit, span: Span) -> bool:
    """Return whether a span's sentence begins in a passage."""
    sentence = span.sentence
    return hit.article_id == sentence.article_id and hit.start <= sentence.start < hit.end


def probabilities(weights: Mapping[str, float], rows: Sequence[Mapping[str, float]]) -> list[float]:
    """Return what a logistic regression with an intercept makes of rows of features."""
    return [logistic(_weigh(weights, {"intercept": 1.0, **row})) for row in rows]


def _weigh(weights: Mapping[str, float], row: Mapping[str, float]) -> float:
    return sum(weight * row[name] for name, weight in weights.items())


def logistic(value: float) -> float:
    """Return the probability of a logit."""
    return 1.0 / (1.0 + exp(-max(-60.0, min(60.0, value))))
