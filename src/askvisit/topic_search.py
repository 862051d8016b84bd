"""Sentences on a topic, or bearing on a claim: found by retrieval, with no span and no verdict.

They are ranked and scored as whole sentences (`SentenceReader`, whose fitted weights come with
askvisit), with two exceptions: a sentence that contains every word of the topic comes before
those that do not, with at least the confidence that such sentences were found to deserve; and one
is left out if a name in the topic occurs neither in it nor shortly before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from askvisit import ranking
from askvisit.calibration import shipped
from askvisit.ranking import Candidate
from askvisit.reader import SentenceReader
from askvisit.records import Evidence, Sentence
from askvisit.rewriting.mentions import names
from askvisit.text import content_words, stem, stems, words

_HOLDS_ALL = 0.9
"""Minimum confidence in a sentence that contains all the words of a topic."""

_BEFORE = 2
"""Number of preceding sentences that may name what a sentence's pronouns refer to."""


def rank(about: str, evidence: Evidence, reader: SentenceReader) -> list[Candidate]:
    """Return the sentences found for a topic or claim as candidates, best first."""
    ranked = ranking.rank(evidence, reader.read(about, evidence), shipped(SentenceReader.name))
    held: list[Candidate] = []
    others: list[Candidate] = []
    read = evidence.sentences
    named = _named(about, read)
    for candidate in ranked:
        sentence = candidate.span.sentence
        if holds(about, sentence.text):
            held.append(replace(candidate, confidence=max(_HOLDS_ALL, candidate.confidence)))
        elif not named or _mentions(named, _leading_to(sentence, read)):
            others.append(candidate)
    return held + others


def choose(ranked: Sequence[Candidate], min_confidence: float) -> list[Candidate]:
    """Return which of the best five sentences to show; none if the best is not sure enough."""
    if not ranking.choose(ranked, min_confidence):
        return []
    first, *others = ranked[: ranking.MOST_CITATIONS]
    return [first, *(c for c in others if c.confidence >= least_confidence())]


def least_confidence() -> float:
    """Return the minimum confidence in a sentence that is shown besides the best."""
    return shipped(SentenceReader.name).thresholds["normal"]


def holds(about: str, sentence: str) -> bool:
    """Return whether a sentence has all the words of a topic, ignoring endings."""
    asked = stems(about)
    return bool(asked) and asked <= stems(sentence)


def _named(about: str, read: Sequence[Sentence]) -> list[str]:
    """Return the names in a topic, except words that the texts also write in lower case."""
    small = {stem(word) for s in read for word in words(s.text) if word.islower()}
    return [n for n in names(about) if any(stem(word) not in small for word in content_words(n))]


def _leading_to(sentence: Sentence, read: Sequence[Sentence]) -> str:
    """Return a sentence preceded by those that may name who its "he" is."""
    before = [
        s.text for s in read if s.article_id == sentence.article_id and s.start < sentence.start
    ]
    return " ".join([*before[-_BEFORE:], sentence.text])


def _mentions(named: Sequence[str], text: str) -> bool:
    """Return whether each name, or a word of it, is in a text."""
    there = stems(text)
    return all(stems(name) & there for name in named)
