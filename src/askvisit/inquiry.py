"""A question with the choices of who asks it, and what may be asked at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from askvisit.errors import QuestionError
from askvisit.records import Answer
from askvisit.scope import Scope
from askvisit.text import one_line, printable

LONGEST_QUESTION = 2000
"""Characters of a question."""


@dataclass(frozen=True)
class Inquiry:
    """What `Assistant.ask` is given, which says what each choice means."""

    question: str
    history: Sequence[Answer] = ()
    scope: Scope = field(default_factory=Scope)
    min_confidence: float | None = None
    each: bool = False

    def check(self) -> None:
        """Raise `QuestionError` where the question or the confidence cannot be asked for."""
        check_question(self.question)
        if self.min_confidence is not None and not 0 <= self.min_confidence <= 1:
            raise QuestionError("min_confidence is a probability: give a number from 0 to 1")


def check_question(question: str) -> None:
    """Raise `QuestionError` where a question is no text, empty or too long."""
    if not isinstance(question, str):
        raise QuestionError(f"a question is text, not {type(question).__name__}")
    if not question.strip():
        raise QuestionError("the question is empty; ask something about the articles")
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(question):,} characters; {LONGEST_QUESTION:,} are the most"
        )


def readable(question: str) -> str:
    """Return a question as models can take it: no lone surrogates, control or bidi characters."""
    return one_line(printable(question, instead=" "))
