"""Untrusted text made safe for HTML. Everything shown passes through `escape`."""

import html
from collections.abc import Mapping

from askvisit.text import printable


def _icon(path: str) -> str:
    return (
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        f'<path d="{path}"/></svg>'
    )


QUOTE_ICON = _icon(
    "M4 18V9a4 4 0 0 1 4-4v3a2 2 0 0 0-2 2h3v8zM14 18V9a4 4 0 0 1 4-4v3a2 2 0 0 0-2 2h3v8z"
)
LINK_ICON = _icon(
    "M9 15 15 9M11 6l1.5-1.5a4.2 4.2 0 0 1 6 6L17 12M13 18l-1.5 1.5a4.2 4.2 0 0 1-6-6L7 12"
)
CHAT_ICON = _icon("M4 5h16v11H9l-5 4z")
NEW_ICON = _icon("M12 5v14M5 12h14")
SAVE_ICON = _icon("M12 4v10M8 10l4 4 4-4M5 19h14")
SOURCES_ICON = _icon("M4 6h3M10 6h10M4 12h3M10 12h10M4 18h3M10 18h10")
PIN_ICON = _icon("M9 4h6l-1 6 3 3v2H7v-2l3-3zM12 15v6")


def escape(text: str) -> str:
    """Return `text` as HTML that shows it, in element content and in quoted attributes."""
    return html.escape(printable(text), quote=True)


def lines(text: str) -> str:
    """Return `text` as HTML that keeps its line breaks."""
    return escape(text).replace("\n", "<br>")


def offered(questions: Mapping[str, str]) -> str:
    """Return a list of buttons, each of which asks a question; nothing for none.

    questions: what each button says, by the question.
    """
    buttons = "".join(
        f'<li><button type="button" class="suggestion" dir="auto" data-ask="{escape(question)}">'
        f"{escape(said)}</button></li>"
        for question, said in questions.items()
    )
    return f'<ul class="offered">{buttons}</ul>' if buttons else ""
