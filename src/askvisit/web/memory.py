"""What the browser remembers of a conversation: the questions, and where their answers were.

So a reloaded page or a restarted server can continue it: the questions are asked again, and answers
that have changed since can be pointed out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from askvisit.web.chat import KEPT_QUESTION, SHOWN_TURNS, ChatTurn


@dataclass(frozen=True)
class RememberedQuestion:
    """A question as it was asked; `articles` is what the browser says was searched.

    `cited` is what it says was cited: a list of `[article, start, end]`.
    """

    question: str
    guess: bool
    articles: object
    cited: object = None


def remembered(turns: Sequence[ChatTurn]) -> str:
    """Return what the browser keeps of the turns on the page, as JSON."""
    return json.dumps([_item(turn) for turn in turns[-SHOWN_TURNS:]])


def recalled(text: object) -> list[RememberedQuestion]:
    """Parse what a browser sent back; anything not as `remembered` wrote it is left out."""
    try:
        listed = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        listed = None
    if not isinstance(listed, list):
        return []
    return [
        RememberedQuestion(item[0][:KEPT_QUESTION], item[1] is True, *item[2:])
        for item in listed[-SHOWN_TURNS:]
        if isinstance(item, list) and len(item) in (3, 4) and isinstance(item[0], str)
    ]


def cited(turn: ChatTurn) -> list[list[str | int]]:
    """Return the places of a turn's citations."""
    citations = turn.answer.citations if turn.answer is not None else ()
    return [[c.article_id, c.start, c.end] for c in citations]


def _item(turn: ChatTurn) -> list[object]:
    item: list[object] = [turn.question, turn.guess, turn.chosen and list(turn.chosen)]
    places = cited(turn)
    return [*item, places] if places else item
