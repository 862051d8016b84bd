"""Text that others wrote, made harmless for HTML. Everything shown passes through `escape`."""

import html
import re

_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """Drop control characters and bidirectional overrides; a lone surrogate becomes "?"."""
    return _UNSAFE.sub("", text).encode("utf-8", "replace").decode("utf-8")


def escape(text: str) -> str:
    """Return `text` as HTML that shows it, in element content and in quoted attributes."""
    return html.escape(clean(text), quote=True)


def lines(text: str) -> str:
    """Return `text` as HTML that keeps its line breaks."""
    return escape(text).replace("\n", "<br>")
