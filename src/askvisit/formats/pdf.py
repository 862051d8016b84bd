"""PDF files: characters from PDFium (`pdf_glyphs`), assembled into paragraphs (`pdf_layout`).

Those of a page without words are read from its image (`pdf_scan`), if the extra `ocr` is installed.
A page can also be rendered, with the places of quotes on it.

The title is the block in the largest type on the first page. The dates in a PDF say when the file
was made, not when the article was published, so no date is taken from it. A form feed ends each
page of the text: after a space if a paragraph continues, otherwise between blocks.
"""

from __future__ import annotations

import hashlib
import io
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from askvisit import printed
from askvisit.formats import Document, fields, isolated, pdf_scan
from askvisit.formats.pdf_glyphs import Box, Glyph, Line, around, parts_of_lines
from askvisit.formats.pdf_layout import Block, paragraphs, reading_order, without_line_numbers
from askvisit.passages import headline

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

MOST_PAGES = 300
"""Maximum pages of a file; articles have a few."""

MOST_GLYPHS = 3_000_000
"""Maximum characters of a file: 10,000 on each of 300 pages."""

_NO_TEXT = "has no text, not even on the images of its pages"
_BROKEN = "is a broken PDF; open it and save it again"
_LONGEST_TITLE = 200
_HEADLINE_SIZE = 1.2
"""Minimum ratio of a headline's type size to that of the text."""
_LONGEST_AUTHOR = 200
_PROGRAM = re.compile(r"\b(?:user|admin\w*|microsoft|office|adobe|word|acrobat|owner)\b", re.I)

_LONGEST_SIDE = 1500
"""Pixels, whatever size a page claims to have."""
_LARGEST_SCALE = 3.0
"""Pixels per point."""

_SAME_ROW = 0.5
"""Maximum baseline difference within a row, in type sizes."""
_ROW_GAP = 3.0
"""Maximum gap between boxes of a row, in type sizes: a wide space, not a gutter."""


@dataclass(frozen=True)
class SetText:
    """A file's text, and the glyph that each of its characters comes from (None for white space).

    `text[n]` is part of the text of `glyphs[n]`.
    """

    text: str
    glyphs: tuple[Glyph | None, ...]
    title: str | None
    author: str | None


def read(data: bytes) -> Document:
    """Extract the text; raises `ValueError` if the file is broken, locked, a scan or too long."""
    found = set_text(data)
    return Document(found.text, title=found.title, author=found.author)


@lru_cache(maxsize=1)  # a user who views one page views the next one too
def set_text(data: bytes) -> SetText:
    """Return a file's text with its glyphs; raises `ValueError` as `read` does."""
    with opened(data) as file:
        pages, info = _pages(file), file.get_metadata_dict(skip_empty=True)
    blocks = paragraphs(pages)
    if not _has_words(block.text for block in blocks):
        raise ValueError(_NO_TEXT if find_spec("rapidocr") else pdf_scan.MISSING)
    shown = _with_page_ends(blocks, len(pages))
    text = "".join(part for part, _ in shown)
    glyphs = tuple(glyph for part, glyph in shown for _ in part)
    plain_text = text.replace("\f", "")
    title = _headline(blocks) or headline(plain_text)
    title = title if title and _reads_like_title(title) else None
    return SetText(text, glyphs, title, _author(info, plain_text))


@contextmanager
def opened(data: bytes) -> Iterator[PdfDocument]:
    """Open a file, and close it afterwards; raises `ValueError` if that fails."""
    import pypdfium2 as pdfium
    from pypdfium2.raw import FPDF_ERR_PASSWORD

    if b"%PDF-" not in data[:1024]:
        raise ValueError("is not a PDF")
    try:
        # Many files are locked against changes only, with an empty password for reading.
        file = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code == FPDF_ERR_PASSWORD:
            raise ValueError("is locked with a password; save it without one") from error
        raise ValueError(_BROKEN) from error
    try:
        if not len(file):
            raise ValueError(_BROKEN)
        if len(file) > MOST_PAGES:
            raise ValueError(f"has {len(file):,} pages, over {MOST_PAGES}; split it")
        yield file
    except pdfium.PdfiumError as error:
        raise ValueError(_BROKEN) from error
    finally:
        file.close()


def _pages(file: PdfDocument) -> list[list[Line]]:
    pages = []
    glyphs = 0
    for number in range(len(file)):
        page = file[number]
        try:
            parts = parts_of_lines(page, number)
            if not _has_words(line.text for line in parts) and find_spec("rapidocr"):
                isolated.more_time(pdf_scan.SECONDS_A_PAGE)
                parts = pdf_scan.lines_on(page, number) or parts
            pages.append(parts)
        finally:
            page.close()
        glyphs += sum(len(line.glyphs) for line in pages[-1])
        if glyphs > MOST_GLYPHS:
            raise ValueError(f"has over {MOST_GLYPHS:,} characters; split it")
    return [reading_order(page) for page in without_line_numbers(pages)]


