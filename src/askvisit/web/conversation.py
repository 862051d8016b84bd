"""The conversation as the page shows it: questions answered, shown, exported and looked into.

The browser owns it. It sends a question with the answers that a follow-up may refer to, and gets
the turn as data to keep, and as HTML.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Body
from pydantic import BaseModel, BeforeValidator, Field, SkipValidation

from askvisit import transcript
from askvisit.errors import QuestionError
from askvisit.records import Answer, AnswerGroup, Citation, Hit, from_data
from askvisit.trace import Trace
from askvisit.web.answers import AnswerView
from askvisit.web.chat import NONE_CHOSEN, Chat, existing
from askvisit.web.faults import ErrorRoute, UserError, reported
from askvisit.web.places import Words, or_else, place_of
from askvisit.web.rendering import fragment
from askvisit.web.source_panel import panel_of
from askvisit.web.suggestions import Next

HISTORY = 6
"""Earlier answers that a follow-up question may refer to."""

SHOWN_TURNS = 30
"""Turns that a page shows and sends; the browser keeps those before them."""

KEPT_QUESTION = 2001
"""Characters kept of a question: one more than may be asked."""

Feedback = Literal["helpful", "not_helpful", "wrong_source"]
"""What may be said of an answer, by a button for each."""

CHANGED = "The articles have changed since this was answered."

Groups = tuple[AnswerGroup, ...]
KeptAnswer = Annotated[
    SkipValidation[Answer | None], BeforeValidator(partial(from_data, Answer)), or_else(None)
]
KeptGroups = Annotated[
    SkipValidation[Groups], BeforeValidator(partial(from_data, Groups)), or_else(())
]
"""What a browser kept."""


class ChatTurn(BaseModel):
    """A question as it is asked, and its outcome: an answer, or a problem in words.

    articles: ids of those to search; all if None. guess: show the best guess even if it would be
    refused. typed: read it word for word and by itself. offered: the page suggested it, so what
    it asks about is in the articles: it is read as typed and never refused. history: the answers
    that it may refer to, which are not kept with it. said: the response to the user's feedback.
    each: what each of the articles `read` says, if they have been asked.
    """

    question: Words
    articles: list[str] | None = None
    guess: bool = False
    typed: bool = False
    offered: bool = False
    history: list[KeptAnswer] = Field(default=[], exclude=True)
    answer: KeptAnswer = None
    problem: str = ""
    said: str = ""
    each: KeptGroups = ()
    read: int = 0

    @property
    def earlier(self) -> list[Answer]:
        """The answers that it may refer to, as far as they can be read."""
        return [answer for answer in self.history[-HISTORY:] if answer is not None]


class Conversation(BaseModel):
    """Turns that a browser kept; to write to a file in some form."""

    turns: list[ChatTurn]
    form: Literal["markdown", "json"] = "markdown"


def routes(chat: Chat) -> APIRouter:
    """Return what the conversation asks for."""
    router = APIRouter(prefix="/page", route_class=ErrorRoute)

    @router.post("/ask")
    def ask(turn: ChatTurn) -> dict[str, Any]:
        """Answer a question: the turn to keep, its HTML, and the article.

        What goes wrong is put into words; details of a fault go only to the log.
        """
        try:
            with reported("a question"):
                how = _how(chat, turn, NONE_CHOSEN)
                turn.articles = how["articles"]
                turn.answer = chat.assistant.ask(turn.question, turn.earlier, **how)
        except UserError as problem:
            turn.answer, turn.problem = None, str(problem)
        turn.question = turn.question[:KEPT_QUESTION]
        cited = turn.answer.citations if turn.answer else ()
        return {"source": panel_of(cited, chat.articles)} | _shown(chat, turn)

    @router.post("/each")
    def each(asked: ChatTurn) -> dict[str, Any]:
        """Ask each article what an answer says, when it is being read already.

        `lead` is what leads the answer from then on; empty if that is what led it before.
        """
        view = _view(chat, asked)
        if view is None or not view.can_ask_each:
            raise UserError("There is no answer that others may give too.", 404)
        trace, before = _explained(chat, asked, each=True), view.leading
        asked.each = view.each = trace.answer.groups
        asked.read = len({hit.article_id for one in trace.readings for hit in one.evidence.hits})
        html = fragment("others", listed=view.others, read=asked.read, more=bool(view.disputed))
        lead = fragment("leading", view=view) if view.leading != before else ""
        return {"turn": asked.model_dump(), "html": html, "lead": lead, "copy": view.plain_text}

    @router.post("/turns")
    def turns(kept: Conversation) -> dict[str, Any]:
        """Show turns that were kept: each as HTML, or null if it has to be asked again.

        It has to be if what it cites has changed, or if it cannot be read.
        """
        last = kept.turns[-1].answer if kept.turns else None
        return {
            "turns": [
                _html(chat, turn) if _is_as_it_was(chat, turn) else None
                for turn in kept.turns[-SHOWN_TURNS:]
            ],
            "source": panel_of(last.citations, chat.articles) if last else {},
        }

    @router.post("/suggested")
    def next_questions(asked: Next) -> dict[str, str]:
        """Return what to ask next."""
        return {"html": suggested(chat, asked)}

    @router.post("/export")
    def export(kept: Conversation) -> dict[str, str]:
        """Return a conversation as a file: its name, type and text."""
        views = [view for turn in kept.turns if (view := _view(chat, turn)) is not None]
        answers = [replace(one.answer, groups=one.each or one.answer.groups) for one in views]
        guesses = [number for number, view in enumerate(views) if view.is_guess]
        write, suffix, kind = transcript.to_markdown, "md", "text/markdown"
        if kept.form == "json":
            write, suffix, kind = transcript.to_json, "json", "application/json"
        name = f"askvisit-{datetime.now():%Y-%m-%d-%H%M%S}.{suffix}"
        return {"name": name, "type": kind, "text": write(answers, guesses)}

    @router.post("/feedback")
    def feedback(said: Annotated[Feedback, Body()], turn: ChatTurn) -> dict[str, Any]:
        """Keep what somebody said of an answer; return the turn with thanks, and its HTML."""
        if chat.feedback is None or turn.answer is None:
            raise UserError("Feedback is not kept here.", 404)
        try:
            with reported("writing feedback"):
                when = datetime.now(UTC).isoformat(timespec="seconds")
                line = {"time": when, "feedback": said, "answer": asdict(turn.answer)}
                chat.feedback.write(line)
            turn.said = f"Marked as {said.replace('_', ' ')}. Thank you."
        except UserError as problem:
            turn.said = str(problem)
        return _shown(chat, turn)

    @router.post("/inspect")
    def inspect(turn: ChatTurn) -> dict[str, str]:
        """Return how a question was answered; it is asked again for that."""
        if turn.answer is None:
            raise UserError("There is no answer to look into.", 404)
        return {"html": inspector(_explained(chat, turn), turn.answer)}

    return router


def suggested(chat: Chat, asked: Next) -> str:
    """Return what to ask next as HTML."""
    found = chat.suggestions.after(asked, chat.articles)
    return fragment("suggested", questions={one: one for one in found}, asked=asked.asked)


def inspector(trace: Trace, shown: Answer) -> str:
    """Return how an answer came about; `shown` is the one on the page, which may be older."""
    is_same = (trace.answer.text, trace.answer.citations) == (shown.text, shown.citations)
    return fragment("inspector", trace=trace, changed=not is_same)


def _how(chat: Chat, asked: ChatTurn, none_left: str) -> dict[str, Any]:
    """Return how a question is asked; raises `QuestionError` if no article is left of a choice.

    Not of `chat.articles`: an index that cannot be read would seem to have none left.
    """
    articles = asked.articles
    if articles is not None:
        known = chat.assistant.articles
        articles = [name for name in articles if name in known]
        if not articles:
            raise QuestionError(none_left)
    return {
        "articles": articles,
        "min_confidence": 0 if asked.guess or asked.offered else chat.threshold,
        "as_typed": asked.typed or asked.offered,
    }


def _explained(chat: Chat, turn: ChatTurn, **more: Any) -> Trace:
    """Ask a question again as it was asked, and return how it was answered."""
    how = _how(chat, turn, CHANGED)
    return chat.assistant.explain(turn.question, turn.earlier, **how, **more)


def _shown(chat: Chat, turn: ChatTurn) -> dict[str, Any]:
    """Return a turn as data to keep, and as HTML."""
    return {"turn": turn.model_dump(), "html": _html(chat, turn)}


def _view(chat: Chat, turn: ChatTurn) -> AnswerView | None:
    if turn.answer is None:
        return None
    below = chat.threshold if turn.guess else None
    return AnswerView(turn.answer, chat.articles, below, turn.each)


def _html(chat: Chat, turn: ChatTurn) -> str:
    return fragment(
        "turn",
        turn=turn,
        view=_view(chat, turn),
        searched=[one.title for one in existing(chat.articles, (turn.articles or [])[:3])],
        feedback=get_args(Feedback) if chat.feedback is not None else (),
        most=KEPT_QUESTION,
        read=turn.read,
    )


def _is_as_it_was(chat: Chat, turn: ChatTurn) -> bool:
    """Whether a turn can be shown: all that it cites reads in the articles as it did."""
    if turn.answer is None:
        return bool(turn.problem)
    cited: tuple[Citation | Hit, ...] = (*turn.answer.citations, *turn.answer.nearest)
    return all(place_of(one).found_in(chat.articles) for one in cited)
