"""Vectors in FAISS. The only file that imports faiss, and the only one that normalises.

Vectors are scaled to length 1, so the inner product that FAISS returns is their cosine:
1 is the same direction, and higher is more similar. It is never a distance.

Few passages are searched exactly (Flat). Many are searched in the lists with the nearest centroids
(IVF), using vectors of one byte per dimension (SQ8): this finds nearly all of the nearest, much
faster. The vectors as encoded are then kept in a file beside the index, from which the results are
rescored exactly. Large files are memory-mapped, so only what a search touches is in memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from askvisit.errors import PassageIndexError

FloatArray = NDArray[np.float32]

FLAT = "Flat"
"""The factory of an exact index, which holds the vectors themselves and compares each."""

RECALL = 0.98
"""Target recall@10 of a search in lists."""

_NEAREST = 10

_MOST_FLAT = 50_000
"""Up to this many passages, comparing each takes about 10 ms."""

_TRAINED_ON = 40
"""Vectors per list to train the centroids on; FAISS warns below 39."""

_BLOCK = 16_384
"""Vectors in memory at a time while an index is built or measured."""

_MAPPED_FROM = 32_000_000
"""Size in bytes from which a file is memory-mapped rather than read."""


def factory_for(passages: int) -> str:
    """Return the default index factory for this many vectors (`faiss.index_factory`).

    The number of lists is the power of two nearest to four times the square root of the number of
    passages, so that it seldom changes as a corpus grows.
    """
    if passages <= _MOST_FLAT:
        return FLAT
    lists = 2 ** round(float(np.log2(4 * np.sqrt(passages))))
    return f"IVF{lists},SQ8"


class Vectors(Protocol):
    """Vectors of passages 0..n-1, searched by cosine: what an index needs of a vector engine."""

    def __len__(self) -> int:
        """Return how many there are."""

    @property
    def dimension(self) -> int:
        """Dimension of the vectors."""

    def search(
        self, vector: FloatArray, k: int, within: Sequence[range] | None = None
    ) -> list[tuple[int, float]]:
        """Return the k nearest passages and their cosines, nearest first."""

    def rows(self, numbers: Sequence[int]) -> FloatArray:
        """Return the vectors of passages (length 1)."""


class VectorServer(Protocol):
    """A vector engine outside of the index's folder, whose manifest names what is stored there.

    `str` says where it is. Each method raises a `PassageIndexError` that says how to fix it.
    """

    @property
    def options(self) -> str:
        """The command-line options that select an index with these vectors."""

    def kind_for(self, passages: int) -> str:
        """Return the default kind of vector index for this many vectors."""

    def store_vectors(self, vectors: FloatArray, kind: str) -> str:
        """Store vectors (n × dimension, of any length) under a new name, and return the name."""

    def open_vectors(self, name: str, kind: str) -> Vectors:
        """Open the vectors stored under a name."""

    def drop_vectors(self, kept: str) -> None:
        """Remove the vectors of earlier and of interrupted builds: all but those named."""


def cosines(vectors: Vectors, vector: FloatArray, passages: Iterable[int]) -> dict[int, float]:
    """Return the cosine of a vector with each of the passages."""
    numbers = list(passages)
    found = vectors.rows(numbers) @ normalise(vector.reshape(1, -1))[0]
    return dict(zip(numbers, found.tolist(), strict=True))


class FaissVectors:
    """Vectors of passages 0..n-1 in a FAISS index.

    `encoded` holds them (n × dimension, of any length) if the FAISS index does not.
    """

    def __init__(self, index: Any, encoded: FloatArray | None = None) -> None:
        self._index = index
        self._encoded = encoded

    @classmethod
    def build(
        cls, vectors: FloatArray, factory: str = FLAT, trained: Path | None = None
    ) -> FaissVectors:
        """Store vectors (n × dimension, of any length), which may be a memory-mapped file.

        trained: a file of such an index, written by `write`; its training, and the number of lists
        it probes, are reused.

        Raises `PassageIndexError` if FAISS knows no such factory or needs more vectors for it.
        """
        import faiss

        faiss.omp_set_num_threads(os.cpu_count() or 1)  # a search in this thread may have set one
        if trained is None:
            index = new_index(factory, vectors.shape[1])
        else:
            index = faiss.read_index(str(trained))
            index.reset()  # its training is kept
        try:
            if not index.is_trained:
                index.train(_sample(vectors, _lists(index) * _TRAINED_ON))
            for start in range(0, len(vectors), _BLOCK):
                index.add(normalise(vectors[start : start + _BLOCK]))
        except RuntimeError as error:
            raise PassageIndexError(
                f"FAISS cannot put {len(vectors):,} vectors into {factory!r}; "
                "give another factory, or leave it out"
            ) from error
        return cls(index, None if factory == FLAT else vectors)

    @classmethod
    def read(cls, path: Path, encoded: Path | None = None) -> FaissVectors:
        """Open a file written by `write`, and the file of encoded vectors if there is one.

        Raises `ValueError` if either is damaged. A large one must have the same size as when it was
        written: FAISS checks what it reads, but trusts what it maps.
        """
        import faiss

        try:
            large = path.exists() and path.stat().st_size >= _MAPPED_FROM
            index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC if large else 0)
        except RuntimeError as error:
            if not path.exists():
                raise FileNotFoundError(path) from error
            raise ValueError("the vectors cannot be read") from error
        return cls(index, None if encoded is None else map_rows(encoded, index.ntotal, index.d))

    def write(self, path: Path) -> None:
        """Write the FAISS index to a file; raises `OSError` if it cannot be written."""
        import faiss

        failed: list[OSError] = []
        with path.open("wb") as file:

            def put(data: bytes) -> None:
                try:
                    file.write(data)
                except OSError as error:  # FAISS would raise one that does not say why
                    failed.append(error)
                    raise

            try:  # given only a path, FAISS says nothing when the disk is full at the end
                writer = faiss.PyCallbackIOWriter(put)  # type: ignore[attr-defined]
                faiss.write_index(self._index, writer)
            except RuntimeError:
                raise failed[0] from None

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Dimension of the vectors."""
        return int(self._index.d)

    def search(
        self, vector: FloatArray, k: int, within: Sequence[range] | None = None
    ) -> list[tuple[int, float]]:
        """Return the k nearest passages and their cosines, nearest first.

        `within` restricts the search to passages with these numbers, which are all compared.
        """
        import faiss

        # One query is too little work for several threads: on a busy machine, they wait for each
        # other many times longer than one takes. The setting applies to the calling thread.
        faiss.omp_set_num_threads(1)
        query = normalise(vector.reshape(1, -1))
        if self._encoded is not None:
            return self._search_lists(query, k, within)
        options: dict[str, Any] = {}
        if within is not None:
            selected: Any = faiss.SearchParameters
            options["params"] = selected(sel=faiss.IDSelectorBatch(numbers_in(within)))
        cosines, found = self._index.search(query, min(k, len(self)), **options)
        return [(int(n), float(c)) for n, c in zip(found[0], cosines[0], strict=True) if n >= 0]

    def rows(self, numbers: Sequence[int]) -> FloatArray:
        """Return the vectors of passages (length 1)."""
        chosen = np.array(numbers, np.int64)
        if self._encoded is not None:
            return normalise(self._encoded[chosen])
        rows: FloatArray = self._index.reconstruct_batch(chosen)
        return rows

    def tune(self, queries: FloatArray) -> float:
        """Probe as many lists as `RECALL` requires; returns the recall@10 that this gives.

        An index without lists is only measured, an exact one has a recall of 1.
        """
        import faiss

        if self._encoded is None:
            return 1.0
        last = kth_cosines(self._encoded, queries, _NEAREST)
        lists, probes = _lists(self._index), 1
        while True:
            if lists:
                faiss.ParameterSpace().set_index_parameter(self._index, "nprobe", probes)
            recall = self.recall(queries, last)
            if recall >= RECALL or probes >= lists:
                return recall
            probes *= 2

    def recall(self, queries: FloatArray, last: FloatArray | None = None) -> float:
        """Return the share of the ten truly nearest passages that a search finds.

        queries: m × dimension; last: their cosines with the tenth nearest, if known.
        """
        if last is None:
            every = self.rows(range(len(self))) if self._encoded is None else self._encoded
            last = kth_cosines(every, queries, _NEAREST)
        right = [  # among equals, any is right
            sum(cosine > least - 1e-5 for _, cosine in self.search(query, _NEAREST))
            for query, least in zip(queries, last, strict=True)
        ]
        return float(sum(right)) / (len(queries) * min(_NEAREST, len(self)))

    def _search_lists(
        self, query: FloatArray, k: int, within: Sequence[range] | None
    ) -> list[tuple[int, float]]:
        assert self._encoded is not None
        if within is None:
            _, found = self._index.search(query, min(2 * k, len(self)))
            numbers = np.sort(found[0][found[0] >= 0])
        else:
            numbers = numbers_in(within)
        parts = [numbers[start : start + _BLOCK] for start in range(0, len(numbers), _BLOCK)]
        cosines = [normalise(self._encoded[part]) @ query[0] for part in parts]
        every = np.concatenate([np.empty(0, np.float32), *cosines])
        best = np.argsort(-every, kind="stable")[:k]
        return [(int(numbers[n]), float(every[n])) for n in best]


