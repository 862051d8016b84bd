"""The records passed between the modules: frozen, validated on creation.

From an article and its pieces, over what is found for a question, to the answer. Every offset
counts Unicode code points from the start of `Article.text`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass, replace
from functools import cache, cached_property
from itertools import pairwise
from types import NoneType
from typing import Any, Literal, Self, TypeVar, get_args, get_origin, get_type_hints

from askvisit.errors import DataError
from askvisit.text import excerpt, excerpt_around


@dataclass(frozen=True)
class Article:
    """One article: its text as stored, and what is known about it.

    `id` is its path in the folder of articles ("may/bridge.txt", in a data set "news.jsonl#42"), or
    what a program chose; `date` is ISO 8601, if known, `author` the names, separated by commas.
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
class Entry:
    """An article's hashes: of the file (and sidecar) it is made from, and of its text."""

    id: str
    file_sha256: str
    text_sha256: str

    @classmethod
    def of(cls, article: Article) -> Self:
        """Return the entry of an article that is made from no file."""
        made_of = hashlib.sha256(repr(article).encode()).hexdigest()
        return cls(article.id, made_of, article.sha256)


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


@dataclass(frozen=True)
class Hit:
    """A passage that retrieval found.

    `dense` is the cosine of question and passage (-1..1), on the default encoder's scale
    (`askvisit.similarity`), `bm25` the BM25 score (0 if no word is shared, higher is better),
    `fused` what the hits are ordered by (best first).

    What is known about its article, and the paragraph and page that it begins on, are filled in for
    the hits that `Assistant.search` and `Answer.nearest` show, as far as they are known.
    """

    article_id: str
    start: int
    end: int
    text: str
    dense: float
    bm25: float
    fused: float
    article_title: str | None = None
    source: str | None = None
    url: str | None = None
    date: str | None = None
    paragraph: int | None = None
    page: int | None = None


@dataclass(frozen=True)
class ArticleMatch:
    """How an article fits a question, beside others; each 0 if nothing speaks against it.

    `lacks` is the share (0..1) of the question's words, weighted by rarity, that it lacks.
    `untimely` is how far it is from telling of the time asked about (0..1). If it asks about none,
    `age` is the logarithm of the days by which it is older than the newest article that has about
    as many of the words. Without a date, each is the mean of the others. `published` is its date
    (ISO 8601), if known.
    """

    lacks: float = 0.0
    untimely: float = 0.0
    age: float = 0.0
    published: str | None = None


@dataclass(frozen=True)
class Window(Passage):
    """What the reader sees at once: consecutive paragraphs of one article, and its title."""

    sentences: tuple[Sentence, ...]
    title: str = ""

    @classmethod
    def of(cls, inside: Sequence[Sentence], article: Article) -> Self:
        """Return the window of consecutive sentences of an article."""
        start, end = inside[0].start, inside[-1].end
        return cls(article.id, start, end, article.text[start:end], tuple(inside), article.title)

    def part(self, inside: Sequence[Sentence]) -> Self:
        """Return the window of some of its sentences, which are consecutive."""
        start, end = inside[0].start, inside[-1].end
        text = self.text[start - self.start : end - self.start]
        return replace(self, start=start, end=end, text=text, sentences=tuple(inside))


MANY = 10
"""Number of articles searched from which more is read: for 200 questions of news dev on 346
articles, 12 passages contain the answer of 0.78, 24 that of 0.84."""


@dataclass(frozen=True)
class Evidence:
    """What retrieval found for a question, for a reader and for ranking its spans.

    `hits` are ranked, best first; without one there are no windows. `windows` hold the text around
    the best of them. `bm25` is the score of each of the windows' sentences among them all, by
    (article id, start). `matches` tell by id how the articles of the hits fit the question, if
    several were found, `period` then is the first and last day (ISO 8601) that the question asks
    about, if it names a time. `searched` is the number of articles that were searched. `question`
    is what was asked. `similarities` are the cosines (-1..1) of the articles that the windows are
    of, by their two ids.
    """

    hits: tuple[Hit, ...]
    windows: tuple[Window, ...]
    bm25: Mapping[tuple[str, int], float]
    matches: Mapping[str, ArticleMatch] = field(default_factory=dict)
    period: tuple[str, str] | None = None
    searched: int = 1
    question: str = ""
    similarities: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def match(self, article_id: str) -> ArticleMatch:
        """Return how an article fits the question; nothing speaks against a single one."""
        return self.matches.get(article_id, ArticleMatch())

    @property
    def sentences(self) -> list[Sentence]:
        """The sentences of all windows, each once."""
        return list(dict.fromkeys(s for window in self.windows for s in window.sentences))


