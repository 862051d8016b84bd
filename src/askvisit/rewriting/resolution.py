"""Which words of earlier turns a question depends on: learned term classification.

The small model reads the last turns and the question, and predicts for each earlier word
whether the question depends on it (QuReTeC, Voskarides et al. 2020, arXiv:2005.11723). A question
that depends on none is self-contained.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from askvisit.onnx_model import MODELS, Floats
from askvisit.reader.onnx import LONGEST_HISTORY, LONGEST_QUESTION, onnx_model, turn_tokens
from askvisit.records import Answer, ContextTurn
from askvisit.text import content_words, one_line, printable, word_ranges

TURNS = 3
"""Earlier turns that a question may depend on, as in training."""

_LONGEST_TURN = 400
"""Characters of a turn that are read: an answer from elsewhere may be of any length."""

_WANTED = 0.5
"""Minimum probability for a word to belong to the question."""


class Resolver(Protocol):
    """Predicts what a question depends on."""

    def context(self, question: str, history: Sequence[Answer]) -> tuple[ContextTurn, ...]:
        """Return the last turns, each with its words that the question depends on.

        Nothing if it depends on none, as most questions do.
        """


class TermClassifier:
    """Classifies each word of the last turns with the bundled model, loaded when needed."""

    def __init__(self, folder: Path = MODELS / "reader") -> None:
        self._folder = folder

    def context(self, question: str, history: Sequence[Answer]) -> tuple[ContextTurn, ...]:
        """Return the last turns, each with its words that the question depends on.

        Nothing if it depends on none, as most questions do.
        """
        first = max(0, len(history) - TURNS)
        turns = [turn_text(answer) for answer in history[first:]]
        found = self._words(question, turns) if turns else []
        return tuple(
            ContextTurn(number, text, tuple(words))
            for number, (text, words) in enumerate(zip(turns, found, strict=True), first)
            if any(found)
        )

    def _words(self, question: str, turns: Sequence[str]) -> list[list[str]]:
        """Return the words of each turn that belong to the question."""
        model = onnx_model(self._folder)
        read = [model.tokens(turn) for turn in turns]
        asked = model.tokens(question).ids[:LONGEST_QUESTION]
        logits = model.run([*turn_tokens(model, turns), *asked])[2][1:]
        wanted = 1 / (1 + np.exp(-logits))
        length = sum(len(part.ids) + 1 for part in read)
        place = min(0, LONGEST_HISTORY - length)  # a long history loses its beginning
        has = set(content_words(question))  # a word in the question is not one it depends on
        found = []
        for turn, part in zip(turns, read, strict=True):
            kept = [(wanted[place + n], o) for n, o in enumerate(part.offsets) if place + n >= 0]
            words = _wanted_words(turn, kept)
            found.append([word for word in words if word.lower() not in has])
            place += len(part.ids) + 1
        return found


def expanded(question: str, words: Sequence[str]) -> str:
    """Return a question with the words that it depends on, in the form readers take."""
    if not words:
        return question
    return f"{question.rstrip('?')} ({' '.join(words)}){'?' if question.endswith('?') else ''}"


def turn_text(answer: Answer) -> str:
    """Return a turn as readers take it: the question, and the words that answered it."""
    spans = [citation.span for citation in answer.citations if citation.span]
    return one_line(printable(" ".join([answer.question, *spans]), instead=" "))[:_LONGEST_TURN]


def _wanted_words(text: str, tokens: Sequence[tuple[Floats, tuple[int, int]]]) -> Iterator[str]:
    """Join the word pieces of a turn into words, and yield the content words likely wanted."""
    judged = set(content_words(text))
    for start, end in word_ranges(text):
        pieces = [wanted for wanted, (a, b) in tokens if a < end and b > start]
        if pieces and text[start:end].lower() in judged and np.mean(pieces) >= _WANTED:
            yield text[start:end]
