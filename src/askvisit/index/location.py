"""Where an index is kept, a folder or another store, and what a build did."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from askvisit.corpus import Entry
from askvisit.encoder import Encoder
from askvisit.errors import ArticleError
from askvisit.index.local import PassageIndex
from askvisit.index.manifest import EncoderIdentity


@dataclass(frozen=True)
class BuildOptions:
    """What an index is built from, and how; see `build_index` for each and for what None means."""

    articles: str | os.PathLike[str] | None = None
    encoder: str | Encoder | None = None
    faiss: str | None = None
    workers: int = 1
    progress: bool = False


@dataclass(frozen=True)
class BuildReport:
    """What a build did; `skipped` holds the files that are not articles, each with the reason.

    `folder` is the index's folder or location, `faiss` the FAISS factory (None in another store),
    `recall` its search's recall of the ten nearest passages (None if exact), `rebuilt` whether all
    passages were chunked or stored anew.
    """

    folder: Path | IndexLocation
    articles: int
    passages: int
    encoded: int
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    skipped: tuple[ArticleError, ...] = ()
    faiss: str | None = "Flat"
    recall: float | None = None
    rebuilt: bool = False

    @classmethod
    def of(
        cls,
        folder: Path | IndexLocation,
        counts: Mapping[str, int],
        before: Mapping[str, Entry],
        entries: Sequence[Entry],
        skipped: Sequence[ArticleError],
        *,
        encoded: int,
        rebuilt: bool,
        faiss: str | None,
        recall: float | None = None,
    ) -> BuildReport:
        """Return the report of a build in which `entries` replaced the articles `before`, by id."""
        now = {entry.id: entry for entry in entries}
        return cls(
            folder=folder,
            articles=counts["articles"],
            passages=counts["passages"],
            encoded=encoded,
            added=tuple(name for name in now if name not in before),
            changed=tuple(name for name in now if name in before and before[name] != now[name]),
            removed=tuple(name for name in before if name not in now),
            skipped=tuple(skipped),
            faiss=faiss,
            recall=recall,
            rebuilt=rebuilt,
        )

    @property
    def unchanged(self) -> bool:
        """Whether there was nothing to do; the index's files were left as they are."""
        return not (self.added or self.changed or self.removed or self.encoded or self.rebuilt)


class IndexLocation(ABC):
    """Where an index is kept; its `str` describes it for users."""

    @property
    @abstractmethod
    def options(self) -> str:
        """The command-line options that select it."""

    @abstractmethod
    def signature(self) -> Hashable | None:
        """Return a value that changes with each rebuild; None if there is nothing to see."""

    @abstractmethod
    def encoder(self) -> EncoderIdentity:
        """Return the encoder that the index was built with; raises what `open` raises."""

    @abstractmethod
    def open(self) -> PassageIndex:
        """Open the current index. Raises a `PassageIndexError` that says how to fix it."""

    def article_file(self, article_id: str) -> Path | None:
        """Return the path of an indexed article's file, None if it is unknown."""
        return None

    @abstractmethod
    def calibration_file(self) -> Path | None:
        """Return where `askvisit calibrate` stores its fits, None if the location stores none."""

    @abstractmethod
    def suggestions(self) -> tuple[str, ...]:
        """Return the suggested questions that come with the index."""

    @abstractmethod
    def build(self, options: BuildOptions) -> BuildReport:
        """Build the index of a folder of articles; raises what `build_index` raises."""
