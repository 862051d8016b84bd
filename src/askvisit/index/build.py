"""Build or update the index of a folder: only new and changed articles are chunked and encoded.

Texts are written to a new store, and vectors streamed through a file, so that only one chunk of
passages is in memory at a time, and the FAISS index while it is built. A commit writes the new
files beside the old ones, syncs them, replaces the manifest, and removes what it no longer names.
An interruption at any point leaves the old index or the new one.
"""

from __future__ import annotations

import json
import os
import sys
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from askvisit import corpus
from askvisit import encoder as encoders
from askvisit import passages as chunking
from askvisit.errors import (
    ArticleError,
    CorpusError,
    CredentialsError,
    PassageIndexError,
    UnreachableError,
)
from askvisit.index import manifest as manifests
from askvisit.index.manifest import BuiltFile, EncoderIdentity, Manifest
from askvisit.index.snapshot import PassageIndex, open_index
from askvisit.store import Store, StoreWriter, writing
from askvisit.vectors import (
    FLAT,
    RECALL,
    FaissVectors,
    VectorServer,
    check_factory,
    factory_for,
    map_rows,
)

if TYPE_CHECKING:
    from askvisit.encoder import Encoder, FloatArray
    from askvisit.records import Entry

_BY_SIZE = "auto"
"""Chooses the FAISS factory by the number of passages, and goes on doing so as they grow."""

_CHUNK = 1024
"""Passages encoded at a time. The encoder sorts them by length, so that its batches pad little; a
killed build loses at most this many."""

_REPORTED = 32
"""Passages encoded between two progress reports, if these are asked for."""

_ALIKE = 0.9
"""Minimum share of unchanged passages for the old FAISS index's training to be reused."""

_QUERIES = 256
"""Sentences of the corpus used to measure recall: like a question, each covers part of what a
passage says."""

_TEMPORARY = ("passages.tmp", "vectors.tmp", "encoded.tmp")
_PARTIAL = "partial.tmp"
_HASH = "[0-9a-f]" * 16
_OURS = (
    f"passages-{_HASH}.db",
    f"vectors-{_HASH}.faiss",
    f"encoded-{_HASH}.f32",
    *_TEMPORARY,
    _PARTIAL,
    f"{manifests.NAME}.tmp",
)
"""Files that a build may remove; anything else in the folder is the user's."""


@dataclass(frozen=True)
class BuildOptions:
    """What an index is built from, and how; see `build_index` for each and for what None means."""

    articles: str | os.PathLike[str] | None = None
    encoder: str | Encoder | None = None
    faiss: str | None = None
    workers: int = 1
    progress: bool = False
    on_encoded: Callable[[int], None] | None = None
    """Called with the number of passages encoded so far, after every few."""


@dataclass(frozen=True)
class BuildReport:
    """What a build did; `skipped` holds the files that are not articles, each with the reason.

    `folder` is the index's folder, or its location if a server has the vectors; `faiss` the FAISS
    factory (None for a server), `recall` its search's recall of the ten nearest passages (None if
    exact), `rebuilt` whether all passages were chunked or stored anew.
    """

    folder: Path | VectorServer
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

    @property
    def unchanged(self) -> bool:
        """Whether there was nothing to do; the index's files were left as they are."""
        return not (self.added or self.changed or self.removed or self.encoded or self.rebuilt)


def update(folder: Path, options: BuildOptions, server: VectorServer | None = None) -> BuildReport:
    """Build or update the index of a folder, for a caller that holds its lock.

    server: where its vectors are stored, None for FAISS files in the folder. Raises what
    `build_index` raises.
    """
    plan = _plan(folder, options, server)
    manifest, encoded = plan.unchanged(), 0
    if manifest is None:
        with encoders.spread(plan.encoder, options.workers):
            manifest, encoded = _write_files(plan, options)
        manifests.replace(folder, manifest)
    _remove_leftovers(folder, manifest, server)
    before = {} if plan.before is None else plan.before.articles
    reused = None if plan.reusable is None else plan.reusable.manifest
    return BuildReport(
        folder=folder if server is None else server,
        articles=manifest.counts["articles"],
        passages=manifest.counts["passages"],
        encoded=encoded,
        added=tuple(name for name in manifest.articles if name not in before),
        changed=tuple(
            name for name, entry in manifest.articles.items() if before.get(name, entry) != entry
        ),
        removed=tuple(name for name in before if name not in manifest.articles),
        skipped=tuple(plan.skipped),
        faiss=manifest.faiss if server is None else None,
        recall=manifest.recall,
        rebuilt=reused is None
        or reused.faiss != manifest.faiss
        or (reused.collection is None) != (server is None),
    )


