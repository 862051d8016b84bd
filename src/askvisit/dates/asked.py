"""The time that a question asks about, reckoned from the day it is asked.

>>> asked("What did the minister say last week?", date(2019, 6, 26)).period
('2019-06-17', '2019-06-23')
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from askvisit.dates import DateRange, days, publication_day, week_of
from askvisit.dates.expressions import find
from askvisit.dates.resolving import resolve
from askvisit.text import ONES

_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_RECENT = 14
"""Days that "recently" and "the latest" reach back; "now" and "currently" as well."""

_NEWS = 7
"""Days for which papers still tell of what happened, and within which they tell of what comes."""

_NUMBERS = {word: n for n, word in enumerate((*ONES, "ten", "eleven", "twelve"), 1)}
_FEW = 3
_COUNT = "|".join((r"\d{1,3}", *_NUMBERS))
_WEEK = re.compile(
    r"\b(?:(last|this|next|coming|previous)\s+(?:week|(weekend))|past\s+(weekend))\b", re.IGNORECASE
)
_STEPS = {"last": -1, "previous": -1, "this": 0, "next": 1, "coming": 1}
_SPAN = re.compile(
    rf"\b(the\s+)?(last|past|previous|next|coming)\s+(?:({_COUNT}|few|couple\s+of)\s+)?"
    r"(day|week|month|year)(s?)\b",
    re.IGNORECASE,
)
_AGO = re.compile(rf"\b(?:({_COUNT})|an?)\s+weeks?\s+ago\b", re.IGNORECASE)
_NOW = re.compile(
    r"\b(?:recent(?:ly)?|late(?:ly|st)|newest|now|nowadays|currently|current|today|tonight"
    r"|at\s+the\s+moment|these\s+days|this\s+(?:morning|afternoon|evening))\b",
    re.IGNORECASE,
)
_AT_FIRST = re.compile(
    r"\b(?:at first(?!\s+(?:reading|light|glance|sight|instance))|initially|originally"
    r"|to begin with|in the beginning)\b",
    re.IGNORECASE,
)
_PRESENT = re.compile(r"\b(?:am|is|are|do|does|has|have|will|can)\b|['’]s\b", re.IGNORECASE)
_PAST = re.compile(r"\b(?:was|were|did|had|could|would)\b", re.IGNORECASE)
_DIGITS = re.compile(r"(?<![\w./-])(?:\d{4}-\d\d-\d\d|(?:\d{1,2}[./]){2}\d{4})(?![\w/-])", re.ASCII)
"""A day without words, which articles hardly use: "2019-06-26", "26.6.2019"."""
_LAST_NIGHT = re.compile(r"\blast\s+(?:night|evening)\b", re.IGNORECASE)
_EDGE = r"\s+(?:the\s+)?(?:(?:end|start|beginning)\s+of\s+)?$"
_SINCE = re.compile(r"\bsince" + _EDGE, re.IGNORECASE)
_AFTER = re.compile(r"\bafter" + _EDGE, re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:until|till|by)" + _EDGE, re.IGNORECASE)
_BEFORE = re.compile(r"\bbefore" + _EDGE, re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|from)\s+$", re.IGNORECASE)
_AND = re.compile(r"\s+(?:and|to|until|till)\s+", re.IGNORECASE)

_LONGEST = 366
"""Days from which on a longer time is no more tolerant of what lies beside it."""


@dataclass(frozen=True)
class AskedTime:
    """The days that a question asks about, both included, and the day it is asked."""

    first: date
    last: date
    today: date

    @property
    def period(self) -> tuple[str, str]:
        """Its first and last day, as ISO 8601."""
        return self.first.isoformat(), self.last.isoformat()

    def untimely(self, published: str | None) -> float | None:
        """Return how far an article is from telling of that time: 0 (of it) to 1 (years away).

        published: `Article.date`; None without a full date. A paper tells of what happened until
        `_NEWS` days later, and of what is to come as many days before the question is asked.
        """
        day = publication_day(published)
        if day is None:
            return None
        first, last, today = (d.toordinal() for d in (self.first, self.last, self.today))
        last = min(last + _NEWS, max(today, first))
        if first >= today:
            first = today - _NEWS
        away = max(0, first - day.toordinal(), day.toordinal() - last)
        scale = max(_NEWS, min(last - first, _LONGEST) / 2)
        return away / (away + scale)


def asked(question: str, today: date) -> AskedTime | None:
    """Return the time that a question asks about; None if it names none.

    The most precise of several expressions decides.
    """
    try:
        found = [_bounded(question[:at], named, today) for at, named in _named(question, today)]
    except (OverflowError, ValueError):  # before the year 1 or after 9999
        return None
    if not found and _LAST_NIGHT.search(question):
        found = [(today - timedelta(days=1), today)]
    if not found and _NOW.search(question):
        found = [(today - timedelta(days=_RECENT), today)]
    if not found:
        return None
    first, last = min(found, key=lambda time: time[1] - time[0])
    return AskedTime(first, last, today)


def asks_of_the_beginning(question: str) -> bool:
    """Return whether a question asks what was said or planned at first."""
    return _AT_FIRST.search(question) is not None


def asks_of_the_present(question: str) -> bool:
    """Return whether a question asks how things are, by the tense of its auxiliary verbs."""
    return _PRESENT.search(question) is not None and _PAST.search(question) is None


def _bounded(before: str, named: DateRange, today: date) -> DateRange:
    """Return the days that are meant if a word before them opens the time: "since", "before"."""
    first, last = named
    if _SINCE.search(before):
        return first, max(today, last)
    if _AFTER.search(before):
        return last + timedelta(days=1), max(today, last + timedelta(days=1))
    if _UNTIL.search(before):
        return date.min, last
    if _BEFORE.search(before):
        return date.min, first - timedelta(days=1)
    return named


def _named(question: str, today: date) -> Iterator[tuple[int, DateRange]]:
    """Yield the times that a question names, each with its offset."""
    for match in _WEEK.finditer(question):
        monday, sunday = week_of(today + timedelta(weeks=_STEPS[(match[1] or "last").lower()]))
        is_weekend = match[2] or match[3]
        yield match.start(), (monday + timedelta(days=5) if is_weekend else monday, sunday)
    for match in _AGO.finditer(question):
        yield match.start(), week_of(today - timedelta(weeks=_number(match[1])))
    for match in _DIGITS.finditer(question):
        if (written := days(match[0])) is not None:
            yield match.start(), written
    yield from _spans(question, today)
    yield from _dates(question, today)


def _number(words: str | None) -> int:
    """Return a number in digits or words; 1 if there is none."""
    count = (words or "one").lower()
    return int(count) if count.isdecimal() else _NUMBERS.get(count, _FEW)


def _spans(question: str, today: date) -> Iterator[tuple[int, DateRange]]:
    """Yield the spans counted from today: "the past three weeks", "the next few days"."""
    for match in _SPAN.finditer(question):
        article, which, count, unit, plural = match.groups()
        if not (count or article or plural) and which.lower() in ("last", "next"):
            continue  # a calendar month or year, which `_dates` knows
        many = _FEW if plural and not count else _number(count)
        length = timedelta(days=many * _DAYS[unit.lower()])
        is_past = which.lower() in ("last", "past", "previous")
        yield match.start(), (today - length, today) if is_past else (today, today + length)


def _dates(question: str, today: date) -> Iterator[tuple[int, DateRange]]:
    """Yield the dates; "between 2015 and 2017" is one time."""
    found = [(e, resolve(e, question, today, [])) for e in find(question)]
    dates = [(e, d) for e, d in found if d is not None and not _WEEK.fullmatch(e.text)]
    for (one, first), (other, last) in pairwise(dates):
        is_range = _AND.fullmatch(question, one.end, other.start)
        if is_range and _BETWEEN.search(question[: one.start]) and first.first <= last.last:
            yield one.start, (first.first, last.last)
            return
    for expression, meant in dates:
        yield expression.start, (meant.first, meant.last)
