"""What people type, as the routes take it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

Words = Annotated[str, AfterValidator(lambda text: text.encode("utf-8", "replace").decode())]
"""A text that can be written as UTF-8: a browser may send half a character."""

Typed = Annotated[Words | None, AfterValidator(lambda text: (text or "").strip() or None)]
"""What was typed into a field; None if nothing was."""