@dataclass(frozen=True)
class _Plan:
    """What is to be built, from where, and what can be reused of the old index.

    `articles_folder` is the source as the manifest records it; `faiss` the kind of vector index
    that the user chose, None to choose by the number of passages.
    """

    folder: Path
    server: VectorServer | None
    source: Path
    articles_folder: str
    entries: list[Entry]
    skipped: list[ArticleError]
    encoder: Encoder
    before: Manifest | None
    reusable: PassageIndex | None
    faiss: str | None

    def kind(self, passages: int) -> str:
        """Return the kind of vector index for this many passages."""
        default = factory_for if self.server is None else self.server.kind_for
        return self.faiss or default(passages)

    def reuses(self, entry: Entry) -> PassageIndex | None:
        """Return the old index if it has exactly this article."""
        same = self.reusable and self.reusable.manifest.articles.get(entry.id) == entry
        return self.reusable if same else None

    def unchanged(self) -> Manifest | None:
        """Return the old index's manifest if it is already up to date."""
        old = None if self.reusable is None else self.reusable.manifest
        if (
            old is not None
            and list(old.articles.values()) == self.entries
            and old.articles_folder == self.articles_folder
            and old.faiss_given == (self.faiss is not None)
            and old.faiss == self.kind(old.counts["passages"])
            and (old.collection is None) == (self.server is None)
        ):
            return old
        return None


def _plan(folder: Path, options: BuildOptions, server: VectorServer | None) -> _Plan:
    """Survey the articles and the old index."""
    before = None
    with suppress(PassageIndexError):
        before = manifests.read(folder)
    kept = manifests.kept_settings(folder)
    if kept.collection is not None and server is None and options.faiss is None:
        raise manifests.needs_server(folder)  # before it becomes another kind of index by accident
    source = folder / (kept.articles_folder or "articles")
    if options.articles is not None:
        source = Path(options.articles)
    elif before is None and not os.path.isdir(source):  # it comes from a damaged manifest
        source = folder / "articles"
    encoder, faiss = options.encoder, options.faiss
    if isinstance(encoder, str) or encoder is None:
        encoder = encoders.load(encoder or kept.encoder or encoders.DEFAULT)
    reusable = _reusable(folder, before, encoder, server)
    # What is chunked again is parsed again: a newer parser may extract different words.
    entries, skipped = corpus.survey(source, reusable.manifest.articles if reusable else None)
    corpus.check_entries(source, entries, skipped)
    if faiss is None and (kept.collection is None) == (server is None):
        faiss = kept.faiss
    if faiss == _BY_SIZE:
        faiss = None
    elif options.faiss is not None and server is None:  # before hours of encoding
        check_factory(options.faiss, encoder.dimension)
    inside, root = source.resolve(), folder.resolve()
    recorded = str(inside.relative_to(root) if inside.is_relative_to(root) else inside)
    return _Plan(
        folder, server, source, recorded, entries, skipped, encoder, before, reusable, faiss
    )


def _reusable(
    folder: Path, before: Manifest | None, encoder: Encoder, server: VectorServer | None
) -> PassageIndex | None:
    """Open the old index if its settings are current and its files unchanged."""
    if (
        before is None
        or before.passages != chunking.SETTINGS
        or (before.encoder.name, before.encoder.sha256) != (encoder.name, encoder.sha256)
    ):
        return None
    try:
        if all(BuiltFile.of(folder / f.name) == f for f in before.files()):
            return open_index(folder, None if before.collection is None else server)
    except (UnreachableError, CredentialsError):
        raise
    except (PassageIndexError, OSError):
        pass
    return None


def _write_files(plan: _Plan, options: BuildOptions) -> tuple[Manifest, int]:
    """Write the new files under their final names.

    Returns the manifest that names them, and how many passages were encoded.
    """
    store_path, vectors_path, encoded_path = (plan.folder / name for name in _TEMPORARY)
    vectors_file = encoded_file = collection = recall = None
    try:
        written = _write_texts(plan, store_path, encoded_path, options)
        with closing(Store(store_path)) as store:
            counts = store.counts()
            vectors = map_rows(encoded_path, counts["passages"], written.dimension)
            kind = plan.kind(len(vectors))
            if plan.server is not None:
                collection = plan.server.store_vectors(vectors, kind)
            else:
                built, recall = _searchable(plan, store, vectors, kind, written.copied)
                built.write(vectors_path)
        if collection is None:
            vectors_file = _settle(vectors_path, "vectors-{}.faiss")
        if recall is not None:
            encoded_file = _settle(encoded_path, "encoded-{}.f32")
        manifest = Manifest(
            encoder=EncoderIdentity(plan.encoder.name, plan.encoder.sha256, written.dimension),
            passages=dict(chunking.SETTINGS),
            faiss=kind,
            articles_folder=plan.articles_folder,
            articles={entry.id: entry for entry in plan.entries},
            store=_settle(store_path, "passages-{}.db"),
            vectors=vectors_file,
            counts=counts,
            faiss_given=plan.faiss is not None,
            encoded=encoded_file,
            recall=recall,
            collection=collection,
        )
    finally:
        for path in (store_path, vectors_path, encoded_path):
            path.unlink(missing_ok=True)
    return manifest, written.encoded


