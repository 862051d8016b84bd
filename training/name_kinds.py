"""Tell people, places and other names apart: ``python -m training.name_kinds`` fits the weights.

``name_kinds.toml`` has names from news articles as they appear in their sentences. A kernel ridge
regression (Saunders and others, 1998) is fitted to them in closed form. Names of one word and
longer ones share half of their weights (Daume, 2007). Articles introduce people in full, and yet
some names are only ever written short: each long name counts once more, shortened. The people in
the articles are invented, many places are not: so that fame gives nothing away, half of a person's
weight goes to a copy with a public figure's name. The predictions for the names of all training
articles, if very sure, are then fitted to with little weight, because those names occur with many
more words (Yarowsky, 1995).
"""

from __future__ import annotations

import argparse
import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from askvisit.encoder import DEFAULT_SHA256
from askvisit.name_kinds import (
    FITTED,
    KINDS,
    KindClassifier,
    NameInContext,
    NameKind,
    features,
    is_long,
    vectors,
)
from askvisit.names import in_sentences, of_article
from askvisit.passages import sentences
from askvisit.records import Article
from training.editions import Edition, read_editions

EXAMPLES = Path(__file__).with_suffix(".toml")
ARTICLES = Path(__file__).parents[1] / "data" / "news" / "train.jsonl.gz"

_RIDGE = 1.0
_LEAST_NAMES = 3
"""Minimum names with a feature, including copies with public figures' names."""

_EDITIONS = 412
"""How many editions are fitted to, from the start of the file. With all 636 the recall of places
fell from 0.79 to 0.77 on names of the dev part (n 86)."""

_TOLD_MARGIN = 0.8
_TOLD_WEIGHT = 0.1
"""How sure a prediction must be to be fitted to, and its weight relative to a labelled name."""

_SURNAME_AT = {"public_figures": -1, "surname_first": 0}
"""Lists of well-known people, and which word of a name is the surname."""

Example = tuple[NameKind, NameInContext]


@cache
def examples() -> tuple[tuple[str, NameKind, NameInContext], ...]:
    """Return the labelled names: the article of each, its kind, and the name."""
    return tuple(
        (article, kind, _example(name, mentions))
        for article, kinds in _read().items()
        if article not in _SURNAME_AT
        for kind in KINDS
        for name, mentions in kinds.get(kind, {}).items()
    )


@dataclass(frozen=True)
class PublicFigure:
    """A well-known person."""

    name: str
    surname: str


def public_figures() -> tuple[PublicFigure, ...]:
    """Return well-known people."""
    return tuple(
        PublicFigure(name, name.split()[at])
        for names, at in _SURNAME_AT.items()
        for name in _read()[names]
    )


@cache
def unlabelled() -> tuple[NameInContext, ...]:
    """Return the names in first editions of training articles that have no labelled names."""
    labelled = {article for article, _, _ in examples()}
    return tuple(
        in_sentences(name.mentions)
        for e in _first_editions()
        if e.story not in labelled
        for name in of_article(sentences(Article(e.id, e.title, e.text)))
    )


@cache
def _first_editions() -> tuple[Edition, ...]:
    return tuple(e for e in read_editions(ARTICLES)[:_EDITIONS] if e.id.endswith("-a"))


def fit(
    known: Sequence[Example], others: Sequence[NameInContext], figures: Sequence[PublicFigure] = ()
) -> KindClassifier:
    """Fit a classifier to names of known kind, and to `others` as it then classifies them.

    figures: people whose names are given to copies of people, which count half, as the originals
    then do.
    """
    given = cycle(figures)
    rows: list[_Row] = []
    for kind, name in known:
        if figures and kind == "person" and is_long(name):
            figure = next(given)
            copy = renamed(name, figure)
            rows += [
                _Row(kind, name, 0.5, shortened(kind, name)),
                _Row(kind, copy, 0.5, written_as(copy, figure.surname)),
            ]
        else:
            rows.append(_Row(kind, name, 1.0, shortened(kind, name)))
    first = _ridge(rows)
    told = zip(others, first.judged(others, remembered(others), _TOLD_MARGIN), strict=True)
    sure = [(kind, name) for name, (kind, is_sure) in told if is_sure]
    return _ridge([*rows, *(_Row(k, name, _TOLD_WEIGHT, shortened(k, name)) for k, name in sure)])


