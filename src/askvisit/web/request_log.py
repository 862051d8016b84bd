"""A log for the operator of the chat: a line with one JSON object for each question asked.

`id` (the reference that an error is reported with), `time`, `kind`, `confidence`, `citations`,
`characters` of the question, the number of its `readings`, `seconds` by stage and in all; if a
question failed, `error` names the exception. The words of a question are personal: they are logged,
as `question`, only on request.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from askvisit.errors import ServerError
from askvisit.trace import Trace
from askvisit.web import faults

log = logging.getLogger("askvisit.web")


class RequestLog:
    """Where the lines go: a file to append to, or stderr for "-"; shared by threads."""

    def __init__(self, path: Path, *, text: bool = False) -> None:
        """Open the file once, so that a wrong path fails at startup. Raises `ServerError`.

        text: log the words of questions too.
        """
        self.text = text
        self._path = None if str(path) == "-" else path
        self._lock = threading.Lock()
        if self._path is not None:
            try:
                self._path.open("a").close()
            except OSError as error:
                raise ServerError(f"cannot write the log to {path} ({error.strerror})") from error

    def add(self, record: dict[str, Any]) -> None:
        """Write a line; a failure to do so is reported in the server's log, not raised."""
        line = json.dumps(record) + "\n"  # ASCII, so that no lone surrogate breaks the file
        try:
            with self._lock:
                if self._path is None:
                    sys.stderr.write(line)
                else:
                    with self._path.open("a", encoding="utf-8") as file:
                        file.write(line)
        except OSError as error:
            log.warning("no line was logged (%s)", error.strerror)

    def observe(self, question: str, answer: Callable[[], Trace]) -> Trace:
        """Answer a question and log how it went: an `Assistant.observer`."""
        record: dict[str, Any] = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "id": faults.reference(),
            "characters": len(question) if isinstance(question, str) else None,
        }
        if self.text:
            record["question"] = question
        seconds: dict[str, float] = {}
        began = perf_counter()
        try:
            trace = answer()
            record |= _summary(trace)
            seconds |= trace.seconds
        except Exception as error:
            faults.refer(error, record["id"])
            record |= {"kind": "error", "error": type(error).__name__}
            raise
        finally:
            seconds["all"] = perf_counter() - began
            record["seconds"] = {stage: round(took, 4) for stage, took in seconds.items()}
            self.add(record)
        return trace


def _summary(trace: Trace) -> dict[str, Any]:
    return {
        "kind": trace.answer.kind,
        "confidence": round(trace.answer.confidence, 4),
        "citations": len(trace.answer.citations),
        "readings": len(trace.readings),
    }
