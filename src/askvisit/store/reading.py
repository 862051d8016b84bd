"""An open store: articles, passages, sentences, words, and BM25 over passages."""

from __future__ import annotations

import json
import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from askvisit.errors import IndexDamagedError
from askvisit.records import Article, ArticleRecord, Passage, Sentence
from askvisit.records.checks import of_type
from askvisit.store.bm25 import any_of, idf, question_terms, term_weights
from askvisit.store.schema import read_only
from askvisit.text import words

_MOST_SCORED = 30_000
"""Passages that a search may score before it drops the commonest words."""

_MOST_COUNTED = 10_000
"""Words whose passage counts are cached."""

_MOST_COMPARED = 100_000
"""Passages with a fairly common word that a search may scan, to see which of those with a rarer
word have it too."""

_CANDIDATES = 200
"""Passages scored by all words if some are common. With these three limits, recall@10 is within
0.01 of scoring all passages (see `benchmarks/scale.py`)."""

_KNOWN = "source, url, date, author"


class Store:
    """An open store. Passages are numbered 0..n-1, those of one article consecutively.

    The file is opened at once (`FileNotFoundError` if there is none), so that a store can be read
    after a rebuild has removed it. Threads may share it. Each method raises `IndexDamagedError` if
    the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle = [self._connect()]
        # A connection forms a cycle with its statement cache, so that an unclosed one stays open,
        # with its pages, until Python's garbage collector runs, which is seldom in a server.
        weakref.finalize(self, _close, self._idle)
        self._counted: dict[str, int] = {}

    def counts(self) -> dict[str, int]:
        """Return how many articles, passages and sentences there are."""
        tables = ("articles", "passages", "sentences")
        with self._reading() as db:
            return {
                name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables
            }

    def article_ids(self) -> list[str]:
        """Return the articles' ids in order."""
        with self._reading() as db:
            rows = db.execute("SELECT id FROM articles ORDER BY number")
            return [of_type(str, article_id) for (article_id,) in rows]

    def article(self, article_id: str) -> Article:
        """Return an article; raises `KeyError` if there is none with that id."""
        with self._reading() as db:
            title, text, *known = self._row(db, f"title, text, {_KNOWN}", article_id)
            told = map(_text_or_none, known)
            return Article(article_id, of_type(str, title), of_type(str, text), *told)

    def records(self) -> list[ArticleRecord]:
        """Return each article's metadata, in order."""
        with self._reading() as db:
            rows = db.execute(f"SELECT id, title, {_KNOWN} FROM articles ORDER BY number")
            return [
                ArticleRecord(of_type(str, name), of_type(str, title), *map(_text_or_none, known))
                for name, title, *known in rows
            ]

    def passage_range(self, article_id: str) -> range:
        """Return the numbers of an article's passages; raises `KeyError` as `article` does."""
        with self._reading() as db:
            return range(*self._row(db, "first_passage, end_passage", article_id))

    def passages(self, numbers: Iterable[int]) -> dict[int, Passage]:
        """Return passages by number; a missing one counts as damage."""
        wanted = list(dict.fromkeys(numbers))
        found: dict[int, Passage] = {}
        with self._reading() as db:
            rows = db.execute(
                "SELECT article, number, start, end FROM passages "
                "WHERE number IN (SELECT value FROM json_each(?)) ORDER BY number",
                (json.dumps(wanted),),
            ).fetchall()
            # SQLite's substr would read a long text from its beginning for each passage.
            for article, inside in groupby(rows, key=itemgetter(0)):
                query = "SELECT id, text FROM articles WHERE number = ?"
                for name, text in db.execute(query, (article,)):
                    for _, number, a, b in inside:
                        found[number] = Passage(of_type(str, name), a, b, of_type(str, text)[a:b])
            if len(found) != len(wanted):
                raise ValueError("passages are missing")
            return found

    def sentences(self, article_id: str, start: int = 0, end: int = 2**62) -> list[Sentence]:
        """Return an article's sentences that begin in a range, in order."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT s.paragraph, s.start, s.end "
                "FROM sentences s JOIN articles a ON a.number = s.article "
                "WHERE a.id = ? AND s.start >= ? AND s.start < ? ORDER BY s.start",
                (article_id, start, end),
            ).fetchall()
            if not rows:
                return []
            text = of_type(str, self._row(db, "text", article_id)[0])
            return [Sentence(article_id, of_type(int, n), a, b, text[a:b]) for n, a, b in rows]

    def bm25(
        self, question: str, k: int, within: Sequence[range] | None = None
    ) -> list[tuple[int, float]]:
        """Return the k passages with the best BM25 scores (higher is better), best first.

        Any content word of the question counts; Porter stems are compared. If very many passages
        match, those with the rarer words are found first, and the most promising of them are then
        scored by all words: a passage with only common words would not be among the best.
        """
        terms = question_terms(question)
        if not terms:
            return []
        if within is not None:
            return self._best(terms, k, [number for r in within for number in r])
        rare = self._rare(terms)
        if rare == terms:
            return self._best(terms, k)
        common = [term for term in terms if term not in rare]
        found = self._likeliest(rare, common, max(k, _CANDIDATES))
        self._add_common(found, common)
        return sorted(found.items(), key=lambda scored: -scored[1])[:k]

    def _best(
        self, terms: Sequence[str], k: int, numbers: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        # FTS5 returns BM25 as a negative number, so that ORDER BY puts the best first.
        if numbers is None:
            where, order, within = "", "rank", []
        else:
            # The plus keeps SQLite from searching once per number; bm25(), unlike rank, keeps
            # FTS5 from scoring passages outside the numbers.
            where, order = "AND +rowid IN (SELECT value FROM json_each(?))", "bm25(words)"
            within = [json.dumps(numbers)]
        with self._reading() as db:
            rows = db.execute(
                f"SELECT rowid, -{order} FROM words WHERE words MATCH ? {where} "
                f"ORDER BY {order} LIMIT ?",
                (any_of(terms), *within, k),
            )
            return [(number, score) for number, score in rows]

    def _likeliest(self, rare: Sequence[str], common: Sequence[str], k: int) -> dict[int, float]:
        """Return the k most promising passages with a rarer term, and their scores by those terms.

        A common term in a passage adds its `idf`: its BM25 score if it occurs once in a text of
        mean length. The commonest, which say least and take longest, are not searched for.
        """
        bonus, values, compared = "", list[str | float](), 0
        for having, term in sorted((self._document_frequency(term), term) for term in common):
            compared += having
            if bonus and compared > _MOST_COMPARED:
                break
            bonus += " + ? * (rowid IN (SELECT rowid FROM words WHERE words MATCH ?))"
            both = f"({any_of(rare)}) AND {any_of([term])}"
            values += [self._idf(term), both]
        with self._reading() as db:
            return dict(
                db.execute(
                    "SELECT rowid, -rank FROM words WHERE words MATCH ? "
                    f"ORDER BY -rank{bonus} DESC LIMIT ?",
                    (any_of(rare), *values, k),
                )
            )

    def _add_common(self, scores: dict[int, float], common: Sequence[str]) -> None:
        """Add the weights of common terms to the scores of passages.

        FTS5 itself would scan all passages that have one. Here a passage's length is relative to
        these few, not to all.
        """
        passages = self.passages(scores)
        numbers = list(passages)
        weights = term_weights(common, [passage.text for passage in passages.values()])
        for term, weighs in zip(common, weights, strict=True):
            factor = self._idf(term)
            for place, weight in weighs.items():
                scores[numbers[place]] += factor * weight

    def _rare(self, terms: list[str]) -> list[str]:
        """Drop the commonest terms until few enough passages have one of the others."""
        if len(terms) * self._passages <= _MOST_SCORED:
            return terms
        rare: set[str] = set()
        scored = 0
        for having, term in sorted((self._document_frequency(term), term) for term in terms):
            if scored and scored + having > _MOST_SCORED:
                break
            rare.add(term)
            scored += having
        return [term for term in terms if term in rare]

    def _idf(self, term: str) -> float:
        return idf(self._document_frequency(term), self._passages)

    @cached_property
    def _passages(self) -> int:
        with self._reading() as db:
            (last,) = db.execute("SELECT max(number) FROM passages").fetchone()
        return 0 if last is None else int(last) + 1

    def _document_frequency(self, term: str) -> int:
        """Count the passages with a term; cached, because counting a common one takes a while."""
        having = self._counted.get(term)
        if having is None:
            with self._reading() as db:
                (having,) = db.execute(
                    "SELECT count(*) FROM words WHERE words MATCH ?", (any_of([term]),)
                ).fetchone()
            if len(self._counted) >= _MOST_COUNTED:
                self._counted.clear()
            self._counted[term] = having
        return int(having)

    def holds(self, phrase: str) -> bool:
        """Return whether a passage contains a phrase's words in sequence, ignoring endings."""
        inside = " ".join(words(phrase))
        if not inside:
            return False
        with self._reading() as db:
            found = db.execute(
                "SELECT 1 FROM words WHERE words MATCH ? LIMIT 1", (f'"{inside}"',)
            ).fetchone()
        return found is not None

    def vocabulary(self) -> dict[str, str]:
        """Return the commonest words of the articles in lower case, the commonest first.

        The value is its most frequent spelling there: `{"korea": "Korea", "visit": "visit"}`.
        """
        with self._reading() as db:
            rows = db.execute("SELECT word, form FROM vocabulary ORDER BY rowid")
            return {of_type(str, word): of_type(str, form) for word, form in rows}

    def close(self) -> None:
        """Close the file; it is reopened if the store is read again."""
        _close(self._idle)

    def _connect(self) -> sqlite3.Connection:
        """Open the file; `FileNotFoundError` if a rebuild has removed it."""
        try:
            return sqlite3.connect(read_only(self._path), uri=True, check_same_thread=False)
        except sqlite3.OperationalError as error:
            if not self._path.is_file():
                raise FileNotFoundError(self._path) from error
            reason = f"{self._path.name} cannot be read: {error}"
            raise IndexDamagedError(self._path.parent, reason) from error

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection that nobody else uses; errors on it are reported as damage."""
        try:
            db = self._idle.pop()
        except IndexError:
            db = self._connect()
        try:
            yield db
        except (sqlite3.Error, ValueError, TypeError) as error:
            reason = f"{self._path.name} cannot be read: {error}"
            raise IndexDamagedError(self._path.parent, reason) from error
        finally:
            self._idle.append(db)

    def _row(self, db: sqlite3.Connection, columns: str, article_id: str) -> Any:
        """Return columns of an article; raises `KeyError` if there is none with that id."""
        query = f"SELECT {columns} FROM articles WHERE"
        row = db.execute(f"{query} id = ?", (article_id,)).fetchone()
        if row is not None:
            return row
        # The plus makes SQLite search the table, not its index, which may be what is damaged.
        if db.execute(f"{query} +id = ?", (article_id,)).fetchone() is not None:
            raise ValueError("the index of article ids does not fit the articles")
        raise KeyError(article_id)


def _text_or_none(value: object) -> str | None:
    return None if value is None else of_type(str, value)


def _close(connections: list[sqlite3.Connection]) -> None:
    with suppress(IndexError):  # another thread may take the last one
        while True:
            connections.pop().close()
