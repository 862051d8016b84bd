"""The terms that a question is searched by, and BM25 among a few texts."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from math import log

from askvisit.store.schema import WORDS_TABLE
from askvisit.text import content_words

_MOST_TERMS = 64


def question_terms(question: str) -> list[str]:
    """Return the terms that a question is searched by: its first content words."""
    return content_words(question)[:_MOST_TERMS]


def any_of(terms: Sequence[str]) -> str:
    """Write terms as an FTS5 query: each quoted, any may match."""
    return " OR ".join(f'"{term}"' for term in terms)


def stems(words: Sequence[str]) -> list[str]:
    """Return words as BM25 compares them: lower case, without accents, their porter stems.

    A word that the index cuts ("U.S.") is joined again; one without a letter gives "".
    """
    found = dict.fromkeys(words, "")
    numbered = list(found)
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(WORDS_TABLE)
        db.execute("CREATE VIRTUAL TABLE terms USING fts5vocab(words, instance)")
        db.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", enumerate(numbered))
        for number, term in db.execute("SELECT doc, term FROM terms ORDER BY doc, offset"):
            found[numbered[number]] += term
    return [found[word] for word in words]


def bm25_among(question: str, texts: Sequence[str]) -> list[float]:
    """Return the BM25 score of each of a few texts among themselves (0 where no word matches)."""
    terms = question_terms(question)
    scores = [0.0] * len(texts)
    if not terms:
        return scores
    with _searchable(texts) as scored:
        for number, score in scored(terms):
            scores[number] = score
    return scores


def term_weights(terms: Sequence[str], texts: Sequence[str]) -> Iterator[dict[int, float]]:
    """Return for each term how much it weighs in the few texts that have it, by their places.

    That is what BM25 multiplies by the term's rarity (`rarity`), which is another in a few texts
    than among all.
    """
    with _searchable(texts) as scored:
        for term in terms:
            found = scored([term])
            here = rarity(len(found), len(texts))
            yield {number: score / here for number, score in found}


def rarity(having: int, texts: int) -> float:
    """Return what BM25 multiplies a term by that so many of all texts have, as FTS5 does."""
    return max(log((texts - having + 0.5) / (having + 0.5)), 1e-6)


@contextmanager
def _searchable(
    texts: Sequence[str],
) -> Iterator[Callable[[Sequence[str]], list[tuple[int, float]]]]:
    """Give a function of terms to the places and scores of the texts that have any of them."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(WORDS_TABLE)
        db.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", enumerate(texts))
        query = "SELECT rowid, -rank FROM words WHERE words MATCH ?"
        yield lambda terms: db.execute(query, (any_of(terms),)).fetchall()
