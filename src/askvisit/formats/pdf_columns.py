"""Put parts of lines into reading order: a file may store its columns row by row.

A file that stores one column after the other is left as is. If its content repeatedly jumps across
a gap, the page is split there: down the left side, then down the right, between lines that span
both. Table cells are short; their rows stay rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median_low

from askvisit.formats.pdf_glyphs import Glyph, Line

_FEWEST_LEAPS = 3
"""Minimum rows stored across a gap for it to separate columns."""
_AS_HIGH = 2.5
"""Height difference, in type sizes, below which consecutive parts are side by side."""
_MOST_ROWS = 0.6
"""Minimum share of the rows that are stored across the gap."""
_MOST_CROSSING = 0.5
"""Maximum lines that cross the gap, as a share of its rows: headlines, headers."""
_COLUMN = 15
"""Minimum characters in a typical row of a text column; a table cell has fewer."""
_APART = 1.8
"""Multiple of the usual row spacing beyond which the first or last row is outside the columns."""


def lines(parts: Sequence[Line]) -> list[Line]:
    """Return a page's lines in reading order."""
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
    """Return the parts from the top down, with None at the end of each band."""
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
    """Return the parts of a row that is read straight across, with None after each."""
    found: list[Line | None] = []
    for part in row:
        found += [part, None]
    return found


def _distance(rows: Sequence[Sequence[Line]], number: int) -> float:
    other = 1 if number == 0 else number - 1
    return abs(rows[number][0].y - rows[other][0].y) if len(rows) > 1 else 0.0


def _rows(parts: Sequence[Line]) -> list[list[Line]]:
    """Group parts that share a baseline, from the top down and from left to right."""
    rows: list[list[Line]] = []
    for part in sorted(parts, key=lambda part: -part.y):
        if rows and _in_row(rows[-1][0], part):
            rows[-1].append(part)
        else:
            rows.append([part])
    return [sorted(row, key=lambda part: part.x) for row in rows]


def _gutter(parts: Sequence[Line]) -> float | None:
    """Return where to split the page, None if it is stored in reading order."""
    leaps = [b.x for a, b in pairwise(parts) if b.x >= a.right and _side_by_side(a, b)]
    if len(leaps) < _FEWEST_LEAPS:
        return None
    # Justified lines have wide gaps too, but these do not line up vertically.
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
    """Join parts stored from left to right on one baseline."""
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
    """Return whether parts are at about the same height; columns need not share baselines."""
    return abs(a.y - b.y) < _AS_HIGH * max(a.size, b.size)
