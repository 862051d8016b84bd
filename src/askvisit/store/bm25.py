"""The search terms of a question, and BM25 over a few texts."""

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
    """Return words as BM25 compares them: lower case, without accents, their Porter stems.

    A word that the index splits ("U.S.") is rejoined; one without letters and digits gives "".
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
    """Return each text's BM25 score among these few texts (0 if no word matches)."""
    terms = question_terms(question)
    scores = [0.0] * len(texts)
    if not terms:
        return scores
    with _searchable(texts) as scored:
        for number, score in scored(terms):
            scores[number] = score
    return scores


def term_weights(terms: Sequence[str], texts: Sequence[str]) -> Iterator[dict[int, float]]:
    """Yield for each term its weight in those of the few texts that have it, by position.

    BM25 multiplies this weight by the term's inverse document frequency (`idf`), which differs
    between a few texts and all.
    """
    with _searchable(texts) as scored:
        for term in terms:
            found = scored([term])
            here = idf(len(found), len(texts))
            yield {number: score / here for number, score in found}


def idf(having: int, texts: int) -> float:
    """Return the inverse document frequency of a term that `having` texts have, as FTS5 does."""
    return max(log((texts - having + 0.5) / (having + 0.5)), 1e-6)


@contextmanager
def _searchable(
    texts: Sequence[str],
) -> Iterator[Callable[[Sequence[str]], list[tuple[int, float]]]]:
    """Yield a function from terms to the positions and scores of the texts that have any."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(WORDS_TABLE)
        db.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", enumerate(texts))
        query = "SELECT rowid, -rank FROM words WHERE words MATCH ?"
        yield lambda terms: db.execute(query, (any_of(terms),)).fetchall()
