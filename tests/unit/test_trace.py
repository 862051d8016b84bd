"""How a question was answered: what a trace holds, and that asking for one changes nothing."""

from __future__ import annotations

import pytest
from harness.fakes import ScriptedReader, ScriptedResolver, WordCounts, calibration

from askvisit import Answer, Assistant
from askvisit.errors import QuestionError, UnknownArticleError
from askvisit.trace import STAGES

MAYOR = "When did the mayor open the bridge?"


@pytest.fixture
def scripted(small) -> Assistant:
    script = {"on Monday": 2.0, "three years": 0.5}
    resolver = ScriptedResolver({"Why?": ["bridge"]})
    return Assistant(small, WordCounts(), ScriptedReader(script), calibration(), resolver)


def test_the_answer_is_the_one_that_ask_gives(scripted):
    for question in (MAYOR, "What did it cost?", "?!", "Zebra"):
        assert scripted.explain(question).answer == scripted.ask(question)
    guessed = scripted.explain("Zebra", min_confidence=0)
    assert guessed.answer == scripted.ask("Zebra", min_confidence=0)
    assert guessed.min_confidence == 0


def test_each_passage_has_its_scores_and_the_best_sentence_in_it(scripted):
    trace = scripted.explain(MAYOR)
    (reading,) = trace.readings
    assert (reading.question, reading.taken) == (MAYOR, True)
    assert reading.confidence == trace.answer.confidence
    found = [(hit.article_id, hit.start, hit.fused) for hit in scripted.search(MAYOR, k=50)]
    assert [(r.hit.article_id, r.hit.start, r.hit.fused) for r in reading.passages] == found
    best = reading.passages[0].candidate
    assert best.span.sentence.start == trace.answer.citations[0].start
    assert (best.span.score, best.span.null_score) == (2.0, 0.0)
    for row in reading.passages:
        sentence = row.candidate.span.sentence
        assert row.hit.article_id == sentence.article_id
        assert row.hit.start <= sentence.start < row.hit.end


def test_the_seconds_of_the_stages_are_those_of_the_whole_question(scripted):
    trace = scripted.explain(MAYOR)
    assert tuple(trace.seconds) == STAGES
    assert all(seconds >= 0 for seconds in trace.seconds.values())
    assert trace.seconds["search"] > 0


def test_a_follow_up_shows_the_readings_that_were_looked_up(scripted):
    first = scripted.ask(MAYOR)
    trace = scripted.explain("Why?", [first])
    assert [r.question for r in trace.readings] == [trace.answer.reading] == ["Why? — bridge"]
    assert trace.readings[0].taken
    assert trace.answer.context[0].words == ("bridge",)
    assert trace.answer == scripted.ask("Why?", [first])


def test_of_each_article_the_readings_that_answer_are_taken(scripted):
    trace = scripted.explain(MAYOR, each=True)
    assert trace.answer.groups
    cited = {c.article_id for c in trace.answer.citations}
    joint, *alone = trace.readings
    read = {one.passages[0].hit.article_id: one.taken for one in alone}
    assert joint.taken
    assert read.keys() >= cited
    assert {article for article, taken in read.items() if taken} == cited


def test_what_cannot_be_read_was_not_looked_up(scripted):
    trace = scripted.explain("?!")
    assert trace.readings == ()
    assert trace.answer.kind == "not_found"


def test_restrictions_and_errors_are_those_of_ask(scripted):
    trace = scripted.explain(MAYOR, articles=["tariffs.txt"])
    assert {row.hit.article_id for row in trace.readings[0].passages} == {"tariffs.txt"}
    with pytest.raises(UnknownArticleError):
        scripted.explain(MAYOR, articles=["none.txt"])
    with pytest.raises(QuestionError):
        scripted.explain(" ")


def test_two_people_are_not_mixed_up(scripted):
    from concurrent.futures import ThreadPoolExecutor

    questions = [MAYOR, "Which tariff rose?"] * 8
    with ThreadPoolExecutor(8) as pool:
        traces = list(pool.map(scripted.explain, questions))
    for question, trace in zip(questions, traces, strict=True):
        assert [r.question for r in trace.readings] == [question]
        assert isinstance(trace.answer, Answer)
