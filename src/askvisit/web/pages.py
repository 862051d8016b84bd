"""A PDF's page beside its text: the page as it looks, with the cited words marked on it.

What a browser sends is checked here; a place is `article, start, end`, as everywhere.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from askvisit.errors import AskvisitError
from askvisit.formats import PageView, has_pages
from askvisit.records import Article
from askvisit.web import faults
from askvisit.web.markup import escape

MOST_MARKS = 50
"""Maximum places marked on a page; an answer has far fewer."""

Draw = Callable[[str, int, Sequence[tuple[int, int]]], PageView]
"""Draws a page of an article with places marked: `Assistant.page`."""


def frame(article: Article) -> str:
    """Return the frame that shows an article's page; empty if its text has no pages."""
    last = article.page(len(article.text.rstrip("\f")))
    if last is None or not has_pages(article.id):
        return ""
    return (
        f'<section class="source-page" data-pages="{last}" aria-label="The page as printed">'
        '<div class="page-tools"><button type="button" data-turn="-1" aria-label="Previous page">'
        '‹</button><span class="page-number" role="status"></span>'
        '<button type="button" data-turn="1" aria-label="Next page">›</button>'
        '<button type="button" class="page-fold" aria-expanded="true">Hide page</button></div>'
        '<div class="page-view" tabindex="0" role="region" aria-label="Page"></div></section>'
    )


def page_number(article: Article, offset: int) -> int | None:
    """Return the page that an offset is on, if pages of the article can be shown."""
    return article.page(offset) if has_pages(article.id) else None


def open_page(
    request: Mapping[str, Any], articles: Mapping[str, Article], draw: Draw
) -> dict[str, str]:
    """Return a page for the panel: `{"html"}`, or `{"error"}` in words.

    `request` is `{"article": …, "page": …, "marks": [[start, end], …], "active": [start, end]?}`.
    """
    name, page = request.get("article"), request.get("page")
    if not isinstance(name, str) or name not in articles or type(page) is not int:
        return {"error": "This page was not found in the articles. Ask the question again."}
    length = len(articles[name].text)
    marks = request.get("marks")
    listed = marks[:MOST_MARKS] if isinstance(marks, list) else []
    checked = (checked_range(mark, 0, length) for mark in listed)
    places = list(dict.fromkeys(place for place in checked if place))
    try:
        active = checked_range(request.get("active"), 0, length)
        return {"html": _sheet(draw(name, page, places), places, active)}
    except Exception as error:
        reason = faults.in_words(error, "showing a page", (AskvisitError,))
        return {"error": f"The page cannot be shown. {reason}"}


def _sheet(
    view: PageView, places: Sequence[tuple[int, int]], active: tuple[int, int] | None
) -> str:
    marks = "".join(
        f'<i class="page-mark{" active" if place == active else ""}" style="{_at(*box)}"></i>'
        for place, boxes in zip(places, view.marks, strict=True)
        for box in boxes
    )
    image = b64encode(view.image).decode()
    return (
        f'<div class="page-sheet" style="aspect-ratio:{view.width}/{view.height}">'
        f'<img src="data:image/webp;base64,{image}" alt="{escape(f"Page {view.page}")}">'
        f"{marks}</div>"
    )


def _at(left: float, top: float, right: float, bottom: float) -> str:
    known = {"left": left, "top": top, "width": right - left, "height": bottom - top}
    return ";".join(f"{name}:{100 * part:.3f}%" for name, part in known.items())


def checked_range(data: object, start: int, end: int) -> tuple[int, int] | None:
    """Return a range that a browser named, or None if it is not within `start` to `end`."""
    if not isinstance(data, list) or len(data) != 2:
        return None
    left, right = data
    if type(left) is int and type(right) is int and start <= left < right <= end:
        return left, right
    return None
