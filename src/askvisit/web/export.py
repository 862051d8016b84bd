"""A conversation as a file that the browser saves; `askvisit verify --answers` proves it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from askvisit import transcript
from askvisit.records import Answer


def file(form: str, answers: Sequence[Answer]) -> dict[str, str]:
    """Return the name, type and text of the file: JSON for "json", else Markdown.

    Without answers there is no file, and nothing in it.
    """
    if not answers:
        return {}
    # The time makes two exports of one conversation two values, so that both are saved.
    name = f"askvisit-{datetime.now():%Y-%m-%d-%H%M%S-%f}"
    if form == "json":
        kind, suffix, text = "application/json", "json", transcript.to_json(answers)
    else:
        kind, suffix, text = "text/markdown", "md", transcript.to_markdown(answers)
    return {"name": f"{name}.{suffix}", "type": kind, "text": text}
