"""Files of JSON lines for the operator: each question asked, each click on feedback.

A question's line has `id` (the reference that an error is reported with), `time`, `kind`,
`confidence`, `citations`, `characters` of the question, the number of its `readings`, `seconds` by
stage and in all; if a question failed, `error` names the exception. The words of a question are
personal: they are logged, as `question`, only on request.
"""

from __future__ import annotations

import json
import logging
import secrets
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from askvisit.errors import ServerError
from askvisit.trace import Trace
from askvisit.web.faults import reference

log = logging.getLogger("askvisit.web")


class Lines:
    """A file that lines of JSON are appended to, or stderr for "-"; shared by threads."""

    def __init__(self, path: Path, what: str) -> None:
        """Open the file once, so that a wrong path fails at startup. Raises `ServerError`.

        what: what is written to it, for an error.
        """
        self._path, self._lock = path, threading.Lock()
        if str(path) != "-":
            try:
                path.open("a").close()
            except OSError as error:
                reason = f"{what} cannot be written to {path} ({error.strerror})"
                raise ServerError(reason) from error

    def write(self, record: dict[str, Any]) -> None:
        """Append a line. Raises `OSError`."""
        line = json.dumps(record) + "\n"  # ASCII, so that no lone surrogate breaks the file
        is_stderr = str(self._path) == "-"
        with self._lock, nullcontext(sys.stderr) if is_stderr else self._path.open("a") as file:
            file.write(line)


class RequestLog(Lines):
    """Where a line for each question goes."""

    def __init__(self, path: Path, *, text: bool = False) -> None:
        """Open the file once; `text`: log the words of questions too. Raises `ServerError`."""
        super().__init__(path, "the log")
        self._text = text

    def observe(self, question: str, answer: Callable[[], Trace]) -> Trace:
        """Answer a question and log how it went: an `Assistant.observer`.

        A failure to write the line is reported in the server's log, not raised.
        """
        record: dict[str, Any] = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "id": secrets.token_hex(4),
            "characters": len(question) if isinstance(question, str) else None,
        }
        if self._text:
            record["question"] = question
        seconds: dict[str, float] = {}
        began = perf_counter()
        try:
            trace = answer()
            record |= {
                "kind": trace.answer.kind,
                "confidence": round(trace.answer.confidence, 4),
                "citations": len(trace.answer.citations),
                "readings": len(trace.readings),
            }
            seconds |= trace.seconds
        except Exception as error:
            record |= {"kind": "error", "error": type(error).__name__, "id": reference(error)}
            raise
        finally:
            seconds["all"] = perf_counter() - began
            record["seconds"] = {stage: round(took, 4) for stage, took in seconds.items()}
            try:
                self.write(record)
            except OSError as error:
                log.warning("no line was logged (%s)", error.strerror)
        return trace
