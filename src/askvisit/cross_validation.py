"""How good a fit is, cross-validated by article: each question is judged by a fit to others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from askvisit import ranking
from askvisit.fitting import ANSWERED, Sample, fit, has_answer
from askvisit.metrics import auroc, f1

FOLDS = 5


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
                "right": _share([j.right and level in j.given for j in answerable]),
                **{n: _share([level in j.given for j in js]) for n, js in groups.items() if js},
            }
    return expected


def report(judged: Sequence[Judgement]) -> dict[str, float]:
    """Return figures of the ranking and of the confidence, without those that are undefined."""
    answerable = [j for j in judged if j.sample.answerable]
    near = [j.confidence for j in judged if not j.sample.answerable and not j.sample.far]
    area = auroc([j.confidence for j in answerable], near)
    figures = {
        "questions": len(judged),
        "ranked_first": _share([j.right for j in answerable]),
        "auroc_near": area,
        "calibration_error": calibration_error(
            [j.confidence for j in judged], [j.found for j in judged]
        ),
    }
    figures |= _of_several([j for j in answerable if j.sample.needed])
    return {name: value for name, value in figures.items() if value is not None}


def _of_several(judged: Sequence[Judgement]) -> dict[str, float]:
    """Return figures of questions that several sentences answer together, refusing nothing."""
    if not judged:
        return {}
    recall, precision = [], []
    for j in judged:
        essential = len({*j.quoted} & {*j.sample.gold})
        fitting = essential + len({*j.quoted} & {*j.sample.useful})
        recall.append(essential / j.sample.needed)
        precision.append(fitting / len(j.quoted))
    return {
        "sentence_recall": float(np.mean(recall)),
        "sentence_precision": float(np.mean(precision)),
        "sentence_f1": float(np.mean(list(map(f1, precision, recall)))),
        "all_sentences": float(np.mean([found == 1 for found in recall])),
        "sentences_quoted": float(np.mean([len(j.quoted) for j in judged])),
    }


def calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Return the expected calibration error (Guo et al., 2017).

    That is |share right - mean confidence| in each of `bins` equally wide ranges of confidence,
    weighted by how many confidences are in it.
    """
    sure, true = np.asarray(confidences), np.asarray(right)
    place = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = np.abs(np.bincount(place, true, bins) - np.bincount(place, sure, bins))
    return float(gaps.sum() / len(sure))


def _share(outcomes: Sequence[bool]) -> float:
    return round(float(np.mean(outcomes)), 4) if outcomes else 0.0
