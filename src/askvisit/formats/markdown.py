"""Markdown in UTF-8: stored as is; the first heading is the title."""

import re

from askvisit.formats import Document, plain

_HEADING = re.compile(r"^\ufeff? {0,3}#{1,6}[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*\r?$", re.MULTILINE)


def read(data: bytes) -> Document:
    """Decode the bytes; Markdown syntax stays in the text, so that offsets stay valid."""
    text = plain.decode(data)
    heading = _HEADING.search(text)
    return Document(text, title=heading.group(1) if heading else plain.headline(text))
