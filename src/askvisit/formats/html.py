"""Saved web pages: the main text by trafilatura, one paragraph per block; no menus, no comments.

The text is the page's words in order: headline first, white space collapsed, blocks separated by a
blank line. What parts of a page mean by their markup is written out before: table rows carry their
column names ("Year: 2018; Trucks: 64"), a caption becomes a paragraph, a term and its description
one line, and a line that only names the speaker is joined to the next. The text depends on the
bytes only: dates are not compared with today's.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from askvisit.formats import Document
from askvisit.quotable import SPEAKER
from askvisit.text import ends_sentence, one_line

if TYPE_CHECKING:
    from lxml.etree import _Element
    from lxml.html import HtmlElement

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

_MOST_CELLS = 20_000
_MOST_SPANNED = 100
"""Maximum rows or columns that one cell may span; real ones span a few."""

_FIGURES = "//figure | //*[starts-with(@class, 'wp-caption')]"
_LONGEST_LABEL = 60
_SPACED = ("br", "p", "div", "li")
_UNSEEN = ("script", "style", "noscript", "template")

_Row = list[tuple[str, bool]]
"""The text of each cell, and whether it is a heading."""


def read(data: bytes) -> Document:
    """Extract a page's article; raises `ValueError` if there is none."""
    from trafilatura import bare_extraction, load_html

    tree = load_html(_FORBIDDEN.sub(" ", decode(data)))
    if tree is None:
        raise ValueError(_NO_ARTICLE)
    _write_out(tree)
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


def _write_out(page: HtmlElement) -> None:
    """Change a page in place: tables with headings, captions, definition lists, labels."""
    for table in list(page.iter("table")):
        _write_table(table)
    for figure in page.xpath(_FIGURES):
        _write_caption(figure)
    for terms in list(page.iter("dl")):
        _write_terms(terms)
    for label in list(page.iter("p")):
        _write_label(label)


def _write_table(table: HtmlElement) -> None:
    """Put each row of a data table into one cell; layout tables are left alone."""
    if next(table.iterdescendants("table"), None) is not None or not _is_read(table):
        return
    elements = list(table.iter("tr"))
    rows = _grid(elements)
    if rows is None or not any(heading for row in rows for _, heading in row):
        return
    heads = 0
    while heads < len(rows) and _names_columns(rows[heads]):
        heads += 1
    if heads == len(rows):
        return
    names = _column_names(rows[:heads])
    if len(set(names)) == 1 and max(map(len, rows[heads:])) > 1:  # a title over all columns
        heads, names = 0, []
    for element, row in zip(elements[heads:], rows[heads:], strict=True):
        _only_cell(element, _row_text(row, names))
    for element in elements[:heads]:
        element.drop_tree()


def _is_read(table: HtmlElement) -> bool:
    """Return whether a table is content, not a menu: at most half of its text is links."""
    linked = sum(len(link.text_content()) for link in table.iter("a"))
    return 2 * linked <= len(table.text_content())


def _grid(elements: Sequence[HtmlElement]) -> list[_Row] | None:
    """Return the cells of each row; a cell that spans rows or columns is repeated in each."""
    rows: list[_Row] = []
    below: dict[int, tuple[int, str, bool]] = {}
    cells = 0
    for element in elements:
        row: _Row = []
        waiting = list(element.iterchildren("td", "th"))
        while waiting or any(column >= len(row) for column in below):
            column = len(row)
            if column in below:
                left, text, heading = below.pop(column)
                row.append((text, heading))
                if left > 1:
                    below[column] = (left - 1, text, heading)
            elif waiting:
                cell = waiting.pop(0)
                text, heading = _cell_text(cell), cell.tag == "th"
                width, height = _spanned(cell, "colspan"), _spanned(cell, "rowspan")
                for position in range(column, column + width):
                    row.append((text, heading))
                    if height > 1:
                        below[position] = (height - 1, text, heading)
            else:
                row.append(("", False))
            if len(row) + cells > _MOST_CELLS:
                return None
        cells += len(row)
        rows.append(row)
    return rows


def _spanned(cell: HtmlElement, name: str) -> int:
    value = cell.get(name, "1").strip()
    return min(max(int(value), 1), _MOST_SPANNED) if value.isdecimal() else 1


def _cell_text(cell: HtmlElement) -> str:
    for element in list(cell.iter(*_UNSEEN)):
        element.drop_tree()
    for element in cell.iterdescendants(*_SPACED):
        if element.tag != "br":
            element.text = " " + (element.text or "")
        element.tail = " " + (element.tail or "")
    return one_line(cell.text_content())


def _names_columns(row: _Row) -> bool:
    """Return whether all its text is headings; one beside empty cells may be that of its row."""
    texts = [text for text, _ in row]
    alone = any(texts[:1]) and not any(texts[1:])
    return all(heading for text, heading in row if text or alone)


def _column_names(heads: Sequence[_Row]) -> list[str]:
    """Return the column names; stacked headings are joined, each once."""
    width = max((len(row) for row in heads), default=0)
    names = []
    for column in range(width):
        parts = [row[column][0] for row in heads if column < len(row)]
        names.append(" ".join(dict.fromkeys(part for part in parts if part)))
    return names


def _row_text(row: _Row, names: Sequence[str]) -> str:
    """Return a row with its column names; if there are none, its own heading comes first."""
    parts: list[str] = []
    for column, (text, _) in enumerate(row):
        name = names[column] if column < len(names) else ""
        part = f"{name.rstrip(':')}: {text}" if name and name != text else text
        if text and part not in parts[-1:]:
            parts.append(part)
    if len(parts) > 1 and not any(names) and row[0][1]:
        return f"{parts[0].rstrip(':')}: {'; '.join(parts[1:])}"
    return "; ".join(parts)


def _only_cell(row: HtmlElement, text: str) -> None:
    from lxml.etree import SubElement

    for child in list(row):
        row.remove(child)
    row.text = None
    SubElement(row, "td").text = text


def _write_caption(figure: HtmlElement) -> None:
    """Make a figure part of the text: trafilatura drops figures with all their text."""
    for caption in list(figure.iter("figcaption")):
        caption.tag = "p"
        caption.attrib.clear()
    figure.tag = "div" if figure.tag == "figure" else figure.tag
    figure.attrib.clear()


def _write_terms(terms: HtmlElement) -> None:
    """Put a term before each of its descriptions; a question gets no colon."""
    term = ""
    for child in list(terms):
        if child.tag == "dt":
            term = _cell_text(child)
            child.drop_tree()
        elif child.tag == "dd":
            _put_before(child, term)
    if any(child.tag == "dd" for child in terms):
        for child in terms.iterchildren("dd"):
            child.tag = "p"
        terms.tag = "div"


def _write_label(label: HtmlElement) -> None:
    """Join a paragraph that only names the speaker, or announces what follows, to the next one."""
    after = label.getnext()
    text = _cell_text(label)
    is_label = text.endswith(":") and len(text) <= _LONGEST_LABEL
    if not is_label or after is None or after.tag != "p" or (label.tail or "").strip():
        return
    _put_before(after, text)
    label.drop_tree()


def _put_before(element: HtmlElement, label: str) -> None:
    if not label:
        return
    parted = label if label.endswith(":") or ends_sentence(label) else f"{label}:"
    element.text = f"{parted} {(element.text or '').lstrip()}"
