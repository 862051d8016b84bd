"""Dates as precise as given: a year, a month, or a day."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Self

Precision = Literal["year", "month", "day"]

_ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)


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
        match = _ISO.fullmatch(text)
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
    def within(cls, first: date, last: date) -> Self | None:
        """Return the month, or else the year, that contains two days; None if there is none."""
        if first.year != last.year:
            return None
        return cls(first.year, first.month if first.month == last.month else None)

    @classmethod
    def week_of(cls, day: date) -> Self | None:
        """Return the month, or else the year, that contains a day's week (from Monday), if any."""
        monday = day - timedelta(days=day.weekday())
        return cls.within(monday, monday + timedelta(days=6))

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

    def at(self, precision: Precision) -> PartialDate:
        """Return the date at no more than this precision."""
        if precision == "year" or self.month is None:
            return PartialDate(self.year)
        return PartialDate(self.year, self.month) if precision == "month" else self

    @property
    def order(self) -> tuple[int, int, int]:
        """The sort key: a year comes before its months, a month before its days."""
        return self.year, self.month or 0, self.day or 0

    def __str__(self) -> str:
        parts = [f"{self.year:04}", *(f"{n:02}" for n in (self.month, self.day) if n is not None)]
        return "-".join(parts)
