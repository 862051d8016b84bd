"""The conversation: its turns, what can be done with them, and the log as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from askvisit.errors import QuestionError
from askvisit.records import Answer, Article
from askvisit.text import counted
from askvisit.web import answer_notes, faults
from askvisit.web.answers import answer_html, plain_text
from askvisit.web.articles import NONE_CHOSEN, Chosen
from askvisit.web.feedback import WORDS
from askvisit.web.markup import escape, lines, offered

if TYPE_CHECKING:
    from askvisit.assistant import Assistant

SHOWN_TURNS = 30
"""Older turns leave the page, so that a long conversation stays fast."""

HISTORY = 6
"""Earlier answers that a follow-up question may refer to."""

KEPT_QUESTION = 2001
"""Characters kept of a question: one more than may be asked."""


@dataclass(frozen=True)
class ChatTurn:
    """One question and its outcome: an answer or a problem; `html` shows it.

    `text` is the answer to copy, `chosen` the articles that were searched, `guess` whether the
    best guess was asked for, `said` the response to the user's feedback, `changed` whether the
    browser remembers a different answer.
    """

    question: str
    answer: Answer | None
    html: str
    text: str = ""
    chosen: Chosen = None
    guess: bool = False
    said: str = ""
    changed: bool = False


Turns = tuple[ChatTurn, ...]


def reply(
    assistant: Assistant,
    question: str,
    turns: Turns,
    min_confidence: float | None = None,
    chosen: Chosen = None,
    guess: bool = False,
) -> ChatTurn:
    """Ask, and put whatever goes wrong into words; details of a fault go only to the log.

    `guess` shows the best guess even if `min_confidence` would refuse it, and marks it as one.
    """
    kept = question[:KEPT_QUESTION]
    try:
        if chosen == ():
            raise QuestionError(NONE_CHOSEN)
        least = assistant.threshold() if min_confidence is None else min_confidence
        answer = assistant.ask(
            question, history(turns), articles=chosen, min_confidence=0 if guess else least
        )
        articles, below = assistant.articles, least if guess else None
        shown = answer_html(answer, articles, below)
        shown += answer_notes.beside(answer, assistant, chosen) + _looked_in(chosen, articles)
        return ChatTurn(kept, answer, shown, plain_text(answer, articles, below), chosen, guess)
    except Exception as error:
        said = problem(faults.in_words(error, "a question"))
        # A reload asks again, and must not search more than was asked for.
        return ChatTurn(kept, None, said, chosen=chosen, guess=guess)


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
        return f'<div class="log" {_LOG}>{restore}{_welcome(suggestions)}</div>'
    first = max(0, len(turns) - SHOWN_TURNS)
    last = len(turns) - 1
    parts = [_turn(turns[n], n, n == last, feedback) for n in range(first, len(turns))]
    if first:
        parts.insert(0, f'<p class="note">The first {first} questions are not shown here.</p>')
    parts += [restore, suggested(suggestions, turns)]
    return f'<div class="log" {_LOG}>{"".join(parts)}</div>'


def _looked_in(chosen: Chosen, articles: Mapping[str, Article]) -> str:
    if chosen is None:
        return ""
    titles = [articles[name].title for name in chosen[:3] if name in articles]
    more = f" and {len(chosen) - 3} more" if len(chosen) > 3 else ""
    return f'<p class="note" dir="auto">Searched only: {escape(", ".join(titles))}{more}</p>'


_LOG = 'role="log" aria-label="Conversation" aria-live="off" tabindex="0"'
"""Not live: it is rewritten with each answer, and only the new one should be read out."""


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
    changed = _CHANGED if turn.changed else ""
    actions = []
    if turn.answer is not None and _may_guess(turn.answer):
        actions.append(
            f'<button type="button" class="suggestion" data-guess="{number}">'
            "Show the best guess anyway</button>"
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
            for said, words in WORDS.items()
        ]
    if turn.answer is not None:
        actions.append(
            f'<details class="inspector"><summary class="quiet" data-inspect="{number}">'
            'How was this found?</summary><div class="inspected" role="status"></div></details>'
        )
    return (
        f'<section class="turn" data-turn="{number}"><h2 class="unseen">Question {number + 1}</h2>'
        f"{_question(turn.question, edit)}"
        f'<div class="message bot">{changed}{turn.html}</div>'
        f'<div class="actions">{"".join(actions)}</div></section>'
    )


_CHANGED = (
    '<p class="problem changed">This answer is not the same as before: '
    "the articles have changed since.</p>"
)


def _may_guess(answer: Answer) -> bool:
    return any(part.nearest for part in (answer, *answer.parts))


def _question(question: str, edit: str = "") -> str:
    shown = question if len(question) < KEPT_QUESTION else f"{question[:200]} …"
    return (
        f'<div class="asked">{edit}<div class="message user">'
        f'<span class="unseen">You asked: </span><p dir="auto">{lines(shown)}</p></div></div>'
    )


def _welcome(suggestions: Sequence[str]) -> str:
    return (
        '<div class="welcome"><p class="welcome-lead">Ask about the articles in plain English.</p>'
        "<p>Every answer is a sentence of an article, quoted word for word. "
        "Click its number to read it in context.</p>"
        f"{suggested(suggestions)}</div>"
    )


def suggested(suggestions: Sequence[str], turns: Turns = ()) -> str:
    """Return what to ask next; an empty placeholder if nothing is suggested."""
    if not suggestions:
        return '<div class="suggested"></div>'
    heading = "Ask next" if turns else "For example"
    buttons = offered({question: question for question in suggestions})
    return f'<div class="suggested"><p class="note">{heading}</p>{buttons}</div>'
