"""The notebook: words that a user selected in an article, as sentences that can be verified.

The browser keeps the entries; what it sends is looked up in the articles again, and an export is
written by `askvisit.transcript`, like a conversation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter
from pydantic import BaseModel, Field, StrictInt, ValidationError, WrapValidator, model_validator

from askvisit import transcript
from askvisit.passages import Range, paragraphs
from askvisit.records import Answer, Article, Citation, Span, quoted
from askvisit.text import date_in_words, printable
from askvisit.web.answers import reference
from askvisit.web.chat import Chat
from askvisit.web.faults import TellingRoute, Told
from askvisit.web.places import TextRange, fingerprint
from askvisit.web.source_panel import NOT_THERE, article_sentences
from askvisit.web.typed import Words

MOST_ENTRIES = 300
"""Maximum entries of a notebook; the page says so when it is full."""

MOST_SENTENCES = 20
"""Maximum sentences of one pin."""

TITLE = "# A notebook of quotes from the articles"
NO_WORDS = "Select some words in the article."
TOO_MANY = f"Select at most {MOST_SENTENCES} sentences."

Place = tuple[StrictInt, StrictInt]


class Selection(BaseModel):
    """What was selected: a citation (`place`), or words of the article as the page shows it.

    start, end: the paragraph (from 1), and the characters shown before in it. reads: the
    fingerprint of the text that is shown.
    """

    place: TextRange | None = None
    article: str = ""
    reads: str | None = None
    start: Place = (0, 0)
    end: Place = (0, 0)


class PinnedSentence(BaseModel):
    """A sentence of a pin; `span` is where the chosen words are, if they are not all of it."""

    quote: str
    paragraph: int = 0
    start: StrictInt
    end: StrictInt
    span: Place | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        places = [self.start, *(self.span or ()), self.end]
        if places != sorted(places) or self.end - self.start != len(self.quote) or not self.quote:
            raise ValueError("the offsets are not those of the quote")
        return self

    def in_article(self, article: Article) -> TextRange | None:
        """Return where it is now; None if it is there no more."""
        at = self.start
        if article.text[at : self.end] != self.quote and (at := article.text.find(self.quote)) < 0:
            return None
        moved = at - self.start
        span = self.span and (self.span[0] + moved, self.span[1] + moved)
        return TextRange(article.id, at, self.end + moved, span)


class Pin(BaseModel):
    """Pinned sentences of an article, and the question that they answer, if any."""

    article: str
    title: str
    sentences: list[PinnedSentence] = Field(min_length=1, max_length=MOST_SENTENCES)
    question: str | None = None


class Written(BaseModel, extra="forbid"):
    """The user's own words: a heading of what comes after it, or a note."""

    heading: Words = ""
    note: Words = ""


def _or_none(value: Any, read: Any) -> Any:
    try:
        return read(value)
    except ValidationError:
        return None


Entry = Annotated[Pin | Written | None, WrapValidator(_or_none)]
"""An entry of the notebook; None if it is no longer what the page wrote."""


class Notebook(BaseModel):
    """What the browser keeps."""

    entries: list[Entry] = Field(max_length=MOST_ENTRIES)


def routes(chat: Chat) -> APIRouter:
    """Return what selected words and the notebook ask for."""
    router = APIRouter(prefix="/page", route_class=TellingRoute)

    @router.post("/select")
    def selected(selection: Selection) -> dict[str, Any]:
        return select(selection, chat.articles)

    @router.post("/pins")
    def pins(notebook: Notebook) -> dict[str, list[dict[str, Any]]]:
        return {"proved": prove(notebook.entries, chat.articles)}

    @router.post("/notebook")
    def exported(notebook: Notebook) -> dict[str, Any]:
        return export(notebook.entries, chat.articles)

    return router


def select(selection: Selection, articles: Mapping[str, Article]) -> dict[str, Any]:
    """Return what a selection can be used for: its words, their reference, and the pin to keep.

    Raises `Told` if it holds no words, or too many, or its article is gone or has another text now.
    """
    place = selection.place
    article = articles.get(selection.article if place is None else place.article)
    if place is not None:
        is_there = place.is_in(articles)
    else:
        is_there = article is not None and selection.reads in (None, fingerprint(article.text))
    if article is None or not is_there:
        raise Told(NOT_THERE, 404)
    chosen = _selected(selection, article) if place is None else place
    cited = citations(article, chosen)
    if not cited:
        raise Told(NO_WORDS)
    if len(cited) > MOST_SENTENCES:
        raise Told(TOO_MANY)
    day = date_in_words(article.date or "").replace(" ", "\N{NO-BREAK SPACE}")
    words = printable(article.text[chosen.start : chosen.end])
    pin = {
        "article": article.id,
        "title": printable(article.title),
        "about": printable(" · ".join(filter(None, (article.source, day)))),
        "sentences": _sentences(cited),
    }
    return {"words": words, "reference": reference(cited[0], words), "pin": pin}


