"""A cache has a size in bytes."""

from __future__ import annotations

import numpy as np

from askvisit.caching import remembered, size_of
from askvisit.records import Article


def test_the_least_recently_used_are_dropped_when_the_bytes_are_full():
    made = []

    @remembered(megabytes=1)
    def text(letter, length):
        made.append(letter)
        return letter * length

    for letter in "abca":
        assert text(letter, 300_000) == letter * 300_000
    assert made == ["a", "b", "c"]
    text("d", 300_000)
    assert text.held < 2**20
    text("a", 300_000)
    assert made == ["a", "b", "c", "d"]
    text("b", 300_000)
    assert made[4:] == ["b"]
    text("e", 2_000_000)
    assert text("e", 2_000_000)
    assert made[5:] == ["e"]
    text.cache_clear()
    assert text.held == 0


def test_what_a_value_holds_is_counted():
    assert size_of("x" * 1000) > 1000
    assert size_of(("x" * 1000, ["y" * 1000])) > 2000
    assert size_of({"a": "x" * 1000}) > 1000
    assert size_of([10_000] * 100) == size_of([]) + 100 * size_of(10_000) + 800
    assert size_of(np.zeros((10, 100), np.float32)[:5]) >= 2000
    assert size_of(Article("a.txt", "A", "x" * 5000)) > 5000
