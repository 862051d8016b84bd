"""An index opened for queries, as one snapshot, and verified."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from askvisit import corpus
from askvisit.caching import remembered
from askvisit.errors import (
    AskvisitError,
    IndexDamagedError,
    IndexReplacedError,
    PassageIndexError,
    rebuild_hint,
)
from askvisit.index import manifest as manifests
from askvisit.index.manifest import BuiltFile, EncoderIdentity, Manifest
from askvisit.records import Article, ArticleRecord
from askvisit.store import Store
from askvisit.vectors import FaissVectors, FloatArray, Vectors, VectorServer, cosines

_MEGABYTES = 2
"""For the mean vectors of articles that were read: each question compares those it is read in."""


class PassageIndex:
    """Passages numbered 0..n-1, with dense and BM25 search; one immutable snapshot.

    Its methods are those of `Store` (`bm25`, `covered`, `passages`, `passage_range`, `sentences`,
    `article`, `article_ids`, `holds`) and of `Vectors` (`dense`, which is its `search`, `rows`).
    `mean_vector` is the mean of the vectors of an article's passages, by its id.
    """

    def __init__(self, manifest: Manifest, store: Store, vectors: Vectors) -> None:
        self.manifest = manifest
        self.passages = store.passages
        self.passage_range = store.passage_range
        self.sentences = store.sentences
        self.article_ids = store.article_ids
        self.article = store.article
        self.bm25 = store.bm25
        self.covered = store.covered
        self.holds = store.holds
        self._vocabulary = store.vocabulary
        self._records = store.records
        self.dense = vectors.search
        self.rows = vectors.rows
        self.cosines = partial(cosines, vectors)

        def mean_vector(article_id: str) -> FloatArray:
            mean: FloatArray = vectors.rows(store.passage_range(article_id)).mean(axis=0)
            return mean

        self.mean_vector = remembered(_MEGABYTES)(mean_vector)

    def __len__(self) -> int:
        return self.manifest.counts["passages"]

    @property
    def encoder(self) -> EncoderIdentity:
        """The encoder that made the vectors."""
        return self.manifest.encoder

    @cached_property
    def vocabulary(self) -> Mapping[str, str]:
        """The commonest words in lower case, in order, each with its most frequent spelling."""
        return self._vocabulary()

    @cached_property
    def records(self) -> Sequence[ArticleRecord]:
        """Each article's metadata, without its text, in order."""
        return self._records()

    @cached_property
    def published(self) -> Mapping[str, str | None]:
        """When each article was published (ISO 8601), by id."""
        return {record.id: record.date for record in self.records}


class Articles(Mapping[str, Article]):
    """The articles of an index by id, read on demand.

    on_current: reads from the current index once a rebuild removed this one. Then an id may be
    listed whose article is gone: looking it up is a `KeyError`.
    """

    def __init__(
        self,
        index: PassageIndex,
        on_current: Callable[[Callable[[PassageIndex], Article]], Article] | None = None,
    ) -> None:
        self._index = index
        self._ids = index.article_ids()
        self._on_current = on_current

    def __getitem__(self, article_id: str) -> Article:
        try:
            return self._index.article(article_id)
        except (FileNotFoundError, IndexReplacedError):
            if self._on_current is None:
                raise
            return self._on_current(lambda index: index.article(article_id))

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


def open_index(folder: Path, server: VectorServer | None = None) -> PassageIndex:
    """Open the index in a folder after cheap checks: format, sizes, counts, dimension.

    server: what has the vectors, if they are not in the folder.

    A rebuild may remove a file between reading the manifest and opening the files it names, so
    opening is retried once if the manifest changed. Raises the errors of `manifest.read`.
    """
    manifest = manifests.read(folder, server)
    try:
        return _open(folder, manifest, server)
    except IndexDamagedError:
        again = manifests.read(folder, server)
        if again == manifest:
            raise
        return _open(folder, again, server)


def _open(folder: Path, manifest: Manifest, server: VectorServer | None) -> PassageIndex:
    named = folder if server is None else server
    for built in manifest.files():
        path = folder / built.name
        if not path.is_file():
            raise IndexDamagedError(named, f"{built.name} is missing")
        if path.stat().st_size != built.size:
            raise IndexDamagedError(named, f"{built.name} has the wrong size")
    try:
        vectors = _vectors(folder, manifest, server)
        store = Store(folder / manifest.store.name)
    except (ValueError, OSError) as error:
        raise IndexDamagedError(named, str(error)) from error
    if len(vectors) != manifest.counts.get("passages"):
        raise IndexDamagedError(named, "the numbers of vectors and passages differ")
    if vectors.dimension != manifest.encoder.dimension:
        raise IndexDamagedError(named, "the dimensions of the vectors and the encoder differ")
    return PassageIndex(manifest, store, vectors)


