"""The time that a question asks about, reckoned from the day it is asked.

>>> asked("What did the minister say last week?", date(2019, 6, 26)).period
('2019-06-17', '2019-06-23')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from askvisit.dates import DateRange, PartialDate, publication_day, week_of
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
_WEEK = re.compile(r"\b(last|this|next|past|coming|previous)\s+(weekend|week)\b", re.IGNORECASE)
_SPAN = re.compile(
    rf"\b(last|past|previous|next|coming)\s+(?:({_COUNT}|few|couple\s+of)\s+)?"
    r"(day|week|month|year)s?\b",
    re.IGNORECASE,
)
_AGO = re.compile(rf"\b(?:({_COUNT})|an?)\s+weeks?\s+ago\b", re.IGNORECASE)
_NOW = re.compile(
    r"\b(?:recent(?:ly)?|late(?:ly|st)|newest|now|nowadays|currently|current|today|tonight"
    r"|at\s+the\s+moment|these\s+days|this\s+(?:morning|afternoon|evening))\b",
    re.IGNORECASE,
)
_LAST_NIGHT = re.compile(r"\blast\s+(?:night|evening)\b", re.IGNORECASE)
_FROM = re.compile(r"\b(?:since|after)\s+(?:the\s+)?(?:(?:end|start|beginning)\s+of\s+)?$")
_UP_TO = re.compile(
    r"\b(?:until|till|before|by)\s+(?:the\s+)?(?:(?:end|start|beginning)\s+of\s+)?$"
)


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
        first = min(self.first, self.today - timedelta(days=_NEWS))
        last = min(self.last + timedelta(days=_NEWS), max(self.today, self.first))
        away = max(0, (first - day).days, (day - last).days)
        scale = max(_NEWS, (last - first).days / 2)
        return away / (away + scale)


def asked(question: str, today: date) -> AskedTime | None:
    """Return the time that a question asks about; None if it names none.

    The most precise of several expressions decides.
    """
    found = [*_weeks(question, today), *_spans(question, today), *_dates(question, today)]
    if not found and _LAST_NIGHT.search(question):
        found = [(today - timedelta(days=1), today)]
    if not found and _NOW.search(question):
        found = [(today - timedelta(days=_RECENT), today)]
    if not found:
        return None
    first, last = min(found, key=lambda days: days[1] - days[0])
    return AskedTime(first, last, today)


def _weeks(question: str, today: date) -> list[DateRange]:
    steps = {"last": -1, "past": -1, "previous": -1, "this": 0, "next": 1, "coming": 1}
    found = []
    for match in _WEEK.finditer(question):
        monday, sunday = week_of(today + timedelta(weeks=steps[match[1].lower()]))
        is_weekend = match[2].lower() == "weekend"
        found.append((monday + timedelta(days=5) if is_weekend else monday, sunday))
    ago = (today - timedelta(weeks=_number(match[1])) for match in _AGO.finditer(question))
    return [*found, *map(week_of, ago)]


def _number(words: str | None) -> int:
    """Return a number in digits or words; 1 if there is none."""
    count = (words or "one").lower()
    return int(count) if count.isdecimal() else _NUMBERS.get(count, _FEW)


def _spans(question: str, today: date) -> list[DateRange]:
    """Return the spans counted from today: "the past three weeks", "the next few days"."""
    found = []
    for match in _SPAN.finditer(question):
        which, unit = match[1].lower(), match[3].lower()
        if not match[2] and which in ("last", "next"):
            continue  # a calendar month or year, which `_dates` knows
        length = timedelta(days=_number(match[2]) * _DAYS[unit])
        is_past = which in ("last", "past", "previous")
        found.append((today - length, today) if is_past else (today, today + length))
    return found


def _dates(question: str, today: date) -> list[DateRange]:
    found = []
    for expression in find(question):
        meant: PartialDate | None = resolve(expression, question, today, [])
        if meant is None or _WEEK.fullmatch(expression.text):
            continue
        before = question[: expression.start].lower()
        first = date.min if _UP_TO.search(before) else meant.first
        found.append((first, max(today, meant.last) if _FROM.search(before) else meant.last))
    return found
