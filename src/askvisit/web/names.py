"""The names of the article beside the chat: how often each is mentioned, and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from askvisit.name_kinds import by_kind
from askvisit.names import KeyName
from askvisit.records import Article
from askvisit.web import faults
from askvisit.web.markup import escape
from askvisit.web.source_panel import MOST_PLACES
from askvisit.web.suggestions import about

if TYPE_CHECKING:
    from askvisit.assistant import Assistant

MOST_NAMES = 15
"""Maximum names shown of an article."""


def named(request: object, assistant: Assistant, articles: Mapping[str, Article]) -> str:
    """Return the people, places and other names of an article as HTML, most mentioned first.

    `request` comes from the browser: the article's id.
    """
    if not isinstance(request, str) or request not in articles:
        return _note("This article is no longer there.")
    try:
        found = assistant.names(MOST_NAMES, articles=[request])
    except Exception as error:
        return _note(escape(faults.in_words(error, "the names of an article")))
    if not found:
        return _note("No names were found in this article.")
    groups = "".join(
        f"<section><h4>{heading}</h4><ul>{''.join(map(_name, names))}</ul></section>"
        for heading, names in by_kind(found)
    )
    return f'<div class="kinds">{groups}</div>'


def _note(words: str) -> str:
    return f'<p class="note">{words}</p>'


def _name(name: KeyName) -> str:
    """Return a button with the places that it marks, and the question that it offers."""
    places = " ".join(f"{c.span_start}-{c.span_end}" for c in name.citations[:MOST_PLACES])
    also = f' title="Also: {escape(", ".join(name.forms[1:]))}"' if name.forms[1:] else ""
    noun = "mention" if name.count == 1 else "mentions"
    return (
        f'<li><button type="button" aria-pressed="false" data-places="{places}" '
        f'data-about="{escape(about(name.name))}"{also}><bdi>{escape(name.name)}</bdi> '
        f'<span class="count">{name.count:,}<span class="unseen"> {noun}</span></span>'
        "</button></li>"
    )
