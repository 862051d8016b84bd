"""The page: the chat on the left, the article on the right, wired to a `ChatController`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from askvisit.web import adding, api, api_help
from askvisit.web.articles import Chosen
from askvisit.web.assets import STATIC as STATIC
from askvisit.web.assets import STYLES as STYLES
from askvisit.web.chat import SHOWN_TURNS, Turns
from askvisit.web.controller import ArticlesUpdate, ChatController, ChatUpdate

_HEADER = (
    '<header class="top"><h1>askvisit</h1>'
    '<p class="lead">Answers from the news, quoted word for word</p>'
    '<p class="said" role="status"></p>'
    '<details class="menu"><summary class="quiet">Export</summary>'
    '<div><button type="button" class="quiet" data-export="markdown">Markdown</button>'
    '<button type="button" class="quiet" data-export="json">JSON</button></div></details>'
    '<button type="button" class="quiet" data-api>API</button>'
    '<button type="button" class="quiet" data-new>New conversation</button></header>'
)

_KEPT = "['kept', 'scope'].map((name) => sessionStorage.getItem('askvisit-' + name) || '')"
_REMEMBER = f"(kept, ...rest) => [JSON.stringify({_KEPT}), ...rest]"
"""Each event brings what the browser remembers: the conversation, and which articles to ask."""

_ASK = (
    f"(kept, question, ...rest) => "
    f"[JSON.stringify({_KEPT}), window.askvisitAsked(question), ...rest]"
)
"""The browser shows a question at once; the log comes back with its answer."""


class Stamp:
    """Counts how often one person's conversation was changed by hand.

    An answer that was asked for before the newest change belongs to no conversation any more.
    """

    def __init__(self) -> None:
        self.changes = 0

    def __bool__(self) -> bool:
        """Say that this is no conversation, so that `sessions` need not keep it."""
        return False


@dataclass
class _Parts:
    """The parts of the page that listen or change.

    `turns`, `undone` and `stamp` are one person's; `kept` comes from the browser.
    """

    kept: Any
    turns: Any
    undone: Any
    stamp: Any
    top: Any
    log: Any
    scope: Any
    suggested: Any
    question: Any
    source: Any
    listed: Any
    adding: Any
    added: Any
    download: Any
    inspected: Any


def build(controller: ChatController) -> Any:
    """Return the page as Gradio Blocks, not yet served."""
    import gradio as gr

    with gr.Blocks(title="askvisit", fill_width=True, analytics_enabled=False) as page:
        parts = _lay_out(controller)
        _wire(controller, page, parts)
        api.add(controller.assistant)
    return page


def _lay_out(controller: ChatController) -> _Parts:
    import gradio as gr

    def open_source(request: Any) -> dict[str, str]:
        return controller.open_source(request)

    kept = gr.Textbox(visible=False)
    turns, undone, stamp = gr.State(()), gr.State(()), gr.State(Stamp())
    top = _html(_HEADER + api_help.dialog(controller.assistant), "top")
    with gr.Row(elem_id="desk", equal_height=False):
        with gr.Column(scale=3, min_width=320, elem_id="talk"):
            log = _html(controller.log(()), "chat", "editing", "copying", "announcing")
            scope = _html(controller.scope(None), "scope")
            question = gr.Textbox(
                label="Your question",
                placeholder="Ask about the articles …",
                lines=1,
                max_lines=6,
                max_length=10_000,
                submit_btn="Ask",
                elem_id="question",
            )
        with gr.Column(scale=2, min_width=320, elem_id="reading"):
            added = None if controller.editor is None else _html("", "added")
            with gr.Tab("Article"):
                source = _html(
                    controller.first_source(),
                    *("source", "walking", "visiting", "card", "finding", "pages"),
                    server_functions=[open_source],
                )
            with gr.Tab("All articles"):
                listed = _html(controller.listing(), "articles")
            form = None
            if controller.editor is not None:
                with gr.Tab("Add an article"):
                    form = _html(adding.form(), "adding")
    download = _html({}, "download", html_template="")
    inspected = _html({}, "inspected", html_template="")
    suggested = _html({}, "suggested", html_template="")
    return _Parts(
        *(kept, turns, undone, stamp, top, log, scope, suggested, question, source),
        *(listed, form, added, download, inspected),
    )


def _wire(controller: ChatController, page: Any, parts: _Parts) -> None:
    """Name what happens on each event; what a browser sends with one is checked here."""
    listening = {"api_visibility": "private", "show_progress": "hidden"}
    shown = {"outputs": [parts.log, parts.source, parts.turns, parts.undone], **listening}
    # The box only where it changes: Gradio keeps another one for each time that it is left alone.
    with_box = shown | {"outputs": [*shown["outputs"], parts.question]}

    def asked(sent: str, question: str, turns: Turns, stamp: Stamp) -> list[Any]:
        changes = stamp.changes
        kept, chosen = _remembered(controller, sent)
        update = controller.ask(question, controller.restored(kept, turns), chosen)
        return _updates(update if stamp.changes == changes else ChatUpdate())

    def suggested(sent: str, turns: Turns, stamp: Stamp, event: Any) -> list[Any]:
        return asked(sent, _text(event, "question"), turns, stamp)

    def new(sent: str, turns: Turns, stamp: Stamp) -> list[Any]:
        stamp.changes += 1
        kept, chosen = _remembered(controller, sent)
        update = controller.new(controller.restored(kept, turns), chosen)
        return _updates(replace(update, log=_written_anew(update.log, stamp)), box=True)

    def stop(sent: str, turns: Turns, stamp: Stamp) -> list[Any]:
        stamp.changes += 1
        _, chosen = _remembered(controller, sent)
        return [_written_anew(controller.log(turns, chosen), stamp)]

    def restore(sent: str, turns: Turns, stamp: Stamp, undone: Turns) -> list[Any]:
        stamp.changes += 1
        _, chosen = _remembered(controller, sent)
        return _updates(controller.restore(undone, turns, chosen))

    def choose(turns: Turns, event: Any) -> list[Any]:
        chosen = controller.choose(_sent(event, "articles"))
        return [controller.scope(chosen), controller.suggested(turns, chosen)]

    def ask_all(turns: Turns) -> list[Any]:
        return [controller.scope(None), controller.suggested(turns, None), controller.listing()]

    def export(sent: str, turns: Turns, event: Any) -> dict[str, str]:
        kept, _ = _remembered(controller, sent)
        return controller.export(_text(event, "format"), controller.restored(kept, turns))

    def inspect(sent: str, turns: Turns, event: Any) -> dict[str, str | int]:
        kept, _ = _remembered(controller, sent)
        turns = controller.restored(kept, turns)
        number = _turn(event, turns)
        return {} if number is None else controller.inspect(number, turns)

    def loaded(sent: str, turns: Turns) -> list[Any]:
        kept, chosen = _remembered(controller, sent)
        update = controller.show(controller.restored(kept, turns), chosen)
        return [controller.listing(chosen), controller.scope(chosen), *_updates(update)]

    on_turn = partial(_on_turn, controller)
    remembering = {"js": _REMEMBER, **listening}
    known = [parts.kept, parts.turns]
    changing = [*known, parts.stamp]
    question = [parts.kept, parts.question, parts.turns, parts.stamp]
    typed = parts.question.submit(asked, question, js=_ASK, **shown)
    clicked = parts.log.ask(_with_event(suggested), changing, js=_REMEMBER, **shown)
    edited = parts.log.edit(on_turn(controller.edit, "question"), changing, js=_REMEMBER, **shown)
    for asking in (typed, clicked, edited):
        asking.failure(None, js="() => window.askvisitFailed()", **listening)
    parts.log.guess(on_turn(controller.guess), changing, js=_REMEMBER, **shown)
    parts.log.undo(on_turn(controller.undo), changing, js=_REMEMBER, **shown)
    parts.log.feedback(on_turn(controller.feedback, "said"), changing, js=_REMEMBER, **shown)
    parts.log.stop(stop, changing, [parts.log], **remembering)
    parts.log.restore(restore, [*changing, parts.undone], js=_REMEMBER, **shown)
    parts.log.inspect(_with_event(inspect), known, [parts.inspected], **remembering)
    parts.top.new(new, changing, js=_REMEMBER, **with_box)
    parts.top.export(_with_event(export), known, [parts.download], **remembering)
    scoped = [parts.scope, parts.suggested]
    parts.listed.choose(_with_event(choose), [parts.turns], scoped, **listening)
    parts.scope.widen(ask_all, [parts.turns], [*scoped, parts.listed], **listening)
    page.load(loaded, known, [parts.listed, parts.scope, *shown["outputs"]], **remembering)
    if controller.editor is not None:
        _wire_adding(controller, parts, known, remembering)


def _wire_adding(
    controller: ChatController, parts: _Parts, known: list[Any], remembering: dict[str, Any]
) -> None:
    import gradio as gr

    def changes(changed: ArticlesUpdate, turns: Turns) -> list[Any]:
        if changed.listing is None:
            return [changed.message, *[gr.skip()] * 4]
        chosen, source = changed.chosen, changed.source
        scope, offered = controller.scope(chosen), controller.suggested(turns, chosen)
        opened = gr.skip() if source is None else source
        return [changed.message, changed.listing, scope, offered, opened]

    def add(sent: str, turns: Turns, event: Any) -> Iterator[list[Any]]:
        _, chosen = _remembered(controller, sent)
        for changed in controller.add(event._data, chosen):
            yield changes(changed, turns)

    def remove(sent: str, turns: Turns, event: Any) -> list[Any]:
        _, chosen = _remembered(controller, sent)
        article, opened = _text(event, "article"), _text(event, "opened")
        return changes(controller.remove(article, chosen, opened), turns)

    outputs = [parts.added, parts.listed, parts.scope, parts.suggested, parts.source]
    one_by_one = {"concurrency_limit": 1, "concurrency_id": "articles", **remembering}
    # Several files are sent one after the other; the end of one is heard before it counts as done.
    one_by_one["trigger_mode"] = "multiple"
    parts.adding.addition(_with_event(add), known, outputs, **one_by_one)
    parts.listed.removal(_with_event(remove), known, outputs, **one_by_one)


def _html(value: Any, name: str, *more_scripts: str, **more: Any) -> Any:
    """Return a part of the page whose behaviour is in `static/NAME.js`, and in further scripts."""
    import gradio as gr

    names = (name, *more_scripts)
    script = "\n".join((STATIC / f"{n}.js").read_text(encoding="utf-8") for n in names)
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=script, **more)


def _on_turn(
    controller: ChatController, action: Callable[..., ChatUpdate], *names: str
) -> Callable[..., Any]:
    """Return a listener for a click on one turn; its number and texts are the browser's."""

    def on_turn(sent: str, turns: Turns, stamp: Stamp, event: Any) -> list[Any]:
        stamp.changes += 1
        changes = stamp.changes
        kept, chosen = _remembered(controller, sent)
        known = controller.restored(kept, turns)
        number = _turn(event, known)
        if number is None or (known is not turns and len(known) == SHOWN_TURNS):
            # The page's numbers may be others by now.
            return _updates(controller.show(known, chosen))
        told = (_text(event, name) for name in names)
        update = action(number, known, *told, chosen=chosen)
        return _updates(update if stamp.changes == changes else ChatUpdate())

    return _with_event(on_turn)


