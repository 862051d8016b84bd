"""The words of a question that carry its topic."""

import re

WORD = re.compile(r"(?:\w\.){2,}|\w+")  # "U.S." is one word

_FUNCTION_WORDS = frozenset(
    word
    for line in (
        "a about am an and any are as at be been being but by can could did do does for from had",
        "has have having he her hers him his how i if in into is it its many me much my of on or",
        "our please s she should so t tell than that the their them then there these they this",
        "those to us was we were what when where which who whom whose why will with would you your",
    )
    for word in line.split()
)


def words(text: str) -> list[str]:
    """Return a text's words in order, as they are written."""
    return WORD.findall(text)


def content_words(text: str) -> list[str]:
    """Return a text's words without function words, lower case, each once, in order.

    In a corpus of few passages BM25 would take a rare function word for a telling one.
    "US" in capitals is the country, "us" is a pronoun.
    """
    kept = (word.lower() for word in words(text) if _carries(word))
    return list(dict.fromkeys(kept))


def _carries(word: str) -> bool:
    return word == "US" or word.lower() not in _FUNCTION_WORDS
