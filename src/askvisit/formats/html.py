"""Saved web pages: the main text by trafilatura, one paragraph per block; no menus, no comments.

The text is the page's words in order: headline first, white space collapsed, blocks separated by a
blank line; table rows carry their column names (`html_structure`). It depends on the bytes only:
dates are not compared with today's.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from askvisit.formats import Document, html_structure
from askvisit.quotable import SPEAKER
from askvisit.text import one_line

if TYPE_CHECKING:
    from lxml.etree import _Element

_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", re.I
)
_DECLARED_WITHIN = 4096

_FORBIDDEN = re.compile(
    r"&#(?:0*(?:[1-8]|1[124-9]|2\d|3[01]|6553[45])(?!\d)|"
    r"x0*(?:[1-8bcef]|1[\da-f]|fff[ef])(?![\da-f]));?",
    re.ASCII | re.I,
)
"""A reference to a character that no XML may have: trafilatura fails if one is in the text."""

_NO_ARTICLE = (
    "no article was found in the page (is it built by a script?); save its text as a .txt file"
)
_BREAK = "\x0b"
"""A deliberate line break, unlike the line feeds of the markup."""

_INLINE = {"hi", "ref", "del", "cell", "lb", "graphic"}
_DATES = {"original_date": True, "extensive_search": False, "max_date": "2100-12-31"}


def read(data: bytes) -> Document:
    """Extract a page's article; raises `ValueError` if there is none."""
    from trafilatura import bare_extraction, load_html

    tree = load_html(_FORBIDDEN.sub(" ", decode(data)))
    if tree is None:
        raise ValueError(_NO_ARTICLE)
    html_structure.write_out(tree)
    page = bare_extraction(
        tree,
        include_comments=False,
        include_formatting=True,
        with_metadata=True,
        date_extraction_params=dict(_DATES),
    )
    blocks = [] if page is None or page.body is None else _blocks(page.body)
    if page is None or not blocks:
        raise ValueError(_NO_ARTICLE)
    title = one_line(page.title or "") or None
    if title is not None and title not in blocks[:3]:
        blocks.insert(0, title)
    url = page.url if page.url and page.url.startswith(("http://", "https://")) else None
    return Document(
        "\n\n".join(blocks) + "\n",
        title=title,
        source=one_line(page.sitename or "") or one_line(page.hostname or "") or None,
        url=url,
        date=page.date,
        author=one_line((page.author or "").replace("; ", ", ")) or None,
    )


def decode(data: bytes) -> str:
    """Decode a page as browsers do: byte order mark, UTF-8, declared encoding, Windows-1252.

    A page that is mostly valid UTF-8 stays UTF-8: one broken byte costs one character.
    """
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if b"\0" in data:
        raise ValueError("has NUL bytes, so it is not a web page")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    encoding = _declared(data)
    if encoding == "utf-8":
        broken = text.count("\ufffd")
        if sum(not character.isascii() for character in text) > 2 * broken:
            return text
    # Browsers read pages that declare Latin-1 as Windows-1252.
    western = encoding in ("utf-8", "iso8859-1", "ascii")
    return data.decode("cp1252" if western else encoding, "replace")


def _declared(data: bytes) -> str:
    """Return the encoding that a page declares, UTF-8 if it declares none that is known."""
    found = _DECLARED.search(data[:_DECLARED_WITHIN])
    try:
        return codecs.lookup(found[1].decode()).name if found else "utf-8"
    except LookupError:
        return "utf-8"


def _blocks(body: _Element) -> list[str]:
    """Return the text of each block in order; text between blocks is a block of its own."""
    from lxml.etree import iterwalk

    pieces: list[list[str]] = [[]]
    for event, element in iterwalk(body, events=("start", "end")):
        if event == "start":
            _part(pieces, element)
            pieces[-1].append(element.text or "")
        else:
            _part(pieces, element)
            if element is not body:
                pieces[-1].append(element.tail or "")
    joined = (line for piece in pieces for line in _lines("".join(piece)))
    return [block for block in joined if any(character.isalnum() for character in block)]


def _part(pieces: list[list[str]], element: _Element) -> None:
    if element.tag not in _INLINE:
        pieces.append([])
    elif element.tag == "cell":
        pieces[-1].append(" ")
    elif element.tag == "lb":
        pieces[-1].append(_BREAK)


def _lines(block: str) -> Iterator[str]:
    """Yield a block as one line, or split at speakers if several of its lines begin with one."""
    broken = [one_line(line) for line in block.split(_BREAK)]
    in_turn = sum(SPEAKER.match(line) is not None for line in broken) > 1
    begun = ""
    for line in broken:
        if in_turn and SPEAKER.match(line):
            yield begun
            begun = ""
        begun = one_line(f"{begun} {line}")
    yield begun
