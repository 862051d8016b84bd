"""What a browser sends with an event of the page: it is not trusted, so each value is checked."""

from __future__ import annotations

import json
from typing import Any

from askvisit.web.articles import Chosen
from askvisit.web.chat import SHOWN_TURNS, Turns
from askvisit.web.controller import ChatController


def remembered(controller: ChatController, sent: object) -> tuple[str, Chosen]:
    """Return what a browser remembers: the conversation, and which articles to ask."""
    kept, scope, *_ = [*_sent(sent), None, None]
    return kept if isinstance(kept, str) else "", controller.chosen(scope)


def names_article(sent: object) -> bool:
    """Return whether the address of a page that is loaded names the article to open."""
    return _sent(sent)[2:] == [True]


def _sent(sent: object) -> list[Any]:
    """Return the values that come with each event, in order; none if they cannot be read."""
    try:
        listed = json.loads(sent) if isinstance(sent, str) and sent else None
    except (ValueError, RecursionError):
        listed = None
    return listed if isinstance(listed, list) else []


def turn(event: Any, turns: Turns, known: Turns) -> int | None:
    """Return the number of the turn that a browser named; None if there is no such turn.

    `known` are the `turns` or, if they were forgotten, what was asked again. Then the page's
    numbers are only right if it shows all that was asked again, and from the first on.
    """
    number = field(event, "turn")
    is_all = len(known) == field(event, "of") and len(known) < SHOWN_TURNS
    is_right = known is turns or is_all
    return number if is_right and type(number) is int and 0 <= number < len(known) else None


def field(event: Any, name: str) -> object:
    """Return one value of an event's data; None if it is not there."""
    data = event._data
    return data.get(name) if isinstance(data, dict) else None


def text(event: Any, name: str) -> str:
    """Return one text of an event's data; none is the empty text."""
    value = field(event, name)
    return value if isinstance(value, str) else ""
