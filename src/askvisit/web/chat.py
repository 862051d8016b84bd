"""The conversation: its turns, the log as HTML, what the browser remembers, and user feedback."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from askvisit.errors import QuestionError, ServerError
from askvisit.records import Answer, Article
from askvisit.text import counted
from askvisit.web import faults
from askvisit.web.answers import answer_html, beside, plain_text
from askvisit.web.articles import NONE_CHOSEN, Chosen
from askvisit.web.markup import escape, lines, offered

if TYPE_CHECKING:
    from askvisit.assistant import Assistant
    from askvisit.calibration import Strictness

SHOWN_TURNS = 30
"""Older turns leave the page, so that a long conversation stays fast."""

HISTORY = 6
"""Earlier answers that a follow-up question may refer to."""

KEPT_QUESTION = 2001
"""Characters kept of a question: one more than may be asked."""

FEEDBACK = {
    "helpful": "Helpful",
    "not_helpful": "Not helpful",
    "wrong_source": "Wrong source",
}
"""The possible feedback, and the words on each button."""

_SAME = True
"""Stands for the articles of the question before: their ids may be many."""

_TYPED = "typed"
"""Stands, where a guess is True, for a question that was to be read as typed."""

_LOG = 'role="log" aria-label="Conversation" aria-live="off" tabindex="0"'
"""Not live: it is rewritten with each answer, and only the new one should be read out."""


@dataclass(frozen=True)
class ChatTurn:
    """One question and its outcome: an answer or a problem; `html` shows it.

    `text` is the answer to copy, `chosen` the articles that were searched, `guess` whether the
    best guess was asked for, `typed` whether it was to be read as typed, `said` the response to
    the user's feedback, `changed` whether the browser remembers a different answer, `offered`
    whether the page suggested the question.
    """

    question: str
    answer: Answer | None
    html: str
    text: str = ""
    chosen: Chosen = None
    guess: bool = False
    said: str = ""
    changed: bool = False
    typed: bool = False
    offered: bool = False


Turns = tuple[ChatTurn, ...]


def reply(
    assistant: Assistant,
    question: str,
    turns: Turns,
    strictness: Strictness = "normal",
    chosen: Chosen = None,
    guess: bool = False,
    typed: bool = False,
    offered: bool = False,
) -> ChatTurn:
    """Ask, and put whatever goes wrong into words; details of a fault go only to the log.

    `guess` shows the best guess even if it would be refused, and marks it as one; `typed` reads the
    question word for word and by itself. So is one that the page `offered`, which is never refused:
    what it asks about is in the articles.
    """
    typed = typed or offered
    kept = question[:KEPT_QUESTION]
    try:
        if chosen == ():
            raise QuestionError(NONE_CHOSEN)
        least = assistant.threshold(strictness)
        answer = assistant.ask(
            question,
            history(turns),
            articles=chosen,
            min_confidence=0 if guess or offered else least,
            as_typed=typed,
        )
        articles, below = assistant.articles, least if guess else None
        shown = answer_html(answer, articles, below)
        shown += beside(answer) + _searched(chosen, articles)
        text = plain_text(answer, articles, below)
        return ChatTurn(kept, answer, shown, text, chosen, guess, typed=typed, offered=offered)
    except Exception as error:
        said = problem(faults.in_words(error, "a question"))
        # A reload asks again, and must not search more than was asked for.
        return ChatTurn(kept, None, said, chosen=chosen, guess=guess, typed=typed)


def problem(message: str) -> str:
    """Return what went wrong, in words, as HTML."""
    return f'<p class="problem">{lines(message)}</p>'


def history(turns: Turns) -> list[Answer]:
    """Return the answers that a follow-up question may refer to, oldest first."""
    return [turn.answer for turn in turns if turn.answer is not None][-HISTORY:]


def conversation(
    turns: Turns, suggestions: Sequence[str], feedback: bool = False, undone: Turns = ()
) -> str:
    """Return the whole log; `feedback` lets users say whether an answer helped.

    `undone` is the conversation before turns were undone, which can be restored.
    """
    restore = _restore(undone, turns)
    if not turns:
        welcome = (
            '<div class="welcome"><p class="welcome-lead">Ask about the articles in plain English.'
            "</p><p>Every answer is a sentence of an article, quoted word for word. "
            f"Click its number to read it in context.</p>{suggested(suggestions)}</div>"
        )
        return f'<div class="log" {_LOG}>{restore}{welcome}</div>'
    first = max(0, len(turns) - SHOWN_TURNS)
    last = len(turns) - 1
    parts = [_turn(turns[n], n, n == last, feedback) for n in range(first, len(turns))]
    if first:
        parts.insert(0, f'<p class="note">The first {first} questions are not shown here.</p>')
    parts += [restore, suggested(suggestions, turns)]
    return f'<div class="log" {_LOG}>{"".join(parts)}</div>'


def _searched(chosen: Chosen, articles: Mapping[str, Article]) -> str:
    if chosen is None:
        return ""
    titles = [articles[name].title for name in chosen[:3] if name in articles]
    more = f" and {len(chosen) - 3} more" if len(chosen) > 3 else ""
    return f'<p class="note" dir="auto">Searched only: {escape(", ".join(titles))}{more}</p>'


def _restore(undone: Turns, turns: Turns) -> str:
    """Offer to restore what was undone."""
    gone = len(undone) - len(turns)
    if gone < 1:
        return ""
    what = counted(gone, "question")
    return (
        f'<p class="undone note">Undone: {what}. '
        '<button type="button" class="quiet" data-restore>Restore</button></p>'
    )


def _turn(turn: ChatTurn, number: int, last: bool, feedback: bool) -> str:
    edit = (
        f'<button type="button" class="quiet tools" data-edit="{number}" '
        f'aria-label="Edit this question: {escape(turn.question[:80])}">Edit</button>'
    )
    question = turn.question
    shown = question if len(question) < KEPT_QUESTION else f"{question[:200]} …"
    changed = ""
    if turn.changed:
        changed = (
            '<p class="problem changed">This answer is not the same as before: '
            "the articles have changed since.</p>"
        )
    actions = []
    answers = () if turn.answer is None else (turn.answer, *turn.answer.parts)
    if any(answer.nearest for answer in answers):
        actions.append(
            f'<button type="button" class="suggestion" data-guess="{number}">'
            "Show the best guess anyway</button>"
        )
    if any(a.kind != "talk" and a.reading != a.question for a in answers):
        actions.append(
            f'<button type="button" class="suggestion" data-typed="{number}">Ask as typed</button>'
        )
    if turn.text:
        actions.append(
            f'<button type="button" class="quiet" data-copy="{escape(turn.text)}">Copy</button>'
        )
    if last:
        actions.append(f'<button type="button" class="quiet" data-undo="{number}">Undo</button>')
    if turn.said:
        actions.append(f'<span class="note" role="status">{escape(turn.said)}</span>')
    elif feedback and turn.answer is not None:
        actions += [
            f'<button type="button" class="quiet" data-feedback="{said}">{words}</button>'
            for said, words in FEEDBACK.items()
        ]
    if turn.answer is not None:
        actions.append(
            f'<details class="inspector"><summary class="quiet" data-inspect="{number}">'
            'How was this found?</summary><div class="inspected" role="status"></div></details>'
        )
    return (
        f'<section class="turn" data-turn="{number}"><h2 class="unseen">Question {number + 1}</h2>'
        f'<div class="asked">{edit}<div class="message user">'
        f'<span class="unseen">You asked: </span><p dir="auto">{lines(shown)}</p></div></div>'
        f'<div class="message bot">{changed}{turn.html}</div>'
        f'<div class="actions">{"".join(actions)}</div></section>'
    )


def suggested(suggestions: Sequence[str], turns: Turns = ()) -> str:
    """Return what to ask next; an empty placeholder if nothing is suggested."""
    if not suggestions:
        return '<div class="suggested"></div>'
    heading = "Ask next" if turns else "For example"
    buttons = offered({question: question for question in suggestions})
    return f'<div class="suggested"><p class="note">{heading}</p>{buttons}</div>'


@dataclass(frozen=True)
class RememberedQuestion:
    """A question as it was asked, so that a reloaded page or a restarted server can ask it again.

    `articles` is what the browser says was searched, `cited` what it says was cited: a list of
    `[article, start, end]`; if that has changed since, the page says so.
    """

    question: str
    guess: bool
    articles: object
    cited: object = None
    typed: bool = False


def remembered(turns: Sequence[ChatTurn]) -> str:
    """Return what the browser keeps of the turns on the page, as JSON."""
    shown = turns[-SHOWN_TURNS:]
    items: list[list[object]] = []
    before: Chosen = None
    for turn in shown:
        articles = turn.chosen and (_SAME if turn.chosen == before else list(turn.chosen))
        places = cited(turn)
        how = _TYPED if turn.typed else turn.guess
        items.append([turn.question, how, articles, *([places] if places else [])])
        before = turn.chosen
    return json.dumps(items)


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
            question, how, articles, *places = item
            if articles is _SAME:
                articles = found[-1].articles if found else None
            asked, cited_then = question[:KEPT_QUESTION], places[0] if places else None
            typed = how == _TYPED
            found.append(RememberedQuestion(asked, how is True, articles, cited_then, typed))
    return found


def cited(turn: ChatTurn) -> list[list[str | int]]:
    """Return the places of a turn's citations."""
    citations = turn.answer.citations if turn.answer is not None else ()
    return [[c.article_id, c.start, c.end] for c in citations]


class Feedback:
    """The file that feedback is appended to; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Open the file once, so that a wrong path fails at startup. Raises `ServerError`."""
        self.path = path
        self._lock = threading.Lock()
        try:
            path.open("a").close()
        except OSError as error:
            raise ServerError(f"feedback cannot be written to {path} ({error.strerror})") from error

    def add(self, said: str, answer: Answer) -> None:
        """Append one line: the time, the feedback, and the whole answer it is about."""
        when = datetime.now(UTC).isoformat(timespec="seconds")
        record = {"time": when, "feedback": said, "answer": asdict(answer)}
        line = json.dumps(record)  # ASCII, so that no lone surrogate breaks the file
        with self._lock, self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
