"""What was fitted for the readers, and what people are told of it."""

from __future__ import annotations

import argparse

import pytest

from askvisit.calibration import BUNDLED, LEVELS, add_strictness, calibration_for
from askvisit.ranking import CONFIDENCE_FEATURES, RANK_FEATURES


@pytest.mark.parametrize("reader", [BUNDLED, "sentence-cosine"])
def test_the_weights_of_our_readers_are_fitted(reader):
    fitted = calibration_for(reader)
    assert fitted.reader == reader
    assert set(fitted.rank) == set(RANK_FEATURES)
    assert set(fitted.confidence) == {"intercept", *CONFIDENCE_FEATURES}
    assert fitted.rank["margin"] > 0
    least = [fitted.thresholds[level] for level in LEVELS]
    assert 0 < least[0] < least[1] < least[2] < 1
    for name in ("answered", "right", "false_near", "false_far"):
        shares = [fitted.rates[level][name] for level in LEVELS]
        assert 1 >= shares[0] >= shares[1] >= shares[2] >= 0


def test_no_weights_are_made_up_for_another_reader():
    assert calibration_for("somebody/else") is None


def test_the_help_of_strictness_says_what_to_expect():
    parser = argparse.ArgumentParser()
    add_strictness(parser)
    rates = calibration_for(BUNDLED).rates["normal"]
    told = f"normal: {round(100 * rates['answered'])} answered"
    assert told in " ".join(parser.format_help().split())
    assert parser.parse_args([]).strictness == "normal"
