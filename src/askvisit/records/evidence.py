"""What is found for a question: passages, the text around them, and the words that may answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from askvisit.records.articles import Sentence
from askvisit.records.checks import check_slice


@dataclass(frozen=True)
class Hit:
    """A passage that retrieval found.

    `dense` is the cosine of question and passage (-1..1), `bm25` the BM25 score (0 if no
    word is shared, higher is better), `fused` what the hits are ordered by (best first).
    """

    article_id: str
    start: int
    end: int
    text: str
    dense: float
    bm25: float
    fused: float


@dataclass(frozen=True)
class Window:
    """What the reader sees at once: consecutive paragraphs of one article."""

    article_id: str
    start: int
    end: int
    text: str
    sentences: tuple[Sentence, ...]

    def __post_init__(self) -> None:
        check_slice(self.start, self.end, self.text)


@dataclass(frozen=True)
class Evidence:
    """What retrieval found for a question, for a reader and for ranking its spans.

    `hits` are ranked, best first; without one there are no windows. `windows` hold the text around
    the best of them. `bm25` is the score of each of the windows' sentences among them all, by
    (article id, start).
    """

    hits: tuple[Hit, ...]
    windows: tuple[Window, ...]
    bm25: Mapping[tuple[str, int], float]

    @property
    def sentences(self) -> list[Sentence]:
        """The sentences of all windows, each once."""
        return list(dict.fromkeys(s for window in self.windows for s in window.sentences))


@dataclass(frozen=True)
class Span:
    """The best words of one sentence, as scored by a reader.

    `start` and `end` are absolute and inside `sentence`; both None if the reader only
    judges whole sentences. `score - null_score` is the margin by which the reader prefers
    the span to "no answer here"; readers without a null score set it to 0.0. `first_margin` is
    that of the first of two stages, if the sentence was read in both.
    """

    sentence: Sentence
    start: int | None
    end: int | None
    score: float
    null_score: float
    first_margin: float | None = None

    def __post_init__(self) -> None:
        if (self.start is None) != (self.end is None):
            raise ValueError("a span has both offsets or none")
        if self.start is not None and self.end is not None:
            inside = self.sentence.start <= self.start < self.end <= self.sentence.end
            if not inside:
                raise ValueError("a span lies inside its sentence")

    @property
    def margin(self) -> float:
        """Score above the null score."""
        return self.score - self.null_score

    @property
    def words(self) -> str | None:
        """The words of the span, None if the whole sentence is judged."""
        if self.start is None or self.end is None:
            return None
        return self.sentence.text[self.start - self.sentence.start : self.end - self.sentence.start]
