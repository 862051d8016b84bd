"""How a question was answered: the readings tried, the passages with their scores, the timings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING

from askvisit import ranking

if TYPE_CHECKING:
    from askvisit.ranking import Candidate
    from askvisit.records import Answer, ContextTurn, Evidence, Hit

STAGES = ("encode", "search", "read", "other")
"""Encoding the question; finding passages; reading and ranking the candidates; the rest."""


@dataclass(frozen=True)
class TracedPassage:
    """A passage with its retrieval scores, and the best candidate in it.

    `candidate` is None if the reader read none of it.
    """

    hit: Hit
    candidate: Candidate | None


@dataclass(frozen=True)
class TracedReading:
    """One reading that was searched, with what was found for it.

    `question` says how it was read; `asked` is the question without the words of earlier turns,
    which are the `context`. `candidates` are best first. `taken` says whether this reading gave
    the answer.
    """

    question: str
    evidence: Evidence
    candidates: Sequence[Candidate]
    context: tuple[ContextTurn, ...] = ()
    asked: str = ""
    taken: bool = False

    @property
    def confidence(self) -> float:
        """Probability that the best candidate, or one cited with it, is right."""
        return self.candidates[0].confidence if self.candidates else 0.0

    @cached_property
    def passages(self) -> tuple[TracedPassage, ...]:
        """The passages found, best first, each with the best candidate in it."""
        return tuple(TracedPassage(hit, self._best_in(hit)) for hit in self.evidence.hits)

    def _best_in(self, hit: Hit) -> Candidate | None:
        return next((c for c in self.candidates if ranking.holds(hit, c.span)), None)


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
