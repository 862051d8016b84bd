"""The list of articles: what is known about each, and which ones a question searches."""

from __future__ import annotations

import html
import json
from collections.abc import Collection, Iterable, Iterator, Mapping

from askvisit.records import Article
from askvisit.text import counted, excerpt
from askvisit.web.markup import escape

MOST_LISTED = 500
"""Maximum articles listed; a list is no way to choose among more."""

Chosen = tuple[str, ...] | None
"""Ids of the articles to search; None means all."""

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
    """Return the choice that a browser remembers, as `kept_choice` wrote it.

    None if it remembers none; articles that are gone are left out.
    """
    try:
        listed = json.loads(kept) if isinstance(kept, str) and kept else None
    except (ValueError, RecursionError):
        listed = None
    return None if listed is None else checked_choice(listed, articles)


def kept_choice(chosen: Chosen) -> str:
    """Return a choice as JSON for the browser to remember."""
    return json.dumps(None if chosen is None else list(chosen))


def scope(chosen: Chosen, articles: Mapping[str, Article]) -> str:
    """Return which articles the next question searches; a single article is not mentioned."""
    kept = f'data-kept="{escape(kept_choice(chosen))}"'
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
    return (
        f'<li data-title="{title}" data-date="{escape(article.date or "")}">'
        f'<input type="checkbox" aria-label="{title}" data-choose="{name}"'
        f'{" checked" if ticked else ""}><div class="facts">'
        f'<button type="button" class="title" dir="auto" data-read="{name}" '
        f'aria-label="Read {title}">{title}</button>'
        f'<p class="note">{" · ".join(facts)}</p></div><div class="note tools">'
        f'<button type="button" class="quiet" data-only="{name}" '
        f'aria-label="Ask only {title}">Ask only</button>'
        f"{_remove(article) if removable else ''}</div></li>"
    )


def _remove(article: Article) -> str:
    title = escape(article.title)
    return (
        f'<details class="remove"><summary class="quiet" aria-label="Remove {title}">Remove'
        "</summary><span>This deletes its file. "
        f'<button type="button" class="quiet" data-remove="{html.escape(article.id)}" '
        f'aria-label="Delete it: {title}">Delete it</button></span></details>'
    )
