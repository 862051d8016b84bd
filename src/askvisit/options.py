"""A question's options, and what may be asked at all."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from askvisit.errors import QuestionError
from askvisit.records import Answer
from askvisit.scope import Scope, days_of
from askvisit.text import one_line, printable

if TYPE_CHECKING:
    from askvisit.calibration import Strictness

LONGEST_QUESTION = 2000
"""Maximum characters in a question."""


@dataclass(frozen=True)
class Options:
    """The options of `Assistant.ask`, which documents each of them."""

    articles: Sequence[str] | None = None
    min_confidence: float | None = None
    since: str | None = None
    until: str | None = None
    sources: Sequence[str] | None = None
    each: bool = False
    as_typed: bool = False
    as_of: str | None = None
    strictness: Strictness | None = None

    @property
    def scope(self) -> Scope:
        """The articles to search."""
        return Scope(self.articles, self.since, self.until, self.sources, self.as_of)

    @property
    def today(self) -> date:
        """The day of asking, from which "last week" is reckoned; `ScopeError` if it is no date."""
        return date.today() if self.as_of is None else days_of("as_of", self.as_of)[1]

    def check(self) -> None:
        """Raise `QuestionError` if the confidence is no probability, or given twice."""
        if self.min_confidence is None:
            return
        if not (isinstance(self.min_confidence, int | float) and 0 <= self.min_confidence <= 1):
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
