"""Saved web pages: the main text by trafilatura, one paragraph per block; no menus, no comments.

The text is the page's words in order: headline first, white space collapsed, blocks separated by a
blank line; items of lists begin with "- ". What parts of a page mean by their markup is written out
before: table rows carry their column names ("Year: 2018; Trucks: 64"), a term and its description
are one line, and a line that only names the speaker is joined to the next. The text depends on the
bytes only: dates are not compared with today's.

What trafilatura does not do was measured on the 990 pages of its own evaluation: it trims the texts
around links and takes inline code for paragraphs, so that words are fused and sentences torn
(`_keep_sentences`), and of 845 titles it finds 517 as printed, with the headings (`_title`) 708.
Captions are left out with it: writing them out cost more precision than anything else. What it
leaves of links to other pages, forms and notices is told by a logistic regression, which takes 38
of 298 wrong gold phrases out and 9 of 2,796 right ones, cross-validated by page (`_in_article`).
"""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import TYPE_CHECKING
from unicodedata import normalize

from askvisit import printed
from askvisit.formats import Document
from askvisit.formats.fields import web_address
from askvisit.quotable import SPEAKER
from askvisit.text import ends_sentence, one_line, words

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

_MOST_NULS = 100
"""A page may have a NUL byte in so many bytes; browsers ignore them."""

_NO_ARTICLE = (
    "has no article that could be found (is it built by a script?); save its text as a .txt file"
)
_BREAK = "\x0b"
"""A deliberate line break, unlike the line feeds of the markup."""

_INLINE = {"hi", "ref", "del", "cell", "lb", "graphic"}

_GAP = "\N{SYMBOL FOR SPACE}"
"""White space beside inline markup: trafilatura trims the texts on both sides of a link."""
_AROUND_MARKUP = tuple(
    "a b i em strong span u s del ins sub sup time small big font mark cite abbr label".split()
)
_WORDS_OF_SENTENCE = ("code", "kbd", "samp", "tt", "var", "q")
"""Inline markup that trafilatura takes for a block of its own, as it does elements that HTML does
not have (their names have a hyphen)."""
_INVISIBLE = re.compile(
    "&(?:shy|#0*173|#x0*ad|#0*8203|#x0*200b|zwsp);|[\u00ad\u200b\u2060\ufeff]", re.I
)
"""Where a word may be broken: no part of the word."""
_DATES = {"original_date": True, "extensive_search": False, "max_date": "2100-12-31"}

_LEAST_KEPT = 0.9
"""Minimum length of the text of a changed page: trafilatura may take another part of it for the
article, as of 20 in those 990 pages, and half of that is lost then."""

_MOST_CELLS = 20_000
_MOST_SPANNED = 100
"""Maximum rows or columns that one cell may span; real ones span a few."""

_SURELY_BESIDE = 0.85
"""Minimum score of such a block: a probability of 0.7, for a wrong block is better than a gap."""
_SENTENCE = 10
"""Minimum words of a block that is surely text, if it ends like a sentence."""

_LONGEST_LABEL = 60
_SEPARATOR = re.compile(r"\s+[-–—|•·»«:⋆~/›]+\s+|\s*\|\s*")
"""What parts the name of the site from the title of the page."""
_SHORTEST_TITLE = 8
_LONGEST_TITLE = 500
_ALIKE = 0.5
"""Minimum share of common words of the title and the main heading, which may be longer."""

_SPACED = ("br", "p", "div", "li")
_UNSEEN = ("script", "style", "noscript", "template")

_ITEMS = ("item", "li")
"""What trafilatura and HTML call an item of a list."""

_Block = tuple[str, str]
"""A block's text, and the tag that it is in."""

_Row = list[tuple[str, bool]]
"""The text of each cell, and whether it is a heading."""


