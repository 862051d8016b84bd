"""What a reader learns from: a question, earlier turns, and a text that may answer it."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from askvisit.passages import paragraphs, sentences
from askvisit.records import Article

Span = tuple[int, int]
Judged = tuple[int, int, float]
"""A sentence (start, end) and the probability that it belongs to the answer."""

_DROPPED = frozenset(
    "a an the is are was were do does did has have had of to in on at by for with that".split()
)


@dataclass(frozen=True, slots=True)
class Example:
    """A question over a context; ``spans`` are the (start, end) that answer it, none if none do.

    ``history`` holds the turns before the question, oldest first, each a question and the words
    that answered it. An example with an empty context teaches which of their words a question
    depends on: ``wanted`` are those that complete it, in lower case. If it is not ``labelled``,
    only a teacher says whether the context answers. ``evidence`` are sentences of the context with
    the probability (0..1) that each belongs to the answer; None judges no sentence. ``title`` is
    that of the article that the context is of, "" if a reader is not told.
    """

    question: str
    context: str
    spans: tuple[Span, ...] = ()
    history: tuple[str, ...] = ()
    wanted: frozenset[str] | None = None
    labelled: bool = True
    evidence: tuple[Judged, ...] | None = None
    title: str = ""


Group = tuple[Example, ...]
"""One example, or a pair: one that is answered, then one whose margin must be lower."""


def paragraph_units(text: str) -> list[Span]:
    """The paragraphs of an article as (start, end): what a reader's window is made of."""
    return paragraphs(text)


def sentence_units(text: str) -> list[Span]:
    """The sentences of a paragraph as (start, end)."""
    return [(s.start, s.end) for s in sentences(Article("context", "", text))]


def crop(
    example: Example, units: Sequence[Span], around: Span, length: int, rng: random.Random
) -> Example:
    """The example over consecutive whole units, of about ``length`` characters.

    The units that ``around`` touches are always kept; others are added at random on either side.
    Spans outside the kept units are dropped.
    """
    inside = [n for n, (start, end) in enumerate(units) if start < around[1] and around[0] < end]
    if not inside:
        return example
    first, last = inside[0], inside[-1]
    while True:
        room = length - (units[last][1] - units[first][0])
        sides = [
            side
            for side, n in (("before", first - 1), ("after", last + 1))
            if 0 <= n < len(units) and units[n][1] - units[n][0] <= room
        ]
        if not sides:
            break
        if rng.choice(sides) == "before":
            first -= 1
        else:
            last += 1
    start, end = units[first][0], units[last][1]
    spans = tuple((a - start, b - start) for a, b in example.spans if start <= a and b <= end)
    judged = example.evidence and tuple(
        (a - start, b - start, share) for a, b, share in example.evidence if start <= a and b <= end
    )
    return replace(example, context=example.context[start:end], spans=spans, evidence=judged)


def judged_by_spans(example: Example) -> Example:
    """The example with each sentence judged by whether it holds a part of a span that answers.

    Unchanged if its sentences are judged already, or if nobody says what its context answers.
    """
    if example.evidence is not None or not example.context or not example.labelled:
        return example
    evidence = tuple(
        (a, b, float(any(a < end and start < b for start, end in example.spans)))
        for a, b in sentence_units(example.context)
    )
    return replace(example, evidence=evidence)


def nearest_unit(question: str, text: str, units: Sequence[Span]) -> Span:
    """The unit that shares most words with the question: where one would look for an answer."""
    asked = set(re.findall(r"\w{4,}", question.lower()))

    def shared(unit: Span) -> int:
        return len(asked.intersection(re.findall(r"\w{4,}", text[unit[0] : unit[1]].lower())))

    return max(units, key=shared)


def as_typed(question: str, rng: random.Random) -> str:
    """The question as people type it: lower case, mostly unpunctuated, sometimes only keywords."""
    plain = re.sub(r"[?.!,;:\"“”]+", "", question).lower()
    style = rng.random()
    if style < 0.35:
        kept = [word for word in plain.split() if word not in _DROPPED]
        return " ".join(kept) if len(kept) >= 3 else plain
    return plain if style < 0.75 else question.lower()
