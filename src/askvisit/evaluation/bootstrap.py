"""How far off a figure may be: the bootstrap (Efron, 1979), over whole articles.

Questions about one article stand and fall together, so articles are resampled, not questions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

_DRAWS = 1000
Row = TypeVar("Row")


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
