"""A reader's calibration: how its spans are ranked, and how confident an answer must be.

`models/calibration.json` stores it by reader name; `askvisit calibrate` fits one for other
readers or questions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from askvisit.errors import DataError, index_option, reason_of

ACCURATE = "accurate"
"""The default reader: a small model reads everything, a large one rereads the likeliest places."""

FAST = "fast"
"""The same two stages, but fewer places are reread."""

SMALL = "small"
"""The small model alone."""

Strictness = Literal["lenient", "normal", "strict"]
LEVELS: tuple[Strictness, ...] = ("lenient", "normal", "strict")


@dataclass(frozen=True)
class Calibration:
    """Feature weights fitted for one reader, and confidence `thresholds` by strictness.

    `rank`, `share` and `confidence` weigh the features of `askvisit.ranking`, `also` and `side`
    those of `askvisit.grouping`, empty if it was fitted to questions that one article answers.
    `rates` are the expected shares at each strictness for each source of texts (such as news),
    measured on held-out articles: `answered` and `right` of the answerable questions,
    `false_near` and `false_far` of the unanswerable questions about the article's subject or
    another one. `sha256` is the hash of the reader weights it was fitted for, if recorded.
    """

    reader: str
    rank: Mapping[str, float]
    share: Mapping[str, float]
    confidence: Mapping[str, float]
    thresholds: Mapping[Strictness, float]
    rates: Mapping[Strictness, Mapping[str, Mapping[str, float]]]
    sha256: str | None = None
    also: Mapping[str, float] = field(default_factory=dict)
    side: Mapping[str, float] = field(default_factory=dict)


def calibration_for(reader: str, fitted_by_user: Path | None = None) -> Calibration | None:
    """Return the calibration fitted for a reader, or None if there is none.

    fitted_by_user: a file from `askvisit calibrate`, which takes precedence over the bundled one.
    Raises `DataError` if it cannot be read.
    """
    if fitted_by_user is not None and fitted_by_user.is_file():
        try:
            mine = json.loads(fitted_by_user.read_text("utf-8"))
            if reader in mine:
                return Calibration(reader=reader, **mine[reader])
        except OSError as error:
            raise DataError(
                f"{fitted_by_user} cannot be read ({reason_of(error)}); "
                "make it readable, or delete it"
            ) from error
        except (ValueError, TypeError) as error:
            raise DataError(
                f"{fitted_by_user} is not a calibration; delete it, or run: "
                f"askvisit calibrate QUESTIONS.jsonl {index_option(fitted_by_user.parent)}"
            ) from error
    return shipped(reader) if reader in _bundled() else None


def shipped(reader: str) -> Calibration:
    """Return the calibration of a reader that comes with askvisit; `KeyError` for any other."""
    return Calibration(reader=reader, **_bundled()[reader])


@cache
def _bundled() -> dict[str, dict[str, Any]]:
    text = resources.files("askvisit").joinpath("models/calibration.json").read_text("utf-8")
    fitted: dict[str, dict[str, Any]] = json.loads(text)
    return fitted
