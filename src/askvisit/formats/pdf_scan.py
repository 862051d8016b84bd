"""The text of a scanned page, read from its image by rapidocr (the extra `ocr`), with its place.

The library finds lines; a character's place is its share of its line's box. Its models come with
it, so nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from statistics import median_low
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

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
    scale = _LONGEST_SIDE / max(page.get_size())
    found = engine(page.render(scale=scale, draw_annots=False).to_numpy())
    if found.boxes is None:
        return []
    boxes = np.asarray(found.boxes, np.float64) / scale
    level = _level(boxes)
    sizes = _sizes(np.ptp(level[:, :, 1], axis=1).tolist())
    return [
        _line(text, box / page.get_size(), straight, size, number)
        for text, box, straight, size in zip(found.txts, boxes, level, sizes, strict=True)
        if text.strip()
    ]


@lru_cache(maxsize=1)
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical", "Global.use_cls": False})


def _level(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn the corners of lines (lines × 4 × 2) so that most lines of the page are level.

    A long line that is not takes more height than a short one, which would pass for small type.
    """
    ahead = (boxes[:, 1] - boxes[:, 0] + boxes[:, 2] - boxes[:, 3]).sum(axis=0)
    cosine, sine = ahead / (np.hypot(*ahead) or 1.0)
    level: NDArray[np.float64] = boxes @ np.array([[cosine, -sine], [sine, cosine]])
    return level


def _sizes(heights: Sequence[float]) -> list[float]:
    """Return type sizes: lines of about one height are of one size."""
    return [
        _TYPE_OF_BOX * median_low(h for h in heights if abs(h - height) <= _ALIKE * height)
        for height in heights
    ]


def _line(
    text: str, box: NDArray[np.float64], level: NDArray[np.float64], size: float, number: int
) -> Line:
    """Return a line: its corners, clockwise, are at `box` (shares of the page) and `level`."""
    (left, top), (right, bottom) = level.min(axis=0).tolist(), level.max(axis=0).tolist()
    base = -(top + bottom) / 2  # of all lines alike, whatever letters a line has
    share = np.linspace(0, 1, len(text) + 1)[:, np.newaxis]
    edges = np.stack([a + (b - a) * share for a, b in ((box[0], box[1]), (box[3], box[2]))])
    glyphs = []
    for position, character in enumerate(text):
        # JSON has no numpy's.
        xs, ys = edges[:, position : position + 2].reshape(4, 2).T.tolist()
        shown = None if character.isspace() else (min(xs), min(ys), max(xs), max(ys))
        glyphs.append(Glyph(character, number, shown, base, size))
    return Line(tuple(glyphs), left, base, size, right)