def read(data: bytes) -> Document:
    """Extract a page's article; raises `ValueError` if there is none."""
    from trafilatura import extract_metadata, load_html

    tree = load_html(_INVISIBLE.sub("", _FORBIDDEN.sub(" ", normalize("NFC", decode(data)))))
    if tree is None:
        raise ValueError(_NO_ARTICLE)
    metadata = extract_metadata(tree, date_config=dict(_DATES))
    source = one_line(metadata.sitename or "") or one_line(metadata.hostname or "")
    title = _title(tree, one_line(metadata.title or ""), source)
    links = {one_line(link.text_content()) for link in tree.iter("a")} - {""}
    linked = [a.text_content() for a in tree.iter("a") if "author" in a.get("rel", "").split()]
    authors = metadata.author.split("; ") if metadata.author else linked[:1]
    as_it_is = _main_text(tree)
    _keep_sentences(tree)
    _write_out(tree)
    found = _main_text(tree)
    if sum(len(text) for text, _ in found) < _LEAST_KEPT * sum(len(text) for text, _ in as_it_is):
        found = as_it_is
    if not found:
        raise ValueError(_NO_ARTICLE)
    if title and _letters(title) not in map(_letters, [source, *(text for text, _ in found[:3])]):
        found.insert(0, (title, ""))
    kept = _in_article(found, links)
    return Document(
        joined(kept),
        title=title or None,
        source=source or None,
        url=web_address(metadata.url),
        date=metadata.date,
        author=", ".join(printed.persons(authors, source)) or None,
    )


def decode(data: bytes) -> str:
    """Decode a page as browsers do: byte order mark, UTF-8, declared encoding, Windows-1252.

    A page that is mostly valid UTF-8 stays UTF-8: one broken byte costs one character.
    """
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if _MOST_NULS * data.count(0) > len(data):
        raise ValueError("has many NUL bytes, so it is not a web page")
    data = data.replace(b"\0", b"")
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


def _title(page: HtmlElement, stated: str, site: str) -> str:
    """Return a page's title as its heading shows it; `stated` is the one in its metadata.

    That often has the name of the site in it, or is written for search engines. The heading is the
    longest that is part of it, or else the main one if it shares most words with it.
    """
    stated = stated if len(stated) > _LONGEST_TITLE else _without_site(stated, site)
    plain = _letters(stated, " ")
    main, lower = ([cell_text(head) for head in page.iter(tag)] for tag in ("h1", "h2"))
    parts = [h for h in (*main, *lower) if f" {_letters(h, ' ')} " in f" {plain} "]
    longest = max((h for h in parts if _letters(h) != _letters(site)), key=len, default="")
    if len(longest) >= _SHORTEST_TITLE:
        return longest
    if any(f" {plain} " in f" {_letters(heading, ' ')} " for heading in main):
        return stated
    shares = {heading: _shared(_letters(heading, " ").split(), plain.split()) for heading in main}
    alike = max(shares, key=shares.__getitem__, default=stated)
    return alike if shares.get(alike, 0.0) >= _ALIKE else stated


def _shared(heading: Sequence[str], title: Sequence[str]) -> float:
    """Return the share of the shorter one's words that both have; 0 for headings of two words."""
    shorter = min(len(set(heading)), len(set(title)))
    return len(set(heading) & set(title)) / shorter if shorter and len(heading) > 2 else 0.0


def _without_site(title: str, site: str) -> str:
    """Remove the site's name, or a part of it, from the end of a title, or from its beginning."""
    name = _letters(site)
    cuts = list(_SEPARATOR.finditer(title))
    for cut in reversed(cuts):
        rest = _letters(title[cut.end() :])
        if rest and name and (rest in name or (name in rest and len(rest) < 2 * len(name))):
            return _without_site(title[: cut.start()], site)
    if cuts and name and _letters(title[: cuts[0].start()]) == name:
        return title[cuts[0].end() :]
    return title


def _letters(text: str, between: str = "") -> str:
    """Return a text's letters and digits in lower case, with something between its words."""
    return between.join(words(text.lower()))


def _in_article(found: Sequence[_Block], links: Set[str]) -> list[_Block]:
    """Return a page's blocks that are part of its article, the first in any case.

    links: the texts of the page's links.
    """
    counts = [*(len(text.split()) for text, _ in found), 0]
    is_link = [*(t in links or t.partition(": ")[2] in links for t, _ in found), False]
    sentences = [
        number
        for number, (text, _) in enumerate(found)
        if counts[number] >= _SENTENCE and ends_sentence(text)
    ]
    kept = [found[0]]
    for number, (text, tag) in enumerate(found[1:], 1):
        is_after = number > (sentences or [len(found)])[-1]
        score = (  # fitted on the gold phrases of those pages
            -1.85
            - 0.87 * math.log1p(counts[number])
            - 1.39 * (counts[number] < 4)
            - 0.87 * ends_sentence(text)
            + 0.90 * text.endswith(("?", "!"))
            + 3.74 * ("©" in text or "|" in text)
            + {"p": 2.43, "head": 1.68, "item": -0.51}.get(tag, 0.0)
            + 2.77 * (is_after and tag == "head")
            + 0.39 * (found[number - 1][1] == "head")
            + 0.27 * is_after
            + 1.49 * number / len(found)
            + 1.49 * is_link[number]
            + 0.75 * is_link[number + 1]
            - 0.13 * math.log1p(counts[number + 1])
        )
        if score < _SURELY_BESIDE:
            kept.append((text, tag))
    return kept


