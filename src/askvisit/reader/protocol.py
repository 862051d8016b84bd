"""What the assistant needs of a reader."""

from collections.abc import Sequence
from typing import Protocol

from askvisit.records import Span, Window


class Reader(Protocol):
    """Marks the words that answer a question, sentence by sentence."""

    @property
    def name(self) -> str:
        """The key of its fitted calibration."""

    @property
    def sha256(self) -> str:
        """Hash of the weights: what makes two readers of one name the same."""

    def read(
        self, question: str, windows: Sequence[Window], turns: Sequence[str] = ()
    ) -> list[Span]:
        """Return the best span of every sentence in the windows, or of the likeliest of them.

        turns: the earlier turns that the question depends on, oldest first, for readers that were
        trained to read them. A sentence that is in two windows is judged once, where its margin
        is higher.
        """
