"""Vectors in FAISS. The only file that imports faiss, and the only one that normalises.

Vectors are scaled to length 1, so that the inner product FAISS returns is their cosine:
1 is the same direction, and higher is more alike. It is never a distance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from askvisit.errors import PassageIndexError

FloatArray = NDArray[np.float32]

FACTORY = "Flat"
"""How vectors are stored unless told otherwise (`faiss.index_factory`): exact."""


class Vectors:
    """Vectors of passages 0..n-1, searched by cosine."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: FloatArray, factory: str = FACTORY) -> Vectors:
        """Store vectors (n × dimension, of any length)."""
        import faiss

        try:
            index = faiss.index_factory(vectors.shape[1], factory, faiss.METRIC_INNER_PRODUCT)
        except RuntimeError as error:
            raise PassageIndexError(f"FAISS knows no index factory {factory!r}") from error
        unit = normalise(vectors)
        if not index.is_trained:
            index.train(unit)
        index.add(unit)
        return cls(index)

    @classmethod
    def read(cls, path: Path) -> Vectors:
        """Read a file that `write` wrote; raises `ValueError` where it is damaged."""
        import faiss

        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError as error:
            if not path.exists():
                raise FileNotFoundError(path) from error
            raise ValueError("the vectors cannot be read") from error

    def write(self, path: Path) -> None:
        """Write the vectors to a file; raises `OSError` where it cannot be written."""
        import faiss

        # faiss.write_index says nothing when the disk is full at the end.
        data: Any = faiss.serialize_index(self._index)
        with path.open("wb") as file:
            file.write(data)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return int(self._index.d)

    def search(
        self, vector: FloatArray, k: int, within: Sequence[range] | None = None
    ) -> list[tuple[int, float]]:
        """Return the k nearest passages and their cosines, nearest first.

        `within` restricts the search to passages with these numbers.
        """
        import faiss

        query = normalise(vector.reshape(1, -1))
        options: dict[str, Any] = {}
        if within is not None:
            numbers = np.concatenate([np.arange(r.start, r.stop) for r in within])
            selected: Any = faiss.SearchParameters
            options["params"] = selected(sel=faiss.IDSelectorBatch(numbers))
        cosines, found = self._index.search(query, min(k, len(self)), **options)
        return [(int(n), float(c)) for n, c in zip(found[0], cosines[0], strict=True) if n >= 0]

    def cosines(self, vector: FloatArray, passages: Iterable[int]) -> dict[int, float]:
        """Return the cosine of a vector with each of the passages."""
        unit = normalise(vector.reshape(1, -1))[0]
        return {n: float(self._index.reconstruct(n) @ unit) for n in passages}

    def rows(self, numbers: range) -> FloatArray:
        """Return the stored vectors of consecutive passages (length 1)."""
        rows: FloatArray = self._index.reconstruct_n(numbers.start, len(numbers))
        return rows


def normalise(vectors: FloatArray) -> FloatArray:
    """Scale each row to length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: FloatArray = np.ascontiguousarray(
        vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32
    )
    return unit