def _main_text(page: HtmlElement) -> list[_Block]:
    """Return the blocks of a page's article, none if it has none; the page stays as it is."""
    from trafilatura import bare_extraction

    found = bare_extraction(page, include_comments=False)
    return [] if found is None or found.body is None else blocks(found.body)


def blocks(body: _Element) -> list[_Block]:
    """Return each block in order, with its tag; text between blocks is a block of its own."""
    from lxml.etree import iterwalk

    pieces: list[tuple[str, list[str]]] = [(body.tag, [])]
    for event, element in iterwalk(body, events=("start", "end")):
        around = element if event == "start" else element.getparent()
        if element.tag not in _INLINE:
            pieces.append(("" if around is None else around.tag, []))
        text = {"cell": " ", "lb": _BREAK}.get(element.tag, "")
        text += (element.text if event == "start" else element is not body and element.tail) or ""
        pieces[-1][1].append(text)
    return [
        (line, tag)
        for tag, parts in pieces
        for line in _lines("".join(parts).replace(_GAP, " "))
        if any(character.isalnum() for character in line)
    ]


def joined(found: Iterable[_Block]) -> str:
    """Return blocks as one text; an item of a list begins as in Markdown, outside its paragraph."""
    return "\n\n".join(f"- {text}" if tag in _ITEMS else text for text, tag in found) + "\n"


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


def _keep_sentences(page: HtmlElement) -> None:
    """Change a page in place, so that inline markup breaks no sentence and joins no words."""
    for element in list(page.iter("*")):
        if element.tag == "q":
            element.text, element.tail = f"“{element.text or ''}", f"”{element.tail or ''}"
        parent = element.getparent()
        if parent is None or parent.tag == "pre":
            continue
        if element.tag in _WORDS_OF_SENTENCE or ("-" in element.tag and _is_beside_text(element)):
            element.drop_tag()
    for item in page.iter("li", "dd"):
        for inner in item.iterdescendants("div"):  # trafilatura joins their texts without a space
            inner.text, inner.tail = _after_gap(inner.text), _after_gap(inner.tail)
    for element in page.iter(*_AROUND_MARKUP):
        before, parent = element.getprevious(), element.getparent()
        if before is not None:
            before.tail = _with_gap(before.tail)
        elif parent is not None:
            parent.text = _with_gap(parent.text)
        after = element.getnext()
        is_between = after is not None and after.tag in _AROUND_MARKUP
        if element.tail and element.tail[0].isspace() and (element.tail.strip() or is_between):
            element.tail = _GAP + element.tail.lstrip()


def _is_beside_text(element: HtmlElement) -> bool:
    """Return whether there is text directly in front of an element or behind it."""
    before, parent = element.getprevious(), element.getparent()
    above = before.tail if before is not None else None if parent is None else parent.text
    return any(text and text.strip() for text in (above, element.tail))


def _after_gap(text: str | None) -> str | None:
    return _GAP + text if text and text.strip() else text


def _with_gap(text: str | None) -> str | None:
    """Return text in front of an element with the white space at its end marked."""
    kept = (text or "").rstrip()
    return kept + _GAP if text and kept and kept != text else text


def _write_out(page: HtmlElement) -> None:
    """Change a page in place: tables with headings, definition lists, labels."""
    for table in list(page.iter("table")):
        write_table(table)
    for terms in list(page.iter("dl")):
        _write_terms(terms)
    for label in list(page.iter("p")):
        _write_label(label)


def write_table(table: HtmlElement) -> None:
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
        only_cell(element, _row_text(row, names))
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
                text, heading = cell_text(cell), cell.tag == "th"
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


def cell_text(cell: HtmlElement) -> str:
    """Return what a cell shows, on one line."""
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


def only_cell(row: HtmlElement, text: str) -> None:
    """Replace the cells of a row by one with a text."""
    from lxml.etree import SubElement

    for child in list(row):
        row.remove(child)
    row.text = None
    SubElement(row, "td").text = text


def _write_terms(terms: HtmlElement) -> None:
    """Put a term before each of its descriptions; a question gets no colon."""
    term = ""
    for child in list(terms):
        if child.tag == "dt":
            term = cell_text(child)
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
    text = cell_text(label)
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
