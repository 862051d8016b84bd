"""Lines of PDF pages to paragraphs: a PDF says where words stand, not what belongs together.

A paragraph ends where the next line is set in another size, stands further below than lines
do, is indented, or begins after a short line that closes a sentence. Lines are joined by a
space; a word parted at a hyphen becomes whole where the file parts words at all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low

from askvisit.text import ends_sentence, one_line

_BULLET = re.compile(r"[•‣▪●]\s")
_LIST_ITEM = re.compile(r"(?:[–—*-]|\d{1,2}[.)])\s")
_HYPHEN = re.compile(r"(?<=\w)[-\u2010]$")
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)

_SAME_SIZE = 0.1
_GAP = 1.25
"""Times the usual distance of lines: from here on the distance parts paragraphs."""
_INDENT = (0.7, 6.0)
"""Type sizes by which a paragraph's first line may be indented."""
_SHORT = 0.75
"""A line that closes a sentence and is shorter than this part of the usual line is a last one."""
_CUT_OFF = 0.5
"""A line of text that is shorter than this is a last one, however it ends."""
_RUNNING = 2
"""Lines at the top and at the foot of a page that may be running heads and page numbers."""
_PARTS_WORDS = 0.03
"""Part of the lines that end in a hyphen where a file parts words; "pro-Beijing" is rarer."""


@dataclass(frozen=True)
class Line:
    """One line as it is set: where it begins (points, y grows upwards) and its type's size."""

    text: str
    x: float
    y: float
    size: float


@dataclass(frozen=True)
class Block:
    """One paragraph: its text, the page (from 0) that it begins on, its type's size."""

    text: str
    page: int
    size: float


def paragraphs(pages: Sequence[Sequence[Line]]) -> list[Block]:
    """Return the paragraphs of a file's pages, without running heads and page numbers."""
    tidied = [[_tidy(line) for line in page] for page in pages]
    running = _running(tidied)
    lines = [
        (number, line)
        for number, page in enumerate(tidied)
        for line in page
        if line.text and _masked(line) not in running
    ]
    if not lines:
        return []
    setting = _Setting([line for _, line in lines])
    groups = [[lines[0]]]
    for before, after in pairwise(lines):
        if setting.parts(before[1], after[1], same_page=before[0] == after[0]):
            groups.append([])
        groups[-1].append(after)
    return [_block(group, setting) for group in groups]


class _Setting:
    """How a file is set: the usual distance and length of its lines, whether it parts words."""

    def __init__(self, lines: Sequence[Line]) -> None:
        drops = sorted(
            (a.y - b.y) / a.size for a, b in pairwise(lines) if _alike(a, b) and a.y > b.y
        )
        # Some of them part paragraphs, and in a text of short ones many.
        self.drop = drops[len(drops) // 4] if drops else 1.2
        self.size = median_low(line.size for line in lines)
        self.length = median_low(len(line.text) for line in lines)
        parted = sum(bool(_HYPHEN.search(line.text)) for line in lines)
        self.parts_words = parted > _PARTS_WORDS * len(lines)

    def parts(self, before: Line, after: Line, *, same_page: bool) -> bool:
        """Return whether a paragraph ends between two lines."""
        closed = ends_sentence(before.text.replace(":", "."))
        item = _BULLET.match(after.text) or (closed and _LIST_ITEM.match(after.text))
        if item or not _alike(before, after):
            return True
        drop = (before.y - after.y) / before.size
        indent = (after.x - before.x) / before.size
        if not same_page or drop < 0 or indent < -_INDENT[1]:  # on to the next page or column
            return closed
        length = len(before.text) / self.length
        cut_off = length < _CUT_OFF and abs(before.size - self.size) <= _SAME_SIZE * self.size
        if drop > _GAP * self.drop or cut_off:
            return True
        return closed and (_INDENT[0] < indent < _INDENT[1] or length < _SHORT)


def _alike(a: Line, b: Line) -> bool:
    return abs(a.size - b.size) <= _SAME_SIZE * max(a.size, b.size)


def _tidy(line: Line) -> Line:
    text = one_line(line.text.translate(_LIGATURES))
    return Line(text, line.x, line.y, line.size or 1.0)


def _running(pages: Iterable[Sequence[Line]]) -> set[str]:
    """Return lines, digits masked, that stand at the top or foot of most pages."""
    edges = []
    for page in pages:
        by_height = sorted((line for line in page if line.text), key=lambda line: line.y)
        edges.append({_masked(line) for line in (*by_height[:_RUNNING], *by_height[-_RUNNING:])})
    counts = Counter(text for edge in edges for text in edge)
    return {text for text, count in counts.items() if count > 1 and 2 * count > len(edges)}


def _masked(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def _block(group: Sequence[tuple[int, Line]], setting: _Setting) -> Block:
    text = group[0][1].text
    for _, line in group[1:]:
        text = _joined(text, line.text, setting.parts_words)
    page, first = group[0]
    return Block(text.replace("\u00ad", ""), page, first.size)


def _joined(text: str, line: str, parts_words: bool) -> str:
    if text.endswith("\u00ad"):
        return text + line
    if not _HYPHEN.search(text):
        return f"{text} {line}"
    return text[:-1] + line if parts_words and line[0].islower() else text + line
