"""Word documents (.docx), by mammoth: changes as accepted, no comments, footnotes at the end.

Lists and tables are written as those of web pages. The title is the first line if it reads like a
headline. A document's properties say who typed it and when rather than who wrote the article, so
neither author nor date is taken from them.
"""

from __future__ import annotations

import io

from askvisit.formats import Document, html
from askvisit.passages import headline

_MISSING = "needs a library that is not installed; run: pip install 'askvisit[docx]'"
_BROKEN = "is not a Word document that can be read; open it and save it again as .docx"
_INLINE = ("a", "strong", "em", "s", "sub", "sup")
_NOTE_MARKS = ".//sup[a[starts-with(@href, '#')]] | .//a[. = '↑']"


def read(data: bytes) -> Document:
    """Read a document's text; raises `ValueError` if it is broken, or mammoth is not installed."""
    from lxml.html import fragment_fromstring

    try:
        import mammoth
    except ImportError as error:
        raise ValueError(_MISSING) from error
    try:
        page = mammoth.convert_to_html(io.BytesIO(data), convert_image=lambda image: []).value
    except Exception as error:  # of zipfile, the XML parser or mammoth itself
        raise ValueError(_BROKEN) from error
    body = fragment_fromstring(page, create_parent="div")
    for mark in body.xpath(_NOTE_MARKS):
        mark.drop_tree()
    for table in body.iter("table"):
        html.write_table(table)
    for row in list(body.iter("tr")):
        html.only_cell(row, " ".join(map(html.cell_text, row)))
    for element in body.iter(*_INLINE, "br"):
        element.tag = "lb" if element.tag == "br" else "hi"
    text = html.joined(html.blocks(body))
    return Document(text, title=headline(text))
