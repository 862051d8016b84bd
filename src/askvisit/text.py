"""Text handling for the whole library: words and their forms, stop words, control characters.

English only. Languages and kinds of questions are recognised elsewhere, using these.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib.util import find_spec
from pathlib import Path

MOST_WORDS = 200_000
"""Maximum words in a vocabulary, which is held in memory: the commonest of a large corpus."""

WORD = r"(?:(?:\w\.){2,}|\w+)"
"""A word, as a pattern; "U.S." is one."""

TOKEN = r"(?:(?:\w\.){2,}|\w+(?:[.’'\u00a0-]\w+)*)"
"""A word and what is joined to it by apostrophes, hyphens and full stops: "mayor’s", "13-year"."""

LETTERS = r"[^\W\d_]+"
"""A run of letters."""

AUXILIARIES = frozenset(
    "am are can could did do does had has have is may might must shall should was were will "
    "would isn't aren't wasn't weren't don't doesn't didn't won't can't couldn't wouldn't".split()
)
QUESTION_WORDS = frozenset("who whom whose what which when where why how".split())
PREPOSITIONS = frozenset(
    "about above across after against along among around at before behind below between beyond by "
    "during for from in inside into near of off on outside over since through to toward towards "
    "under until upon with within without".split()
)
STOP_WORDS = frozenset(
    "a about am an and any are as at be been being but by can could did do does for from had has "
    "have having he her hers him his how i if in into is it its many me much my of on or our "
    "please s she should so t tell than that the their them then there these they this those to us "
    "was we were what when where which who whom whose why will with would you your".split()
)
"""Words that carry no topic."""

MONTHS = (
    "January February March April May June July August September October November December".split()
)
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_SHORT_MONTHS = "Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec".split()
CALENDAR = frozenset([*MONTHS, *_SHORT_MONTHS, *WEEKDAYS])
"""The names of months, also abbreviated, and weekdays."""

MONTH = f"(?:{'|'.join(MONTHS)})"
SHORT_MONTH = rf"(?:{MONTH}|(?:{'|'.join(_SHORT_MONTHS)})\b\.?)"
WEEKDAY = f"(?:{'|'.join(WEEKDAYS)})"
"""Patterns of a month's name, of one that may be abbreviated, and of a weekday's."""

ONES = "one two three four five six seven eight nine".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
NUMBER_WORDS = frozenset(
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
).union(ONES, TENS)
"""Numbers below a hundred that are written as one word."""

_SAMPLE = 5000
"""Characters that tell the language of an article."""
_FEWEST_WORDS = 30

_NAMES = frozenset(("US", "WHO"))
"""Names that are other words in lower case."""

_WORD = re.compile(WORD)
_TOKEN = re.compile(TOKEN)
_SENTENCE_START = re.compile(rf"(?:^|[.!?:…][\"”’)]*\s+|[\n“‘\"]\s*)({WORD}|)")
"""It also matches where no word follows, or it would try each line feed of thousands in turn."""
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*\s*$")
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters except tab and line feed
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # marks that change the writing direction
)

_PAST = frozenset(
    "was were had has have did been ago wasn't weren't hadn't hasn't haven't didn't arose ate "
    "beat became began bent bore bet bit bled blew bought bound bred broke broken brought built "
    "burnt came caught chose chosen clung crept dealt drank drew drawn driven drove dug dwelt "
    "fed fell fallen felt fled flew flown forbade forgot forgotten fought found froze frozen "
    "gave given gone got gotten grew grown heard held hid hidden hung kept knelt knew known "
    "laid lay lain led leapt learnt left lent lit lost made meant met mown overtook paid "
    "proved quit ran rang ridden risen rode rose said sang sank sat saw seen sent shaken "
    "shone shook shot shown shrank slain slept slid sold sought spat spent spoke spoken spun "
    "sprang stole stolen stood stuck stung struck sunk swam swept swore sworn swung taken taught "
    "thought threw thrown told took tore torn understood undertook underwent undone upheld "
    "went wept withdrew withdrawn withstood woke woken won wore worn wove wrote written wrung cut "
    "put set hit shut cast born dead".split()
)
_NO_PAST = frozenset("need feed seed speed breed indeed hundred red bed shed united embed".split())


def words(text: str) -> list[str]:
    """Return a text's words in order, as written."""
    return _WORD.findall(text)


def tokens(text: str) -> list[str]:
    """Return a text's words, including apostrophes, hyphens and full stops inside them."""
    return _TOKEN.findall(text)


def lower_tokens(text: str) -> list[str]:
    """Return a text's tokens in lower case, but "US" and "WHO" unless all of it is in capitals."""
    shouted = text.isupper()
    return [t if t in _NAMES and not shouted else t.lower() for t in tokens(text)]


@cache
def english_words() -> bytes:
    """Return the English words, "word count" after each line break, the commonest first."""
    package = find_spec("symspellpy")
    assert package is not None
    assert package.origin is not None
    name = "frequency_dictionary_en_82_765.txt"
    return b"\n" + Path(package.origin).with_name(name).read_bytes().removeprefix(b"\xef\xbb\xbf")


def is_english_word(word: str) -> bool:
    """Return whether a word in lower case is English."""
    return f"\n{word} ".encode() in english_words()


def reads_as_english(text: str) -> bool:
    """Return whether an article's text is in English: an eighth of its words are stop words.

    Of web pages with thirty words or more, those in English have .2 to .5 of them, those in other
    languages at most .08, and texts from fonts that cannot be decoded hardly any.
    """
    known = [word.lower() for word in words(text[:_SAMPLE])]
    return len(known) < _FEWEST_WORDS or sum(w in STOP_WORDS for w in known) > len(known) / 8


