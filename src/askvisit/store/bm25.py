"""What a question is looked up by, and BM25 among a few texts."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing

from askvisit.store.schema import WORDS_TABLE
from askvisit.words import content_words

_MOST_TERMS = 64


def question_terms(question: str) -> list[str]:
    """Return what a question is looked up by: its content words, the first ones of very many."""
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
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(WORDS_TABLE)
        db.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", enumerate(texts))
        for number, score in db.execute(
            "SELECT rowid, -rank FROM words WHERE words MATCH ?", (any_of(terms),)
        ):
            scores[number] = score
    return scores
