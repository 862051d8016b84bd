"""What each event of the page does.

A listener takes what the browser sent and the page's state, asks a `ChatController`, and returns
what the parts of the page become.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

import gradio as gr

from askvisit.web import chat, inspector, received
from askvisit.web.article_controller import ArticlesUpdate
from askvisit.web.articles import Chosen
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
        """Return False: this is not a conversation, so `sessions` need not keep it."""
        return False

    def change(self) -> int:
        """Count a change, and return how many there are now."""
        self.changes += 1
        return self.changes

    def unless_changed(self, since: int, update: ChatUpdate) -> ChatUpdate:
        """Return an update, or none at all if the conversation was changed meanwhile."""
        return update if self.changes == since else ChatUpdate()


class ChatListeners:
    """Listens to the conversation, to what is shown of it, and to which articles are asked.

    Most return the new values of the log, the source, the turns and what was undone.
    """

    def __init__(self, controller: ChatController, log: str, source: str) -> None:
        """`log` and `source` are what the page was built with."""
        self._controller = controller
        self._log, self._source = log, source

    def asked(self, sent: str, question: str, turns: Turns, stamp: Stamp) -> list[Any]:
        """Answer what is typed."""
        changes = stamp.change()
        known, chosen = self._restored(sent, turns)
        update = self._controller.ask(question, known, chosen)
        return _updates(stamp.unless_changed(changes, update))

    def suggested(self, sent: str, turns: Turns, stamp: Stamp, event: gr.EventData) -> list[Any]:
        """Answer a question that is clicked."""
        return self.asked(sent, received.text(event, "question"), turns, stamp)

    def edit(self, sent: str, turns: Turns, stamp: Stamp, event: gr.EventData) -> list[Any]:
        """Answer an earlier question in new words."""
        return self._on_turn(self._controller.edit, sent, turns, stamp, event, "question")

    def guess(self, sent: str, turns: Turns, stamp: Stamp, event: gr.EventData) -> list[Any]:
        """Show the best guess of a turn that was refused."""
        return self._on_turn(self._controller.guess, sent, turns, stamp, event)

    def undo(
        self, sent: str, turns: Turns, stamp: Stamp, undone: Turns, event: gr.EventData
    ) -> list[Any]:
        """Take a turn back, and those after it."""
        undo = partial(self._controller.undo, undone=undone)
        return self._on_turn(undo, sent, turns, stamp, event)

    def feedback(
        self, sent: str, turns: Turns, stamp: Stamp, undone: Turns, event: gr.EventData
    ) -> list[Any]:
        """Store what a user says of an answer."""
        feedback = partial(self._controller.feedback, undone=undone)
        return self._on_turn(feedback, sent, turns, stamp, event, "said")

    def stop(self, sent: str, turns: Turns, stamp: Stamp, undone: Turns) -> list[Any]:
        """Show the conversation without the question being answered."""
        changes = stamp.change()
        known, chosen = self._restored(sent, turns)
        update = ChatUpdate(log=self._controller.log(known, chosen, undone), turns=known)
        return _updates(stamp.unless_changed(changes, _written_anew(update, stamp)))

    def restore(self, sent: str, turns: Turns, stamp: Stamp, undone: Turns) -> list[Any]:
        """Bring back what was undone."""
        stamp.change()
        kept, chosen = received.remembered(self._controller, sent)
        if not undone:
            turns = self._controller.restored(kept, turns)
        return _updates(self._controller.restore(undone, turns, chosen))

    def new(self, sent: str, turns: Turns, stamp: Stamp) -> list[Any]:
        """Begin a new conversation; the question box is among the values, last."""
        stamp.change()
        _, chosen = received.remembered(self._controller, sent)
        update = _written_anew(self._controller.new(chosen), stamp)
        return [*_updates(update), _or_skip(update.question)]

    def reopen(self, sent: str, turns: Turns, stamp: Stamp) -> list[Any]:
        """Show a conversation that the browser kept."""
        changes = stamp.change()
        kept, chosen = received.remembered(self._controller, sent)
        update = _written_anew(self._controller.reopen(kept, chosen), stamp)
        return _updates(stamp.unless_changed(changes, update))

    def loaded(self, sent: str, turns: Turns, stamp: Stamp) -> list[Any]:
        """Show the conversation that the browser remembers, or the articles as they are now."""
        changes = stamp.changes
        known, chosen = self._restored(sent, turns)
        update = self._controller.show(known, chosen)
        if not known:
            # The page was built when the server started: the articles may have changed since.
            named = received.names_article(sent)
            source = None if named else self._controller.first_source()
            update = replace(
                update,
                log=_unless_as(self._log, update.log),
                source=_unless_as(self._source, source),
            )
        return _updates(stamp.unless_changed(changes, update))

    def export(self, sent: str, turns: Turns, event: gr.EventData) -> dict[str, str]:
        """Return the file to download."""
        known, _ = self._restored(sent, turns)
        return self._controller.export(received.text(event, "format"), known)

    def inspect(self, sent: str, turns: Turns, event: gr.EventData) -> dict[str, Any]:
        """Return how an answer was found."""
        known, _ = self._restored(sent, turns)
        number = received.turn(event, turns, known)
        if number is None:
            return inspector.shown(received.field(event, "turn"), _FORGOTTEN)
        return self._controller.inspect(number, known)

    def choose(self, turns: Turns, event: gr.EventData) -> list[Any]:
        """Return the chip of the chosen articles, and what is suggested of them."""
        is_all = received.field(event, "all") is True
        chosen = None if is_all else self._controller.choose(received.field(event, "articles"))
        return [self._controller.scope(chosen), self._controller.suggested(turns, chosen)]

    def ask_all(self, turns: Turns) -> list[Any]:
        """As `choose`, for all articles; then the list of them."""
        controller = self._controller
        return [controller.scope(None), controller.suggested(turns, None), controller.listing()]

    def list_articles(self, sent: str) -> list[Any]:
        """Return the list of articles, and the chip."""
        _, chosen = received.remembered(self._controller, sent)
        return [self._controller.listing(chosen), self._controller.scope(chosen)]

    def _restored(self, sent: str, turns: Turns) -> tuple[Turns, Chosen]:
        """Return the turns, asked again if they were forgotten, and which articles to ask."""
        kept, chosen = received.remembered(self._controller, sent)
        return self._controller.restored(kept, turns), chosen

    def _on_turn(
        self,
        action: Callable[..., ChatUpdate],
        sent: str,
        turns: Turns,
        stamp: Stamp,
        event: gr.EventData,
        *names: str,
    ) -> list[Any]:
        """Do something with one turn; its number and the texts by `names` are the browser's."""
        changes = stamp.change()
        known, chosen = self._restored(sent, turns)
        number = received.turn(event, turns, known)
        if number is None:
            return _updates(self._controller.show(known, chosen))
        told = (received.text(event, name) for name in names)
        update = action(number, known, *told, chosen=chosen)
        return _updates(stamp.unless_changed(changes, update))


