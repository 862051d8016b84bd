"""How much memory a process holds, and whether that levels off."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from statistics import linear_regression


def memory_in_use(process: int | str = "self") -> float:
    """Return the megabytes of memory that a process holds, 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def growth(samples: Sequence[tuple[int, float]]) -> float:
    """Return the megabytes that each thousand adds in the last half of the samples.

    samples: how many were done, and the megabytes then.
    """
    half = samples[-1][0] / 2
    last = [sample for sample in samples if sample[0] >= half]
    if len(last) < 2:
        return 0.0
    return 1000 * linear_regression(*zip(*last, strict=True)).slope
