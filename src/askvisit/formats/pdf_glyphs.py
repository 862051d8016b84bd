"""The characters of a PDF page, from PDFium: what each is, and where it is on the rendered page.

PDFium also renders the page (`pdf.show`), so a box is where the character is seen. x and y are as
the reader sees the page, whatever its own rotation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from ctypes import byref, c_double, c_int
from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

Box = tuple[float, float, float, float]
"""Left, top, right, bottom: fractions (0..1) of the page's width and height from its top left."""

_WIDE_SPACE = 1.0
"""Minimum gap that may separate two columns, in type sizes."""
_BESIDE_NUMBER = 0.6  # between a line and its number; what is cut for nothing is joined again
_OTHER_LINE = 0.5
"""Minimum baseline difference between lines, in type sizes; an exponent's is smaller."""

_FINE = 1_000_000
"""Resolution for computing positions: pixels per side of the page."""

_HYPHENS = ("\x02", "\ufffe")
"""What PDFium returns for a hyphen that splits a word."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character, or the characters of a ligature, on a page (from 0); a space has no box.

    base is the height of its baseline, size its type size (points).
    """

    text: str
    page: int
    box: Box | None = None
    base: float = 0.0
    size: float = 0.0


@dataclass(frozen=True)
class Line:
    """One typeset line, or a part of one cut at a wide gap.

    x and right are where it begins and ends (points), y its baseline (growing upwards), size its
    type size. is_note says that it is part of a note at the foot of its page.
    """

    glyphs: tuple[Glyph, ...]
    x: float
    y: float
    size: float
    right: float = 0.0
    is_note: bool = False

    @property
    def text(self) -> str:
        """Its text."""
        return "".join(glyph.text for glyph in self.glyphs)


@dataclass(frozen=True, slots=True)
class _Set:
    """A placed glyph: the direction of its line, and its extent along that direction."""

    glyph: Glyph
    direction: tuple[float, float]
    left: float
    right: float


def around(a: Box | None, b: Box | None) -> Box | None:
    """Return the bounding box of two boxes."""
    if a is None or b is None:
        return a or b
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def parts_of_lines(page: PdfPage, number: int) -> list[Line]:
    """Return a page's lines in the order of its content, cut at wide gaps.

    Only text in the page's main direction is kept: text set across it is a stamp or a credit.
    """
    placement = _Placement(page)
    texts = page.get_textpage()
    try:
        runs = _runs(placement, texts, number)
    finally:
        texts.close()
    directions = Counter(run[0].direction for run in runs for _ in run)
    usual = directions.most_common(1)[0][0] if directions else None
    return [_line(run) for run in runs if run[0].direction == usual]


