"""Vectors in Milvus, for an index whose texts and BM25 are in its folder.

A build fills a new collection, which the folder's manifest then names; replacing the manifest is
the only commit. The only file that imports pymilvus, whose errors are translated here.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
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
from askvisit.text import one_line
from askvisit.vectors import FloatArray, normalise

if TYPE_CHECKING:
    from askvisit.index.build import BuildOptions

COLLECTION = "askvisit"

# How vectors may be indexed: the build and search parameters of each kind of index.
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "FLAT": ({}, {}),
    "HNSW": ({"M": 16, "efConstruction": 200}, {"ef": 200}),
    "HNSW_SQ": ({"M": 16, "efConstruction": 200, "sq_type": "SQ8"}, {"ef": 200}),
    "IVF_SQ8": ({"nlist": 4096}, {"nprobe": 128}),
    "DISKANN": ({}, {"search_list": 200}),
    "AUTOINDEX": ({}, {}),
}

_MOST_FLAT = 50_000
"""Up to this many passages, search is exhaustive, as in a folder."""

_TIMEOUT = 10.0
"""Timeout of a query, in seconds. Builds wait as long as it takes."""

_MOST_ROWS = 1000
"""Rows per message, far below Milvus's limits (64 MB, or 16,384 rows read)."""

_CONNECT_FAILED, _NOT_LOADED, _NO_COLLECTION = 2, 101, 100
_UNAUTHENTICATED = {1400, 1401}  # user unknown, or not permitted
_LONGEST_REASON = 200

_GRPC_OPTIONS = {"grpc.keepalive_permit_without_calls": False}
"""No keepalive pings while idle: Milvus Lite disconnects clients that send them often."""


