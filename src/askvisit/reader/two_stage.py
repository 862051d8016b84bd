"""Two readers in stages: a small one reads all, a large one reads again where it matters.

The large model takes five times as long for a text, so that only the windows around the small
one's best sentences are worth it. Each of these it reads twice, with and without what stands
around: the mean of two views tells better whether a text answers than either alone. The margins of
both readers are kept, and ranking and confidence use both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from askvisit.reader.span_reader import SpanReader
from askvisit.records import Sentence, Span, Window

WINDOWS = 4
"""Windows that are read again."""

LENGTH = 700
"""Characters of a window that is read again: the length that the large reader was trained on."""


class TwoStageReader:
    """Reads with `first`, and again with `second` around the sentences that `first` likes best."""

    def __init__(self, name: str, first: SpanReader, second: SpanReader, sha256: str) -> None:
        self.name = name
        self.sha256 = sha256
        self._first, self._second = first, second

    def read(
        self, question: str, windows: Sequence[Window], turns: Sequence[str] = ()
    ) -> list[Span]:
        """Return the second reader's spans, each with the first one's margin.

        Sentences that are not read again have lost, and are left out.
        """
        found = self._first.read(question, windows, turns)
        margins = {span.sentence: span.margin for span in found}
        again = likeliest(found, windows)
        wide = list(again.values())
        alone = [narrowed(window, sentence, length=0) for sentence, window in again.items()]
        closer = self._second.read(question, [w for w in alone if w not in wide], turns)
        close = {span.sentence: span for span in closer}
        return [
            replace(_mean(span, close.get(span.sentence, span)), first_margin=margin)
            for span in self._second.read(question, wide, turns)
            if (margin := margins.get(span.sentence)) is not None
        ]


def _mean(span: Span, other: Span) -> Span:
    """Return a span with the mean of its scores and those of another view of its sentence."""
    return replace(
        span,
        score=(span.score + other.score) / 2,
        null_score=(span.null_score + other.null_score) / 2,
    )


def likeliest(spans: Sequence[Span], windows: Sequence[Window]) -> dict[Sentence, Window]:
    """Return the sentences of highest margin, best first, each with a window around it.

    They are `WINDOWS` at most, and none stands in the window of another.
    """
    chosen: dict[Sentence, Window] = {}
    for span in sorted(spans, key=lambda span: -span.margin):
        if any(span.sentence in window.sentences for window in chosen.values()):
            continue
        homes = [window for window in windows if span.sentence in window.sentences]
        home = max(homes, key=lambda window: _room(window, span.sentence))
        chosen[span.sentence] = narrowed(home, span.sentence)
        if len(chosen) == WINDOWS:
            break
    return chosen


def narrowed(window: Window, around: Sentence, length: int = LENGTH) -> Window:
    """Return the part of a window with the sentence's paragraph, and as many around it as fit.

    length: characters; a paragraph that is longer stands alone. Those before and after are added
    in turn: what "he" means stands before.
    """
    paragraphs = [list(group) for _, group in groupby(window.sentences, lambda s: s.paragraph)]
    first = next(n for n, paragraph in enumerate(paragraphs) if around in paragraph)
    last = first
    grown = True
    while grown:
        grown = False
        for before, after in ((1, 0), (0, 1)):
            low, high = first - before, last + after
            if low < 0 or high >= len(paragraphs):
                continue
            if paragraphs[high][-1].end - paragraphs[low][0].start <= length:
                first, last, grown = low, high, True
    inside = tuple(sentence for paragraph in paragraphs[first : last + 1] for sentence in paragraph)
    start, end = inside[0].start, inside[-1].end
    text = window.text[start - window.start : end - window.start]
    return Window(window.article_id, start, end, text, inside)


def _room(window: Window, sentence: Sentence) -> int:
    """Return how far a sentence is from the nearer end of a window."""
    return min(sentence.start - window.start, window.end - sentence.end)
