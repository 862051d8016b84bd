"""The text of a scanned page, read from its image by rapidocr (the extra `ocr`), with its place.

The library finds lines; a character's place is its share of its line's box. Its models come with
it, so nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from statistics import median_low
from typing import TYPE_CHECKING, Any

from askvisit.formats.pdf_glyphs import Glyph, Line

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

MISSING = (
    "has no text (a scan?); to have it read, run: pip install 'askvisit[ocr]', or make it "
    "searchable first, for example with: ocrmypdf IN.pdf OUT.pdf"
)

SECONDS_A_PAGE = 30
"""Processor time that a page may take; a full one takes a few seconds."""

_LONGEST_SIDE = 2000
"""Pixels: at 11 inches, 180 in an inch."""
_ALIKE = 0.25
"""Maximum difference of heights of boxes around type of one size: some have no ascenders."""
_TYPE_OF_BOX = 0.75
"""The type size as a share of the height of the box around a line."""


def lines_on(page: PdfPage, number: int) -> list[Line]:
    """Return the lines on the image of a page (from 0), cut at wide gaps.

    Raises `ImportError` if rapidocr is not installed.
    """
    engine = _engine()
    width, height = page.get_size()
    scale = _LONGEST_SIDE / max(width, height)
    found = engine(page.render(scale=scale, draw_annots=False).to_numpy())
    if found.boxes is None:
        return []
    boxes = [_around(corners, scale) for corners in found.boxes]
    sizes = _sizes([bottom - top for _, top, _, bottom in boxes])
    return [
        _line(text, box, size, number, (width, height))
        for text, box, size in zip(found.txts, boxes, sizes, strict=True)
        if text.strip()
    ]


@lru_cache(maxsize=1)
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical", "Global.use_cls": False})


def _around(corners: Iterable[Sequence[float]], scale: float) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom in points."""
    xs, ys = ([float(n) for n in ns] for ns in zip(*corners, strict=True))  # JSON has no numpy's
    return min(xs) / scale, min(ys) / scale, max(xs) / scale, max(ys) / scale


def _sizes(heights: Sequence[float]) -> list[float]:
    """Return type sizes: lines of about one height are of one size."""
    return [
        _TYPE_OF_BOX * median_low(h for h in heights if abs(h - height) <= _ALIKE * height)
        for height in heights
    ]


def _line(
    text: str,
    box: tuple[float, float, float, float],
    size: float,
    number: int,
    page: tuple[float, float],
) -> Line:
    left, top, right, bottom = box
    base = -(top + bottom) / 2  # of all lines alike, whatever letters a line has
    step = (right - left) / len(text)
    glyphs = []
    for position, character in enumerate(text):
        x = left + position * step
        place = (x / page[0], top / page[1], (x + step) / page[0], bottom / page[1])
        shown = None if character.isspace() else place
        glyphs.append(Glyph(character, number, shown, base, size))
    return Line(tuple(glyphs), left, base, size, right)
