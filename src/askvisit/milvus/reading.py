"""An index in Milvus, opened for queries: one generation, which no longer changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, TypeVar

import numpy as np

from askvisit.errors import IndexDamagedError, IndexReplacedError
from askvisit.index.manifest import EncoderIdentity
from askvisit.milvus.connection import GoneError
from askvisit.milvus.generation import WORDS, Generation
from askvisit.milvus.rows import (
    ARTICLE_FIELDS,
    StoredArticle,
    article_keys,
    indexed_words,
    stored_article,
)
from askvisit.milvus.schema import DENSE
from askvisit.records import Article, ArticleRecord, Passage, Sentence
from askvisit.store import question_terms, stems
from askvisit.vectors import FloatArray, normalise

Scored = list[tuple[int, float]]
Result = TypeVar("Result")

_KEPT_ARTICLES = 256
"""Articles kept in memory: those found for recent questions."""

_LOOKED_AT = 100
"""Passages with the words of a phrase that are checked for the phrase itself."""


class MilvusIndex:
    """An open generation; see `PassageIndex`. Safe to share between threads.

    Each method raises `IndexReplacedError` if a rebuild has dropped the generation.
    """

    def __init__(self, generation: Generation) -> None:
        """Open a generation after cheap checks: format, dimension, counts.

        Raises `IndexFormatError`, `IndexDamagedError`, and `GoneError` if a collection is missing.
        """
        self._generation = generation
        self._connection = generation.connection
        self.manifest = generation.manifest()
        self._stored = lru_cache(maxsize=_KEPT_ARTICLES)(self._read)
        fields = self._connection.call("describe_collection", generation.passages)["fields"]
        found = next(f["params"]["dim"] for f in fields if f["name"] == "dense")
        if int(found) != self.encoder.dimension:
            raise IndexDamagedError(
                generation.location, "the dimensions of the vectors and the encoder differ"
            )
        for collection, *_ in generation.incomplete(self.manifest):
            raise IndexDamagedError(generation.location, f"{collection} is not complete")

    @property
    def encoder(self) -> EncoderIdentity:
        """The encoder that made the vectors."""
        return self.manifest.encoder

    def __len__(self) -> int:
        return self.manifest.counts["passages"]

    def dense(self, vector: FloatArray, k: int, within: Sequence[range] | None = None) -> Scored:
        """Return the k passages nearest to a question's vector, with cosines, best first."""
        _, params = DENSE[self.manifest.dense_index]
        unit = normalise(vector.reshape(1, -1))[0]
        found = self._search("dense", unit, k, within, params=params)
        return [(number, cosine) for number, cosine, _ in found]

    def cosines(self, vector: FloatArray, passages: Iterable[int]) -> dict[int, float]:
        """Return the cosine of a question's vector with each of the passages."""
        unit = normalise(vector.reshape(1, -1))[0]
        rows = self._get(self._generation.passages, list(passages), ["number", "dense"])
        return {r["number"]: float(np.asarray(r["dense"], np.float32) @ unit) for r in rows}

    def bm25(self, question: str, k: int, within: Sequence[range] | None = None) -> Scored:
        """Return the k passages with the highest BM25 scores, best first."""
        words = " ".join(stems(question_terms(question))).strip()
        return [(number, score) for number, score, _ in self._search("sparse", words, k, within)]

    def passages(self, numbers: Iterable[int]) -> dict[int, Passage]:
        """Return passages by number."""
        fields = ["number", "article", "start", "end", "text"]
        rows = self._get(self._generation.passages, list(numbers), fields)
        return {r["number"]: Passage(r["article"], r["start"], r["end"], r["text"]) for r in rows}

    def passage_range(self, article_id: str) -> range:
        """Return the numbers of an article's passages; `KeyError` if there is none."""
        return self._stored(article_id).passages

    def sentences(self, article_id: str, start: int = 0, end: int = 2**62) -> list[Sentence]:
        """Return an article's sentences that begin in a range, in order."""
        return [s for s in self._stored(article_id).sentences if start <= s.start < end]

    def article_ids(self) -> list[str]:
        """Return the articles' ids in order."""
        return list(self._ids)

    def article(self, article_id: str) -> Article:
        """Return an article; `KeyError` if there is none."""
        return self._stored(article_id).article

    @cached_property
    def records(self) -> Sequence[ArticleRecord]:
        """Each article's metadata, read when first needed."""
        fields = ["article", "title", "source", "url", "date", "author"]
        rows = self._present(
            lambda: list(
                self._connection.each(self._generation.articles, "part == 0", [*fields, "first"])
            )
        )
        ordered = sorted(rows, key=lambda row: int(row["first"]))
        return [ArticleRecord(*(row[name] for name in fields)) for row in ordered]

    def holds(self, phrase: str) -> bool:
        """Return whether a passage contains a phrase's words in sequence, ignoring endings.

        Only the top BM25 passages for the words are checked: a phrase that occurs in a hundred
        thousand passages is among them, and the passage of one that occurs once ranks near the top.
        """
        (inside,) = indexed_words([phrase])
        found = self._search("sparse", inside, _LOOKED_AT, None, fields=["words"])
        return any(f" {inside} " in f" {entity['words']} " for _, _, entity in found)

    @cached_property
    def vocabulary(self) -> Mapping[str, str]:
        """The commonest words in lower case, in order, each with its most frequent spelling."""
        keys = [WORDS.format(n) for n in range(self.manifest.word_rows)]
        rows = self._present(lambda: self._generation.read_rows(keys))
        lines = (line for key in keys for line in rows[key].split("\n"))
        return dict(line.split(" ", 1) for line in lines)

    @cached_property
    def _ids(self) -> list[str]:
        rows = self._present(lambda: list(self._generation.listed()))
        return [row.entry.id for row in sorted(rows, key=lambda row: row.passages.start)]

    def _read(self, article_id: str) -> StoredArticle:
        """Read a whole article; most have one part."""
        collection = self._generation.articles
        first = self._get(collection, article_keys(article_id, [0]), ARTICLE_FIELDS)
        if not first:
            raise KeyError(article_id)
        more = article_keys(article_id, range(1, first[0]["parts"]))
        return stored_article([*first, *self._get(collection, more, ARTICLE_FIELDS)])

    def _search(
        self,
        field: str,
        sought: FloatArray | str,
        k: int,
        within: Sequence[range] | None,
        *,
        fields: Sequence[str] = (),
        params: dict[str, Any] | None = None,
    ) -> list[tuple[int, float, dict[str, Any]]]:
        """Return number, score and fields of the best passages; ties are ordered by number."""
        where = "" if within is None else _in_any(within)
        if len(sought) == 0 or (within is not None and not where):
            return []
        hits = self._present(
            lambda: self._connection.call(
                "search",
                self._generation.passages,
                data=[sought],
                anns_field=field,
                filter=where,
                limit=min(k, len(self)),
                output_fields=["number", *fields],
                search_params={"params": params or {}},
            )
        )[0]
        # Milvus Lite returns BM25 scores, which are never below 0, as negative numbers.
        score = abs if field == "sparse" else float
        found = [(hit["number"], score(hit["distance"]), hit["entity"]) for hit in hits]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def _get(self, collection: str, keys: list[Any], fields: list[str]) -> list[dict[str, Any]]:
        return self._present(lambda: self._connection.get(collection, keys, fields))

    def _present(self, ask: Callable[[], Result]) -> Result:
        """Query a generation that may have been dropped meanwhile."""
        try:
            return ask()
        except GoneError as error:
            raise IndexReplacedError(self._generation.location) from error


def _in_any(ranges: Sequence[range]) -> str:
    """Write ranges of passage numbers as a filter, merging those that touch."""
    joined: list[range] = []
    for each in sorted((r for r in ranges if r), key=lambda r: r.start):
        if joined and each.start <= joined[-1].stop:
            joined[-1] = range(joined[-1].start, max(joined[-1].stop, each.stop))
        else:
            joined.append(each)
    return " or ".join(f"(number >= {r.start} and number < {r.stop})" for r in joined)
