"""Milvus as the location of an index."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote

from askvisit.errors import (
    CredentialsError,
    IndexDamagedError,
    IndexMissingError,
    PassageIndexError,
)
from askvisit.index.location import BuildOptions, BuildReport, IndexLocation
from askvisit.index.manifest import EncoderIdentity
from askvisit.milvus import build
from askvisit.milvus.connection import GoneError, connect
from askvisit.milvus.generation import Generation, Generations
from askvisit.milvus.reading import MilvusIndex
from askvisit.milvus.schema import DENSE

COLLECTION = "askvisit"


@dataclass(frozen=True)
class Milvus(IndexLocation):
    """An index in Milvus.

    uri: "http://HOST:19530", with "/DATABASE" if it is not the default one; "https://…" for TLS; a
    file that ends with ".db" for Milvus Lite in this process.
    token: "user:password" or an API key.
    collection: the name of the index.
    dense_index: the vector index type (see `schema.DENSE`), for builds; if None, the one chosen
    before, else one by size.
    """

    uri: str
    token: str | None = field(default=None, repr=False)
    collection: str = COLLECTION
    dense_index: str | None = None

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
        if self.dense_index is not None and self.dense_index not in DENSE:
            raise PassageIndexError(
                f"there is no vector index {self.dense_index!r}; choose from {', '.join(DENSE)}"
            )

    def __str__(self) -> str:
        return f"{self.uri} (collection {self.collection})"

    @property
    def options(self) -> str:
        """The command-line options that select it."""
        named = "" if self.collection == COLLECTION else f" --collection {self.collection}"
        return f"--store milvus --uri {quote(self.uri)}{named}"

    @property
    def _file(self) -> Path | None:
        """The path of a file for Milvus Lite; None if a server has the index."""
        is_file = self.uri.endswith(".db") and not re.match(r"\w+://|unix:", self.uri)
        return Path(self.uri) if is_file else None

    def generations(self) -> Generations:
        """Return the index's generations. Raises `UnreachableError` and `CredentialsError`."""
        return Generations(connect(self.uri, self.token), self, self.collection)

    def published(self) -> Generation | None:
        """Return the published generation, None if there is none."""
        if self._file is not None and not self._file.exists():
            return None  # connecting would create it
        return self.generations().published()

    def signature(self) -> str | None:
        """Return which generation is published, None if there is none."""
        published = self.published()
        return None if published is None else published.token

    def encoder(self) -> EncoderIdentity:
        """Return the encoder that the index was built with."""
        return self.open().encoder

    def open(self) -> MilvusIndex:
        """Open the published generation.

        A rebuild may drop it in the meantime, so opening is retried once if another one is
        published. Raises `IndexMissingError`, `IndexFormatError`, `IndexDamagedError`,
        `UnreachableError` and `CredentialsError`.
        """
        published = self.published()
        if published is None:
            raise IndexMissingError(self)
        try:
            return MilvusIndex(published)
        except (GoneError, IndexDamagedError) as error:
            again = self.published()
            if again is not None and again != published:
                return MilvusIndex(again)
            if isinstance(error, GoneError):
                raise IndexDamagedError(self, "a collection is missing") from error
            raise

    def article_file(self, article_id: str) -> Path | None:
        """Return the file that an article was read from, if it is on this machine."""
        published = self.published()
        if published is None or Path(article_id).name != article_id:
            return None
        path = Path(published.manifest().articles_folder) / article_id
        return path if path.is_file() else None

    def calibration_file(self) -> None:
        """Return None: fits are kept in a folder."""

    def suggestions(self) -> tuple[str, ...]:
        """Return no questions: they come with a folder."""
        return ()

    def build(self, options: BuildOptions) -> BuildReport:
        """Build the index of a folder of articles; see `build.build`."""
        if options.faiss is not None:
            raise PassageIndexError(f"FAISS cannot search an index in {self}; leave out --faiss")
        return build.build(self.generations(), options, self.dense_index)
