"""Which words of earlier turns a question depends on: learned term classification.

The small model reads the last turns and the question, and predicts for each earlier word
whether the question depends on it (QuReTeC, Voskarides et al. 2020, arXiv:2005.11723). A question
that depends on none is self-contained.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from askvisit.onnx_model import MODELS, FloatArray
from askvisit.reader.onnx import LONGEST_HISTORY, LONGEST_QUESTION, onnx_model, turn_tokens
from askvisit.records import Answer, ContextTurn
from askvisit.text import content_words, one_line, printable, word_ranges

TURNS = 3
"""Answered turns that a question may depend on.

Refused ones lend no words: of those that they lent in news dialogues 0.22 were right (n 94), of
those of answered turns 0.54."""

_LONGEST_TURN = 400
"""Characters of a turn that are read: an answer from elsewhere may be of any length."""

_LEANS = 0.35
"""Least probability of its likeliest word from which a question depends on earlier turns. Of 787
follow-ups of news dialogues 0.85 do (from 0.5 on 0.78), of 112 that stand alone 0.12 (0.07), of the
21 with at most two content words, which are read in context only, 4 with both."""

_AS_WANTED = 0.7
"""How likely a word must be, relative to the likeliest, to belong to the question. Of the words
that then do, as many are right as of those likelier than 0.5."""


class Resolver(Protocol):
    """Predicts what a question depends on."""

    def context(self, question: str, history: Sequence[Answer]) -> tuple[ContextTurn, ...]:
        """Return the last answered turns, each with its words that the question depends on.

        Nothing if it depends on none, as most questions do.
        """


class TermClassifier:
    """Classifies each word of the last turns with the bundled model, loaded when needed."""

    def context(self, question: str, history: Sequence[Answer]) -> tuple[ContextTurn, ...]:
        """Return what `Resolver.context` does."""
        places = [n for n, answer in enumerate(history) if answer.found]
        places = (places or [n for n, a in enumerate(history) if a.refusal == "unsure"])[-TURNS:]
        turns = [turn_text(history[place]) for place in places]
        found, probability = self._words(question, turns) if turns else ([], 0.0)
        return tuple(
            ContextTurn(place, text, tuple(words), probability)
            for place, text, words in zip(places, turns, found, strict=True)
            if any(found)
        )

    def _words(self, question: str, turns: Sequence[str]) -> tuple[list[list[str]], float]:
        """Return each turn's words that belong to the question, and how likely the likeliest is."""
        model = onnx_model(MODELS / "reader")
        read = [model.tokens(turn) for turn in turns]
        asked = model.tokens(question).ids[:LONGEST_QUESTION]
        logits = model.run([*turn_tokens(model, turns), *asked])[2][1:]
        wanted = 1 / (1 + np.exp(-logits))
        length = sum(len(part.ids) + 1 for part in read)
        place = min(0, LONGEST_HISTORY - length)  # a long history loses its beginning
        has = set(content_words(question))  # a word in the question is not one it depends on
        likely: list[list[tuple[str, float]]] = []
        for turn, part in zip(turns, read, strict=True):
            kept = [(wanted[place + n], o) for n, o in enumerate(part.offsets) if place + n >= 0]
            words = _content_words(turn, kept)
            likely.append([(word, sure) for word, sure in words if word.lower() not in has])
            place += len(part.ids) + 1
        best = max((sure for words in likely for _, sure in words), default=0.0)
        least = _AS_WANTED * best if best >= _LEANS else 1.0
        return [[word for word, sure in words if sure >= least] for words in likely], best


def expanded(question: str, words: Sequence[str]) -> str:
    """Return a question with the words that it depends on, in the form readers take."""
    if not words:
        return question
    return f"{question.rstrip('?')} ({' '.join(words)}){'?' if question.endswith('?') else ''}"


def turn_text(answer: Answer) -> str:
    """Return a turn as readers take it: the question, and the words that answered it."""
    spans = [citation.span for citation in answer.citations if citation.span]
    return one_line(printable(" ".join([answer.question, *spans]), instead=" "))[:_LONGEST_TURN]


def _content_words(
    text: str, tokens: Sequence[tuple[FloatArray, tuple[int, int]]]
) -> Iterator[tuple[str, float]]:
    """Join the word pieces of a turn into words; yield each content word, and how likely it is."""
    judged = set(content_words(text))
    for start, end in word_ranges(text):
        pieces = [wanted for wanted, (a, b) in tokens if a < end and b > start]
        if pieces and text[start:end].lower() in judged:
            yield text[start:end], float(np.mean(pieces))
