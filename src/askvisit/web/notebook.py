"""The notebook: words that a user selected in an article, as sentences that can be verified.

The browser keeps the entries; what it sends is looked up in the articles again, and an export is
written by `askvisit.transcript`, like a conversation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import product
from typing import Annotated, Any, Self, get_args

from fastapi import APIRouter
from pydantic import BaseModel, Field, StrictInt, model_validator

from askvisit import transcript
from askvisit.passages import paragraphs, trim_space
from askvisit.records import Answer, Article, Citation, Span
from askvisit.text import date_in_words, printable
from askvisit.transcript import Claim, Status, status_of
from askvisit.web.chat import Chat
from askvisit.web.faults import ErrorRoute, UserError
from askvisit.web.places import TextRange, Words, fingerprint, or_else
from askvisit.web.rendering import fragment
from askvisit.web.source_panel import NOT_THERE, article_sentences

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
    start: StrictInt
    end: StrictInt
    span: Place | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        places = [self.start, *(self.span or ()), self.end]
        if places != sorted(places) or self.end - self.start != len(self.quote) or not self.quote:
            raise ValueError("the offsets are not those of the quote")
        return self


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


Entry = Annotated[Pin | Written | None, or_else(None)]
"""An entry of the notebook; None if it is no longer what the page wrote."""


class Notebook(BaseModel):
    """What the browser keeps."""

    entries: list[Entry] = Field(max_length=MOST_ENTRIES)


def routes(chat: Chat) -> APIRouter:
    """Return what selected words and the notebook ask for."""
    router = APIRouter(prefix="/page", route_class=ErrorRoute)

    @router.post("/select")
    def select(selection: Selection) -> dict[str, Any]:
        """Return what a selection can be used for: its words, their reference, the pin to keep."""
        place = selection.place or _selected(selection, chat.articles.get(selection.article))
        article = place.found_in(chat.articles)
        if article is None:
            raise UserError(NOT_THERE, 404)
        cited = citations(article, place)
        if not cited:
            raise UserError(NO_WORDS)
        if len(cited) > MOST_SENTENCES:
            raise UserError(TOO_MANY)
        day = date_in_words(article.date).replace(" ", "\N{NO-BREAK SPACE}")
        words = printable(article.text[place.start : place.end])
        pin = {
            "article": article.id,
            "title": printable(article.title),
            "about": printable(" · ".join(filter(None, (article.source, day)))),
            "sentences": _sentences(cited),
        }
        reference = fragment("reference", citation=cited[0], words=words).unescape()
        return {"words": words, "reference": reference, "pin": pin}

    @router.post("/pins")
    def prove(notebook: Notebook) -> dict[str, list[dict[str, Any]]]:
        """Return `{"status"}` for each pin, and `{}` for the user's own words.

        If a pin moved within its article, there is also `sentences`, as they are there now.
        """
        proved: list[dict[str, Any]] = []
        for entry in notebook.entries:
            proved.append({})
            if not isinstance(entry, Written):
                proved[-1]["status"], cited = _proved(entry, chat.articles)
                if proved[-1]["status"] == "moved":
                    proved[-1]["sentences"] = _sentences(cited)
        return {"proved": proved}

    @router.post("/notebook")
    def export(notebook: Notebook) -> dict[str, Any]:
        """Return a Markdown file: its name, type and text, and how many pins are left out.

        Pins no longer in their article are left out; those that moved in it are cited at the new
        place. If nothing is left, there is no file.
        """
        blocks: list[str] = []
        left_out, level = 0, 2
        for entry in notebook.entries:
            if isinstance(entry, Written):
                if heading := transcript.plain(entry.heading):
                    level = 3  # of the pins below it
                    blocks.append(f"## {heading}")
                elif note := transcript.plain(entry.note):
                    blocks.append(note)
            elif entry is not None and (cited := _proved(entry, chat.articles)[1]):
                asked = printable(entry.question or f"From “{entry.title}”")
                answer = Answer(asked, asked, "answer", True, "", 1.0, cited, request="quote")
                blocks.append(transcript.section(answer, level))
            else:
                left_out += 1
        if not blocks:
            return {"left_out": left_out}
        name = f"askvisit-notebook-{datetime.now():%Y-%m-%d-%H%M%S}.md"
        text = "\n\n".join([TITLE, *blocks]) + "\n"
        return {"left_out": left_out, "name": name, "type": "text/markdown", "text": text}

    return router


def citations(article: Article, *chosen: TextRange) -> tuple[Citation, ...]:
    """Return the sentences that ranges touch, with the words of the ranges as their spans.

    A sentence entirely inside a range has the span of the range, if that lies in the sentence.
    """
    found: list[Citation] = []
    for place, sentence in product(chosen, article_sentences(article)):
        left, right = max(sentence.start, place.start), min(sentence.end, place.end)
        inside = trim_space(article.text, left, right)
        if inside is None:
            continue
        if inside == (sentence.start, sentence.end):
            inside = place.span
        if inside is None or not sentence.start <= inside[0] < inside[1] <= sentence.end:
            span = Span(sentence, None, None, 1.0, 0.0)
        else:
            span = Span(sentence, *inside, 1.0, 0.0)
        found.append(Citation.of(len(found) + 1, article, span, 1.0))
    return tuple(found)


def _selected(selection: Selection, article: Article | None) -> TextRange:
    """Return the range between two places of the article as it is shown."""
    if article is None or selection.reads not in (None, fingerprint(article.text)):
        raise UserError(NOT_THERE, 404)
    start, end = (_offset(article.text, *at) for at in (selection.start, selection.end))
    chosen = trim_space(article.text, start, end)
    if chosen is None:
        raise UserError(NO_WORDS)
    return TextRange(article.id, *chosen)


def _offset(text: str, paragraph: int, shown: int) -> int:
    """Return the text offset of a place on the page, counting the characters that it hides."""
    ranges = paragraphs(text)
    if 1 <= paragraph <= len(ranges):
        start, end = ranges[paragraph - 1]
        places = [*(at for at in range(start, end) if printable(text[at])), end]
        if 0 <= shown < len(places):
            return places[shown]
    raise UserError(NO_WORDS)


def _sentences(cited: Iterable[Citation]) -> list[dict[str, Any]]:
    kept = ("quote", "paragraph", "start", "end")
    return [
        {name: getattr(one, name) for name in kept}
        | {"span": one.span and [one.span_start, one.span_end]}
        for one in cited
    ]


def _proved(
    pin: Pin | None, articles: Mapping[str, Article]
) -> tuple[Status, tuple[Citation, ...]]:
    """Return the status of a pin, and its sentences in the articles now, if all are there."""
    if pin is None:
        return "changed", ()
    article = articles.get(pin.article)
    found = [status_of(Claim(pin.article, s.quote, s.start, s.end), article) for s in pin.sentences]
    status = max((one for one, _ in found), key=get_args(Status).index)
    if article is None or status == "changed":
        return status, ()
    places = []
    for sentence, (_, now_at) in zip(pin.sentences, found, strict=True):
        by = 0 if now_at is None else now_at - sentence.start
        span = sentence.span and (sentence.span[0] + by, sentence.span[1] + by)
        places.append(TextRange(article.id, sentence.start + by, sentence.end + by, span))
    return status, citations(article, *places)
