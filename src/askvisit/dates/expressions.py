"""Date expressions in a sentence: the words of each, and what is needed to resolve them.

The words are found here and resolved by dateparser, whose own search mistakes "may" for a month,
"340 seconds" for a date and words beside a date for parts of it. What does not name a single year,
month or day is not found: durations, ages, "on Tuesdays", "the 1990s", "some thirty years ago",
"today".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from askvisit.text import MONTH, NUMBER_WORDS, ONES, SHORT_MONTH, TENS, WEEKDAY

Kind = Literal["absolute", "yearless", "relative"]


@dataclass(frozen=True)
class DateExpression:
    """Words that denote a date, at offsets in their sentence.

    `text` is what to resolve, without surrounding words, and `weekday` the day of the week that
    stands before it ("Monday, 23 October"), if one does. `kind` says what that needs: nothing
    (absolute); the publication date and whether past or future is meant (yearless); the
    publication date (relative).
    """

    start: int
    end: int
    kind: Kind
    text: str
    weekday: str | None = None


_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?\b(?!,\d|\.\d)"
_YEAR = r"(?:1\d|20)\d\d"
_NUMBER = (
    rf"(?:\d{{1,3}}|(?:{'|'.join(TENS)})-(?:{'|'.join(ONES)})"
    rf"|{'|'.join(sorted(NUMBER_WORDS, reverse=True))}|an?)"
)
_COUNT = (
    r"\b(?<!\d[.,/–-])(?!(?<=\d\s)\d{3}\b)(?<!\w-)(?<!hundred\sand\s)(?<!thousand\sand\s)"
    + "".join(rf"(?<!{word}\s)" for word in ("half", "hundred", "thousand", *TENS))
    + _NUMBER
)
"""A number that is not the end of a longer one: "1,000", "2.5", "2–3", "a hundred and fifty"."""

_UNIT = r"(?:day|week|month|year)s?"
_THAT_YEAR = r"(?:of\s+)?(?:that|the\s+same)\s+year"
_SOME_YEAR = rf"(?:of\s+)?(?:last|this|next)\s+year|{_NUMBER}\s+years?\s+ago"
_DAY_MONTH = (
    rf"(?:{WEEKDAY},?\s+(?:the\s+)?)?(?:{_DAY}\s+(?:of\s+)?{SHORT_MONTH}|{SHORT_MONTH}\s+{_DAY})"
)

_MORE = rf",?\s+(?:(?:of\s+)?{_YEAR}|{_SOME_YEAR}|{_THAT_YEAR}|{_DAY})\b"
"""What would make a month more precise: such dates have their own patterns."""

_BEFORE_MONTH = (
    r"(?<!\w)(?:in|since|by|until|till|from|of|to|before|after|during|through|for|between|late|early"
    r"|mid|mid-|(?:end|beginning|middle)\s+of)(?:\s+(?:early|late|mid))?[\s-]+"
)
_BEFORE_YEAR = (
    r"(?:(?<!\w)(?:in|since|by|until|till|early|late|mid|of|from|the|up\sto|before|after|during"
    r"|through|for|between|year|fiscal|spring|summer|autumn|fall|winter|q[1-4]"
    r"|an?|its|his|her|their)[\s-]+"
    r"|(?<=\d{4}[–—-])|(?<=\d{4}\s(?:to|or)\s)|(?<=\d{4}\sand\s)|\()"
)

# In order of precedence: at any position, the first match is taken.
_PATTERNS: tuple[tuple[Kind, str], ...] = (
    ("absolute", r"\b\d{4}-\d\d-\d\d\b"),
    ("absolute", rf"\b{_DAY_MONTH},?\s+{_YEAR}\b"),
    ("absolute", rf"\b{SHORT_MONTH},?\s+(?:of\s+)?{_YEAR}\b(?!-)"),
    ("relative", rf"\b(?:{_DAY_MONTH}|{MONTH}),?\s+(?:{_SOME_YEAR})\b"),
    ("yearless", rf"\b{_DAY_MONTH}(?!\w|\s+{_THAT_YEAR}\b)"),
    ("relative", rf"(?i:(?<!the )\b(?:last|next|this)(?=\s))\s+(?:{MONTH}|{WEEKDAY})\b"),
    ("yearless", rf"(?i:{_BEFORE_MONTH})(?P<month>{MONTH})\b(?!{_MORE})"),
    ("relative", r"(?i:\bthe\s+day\s+before\s+yesterday|\byesterday|\btomorrow)\b"),
    ("relative", rf"(?i:{_COUNT}\s+{_UNIT}\s+(?:ago|from\s+now))\b"),
    ("relative", r"(?i:(?<!the )(?<!past )\b(?:last|next|this)\s+(?:week|month|year))\b"),
    ("relative", r"(?i:(?<!the )\b(?:last|next|this)\s+(?:spring|summer|autumn|fall))\b"),
    ("relative", r"(?i:\bend\s+of\s+(?:the|this|last|next)\s+(?:week|month|year))\b"),
    ("yearless", rf"\b{WEEKDAY}\b(?!\s+(?:of\s+)?next\s+week)"),
    ("absolute", rf"(?i:{_BEFORE_YEAR})(?P<year>{_YEAR})\b(?![,.]\d|-[^\W\d])"),
)
_EXPRESSION = re.compile("|".join(f"(?P<p{n}>{p})" for n, (_, p) in enumerate(_PATTERNS)))

_WEEKDAY_BEFORE = re.compile(rf"({WEEKDAY}),?\s+(?:the\s+)?(?=\w)")
_ROUGHLY = re.compile(
    r"\b(?:about|some|around|nearly|almost|over|than|roughly|least|most|approximately|up\s+to)\s+$",
    re.IGNORECASE,
)
_CAPITAL_NEXT = re.compile(rf"\s+(?!(?:{MONTH}|{WEEKDAY})\b)[A-Z]\w*[a-z]")
_NOT_ONE = re.compile(  # "every Monday", "a Saturday shift", "the last Friday of May"
    r"\b(?:every|each|any|most|some|an?|the|one|last|next|this|first|second|third|fourth|following"
    r"|previous|good|black|bloody|super|easter|palm|ash|cyber|boxing)\s+$",
    re.IGNORECASE,
)
_PLURAL_NEXT = re.compile(r"\s+[a-z]{4,}s\b")
_GIVEN_NAMES = frozenset(("April", "May", "June", "August"))
_OLDEST = 1800
"""The lowest number that is a year before a plural: "the 2006 elections", not "the 1500 metres"."""


def find(sentence: str) -> Iterator[DateExpression]:
    """Yield the dates that a sentence mentions, in order."""
    for match in _EXPRESSION.finditer(sentence):
        kind, _ = _PATTERNS[int(str(match.lastgroup).removeprefix("p"))]
        core = next((name for name in ("year", "month") if match[name]), 0)
        start, end = match.span(core)  # without the words before it
        if _means_a_date(match, sentence[:start], sentence[end:]):
            weekday = _WEEKDAY_BEFORE.match(sentence, start, end)
            text = " ".join(sentence[weekday.end() if weekday else start : end].split())
            yield DateExpression(start, end, kind, text, weekday[1] if weekday else None)


def _means_a_date(match: re.Match[str], before: str, after: str) -> bool:
    """Return whether the words are a date here, not a name, number or rough guess."""
    if match["year"]:
        return int(match["year"]) >= _OLDEST or _PLURAL_NEXT.match(after) is None
    if match["month"] in _GIVEN_NAMES:
        return _CAPITAL_NEXT.match(after) is None
    if re.fullmatch(WEEKDAY, match[0]):
        is_name = _CAPITAL_NEXT.match(after)
        return not is_name and not _NOT_ONE.search(before) and not after.startswith("-")
    return _ROUGHLY.search(before) is None
