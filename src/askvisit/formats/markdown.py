"""Markdown in UTF-8: stored as is; a heading at the top is the title."""

import re

from askvisit.formats import Document, plain

_HEADING = re.compile(r"^\ufeff? {0,3}#{1,6}[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*\r?$", re.MULTILINE)


def read(data: bytes) -> Document:
    """Decode the bytes; Markdown syntax stays in the text, so that offsets stay valid."""
    text = plain.decode(data)
    heading = _HEADING.search(text)
    at_top = heading is not None and not text[: heading.start()].strip()
    first = heading[1] if heading else None
    return Document(text, title=first if at_top else plain.headline(text) or first)
