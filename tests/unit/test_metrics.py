"""Measures, by hand."""

from __future__ import annotations

import pytest

from askvisit.metrics import auroc, token_f1


@pytest.mark.parametrize(
    ("positives", "negatives", "area"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1.0),
        ([0.1], [0.9], 0.0),
        ([0.5], [0.5], 0.5),
        ([0.9, 0.3], [0.5, 0.1], 0.75),
        ([0.9, 0.5], [0.5], 0.75),
        ([1.0, 1.0], [1.0], 0.5),
        ([], [0.5], None),
        ([0.5], [], None),
    ],
)
def test_auroc(positives, negatives, area):
    assert auroc(positives, negatives) == area


@pytest.mark.parametrize(
    ("words", "gold", "value"),
    [
        ("2009", "2009", 1.0),
        ("in 2009", "2009", 2 / 3),
        ("the Bridge.", "a bridge", 1.0),
        ("Kim’s father", "Kims father", 1.0),
        ("Monday", "Tuesday", 0.0),
        ("the", "a", 1.0),
        ("the", "bridge", 0.0),
        ("two two", "two", 2 / 3),
        ("14 years", "first time in 14 years", 4 / 7),
    ],
)
def test_token_f1(words, gold, value):
    assert token_f1(words, [gold]) == pytest.approx(value)


def test_f1_is_that_of_squad():
    assert token_f1("the late Kim Jong Il", ["Kim Jong Il"]) == pytest.approx(2 * 3 / (4 + 3))
    assert token_f1("in 2009", ["2009", "the year 2009"]) == pytest.approx(2 / 3)
    assert token_f1("Oslo", ["Lund"]) == 0
