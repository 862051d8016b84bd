"""The official SQuAD 2.0 metric and the best threshold for refusing.

After the evaluation script of Rajpurkar et al. 2018 (arXiv:1806.03822): normalised exact match,
token F1, and the threshold on the no-answer score that gives the best mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from askvisit.metrics import Figure, auroc_of, by_article, figure, token_f1, tokens


@dataclass(frozen=True, slots=True)
class Prediction:
    """The best span of a question, its margin (best span minus null score) and the gold texts."""

    text: str
    margin: float
    gold: tuple[str, ...]


def table(
    predictions: Sequence[Prediction], articles: Sequence[str], threshold: float | None = None
) -> list[str]:
    """A line for each score, a percentage: n, and a 95 % interval over articles.

    An answer is given if its margin is above the threshold; None takes the one with the best F1 on
    these predictions. ``HasAns`` is over the answerable questions at that threshold, ``NoAns`` the
    share of the others that are refused, ``span F1`` what the answerable ones would reach if none
    were refused, ``AUROC`` the margin's, answerable against not.
    """
    exact, overlap = (
        [100 * measure(p.text, p.gold) if p.gold else 100.0 for p in predictions]
        for measure in (exact_match, token_f1)
    )
    least = best_threshold(predictions, overlap) if threshold is None else threshold
    judged_right = [(p.margin > least) == bool(p.gold) for p in predictions]
    em, f1 = (
        [value * right for value, right in zip(values, judged_right, strict=True)]
        for values in (exact, overlap)
    )
    has = [at for at, p in enumerate(predictions) if p.gold]
    no = [at for at, p in enumerate(predictions) if not p.gold]
    rows = {
        "EM": (em, range(len(em))),
        "F1": (f1, range(len(f1))),
        "HasAns EM": (em, has),
        "HasAns F1": (f1, has),
        "NoAns": (f1, no),
        "span F1": (overlap, has),
    }
    sure = [(bool(p.gold), p.margin) for p in predictions]
    figures = {
        name: figure(by_article([values[n] for n in of], [articles[n] for n in of]), fmean)
        for name, (values, of) in rows.items()
    } | {"AUROC": figure(by_article(sure, articles), auroc_of)}
    return [
        f"{'threshold':<10} {least:>7.2f}",
        *(_line(name, found) for name, found in figures.items() if found.value is not None),
    ]


def exact_match(text: str, gold: Sequence[str]) -> float:
    """Return 1.0 if the tokens match those of a gold text, else 0.0."""
    return float(any(tokens(text) == tokens(item) for item in gold))


def _line(name: str, found: Figure) -> str:
    digits = 3 if name == "AUROC" else 2
    interval = "" if found.low is None else f"  [{found.low:.{digits}f}, {found.high:.{digits}f}]"
    return f"{name:<10} {found.value:>7.{digits}f}  n {found.n:>6,}{interval}"


def best_threshold(predictions: Sequence[Prediction], overlap: Sequence[float]) -> float:
    """The threshold with the highest total F1 (in percent each).

    All are refused at first, then it is lowered.
    """
    order = sorted(range(len(predictions)), key=lambda at: -predictions[at].margin)
    total = best = 100.0 * sum(not p.gold for p in predictions)
    threshold = predictions[order[0]].margin + 1 if order else 0.0
    for place, at in enumerate(order):
        total += overlap[at] if predictions[at].gold else -100.0
        lower = predictions[order[place + 1]].margin if place + 1 < len(order) else None
        here = predictions[at].margin
        if total > best and lower != here:
            best, threshold = total, here - 1 if lower is None else (here + lower) / 2
    return threshold
