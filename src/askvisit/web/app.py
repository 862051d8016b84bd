"""The page: its layout, wired to a `ChatController`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

from askvisit.web import api, chat, inspector, received
from askvisit.web.article_controller import ArticlesUpdate
from askvisit.web.articles import Chosen
from askvisit.web.chat import Turns
from askvisit.web.controller import ChatController, ChatUpdate
from askvisit.web.layout import Parts, lay_out

_UNSEEN: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
"""The events of the page are no part of the API, and Gradio draws nothing over it."""

_KEPT = "['kept', 'scope'].map((name) => window.askvisitSession.get(name))"
_REMEMBER = f"(kept, ...rest) => [JSON.stringify({_KEPT}), ...rest]"
"""Each event carries what the browser remembers: the conversation, and which articles to ask."""

_LOADED = (
    f"(kept, ...rest) => "
    f"[JSON.stringify([...{_KEPT}, location.search.includes('article=')]), ...rest]"
)
"""With a page that is loaded comes whether its address names the article to open."""

_ASK = (
    f"(kept, question, ...rest) => "
    f"[JSON.stringify({_KEPT}), window.askvisitAsked(question), ...rest]"
)
"""The browser shows a question at once; the log comes back with its answer."""


_ENDED = "() => document.dispatchEvent(new CustomEvent('askvisit:ended'))"
"""Gradio shows an event's last outputs once more when it ends; this is dispatched after that."""

_NOT_REMOVED = "() => document.dispatchEvent(new CustomEvent('askvisit:notremoved'))"
_NOT_OPENED = (
    "() => { window.askvisitFailed(); "
    "document.dispatchEvent(new CustomEvent('askvisit:notopened')); }"
)
_NOT_INSPECTED = "() => document.dispatchEvent(new CustomEvent('askvisit:notinspected'))"

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


def build(controller: ChatController) -> Any:
    """Return the page as Gradio Blocks, not yet served."""
    import gradio as gr

    with gr.Blocks(title="askvisit", fill_width=True, analytics_enabled=False) as page:
        parts = lay_out(controller, Stamp())
        _wire(controller, page, parts)
        api.add(controller.assistant, controller.strictness)
    return page