def _searchable(
    plan: _Plan, store: Store, vectors: FloatArray, factory: str, copied: int
) -> tuple[FaissVectors, float | None]:
    """Put vectors into a FAISS index, and measure its recall if it is not exact.

    If nearly all are copied from the old index, its training is reused as long as recall is high
    enough: retraining takes most of the time of such an update.
    """
    if factory == FLAT:
        return FaissVectors.build(vectors), None
    numbers = np.linspace(0, len(vectors) - 1, min(_QUERIES, len(vectors))).astype(int).tolist()
    found = store.passages(numbers).values()  # from all over the corpus
    firsts = [store.sentences(p.article_id, p.start, p.end)[0].text for p in found]
    queries = plan.encoder.encode_query(firsts)
    old = None if plan.reusable is None else plan.reusable.manifest
    if (
        old is not None
        and old.vectors is not None
        and old.faiss == factory
        and (old.recall or 0) >= RECALL
        and copied >= _ALIKE * max(len(vectors), old.counts["passages"])
    ):
        built = FaissVectors.build(vectors, factory, trained=plan.folder / old.vectors.name)
        recall = built.recall(queries)
        if recall >= RECALL:
            return built, recall
    built = FaissVectors.build(vectors, factory)
    return built, built.tune(queries)


def _write_texts(plan: _Plan, path: Path, rows: Path, options: BuildOptions) -> _PassageWriter:
    """Write the store, and each passage's vector to its row of another file."""
    path.unlink(missing_ok=True)
    entries: Iterable[Entry] = plan.entries
    if options.progress:
        from tqdm import tqdm

        entries = tqdm(entries, "indexing", unit="article", file=sys.stderr, delay=1.0)
    previous = None if plan.reusable is None else plan.folder / plan.reusable.manifest.store.name
    settings = {
        "encoder": plan.encoder.name,
        "sha256": plan.encoder.sha256,
        "passages": dict(chunking.SETTINGS),
    }
    with (
        rows.open("wb") as file,
        writing(path, previous) as store,
        closing(_PartialWork(plan.folder, settings)) as partial,
    ):
        writer = _PassageWriter(store, file, plan.encoder, partial, options.on_encoded)
        for entry in entries:
            old = plan.reuses(entry)
            if old is not None:
                writer.copy(entry, old)
            else:
                writer.add(entry, plan.source)
        writer.encode()
    return writer


