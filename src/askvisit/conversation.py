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

from askvisit import answering, readings
from askvisit.answering import Candidate, Selection
from askvisit.encoder import Encoder
from askvisit.index import PassageIndex
from askvisit.reader import Reader
from askvisit.records import Answer, Evidence
from askvisit.retriever import Retriever

NOT_FOUND = "The articles do not answer this question."

_NEAREST = 3
_CONTINUED = 0.5
"""Rank score added to the sentences around the one cited last, for follow-ups only."""


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
        """Answer a question (`asked` is its readable form) that is none of talk."""
        return self._told(question, self._best(asked, history))

    def _best(self, asked: str, history: Sequence[Answer]) -> Read:
        filled = list(readings.followups.propose(asked, history))[:2]
        if not filled:
            return self.read(asked)
        quote = next((a.citations[0].quote for a in reversed(history) if a.citations), None)
        first = self._continued(self.read(filled[0]), quote)
        if len(filled) == 1 or first.confidence >= self.min_confidence:
            return first
        second = self._continued(self.read(filled[1]), quote)
        return second if second.confidence >= self.min_confidence else first

    def read(self, question: str) -> Read:
        """Retrieve and read one reading of a question."""
        evidence = Retriever(self.index, self.encoder).gather(question, self.articles)
        spans = self.reader.read(question, evidence.windows)
        return Read(question, evidence, answering.rank(evidence, spans, self.selection))

    def _continued(self, read: Read, quote: str | None) -> Read:
        """Prefer, a little, what stands around the sentence that was cited last."""
        at = next((c.span.sentence for c in read.candidates if c.span.sentence.text == quote), None)
        if at is None:
            return read

        def score(candidate: Candidate) -> float:
            sentence = candidate.span.sentence
            near = sentence.article_id == at.article_id and abs(sentence.paragraph - at.paragraph)
            return candidate.score + (_CONTINUED if near is not False and near <= 0 else 0.0)

        return replace(read, candidates=sorted(read.candidates, key=score, reverse=True))

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
