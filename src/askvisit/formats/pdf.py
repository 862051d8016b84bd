"""PDF files: the text by pypdf, its lines put together to paragraphs (`pdf_layout`).

The title is the block in the largest type of the first page. The dates in a PDF say when the
file was made, not when the article was published, so no date is taken from it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from askvisit.formats import Document, plain
from askvisit.formats.pdf_layout import Block, Line, paragraphs

if TYPE_CHECKING:
    from pypdf import PageObject

MOST_PAGES = 300
"""Pages of a file; articles have a few."""

_NO_TEXT = (
    "has no text (a scan?); make it searchable first, for example with: ocrmypdf IN.pdf OUT.pdf"
)
_LONGEST_TITLE = 200
_HEADLINE_SIZE = 1.2
"""How much larger than the text a headline's type is, at least."""


def read(data: bytes) -> Document:
    """Extract the text; raises `ValueError` where it is broken, locked, a scan or too long."""
    from pypdf import PdfReader

    if b"%PDF-" not in data[:1024]:
        raise ValueError("is not a PDF")
    with _damage_told():
        reader = PdfReader(io.BytesIO(data))
        # Many files are locked against changes only, with an empty password for reading.
        locked = reader.is_encrypted and not reader.decrypt("")
        count = 0 if locked else len(reader.pages)
    if locked:
        raise ValueError("is locked with a password; save it without one")
    if count > MOST_PAGES:
        raise ValueError(f"has {count:,} pages, over {MOST_PAGES}; split it")
    with _damage_told():
        pages = [_lines(page) for page in reader.pages]
    blocks = paragraphs(pages)
    text = "\n\n".join(block.text for block in blocks) + "\n"
    if not any(character.isalnum() for character in text):
        raise ValueError(_NO_TEXT)
    return Document(text, title=_headline(blocks) or plain.headline(text))


@contextmanager
def _damage_told() -> Iterator[None]:
    """Say in words what is wrong: what pypdf raises for damage depends on where it meets it."""
    from pypdf.errors import LimitReachedError

    try:
        yield
    except LimitReachedError as error:
        raise ValueError("holds more inside than an article does; print it to a new PDF") from error
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        raise ValueError("is a broken PDF; open it and save it again") from error


def _lines(page: PageObject) -> list[Line]:
    """Return the lines of a page in the order of its content, each where it begins."""
    lines: list[Line] = []
    begun = ""
    place: tuple[float, float, float] | None = None

    def visit(text: str, cm: Any, tm: Any, _font: Any, size: float) -> None:
        nonlocal begun, place
        for number, piece in enumerate(text.split("\n")):
            if number and place is not None:
                lines.append(Line(begun, *place))
                begun, place = "", None
            if piece.strip() and place is None:
                place = _place(cm, tm, size)
            begun += piece

    page.extract_text(visitor_text=visit)
    if place is not None:
        lines.append(Line(begun, *place))
    return lines


def _place(cm: Any, tm: Any, size: float) -> tuple[float, float, float]:
    """Return x, y and the type's size on the page, from the matrices of PDF (ISO 32000, 8.3.4)."""
    x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
    y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
    up_x, up_y = tm[2] * cm[0] + tm[3] * cm[2], tm[2] * cm[1] + tm[3] * cm[3]
    return x, y, size * (up_x**2 + up_y**2) ** 0.5


def _headline(blocks: list[Block]) -> str | None:
    """Return the block in the largest type of the first page, where it stands out."""
    sizes = sorted(block.size for block in blocks for _ in block.text)
    usual = sizes[len(sizes) // 2]
    first = [b for b in blocks if b.page == 0 and len(b.text) <= _LONGEST_TITLE]
    largest = max(first, key=lambda block: block.size, default=None)
    if largest is None or largest.size < _HEADLINE_SIZE * usual:
        return None
    return largest.text
