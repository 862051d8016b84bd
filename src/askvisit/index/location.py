"""Where an index is kept: which folder, how it is built, and its current snapshot."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from askvisit import dates
from askvisit import encoder as encoders
from askvisit.errors import (
    CorpusError,
    EncoderMismatchError,
    IndexMissingError,
    IndexReadOnlyError,
    IndexReplacedError,
    PassageIndexError,
    UnknownArticleError,
    index_option,
)
from askvisit.index import manifest as manifests
from askvisit.index.build import PARTIAL, BuildOptions, BuildReport, update
from askvisit.index.snapshot import PassageIndex, open_index
from askvisit.records import Article
from askvisit.text import is_utf8

if TYPE_CHECKING:
    from askvisit.encoder import Encoder
    from askvisit.index.manifest import EncoderIdentity
    from askvisit.vectors import VectorServer

_PACKAGE = Path(__file__).parent.parent
_CHECKOUT = _PACKAGE.parent.parent / "index"
PACKED = _PACKAGE / "_index"
"""The copy in an installed package, which is only read, never rebuilt."""

_REBUILDS = 5
"""Rebuilds that may interrupt one piece of work before it fails."""

Result = TypeVar("Result")


class IndexLocation:
    """Where an index is kept: texts and BM25 in a folder, vectors there too or on a server.

    A rebuild is detected by its replaced manifest. `str` describes the location for users.
    """

    loaded_encoder: Encoder | None = None
    """What encoded its texts, if that is loaded."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __str__(self) -> str:
        return str(self._folder)

    @property
    def path(self) -> Path:
        """The folder."""
        return self._folder

    @property
    def server(self) -> VectorServer | None:
        """What has the vectors; None if they are in the folder."""
        return None

    @property
    def options(self) -> str:
        """The command-line options that select it."""
        return index_option(self.path)

    def signature(self) -> Hashable | None:
        """Return a value that changes when the manifest is replaced, None if there is none."""
        try:
            stat = (self.path / manifests.NAME).stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_mtime_ns, stat.st_size

    def encoder(self) -> EncoderIdentity:
        """Return the encoder that the manifest names."""
        return manifests.read(self.path, self.server).encoder

    def open(self) -> PassageIndex:
        """Open the index; see `open_index`."""
        return open_index(self.path, self.server)

    def calibration_file(self) -> Path:
        """Return where `askvisit calibrate` stores its fits."""
        return self.path / "calibration.json"

    def article_file(self, article_id: str) -> Path | None:
        """Return the path of an indexed article's file, None if it is not on this machine."""
        manifest = manifests.read(self.path, self.server)
        path = manifest.articles_path(self.path) / article_id
        return path if article_id in manifest.articles and path.is_file() else None

    def suggestions(self) -> tuple[str, ...]:
        """Return the suggested questions, the lines of `suggestions.txt` in the folder."""
        path = self.path / "suggestions.txt"
        if not path.is_file():
            return ()
        lines = path.read_text("utf-8-sig", errors="replace").splitlines()
        return tuple(line.strip() for line in lines if line.strip())

    def unfinished(self) -> bool:
        """Return whether an interrupted build left work that the next one goes on with."""
        return os.path.isfile(self.path / PARTIAL)  # False too where the folder cannot be listed

    def build(self, options: BuildOptions) -> BuildReport:
        """Build the index; see `build_index`."""
        with only_writer(self.path):
            return update(self.path, options, self.server)


class Index(IndexLocation):
    """An index of articles that a program has in memory, in a temporary folder.

    `Assistant.load` opens it like any other. The folder is removed by `close`, at the end of a
    `with` block, or else with this object or when the program ends.
    """

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(Path(tempfile.mkdtemp(prefix="askvisit-")))
        self._remove = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self.loaded_encoder = encoder

    @classmethod
    def create(cls, articles: Iterable[Article], *, encoder: str | Encoder | None = None) -> Self:
        """Index articles, at least one, each with an id of its own.

        `text` is stored as it is; its first paragraph counts as the headline if it reads like one.
        `date` is that of publication. encoder: by name or folder or as an object; the bundled one
        if None.

        Raises `CorpusError` for an article that cannot be used, and `ModelError`.
        """
        encoders.check(encoder)
        if encoder is None or isinstance(encoder, str):
            encoder = encoders.load(encoder or encoders.DEFAULT)
        index = cls(encoder)
        index.add(articles)
        return index

    def __str__(self) -> str:
        return "memory"

    @property
    def path(self) -> Path:
        """The folder. Raises `PassageIndexError` once it is removed."""
        if not self._remove.alive:
            raise PassageIndexError("the index in memory is closed; make one with Index.create")
        return self._folder

    def add(self, articles: Iterable[Article]) -> None:
        """Index more articles; one with the id of an earlier one replaces it.

        Only new texts are encoded. Raises `CorpusError` for an article that cannot be used; none is
        then added.
        """
        new = _checked(articles)
        with self._known() as known:
            self._keep(known | new)

    def remove(self, articles: Collection[str]) -> None:
        """Remove articles by their ids (or one, by its id).

        Raises `UnknownArticleError`, and `CorpusError` if none would be left; nothing is then
        removed.
        """
        is_list = isinstance(articles, Iterable) and not isinstance(articles, str)
        gone: list[Any] = list(articles) if is_list else [articles]
        with self._known() as known:
            for article_id in gone:
                if not isinstance(article_id, str) or article_id not in known:
                    raise UnknownArticleError(article_id, tuple(known))
            self._keep({name: known[name] for name in known if name not in gone})

    def close(self) -> None:
        """Remove the folder."""
        self._remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _known(self) -> Iterator[dict[str, Article]]:
        """Hold the lock; yields the articles that are indexed."""
        with only_writer(self.path):
            index = None if self.signature() is None else self.open()
            yield {name: index.article(name) for name in index.article_ids()} if index else {}

    def _keep(self, articles: dict[str, Article]) -> None:
        if not articles:
            raise CorpusError("no article is left; give at least one")
        update(self.path, BuildOptions(encoder=self.loaded_encoder, texts=articles))