@dataclass(frozen=True)
class Milvus(IndexLocation):
    """An index whose vectors are in Milvus, and its texts in a folder.

    uri: "http://HOST:19530", with "/DATABASE" if it is not the default one; "https://…" for TLS; a
    file that ends with ".db" for Milvus Lite in this process.
    token: "user:password" or an API key.
    collection: what the names of this index's collections begin with.
    dense_index: the kind of vector index (see `KINDS`), for builds; if None, the one chosen before,
    else one by size.
    folder: the index's folder; if None, `COLLECTION-index` in the current folder, or beside the
    file.
    """

    uri: str
    token: str | None = field(default=None, repr=False)
    collection: str = COLLECTION
    dense_index: str | None = None
    folder: str | os.PathLike[str] | None = None

    def __post_init__(self) -> None:
        if self._file is None and "@" in self.uri:
            raise CredentialsError(
                "--uri must not contain credentials; put them (user:password) into the variable "
                "given with --token-env"
            )
        if self._file is None and not re.match(r"(https?|tcp)://.|unix:", self.uri):
            raise PassageIndexError(
                f"{self.uri!r} is not a Milvus address; give http://HOST:19530, or FILE.db"
            )
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", self.collection):
            raise PassageIndexError(
                f"{self.collection!r} is not a collection name; use only letters, digits and _"
            )
        if self.dense_index is not None and self.dense_index not in KINDS:
            raise PassageIndexError(
                f"there is no vector index {self.dense_index!r}; choose from {', '.join(KINDS)}"
            )

    def __str__(self) -> str:
        return f"{self.uri} (collection {self.collection})"

    @property
    def options(self) -> str:
        """The command-line options that select it."""
        named = "" if self.collection == COLLECTION else f" --collection {self.collection}"
        named += "" if self.folder is None else f" --index {quote(str(self.folder))}"
        return f"--store milvus --uri {quote(self.uri)}{named}"

    @property
    def path(self) -> Path:
        """The index's folder."""
        if self.folder is not None:
            return Path(self.folder)
        beside = Path() if self._file is None else self._file.parent
        return beside / f"{self.collection}-index"

    @property
    def server(self) -> Milvus:
        """What has the vectors: this, as a `VectorServer`."""
        return self

    @property
    def _file(self) -> Path | None:
        """The path of a file for Milvus Lite; None if a server has the vectors."""
        is_file = self.uri.endswith(".db") and not re.match(r"\w+://|unix:", self.uri)
        return Path(self.uri) if is_file else None

    def build(self, options: BuildOptions) -> BuildReport:
        """Build the index; see `build_index`."""
        if options.faiss is not None:
            raise PassageIndexError(f"FAISS cannot search an index in {self}; leave out --faiss")
        return super().build(replace(options, faiss=self.dense_index))

    def kind_for(self, passages: int) -> str:
        """Return the default kind of index for this many vectors."""
        return "FLAT" if passages <= _MOST_FLAT else "HNSW"

    def store_vectors(self, vectors: FloatArray, kind: str) -> str:
        """Store vectors in a new collection, indexed and loaded; returns its name."""
        connection = connect(self.uri, self.token)
        from pymilvus import DataType, MilvusClient

        name = f"{self.collection}_{uuid4().hex[:12]}"
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("number", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
        # Nothing is written after the commit, so that readers need not wait for the last writes.
        connection.call("create_collection", name, schema=schema, consistency_level="Bounded")
        for start in range(0, len(vectors), _MOST_ROWS):
            block = normalise(vectors[start : start + _MOST_ROWS])
            rows = [{"number": n, "vector": vector} for n, vector in enumerate(block, start)]
            connection.call("insert", name, rows, timeout=None)
        connection.call("flush", name, timeout=None)
        index = MilvusClient.prepare_index_params()
        index.add_index("vector", index_type=kind, metric_type="IP", params=KINDS[kind][0])
        connection.call("create_index", name, index, timeout=None, sync=True)
        connection.call("load_collection", name, timeout=None)
        there = connection.count(name)
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
            return MilvusVectors(self, connect(self.uri, self.token), name, kind)
        except (GoneError, KeyError, StopIteration) as error:
            raise IndexDamagedError(self, f"the collection {name} is missing") from error

    def drop_vectors(self, kept: str) -> None:
        """Drop this index's other collections."""
        connection = connect(self.uri, self.token)
        for name in connection.call("list_collections"):
            if name != kept and re.fullmatch(rf"{self.collection}_[0-9a-f]{{12}}", name):
                with suppress(GoneError):
                    connection.call("drop_collection", name)


class MilvusVectors:
    """Vectors of passages 0..n-1 in a collection; safe to share between threads.

    Each method raises `IndexReplacedError` if a rebuild has dropped the collection.
    """

    def __init__(self, location: Milvus, connection: Connection, name: str, kind: str) -> None:
        self._location = location
        self._connection = connection
        self._name = name
        self._options = {"params": KINDS[kind][1]}
        self._count = connection.count(name)
        fields = connection.call("describe_collection", name)["fields"]
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
        (hits,) = self._call(
            "search",
            data=[normalise(vector.reshape(1, -1))[0]],
            filter=where,
            limit=min(k, len(self)),
            output_fields=["number"],
            search_params=self._options,
        )
        found = [(int(hit["number"]), float(hit["distance"])) for hit in hits]
        return sorted(found, key=lambda scored: (-scored[1], scored[0]))

    def rows(self, numbers: Sequence[int]) -> FloatArray:
        """Return the vectors of passages (length 1)."""
        rows: dict[int, list[float]] = {}
        for start in range(0, len(numbers), _MOST_ROWS):
            some = list(numbers[start : start + _MOST_ROWS])
            found = self._call("get", ids=some, output_fields=["number", "vector"])
            rows |= {row["number"]: row["vector"] for row in found}
        if len(rows) != len(numbers):
            raise IndexDamagedError(self._location, f"{self._name} is not complete")
        return np.array([rows[n] for n in numbers], np.float32).reshape(-1, self.dimension)

    def _call(self, method: str, **options: Any) -> Any:
        try:
            return self._connection.call(method, self._name, **options)
        except GoneError as error:
            raise IndexReplacedError(self._location) from error


class GoneError(PassageIndexError):
    """Milvus has no such collection (any more)."""


class Connection:
    """A client of one server; safe to share between threads, and it reconnects by itself."""

    def __init__(self, uri: str, token: str | None) -> None:
        self.uri = uri
        try:
            from pymilvus import MilvusClient
        except ImportError as error:
            raise PassageIndexError(
                "--store milvus needs the extra milvus; run: pip install 'pymilvus>=3,<4'"
            ) from error
        # They log what they raise, with a traceback; here it is reported once, in one line.
        for name in ("pymilvus", "milvus_lite", "grpc._server"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        options: dict[str, Any] = {"timeout": _TIMEOUT, "grpc_options": _GRPC_OPTIONS}
        self._client = self._asked(lambda: MilvusClient(uri=uri, token=token or "", **options))

    def call(
        self, method: str, *given: Any, timeout: float | None = _TIMEOUT, **options: Any
    ) -> Any:
        """Call a method of `pymilvus.MilvusClient`; the first argument is a collection.

        Raises `GoneError` if it is missing, `UnreachableError` and `CredentialsError`, and
        `PassageIndexError` for anything else Milvus refuses.
        """
        ask = getattr(self._client, method)
        return self._asked(lambda: ask(*given, timeout=timeout, **options), *given[:1])

    def count(self, collection: str) -> int:
        """Count the rows, including those just added."""
        fields = ["count(*)"]
        rows = self.call("query", collection, output_fields=fields, consistency_level="Strong")
        return int(rows[0]["count(*)"])

    def _asked(self, ask: Callable[[], Any], collection: str | None = None) -> Any:
        """Run a request, again after loading a collection that a restart left unloaded."""
        import grpc
        from pymilvus.exceptions import MilvusException

        try:
            try:
                return ask()
            except MilvusException as error:
                if error.code != _NOT_LOADED or collection is None:
                    raise
                self._client.load_collection(collection)
                return ask()
        except (MilvusException, grpc.RpcError) as error:
            raise self._translated(error) from error

    def _translated(self, error: Exception) -> PassageIndexError:
        from grpc import RpcError, StatusCode

        words = str(getattr(error, "message", error))
        codes = set()
        cause: BaseException | None = error
        while cause is not None:
            codes.add(cause.code() if isinstance(cause, RpcError) else getattr(cause, "code", 0))
            # pymilvus raises errors from themselves.
            cause = cause.__cause__ if cause.__cause__ is not cause else cause.__context__
        refused = {StatusCode.UNAUTHENTICATED, StatusCode.PERMISSION_DENIED, *_UNAUTHENTICATED}
        if codes & refused or "auth check failure" in words:
            return CredentialsError(
                f"Milvus at {self.uri} rejected the token; put the right one "
                "(user:password, or an API key) into the variable given with --token-env"
            )
        reason = one_line(words)[:_LONGEST_REASON]
        if _NO_COLLECTION in codes:
            return GoneError(f"Milvus at {self.uri}: {reason}")
        if codes & {StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED, _CONNECT_FAILED}:
            return UnreachableError(
                f"Milvus at {self.uri} does not answer; start it or correct --uri, then try again"
            )
        if words == "Open local milvus failed":
            return UnreachableError(
                f"{self.uri} cannot be opened; only one process can open it at a time: close the "
                "other, or serve it with milvus-lite server and give its address with --uri"
            )
        return PassageIndexError(f"Milvus at {self.uri} refused: {reason}")


connect = cache(Connection)
"""Connects, once per address and token. Raises `UnreachableError` and `CredentialsError`."""


def _in_any(ranges: Sequence[range]) -> str:
    """Write ranges of passage numbers as a filter, merging those that touch."""
    joined: list[range] = []
    for each in sorted((r for r in ranges if r), key=lambda r: r.start):
        if joined and each.start <= joined[-1].stop:
            joined[-1] = range(joined[-1].start, max(joined[-1].stop, each.stop))
        else:
            joined.append(each)
    return " or ".join(f"(number >= {r.start} and number < {r.stop})" for r in joined)
