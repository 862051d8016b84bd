"""One question of a conversation, on one snapshot of an index.

The rule for readings: a question that stands alone is read as typed, and beside it at most one
mended reading (spelling, aliases), which is taken only where it is surer. A question with a hole
cannot be looked up as typed; the likeliest filled reading is read, and the next one only where
the first is refused. So at most two readings are read, and history and spelling cannot bend a
question that needs neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from askvisit import answering, readings, talk
from askvisit.answering import Candidate, Selection
from askvisit.encoder import Encoder
from askvisit.index import PassageIndex
from askvisit.reader import Reader
from askvisit.records import Answer, Evidence
from askvisit.retriever import Retriever

NOT_FOUND = "The articles do not answer this question."

_NEAREST = 3


@dataclass(frozen=True)
class Read:
    """A reading with what was found for it."""

    question: str
    evidence: Evidence
    candidates: list[Candidate]

    @property
    def confidence(self) -> float:
        """Probability that the best candidate is right."""
        return self.candidates[0].confidence if self.candidates else 0.0


@dataclass(frozen=True)
class Desk:
    """What a question is answered with: a snapshot, the models, and the choices of who asks."""

    index: PassageIndex
    encoder: Encoder
    reader: Reader
    selection: Selection
    articles: Sequence[str] | None
    min_confidence: float

    def answer(self, question: str, asked: str, history: Sequence[Answer]) -> Answer:
        """Answer a question; `asked` is its readable form."""
        told = talk.reply(self.index, self.encoder, question, asked, history, self.articles)
        if told is not None:
            return self._allowed(told, asked)
        earlier = [turn for turn in history if not talk.is_reply(turn)]
        return self._told(question, self._best(talk.without_greeting(asked), earlier))

    def _allowed(self, told: Answer, asked: str) -> Answer:
        """Refuse also a headline or a summary where everything is to be refused."""
        if not told.found or self.min_confidence < 1:
            return told
        hits = Retriever(self.index, self.encoder).search(asked, self.articles)[:_NEAREST]
        return replace(
            told, kind="not_found", found=False, text=NOT_FOUND, citations=(), nearest=tuple(hits)
        )

    def _best(self, asked: str, history: Sequence[Answer]) -> Read:
        filled = next(readings.followups.propose(asked, history), None)
        return self.read(asked if filled is None else filled)

    def read(self, question: str) -> Read:
        """Retrieve and read one reading of a question."""
        evidence = Retriever(self.index, self.encoder).gather(question, self.articles)
        spans = self.reader.read(question, evidence.windows)
        return Read(question, evidence, answering.rank(evidence, spans, self.selection))

    def _told(self, question: str, read: Read) -> Answer:
        chosen = answering.choose(read.candidates, self.min_confidence)
        if not chosen:
            return Answer(
                question=question,
                reading=read.question,
                kind="not_found",
                found=False,
                text=NOT_FOUND,
                confidence=read.confidence,
                nearest=read.evidence.hits[:_NEAREST],
            )
        citations = answering.cite(chosen, self.index.article)
        return Answer(
            question=question,
            reading=read.question,
            kind="answer",
            found=True,
            text="\n".join(f"{c.quote} [{c.number}]" for c in citations),
            confidence=read.confidence,
            citations=citations,
        )
