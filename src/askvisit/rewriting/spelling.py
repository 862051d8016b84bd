"""Spelling correction against the words of the articles and common English words.

A word in the articles or in English is never changed; neither is a name (a capitalised word),
unless it is one typo away from a name in the articles (if short, a slip of the fingers) or, if
long, from any of their words. The first word may also stand for one that questions begin with.

The English words, ranked by frequency, come with symspellpy (Garbe's list, made from Google's
n-grams and SCOWL). Its own deletion index takes seconds to build, so the few unknown words of a
question are compared with all words by rapidfuzz, which takes milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from askvisit.index import PassageIndex
from askvisit.rewriting.topics import ORDERS
from askvisit.text import AUXILIARIES, LETTERS, MOST_WORDS, PREPOSITIONS, QUESTION_WORDS

_COMMON = 30_000
"""English words that a typo may stand for; the rarer ones are only known not to be typos."""

_SHORTEST = 4
_LONG = 8
"""Minimum letters of a word that may have two typos."""

_LONG_NAME = 6
"""Minimum letters of a capitalised word that may be an ordinary word of the articles, or have a
letter in it that is not beside the right one on the keyboard."""

_OPENING = [
    word for kind in (QUESTION_WORDS, AUXILIARIES, PREPOSITIONS, ORDERS) for word in sorted(kind)
]
"""Words that a question begins with, the likeliest kind first."""

_KEYS = "qwertyu op asdfghjkl zxcvbnm qaz wsx edc rfv tgb yhn ujm ik ol"
"""The rows and columns of a keyboard; "i" is left out between other vowels: Lund is not Lind."""

_WORD = re.compile(rf"\b{LETTERS}+(?![\d_]|['’]t\b)")  # not the "doesn" of "doesn't"


def correct(question: str, index: PassageIndex) -> str:
    """Return a question with its typos corrected, unchanged if it has none."""
    corrected, end = [], 0
    for match in _WORD.finditer(question):
        if _may_be_typo(match[0]) and not is_word(match[0], index):
            meant = _nearest(match[0], index, is_first=match.start() == 0)
            corrected += [question[end : match.start()], meant]
            end = match.end()
    return "".join([*corrected, question[end:]])


def is_word(word: str, index: PassageIndex) -> bool:
    """Return whether a word is English, or in the articles in either singular or plural."""
    lowered = word.lower()
    numbers = (lowered, f"{lowered}s", lowered.removesuffix("s"))
    if any(n in index.vocabulary for n in numbers) or f"\n{lowered} ".encode() in _english():
        return True
    return len(index.vocabulary) >= MOST_WORDS and index.holds(word)  # a rare word of a big corpus


def _may_be_typo(word: str) -> bool:
    return len(word) >= _SHORTEST and word.isascii() and not word.isupper()


def _nearest(word: str, index: PassageIndex, *, is_first: bool) -> str:
    """Return the word that a typo stands for, the typo itself if there is none.

    The fewest typos win (a swap of two neighbours counts as one: optimal string alignment), then a
    word with the same letters, then one from the articles, then the commoner one.
    """
    is_name = word[0].isupper()
    most = 1 if is_name or len(word) < _LONG else 2
    near = list(_within(word, list(index.vocabulary), most, elsewhere=False))
    if not is_name or is_first:
        near += _within(word, _OPENING if is_name else _common(), most, elsewhere=True)
    for candidate in sorted(near):
        form = candidate.word if candidate.elsewhere else index.vocabulary[candidate.word]
        is_safe = candidate.elsewhere or not is_name or len(word) >= _LONG_NAME
        if is_safe or (form[0].isupper() and _is_slip(word.lower(), candidate.word)):
            return form[0].upper() + form[1:] if word[0].isupper() else form
    return word


def _is_slip(typed: str, meant: str) -> bool:
    """Return whether a typo is one of the fingers, or a missing accent: not "Marit" for "Maret"."""
    if len(typed) != len(meant):
        return True
    replaced = [one + other for one, other in zip(typed, meant, strict=True) if one != other]
    is_swap = len(replaced) > 1
    return is_swap or not meant.isascii() or replaced[0] in _KEYS or replaced[0][::-1] in _KEYS


class _Candidate(NamedTuple):
    """A word near a typo; the likeliest one sorts first."""

    typos: int
    other_letters: bool
    elsewhere: bool
    rank: int
    word: str


def _within(
    word: str, choices: Sequence[str], most: int, *, elsewhere: bool
) -> Iterator[_Candidate]:
    """Yield the choices (in lower case, the commonest first) within `most` typos of a word."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    typed = word.lower()
    found = process.extract(typed, choices, scorer=OSA.distance, score_cutoff=most, limit=8)
    for near, typos, rank in found:
        if len(near) >= _SHORTEST - 1:
            other_letters = sorted(near) != sorted(typed)
            yield _Candidate(int(typos), other_letters, elsewhere, rank, near)


@cache
def _english() -> bytes:
    """Return the English words, "word count" after each line break, the commonest first."""
    package = find_spec("symspellpy")
    assert package is not None
    assert package.origin is not None
    name = "frequency_dictionary_en_82_765.txt"
    return b"\n" + Path(package.origin).with_name(name).read_bytes().removeprefix(b"\xef\xbb\xbf")


@cache
def _common() -> list[str]:
    lines = _english().decode().split("\n", _COMMON + 1)[1:-1]
    return [line.split(" ")[0] for line in lines]
