"""The page: the chat on the left, the article on the right, and what happens on a question."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from askvisit.errors import AskvisitError
from askvisit.web import chat, source_panel
from askvisit.web.chat import Turn, Turns

if TYPE_CHECKING:
    from askvisit.assistant import Assistant

log = logging.getLogger("askvisit.web")

STATIC = Path(__file__).parent / "static"
KEPT_QUESTION = 2001
"""Characters of a question that are kept: one more than may be asked."""

FIRST_SUGGESTIONS = 6
NEXT_SUGGESTIONS = 3

_HEADER = (
    '<header class="top"><h1>askvisit</h1>'
    "<p>Answers from the news, quoted word for word</p></header>"
)
_NO_ARTICLE = (
    '<article class="source"><p class="source-meta">There is no article yet.</p></article>'
)


def reply(assistant: Assistant, question: str, turns: Turns) -> Turn:
    """Ask, and turn whatever goes wrong into words; details of a fault go to the log only."""
    kept = question[:KEPT_QUESTION]
    try:
        return Turn(kept, assistant.ask(question, history=chat.history(turns)))
    except AskvisitError as error:
        return Turn(kept, problem=str(error))
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("a question failed, reference %s", reference)
        return Turn(kept, problem=f"Something went wrong. Reference for the log: {reference}")


def build(assistant: Assistant) -> Any:
    """Return the page as Gradio Blocks, not yet served."""
    import gradio as gr

    suggestions = assistant.suggestions
    with gr.Blocks(title="askvisit", fill_width=True, analytics_enabled=False) as page:
        turns = gr.State(())
        gr.HTML(_HEADER, elem_id="top", apply_default_css=False)
        with gr.Row(elem_id="desk", equal_height=False):
            with gr.Column(scale=3, min_width=320, elem_id="talk"):
                conversation = gr.HTML(
                    chat.conversation((), suggestions[:FIRST_SUGGESTIONS]),
                    elem_id="chat",
                    apply_default_css=False,
                    js_on_load=_static("chat.js"),
                )
                question = gr.Textbox(
                    label="Your question",
                    placeholder="Ask about the articles …",
                    lines=1,
                    max_lines=6,
                    submit_btn="Ask",
                    elem_id="question",
                )
            with gr.Column(scale=2, min_width=320, elem_id="reading"):
                source = gr.HTML(
                    _first_article(assistant),
                    elem_id="source",
                    apply_default_css=False,
                    js_on_load=_static("source.js"),
                    server_functions=[_source_opener(assistant)],
                )
        listen: dict[str, Any] = {
            "outputs": [question, conversation, source, turns],
            "api_visibility": "private",
            "show_progress": "hidden",
        }
        answer = partial(_answer, assistant)
        question.submit(answer, [question, turns], **listen)
        conversation.ask(_from_click(answer), [turns], **listen)
    return page


def _answer(assistant: Assistant, question: str, turns: Turns) -> Iterator[tuple[Any, ...]]:
    """Show the question at once, then its answer with the cited sentences marked."""
    import gradio as gr

    if not question.strip():
        yield gr.skip(), gr.skip(), gr.skip(), gr.skip()
        return
    yield "", chat.conversation(turns, (), pending=question), gr.skip(), gr.skip()
    turn = reply(assistant, question, turns)
    turns = (*turns, turn)
    suggested = chat.not_yet_asked(assistant.suggestions, turns, NEXT_SUGGESTIONS)
    shown = chat.conversation(turns, suggested)
    yield gr.skip(), shown, _panel_for(assistant, turn) or gr.skip(), turns


def _panel_for(assistant: Assistant, turn: Turn) -> str | None:
    """Return the article of the first citation with the answer's places marked."""
    if turn.answer is None or not turn.answer.found:
        return None
    places = chat.places(turn.answer)
    article = assistant.articles.get(places[0].article)
    return None if article is None else source_panel.panel(article, places)


def _from_click(answer: Callable[..., Iterator[tuple[Any, ...]]]) -> Callable[..., Any]:
    """Return a listener for a suggested question; the data is the browser's."""
    import gradio as gr

    def ask_suggestion(turns: Turns, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        data = event._data
        question = data.get("question") if isinstance(data, dict) else None
        yield from answer(question if isinstance(question, str) else "", turns)

    ask_suggestion.__annotations__["event"] = gr.EventData
    return ask_suggestion


def _source_opener(assistant: Assistant) -> Callable[[Any], dict[str, str]]:
    def open_source(request: Any) -> dict[str, str]:
        return source_panel.open_source(request, assistant.articles)

    return open_source


def _first_article(assistant: Assistant) -> str:
    first = next(iter(assistant.articles.values()), None)
    return _NO_ARTICLE if first is None else source_panel.panel(first)


def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
