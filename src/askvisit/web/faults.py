"""What people read about an error: its own words or, for an internal fault, a log reference."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from askvisit.errors import (
    AskvisitError,
    DataError,
    QuestionError,
    ScopeError,
    UnknownArticleError,
    wrong_argument,
)

USER_ERRORS = (DataError, QuestionError, ScopeError, UnknownArticleError)
"""Errors whose words a person or program reads; all others go to the server's log."""

log = logging.getLogger("askvisit.web")


class UserError(HTTPException):
    """What to say about an error, with the HTTP status that tells programs whose fault it is."""

    def __init__(self, words: str, status: int = 422) -> None:
        super().__init__(status, words)

    def __str__(self) -> str:
        return self.detail


def reference(fault: Exception) -> str:
    """Return the reference of a fault, which a person can quote and a log can be searched for."""
    number: str = vars(fault).setdefault("reference", secrets.token_hex(4))
    return number


@contextmanager
def reported(what: str, known: tuple[type[AskvisitError], ...] = USER_ERRORS) -> Iterator[None]:
    """Turn what goes wrong inside into `UserError`; a fault is logged under a reference.

    what: what failed, for the log. known: errors whose words are reported.
    """
    try:
        yield
    except HTTPException:
        raise
    except (RequestValidationError, ValidationError) as wrong:
        first = wrong.errors()[0]
        if first["type"] == "json_invalid":
            reason = f"{first['ctx']['error'].lower()} at character {first['loc'][-1]}"
            raise UserError(
                f"this is no JSON ({reason}); see /openapi.json for what to send"
            ) from wrong
        if first["loc"] == ("body",):  # as curl sends it without that header
            form = "a JSON object with the header content-type: application/json"
            raise UserError(f"send {form}; see /openapi.json") from wrong
        raise UserError(wrong_argument(first)) from wrong
    except known as error:
        raise UserError(str(error)) from error
    except Exception as fault:  # the only place where any fault is caught: nobody else has to
        number = reference(fault)
        log.exception("%s failed, reference %s", what, number)
        raise UserError(f"Something went wrong. Reference for the log: {number}", 500) from fault


class ErrorRoute(APIRoute):
    """A route whose errors are `UserError`, which FastAPI answers as `{"detail": WORDS}`."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        """Return what answers a request."""
        handle: Callable[[Request], Any] = super().get_route_handler()

        async def answer(request: Request) -> Response:
            with reported(self.path):
                response: Response = await handle(request)
                return response

        return answer
