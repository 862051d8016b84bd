"""What the assistant requires of a reader."""

from collections.abc import Sequence
from typing import Protocol

from askvisit.records import Evidence, Span

PASSAGES = 16
"""How many passages a reader reads unless it has its own number: most articles are read whole."""


class Reader(Protocol):
    """Finds the span that answers a question, sentence by sentence."""

    @property
    def name(self) -> str:
        """The key of its fitted calibration."""

    @property
    def sha256(self) -> str:
        """Hash of what decides its scores, which tells readers of the same name apart."""

    @property
    def passages(self) -> int:
        """How many passages it reads of those that retrieval finds, the best first."""

    def read(self, question: str, evidence: Evidence, turns: Sequence[str] = ()) -> list[Span]:
        """Return the best span of each sentence in the evidence's windows, or of the likeliest.

        turns: the earlier turns that the question depends on, oldest first, for readers trained to
        read them. A sentence in two windows is judged once.
        """
