"""Fit how a reader's spans are ranked and how sure its answers are.

Questions with known answers are asked of articles that the reader was not trained on. Rank weights
are a conditional logit over the sentences that were read (McFadden, 1974), the confidence a
logistic regression for "one of the cited candidates is right" (Platt, 1999).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from askvisit import ranking
from askvisit.calibration import Calibration, Strictness
from askvisit.encoder import Encoder
from askvisit.errors import DataError
from askvisit.evaluation import Question, is_gold
from askvisit.index import PassageIndex
from askvisit.ranking import CONFIDENCE_FEATURES, RANK_FEATURES
from askvisit.reader import Reader
from askvisit.records import Evidence, Span
from askvisit.retriever import Retriever
from askvisit.text import marked

ANSWERED: dict[Strictness, float] = {"lenient": 0.95, "normal": 0.90, "strict": 0.70}
"""What share of answerable questions each strictness answers, on the fitted articles."""

WEIGHTS = {"news": 2.0}
"""Weights of sources, 1 for any other: askvisit is made for news."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """A question as it was asked of an article, and what retriever and reader made of it.

    `answerable` says that the article answers it. `gold` are the spans that are right, by number;
    an answerable question has none where what answers it was not read to the end. `far` is True for
    a question about another article, `several` for one that all of the gold spans answer together.
    `source` names the kind of text; a source counts by its weight, not by its number of questions.
    """

    source: str
    article: str
    question: str
    evidence: Evidence
    spans: list[Span]
    gold: tuple[int, ...]
    answerable: bool
    far: bool = False
    several: bool = False


def ask(
    index: PassageIndex, encoder: Encoder, reader: Reader, questions: Sequence[Question]
) -> list[Sample]:
    """Ask an index questions whose answering sentences are known; each is judged by itself."""
    samples = []
    for number, question in enumerate(questions):
        asked = marked(question.question)
        evidence = Retriever(index, encoder).gather(asked, passages=reader.passages)
        spans = reader.read(asked, evidence)
        gold = tuple(n for n, s in enumerate(spans) if is_gold(question, s.sentence.text))
        far = question.kind == "unanswerable-far"
        answerable = bool(question.sentences)
        samples.append(
            Sample("questions", str(number), asked, evidence, spans, gold, answerable, far)
        )
    return samples


def save(fits: Mapping[str, Any], path: Path) -> None:
    """Replace a calibration file as a whole; `fits` are `as_json` by the name of the reader."""
    unfinished = path.with_suffix(".tmp")
    unfinished.write_text(json.dumps(fits, indent=1) + "\n", "utf-8")
    unfinished.replace(path)


def fit(samples: Sequence[Sample], reader: str) -> Calibration:
    """Fit rank weights, confidence and thresholds.

    Raises `DataError` where there are not both answerable and unanswerable questions.
    """
    samples = [sample for sample in samples if sample.spans]
    answerable = np.array([sample.answerable for sample in samples])
    if not answerable.any() or answerable.all():
        raise DataError(
            "a fit needs questions that the articles answer and some that they do not; add them"
        )
    if not any(sample.gold for sample in samples):
        raise DataError("the reader finds none of the answers, so there is nothing to fit to")
    names, weights = _fit_rank(samples)
    rows, right = _confidence_data(samples, names, weights)
    if not right.any():
        raise DataError("the reader ranks none of the answers first, so there is nothing to fit to")
    share = _shares(samples)
    confidence_names, coefficients = _fit_confidence(rows, right, share)
    sure = _probability(coefficients, _matrix(rows, confidence_names))[answerable]
    thresholds = {
        level: _rounded_down(_weighted_quantile(sure, share[answerable], 1 - wanted))
        for level, wanted in ANSWERED.items()
    }
    return Calibration(
        reader,
        _rounded(names, weights),
        _rounded(("intercept", *confidence_names), coefficients),
        thresholds,
        rates={},
    )


def as_json(
    fitted: Calibration, sha256: str, expected: Mapping[str, Mapping[str, Mapping[str, float]]]
) -> dict[str, object]:
    """Return a fit as `models/calibration.json` holds it, with the hash of the reader's weights."""
    return {
        "sha256": sha256,
        "rank": fitted.rank,
        "confidence": fitted.confidence,
        "thresholds": fitted.thresholds,
        "rates": expected,
    }