def map_rows(path: Path, count: int, dimension: int) -> FloatArray:
    """Memory-map a file of vectors (32-bit floats by row); `ValueError` if its size differs."""
    if path.stat().st_size != count * dimension * 4:
        raise ValueError(f"{path.name} does not hold {count} vectors")
    return np.memmap(path, dtype=np.float32, mode="r", shape=(count, dimension))


def normalise(vectors: FloatArray) -> FloatArray:
    """Scale each row to length 1; rows of zeros are unchanged."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: FloatArray = np.ascontiguousarray(
        vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32
    )
    return unit


def new_index(factory: str, dimension: int) -> Any:
    """Return a new FAISS index; raises `PassageIndexError` if FAISS cannot make such a one."""
    import faiss

    try:
        return faiss.index_factory(dimension, factory, faiss.METRIC_INNER_PRODUCT)
    except RuntimeError as error:
        raise PassageIndexError(f"FAISS has no index factory {factory!r}") from error


def numbers_in(ranges: Sequence[range]) -> NDArray[np.int64]:
    """Return each number in the ranges once."""
    every = [np.empty(0, np.int64), *(np.arange(r.start, r.stop) for r in ranges)]
    return np.unique(np.concatenate(every))


def _lists(index: Any) -> int:
    """Return how many lists an index has; 0 if it is of another kind."""
    import faiss

    ivf = faiss.try_extract_index_ivf(index)
    return 0 if ivf is None else int(ivf.nlist)


def _sample(vectors: FloatArray, most: int) -> FloatArray:
    """Return training vectors from all over the corpus."""
    most = max(most, 10_000)
    chosen = np.unique(np.linspace(0, len(vectors) - 1, min(most, len(vectors))).astype(np.int64))
    return normalise(vectors[chosen])


def kth_cosines(vectors: FloatArray, queries: FloatArray, k: int) -> FloatArray:
    """Return each query's cosine with its k-th nearest vector, by exhaustive search.

    vectors may be a memory-mapped file: they are read block by block.
    """
    units = normalise(queries)
    best = np.full((len(queries), k), -2, dtype=np.float32)
    for start in range(0, len(vectors), _BLOCK):
        cosines = units @ normalise(vectors[start : start + _BLOCK]).T
        both = np.concatenate([best, cosines], axis=1)
        best = np.partition(both, -k, axis=1)[:, -k:]
    lowest: FloatArray = best.min(axis=1)
    return lowest
