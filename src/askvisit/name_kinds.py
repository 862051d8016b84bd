"""Whether a name is that of a person, of a place, or of something else: learned from examples.

`name_kinds.toml` has names of news articles as they stand in their sentences. A kernel ridge
regression (Saunders and others, 1998) is fitted to them when it is first used, in closed form: on
the words around a name, its own words and its shape, and on the encoder's vector of the name by
itself. What it is not sure of is "other".
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, Protocol, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from askvisit.encoder import Encoder
from askvisit.vectors import normalise

NameKind = Literal["person", "place", "other"]

Context = tuple[str, str, str]
"""What stands before a mention in its sentence, how the name is written there, and what follows."""


class HasKind(Protocol):
    """What has a kind of name."""

    @property
    def kind(self) -> NameKind:
        """Its kind."""


Named = TypeVar("Named", bound=HasKind)

Scores = NDArray[np.float64]

_KINDS: tuple[NameKind, ...] = get_args(NameKind)
_HEADINGS: dict[NameKind, str] = {"person": "People", "place": "Places", "other": "Other names"}
_RIDGE = 0.3
_LEAST_MARGIN = 0.5
"""How far the best kind must be above the next: it is of 83 % of the examples, cross-validated."""

_MENTIONS = 20
"""Mentions of a name that are looked at."""

_WORD = re.compile(r"[\w’']+|[^\w\s]")


@dataclass(frozen=True)
class NameInContext:
    """A name in its fullest form, and its mentions."""

    name: str
    mentions: tuple[Context, ...]


@dataclass(frozen=True)
class KindClassifier:
    """A fitted classifier: the weights of features (kinds) and of the vector (dimension × kinds).

    `scale` divides the features, so that they count about as much as the vector of length 1.
    """

    encoder: Encoder
    features: Mapping[str, Scores]
    vector: Scores
    scale: float

    @classmethod
    def fit(
        cls, examples: Sequence[tuple[NameKind, NameInContext]], encoder: Encoder
    ) -> KindClassifier:
        """Fit it to names whose kind is known."""
        rows = [_features(name) for _, name in examples]
        columns = {f: n for n, f in enumerate(dict.fromkeys(f for row in rows for f in row))}
        known = np.zeros((len(rows), len(columns)))
        for n, row in enumerate(rows):
            known[n, [columns[feature] for feature in row]] = list(row.values())
        scale = float(np.sqrt((known**2).sum(axis=1).mean()))
        known /= scale
        vectors = _vectors([name for _, name in examples], encoder)
        wanted = np.array([[1.0 if kind == k else -1.0 for k in _KINDS] for kind, _ in examples])
        kernel = known @ known.T + vectors @ vectors.T + _RIDGE * np.eye(len(rows))
        weights = np.linalg.solve(kernel, wanted)
        of_features = known.T @ weights
        return cls(
            encoder,
            {feature: of_features[n] for feature, n in columns.items()},
            vectors.T @ weights,
            scale,
        )

    def scores(self, names: Sequence[NameInContext]) -> Scores:
        """Return the score of each kind, about 1 where it is that and -1 where not (names × 3)."""
        scores: Scores = _vectors(names, self.encoder) @ self.vector
        for n, name in enumerate(names):
            for feature, value in _features(name).items():
                if feature in self.features:
                    scores[n] += value / self.scale * self.features[feature]
        return scores

    def kinds(self, names: Sequence[NameInContext]) -> list[NameKind]:
        """Return the kind of each name, "other" where it is not sure."""
        return [kind if is_sure else "other" for kind, is_sure in self.judged(names)]

    def judged(self, names: Sequence[NameInContext]) -> list[tuple[NameKind, bool]]:
        """Return the likeliest kind of each name, and whether that is sure."""
        if not names:
            return []
        scores = self.scores(names)
        ordered = np.sort(scores, axis=1)
        sure = ordered[:, -1] - ordered[:, -2] >= _LEAST_MARGIN
        best = scores.argmax(axis=1)
        return [(_KINDS[k], bool(s)) for k, s in zip(best.tolist(), sure.tolist(), strict=True)]


@cache
def examples() -> tuple[tuple[str, NameKind, NameInContext], ...]:
    """Return the examples that come with askvisit: the article of each, its kind, and the name."""
    tables = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return tuple(
        (article, kind, _example(name, mentions))
        for article, kinds in tables.items()
        for kind in _KINDS
        for name, mentions in kinds.get(kind, {}).items()
    )


def by_kind(named: Iterable[Named]) -> list[tuple[str, list[Named]]]:
    """Return what has a `kind` under a heading for each kind that there is, in its order."""
    groups: dict[NameKind, list[Named]] = {kind: [] for kind in _KINDS}
    for one in named:
        groups[one.kind].append(one)
    return [(_HEADINGS[kind], group) for kind, group in groups.items() if group]


def _example(name: str, mentions: Sequence[str]) -> NameInContext:
    parts = [re.split(r"[\[\]]", mention) for mention in mentions]
    return NameInContext(name, tuple((before, form, after) for before, form, after in parts))


_fitted: dict[tuple[str, str, int], KindClassifier] = {}


def kinds(names: Sequence[NameInContext], encoder: Encoder) -> list[NameKind]:
    """Return the kind of each name by the classifier that is fitted to the examples."""
    key = encoder.name, encoder.sha256, encoder.dimension
    if key not in _fitted:
        known = [(kind, name) for _, kind, name in examples()]
        _fitted[key] = KindClassifier.fit(known, encoder)
    return _fitted[key].kinds(names)


def _vectors(names: Sequence[NameInContext], encoder: Encoder) -> Scores:
    texts = [name.name.title() if name.name.isupper() else name.name for name in names]
    return normalise(encoder.encode(texts)).astype(np.float64)


def _features(name: NameInContext) -> dict[str, float]:
    """Return the features of a name that are not 0: those of its mentions are their means."""
    found: dict[str, float] = defaultdict(float)
    own = name.name.split()
    forms = {form for _, form, _ in name.mentions}
    found[f"words {min(len(own), 4)}"] = 1.0
    found[f"first {own[0].lower()}"] = 1.0
    found[f"last {own[-1].lower()}"] = 1.0
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
