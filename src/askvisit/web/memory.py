"""What the browser remembers of a conversation: the questions, and where their answers were.

So a reloaded page or a restarted server can continue it: the questions are asked again, and answers
that have changed since can be pointed out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from askvisit.web.articles import Chosen
from askvisit.web.chat import KEPT_QUESTION, SHOWN_TURNS, ChatTurn

_SAME = True
"""Stands for the articles of the question before: their ids may be many."""


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
    shown = turns[-SHOWN_TURNS:]
    before = (None, *(turn.chosen for turn in shown))
    return json.dumps([_item(turn, chosen) for turn, chosen in zip(shown, before, strict=False)])


def recalled(text: object) -> list[RememberedQuestion]:
    """Parse what a browser sent back; anything not as `remembered` wrote it is left out."""
    try:
        listed = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        listed = None
    if not isinstance(listed, list):
        return []
    found: list[RememberedQuestion] = []
    for item in listed[-SHOWN_TURNS:]:
        if isinstance(item, list) and len(item) in (3, 4) and isinstance(item[0], str):
            question, guess, articles, *places = item
            if articles is _SAME:
                articles = found[-1].articles if found else None
            found.append(
                RememberedQuestion(question[:KEPT_QUESTION], guess is True, articles, *places)
            )
    return found


def cited(turn: ChatTurn) -> list[list[str | int]]:
    """Return the places of a turn's citations."""
    citations = turn.answer.citations if turn.answer is not None else ()
    return [[c.article_id, c.start, c.end] for c in citations]


def _item(turn: ChatTurn, chosen_before: Chosen) -> list[object]:
    articles = turn.chosen and (_SAME if turn.chosen == chosen_before else list(turn.chosen))
    item: list[object] = [turn.question, turn.guess, articles]
    places = cited(turn)
    return [*item, places] if places else item
