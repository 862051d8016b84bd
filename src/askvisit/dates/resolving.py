"""Resolve expressions to dates, by dateparser and, if needed, the publication date.

dateparser says which parts of a date it read and the unit of an offset; nothing more precise than
that is returned. A date that could lie on either side of publication is left out, as is one without
a year soon after a date of another year, which it may belong to.

English news omits a year that the verb implies: "was shut on 3 October", "will be shut on 3
October". The verb is sought in the date's clause, then in the rest of the sentence, by closed
classes of words (modal verbs, past forms of irregular verbs) and the endings of regular ones. These
cannot tell "forced to resign in May" from "asked to leave in May", so both are left undecided.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from askvisit.caching import remembered
from askvisit.dates import PartialDate, parser
from askvisit.dates.expressions import DateExpression, find
from askvisit.text import NUMBER_WORDS, PREPOSITIONS, STOP_WORDS, WEEKDAYS, content_words, is_past

if TYPE_CHECKING:
    from askvisit.records import Sentence

_MEGABYTES = 32
"""For what words mean as dates, up to 2 KB each."""

_CLOSE = 31
"""Days around publication within which a day without a year is taken to lie."""

_SEASON = re.compile(r"(last|next|this) (spring|summer|autumn|fall)", re.IGNORECASE)
_SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11)}
"""First and last month; in the southern hemisphere, too, most give the same year."""
_END = re.compile(r"end of (?:the |(?=this|last|next))", re.IGNORECASE)
_TAIL = re.compile(
    r",? (?:of )?((?:last|this|next|that|the same) year|[\w-]+ years? ago)$", re.IGNORECASE
)

Tense = Literal["past", "future", "would"]
"""What a verb says. "Would" is future in "said it would close", past in "that would kill 40"."""

_CLAUSE_END = re.compile(r"[,;:()–—“”\"]|\s-\s|\b(?:and|but|while|because|when|which|who)\b")
_WORD = re.compile(r"[^\W\d_]+(?:['’][a-z]+)?")
_MODAL = frozenset("will shall would may might can could should must won't won’t".split())
_TO_COME = _MODAL | {"to"}
"""Before a past form: "will be decided", "to be decided"."""

_IS_AHEAD = frozenset("due expected planned scheduled slated".split())
"""After a present "is" or "are"; "was due" does not tell."""

_NO_INFINITIVE = re.compile(r"\b(?:according|due|owing|thanks|prior)\s+to\b", re.IGNORECASE)

_LOOKS_AHEAD = frozenset("expect expects anticipate anticipates foresee foresees".split())
_NOUN = re.compile(r"(?:an?|the)(?: (?:first|second|third|next|last|latest|other))?", re.IGNORECASE)
"""Directly before a word that is then no past form: "the first cut"."""

_PRESENT_BE = frozenset("is are am be being".split())
_NO_VERB = STOP_WORDS | PREPOSITIONS | NUMBER_WORDS
_SINCE = re.compile(r"\bsince\s+(?:the\s+)?$", re.IGNORECASE)
_LIMIT = re.compile(r"\b(?:until|till|by|before|from)\s+(?:the\s+)?$", re.IGNORECASE)
_OWN_VERB = 2
"""A clause with this many content words has its own verb, if only in the present tense."""


@dataclass(frozen=True)
class DatedWords:
    """A date and the words that give it, at offsets in the article, inside `sentence`."""

    sentence: Sentence
    start: int
    end: int
    date: PartialDate


def dated(sentences: Iterable[Sentence], published: date | None) -> list[DatedWords]:
    """Return the dates that an article's sentences mention, in the order of the text.

    published: the publication date; without it, only dates with a year are found.
    """
    found: list[DatedWords] = []
    near: list[DatedWords] = []
    for sentence in sentences:
        near = [d for d in near if _leads_to(d.sentence, sentence)]
        for expression in find(sentence.text):
            resolved = resolve(expression, sentence.text, published, [d.date for d in near])
            if resolved is not None:
                start = sentence.start + expression.start
                end = sentence.start + expression.end
                near.append(DatedWords(sentence, start, end, resolved))
                found.append(near[-1])
    return found


def _leads_to(earlier: Sentence, sentence: Sentence) -> bool:
    """Return whether a sentence directly precedes another in its paragraph, or is the same."""
    return earlier.paragraph == sentence.paragraph and sentence.start - earlier.end <= 3


def resolve(
    expression: DateExpression, sentence: str, published: date | None, near: list[PartialDate]
) -> PartialDate | None:
    """Return the date that an expression means; `near` are those mentioned shortly before."""
    if expression.kind == "absolute":
        return _absolute(expression.text)
    if published is None:
        return None
    if expression.kind == "relative":
        return _relative(expression.text, published)
    if expression.text not in WEEKDAYS and any(d.year != published.year for d in near):
        return None
    meant = tense(sentence, expression.start, expression.end)
    return _yearless(expression.text, published, meant, expression.weekday)


def _absolute(text: str) -> PartialDate | None:
    if re.fullmatch(r"\d{4}", text):
        return PartialDate(int(text))
    return _read(text, date(2000, 1, 1))


def _yearless(
    text: str, published: date, meant: Tense | None, weekday: str | None
) -> PartialDate | None:
    """Return the last or next such day or month, including the day of publication.

    That which is on the weekday named with it, if only one is: "Friday, 15 March".
    """
    close = _close(text, published)
    if close is not None:
        # Another day would be given a year; a dateline has no verb to tell.
        return close
    is_weekday = text in WEEKDAYS
    own = timedelta(days=int(is_weekday))
    before, after = _read(text, published + own, "past"), _read(text, published - own, "future")
    if before is None or after is None:
        return None
    named = [day for day in (before, after) if f"{day.first:%A}" == weekday]
    if len(named) == 1:
        return named[0]
    if meant is None or (meant == "would" and not is_weekday):
        middle = 0 if before.day else 15
        since = (published - before.first).days - middle
        until = (after.first - published).days + middle
        meant = _nearer(abs(since), until) or meant
    return None if meant is None else before if meant == "past" else after


def _close(text: str, published: date) -> PartialDate | None:
    """Return the last or next such day of a month if it is close to publication."""
    if text in WEEKDAYS:
        return None
    either = _read(text, published, "past"), _read(text, published, "future")
    close = (day for day in either if day and abs((day.first - published).days) <= _CLOSE)
    return next((day for day in close if day.day), None)


def _relative(text: str, published: date) -> PartialDate | None:
    season = _SEASON.fullmatch(text)
    if season is not None:
        return _season(season[1].lower(), season[2].lower(), published)
    tail = _TAIL.search(text)
    if tail is not None and tail.start():
        year = _read(tail[1], published)
        return None if year is None else _absolute(f"{text[: tail.start()]} {year.year}")
    words = _END.sub("", text)
    if words != text and not words.startswith(("this", "last", "next")):
        words = f"this {words}"
    which, _, name = words.partition(" ")
    is_month = name[:1].isupper() and name not in WEEKDAYS
    if is_month and which.lower() == "last":
        return _read(name, published.replace(day=1) - timedelta(days=1), "past")
    if is_month and which.lower() == "next":
        return _read(name, published, "future")
    if is_month and which.lower() == "this":
        return _absolute(f"{name} {published.year}")
    return _read(words, published)


def _season(which: str, season: str, published: date) -> PartialDate | None:
    first, last = _SEASONS[season]
    if which == "this":
        return PartialDate(published.year)
    if which == "next":
        return PartialDate(published.year + (published.month >= first))
    return PartialDate(published.year - (published.month <= last))


@remembered(_MEGABYTES)
def _read(text: str, base: date, prefer: str = "current_period") -> PartialDate | None:
    """Read words that are a date and nothing else, relative to a day; a week as its month."""
    found = parser(base, prefer)(text)
    if found is None:
        return None
    return PartialDate.week_of(found[0]) if found[1] == "week" else PartialDate.of(*found)


def tense(sentence: str, start: int, end: int) -> Tense | None:
    """Return what the verb says about the date at an offset; None if that is unclear."""
    if _SINCE.search(sentence[:start]):
        return "past"
    left = max((m.end() for m in _CLAUSE_END.finditer(sentence, 0, start)), default=0)
    border = _CLAUSE_END.search(sentence, end)
    right = border.start() if border else len(sentence)
    own = sentence[left:start], sentence[end:right]
    places = [reversed(_marks(own[0])), _marks(own[1])]
    if _of_a_noun(*own):
        places.reverse()
    if len([word for word in content_words(" ".join(own)) if word.islower()]) < _OWN_VERB:
        places += [_marks(sentence[right:]), reversed(_marks(sentence[:left]))]
    mark = next((mark for marks in places for mark in marks), None)
    if mark not in ("past", "future") and _LIMIT.search(sentence[:start]):
        return "future"
    return None if mark == "unclear" else mark


def _of_a_noun(before: str, after: str) -> bool:
    """Return whether a date is that of a modal verb's subject: "the budget on 12 March would"."""
    nearest, following = _WORD.findall(before)[-2:], _WORD.match(after.lstrip())
    is_named = len(nearest) == 2 and nearest[1].lower() in PREPOSITIONS
    if not is_named or following is None or not _is_modal(following[0], is_first=False):
        return False
    return not is_past(nearest[0]) and nearest[0].lower() not in _NO_VERB


