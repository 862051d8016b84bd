"""The inspector under an answer: what was searched for, with which scores, and why it was shown."""

from __future__ import annotations

from math import inf
from typing import Any

from askvisit.records import Answer
from askvisit.trace import Trace, TracedPassage, TracedReading
from askvisit.web.rendering import fragment
from askvisit.web.source_panel import TextRange, fingerprint

MOST_PASSAGES = 12
"""Maximum passages listed for a reading; the rest were further off still."""

_COLUMNS = (
    ("Passage", "The best sentence of a passage that was found; a click opens it"),
    ("Dense", "Cosine of the question and the passage: similarity of meaning"),
    ("BM25", "Shared words, with rare ones counting more"),
    ("Fused", "What the passages are ranked by: dense and BM25 combined"),
    ("Reader", "The reader's score for the best words in the passage"),
    ("Null", "The reader's score for “no answer here”"),
    ("Sure", "Probability that its best sentence, or one cited with that, is right"),
)
_STAGES = {
    "encode": "encoding the question",
    "search": "finding passages",
    "read": "reading them",
    "other": "everything else",
}


def inspector(trace: Trace, shown: Answer) -> str:
    """Return how an answer came about; `shown` is the one on the page, which may be older."""
    return fragment(
        "inspector",
        why=why(trace),
        changed=(trace.answer.text, trace.answer.citations) != (shown.text, shown.citations),
        readings=[(reading, _rows(reading)) for reading in trace.readings],
        columns=_COLUMNS,
        most=MOST_PASSAGES,
        stages=[(_STAGES[stage], 1000 * seconds) for stage, seconds in trace.seconds.items()],
    )


def why(trace: Trace) -> str:
    """Say in a sentence or two what was chosen and why."""
    answer, limit = trace.answer, trace.min_confidence
    if answer.kind == "talk":
        return "This was taken as talk, not a question about the articles: nothing was looked up."
    if not trace.readings:
        if answer.found:
            return "You asked for the article itself: it was quoted, with nothing to look up."
        return "This could not be read as a question in English: nothing was looked up."
    if answer.parts:
        return (
            f"{len(answer.parts)} questions were asked in one line; each was looked up on its own."
        )
    close = _percent(answer.confidence) == _percent(limit)
    reached, enough = (_percent(share, int(close)) for share in (answer.confidence, limit))
    sure = f"The best sentence is {reached} likely to be right"
    if not answer.found:
        return f"{sure}. {enough} would have been enough, so nothing was shown."
    if limit == 0:
        return f"{sure}. Best guesses and suggestions are shown however likely."
    more = len(answer.citations) - 1
    others = f" {more} more also passed." if more else ""
    return f"{sure}. {enough} is enough, so it was shown.{others}"


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
    found = (hit.dense, hit.bm25, hit.fused) if hit is not None else ()
    read = (best.span.score, best.span.null_score) if best is not None else ()
    cells = [f"{value:.2f}" for value in found] or ["–"] * 3
    cells += [f"{value:.1f}" for value in read] or ["–"] * 2
    cells.append(_percent(best.confidence) if best is not None else "–")
    return [cell.replace("-", "−") for cell in cells]


def _placed(row: TracedPassage) -> dict[str, Any]:
    """Return the place and text of the passage's best sentence, or of all of the passage."""
    if row.candidate is None:
        assert row.hit is not None
        return {"place": TextRange.of_hit(row.hit), "text": row.hit.text}
    sentence, span = row.candidate.span.sentence, row.candidate.span
    marked = None if span.start is None or span.end is None else (span.start, span.end)
    text = sentence.text
    place = TextRange(sentence.article_id, sentence.start, sentence.end, marked, fingerprint(text))
    return {"place": place, "text": text}


def _percent(share: float, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f} %"
