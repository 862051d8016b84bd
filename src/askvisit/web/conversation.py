"""The conversation as the page shows it: questions answered, shown, exported and looked into.

The browser owns it. It sends a question with the answers that a follow-up may refer to, and gets
the turn as data to keep, and as HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel

from askvisit import transcript
from askvisit.errors import DataError, QuestionError
from askvisit.records import Answer, AnswerGroup, from_data
from askvisit.trace import Trace
from askvisit.web import inspector
from askvisit.web.answers import AnswerView, near, pieces, reference
from askvisit.web.chat import NONE_CHOSEN, Chat, existing
from askvisit.web.faults import TellingRoute, Told, told
from askvisit.web.rendering import fragment
from askvisit.web.source_panel import TextRange, panel_of

HISTORY = 6
"""Earlier answers that a follow-up question may refer to."""

SHOWN_TURNS = 30
"""Turns that a page shows and sends; the browser keeps those before them."""

KEPT_QUESTION = 2001
"""Characters kept of a question: one more than may be asked."""

FEEDBACK = {
    "helpful": "Helpful",
    "not_helpful": "Not helpful",
    "wrong_source": "Wrong source",
}
"""The possible feedback, and the words on each button."""

Words = Annotated[str, AfterValidator(lambda text: text.encode("utf-8", "replace").decode())]
"""A text that can be written as UTF-8: a browser may send half a character."""


class ChatQuestion(BaseModel):
    """A question as it is asked.

    articles: ids of those to search; all if None. guess: show the best guess even if it would be
    refused. typed: read it word for word and by itself. offered: the page suggested it, so what
    it asks about is in the articles: it is read as typed and never refused.
    """

    question: Words
    articles: list[str] | None = None
    guess: bool = False
    typed: bool = False
    offered: bool = False


class ChatTurn(ChatQuestion):
    """A question and its outcome: an answer as data, or a problem in words.

    said: the response to the user's feedback. changed: whether the answer is not the one that was
    kept, because the articles have changed since. each: what each of the articles `read` says, if
    they have been asked.
    """

    answer: dict[str, Any] | None = None
    problem: str = ""
    said: str = ""
    changed: bool = False
    each: list[dict[str, Any]] = []
    read: int = 0


class Asked(ChatQuestion):
    """A question with earlier answers, and with all questions of the conversation."""

    history: list[dict[str, Any]] = []
    asked: list[str] = []


class Next(BaseModel):
    """What has been asked, the article and offsets that the last answer cites, what is searched."""

    asked: list[str] = []
    at_hand: str | None = None
    cited: list[tuple[int, int]] = []
    articles: list[str] | None = None


class Conversation(BaseModel):
    """Turns that a browser kept."""

    turns: list[ChatTurn]


class Exported(Conversation):
    """Turns to write to a file."""

    form: Literal["markdown", "json"] = "markdown"


class Judged(BaseModel):
    """Feedback on a turn."""

    said: Literal["helpful", "not_helpful", "wrong_source"]
    turn: ChatTurn


class Inspected(ChatTurn):
    """A turn to look into, with the answers before it."""

    history: list[dict[str, Any]] = []


def routes(chat: Chat) -> APIRouter:
    """Return what the conversation asks for."""
    router = APIRouter(prefix="/page", route_class=TellingRoute)

    @router.post("/ask")
    def ask(asked: Asked) -> dict[str, Any]:
        """Answer a question: the turn to keep, its HTML, and the article."""
        turn, answer = _reply(chat, asked)
        cited = answer.citations if answer is not None else ()
        return {
            "turn": turn.model_dump(),
            "html": _shown(chat, turn, answer),
            "source": panel_of(cited, chat.articles),
        }

    @router.post("/each")
    def each(turn: Inspected) -> dict[str, Any]:
        """Ask each article what an answer says, when it is being read already."""
        answer = _answer_of(turn)
        if answer is None or not AnswerView(answer, chat.articles).can_ask_each:
            raise Told("There is no answer that others may give too.", 404)
        trace = _explained(chat, turn, each=True)
        turn.each = [asdict(group) for group in trace.answer.groups]
        turn.read = len({hit.article_id for one in trace.readings for hit in one.evidence.hits})
        view = AnswerView(answer, chat.articles, each=trace.answer.groups)
        html = fragment(
            "others",
            listed=view.others,
            read=turn.read,
            more=bool(view.disputed),
            place_of=TextRange.of_citation,
        )
        kept = turn.model_dump(include=set(ChatTurn.model_fields))
        return {"turn": kept, "html": html, "copy": view.plain_text}

    @router.post("/turns")
    def turns(kept: Conversation) -> dict[str, Any]:
        """Show turns that were kept: each as HTML, or null if it has to be asked again.

        It has to be if what it cites has changed, or if it cannot be read.
        """
        shown: list[str | None] = []
        last: Answer | None = None
        for turn in kept.turns[-SHOWN_TURNS:]:
            answer = _answer_of(turn)
            is_known = answer is not None and _still_reads(chat, answer)
            is_known |= turn.answer is None and bool(turn.problem)
            shown.append(_shown(chat, turn, answer) if is_known else None)
            last = answer
        return {"turns": shown, "source": panel_of(last.citations, chat.articles) if last else {}}

    @router.post("/suggested")
    def next_questions(asked: Next) -> dict[str, str]:
        """Return what to ask next."""
        return {"html": suggested(chat, asked)}

    @router.post("/export")
    def export(kept: Exported) -> dict[str, str]:
        """Return a conversation as a file: its name, type and text."""
        answers: list[Answer] = []
        guesses: list[int] = []
        for turn in kept.turns:
            if (answer := _answer_of(turn)) is not None:
                if turn.guess and answer.confidence < chat.threshold:
                    guesses.append(len(answers))
                answers.append(replace(answer, groups=_groups(turn)) if turn.each else answer)
        name = f"askvisit-{datetime.now():%Y-%m-%d-%H%M%S}"
        if kept.form == "json":
            text = transcript.to_json(answers, guesses)
            return {"name": f"{name}.json", "type": "application/json", "text": text}
        text = transcript.to_markdown(answers, guesses=guesses)
        return {"name": f"{name}.md", "type": "text/markdown", "text": text}

    @router.post("/feedback")
    def feedback(judged: Judged) -> dict[str, Any]:
        """Keep what somebody said of an answer; return the turn with thanks, and its HTML."""
        answer = _answer_of(judged.turn)
        if chat.feedback is None or answer is None:
            raise Told("Feedback is not kept here.", 404)
        try:
            with told("writing feedback"):
                chat.feedback.add(judged.said, answer)
            said = f"Marked as {FEEDBACK[judged.said].lower()}. Thank you."
        except Told as problem:
            said = str(problem)
        turn = judged.turn.model_copy(update={"said": said})
        return {"turn": turn.model_dump(), "html": _shown(chat, turn, answer)}

    @router.post("/inspect")
    def inspect(turn: Inspected) -> dict[str, str]:
        """Return how a question was answered; it is asked again for that."""
        answer = _answer_of(turn)
        if answer is None:
            raise Told("There is no answer to look into.", 404)
        return {"html": inspector.inspector(_explained(chat, turn), answer)}

    return router


def suggested(chat: Chat, asked: Next) -> str:
    """Return what to ask next as HTML."""
    found = chat.suggestions.after(
        asked.asked, asked.at_hand, chat.articles, asked.articles, asked.cited
    )
    return fragment("suggested", questions={one: one for one in found}, asked=asked.asked)


def _explained(chat: Chat, turn: Inspected, **how: Any) -> Trace:
    """Ask a question again as it was asked, and return how it was answered."""
    searched = _still_there(chat, turn.articles)
    if searched == []:
        raise QuestionError("The articles have changed since this was answered.")
    return chat.assistant.explain(
        turn.question,
        _history(turn.history),
        articles=searched,
        min_confidence=0 if turn.guess or turn.offered else chat.threshold,
        as_typed=turn.typed or turn.offered,
        **how,
    )


def _reply(chat: Chat, asked: Asked) -> tuple[ChatTurn, Answer | None]:
    """Ask; what goes wrong is put into words, and details of a fault go only to the log."""
    turn = ChatTurn(**asked.model_dump(include=set(ChatQuestion.model_fields)))
    turn.question = turn.question[:KEPT_QUESTION]
    try:
        with told("a question"):
            turn.articles = _still_there(chat, asked.articles)
            if turn.articles == []:
                raise QuestionError(NONE_CHOSEN)
            answer = chat.assistant.ask(
                asked.question,
                _history(asked.history),
                articles=turn.articles,
                min_confidence=0 if asked.guess or asked.offered else chat.threshold,
                as_typed=asked.typed or asked.offered,
            )
    except Told as problem:
        turn.problem = str(problem)
        return turn, None
    turn.answer = asdict(answer)
    return turn, answer


def _shown(chat: Chat, turn: ChatTurn, answer: Answer | None) -> str:
    articles = chat.articles
    below = chat.threshold if turn.guess else None
    return fragment(
        "turn",
        turn=turn,
        view=None if answer is None else AnswerView(answer, articles, below, _groups(turn)),
        searched=[article.title for article in existing(articles, (turn.articles or [])[:3])],
        feedback=FEEDBACK if chat.feedback is not None else {},
        most=KEPT_QUESTION,
        pieces=pieces,
        near=near,
        read=turn.read,
        reference=reference,
        place_of=TextRange.of_citation,
        place_of_hit=TextRange.of_hit,
    )


def _answer_of(turn: ChatTurn) -> Answer | None:
    """Return the answer that a browser kept; None if there is none or it cannot be read."""
    try:
        return None if turn.answer is None else Answer.from_dict(turn.answer)
    except DataError:
        return None


def _groups(turn: ChatTurn) -> tuple[AnswerGroup, ...]:
    """Return what each article says; nothing if that was not asked or cannot be read."""
    try:
        return tuple(from_data(AnswerGroup, group) for group in turn.each)
    except (TypeError, ValueError):
        return ()


def _history(kept: Sequence[dict[str, Any]]) -> list[Answer]:
    """Return the answers that a follow-up question may refer to; what cannot be read is none."""
    answers = (_answer_of(ChatTurn(question="", answer=answer)) for answer in kept[-HISTORY:])
    return [answer for answer in answers if answer is not None]


def _still_there(chat: Chat, chosen: Sequence[str] | None) -> list[str] | None:
    """Return a choice without the articles that were removed since it was made.

    Not of `chat.articles`: an index that cannot be read would seem to have none left.
    """
    if chosen is None:
        return None
    known = chat.assistant.articles
    return [name for name in chosen if name in known]


def _still_reads(chat: Chat, answer: Answer) -> bool:
    """Return whether all that an answer cites reads in the articles as it did."""
    articles = chat.articles
    places = [TextRange.of_citation(cited) for cited in answer.citations]
    places += [TextRange.of_hit(hit) for hit in answer.nearest]
    return all(place.is_in(articles) for place in places)
