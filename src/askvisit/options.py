"""What may be asked, a question's options, and which articles they select."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from askvisit import dates
from askvisit.errors import QuestionError, ScopeError, UnknownArticleError
from askvisit.records import Answer
from askvisit.text import one_line, printable, words

if TYPE_CHECKING:
    from askvisit.calibration import Strictness
    from askvisit.index import PassageIndex
    from askvisit.records import ArticleRecord

LONGEST_QUESTION = 2000
"""Maximum characters in a question."""

_NAMED = 5
"""Maximum number of sources named in an error."""


@dataclass(frozen=True)
class Scope:
    """Which articles to search; None means any.

    articles: ids. sources: names of papers, or words of them ("Herald"). since, until: the first
    and last day of publication, inclusive: a date or datetime, or as a text; "2019" is the whole
    year. An article without a date is never within them. as_of: the day of asking; an article
    published after it is out, one without a date is not.
    """

    articles: Sequence[str] | None = None
    since: str | date | None = None
    until: str | date | None = None
    sources: Sequence[str] | None = None
    as_of: str | date | None = None

    def ids(self, index: PassageIndex) -> list[str] | None:
        """Return the ids of the articles in it; None for all.

        They are in the order of `articles`, if that is all that narrows it, or else of the index.
        Raises `UnknownArticleError` for an id not in the index, and `ScopeError` if no article is
        left, or a date or source is invalid.
        """
        for name, given in (("articles", self.articles), ("sources", self.sources)):
            if given is not None and (isinstance(given, str) or not isinstance(given, Collection)):
                raise ScopeError(f"{name} must be a list, not {given!r}; make it [{given!r}]")
            if not all(isinstance(one, str) for one in given or ()):
                raise ScopeError(f"{name} must be a list of texts, not {given!r}")
        if self.articles is not None:
            known = tuple(index.article_ids())
            unknown = [one for one in self.articles or [""] if one not in known]
            if unknown:
                raise UnknownArticleError(unknown[0], known)
        if self.sources is not None and not self.sources:
            raise ScopeError("sources is empty; name a paper, or leave it out")
        inside = days_between(self.since, self.until)
        if inside is None and self.sources is None and self.as_of is None:
            return None if self.articles is None else list(self.articles)
        among = list(index.records)
        if self.articles is not None:
            chosen = set(self.articles)
            among = [record for record in among if record.id in chosen]
        if self.sources is not None:
            among = _of_sources(among, self.sources)
        if self.as_of is not None:
            among = _known_by(among, self.as_of)
        if inside is not None:
            among = _between(among, *inside)
        return [record.id for record in among]


@dataclass(frozen=True)
class Options(Scope):
    """The options of `Assistant.ask`, which documents each of them."""

    min_confidence: float | None = None
    each: bool = False
    as_typed: bool = False
    strictness: Strictness | None = None

    @property
    def today(self) -> date:
        """The day of asking, from which "last week" is reckoned; `ScopeError` if it is no date."""
        return date.today() if self.as_of is None else days_of("as_of", self.as_of)[1]

    def check(self) -> None:
        """Raise `QuestionError` if the confidence is no probability, or given twice."""
        if self.min_confidence is None:
            return
        if not (isinstance(self.min_confidence, Real) and 0 <= self.min_confidence <= 1):
            raise QuestionError("min_confidence must be a number from 0 to 1")
        if self.strictness is not None:
            raise QuestionError("give either min_confidence or strictness, not both")


def check_question(question: str) -> None:
    """Raise `QuestionError` if a question is not text, empty or too long."""
    if not isinstance(question, str):
        raise QuestionError(f"a question must be text, not {type(question).__name__}")
    if not question.strip():
        raise QuestionError("the question is empty; ask something about the articles")
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(question):,} characters; the limit is {LONGEST_QUESTION:,}"
        )


def check_count(name: str, count: object) -> None:
    """Raise `QuestionError` if a number of things to return is not a whole one of at least 1."""
    if not isinstance(count, Integral) or count < 1:  # one of numpy's is no int
        raise QuestionError(f"{name} must be a whole number, 1 or more, not {count!r}")


def check_history(history: Any) -> None:
    """Raise `QuestionError` if a history is not a list of answers."""
    if not isinstance(history, Sequence) or not all(isinstance(turn, Answer) for turn in history):
        raise QuestionError(
            "history must be a list of the earlier Answers, oldest first; "
            "Answer.from_dict makes one of what was saved as JSON"
        )


def readable(question: str) -> str:
    """Return a question cleaned for models: no lone surrogates, control or bidi characters.

    Letters with accents are composed (NFC), as nearly all articles have them.
    """
    return unicodedata.normalize("NFC", one_line(printable(question, instead=" ")))


def is_of(source: str, name: str) -> bool:
    """Return whether words name a source: consecutive words of its name, ignoring case."""
    return bool(words(name)) and f" {_plain(name)} " in f" {_plain(source)} "


def _plain(name: str) -> str:
    plain = " ".join(words(name)).lower()
    return re.sub(r"^the ", "", plain)


def days_between(since: str | date | None, until: str | date | None) -> dates.DateRange | None:
    """Return the days from `since` to `until`, None without both; `ScopeError` if none are."""
    if since is None and until is None:
        return None
    first = date.min if since is None else days_of("since", since)[0]
    last = date.max if until is None else days_of("until", until)[1]
    if first > last:
        raise ScopeError(f"since {since} is after until {until}; swap them")
    return first, last


def days_of(name: str, given: str | date) -> dates.DateRange:
    """Return the days that the date given for an option means; `ScopeError` if it is no date."""
    written = date.isoformat(given) if isinstance(given, date) else given  # without a time
    found = dates.days(written) if isinstance(written, str) else None
    if found is None:
        raise ScopeError(
            f"{name} is {given!r}, which is not a date; "
            "give one such as 2025, March 2025 or 2025-03-14"
        )
    return found


def _of_sources(among: Sequence[ArticleRecord], names: Sequence[str]) -> list[ArticleRecord]:
    for name in names:
        if not any(r.source is not None and is_of(r.source, name) for r in among):
            known = sorted({r.source for r in among if r.source is not None})
            some = ", ".join(known[:_NAMED]) + (", …" if len(known) > _NAMED else "")
            raise ScopeError(f"no article is from {name!r}; the sources are {some or 'unknown'}")
    return [
        r for r in among if r.source is not None and any(is_of(r.source, name) for name in names)
    ]


def _known_by(among: Sequence[ArticleRecord], as_of: str | date) -> list[ArticleRecord]:
    """Return the articles that were published by a day."""
    last = days_of("as_of", as_of)[1]
    known = [r for r in among if not (r.date and (days := dates.days(r.date)) and days[0] > last)]
    if not known:
        raise ScopeError(f"every article was published after {last}; give a later day as as_of")
    return known


def _between(among: Sequence[ArticleRecord], first: date, last: date) -> list[ArticleRecord]:
    dated = [(days, r) for r in among if r.date is not None and (days := dates.days(r.date))]
    inside = [r for days, r in dated if first <= days[0] and days[1] <= last]
    if inside:
        return inside
    if not dated:
        raise ScopeError("no article has a date; give one in a NAME.toml beside it")
    oldest, newest = min(days[0] for days, _ in dated), max(days[1] for days, _ in dated)
    raise ScopeError(
        f"no article is from that time; those with a date are from {oldest} to {newest}"
    )
