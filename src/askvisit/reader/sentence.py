"""A reader that scores whole sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from askvisit.caching import remembered
from askvisit.reader.protocol import PASSAGES
from askvisit.records import Evidence, Span
from askvisit.similarity import similarity
from askvisit.vectors import FloatArray, normalise

if TYPE_CHECKING:
    from askvisit.encoder import Encoder

_MEGABYTES = 8


class SentenceReader:
    """Scores whole sentences by the cosine of question and sentence.

    It finds the sentence but cannot judge whether it answers; the span reader can.
    """

    name = "sentence-cosine"
    passages = PASSAGES

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._vector = remembered(_MEGABYTES)(self._encode)  # questions share sentences

    @property
    def sha256(self) -> str:
        """Hash of the encoder's weights."""
        return self._encoder.sha256

    def read(self, question: str, evidence: Evidence, turns: Sequence[str] = ()) -> list[Span]:
        """Compare the question with every sentence."""
        asked = normalise(self._encoder.encode_query([question]))[0]
        return [
            Span(sentence, None, None, similarity(float(cosine), self._encoder), 0.0)
            for sentence in evidence.sentences
            for cosine in [self._vector(sentence.text) @ asked]
        ]

    def _encode(self, text: str) -> FloatArray:
        vector: FloatArray = normalise(self._encoder.encode_document([text]))[0]
        return vector
