"""The article beside the chat, with the cited sentences marked; of a PDF, its pages too.

A place in an article is `article, start, end`, the same address that citations, links and exports
use; with a hash of its words, so that none is marked that reads otherwise since the article was
changed. What a browser sends is checked here before anything is sliced.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel

from askvisit.caching import remembered
from askvisit.errors import ArticleError
from askvisit.formats import has_pages
from askvisit.passages import Range, headline, sentences
from askvisit.records import Article, Citation
from askvisit.text import printable
from askvisit.web.blocks import blocks
from askvisit.web.chat import Chat, existing
from askvisit.web.faults import ErrorRoute, UserError
from askvisit.web.places import TextRange, fingerprint, place_of
from askvisit.web.rendering import fragment

MOST_PLACES = 50
"""Maximum places marked at once; an answer has far fewer."""

NOT_THERE = "This passage was not found in the articles as they are now. Ask the question again."
REMOVED = "This article is no longer among the articles as they are now."
NO_PAGE = "This page was not found in the articles. Ask the question again."


article_sentences = remembered(megabytes=32)(sentences)
"""The sentences of an article; split once for many clicks."""


def panel(article: Article, places: Iterable[TextRange] = ()) -> str:
    """Return the whole article as HTML, with the places marked (the first of those that overlap).

    A place whose words have changed is not marked.
    """
    marks: list[TextRange] = []
    for place in places:
        apart = all(place.end <= other.start or other.end <= place.start for other in marks)
        if apart and place.found_in({article.id: article}):
            marks.append(place)
    return fragment(
        "source",
        article=article,
        reads=fingerprint(article.text),
        has_headline=headline(article.text) is not None,
        blocks=blocks(article.text),
        pieces=lambda start, end: _pieces(article.text, start, end, marks),
        pages=article.page(len(article.text.rstrip("\f"))) if has_pages(article.id) else None,
    )


def first_panel(articles: Mapping[str, Article]) -> str:
    """Return what the panel shows before the first answer."""
    first = next(existing(articles, articles), None)
    return fragment("no_article") if first is None else panel(first)


def panel_of(citations: Sequence[Citation], articles: Mapping[str, Article]) -> dict[str, str]:
    """Return the article of the first citation, all its places marked: `{"html", "key"}`.

    Empty if that article is gone.
    """
    places = [place_of(cited) for cited in citations]
    article = articles.get(places[0].article) if places else None
    if article is None:
        return {}
    return {"html": panel(article, places), "key": places[0].key}


def _pieces(
    text: str, start: int, end: int, marks: Sequence[TextRange]
) -> Iterator[tuple[str, TextRange | None, bool]]:
    """Yield a range of a text cut at its marks: the words, their mark, whether they stand out."""
    edges = {edge for mark in marks for edge in (mark.start, mark.end, *(mark.span or ()))}
    for left, right in pairwise(sorted({start, end, *(at for at in edges if start < at < end)})):
        mark = next((one for one in marks if one.start <= left < one.end), None)
        span = mark.span if mark else None
        yield text[left:right], mark, span is not None and span[0] <= left < span[1]


class Opened(BaseModel):
    """A place that was clicked with the others that its answer cites, or an article to read.

    Neither: the first article.
    """

    article: str | None = None
    place: TextRange | None = None
    others: list[TextRange] = []


def routes(chat: Chat) -> APIRouter:
    """Return what the panel asks for."""
    router = APIRouter(prefix="/page", route_class=ErrorRoute)

    @router.post("/source")
    def source(opened: Opened) -> dict[str, str]:
        """Return the panel for a click: its HTML, and the key of the place to scroll to."""
        articles, place = chat.articles, opened.place
        if (article := articles.get(opened.article or "")) is not None:
            return {"html": panel(article), "key": ""}
        if place is None and opened.article is None:
            return {"html": first_panel(articles), "key": ""}
        if place is None:
            raise UserError(REMOVED, 404)
        if (article := place.found_in(articles)) is None:
            raise UserError(NOT_THERE, 404)
        html = panel(article, [place, *opened.others[:MOST_PLACES]])
        return {"html": html, "key": place.key}

    @router.post("/around")
    def around(place: TextRange) -> dict[str, str]:
        """Return a quote with the sentences before and after it."""
        article = place.found_in(chat.articles)
        if article is None:
            raise UserError(NOT_THERE, 404)
        known = article_sentences(article)
        before = [s.text for s in known if s.end <= place.start][-1:]
        after = [s.text for s in known if s.start >= place.end][:1]
        texts = ("".join(before), article.text[place.start : place.end], "".join(after))
        return dict(zip(("before", "quote", "after"), map(printable, texts), strict=True))

    @router.post("/leaf")
    def leaf(
        article: Annotated[str, Body()],
        page: Annotated[int, Body()],
        marks: Annotated[Sequence[Range], Body()] = (),
        active: Annotated[Range | None, Body()] = None,
    ) -> dict[str, str]:
        """Return a page of a PDF as an image, with its marks: places as shares of the page."""
        known = chat.articles.get(article)
        if known is None:
            raise UserError(NO_PAGE, 404)
        length = len(known.text)
        places = [at for at in dict.fromkeys(marks[:MOST_PLACES]) if 0 <= at[0] < at[1] <= length]
        try:
            view = chat.assistant.page(article, page, places)
        except ArticleError as error:  # which file of the server it is, is not told
            raise UserError(f"The page cannot be shown: its file {error.reason}.") from error
        marks_at = zip(places, view.marks, strict=True)
        image = b64encode(view.image).decode()
        html = fragment("leaf", view=view, image=image, marks_at=marks_at, active=active)
        return {"html": html}

    return router
