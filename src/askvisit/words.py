"""The words of a text, and those of a question that carry its topic."""

import re
from collections import Counter
from collections.abc import Iterable

MOST_WORDS = 200_000
"""Words of a vocabulary, which whoever asks holds in memory: the commonest of a large corpus."""

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
    """Return the words of texts in lower case, the commonest first; see `Vocabulary`."""
    counting = Vocabulary()
    for text in texts:
        counting.add(text)
    return counting.commonest()


class Vocabulary:
    """The words of texts that come and go one by one.

    `written` is how often each form stands in them: `{"Korea": 7, "visit": 2}`. A capital at the
    beginning of a sentence says nothing about how a word is written, so those count as small.
    """

    def __init__(self, written: Iterable[tuple[str, int]] = ()) -> None:
        self.written = Counter(dict(written))

    def add(self, text: str) -> None:
        """Count the words of a text."""
        self.written.update(words(text))
        first = _SENTENCE_START.findall(text)
        self.written.subtract(first)
        self.written.update(word.lower() for word in first)

    def remove(self, text: str) -> None:
        """Take the words of a text out that was counted."""
        self.written.subtract(words(text))
        first = _SENTENCE_START.findall(text)
        self.written.update(first)
        self.written.subtract(word.lower() for word in first)

    def commonest(self) -> dict[str, str]:
        """Return the `MOST_WORDS` commonest words in lower case, the commonest first.

        The value is how a word is mostly written: `{"korea": "Korea", "visit": "visit"}`.
        """
        times: dict[str, int] = {}
        mostly: dict[str, tuple[int, str]] = {}
        for form, count in (+self.written).items():
            word = form.lower()
            times[word] = times.get(word, 0) + count
            mostly[word] = max(mostly.get(word, (0, "")), (count, form))  # of equals, small letters
        by_times = sorted(sorted(times), key=times.__getitem__, reverse=True)
        return {word: mostly[word][1] for word in by_times[:MOST_WORDS]}


def content_words(text: str) -> list[str]:
    """Return a text's words without function words, lower case, each once, in order.

    In a corpus of few passages BM25 would take a rare function word for a telling one.
    "US" in capitals is the country, "us" is a pronoun.
    """
    kept = (word.lower() for word in words(text) if _carries(word))
    return list(dict.fromkeys(kept))


def _carries(word: str) -> bool:
    return word == "US" or word.lower() not in _FUNCTION_WORDS
