"""A fault of ours: the person sees a reference, the log has the details under it."""

import logging
import secrets
import sys

from askvisit.errors import DataError, QuestionError, UnknownArticleError

MENDABLE = (DataError, QuestionError, UnknownArticleError)
"""What a person can mend is told in words; all else is for the log of who runs the chat."""

log = logging.getLogger("askvisit.web")


def reference() -> str:
    """Return a new reference: what a person can tell, and a log be searched for."""
    return secrets.token_hex(4)


def refer(error: Exception, number: str) -> None:
    """Give a fault the reference that it is to be told by."""
    error.reference = number  # type: ignore[attr-defined]


def told(what: str) -> str:
    """Log the exception that is being handled; return what to say about it."""
    number = getattr(sys.exception(), "reference", None) or reference()
    log.exception("%s failed, reference %s", what, number)
    return f"Something went wrong. Reference for the log: {number}"