def _fit_rank(samples: Sequence[Sample]) -> tuple[list[str], Floats]:
    """Maximise the likelihood of the right sentences among those that were read."""
    from scipy.optimize import minimize

    chosen = [sample for sample in samples if sample.gold]
    listed = [ranking.rank_rows(s.evidence, s.spans) for s in chosen]
    names = [name for name in RANK_FEATURES if name in listed[0][0]]
    longest = max(map(len, listed))
    rows = np.zeros((len(chosen), longest, len(names)))
    mask = np.zeros((len(chosen), longest), dtype=bool)
    gold = np.zeros_like(mask)
    for number, (sample, features) in enumerate(zip(chosen, listed, strict=True)):
        rows[number, : len(features)] = _matrix(features, names)
        mask[number, : len(features)] = True
        gold[number, list(sample.gold)] = True
    share = _shares(chosen)

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = np.where(mask, rows @ weights, -1e9)
        probabilities = _softmax(scores)
        target = _softmax(np.where(gold, scores, -1e9))
        likelihood = np.log((probabilities * gold).sum(1).clip(1e-300))
        gradient = ((probabilities - target)[:, :, None] * rows).sum(1)
        value = float(-(share * likelihood).sum() + 1e-4 * weights @ weights)
        return value, (share[:, None] * gradient).sum(0) + 2e-4 * weights

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B")
    return names, np.asarray(found.x)


def has_answer(sample: Sample, spans: Sequence[Span]) -> bool:
    """Return whether one of a sample's spans, such as those cited, is right."""
    return any(sample.spans.index(span) in sample.gold for span in spans)


def _confidence_data(
    samples: Sequence[Sample], names: Sequence[str], weights: Floats
) -> tuple[list[dict[str, float]], NDArray[np.bool_]]:
    """Return each question's first candidate as a row, and whether what is cited has an answer."""
    rows, right = [], []
    fitted = dict(zip(names, weights.tolist(), strict=True))
    for sample in samples:
        ranked, scores = ranking.by_score(sample.evidence, sample.spans, fitted)
        rows.append(ranking.confidence_rows(sample.evidence, ranked, scores)[0])
        right.append(has_answer(sample, ranked[: ranking.cited(scores)]))
    return rows, np.array(right)


def _fit_confidence(
    rows: Sequence[dict[str, float]], right: NDArray[np.bool_], share: Floats
) -> tuple[list[str], Floats]:
    from sklearn.linear_model import LogisticRegression

    names = [name for name in CONFIDENCE_FEATURES if name in rows[0]]
    model = LogisticRegression(C=100.0, max_iter=1000)
    model.fit(_matrix(rows, names), right, sample_weight=share * len(rows))
    return names, np.concatenate([model.intercept_, model.coef_[0]])


def _shares(samples: Sequence[Sample]) -> Floats:
    """Return sample weights that sum to 1, divided among the sources by `WEIGHTS`."""
    counts = Counter(sample.source for sample in samples)
    weight = {source: WEIGHTS.get(source, 1.0) for source in counts}
    total = sum(weight.values())
    return np.array([weight[s.source] / (total * counts[s.source]) for s in samples])


def _probability(coefficients: Floats, rows: Floats) -> Floats:
    probabilities: Floats = 1.0 / (1.0 + np.exp(-(coefficients[0] + rows @ coefficients[1:])))
    return probabilities


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(1, keepdims=True))
    probabilities: Floats = powers / powers.sum(1, keepdims=True)
    return probabilities


def _weighted_quantile(values: Floats, weights: Floats, share: float) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][min(int(np.searchsorted(reached, share)), len(values) - 1)])


def _rounded_down(threshold: float) -> float:
    """Round to four digits, so that the question it is taken from is answered.

    A threshold of 1 would refuse everything.
    """
    return min(0.9999, floor(1e4 * threshold) / 1e4)


def _matrix(rows: Sequence[Mapping[str, float]], names: Sequence[str]) -> Floats:
    return np.array([[row[name] for name in names] for row in rows])


def _rounded(names: Sequence[str], weights: Floats) -> dict[str, float]:
    return {name: round(float(w), 4) for name, w in zip(names, weights, strict=True)}
