"""The official SQuAD 2.0 metric and the best threshold for refusing.

After the evaluation script of Rajpurkar et al. 2018 (arXiv:1806.03822): normalised exact match,
token F1, and the threshold on the no-answer score that gives the best mean.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class Prediction:
    """The best span of a question, its margin (best span minus null score) and the gold texts."""

    text: str
    margin: float
    gold: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """Percentages at ``threshold``: an answer is given where the margin is above it.

    ``has_em`` and ``has_f1`` are over the answerable questions at the same threshold, ``no_answer``
    is the share of the others that are refused; ``span_f1`` is what the answerable ones would
    reach if none was refused; ``auroc`` is the margin's, answerable against not (None if the
    data has only one of the two).
    """

    questions: int
    threshold: float
    em: float
    f1: float
    has_em: float
    has_f1: float
    no_answer: float
    span_f1: float
    auroc: float | None

    def __str__(self) -> str:
        auroc = "" if self.auroc is None else f"  AUROC {self.auroc:.3f}"
        return (
            f"EM {self.em:.2f}  F1 {self.f1:.2f}  HasAns {self.has_em:.2f}/{self.has_f1:.2f}  "
            f"NoAns {self.no_answer:.2f}  span F1 {self.span_f1:.2f}{auroc}  "
            f"threshold {self.threshold:.2f}  ({self.questions:,} questions)"
        )


def normalise(text: str) -> str:
    """Lower case, without punctuation, English articles and extra space."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(text: str, gold: Sequence[str]) -> float:
    """1.0 where the normalised text is one of the gold texts, else 0.0."""
    return float(normalise(text) in {normalise(item) for item in gold})


def token_f1(text: str, gold: Sequence[str]) -> float:
    """The best harmonic mean of token precision and recall over the gold texts."""
    return max(_f1(normalise(text).split(), normalise(item).split()) for item in gold)


def _f1(given: list[str], gold: list[str]) -> float:
    if not given or not gold:
        return float(given == gold)
    same = sum((Counter(given) & Counter(gold)).values())
    return 2 * same / (len(given) + len(gold))


def score(predictions: Sequence[Prediction], threshold: float | None = None) -> Scores:
    """Score at a threshold; None takes the one with the best F1 on these predictions."""
    exact = [exact_match(p.text, p.gold) if p.gold else 0.0 for p in predictions]
    overlap = [token_f1(p.text, p.gold) if p.gold else 0.0 for p in predictions]
    if threshold is None:
        threshold = best_threshold(predictions, overlap)
    given = [p.margin > threshold for p in predictions]
    has = [at for at, p in enumerate(predictions) if p.gold]
    no = [at for at, p in enumerate(predictions) if not p.gold]
    refused = sum(not given[at] for at in no)
    em = sum(exact[at] for at in has if given[at])
    f1 = sum(overlap[at] for at in has if given[at])
    return Scores(
        questions=len(predictions),
        threshold=threshold,
        em=_percent(em + refused, len(predictions)),
        f1=_percent(f1 + refused, len(predictions)),
        has_em=_percent(em, len(has)),
        has_f1=_percent(f1, len(has)),
        no_answer=_percent(refused, len(no)),
        span_f1=_percent(sum(overlap), len(has)),
        auroc=auroc([predictions[at].margin for at in has], [predictions[at].margin for at in no]),
    )


def best_threshold(predictions: Sequence[Prediction], overlap: Sequence[float]) -> float:
    """The threshold with the highest total F1: at first all are refused, then the margin falls."""
    order = sorted(range(len(predictions)), key=lambda at: -predictions[at].margin)
    total = best = float(sum(not p.gold for p in predictions))
    threshold = predictions[order[0]].margin + 1 if order else 0.0
    for place, at in enumerate(order):
        total += overlap[at] if predictions[at].gold else -1.0
        lower = predictions[order[place + 1]].margin if place + 1 < len(order) else None
        here = predictions[at].margin
        if total > best and lower != here:
            best, threshold = total, here - 1 if lower is None else (here + lower) / 2
    return threshold


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """The chance that a positive is above a negative, ties half; None without both."""
    if not positive or not negative:
        return None
    ranked = sorted([(value, True) for value in positive] + [(value, False) for value in negative])
    rank_sum, at = 0.0, 0
    while at < len(ranked):
        end = at
        while end < len(ranked) and ranked[end][0] == ranked[at][0]:
            end += 1
        mean = (at + 1 + end) / 2
        rank_sum += mean * sum(is_positive for _, is_positive in ranked[at:end])
        at = end
    count = len(positive)
    return (rank_sum - count * (count + 1) / 2) / (count * len(negative))


def _percent(part: float, whole: int) -> float:
    return 100 * part / whole if whole else 0.0
