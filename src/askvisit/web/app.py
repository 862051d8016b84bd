"""The page: the chat on the left, the article on the right, wired to a `ChatController`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from askvisit.web import adding, api
from askvisit.web.articles import Chosen
from askvisit.web.chat import SHOWN_TURNS, Turns
from askvisit.web.controller import ArticlesUpdate, ChatController, ChatUpdate

STATIC = Path(__file__).parent / "static"
STYLES = ("theme", "top", "chat", "question", "source", "articles", "adding", "devices")
"""The style sheets in their order, of which later ones win."""

_HEADER = (
    '<header class="top"><h1>askvisit</h1><p>Answers from the news, quoted word for word</p>'
    '<details class="menu"><summary class="quiet">Export</summary>'
    '<div><button type="button" class="quiet" data-export="markdown">Markdown</button>'
    '<button type="button" class="quiet" data-export="json">JSON</button></div></details>'
    '<button type="button" class="quiet" data-api>API</button>'
    '<button type="button" class="quiet" data-new>New conversation</button></header>'
)

_KEPT = "sessionStorage.getItem('askvisit-kept') || ''"
_REMEMBER = f"(kept, ...rest) => [{_KEPT}, ...rest]"
"""Each event brings what the browser remembers of the conversation; see `memory`."""

_ASK = f"(kept, question, ...rest) => [{_KEPT}, window.askvisitAsked(question), ...rest]"
"""The browser shows a question at once; the log comes back with its answer."""


@dataclass
class _Parts:
    """The parts of the page that listen or change; `turns` and `chosen` are one person's."""

    kept: Any
    turns: Any
    chosen: Any
    top: Any
    log: Any
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

    kept, turns, chosen = gr.Textbox(visible=False), gr.State(()), gr.State(None)
    top = _html(_HEADER, "top")
    with gr.Row(elem_id="desk", equal_height=False):
        with gr.Column(scale=3, min_width=320, elem_id="talk"):
            log = _html(controller.log(()), "chat")
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
            with gr.Tab("Article"):
                source = _html(controller.first_source(), "source", server_functions=[open_source])
            with gr.Tab("All articles"):
                listed = _html(controller.listing(), "articles")
            form, added = _lay_out_adding(controller)
    download = _html({}, "download", html_template="")
    inspected = _html({}, "inspected", html_template="")
    return _Parts(
        *(kept, turns, chosen, top, log, question, source, listed),
        *(form, added, download, inspected),
    )


def _lay_out_adding(controller: ChatController) -> tuple[Any, Any]:
    """Return the form that adds an article and its progress, where adding is allowed."""
    import gradio as gr

    if controller.editor is None:
        return None, None
    with gr.Tab("Add an article"):
        return _html(adding.form(), "adding"), _html("", "added")