def marked(question: str) -> str:
    """End a question with a mark, as nearly all in training do: this is what a reader is asked."""
    return question if question.endswith(("?", ".", "!")) else f"{question}?"


def asks_a_question(text: str) -> bool:
    """Return whether a text has a question word or begins as a question: a topic has neither."""
    tokens = lower_tokens(text)
    return not QUESTION_WORDS.isdisjoint(tokens) or not AUXILIARIES.isdisjoint(tokens[:1])


def word_ranges(text: str) -> list[tuple[int, int]]:
    """Return where a text's words begin and end, in order."""
    return [match.span() for match in _WORD.finditer(text)]


def content_words(text: str) -> list[str]:
    """Return a text's words without stop words, in lower case, each once, in order.

    In a small corpus, BM25 would give a rare stop word too much weight. "US" and "WHO" in
    capitals are names.
    """
    kept = (w.lower() for w in words(text) if w in _NAMES or w.lower() not in STOP_WORDS)
    return list(dict.fromkeys(kept))


def stem(word: str) -> str:
    """Return the first letters of a word, shared by its forms: "tariffs", "tariff".

    This is cruder than the Porter stemmer that BM25 uses, and needs no database.
    """
    return word.removesuffix("s")[:5]


def stems(text: str) -> frozenset[str]:
    """Return the stems of a text's content words."""
    return frozenset(map(stem, content_words(text)))


def is_past(word: str) -> bool:
    """Return whether a word looks like a past form or past participle."""
    regular = word.endswith("ed") and len(word) > 3 and word.islower() and word not in _NO_PAST
    return regular or word.lower() in _PAST


def ends_sentence(text: str) -> bool:
    """Return whether a text ends like a sentence, possibly inside quotation marks or brackets."""
    return _SENTENCE_END.search(text) is not None


def one_line(text: str) -> str:
    """Collapse each run of white space to one space, with none at the ends."""
    return " ".join(text.split())


def printable(text: str, instead: str = "") -> str:
    """Replace control characters and writing direction marks; a lone surrogate becomes "?".

    Neither an article nor a question may control a terminal or what a page shows (Boucher and
    Anderson, "Trojan Source", 2021). Tabs and line feeds are kept.
    """
    return _UNPRINTABLE.sub(instead, text).encode("utf-8", "replace").decode()


def is_utf8(text: str) -> bool:
    """Return whether a text has no lone surrogates, which other bytes in a file's name become."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def counted(number: int, one: str) -> str:
    """Return a number with its noun: "1 quote", "2,000 quotes"."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def date_in_words(iso: str | None, *, short: bool = False) -> str:
    """Return a date in ISO 8601 as people write it: "2019", "June 2019", "26 June 2019".

    short: with the first letters of the month, "26 Jun 2019". What is no such date is returned as
    it is, None as "".
    """
    iso = iso or ""
    match = re.match(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(\d\d))?)?(?![-\d])", iso, re.ASCII)
    if match is None:
        return iso
    year, month, day = match.groups()
    name = month and MONTHS[int(month) - 1][: 3 if short else None]
    return " ".join(filter(None, (day and day.lstrip("0"), name, year)))


def excerpt(text: str, length: int = 160) -> str:
    """Return the beginning of a text on one line, cut between words."""
    line = one_line(printable(text))
    return line if len(line) <= length else line[:length].rsplit(" ", 1)[0] + " …"


def excerpt_around(text: str, start: int, end: int, length: int = 300) -> tuple[str, int]:
    """Return about `length` characters around `text[start:end]`, and where that begins in them.

    Text is cut between words and replaced by "…"; a shorter text is returned whole.
    """
    if len(text) <= length:
        return text, start
    room = max(0, length - (end - start)) // 2
    left = max(0, min(start - room, len(text) - length))
    right = min(len(text), max(end, left + length))
    if left:
        left = min(start, text.find(" ", left, start) + 1 or start)
    if right < len(text):
        right = max(end, text.rfind(" ", end, right))
    before, after = ("… " if left else ""), (" …" if right < len(text) else "")
    return f"{before}{text[left:right]}{after}", len(before) + start - left


def commonest(written: Counter[str]) -> dict[str, str]:
    """Return the `MOST_WORDS` commonest words in lower case, the commonest first.

    written: how often each form occurs, as `as_written` counts. The value is a word's most frequent
    form: `{"korea": "Korea", "visit": "visit"}`.
    """
    times: dict[str, int] = {}
    mostly: dict[str, tuple[int, str]] = {}
    for form, count in written.items():
        word = form.lower()
        times[word] = times.get(word, 0) + count
        mostly[word] = max(mostly.get(word, (0, "")), (count, form))  # ties: lower case
    by_times = sorted(sorted(times), key=times.__getitem__, reverse=True)
    return {word: mostly[word][1] for word in by_times[:MOST_WORDS]}


def as_written(text: str) -> Counter[str]:
    """Count how often each form of a word occurs in a text: `{"Korea": 7, "visit": 2}`.

    A capital at the start of a sentence, a line or a quotation says nothing about how a word is
    written, so those count as lower case.
    """
    counts = Counter(words(text))
    first = [word for word in _SENTENCE_START.findall(text) if word]
    counts.subtract(first)
    counts.update(word.lower() for word in first)
    return counts
