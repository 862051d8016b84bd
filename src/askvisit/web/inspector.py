"""The inspector under an answer: what was searched for, with which scores, and why it was shown."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import Any

from askvisit.records import Answer
from askvisit.trace import Trace, TracedPassage, TracedReading
from askvisit.web.places import place_of
from askvisit.web.rendering import fragment

MOST_PASSAGES = 12
"""Maximum passages listed for a reading; the rest were further off still."""


def inspector(trace: Trace, shown: Answer) -> str:
    """Return how an answer came about; `shown` is the one on the page, which may be older."""
    return fragment(
        "inspector",
        trace=trace,
        changed=(trace.answer.text, trace.answer.citations) != (shown.text, shown.citations),
        readings=[(reading, _rows(reading)) for reading in trace.readings],
        most=MOST_PASSAGES,
    )


def _rows(reading: TracedReading) -> list[dict[str, Any]]:
    """Return the passages of a reading: each one's place, text and scores."""
    rows = reading.passages[:MOST_PASSAGES]
    scores = [row.candidate.score if row.candidate is not None else -inf for row in rows]
    best = max(scores, default=-inf)
    return [
        {"best": score == best > -inf, **_placed(row), "cells": _cells(row)}
        for row, score in zip(rows, scores, strict=True)
    ]


def _cells(row: TracedPassage) -> list[str]:
    hit, best = row.hit, row.candidate
    read = (best.span.score, best.span.null_score) if best is not None else ()
    cells = [f"{value:.2f}" for value in (hit.dense, hit.bm25, hit.fused)]
    cells += [f"{value:.1f}" for value in read] or ["–"] * 2
    cells.append(f"{100 * best.confidence:.0f} %" if best is not None else "–")
    return [cell.replace("-", "−") for cell in cells]


def _placed(row: TracedPassage) -> dict[str, Any]:
    """Return the place and text of the passage's best sentence, or of all of the passage."""
    if row.candidate is None:
        return {"place": place_of(row.hit), "text": row.hit.text}
    span = row.candidate.span
    marked = None if span.start is None or span.end is None else (span.start, span.end)
    return {"place": replace(place_of(span.sentence), span=marked), "text": span.sentence.text}
