"""Fit the selection weights and the confidence of a reader: `models/calibration.json`.

    python -m askvisit.training.calibrate valid.json.gz

The data are pages of consecutive paragraphs from a SQuAD file that no reader was trained on; each
page becomes a small index, and its questions go through the retriever and the reader as a
person's would. Rank weights are a conditional logit over a page's sentences (McFadden, 1974),
the confidence a logistic regression for "the first candidate is right" (Platt, 1999). Figures
are printed for pages of articles that a fit did not see; the weights that are written are fitted
on all pages.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from askvisit import encoder as encoders
from askvisit import ranking as answering
from askvisit import reader as readers
from askvisit.calibration import Calibration, Strictness
from askvisit.metrics import auroc
from askvisit.ranking import CONFIDENCE_FEATURES, RANK_FEATURES
from askvisit.training.asking import Asked, ask_pages

ANSWERED: dict[Strictness, float] = {"lenient": 0.97, "normal": 0.92, "strict": 0.80}
"""What share of answerable questions each strictness answers, on the fitted pages."""

_FOLDS = 4
_CALIBRATION = Path(answering.__file__).parent / "models" / "calibration.json"


def fit(asked: Sequence[Asked], reader: str) -> Calibration:
    """Fit rank weights, confidence and thresholds to questions that were asked of pages."""
    ranking = _fit_rank(asked)
    rows, labels = _confidence_data(asked, ranking)
    confidence = _fit_logistic(rows, labels)
    answerable = [bool(a.gold) for a in asked]
    sure = np.sort(_probabilities(confidence, rows)[answerable])
    thresholds = {
        name: round(float(np.quantile(sure, 1 - share)), 4) for name, share in ANSWERED.items()
    }
    return Calibration(
        reader,
        _rounded(RANK_FEATURES, ranking),
        _rounded(("intercept", *CONFIDENCE_FEATURES), confidence),
        thresholds,
        {},
    )


@dataclass(frozen=True)
class Judged:
    """The first candidate of a question as a fit that did not see its article judged it.

    `given` says at which strictnesses it would have been shown.
    """

    asked: Asked
    right: bool
    confidence: float
    given: frozenset[str]


def judge(asked: Sequence[Asked], reader: str) -> list[Judged]:
    """Judge every question with a fit to other articles (cross-validation by article)."""
    judged = []
    for fold in range(_FOLDS):
        calibration = fit([a for a in asked if a.article % _FOLDS != fold], reader)
        for a in asked:
            if a.article % _FOLDS == fold and a.spans:
                best = answering.rank(a.evidence, a.spans, calibration)[0]
                least = calibration.thresholds
                given = frozenset(name for name in least if best.confidence >= least[name])
                right = a.spans.index(best.span) in a.gold
                judged.append(Judged(a, right, best.confidence, given))
    return judged


def rates(judged: Sequence[Judged]) -> dict[str, dict[str, float]]:
    """Return what to expect of each strictness, as shares.

    `answered` and `right` of the answerable questions, `false_near` and `false_far` of those that
    the page does not answer and that are about its subject or another one.
    """
    groups = {
        "answered": [j for j in judged if j.asked.gold],
        "false_near": [j for j in judged if not j.asked.gold and not j.asked.far],
        "false_far": [j for j in judged if j.asked.far],
    }
    return {
        name: {
            "right": _share([j.right and name in j.given for j in groups["answered"]]),
            **{group: _share([name in j.given for j in js]) for group, js in groups.items()},
        }
        for name in ANSWERED
    }


def report(judged: Sequence[Judged]) -> dict[str, float]:
    """Return figures of the ranking and of the confidence."""
    answerable = [j for j in judged if j.asked.gold]
    sure = [j.confidence for j in answerable]
    near = [j.confidence for j in judged if not j.asked.gold and not j.asked.far]
    far = [j.confidence for j in judged if j.asked.far]
    return {
        "questions": len(judged),
        "ranked_first": _share([j.right for j in answerable]),
        "auroc_near": auroc(sure, near) or 0.0,
        "auroc_far": auroc(sure, far) or 0.0,
        "calibration_error": calibration_error(
            [j.confidence for j in judged], [j.right for j in judged]
        ),
    }


def calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Return the expected calibration error: |share right - mean confidence| over equal bins."""
    order = np.argsort(confidences)
    error = 0.0
    for part in np.array_split(order, bins):
        if len(part):
            sure = np.mean([confidences[n] for n in part])
            true = np.mean([right[n] for n in part])
            error += abs(float(sure - true)) * len(part) / len(order)
    return error