@dataclass(frozen=True)
class Span:
    """The best words of one sentence, as scored by a reader.

    `start` and `end` are absolute and inside `sentence`; both None if the reader only
    judges whole sentences. `score - null_score` is the margin by which the reader prefers
    the span to "no answer here"; readers without a null score set it to 0.0. `first_margin` is
    that of the first of two stages, if the sentence was read in both. `evidence` is the logit of
    the sentence belonging to the answer, alone or with others, for readers that judge sentences.
    `others` are the (start, end) of further words of the sentence that answer too, the likeliest
    first: of a list, say.
    """

    sentence: Sentence
    start: int | None
    end: int | None
    score: float
    null_score: float
    first_margin: float | None = None
    evidence: float | None = None
    others: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        if (self.start is None) != (self.end is None):
            raise ValueError("a span has both offsets or none")
        if self.start is not None and self.end is not None:
            inside = self.sentence.start <= self.start < self.end <= self.sentence.end
            if not inside:
                raise ValueError("a span lies inside its sentence")

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """The (start, end) of all words that answer, in order; none if the sentence is judged."""
        if self.start is None or self.end is None:
            return ()
        return tuple(sorted([(self.start, self.end), *self.others]))

    @property
    def margin(self) -> float:
        """Score above the null score."""
        return self.score - self.null_score

    @property
    def words(self) -> str | None:
        """The words of the span, None if the whole sentence is judged."""
        if self.start is None or self.end is None:
            return None
        return self.sentence.text[self.start - self.sentence.start : self.end - self.sentence.start]


FactName = Literal["author", "date", "source", "url"]


@dataclass(frozen=True)
class Fact:
    """A fact about an article: `value` is its author, source, url, or date (ISO 8601).

    `printed` says that the article itself prints it, and a citation quotes it; otherwise it comes
    from the article's record: the metadata of its file, or its `NAME.toml`.
    """

    article_id: str
    article_title: str
    name: FactName
    value: str
    printed: bool


_EARLIEST = "0001-01-01"

_BREAK = 2
"""Characters of the white space between two paragraphs; between two sentences it is one."""


