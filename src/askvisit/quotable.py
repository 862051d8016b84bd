"""How articles are quoted: which sentences together, and who speaks.

What is quoted is always a slice of a text, at offsets in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from askvisit.caching import remembered
from askvisit.records import Article, Citation, Span
from askvisit.text import ends_sentence

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
_SPEAKER_LINE = re.compile(rf"^{SPEAKER.pattern}", re.MULTILINE)
_LABELS = frozenset(
    "myth myths fact facts rumour rumor claim claims reality truth verdict rating true false yes "
    "no for against winner winners loser losers pro pros con cons good bad hit hits miss misses "
    "strengths weaknesses before after then now problem solution update source photo".split()
)
"""What begins the lines of fact checks and lists as speakers begin those of interviews."""

_FEWEST_QUESTIONS = 2
"""Minimum questions with answers in an interview, in which each speaker has two turns at least."""

_LINE = re.compile(r"[^\n]+")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")

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


def speaker(text: str, start: int) -> str | None:
    """Return who speaks at an offset, if the text is an interview that names its speakers.

    An interview has at least two speakers, taking turns, and questions that another one answers:
    lists have labels too ("Advantages: …"). A label that occurs only once in a text ("Correction:")
    is not a speaker.
    """
    turns = _turns(text)
    answered = sum(turn.asks and turn.who != after.who for turn, after in pairwise(turns))
    if answered < _FEWEST_QUESTIONS:
        return None
    times = Counter(turn.who for turn in turns)
    said = [turn for turn in turns if turn.is_said]
    here = next((turn.who for turn in said if turn.start <= start < turn.end), None)
    takes_turns = len({turn.who for turn in said}) > 1
    return here if here is not None and takes_turns and times[here] > 1 else None


def citation_of(number: int, article: Article, span: Span, score: float) -> Citation:
    """Quote a span's sentence from its article, with who says it if that is an interview."""
    who = speaker(article.text, span.sentence.start)
    return Citation.of(number, article, span, score, who)


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


@dataclass(frozen=True)
class _Turn:
    """One speaker's turn: from the name to the next one, or to a blank line.

    The last of a block whose lines are paragraphs is one of them: the report may go on behind it.
    """

    who: str
    start: int
    end: int
    is_said: bool
    """Whether it ends like a sentence; else it may be a line of a fact box: "Year: 2018"."""
    asks: bool
    """Whether it ends with a question."""


@remembered(megabytes=16)
def _turns(text: str) -> tuple[_Turn, ...]:
    turns = []
    gaps = [gap.span() for gap in _BLANK_LINE.finditer(text)]
    for (_, start), (end, _) in pairwise([(0, 0), *gaps, (len(text), 0)]):
        labels = list(_SPEAKER_LINE.finditer(text, start, end))
        for label, after in zip_longest(labels, labels[1:]):
            last = _last_end(text, start, label.end(), end) if after is None else after.start()
            said = text[label.start() : last].rstrip()
            if label["who"].lower().removeprefix("the ") not in _LABELS and not ROW.fullmatch(said):
                asks = said.rstrip("\"'”’»)*_").endswith("?")
                turns.append(_Turn(label["who"], label.start(), last, ends_sentence(said), asks))
    return tuple(turns)


def _last_end(text: str, start: int, label: int, end: int) -> int:
    """Return where the turn behind the last label of a block ends."""
    lines = list(_LINE.finditer(text, start, end))
    closed = [line.end() for line in lines if ends_sentence(line[0])]
    if 2 * len(closed) <= len(lines):
        return end
    return next((line_end for line_end in closed if line_end > label), end)
