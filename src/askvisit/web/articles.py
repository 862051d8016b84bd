"""The list of articles: what is known of each, and which ones a question looks in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

from askvisit.passages import passages
from askvisit.records import Article
from askvisit.web.markup import escape

MOST_LISTED = 500
"""Articles listed; choosing among more than that is no work for a list."""

Chosen = tuple[str, ...] | None
"""Ids of the articles to look in; None is all of them."""

NONE_CHOSEN = "No article is ticked. Tick at least one in the list of articles, then ask again."


def listing(
    articles: Mapping[str, Article],
    chosen: Chosen = None,
    *,
    removable: bool = False,
    problem: str = "",
) -> str:
    """Return the list with a tick for each article that questions look in.

    removable: each article has a button that removes it, after a second click.
    problem: what went wrong, as HTML.
    """
    ids = list(articles)[:MOST_LISTED]
    items = "".join(
        _item(articles[name], chosen is None or name in chosen, removable) for name in ids
    )
    more = len(articles) - len(ids)
    rest = f'<p class="note">{more:,} more are not listed.</p>' if more else ""
    return (
        '<section class="articles" aria-label="Articles">'
        f'{problem}<p class="note">Questions look in the ticked articles.</p>'
        f"<ul>{items}</ul>{rest}</section>"
    )


def checked_choice(data: object, articles: Collection[str]) -> Chosen:
    """Return the choice that a browser sent: known ids only, None where it is all of them."""
    listed = data if isinstance(data, list) else []
    wanted = {name for name in listed if isinstance(name, str)}
    known = tuple(name for name in articles if name in wanted)
    return None if len(known) == len(articles) else known


def still_there(chosen: Chosen, articles: Collection[str]) -> Chosen:
    """Return a choice without the articles that were removed since it was made."""
    return None if chosen is None else tuple(name for name in chosen if name in articles)


def _item(article: Article, ticked: bool, removable: bool) -> str:
    facts = [escape(part) for part in (article.source, article.date) if part]
    facts.append(f"{len(article.text.split()):,} words")
    facts.append(f"{_passages(article):,} passages")
    name = escape(article.id)
    return (
        f'<li><label dir="auto"><input type="checkbox" data-choose="{name}"'
        f"{' checked' if ticked else ''}><span>{escape(article.title)}</span></label>"
        f'<div class="note">{" · ".join(facts)}'
        f'<button type="button" class="quiet" data-read="{name}" '
        f'aria-label="Read {escape(article.title)}">Read</button>'
        f"{_remove(article) if removable else ''}</div></li>"
    )


def _remove(article: Article) -> str:
    title = escape(article.title)
    return (
        f'<details class="remove"><summary class="quiet" aria-label="Remove {title}">Remove'
        "</summary><span>This deletes its file. "
        f'<button type="button" class="quiet" data-remove="{escape(article.id)}" '
        f'aria-label="Delete it: {title}">Delete it</button></span></details>'
    )


@lru_cache(maxsize=MOST_LISTED)
def _passages(article: Article) -> int:
    return len(passages(article))
