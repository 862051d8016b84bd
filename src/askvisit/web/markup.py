"""Text that others wrote, made harmless for HTML. Everything shown passes through `escape`."""

import html

from askvisit.text import printable


def escape(text: str) -> str:
    """Return `text` as HTML that shows it, in element content and in quoted attributes."""
    return html.escape(printable(text), quote=True)


def lines(text: str) -> str:
    """Return `text` as HTML that keeps its line breaks."""
    return escape(text).replace("\n", "<br>")
