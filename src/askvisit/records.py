"""The records that pass between the modules: frozen, checked when made.

Every offset counts Unicode code points of `Article.text`, absolute in the article.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Literal, TypeVar, get_args

Value = TypeVar("Value", str, int, float, bool)

Kind = Literal["answer", "not_found", "talk"]
FactName = Literal["author", "date", "source", "url"]
ArticleRequest = Literal[
    "headline",
    "show",
    "summary",
    "quote",
    "author",
    "date",
    "source",
    "url",
    "about",
    "newest",
    "oldest",
]


@dataclass(frozen=True)
class Article:
    """One article: its text as stored, and what is known about it.

    `id` is the file name with its extension; `date` is ISO 8601 where it is known, `author` the
    names with commas between them.
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
        """What is known of it, without its text."""
        known = (self.source, self.url, self.date, self.author)
        return ArticleRecord(self.id, self.title, *known)

    @cached_property
    def sha256(self) -> str:
        """Hash of the text in UTF-8, as citations carry it."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def page(self, offset: int) -> int | None:
        """Return the page (from 1) that an offset stands on, None where the text has no pages.

        A form feed ends a page, as in what `pdftotext` writes.
        """
        return self.text.count("\f", 0, offset) + 1 if "\f" in self.text else None


@dataclass(frozen=True)
class ArticleRecord:
    """What is known of an article, without its text; see `Article`."""

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
        _check_slice(self.start, self.end, self.text)


@dataclass(frozen=True)
class Passage:
    """What is encoded and retrieved: a paragraph, a part of a long one, or a few tiny ones."""

    article_id: str
    start: int
    end: int
    text: str

    def __post_init__(self) -> None:
        _check_slice(self.start, self.end, self.text)


@dataclass(frozen=True)
class Hit:
    """A passage that retrieval found.

    `dense` is the cosine of question and passage (-1..1), `bm25` the BM25 score (0 where no
    word is shared, higher is better), `fused` what the hits are ordered by (best first).
    """

    article_id: str
    start: int
    end: int
    text: str
    dense: float
    bm25: float
    fused: float


@dataclass(frozen=True)
class Window:
    """What the reader sees at once: consecutive paragraphs of one article."""

    article_id: str
    start: int
    end: int
    text: str
    sentences: tuple[Sentence, ...]

    def __post_init__(self) -> None:
        _check_slice(self.start, self.end, self.text)


@dataclass(frozen=True)
class Evidence:
    """What retrieval found for a question, for a reader and for the choice among its spans.

    `hits` are ranked, best first; `windows` hold the text around the best of them; `bm25` is the
    score of each sentence of the windows among them, by (article id, start).
    """

    hits: tuple[Hit, ...]
    windows: tuple[Window, ...]
    bm25: Mapping[tuple[str, int], float]


@dataclass(frozen=True)
class Span:
    """The best words of one sentence, as a reader scores them.

    `start` and `end` are absolute and inside `sentence`; both None where the reader only
    judges whole sentences. `score - null_score` is the margin by which the reader prefers
    the span to "no answer here"; readers without a null score give 0.0 for it. `first_margin` is
    that of the first of two readers, where the sentence was read by two.
    """

    sentence: Sentence
    start: int | None
    end: int | None
    score: float
    null_score: float
    first_margin: float | None = None

    def __post_init__(self) -> None:
        if (self.start is None) != (self.end is None):
            raise ValueError("a span has both offsets or none")
        if self.start is not None and self.end is not None:
            inside = self.sentence.start <= self.start < self.end <= self.sentence.end
            if not inside:
                raise ValueError("a span lies inside its sentence")

    @property
    def margin(self) -> float:
        """Score above the null score."""
        return self.score - self.null_score

    @property
    def words(self) -> str | None:
        """The words that are marked, None where the whole sentence is judged."""
        if self.start is None or self.end is None:
            return None
        return self.sentence.text[self.start - self.sentence.start : self.end - self.sentence.start]


@dataclass(frozen=True)
class Citation:
    """A sentence quoted word for word, and where it stands.

    `article.text[start:end] == quote`; the same for `span`, `span_start` and `span_end`, which
    lie inside the quote and are all None where the whole sentence is the answer. `page` (from 1)
    is where it begins in a PDF, `speaker` who says it in an interview; None where there is none.
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
        """Quote the sentence of a span, and the span where it has one, from their article."""
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

    @property
    def where(self) -> str:
        """Where in its article it stands, in words: "page 2, paragraph 3"."""
        page = () if self.page is None else (f"page {self.page}",)
        speaker = () if self.speaker is None else (f"speaker: {self.speaker}",)
        return ", ".join((*page, f"paragraph {self.paragraph}", *speaker))

    def __post_init__(self) -> None:
        _check_slice(self.start, self.end, self.quote)
        if self.span is None:
            if self.span_start is not None or self.span_end is not None:
                raise ValueError("a citation without a span has no span offsets")
        elif self.span_start is None or self.span_end is None:
            raise ValueError("a citation with a span has its offsets")
        elif not self.start <= self.span_start < self.span_end <= self.end:
            raise ValueError("a span lies inside its quote")
        elif self.quote[self.span_start - self.start : self.span_end - self.start] != self.span:
            raise ValueError("the span is not the quote's words at its offsets")