def _wire(controller: ChatController, page: Any, parts: Parts) -> None:
    """Wire each event to its listener."""
    shown = {"outputs": [parts.log, parts.source, parts.turns, parts.undone], **_UNSEEN}
    # The box only if it changes: Gradio keeps another one each time it is left alone.
    with_box = shown | {"outputs": [*shown["outputs"], parts.question]}

    def asked(sent: str, question: str, turns: Turns, stamp: Stamp) -> list[Any]:
        changes = stamp.change()
        kept, chosen = received.remembered(controller, sent)
        update = controller.ask(question, controller.restored(kept, turns), chosen)
        return _updates(stamp.unless_changed(changes, update))

    def suggested(sent: str, turns: Turns, stamp: Stamp, event: Any) -> list[Any]:
        return asked(sent, received.text(event, "question"), turns, stamp)

    def new(sent: str, turns: Turns, stamp: Stamp) -> list[Any]:
        stamp.change()
        _, chosen = received.remembered(controller, sent)
        update = controller.new(chosen)
        return _updates(replace(update, log=_written_anew(update.log, stamp)), box=True)

    def reopen(sent: str, turns: Turns, stamp: Stamp) -> list[Any]:
        changes = stamp.change()
        kept, chosen = received.remembered(controller, sent)
        update = controller.reopen(kept, chosen)
        update = replace(update, log=_written_anew(update.log, stamp))
        return _updates(stamp.unless_changed(changes, update))

    def stop(sent: str, turns: Turns, stamp: Stamp, undone: Turns) -> list[Any]:
        changes = stamp.change()
        kept, chosen = received.remembered(controller, sent)
        turns = controller.restored(kept, turns)
        log = _written_anew(controller.log(turns, chosen, undone), stamp)
        update = ChatUpdate(log=log, turns=turns)
        return _updates(stamp.unless_changed(changes, update))

    def with_undone(action: Callable[..., ChatUpdate], *names: str) -> Callable[..., Any]:
        """Return a listener as `on_turn` does, whose action is told what was undone before."""

        def told(sent: str, turns: Turns, stamp: Stamp, undone: Turns, event: Any) -> list[Any]:
            listener = on_turn(partial(action, undone=undone), *names)
            updates: list[Any] = listener(sent, turns, stamp, event)
            return updates

        return _with_event(told)

    def restore(sent: str, turns: Turns, stamp: Stamp, undone: Turns) -> list[Any]:
        stamp.change()
        kept, chosen = received.remembered(controller, sent)
        if not undone:
            turns = controller.restored(kept, turns)
        return _updates(controller.restore(undone, turns, chosen))

    def choose(turns: Turns, event: Any) -> list[Any]:
        is_all = received.field(event, "all") is True
        chosen = None if is_all else controller.choose(received.field(event, "articles"))
        return [controller.scope(chosen), controller.suggested(turns, chosen)]

    def ask_all(turns: Turns) -> list[Any]:
        return [controller.scope(None), controller.suggested(turns, None), controller.listing()]

    def export(sent: str, turns: Turns, event: Any) -> dict[str, str]:
        kept, _ = received.remembered(controller, sent)
        return controller.export(received.text(event, "format"), controller.restored(kept, turns))

    def inspect(sent: str, turns: Turns, event: Any) -> dict[str, Any]:
        kept, _ = received.remembered(controller, sent)
        known = controller.restored(kept, turns)
        number = received.turn(event, turns, known)
        if number is None:
            return inspector.shown(received.field(event, "turn"), _FORGOTTEN)
        return controller.inspect(number, known)

    def list_articles(sent: str) -> list[Any]:
        _, chosen = received.remembered(controller, sent)
        return [controller.listing(chosen), controller.scope(chosen)]

    def loaded(sent: str, turns: Turns, stamp: Stamp) -> list[Any]:
        changes = stamp.changes
        kept, chosen = received.remembered(controller, sent)
        turns = controller.restored(kept, turns)
        update = controller.show(turns, chosen)
        if not turns:
            # The page was built when the server started: the articles may have changed since.
            source = None if received.names_article(sent) else controller.first_source()
            update = replace(
                update,
                log=_unless_as(parts.log.value, update.log),
                source=_unless_as(parts.source.value, source),
            )
        return _updates(stamp.unless_changed(changes, update))

    on_turn = partial(_on_turn, controller)
    remembering = {"js": _REMEMBER, **_UNSEEN}
    known = [parts.kept, parts.turns]
    changing = [*known, parts.stamp]
    question = [parts.kept, parts.question, parts.turns, parts.stamp]
    # The page asks one question at a time. One that was stopped may still be being answered, and
    # Gradio would drop the next one until then.
    asks = {"concurrency_id": api.QUESTIONS}
    asking_anew = {**shown, **asks, "trigger_mode": "multiple"}
    typed = parts.question.submit(asked, question, js=_ASK, **asking_anew)
    clicked = parts.log.ask(_with_event(suggested), changing, js=_REMEMBER, **asking_anew)
    edit = on_turn(controller.edit, "question")
    edited = parts.log.edit(edit, changing, js=_REMEMBER, **asking_anew)
    for asking in (typed, clicked, edited):
        asking.failure(None, js="() => window.askvisitFailed()", **_UNSEEN)
    parts.log.guess(on_turn(controller.guess), changing, js=_REMEMBER, **shown, **asks)
    restorable = [*changing, parts.undone]
    parts.log.undo(with_undone(controller.undo), restorable, js=_REMEMBER, **shown)
    feedback = with_undone(controller.feedback, "said")
    parts.log.feedback(feedback, restorable, js=_REMEMBER, **shown)
    parts.log.stop(stop, restorable, js=_REMEMBER, **shown)
    parts.log.restore(restore, restorable, js=_REMEMBER, **shown)
    inspecting = {"trigger_mode": "multiple", **remembering, **asks}
    inspected = parts.log.inspect(_with_event(inspect), known, [parts.inspected], **inspecting)
    inspected.failure(None, js=_NOT_INSPECTED, **_UNSEEN)
    parts.top.new(new, changing, js=_REMEMBER, **with_box)
    reopened = parts.top.reopen(reopen, changing, js=_REMEMBER, **asking_anew)
    reopened.failure(None, js=_NOT_OPENED, **_UNSEEN)
    parts.top.export(_with_event(export), known, [parts.download], **remembering, **asks)
    scoped = [parts.scope, parts.suggested]
    in_turn = {"trigger_mode": "multiple", "concurrency_limit": 1, **_UNSEEN}
    parts.listed.choose(_with_event(choose), [parts.turns], scoped, **in_turn)
    parts.scope.widen(ask_all, [parts.turns], [*scoped, parts.listed], **_UNSEEN)
    page.load(loaded, changing, js=_LOADED, **shown, **asks)
    # By itself, because a conversation may take long: meanwhile other articles may be chosen.
    page.load(list_articles, [parts.kept], [parts.listed, parts.scope], **remembering)
    if controller.editor is not None:
        _wire_adding(controller, parts, known)