def _wire(controller: ChatController, page: Any, parts: _Parts) -> None:
    """Name what happens on each event; what a browser sends with one is checked here."""
    listening = {"api_visibility": "private", "show_progress": "hidden"}
    shown = {"outputs": [parts.log, parts.source, parts.turns], **listening}
    # The box only where it changes: Gradio keeps another one for each time that it is left alone.
    with_box = shown | {"outputs": [*shown["outputs"], parts.question]}

    def asked(kept: str, question: str, turns: Turns, chosen: Chosen) -> list[Any]:
        return _updates(controller.ask(question, controller.restored(kept, turns), chosen))

    def suggested(kept: str, turns: Turns, chosen: Chosen, event: Any) -> list[Any]:
        return asked(kept, _text(event, "question"), turns, chosen)

    def choose(event: Any) -> Chosen:
        return controller.choose(_sent(event, "articles"))

    def export(kept: str, turns: Turns, event: Any) -> dict[str, str]:
        return controller.export(_text(event, "format"), controller.restored(kept, turns))

    def inspect(kept: str, turns: Turns, event: Any) -> dict[str, str | int]:
        turns = controller.restored(kept, turns)
        number = _turn(event, turns)
        return {} if number is None else controller.inspect(number, turns)

    def loaded(kept: str, turns: Turns) -> list[Any]:
        return [controller.listing(), *_updates(controller.show(controller.restored(kept, turns)))]

    on_turn = partial(_on_turn, controller)
    remembering = {"js": _REMEMBER, **listening}
    turns = [parts.kept, parts.turns]
    both = [*turns, parts.chosen]
    question = [parts.kept, parts.question, parts.turns, parts.chosen]
    typed = parts.question.submit(asked, question, js=_ASK, **shown)
    clicked = parts.log.ask(_with_event(suggested), both, js=_REMEMBER, **shown)
    for asking in (typed, clicked):
        asking.failure(None, js="() => window.askvisitFailed()", **listening)
    parts.log.guess(on_turn(controller.guess), turns, js=_REMEMBER, **shown)
    parts.log.edit(on_turn(controller.edit, box=True), turns, js=_REMEMBER, **with_box)
    parts.log.undo(on_turn(controller.undo), turns, js=_REMEMBER, **shown)
    parts.log.feedback(on_turn(controller.feedback, "said"), turns, js=_REMEMBER, **shown)
    parts.log.inspect(_with_event(inspect), turns, [parts.inspected], **remembering)
    parts.top.new(lambda: _updates(controller.new(), box=True), None, **with_box)
    parts.top.export(_with_event(export), turns, [parts.download], **remembering)
    parts.listed.choose(_with_event(choose), None, [parts.chosen], **listening)
    page.load(loaded, turns, [parts.listed, *shown["outputs"]], **remembering)
    if controller.editor is not None:
        _wire_adding(controller, parts, listening)


def _wire_adding(controller: ChatController, parts: _Parts, listening: dict[str, Any]) -> None:
    def add(chosen: Chosen, event: Any) -> Iterator[list[Any]]:
        for changed in controller.add(event._data, chosen):
            yield _changes(changed)

    def remove(chosen: Chosen, event: Any) -> list[Any]:
        return _changes(controller.remove(_text(event, "article"), chosen))

    outputs = [parts.added, parts.listed, parts.chosen]
    one_by_one = {"concurrency_limit": 1, "concurrency_id": "articles", **listening}
    parts.adding.addition(_with_event(add), [parts.chosen], outputs, **one_by_one)
    parts.listed.removal(_with_event(remove), [parts.chosen], outputs, **one_by_one)


def _html(value: Any, name: str, **more: Any) -> Any:
    """Return a part of the page whose behaviour is in `static/NAME.js`."""
    import gradio as gr

    script = (STATIC / f"{name}.js").read_text(encoding="utf-8")
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=script, **more)


def _on_turn(
    controller: ChatController, action: Callable[..., ChatUpdate], *names: str, box: bool = False
) -> Callable[..., Any]:
    """Return a listener for a click on one turn; its number and texts are the browser's."""

    def on_turn(kept: str, turns: Turns, event: Any) -> list[Any]:
        known = controller.restored(kept, turns)
        number = _turn(event, known)
        if number is None or (known is not turns and len(known) == SHOWN_TURNS):
            return _updates(controller.show(known), box)  # the page's numbers may be others by now
        return _updates(action(number, known, *(_text(event, name) for name in names)), box)

    return _with_event(on_turn)


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

    parts = (shown.log, shown.source, shown.turns, *((shown.question,) if box else ()))
    return [gr.skip() if part is None else part for part in parts]


def _changes(changed: ArticlesUpdate) -> list[Any]:
    """Return the values of the message, the list and the choice; no new list, no new choice."""
    import gradio as gr

    if changed.listing is None:
        return [changed.message, gr.skip(), gr.skip()]
    return [changed.message, changed.listing, changed.chosen]


def _sent(event: Any, name: str) -> object:
    data = event._data
    return data.get(name) if isinstance(data, dict) else None


def _text(event: Any, name: str) -> str:
    value = _sent(event, name)
    return value if isinstance(value, str) else ""