def citations(article: Article, chosen: TextRange) -> tuple[Citation, ...]:
    """Return the sentences that a range touches, with its words as their spans.

    A sentence entirely inside it has the span of the range, if that lies in the sentence.
    """
    found: list[Citation] = []
    for sentence in article_sentences(article):
        start, end = max(sentence.start, chosen.start), min(sentence.end, chosen.end)
        start, end = _trimmed(article.text, start, end)
        if start >= end:
            continue
        inside = (start, end) if (start, end) != (sentence.start, sentence.end) else chosen.span
        if inside is None or not sentence.start <= inside[0] < inside[1] <= sentence.end:
            span = Span(sentence, None, None, 1.0, 0.0)
        else:
            span = Span(sentence, *inside, 1.0, 0.0)
        found.append(Citation.of(len(found) + 1, article, span, 1.0))
    return tuple(found)


def prove(entries: Sequence[Entry], articles: Mapping[str, Article]) -> list[dict[str, Any]]:
    """Return `{"status"}` for each pin, and `{}` for the user's own words.

    If a pin moved within its article, there is also `sentences`, as they are there now.
    """
    proved: list[dict[str, Any]] = []
    for entry in entries:
        if isinstance(entry, Written):
            proved.append({})
            continue
        status, answer = _proved(entry, articles)
        proved.append({"status": status})
        if status == "moved" and answer is not None:
            proved[-1]["sentences"] = _sentences(answer.citations)
    return proved


def export(entries: Sequence[Entry], articles: Mapping[str, Article]) -> dict[str, Any]:
    """Return the notebook as a Markdown file: its name, type and text, and how many are left out.

    Pins no longer in their article are left out; those that moved in it are cited at the new place.
    If nothing is left, there is no file.
    """
    blocks: list[str] = []
    left_out, level = 0, 2
    for entry in entries:
        if isinstance(entry, Written):
            if heading := transcript.plain(entry.heading):
                level = 3  # of the pins below it
                blocks.append(f"## {heading}")
            elif note := transcript.plain(entry.note):
                blocks.append(note)
        elif (answer := _proved(entry, articles)[1]) is not None:
            blocks.append(transcript.section(answer, level))
        else:
            left_out += 1
    if not blocks:
        return {"left_out": left_out}
    name = f"askvisit-notebook-{datetime.now():%Y-%m-%d-%H%M%S}.md"
    text = "\n\n".join([TITLE, *blocks]) + "\n"
    return {"left_out": left_out, "name": name, "type": "text/markdown", "text": text}


def _selected(selection: Selection, article: Article) -> TextRange:
    """Return the range between two places of the article as it is shown."""
    text, ranges = article.text, paragraphs(article.text)
    start, end = (_offset(text, ranges, *at) for at in (selection.start, selection.end))
    return TextRange(article.id, *_trimmed(text, start, end))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a range without the white space at its ends; an empty one if nothing is left."""
    words = text[start:end]
    return start + len(words) - len(words.lstrip()), end - (len(words) - len(words.rstrip()))


def _offset(text: str, ranges: Sequence[Range], paragraph: int, shown: int) -> int:
    """Return the text offset of a place on the page, counting the characters that it hides."""
    if not 1 <= paragraph <= len(ranges):
        raise Told(NO_WORDS)
    start, end = ranges[paragraph - 1]
    for position in range(start, end):
        if shown == 0 and printable(text[position]):
            return position
        shown -= len(printable(text[position]))
    if shown != 0:
        raise Told(NO_WORDS)
    return end


def _sentences(cited: Sequence[Citation]) -> list[dict[str, Any]]:
    kept = ("quote", "paragraph", "start", "end")
    return [
        {name: getattr(one, name) for name in kept}
        | {"span": one.span and [one.span_start, one.span_end]}
        for one in cited
    ]


def _proved(pin: Pin | None, articles: Mapping[str, Article]) -> tuple[str, Answer | None]:
    """Return the status of a pin, and the pin as it is in the articles now, if it still is.

    The status is `intact`, `moved` or `changed`, or `gone` if there is no such article.
    """
    if pin is None:
        return "changed", None
    if (article := articles.get(pin.article)) is None:
        return "gone", None
    places = [sentence.in_article(article) for sentence in pin.sentences]
    there = [place for place in places if place is not None]
    if len(there) < len(places):
        return "changed", None
    cited = [citation for place in there for citation in citations(article, place)]
    numbered = tuple(replace(citation, number=n) for n, citation in enumerate(cited, 1))
    question = printable(pin.question or f"From “{pin.title}”")
    text = quoted(numbered)
    answer = Answer(question, question, "answer", True, text, 1.0, numbered, request="quote")
    is_intact = [place.start for place in there] == [one.start for one in pin.sentences]
    return "intact" if is_intact else "moved", answer