def _marks(text: str) -> list[Tense | Literal["unclear"]]:
    """Return the tense of each verb in a text that tells past from future, in order."""
    found: list[Tense | Literal["unclear"]] = []
    words = [word[0] for word in _WORD.finditer(_NO_INFINITIVE.sub(" ", text))]
    lower = [word.lower() for word in words]
    for n, word in enumerate(words):
        before = lower[max(0, n - 3) : n]
        if _is_modal(word, is_first=n == 0):
            found.append(_of_modal(lower[n], lower[n + 1 : n + 4]))
        elif before[-1:] == ["to"] and _is_infinitive(word):
            found.append("unclear" if "past" in found else "future")
        elif word in _LOOKS_AHEAD or (word in _IS_AHEAD and _PRESENT_BE.intersection(before)):
            found.append("future")
        elif is_past(word) and not (
            _TO_COME.intersection(before)
            or _PRESENT_BE.intersection(before[-2:])
            or any(_NOUN.fullmatch(" ".join(before[-n:])) for n in (1, 2))
        ):
            found.append("past")
    return found


def _is_infinitive(word: str) -> bool:
    """Return whether a word after "to" is a verb, as far as can be told."""
    return word.islower() and word not in _NO_VERB - _PRESENT_BE


def _is_modal(word: str, *, is_first: bool) -> bool:
    """Return whether a word is a modal verb; capitalised, "May" and a later "Will" are names."""
    lower = word.lower()
    capital = is_first and lower != "may"
    return lower.endswith(("'ll", "’ll")) or (lower in _MODAL and (word.islower() or capital))


def _of_modal(modal: str, after: list[str]) -> Tense:
    """Return the tense of a modal verb and the words after it: "should never have left" is past."""
    if modal == "would":
        return "would"
    has_left = any(word == "have" and is_past(verb) for word, verb in pairwise(after))
    return "past" if has_left and modal not in ("will", "shall") else "future"


def _nearer(days_before: int, days_after: int) -> Tense | None:
    """Return the side on which a date is at least twice as near to publication, if any."""
    if 2 * days_before <= days_after:
        return "past"
    return "future" if 2 * days_after <= days_before else None
