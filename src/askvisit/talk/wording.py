"""Typed messages as words to compare: lower case, chat spellings and contractions expanded."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from askvisit.text import TOKEN

_WORD = re.compile(TOKEN)
_LONG_DRAWN = re.compile(r"([^\W\d_])\1{2,}")

_WRITTEN_OUT = {
    **dict.fromkeys(("u", "ya", "yuo"), "you"),
    **dict.fromkeys(("r", "aer"), "are"),
    **dict.fromkeys(("youre", "you're"), "you are"),
    **dict.fromkeys(("wat", "wht", "waht", "whta", "hwat"), "what"),
    **dict.fromkeys(("pls", "plz", "plse", "pleas", "plase"), "please"),
    **dict.fromkeys(("thx", "thnx", "tnx", "thanx", "thnks", "thnaks", "thansk", "ty"), "thanks"),
    **dict.fromkeys(("thankyou", "thank-you"), "thank you"),
    **dict.fromkeys(("helo", "hallo", "hullo", "hllo", "helllo", "hii"), "hello"),
    **dict.fromkeys(("whats", "what's", "wats", "wat's"), "what is"),
    **dict.fromkeys(("whos", "who's"), "who is"),
    **dict.fromkeys(("hows", "how's"), "how is"),
    **dict.fromkeys(("wheres", "where's"), "where is"),
    **dict.fromkeys(("thats", "that's"), "that is"),
    **dict.fromkeys(("its", "it's"), "it is"),
    **dict.fromkeys(("im", "i'm"), "i am"),
    "i'd": "i would",
    **dict.fromkeys(("lets", "let's"), "let us"),
    **dict.fromkeys(("wanna", "wana"), "want to"),
    **dict.fromkeys(("gimme", "gimmie"), "give me"),
    **dict.fromkeys(("lemme",), "let me"),
    **dict.fromkeys(("gonna",), "going to"),
    **dict.fromkeys(("artical", "articel", "artikel"), "article"),
    "ur": "your",
    "cna": "can",
    "cya": "see you",
    "gud": "good",
    "bai": "bye",
}


@dataclass(frozen=True)
class Word:
    """A word normalised for comparison, and its range in the text."""

    word: str
    start: int
    end: int


def words(text: str) -> list[Word]:
    """Return a text's words without punctuation; "thankyou" becomes two words."""
    return [
        Word(word, match.start(), match.end())
        for match in _WORD.finditer(text)
        for word in _plain(match[0]).split()
    ]


def _plain(typed: str) -> str:
    lower = unicodedata.normalize("NFKC", typed).lower().replace("’", "'").strip("'")
    short = _LONG_DRAWN.sub(r"\1", lower)  # "hellooo", "heyyy"
    return _WRITTEN_OUT.get(lower) or _WRITTEN_OUT.get(short) or short.removesuffix("'s")


def nearest_word(word: str, known: Iterable[str]) -> str | None:
    """Return the known word of which a word of at least four letters is a typo, if any."""
    return next((k for k in known if len(word) >= 4 and _is_a_slip(word, k)), None)


def _is_a_slip(typed: str, word: str) -> bool:
    """Return whether one letter is missing, added, wrong or swapped, but never the first."""
    start = _shared(typed, word)
    end = _shared(typed[start:][::-1], word[start:][::-1])
    is_, meant = typed[start : len(typed) - end], word[start : len(word) - end]
    swapped = len(meant) == 2 and is_ == meant[::-1]
    return start > 0 and (swapped or max(len(is_), len(meant)) == 1)


def _shared(one: str, other: str) -> int:
    """Return the length of the prefix that two words share."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))
