"""Dates of publication: read in many forms, kept as ISO 8601 in the precision that was given."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

DateRange = tuple[date, date]
"""The first and the last day that a date may mean."""

FORM = "2019-06-26, 2019-06 or 2019"
"""How people are told to write a date."""

_ISO = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)(?:[T ].+)?)?)?")
_LONGEST = 60


def to_iso(written: str) -> str | None:
    """Return a date as ISO 8601 with no more precision than it has, None where it is no date.

    >>> to_iso("2019-06")
    '2019-06'
    """
    text = written.strip()
    if _ISO.fullmatch(text):
        return None if _iso_days(text) is None else text
    if len(text) > _LONGEST or not re.search(r"\d{4}", text):
        return None  # without a year it says something only beside today's date
    found = _parser().get_date_data(text)
    if found.date_obj is None or found.period not in ("day", "month", "year"):
        return None
    return _of_period(found.date_obj.date(), found.period)


def days(written: str) -> DateRange | None:
    """Return the days that a date means: `2019-06` is June 2019; None where it is no date."""
    iso = to_iso(written)
    return None if iso is None else _iso_days(iso)


def relative_days(words: str, today: date) -> DateRange | None:
    """Return the days that words such as "last week" or "June 2018" mean, None where they do not.

    A week runs from Monday to Sunday.
    """
    base = datetime(today.year, today.month, today.day)
    found = _parser(base).get_date_data(words)
    if found.date_obj is None:
        return None
    day = found.date_obj.date()
    if found.period == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    return _iso_days(_of_period(day, found.period))


def mentioned(text: str) -> list[str]:
    """Return the words of a text that name a date, in order."""
    from dateparser.search import search_dates

    bare = re.sub(r"['’]s\b", "", text)  # "last week's article"
    found = search_dates(bare, languages=["en"]) or []
    return [words for words, _ in found]


def _iso_days(iso: str) -> DateRange | None:
    found = _ISO.fullmatch(iso)
    if found is None:
        return None
    try:
        year, month = int(found["year"]), int(found["month"] or 1)
        first = date(year, month, int(found["day"] or 1))
        if found["day"]:
            if len(iso) > len("2019-06-26"):
                datetime.fromisoformat(iso)
            return first, first
    except ValueError:  # the year 0, or a 13th month
        return None
    last_month = month if found["month"] else 12
    return first, date(year, last_month, calendar.monthrange(year, last_month)[1])


def _of_period(day: date, period: str) -> str:
    return {"year": f"{day.year:04d}", "month": f"{day:%Y-%m}"}.get(period, day.isoformat())


@cache
def _parser(base: datetime | None = None) -> DateDataParser:
    from dateparser.date import DateDataParser

    settings: dict[str, object] = {"PREFER_DATES_FROM": "past"}
    if base is not None:
        settings["RELATIVE_BASE"] = base
    return DateDataParser(languages=["en"], settings=settings)
