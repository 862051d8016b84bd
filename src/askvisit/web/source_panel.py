"""The article beside the chat, with the cited sentences marked; of a PDF, its pages too.

A place in an article is `article, start, end`, the same address that citations, links and exports
use; with a hash of its words, so that none is marked that reads otherwise since the article was
changed. What a browser sends is checked here before anything is sliced.
"""

from __future__ import annotations

import hashlib
import html
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from askvisit.caching import remembered
from askvisit.errors import AskvisitError
from askvisit.formats import PageView, has_pages
from askvisit.passages import headline, paragraphs, sentences
from askvisit.text import printable
from askvisit.web import faults
from askvisit.web.markup import escape

if TYPE_CHECKING:
    from askvisit.records import Article, Citation, Hit, Sentence

MOST_PLACES = 50
"""Maximum places marked at once; an answer has far fewer."""

Draw = Callable[[str, int, Sequence[tuple[int, int]]], PageView]
"""Draws a page of an article with places marked: `Assistant.page`."""

NOT_THERE = "This passage was not found in the articles as they are now. Ask the question again."


@dataclass(frozen=True)
class TextRange:
    """A range of an article; `span` is the range inside it that answers, if any.

    `reads` is the `fingerprint` of its words; empty if any words will do.
    """

    article: str
    start: int
    end: int
    span: tuple[int, int] | None = None
    reads: str = ""

    @classmethod
    def of_citation(cls, citation: Citation) -> TextRange:
        """Return the range of a citation's sentence."""
        span = None
        if citation.span_start is not None and citation.span_end is not None:
            span = (citation.span_start, citation.span_end)
        reads = fingerprint(citation.quote)
        return cls(citation.article_id, citation.start, citation.end, span, reads)

    @classmethod
    def of_hit(cls, hit: Hit) -> TextRange:
        """Return the range of a passage."""
        return cls(hit.article_id, hit.start, hit.end, reads=fingerprint(hit.text))

    @classmethod
    def checked(cls, data: object, articles: Mapping[str, Article]) -> TextRange | None:
        """Return the place that a browser named, or None if no article has such a place."""
        if not isinstance(data, dict):
            return None
        name, start, end, reads = (data.get(key) for key in ("article", "start", "end", "reads"))
        article = articles.get(name) if isinstance(name, str) else None
        if article is None or not isinstance(name, str) or type(start) is not int:
            return None
        if type(end) is not int or not 0 <= start < end <= len(article.text):
            return None
        span = checked_range(data.get("span"), start, end)
        place = cls(name, start, end, span, reads if isinstance(reads, str) else "")
        return place if place.is_in(article) else None

    @property
    def key(self) -> str:
        """What identifies the marks of this place on the page."""
        return f"{self.start}-{self.end}"

    def is_in(self, article: Article) -> bool:
        """Whether it is in that article, and its words still read the same."""
        words = article.text[self.start : self.end]
        return self.article == article.id and self.reads in ("", fingerprint(words))


def fingerprint(words: str) -> str:
    """Return a short hash of the words at a place."""
    return hashlib.sha256(words.encode(errors="replace")).hexdigest()[:8]


def open_source(request: object, articles: Mapping[str, Article]) -> dict[str, str]:
    """Return the panel for a click: `{"html", "key"}`, or `{"error"}` in words.

    `request` is `{"place": …, "others": […]}`: the clicked place and the other places that the
    same answer cites, each `{"article", "start", "end", "span"?}`; or `{"article": …}`, to read a
    whole article; or `{"around": PLACE}`, for `{"before", "quote", "after"}` of a place.
    """
    data: dict[str, Any] = request if isinstance(request, dict) else {}
    whole = data.get("article")
    if isinstance(whole, str) and whole in articles:
        return {"html": panel(articles[whole]), "key": ""}
    around = TextRange.checked(data.get("around"), articles)
    if around is not None:
        return _neighbours(articles[around.article], around)
    place = TextRange.checked(data.get("place"), articles)
    if place is None:
        return {"error": NOT_THERE}
    others = data.get("others")
    listed = others[:MOST_PLACES] if isinstance(others, list) else []
    checked = [TextRange.checked(other, articles) for other in listed]
    known = [other for other in checked if other is not None]
    return {"html": panel(articles[place.article], [place, *known]), "key": place.key}


