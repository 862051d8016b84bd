"""Reading in two stages: a small model reads everything, then a large one rereads a few places.

The places are those that the small model ranks first, as it would alone, unless they are much less
likely than the first, and one of each of the likeliest articles. `fast` rereads up to three
paragraphs, and the best two sentences by themselves. `accurate` rereads up to four, or six among
many articles, and the text around the best sentence as well. Where several sentences seem to belong
to the answer, windows of the first stage are reread too. The mean of a sentence's views judges
better than any of them whether a text answers. The margins of both stages are kept, and ranking and
confidence use both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby, islice
from operator import attrgetter
from statistics import fmean

from askvisit import ranking
from askvisit.reader.span_reader import SpanReader, best_of
from askvisit.records import MANY, Evidence, Sentence, Span, Window

LENGTH = 700
"""Characters of the longest windows around a likely sentence: longer ones are read for stories."""

SEVERAL = 1.5
"""Sentences expected to belong to the answer from which it is read on for more of them."""

PARAGRAPH = 0
"""The `length` that stands for a window of one paragraph."""


@dataclass(frozen=True)
class Depth:
    """How much is read.

    passages: what the first stage reads.
    windows, paragraphs, sentences: how many the second rereads at most. Windows have up to 700
    characters (or one longer paragraph), the others stand alone.
    as_likely: how likely a sentence must be, relative to the first, for the second to reread it.
    further: windows as the first stage reads them that the second rereads as well, if it finds that
    several sentences belong to the answer.
    articles: of how many of the likeliest articles at least one paragraph is reread, however
    unlikely its sentences.
    among: how many paragraphs more are reread among many articles, where other stories mislead the
    first stage: with two, 0.86 of 146 answers in news dev are reread, without 0.82.
    sure: the margin of the first sentence, in its first views, from which nothing else is reread of
    a single article; None rereads everything.
    """

    passages: int
    as_likely: float
    windows: int = 0
    paragraphs: int = 0
    sentences: int = 0
    further: int = 0
    articles: int = 0
    among: int = 0
    sure: float | None = None


class TwoStageReader:
    """Reads with `first`, and again with `second` where `first` ranks the sentences highest.

    weights: those that rank the first reader's spans.
    """

    def __init__(
        self,
        name: str,
        first: SpanReader,
        second: SpanReader,
        sha256: str,
        weights: Mapping[str, float],
        depth: Depth,
    ) -> None:
        self.name, self.sha256, self.passages = name, sha256, depth.passages
        self._first, self._second, self._weights = first, second, weights
        self._depth = depth

    def read(self, question: str, evidence: Evidence, turns: Sequence[str] = ()) -> list[Span]:
        """Return the second reader's spans, each with the first one's margin.

        A sentence in several views gets the mean of their scores. Sentences that are not reread are
        dropped.
        """
        found = self._first.read(question, evidence, turns)
        margins = {span.sentence: span.margin for span in found}
        spans, scores = ranking.by_score(evidence, found, self._weights)
        every = [span.sentence for span in spans]
        ranked = every[: ranking.as_likely_as_first(scores, self._depth.as_likely)]
        wide = likeliest(ranked, evidence.windows, self._depth.windows, LENGTH)
        most = self._depth.paragraphs + self._depth.among * (evidence.searched >= MANY)
        paragraphs = likeliest(ranked, evidence.windows, most, PARAGRAPH)
        paragraphs += _of_others(every, evidence.windows, paragraphs, self._depth.articles)
        best = ranked[: self._depth.sentences]
        alone = [_home(sentence, evidence.windows).part([sentence]) for sentence in best]
        views, reread = [], list[Span]()
        for kinds in self._rounds(evidence, wide, paragraphs, alone):
            views = self._views(question, turns, *kinds)
            reread = _means(views)
            if self._is_sure(ranked, reread):
                break
        if self._depth.further and _expected(reread) >= SEVERAL:
            further = _around(ranked, evidence.windows)[: self._depth.further]
            reread = _means([*views, *self._views(question, turns, further)])
        return [
            replace(span, first_margin=margins[span.sentence])
            for span in reread
            if span.sentence in margins
        ]

    def _rounds(
        self, evidence: Evidence, *kinds: Sequence[Window]
    ) -> Iterator[Sequence[Sequence[Window]]]:
        """Yield what is reread of each kind: of a single article at first only the first windows.

        The second round has them too: the model keeps what it made of them.
        """
        if self._depth.sure is not None and len({w.article_id for w in evidence.windows}) == 1:
            yield [windows[:1] for windows in kinds]
        yield kinds

    def _is_sure(self, ranked: Sequence[Sentence], reread: Sequence[Span]) -> bool:
        """Return whether the sentence that the first reader ranks first answers by itself."""
        best = max(reread, key=attrgetter("margin"), default=None)
        return (
            best is not None
            and self._depth.sure is not None
            and best.sentence == ranked[0]
            and best.margin >= self._depth.sure
            and _expected(reread) < SEVERAL
        )

    def _views(
        self, question: str, turns: Sequence[str], *kinds: Sequence[Window]
    ) -> list[dict[Sentence, Span]]:
        """Read windows of each kind, all at once; a window of an earlier kind is not read again."""
        seen: set[Window] = set()
        fresh = []
        for windows in kinds:
            fresh.append([window for window in windows if window not in seen])
            seen.update(windows)
        read = iter(self._second.read_each(question, [*chain(*fresh)], turns))
        return [best_of(islice(read, len(windows))) for windows in fresh]


def _expected(spans: Sequence[Span]) -> float:
    """Return how many sentences are expected to belong to the answer; 0 if none is judged."""
    return sum(ranking.logistic(span.evidence) for span in spans if span.evidence is not None)


def _around(ranked: Sequence[Sentence], windows: Sequence[Window]) -> list[Window]:
    """Return the windows that contain one of the ranked sentences, in order of the first."""
    place = {sentence: n for n, sentence in enumerate(ranked)}
    first = {
        window: min((place[s] for s in window.sentences if s in place), default=len(ranked))
        for window in windows
    }
    return sorted(windows, key=lambda window: first[window])


def _means(views: Sequence[Mapping[Sentence, Span]]) -> list[Span]:
    """Return the span of each sentence in its first view, with the mean of its views' scores."""
    spans: dict[Sentence, list[Span]] = {}
    for sentence, span in chain(*(view.items() for view in views)):
        spans.setdefault(sentence, []).append(span)
    return [
        replace(
            same[0],
            score=fmean(span.score for span in same),
            null_score=fmean(span.null_score for span in same),
            evidence=_mean(span.evidence for span in same),
        )
        for same in spans.values()
    ]


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def likeliest(
    ranked: Sequence[Sentence], windows: Sequence[Window], count: int, length: int
) -> list[Window]:
    """Return windows around the first of the ranked sentences, best first.

    There are at most `count`, each of at most `length` characters or one paragraph. A sentence in
    the window of a better one is skipped.
    """
    chosen: list[Window] = []
    for sentence in ranked:
        if len(chosen) == count:
            break
        if any(sentence in window.sentences for window in chosen):
            continue
        chosen.append(narrowed(_home(sentence, windows), sentence, length))
    return chosen


def _home(sentence: Sentence, windows: Sequence[Window]) -> Window:
    """Return the window with most text on both sides of a sentence."""
    homes = [window for window in windows if sentence in window.sentences]
    return max(homes, key=lambda w: min(sentence.start - w.start, w.end - sentence.end))


def narrowed(window: Window, around: Sentence, length: int) -> Window:
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
    return window.part([*chain(*paragraphs[first : last + 1])])


def _of_others(
    ranked: Sequence[Sentence], windows: Sequence[Window], chosen: Sequence[Window], articles: int
) -> list[Window]:
    """Return a paragraph of each of the first articles that no chosen window is of."""
    first: dict[str, Sentence] = {}
    for sentence in ranked:
        first.setdefault(sentence.article_id, sentence)
    known = {window.article_id for window in chosen}
    missing = [s for name, s in list(first.items())[:articles] if name not in known]
    return likeliest(missing, windows, len(missing), PARAGRAPH)
