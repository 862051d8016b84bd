"""Fitting the calibration: pages of a SQuAD file are asked, the weights follow from the answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from harness.fakes import WordCounts

from askvisit.calibration import Calibration
from askvisit.records import Span
from askvisit.training import calibrate
from askvisit.training.asking import Asked, ask_pages
from askvisit.training.calibrate import calibration_error, fit, judge, rates, report

TOWNS = ("Lund", "Moss", "Nora", "Oslo")


class Knowing:
    """A reader that knows the answers, but is sure of a wrong sentence in every fifth question.

    It marks the sentence that holds the last word of the question.
    """

    name = "knowing"
    sha256 = "7" * 64

    def read(self, question, windows):
        number, wanted = int(question.split()[1]), question.rstrip("?").split()[-1]
        sentences = dict.fromkeys(s for w in windows for s in w.sentences)
        fooled = number % 5 == 0
        return [
            Span(s, None, None, 4.0 if (wanted in s.text) != fooled else -2.0 - n, 0.0)
            for n, s in enumerate(sentences)
        ]


def squad(path: Path) -> Path:
    """Write an article a town: a paragraph of two sentences a year, one of which is asked for."""
    documents = []
    for town in TOWNS:
        paragraphs = []
        for n in range(12):
            wanted = f"{town}{n}"
            context = f"The mayor of the town opened a bridge by {wanted}. It rained on that day."
            here = {"answer_start": context.index(wanted), "text": wanted}
            paragraphs.append(
                {
                    "context": context,
                    "qas": [
                        {"id": f"{wanted}", "question": f"Question {n} of {wanted}?",
                         "answers": [here]},
                        {"id": f"{wanted}-no", "question": f"Question {n} of Nowhere{n}?",
                         "answers": [], "is_impossible": True},
                    ],
                }
            )  # fmt: skip
        documents.append({"title": town, "paragraphs": paragraphs})
    path.write_text(json.dumps({"data": documents}))
    return path


@pytest.fixture(scope="module")
def asked(tmp_path_factory) -> list[Asked]:
    data = squad(tmp_path_factory.mktemp("squad") / "towns.json")
    return ask_pages(data, Knowing(), WordCounts(), 96, builder=WordCounts())


def test_pages_are_asked_their_own_questions_and_those_of_others(asked):
    assert len(asked) == 96 + 24
    assert sum(a.far for a in asked) == 24
    assert {a.article for a in asked} == {0, 1, 2, 3}
    for a in asked:
        wanted = a.evidence.question.rstrip("?").split()[-1]
        answers = [
            n for n, span in enumerate(a.spans) if wanted in span.sentence.text.split(".")[0]
        ]
        if a.far or wanted.startswith("Nowhere"):
            assert a.gold == ()
        else:
            assert list(a.gold) == answers


def test_a_reader_that_is_right_is_trusted(asked):
    fitted = fit(asked, "knowing")
    assert fitted.rank["margin"] > 0
    assert fitted.confidence["margin"] > 0
    assert fitted.thresholds["lenient"] <= fitted.thresholds["normal"]
    assert fitted.thresholds["normal"] <= fitted.thresholds["strict"]


def test_every_question_is_judged_once_by_a_fit_to_other_articles(asked):
    judged = judge(asked, "knowing")
    assert sorted(id(j.asked) for j in judged) == sorted(id(a) for a in asked)
    for j in judged:
        fooled = int(j.asked.evidence.question.split()[1]) % 5 == 0
        assert j.right <= bool(j.asked.gold)
        assert j.right or fooled or not j.asked.gold
    figures = report(judged)
    assert figures["questions"] == 120
    assert figures["ranked_first"] >= 0.75


def test_stricter_levels_answer_less(asked):
    shares = rates(judge(asked, "knowing"))
    for name in ("answered", "right", "false_near", "false_far"):
        told = [shares[level][name] for level in ("lenient", "normal", "strict")]
        assert told == sorted(told, reverse=True)
    assert shares["lenient"]["answered"] > 0.9


def test_the_calibration_error_is_the_gap_between_sureness_and_truth():
    assert calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(
        0.25 * 0 + 0.375
    )
    assert calibration_error([1.0, 1.0], [True, True]) == 0
    assert calibration_error([0.9] * 10, [False] * 10) == pytest.approx(0.9)


def test_what_was_fitted_names_the_weights_of_the_reader(asked, tmp_path, monkeypatch):
    monkeypatch.setattr(calibrate, "ask_pages", lambda *_: asked)
    monkeypatch.setattr(calibrate.readers, "load", lambda *_: Knowing())
    out = tmp_path / "calibration.json"
    out.write_text('{"another": {"rank": {}}}')
    assert calibrate.main(["none.json", "--out", str(out)]) == 0
    fitted = json.loads(out.read_text())
    assert list(fitted) == ["another", "knowing"]
    assert Calibration(reader="knowing", **fitted["knowing"]).sha256 == Knowing.sha256
