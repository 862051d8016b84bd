"""The connection to Milvus. The only file that imports pymilvus; its errors are translated here."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import cache
from typing import Any

from askvisit.errors import CredentialsError, PassageIndexError, UnreachableError
from askvisit.text import one_line

PATIENCE = 10.0
"""Timeout of a query, in seconds. Builds wait as long as it takes."""

MOST_ROWS = 1000
"""Rows per message, far below Milvus's limits (64 MB, or 16,384 rows read)."""

_CONNECT_FAILED, _NOT_LOADED = 2, 101
_GONE = (100, 1600)  # no such collection, no such alias
_UNAUTHENTICATED = (1400, 1401)  # user unknown, or not permitted
_LONGEST_REASON = 200

_GRPC_OPTIONS = {"grpc.keepalive_permit_without_calls": False}
"""No keepalive pings while idle: Milvus Lite disconnects clients that send them often."""


class GoneError(PassageIndexError):
    """Milvus has no such collection or alias (any more)."""


@cache
def connect(uri: str, token: str | None) -> Connection:
    """Connect, once per address and token. Raises `UnreachableError` and `CredentialsError`."""
    return Connection(uri, token)


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
        self._client = self._asked(
            lambda: MilvusClient(
                uri=uri, token=token or "", timeout=PATIENCE, grpc_options=_GRPC_OPTIONS
            )
        )

    def call(
        self, method: str, *given: Any, timeout: float | None = PATIENCE, **options: Any
    ) -> Any:
        """Call a method of `pymilvus.MilvusClient`.

        Raises `GoneError` if a collection or an alias is missing, `UnreachableError` and
        `CredentialsError`, and `PassageIndexError` for anything else Milvus refuses.
        """
        method_of_client = getattr(self._client, method)
        return self._asked(lambda: method_of_client(*given, timeout=timeout, **options), *given)

    def get(
        self, collection: str, keys: list[Any], fields: list[str], **options: Any
    ) -> list[dict[str, Any]]:
        """Return the rows with these primary keys, in any order."""
        rows: list[dict[str, Any]] = []
        for start in range(0, len(keys), MOST_ROWS):
            some = keys[start : start + MOST_ROWS]
            rows += self.call("get", collection, some, output_fields=fields, **options)
        return rows

    def each(self, collection: str, where: str, fields: list[str]) -> Iterator[dict[str, Any]]:
        """Yield all rows that match a filter."""
        rows = self.call(
            "query_iterator", collection, filter=where, output_fields=fields, batch_size=MOST_ROWS
        )
        while batch := self._asked(rows.next):
            yield from batch
        rows.close()

    def insert(self, collection: str, rows: list[dict[str, Any]]) -> None:
        """Add rows."""
        for start in range(0, len(rows), MOST_ROWS):
            self.call("insert", collection, rows[start : start + MOST_ROWS], timeout=None)

    def count(self, collection: str) -> int:
        """Count the rows, including those just added."""
        fields = ["count(*)"]
        rows = self.call("query", collection, output_fields=fields, consistency_level="Strong")
        return int(rows[0]["count(*)"])

    def _asked(self, ask: Any, collection: str | None = None, *_: Any) -> Any:
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
        import grpc

        words = str(getattr(error, "message", error))
        codes = set()
        cause: BaseException | None = error
        while cause is not None:
            code = cause.code() if isinstance(cause, grpc.RpcError) else getattr(cause, "code", 0)
            codes.add(code)
            # pymilvus raises errors from themselves.
            cause = cause.__cause__ if cause.__cause__ is not cause else cause.__context__
        refused = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED}
        lost = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, _CONNECT_FAILED}
        reason = one_line(words)[:_LONGEST_REASON]
        if codes & {*refused, *_UNAUTHENTICATED} or "auth check failure" in words:
            return CredentialsError(
                f"Milvus at {self.uri} rejected the token; put the right one "
                "(user:password, or an API key) into the variable given with --token-env"
            )
        if codes & set(_GONE):
            return GoneError(f"Milvus at {self.uri}: {reason}")
        if codes & lost:
            return UnreachableError(
                f"Milvus at {self.uri} does not answer; start it or correct --uri, then try again"
            )
        if words == "Open local milvus failed":
            return UnreachableError(
                f"{self.uri} cannot be opened; only one process can open it at a time: close the "
                "other, or serve it with milvus-lite server and give its address with --uri"
            )
        return PassageIndexError(f"Milvus at {self.uri} refused: {reason}")
