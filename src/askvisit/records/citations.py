"""A sentence quoted word for word, and where it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from askvisit.records.articles import Article
from askvisit.records.checks import check_slice, known_fields
from askvisit.records.evidence import Span


@dataclass(frozen=True)
class Citation:
    """A sentence quoted word for word, and where it is.

    `article.text[start:end] == quote`; the same for `span`, `span_start` and `span_end`, which
    lie inside the quote and are all None if the whole sentence is the answer. `page` (from 1)
    is where it begins in a PDF, `speaker` who says it in an interview; None if there is none.
    """

    number: int
    article_id: str
    article_title: str
    article_sha256: str
    paragraph: int
    quote: str
    start: int
    end: int
    span: str | None
    span_start: int | None
    span_end: int | None
    score: float
    page: int | None = None
    speaker: str | None = None

    @classmethod
    def of(
        cls, number: int, article: Article, span: Span, score: float, speaker: str | None = None
    ) -> Citation:
        """Quote a span's sentence, and the span itself if it has offsets, from their article."""
        sentence = span.sentence
        return cls(
            number=number,
            article_id=article.id,
            article_title=article.title,
            article_sha256=article.sha256,
            paragraph=sentence.paragraph,
            quote=article.text[sentence.start : sentence.end],
            start=sentence.start,
            end=sentence.end,
            span=None if span.start is None else article.text[span.start : span.end],
            span_start=span.start,
            span_end=span.end,
            score=score,
            page=article.page(sentence.start),
            speaker=speaker,
        )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Invert `dataclasses.asdict`, as `Answer.from_dict` does."""
        return cls(**known_fields(cls, data))

    @property
    def where(self) -> str:
        """Where it is in its article, in words: "page 2, paragraph 3"."""
        page = () if self.page is None else (f"page {self.page}",)
        speaker = () if self.speaker is None else (f"speaker: {self.speaker}",)
        return ", ".join((*page, f"paragraph {self.paragraph}", *speaker))

    def __post_init__(self) -> None:
        check_slice(self.start, self.end, self.quote)
        if self.span is None:
            if self.span_start is not None or self.span_end is not None:
                raise ValueError("a citation without a span has no span offsets")
        elif self.span_start is None or self.span_end is None:
            raise ValueError("a citation with a span has its offsets")
        elif not self.start <= self.span_start < self.span_end <= self.end:
            raise ValueError("a span lies inside its quote")
        elif self.quote[self.span_start - self.start : self.span_end - self.start] != self.span:
            raise ValueError("the span is not the quote's words at its offsets")


def quoted(citations: Iterable[Citation]) -> str:
    """Write citations as in an answer's text: one per line, followed by its number."""
    return "\n".join(f"{c.quote} [{c.number}]" for c in citations)
