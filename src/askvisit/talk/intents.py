"""The intent of a message, learned from the encoder's vectors of a few examples each.

A TOML file has about ten examples of each intent, and `questions`: the most similar messages that
have none. `NearestIntent` requires an example to be nearer than all of those by a margin.
`LearnedIntent` fits a classifier on first use, which separates intents whose examples are similar
("who wrote it", "when was it written"). The thresholds of both are tuned on questions that have no
intent.
"""

from __future__ import annotations

import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from askvisit.encoder import Encoder
from askvisit.talk.wording import words
from askvisit.vectors import FloatArray, normalise

Weights = NDArray[np.float64]

_Identity = tuple[str, str, int]
"""Identifies an encoder: equal ones share the cached vectors of the examples."""


class Intents:
    """The intents of a file with their examples."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def tables(self) -> dict[str, dict[str, Any]]:
        """The table of each intent, by its name."""
        return {name: table for name, table in self._file.items() if name != "questions"}

    @cached_property
    def examples(self) -> dict[str, str]:
        """The intent of each example; examples are normalised by `plain`."""
        return {plain(e): name for name, table in self.tables.items() for e in table["examples"]}

    @cached_property
    def questions(self) -> list[str]:
        """Messages with none of the intents, normalised by `plain`."""
        return [plain(question) for question in self._file["questions"]]

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The words of the examples."""
        return frozenset(word for example in self.examples for word in example.split())

    @cached_property
    def _file(self) -> dict[str, Any]:
        return tomllib.loads(self._path.read_text("utf-8"))


class NearestIntent:
    """The intent of the nearest example, if it is nearer than any question by a margin."""

    def __init__(self, intents: Intents, *, least: float, margin: float) -> None:
        """Take the limits: the least cosine to an example, and the margin."""
        self._intents = intents
        self._least = least
        self._margin = margin
        self._encoded: dict[_Identity, tuple[FloatArray, FloatArray]] = {}

    def of(self, message: str, encoder: Encoder) -> str | None:
        """Return the intent of a message normalised by `plain`; None if it has none."""
        return self._intents.examples.get(message) or self._nearest(message, encoder)

    def _nearest(self, message: str, encoder: Encoder) -> str | None:
        vector = normalise(encoder.encode([message]))[0]
        examples, questions = self._vectors(encoder)
        likeness: NDArray[np.float32] = examples @ vector
        near = float(likeness.max())
        if near < self._least or near - float((questions @ vector).max()) < self._margin:
            return None
        return list(self._intents.examples.values())[int(likeness.argmax())]

    def _vectors(self, encoder: Encoder) -> tuple[FloatArray, FloatArray]:
        """Return the vectors of the examples and of the questions, in order."""
        key = _identity(encoder)
        if key not in self._encoded:
            texts = list(self._intents.examples), self._intents.questions
            examples, questions = (normalise(encoder.encode(some)) for some in texts)
            self._encoded[key] = examples, questions
        return self._encoded[key]


class LearnedIntent:
    """The intent according to kernel ridge regression (Saunders and others, 1998).

    It is fitted to the examples' vectors in closed form, which takes a few milliseconds for two
    hundred. A message has the highest-scoring intent if its score reaches `least`.
    """

    _SHARPNESS = 2.0  # of the Gaussian kernel on unit vectors
    _RIDGE = 0.3

    def __init__(self, intents: Intents, *, least: float) -> None:
        self._intents = intents
        self._least = least
        self._fitted: dict[_Identity, tuple[FloatArray, Weights]] = {}

    def of(self, message: str, encoder: Encoder) -> str | None:
        """Return the intent of a message normalised by `plain`; None if it has none."""
        if message in self._intents.examples:
            return self._intents.examples[message]
        if message in self._intents.questions:
            return None
        scores = self.scores(message, encoder)
        best = max(scores, key=scores.__getitem__)
        return best if scores[best] >= self._least else None

    def fit(self, encoder: Encoder) -> None:
        """Fit now, so that the first message does not have to wait."""
        self._fit(encoder)

    def scores(self, message: str, encoder: Encoder) -> dict[str, float]:
        """Return the score of each intent: about 1 for its examples, about 0 for all others."""
        known, weights = self._fit(encoder)
        vector = normalise(encoder.encode([message]))[0]
        scores = self._kernel(vector[np.newaxis], known)[0] @ weights
        return dict(zip(self._intents.tables, scores.tolist(), strict=True))

    def _fit(self, encoder: Encoder) -> tuple[FloatArray, Weights]:
        """Return the vectors of examples and questions, and the weights (vectors × intents)."""
        key = _identity(encoder)
        if key not in self._fitted:
            examples, names = self._intents.examples, list(self._intents.tables)
            known = normalise(encoder.encode([*examples, *self._intents.questions]))
            wanted = np.zeros((len(known), len(names)))
            for row, intent in enumerate(examples.values()):
                wanted[row, names.index(intent)] = 1.0
            kernel = self._kernel(known, known) + self._RIDGE * np.eye(len(known))
            weights: Weights = np.linalg.solve(kernel, wanted).astype(np.float64)
            self._fitted[key] = known, weights
        return self._fitted[key]

    def _kernel(self, one: FloatArray, other: FloatArray) -> Weights:
        cosines = (one @ other.T).astype(np.float64)
        kernel: Weights = np.exp(self._SHARPNESS * (cosines - 1.0))
        return kernel


def _identity(encoder: Encoder) -> _Identity:
    return encoder.name, encoder.sha256, encoder.dimension


def plain(text: str) -> str:
    """Normalise a text for comparison: lower case, no punctuation, written out."""
    return " ".join(word.word for word in words(text))
