"""What each event of the page does.

A listener takes what the browser sent, which is not trusted, and the page's state, asks a
`ChatController`, and returns what the parts of the page become.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import gradio as gr

from askvisit.web import chat, inspector
from askvisit.web.articles import Chosen, remembered_choice
from askvisit.web.chat import Turns
from askvisit.web.controller import ChatController, ChatUpdate

_FORGOTTEN = chat.problem("The chat has forgotten this answer. Reload the page to look into it.")


class Stamp:
    """Counts how often a user changed the conversation by hand.

    An answer requested before the latest change no longer belongs to any conversation.
    """

    def __init__(self) -> None:
        self.changes = 0

    def __bool__(self) -> bool:
        """Return False: this is not a conversation, so `Sessions` need not keep it."""
        return False

    def change(self) -> int:
        """Count a change, and return how many there are now."""
        self.changes += 1
        return self.changes

    def updates(self, update: ChatUpdate, since: int | None = None) -> list[Any]:
        """Return the new values of log, source, turns and what was undone.

        None of them changes if the conversation was changed after `since`.
        """
        shown = update if since in (None, self.changes) else ChatUpdate()
        return [_or_skip(part) for part in (shown.log, shown.source, shown.turns, shown.undone)]

    def written_anew(self, update: ChatUpdate) -> ChatUpdate:
        """Make the log a different value than before, so that the page shows it again.

        The browser may have put a question into the current one.
        """
        return replace(update, log=f"{update.log}<!-- {self.changes} -->")


class _Listeners:
    """What all listeners know."""

    def __init__(self, controller: ChatController) -> None:
        self._controller = controller

    def _remembered(self, sent: object) -> tuple[str, Chosen]:
        """Return what a browser remembers: the conversation, and which articles to ask."""
        kept, scope, *_ = [*_values(sent), None, None]
        articles = self._controller.known_articles()
        return kept if isinstance(kept, str) else "", remembered_choice(scope, articles)

    def _scoped(self, turns: Turns, chosen: Chosen) -> list[Any]:
        """Return the chip of the chosen articles, and what is suggested of them."""
        return [self._controller.scope(chosen), self._controller.suggested(turns, chosen)]


class ChatListeners(_Listeners):
    """Listens to the conversation, to what is shown of it, and to which articles are asked.

    Most return the new values of the log, the source, the turns and what was undone.
    """

    def __init__(self, controller: ChatController, log: str, source: str) -> None:
        """`log` and `source` are what the page was built with."""
        super().__init__(controller)
        self._log, self._source = log, source

    def asked(self, sent: str, question: str, turns: Turns, stamp: Stamp) -> list[Any]:
        """Answer what is typed."""
        changes = stamp.change()
        known, chosen = self._restored(sent, turns)
        return stamp.updates(self._controller.ask(question, known, chosen), changes)

    def suggested(self, sent: str, turns: Turns, stamp: Stamp, event: gr.EventData) -> list[Any]:
        """Answer a question that is clicked."""
        return self.asked(sent, _text(event, "question"), turns, stamp)

    def on_turn(self, name: str, *texts: str) -> Callable[..., list[Any]]:
        """Return a listener that does something with one turn.

        name: what the controller does with it: `edit`, `guess`, `as_typed`, `undo` or `feedback`.
        texts: the names of further values that the browser sends, besides the turn's number.
        """
        action = getattr(self._controller, name)

        def listen(
            sent: str, turns: Turns, stamp: Stamp, undone: Turns, event: gr.EventData
        ) -> list[Any]:
            changes = stamp.change()
            known, chosen = self._restored(sent, turns)
            number = _turn(event, turns, known)
            if number is None:
                return stamp.updates(self._controller.show(known, chosen))
            more = {"undone": undone} if name in ("undo", "feedback") else {}
            given = (_text(event, text) for text in texts)
            return stamp.updates(action(number, known, *given, chosen=chosen, **more), changes)

        listen.__name__ = name
        return listen

    def stop(self, sent: str, turns: Turns, stamp: Stamp, undone: Turns) -> list[Any]:
        """Show the conversation without the question being answered."""
        changes = stamp.change()
        known, chosen = self._restored(sent, turns)
        update = ChatUpdate(log=self._controller.log(known, chosen, undone), turns=known)
        return stamp.updates(stamp.written_anew(update), changes)

    def restore(self, sent: str, turns: Turns, stamp: Stamp, undone: Turns) -> list[Any]:
        """Bring back what was undone."""
        stamp.change()
        kept, chosen = self._remembered(sent)
        if not undone:
            turns = self._controller.restored(kept, turns)
        return stamp.updates(self._controller.show(undone or turns, chosen))

    def new(self, sent: str, turns: Turns, stamp: Stamp) -> list[Any]:
        """Begin a new conversation; the question box is among the values, last."""
        stamp.change()
        update = self._controller.new(self._remembered(sent)[1])
        return [*stamp.updates(stamp.written_anew(update)), _or_skip(update.question)]

    def reopen(self, sent: str, turns: Turns, stamp: Stamp) -> list[Any]:
        """Show a conversation that the browser kept."""
        changes = stamp.change()
        update = self._controller.reopen(*self._remembered(sent))
        return stamp.updates(stamp.written_anew(update), changes)

    def loaded(self, sent: str, turns: Turns, stamp: Stamp) -> list[Any]:
        """Show the conversation that the browser remembers, or the articles as they are now."""
        changes = stamp.changes
        known, chosen = self._restored(sent, turns)
        update = self._controller.show(known, chosen)
        if not known:
            # The page was built when the server started: the articles may have changed since. With
            # a page that is loaded comes whether its address names the article to open.
            is_named = _values(sent)[2:] == [True]
            source = None if is_named else self._controller.first_source()
            update = replace(
                update,
                log=None if update.log == self._log else update.log,
                source=None if source == self._source else source,
            )
        return stamp.updates(update, changes)

    def export(self, sent: str, turns: Turns, event: gr.EventData) -> dict[str, str]:
        """Return the file to download."""
        known, _ = self._restored(sent, turns)
        return self._controller.export(_text(event, "format"), known)

    def inspect(self, sent: str, turns: Turns, event: gr.EventData) -> dict[str, Any]:
        """Return how an answer was found."""
        known, _ = self._restored(sent, turns)
        number = _turn(event, turns, known)
        if number is None:
            return inspector.shown(_field(event, "turn"), _FORGOTTEN)
        return self._controller.inspect(number, known)

    def choose(self, turns: Turns, event: gr.EventData) -> list[Any]:
        """Return the chip of the chosen articles, and what is suggested of them."""
        is_all = _field(event, "all") is True
        chosen = None if is_all else self._controller.choose(_field(event, "articles"))
        return self._scoped(turns, chosen)

    def ask_all(self, turns: Turns) -> list[Any]:
        """As `choose`, for all articles; then the list of them."""
        return [*self._scoped(turns, None), self._controller.listing()]

    def list_articles(self, sent: str) -> list[Any]:
        """Return the list of articles, and the chip."""
        _, chosen = self._remembered(sent)
        return [self._controller.listing(chosen), self._controller.scope(chosen)]

    def _restored(self, sent: str, turns: Turns) -> tuple[Turns, Chosen]:
        """Return the turns, asked again if they were forgotten, and which articles to ask."""
        kept, chosen = self._remembered(sent)
        return self._controller.restored(kept, turns), chosen


class ArticleListeners(_Listeners):
    """Listens to articles being added and removed.

    Returns values of the message, the source, the list of articles, the chip of those that are
    asked, and what is suggested, or some of them in that order.
    """

    def __init__(self, controller: ChatController) -> None:
        super().__init__(controller)
        self._removals = count()

    def add(self, event: gr.EventData) -> Iterator[list[Any]]:
        """Add an article; yields its progress."""
        for changed in self._controller.add(event._data):
            yield [changed.message, _or_skip(changed.source)]

    def list_anew(self, sent: str, turns: Turns) -> list[Any]:
        """Return the list of articles once one was added."""
        _, chosen = self._remembered(sent)
        return [self._controller.listing(chosen), *self._scoped(turns, chosen)]

    def remove(self, sent: str, turns: Turns, event: gr.EventData) -> list[Any]:
        """Remove an article."""
        _, chosen = self._remembered(sent)
        changed = self._controller.remove(_text(event, "article"), chosen, _text(event, "opened"))
        # A second refusal in the same words would change nothing on the page, not even the button.
        listing = f"{changed.listing}<!-- {next(self._removals)} -->"
        shown = [changed.message, _or_skip(changed.source), listing]
        return [*shown, *self._scoped(turns, changed.chosen)]


def _or_skip(value: Any) -> Any:
    """Return a part's new value, or what leaves it as it is for None."""
    return gr.skip() if value is None else value


def _values(sent: object) -> list[Any]:
    """Return the values that come with each event, in order; none if they cannot be read."""
    try:
        listed = json.loads(sent) if isinstance(sent, str) and sent else None
    except (ValueError, RecursionError):
        listed = None
    return listed if isinstance(listed, list) else []


def _turn(event: Any, turns: Turns, known: Turns) -> int | None:
    """Return the number of the turn that a browser named; None if there is no such turn.

    `known` are the `turns` or, if they were forgotten, what was asked again. Then the page's
    numbers are only right if it shows all that was asked again, and from the first on.
    """
    number = _field(event, "turn")
    is_all = len(known) == _field(event, "of") and len(known) < chat.SHOWN_TURNS
    is_right = known is turns or is_all
    return number if is_right and type(number) is int and 0 <= number < len(known) else None


def _field(event: Any, name: str) -> object:
    """Return one value of an event's data; None if it is not there."""
    data = event._data
    return data.get(name) if isinstance(data, dict) else None


def _text(event: Any, name: str) -> str:
    """Return one text of an event's data; none is the empty text."""
    value = _field(event, name)
    return value if isinstance(value, str) else ""
