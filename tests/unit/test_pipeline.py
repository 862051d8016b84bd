"""The rule for readings: how many are read, and which one is taken."""

from __future__ import annotations

import pytest
from harness.fakes import ScriptedReader, WordCounts, calibration

from askvisit import Assistant

OPENED = "When was the bridge opened?"
LIKED = "Did the mayor like it?"


class Answering(ScriptedReader):
    """A scripted reader with a script for each question; what it was not told of it refuses."""

    def __init__(self, **scripts: dict[str, float]) -> None:
        super().__init__({})
        self.scripts = {question.replace("_", " ") + "?": s for question, s in scripts.items()}

    def read(self, question, windows):
        self.script = self.scripts.get(question, {})
        return super().read(question, windows)


def assistant(folder, **scripts) -> tuple[Assistant, Answering]:
    reader = Answering(**scripts)
    return Assistant(folder, WordCounts(), reader, calibration()), reader


@pytest.fixture
def opened(small):
    one, _ = assistant(small, When_was_the_bridge_opened={"on Monday": 2.0})
    return one.ask(OPENED)


def test_a_question_that_stands_alone_is_read_once_as_typed(small, opened):
    one, reader = assistant(small)
    answer = one.ask("Who came to see the bridge?", [opened])
    assert reader.asked == [answer.reading] == ["Who came to see the bridge?"]


def test_a_certain_hole_is_never_looked_up_as_typed(small, opened):
    one, reader = assistant(small, How_long_was_it={"three years": 5.0})
    answer = one.ask("How long was it?", [opened])
    assert reader.asked == ["How long was the bridge?"]
    assert not answer.found


def test_the_first_reading_is_taken_where_it_is_sure_enough(small, opened):
    one, reader = assistant(
        small, Did_the_mayor_like_it={"mayor": 0.1}, Did_the_mayor_like_the_bridge={"band": 9.0}
    )
    answer = one.ask(LIKED, [opened])
    assert reader.asked == [answer.reading] == [LIKED]


def test_the_second_reading_is_taken_where_the_first_is_refused_and_it_is_surer(small, opened):
    one, reader = assistant(small, Did_the_mayor_like_the_bridge={"next year": 3.0})
    answer = one.ask(LIKED, [opened])
    assert reader.asked == [LIKED, "Did the mayor like the bridge?"]
    assert (answer.question, answer.reading) == (LIKED, "Did the mayor like the bridge?")
    assert answer.citations[0].span == "next year"


def test_the_first_reading_is_told_where_both_are_refused(small, opened):
    one, _ = assistant(small, Did_the_mayor_like_it={"mayor": -1.0})
    answer = one.ask(LIKED, [opened])
    assert not answer.found
    assert answer.reading == LIKED
    assert answer.confidence == pytest.approx(0.2689, abs=1e-4)


@pytest.mark.parametrize("strictness", [0.0, 0.3, 0.999, 1.0])
def test_strictness_moves_neither_the_reading_nor_the_confidence(small, opened, strictness):
    one, reader = assistant(
        small,
        Did_the_mayor_like_it={"mayor": -1.0},
        Did_the_mayor_like_the_bridge={"next year": 3.0},
    )
    answer = one.ask(LIKED, [opened], min_confidence=strictness)
    assert answer.reading == "Did the mayor like the bridge?"
    assert answer.confidence == pytest.approx(0.9526, abs=1e-4)
    assert len(reader.asked) == 2