class _PassageWriter:
    """Writes articles to the store, and their passages' vectors to a file, a row for each number.

    New passages are encoded a chunk at a time; `encoded` and `copied` count passages.
    """

    def __init__(
        self,
        store: StoreWriter,
        rows: IO[bytes],
        encoder: Encoder,
        partial: _PartialWork,
        on_encoded: Callable[[int], None] | None = None,
    ) -> None:
        self._on_encoded = on_encoded
        self._store = store
        self._rows = rows
        self._encoder = encoder
        self._partial = partial
        self._waiting: list[tuple[str, int, list[str]]] = []
        self._pending = 0
        self.dimension = 0
        self.encoded = 0
        self.copied = 0

    def copy(self, entry: Entry, old: PassageIndex) -> None:
        """Copy an article's texts and vectors from the old index."""
        first = self._store.passages
        vectors = old.rows(self._store.copy(entry.id))
        self._put(first, vectors)
        self.copied += len(vectors)

    def add(self, entry: Entry, source: Path) -> None:
        """Chunk an article, to be encoded unless an interrupted build has already done that.

        Raises `CorpusError` if it changed since it was surveyed.
        """
        article = corpus.SourceFile(source / entry.id).read()
        if article.sha256 != entry.text_sha256:
            raise CorpusError(
                f"{entry.id} was changed while it was being read; run the command again"
            )
        passages = chunking.passages(article)
        numbers = self._store.add(article, passages, chunking.sentences(article))
        vectors = self._partial.get(entry.text_sha256, len(passages))
        if vectors is not None:
            self._put(numbers.start, vectors)
            return
        texts = [passage.text for passage in passages]
        self._waiting.append((entry.text_sha256, numbers.start, texts))
        self._pending += len(texts)
        if self._pending >= _CHUNK:
            self.encode()

    def encode(self) -> None:
        """Encode the passages that are waiting."""
        if not self._waiting:
            return
        vectors = self._vectors([text for _, _, texts in self._waiting for text in texts])
        done = 0
        for text_sha256, first, texts in self._waiting:
            own = vectors[done : done + len(texts)]
            self._partial.add(text_sha256, own)
            self._put(first, own)
            done += len(texts)
        self.encoded += done
        self._pending = 0
        self._waiting.clear()

    def _vectors(self, texts: list[str]) -> FloatArray:
        if self._on_encoded is None:
            return self._encoder.encode_document(texts)
        blocks = []
        for start in range(0, len(texts), _REPORTED):
            blocks.append(self._encoder.encode_document(texts[start : start + _REPORTED]))
            self._on_encoded(self.encoded + min(start + _REPORTED, len(texts)))
        return np.concatenate(blocks)

    def _put(self, first: int, vectors: FloatArray) -> None:
        self.dimension = vectors.shape[1]
        self._rows.seek(first * self.dimension * 4)
        self._rows.write(np.ascontiguousarray(vectors, dtype=np.float32).tobytes())


class _PartialWork:
    """What a build has encoded so far, in `partial.tmp`, so that an interrupted build can resume.

    The first line has the settings that vectors depend on besides the texts; work done with others
    is deleted. For each article follow a line with its text's hash, the shape of its vectors and
    their checksum, and the vectors.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self._path = folder / _PARTIAL
        self._settings = json.dumps(settings).encode() + b"\n"
        self._done: dict[str, tuple[int, int, int]] = {}
        self._end = 0
        self._file: IO[bytes] | None = None
        with suppress(OSError, ValueError, TypeError):  # missing, or unreadable from here on
            self._take_up()
        if not self._done:
            self._path.unlink(missing_ok=True)

    def _take_up(self) -> None:
        with self._path.open("rb") as file:
            if file.readline() != self._settings:
                return
            while (line := file.readline()).endswith(b"\n"):
                text_sha256, rows, dimension, checksum = json.loads(line)
                start, size = file.tell(), rows * dimension * 4
                data = file.read(size)
                if len(data) < size:
                    return
                if zlib.crc32(data) == checksum:
                    self._done[text_sha256] = start, rows, dimension
                self._end = file.tell()

    def get(self, text_sha256: str, count: int) -> FloatArray | None:
        """Return the vectors (count × dimension) of an article's passages, if stored."""
        start, rows, dimension = self._done.get(text_sha256, (0, -1, 0))
        if rows != count:
            return None
        with self._path.open("rb") as file:
            file.seek(start)
            data = file.read(rows * dimension * 4)
        return np.frombuffer(data, dtype=np.float32).reshape(rows, dimension)

    def add(self, text_sha256: str, vectors: FloatArray) -> None:
        """Store the vectors of an article's passages."""
        if self._file is None:  # a build that only copies opens none
            self._file = self._path.open("r+b" if self._done else "wb")
            if self._done:
                self._file.truncate(self._end)
                self._file.seek(self._end)
            else:
                self._file.write(self._settings)
        data = np.ascontiguousarray(vectors, dtype=np.float32).tobytes()
        line = json.dumps([text_sha256, *vectors.shape, zlib.crc32(data)])
        self._file.write(line.encode() + b"\n" + data)
        self._file.flush()

    def close(self) -> None:
        """Close the file; its content stays for the next build."""
        if self._file is not None:
            self._file.close()


def _settle(path: Path, pattern: str) -> BuiltFile:
    """Sync a finished file and give it its final name, which contains part of its hash."""
    manifests.sync(path)
    built = BuiltFile.of(path)
    final = path.with_name(pattern.format(built.sha256[:16]))
    path.replace(final)
    return BuiltFile(final.name, built.sha256, built.size)


def _remove_leftovers(folder: Path, manifest: Manifest, server: VectorServer | None) -> None:
    """Remove what earlier builds left: what the manifest does not name."""
    named = {built.name for built in manifest.files()}
    for pattern in _OURS:
        for path in folder.glob(pattern):
            if path.name not in named:
                path.unlink(missing_ok=True)
    if server is not None and manifest.collection is not None:
        server.drop_vectors(manifest.collection)
