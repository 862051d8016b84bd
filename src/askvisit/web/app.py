"""The page: its layout, each event of it connected with its listener."""

from __future__ import annotations

from typing import Any

import gradio as gr

from askvisit.web import api
from askvisit.web.controller import ChatController
from askvisit.web.layout import Parts, lay_out
from askvisit.web.listeners import ArticleListeners, ChatListeners, Stamp

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


def build(controller: ChatController) -> Any:
    """Return the page as Gradio Blocks, not yet served."""
    with gr.Blocks(title="askvisit", fill_width=True, analytics_enabled=False) as page:
        parts = lay_out(controller, Stamp())
        _wire(controller, page, parts)
        api.add(controller.assistant, controller.strictness)
    return page


def _wire(controller: ChatController, page: Any, parts: Parts) -> None:
    """Connect each event with its listener."""
    on = ChatListeners(controller, parts.log.value, parts.source.value)
    shown = {"outputs": [parts.log, parts.source, parts.turns, parts.undone], **_UNSEEN}
    # The box only if it changes: Gradio keeps another one each time it is left alone.
    with_box = shown | {"outputs": [*shown["outputs"], parts.question]}
    remembering = {"js": _REMEMBER, **_UNSEEN}
    known = [parts.kept, parts.turns]
    changing = [*known, parts.stamp]
    question = [parts.kept, parts.question, parts.turns, parts.stamp]
    # The page asks one question at a time. One that was stopped may still be being answered, and
    # Gradio would drop the next one until then.
    asks = {"concurrency_id": api.QUESTIONS}
    asking_anew = {**shown, **asks, "trigger_mode": "multiple"}
    typed = parts.question.submit(on.asked, question, js=_ASK, **asking_anew)
    clicked = parts.log.ask(on.suggested, changing, js=_REMEMBER, **asking_anew)
    edited = parts.log.edit(on.edit, changing, js=_REMEMBER, **asking_anew)
    for asking in (typed, clicked, edited):
        asking.failure(None, js="() => window.askvisitFailed()", **_UNSEEN)
    parts.log.guess(on.guess, changing, js=_REMEMBER, **shown, **asks)
    restorable = [*changing, parts.undone]
    parts.log.undo(on.undo, restorable, js=_REMEMBER, **shown)
    parts.log.feedback(on.feedback, restorable, js=_REMEMBER, **shown)
    parts.log.stop(on.stop, restorable, js=_REMEMBER, **shown)
    parts.log.restore(on.restore, restorable, js=_REMEMBER, **shown)
    inspecting = {"trigger_mode": "multiple", **remembering, **asks}
    inspected = parts.log.inspect(on.inspect, known, [parts.inspected], **inspecting)
    inspected.failure(None, js=_NOT_INSPECTED, **_UNSEEN)
    parts.top.new(on.new, changing, js=_REMEMBER, **with_box)
    reopened = parts.top.reopen(on.reopen, changing, js=_REMEMBER, **asking_anew)
    reopened.failure(None, js=_NOT_OPENED, **_UNSEEN)
    parts.top.export(on.export, known, [parts.download], **remembering, **asks)
    scoped = [parts.scope, parts.suggested]
    in_turn = {"trigger_mode": "multiple", "concurrency_limit": 1, **_UNSEEN}
    parts.listed.choose(on.choose, [parts.turns], scoped, **in_turn)
    parts.scope.widen(on.ask_all, [parts.turns], [*scoped, parts.listed], **_UNSEEN)
    page.load(on.loaded, changing, js=_LOADED, **shown, **asks)
    # By itself, because a conversation may take long: meanwhile other articles may be chosen.
    page.load(on.list_articles, [parts.kept], [parts.listed, parts.scope], **remembering)
    if controller.editor is not None:
        _wire_adding(controller, parts, known)


def _wire_adding(controller: ChatController, parts: Parts, known: list[Any]) -> None:
    on = ArticleListeners(controller)
    told = [parts.added, parts.source]
    listed = [parts.listed, parts.scope, parts.suggested]
    # Several files are sent in turn; the end of one is signalled before it counts as done.
    in_turn = {"trigger_mode": "multiple", **_UNSEEN}
    one_by_one = {"concurrency_limit": 1, "concurrency_id": "articles", **in_turn}
    added = parts.adding.addition(on.add, None, told, **one_by_one)
    # Asked for at the end: what is chosen may have changed while the article was added.
    relisted = added.then(on.list_anew, known, listed, js=_REMEMBER, **in_turn)
    for ended in (relisted.then, relisted.failure, added.failure):  # an error runs only the latter
        ended(None, js=_ENDED, **_UNSEEN)
    removed = parts.listed.removal(on.remove, known, told + listed, js=_REMEMBER, **one_by_one)
    removed.failure(None, js=_NOT_REMOVED, **_UNSEEN)
