"""Write a new index's files: texts, then vectors, streamed through the disk.

Only one chunk of passages is in memory at a time, and the FAISS index while it is built.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import numpy as np

from askvisit import corpus
from askvisit import passages as chunking
from askvisit.corpus import Entry
from askvisit.encoder import Encoder, FloatArray
from askvisit.errors import CorpusError
from askvisit.index import manifest as manifests
from askvisit.index.local import LocalIndex
from askvisit.index.manifest import BuiltFile, EncoderIdentity, Manifest
from askvisit.index.partial import PartialWork
from askvisit.index.plan import Plan
from askvisit.records import Article
from askvisit.store import Store, StoreWriter, writing
from askvisit.vectors import FLAT, RECALL, Vectors, factory_for, map_rows

TEMPORARY = ("passages.tmp", "vectors.tmp", "encoded.tmp")

_CHUNK = 1024
"""Passages encoded at a time. The encoder sorts them by length, so that its batches pad little; a
killed build loses at most this many."""

_ALIKE = 0.9
"""Minimum share of unchanged passages for the old FAISS index's training to be reused."""

_QUERIES = 256
"""Sentences of the corpus used to measure recall: like a question, each covers part of what a
passage says."""


def write_files(plan: Plan, progress: bool) -> tuple[Manifest, int]:
    """Write the new files under their final names.

    Returns the manifest that names them, and how many passages were encoded.
    """
    store_path, vectors_path, encoded_path = (plan.folder / name for name in TEMPORARY)
    try:
        rows = _Rows(encoded_path)
        with closing(rows):
            encoded, copied = _write_texts(plan, store_path, rows, progress)
        with closing(Store(store_path)) as store:
            counts = store.counts()
            vectors = map_rows(encoded_path, counts["passages"], rows.dimension)
            factory = plan.faiss or factory_for(len(vectors))
            built, recall = _searchable(plan, store, vectors, factory, copied)
        built.write(vectors_path)
        manifest = Manifest(
            encoder=EncoderIdentity(plan.encoder.name, plan.encoder.sha256, rows.dimension),
            passages=dict(chunking.SETTINGS),
            faiss=factory,
            articles_folder=plan.articles_folder,
            articles={entry.id: entry for entry in plan.entries},
            store=_settle(store_path, "passages-{}.db"),
            vectors=_settle(vectors_path, "vectors-{}.faiss"),
            counts=counts,
            faiss_given=plan.faiss is not None,
            encoded=None if recall is None else _settle(encoded_path, "encoded-{}.f32"),
            recall=recall,
        )
    finally:
        for path in (store_path, vectors_path, encoded_path):
            path.unlink(missing_ok=True)
    return manifest, encoded


def _searchable(
    plan: Plan, store: Store, vectors: FloatArray, factory: str, copied: int
) -> tuple[Vectors, float | None]:
    """Put vectors into a FAISS index, and measure its recall if it is not exact.

    If nearly all are copied from the old index, its training is reused as long as recall is high
    enough: retraining takes most of the time of such an update.
    """
    if factory == FLAT:
        return Vectors.build(vectors), None
    queries = _queries(store, plan.encoder, len(vectors))
    old = None if plan.reusable is None else plan.reusable.manifest
    if (
        old is not None
        and old.faiss == factory
        and (old.recall or 0) >= RECALL
        and copied >= _ALIKE * max(len(vectors), old.counts["passages"])
    ):
        built = Vectors.build(vectors, factory, trained=plan.folder / old.vectors.name)
        recall = built.recall(queries)
        if recall >= RECALL:
            return built, recall
    built = Vectors.build(vectors, factory)
    return built, built.tune(queries)


