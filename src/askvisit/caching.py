"""Caches whose size is in bytes: an article may have ten words or ten million characters."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from sys import getsizeof
from threading import Lock
from typing import Generic, TypeVar

Result = TypeVar("Result")


def remembered(megabytes: float) -> Callable[[Callable[..., Result]], Remembered[Result]]:
    """Decorate a function of hashable arguments so that its latest results are cached.

    When arguments and results exceed so many megabytes, the least recently used are dropped; the
    latest is always kept.
    """
    return lambda function: Remembered(function, int(megabytes * 2**20))


class Remembered(Generic[Result]):
    """A function with a cache of `most` bytes; threads may share it."""

    def __init__(self, function: Callable[..., Result], most: int) -> None:
        self._function = function
        self._most = most
        self._lock = Lock()
        self.cache_clear()

    def __call__(self, *arguments: Hashable) -> Result:
        """Return what the function returns, or returned."""
        with self._lock:
            if arguments in self._kept:
                self._kept.move_to_end(arguments)
                return self._kept[arguments][0]
        found = self._function(*arguments)
        size = size_of((arguments, found))
        with self._lock:
            if arguments not in self._kept:  # another thread may have been faster
                self._kept[arguments] = found, size
                self.held += size
            while self.held > self._most and len(self._kept) > 1:
                self.held -= self._kept.popitem(last=False)[1][1]
        return found

    def cache_clear(self) -> None:
        """Forget all results."""
        self._kept: OrderedDict[tuple[Hashable, ...], tuple[Result, int]] = OrderedDict()
        self.held = 0


def size_of(value: object) -> int:
    """Return about how many bytes a value takes with all that it holds; shared parts count anew.

    Of a sequence that begins with a number, all elements count like that one.
    """
    size = max(getsizeof(value), getattr(value, "nbytes", 0))  # an array may be part of another
    if isinstance(value, list | tuple):
        if value and isinstance(value[0], int | float):
            return size + len(value) * getsizeof(value[0])
        return size + sum(map(size_of, value))
    if isinstance(value, dict):
        return size + sum(map(size_of, value.items()))
    return size + size_of(vars(value)) if hasattr(value, "__dict__") else size
