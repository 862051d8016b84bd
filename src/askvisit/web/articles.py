"""The list of articles: which ones a question searches, and adding and removing some.

What a browser sends is checked here. An article is added in its own thread, so that progress can be
shown; it continues if the user leaves the page.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from askvisit import encoder as encoders
from askvisit import formats
from askvisit.corpus import LARGEST_FILE
from askvisit.errors import AskvisitError, DataError
from askvisit.index import IndexLocation, location_of
from askvisit.index.edit import ArticleMetadata, add_article, articles_folder, remove_article
from askvisit.passages import passages
from askvisit.records import Article
from askvisit.text import counted, excerpt
from askvisit.web import faults
from askvisit.web.markup import escape, offered

if TYPE_CHECKING:
    from askvisit.encoder import Encoder

MOST_LISTED = 500
"""Maximum articles listed; a list is no way to choose among more."""

Chosen = tuple[str, ...] | None
"""Ids of the articles to search; None means all."""

LONGEST_FIELD = 300
"""Maximum characters of a typed title, source or date."""

_TOOLS = (
    '<div class="choosing">'
    '<input type="search" data-filter placeholder="Filter" aria-label="Filter">'
    '<select data-order aria-label="Sort by"><option value="title">By title</option>'
    '<option value="date">Newest first</option></select><span>'
    '<button type="button" class="quiet" data-tick="all" aria-label="Tick all">All</button>'
    '<button type="button" class="quiet" data-tick="none" aria-label="Tick none">None</button>'
    "</span></div>"
)
_ADD = '<button type="button" class="quiet" data-add>Add</button>'
_HIDE = '<button type="button" class="quiet" data-hide aria-label="Hide sources">✕</button>'

_WIDEN = (
    '<button type="button" class="quiet" data-all title="Go back to all articles" '
    'aria-label="Go back to all articles">✕</button>'
)

NONE_CHOSEN = "No articles are ticked. Tick at least one in the list, then ask again."


def existing(articles: Mapping[str, Article], ids: Iterable[str]) -> Iterator[Article]:
    """Yield the articles of these ids, except those that a rebuild has removed meanwhile."""
    return filter(None, map(articles.get, ids))


def listing(
    articles: Mapping[str, Article],
    chosen: Chosen = None,
    *,
    removable: bool = False,
    problem: str = "",
) -> str:
    """Return the list with a tick for each article that questions search.

    removable: each article has a button that removes it, after a second click.
    problem: what went wrong, as HTML.
    """
    ids = list(articles)[:MOST_LISTED]
    items = "".join(
        _item(article, chosen is None or article.id in chosen, removable)
        for article in existing(articles, ids)
    )
    more = len(articles) - len(ids)
    are = "are" if more > 1 else "is"
    rest = f'<p class="note">{more:,} more {are} not listed.</p>' if more else ""
    tools = _TOOLS if len(ids) > 1 else ""
    return (
        '<section class="articles" aria-label="Sources">'
        f"<header><h2>Sources</h2>{_ADD if removable else ''}{_HIDE}</header>"
        f'{problem}<p class="note">Questions search the ticked articles.</p>{tools}'
        f"<ul>{items}</ul>{rest}</section>"
    )


def checked_choice(data: object, articles: Collection[str]) -> Chosen:
    """Return the choice that a browser sent: known ids only, None if it is all of them."""
    listed = data if isinstance(data, list) else []
    wanted = {name for name in listed if isinstance(name, str)}
    known = tuple(name for name in articles if name in wanted)
    return None if len(known) == len(articles) else known


def remembered_choice(kept: object, articles: Collection[str]) -> Chosen:
    """Return the choice that a browser remembers, as `scope` gave it; None if it remembers none.

    Articles that are gone are left out.
    """
    try:
        listed = json.loads(kept) if isinstance(kept, str) and kept else None
    except (ValueError, RecursionError):
        listed = None
    return None if listed is None else checked_choice(listed, articles)


def scope(chosen: Chosen, articles: Mapping[str, Article]) -> str:
    """Return which articles the next question searches; a single article is not mentioned.

    The choice itself is given as JSON, for the browser to remember.
    """
    kept = f'data-kept="{escape(json.dumps(chosen))}"'
    if chosen is None and len(articles) < 2:
        return f"<div {kept}></div>"
    titles = [articles[name].title for name in chosen or () if name in articles]
    style, widen = "scope", ""
    if chosen is None:
        said = f"Asking all {counted(len(articles), 'article')}"
    else:
        style, widen = "scope narrowed", _WIDEN
        said = f"Asking only {len(titles)} of {counted(len(articles), 'article')}"
        if len(titles) == 1:
            said = f"Asking only <bdi>{escape(excerpt(titles[0], 70))}</bdi>"
    return (
        f'<div {kept}><p class="{style}" dir="auto"><button type="button" class="quiet" '
        f'data-sources title="Choose sources">{said}</button>{widen}</p></div>'
    )


def still_there(chosen: Chosen, articles: Collection[str]) -> Chosen:
    """Return a choice without the articles that were removed since it was made."""
    return None if chosen is None else tuple(name for name in chosen if name in articles)


def _item(article: Article, ticked: bool, removable: bool) -> str:
    """Return an article's entry; its id is sent back, not shown, so `escape` must not cut it."""
    facts = [escape(part) for part in (article.source, article.date) if part]
    facts.append(counted(len(article.text.split()), "word"))
    name, title = html.escape(article.id), escape(article.title)
    remove = (
        f'<details class="remove"><summary class="quiet" aria-label="Remove {title}">Remove'
        f'</summary><span>This deletes its file. <button type="button" class="quiet" '
        f'data-remove="{name}" aria-label="Delete it: {title}">Delete it</button></span></details>'
    )
    return (
        f'<li data-title="{title}" data-date="{escape(article.date or "")}">'
        f'<input type="checkbox" aria-label="{title}" data-choose="{name}"'
        f'{" checked" if ticked else ""}><div class="facts">'
        f'<button type="button" class="title" dir="auto" data-read="{name}" '
        f'aria-label="Read {title}">{title}</button>'
        f'<p class="note">{" · ".join(facts)}</p></div><div class="note tools">'
        f'<button type="button" class="quiet" data-only="{name}" '
        f'aria-label="Ask only {title}">Ask only</button>'
        f"{remove if removable else ''}</div></li>"
    )


