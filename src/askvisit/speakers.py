"""Who speaks in an interview or a transcript, where labels at the beginning of lines name them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from askvisit.caching import remembered
from askvisit.name_kinds import NameInContext, kinds
from askvisit.quotable import ROW, SPEAKER
from askvisit.records import Article, Citation, Span
from askvisit.text import ends_sentence

_SPEAKER_LINE = re.compile(rf"^{SPEAKER.pattern}", re.MULTILINE)
_FEWEST_QUESTIONS = 2
"""Minimum questions with answers in an interview, in which each speaker has two turns at least."""

_SELF = re.compile(r"\b(?:I|[Mm]e|[Mm]y|[Mm]ine|us|(?i:we|our|ours))\b")
_ANOTHER = re.compile(r"\byou(?:rs?)?\b", re.IGNORECASE)
_LEAST_MARGIN = 0.5
"""Minimum margin by which a label is a person's name; less than for names in sentences, because
interviews are told from lists of questions by what is said first."""

_LINE = re.compile(r"[^\n]+")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")


def speaker(text: str, start: int) -> str | None:
    """Return who speaks at an offset, if the text is an interview that names its speakers.

    An interview has at least two speakers, taking turns, and questions that another one answers. A
    label that occurs only once in a text ("Correction:") is not a speaker.
    """
    turns = _turns(text)
    here = next((turn.who for turn in turns if turn.start <= start < turn.end), None)
    return here if here in _speakers(text) else None


@remembered(megabytes=4)
def _speakers(text: str) -> tuple[str, ...]:
    """Return the labels at the beginning of lines that are people who speak."""
    turns = _turns(text)
    answers = [after for turn, after in pairwise(turns) if turn.asks and turn.who != after.who]
    if len(answers) < _FEWEST_QUESTIONS or not _is_conversation(text, turns, answers):
        return ()
    times = Counter(turn.who for turn in turns)
    said = {turn.who for turn in turns if turn.is_said}
    return tuple(who for who in said if times[who] > 1) if len(said) > 1 else ()


def _is_conversation(text: str, turns: Sequence[_Turn], answers: Sequence[_Turn]) -> bool:
    """Return whether people talk to each other, unlike the topics of a list of questions.

    They say "you" in questions and "I" in answers, and a list has it the other way round ("Refunds:
    Can I …? You can."); or those who answer have names of people, or "Q" asks and no "A" answers.
    """
    addressed = 0
    for turn in turns:
        said = text[turn.start : turn.end]
        to_another = bool(_ANOTHER.search(said)) - bool(_SELF.search(said))
        addressed += to_another if turn.asks else -to_another
    if addressed > 0:
        return True
    labels = {turn.who for turn in turns}
    who = dict.fromkeys(turn.who for turn in answers)
    names = [NameInContext(name.title() if name.isupper() else name, ()) for name in who]
    return ("Q" in labels and "A" not in labels) or "person" in kinds(names, _LEAST_MARGIN)


def citation_of(number: int, article: Article, span: Span, score: float) -> Citation:
    """Quote a span's sentence from its article, with who says it if that is an interview."""
    who = speaker(article.text, span.sentence.start)
    return Citation.of(number, article, span, score, who)


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
            if not ROW.fullmatch(said):
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
