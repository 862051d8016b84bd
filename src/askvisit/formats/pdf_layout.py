"""Lines of PDF pages in reading order, grouped into paragraphs: a PDF stores only positions.

A margin's numbers of lines, as of bills and court filings, are left out. They rise evenly beside
lines most of which begin inside a sentence; those of tables and lists do not.

A page may store its columns row by row. If its content repeatedly jumps across a gap, it is split
there: down the left side, then down the right, between lines that span both. Table cells are short;
their rows stay rows. A page that stores one column after the other is left as is.

A paragraph ends if the next line has a different type size, is further below than usual, is
indented, or follows a short line that ends a sentence. Lines are joined by a space; a word
hyphenated at a line end is rejoined if the file hyphenates words at all. Where only both parts are
words, the hyphen stays: of 2,437 at line ends of the training news, 13 are wrong, else 52.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from statistics import median_low
from unicodedata import normalize

from askvisit.formats.pdf_glyphs import Glyph, Line, around
from askvisit.text import ends_sentence, is_english_word, words

_BULLET = re.compile(r"[•‣▪●]\s")
_LIST_ITEM = re.compile(r"(?:[–—*-]|\d{1,2}[.)])\s")
_NOTE_MARK = re.compile(r"(?:\d{1,3}|[*†‡§]+)(?![.)\d])")  # not that of a list: "1. "
_PAGE_NUMBER = re.compile(r"(?:page )?#(?: ?(?:of|/) ?#)?|[–—-] ?# ?[–—-]", re.IGNORECASE)
_HYPHEN = re.compile(r"(\w+)[-\u2010]$")
_CLOSED_UP = re.compile(r"\w[–—/]\n|\n[–—]\w")
"""Where a line ends inside a word or between words that no space parts: "1914–", "rain—"."""
_LIGATURES = {code: normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}

_LONGEST_PART = 30
"""Maximum characters before a hyphen that parts a word."""

_RAISED = 0.85
"""Maximum type size of a raised mark, as a share of its line's."""
_SAME_SIZE = 0.1
_SMALLER = 0.05
"""Minimum difference of small type from the text's: notes of 10 points are below one of 11."""
_GAP = 1.25
"""Multiple of the usual line spacing beyond which a gap separates paragraphs."""
_INDENT = (0.7, 6.0)
"""Range of a paragraph's first-line indent, in type sizes."""
_SHORT = 0.75
"""A sentence-ending line shorter than this share of the usual length ends its paragraph."""
_CUT_OFF = 0.5
"""A line of body text shorter than this share ends its paragraph in any case."""
_SAME_HEIGHT = 0.5
"""Maximum difference in height of a running head on two pages, in type sizes."""
_RUNNING = 2
"""Lines at the top and bottom of a page that may be running heads or page numbers."""
_PARTS_WORDS = 0.03
"""Minimum share of lines ending in a hyphen if a file hyphenates; "pro-Beijing" is rarer."""

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

_FEWEST_NUMBERS = 4  # of lines on a page, unless they stand where those of the page before do
_DENSE = 3.5  # type sizes from one such line to the next; from paragraph to paragraph it is more
_EVEN = 0.15  # difference of half of these distances, as a share
_BEGUN = 0.2  # minimum share of the rows beside that begin in lower case


@dataclass(frozen=True)
class Block:
    """One paragraph: its glyphs, the page (from 0) that it begins on, its type size."""

    glyphs: tuple[Glyph, ...]
    page: int
    size: float

    @property
    def text(self) -> str:
        """Its text."""
        return "".join(glyph.text for glyph in self.glyphs)


def paragraphs(pages: Sequence[Sequence[Line]]) -> list[Block]:
    """Return the paragraphs of a file's pages, without running heads and page numbers."""
    tidied = [[tidy for line in page if (tidy := _tidy(line)).glyphs] for page in pages]
    running = _running(tidied)
    shown = [[line for line in page if line not in running[n]] for n, page in enumerate(tidied)]
    if not any(shown):
        return []
    setting = _Setting([line for page in shown for line in page])
    noted = [setting.with_notes(page) for page in shown]
    lines = setting.in_one_go([(n, line) for n, page in enumerate(noted) for line in page])
    groups = [[lines[0]]]
    for before, after in pairwise(lines):
        if setting.parts(before[1], after[1], same_page=before[0] == after[0]):
            groups.append([])
        groups[-1].append(after)
    return [_block(group, setting) for group in groups]


_Numbered = tuple[int, Line]
"""A line and the page (from 0) that it is on."""


