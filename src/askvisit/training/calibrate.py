"""Fit the selection weights and the confidence of a reader: `models/selection.json`.

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
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from askvisit import answering
from askvisit import encoder as encoders
from askvisit import reader as readers
from askvisit.answering import CONFIDENCE_FEATURES, RANK_FEATURES
from askvisit.encoder import Encoder
from askvisit.evaluation import auroc
from askvisit.index import LocalIndex, build_index, open_index
from askvisit.reader import Reader
from askvisit.records import Evidence, Span
from askvisit.retriever import Retriever
from askvisit.training.data import read_squad

PARAGRAPHS = 8
"""Paragraphs of a page: about the length of a long news article."""

FAR_SHARE = 0.15
"""Questions about another article that are asked of a page, as a share of its own."""

ANSWERED = {"lenient": 0.97, "normal": 0.92, "strict": 0.80}
"""What share of answerable questions each strictness answers, on the fitted pages."""

_FOLDS = 4
_SELECTION = Path(answering.__file__).parent / "models" / "selection.json"


@dataclass(frozen=True)
class Asked:
    """A question as it was asked of a page, and what retriever and reader made of it.

    `gold` are the candidates that are right, by number; none for an unanswerable question.
    `far` is True for a question about another article.
    """

    article: int
    far: bool
    evidence: Evidence
    spans: list[Span]
    gold: tuple[int, ...]


@dataclass(frozen=True)
class _Page:
    article: int
    text: str
    questions: tuple[tuple[str, tuple[int, ...]], ...]  # with the answers' offsets in the text


def ask_pages(
    data: Path, reader: Reader, encoder: Encoder, questions: int, seed: int = 0
) -> list[Asked]:
    """Ask the pages of a SQuAD file their own questions, and some of other articles' ones."""
    rng = random.Random(seed)
    pages = list(_pages(data))
    own = [(page, text, starts) for page in pages for text, starts in page.questions]
    rng.shuffle(own)
    own = own[:questions]
    far = []
    for _ in range(round(FAR_SHARE * len(own))):
        page = rng.choice(pages)
        other = rng.choice([p for p in pages if p.article != page.article])
        far.append((page, rng.choice(other.questions)[0]))
    asked = []
    with tempfile.TemporaryDirectory() as folder:
        for number, page in enumerate(pages):
            mine = [(text, starts, False) for p, text, starts in own if p is page]
            mine += [(text, (), True) for p, text in far if p is page]
            if not mine:
                continue
            retriever = Retriever(_index(Path(folder) / str(number), page), encoder)
            for text, starts, is_far in mine:
                asked.append(_ask(page, text, starts, is_far, retriever, reader))
            print(f"\r{len(asked)} questions asked", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return asked


def fit(asked: Sequence[Asked], reader: str) -> answering.Selection:
    """Fit rank weights, confidence and thresholds to questions that were asked of pages."""
    ranking = _fit_rank(asked)
    rows, labels = _confidence_data(asked, ranking)
    confidence = _fit_logistic(rows, labels)
    answerable = [bool(a.gold) for a in asked]
    sure = np.sort(_probabilities(confidence, rows)[answerable])
    thresholds = {
        name: round(float(np.quantile(sure, 1 - share)), 4) for name, share in ANSWERED.items()
    }
    return answering.Selection(
        reader,
        _rounded(RANK_FEATURES, ranking),
        _rounded(("intercept", *CONFIDENCE_FEATURES), confidence),
        thresholds,
    )


def report(asked: Sequence[Asked], reader: str) -> dict[str, float]:
    """Return figures for articles that a fit did not see (cross-validation by article)."""
    firsts: list[tuple[Asked, bool, float, float]] = []
    for fold in range(_FOLDS):
        seen = [a for a in asked if a.article % _FOLDS != fold]
        selection = fit(seen, reader)
        for a in asked:
            if a.article % _FOLDS == fold and a.spans:
                best = answering.rank(a.evidence, a.spans, selection)[0]
                right = a.spans.index(best.span) in a.gold
                firsts.append((a, right, best.confidence, selection.thresholds["normal"]))
    answerable = [f for f in firsts if f[0].gold]
    near = [f for f in firsts if not f[0].gold and not f[0].far]
    far = [f for f in firsts if f[0].far]
    sure = [f[2] for f in answerable]
    return {
        "questions": len(firsts),
        "ranked_first": float(np.mean([f[1] for f in answerable])),
        "answered": float(np.mean([f[2] >= f[3] for f in answerable])),
        "answered_right": float(np.mean([f[1] and f[2] >= f[3] for f in answerable])),
        "false_answers_near": float(np.mean([f[2] >= f[3] for f in near])),
        "false_answers_far": float(np.mean([f[2] >= f[3] for f in far])),
        "auroc_near": auroc(sure, [f[2] for f in near]) or 0.0,
        "auroc_far": auroc(sure, [f[2] for f in far]) or 0.0,
        "calibration_error": calibration_error([f[2] for f in firsts], [f[1] for f in firsts]),
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


def _pages(data: Path) -> Iterator[_Page]:
    for number, document in enumerate(read_squad(data)):
        paragraphs = document.paragraphs
        for first in range(0, len(paragraphs) - PARAGRAPHS + 1, PARAGRAPHS):
            text, questions = "", []
            for paragraph in paragraphs[first : first + PARAGRAPHS]:
                for question in paragraph.questions:
                    starts = tuple(len(text) + start for start, _ in question.answers)
                    questions.append((question.text, starts))
                text += paragraph.context + "\n\n"
            yield _Page(number, text, tuple(questions))


def _index(folder: Path, page: _Page) -> LocalIndex:
    (folder / "articles").mkdir(parents=True)
    (folder / "articles" / "page.txt").write_text(page.text, "utf-8")
    build_index(index=folder, encoder=_builder())
    return open_index(folder)


@cache
def _builder() -> Encoder:
    return encoders.load()


def _ask(
    page: _Page,
    question: str,
    starts: tuple[int, ...],
    far: bool,
    retriever: Retriever,
    reader: Reader,
) -> Asked:
    evidence = retriever.gather(question)
    spans = reader.read(question, evidence.windows)
    gold = tuple(
        number
        for number, span in enumerate(spans)
        if any(span.sentence.start <= start < span.sentence.end for start in starts)
    )
    return Asked(page.article, far, evidence, spans, gold)


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


def _rounded(names: Sequence[str], weights: NDArray[np.float64]) -> dict[str, float]:
    return {name: round(float(w), 4) for name, w in zip(names, weights, strict=True)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, print the figures, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="a SQuAD file that the reader did not train on")
    parser.add_argument("--reader", metavar="NAME", help="the reader (default: the bundled one)")
    parser.add_argument("--questions", type=int, default=1500, help="how many are asked")
    parser.add_argument("--out", type=Path, default=_SELECTION, help="the file to update")
    chosen = parser.parse_args(arguments)
    encoder = encoders.load_for_questions()
    reader = readers.load(chosen.reader, encoder)
    asked = ask_pages(chosen.data, reader, encoder, chosen.questions)
    for name, value in report(asked, reader.name).items():
        print(f"{name:<20} {value:8.3f}")
    fitted = json.loads(chosen.out.read_text("utf-8")) if chosen.out.exists() else {}
    selection = fit(asked, reader.name)
    fitted[reader.name] = {
        "rank": selection.rank,
        "confidence": selection.confidence,
        "thresholds": selection.thresholds,
    }
    chosen.out.write_text(json.dumps(fitted, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