class ArticleListeners:
    """Listens to articles being added and removed.

    Returns values of the message, the source, the list of articles, the chip of those that are
    asked, and what is suggested, or some of them in that order.
    """

    def __init__(self, controller: ChatController) -> None:
        self._controller = controller
        self._removals = count()

    def add(self, event: gr.EventData) -> Iterator[list[Any]]:
        """Add an article; yields its progress."""
        for changed in self._controller.add(event._data):
            yield self._changes(changed)

    def list_anew(self, sent: str, turns: Turns) -> list[Any]:
        """Return the list of articles once one was added."""
        _, chosen = received.remembered(self._controller, sent)
        return [self._controller.listing(chosen), *self._scoped(turns, chosen)]

    def remove(self, sent: str, turns: Turns, event: gr.EventData) -> list[Any]:
        """Remove an article."""
        _, chosen = received.remembered(self._controller, sent)
        changed = self._controller.remove(
            received.text(event, "article"), chosen, received.text(event, "opened")
        )
        # A second refusal in the same words would change nothing on the page, not even the button.
        listing = f"{changed.listing}<!-- {next(self._removals)} -->"
        return [*self._changes(changed), listing, *self._scoped(turns, changed.chosen)]

    def _changes(self, changed: ArticlesUpdate) -> list[Any]:
        return [changed.message, _or_skip(changed.source)]

    def _scoped(self, turns: Turns, chosen: Chosen) -> list[Any]:
        return [self._controller.scope(chosen), self._controller.suggested(turns, chosen)]


def _written_anew(update: ChatUpdate, stamp: Stamp) -> ChatUpdate:
    """Make the log a different value than before, so that the page shows it again.

    The browser may have put a question into the current one.
    """
    return replace(update, log=f"{update.log}<!-- {stamp.changes} -->")


def _unless_as(built: str, now: str | None) -> str | None:
    """Return a part of the page, or None if it is as the page was built."""
    return None if now == built else now


def _updates(shown: ChatUpdate) -> list[Any]:
    return [_or_skip(part) for part in (shown.log, shown.source, shown.turns, shown.undone)]


def _or_skip(value: Any) -> Any:
    """Return a part's new value, or what leaves it as it is for None."""
    return gr.skip() if value is None else value
