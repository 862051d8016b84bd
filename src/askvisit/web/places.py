"""Places in articles, as pages name them: a range, and a fingerprint of what it reads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pydantic import StrictInt

from askvisit.records import Article, Citation, Hit, Sentence


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


def place_of(cited: Citation | Hit | Sentence) -> TextRange:
    """Return the range of a citation's sentence, with its span, or of a passage or sentence."""
    span, words = None, cited.quote if isinstance(cited, Citation) else cited.text
    if isinstance(cited, Citation) and cited.span_start is not None and cited.span_end is not None:
        span = (cited.span_start, cited.span_end)
    return TextRange(cited.article_id, cited.start, cited.end, span, fingerprint(words))


def fingerprint(words: str) -> str:
    """Return a short hash of the words at a place."""
    return hashlib.sha256(words.encode(errors="replace")).hexdigest()[:8]
