"""The words of a text, and those of a question that carry its topic."""

import re
from collections import Counter
from collections.abc import Iterable

_WORD = re.compile(r"(?:\w\.){2,}|\w+")  # "U.S." is one word
_SENTENCE_START = re.compile(rf"(?:^|[.!?:…][\"”’)]*\s+|[\n“‘\"]\s*)({_WORD.pattern})")

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
    return _WORD.findall(text)


def vocabulary(texts: Iterable[str]) -> dict[str, str]:
    """Return the words of texts in lower case, the commonest first.

    The value is how a word is mostly written: `{"korea": "Korea", "visit": "visit"}`. A capital at
    the beginning of a sentence says nothing about that.
    """
    counting = Vocabulary()
    for text in texts:
        counting.add(text)
    return counting.commonest()


class Vocabulary:
    """The words of texts that come one by one; see `vocabulary`."""

    def __init__(self) -> None:
        self._written: Counter[str] = Counter()

    def add(self, text: str) -> None:
        """Count the words of a text."""
        first = _SENTENCE_START.findall(text)
        self._written.update(words(text))
        self._written.subtract(first)
        self._written.update(word.lower() for word in first)

    def commonest(self) -> dict[str, str]:
        """Return each word in lower case and how it is mostly written, the commonest first."""
        forms: dict[str, Counter[str]] = {}
        for form, times in sorted(self._written.items(), reverse=True):  # small letters first
            forms.setdefault(form.lower(), Counter())[form] = times
        commonest = sorted(forms, key=lambda word: (-forms[word].total(), word))
        return {word: forms[word].most_common(1)[0][0] for word in commonest}


def content_words(text: str) -> list[str]:
    """Return a text's words without function words, lower case, each once, in order.

    In a corpus of few passages BM25 would take a rare function word for a telling one.
    "US" in capitals is the country, "us" is a pronoun.
    """
    kept = (word.lower() for word in words(text) if _carries(word))
    return list(dict.fromkeys(kept))


def _carries(word: str) -> bool:
    return word == "US" or word.lower() not in _FUNCTION_WORDS