def _wire_adding(controller: ChatController, parts: Parts, known: list[Any]) -> None:
    import gradio as gr

    def changes(changed: ArticlesUpdate) -> list[Any]:
        return [changed.message, gr.skip() if changed.source is None else changed.source]

    def scoped(turns: Turns, chosen: Chosen) -> list[Any]:
        return [controller.scope(chosen), controller.suggested(turns, chosen)]

    def add(event: Any) -> Iterator[list[Any]]:
        for changed in controller.add(event._data):
            yield changes(changed)

    def list_anew(sent: str, turns: Turns) -> list[Any]:
        _, chosen = received.remembered(controller, sent)
        return [controller.listing(chosen), *scoped(turns, chosen)]

    def remove(sent: str, turns: Turns, event: Any) -> list[Any]:
        _, chosen = received.remembered(controller, sent)
        changed = controller.remove(
            received.text(event, "article"), chosen, received.text(event, "opened")
        )
        # A second refusal in the same words would change nothing on the page, not even the button.
        listing = f"{changed.listing}<!-- {next(removals)} -->"
        return [*changes(changed), listing, *scoped(turns, changed.chosen)]

    removals = count()
    told = [parts.added, parts.source]
    listed = [parts.listed, parts.scope, parts.suggested]
    # Several files are sent in turn; the end of one is signalled before it counts as done.
    in_turn = {"trigger_mode": "multiple", **_UNSEEN}
    one_by_one = {"concurrency_limit": 1, "concurrency_id": "articles", **in_turn}
    added = parts.adding.addition(_with_event(add), None, told, **one_by_one)
    # Asked for at the end: what is chosen may have changed while the article was added.
    relisted = added.then(list_anew, known, listed, js=_REMEMBER, **in_turn)
    for ended in (relisted.then, relisted.failure, added.failure):  # an error runs only the latter
        ended(None, js=_ENDED, **_UNSEEN)
    removal = _with_event(remove)
    removed = parts.listed.removal(removal, known, told + listed, js=_REMEMBER, **one_by_one)
    removed.failure(None, js=_NOT_REMOVED, **_UNSEEN)


def _on_turn(
    controller: ChatController, action: Callable[..., ChatUpdate], *names: str
) -> Callable[..., Any]:
    """Return a listener for a click on one turn; its number and texts come from the browser."""

    def on_turn(sent: str, turns: Turns, stamp: Stamp, event: Any) -> list[Any]:
        changes = stamp.change()
        kept, chosen = received.remembered(controller, sent)
        known = controller.restored(kept, turns)
        number = received.turn(event, turns, known)
        if number is None:
            return _updates(controller.show(known, chosen))
        told = (received.text(event, name) for name in names)
        update = action(number, known, *told, chosen=chosen)
        return _updates(stamp.unless_changed(changes, update))

    return _with_event(on_turn)


def _written_anew(log: str | None, stamp: Stamp) -> str:
    """Return the log as a different value than before, so that the page shows it again.

    The browser may have put a question into the current one.
    """
    return f"{log}<!-- {stamp.changes} -->"


def _unless_as(built: str, now: str | None) -> str | None:
    """Return a part of the page, or None if it is as the page was built."""
    return None if now == built else now


def _with_event(listener: Callable[..., Any]) -> Callable[..., Any]:
    """Annotate `event` as an event: Gradio looks for its class in the annotation."""
    import gradio as gr

    listener.__annotations__["event"] = gr.EventData
    return listener


def _updates(shown: ChatUpdate, box: bool = False) -> list[Any]:
    """Return the values of the page's parts, in the order of the listeners' outputs.

    box: include the question box, last.
    """
    import gradio as gr

    asked = (shown.question,) if box else ()
    parts = (shown.log, shown.source, shown.turns, shown.undone, *asked)
    return [gr.skip() if part is None else part for part in parts]
