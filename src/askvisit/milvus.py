"""Vectors in Milvus, for an index whose texts and BM25 are in its folder.

A build fills a new collection, which the folder's manifest then names; replacing the manifest is
the only commit. The only file that imports pymilvus, whose errors are translated here.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np

from askvisit.errors import (
    CredentialsError,
    IndexDamagedError,
    IndexReplacedError,
    PassageIndexError,
    UnreachableError,
)
from askvisit.index import BuildReport, IndexLocation
from askvisit.text import excerpt
from askvisit.vectors import FLAT, FloatArray, factory_for, normalise, numbers_in

if TYPE_CHECKING:
    from askvisit.index.build import BuildOptions

COLLECTION = "askvisit"

_TIMEOUT = {"timeout": 10.0}
"""Timeout of a query, in seconds. Builds wait as long as it takes."""

_THOROUGH = {"params": {"ef": 200, "nprobe": 128, "search_list": 200}}
"""How much of an index of each kind is searched, more than Milvus would: a kind has one of them."""

_MOST_ROWS = 1000
"""Rows per message, far below Milvus's limits (64 MB, or 16,384 rows read)."""

_GONE = {100, 101}  # no such collection, or not loaded since a restart
_CONNECT_FAILED = 2
_REFUSED = {1400, 1401}  # user unknown, or not permitted

_GRPC_OPTIONS = {"grpc.keepalive_permit_without_calls": False}
"""No keepalive pings while idle: Milvus Lite disconnects clients that send them often."""


