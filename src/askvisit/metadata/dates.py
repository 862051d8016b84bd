"""Publication dates: read in many forms, kept as ISO 8601 at the precision given."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from askvisit.metadata.partial_date import PartialDate

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

DateRange = tuple[date, date]
"""The first and the last day that a date may mean."""

FORM = "2019-06-26, 2019-06 or 2019"
"""The date forms that error messages suggest."""

_ISO = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:[T ].+)?)?)?", re.ASCII)
_DOTTED = re.compile(r"\d\s*\.\s*\d{1,2}\s*\.\s*\d{4}")
_LONGEST = 60


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


def relative_days(words: str, today: date) -> DateRange | None:
    """Return the days that words such as "last week" or "June 2018" mean, None if they mean none.

    A week runs from Monday to Sunday.
    """
    base = datetime(today.year, today.month, today.day)
    found = _read(words, base)
    if found is None:
        return None
    day, unit = found
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    partial = PartialDate.of(day, unit)
    return partial.first, partial.last


def mentioned(text: str) -> list[str]:
    """Return the words of a text that name a date, in order."""
    from dateparser.search import search_dates

    bare = re.sub(r"['’]s\b", "", text)  # "last week's article"
    found = search_dates(bare, languages=["en"]) or []
    return [words for words, _ in found]


def _parsed(iso: str) -> PartialDate | None:
    """Return the date of an ISO 8601 date or time, None if there is no such day or time."""
    try:
        if len(iso) > len("2019-06-26"):
            datetime.fromisoformat(iso)
        return PartialDate.parse(iso[: len("2019-06-26")])
    except ValueError:
        return None


def _read(written: str, base: datetime | None = None) -> tuple[date, str] | None:
    """Return a day and the unit of time around it that is meant, None if that is not certain.

    Between full stops the day comes first, otherwise the month may.
    """
    orders = ("DMY",) if _DOTTED.search(written) else ("DMY", "MDY")
    found = [_parser(order, base).get_date_data(written) for order in orders]
    read = {data.date_obj and (data.date_obj.date(), data.period) for data in found}
    return read.pop() if len(read) == 1 else None


@cache
def _parser(order: str, base: datetime | None) -> DateDataParser:
    from dateparser.date import DateDataParser

    settings: dict[str, object] = {"PREFER_DATES_FROM": "past", "DATE_ORDER": order}
    if base is None:  # not a distance from today ("5000 months ago"), nor a count of seconds
        settings["PARSERS"] = ["absolute-time"]
    else:
        settings["RELATIVE_BASE"] = base
    return DateDataParser(languages=["en"], settings=settings)
