"""Fit how a reader's spans are ranked, how many are quoted, and how sure its answers are.

Questions with known answers are asked of articles that the reader was not trained on. Rank weights
are a conditional logit over the sentences that were read (McFadden, 1974). Whether a sentence
belongs to the answer, and whether what is quoted answers, are logistic regressions (Platt, 1999).
How good a fit is, is cross-validated by article: each question is judged by a fit to others.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from askvisit import grouping, ranking
from askvisit.calibration import Calibration, Strictness
from askvisit.errors import DataError
from askvisit.evaluation.questions import Question, is_gold
from askvisit.metrics import auroc
from askvisit.ranking import CONFIDENCE_FEATURES, RANK_FEATURES, SHARE_FEATURES
from askvisit.retriever import Retriever
from askvisit.text import marked

if TYPE_CHECKING:
    from askvisit.encoder import Encoder
    from askvisit.index import PassageIndex
    from askvisit.reader import Reader
    from askvisit.records import Evidence, Span

ANSWERED: dict[Strictness, float] = {"lenient": 0.95, "normal": 0.88, "strict": 0.70}
"""What share of answerable questions for a fact each strictness answers, on the fitted articles,
each searched by itself."""

WEIGHTS = {"news": 2.0, "broad": 2.0, "topics": 2.0, "among": 2.0}
"""Weights of sources, 1 for any other: askvisit is made for news."""

ABSENT = 0.7
"""Weight of a question to several articles none of which answers. They are as many as the others,
but people mostly ask an archive what is in it: so they count as two in five."""

USEFUL = 0.4
"""Probability that a sentence which only adds to an answer belongs to it."""

ENOUGH = 0.5
"""The share of the sentences needed that makes a quotation an answer."""

FOLDS = 5

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """A question as it was asked of an article, and what retriever and reader made of it.

    `answerable` says that the article answers it. `gold` are the spans that are right, by number;
    an answerable question has none where what answers it was not read to the end. `far` is True for
    a question about another article. `needed` is the number of sentences that answer only together,
    as those of a list or a story do; 0 if each of them answers. `useful` are spans that only add to
    the answer. `source` names the kind of text; a source counts by its weight, not by its number of
    questions.
    """

    source: str
    article: str
    question: str
    evidence: Evidence
    spans: list[Span]
    gold: tuple[int, ...]
    answerable: bool
    far: bool = False
    needed: int = 0
    useful: tuple[int, ...] = ()


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
    rank = rounded(_fit_rank(samples))
    belonging = rounded(_fit_share(samples, rank))
    rows, right = _confidence_data(samples, rank, belonging)
    if not right.any():
        raise DataError("the reader ranks none of the answers first, so there is nothing to fit to")
    share = _shares(samples)
    confidence = fit_logistic(CONFIDENCE_FEATURES, rows, right, share * len(rows))
    facts = answerable & np.array([not s.needed and s.evidence.searched == 1 for s in samples])
    judged = facts if facts.any() else answerable
    sure = np.array(ranking.probabilities(confidence, rows))[judged]
    thresholds = {
        level: _rounded_down(_weighted_quantile(sure, share[judged], 1 - wanted))
        for level, wanted in ANSWERED.items()
    }
    fitted = Calibration(reader, rank, belonging, rounded(confidence), thresholds, rates={})
    return replace(fitted, also=_fit_also(samples, fitted))


def as_json(
    fitted: Calibration, sha256: str, expected: Mapping[str, Mapping[str, Mapping[str, float]]]
) -> dict[str, Any]:
    """Return a fit as `models/calibration.json` holds it, with the hash of the reader's weights."""
    known = asdict(fitted) | {"sha256": sha256, "rates": expected}
    return {name: value for name, value in known.items() if name != "reader"}


@dataclass(frozen=True)
class Judgement:
    """What would be quoted for a question, by a fit to other articles.

    `quoted` are the numbers of the sample's spans, best first; `right` says whether the first is
    right, `found` whether they answer together, `given` at which strictnesses they would be shown.
    """

    sample: Sample
    quoted: tuple[int, ...]
    right: bool
    found: bool
    confidence: float
    given: frozenset[str]


