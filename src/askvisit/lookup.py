"""Sentences on a topic, or bearing on a claim: found by retrieval, with no span and no verdict.

They are ranked and weighed as whole sentences (`SentenceReader`, whose fitted weights come with
askvisit), but for one thing: a sentence that holds every word of what is looked up comes before
those that do not, and is about it as surely as such sentences were found to be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from askvisit import answering
from askvisit.answering import Candidate
from askvisit.reader import SentenceReader
from askvisit.records import Evidence
from askvisit.selection import Selection, selection_for
from askvisit.words import content_words

_HOLDS_ALL = 0.9
"""Least confidence in a sentence that holds all the words of a topic."""


def rank(about: str, evidence: Evidence, reader: SentenceReader) -> list[Candidate]:
    """Return the sentences found for a topic or claim as candidates, best first."""
    ranked = answering.rank(evidence, reader.read(about, evidence.windows), _selection())
    held: list[Candidate] = []
    others: list[Candidate] = []
    for candidate in ranked:
        if holds(about, candidate.span.sentence.text):
            held.append(replace(candidate, confidence=max(_HOLDS_ALL, candidate.confidence)))
        else:
            others.append(candidate)
    return held + others


def choose(ranked: Sequence[Candidate], min_confidence: float) -> list[Candidate]:
    """Return those of the best five sentences to show, as for a question for several things."""
    return answering.choose(
        ranked[: answering.MOST_CITATIONS],
        min_confidence,
        several=True,
        further=_selection().thresholds["normal"],
    )


def holds(about: str, sentence: str) -> bool:
    """Return whether a sentence has all the words of a topic, endings aside."""
    there = {_stem(word) for word in content_words(sentence)}
    asked = content_words(about)
    return bool(asked) and all(_stem(word) in there for word in asked)


def _stem(word: str) -> str:
    return word.removesuffix("s")[:5]


def _selection() -> Selection:
    selection = selection_for(SentenceReader.name)
    assert selection is not None
    return selection