class _Setting:
    """A file's typesetting: its usual line spacing and length, and whether it hyphenates words."""

    def __init__(self, lines: Sequence[Line]) -> None:
        drops = sorted(
            (a.y - b.y) / a.size for a, b in pairwise(lines) if _alike(a, b) and a.y > b.y
        )
        # Some of these separate paragraphs; many do if the paragraphs are short.
        self.drop = drops[len(drops) // 4] if drops else 1.2
        self.size = median_low(line.size for line in lines)
        self.length = median_low(len(line.text) for line in lines)
        parted = sum(bool(_HYPHEN.search(line.text)) for line in lines)
        self.parts_words = parted > _PARTS_WORDS * len(lines)
        self.words = {word for line in lines for word in words(line.text.lower())}

    def parts_word(self, before: str, after: str) -> bool:
        """Return whether a file parts a word between lines: "com-, mission", not "well-, known".

        before, after: what stands on both sides of the hyphen.
        """
        if not (self.parts_words and after.islower() and before.isalpha() and len(before) > 1):
            return False
        whole = (before + after).lower()
        is_compound = before.islower() and is_english_word(before) and is_english_word(after)
        return not is_compound or whole in self.words or is_english_word(whole)

    def with_notes(self, page: Sequence[Line]) -> Sequence[Line]:
        """Mark the notes of a page: from a line that begins with a mark of the text above it.

        They end with the page or its column. The mark is raised in the text; before the note it is
        too, or the note is further below.
        """
        marks: set[str] = set()
        found: list[Line] = []
        for line in page:
            before = found[-1] if found else line
            mark = _NOTE_MARK.match(line.text)
            raised = _raised(line)
            is_apart = before.y - line.y > _GAP * self.drop * line.size
            begins = mark and mark[0] in marks and (is_apart or raised[:1] == [mark[0]])
            is_below = line.y < before.y + line.size
            found.append(replace(line, is_note=bool(begins or (before.is_note and is_below))))
            marks.update(raised)
        return found

    def in_one_go(self, lines: Sequence[_Numbered]) -> list[_Numbered]:
        """Move small type out of a sentence that goes on below it, or on the next column or page.

        A note or caption goes before the paragraph that it interrupts if that begins on its page,
        otherwise behind it. The lines have their pages' numbers.
        """
        found: list[_Numbered] = []
        waiting: list[_Numbered] = []
        start = 0  # where the last paragraph of `found` begins
        small = False
        for page, line in lines:
            before, interrupted = found[-1:], small
            small = self._is_small(line) and (
                small or not before or self.parts(before[0][1], line, same_page=True)
            )
            if small:
                waiting.append((page, line))
            elif not before or not self._goes_on(before[0], (page, line), interrupted):
                found += [*waiting, (page, line)]
                start, waiting = len(found) - 1, []
            elif waiting and found[start][0] == waiting[0][0]:
                found[start:] = [*waiting, *found[start:], (page, line)]
                start, waiting = start + len(waiting), []
            else:
                found.append((page, line))
        return found + waiting

    def _goes_on(self, before: _Numbered, after: _Numbered, interrupted: bool) -> bool:
        """Return whether a paragraph goes on in another line, with or without some between them."""
        same_page = before[0] == after[0] and not interrupted
        if self.parts(before[1], after[1], same_page=same_page):
            return False
        is_heading = len(before[1].text) < _CUT_OFF * self.length
        return not (interrupted and is_heading) or after[1].text[0].islower()

    def _is_small(self, line: Line) -> bool:
        return line.is_note or line.size < (1 - _SMALLER) * self.size

    def parts(self, before: Line, after: Line, *, same_page: bool) -> bool:
        """Return whether a paragraph ends between two lines."""
        closed = ends_sentence(before.text.replace(":", "."))
        item = _BULLET.match(after.text) or (closed and _LIST_ITEM.match(after.text))
        if item or not _alike(before, after) or before.is_note != after.is_note:
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


def _raised(line: Line) -> list[str]:
    """Return the marks of notes in a line: small figures or signs above its baseline."""
    base = median_low(glyph.base for glyph in line.glyphs if glyph.text != " ")
    is_raised = [
        0 < glyph.size < _RAISED * line.size and (glyph.base > base or glyph is line.glyphs[0])
        for glyph in line.glyphs
    ]
    pieces = groupby(zip(is_raised, line.glyphs, strict=True), key=lambda pair: pair[0])
    texts = ("".join(glyph.text for _, glyph in piece) for high, piece in pieces if high)
    return [text for text in texts if _NOTE_MARK.fullmatch(text)]


def _alike(a: Line, b: Line) -> bool:
    return abs(a.size - b.size) <= _SAME_SIZE * max(a.size, b.size)


def _tidy(line: Line) -> Line:
    """Spell out ligatures, and collapse white space to single spaces, none at the ends."""
    glyphs: list[Glyph] = []
    for glyph in line.glyphs:
        text = glyph.text.translate(_LIGATURES)
        if not text.isspace():
            glyphs.append(replace(glyph, text=text) if text != glyph.text else glyph)
        elif glyphs and glyphs[-1].text != " ":
            glyphs.append(Glyph(" ", glyph.page))
    if glyphs and glyphs[-1].text == " ":
        glyphs.pop()
    return replace(line, glyphs=tuple(glyphs), size=line.size or 1.0)


def _running(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Return each page's running lines: those at its top or foot that other pages share.

    Digits are masked. Left and right pages may have different heads; a bare page number need not
    recur. What the first page shares with others only by its words, not by place and type, is its
    headline.
    """
    edges = []
    for page in pages:
        by_height = sorted(page, key=lambda line: line.y)
        edges.append([*by_height[:_RUNNING], *by_height[-_RUNNING:]])
    running: set[tuple[int, str]] = set()
    for side in (0, 1):
        counts = Counter(text for edge in edges[side::2] for text in set(map(_masked, edge)))
        both = Counter(text for edge in edges for text in set(map(_masked, edge)))
        for text in both:
            on_side = counts[text] > 1 and 2 * counts[text] > len(edges[side::2])
            if on_side or (both[text] > 1 and 2 * both[text] > len(edges)):
                running.add((side, text))
    later = [line for edge in edges[1:] for line in edge]
    return [
        [
            line
            for line in edge
            if ((number % 2, _masked(line)) in running and (number or _recurs(line, later)))
            or (
                len(pages) > 1
                and line in edge[:: len(edge) - 1 or 1]
                and _PAGE_NUMBER.fullmatch(_masked(line))
            )
        ]
        for number, edge in enumerate(edges)
    ]


def _recurs(line: Line, others: Sequence[Line]) -> bool:
    """Return whether other lines have the text of one, in the same type at the same height."""
    return any(
        _masked(line) == _masked(other)
        and _alike(line, other)
        and abs(line.y - other.y) <= _SAME_HEIGHT * line.size
        for other in others
    )


def _masked(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def _block(group: Sequence[tuple[int, Line]], setting: _Setting) -> Block:
    glyphs: list[Glyph] = []
    for number, line in group:
        if glyphs:
            _close(glyphs, line, setting, number)
        glyphs += line.glyphs
    page, first = group[0]
    shown = tuple(glyph for glyph in glyphs if glyph.text != "\u00ad")
    return Block(shown, page, first.size)


def _close(glyphs: list[Glyph], line: Line, setting: _Setting, page: int) -> None:
    """Join a line to the preceding glyphs: with a space, or without one inside a split word."""
    last = glyphs[-1].text
    if last.endswith("\u00ad"):
        return
    end = "".join(glyph.text for glyph in glyphs[-_LONGEST_PART:])
    if _CLOSED_UP.search(f"{end}\n{line.text[:2]}"):
        return
    parted = _HYPHEN.search(end)
    if parted is None:
        glyphs.append(Glyph(" ", page))
    elif setting.parts_word(parted[1], (words(line.text[:_LONGEST_PART]) or [""])[0]):
        # The hyphen is not part of the word's text, but its box is part of the word's.
        hyphen = glyphs.pop()
        glyphs[-1] = replace(glyphs[-1], box=around(glyphs[-1].box, hyphen.box))


def without_line_numbers(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Return the parts of a file's pages without numbers of lines, of up to three digits."""
    shown, known = [], list[list[Line]]()
    for page in pages:
        columns: list[list[Line]] = []
        for part in sorted(page, key=lambda part: part.x):
            if part.text.isdecimal() and len(part.glyphs) < 4:
                if not columns or part.x >= max(number.right for number in columns[-1]):
                    columns.append([])
                columns[-1].append(part)
        found = [column for column in columns if _numbers_lines(column, page, known)]
        known = found or known
        shown.append([part for part in page if not any(part in column for column in found)])
    return shown


def _numbers_lines(numbers: list[Line], page: Sequence[Line], known: Iterable[list[Line]]) -> bool:
    """Return whether numbers below each other are those of lines; known: the page's before."""
    numbers.sort(key=lambda number: -number.y)
    (x, right), *others = (
        (min(n.x for n in c), max(n.right for n in c)) for c in (numbers, *known)
    )
    is_known = any(left - 1 <= x and right <= end + 1 for left, end in others)
    drops = [(a.y - b.y) / (int(b.text) - int(a.text) or -1) for a, b in pairwise(numbers)]
    if len(numbers) < _FEWEST_NUMBERS or min(drops) <= 0:
        return is_known and len(numbers) < _FEWEST_NUMBERS
    usual = median_low(drops)
    even = sum(abs(drop - usual) <= _EVEN * usual for drop in drops)
    low, high = numbers[-1].y - numbers[0].size, numbers[0].y + numbers[0].size
    beside = [part for part in page if low < part.y < high and part not in numbers]
    is_apart = all(part.right <= x or right <= part.x for part in beside)
    begun = [row[0].text[0].islower() for row in _rows(beside)]
    is_prose = is_known or sum(begun) >= max(1, _BEGUN * len(begun))
    is_dense = 2 * even >= len(drops) and usual <= _DENSE * max(part.size for part in page)
    return is_dense and is_apart and is_prose


def reading_order(parts: Sequence[Line]) -> list[Line]:
    """Return a page's lines in reading order."""
    gutter = _gutter(parts)
    if gutter is None:
        return _joined(parts)
    found: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for part in _by_bands(parts, gutter):
        if part is None:
            found += [*reading_order(left), *reading_order(right)]
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
        order += [None, *(x for part in across for x in (part, None)), None] if alone else row
    return [*order, None]


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