def _vectors(folder: Path, manifest: Manifest, server: VectorServer | None) -> Vectors:
    if manifest.collection is not None:
        if server is None:
            raise manifests.needs_server(folder)
        return server.open_vectors(manifest.collection, manifest.faiss)
    if server is not None or manifest.vectors is None:
        raise PassageIndexError(
            f"the vectors of the index in {folder} are in the folder; leave out --store, or build "
            f"them in {server}: askvisit index {server and server.options}"
        )
    encoded = None if manifest.encoded is None else folder / manifest.encoded.name
    return FaissVectors.read(folder / manifest.vectors.name, encoded)


@dataclass(frozen=True)
class Verification:
    """How an index and its articles differ from what was built; `damage` is in its files.

    `changed` names articles that were edited or removed, `unindexed` those added since; the index
    is sound without the latter.
    """

    folder: Path
    damage: tuple[str, ...]
    changed: tuple[str, ...] = ()
    unindexed: tuple[str, ...] = ()
    server: VectorServer | None = None

    @property
    def stale(self) -> tuple[str, ...]:
        """What a rebuild would pick up: changed and new articles."""
        return (*self.changed, *(f"{name} is new" for name in self.unindexed))

    @property
    def sound(self) -> bool:
        """Whether every built file and every indexed article is unchanged."""
        return not self.damage and not self.changed

    @property
    def intact(self) -> bool:
        """Whether a rebuild would change nothing."""
        return self.sound and not self.unindexed

    @property
    def rebuild_hint(self) -> str:
        """The command that rebuilds it; if the folder of articles is gone, it asks for one."""
        articles = manifests.kept_settings(self.folder).get("articles_folder", "articles")
        there = os.path.exists(self.folder / articles)
        return rebuild_hint(self.server or self.folder) + ("" if there else " --articles DIR")


def verify_index(folder: Path, server: VectorServer | None = None) -> Verification:
    """Hash every built file and every article of an index.

    If something is wrong while a build or an edit is in progress, it is hashed again after that.
    Raises `IndexMissingError` and `IndexFormatError`; damage is reported, not raised.
    """
    try:
        manifest = manifests.read(folder, server)
    except IndexDamagedError as error:
        return Verification(folder, (error.reason,), server=server)
    damage = [problem for built in manifest.files() for problem in _damage(folder, built)]
    if not damage:  # a file is parsed only if its hash is right
        try:
            open_index(folder, server)
        except IndexDamagedError as error:
            damage = [error.reason]
    found = Verification(folder, tuple(damage), *_compared(folder, manifest), server)
    if found.sound or not _was_written(folder, manifest):
        return found
    return verify_index(folder, server)


def _was_written(folder: Path, manifest: Manifest) -> bool:
    """Return whether an index was written to since its manifest was read, waiting for the writer.

    The manifest alone does not tell: an edit moves an article's file before it replaces that.
    """
    with suppress(OSError):
        if manifests.waited_for_writer(folder):
            return True
    try:
        return manifests.read(folder) != manifest
    except PassageIndexError:
        return False


def _damage(folder: Path, built: BuiltFile) -> list[str]:
    try:
        now = BuiltFile.of(folder / built.name)
    except FileNotFoundError:
        return [f"{built.name} is missing"]
    except OSError as error:
        return [f"{built.name} cannot be read ({error.strerror})"]
    return [] if now == built else [f"{built.name} was changed"]


def _compared(folder: Path, manifest: Manifest) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what changed in the indexed articles, and the ids of new ones."""
    source = manifest.articles_path(folder)
    try:
        entries, skipped = corpus.survey(source, manifest.articles)
    except AskvisitError as error:
        return (str(error),), ()
    now = {entry.id: entry for entry in entries}
    changed = [name for name, entry in manifest.articles.items() if now.get(name) != entry]
    unusable = {error.name: str(error) for error in skipped}
    gone = [unusable.get(name, f"{name} is gone") for name in changed if name not in now]
    edited = [f"{name} was edited" for name in changed if name in now]
    return (*gone, *edited), tuple(name for name in now if name not in manifest.articles)
