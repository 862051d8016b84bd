"""User feedback on answers, kept in a local file: one JSON object per line."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from askvisit.errors import ServerError
from askvisit.records import Answer

WORDS = {
    "helpful": "Helpful",
    "not_helpful": "Not helpful",
    "wrong_source": "Wrong source",
}
"""The possible feedback, and the words on each button."""


class Feedback:
    """The file that feedback is appended to; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Open the file once, so that a wrong path fails at startup. Raises `ServerError`."""
        self.path = path
        self._lock = threading.Lock()
        try:
            path.open("a").close()
        except OSError as error:
            raise ServerError(f"feedback cannot be written to {path} ({error.strerror})") from error

    def add(self, said: str, answer: Answer) -> None:
        """Append one line: the time, the feedback, and the whole answer it is about."""
        record = {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "feedback": said,
            "answer": asdict(answer),
        }
        line = json.dumps(record)  # ASCII, so that no lone surrogate breaks the file
        with self._lock, self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
