"""PDF files: characters from PDFium (`pdf_glyphs`), assembled into paragraphs (`pdf_layout`).

The title is the block in the largest type on the first page. The dates in a PDF say when the file
was made, not when the article was published, so no date is taken from it. A form feed ends each
page of the text: after a space if a paragraph continues, otherwise between blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from askvisit.formats import Document, pdf_info, pdf_streams, plain
from askvisit.formats.pdf_columns import lines
from askvisit.formats.pdf_glyphs import Glyph, Line, parts_of_lines
from askvisit.formats.pdf_layout import Block, paragraphs

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

MOST_PAGES = 300
"""Maximum pages of a file; articles have a few."""

MOST_GLYPHS = 3_000_000
"""Maximum characters of a file: 10,000 on each of 300 pages."""

_NO_TEXT = (
    "has no text (a scan?); make it searchable first, for example with: ocrmypdf IN.pdf OUT.pdf"
)
_BROKEN = "is a broken PDF; open it and save it again"
_LONGEST_TITLE = 200
_HEADLINE_SIZE = 1.2
"""Minimum ratio of a headline's type size to that of the text."""


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
        pages, told = _pages(file), file.get_metadata_dict(skip_empty=True)
    blocks = paragraphs(pages)
    if not any(character.isalnum() for block in blocks for character in block.text):
        raise ValueError(_NO_TEXT)
    shown = _with_page_ends(blocks, len(pages))
    text = "".join(part for part, _ in shown)
    glyphs = tuple(glyph for part, glyph in shown for _ in part)
    plain_text = text.replace("\f", "")
    title = _headline(blocks) or plain.headline(plain_text)
    return SetText(text, glyphs, title, pdf_info.author(told, plain_text))


@contextmanager
def opened(data: bytes) -> Iterator[PdfDocument]:
    """Open a file, and close it afterwards; raises `ValueError` if that fails."""
    import pypdfium2 as pdfium
    from pypdfium2.raw import FPDF_ERR_PASSWORD

    if b"%PDF-" not in data[:1024]:
        raise ValueError("is not a PDF")
    pdf_streams.check(data)
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
            pages.append(lines(parts_of_lines(page, number)))
        finally:
            page.close()
        glyphs += sum(len(line.glyphs) for line in pages[-1])
        if glyphs > MOST_GLYPHS:
            raise ValueError(f"has over {MOST_GLYPHS:,} characters; split it")
    return pages


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
    first = [b for b in blocks if b.page == 0 and len(b.text) <= _LONGEST_TITLE]
    largest = max(first, key=lambda block: block.size, default=None)
    if largest is None or largest.size < _HEADLINE_SIZE * usual:
        return None
    return largest.text
