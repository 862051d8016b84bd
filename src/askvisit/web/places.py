"""What browsers send: places in articles, and words that somebody typed or that were kept.

A place is a range, with a fingerprint of what it reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import AfterValidator, StrictInt, WrapValidator

from askvisit.records import Article, Citation, Hit, Span

Words = Annotated[str, AfterValidator(lambda text: text.encode("utf-8", "replace").decode())]
"""A text that can be written as UTF-8: a browser may send half a character."""

Typed = Annotated[Words | None, AfterValidator(lambda text: (text or "").strip() or None)]
"""What was typed into a field; None if nothing was."""


@dataclass(frozen=True)
class TextRange:
    """A range of an article; `span` is the range inside it that answers, if any.

    `reads` is the `fingerprint` of its words; empty if any words will do.
    """

    article: str
    start: StrictInt
    end: StrictInt
    span: tuple[int, int] | None = None
    reads: str | None = ""

    @property
    def key(self) -> str:
        """What identifies the marks of this place on the page."""
        return f"{self.start}-{self.end}"

    @property
    def query(self) -> str:
        """The place as a part of an address; it also works in a new tab."""
        parts: dict[str, Any] = {"article": self.article, "start": self.start, "end": self.end}
        parts |= {"reads": self.reads} if self.reads else {}
        return urlencode(parts, errors="replace")

    def found_in(self, articles: Mapping[str, Article]) -> Article | None:
        """Return the article that it is in, if its words there still read the same."""
        article = articles.get(self.article)
        if article is None or not 0 <= self.start < self.end <= len(article.text):
            return None
        words = article.text[self.start : self.end]
        return article if self.reads in (None, "", fingerprint(words)) else None

    def __post_init__(self) -> None:
        """Leave out a span that is not inside it, as a browser may send one."""
        if self.span is not None and not self.start <= self.span[0] < self.span[1] <= self.end:
            object.__setattr__(self, "span", None)


def place_of(cited: Citation | Hit | Span) -> TextRange:
    """Return the range of a citation's or reader's sentence, with its span, or of a passage."""
    at = cited.sentence if isinstance(cited, Span) else cited
    words = at.quote if isinstance(at, Citation) else at.text
    start, end = None, None
    if isinstance(cited, Span):
        start, end = cited.start, cited.end
    elif isinstance(cited, Citation):
        start, end = cited.span_start, cited.span_end
    span = None if start is None or end is None else (start, end)
    return TextRange(at.article_id, at.start, at.end, span, fingerprint(words))


def fingerprint(words: str) -> str:
    """Return a short hash of the words at a place."""
    return hashlib.sha256(words.encode(errors="replace")).hexdigest()[:8]


def or_else(otherwise: object) -> WrapValidator:
    """Take what a browser kept of an earlier version, and cannot be read, for something else."""

    def read(value: Any, known: Callable[[Any], Any]) -> Any:
        try:
            return known(value)
        except (TypeError, ValueError):
            return otherwise

    return WrapValidator(read)
