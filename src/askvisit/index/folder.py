"""A folder of this machine as the location of an index: which one, its lock, its builds."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from askvisit.encoder import Encoder
from askvisit.errors import IndexMissingError, IndexReadOnlyError
from askvisit.index import manifest as manifests
from askvisit.index.local import LocalIndex, open_index
from askvisit.index.location import BuildOptions, BuildReport, IndexLocation
from askvisit.index.manifest import EncoderIdentity
from askvisit.index.update import update

_PACKAGE = Path(__file__).parent.parent
_CHECKOUT = _PACKAGE.parent.parent / "index"
PACKED = _PACKAGE / "_index"
"""The copy in an installed package: it is there to be read, not to be rebuilt."""


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

    def calibration_file(self) -> Path:
        """Return `calibration.json` in the folder."""
        return self.path / "calibration.json"

    def article_file(self, article_id: str) -> Path | None:
        """Return where the file of an indexed article lies."""
        manifest = manifests.read(self.path)
        known = article_id in manifest.articles
        return manifest.articles_path(self.path) / article_id if known else None

    def suggestions(self) -> tuple[str, ...]:
        """Return the lines of `suggestions.txt` in the folder."""
        path = self.path / "suggestions.txt"
        if not path.is_file():
            return ()
        lines = path.read_text("utf-8", errors="replace").splitlines()
        return tuple(line.strip() for line in lines if line.strip())

    def build(self, options: BuildOptions) -> BuildReport:
        """Build the index; see `build_index`."""
        with only_writer(self.path):
            return update(self.path, options)


def location_of(index: str | os.PathLike[str] | IndexLocation | None) -> IndexLocation:
    """Return the location of an index: itself, or the folder that is meant (see `locate`)."""
    return index if isinstance(index, IndexLocation) else FolderLocation(locate(index))


def build_index(
    articles: str | os.PathLike[str] | None = None,
    index: str | os.PathLike[str] | IndexLocation | None = None,
    *,
    encoder: str | Encoder | None = None,
    faiss: str | None = None,
    workers: int = 1,
    progress: bool = False,
) -> BuildReport:
    """Build the index of a folder of articles, or bring it up to date.

    articles: the folder; where None, the one the index has or was built from.
    index: the folder of the index, or its `IndexLocation`; where None, the default folder (see
    `locate`).
    encoder: a name, a folder or an `Encoder`; where None, the one the index was built with.
    faiss: a FAISS index factory such as "HNSW32", or "auto" to have the number of passages choose
    one; where None, what was chosen for the index before ("auto" for a new one).
    workers: processes in which Sentence Transformers encodes what is much: another encoder than the
    bundled one, or that on GPUs. A program that asks for several does so under
    `if __name__ == "__main__"`, because they import its file.
    progress: draw a bar on stderr where many passages are encoded.

    Raises `CorpusError` where no article can be used, `IndexReadOnlyError` where the folder
    cannot be written, `ModelError` where the encoder cannot be loaded, `PassageIndexError` where
    FAISS cannot make such an index. The old index stays then. What a stopped build had encoded
    with the same settings is not encoded again.
    """
    return location_of(index).build(BuildOptions(articles, encoder, faiss, workers, progress))


@contextmanager
def temporary_index(articles: Mapping[str, str], encoder: Encoder) -> Iterator[Path]:
    """Build an index of texts by their file names, to measure with; it goes with the block."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "articles").mkdir()
        for article, text in articles.items():
            (folder / "articles" / article).write_text(text, "utf-8")
        build_index(index=folder, encoder=encoder)
        yield folder


def locate(folder: str | os.PathLike[str] | None = None) -> Path:
    """Return the index's folder: the one named, else the first of these that there is.

    `$ASKVISIT_INDEX`; `./index` with a manifest or `articles/`; the checkout's `index/`; the copy
    packed in the installed package. Raises `IndexMissingError` where there is none of them.
    """
    if folder is not None:
        return Path(folder)
    if os.environ.get("ASKVISIT_INDEX"):
        return Path(os.environ["ASKVISIT_INDEX"])
    here = Path("index")
    candidates = (here, _CHECKOUT, PACKED)
    for candidate in candidates:
        if (candidate / manifests.NAME).is_file() or (candidate / "articles").is_dir():
            return candidate
    raise IndexMissingError(here)


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Be the only writer of a folder, made where there is none; others wait their turn.

    The system drops the lock when the process ends, however it ends. Raises
    `IndexReadOnlyError` where the folder cannot be written, also for an `OSError` inside.
    """
    if folder.resolve() == PACKED.resolve():
        raise IndexReadOnlyError(
            "the index packed in the installed package is there to be read; "
            "name a folder of your own: askvisit index --index FOLDER --articles ARTICLES"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
    except OSError as error:
        raise manifests.read_only(folder, error) from error