def _has_words(texts: Iterable[str]) -> bool:
    return any(character.isalnum() for text in texts for character in text)


def _with_page_ends(blocks: Sequence[Block], pages: int) -> list[tuple[str, Glyph | None]]:
    """Return the text in pieces with their glyphs, and a form feed at the end of each page."""
    shown: list[tuple[str, Glyph | None]] = []
    page = 0
    for block in blocks:
        ended = max(block.page - page, 0)
        page += ended
        if shown:
            shown.append(("\n" + "\f" * ended + "\n", None))
        elif ended:
            shown.append(("\f" * ended, None))
        for glyph, after in pairwise((*block.glyphs, None)):
            assert glyph is not None
            if glyph.text != " ":
                shown.append((glyph.text, glyph))
                continue
            ended = 0 if after is None else max(after.page - page, 0)
            page += ended
            shown.append((" " + "\f" * ended, None))
    shown.append(("\n" + "\f" * (pages - page), None))
    return shown


def _headline(blocks: list[Block]) -> str | None:
    """Return the block in the largest type on the first page, if it stands out."""
    sizes = sorted(block.size for block in blocks for _ in block.text)
    usual = sizes[len(sizes) // 2]
    first = [b for b in blocks if b.page == 0 and _reads_like_title(b.text)]
    largest = max(first, key=lambda block: block.size, default=None)
    if largest is None or largest.size < _HEADLINE_SIZE * usual:
        return None
    return largest.text


def _reads_like_title(text: str) -> bool:
    """Return whether a text is short, and not mainly numbers: those of lines, a table's."""
    letters = sum(character.isalpha() for character in text)
    return len(text) <= _LONGEST_TITLE and letters > sum(map(str.isdecimal, text))


def _author(info: Mapping[str, str], text: str) -> str | None:
    """Return the byline printed in the text, else the author in the information dictionary (info).

    Programs write their user's name there, so only what reads as a person's name is used.
    """
    byline = printed.author(text)
    if byline is not None:
        return byline.value
    shown = fields.shown(info.get("Author", ""))[:_LONGEST_AUTHOR]
    names = re.split(r"\s*[;,&]\s*|\s+and\s+", shown)
    known = [n for n in names if re.fullmatch(printed.NAME, n) and not _PROGRAM.search(n)]
    return ", ".join(known) if known and len(known) == len(names) else None


def show(
    data: bytes, text_sha256: str, page: int, ranges: Sequence[Sequence[int]]
) -> dict[str, Any]:
    """Render a page (from 1) and find where ranges of the file's text are on it.

    The boxes are those of the very glyphs that a quote was made from, never found by searching for
    its words: a sentence that occurs twice is marked where it was quoted.

    Returns the fields of `formats.PageView`, the image in base64. Raises `ValueError` if the file's
    text no longer has that hash, or there is no such page.
    """
    found = set_text(data)
    if hashlib.sha256(found.text.encode()).hexdigest() != text_sha256:
        # `askvisit index` alone may not do: it takes a file that is unchanged as it was read then.
        raise ValueError(
            "does not have the text that was indexed: it, or PDFium, has changed; index it again"
        )
    with opened(data) as file:
        if not 1 <= page <= len(file):
            raise ValueError(f"has {len(file):,} pages, no page {page}")
        shown = file[page - 1]
        width, height = shown.get_size()
        if min(width, height) <= 0:
            raise ValueError(f"has nothing to show on page {page}")
        scale = min(_LONGEST_SIDE / max(width, height), _LARGEST_SCALE)
        image = shown.render(scale=scale, draw_annots=False).to_pil().convert("RGB")
        pages = len(file)
    stored = io.BytesIO()
    image.save(stored, "WEBP", quality=80, method=2)
    return {
        "page": page,
        "pages": pages,
        "width": image.width,
        "height": image.height,
        "image": b64encode(stored.getvalue()).decode(),
        "marks": [
            _boxes((g for g in found.glyphs[start:end] if g and g.page == page - 1), width, height)
            for start, end in ranges
        ],
    }


def _boxes(glyphs: Iterable[Glyph], width: float, height: float) -> list[Box]:
    """Merge the boxes of glyphs, in order, into one per row; width and height are in points.

    A row follows its baseline, which runs down a page whose text is set sideways.
    """
    rows: list[Glyph] = []
    for glyph in glyphs:
        last = rows[-1] if rows else None
        if (
            last is not None
            and abs(glyph.base - last.base) <= _SAME_ROW * max(glyph.size, last.size)
            and _gap(last.box, glyph.box, width, height) <= _ROW_GAP * last.size
        ):
            rows[-1] = replace(last, box=around(last.box, glyph.box))
        else:
            rows.append(glyph)
    return [row.box for row in rows if row.box is not None]


def _gap(a: Box | None, b: Box | None, width: float, height: float) -> float:
    if a is None or b is None:
        return 0.0
    across = max(b[0] - a[2], a[0] - b[2], 0.0) * width
    down = max(b[1] - a[3], a[1] - b[3], 0.0) * height
    return max(across, down)
