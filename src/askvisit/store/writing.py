"""A new store, written once: articles are added, or copied from the previous store."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from askvisit.records import Article, Passage, Sentence
from askvisit.store.schema import SCHEMA, WORDS_TABLE, read_only
from askvisit.text import Vocabulary

_SORTED_AT_ONCE = 1 << 24
"""Bytes that FTS5 sorts in memory at a time; with its default of 1 MB, files are twice as large."""


@contextmanager
def writing(path: Path, previous: Path | None = None) -> Iterator[StoreWriter]:
    """Yield a writer of a new store, which is finished unless the block raises an exception.

    Raises `OSError` if the file cannot be written.
    """
    try:
        with closing(StoreWriter(path, previous)) as writer:
            yield writer
            writer.finish()
    except sqlite3.OperationalError as error:
        raise OSError(errno.EIO, str(error), str(path)) from error


class StoreWriter:
    """A new store, written article by article; `previous` is the store it may copy from."""

    def __init__(self, path: Path, previous: Path | None = None) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, uri=True)
        # A store counts only once the manifest names it, so a crash here loses nothing.
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.executescript(SCHEMA)
        self._db.execute(WORDS_TABLE)
        self._db.execute(
            "INSERT INTO words (words, rank) VALUES ('hashsize', ?)", (_SORTED_AT_ONCE,)
        )
        if previous is not None:
            self._db.execute("ATTACH ? AS old", (read_only(previous),))
        self._db.execute("BEGIN")
        self._articles = 0
        self._passages = 0
        self._words = Vocabulary()
        self._copied: set[int] = set()

    def add(
        self, article: Article, passages: Sequence[Passage], sentences: Sequence[Sentence]
    ) -> range:
        """Write an article; returns the numbers of its passages."""
        numbers = range(self._passages, self._passages + len(passages))
        fields = (
            article.id,
            article.title,
            article.text,
            article.source,
            article.url,
            article.date,
            article.author,
        )
        self._db.execute(
            "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (self._articles, *fields, numbers.start, numbers.stop),
        )
        self._db.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?)",
            [(n, self._articles, p.start, p.end) for n, p in zip(numbers, passages, strict=True)],
        )
        self._db.executemany(
            "INSERT INTO words (rowid, text) VALUES (?, ?)",
            [(n, p.text) for n, p in zip(numbers, passages, strict=True)],
        )
        self._db.executemany(
            "INSERT INTO sentences VALUES (?, ?, ?, ?)",
            [(self._articles, s.start, s.end, s.paragraph) for s in sentences],
        )
        self._words.add(article.text)
        return self._count(numbers)

    def copy(self, article_id: str) -> range:
        """Copy an article from the previous store; returns the numbers of its passages *there*."""
        old, text, first, end = self._db.execute(
            "SELECT number, text, first_passage, end_passage FROM old.articles WHERE id = ?",
            (article_id,),
        ).fetchone()
        shift = self._passages - first
        self._db.execute(
            "INSERT INTO articles SELECT ?, id, title, text, source, url, date, author, ?, ? "
            "FROM old.articles WHERE number = ?",
            (self._articles, first + shift, end + shift, old),
        )
        self._db.execute(
            "INSERT INTO passages SELECT number + ?, ?, start, end FROM old.passages "
            "WHERE number >= ? AND number < ?",
            (shift, self._articles, first, end),
        )
        passages = self._db.execute(
            "SELECT number + ?, start, end FROM old.passages WHERE number >= ? AND number < ?",
            (shift, first, end),
        )
        # With one INSERT … SELECT, FTS5 would write out what it has sorted at each article.
        self._db.executemany(
            "INSERT INTO words (rowid, text) VALUES (?, ?)",
            ((number, text[a:b]) for number, a, b in passages),
        )
        self._db.execute(
            "INSERT INTO sentences SELECT ?, start, end, paragraph FROM old.sentences "
            "WHERE article = ?",
            (self._articles, old),
        )
        self._copied.add(old)
        self._count(range(first + shift, end + shift))
        return range(first, end)

    @property
    def passages(self) -> int:
        """How many passages are written: the number of the next one."""
        return self._passages

    def finish(self) -> None:
        """Write the vocabulary, and commit."""
        self._take_over_words()
        for table, rows in (
            ("forms", +self._words.written),
            ("vocabulary", self._words.commonest()),
        ):
            self._db.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows.items())
        self._db.execute("INSERT INTO words (words) VALUES ('optimize')")
        self._db.execute("COMMIT")

    def close(self) -> None:
        """Close the file; it is a store only if it was finished."""
        self._db.close()

    def _take_over_words(self) -> None:
        """Count the copied articles' words: the previous store's, without the removed articles'."""
        if not self._copied:
            return
        self._words.written.update(dict(self._db.execute("SELECT form, times FROM old.forms")))
        numbers = [number for (number,) in self._db.execute("SELECT number FROM old.articles")]
        for number in set(numbers) - self._copied:
            (text,) = self._db.execute(
                "SELECT text FROM old.articles WHERE number = ?", (number,)
            ).fetchone()
            self._words.remove(text)

    def _count(self, numbers: range) -> range:
        self._articles += 1
        self._passages = numbers.stop
        return numbers