@dataclass(frozen=True)
class NewArticle:
    """An article that a user wants to add: a file's name and bytes, and its metadata."""

    name: str
    data: bytes
    metadata: ArticleMetadata

    @classmethod
    def checked(cls, data: object) -> NewArticle:
        """Check what a browser sent: `{"name", "base64"}` of a file, or `{"text"}`.

        Both may have `title`, `source` and `date`. Raises `DataError` with a message for the user.
        """
        sent = data if isinstance(data, dict) else {}
        metadata = ArticleMetadata(
            _words(sent, "title"), _words(sent, "source"), None, _words(sent, "date")
        )
        name, encoded, text = sent.get("name"), sent.get("base64"), sent.get("text")
        if isinstance(name, str) and isinstance(encoded, str):
            try:
                return cls(name, base64.b64decode(encoded, validate=True), metadata)
            except (binascii.Error, ValueError) as error:
                raise DataError("the file did not arrive in full; add it again") from error
        if not isinstance(text, str) or not text.strip():
            raise DataError("choose a file, or paste the article's text")
        first = " ".join(text.split()[:8])
        return cls(f"{metadata.title or first}.txt", text.encode("utf-8", "replace"), metadata)


class ArticleEditor:
    """Adds articles to one index and removes them."""

    def __init__(self, index: Path | IndexLocation, encoder: Encoder | None = None) -> None:
        """Take an index; if no encoder is given, its own is loaded on first use.

        Raises `IndexReadOnlyError` if nothing can be added to it.
        """
        self._location = location_of(index)
        self._given = encoder
        articles_folder(index)

    def add(self, addition: NewArticle) -> Iterator[tuple[int, int] | Article]:
        """Yield how many passages are encoded and how many there are, then the article.

        Raises the errors of `index.edit.add_article`.
        """
        news: SimpleQueue[tuple[int, int] | Article | BaseException] = SimpleQueue()

        def work() -> None:
            try:
                article = add_article(
                    self._location,
                    addition.name,
                    addition.data,
                    addition.metadata,
                    encoder=self._encoder,
                    progress=lambda done, total: news.put((done, total)),
                )
                news.put(article)
            except BaseException as error:
                news.put(error)

        Thread(target=work, name="adding an article").start()
        while not isinstance(new := news.get(), Article):
            if isinstance(new, BaseException):
                raise new
            yield new
        yield new

    def remove(self, article_id: str) -> None:
        """Remove an article. Raises the errors of `index.edit.remove_article`."""
        remove_article(self._location, article_id, encoder=self._encoder)

    @cached_property
    def _encoder(self) -> Encoder:
        return self._given or encoders.load(self._location.encoder().name)