def _neighbours(article: Article, place: TextRange) -> dict[str, str]:
    """Return a quote with the sentences before and after it."""
    known = article_sentences(article)
    before = [s.text for s in known if s.end <= place.start][-1:]
    after = [s.text for s in known if s.start >= place.end][:1]
    texts = ("".join(before), article.text[place.start : place.end], "".join(after))
    return dict(zip(("before", "quote", "after"), map(printable, texts), strict=True))


@remembered(megabytes=32)
def article_sentences(article: Article) -> list[Sentence]:
    """Return the sentences of an article; split once for many clicks."""
    return sentences(article)


def panel(
    article: Article, places: Iterable[TextRange] = (), active: TextRange | None = None
) -> str:
    """Return the whole article as HTML, with the places marked (the first of those that overlap).

    A place whose words have changed is not marked.

    `active` is the place that the page scrolls to by itself.
    """
    marks: list[TextRange] = []
    for place in places:
        apart = all(place.end <= other.start or other.end <= place.start for other in marks)
        if apart and place.is_in(article):
            marks.append(place)
    marks.sort(key=lambda mark: mark.start)
    title = headline(article.text)
    body = []
    for number, (start, end) in enumerate(paragraphs(article.text), 1):
        tag = "h2" if number == 1 and title is not None else "p"
        text = _marked(article, start, end, marks)
        body.append(f'<{tag} dir="auto" id="paragraph-{number}">{text}</{tag}>')
    if title is None:
        body.insert(0, f'<h2 dir="auto">{escape(article.title)}</h2>')
    opened = "" if active is None else f' data-active="{active.key}"'
    text = (
        f'<div class="source-text" role="region" tabindex="0" '
        f'aria-label="Article: {escape(article.title)}">{"".join(body)}</div>'
    )
    if frame := _frame(article):
        text = f'<div class="source-sides">{frame}{text}</div>'
    name = html.escape(article.id)  # sent back by the browser, so as it is, unlike what is shown
    return (
        f'<article class="source" data-article="{name}" data-reads="{fingerprint(article.text)}"'
        f"{opened}>{_head(article)}{text}</article>"
    )


def _head(article: Article) -> str:
    known = [f"<bdi>{escape(part)}</bdi>" for part in (article.source, article.date) if part]
    title = escape(article.title)
    return (
        '<header class="source-head"><div class="source-about">'
        f'<p class="source-title" dir="auto" title="{title}">{title}</p>'
        f'<p class="source-meta">{" · ".join(known)}</p></div>'
        '<div class="source-nav" hidden>'
        '<button type="button" data-step="-1" title="Left arrow key" '
        'aria-label="Previous citation">‹</button>'
        '<span class="source-position" role="status"></span>'
        '<button type="button" data-step="1" title="Right arrow key" '
        'aria-label="Next citation">›</button></div>'
        '<button type="button" data-names aria-expanded="false">Names</button>'
        '<label class="source-find"><span class="unseen">Find in the article</span>'
        '<input type="search" placeholder="Find"></label>'
        '<span class="source-found" role="status"></span>'
        '<button type="button" class="source-back" hidden>Back to the answer</button>'
        '</header><section class="source-names" aria-label="Names in the article" hidden></section>'
    )


def _marked(article: Article, start: int, end: int, marks: Sequence[TextRange]) -> str:
    pieces = []
    text = article.text
    position = start
    for mark in marks:
        left, right = max(mark.start, start), min(mark.end, end)
        if left >= right:
            continue
        pieces.append(escape(text[position:left]))
        inside = _with_span(text, left, right, mark.span)
        page = article.page(mark.start) if has_pages(article.id) else None
        on_page = "" if page is None else f' data-page="{page}"'
        pieces.append(f'<mark class="cited" data-key="{mark.key}"{on_page}>{inside}</mark>')
        position = right
    pieces.append(escape(text[position:end]))
    return "".join(pieces)


def _with_span(text: str, start: int, end: int, span: tuple[int, int] | None) -> str:
    left, right = (max(span[0], start), min(span[1], end)) if span else (end, end)
    if left >= right:
        return escape(text[start:end])
    strong = f"<strong>{escape(text[left:right])}</strong>"
    return escape(text[start:left]) + strong + escape(text[right:end])


def _frame(article: Article) -> str:
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
    listed = marks[:MOST_PLACES] if isinstance(marks, list) else []
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