@dataclass(frozen=True)
class Milvus(IndexLocation):
    """An index whose vectors are in Milvus, and its texts in a folder.

    uri: "http://HOST:19530", with "/DATABASE" if it is not the default one; "https://…" for TLS; a
    file that ends with ".db" for Milvus Lite in this process.
    token: "user:password" or an API key.
    collection: what the names of this index's collections begin with.
    dense_index: the kind of vector index, as Milvus calls it ("HNSW"), for builds; if None, the one
    chosen before, else one by size.
    folder: the index's folder; if None, `COLLECTION-index` in the current folder, or beside the
    file.
    """

    uri: str
    token: str | None = field(default=None, repr=False)
    collection: str = COLLECTION
    dense_index: str | None = None
    folder: str | os.PathLike[str] | None = None

    def __post_init__(self) -> None:
        if self._file is None and "@" in self.uri:  # the address is shown, a token never
            raise CredentialsError(
                "--uri must not contain credentials; put them (user:password) into the variable "
                "given with --token-env"
            )

    def __str__(self) -> str:
        return f"{self.uri} (collection {self.collection})"

    @property
    def options(self) -> str:
        """The command-line options that select it."""
        named = "" if self.collection == COLLECTION else f" --collection {quote(self.collection)}"
        named += "" if self.folder is None else f" --index {quote(str(self.folder))}"
        return f"--store milvus --uri {quote(self.uri)}{named}"

    @property
    def path(self) -> Path:
        """The index's folder."""
        beside = Path() if self._file is None else self._file.parent
        return beside / f"{self.collection}-index" if self.folder is None else Path(self.folder)

    @property
    def server(self) -> Milvus:
        """What has the vectors: this, as a `VectorServer`."""
        return self

    @property
    def _file(self) -> Path | None:
        """The path of a file for Milvus Lite; None if a server has the vectors."""
        return Path(self.uri) if self.uri.endswith(".db") and "://" not in self.uri else None

    def build(self, options: BuildOptions) -> BuildReport:
        """Build the index; see `build_index`."""
        if options.faiss is not None:
            raise PassageIndexError(f"FAISS cannot search an index in {self}; leave out --faiss")
        with self.client():  # if it does not answer, this is said before hours of encoding
            return super().build(replace(options, faiss=self.dense_index))

    def kind_for(self, passages: int) -> str:
        """Return the default kind of index for this many vectors."""
        return "FLAT" if factory_for(passages) == FLAT else "HNSW"

    def store_vectors(self, vectors: FloatArray, kind: str) -> str:
        """Store vectors in a new collection, indexed and loaded; returns its name."""
        name = f"{self.collection}_{uuid4().hex[:12]}"
        with self.client() as client:
            from pymilvus import DataType

            schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
            schema.add_field("number", DataType.INT64, is_primary=True)
            schema.add_field("vector", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
            # Nothing is written after the commit, so readers need not wait for the last writes.
            client.create_collection(name, schema=schema, consistency_level="Bounded")
            for start in range(0, len(vectors), _MOST_ROWS):
                block = normalise(vectors[start : start + _MOST_ROWS])
                client.insert(
                    name, [{"number": n, "vector": vector} for n, vector in enumerate(block, start)]
                )
            client.flush(name)
            index = client.prepare_index_params()
            index.add_index("vector", index_type=kind, metric_type="IP")
            client.create_index(name, index, sync=True)
            client.load_collection(name)
        there = len(self.open_vectors(name, kind))
        if there != len(vectors):
            raise PassageIndexError(
                f"Milvus has {there:,} of {len(vectors):,} vectors in {name}; run this again"
            )
        return name

    def open_vectors(self, name: str, kind: str) -> MilvusVectors:
        """Open a collection; raises `IndexDamagedError` if it is missing or not one of these."""
        if self._file is not None and not self._file.exists():  # connecting would create it
            raise IndexDamagedError(self, f"{self.uri} is missing")
        try:
            return MilvusVectors(self, name)
        except (IndexReplacedError, KeyError, StopIteration) as error:
            raise IndexDamagedError(self, f"the collection {name} is missing") from error

    def drop_vectors(self, kept: str) -> None:
        """Drop this index's other collections."""
        ours = re.compile(rf"{re.escape(self.collection)}_[0-9a-f]{{12}}")
        with self.client() as client:
            for name in client.list_collections(**_TIMEOUT):
                if name != kept and ours.fullmatch(name):
                    client.drop_collection(name, **_TIMEOUT)

    @contextmanager
    def client(self) -> Iterator[Any]:
        """Yield a connected `pymilvus.MilvusClient`; it reconnects by itself.

        What pymilvus raises is raised as `IndexReplacedError` if a collection is missing or not
        loaded, `UnreachableError`, `CredentialsError`, or else `PassageIndexError`.
        """
        try:
            from grpc import RpcError, StatusCode
            from pymilvus import MilvusClient, MilvusException
        except ImportError as error:
            raise PassageIndexError(
                "--store milvus needs the extra milvus; run: pip install 'pymilvus>=3,<4'"
            ) from error
        # They log what they raise, with a traceback; here it is reported once, in one line.
        for name in ("pymilvus", "milvus_lite", "grpc._server"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        try:
            yield _connected(MilvusClient, self.uri, self.token)
        except (MilvusException, RpcError) as error:
            causes: list[Any] = [error]
            while causes[-1].__context__ is not None:  # gRPC's, where pymilvus cannot connect
                causes.append(causes[-1].__context__)
            codes = [c.code() if isinstance(c, RpcError) else getattr(c, "code", 0) for c in causes]
            if codes[0] in _GONE:
                raise IndexReplacedError(self) from error
            refused = {StatusCode.UNAUTHENTICATED, StatusCode.PERMISSION_DENIED, *_REFUSED}
            if refused.intersection(codes):
                raise CredentialsError(
                    f"Milvus at {self.uri} rejected the token; put the right one "
                    "(user:password, or an API key) into the variable given with --token-env"
                ) from error
            words = str(getattr(error, "message", error))
            silent = {StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED, _CONNECT_FAILED}
            if silent.intersection(codes) or words == "Open local milvus failed":
                raise UnreachableError(
                    f"Milvus at {self.uri} does not answer; start it or correct --uri, then try "
                    "again (only one process can open a file at a time)"
                ) from error
            raise PassageIndexError(f"Milvus at {self.uri} refused: {excerpt(words)}") from error


@cache
def _connected(client: Callable[..., Any], uri: str, token: str | None) -> Any:
    return client(uri, token=token or "", grpc_options=_GRPC_OPTIONS, **_TIMEOUT)


class MilvusVectors:
    """Vectors of passages 0..n-1 in a collection; safe to share between threads.

    Each method raises `IndexReplacedError` if a rebuild has dropped the collection.
    """

    def __init__(self, location: Milvus, name: str) -> None:
        self._location = location
        self._name = name
        with location.client() as client:
            from pymilvus.client.types import LoadState

            # Readers may not be permitted to load it, which is needed only after some restarts.
            if client.get_load_state(name, **_TIMEOUT)["state"] == LoadState.NotLoad:
                client.load_collection(name, **_TIMEOUT)
            counted = {"output_fields": ["count(*)"], "consistency_level": "Strong"}
            self._count = int(client.query(name, **counted, **_TIMEOUT)[0]["count(*)"])
            fields = client.describe_collection(name, **_TIMEOUT)["fields"]
        self.dimension = int(next(f["params"]["dim"] for f in fields if f["name"] == "vector"))

    def __len__(self) -> int:
        return self._count

    def search(
        self, vector: FloatArray, k: int, within: Sequence[range] | None = None
    ) -> list[tuple[int, float]]:
        """Return the k nearest passages and their cosines, nearest first, equals by number."""
        where = "" if within is None else _in_any(within)
        if within is not None and not where:
            return []
        with self._location.client() as client:
            (hits,) = client.search(
                self._name,
                data=[normalise(vector.reshape(1, -1))[0]],
                filter=where,
                limit=min(k, len(self)),
                output_fields=["number"],
                search_params=_THOROUGH,
                **_TIMEOUT,
            )
        found = [(int(hit["number"]), float(hit["distance"])) for hit in hits]
        return sorted(found, key=lambda scored: (-scored[1], scored[0]))

    def rows(self, numbers: Sequence[int]) -> FloatArray:
        """Return the vectors of passages (length 1)."""
        rows: dict[int, list[float]] = {}
        with self._location.client() as client:
            for start in range(0, len(numbers), _MOST_ROWS):
                some = list(numbers[start : start + _MOST_ROWS])
                found = client.get(self._name, some, ["number", "vector"], **_TIMEOUT)
                rows |= {row["number"]: row["vector"] for row in found}
        if len(rows) != len(numbers):
            raise IndexDamagedError(self._location, f"{self._name} is not complete")
        return np.array([rows[n] for n in numbers], np.float32).reshape(-1, self.dimension)


def _in_any(ranges: Sequence[range]) -> str:
    """Write ranges of passage numbers as a filter, merging those that touch."""
    numbers = numbers_in(ranges)
    runs = np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1)
    return " or ".join(f"(number >= {run[0]} and number <= {run[-1]})" for run in runs if len(run))
