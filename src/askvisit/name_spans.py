"""Where the names in a text are: runs of capitalised words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from askvisit.text import AUXILIARIES, PREPOSITIONS, QUESTION_WORDS, ends_sentence

_NO_NAMES = (
    AUXILIARIES
    | QUESTION_WORDS
    | PREPOSITIONS
    | frozenset(
        "the a an his her its their this that these those our also although and another any "
        "anybody anyone anything as be because been being beside besides both but despite each "
        "either else every everybody everyone everything first he her him however i if instead it "
        "later long many me more most much neither nobody nothing not one only or other others "
        "out perhaps she so some somebody someone something still than that them then there they "
        "though thus today too unless unlike up upon us we whereas whether while yesterday yet "
        "you".split()
    )
)
_APOSTROPHE = r"['’‘](?!(?:s|t|d|m|ll|ve|re)\b)(?=[^\W\d_])"  # "O’Brien", not "Brien’s" or "I’ll"
_CAPITAL = rf"(?:(?:[A-Z]\.){{2,}}|[^\W\d_a-z](?:[\w-]|{_APOSTROPHE})*(?:\.[a-z]{{2,}}\b)?)"
_JOINED = (
    r"(?:\s+(?:of\ the|of|de|von|van|bin|al|du|da|for|&)\s+|\s+d['’]|[\s.]+"
    rf"|\s+the\s+(?={_CAPITAL}\b(?!\s+of|\s+[A-Z])))"  # "Charles the Bold"
)
_NAMES = re.compile(rf"{_CAPITAL}(?:{_JOINED}{_CAPITAL})*")


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the names in a text: runs of capitalised words.

    The first word of a sentence is always capitalised, so it counts only if it is not a function
    word. A name does not go on from one separate line to the next.
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
        start, end = match.span()
        if not text[start].isupper() or text[:start][-1:].isalnum():
            continue  # "lycée": the pattern takes any letter but a-z for a capital
        words = [(start + w.start(), start + w.end()) for w in re.finditer(r"\S+", text[start:end])]
        while words and _is_no_name(text[slice(*words[0])]):
            words.pop(0)
        while words and _is_no_name(text[slice(*words[-1])]):
            words.pop()
        if words:
            yield words[0][0], words[-1][1]


def _is_no_name(word: str) -> bool:
    """Return whether a word cannot begin or end a name; "WHO" is the organisation."""
    return word.lower() in _NO_NAMES and word != "WHO"
