"""Fill a new generation: articles are chunked and encoded, or copied from another generation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from askvisit import passages as chunking
from askvisit.corpus import Entry
from askvisit.encoder import Encoder
from askvisit.errors import PassageIndexError
from askvisit.index.write import read_as_surveyed
from askvisit.milvus.generation import ArticleEntry, Generation
from askvisit.milvus.rows import (
    ARTICLE_FIELDS,
    PASSAGE_FIELDS,
    Row,
    article_keys,
    article_rows,
    passage_rows,
)
from askvisit.records import Passage
from askvisit.text import Vocabulary
from askvisit.vectors import normalise

_CHUNK = 1024
"""Passages encoded and sent at a time; an interrupted build loses at most this many."""

_LONGEST_WORD = 100
"""Maximum characters of a word that is kept."""


class Writer:
    """Fills a generation, one chunk of passages at a time."""

    def __init__(self, generation: Generation, encoder: Encoder) -> None:
        self._generation = generation
        self._encoder = encoder
        self._vocabulary = Vocabulary()
        self._new: dict[int, Passage] = {}
        self._copies: list[tuple[int, ArticleEntry]] = []
        self._article_rows: list[Row] = []
        self._sent = 0
        self.passages = 0
        self.article_rows = 0
        self.encoded = 0

    def add(self, source: Path, entry: Entry) -> None:
        """Chunk an article, to be encoded with others."""
        article = read_as_surveyed(source, entry)
        passages = chunking.passages(article)
        numbers = range(self.passages, self.passages + len(passages))
        self._article_rows += article_rows(article, chunking.sentences(article), entry, numbers)
        self._vocabulary.add(article.text)
        self._new |= dict(zip(numbers, passages, strict=True))
        self._count(numbers)

    def copy(self, listed: ArticleEntry) -> None:
        """Take an article over from another generation."""
        self._copies.append((self.passages, listed))
        self._count(range(self.passages, self.passages + len(listed.passages)))

    def finish(self) -> Iterator[str]:
        """Send what is pending; returns the vocabulary: a word and its spelling per line."""
        self._send()
        words = self._vocabulary.commonest().items()
        return (f"{word} {form}" for word, form in words if len(word) <= _LONGEST_WORD)

    def _count(self, numbers: range) -> None:
        self.passages = numbers.stop
        if self.passages - self._sent >= _CHUNK:
            self._send()

    def _send(self) -> None:
        """Send the passages, then their articles: a stored article always has its passages."""
        rows: list[Row] = []
        if self._new:
            vectors = self._encoder.encode([passage.text for passage in self._new.values()])
            rows += passage_rows(self._new, normalise(vectors))
            self.encoded += len(rows)
        for generation, copies in groupby(self._copies, key=lambda copy: copy[1].generation):
            rows += self._copied(generation, list(copies))
        connection = self._generation.connection
        connection.insert(self._generation.passages, rows)
        # An article is listed by its first part, so that part is sent last.
        parts = sorted(self._article_rows, key=lambda row: row["part"], reverse=True)
        connection.insert(self._generation.articles, parts)
        self.article_rows += len(parts)
        self._sent = self.passages
        self._new.clear()
        self._copies.clear()
        self._article_rows.clear()

    def _copied(self, other: Generation, copies: list[tuple[int, ArticleEntry]]) -> list[Row]:
        """Return copied passage rows with their new numbers, and queue their articles' rows."""
        numbers = {
            number: new
            for first, listed in copies
            for new, number in enumerate(listed.passages, first)
        }
        keys = [k for _, a in copies for k in article_keys(a.entry.id, range(a.parts))]
        found = other.connection.get(other.passages, list(numbers), PASSAGE_FIELDS)
        articles = other.connection.get(other.articles, keys, ARTICLE_FIELDS)
        if len(found) != len(numbers) or len(articles) != len(keys):
            raise PassageIndexError(
                f"Milvus did not return everything in {other.passages}; run this again"
            )
        ranges = {a.entry.id: range(first, first + len(a.passages)) for first, a in copies}
        texts: dict[str, str] = {}
        for row in sorted(articles, key=lambda row: row["part"]):
            texts[row["article"]] = texts.get(row["article"], "") + row["text"]
            if row["part"] == 0:
                new = ranges[row["article"]]
                row |= {"first": new.start, "end": new.stop}
            self._article_rows.append(row)
        for text in texts.values():
            self._vocabulary.add(text)
        return [row | {"number": numbers[row["number"]]} for row in found]