@dataclass(frozen=True)
class ContextTurn:
    """An earlier turn that a question was read with.

    `turn` is its place in the history that was given, from 0. `text` is what was read of it: the
    question and the words that answered it; `words` are those that the question leans on, in
    order.
    """

    turn: int
    text: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Fact:
    """What is known of an article: `value` is its author, source, url, or date (ISO 8601).

    `printed` says that the article itself prints it, and a citation quotes it; where it does not,
    the article's record tells it: the metadata of its file, or its `NAME.toml`.
    """

    article_id: str
    article_title: str
    name: FactName
    value: str
    printed: bool


@dataclass(frozen=True)
class ProposedScope:
    """A narrower choice of articles that a question's words propose; it was not applied.

    `words` are those of the question; `since` and `until` are days (ISO 8601), `articles` is how
    many articles are in it. Ask again with `since`, `until` and `sources` to look in these alone.
    """

    words: tuple[str, ...]
    since: str | None
    until: str | None
    sources: tuple[str, ...]
    articles: int


SpanType = Literal["date", "number", "name", "words"]


@dataclass(frozen=True)
class GroupMember:
    """The best of one article: where it says it, what is known of it, and how sure that is."""

    citation: Citation
    source: str | None
    date: str | None
    confidence: float


@dataclass(frozen=True)
class AnswerGroup:
    """Articles that answer in the same words, the newest first.

    `words` are the span of the surest of them, or its sentence. `differs` says that another group
    has other words of the same `type`; which one is right is not judged.
    """

    words: str
    type: SpanType
    differs: bool
    members: tuple[GroupMember, ...]


@dataclass(frozen=True)
class Answer:
    """What askvisit answers; see docs/python-api.md for each field.

    `context` are the earlier turns that the question was read with, none where it stands alone.

    `found` is True exactly when `kind == "answer"`, exactly when `citations` is not empty.
    `request` is what was wanted of an article as a whole, "quote" what a person quoted from it by
    hand, None where a question was asked; `facts` are what was asked of it. `proposed_scope` is
    what the question's words propose.
    `groups` are what each of several articles answers, the surest first; none where one does.
    """

    question: str
    reading: str
    kind: Kind
    found: bool
    text: str
    confidence: float
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Hit, ...] = ()
    parts: tuple[Answer, ...] = ()
    request: ArticleRequest | None = None
    context: tuple[ContextTurn, ...] = ()
    facts: tuple[Fact, ...] = ()
    proposed_scope: ProposedScope | None = None
    groups: tuple[AnswerGroup, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in ("answer", "not_found", "talk"):
            raise ValueError(f"no kind of answer is called {self.kind!r}")
        if self.found != (self.kind == "answer") or self.found != bool(self.citations):
            raise ValueError("an answer is found exactly when it has citations")
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError("confidence is a probability")
        if self.request is not None and self.request not in get_args(ArticleRequest):
            raise ValueError(f"nothing called {self.request!r} is wanted of an article")

    @property
    def as_quoted(self) -> tuple[Citation, ...]:
        """The citations in the order in which `text` quotes them: a summary's is the article's."""
        if self.request != "summary":
            return self.citations
        return tuple(sorted(self.citations, key=lambda citation: citation.start))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Answer:
        """Invert `dataclasses.asdict`, also after a trip through JSON; unknown keys are ignored.

        Raises `ValueError`, `TypeError` or `KeyError` where the data is not an answer.
        """
        known = _known(cls, data)
        known["citations"] = tuple(Citation(**_known(Citation, c)) for c in data["citations"])
        known["nearest"] = tuple(Hit(**_known(Hit, h)) for h in data.get("nearest", ()))
        known["parts"] = tuple(cls.from_dict(part) for part in data.get("parts", ()))
        known["context"] = tuple(
            ContextTurn(turn["turn"], turn["text"], tuple(turn["words"]))
            for turn in data.get("context", ())
        )
        known["facts"] = tuple(Fact(**_known(Fact, fact)) for fact in data.get("facts", ()))
        known["groups"] = tuple(_group(group) for group in data.get("groups", ()))
        known["proposed_scope"] = _proposed(data.get("proposed_scope"))
        return cls(**known)


def _group(data: Mapping[str, Any]) -> AnswerGroup:
    members = tuple(
        GroupMember(**_known(GroupMember, m) | {"citation": Citation(**m["citation"])})
        for m in data["members"]
    )
    return AnswerGroup(**_known(AnswerGroup, data) | {"members": members})


def _proposed(data: Mapping[str, Any] | None) -> ProposedScope | None:
    if data is None:
        return None
    known = _known(ProposedScope, data)
    lists = {name: tuple(known[name]) for name in ("words", "sources")}
    return ProposedScope(**known | lists)


def of_type(kind: type[Value], value: object) -> Value:
    """Return a value read from a file; raises `TypeError` where it is of another type."""
    if type(value) is not kind:
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def quoted(citations: Iterable[Citation]) -> str:
    """Write citations as an answer's text shows them: a line each, with the number behind."""
    return "\n".join(f"{c.quote} [{c.number}]" for c in citations)


def _known(cls: type, data: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(cls)}
    return {name: value for name, value in data.items() if name in names}


def _check_slice(start: int, end: int, text: str) -> None:
    if start < 0 or end - start != len(text) or not text:
        raise ValueError(f"offsets {start}..{end} do not fit a text of {len(text)} characters")
