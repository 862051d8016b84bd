"""The page: the chat on the left, the article on the right, wired to a `Desk`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from askvisit.web import api
from askvisit.web.articles import Chosen
from askvisit.web.chat import Turns
from askvisit.web.desk import Desk, Shown

STATIC = Path(__file__).parent / "static"

_HEADER = (
    '<header class="top"><h1>askvisit</h1><p>Answers from the news, quoted word for word</p>'
    '<button type="button" class="quiet" data-api>API</button>'
    '<button type="button" class="quiet" data-new>New conversation</button></header>'
)


def build(desk: Desk) -> Any:
    """Return the page as Gradio Blocks, not yet served."""
    import gradio as gr

    with gr.Blocks(title="askvisit", fill_width=True, analytics_enabled=False) as page:
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
                    source = _html(desk.first_source(), "source", server_functions=[_opener(desk)])
                with gr.Tab("All articles"):
                    listed = _html(desk.listing(), "articles")
        listening: dict[str, Any] = {
            "outputs": [question, log, source, turns],
            "api_visibility": "private",
            "show_progress": "hidden",
        }

        def asked(text: str, so_far: Turns, looked_in: Chosen) -> Iterator[list[Any]]:
            for shown in desk.ask(text, so_far, looked_in):
                yield _updates(shown)

        def clicked(so_far: Turns, looked_in: Chosen, event: gr.EventData) -> Iterator[list[Any]]:
            yield from asked(_text(event._data, "question"), so_far, looked_in)

        def choose(event: gr.EventData) -> Chosen:
            return desk.choose(_data(event._data, "articles"))

        for listener in (clicked, choose):
            listener.__annotations__["event"] = gr.EventData
        question.submit(asked, [question, turns, chosen], **listening)
        log.ask(clicked, [turns, chosen], **listening)
        log.guess(_on_turn(desk.guess), [turns], **listening)
        log.edit(_on_turn(desk.edit), [turns], **listening)
        log.undo(_on_turn(desk.undo), [turns], **listening)
        page.load(desk.listing, None, **(listening | {"outputs": [listed]}))
        listed.choose(choose, None, **(listening | {"outputs": [chosen]}))
        top.new(lambda: _updates(desk.new()), None, **listening)
        api.add(desk.assistant)
    return page


def _html(value: str, name: str, **more: Any) -> Any:
    """Return a part of the page whose behaviour is in `static/NAME.js`."""
    import gradio as gr

    script = (STATIC / f"{name}.js").read_text(encoding="utf-8")
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=script, **more)


def _opener(desk: Desk) -> Callable[[Any], dict[str, str]]:
    def open_source(request: Any) -> dict[str, str]:
        return desk.open_source(request)

    return open_source


def _on_turn(action: Callable[[int, Turns], Shown]) -> Callable[..., Any]:
    """Return a listener for a click on one turn; the turn's number is the browser's."""
    import gradio as gr

    def on_turn(turns: Turns, event: gr.EventData) -> list[Any]:
        number = _data(event._data, "turn")
        if type(number) is not int or not 0 <= number < len(turns):
            return _updates(Shown())
        return _updates(action(number, turns))

    on_turn.__annotations__["event"] = gr.EventData
    return on_turn


def _updates(shown: Shown) -> list[Any]:
    """Return the values of the page's parts, in the order in which listeners name them."""
    import gradio as gr

    parts = (shown.question, shown.log, shown.source, shown.turns)
    return [gr.skip() if part is None else part for part in parts]


def _data(data: object, name: str) -> object:
    return data.get(name) if isinstance(data, dict) else None


def _text(data: object, name: str) -> str:
    value = _data(data, name)
    return value if isinstance(value, str) else ""
