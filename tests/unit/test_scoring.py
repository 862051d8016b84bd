"""The table of scores says what the scores are, of how many questions, and how sure that is."""

import pytest

from training.scoring import Prediction, best_threshold, table

PREDICTIONS = [
    Prediction("the mayor", 4.0, ("The mayor", "a mayor")),
    Prediction("old mayor", 3.0, ("mayor",)),
    Prediction("Monday", 1.0, ("Monday",)),
    Prediction("bridge", 3.5, ()),
    Prediction("bridge", 0.5, ()),
]


@pytest.mark.parametrize(
    ("threshold", "least", "scores"),
    [
        (None, "0.75", "60.00 73.33 66.67 88.89 50.00"),
        (2.0, "2.00", "40.00 53.33 33.33 55.56 50.00"),
        (9.0, "9.00", "40.00 40.00 0.00 0.00 100.00"),
    ],
)
def test_the_table_has_the_scores(threshold, least, scores):
    rows = {line[:10].strip(): line[10:].split() for line in table(PREDICTIONS, "aabba", threshold)}
    assert rows.pop("threshold") == [least]
    values = dict(zip(rows, [*scores.split(), "88.89", "0.667"], strict=True))
    counts = dict(zip(rows, "5 5 3 3 2 3 5".split(), strict=True))
    assert list(rows) == ["EM", "F1", "HasAns EM", "HasAns F1", "NoAns", "span F1", "AUROC"]
    for name, (value, n, count, *interval) in rows.items():
        assert (value, n, count) == (values[name], "n", counts[name])
        low, high = (float(end.strip("[,]")) for end in interval)
        assert low <= float(value) <= high


def test_of_thresholds_as_good_the_highest_is_taken():
    margins = [5.0, 3.0, 2.0, 1.0, -4.0]
    asked = [Prediction("x", m, ("x",) if m not in (2.0, -4.0) else ()) for m in margins]
    # below 2..3: 1 + 2/3 + 1 + 0 + 1 of the F1; below -4..1: 1 + 2/3 + 0 + 1 + 1, the same
    assert 2 < best_threshold(asked, [100.0, 200 / 3, 100.0, 100.0, 100.0]) < 3


def test_what_no_question_bears_on_has_no_line():
    names = [line[:10].strip() for line in table(PREDICTIONS[:1], "a")]
    assert names == ["threshold", "EM", "F1", "HasAns EM", "HasAns F1", "span F1"]
