"""What a question, a guess, an edit or another choice of articles changes on the page."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from askvisit import transcript
from askvisit.errors import AskvisitError
from askvisit.records import Answer, Article
from askvisit.web import articles, chat, faults, inspector, source_panel
from askvisit.web.articles import ArticleEditor, Chosen, NewArticle
from askvisit.web.chat import ChatTurn, Feedback, Turns
from askvisit.web.markup import escape
from askvisit.web.suggestions import Suggestions

if TYPE_CHECKING:
    from askvisit.assistant import Assistant
    from askvisit.calibration import Strictness

FIRST_SUGGESTIONS = 6
NEXT_SUGGESTIONS = 3
KEPT_TURNS = 200
"""Maximum turns kept of a conversation; the oldest go first."""

NO_ARTICLE = (
    '<article class="source"><p class="source-meta">There are no articles yet.</p></article>'
)


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


@dataclass(frozen=True)
class ArticlesUpdate:
    """What changes when articles are added or removed; None leaves a part as it is."""

    message: str
    listing: str | None = None
    chosen: Chosen = None
    source: str | None = None


class ChatController:
    """One assistant and how its answers and articles are shown; it holds no conversation itself."""

    def __init__(
        self,
        assistant: Assistant,
        strictness: Strictness = "normal",
        feedback_file: Feedback | None = None,
        editor: ArticleEditor | None = None,
    ) -> None:
        self.assistant = assistant
        self.strictness: Strictness = strictness
        self.feedback_file = feedback_file
        self.editor = editor
        self._suggestions = Suggestions(assistant)

    def log(self, turns: Turns, chosen: Chosen = None, undone: Turns = ()) -> str:
        """Return the conversation, with what to ask next about the chosen articles."""
        suggested = self._suggested(turns, chosen)
        log = chat.conversation(turns, suggested, self.feedback_file is not None, undone)
        return f'<div data-kept="{escape(chat.remembered(turns))}">{log}</div>'

    def suggested(self, turns: Turns, chosen: Chosen) -> dict[str, str | int]:
        """Return what to ask next as HTML, after the choice of articles changed."""
        html = chat.suggested(self._suggested(turns, chosen), turns)
        return {"html": html, "at": time.time_ns()}

    def ask(self, question: str, turns: Turns, chosen: Chosen = None) -> ChatUpdate:
        """Answer a question, with the cited sentences marked in the article."""
        if not question.strip():
            return ChatUpdate()
        chosen = articles.still_there(chosen, self.known_articles())
        turn = chat.reply(
            self.assistant,
            question,
            turns,
            self.strictness,
            chosen,
            offered=question in self._suggested(turns, chosen),
        )
        return self._shown((*turns, turn)[-KEPT_TURNS:], chosen, turn)

    def restored(self, kept: object, turns: Turns) -> Turns:
        """Return the turns or, if they are gone, those that the browser remembers.

        `kept` comes from the browser; its questions are asked again.
        """
        if turns:
            return turns
        for earlier in chat.recalled(kept):
            chosen = self.choose(earlier.articles) if earlier.articles is not None else None
            turn = chat.reply(
                self.assistant,
                earlier.question,
                turns,
                self.strictness,
                chosen,
                earlier.guess,
                earlier.typed,
                offered=earlier.typed and earlier.question in self._suggested(turns, chosen),
            )
            if earlier.cited is not None and earlier.cited != chat.cited(turn):
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
        return self._again(number, turns, chosen, guess=True, typed=turns[number].typed)

    def as_typed(self, number: int, turns: Turns, chosen: Chosen = None) -> ChatUpdate:
        """Answer a question read as typed, in its place."""
        return self._again(number, turns, chosen, typed=True)

    def _again(self, number: int, turns: Turns, chosen: Chosen, **how: bool) -> ChatUpdate:
        earlier, asked, later = turns[:number], turns[number], turns[number + 1 :]
        searched = articles.still_there(asked.chosen, self.known_articles())
        turn = chat.reply(self.assistant, asked.question, earlier, self.strictness, searched, **how)
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
        return ChatUpdate(None, self.log(left, chosen, whole), source, left, whole)

    def new(self, chosen: Chosen = None) -> ChatUpdate:
        """Begin a new conversation; the browser keeps the previous one."""
        return ChatUpdate("", self.log((), chosen), self.first_source(), (), ())

    def reopen(self, kept: object, chosen: Chosen = None) -> ChatUpdate:
        """Continue another conversation; `kept` is what the browser remembers of it."""
        turns = self.restored(kept, ())
        return self.show(turns, chosen) if turns else self.new(chosen)

    def feedback(
        self, number: int, turns: Turns, said: str, undone: Turns = (), chosen: Chosen = None
    ) -> ChatUpdate:
        """Record a user's feedback on an answer, and thank them; what is `undone` stays so."""
        turn = turns[number]
        if self.feedback_file is None or turn.answer is None or said not in chat.FEEDBACK:
            return ChatUpdate()
        try:
            self.feedback_file.add(said, turn.answer)
            thanks = f"Marked as {chat.FEEDBACK[said].lower()}. Thank you."
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
            searched = articles.still_there(turn.chosen, self.assistant.articles)
            if searched == ():
                return chat.problem("The articles have changed since this was answered.")
            least = 0 if turn.guess or turn.offered else self.assistant.threshold(self.strictness)
            trace = self.assistant.explain(
                turn.question,
                chat.history(before),
                articles=searched,
                min_confidence=least,
                as_typed=turn.typed,
            )
            return inspector.inspector(trace, turn.answer)
        except Exception as error:
            return chat.problem(faults.in_words(error, "the inspector"))

    def export(self, form: str, turns: Turns) -> dict[str, str]:
        """Return the conversation as a file: its name, type and text; empty if there is none.

        The file is JSON for "json", else Markdown.
        """
        answers: list[Answer] = []
        guesses: list[int] = []
        for turn in turns:
            if turn.answer is None:
                continue
            if turn.guess and turn.answer.confidence < self.assistant.threshold(self.strictness):
                guesses.append(len(answers))
            answers.append(turn.answer)
        if not answers:
            return {}
        # The time makes repeated exports of a conversation different values, so that each is saved.
        name = f"askvisit-{datetime.now():%Y-%m-%d-%H%M%S-%f}"
        if form == "json":
            kind, suffix, text = "application/json", "json", transcript.to_json(answers, guesses)
        else:
            text = transcript.to_markdown(answers, guesses=guesses)
            kind, suffix = "text/markdown", "md"
        return {"name": f"{name}.{suffix}", "type": kind, "text": text}

    def _shown(self, turns: Turns, chosen: Chosen, turn: ChatTurn) -> ChatUpdate:
        """Return the conversation with one of its turns marked in the article."""
        return ChatUpdate(None, self.log(turns, chosen), self._marked(turn), turns, ())

    def _suggested(self, turns: Turns, chosen: Chosen) -> list[str]:
        most = NEXT_SUGGESTIONS if turns else FIRST_SUGGESTIONS
        return self._suggestions.after(turns, self.known_articles(), most, chosen)

    def _marked(self, turn: ChatTurn) -> str | None:
        """Return the article of the first citation, scrolled to it, with all its places marked."""
        if turn.answer is None or not turn.answer.found:
            return None
        places = [source_panel.TextRange.of_citation(cited) for cited in turn.answer.citations]
        article = self.known_articles().get(places[0].article)
        return None if article is None else source_panel.panel(article, places, places[0])

    def known_articles(self) -> Mapping[str, Article]:
        """Return the articles; none if the index cannot be read, as the next question will say."""
        try:
            return self.assistant.articles
        except AskvisitError:
            return {}

    def first_source(self) -> str:
        """Return what the panel shows before the first answer."""
        known = self.known_articles()
        first = next(articles.existing(known, known), None)
        return NO_ARTICLE if first is None else source_panel.panel(first)

    def open_source(self, request: Any) -> dict[str, str]:
        """Return the panel for a click on a citation, or a page; the browser sends the request."""
        if isinstance(request, dict) and "page" in request:
            return source_panel.open_page(request, self.known_articles(), self.assistant.page)
        return source_panel.open_source(request, self.known_articles())

    def scope(self, chosen: Chosen) -> str:
        """Return what the box says about the articles that the next question searches."""
        return articles.scope(chosen, self.known_articles())

    def listing(self, chosen: Chosen = None, problem: str = "") -> str:
        """Return the list of articles."""
        known, removable = self.known_articles(), self.editor is not None
        return articles.listing(known, chosen, removable=removable, problem=problem)

    def choose(self, data: object) -> Chosen:
        """Return the articles to search; the data comes from the browser."""
        return articles.checked_choice(data, self.known_articles())

    def add(self, data: object) -> Iterator[ArticlesUpdate]:
        """Add an article and report progress; the data comes from the browser.

        At the end, the article is opened and questions that it answers are offered. The list is
        not part of it: while the article was added, others may have been chosen.
        """
        if self.editor is None:
            return
        yield ArticlesUpdate(articles.working())
        try:
            for news in self.editor.add(NewArticle.checked(data)):
                if not isinstance(news, Article):
                    yield ArticlesUpdate(articles.working(news))
                    continue
                message = articles.done(news, self._offered(news))
                yield ArticlesUpdate(message, source=source_panel.panel(news))
        except Exception as error:
            yield ArticlesUpdate(articles.failed(error, "adding an article"))

    def _offered(self, article: Article) -> list[str]:
        """Return questions to ask about a new article; none if that fails, as it is there."""
        try:
            return self._suggestions.answered(article)
        except Exception:
            faults.report("offering questions about an added article")
            return []

    def remove(self, article_id: str, chosen: Chosen, opened: str = "") -> ArticlesUpdate:
        """Remove an article; if it is the `opened` one, another takes its place."""
        if self.editor is None:
            return ArticlesUpdate("")
        problem = ""
        try:
            self.editor.remove(article_id)
        except Exception as error:
            problem = articles.failed(error, "removing an article")
        known = self.known_articles()
        chosen = None if chosen is None else articles.checked_choice(list(chosen), known)
        source = self.first_source() if opened and opened not in known else None
        return ArticlesUpdate("", self.listing(chosen, problem), chosen, source)
