"""Texts in SQLite: articles, passages, sentences, words, and BM25 over passages (FTS5, porter).

The only file that imports sqlite3. A store is written once and then only read, so readers open it
as immutable: no locks, no journal, and each call has a connection to itself.
"""

from __future__ import annotations

import errno
import json
import sqlite3
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cached_property
from itertools import groupby
from math import log
from operator import itemgetter
from pathlib import Path
from typing import Any

from askvisit.errors import IndexDamagedError
from askvisit.records import Article, ArticleRecord, Passage, Sentence, of_type
from askvisit.text import as_written, commonest, content_words, words

VERSION = sqlite3.sqlite_version
"""Version of the SQLite library that Python uses."""

_SCHEMA = """
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, text TEXT NOT NULL,
    source TEXT, url TEXT, date TEXT, author TEXT,
    first_passage INTEGER NOT NULL, end_passage INTEGER NOT NULL
);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, article INTEGER NOT NULL, start INTEGER NOT NULL,
    end INTEGER NOT NULL
);
CREATE TABLE sentences (
    article INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    paragraph INTEGER NOT NULL, PRIMARY KEY (article, start)
) WITHOUT ROWID;
CREATE TABLE vocabulary (word TEXT NOT NULL, form TEXT NOT NULL);
CREATE TABLE forms (form TEXT PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID;
"""

_WORDS_TABLE = (
    "CREATE VIRTUAL TABLE words USING fts5(text, content='', tokenize='porter unicode61')"
)

_MOST_TERMS = 64
"""Content words of a question that are searched for."""

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
_COLUMNS = f"id, title, text, {_KNOWN}"

_SORTED_AT_ONCE = 1 << 24
"""Bytes that FTS5 sorts in memory at a time; with its default of 1 MB, files are twice as large."""


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
            texts = of_type(str, title), of_type(str, text)
            return Article(article_id, *texts, *map(_text_or_none, known))

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

    def covered(self, question: str, within: Sequence[range]) -> list[float]:
        """Return how much of a question the passages in each range cover together (0..1).

        That is the share of its terms that one of them has, weighted by inverse document frequency.
        """
        weights = {term: self._idf(term) for term in question_terms(question)}
        total = sum(weights.values())
        if not total:
            return [1.0] * len(within)
        found = [0.0] * len(within)
        query = "SELECT 1 FROM words WHERE words MATCH ? AND rowid >= ? AND rowid < ? LIMIT 1"
        with self._reading() as db:
            for term, weight in weights.items():
                for number, inside in enumerate(within):
                    row = db.execute(query, (_any_of([term]), inside.start, inside.stop))
                    found[number] += weight * (row.fetchone() is not None)
        return [weight / total for weight in found]

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
                (_any_of(terms), *within, k),
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
            both = f"({_any_of(rare)}) AND {_any_of([term])}"
            values += [self._idf(term), both]
        with self._reading() as db:
            return dict(
                db.execute(
                    "SELECT rowid, -rank FROM words WHERE words MATCH ? "
                    f"ORDER BY -rank{bonus} DESC LIMIT ?",
                    (_any_of(rare), *values, k),
                )
            )

    def _add_common(self, scores: dict[int, float], common: Sequence[str]) -> None:
        """Add the weights of common terms to the scores of passages.

        FTS5 itself would scan all passages that have one. Here a passage's length is relative to
        these few, not to all.
        """
        passages = self.passages(scores)
        numbers = list(passages)
        with _searchable([passage.text for passage in passages.values()]) as search:
            for term in common:
                found = search([term])
                # A score is the term's idf, among these few or among all, times a weight.
                factor = self._idf(term) / _idf(len(found), len(numbers))
                for place, score in found:
                    scores[numbers[place]] += factor * score

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
        return _idf(self._document_frequency(term), self._passages)

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
                    "SELECT count(*) FROM words WHERE words MATCH ?", (_any_of([term]),)
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
            return sqlite3.connect(_read_only(self._path), uri=True, check_same_thread=False)
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
    """A new store, written article by article; `previous` is the store it may copy from.

    `passages` counts what is written: the number of the next passage.
    """

    def __init__(self, path: Path, previous: Path | None = None) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, uri=True)
        # A store counts only once the manifest names it, so a crash here loses nothing.
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.executescript(_SCHEMA)
        self._db.execute(_WORDS_TABLE)
        self._db.execute(
            "INSERT INTO words (words, rank) VALUES ('hashsize', ?)", (_SORTED_AT_ONCE,)
        )
        if previous is not None:
            self._db.execute("ATTACH ? AS old", (_read_only(previous),))
        self._db.execute("BEGIN")
        self._articles = 0
        self.passages = 0
        self._forms: Counter[str] = Counter()
        self._copied: set[int] = set()

    def add(
        self, article: Article, passages: Sequence[Passage], sentences: Sequence[Sentence]
    ) -> range:
        """Write an article; returns the numbers of its passages."""
        self._forms.update(as_written(article.text))
        return self._insert(
            [getattr(article, name) for name in _COLUMNS.split(", ")],
            [(passage.start, passage.end) for passage in passages],
            ((sentence.start, sentence.end, sentence.paragraph) for sentence in sentences),
        )

    def copy(self, article_id: str) -> range:
        """Copy an article from the previous store; returns the numbers of its passages *there*."""
        old, first, end, *columns = self._db.execute(
            f"SELECT number, first_passage, end_passage, {_COLUMNS} FROM old.articles WHERE id = ?",
            (article_id,),
        ).fetchone()
        passages = self._db.execute(
            "SELECT start, end FROM old.passages WHERE number >= ? AND number < ? ORDER BY number",
            (first, end),
        )
        sentences = self._db.execute(
            "SELECT start, end, paragraph FROM old.sentences WHERE article = ?", (old,)
        )
        self._insert(columns, passages.fetchall(), sentences)
        self._copied.add(old)
        return range(first, end)

    def _insert(
        self,
        columns: Sequence[str | None],
        passages: Sequence[tuple[int, int]],
        sentences: Iterable[tuple[int, int, int]],
    ) -> range:
        number, first = self._articles, self.passages
        end = first + len(passages)
        text = str(columns[2])
        self._db.execute(
            f"INSERT INTO articles (number, {_COLUMNS}, first_passage, end_passage) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (number, *columns, first, end),
        )
        self._db.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?)",
            ((n, number, *place) for n, place in enumerate(passages, first)),
        )
        self._db.executemany(
            "INSERT INTO words (rowid, text) VALUES (?, ?)",
            ((n, text[a:b]) for n, (a, b) in enumerate(passages, first)),
        )
        self._db.executemany(
            "INSERT INTO sentences VALUES (?, ?, ?, ?)",
            ((number, *place) for place in sentences),
        )
        self._articles += 1
        self.passages = end
        return range(first, end)

    def finish(self) -> None:
        """Write the vocabulary, and commit.

        Copied articles' words are the previous store's, without those of the removed articles.
        """
        if self._copied:
            self._forms.update(dict(self._db.execute("SELECT form, times FROM old.forms")))
            removed = self._db.execute(
                "SELECT text FROM old.articles "
                "WHERE number NOT IN (SELECT value FROM json_each(?))",
                (json.dumps(list(self._copied)),),
            )
            for (text,) in removed:
                self._forms.subtract(as_written(text))
        forms = +self._forms
        for table, rows in (("forms", forms), ("vocabulary", commonest(forms))):
            self._db.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows.items())
        self._db.execute("INSERT INTO words (words) VALUES ('optimize')")
        self._db.execute("COMMIT")

    def close(self) -> None:
        """Close the file; it is a store only if it was finished."""
        self._db.close()