def form() -> str:
    """Return the form; `static/adding.js` sends its contents."""
    accept = ",".join(formats.SUFFIXES)
    fields = "".join(
        f'<label>{label} <input type="{kind}" name="{name}" maxlength="{LONGEST_FIELD}"></label>'
        for name, label, kind in (
            ("title", "Title", "text"),
            ("source", "Source", "text"),
            ("date", "Date", "date"),
        )
    )
    return (
        f'<form class="adding" data-largest="{LARGEST_FILE}">'
        '<label class="drop"><b>Drop files here, or choose them</b>'
        f"<span>{escape(', '.join(formats.SUFFIXES))}; up to {LARGEST_FILE // 1_000_000} MB each"
        "</span>"
        f'<input type="file" name="file" accept="{accept}" multiple>'
        '<span class="chosen" role="status"></span></label>'
        '<button type="button" class="quiet" data-none hidden>Clear selection</button>'
        '<label>Or paste the text <textarea name="text" rows="5"></textarea></label>'
        '<p class="note">Title, source and date, if you know them; web pages usually have them.</p>'
        f'<div class="told">{fields}</div>'
        '<button type="submit" class="send">Add the article</button>'
        "</form>"
    )


def working(progress: tuple[int, int] | None = None) -> str:
    """Return what is shown while an article is being added."""
    if progress is None:
        return '<p class="note">Reading the article…</p>'
    done, total = progress
    return f'<p class="note">Adding it to the index: {done:,} of {total:,} passages…</p>'


def done(article: Article, questions: Sequence[str] = ()) -> str:
    """Return what is shown once an article is added, with questions to ask about it."""
    words = counted(len(article.text.split()), "word")
    size = f"{words}, {counted(len(passages(article)), 'passage')}"
    return (
        f'<p class="done" data-added="{escape(article.id)}" dir="auto">Added '
        f"“{escape(article.title)}” ({size}). Ask about it now. "
        f'<button type="button" class="quiet" data-read="{escape(article.id)}" '
        f'aria-label="Read {escape(article.title)}">Read</button></p>'
        f"{offered({question: question for question in questions})}"
    )


def failed(error: Exception, what: str) -> str:
    """Return why an article was not added or removed, from the exception being handled."""
    reason = faults.in_words(error, what, (AskvisitError,))
    return f'<p class="problem" dir="auto">Nothing was changed: {escape(reason)}</p>'


def _words(sent: dict[object, object], name: str) -> str | None:
    value = sent.get(name)
    if not isinstance(value, str):
        return None
    return value.encode("utf-8", "replace").decode()[:LONGEST_FIELD].strip() or None
