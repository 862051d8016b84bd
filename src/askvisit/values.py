"""What a span says as a value, and how likely two spans of different articles say the same.

Quantities have common units, so "three and a half metres" and "350 cm" are one value, as are "half
past nine" and "9.30 pm", or "on Tuesday" and "14 March" in articles of that week. Words for numbers
become digits by text2num, and dates are resolved as for the timeline. A logistic regression weighs
values, words and names; it is fitted to pairs of answers by `python -m training.agreement`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import exp, log1p
from typing import TYPE_CHECKING

from askvisit.caching import remembered
from askvisit.dates import publication_day
from askvisit.dates.expressions import find
from askvisit.dates.resolving import dated
from askvisit.text import AUXILIARIES, content_words

if TYPE_CHECKING:
    from askvisit.dates import DateRange
    from askvisit.records import Sentence, Span

_MEGABYTES = 4
"""For the values of recent spans."""

_UNITS: dict[str, tuple[tuple[str, float], ...]] = {
    "time": (
        ("seconds? secs?", 1),
        ("minutes? mins?", 60),
        ("hours? hrs?", 3600),
        ("days? nights?", 86_400),
        ("weeks?", 7 * 86_400),
        ("months?", 30.4 * 86_400),
        ("years? yrs?", 365 * 86_400),
    ),
    "length": (
        ("mm millimet(?:re|er)s?", 0.001),
        ("cm centimet(?:re|er)s?", 0.01),
        ("m met(?:re|er)s?", 1),
        ("km kilomet(?:re|er)s?", 1000),
        ("inch(?:es)?", 0.0254),
        ("ft feet foot", 0.3048),
        ("yards?", 0.9144),
        ("miles?", 1609.3),
    ),
    "area": (
        ("m² m2 sq(?:uare|\\.)?\\s(?:m|met(?:re|er)s?)", 1),
        ("km² km2 sq(?:uare|\\.)?\\s(?:km|kilomet(?:re|er)s?)", 1e6),
        ("sq(?:uare|\\.)?\\s(?:ft|feet|foot)", 0.092903),
        ("sq(?:uare|\\.)?\\smiles?", 2.59e6),
        ("ha hectares?", 10_000),
        ("acres?", 4046.86),
    ),
    "mass": (
        ("g gram(?:me)?s?", 0.001),
        ("kg kilos? kilogram(?:me)?s?", 1),
        ("tons? tonnes?", 1000),
    ),
    "temperature": (("°\\s?C degrees?(?:\\sCelsius)?", 1),),
    "share": (("% per\\s?cent percentage", 0.01), ("bps? basis\\spoints?", 0.0001)),
    "money": (
        (
            "dollars? euros? pounds? rupees? yen yuan pesos? rand krone[rn]? kronor reais real "
            "francs? zlotys? lira roubles? rubles? baht dong ringgit rupiahs? shillings? naira "
            "forints?",
            1,
        ),
    ),
}
"""By dimension, the words of each unit and how many base units it has."""

_BASE_UNITS = {"time": "s", "length": "m", "mass": "kg", "area": "m²"}
_LONGER = (("days", 172_800.0), ("h", 7200.0), ("min", 60.0))
_UNIT_OF = [
    (re.compile(rf"(?:{'|'.join(words.split())})(?!\w)", re.IGNORECASE), dimension, factor)
    for dimension, units in _UNITS.items()
    for words, factor in units
]
_SCALES = {"hundred": 100, "k": 1000, "thousand": 1000, "m": 1e6, "mn": 1e6, "million": 1e6} | {
    "bn": 1e9, "billion": 1e9, "tn": 1e12, "trillion": 1e12, "dozen": 12, "dozens": 12, "score": 20,
    "lakh": 1e5, "crore": 1e7,
}  # fmt: skip
_FRACTIONS = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1}
_FRACTION = re.compile(
    r"(?:\b(?P<count>an?|one|two|three|four)[\s-])?\b"
    r"(?:(?<!first )(?<!second )half|(?(count)|(?=\w+ of\b))(?:third|quarter|fifth|tenth)s?)\b"
    r"(?! past| to )(?: of (?:an?|the)\b| of\b| an?\b)?",
    re.IGNORECASE,
)
_OUT_OF = re.compile(r"\b(\d{1,2})(?: [a-z]+)? (?:in|out of) (?:every )?(\d0?|100)\b(?! \d)")
_PRONOUN = re.compile(
    r"(?<=[a-z] )(?<!about )(?<!just )(?<!least )(?<!only )(?<!than )one\b"
    r"(?=\s*(?:$|[.,;:!?]|(?:was|is|has|had|were|that|who|which)\b))"
)
_BETWEEN = re.compile(r"[\s-]*")
_TOGETHER = re.compile(r"[\s,]*(?:and)?\s*")
_FAHRENHEIT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:°\s?F|degrees?\sFahrenheit)\b", re.IGNORECASE)
_LASTED = re.compile(r"(?<![\d:])(\d{1,2}):([0-5]\d):([0-5]\d)(?![\d:])")
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_NUMBER = re.compile(
    r"(?P<money>(?:US|A|C|NZ|HK|S|R)?[$£€¥₹₩₱₦₺₴]"
    r"|\b(?:USD|EUR|GBP|CHF|RM|R[sp]\.?|K?Sh|R(?=\d))\s?)?\s?"
    r"(?(money)|(?<![\w.]))(?P<number>\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"(?:(?P<apart>[\s-]*)(?P<scale>{_SCALE})(?![\w'’]))?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(?<![\d.,-])(\d+)(?:\s*[-–]\s*|\s+to\s+)(\d+)(?![\d-]|[.,]\d|\s+1000)")
_CLOCK = re.compile(
    r"\b(?P<hour>\d{1,2})(?:(?:[.:](?P<minute>[0-5]\d))?\s*(?P<half>[ap])\.?m\b\.?"
    r"|:(?P<only>[0-5]\d)|\s+o['’]clock)",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:(?P<part>half|a quarter|\d+ minutes?) (?P<side>past|to)|(?P<minutes>\d+) past)"
    r" (?P<hour>\d{1,2})\b",
    re.IGNORECASE,
)
_ONE = re.compile(
    r"\ban? (?=\d|dozen|hour|minute|day|week|month|year|hundred|million)", re.IGNORECASE
)
_NAMED_TIMES = {"noon": 720.0, "midday": 720.0, "midnight": 0.0}
_ABOUT = re.compile(
    r"\b(?:about|around|some|nearly|almost|roughly|approximately|more than|over|just under)\b", re.I
)
_EXACT, _ROUGH = 0.01, 0.05
_NEGATION = re.compile(
    r"\b(?:not|no(?!\.?\s*\d)|nor|none|neither|never|nobody|nothing|cannot|without"
    r"|den(?:y|ies|ied|ying|ial)|refus\w+|reject\w+|fail\w*|lack\w*|hardly|unlikely|unable"
    r"|ruled? out|false|untrue|wrong)\b|n['’]t\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"\b(?:said|says?|told|tells?|stat(?:es?|ed)|claim(?:s|ed)?|insist(?:s|ed)?|maintain(?:s|ed)?"
    r"|den(?:y|ies|ied)|report(?:s|ed)?|repeat(?:s|ed)?|argu(?:es?|ed)|explain(?:s|ed)?"
    r"|answer(?:s|ed)?|accus(?:es?|ed)|believ(?:es?|ed)|estimat(?:es?|ed)|counts?|counted|puts?"
    r"|speaks? of|according to)\b|[“\"]",
    re.IGNORECASE,
)
"""Who reports something; without it, of 138 second sides in events train 50 instead of 63 are found
at about as many mistakes."""

_NAME = re.compile(r"\b[^\W\d_a-z][\w’'-]+")

WEIGHTS = {
    "intercept": -1.47,
    "agree": 3.98,
    "differ": -4.61,
    "contained": 4.14,
    "shared": -0.41,
    "negated": -1.03,
    "same_name": 1.75,
    "other_name": -0.54,
    "length": 0.45,
    "polar": 0.32,
    "polar_negated": -0.25,
    "polar_both_negated": 3.17,
    "polar_agree": -2.48,
    "polar_differ": 4.25,
}
"""Of the logistic regression; see `pair_features`."""


@dataclass(frozen=True)
class Value:
    """Quantities, times and dates; `is_rough` says that a quantity is only about right.

    `amounts` are (dimension, amount) in seconds, metres, square metres, kilograms, degrees Celsius,
    money or a share, "" for a count; `times` are times of day in minutes, of twelve hours if it is
    not said which half of the day is meant; `days` what dates may mean.
    """

    amounts: tuple[tuple[str, float], ...]
    times: tuple[float, ...]
    days: tuple[DateRange, ...]
    is_rough: bool = False

    def __str__(self) -> str:
        """The date, number or time of day, in common units; empty if it is none of them."""
        if self.days:
            first, last = self.days[0]
            return f"{first}" if first == last else f"{first} to {last}"
        if self.times:
            hour, minute = divmod(round(self.times[0]), 60)
            return f"{hour}:{minute:02}"
        dimension, amount = self.amounts[0] if self.amounts else ("range", 0.0)
        if dimension == "range":
            return ""
        unit = _BASE_UNITS.get(dimension, "")
        if dimension == "time":
            longer = ((name, size) for name, size in _LONGER if amount >= size)
            unit, size = next(longer, (unit, 1.0))
            amount = round(amount / size, 1)
        elif dimension == "share":
            unit, amount = "%", 100 * amount
        elif dimension == "temperature":
            unit = "°C"
        number = f"{amount:,.0f}" if amount >= 1e6 else f"{amount:,.6g}"
        return f"{number} {unit}".rstrip()

    def agrees(self, other: Value) -> bool | None:
        """Return whether two values are the same; None if they cannot be compared."""
        verdicts = [self._dates(other), self._times(other), self._amounts(other)]
        known = [verdict for verdict in verdicts if verdict is not None]
        return all(known) if known else None

    def _dates(self, other: Value) -> bool | None:
        if not self.days or not other.days:
            return None
        return any(a <= d and c <= b for a, b in self.days for c, d in other.days)

    def _times(self, other: Value) -> bool | None:
        if not self.times or not other.times:
            return None
        return any(abs((a - b + 360) % 720 - 360) < 1 for a in self.times for b in other.times)

    def _amounts(self, other: Value) -> bool | None:
        """Compare amounts of one dimension; a bare number may be of any, but is no share."""
        near = _ROUGH if self.is_rough or other.is_rough else _EXACT
        pairs = [
            any(
                abs(ours * scale - theirs) <= near * max(abs(ours * scale), abs(theirs))
                for scale in _scales_between(one, another)
            )
            for one, ours in self.amounts
            for another, theirs in other.amounts
            if one == another or (not (one and another) and "share" not in (one, another))
        ]
        return any(pairs) if pairs else None


def _scales_between(one: str, other: str) -> list[float]:
    """Return by what an amount may be multiplied to be one of another dimension.

    A bare number may be of any unit of the other: "39.5" is "39.5 mm", and "aged four" "4 years".
    """
    if one == other:
        return [1.0]
    bare, sign = (one, -1) if one else (other, 1)
    return [1.0, *(factor**sign for _, dimension, factor in _UNIT_OF if dimension == bare)]


def value_of(span: Span, published: str | None) -> Value:
    """Return what a span says, or its sentence if it has none.

    published: the article's date (ISO 8601), from which "on Tuesday" is reckoned.
    """
    return _value(span.sentence, span.start, span.end, published)


@dataclass(frozen=True)
class Saying:
    """What a span says: its value, its content words and names that the question lacks.

    `is_polar`: whether the question wants a yes or a no. `is_reported`: whether the span's sentence
    is what somebody says.
    """

    value: Value
    words: frozenset[str]
    names: frozenset[str]
    is_negated: bool
    is_polar: bool = False
    is_reported: bool = False

    @classmethod
    def of(cls, span: Span, published: str | None, question: str) -> Saying:
        """Return what a span of an article says in answer to a question."""
        text = span.words or span.sentence.text
        asked = set(content_words(question))
        words = frozenset(content_words(text)) - asked
        return cls(
            value_of(span, published),
            words,
            words & {name.lower() for name in _NAME.findall(text)},
            _NEGATION.search(text) is not None,
            question.lstrip("\"'“‘ ").partition(" ")[0].lower() in AUXILIARIES,
            _REPORTED.search(span.sentence.text) is not None,
        )


def pair_features(one: Saying, other: Saying) -> dict[str, float]:
    """Return what the probability that two spans say the same is computed from.

    `agree` and `differ`: whether their values do; `contained` and `shared`: the share of the words
    of the shorter one, and of both, that both have; `negated`: only one negates; `same_name` and
    `other_name`: both have names, one in common or none; `length`: the logarithm of the number of
    words of the longer one. `polar`: yes or no is asked; then also whether one or both negate, and
    whether values agree or differ, which matters less.
    """
    agrees = one.value.agrees(other.value)
    both = len(one.words & other.words)
    lengths = sorted((len(one.words), len(other.words)))
    named = bool(one.names and other.names)
    polar = one.is_polar
    negated = one.is_negated + other.is_negated
    return {
        "agree": float(agrees is True),
        "differ": float(agrees is False),
        "contained": both / max(1, lengths[0]),
        "shared": both / max(1, len(one.words | other.words)),
        "negated": float(negated == 1),
        "same_name": float(named and not one.names.isdisjoint(other.names)),
        "other_name": float(named and one.names.isdisjoint(other.names)),
        "length": log1p(lengths[1]),
        "polar": float(polar),
        "polar_negated": float(polar and negated == 1),
        "polar_both_negated": float(polar and negated == 2),
        "polar_agree": float(polar and agrees is True),
        "polar_differ": float(polar and agrees is False),
    }


def same_probability(one: Saying, other: Saying) -> float:
    """Return how likely two spans give the same answer to a question."""
    features = {"intercept": 1.0, **pair_features(one, other)}
    return 1 / (1 + exp(-sum(weight * features[name] for name, weight in WEIGHTS.items())))


def agree(one: Saying, other: Saying) -> bool:
    """Return whether two spans more likely give the same answer than not."""
    return same_probability(one, other) > 0.5 and not contradicts(one, other)


def contradicts(one: Saying, other: Saying) -> bool:
    """Return whether two spans give other values of one kind, or only one of them negates.

    Two names, or other words, may be parts of one answer.
    """
    agrees = one.value.agrees(other.value)
    return agrees is False or (agrees is None and one.is_negated != other.is_negated)


@remembered(_MEGABYTES)
def _value(sentence: Sentence, start: int | None, end: int | None, published: str | None) -> Value:
    begin = 0 if start is None else start - sentence.start
    stop = len(sentence.text) if end is None else end - sentence.start
    found = [
        d
        for d in dated([sentence], publication_day(published))
        if d.start - sentence.start < stop and begin < d.end - sentence.start
    ]
    text = sentence.text[begin:stop]
    for one in reversed(list(find(sentence.text))):  # a date's numbers are no amounts
        if one.start < stop and begin < one.end:
            text = text[: max(0, one.start - begin)] + " , " + text[max(0, one.end - begin) :]
    ranges = [(d.date.first, d.date.last) for d in found]
    days = tuple(r for r in ranges if not any(_within(other, r) for other in ranges))
    amounts, times = quantities(text)
    return Value(amounts, times, days, _ABOUT.search(text) is not None)


def _within(one: DateRange, other: DateRange) -> bool:
    """Return whether a date is a more precise one: the 20th of "next week, 20 September"."""
    return one != other and other[0] <= one[0] and one[1] <= other[1]


def quantities(text: str) -> tuple[tuple[tuple[str, float], ...], tuple[float, ...]]:
    """Return the amounts of a text by dimension, and its times of day.

    >>> quantities("an hour and ten minutes, at half past nine")
    ((('time', 4200.0),), (570.0,))
    """
    from text_to_num import alpha2digit

    text = re.sub(r"\bno[ -]one\b", "nobody", text.replace("’", "'"), flags=re.IGNORECASE)
    text = re.sub(r"(?<=\w)[\s-]and[\s-]a[\s-]half\b", " and 0.5", text)
    text = _FRACTION.sub(_as_decimal, _PRONOUN.sub("it", text))
    digits = _OUT_OF.sub(_as_share, alpha2digit(text, "en", 0))
    digits = _LASTED.sub(_as_seconds, _FAHRENHEIT.sub(_as_celsius, digits))
    times: list[float] = []
    ranges: list[tuple[str, float]] = []

    def clock(match: re.Match[str]) -> str:
        hour, half = int(match["hour"]), (match["half"] or "").lower()
        hour = hour % 12 + 12 * (half == "p") if half else hour
        times.append(60 * hour + int(match["minute"] or match["only"] or 0))
        return " , "

    def past(match: re.Match[str]) -> str:
        part = match["part"] or match["minutes"]
        minutes = {"half": 30, "a quarter": 15}.get(part.lower()) or int(part.split()[0])
        sign = -1 if match["side"] == "to" else 1
        times.append((60 * int(match["hour"]) + sign * minutes) % 720)
        return " , "

    def between(match: re.Match[str]) -> str:
        ranges.append(("range", int(match[1]) + int(match[2]) / 1e6))
        return " , "

    digits = _CLOCK.sub(clock, _PAST.sub(past, digits))
    times += [time for name, time in _NAMED_TIMES.items() if re.search(rf"\b{name}\b", digits)]
    digits = re.sub(r"\b(\d+|an?)( \w+)? and 0\.5\b", _and_a_half, digits)
    digits = _ONE.sub("1 ", digits)
    digits = _RANGE.sub(between, re.sub(r"\b1 (?=\d{3,})", "", digits))
    return (*_amounts(digits), *ranges), tuple(times)


def _as_celsius(match: re.Match[str]) -> str:
    return f"{(float(match[1]) - 32) / 1.8:.4g} °C"


def _as_seconds(match: re.Match[str]) -> str:
    hours, minutes, seconds = map(int, match.groups())
    return f"{3600 * hours + 60 * minutes + seconds} seconds"


def _as_share(match: re.Match[str]) -> str:
    part, whole = int(match[1]), int(match[2])
    return f"{part / whole:.4g}" if part < whole else match[0]


def _as_decimal(match: re.Match[str]) -> str:
    count = {"two": 2, "three": 3, "four": 4}.get((match["count"] or "").lower(), 1)
    name = next(name for name in _FRACTIONS if name in match[0].lower())
    return f"{count * _FRACTIONS[name]:.4g} "


def _and_a_half(match: re.Match[str]) -> str:
    count = int(match[1]) if match[1].isdigit() else 1
    return f"{count + 0.5}{match[2] or ''}"


def _amounts(digits: str) -> list[tuple[str, float]]:
    """Return each number with its dimension; what is said in two units is added up."""
    found: list[tuple[str, float]] = []
    last, end = 0.0, 0
    for match in _NUMBER.finditer(digits):
        amount = float(match["number"].replace(",", ""))
        scale, after = (match["scale"] or "").lower(), match.end()
        if scale == "m" and match["apart"] and not match["money"]:  # "3.5 m", not "3.5m"
            scale, after = "", match.end("number")
        amount *= _SCALES.get(scale, 1)
        dimension = "money" if match["money"] else ""
        adjoins = bool(found) and not digits[end : match.start()].strip()
        if amount >= 1000 and adjoins and found[-1][0] in ("", "money"):
            dimension, earlier = found.pop()  # "1.2 1000000"
            amount *= earlier
        unit = _BETWEEN.match(digits, after)
        skip = unit.end() if unit else after
        for pattern, of, factor in _UNIT_OF:
            if unit := pattern.match(digits, skip):
                dimension, amount, after = of, amount * factor, unit.end()
                break
        same = bool(found) and dimension == found[-1][0] and dimension in _BASE_UNITS
        follows = _TOGETHER.fullmatch(digits, end, match.start())
        if same and follows and amount < last:  # "1 hour and 10 minutes"
            found[-1] = dimension, found[-1][1] + amount
        else:
            found.append((dimension, amount))
        last, end = amount, after
    return [("share" if not of and 0 < amount < 1 else of, amount) for of, amount in found]
