"""What the browser remembers of a conversation: the questions, never the answers.

So a page that is loaded anew, or a server that is started anew, can go on with it: the questions
are asked again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from askvisit.web.chat import KEPT_QUESTION, SHOWN_TURNS, ChatTurn


@dataclass(frozen=True)
class RememberedQuestion:
    """A question as it was asked; `articles` is what the browser says was searched."""

    question: str
    guess: bool
    articles: object


def remembered(turns: Sequence[ChatTurn]) -> str:
    """Return what the browser keeps of the turns that are on the page, as JSON."""
    kept = turns[-SHOWN_TURNS:]
    return json.dumps([[t.question, t.guess, t.chosen and list(t.chosen)] for t in kept])


def recalled(text: object) -> list[RememberedQuestion]:
    """Read what a browser sent back; what is not as `remembered` wrote it is left out."""
    try:
        listed = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        listed = None
    if not isinstance(listed, list):
        return []
    return [
        RememberedQuestion(item[0][:KEPT_QUESTION], item[1] is True, item[2])
        for item in listed[-SHOWN_TURNS:]
        if isinstance(item, list) and len(item) == 3 and isinstance(item[0], str)
    ]
