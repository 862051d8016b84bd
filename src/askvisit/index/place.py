"""Where an index is kept: a folder on this machine, or a store elsewhere."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Hashable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from askvisit.encoder import Encoder
    from askvisit.index.build import BuildReport
    from askvisit.index.local import PassageIndex
    from askvisit.index.manifest import EncoderIdentity


class Place(ABC):
    """Where an index is kept. `str` of it says where, for people."""

    @property
    @abstractmethod
    def options(self) -> str:
        """The options of the command line that name it."""

    @abstractmethod
    def signature(self) -> Hashable | None:
        """Return what is another after each rebuild; None where there is nothing to be seen."""

    @abstractmethod
    def encoder(self) -> EncoderIdentity:
        """Return the encoder that the index was built with; raises what `open` raises."""

    @abstractmethod
    def open(self) -> PassageIndex:
        """Open the index as it is now. Raises a `PassageIndexError` that says how to mend it."""

    @abstractmethod
    def suggestions(self) -> tuple[str, ...]:
        """Return the questions to start with that come with the index."""

    @abstractmethod
    def build(
        self,
        articles: str | os.PathLike[str] | None = None,
        *,
        encoder: str | Encoder | None = None,
        workers: int = 1,
        progress: bool = False,
    ) -> BuildReport:
        """Build the index of a folder of articles; see `build_index`."""
