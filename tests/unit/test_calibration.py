"""What was fitted for the readers, and what people are told of it."""

from __future__ import annotations

import argparse
import json

import pytest

from askvisit.calibration import ACCURATE, FAST, LEVELS, SMALL, calibration_for
from askvisit.cli.options import add_strictness
from askvisit.errors import DataError
from askvisit.ranking import CONFIDENCE_FEATURES, RANK_FEATURES, SHARE_FEATURES

SENTENCES = "sentence-cosine"
MINE = {
    "rank": {"margin": 2.0},
    "share": {"intercept": 0.0, "margin": 1.0},
    "confidence": {"intercept": 0.0, "margin": 1.0},
    "thresholds": {"lenient": 0.1, "normal": 0.2, "strict": 0.3},
    "rates": {},
    "sha256": "0" * 64,
}


@pytest.mark.parametrize("reader", [ACCURATE, FAST, SMALL])
def test_the_weights_of_our_readers_are_fitted(reader):
    fitted = calibration_for(reader)
    # The others read in two stages, the second of which judges sentences.
    absent = {"first", "evidence"} if reader == SMALL else set()
    assert fitted.reader == reader
    assert set(fitted.rank) == set(RANK_FEATURES) - absent
    assert set(fitted.share) == {"intercept", *SHARE_FEATURES} - absent
    assert set(fitted.confidence) == {"intercept", *CONFIDENCE_FEATURES} - absent
    assert fitted.rank["margin"] > 0
    least = [fitted.thresholds[level] for level in LEVELS]
    assert 0 < least[0] < least[1] < least[2] < 1


@pytest.mark.parametrize("reader", [ACCURATE, FAST, SMALL])
def test_what_to_expect_of_our_readers_is_known_for_each_source(reader):
    fitted = calibration_for(reader)
    for source in ("news", "encyclopedia"):
        for name in ("answered", "right", "false_near", "false_far"):
            shares = [fitted.rates[level][source][name] for level in LEVELS]
            assert 1 >= shares[0] >= shares[1] >= shares[2] >= 0


def test_no_weights_are_made_up_for_another_reader():
    assert calibration_for("somebody/else") is None


def test_what_a_user_fitted_counts_before_what_comes_with_askvisit(tmp_path):
    path = tmp_path / "calibration.json"
    assert calibration_for(FAST, path) == calibration_for(FAST)
    path.write_text(json.dumps({FAST: MINE}))
    assert calibration_for(FAST, path).rank == {"margin": 2.0}
    assert calibration_for(SENTENCES, path) == calibration_for(SENTENCES)


@pytest.mark.parametrize("content", ["{", '{"fast": 7}', '{"fast": {"weights": {}}}', "\\xff"])
def test_a_users_calibration_that_cannot_be_read_is_named(tmp_path, content):
    path = tmp_path / "calibration.json"
    path.write_text(content)
    with pytest.raises(DataError) as caught:
        calibration_for(FAST, path)
    how = f"askvisit calibrate QUESTIONS.jsonl --index {tmp_path}"
    assert str(caught.value) == f"{path} is not a calibration; delete it, or run: {how}"


def test_the_help_of_strictness_says_what_to_expect():
    parser = argparse.ArgumentParser()
    add_strictness(parser)
    rates = [calibration_for(ACCURATE).rates[level]["news"] for level in LEVELS]
    given, right, falsely = (
        [round(100 * of_level[share]) for of_level in rates]
        for share in ("answered", "right", "false_near")
    )
    told = " ".join(parser.format_help().split()).partition("how sure")[2]
    assert f"lenient {given[0]} ({right[0]}), normal {given[1]} ({right[1]})" in told
    assert f"only look answerable: {', '.join(map(str, falsely))}" in told
    assert len(told) < 240
    assert parser.parse_args([]).strictness == "normal"
