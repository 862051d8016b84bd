"""Whether memory levels off is judged by the last half of a run."""

import mmap
import os

import pytest
from harness.memory import growth, memory_in_use


def test_growth_is_that_of_the_last_half():
    levels_off = [(n, min(n, 500) / 10) for n in range(0, 1001, 50)]
    assert growth(levels_off) == pytest.approx(0)
    assert growth([(n, 100 + n / 50) for n in range(0, 1001, 50)]) == pytest.approx(20)
    assert growth([(0, 100.0), (10, 900.0)]) == 0  # one sample tells nothing


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="no /proc here")
def test_memory_that_is_held_is_seen():
    before = memory_in_use()
    # A mapping of its own: what malloc gives may be memory that the process held already.
    held = mmap.mmap(-1, 50_000_000)
    for page in range(0, len(held), mmap.PAGESIZE):
        held[page] = 1
    assert memory_in_use() - before > 40
    held.close()
    assert memory_in_use(2**30) == 0
