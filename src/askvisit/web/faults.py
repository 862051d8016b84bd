"""What users read about an error: its message or, for an internal fault, a log reference."""

import logging
import secrets
import sys

from askvisit.errors import (
    AskvisitError,
    DataError,
    QuestionError,
    ScopeError,
    UnknownArticleError,
)

USER_ERRORS = (DataError, QuestionError, ScopeError, UnknownArticleError)
"""Errors whose own message the user is shown; all others go to the server log."""

log = logging.getLogger("askvisit.web")


def reference() -> str:
    """Return a new reference that a user can quote and a log can be searched for."""
    return secrets.token_hex(4)


def refer(error: Exception, number: str) -> None:
    """Give a fault the reference that it is reported with."""
    error.reference = number  # type: ignore[attr-defined]


def in_words(
    error: Exception, what: str, known: tuple[type[AskvisitError], ...] = USER_ERRORS
) -> str:
    """Return what to say about the exception being handled.

    what: what failed, for the log. known: errors that are reported in their own words.
    """
    return str(error) if isinstance(error, known) else report(what)


def report(what: str) -> str:
    """Log the exception being handled; return what to say about it."""
    number = getattr(sys.exception(), "reference", None) or reference()
    log.exception("%s failed, reference %s", what, number)
    return f"Something went wrong. Reference for the log: {number}"
