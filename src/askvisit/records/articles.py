"""An article, and the pieces it is split into."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from askvisit.records.checks import check_slice


@dataclass(frozen=True)
class Article:
    """One article: its text as stored, and what is known about it.

    `id` is the file name with its extension; `date` is ISO 8601, if known, `author` the names,
    separated by commas.
    """

    id: str
    title: str
    text: str
    source: str | None = None
    url: str | None = None
    date: str | None = None
    author: str | None = None

    @property
    def record(self) -> ArticleRecord:
        """What is known about it, without its text."""
        known = (self.source, self.url, self.date, self.author)
        return ArticleRecord(self.id, self.title, *known)

    @cached_property
    def sha256(self) -> str:
        """Hash of the text in UTF-8, as used in citations."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def page(self, offset: int) -> int | None:
        """Return the page (from 1) that an offset is on, None if the text has no pages.

        A form feed ends a page, as in the output of `pdftotext`.
        """
        return self.text.count("\f", 0, offset) + 1 if "\f" in self.text else None


@dataclass(frozen=True)
class ArticleRecord:
    """What is known about an article, without its text; see `Article`."""

    id: str
    title: str
    source: str | None = None
    url: str | None = None
    date: str | None = None
    author: str | None = None


@dataclass(frozen=True)
class Sentence:
    """One sentence of an article; `paragraph` counts from 1 (a headline is paragraph 1)."""

    article_id: str
    paragraph: int
    start: int
    end: int
    text: str

    def __post_init__(self) -> None:
        check_slice(self.start, self.end, self.text)


@dataclass(frozen=True)
class Passage:
    """What is encoded and retrieved: a paragraph, a part of a long one, or a few tiny ones."""

    article_id: str
    start: int
    end: int
    text: str

    def __post_init__(self) -> None:
        check_slice(self.start, self.end, self.text)
