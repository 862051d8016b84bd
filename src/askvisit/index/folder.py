"""A folder of this machine as the location of an index."""

from __future__ import annotations

import os
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

from askvisit.encoder import Encoder
from askvisit.index import manifest as manifests
from askvisit.index.local import LocalIndex, open_index
from askvisit.index.locate import locate
from askvisit.index.location import BuildReport, IndexLocation
from askvisit.index.lock import only_writer
from askvisit.index.manifest import EncoderIdentity
from askvisit.index.update import update


@dataclass(frozen=True)
class FolderLocation(IndexLocation):
    """An index in a folder; replacing its manifest is what a rebuild is known by."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    def __fspath__(self) -> str:
        return str(self.path)

    @property
    def options(self) -> str:
        """The options of the command line that name it."""
        return f"--index {self.path}"

    def signature(self) -> Hashable | None:
        """Return what changes when the manifest is replaced, None where there is none."""
        try:
            stat = (self.path / manifests.NAME).stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_mtime_ns, stat.st_size

    def encoder(self) -> EncoderIdentity:
        """Return the encoder that the manifest names."""
        return manifests.read(self.path).encoder

    def open(self) -> LocalIndex:
        """Open the index; see `open_index`."""
        return open_index(self.path)

    def suggestions(self) -> tuple[str, ...]:
        """Return the lines of `suggestions.txt` in the folder."""
        path = self.path / "suggestions.txt"
        if not path.is_file():
            return ()
        lines = path.read_text("utf-8", errors="replace").splitlines()
        return tuple(line.strip() for line in lines if line.strip())

    def build(
        self,
        articles: str | os.PathLike[str] | None = None,
        *,
        encoder: str | Encoder | None = None,
        faiss: str | None = None,
        workers: int = 1,
        progress: bool = False,
    ) -> BuildReport:
        """Build the index; see `build_index`."""
        with only_writer(self.path):
            return update(
                self.path, articles, encoder, faiss=faiss, workers=workers, progress=progress
            )


def location_of(index: str | os.PathLike[str] | IndexLocation | None) -> IndexLocation:
    """Return the location of an index: itself, or the folder that is meant (see `locate`)."""
    return index if isinstance(index, IndexLocation) else FolderLocation(locate(index))
