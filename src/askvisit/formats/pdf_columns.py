"""Parts of lines to lines in reading order: a file may tell its columns row by row.

A file that tells one column after the other is taken as it is. Where it leaps from one side of a
gap to the other again and again, the page is cut there: down the left side, then down the right,
between lines that go across. Cells of a table are short; their rows stay rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median_low

from askvisit.formats.pdf_glyphs import Glyph, Line

_FEWEST_LEAPS = 3
"""Rows that are told across a gap before it may part columns."""
_AS_HIGH = 2.5
"""Type sizes by which what is told after each other may differ in height."""
_MOST_ROWS = 0.6
"""Part of the rows that are told across it."""
_MOST_CROSSING = 0.5
"""Lines that go across it, as a part of its rows: headlines, heads."""
_COLUMN = 15
"""Characters of the usual row of a column of text; a cell of a table has fewer."""
_APART = 1.8
"""Times the usual distance of rows: from here on the first or last one is no part of a column."""


def lines(parts: Sequence[Line]) -> list[Line]:
    """Return the lines of a page in the order in which they are read."""
    gutter = _gutter(parts)
    if gutter is None:
        return _joined(parts)
    found: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for part in _by_bands(parts, gutter):
        if part is None:
            found += [*lines(left), *lines(right)]
            left, right = [], []
        elif part.right <= gutter:
            left.append(part)
        elif part.x >= gutter:
            right.append(part)
        else:
            found.append(part)
    return found


def _by_bands(parts: Sequence[Line], gutter: float) -> list[Line | None]:
    """Return the parts from the top down, with None where what is above is read to its end."""
    rows = _rows(parts)
    drops = sorted(a[0].y - b[0].y for a, b in pairwise(rows))
    usual = drops[len(drops) // 2] if drops else 0.0
    order: list[Line | None] = []
    for number, row in enumerate(rows):
        across = _joined(row) if any(p.x < gutter < p.right for p in row) else row
        apart = number in (0, len(rows) - 1) and _distance(rows, number) > _APART * usual
        alone = apart or across is not row
        order += [None, *_whole(across, gutter), None] if alone else row
    return [*order, None]


def _whole(row: Sequence[Line], gutter: float) -> list[Line | None]:
    """Return the parts of a row that is read across, each before what follows."""
    found: list[Line | None] = []
    for part in row:
        found += [part, None]
    return found


def _distance(rows: Sequence[Sequence[Line]], number: int) -> float:
    other = 1 if number == 0 else number - 1
    return abs(rows[number][0].y - rows[other][0].y) if len(rows) > 1 else 0.0


def _rows(parts: Sequence[Line]) -> list[list[Line]]:
    """Group parts that share a base line, from the top down and from left to right."""
    rows: list[list[Line]] = []
    for part in sorted(parts, key=lambda part: -part.y):
        if rows and _in_row(rows[-1][0], part):
            rows[-1].append(part)
        else:
            rows.append([part])
    return [sorted(row, key=lambda part: part.x) for row in rows]


def _gutter(parts: Sequence[Line]) -> float | None:
    """Return where the page is to be cut, None where it is told in order."""
    leaps = [b.x for a, b in pairwise(parts) if b.x >= a.right and _side_by_side(a, b)]
    if len(leaps) < _FEWEST_LEAPS:
        return None
    # Justified lines have wide gaps too, but not below each other.
    for x, _ in Counter(round(leap) for leap in leaps).most_common(_FEWEST_LEAPS):
        gutter = x - 1.0
        across = sum(a.right <= gutter <= b.x for a, b in pairwise(parts) if _side_by_side(a, b))
        left = _row_lengths([part for part in parts if part.right <= gutter])
        right = _row_lengths([part for part in parts if part.x >= gutter])
        fewest = min(len(left), len(right))
        crossing = sum(part.x < gutter < part.right for part in parts)
        is_told_across = across >= max(_FEWEST_LEAPS, _MOST_ROWS * fewest)
        if crossing > _MOST_CROSSING * fewest or not is_told_across:
            continue
        if min(median_low(left), median_low(right)) >= _COLUMN:
            return gutter
    return None


def _row_lengths(parts: Sequence[Line]) -> list[int]:
    """Return how many characters each row has."""
    return [sum(len(part.text) for part in row) for row in _rows(parts)]


def _joined(parts: Sequence[Line]) -> list[Line]:
    """Join what is told from left to right on one base line."""
    found: list[Line] = []
    for part in parts:
        before = found[-1] if found else None
        if before is None or not _in_row(before, part) or part.x < before.right:
            found.append(part)
            continue
        space = Glyph(" ", part.glyphs[0].page)
        glyphs = (*before.glyphs, space, *part.glyphs)
        found[-1] = Line(glyphs, before.x, before.y, before.size, part.right)
    return found


def _in_row(a: Line, b: Line) -> bool:
    return abs(a.y - b.y) <= 0.5 * max(a.size, b.size)


def _side_by_side(a: Line, b: Line) -> bool:
    """Tell parts that stand about as high; columns need not share base lines."""
    return abs(a.y - b.y) < _AS_HIGH * max(a.size, b.size)
