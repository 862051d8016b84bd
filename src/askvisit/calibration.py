"""What was fitted for a reader: how its spans are ranked, and how sure an answer must be.

`models/calibration.json` holds it by the reader's name; `askvisit calibrate` fits
one for other readers or questions.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from askvisit.errors import DataError

ACCURATE = "accurate"
"""The reader that is used where none is named: a small model and a large one, in two stages."""

FAST = "fast"
"""The small model alone, which reads the likeliest paragraphs again by themselves."""

Strictness = Literal["lenient", "normal", "strict"]
LEVELS: tuple[Strictness, ...] = ("lenient", "normal", "strict")


@dataclass(frozen=True)
class Calibration:
    """Weights by feature, fitted for one reader, and `thresholds` of confidence by strictness.

    `further` is the confidence from which a list's citations after the first are given.
    `rates` are what to expect of each strictness for each source of texts (such as news),
    measured on articles that the fit did not see, as shares: `answered` and `right` of the
    answerable questions, `false_near` and `false_far` of questions without an answer that are
    about the article's subject or another one. `sha256` is the
    hash of the reader's weights that it was fitted for, where that was recorded.
    """

    reader: str
    rank: Mapping[str, float]
    confidence: Mapping[str, float]
    thresholds: Mapping[Strictness, float]
    further: float
    rates: Mapping[Strictness, Mapping[str, Mapping[str, float]]]
    sha256: str | None = None


def calibration_for(reader: str, fitted_by_user: Path | None = None) -> Calibration | None:
    """Return what was fitted for a reader, None where nothing was.

    fitted_by_user: a file of `askvisit calibrate`, which counts before what comes with askvisit.
    Raises `DataError` where it cannot be read.
    """
    if fitted_by_user is not None and fitted_by_user.is_file():
        try:
            mine = json.loads(fitted_by_user.read_text("utf-8"))
            if reader in mine:
                return Calibration(reader=reader, **mine[reader])
        except (OSError, ValueError, TypeError) as error:
            raise DataError(
                f"{fitted_by_user} is no calibration ({error}); delete it, or run: "
                "askvisit calibrate QUESTIONS.jsonl"
            ) from error
    fitted = _bundled().get(reader)
    return None if fitted is None else Calibration(reader=reader, **fitted)


@cache
def _bundled() -> dict[str, dict[str, Any]]:
    text = resources.files("askvisit").joinpath("models/calibration.json").read_text("utf-8")
    fitted: dict[str, dict[str, Any]] = json.loads(text)
    return fitted


def add_reader(parser: argparse.ArgumentParser) -> None:
    """Add --reader."""
    parser.add_argument(
        "--reader",
        metavar="NAME",
        help=f"{ACCURATE} (the default), {FAST}, or a question answering model by name or folder",
    )


def add_strictness(parser: argparse.ArgumentParser) -> None:
    """Add --strictness, with what to expect of each level in its help."""
    fitted = calibration_for(ACCURATE)
    assert fitted is not None
    levels = "; ".join(f"{level}: {_expected(fitted.rates[level])}" for level in LEVELS)
    parser.add_argument(
        "--strictness",
        choices=LEVELS,
        default="normal",
        help="how sure an answer must be to be given (default: normal). Of 100 questions that "
        "articles answer, and of 100 written to look answerable that they do not: " + levels,
    )


def _expected(rates: Mapping[str, Mapping[str, float]]) -> str:
    """Say what to expect of a strictness on each source of texts."""
    return ", ".join(
        f"{source}: {round(100 * shares['answered'])} answered, {round(100 * shares['right'])} of "
        f"them rightly, and {round(100 * shares['false_near'])} answered falsely"
        for source, shares in rates.items()
    )
