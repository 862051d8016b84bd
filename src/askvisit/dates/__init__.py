"""Dates read in many forms, kept as ISO 8601 at the precision given: a year, a month or a day.

expressions: where a sentence mentions dates; resolving: what those mean.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal, Self

DateRange = tuple[date, date]
"""The first and the last day that a date may mean."""

FORM = "2019-06-26, 2019-06 or 2019"
"""The date forms that error messages suggest."""

Precision = Literal["year", "month", "day"]

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_ISO = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:[T ].+)?)?)?", re.ASCII)
_DOTTED = re.compile(r"\d\s*\.\s*\d{1,2}\s*\.\s*\d{4}")
_LONGEST = 60


@dataclass(frozen=True)
class PartialDate:
    """A year, month or day of the Gregorian calendar, from the year 1 on.

    Anything coarser than a month but within one year, such as a season, is a year. Raises
    `ValueError` if there is no such day.
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.month is None and self.day is not None:
            raise ValueError("a day has a month")
        _ = self.first

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read YYYY, YYYY-MM or YYYY-MM-DD; raises `ValueError` for anything else."""
        match = _DATE.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no date")
        return cls(*(int(part) for part in match.groups() if part is not None))

    @classmethod
    def of(cls, day: date, unit: str) -> Self:
        """Return the "month" or "year" that a day is in; for any other unit, the day itself."""
        if unit == "year":
            return cls(day.year)
        return cls(day.year, day.month, None if unit == "month" else day.day)

    @classmethod
    def week_of(cls, day: date) -> Self | None:
        """Return the month, or else the year, that contains a day's week (from Monday), if any."""
        first, last = week_of(day)
        if first.year != last.year:
            return None
        return cls(first.year, first.month if first.month == last.month else None)

    @property
    def precision(self) -> Precision:
        """How precise it is."""
        return "year" if self.month is None else "month" if self.day is None else "day"

    @property
    def first(self) -> date:
        """The first day that it may mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        """The last day that it may mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        """Return it as ISO 8601, which sorts a year before its months, a month before its days."""
        parts = [f"{self.year:04}", *(f"{n:02}" for n in (self.month, self.day) if n is not None)]
        return "-".join(parts)


def to_iso(written: str) -> str | None:
    """Return a date as ISO 8601 with no more precision than it has, None if it is not a date.

    One that may have the day or the month first ("03/04/2019") is none.

    >>> to_iso("2019-06"), to_iso("03.04.2019")
    ('2019-06', '2019-04-03')
    """
    text = written.strip()
    if _ISO.fullmatch(text):
        return None if _parsed(text) is None else text
    if len(text) > _LONGEST or not re.search(r"\d{4}", text):
        return None  # without a year it only means something relative to today
    found = _read(text)
    if found is None or found[1] not in ("day", "month", "year"):
        return None
    return str(PartialDate.of(*found))


def days(written: str) -> DateRange | None:
    """Return the days that a date means: `2019-06` is June 2019; None if it is not a date."""
    iso = to_iso(written)
    found = None if iso is None else _parsed(iso)
    return None if found is None else (found.first, found.last)


def publication_day(stored: str | None) -> date | None:
    """Return the publication day of an article, None if no full, valid date is known.

    stored: `Article.date`, an ISO 8601 date or time.
    """
    found = _parsed(stored) if stored and _ISO.fullmatch(stored) else None
    return found.first if found is not None and found.precision == "day" else None


def week_of(day: date) -> DateRange:
    """Return the Monday and the Sunday of a day's week."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def _parsed(iso: str) -> PartialDate | None:
    """Return the date of an ISO 8601 date or time, None if there is no such day or time."""
    try:
        if len(iso) > len("2019-06-26"):
            datetime.fromisoformat(iso)
        return PartialDate.parse(iso[: len("2019-06-26")])
    except ValueError:
        return None


def _read(written: str) -> tuple[date, str] | None:
    """Return a day and the unit of time around it that is meant, None if that is not certain.

    Between full stops the day comes first, otherwise the month may.
    """
    orders = ("DMY",) if _DOTTED.search(written) else ("DMY", "MDY")
    read = {parser(None, "past", order)(written) for order in orders}
    return read.pop() if len(read) == 1 else None


@lru_cache(maxsize=1024)
def parser(
    base: date | None, prefer: str, order: str = "MDY"
) -> Callable[[str], tuple[date, str] | None]:
    """Return dateparser, set up: words that are a date and nothing else to a day and its unit.

    base: the day that words such as "a week ago" count from; without it, they are no date. prefer:
    "past", "future" or "current_period", where the year is not given. order: of numbers alone.
    """
    from dateparser.date import DateDataParser

    settings: dict[str, object] = {"PREFER_DATES_FROM": prefer, "DATE_ORDER": order}
    settings["PARSERS"] = ["absolute-time"]  # not a count of seconds, nor a distance from today
    if base is not None:
        settings["PARSERS"] = ["relative-time", "absolute-time"]
        settings["RELATIVE_BASE"] = datetime(base.year, base.month, base.day)
    dates = DateDataParser(languages=["en"], settings=settings)

    def read(text: str) -> tuple[date, str] | None:
        try:
            found = dates.get_date_data(text)
        except (OverflowError, ValueError):  # before the year 1 or after 9999
            return None
        return None if found.date_obj is None else (found.date_obj.date(), found.period)

    return read
