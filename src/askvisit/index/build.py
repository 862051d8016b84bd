"""Build or update the index of a folder: only new and changed articles are chunked and encoded.

Texts are written to a new store, and vectors streamed through a file, so that only one article and
few passages of others are in memory at a time, and the FAISS index while it is built. A commit
writes the new files beside the old ones, syncs them, replaces the manifest, and removes what it no
longer names. An interruption at any point leaves the old index or the new one.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from askvisit import corpus
from askvisit import encoder as encoders
from askvisit import passages as chunking
from askvisit.errors import ArticleError, CredentialsError, PassageIndexError, UnreachableError
from askvisit.index import manifest as manifests
from askvisit.index.manifest import BuiltFile, EncoderIdentity, Manifest
from askvisit.index.snapshot import PassageIndex, open_index
from askvisit.records import Article, Entry
from askvisit.store import Store, StoreWriter, writing
from askvisit.vectors import (
    FLAT,
    RECALL,
    FaissVectors,
    VectorServer,
    factory_for,
    map_rows,
    new_index,
)

if TYPE_CHECKING:
    from askvisit.corpus import Source
    from askvisit.encoder import Encoder
    from askvisit.vectors import FloatArray

_BY_SIZE = "auto"
"""Chooses the FAISS factory by the number of passages, and goes on doing so as they grow."""

_PIECE = 64
"""Passages of an article whose vectors are stored together, so that its length does not matter: a
killed build loses fewer than twice as many, or what `encoder.texts_at_once` gives a GPU."""

_TYPICAL = 2000
"""Bytes that an article without a file of its own counts for in the progress."""

_ALIKE = 0.9
"""Minimum share of unchanged passages for the old FAISS index's training to be reused."""

_QUERIES = 256
"""Sentences of the corpus used to measure recall: like a question, each covers part of what a
passage says."""

_TEMPORARY = ("passages.tmp", "vectors.tmp", "encoded.tmp")
PARTIAL = "partial.tmp"
"""What an interrupted build has done so far."""

