"""How the paragraphs of an article look: headline, byline, subhead, item, text, row of a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from askvisit.passages import Range, lines_in, paragraphs
from askvisit.text import ends_sentence

LONGEST_SUBHEAD = 80
"""Maximum characters of a line that is shown as a byline or subhead."""

_PAIR = re.compile(r"(?P<name>[^:;\n]{1,60}): (?P<value>[^;\n]+)(?:; |\Z)")
"""A cell as `formats` writes it out: "Year: 2018; Trucks: 64"."""
_RULE = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+(?:[ \t]*:?-+:?)?[ \t]*")
"""What Markdown has below the head of a table: "|---|:-:|"."""
_CELL = re.compile(r"[^|\s](?:[^|\n]*[^|\s])?")


@dataclass(frozen=True)
class Row:
    """A row of a table: its cells' offsets, all of it, and its paragraph if it is one."""

    cells: list[Range]
    whole: Range
    paragraph: int | None = None


@dataclass(frozen=True)
class ArticleBlock:
    """A paragraph with its number (from 1) and offsets, or a table of one or several paragraphs.

    names: the columns of a table whose rows are paragraphs; the first row of others is their head.
    """

    kind: str
    paragraph: int | None
    whole: Range
    rows: Sequence[Row] = ()
    names: Sequence[str] = ()


def blocks(text: str) -> list[ArticleBlock]:
    """Return what an article's text consists of, in order."""
    ranges = paragraphs(text)
    kinds = _kinds(text, ranges)
    found = []
    numbered = list(enumerate(zip(ranges, kinds, strict=True), 1))
    for names, run in groupby(numbered, lambda one: [p["name"] for p in _pairs(text, one[1][0])]):
        group = list(run)
        if names and len(group) > 1:
            rows = [
                Row([pair.span("value") for pair in _pairs(text, whole)], whole, number)
                for number, (whole, _) in group
            ]
            whole = (rows[0].whole[0], rows[-1].whole[1])
            found.append(ArticleBlock("table", None, whole, rows, names))
            continue
        for number, (whole, kind) in group:
            rows = _of_markdown(text, whole)
            found.append(ArticleBlock("table" if rows else kind, number, whole, rows))
    return found


def _pairs(text: str, whole: Range) -> list[re.Match[str]]:
    """Return the names and values of a row's cells; nothing for other paragraphs."""
    pairs = list(_PAIR.finditer(text, *whole))
    is_all = sum(len(pair[0]) for pair in pairs) == whole[1] - whole[0]
    return pairs if is_all and len(pairs) > 1 else []


def _of_markdown(text: str, whole: Range) -> list[Row]:
    """Return the rows of a table in Markdown; none if it is something else."""
    lines = lines_in(text, *whole)
    if len(lines) < 2 or not _RULE.fullmatch(text[slice(*lines[1])].strip("\r\n")):
        return []
    head, rule, *below = lines
    rows = [(head, (head[0], rule[1])), *zip(below, below, strict=True)]  # a rule is of the head
    return [Row([cell.span() for cell in _CELL.finditer(text, *at)], whole) for at, whole in rows]


def _kinds(text: str, ranges: Sequence[Range]) -> list[str]:
    """Return what each paragraph is: "text", "item", "subhead", or "byline" below the "headline".

    Where no Markdown says so, a short block that does not end like a sentence, with one below it
    that does, is a subhead.
    """
    kinds: list[str] = []
    before = 0
    ends = [ends_sentence(text[start:end]) for start, end in ranges]
    for number, (start, end) in enumerate(ranges):
        marker = text[before:start].rpartition("\n")[2].strip()
        is_above = number < 3 and "text" not in kinds
        is_line = number > 0 and end - start <= LONGEST_SUBHEAD and not ends[number]
        is_subhead = is_line and text[end - 1] not in ":;," and not _pairs(text, (start, end))
        if marker.startswith("#"):
            kinds.append("subhead")
        elif marker:
            kinds.append("item")
        elif is_line and is_above:
            kinds.append("byline")
        elif is_subhead and any(ends[number + 1 : number + 2]):
            kinds.append("subhead")
        else:
            kinds.append("text" if number else "headline")
        before = end
    return kinds
