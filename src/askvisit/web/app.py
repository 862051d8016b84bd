"""The page: the chat on the left, the article on the right, wired to a `Desk`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from askvisit.web import api
from askvisit.web.articles import Chosen
from askvisit.web.chat import Turns
from askvisit.web.desk import Desk, Shown

STATIC = Path(__file__).parent / "static"

_HEADER = (
    '<header class="top"><h1>askvisit</h1><p>Answers from the news, quoted word for word</p>'
    '<details class="menu"><summary class="quiet">Export</summary>'
    '<div><button type="button" class="quiet" data-export="markdown">Markdown</button>'
    '<button type="button" class="quiet" data-export="json">JSON</button></div></details>'
    '<button type="button" class="quiet" data-api>API</button>'
    '<button type="button" class="quiet" data-new>New conversation</button></header>'
)

_SHOW_QUESTION = "(question, ...rest) => [window.askvisitAsked(question), ...rest]"
"""The browser shows a question at once; the log comes back with its answer."""


@dataclass
class _Parts:
    """The parts of the page that listen or change; `turns` and `chosen` are one person's."""

    turns: Any
    chosen: Any
    top: Any
    log: Any
    question: Any
    source: Any
    listed: Any
    download: Any
    inspected: Any


def build(desk: Desk) -> Any:
    """Return the page as Gradio Blocks, not yet served."""
    import gradio as gr

    with gr.Blocks(title="askvisit", fill_width=True, analytics_enabled=False) as page:
        parts = _lay_out(desk)
        _wire(desk, page, parts)
        api.add(desk.assistant)
    return page


def _lay_out(desk: Desk) -> _Parts:
    import gradio as gr

    def open_source(request: Any) -> dict[str, str]:
        return desk.open_source(request)

    turns, chosen = gr.State(()), gr.State(None)
    top = _html(_HEADER, "top")
    with gr.Row(elem_id="desk", equal_height=False):
        with gr.Column(scale=3, min_width=320, elem_id="talk"):
            log = _html(desk.log(()), "chat")
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
                source = _html(desk.first_source(), "source", server_functions=[open_source])
            with gr.Tab("All articles"):
                listed = _html(desk.listing(), "articles")
    download = _html({}, "download", html_template="")
    inspected = _html({}, "inspected", html_template="")
    return _Parts(turns, chosen, top, log, question, source, listed, download, inspected)


def _wire(desk: Desk, page: Any, parts: _Parts) -> None:
    """Name what happens on each event; what a browser sends with one is checked here."""
    listening = {"api_visibility": "private", "show_progress": "hidden"}
    shown = {"outputs": [parts.question, parts.log, parts.source, parts.turns], **listening}

    def asked(question: str, turns: Turns, chosen: Chosen) -> list[Any]:
        return _updates(desk.ask(question, turns, chosen))

    def suggested(turns: Turns, chosen: Chosen, event: Any) -> list[Any]:
        return asked(_text(event, "question"), turns, chosen)

    def choose(event: Any) -> Chosen:
        return desk.choose(_sent(event, "articles"))

    def export(turns: Turns, event: Any) -> dict[str, str]:
        return desk.export(_text(event, "format"), turns)

    def inspect(turns: Turns, event: Any) -> dict[str, str | int]:
        number = _turn(event, turns)
        return {} if number is None else desk.inspect(number, turns)

    turns, both = [parts.turns], [parts.turns, parts.chosen]
    parts.question.submit(asked, [parts.question, *both], js=_SHOW_QUESTION, **shown)
    parts.log.ask(_with_event(suggested), both, **shown)
    parts.log.guess(_on_turn(desk.guess), turns, **shown)
    parts.log.edit(_on_turn(desk.edit), turns, **shown)
    parts.log.undo(_on_turn(desk.undo), turns, **shown)
    parts.log.feedback(_on_turn(desk.feedback, "said"), turns, **shown)
    parts.log.inspect(_with_event(inspect), turns, [parts.inspected], **listening)
    parts.top.new(lambda: _updates(desk.new()), None, **shown)
    parts.top.export(_with_event(export), turns, [parts.download], **listening)
    parts.listed.choose(_with_event(choose), None, [parts.chosen], **listening)
    page.load(desk.listing, None, [parts.listed], **listening)


def _html(value: Any, name: str, **more: Any) -> Any:
    """Return a part of the page whose behaviour is in `static/NAME.js`."""
    import gradio as gr

    script = (STATIC / f"{name}.js").read_text(encoding="utf-8")
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=script, **more)


def _on_turn(action: Callable[..., Shown], *names: str) -> Callable[..., Any]:
    """Return a listener for a click on one turn; its number and texts are the browser's."""

    def on_turn(turns: Turns, event: Any) -> list[Any]:
        number = _turn(event, turns)
        if number is None:
            return _updates(Shown())
        return _updates(action(number, turns, *(_text(event, name) for name in names)))

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


def _updates(shown: Shown) -> list[Any]:
    """Return the values of the page's parts, in the order in which listeners name them."""
    import gradio as gr

    parts = (shown.question, shown.log, shown.source, shown.turns)
    return [gr.skip() if part is None else part for part in parts]


def _sent(event: Any, name: str) -> object:
    data = event._data
    return data.get(name) if isinstance(data, dict) else None


def _text(event: Any, name: str) -> str:
    value = _sent(event, name)
    return value if isinstance(value, str) else ""
