"""Answer metrics: exact match and token F1 as in SQuAD, AUROC, and bootstrap intervals of figures.

Questions about one article stand and fall together, so the bootstrap (Efron, 1979) resamples whole
articles, not questions.
"""

from __future__ import annotations

import re
import string
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TypeVar

import numpy as np

_DRAWS = 1000
Row = TypeVar("Row")
Groups = Mapping[str, Sequence[Mapping[str, float]]]
"""Rows of measures by name, in groups; a row lacks those that it does not count for."""

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation + "‘’“”")


def tokens(text: str) -> list[str]:
    """Return the words in lower case, without punctuation or English articles.

    Follows the evaluation script of Rajpurkar et al. 2016 (arXiv:1606.05250), except that the
    script keeps the typographic quotation marks of newspapers.
    """
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def token_f1(text: str, gold: Sequence[str]) -> float:
    """Return the best harmonic mean of token precision and recall over the gold texts."""
    return max(_f1(tokens(text), tokens(item)) for item in gold)


def f1(precision: float, recall: float) -> float:
    """Return the harmonic mean of precision and recall (0..1 each), 0 if both are 0."""
    both = precision + recall
    return 2 * precision * recall / both if both else 0.0


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """Return the probability that a positive outscores a negative (ties: half); None without both.

    This is the area under the ROC curve (the Mann-Whitney U over the number of pairs).
    """
    if not positives or not negatives:
        return None
    ordered = np.sort(negatives)
    below, not_above = (ordered.searchsorted(positives, side) for side in ("left", "right"))
    return float((below + not_above).sum()) / (2 * len(positives) * len(negatives))


def auroc_of(scores: Sequence[tuple[bool, float]]) -> float | None:
    """Return the AUROC of (is positive, score) pairs."""
    return auroc([s for yes, s in scores if yes], [s for yes, s in scores if not yes])


@dataclass(frozen=True)
class Figure:
    """A figure over `n` rows with a 95 % interval; `value` is None if it is undefined."""

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None


def by_article(rows: Sequence[Row], articles: Sequence[str | None]) -> dict[str, list[Row]]:
    """Group rows by article; each is its own group if there is only one article, or none."""
    several = len({name for name in articles if name is not None}) > 1
    groups: dict[str, list[Row]] = defaultdict(list)
    for number, (row, name) in enumerate(zip(rows, articles, strict=True)):
        groups[f"article {name}" if several and name is not None else f"row {number}"].append(row)
    return dict(groups)


def figure(
    groups: Mapping[str, Sequence[Row]], measure: Callable[[Sequence[Row]], float | None]
) -> Figure:
    """Measure the rows of all groups, and of 1,000 resamples of the groups with replacement."""
    kept = [rows for rows in groups.values() if rows]
    everything = [row for rows in kept for row in rows]
    value = measure(everything) if everything else None
    if value is None or len(kept) < 2:
        return Figure(value, len(everything))
    rng = np.random.default_rng(0)
    found = []
    for _ in range(_DRAWS):
        drawn = [row for n in rng.integers(len(kept), size=len(kept)) for row in kept[n]]
        again = measure(drawn)
        if again is not None:
            found.append(again)
    low, high = np.quantile(found, (0.025, 0.975))
    return Figure(value, len(everything), float(low), float(high))


def only(groups: Mapping[str, Sequence[Row]], keep: Callable[[Row], bool]) -> dict[str, list[Row]]:
    """Return the rows of each group that are kept."""
    return {name: [row for row in rows if keep(row)] for name, rows in groups.items()}


def share(groups: Mapping[str, Sequence[Row]], of: Callable[[Row], float]) -> Figure:
    """Return the mean of a measure of single rows, as `figure` does."""
    return figure(groups, lambda rows: fmean(of(row) for row in rows))


def mean_of(groups: Groups, name: str) -> Figure:
    """Return the mean of a measure over the rows that have it."""
    return share(only(groups, lambda row: name in row), lambda row: row[name])


def ratio_of(groups: Groups, one: str, other: str) -> Figure:
    """Return the sum of a measure over that of another, of the rows that have the other."""

    def ratio(rows: Sequence[Mapping[str, float]]) -> float | None:
        whole = sum(row[other] for row in rows)
        return sum(row[one] for row in rows) / whole if whole else None

    return figure(only(groups, lambda row: other in row), ratio)


def auroc_figure(groups: Groups) -> Figure:
    """Return the AUROC of the `confidence` of rows, `answerable` against others."""
    return figure(
        groups,
        lambda rows: auroc_of([(bool(row["answerable"]), row["confidence"]) for row in rows]),
    )


def _f1(given: list[str], gold: list[str]) -> float:
    if not given or not gold:
        return float(given == gold)
    common = sum((Counter(given) & Counter(gold)).values())
    return 2 * common / (len(given) + len(gold))
