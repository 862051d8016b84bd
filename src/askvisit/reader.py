"""Readers mark the words that answer a question, sentence by sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from askvisit.encoder import Encoder
from askvisit.records import Sentence, Span, Window
from askvisit.vectors import normalise


class Reader(Protocol):
    """What the assistant needs of a reader."""

    @property
    def name(self) -> str:
        """What the fitted selection weights are looked up by."""

    def read(self, question: str, windows: Sequence[Window]) -> list[Span]:
        """Return the best span of every sentence in the windows.

        A sentence that stands in two windows is judged once, where its margin is higher.
        """


class SentenceReader:
    """Judges whole sentences: the score is the cosine of question and sentence.

    It finds the sentence but cannot tell whether it answers; the span reader can.
    """

    name = "sentence-cosine"

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def read(self, question: str, windows: Sequence[Window]) -> list[Span]:
        """Encode the question and every sentence, and compare them."""
        sentences: list[Sentence] = list(dict.fromkeys(s for w in windows for s in w.sentences))
        if not sentences:
            return []
        unit = normalise(self._encoder.encode([question, *(s.text for s in sentences)]))
        cosines = unit[1:] @ unit[0]
        return [
            Span(sentence, None, None, float(cosine), 0.0)
            for sentence, cosine in zip(sentences, cosines, strict=True)
        ]
