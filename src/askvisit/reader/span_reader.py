"""What span models have in common: the best span of each sentence, and its margin."""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from askvisit.reader.protocol import PASSAGES
from askvisit.records import Evidence, Sentence, Span, Window

if TYPE_CHECKING:
    from askvisit.onnx_model import FloatArray, Range

_LONGEST_SPAN = 40

_MOST_SPANS = 8
"""Separate words of one sentence that answer, at most."""

_BEHIND = 5.0
"""Logits by which further words of a sentence, which must be likelier than no answer, may be less
likely than the best. Fitted on 157 sentences of news train with several places of a list (partial
span F1 0.69 with the best words alone, now 0.73) and 150 facts (0.96 and 0.96); dev: 33 sentences
0.70 to 0.79, 120 facts 0.92 and 0.92."""


@dataclass(frozen=True)
class Logits:
    """A span model's output for a text, or for a part of a long one: one number per token.

    `offsets` are the tokens' ranges in the text. The mean of `evidence` over a sentence's tokens is
    the logit of it belonging to the answer; None if the model does not judge sentences.
    """

    starts: FloatArray
    ends: FloatArray
    offsets: Sequence[Range]
    null_score: float
    evidence: FloatArray | None = None


class SpanReader(ABC):
    """Reads windows with a span model (Devlin et al., 2019; Rajpurkar et al., 2018).

    The best span is taken within each sentence, with the score of all its spans (`best_spans`). The
    null score is the sum of the [CLS] token's start and end logits.
    """

    passages = PASSAGES

    def read(self, question: str, evidence: Evidence, turns: Sequence[str] = ()) -> list[Span]:
        """Read each window; a sentence in two windows keeps the span with the better margin."""
        return list(best_of(self.read_each(question, evidence.windows, turns)).values())

    def read_each(
        self, question: str, windows: Sequence[Window], turns: Sequence[str] = ()
    ) -> list[list[Span]]:
        """Read each window by itself; return the spans of its sentences, window by window.

        A window longer than the model's input is read in parts: a sentence may be in two of them.
        """
        found: list[list[Span]] = [[] for _ in windows]
        for number, logits in self._logits(question, windows, turns):
            found[number] += _spans(windows[number], logits)
        return found

    @abstractmethod
    def _logits(
        self, question: str, windows: Sequence[Window], turns: Sequence[str]
    ) -> Iterator[tuple[int, Logits]]:
        """Run the model on a question and each window, in overlapping parts if it is long.

        Each result comes with the window's position among them, and has the tokens of its text.
        """


def best_of(views: Iterable[Iterable[Span]]) -> dict[Sentence, Span]:
    """Return each sentence with that of its spans in all views that has the best margin."""
    best: dict[Sentence, Span] = {}
    for span in chain.from_iterable(views):
        seen = best.get(span.sentence)
        if seen is None or span.margin > seen.margin:
            best[span.sentence] = span
    return best


def _spans(window: Window, logits: Logits) -> Iterator[Span]:
    for sentence in window.sentences:
        first = _token_at(logits.offsets, sentence.start - window.start)
        end = _token_at(logits.offsets, sentence.end - window.start)
        if first == end:
            continue
        starts, ends = logits.starts[first:end], logits.ends[first:end]
        found, score = best_spans(starts, ends, logits.null_score)
        words, *others = _disjoint(
            _whole_words(
                sentence,
                window.start + logits.offsets[first + left][0],
                window.start + logits.offsets[first + right][1],
            )
            for left, right in found
        )
        judged = logits.evidence
        evidence = None if judged is None else float(judged[first:end].mean())
        yield Span(
            sentence, *words, score, logits.null_score, evidence=evidence, others=tuple(others)
        )


def _disjoint(ranges: Iterable[Range]) -> list[Range]:
    """Return the ranges but for those that overlap an earlier one: two may end in one word."""
    kept: list[Range] = []
    for start, end in ranges:
        if all(end <= left or right <= start for left, right in kept):
            kept.append((start, end))
    return kept


def _token_at(offsets: Sequence[Range], position: int) -> int:
    """Return the first token that begins at or after a position."""
    return bisect_left(offsets, position, key=lambda offset: offset[0])


def best_spans(
    starts: FloatArray, ends: FloatArray, null_score: float
) -> tuple[list[tuple[int, int]], float]:
    """Return the first and last tokens of the likeliest spans, and the score of all spans together.

    starts, ends: logits of a sentence's tokens. A span has at most 40 tokens. The best is followed
    by others that do not overlap, are likelier than no answer and at most `_BEHIND` less likely
    than the best. The score is the log-sum-exp over all spans, because it is the sentence that is
    cited: if several of its spans may be the answer, each is evidence for it.
    """
    scores = starts[:, None] + ends[None, :]
    length = np.arange(len(ends))[None, :] - np.arange(len(starts))[:, None]
    scores = np.where((length >= 0) & (length < _LONGEST_SPAN), scores, -np.inf)
    best = scores.max()
    total = float(best + np.log(np.exp(scores - best).sum()))
    least = max(best - _BEHIND, null_score)
    found: list[tuple[int, int]] = []
    while not found or (len(found) < _MOST_SPANS and scores.max() >= least):
        first, last = map(int, np.unravel_index(int(scores.argmax()), scores.shape))
        found.append((first, last))
        scores[: last + 1, first:] = -np.inf  # what overlaps it
    return found, total


def _whole_words(sentence: Sentence, start: int, end: int) -> tuple[int, int]:
    """Widen a span to whole words within its sentence: word pieces may end inside a word."""
    text, origin = sentence.text, sentence.start
    left, right = start - origin, min(end, sentence.end) - origin
    while left > 0 and _is_letter(text[left - 1]) and _is_letter(text[left]):
        left -= 1
    while right < len(text) and _is_letter(text[right - 1]) and _is_letter(text[right]):
        right += 1
    return left + origin, right + origin


def _is_letter(character: str) -> bool:
    """Return whether a character is part of a word; an accent may be one of its own."""
    return character.isalnum() or unicodedata.combining(character) > 0
