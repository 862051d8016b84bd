"""How a question was answered: the readings tried, the passages with their scores, the timings.

An `Answer` says what was found, a `Trace` says how. It is made by asking once more, so only
those who want one pay for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

from askvisit import ranking
from askvisit.encoder import Encoder, FloatArray
from askvisit.pipeline import QAPipeline, ReadingResult
from askvisit.ranking import Candidate
from askvisit.reader import Reader
from askvisit.records import Answer, Citation, ContextTurn, Evidence, Hit, Span

STAGES = ("encode", "search", "read", "other")
"""Encoding the question; finding passages and ranking the candidates; reading; the rest."""


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


class Recorder:
    """Watches a pipeline answer one question."""

    def __init__(self) -> None:
        self._began = perf_counter()
        self._reads: list[ReadingResult] = []
        self._taken: list[ReadingResult] = []
        self._seconds = dict.fromkeys(STAGES, 0.0)

    def watching(self, pipeline: QAPipeline) -> QAPipeline:
        """Return the same pipeline, watched."""
        watched = {
            "encoder": _TimedEncoder(pipeline.encoder, self._seconds),
            "reader": _TimedReader(pipeline.reader, self._seconds),
            "reads": self._reads,
            "taken": self._taken,
            "seconds": self._seconds,
        }
        return _TracedPipeline(**vars(pipeline) | watched)

    def trace(self, answer: Answer, min_confidence: float) -> Trace:
        """Return what was recorded on the way to an answer."""
        total = perf_counter() - self._began
        self._seconds["other"] = max(0.0, total - sum(self._seconds[s] for s in STAGES[:-1]))
        readings = tuple(
            TracedReading(
                r.question, any(r is taken for taken in self._taken), r.confidence, _passages(r)
            )
            for r in self._reads
        )
        return Trace(answer, min_confidence, readings, dict(self._seconds))


def _passages(read: ReadingResult) -> tuple[TracedPassage, ...]:
    rows = [TracedPassage(hit, _best_in(hit, read.candidates)) for hit in read.evidence.hits]
    best = read.candidates[0] if read.candidates else None
    if best is not None and all(row.candidate is not best for row in rows):
        rows.insert(0, TracedPassage(None, best))
    return tuple(rows)


def _best_in(hit: Hit, candidates: Sequence[Candidate]) -> Candidate | None:
    return next((c for c in candidates if ranking.holds(hit, c.span)), None)


@dataclass(frozen=True, kw_only=True)
class _TracedPipeline(QAPipeline):
    reads: list[ReadingResult]
    taken: list[ReadingResult]
    seconds: dict[str, float]

    def read(
        self, question: str, context: Sequence[ContextTurn] = (), cited: Sequence[Citation] = ()
    ) -> ReadingResult:
        began = perf_counter()
        before = self.seconds["encode"] + self.seconds["read"]
        read = super().read(question, context, cited)
        inside = self.seconds["encode"] + self.seconds["read"] - before
        self.seconds["search"] += perf_counter() - began - inside
        self.reads.append(read)
        return read

    def _read_each(self, result: ReadingResult, least: float) -> list[ReadingResult]:
        read = super()._read_each(result, least)
        self.taken.extend(read)
        return read

    def _answered(self, question: str, result: ReadingResult) -> Answer:
        self.taken.append(result)
        return super()._answered(question, result)


class _TimedEncoder:
    def __init__(self, encoder: Encoder, seconds: dict[str, float]) -> None:
        self.name, self.sha256, self.dimension = encoder.name, encoder.sha256, encoder.dimension
        self._encoder, self._seconds = encoder, seconds

    def encode(self, texts: Sequence[str]) -> FloatArray:
        began = perf_counter()
        vectors = self._encoder.encode(texts)
        self._seconds["encode"] += perf_counter() - began
        return vectors


class _TimedReader:
    def __init__(self, reader: Reader, seconds: dict[str, float]) -> None:
        self.name, self.passages = reader.name, reader.passages
        self._reader, self._seconds = reader, seconds

    @property
    def sha256(self) -> str:
        return self._reader.sha256

    def read(self, question: str, evidence: Evidence, turns: Sequence[str] = ()) -> list[Span]:
        began = perf_counter()
        spans = self._reader.read(question, evidence, turns)
        self._seconds["read"] += perf_counter() - began
        return spans
