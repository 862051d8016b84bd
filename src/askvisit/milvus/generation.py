"""The collections of one build, a generation of the index: created, filled, then only read.

`passages` is searched by vector, and by BM25 over `words` (counted and scored by Milvus itself).
`articles` has the texts, `about` what the index was built with and its vocabulary. The alias named
after the index points to the `about` of the published generation; moving it is the only commit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from uuid import uuid4

from askvisit.corpus import Entry
from askvisit.errors import IndexDamagedError, IndexFormatError, PassageIndexError, rebuild_hint
from askvisit.index.location import IndexLocation
from askvisit.index.manifest import EncoderIdentity
from askvisit.milvus import schema
from askvisit.milvus.connection import Connection, GoneError
from askvisit.milvus.rows import UNUSED, Row
from askvisit.milvus.schema import Indexes

FORMAT = 2

BEGUN, MANIFEST, WORDS = "begun", "manifest", "words-{}"
"""Keys of the rows in `about`: what a build began with, what it finished with, and its words."""


@dataclass(frozen=True)
class GenerationManifest:
    """What a generation was built with; `counts` is empty while it is being built.

    `dense_given` says that the user chose the vector index, `word_rows` how many rows the
    vocabulary takes.
    """

    encoder: EncoderIdentity
    passages: dict[str, int]
    articles_folder: str
    counts: dict[str, int] = field(default_factory=dict)
    dense_index: str = ""
    dense_given: bool = False
    word_rows: int = 0
    format: int = FORMAT

    def serves(self, other: GenerationManifest) -> bool:
        """Whether this one's passages can be reused for the other."""
        same = (self.encoder, self.passages, self.format)
        return same == (other.encoder, other.passages, other.format)


@dataclass(frozen=True)
class ArticleEntry:
    """An article of a generation: its hashes, its passage numbers, and how many rows it has."""

    generation: Generation
    entry: Entry
    passages: range
    parts: int


@dataclass(frozen=True)
class Generation:
    """One generation of the index called `name`."""

    connection: Connection
    location: IndexLocation
    name: str
    token: str

    @property
    def passages(self) -> str:
        """The collection of passages."""
        return f"{self.name}_{self.token}_passages"

    @property
    def articles(self) -> str:
        """The collection of articles."""
        return f"{self.name}_{self.token}_articles"

    @property
    def about(self) -> str:
        """The collection that describes the index."""
        return f"{self.name}_{self.token}_about"

    def begin(self, manifest: GenerationManifest) -> None:
        """Record what a build begins with, in newly created collections."""
        self._index(self.about, schema.UNSEARCHED)
        self.write_rows({BEGUN: _as_json(manifest)})

    def write_rows(self, values: dict[str, str]) -> None:
        """Add rows to `about`."""
        rows: list[Row] = [{"key": k, "value": v, "unused": UNUSED} for k, v in values.items()]
        self.connection.insert(self.about, rows)

    def read_rows(self, keys: list[str]) -> dict[str, str]:
        """Return rows of `about`, including those just added."""
        rows = self.connection.get(self.about, keys, ["key", "value"], consistency_level="Strong")
        return {row["key"]: row["value"] for row in rows}

    def manifest(self, key: str = MANIFEST) -> GenerationManifest:
        """Read what the generation was built with.

        Raises `IndexFormatError` if another version wrote it, `IndexDamagedError` if it cannot be
        understood, `GoneError` if it is no longer there.
        """
        try:
            data = json.loads(self.read_rows([key])[key])
            written = data["format"]
            if written == FORMAT:
                return GenerationManifest(**data | {"encoder": EncoderIdentity(**data["encoder"])})
        except (KeyError, TypeError, ValueError) as error:
            raise IndexDamagedError(self.location, f"{self.about} cannot be read") from error
        raise IndexFormatError(
            f"the index in {self.location} has format {written}, but this askvisit reads {FORMAT}; "
            + f"{rebuild_hint(self.location)} --articles DIR"  # the folder cannot be read from it
        )

    def listed(self) -> Iterator[ArticleEntry]:
        """Yield the articles, in any order."""
        fields = ["article", "file_sha256", "text_sha256", "first", "end", "parts"]
        for row in self.connection.each(self.articles, "part == 0", fields):
            entry = Entry(row["article"], row["file_sha256"], row["text_sha256"])
            yield ArticleEntry(self, entry, range(row["first"], row["end"]), row["parts"])

    def finish(self, manifest: GenerationManifest) -> None:
        """Index and load what was written, and check that all of it is there."""
        self.make_readable(manifest.dense_index)
        for collection, there, written in self.incomplete(manifest):
            raise PassageIndexError(
                f"Milvus has {there:,} of {written:,} rows in {collection}; run this again"
            )
        self.write_rows({MANIFEST: _as_json(manifest)})
        self.connection.call("flush", self.about, timeout=None)

    def incomplete(self, manifest: GenerationManifest) -> Iterator[tuple[str, int, int]]:
        """Yield each collection that lacks rows, how many there are, and how many were written."""
        for collection, kind in ((self.passages, "passages"), (self.articles, "article_rows")):
            there = self.connection.count(collection)
            if there != manifest.counts[kind]:
                yield collection, there, manifest.counts[kind]

    def make_readable(self, dense_index: str = "FLAT") -> None:
        """Index and load the collections; existing indexes are kept."""
        self._index(self.articles, schema.UNSEARCHED)
        self._index(self.passages, schema.searched(dense_index))

    def drop(self) -> None:
        """Drop the collections that exist."""
        for collection in (self.passages, self.articles, self.about):
            with suppress(GoneError):
                self.connection.call("drop_collection", collection)

    def _index(self, collection: str, indexes: Indexes) -> None:
        """Index a collection, unless it already is, and load it."""
        if not self.connection.call("list_indexes", collection):
            self.connection.call("flush", collection, timeout=None)
            made = schema.index_params(indexes)
            searched = collection == self.passages  # only then is it worth the wait
            self.connection.call("create_index", collection, made, timeout=None, sync=searched)
        self.connection.call("load_collection", collection, timeout=None)