@dataclass(frozen=True)
class Citation:
    """A sentence quoted word for word, and where it is.

    `article.text[start:end] == quote`; the same for `span`, `span_start` and `span_end`, which
    lie inside the quote and are all None if the whole sentence is the answer. `spans` are the
    (start, end) of all words of the quote that answer, in order, of which `span` are the likeliest;
    none if the whole sentence is the answer. `page` (from 1) is where it begins in a PDF, `speaker`
    who says it in an interview; None if there is none. `lead` is the text shortly before a quote
    that begins with a pronoun, with its offsets; it says what the pronoun refers to. `source`,
    `url`, `date` and `author` are those of the article, if known.
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
    lead: str | None = None
    lead_start: int | None = None
    lead_end: int | None = None
    source: str | None = None
    url: str | None = None
    date: str | None = None
    spans: tuple[tuple[int, int], ...] = ()
    author: str | None = None

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
            source=article.source,
            url=article.url,
            date=article.date,
            spans=span.ranges,
            author=article.author,
        )

    @property
    def place(self) -> tuple[str, int]:
        """The id of its article and its start, which tell it apart from other citations."""
        return self.article_id, self.start

    @property
    def where(self) -> str:
        """Where it is in its article, in words: "page 2, paragraph 3"."""
        page = () if self.page is None else (f"page {self.page}",)
        speaker = () if self.speaker is None else (f"speaker: {self.speaker}",)
        return ", ".join((*page, f"paragraph {self.paragraph}", *speaker))

    @property
    def marked(self) -> tuple[tuple[int, int], ...]:
        """The (start, end) of the words that answer; also of answers that have no `spans` yet."""
        if self.span_start is None or self.span_end is None:
            return ()
        return self.spans or ((self.span_start, self.span_end),)

    def pieces(self, most: int | None = None) -> list[str]:
        """Return the quote in pieces, of which every second one is words that answer.

        most: of a quote with more characters, only the part around the likeliest words is given, or
        its beginning if it has none.
        """
        quote, marked, begin = self.quote, self.marked, self.start
        left, right = self.span_start, self.span_end
        if most is not None and len(quote) > most:
            if left is None or right is None:
                return [excerpt(quote, most)]
            quote, at = excerpt_around(quote, left - begin, right - begin, most)
            marked, begin = ((left, right),), left - at
        edges = [0, *(edge - begin for words in marked for edge in words), len(quote)]
        return [quote[left:right] for left, right in pairwise(edges)]

    def follows(self, other: Citation) -> bool:
        """Whether nothing but white space can stand between another citation and this one."""
        return self.article_id == other.article_id and 0 <= self.start - other.end <= _BREAK

    def __post_init__(self) -> None:
        check_slice(self.start, self.end, self.quote)
        if self.lead is not None:
            if self.lead_start is None or self.lead_end is None or self.lead_end > self.start:
                raise ValueError("a lead has offsets, which lie before the quote")
            check_slice(self.lead_start, self.lead_end, self.lead)
        if self.span is None:
            if self.span_start is not None or self.span_end is not None:
                raise ValueError("a citation without a span has no span offsets")
        elif self.span_start is None or self.span_end is None:
            raise ValueError("a citation with a span has its offsets")
        elif not self.start <= self.span_start < self.span_end <= self.end:
            raise ValueError("a span lies inside its quote")
        elif self.quote[self.span_start - self.start : self.span_end - self.start] != self.span:
            raise ValueError("the span is not the quote's words at its offsets")
        ends = [self.start, *(place for span in self.spans for place in span), self.end]
        if ends != sorted(ends):
            raise ValueError("spans lie inside their quote, in order, and do not overlap")


def quoted(citations: Iterable[Citation], *, joined: bool = False) -> str:
    """Write citations as in an answer's text: one per line, followed by its number.

    joined: those of one article become one line; "[…]" stands for text left out between them.
    """
    text, last = "", None
    for citation in citations:
        between = "\n" if last else ""
        if joined and last and last.article_id == citation.article_id:
            between = " " if citation.follows(last) else " […] "
        text += f"{between}{citation.quote} [{citation.number}]"
        last = citation
    return text


SpanType = Literal["date", "number", "name", "words"]
Relation = Literal["newest", "earlier", "dispute", "also"]


@dataclass(frozen=True)
class GroupMember:
    """One article's best answer: its citation, what is known about the article, and confidence."""

    citation: Citation
    source: str | None
    date: str | None
    confidence: float


@dataclass(frozen=True)
class AnswerGroup:
    """Articles that say the same, the newest first.

    `words` are the most confident member's span, or its sentence. `differs` says that another
    group says something else; which one is right is not judged. `relation` then says how: "newest"
    if later articles give this answer in place of others, which are "earlier"; "dispute" if other
    answers are given at the same time, or beside it; "also" if the words do not tell whether they
    are the same. None if it is the only group. `value` is the date (ISO 8601), number or time that
    the words give, in common units; `since` the first day on which an article gives it.
    """

    words: str
    type: SpanType
    differs: bool
    members: tuple[GroupMember, ...]
    relation: Relation | None = None
    value: str | None = None
    since: str | None = None

    @property
    def relation_in_words(self) -> str:
        """How it is related to the other groups, empty for the only one."""
        words = {"newest": "newest", "earlier": "earlier", "dispute": "disputed"}
        return "" if self.relation is None else words.get(self.relation, "also said")

    def numbered_on(self, before: int) -> AnswerGroup:
        """Return it with the numbers of its citations raised by those `before` it."""
        members = tuple(
            replace(m, citation=replace(m.citation, number=m.citation.number + before))
            for m in self.members
        )
        return replace(self, members=members)