def _line(run: Sequence[_Set]) -> Line:
    sizes = sorted(one.glyph.size for one in run)
    return Line(
        tuple(one.glyph for one in run),
        min(one.left for one in run),
        run[0].glyph.base,
        sizes[len(sizes) // 2],
        max(one.right for one in run),
    )


def _runs(placement: _Placement, texts: Any, number: int) -> list[list[_Set]]:
    runs: list[list[_Set]] = []
    space = False
    left = right = 0.0
    for character, index in _characters(texts):
        if character.isspace():
            space = True
            continue
        one = placement.put(texts, index, character, number)
        if one is None:
            continue
        glyph = one.glyph
        beside_number = character.isdecimal() or (runs and runs[-1][-1].glyph.text.isdecimal())
        near = (_BESIDE_NUMBER if space and beside_number else _WIDE_SPACE) * glyph.size
        first = runs[-1][0] if runs else one
        if (
            not runs
            or one.direction != first.direction
            or abs(glyph.base - first.glyph.base) > _OTHER_LINE * max(glyph.size, first.glyph.size)
            or one.left > right + near
            or one.right < left - near
        ):
            runs.append([])
            left, right = one.left, one.right
        elif space:
            gap = Glyph(" ", number, None, glyph.base, glyph.size)
            runs[-1].append(_Set(gap, first.direction, one.left, one.left))
        runs[-1].append(one)
        left, right = min(left, one.left), max(right, one.right)
        space = False
    return runs


def _characters(texts: Any) -> Iterator[tuple[str, int]]:
    """Yield a page's meaningful characters, each with its index."""
    import pypdfium2.raw as pdfium

    high = 0
    for index in range(texts.count_chars()):
        code = pdfium.FPDFText_GetUnicode(texts, index)
        if 0xD800 <= code < 0xDC00:  # half of a surrogate pair
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0
        high = 0
        character = chr(code) if code <= 0x10FFFF else ""
        if character in _HYPHENS:
            character = "-"
        if pdfium.FPDFText_IsGenerated(texts, index) == 1 and not character.isspace():
            continue
        if character.isspace() or character.isprintable() or character == "\u00ad":
            yield character, index


class _Placement:
    """Where a page's content appears when shown, from the PDF matrices (ISO 32000, 8.3).

    It removes the page's own rotation, with which PDFium would return lines in another order.
    """

    def __init__(self, page: PdfPage) -> None:
        self.width, self.height = page.get_size()
        rotation = page.get_rotation() // 90
        page.set_rotation(0)
        self._page, self._rotation = page, rotation
        origin, across, up = (self._shown(place) for place in ((0, 0), (1000, 0), (0, 1000)))
        self._x0, self._y0 = origin
        self._a, self._b = (across[0] - origin[0]) / 1000, (across[1] - origin[1]) / 1000
        self._c, self._d = (up[0] - origin[0]) / 1000, (up[1] - origin[1]) / 1000

    def put(self, texts: Any, index: int, text: str, number: int) -> _Set | None:
        """Return a placed character, None if it cannot be seen: no size, or off the page."""
        import pypdfium2.raw as pdfium

        matrix, edges = pdfium.FS_MATRIX(), [c_double() for _ in range(4)]
        if not pdfium.FPDFText_GetCharBox(texts, index, *map(byref, edges)):
            return None
        if not pdfium.FPDFText_GetMatrix(texts, index, byref(matrix)):
            return None
        across, along = (edges[0].value, edges[1].value), (edges[2].value, edges[3].value)
        corners = [self._at(x, y) for x in across for y in along]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        width, height = self.width, self.height
        if max(xs) <= 0 or min(xs) >= width or max(ys) <= 0 or min(ys) >= height:
            return None
        dx, dy = self._turned(matrix.a, matrix.b)
        length = hypot(dx, dy)
        size = pdfium.FPDFText_GetFontSize(texts, index) * hypot(matrix.c, matrix.d)
        if not length or not size:
            return None
        dx, dy = round(dx / length, 1) + 0.0, round(dy / length, 1) + 0.0
        x, y = c_double(), c_double()
        pdfium.FPDFText_GetCharOrigin(texts, index, byref(x), byref(y))
        ox, oy = self._at(x.value, y.value)
        ends = [cx * dx + cy * dy for cx, cy in corners]
        box = (
            *(max(min(xs) / width, 0.0), max(min(ys) / height, 0.0)),
            *(min(max(xs) / width, 1.0), min(max(ys) / height, 1.0)),
        )
        glyph = Glyph(text, number, box, ox * dy - oy * dx, abs(size))
        return _Set(glyph, (dx, dy), min(ends), max(ends))

    def _at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a position in the file is seen, in points from the left and the top."""
        dx, dy = self._turned(x, y)
        return self._x0 + dx, self._y0 + dy

    def _turned(self, x: float, y: float) -> tuple[float, float]:
        return self._a * x + self._c * y, self._b * x + self._d * y

    def _shown(self, place: tuple[float, float]) -> tuple[float, float]:
        import pypdfium2.raw as pdfium

        x, y = c_int(), c_int()
        pdfium.FPDF_PageToDevice(
            self._page, 0, 0, _FINE, _FINE, self._rotation, *place, byref(x), byref(y)
        )
        return x.value * self.width / _FINE, y.value * self.height / _FINE
