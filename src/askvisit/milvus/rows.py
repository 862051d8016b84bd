"""An article as rows of Milvus, and back.

A Milvus text value has at most 65,535 bytes, so a long text is split into parts; each part has the
sentences that begin in it, and the first also the article's metadata.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from askvisit.corpus import Entry
from askvisit.encoder import FloatArray
from askvisit.records import Article, Passage, Sentence
from askvisit.store import stems
from askvisit.text import words

Row = dict[str, Any]

LONGEST_VALUE = 65_535
"""Maximum bytes of a text value."""

PART = 6_000
"""Characters of text per row: this fits even with the sentences of a text of one-letter lines."""

PASSAGE_FIELDS = ["number", "article", "start", "end", "text", "words", "dense"]
"""The fields of a passage; Milvus derives `sparse` from the words."""

ARTICLE_FIELDS = [
    *("key", "article", "part", "text", "sentences", "title", "source", "url", "date"),
    "author",
    *("file_sha256", "text_sha256", "parts", "first", "end", "unused"),
]

UNUSED = [0.0, 0.0]
"""Milvus requires a vector in every collection; those not searched by vector have this one."""


@dataclass(frozen=True)
class StoredArticle:
    """An article as stored in Milvus, with its sentences and passage numbers."""

    article: Article
    sentences: tuple[Sentence, ...]
    passages: range


def article_keys(article_id: str, parts: Iterable[int]) -> list[str]:
    """Return the primary keys of an article's parts: from a hash, so that no name needs quoting."""
    named = hashlib.sha256(article_id.encode()).hexdigest()[:32]
    return [f"{named}-{part}" for part in parts]


def article_rows(
    article: Article, sentences: Sequence[Sentence], entry: Entry, passages: range
) -> list[Row]:
    """Return an article as rows, the first part first."""
    starts = range(0, len(article.text), PART)
    keys = article_keys(article.id, range(len(starts)))
    inside: list[list[tuple[int, int, int]]] = [[] for _ in starts]
    for sentence in sentences:
        part, start = divmod(sentence.start, PART)
        inside[part].append((start, sentence.end - sentence.start, sentence.paragraph))
    rows: list[Row] = [
        {
            **dict.fromkeys(ARTICLE_FIELDS),
            "key": key,
            "article": article.id,
            "part": part,
            "text": article.text[start : start + PART],
            "sentences": json.dumps(inside[part], separators=(",", ":")),
            "unused": UNUSED,
        }
        for part, (start, key) in enumerate(zip(starts, keys, strict=True))
    ]
    rows[0] |= {
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "date": article.date,
        "author": article.author,
        "file_sha256": entry.file_sha256,
        "text_sha256": entry.text_sha256,
        "parts": len(rows),
        "first": passages.start,
        "end": passages.stop,
    }
    return rows


def stored_article(rows: Iterable[Mapping[str, Any]]) -> StoredArticle:
    """Assemble an article from its rows, given in any order."""
    first, *_ = ordered = sorted(rows, key=lambda row: int(row["part"]))
    text = "".join(row["text"] for row in ordered)
    known = (first[name] for name in ("source", "url", "date", "author"))
    article = Article(first["article"], first["title"], text, *known)
    found = []
    for row in ordered:
        for start, length, paragraph in json.loads(row["sentences"]):
            begin = row["part"] * PART + start
            place = (paragraph, begin, begin + length)
            found.append(Sentence(article.id, *place, text[begin : begin + length]))
    return StoredArticle(article, tuple(found), range(first["first"], first["end"]))


def passage_rows(numbered: Mapping[int, Passage], vectors: FloatArray) -> list[Row]:
    """Return numbered passages as rows; vectors (n × dimension) have unit length."""
    words = indexed_words([passage.text for passage in numbered.values()])
    return [
        {
            "number": number,
            "article": passage.article_id,
            "start": passage.start,
            "end": passage.end,
            "text": passage.text,
            "words": own_words,
            "dense": vector,
        }
        for (number, passage), own_words, vector in zip(
            numbered.items(), words, vectors, strict=True
        )
    ]


def indexed_words(texts: Sequence[str]) -> list[str]:
    """Return the words of each text as BM25 compares them, in order."""
    written = [words(text) for text in texts]
    known = list({word for text in written for word in text})
    stem = dict(zip(known, stems(known), strict=True))
    return [" ".join(stem[word] for word in text if stem[word]) for text in written]


def packed(lines: Iterable[str]) -> list[str]:
    """Join lines into as few text values as can hold them."""
    values: list[str] = []
    size = LONGEST_VALUE
    for line in lines:
        size += len(line.encode()) + 1
        if size >= LONGEST_VALUE:
            values.append(line)
            size = len(line.encode())
        else:
            values[-1] += f"\n{line}"
    return values