def renamed(person: NameInContext, figure: PublicFigure) -> NameInContext:
    """Return a person with a figure's name, or the surname where the old name was short."""
    mentions = (
        (before, figure.name if form == person.name else figure.surname, after)
        for before, form, after in person.mentions
    )
    return NameInContext(figure.name, tuple(mentions))


def shortened(kind: NameKind, name: NameInContext) -> NameInContext:
    """Return a name as if only its last word were used (of "other" names, the first)."""
    return written_as(name, name.name.split()[0 if kind == "other" else -1])


def written_as(name: NameInContext, form: str) -> NameInContext:
    """Return a name as if all its mentions had one form."""
    return NameInContext(form, tuple((before, form, after) for before, _, after in name.mentions))


def remembered(names: Iterable[NameInContext]) -> NDArray[np.float64]:
    """Return the vectors of names; each is encoded once per process."""
    return np.array([_vector(name.name) for name in names])


def fitted_to() -> str:
    """Return the hash of examples, articles and encoder."""
    texts = "".join(edition.text for edition in _first_editions())
    data = EXAMPLES.read_bytes() + (texts + DEFAULT_SHA256).encode()
    return hashlib.sha256(data).hexdigest()


class _Row(NamedTuple):
    """A name to fit to: its kind, its weight, and the name in its short form."""

    kind: NameKind
    name: NameInContext
    weight: float
    short: NameInContext


def _ridge(examples: Sequence[_Row]) -> KindClassifier:
    """Fit a classifier to names, and to the short forms of the long ones."""
    copies = [row._replace(name=row.short) for row in examples if is_long(row.name)]
    rows = [*examples, *copies]
    found = [features(row.name) for row in rows]
    having = Counter(feature for row in found[: len(examples)] for feature in row)
    columns = {f: n for n, f in enumerate(f for f in having if having[f] >= _LEAST_NAMES)}
    known = np.zeros((len(rows), len(columns)), dtype=np.float32)  # rows × features
    for n, row in enumerate(found):
        for feature in row.keys() & columns.keys():
            known[n, columns[feature]] = row[feature]
    scale = np.sqrt((known**2).sum(axis=1).mean())  # makes them about as long as the vector
    known = np.hstack([known / scale, remembered(row.name for row in rows)])
    long = np.array([is_long(row.name) for row in rows])
    wanted = np.array([[1.0 if row.kind == k else -1.0 for k in KINDS] for row in rows])
    kernel = (known @ known.T) * (1 + (long[:, None] == long))
    kernel += np.diag([_RIDGE / row.weight for row in rows])
    solved = np.linalg.solve(kernel, wanted)
    weights = np.stack([known.T @ (solved * (1 + (long == n))[:, None]) for n in (0, 1)])
    of_features = weights[:, : len(columns)] / scale
    return KindClassifier(
        {feature: of_features[:, n] for feature, n in columns.items()}, weights[:, len(columns) :]
    )


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(EXAMPLES.read_text("utf-8"))


@cache
def _vector(name: str) -> NDArray[np.float64]:
    vector: NDArray[np.float64] = vectors([NameInContext(name, ())])[0]
    return vector


def _example(name: str, mentions: Sequence[str]) -> NameInContext:
    parts = [re.split(r"[\[\]]", mention) for mention in mentions]
    return NameInContext(name, tuple((before, form, after) for before, form, after in parts))


def save(fitted: KindClassifier, path: Path) -> None:
    """Save weights, and a hash of what they were fitted to."""
    np.savez_compressed(
        path,
        names=np.array(list(fitted.features)),
        features=np.array(list(fitted.features.values()), dtype=np.float16),
        vector=fitted.vector.astype(np.float16),
        fitted_to=np.array(fitted_to()),
    )


def main() -> None:
    """Fit and save the weights."""
    argparse.ArgumentParser(prog="python -m training.name_kinds", description=__doc__).parse_args()
    known = [(kind, name) for _, kind, name in examples()]
    fitted = fit(known, unlabelled(), public_figures())
    save(fitted, FITTED)


if __name__ == "__main__":
    main()
