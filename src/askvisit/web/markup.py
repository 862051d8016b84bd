"""Text that others wrote, made harmless for HTML. Everything shown passes through `escape`."""

import html

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


def escape(text: str) -> str:
    """Return `text` as HTML that shows it, in element content and in quoted attributes."""
    return html.escape(printable(text), quote=True)


def lines(text: str) -> str:
    """Return `text` as HTML that keeps its line breaks."""
    return escape(text).replace("\n", "<br>")


def counted(number: int, one: str) -> str:
    """Return a number with its noun: "1 word", "2,000 words"."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"
