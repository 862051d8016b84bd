"""The table of scores says what the scores are, of how many questions, and how sure that is."""

import pytest

from training.scoring import Prediction, score, table

PREDICTIONS = [
    Prediction("the mayor", 4.0, ("The mayor", "a mayor")),
    Prediction("old mayor", 3.0, ("mayor",)),
    Prediction("Monday", 1.0, ("Monday",)),
    Prediction("bridge", 3.5, ()),
    Prediction("bridge", 0.5, ()),
]


@pytest.mark.parametrize("threshold", [None, 2.0, 9.0])
def test_the_table_has_the_scores(threshold):
    scores = score(PREDICTIONS, threshold)
    rows = {line[:10].strip(): line[10:].split() for line in table(PREDICTIONS, "aabba", threshold)}
    for name, value, n in (
        ("EM", scores.em, "5"),
        ("F1", scores.f1, "5"),
        ("HasAns EM", scores.has_em, "3"),
        ("HasAns F1", scores.has_f1, "3"),
        ("NoAns", scores.no_answer, "2"),
        ("span F1", scores.span_f1, "3"),
    ):
        assert rows[name][:3] == [f"{value:.2f}", "n", n]
        low, high = (float(end.strip("[,]")) for end in rows[name][3:])
        assert low <= round(value, 2) <= high
    assert rows["AUROC"][0] == f"{scores.auroc:.3f}"
    assert rows["threshold"] == [f"{scores.threshold:.2f}"]


def test_what_no_question_bears_on_has_no_line():
    names = [line[:10].strip() for line in table(PREDICTIONS[:1], "a")]
    assert names == ["threshold", "EM", "F1", "HasAns EM", "HasAns F1", "span F1"]
