"""What people type and what browsers keep, as the routes take it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, WrapValidator

Words = Annotated[str, AfterValidator(lambda text: text.encode("utf-8", "replace").decode())]
"""A text that can be written as UTF-8: a browser may send half a character."""

Typed = Annotated[Words | None, AfterValidator(lambda text: (text or "").strip() or None)]
"""What was typed into a field; None if nothing was."""


def or_else(otherwise: object) -> WrapValidator:
    """Take what a browser kept of an earlier version, and cannot be read, for something else."""

    def read(value: Any, known: Callable[[Any], Any]) -> Any:
        try:
            return known(value)
        except (TypeError, ValueError):
            return otherwise

    return WrapValidator(read)
