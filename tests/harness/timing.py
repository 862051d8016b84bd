"""How the time of some work grows with its size; never a time by itself."""

from __future__ import annotations

import time
from collections.abc import Callable


def growth(work: Callable[[int], object]) -> float:
    """Return how much longer work on 8,000 takes than on 1,000: 8 times if it is linear."""

    def took(size: int) -> float:
        began = time.process_time()
        work(size)
        return time.process_time() - began

    return min(took(8000) for _ in range(5)) / min(took(1000) for _ in range(5))
