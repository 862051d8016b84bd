"""How articles are quoted: which sentences together, and where a line names its speaker.

What is quoted is always a slice of a text, at offsets in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

Range = tuple[int, int]

_MOST_SENTENCES = 3
_LONGEST = 400
"""Maximum characters quoted as one; a longer quotation is quoted sentence by sentence."""

_CLOSING_SINGLE = re.compile(r"’(?!\w)")
"""Not the apostrophe in "don’t"; that of "workers’" may end a quotation too early."""

_BOLD = r"(?:\*\*|__)?"
_NAME = r"[^\W\d_a-z][\w.’'-]*"
_NAMES = rf"{_NAME}(?: (?:{_NAME}|(?:of|the|for|and|de|la|van|von|der|bin|al)\b)){{0,5}}"
SPEAKER = re.compile(
    rf"[ \t]*{_BOLD}(?P<who>[QA](?=[.:])|{_NAMES}(?={_BOLD}:)){_BOLD}[.:]{_BOLD}[ \t]+(?=\S)"
)
"""The beginning of a line that names its speaker: "Q. ", "Mayor Lind: ", "**Lind:** "."""

ROW = re.compile(r"[^:;\n]{1,60}: [^;\n]+(?:; [^:;\n]{1,60}: [^;\n]+)+|[^:;\n]{1,60}; (?>.+?: ).+")
"""A row of a table as `formats.html` writes it: "Year: 2018; Trucks: 64".

Only the first ": " is tried (`(?>`): a text that is no row with it is none with a later one.
"""


def together(text: str, sentences: Sequence[Range]) -> list[Range]:
    """Join the sentences of one paragraph that are incomplete on their own.

    A quotation of two or three sentences stays whole, with its attribution. A row of a table is
    one, whatever full stops its cells have. Offsets are absolute in `text`.
    """
    if len(sentences) < 2:
        return list(sentences)
    start, end = sentences[0][0], sentences[-1][1]
    if end - start <= _LONGEST and ROW.fullmatch(text, start, end):
        return [(start, end)]
    joined: list[Range] = []
    position = 0
    while position < len(sentences):
        count = _quotation(text, sentences[position : position + _MOST_SENTENCES])
        joined.append((sentences[position][0], sentences[position + count - 1][1]))
        position += count
    return joined


def _quotation(text: str, sentences: Sequence[Range]) -> int:
    """Return how many of the sentences one quotation spans, 1 if none runs past the first."""
    start = sentences[0][0]
    for count, (_, end) in enumerate(sentences, 1):
        said = text[start:end]
        if end - start > _LONGEST:
            return 1
        if _is_closed(said):
            return count
    return 1


def _is_closed(text: str) -> bool:
    """Return whether a text ends outside quotation marks; those of British papers are single."""
    double = text.count("“") <= text.count("”") and text.count('"') % 2 == 0
    return double and text.count("‘") <= len(_CLOSING_SINGLE.findall(text))
