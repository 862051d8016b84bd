"""Cosines on one scale."""

from __future__ import annotations

import numpy as np
import pytest

from askvisit import encoder as encoders
from askvisit.requests.intents import CLASSIFIER, plain
from askvisit.similarity import UNRELATED, similarity, unrelated
from askvisit.vectors import normalise

APART = "When was the bridge opened?", "The mayor bought a herring."
ALIKE = "When was the bridge opened?", "The mayor opened the bridge in May."


class Narrow:
    """The bundled encoder, whose cosines are squeezed between 0.7 and 1 as E5's are."""

    name, sha256, dimension = "narrow", "7" * 64, 385

    def encode_query(self, texts):
        vectors = normalise(encoders.load().encode_query(texts))
        return np.hstack([np.full((len(vectors), 1), 0.7**0.5), 0.3**0.5 * vectors]).astype("f4")

    encode_document = encode_query


NARROW = Narrow()


def cosine(pair, encoder) -> float:
    asked, text = normalise(encoder.encode_query(pair))
    return float(asked @ text)


def test_what_is_known_of_the_default_encoder_is_so():
    assert unrelated(encoders.load()) == pytest.approx(UNRELATED, abs=1e-4)
    assert similarity(0.3, encoders.load()) == 0.3


@pytest.mark.parametrize("pair", [APART, ALIKE])
def test_an_encoder_whose_cosines_are_all_high_says_the_same(pair):
    wide, narrow = cosine(pair, encoders.load()), cosine(pair, NARROW)
    assert narrow > 0.7
    assert similarity(narrow, NARROW) == pytest.approx(wide, abs=1e-3)


def test_intents_are_told_apart_by_it_just_as_well():
    messages = ["the reporter of this story is whom?", "sum this thing up", "what a lovely bridge"]
    for message in map(plain, messages):
        ours, theirs = (CLASSIFIER.scores(message, e) for e in (encoders.load(), NARROW))
        assert theirs == pytest.approx(ours, abs=0.01)