class _Rows:
    """A file of vectors, written in any order."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("wb")
        self.dimension = 0

    def put(self, first: int, vectors: FloatArray) -> None:
        self.dimension = vectors.shape[1]
        self._file.seek(first * self.dimension * 4)
        self._file.write(np.ascontiguousarray(vectors, dtype=np.float32).tobytes())

    def close(self) -> None:
        self._file.close()


def _write_texts(plan: Plan, path: Path, rows: _Rows, progress: bool) -> tuple[int, int]:
    """Write the store, and each passage's vector to its row.

    Returns how many passages were encoded, and how many copied from the old index.
    """
    path.unlink(missing_ok=True)
    previous = plan.reusable
    previous_store = None if previous is None else plan.folder / previous.manifest.store.name
    settings = {
        "encoder": plan.encoder.name,
        "sha256": plan.encoder.sha256,
        "passages": dict(chunking.SETTINGS),
    }
    with (
        writing(path, previous_store) as writer,
        closing(PartialWork(plan.folder, settings)) as partial,
    ):
        chunk = _Chunk(plan.encoder, partial, rows)
        copied = 0
        for entry in with_bar(plan.entries, progress):
            if previous is not None and plan.reuses(entry):
                first, vectors = _copied(writer, previous, entry)
                rows.put(first, vectors)
                copied += len(vectors)
            else:
                chunk.add(entry, *_split_into(writer, plan.source, entry))
        chunk.encode()
    return chunk.encoded, copied


def _copied(writer: StoreWriter, previous: LocalIndex, entry: Entry) -> tuple[int, FloatArray]:
    """Copy an article's texts; returns its first passage's new number, and its vectors."""
    first = writer.passages
    return first, previous.rows(writer.copy(entry.id))


def _split_into(writer: StoreWriter, source: Path, entry: Entry) -> tuple[int, list[str]]:
    """Write an article's texts; returns its first passage's number, and its passages' texts."""
    article = read_as_surveyed(source, entry)
    passages = chunking.passages(article)
    numbers = writer.add(article, passages, chunking.sentences(article))
    return numbers.start, [passage.text for passage in passages]


def read_as_surveyed(source: Path, entry: Entry) -> Article:
    """Read an article again; raises `CorpusError` if it changed since it was surveyed."""
    article = corpus.SourceFile(source / entry.id).read()
    if article.sha256 != entry.text_sha256:
        raise CorpusError(f"{entry.id} was changed while it was being read; run the command again")
    return article


class _Chunk:
    """Articles waiting to be encoded together."""

    def __init__(self, encoder: Encoder, partial: PartialWork, rows: _Rows) -> None:
        self._encoder = encoder
        self._partial = partial
        self._rows = rows
        self._waiting: list[tuple[Entry, int, list[str]]] = []
        self._passages = 0
        self.encoded = 0

    def add(self, entry: Entry, first: int, texts: list[str]) -> None:
        """Queue an article's texts, unless an interrupted build has already encoded them."""
        vectors = self._partial.get(entry.text_sha256, len(texts))
        if vectors is not None:
            self._rows.put(first, vectors)
            return
        self._waiting.append((entry, first, texts))
        self._passages += len(texts)
        if self._passages >= _CHUNK:
            self.encode()

    def encode(self) -> None:
        """Encode the waiting articles."""
        if not self._waiting:
            return
        vectors = self._encoder.encode([text for _, _, texts in self._waiting for text in texts])
        done = 0
        for entry, first, texts in self._waiting:
            own = vectors[done : done + len(texts)]
            self._partial.add(entry.text_sha256, own)
            self._rows.put(first, own)
            done += len(texts)
        self.encoded += done
        self._passages = 0
        self._waiting.clear()


def _queries(store: Store, encoder: Encoder, passages: int) -> FloatArray:
    """Encode the first sentences of passages from all over the corpus."""
    numbers = np.linspace(0, passages - 1, min(_QUERIES, passages)).astype(int).tolist()
    found = store.passages(numbers).values()
    return encoder.encode([store.sentences(p.article_id, p.start, p.end)[0].text for p in found])


def _settle(path: Path, pattern: str) -> BuiltFile:
    """Sync a finished file and give it its final name, which contains part of its hash."""
    manifests.sync(path)
    built = BuiltFile.of(path)
    final = path.with_name(pattern.format(built.sha256[:16]))
    path.replace(final)
    return BuiltFile(final.name, built.sha256, built.size)


def with_bar(entries: list[Entry], progress: bool) -> Iterable[Entry]:
    """Return the articles to iterate over, with a bar on stderr if it takes a while."""
    if not progress:
        return entries
    from tqdm import tqdm

    bar: Iterable[Entry] = tqdm(entries, "indexing", unit="article", file=sys.stderr, delay=1.0)
    return bar
