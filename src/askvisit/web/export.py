"""A conversation as a file that the browser saves; `askvisit verify --answers` verifies it."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from askvisit import transcript
from askvisit.records import Answer

GUESS = "*The answer above is a best guess that was asked for: the articles hardly answer it.*"
_DATA = "\n\n<!-- "


def file(form: str, answers: Sequence[Answer], guesses: Collection[int] = ()) -> dict[str, str]:
    """Return the name, type and text of the file: JSON for "json", else Markdown.

    guesses: which of the answers are best guesses; they are marked as such.

    Without answers there is no file: the result is empty.
    """
    if not answers:
        return {}
    # The time makes repeated exports of a conversation different values, so that each is saved.
    name = f"askvisit-{datetime.now():%Y-%m-%d-%H%M%S-%f}"
    if form == "json":
        kind, suffix, text = "application/json", "json", _json(answers, guesses)
    else:
        kind, suffix, text = "text/markdown", "md", _markdown(answers, guesses)
    return {"name": f"{name}.{suffix}", "type": kind, "text": text}


def _json(answers: Sequence[Answer], guesses: Collection[int]) -> str:
    text = transcript.to_json(answers)
    if not guesses:
        return text
    data = json.loads(text)
    for number in guesses:
        data["answers"][number]["guess"] = True
    return json.dumps(data, indent=1) + "\n"


def _markdown(answers: Sequence[Answer], guesses: Collection[int]) -> str:
    """Put a note below each guess: what is verified is the text of the answer itself."""
    whole = transcript.to_markdown(answers)
    if not guesses:
        return whole
    blocks = [_without_data(transcript.to_markdown(()))]
    for number, answer in enumerate(answers):
        alone = _without_data(transcript.to_markdown([answer]))
        blocks.append(alone.removeprefix(blocks[0]).strip("\n"))
        if number in guesses:
            blocks.append(GUESS)
    return "\n\n".join(blocks) + whole[whole.rindex(_DATA) :]


def _without_data(text: str) -> str:
    return text[: text.rindex(_DATA)]
