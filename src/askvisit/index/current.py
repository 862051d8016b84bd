"""The current index of a location, for threads that query it while it is rebuilt."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import TypeVar

from askvisit.encoder import Encoder
from askvisit.errors import EncoderMismatchError, IndexReplacedError
from askvisit.index.local import Articles, PassageIndex
from askvisit.index.location import IndexLocation
from askvisit.records import Article

_REBUILDS = 5
"""Rebuilds that may interrupt one piece of work before it fails."""

Result = TypeVar("Result")


class CurrentIndex:
    """Opens a location's index, and reopens it after a rebuild; safe to share between threads.

    Raises what `IndexLocation.open` raises, and `EncoderMismatchError` if the index was built with
    another encoder.
    """

    def __init__(self, location: IndexLocation, encoder: Encoder) -> None:
        self._location = location
        self._encoder = encoder
        self._lock = threading.Lock()
        self._seen: Hashable | None = None
        self._index = self.snapshot()

    def snapshot(self) -> PassageIndex:
        """Return the current index, reopened only if it was rebuilt."""
        seen = self._location.signature()
        with self._lock:
            if seen is None or seen != self._seen:
                self._index = self._opened()
                self._seen = seen
            return self._index

    def on_snapshot(self, work: Callable[[PassageIndex], Result]) -> Result:
        """Run work on one snapshot, and again on a new one if a rebuild removed it."""
        for _ in range(_REBUILDS):
            try:
                return work(self.snapshot())
            except (FileNotFoundError, IndexReplacedError):
                self._seen = None
        return work(self.snapshot())

    def _opened(self) -> PassageIndex:
        index = self._location.open()
        built_with = index.encoder
        if (built_with.name, built_with.sha256) != (self._encoder.name, self._encoder.sha256):
            raise EncoderMismatchError(self._location, built_with.name, self._encoder.name)
        return index


class CurrentArticles(Articles):
    """The articles of a snapshot by id; those of the current index once a rebuild removed it.

    Then an id may be listed whose article is gone: looking it up is a `KeyError`.
    """

    def __init__(self, index: PassageIndex, current: CurrentIndex) -> None:
        super().__init__(index)
        self._current = current

    def __getitem__(self, article_id: str) -> Article:
        try:
            return super().__getitem__(article_id)
        except (FileNotFoundError, IndexReplacedError):
            return self._current.on_snapshot(lambda index: index.article(article_id))