def _remembered(controller: ChatController, sent: object) -> tuple[str, Chosen]:
    """Return what a browser remembers: the conversation, and which articles are to be asked."""
    try:
        listed = json.loads(sent) if isinstance(sent, str) and sent else None
    except (ValueError, RecursionError):
        listed = None
    if not isinstance(listed, list) or len(listed) != 2:
        return "", None
    kept, scope = listed
    return kept if isinstance(kept, str) else "", controller.chosen(scope)


def _written_anew(log: str | None, stamp: Stamp) -> str:
    """Return a log that is another value than before, so that the page shows it anew.

    The browser may have put a question into the one that is there.
    """
    return f"{log}<!-- {stamp.changes} -->"


def _turn(event: Any, turns: Turns) -> int | None:
    """Return the number of the turn that a browser named, None where there is no such turn."""
    number = _sent(event, "turn")
    return number if type(number) is int and 0 <= number < len(turns) else None


def _with_event(listener: Callable[..., Any]) -> Callable[..., Any]:
    """Say that `event` is an event: Gradio looks for its class in the annotation."""
    import gradio as gr

    listener.__annotations__["event"] = gr.EventData
    return listener


def _updates(shown: ChatUpdate, box: bool = False) -> list[Any]:
    """Return the values of the page's parts, in the order in which listeners name them.

    box: the box for the question is among them, last.
    """
    import gradio as gr

    asked = (shown.question,) if box else ()
    parts = (shown.log, shown.source, shown.turns, shown.undone, *asked)
    return [gr.skip() if part is None else part for part in parts]


def _sent(event: Any, name: str) -> object:
    data = event._data
    return data.get(name) if isinstance(data, dict) else None


def _text(event: Any, name: str) -> str:
    value = _sent(event, name)
    return value if isinstance(value, str) else ""
