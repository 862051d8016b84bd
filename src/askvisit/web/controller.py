"""The conversation on the page: what a question, a guess or an edit changes."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from askvisit.records import Answer
from askvisit.web import (
    answers,
    articles,
    chat,
    export,
    faults,
    feedback,
    inspector,
    memory,
    source_panel,
)
from askvisit.web.adding import ArticleEditor
from askvisit.web.article_controller import ArticlesController
from askvisit.web.articles import Chosen
from askvisit.web.chat import ChatTurn, Turns
from askvisit.web.feedback import Feedback
from askvisit.web.markup import escape

if TYPE_CHECKING:
    from askvisit.assistant import Assistant
    from askvisit.calibration import Strictness

FIRST_SUGGESTIONS = 6
NEXT_SUGGESTIONS = 3
KEPT_TURNS = 200
"""Maximum turns kept of a conversation; the oldest go first."""


@dataclass(frozen=True)
class ChatUpdate:
    """What changes on the page; None leaves a part as it is.

    `undone` is the conversation as it was before part of it was undone.
    """

    question: str | None = None
    log: str | None = None
    source: str | None = None
    turns: Turns | None = None
    undone: Turns | None = None


class ChatController(ArticlesController):
    """One assistant and how its answers are shown; it holds no conversation itself."""

    def __init__(
        self,
        assistant: Assistant,
        strictness: Strictness = "normal",
        feedback_file: Feedback | None = None,
        editor: ArticleEditor | None = None,
    ) -> None:
        super().__init__(assistant, editor)
        self.strictness: Strictness = strictness
        self.feedback_file = feedback_file

    def log(self, turns: Turns, chosen: Chosen = None, undone: Turns = ()) -> str:
        """Return the conversation, with what to ask next about the chosen articles."""
        suggested = self._suggested(turns, chosen)
        log = chat.conversation(turns, suggested, self.feedback_file is not None, undone)
        return f'<div data-kept="{escape(memory.remembered(turns))}">{log}</div>'

    def suggested(self, turns: Turns, chosen: Chosen) -> dict[str, str | int]:
        """Return what to ask next as HTML, after the choice of articles changed."""
        html = chat.suggested(self._suggested(turns, chosen), turns)
        return {"html": html, "at": time.time_ns()}

    def ask(self, question: str, turns: Turns, chosen: Chosen = None) -> ChatUpdate:
        """Answer a question, with the cited sentences marked in the article."""
        if not question.strip():
            return ChatUpdate()
        chosen = articles.still_there(chosen, self.known_articles())
        turn = chat.reply(self.assistant, question, turns, self._least_confidence(), chosen)
        turns = (*turns, turn)[-KEPT_TURNS:]
        return self._shown(turns, chosen, turn)

    def restored(self, kept: object, turns: Turns) -> Turns:
        """Return the turns or, if they are gone, those that the browser remembers.

        `kept` comes from the browser; its questions are asked again.
        """
        if turns:
            return turns
        for earlier in memory.recalled(kept):
            chosen = self.choose(earlier.articles) if earlier.articles is not None else None
            least = self._least_confidence()
            turn = chat.reply(
                self.assistant, earlier.question, turns, least, chosen, guess=earlier.guess
            )
            if earlier.cited is not None and earlier.cited != memory.cited(turn):
                turn = replace(turn, changed=True)
            turns = (*turns, turn)
        return turns

    def show(self, turns: Turns, chosen: Chosen = None) -> ChatUpdate:
        """Return the conversation or, without one, what to ask about the chosen articles."""
        if not turns:
            return ChatUpdate(log=self.log((), chosen))
        return self._shown(turns, chosen, turns[-1])

    def guess(self, number: int, turns: Turns, chosen: Chosen = None) -> ChatUpdate:
        """Answer a refused question with the best guess, in its place."""
        earlier, later = turns[:number], turns[number + 1 :]
        refused = turns[number]
        looked_in = articles.still_there(refused.chosen, self.known_articles())
        least = self._least_confidence()
        turn = chat.reply(self.assistant, refused.question, earlier, least, looked_in, guess=True)
        return self._shown((*earlier, turn, *later), chosen, turn)

    def edit(self, number: int, turns: Turns, question: str, chosen: Chosen = None) -> ChatUpdate:
        """Replace a question by a new wording and ask that; the turns after it are undone."""
        if not question.strip():
            return ChatUpdate()
        undone = turns if number < len(turns) - 1 else ()
        asked = self.ask(question, turns[:number], chosen)
        log = self.log(asked.turns or (), chosen, undone)
        return replace(asked, log=log, undone=undone)

    def undo(
        self, number: int, turns: Turns, undone: Turns = (), chosen: Chosen = None
    ) -> ChatUpdate:
        """Remove a question and all that follow it; what was `undone` before stays restorable."""
        left = turns[:number]
        whole = undone if undone[: len(turns)] == turns else turns
        source = self._marked(left[-1]) if left else None
        return ChatUpdate(
            log=self.log(left, chosen, whole), source=source, turns=left, undone=whole
        )

    def restore(self, undone: Turns, turns: Turns, chosen: Chosen = None) -> ChatUpdate:
        """Restore what was undone."""
        return self.show(undone, chosen) if undone else self.show(turns, chosen)

    def new(self, chosen: Chosen = None) -> ChatUpdate:
        """Begin a new conversation; the browser keeps the previous one."""
        return ChatUpdate("", self.log((), chosen), self.first_source(), (), ())

    def reopen(self, kept: object, chosen: Chosen = None) -> ChatUpdate:
        """Continue another conversation; `kept` is what the browser remembers of it."""
        turns = self.restored(kept, ())
        return self._shown(turns, chosen, turns[-1]) if turns else self.new(chosen)

    def feedback(
        self, number: int, turns: Turns, said: str, undone: Turns = (), chosen: Chosen = None
    ) -> ChatUpdate:
        """Record a user's feedback on an answer, and thank them; what is `undone` stays so."""
        turn = turns[number]
        if self.feedback_file is None or turn.answer is None or said not in feedback.WORDS:
            return ChatUpdate()
        try:
            self.feedback_file.add(said, turn.answer)
            thanks = f"Marked as {feedback.WORDS[said].lower()}. Thank you."
        except OSError:
            thanks = faults.report("writing feedback")
        turns = (*turns[:number], replace(turn, said=thanks), *turns[number + 1 :])
        return ChatUpdate(log=self.log(turns, chosen, undone), turns=turns)

    def inspect(self, number: int, turns: Turns) -> dict[str, object]:
        """Return how a question was answered, as HTML; it is asked again for that."""
        return inspector.shown(number, self._inspected(turns[number], turns[:number]))

    def _inspected(self, turn: ChatTurn, before: Turns) -> str:
        if turn.answer is None:
            return turn.html
        try:
            # Not `known_articles`: an index that cannot be read would seem to have none left.
            looked_in = articles.still_there(turn.chosen, self.assistant.articles)
            if looked_in == ():
                return chat.problem("The articles have changed since this was answered.")
            trace = self.assistant.explain(
                turn.question,
                chat.history(before),
                articles=looked_in,
                min_confidence=0 if turn.guess else self._least_confidence(),
            )
            return inspector.inspector(trace, turn.answer)
        except Exception as error:
            return chat.problem(faults.in_words(error, "the inspector"))

    def export(self, form: str, turns: Turns) -> dict[str, str]:
        """Return the conversation as a file: its name, type and text; empty if there is none."""
        answers: list[Answer] = []
        guesses: list[int] = []
        for turn in turns:
            if turn.answer is None:
                continue
            if turn.guess and turn.answer.confidence < self.assistant.threshold(self.strictness):
                guesses.append(len(answers))
            answers.append(turn.answer)
        return export.file(form, answers, guesses)

    def _shown(self, turns: Turns, chosen: Chosen, turn: ChatTurn) -> ChatUpdate:
        """Return the conversation with one of its turns marked in the article."""
        log = self.log(turns, chosen)
        return ChatUpdate(log=log, source=self._marked(turn), turns=turns, undone=())

    def _suggested(self, turns: Turns, chosen: Chosen) -> list[str]:
        most = NEXT_SUGGESTIONS if turns else FIRST_SUGGESTIONS
        return self._suggestions.after(turns, self.known_articles(), most, chosen)

    def _least_confidence(self) -> float | None:
        if self.strictness == "normal":
            return None
        return self.assistant.threshold(self.strictness)

    def _marked(self, turn: ChatTurn) -> str | None:
        """Return the article of the first citation, scrolled to it, with all its places marked."""
        if turn.answer is None or not turn.answer.found:
            return None
        places = answers.places(turn.answer)
        article = self.known_articles().get(places[0].article)
        return None if article is None else source_panel.panel(article, places, places[0])
