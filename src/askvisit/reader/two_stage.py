"""Reading in two stages: a small model reads everything, then the likeliest places are reread.

`accurate` rereads them with a large model, which takes five times as long per text. It reads each
twice, with and without its context: the mean of the two views judges better than either alone
whether a text answers. `fast` rereads the likeliest paragraphs with the same small model. The
margins of both stages are kept, and ranking and confidence use both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from askvisit.reader.span_reader import SpanReader
from askvisit.records import Sentence, Span, Window

WINDOWS = 4
"""Windows that are reread."""

LENGTH = 700
"""Characters of the longest windows that the large reader was trained on."""

PARAGRAPH = 0
"""The `length` that stands for a window of one paragraph."""


class TwoStageReader:
    """Reads with `first`, and again with `second` around the sentences that `first` ranks highest.

    lengths: the characters of each view that `second` reads of a place, the widest first. A
    sentence in several views gets the mean of their scores.
    """

    def __init__(
        self,
        name: str,
        first: SpanReader,
        second: SpanReader,
        sha256: str,
        lengths: Sequence[int] = (LENGTH, PARAGRAPH),
    ) -> None:
        self.name = name
        self.sha256 = sha256
        self._first, self._second = first, second
        self._widest, *self._closer = lengths

    def read(
        self, question: str, windows: Sequence[Window], turns: Sequence[str] = ()
    ) -> list[Span]:
        """Return the second reader's spans, each with the first one's margin.

        Sentences that are not reread are dropped.
        """
        found = self._first.read(question, windows, turns)
        margins = {span.sentence: span.margin for span in found}
        again = likeliest(found, windows, self._widest)
        wide = list(again.values())
        spans = self._second.read(question, wide, turns)
        for length in self._closer:
            close = [narrowed(window, sentence, length) for sentence, window in again.items()]
            other = self._second.read(question, [w for w in close if w not in wide], turns)
            views = {span.sentence: span for span in other}
            spans = [_mean(span, views.get(span.sentence, span)) for span in spans]
        return [
            replace(span, first_margin=margins[span.sentence])
            for span in spans
            if span.sentence in margins
        ]


def _mean(span: Span, other: Span) -> Span:
    """Return a span with the mean of its scores and those of another view of its sentence."""
    return replace(
        span,
        score=(span.score + other.score) / 2,
        null_score=(span.null_score + other.null_score) / 2,
    )


def likeliest(
    spans: Sequence[Span], windows: Sequence[Window], length: int = LENGTH
) -> dict[Sentence, Window]:
    """Return the sentences with the highest margins, best first, each with a window around it.

    There are at most `WINDOWS`, each of at most `length` characters or one paragraph. A sentence in
    the window of a better one is skipped.
    """
    chosen: dict[Sentence, Window] = {}
    for span in sorted(spans, key=lambda span: -span.margin):
        if any(span.sentence in window.sentences for window in chosen.values()):
            continue
        homes = [window for window in windows if span.sentence in window.sentences]
        home = max(homes, key=lambda window: _room(window, span.sentence))
        chosen[span.sentence] = narrowed(home, span.sentence, length)
        if len(chosen) == WINDOWS:
            break
    return chosen


def narrowed(window: Window, around: Sentence, length: int = LENGTH) -> Window:
    """Return the part of a window with the sentence's paragraph and as many around it as fit.

    length: characters; a longer paragraph stands alone. Neighbours are added in turn, the preceding
    one first: what "he" refers to comes before.
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
