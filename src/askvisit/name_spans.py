"""Where the names in a text are: runs of capitalised words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from askvisit.text import AUXILIARIES, MONTH, PREPOSITIONS, QUESTION_WORDS, ends_sentence

_DATE = re.compile(
    rf"\b(?:(?:\d{{1,2}}\s+)?{MONTH}(?:\s+\d{{1,2}})?,?\s+)?(?:1\d|20)\d\d\b"
    rf"|\b(?:\d{{1,2}}\s+)?{MONTH}(?:\s+\d{{1,2}})?\b"
)
_NO_NAMES = (
    AUXILIARIES
    | QUESTION_WORDS
    | PREPOSITIONS
    | frozenset(
        "the a an his her its their this that these those our also and any anybody anyone anything "
        "as be because been being besides but each else everybody everyone everything first he her "
        "him i if instead it later long many me more most much nobody nothing not one or out she "
        "so somebody someone something still than that them then there they too up upon us we "
        "while you".split()
    )
)
_CAPITAL = r"(?:(?:[A-Z]\.){2,}|[^\W\d_a-z][\w-]*(?:\.[a-z]{2,}\b)?)"
_JOINED = (
    r"(?:\s+(?:of\ the|of|de|von|van|bin|al|du|da|for|&)\s+|[\s.]+"
    rf"|\s+the\s+(?={_CAPITAL}\b(?!\s+of|\s+[A-Z])))"  # "Charles the Bold"
)
_LINKED = rf"(?:{_JOINED}|\s+(?:to|in|on|and|with)\s+(?:the\s+)?)"
_TITLE = rf"(?<=\s)The\s+{_CAPITAL}(?:{_LINKED}{_CAPITAL})*"  # "The Road to Serfdom"
_NAMES = re.compile(rf"[“\"](?P<quoted>[^”\"]+)[”\"]|{_TITLE}|{_CAPITAL}(?:{_JOINED}{_CAPITAL})*")
_TITLE_WORDS = re.compile(rf"{_CAPITAL}(?:\s+(?:{_CAPITAL}|[\w’']+)){{0,3}}")


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the names in a text: runs of capitalised words, but for dates.

    Quoted text is a name if it is written as a title; otherwise the names in it are. The first word
    of a sentence is always capitalised, so it counts only if it is not a function word. A name does
    not go on from one separate line to the next.
    """
    if not has_separate_lines(text):
        yield from _spans(text)
        return
    for line in re.finditer(r"[^\n]+", text):
        yield from ((line.start() + a, line.start() + b) for a, b in _spans(line[0]))


def names(text: str) -> list[str]:
    """Return the names in a text in order, each once."""
    return list(dict.fromkeys(text[start:end] for start, end in spans(text)))


def has_separate_lines(text: str) -> bool:
    """Return whether a text is several lines that stand alone, as a byline and a date do.

    Lines that are wrapped make up a sentence, and that ends like one.
    """
    unfinished = text.rstrip().endswith((":", ",", ";"))
    return "\n" in text and not ends_sentence(text) and not unfinished


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for match in _NAMES.finditer(text):
        quoted = match["quoted"]
        start, end = match.span("quoted" if quoted else 0)
        if quoted and not _is_title(quoted):
            yield from ((start + a, start + b) for a, b in _spans(quoted))
            continue
        if not text[start].isupper() or text[:start][-1:].isalnum():
            continue  # "lycée": the pattern takes any letter but a-z for a capital
        words = [(start + w.start(), start + w.end()) for w in re.finditer(r"\S+", text[start:end])]
        while words and _is_no_name(text[slice(*words[0])]):
            words.pop(0)
        while words and _is_no_name(text[slice(*words[-1])]):
            words.pop()
        if words and _DATE.fullmatch(" ".join(text[a:b] for a, b in words)) is None:
            yield words[0][0], words[-1][1]


def _is_title(quoted: str) -> bool:
    """Return whether quoted words are a title ("Dry Feet"), not a saying or scare quotes."""
    words = quoted.split()
    small = sum(word[0].islower() for word in words)
    return _TITLE_WORDS.fullmatch(quoted) is not None and words[-1][0].isupper() and small <= 1


def _is_no_name(word: str) -> bool:
    """Return whether a word cannot begin or end a name; "WHO" is the organisation."""
    return word.lower() in _NO_NAMES and word != "WHO"
