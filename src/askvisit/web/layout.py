"""What the page is made of: sources, conversation and article, each with its script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from askvisit.web import adding, api_help, names, notebook, timeline
from askvisit.web.assets import STATIC
from askvisit.web.controller import ChatController
from askvisit.web.markup import CHAT_ICON, NEW_ICON, SAVE_ICON, SOURCES_ICON

_HEADER = (
    '<header class="top"><h1>askvisit</h1>'
    '<p class="lead">Answers from the news, quoted word for word</p>'
    '<p class="said" role="status"></p>'
    '<button type="button" class="quiet" data-sources aria-controls="sources" '
    f'aria-expanded="false" title="Sources">{SOURCES_ICON}<span>Sources</span></button>'
    '<button type="button" class="quiet" popovertarget="conversations" title="Conversations">'
    f"{CHAT_ICON}<span>Conversations</span></button>"
    '<details class="menu"><summary class="quiet" title="Export">'
    f"{SAVE_ICON}<span>Export</span></summary>"
    '<div><button type="button" class="quiet" data-export="markdown">Markdown</button>'
    '<button type="button" class="quiet" data-export="json">JSON</button></div></details>'
    '<button type="button" class="quiet" data-api>API</button>'
    '<button type="button" class="quiet" data-new title="New conversation">'
    f"{NEW_ICON}<span>New conversation</span></button></header>"
)

_CONVERSATIONS = (
    '<section id="conversations" popover aria-label="Conversations"><h2>Conversations</h2>'
    '<p class="note">Kept in this browser only.</p><ul></ul>'
    '<p class="note deleted" role="status"></p></section>'
)

_NOTEBOOK = (
    '<section class="notebook" aria-label="Notebook"><header><p class="note count">No pins yet</p>'
    '<button type="button" class="quiet" data-save hidden>Export as Markdown</button></header>'
    '<p class="empty note">Select words in the article and press “Pin”, or press the pin beside a '
    "quote. Pins are kept in this browser only.</p><ol></ol>"
    '<p class="note told" role="status"></p></section>'
)


@dataclass
class Parts:
    """The parts of the page that listen or change.

    `turns`, `undone` and `stamp` are per user; `kept` comes from the browser.
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


def lay_out(controller: ChatController, stamp: object) -> Parts:
    """Put the parts on the page being built; `stamp` is the initial value of each user's."""

    def open_source(request: Any) -> dict[str, str]:
        return controller.open_source(request)

    def select(request: Any) -> dict[str, Any]:
        return notebook.select(request, controller.known_articles())

    def prove_pins(pins: Any) -> list[dict[str, Any]]:
        return notebook.prove(pins, controller.known_articles())

    def export_pins(pins: Any) -> dict[str, Any]:
        return notebook.export(pins, controller.known_articles())

    def named(request: Any) -> str:
        return names.named(request, controller.assistant, controller.known_articles())

    def dated(request: Any) -> dict[str, str]:
        return timeline.dated(request, controller.assistant, controller.known_articles())

    kept = gr.Textbox(visible=False)
    turns, undone = gr.State(()), gr.State(())
    head = _HEADER + _CONVERSATIONS + api_help.dialog(controller.assistant)
    top = _html(head, "top", "conversations", uses=("storage",))
    with gr.Row(elem_id="desk", equal_height=False):
        with gr.Column(scale=0, min_width=0, elem_id="sources"):
            listed = _html(controller.listing(), "articles", "rail", uses=("storage",))
        with gr.Column(scale=5, min_width=320, elem_id="talk"):
            log = _html(
                controller.log(()),
                *("chat", "editing", "copying", "announcing"),
                uses=("storage", "clipboard"),
            )
            scope = _html(controller.scope(None), "scope")
            question = gr.Textbox(
                label="Your question",
                placeholder="Ask about the articles…",
                lines=1,
                max_lines=6,
                max_length=10_000,
                submit_btn="Ask",
                elem_id="question",
            )
        with gr.Column(scale=4, min_width=320, elem_id="reading"):
            added = None if controller.editor is None else _html("", "added")
            with gr.Tab("Article"):
                source = _html(
                    controller.first_source(),
                    *("source", "walking", "visiting", "card", "finding", "pages"),
                    *("selecting", "pinning", "names"),
                    uses=("storage", "pins", "clipboard"),
                    server_functions=[open_source, select, named],
                )
            with gr.Tab("Timeline"):
                _html(timeline.FORM, "timeline", server_functions=[dated])
            with gr.Tab("Notebook"):
                _html(
                    _NOTEBOOK,
                    "notebook",
                    uses=("storage", "pins", "saving"),
                    server_functions=[prove_pins, export_pins],
                )
            form = None
            if controller.editor is not None:
                with gr.Tab("Add an article"):
                    form = _html(adding.form(), "adding")
    download = _html({}, "download", uses=("saving",), html_template="")
    inspected = _html({}, "inspected", html_template="")
    suggested = _html({}, "suggested", html_template="")
    return Parts(
        *(kept, turns, undone, gr.State(stamp), top, log, scope, suggested, question, source),
        *(listed, form, added, download, inspected),
    )


def _html(
    value: Any, name: str, *more_scripts: str, uses: tuple[str, ...] = (), **more: Any
) -> Any:
    """Return a part of the page whose behaviour is in `static/NAME.js` and further scripts.

    uses: scripts with functions that come before it.
    """
    names = (*uses, name, *more_scripts)
    script = "\n".join((STATIC / f"{n}.js").read_text(encoding="utf-8") for n in names)
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=script, **more)