_HASH = "[0-9a-f]" * 16
_OURS = (
    f"passages-{_HASH}.db",
    f"vectors-{_HASH}.faiss",
    f"encoded-{_HASH}.f32",
    *_TEMPORARY,
    PARTIAL,
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
    """Called with the number of passages encoded so far, after each piece."""
    texts: Mapping[str, Article] | None = None
    """Articles by id, in memory instead of in a folder."""


@dataclass(frozen=True)
class BuildReport:
    """What a build did; `skipped` holds the files that are not articles, each with the reason.

    A `MetadataError` in it is about what is said of articles, which are indexed without it.

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
            manifest, encoded = _write_files(plan)
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
    partial: _PartialWork
    options: BuildOptions

    def kind(self, passages: int) -> str:
        """Return the kind of vector index for this many passages."""
        default = factory_for if self.server is None else self.server.kind_for
        return self.faiss or default(passages)

    def read(self, entry: Entry) -> Article:
        """Return an article that is in memory, or that was read from its file."""
        texts = self.options.texts
        return self.partial.article(entry) if texts is None else texts[entry.id]

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
    if kept.get("collection") is not None and server is None and options.faiss is None:
        raise manifests.needs_server(folder)  # before it becomes another kind of index by accident
    source = folder / kept.get("articles_folder", "articles")
    if options.articles is not None:
        source = Path(options.articles)
    elif before is None and not os.path.isdir(source):  # it comes from a damaged manifest
        source = folder / "articles"
    encoder, faiss = options.encoder, options.faiss
    if isinstance(encoder, str) or encoder is None:
        encoder = encoders.load(encoder or kept.get("encoder", encoders.DEFAULT))
    if faiss is None and (kept.get("collection") is None) == (server is None):
        faiss = kept.get("faiss")
    if faiss == _BY_SIZE:
        faiss = None
    elif options.faiss is not None and server is None:  # before hours of encoding
        new_index(options.faiss, encoder.dimension)
    reusable = _reusable(folder, before, encoder, server)
    settings = dict(chunking.SETTINGS)
    partial = _PartialWork(folder, {"encoder": [encoder.name, encoder.sha256], **settings})
    # What is chunked again is parsed again: a newer parser may extract different words.
    known = reusable.manifest.articles if reusable else None
    entries: list[Entry]
    skipped: list[ArticleError] = []
    if options.texts is not None:
        entries = [Entry.of(options.texts[name]) for name in sorted(options.texts)]
    else:
        with _bar(options, "reading", corpus.size_of(source)) as bar:
            entries, skipped = corpus.survey(
                source, known, partial.read, lambda file: bar.update(_size(file.path))
            )
        corpus.check_entries(source, entries, skipped)
    inside, root = source.resolve(), folder.resolve()
    recorded = str(inside.relative_to(root) if inside.is_relative_to(root) else inside)
    return _Plan(
        *(folder, server, source, recorded, entries, skipped),
        *(encoder, before, reusable, faiss, partial, options),
    )


def _reusable(
    folder: Path, before: Manifest | None, encoder: Encoder, server: VectorServer | None
) -> PassageIndex | None:
    """Open the old index if its settings are current and its files unchanged."""
    if before is None or before.passages != chunking.SETTINGS or not before.encoder.is_of(encoder):
        return None
    try:
        if all(BuiltFile.of(folder / f.name) == f for f in before.files()):
            return open_index(folder, None if before.collection is None else server)
    except (UnreachableError, CredentialsError):
        raise
    except (PassageIndexError, OSError):
        pass
    return None


def _write_files(plan: _Plan) -> tuple[Manifest, int]:
    """Write the new files under their final names.

    Returns the manifest that names them, and how many passages were encoded.
    """
    store_path, vectors_path, encoded_path = (plan.folder / name for name in _TEMPORARY)
    vectors_file = encoded_file = collection = recall = None
    try:
        written = _write_texts(plan, store_path, encoded_path)
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


def _write_texts(plan: _Plan, path: Path, rows: Path) -> _PassageWriter:
    """Write the store, and each passage's vector to its row of another file."""
    path.unlink(missing_ok=True)
    sizes = {entry.id: _size(plan.source / entry.id) for entry in plan.entries}
    previous = None if plan.reusable is None else plan.folder / plan.reusable.manifest.store.name
    with (
        rows.open("wb") as file,
        writing(path, previous) as store,
        _bar(plan.options, "indexing", sum(sizes.values())) as bar,
    ):
        writer = _PassageWriter(store, file, plan, bar.update)
        for entry in plan.entries:
            old = plan.reuses(entry)
            if old is not None:
                writer.copy(entry, old)
                bar.update(sizes[entry.id])
            else:
                writer.add(entry, plan.read(entry), sizes[entry.id])
        writer.encode()
    return writer


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # it is in memory, or in a file with others
        return _TYPICAL


def _bar(options: BuildOptions, what: str, total: int) -> Any:
    """Return a bar of bytes (`tqdm.tqdm`), which is shown if asked for."""
    from tqdm import tqdm

    hidden = not options.progress
    return tqdm(None, what, total, False, sys.stderr, unit="B", unit_scale=True, disable=hidden)


@dataclass
class _PassageWriter:
    """Writes articles to the store, and their passages' vectors to a file, a row for each number.

    `encoded` and `copied` count passages.
    """

    store: StoreWriter
    rows: IO[bytes]
    plan: _Plan
    advance: Callable[[float], object]
    waiting: list[_Piece] = field(default_factory=list)
    dimension: int = 0
    encoded: int = 0
    copied: int = 0

    @cached_property
    def at_once(self) -> int:
        """How many new passages are encoded at a time: few, where each piece is reported."""
        is_reported = self.plan.options.on_encoded is not None
        return _PIECE if is_reported else encoders.texts_at_once(self.plan.encoder, _PIECE)

    def copy(self, entry: Entry, old: PassageIndex) -> None:
        """Copy an article's texts and vectors from the old index."""
        first = self.store.passages
        vectors = old.rows(self.store.copy(entry.id))
        self._put(first, vectors)
        self.copied += len(vectors)

    def add(self, entry: Entry, article: Article, size: int) -> None:
        """Chunk an article of so many bytes, and encode what no interrupted build has encoded."""
        passages = chunking.passages(article)
        numbers = self.store.add(article, passages, chunking.sentences(article))
        for start in range(0, len(passages), _PIECE):
            texts = [passage.text for passage in passages[start : start + _PIECE]]
            share = size * len(texts) / len(passages)
            piece = _Piece(entry.text_sha256, start, numbers[start], texts, share)
            encoded = self.plan.partial.get(piece.key)
            if encoded is not None:
                vectors = np.frombuffer(b64decode(encoded), np.float32).reshape(len(texts), -1)
                self._put(piece.first, vectors)
                self.advance(share)
                continue
            self.waiting.append(piece)
            if sum(len(waiting.texts) for waiting in self.waiting) >= self.at_once:
                self.encode()

    def encode(self) -> None:
        """Encode the passages that are waiting."""
        texts = [text for piece in self.waiting for text in piece.texts]
        if not texts:
            return
        vectors = self.plan.encoder.encode_document(texts)
        done = 0
        for piece in self.waiting:
            own = vectors[done : done + len(piece.texts)]
            self.plan.partial.add(piece.key, b64encode(_bytes(own)).decode())
            self._put(piece.first, own)
            self.advance(piece.share)
            done += len(piece.texts)
        self.encoded += done
        self.waiting.clear()
        if self.plan.options.on_encoded is not None:
            self.plan.options.on_encoded(self.encoded)

    def _put(self, first: int, vectors: FloatArray) -> None:
        self.dimension = vectors.shape[1]
        self.rows.seek(first * self.dimension * 4)
        self.rows.write(_bytes(vectors))


@dataclass(frozen=True)
class _Piece:
    """Up to `_PIECE` passages of an article, from its passage `start`, which is number `first`.

    share: how many bytes of the article's file they count for in the progress.
    """

    text_sha256: str
    start: int
    first: int
    texts: list[str]
    share: float

    @property
    def key(self) -> str:
        """What its vectors depend on besides the settings."""
        return f"{self.text_sha256} {self.start} {len(self.texts)}"


class _PartialWork:
    """What a build has parsed and encoded so far, in `partial.tmp`, so that it can be resumed.

    Each line has a key, the checksum of what is stored for it, and that as JSON: an article, or the
    vectors of a piece of one. A line that is cut off or damaged is passed over. Keys begin with a
    hash of the settings that the work depends on besides the files.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self._path = folder / PARTIAL
        self._settings = hashlib.sha256(repr(settings).encode()).hexdigest()[:16]
        self._places: dict[str, int] = {}
        place = 0
        with suppress(OSError), self._path.open("rb") as file:
            for line in file:
                with suppress(ValueError, TypeError, RecursionError):
                    key, checksum, value = json.loads(line)
                    if checksum == _checksum(value):
                        self._places[key] = place
                place += len(line)

    def read(self, file: Source, file_sha256: str) -> Article:
        """Read a file with this hash, unless that is done; raises what `Source.read` raises."""
        stored = self.get(f"{file_sha256} {file.id}")
        if stored is not None:
            return Article(**stored)
        article = file.read()
        self.add(f"{file_sha256} {file.id}", asdict(article))
        return article

    def article(self, entry: Entry) -> Article:
        """Return an article that was read."""
        return Article(**self.get(f"{entry.file_sha256} {entry.id}"))

    def get(self, key: str) -> Any:
        """Return what is stored for a key, None if nothing is."""
        place = self._places.get(f"{self._settings} {key}")
        if place is None:
            return None
        with self._path.open("rb") as file:
            file.seek(place)
            return json.loads(file.readline())[2]

    def add(self, key: str, value: Any) -> None:
        """Store what was done, as JSON, for a build that takes it up."""
        key = f"{self._settings} {key}"
        with self._path.open("ab") as file:
            file.write(b"\n")  # the last line may be cut off
            self._places[key] = file.tell()
            file.write(json.dumps([key, _checksum(value), value]).encode())


def _checksum(value: Any) -> int:
    return zlib.crc32(json.dumps(value).encode())


def _bytes(vectors: FloatArray) -> bytes:
    return np.ascontiguousarray(vectors, dtype=np.float32).tobytes()


def _settle(path: Path, pattern: str) -> BuiltFile:
    """Sync a finished file and give it its final name, which contains part of its hash."""
    manifests.sync(path)
    built = BuiltFile.of(path)
    final = path.with_name(pattern.format(built.sha256[:16]))
    path.replace(final)
    return replace(built, name=final.name)


def _remove_leftovers(folder: Path, manifest: Manifest, server: VectorServer | None) -> None:
    """Remove what earlier builds left: what the manifest does not name."""
    named = {built.name for built in manifest.files()}
    for pattern in _OURS:
        for path in folder.glob(pattern):
            if path.name not in named:
                path.unlink(missing_ok=True)
    if server is not None and manifest.collection is not None:
        server.drop_vectors(manifest.collection)