def question_terms(question: str) -> list[str]:
    """Return the terms that a question is searched by: its first content words."""
    return content_words(question)[:_MOST_TERMS]


def _any_of(terms: Sequence[str]) -> str:
    """Write terms as an FTS5 query: each quoted, any may match."""
    return " OR ".join(f'"{term}"' for term in terms)


def bm25_among(question: str, texts: Sequence[str]) -> list[float]:
    """Return each text's BM25 score among these few texts (0 if no word matches)."""
    terms = question_terms(question)
    scores = [0.0] * len(texts)
    if terms:
        with _searchable(texts) as search:
            for number, score in search(terms):
                scores[number] = score
    return scores


def covered_among(question: str, texts: Sequence[str]) -> list[float]:
    """Return how much of a question each of a few texts covers, as `Store.covered`."""
    found, total = [0.0] * len(texts), 0.0
    with _searchable(texts) as search:
        for term in question_terms(question):
            having = [number for number, _ in search([term])]
            weight = _idf(len(having), len(texts))
            total += weight
            for number in having:
                found[number] += weight
    return [weight / total for weight in found] if total else [1.0] * len(texts)


def _idf(having: int, texts: int) -> float:
    """Return the inverse document frequency of a term that `having` texts have, as FTS5 does."""
    return max(log((texts - having + 0.5) / (having + 0.5)), 1e-6)


@contextmanager
def _searchable(
    texts: Sequence[str],
) -> Iterator[Callable[[Sequence[str]], list[tuple[int, float]]]]:
    """Yield a function from terms to the positions and scores of the texts that have any."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(_WORDS_TABLE)
        db.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", enumerate(texts))
        query = "SELECT rowid, -rank FROM words WHERE words MATCH ?"
        yield lambda terms: db.execute(query, (_any_of(terms),)).fetchall()


def _text_or_none(value: object) -> str | None:
    return None if value is None else of_type(str, value)


def _close(connections: list[sqlite3.Connection]) -> None:
    with suppress(IndexError):  # another thread may take the last one
        while True:
            connections.pop().close()


def _read_only(path: Path) -> str:
    """Return the URI of a store that is only read: no locks, no journal."""
    return f"{path.absolute().as_uri()}?mode=ro&immutable=1"
