"""Classify names as a person, a place, or something else, as learned from examples.

A ridge regression on the words around a name and its own shape, and on the encoder's vector of the
name alone. `training.name_kinds` fits it and documents how. Uncertain names are "other".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from askvisit import encoder as encoders
from askvisit.text import PREPOSITIONS
from askvisit.vectors import normalise

NameKind = Literal["person", "place", "other"]

Context = tuple[str, str, str]
"""The text before a mention in its sentence, the name as written there, and the text after."""


Scores = NDArray[np.float64]

KINDS: tuple[NameKind, ...] = get_args(NameKind)
FITTED = Path(__file__).with_suffix(".npz")
LEAST_MARGIN = 0.7
"""Minimum margin of the best kind over the next."""

_PLACES = frozenset("UK US USA UAE DC".split())
"""Places that are mostly called by their initials."""

_MENTIONS = 20
"""Maximum mentions of a name to use."""

_WORD = re.compile(r"[\w’']+|[^\w\s]")


@dataclass(frozen=True)
class NameInContext:
    """A name in its fullest form, and its mentions."""

    name: str
    mentions: tuple[Context, ...]


@dataclass(frozen=True)
class KindClassifier:
    """The weights of features (each 2 × kinds) and of the vector (2 × dimension × kinds).

    The first of the 2 are for one-word names, the second for longer ones.
    """

    features: Mapping[str, Scores]
    vector: Scores

    @classmethod
    def load(cls, path: Path = FITTED) -> KindClassifier:
        """Load saved weights from a file."""
        with np.load(path) as arrays:
            names, weights = arrays["names"].tolist(), arrays["features"].astype(np.float64)
            vector = arrays["vector"].astype(np.float64)
        return cls(dict(zip(names, weights, strict=True)), vector)

    def scores(self, names: Sequence[NameInContext], vectors: Scores) -> Scores:
        """Return the score of each kind, about 1 if it is that kind and -1 if not (names × 3).

        vectors: those of the names, as returned by `vectors`.
        """
        scores = np.zeros((len(names), len(KINDS)))
        for n, name in enumerate(names):
            length = is_long(name)
            scores[n] = vectors[n] @ self.vector[length]
            for feature, value in features(name).items():
                if feature in self.features:
                    scores[n] += value * self.features[feature][length]
        return scores

    def judged(
        self, names: Sequence[NameInContext], vectors: Scores, margin: float = LEAST_MARGIN
    ) -> list[tuple[NameKind, bool]]:
        """Return the likeliest kind of each name, and whether it is certain."""
        if not names:
            return []
        scores = self.scores(names, vectors)
        ordered = np.sort(scores, axis=1)
        sure = ordered[:, -1] - ordered[:, -2] >= margin
        best = scores.argmax(axis=1).tolist()
        return [
            (KINDS[kind], bool(is_sure) and not is_code(name))
            for kind, is_sure, name in zip(best, sure, names, strict=True)
        ]


def kinds(names: Sequence[NameInContext], margin: float = LEAST_MARGIN) -> list[NameKind]:
    """Return the kind of each name, using the bundled weights."""
    judged = _fitted().judged(names, vectors(names), margin)
    return [kind if is_sure else "other" for kind, is_sure in judged]


_fitted = cache(KindClassifier.load)


def vectors(names: Sequence[NameInContext]) -> Scores:
    """Return the bundled encoder's vector of each name alone (names × dimension)."""
    texts = [name.name.title() if name.name.isupper() else name.name for name in names]
    return normalise(encoders.load().encode_query(texts)).astype(np.float64)


def is_code(name: NameInContext) -> bool:
    """Return whether a name is initials or has a digit: "NATO", "MEPs", "H5N1", "USB-C".

    These occur where places do, but hardly ever are any. A town in capitals opens a report, which
    its sentence does not go on from: "OSLO – ", but "NATO met".
    """
    plain = name.name.replace(".", "")
    if is_long(name) or plain in _PLACES:
        return False
    in_sentence = any(b.strip() or re.match(r"\s+[a-z]", after) for b, _, after in name.mentions)
    capitals = plain.removesuffix("s").isupper() and in_sentence
    return capitals or any(character.isdigit() for character in plain)


def is_long(name: NameInContext) -> int:
    """Return 1 for a name of several words, else 0."""
    return int(" " in name.name)


def features(name: NameInContext) -> dict[str, float]:
    """Return a name's non-zero features; those of its mentions are averaged."""
    found: dict[str, float] = defaultdict(float)
    own = name.name.split()
    forms = {form for _, form, _ in name.mentions}
    found[f"words {min(len(own), 4)}"] = 1.0
    for length in (2, 3):
        found[f"ends {own[-1].lower()[-length:]}"] += 0.5
    found[f"forms {min(len(forms), 3)}"] = 1.0
    if name.name.isupper():
        found["capitals"] = 1.0
    if len(own) > 1 and any(" " not in form for form in forms):
        found["short form"] = 1.0
    mentions = name.mentions[:_MENTIONS]
    for before, _, after in mentions:
        left = ["^", "^", *_WORD.findall(before)][-2:]
        right = [*_WORD.findall(after), "$", "$"][:2]
        if left[1][0].isupper():
            found["behind a capital"] += 1 / len(mentions)
        if left[1].lower() in PREPOSITIONS:
            found["behind a preposition"] += 1 / len(mentions)
        (further, near), (next_, last) = map(_plain, left), map(_plain, right)
        for feature, value in (
            *((f"before {near}", 1.0), (f"before {further} …", 0.5)),
            *((f"before {further} {near}", 0.5), (f"after {next_}", 1.0)),
            *((f"after … {last}", 0.5), (f"after {next_} {last}", 0.5)),
        ):
            found[feature] += value / len(mentions)
    return found


def _plain(word: str) -> str:
    return "#" if word[0].isdigit() else word.lower()