def judge(samples: Sequence[Sample], reader: str) -> list[Judgement]:
    """Judge every question with a fit to other articles (cross-validation by article)."""
    articles = sorted({sample.article for sample in samples})
    fold = {article: n % FOLDS for n, article in enumerate(articles)}
    judged = []
    for number in range(FOLDS):
        held_out = [s for s in samples if fold[s.article] == number and s.spans]
        if not held_out:
            continue
        fitted = fit([s for s in samples if fold[s.article] != number], reader)
        for sample in held_out:
            ranked = ranking.rank(sample.evidence, sample.spans, fitted)
            sure, least = ranked[0].confidence, fitted.thresholds
            given = frozenset(level for level in least if sure >= least[level])
            cited = [candidate.span for candidate in ranking.choose(ranked, 0)]
            quoted = tuple(sample.spans.index(span) for span in cited)
            right, found = quoted[0] in sample.gold, has_answer(sample, cited)
            judged.append(Judgement(sample, quoted, right, found, sure, given))
    return judged


def rates(judged: Sequence[Judgement]) -> dict[str, dict[str, dict[str, float]]]:
    """Return what to expect at each strictness, for each source, as shares.

    `answered` and `right` of the answerable questions, `false_near` and `false_far` of those that
    the article does not answer and that are about its subject or another one.
    """
    expected: dict[str, dict[str, dict[str, float]]] = {}
    for level in ANSWERED:
        expected[level] = {}
        for source in sorted({j.sample.source for j in judged}):
            mine = [j for j in judged if j.sample.source == source]
            answerable = [j for j in mine if j.sample.answerable]
            groups = {
                "answered": answerable,
                "false_near": [j for j in mine if not j.sample.answerable and not j.sample.far],
                "false_far": [j for j in mine if j.sample.far],
            }
            expected[level][source] = {
                "right": _mean([j.right and level in j.given for j in answerable]),
                **{n: _mean([level in j.given for j in js]) for n, js in groups.items() if js},
            }
    return expected


def report(judged: Sequence[Judgement]) -> dict[str, float]:
    """Return figures of the ranking and of the confidence, without those that are undefined."""
    answerable = [j for j in judged if j.sample.answerable]
    near = [j.confidence for j in judged if not j.sample.answerable and not j.sample.far]
    area = auroc([j.confidence for j in answerable], near)
    figures = {
        "questions": len(judged),
        "ranked_first": _mean([j.right for j in answerable]),
        "auroc_near": area,
        "calibration_error": calibration_error(
            [j.confidence for j in judged], [j.found for j in judged]
        ),
    }
    return {name: value for name, value in figures.items() if value is not None}


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Return the expected calibration error (Guo et al., 2017).

    That is |share right - mean confidence| in each of ten equally wide ranges of confidence,
    weighted by how many confidences are in it.
    """
    sure, true = np.asarray(confidences), np.asarray(right)
    place = np.minimum((sure * 10).astype(int), 9)
    gaps = np.abs(np.bincount(place, true, 10) - np.bincount(place, sure, 10))
    return float(gaps.sum() / len(sure))


def _fit_rank(samples: Sequence[Sample]) -> dict[str, float]:
    """Maximise the likelihood of the right sentences among those that were read."""
    from scipy.optimize import minimize
    from scipy.special import softmax

    chosen = [sample for sample in samples if sample.gold]
    listed = [ranking.rank_rows(s.evidence, s.spans) for s in chosen]
    names = _varying(RANK_FEATURES, [row for rows in listed for row in rows])
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
        probabilities = softmax(scores, axis=1)
        target = softmax(np.where(gold, scores, -1e9), axis=1)
        likelihood = np.log((probabilities * gold).sum(1).clip(1e-300))
        gradient = ((probabilities - target)[:, :, None] * rows).sum(1)
        value = float(-(share * likelihood).sum() + 1e-4 * weights @ weights)
        return value, (share[:, None] * gradient).sum(0) + 2e-4 * weights

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B")
    return dict(zip(names, found.x.tolist(), strict=True))


def has_answer(sample: Sample, spans: Sequence[Span]) -> bool:
    """Return whether a sample's spans, such as those cited, answer.

    One of them is right; or they are at least half of those that only answer together.
    """
    right = sum(sample.spans.index(span) in sample.gold for span in spans)
    return right > 0 and right >= ENOUGH * sample.needed


def _fit_share(samples: Sequence[Sample], rank: Mapping[str, float]) -> dict[str, float]:
    """Fit the probability that a sentence belongs to the answer of an answered question.

    Sentences that only add to the answer count as both, `USEFUL` of them as belonging.
    """
    chosen = [sample for sample in samples if sample.gold]
    rows: list[dict[str, float]] = []
    belongs: list[float] = []
    weights: list[float] = []
    for sample, share in zip(chosen, _shares(chosen), strict=True):
        ranked, scores = ranking.by_score(sample.evidence, sample.spans, rank)
        rows += ranking.share_rows(ranked, scores)
        for span in ranked:
            number = sample.spans.index(span)
            useful = USEFUL if number in sample.useful else 0.0
            belongs.append(1.0 if number in sample.gold else useful)
        weights += [share] * len(ranked)
    target, weight = np.array(belongs), np.array(weights)
    return fit_logistic(
        SHARE_FEATURES,
        [*rows, *rows],
        np.repeat([True, False], len(rows)),
        np.concatenate([weight * target, weight * (1 - target)]) * len(rows),
    )


def _confidence_data(
    samples: Sequence[Sample], rank: Mapping[str, float], share: Mapping[str, float]
) -> tuple[list[dict[str, float]], NDArray[np.bool_]]:
    """Return each question's first candidate as a row, and whether what is quoted answers."""
    rows, right = [], []
    for sample in samples:
        ranked, scores = ranking.by_score(sample.evidence, sample.spans, rank)
        shares = ranking.probabilities(share, ranking.share_rows(ranked, scores))
        rows.append(ranking.confidence_rows(sample.evidence, ranked, scores, shares)[0])
        quoted = [ranked[n] for n in ranking.likeliest_set(shares)]
        right.append(has_answer(sample, quoted))
    return rows, np.array(right)


