"""How a question was answered: the readings tried, the passages with their scores, the timings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from askvisit import ranking

if TYPE_CHECKING:
    from askvisit.ranking import Candidate
    from askvisit.records import Answer, Evidence, Hit

STAGES = ("encode", "search", "read", "other")
"""Encoding the question; finding passages; reading and ranking the candidates; the rest."""


@dataclass(frozen=True)
class TracedPassage:
    """A passage with its retrieval scores, and the best candidate in it.

    `candidate` is None if the reader read none of it. `hit` is None for a sentence that was only
    read as context of another passage but is the best of all.
    """

    hit: Hit | None
    candidate: Candidate | None


@dataclass(frozen=True)
class TracedReading:
    """One reading that was searched: its passages, best first, and its best answer's confidence.

    `taken` says whether this reading gave the answer.
    """

    question: str
    taken: bool
    confidence: float
    passages: tuple[TracedPassage, ...]


@dataclass(frozen=True)
class Trace:
    """An answer and how it came about.

    `min_confidence` is the confidence below which it would be refused; `seconds` has one entry
    for each of `STAGES`, which add up to the total time. Without `readings`, nothing was
    searched: the question was talk, or unreadable.
    """

    answer: Answer
    min_confidence: float
    readings: tuple[TracedReading, ...]
    seconds: Mapping[str, float]


class Clock:
    """Seconds spent in each stage; a stage inside another does not count for that."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(STAGES, 0.0)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a block."""
        began, before = perf_counter(), sum(self.seconds.values())
        try:
            yield
        finally:
            inside = sum(self.seconds.values()) - before
            self.seconds[name] += perf_counter() - began - inside


def traced_passages(
    evidence: Evidence, candidates: Sequence[Candidate]
) -> tuple[TracedPassage, ...]:
    """Return the passages found, each with the best candidate in it; candidates are best first."""
    rows = [TracedPassage(hit, _best_in(hit, candidates)) for hit in evidence.hits]
    best = candidates[0] if candidates else None
    if best is not None and all(row.candidate is not best for row in rows):
        rows.insert(0, TracedPassage(None, best))
    return tuple(rows)


def _best_in(hit: Hit, candidates: Sequence[Candidate]) -> Candidate | None:
    return next((c for c in candidates if ranking.holds(hit, c.span)), None)