@dataclass(frozen=True)
class Generations:
    """The generations of the index called `name` in Milvus, which is kept at `location`."""

    connection: Connection
    location: IndexLocation
    name: str

    def published(self) -> Generation | None:
        """Return the published generation, None if there is none."""
        try:
            about = self.connection.call("describe_alias", self.name)["collection_name"]
        except GoneError:
            return None
        found = re.fullmatch(self._pattern, about)
        if found is None:
            raise PassageIndexError(
                f"the alias {self.name} in Milvus points to {about}, which askvisit did not make; "
                "give another name with --collection"
            )
        return self._of(found["token"])

    def every(self) -> list[Generation]:
        """Return all generations, including those of interrupted builds."""
        known = self.connection.call("list_collections")
        if self.name in known:
            raise PassageIndexError(
                f"Milvus has a collection called {self.name} that is not an askvisit index; "
                "give another name with --collection"
            )
        found = (re.fullmatch(self._pattern, collection) for collection in known)
        return [self._of(token) for token in dict.fromkeys(m["token"] for m in found if m)]

    def begin(self, manifest: GenerationManifest) -> Generation:
        """Create the collections of a new generation."""
        new = self._of(uuid4().hex[:12])
        for kind, fields in schema.fields(manifest.encoder.dimension).items():
            collection = f"{self.name}_{new.token}_{kind}"
            options = {"schema": fields, "consistency_level": schema.CONSISTENCY}
            self.connection.call("create_collection", collection, **options)
        new.begin(manifest)
        return new

    def publish(self, generation: Generation) -> None:
        """Make a generation the one that is queried: the only commit."""
        move = "create_alias" if self.published() is None else "alter_alias"
        self.connection.call(move, generation.about, self.name)

    def _of(self, token: str) -> Generation:
        return Generation(self.connection, self.location, self.name, token)

    @property
    def _pattern(self) -> str:
        return rf"{self.name}_(?P<token>[0-9a-f]{{12}})_({'|'.join(schema.KINDS)})"


def _as_json(manifest: GenerationManifest) -> str:
    return json.dumps(asdict(manifest), ensure_ascii=False)