def _fit_also(samples: Sequence[Sample], fitted: Calibration) -> dict[str, float]:
    """Fit the probability that other articles answer too, where a question is answered.

    Empty if no question was asked of articles of which several answer.
    """
    rows: list[dict[str, float]] = []
    answers: list[bool] = []
    for sample in samples:
        ranked = ranking.rank(sample.evidence, sample.spans, fitted)
        if sample.evidence.searched < 2 or ranked[0].confidence < fitted.thresholds["normal"]:
            continue
        best = [own[0] for own in grouping.by_article(sample.evidence, ranked, fitted)[1:]]
        rows += grouping.also_rows(sample.evidence, ranked, best)
        answers += [sample.spans.index(candidate.span) in sample.gold for candidate in best]
    if not any(answers) or all(answers):
        return {}
    weights = np.ones(len(rows))
    return rounded(fit_logistic(grouping.ALSO_FEATURES, rows, np.array(answers), weights))


def fit_logistic(
    features: Sequence[str],
    rows: Sequence[Mapping[str, float]],
    labels: NDArray[np.bool_],
    weights: Floats,
) -> dict[str, float]:
    """Return the coefficients of a logistic regression by name, that of the intercept first."""
    from sklearn.linear_model import LogisticRegression

    names = _varying(features, rows)
    model = LogisticRegression(C=100.0, max_iter=1000)
    model.fit(_matrix(rows, names), labels, sample_weight=weights)
    coefficients = [*model.intercept_.tolist(), *model.coef_[0].tolist()]
    return dict(zip(["intercept", *names], coefficients, strict=True))


def _varying(features: Sequence[str], rows: Sequence[Mapping[str, float]]) -> list[str]:
    """Return the features that rows have, and not all of them the same value of."""
    known = [name for name in features if name in rows[0]]
    return [name for name in known if any(row[name] != rows[0][name] for row in rows)]


def _shares(samples: Sequence[Sample]) -> Floats:
    """Return sample weights that sum to 1, divided among the sources by `WEIGHTS`."""
    inside = [ABSENT if s.evidence.searched > 1 and not s.answerable else 1.0 for s in samples]
    counts: dict[str, float] = defaultdict(float)
    for sample, weight in zip(samples, inside, strict=True):
        counts[sample.source] += weight
    weights = {source: WEIGHTS.get(source, 1.0) for source in counts}
    total = sum(weights.values())
    return np.array(
        [
            weight * weights[s.source] / (total * counts[s.source])
            for s, weight in zip(samples, inside, strict=True)
        ]
    )


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


def rounded(weights: Mapping[str, float]) -> dict[str, float]:
    """Return weights as they are stored."""
    return {name: round(weight, 4) for name, weight in weights.items()}


def _mean(outcomes: Sequence[bool]) -> float:
    return round(float(np.mean(outcomes)), 4) if outcomes else 0.0
