"""The ends of a time span, as users give them."""

from __future__ import annotations

from datetime import date

from askvisit.errors import QuestionError
from askvisit.metadata.partial_date import PartialDate


def bound(name: str, given: str | date | None) -> PartialDate | None:
    """Parse one end of a time span; raises `QuestionError` if it is not a date."""
    if given is None:
        return None
    try:
        return PartialDate.parse(str(given)[:10] if isinstance(given, date) else given.strip())
    except (ValueError, AttributeError) as error:
        raise QuestionError(
            f"{name} is {given!r}, which is not a date; give YYYY, YYYY-MM or YYYY-MM-DD"
        ) from error


def span(
    since: str | date | None, until: str | date | None
) -> tuple[PartialDate | None, PartialDate | None]:
    """Parse the ends of a time span; raises `QuestionError` for invalid dates or an empty span."""
    first, last = bound("since", since), bound("until", until)
    if first is not None and last is not None and last.last < first.first:
        raise QuestionError(f"until ({last}) is before since ({first}); swap them")
    return first, last
