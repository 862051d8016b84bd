"""The page: its parts, each with its script, and each event connected with its listener."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gradio as gr

from askvisit.web import api, articles, lookups, notebook
from askvisit.web.front_page import STATIC
from askvisit.web.listeners import ArticleListeners, ChatListeners, Stamp
from askvisit.web.markup import CHAT_ICON, NEW_ICON, SAVE_ICON, SOURCES_ICON

if TYPE_CHECKING:
    from askvisit.web.controller import ChatController

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

_FAILED = "window.askvisitFailed();"

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


def build(controller: ChatController) -> Any:
    """Return the page as Gradio Blocks, not yet served."""
    with gr.Blocks(title="askvisit", fill_width=True, analytics_enabled=False) as page:
        parts = _Parts(controller)
        _wire(controller, page, parts)
        api.add(controller.assistant, controller.strictness)
    return page


def _wire(controller: ChatController, page: Any, parts: _Parts) -> None:
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
    restorable = [*changing, parts.undone]
    edit, guess = on.on_turn("edit", "question"), on.on_turn("guess")
    as_typed = on.on_turn("as_typed")
    edited = parts.log.edit(edit, restorable, js=_REMEMBER, **asking_anew)
    for asking in (typed, clicked, edited):
        asking.failure(None, js=f"() => {{ {_FAILED} }}", **_UNSEEN)
    parts.log.guess(guess, restorable, js=_REMEMBER, **shown, **asks)
    parts.log.typed(as_typed, restorable, js=_REMEMBER, **shown, **asks)
    parts.log.undo(on.on_turn("undo"), restorable, js=_REMEMBER, **shown)
    parts.log.feedback(on.on_turn("feedback", "said"), restorable, js=_REMEMBER, **shown)
    parts.log.stop(on.stop, restorable, js=_REMEMBER, **shown)
    parts.log.restore(on.restore, restorable, js=_REMEMBER, **shown)
    inspecting = {"trigger_mode": "multiple", **remembering, **asks}
    inspected = parts.log.inspect(on.inspect, known, [parts.inspected], **inspecting)
    inspected.failure(None, js=_dispatch("notinspected"), **_UNSEEN)
    parts.top.new(on.new, changing, js=_REMEMBER, **with_box)
    reopened = parts.top.reopen(on.reopen, changing, js=_REMEMBER, **asking_anew)
    reopened.failure(None, js=_dispatch("notopened", _FAILED), **_UNSEEN)
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


def _wire_adding(controller: ChatController, parts: _Parts, known: list[Any]) -> None:
    on = ArticleListeners(controller)
    outcome = [parts.added, parts.source]
    listed = [parts.listed, parts.scope, parts.suggested]
    # Several files are sent in turn; the end of one is signalled before it counts as done.
    in_turn = {"trigger_mode": "multiple", **_UNSEEN}
    one_by_one = {"concurrency_limit": 1, "concurrency_id": "articles", **in_turn}
    added = parts.adding.addition(on.add, None, outcome, **one_by_one)
    # Asked for at the end: what is chosen may have changed while the article was added.
    relisted = added.then(on.list_anew, known, listed, js=_REMEMBER, **in_turn)
    # Gradio shows an event's last outputs once more when it ends; this is dispatched after that.
    for ended in (relisted.then, relisted.failure, added.failure):  # an error runs only the latter
        ended(None, js=_dispatch("ended"), **_UNSEEN)
    removed = parts.listed.removal(on.remove, known, outcome + listed, js=_REMEMBER, **one_by_one)
    removed.failure(None, js=_dispatch("notremoved"), **_UNSEEN)


def _dispatch(event: str, first: str = "") -> str:
    return f"() => {{ {first} document.dispatchEvent(new CustomEvent('askvisit:{event}')); }}"


class _Parts:
    """The parts of the page that listen or change.

    `turns`, `undone` and `stamp` are per user; `kept` comes from the browser.
    """

    def __init__(self, controller: ChatController) -> None:
        """Put the parts on the page being built."""

        def open_source(request: Any) -> dict[str, str]:
            return controller.open_source(request)

        def called(function: Callable[..., Any], *more: Any) -> Callable[[Any], Any]:
            """Return a function that the page's scripts call by its name."""

            def call(request: Any) -> Any:
                return function(request, *more, controller.known_articles())

            call.__name__ = function.__name__
            return call

        self.kept = gr.Textbox(visible=False)
        self.turns, self.undone, self.stamp = gr.State(()), gr.State(()), gr.State(Stamp())
        head = _HEADER + _CONVERSATIONS + api.dialog(controller.assistant)
        self.top = _html(head, "top", "conversations", uses=("storage",))
        with gr.Row(elem_id="desk", equal_height=False):
            with gr.Column(scale=0, min_width=0, elem_id="sources"):
                self.listed = _html(controller.listing(), "articles", "rail", uses=("storage",))
            with gr.Column(scale=5, min_width=320, elem_id="talk"):
                self.log = _html(
                    controller.log(()),
                    *("chat", "editing", "copying", "announcing"),
                    uses=("storage", "clipboard"),
                )
                self.scope = _html(controller.scope(None), "scope")
                self.question = gr.Textbox(
                    label="Your question",
                    placeholder="Ask about the articles…",
                    lines=1,
                    max_lines=6,
                    max_length=10_000,
                    submit_btn="Ask",
                    elem_id="question",
                )
            with gr.Column(scale=4, min_width=320, elem_id="reading"):
                if controller.editor is not None:
                    self.added = _html("", "added")
                with gr.Tab("Article"):
                    self.source = _html(
                        controller.first_source(),
                        *("source", "walking", "visiting", "card", "finding", "pages"),
                        *("selecting", "pinning", "names"),
                        uses=("storage", "pins", "clipboard"),
                        server_functions=[
                            open_source,
                            called(notebook.select),
                            called(lookups.named, controller.assistant),
                        ],
                    )
                with gr.Tab("Timeline"):
                    dated = called(lookups.dated, controller.assistant)
                    _html(lookups.TIMELINE_FORM, "timeline", server_functions=[dated])
                with gr.Tab("Notebook"):
                    _html(
                        _NOTEBOOK,
                        "notebook",
                        uses=("storage", "pins", "saving"),
                        server_functions=[
                            called(notebook.prove_pins),
                            called(notebook.export_pins),
                        ],
                    )
                if controller.editor is not None:
                    with gr.Tab("Add an article"):
                        self.adding = _html(articles.form(), "adding")
        self.download = _html({}, "download", uses=("saving",), html_template="")
        self.inspected = _html({}, "inspected", html_template="")
        self.suggested = _html({}, "suggested", html_template="")


def _html(
    value: Any, name: str, *more_scripts: str, uses: tuple[str, ...] = (), **more: Any
) -> Any:
    """Return a part of the page whose behaviour is in `static/NAME.js` and further scripts.

    uses: scripts with functions that come before it.
    """
    names = (*uses, name, *more_scripts)
    script = "\n".join((STATIC / f"{n}.js").read_text(encoding="utf-8") for n in names)
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=script, **more)