def _fit_rank(asked: Sequence[Asked]) -> NDArray[np.float64]:
    """Maximise the likelihood of the right sentence among its page's (McFadden, 1974)."""
    pages = [
        (_matrix(answering.rank_rows(a.evidence, a.spans), RANK_FEATURES), list(a.gold))
        for a in asked
        if a.gold
    ]

    def loss(weights: NDArray[np.float64]) -> float:
        total = 0.0
        for rows, gold in pages:
            scores = rows @ weights
            scores -= scores.max()
            total -= np.log(np.exp(scores[gold]).sum() / np.exp(scores).sum())
        return total / len(pages) + 1e-4 * float(weights @ weights)

    return _minimised(loss, len(RANK_FEATURES))


def _confidence_data(
    asked: Sequence[Asked], ranking: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each question's first candidate as a row, and whether it is right."""
    rows, labels = [], []
    for a in asked:
        scores = _matrix(answering.rank_rows(a.evidence, a.spans), RANK_FEATURES) @ ranking
        order = np.argsort(-scores, kind="stable")
        ranked = [a.spans[n] for n in order]
        features = answering.confidence_rows(a.evidence, ranked, scores[order].tolist())
        rows.append([1.0, *(features[0][name] for name in CONFIDENCE_FEATURES)])
        labels.append(float(order[0] in a.gold))
    return np.array(rows), np.array(labels)


def _fit_logistic(rows: NDArray[np.float64], labels: NDArray[np.float64]) -> NDArray[np.float64]:
    def loss(weights: NDArray[np.float64]) -> float:
        logits = rows @ weights
        likelihood = np.logaddexp(0.0, logits) - labels * logits
        return float(likelihood.mean()) + 1e-4 * float(weights @ weights)

    return _minimised(loss, rows.shape[1])


def _minimised(loss: Any, size: int) -> NDArray[np.float64]:
    from scipy.optimize import minimize

    found: NDArray[np.float64] = minimize(loss, np.zeros(size), method="BFGS").x
    return found


def _probabilities(weights: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    probabilities: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-(rows @ weights)))
    return probabilities


def _matrix(rows: Sequence[dict[str, float]], names: Sequence[str]) -> NDArray[np.float64]:
    return np.array([[row[name] for name in names] for row in rows])


def _share(outcomes: Sequence[bool]) -> float:
    return round(float(np.mean(outcomes)), 4) if outcomes else 0.0


def _rounded(names: Sequence[str], weights: NDArray[np.float64]) -> dict[str, float]:
    return {name: round(float(w), 4) for name, w in zip(names, weights, strict=True)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, print the figures, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="a SQuAD file that the reader did not train on")
    parser.add_argument("--reader", metavar="NAME", help="the reader (default: the bundled one)")
    parser.add_argument("--questions", type=int, default=1500, help="how many are asked")
    parser.add_argument("--out", type=Path, default=_CALIBRATION, help="the file to update")
    chosen = parser.parse_args(arguments)
    encoder = encoders.load_for_questions()
    reader = readers.load(chosen.reader, encoder)
    asked = ask_pages(chosen.data, reader, encoder, chosen.questions)
    judged = judge(asked, reader.name)
    for name, value in report(judged).items():
        print(f"{name:<20} {value:8.3f}")
    expected = rates(judged)
    for name, shares in expected.items():
        print(f"{name:<20}", "  ".join(f"{key} {share:.3f}" for key, share in shares.items()))
    fitted = json.loads(chosen.out.read_text("utf-8")) if chosen.out.exists() else {}
    calibration = fit(asked, reader.name)
    fitted[reader.name] = {
        "sha256": reader.sha256,
        "rank": calibration.rank,
        "confidence": calibration.confidence,
        "thresholds": calibration.thresholds,
        "rates": expected,
    }
    chosen.out.write_text(json.dumps(fitted, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