Kind = Literal["answer", "not_found", "talk"]
Refusal = Literal["unsure", "ambiguous", "absent", "no_words", "not_english"]
ArticleRequest = Literal[
    "headline",
    "show",
    "summary",
    "more",
    "quote",
    "author",
    "date",
    "source",
    "url",
    "about",
    "newest",
    "oldest",
    "compare",
    "new",
]


@dataclass(frozen=True)
class ContextTurn:
    """An earlier turn used to interpret a question.

    `turn` is its position in the given history, from 0; an earlier question of the same line counts
    as a turn after it. `text` is what was read of it: the question and the words that answered it;
    `words` are those that the question depends on, in order, and `probability` is that of the
    likeliest of all turns' words.
    """

    turn: int
    text: str
    words: tuple[str, ...]
    probability: float = 1.0


@dataclass(frozen=True)
class Answer:
    """The answer to a question; see docs/python-api.md for each field.

    `context` are the earlier turns used to interpret the question, none if it stands alone.

    `found` is True exactly when `kind == "answer"`, exactly when `citations` is not empty.
    `request` is what was requested of an article as a whole, "quote" what a person quoted from it
    by hand, None if a question was asked; a quote that was requested has the confidence 1.
    `facts` are those asked for. `choices` are the ids of the articles that it lists, in order, of
    which the next message may choose one. `notes` are the lines of `text` below its quotes: facts
    that only records give. `proposed_scope` is always None, kept for programs that read it.
    `refusal` says why a question to the text is not answered: "unsure" if `nearest` are likely
    places, none of them sure enough, "ambiguous" if several articles may be meant, whose answers
    are then in `nearest`, "absent" if the articles seem not to answer it, "no_words" or
    "not_english" if it cannot be understood.
    `period` are the first and last day (ISO 8601) of the time that the question was taken to ask
    about, by which several articles were ranked.
    `groups` are the answers of several articles, that of the newest first where later articles
    supersede earlier ones, or else the most confident; none if one answers, unless each article
    was asked (`each=True`). Where groups differ, the first of each is cited.
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
    proposed_scope: None = None
    groups: tuple[AnswerGroup, ...] = ()
    choices: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    refusal: Refusal | None = None
    period: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        if self.kind not in ("answer", "not_found", "talk"):
            raise ValueError(f"no kind of answer is called {self.kind!r}")
        if self.found != (self.kind == "answer") or self.found != bool(self.citations):
            raise ValueError("an answer is found exactly when it has citations")
        if self.refusal is not None and (self.found or self.refusal not in get_args(Refusal)):
            raise ValueError(f"no refusal of this kind is called {self.refusal!r}")
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError("confidence is a probability")
        if self.request is not None and self.request not in get_args(ArticleRequest):
            raise ValueError(f"nothing called {self.request!r} is wanted of an article")

    @classmethod
    def talk(cls, question: str, text: str, choices: Sequence[str] = ()) -> Answer:
        """Return a reply that quotes nothing, with the articles that it lists."""
        return cls(question, question, "talk", False, text, 0.0, choices=tuple(choices))

    @classmethod
    def quoting(
        cls,
        question: str,
        citations: Sequence[Citation],
        confidence: float,
        *,
        reading: str | None = None,
        notes: Sequence[str] = (),
        joined: bool = False,
        **others: Any,
    ) -> Answer:
        """Return an answer with citations: its text are those, as `quoted`, and notes below."""
        text = "\n".join([quoted(citations, joined=joined), *notes])
        cited, below = tuple(citations), tuple(notes)
        read = question if reading is None else reading
        return cls(question, read, "answer", True, text, confidence, cited, notes=below, **others)

    @property
    def period_in_words(self) -> str | None:
        """The time that the question was taken to ask about: "2019-06-17 to 2019-06-23"."""
        if self.period is None:
            return None
        first, last = self.period
        begin = "until" if first == _EARLIEST else f"{first} to"
        return last if first == last else f"{begin} {last}"

    @property
    def differs(self) -> bool:
        """Whether articles give different answers."""
        return any(group.differs for group in self.groups)

    @property
    def has_likely_places(self) -> bool:
        """Whether it is refused although `nearest` are likely to answer."""
        return self.refusal in ("unsure", "ambiguous")

    @property
    def is_turn(self) -> bool:
        """Whether a follow-up may depend on it: it is no talk, request or unreadable message."""
        requested = self.found and self.request is not None
        is_understood = self.refusal not in ("no_words", "not_english")
        return self.kind != "talk" and is_understood and not requested

    def placed(self, places: Sequence[int]) -> Answer:
        """Return it with the turn `n` of each context numbered `places[n]`, in its parts too."""
        return replace(
            self,
            context=tuple(replace(turn, turn=places[turn.turn]) for turn in self.context),
            parts=tuple(part.placed(places) for part in self.parts),
        )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Answer:
        """Invert `dataclasses.asdict`, even after a JSON round trip; unknown keys are ignored.

        Raises `DataError` if the data is not an answer.
        """
        try:
            read: Answer = from_data(cls, data)
        except (ValueError, TypeError) as error:
            raise DataError(
                f"this is no answer ({error}); give one as dataclasses.asdict or "
                "askvisit ask --json writes it"
            ) from error
        return read


def last_of(history: Sequence[Answer]) -> Sequence[Answer]:
    """Return the last answer, or its parts if several questions were asked in a line."""
    return (history[-1].parts or history[-1:]) if history else ()


def numbered_on(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """Number the citations of several answers on, in their texts and groups too."""
    numbered, before = [], 0
    for answer in answers:
        citations = tuple(replace(c, number=c.number + before) for c in answer.citations)
        groups = tuple(group.numbered_on(before) for group in answer.groups)
        text = "\n".join([quoted(citations), *answer.notes]) if answer.found else answer.text
        numbered.append(replace(answer, text=text, citations=citations, groups=groups))
        before += len(citations)
    return tuple(numbered)


Value = TypeVar("Value", str, int, float, bool)

_SIMPLE: dict[Any, Any] = {str: str, int: int, float: (int, float), bool: bool}


def check_slice(start: int, end: int, text: str) -> None:
    """Raise `ValueError` if offsets do not fit the text they delimit."""
    if start < 0 or end - start != len(text) or not text:
        raise ValueError(f"offsets {start}..{end} do not fit a text of {len(text)} characters")


def of_type(kind: type[Value], value: object) -> Value:
    """Return a value read from a file; raises `TypeError` if it is of another type."""
    if type(value) is not kind:
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def from_data(kind: Any, data: Any) -> Any:
    """Return a value of a type from what `dataclasses.asdict` or JSON made of it.

    kind: a dataclass, tuple, dictionary, literal or simple type, each perhaps None. A whole number
    is a `float` too, because JSON of other programs has 1 for 1.0; fields of newer versions are
    left out. Raises `TypeError` and `ValueError` for data of another type.
    """
    kinds = get_args(kind)
    if NoneType in kinds:
        return None if data is None else from_data(kinds[0], data)
    if kind is NoneType:  # a field of earlier versions
        return None
    if get_origin(kind) is Literal:
        if data in kinds:
            return data
    elif isinstance(kind, type) and is_dataclass(kind) and isinstance(data, Mapping):
        hints = _type_hints(kind)
        return kind(**{name: from_data(hints[name], data[name]) for name in hints if name in data})
    elif get_origin(kind) is tuple and isinstance(data, list | tuple):
        each = kinds[:1] * len(data) if kinds[-1] is Ellipsis else kinds
        return tuple(from_data(k, value) for k, value in zip(each, data, strict=True))
    elif get_origin(kind) is dict and isinstance(data, Mapping):
        return {from_data(kinds[0], k): from_data(kinds[1], value) for k, value in data.items()}
    elif isinstance(data, _SIMPLE.get(kind, ())) and isinstance(data, bool) is (kind is bool):
        return data
    raise TypeError(f"{data!r} is no {getattr(kind, '__name__', kind)}")


_type_hints = cache(get_type_hints)