def location_of(index: str | os.PathLike[str] | IndexLocation | None) -> IndexLocation:
    """Return an index's location: the one given, or that of its folder (see `locate`)."""
    return index if isinstance(index, IndexLocation) else IndexLocation(locate(index))


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

    articles: the folder; if None, the one the index has or was built from.
    index: the folder of the index, or its `IndexLocation`; if None, the default folder (see
    `locate`).
    encoder: a name, a folder or an `Encoder`; if None, the one the index was built with.
    faiss: a FAISS index factory such as "HNSW32", or "auto" to choose one by the number of
    passages; if None, the choice made for the index before ("auto" for a new one).
    workers: processes in which Sentence Transformers encodes large inputs, with an encoder other
    than the bundled one, or with that one on GPUs. A program that sets several must do so under
    `if __name__ == "__main__"`, because they import its file.
    progress: show a bar on stderr if many passages are encoded.

    Raises `CorpusError` if no article is usable, `IndexReadOnlyError` if the folder cannot be
    written, `ModelError` if the encoder cannot be loaded, `PassageIndexError` if FAISS cannot make
    such an index; the old index is then kept. Passages that an interrupted build encoded with the
    same settings are not encoded again.
    """
    return location_of(index).build(BuildOptions(articles, encoder, faiss, workers, progress))


@contextmanager
def temporary_index(articles: Mapping[str, str], encoder: Encoder) -> Iterator[Path]:
    """Build an index of texts by file name, for measurements; it is removed with the block."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "articles").mkdir()
        for article, text in articles.items():
            (folder / "articles" / article).write_text(text, "utf-8")
        build_index(index=folder, encoder=encoder)
        yield folder


def locate(folder: str | os.PathLike[str] | None = None) -> Path:
    """Return the index's folder: the one given, or else `$ASKVISIT_INDEX`, if it is set.

    Otherwise it is the first of these that exists: `./index` with a manifest or `articles/`; the
    checkout's `index/`; the copy in the installed package. Raises `IndexMissingError` if none does,
    `PassageIndexError` if what is given is no path, or not UTF-8.
    """
    if folder is None:
        folder = os.environ.get("ASKVISIT_INDEX") or None
    if folder is not None:
        if not isinstance(folder, str | os.PathLike):
            raise PassageIndexError(f"an index is given by its folder as text, not {folder!r}")
        path = Path(folder)
        if not is_utf8(str(path)):  # FAISS could not open it
            raise PassageIndexError(
                f"the path of the index, {path}, is not UTF-8; rename the folder"
            )
        return path
    here = Path("index")
    candidates = (here, _CHECKOUT, PACKED)
    for candidate in candidates:
        if (candidate / manifests.NAME).is_file() or (candidate / "articles").is_dir():
            return candidate
    raise IndexMissingError(here, manifests.instead(here))


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Lock a folder for writing, creating it if needed; other writers wait their turn.

    A folder that it created is removed if nothing was written to it.

    Raises `IndexReadOnlyError` if the folder cannot be written, and for an `OSError` in the block.
    """
    if folder.resolve() == PACKED.resolve():
        raise IndexReadOnlyError(
            "the index that comes with askvisit is read-only; "
            "build one in a folder of your own: askvisit index --index FOLDER --articles ARTICLES"
        )
    created = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with manifests.opened(folder) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX)  # it ends with the process, at the latest
            yield
    except OSError as error:
        raise manifests.read_only(folder, error) from error
    finally:
        with suppress(OSError):  # not empty: the usual case
            for path in created:
                path.rmdir()


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
                index = self._location.open()
                if not index.encoder.is_of(self._encoder):
                    built_with, asked = index.encoder.name, self._encoder.name
                    raise EncoderMismatchError(self._location, built_with, asked)
                self._index, self._seen = index, seen
            return self._index

    def on_snapshot(self, work: Callable[[PassageIndex], Result]) -> Result:
        """Run work on one snapshot, and again on a new one if a rebuild removed it."""
        for _ in range(_REBUILDS):
            try:
                return work(self.snapshot())
            except (FileNotFoundError, IndexReplacedError):
                self._seen = None
        return work(self.snapshot())


def _checked(articles: Iterable[Article]) -> dict[str, Article]:
    """Return articles by id, with ISO 8601 dates; raises `CorpusError` for one that is unusable."""
    found: dict[str, Article] = {}
    for article in articles if isinstance(articles, Iterable) else [None]:
        if not isinstance(article, Article):
            raise CorpusError("give a list of articles, each as Article(id, title, text)")
        date = dates.to_iso(article.date) if isinstance(article.date, str) else None
        reason = "another one has this id" if article.id in found else _unusable(article)
        if article.date is not None and date is None:
            reason = reason or f"its date is not valid; write {dates.FORM}"
        if reason is not None:
            raise CorpusError(f"the article {article.id!r} cannot be used: {reason}")
        found[article.id] = replace(article, date=date)
    return found


def _unusable(article: Article) -> str | None:
    for name, value in {**vars(article.record), "text": article.text}.items():
        required = name in ("id", "title", "text")
        if not isinstance(value, str):
            if required or value is not None:
                return f"its {name} must be text, not {type(value).__name__}"
        elif not is_utf8(value) or "\0" in value:
            return f"its {name} has lone surrogates or NUL; remove them"
    if not article.id:
        return "it has no id; give it one"
    return None if any(map(str.isalnum, article.text)) else "its text has no words"
