"""Reading plain texts, without an index."""

from __future__ import annotations

import pytest
from harness.fakes import BRIDGE, ROOT, TARIFFS, VISIT, ScriptedReader, WordCounts, calibration

import askvisit
from askvisit import reading, retriever
from askvisit.errors import ModelError, QuestionError
from askvisit.index import open_index
from askvisit.records import Article
from askvisit.retriever import Retriever

MAYOR = "When did the mayor open the bridge?"


@pytest.fixture
def fakes(monkeypatch):
    monkeypatch.setattr(reading.encoders, "load", WordCounts)
    monkeypatch.setattr(reading, "fitted_for", lambda _: calibration())


def test_texts_are_read_and_quoted_where_they_answer(fakes):
    reader = ScriptedReader({"on Monday": 2.0, "nine percent": -3.0})
    found = askvisit.read(MAYOR, [TARIFFS, BRIDGE], reader=reader)
    (first,) = found.quoted
    assert (first.text, first.span) == (1, "on Monday")
    assert BRIDGE[first.start : first.end] == first.quote
    assert BRIDGE[first.span_start : first.span_end] == first.span
    assert found.confidence == pytest.approx(0.88, abs=0.01)
    assert found.threshold == 0.5
    assert found.sentences[0] == first
    assert {sentence.text for sentence in found.sentences} == {0, 1}
    assert reader.asked == [MAYOR]


def test_what_does_not_answer_has_a_low_confidence(fakes):
    found = askvisit.read(MAYOR, [TARIFFS], reader=ScriptedReader({"nine percent": -3.0}))
    assert found.confidence < found.threshold
    assert askvisit.read(MAYOR, [], reader=ScriptedReader({})).quoted == ()
    assert askvisit.read(MAYOR, ["", " \n"], reader=ScriptedReader({})).confidence == 0.0


@pytest.mark.parametrize("texts", ["a text", 5, {"a": "text"}, [1], [None, "x"]])
def test_texts_must_be_a_list_of_texts(fakes, texts):
    with pytest.raises(QuestionError, match="texts must be a list of texts"):
        askvisit.read(MAYOR, texts, reader=ScriptedReader({}))


def test_a_text_that_cannot_be_read_and_what_is_no_reader_are_told(fakes):
    with pytest.raises(QuestionError, match=r"texts\[1\] has lone surrogates; remove them"):
        askvisit.read(MAYOR, [BRIDGE, "The \ud800 mayor."], reader=ScriptedReader({}))
    with pytest.raises(ModelError, match="reader given lacks name, sha256, passages, read; give"):
        askvisit.read(MAYOR, [BRIDGE], reader=4)


def test_a_question_without_words_has_no_answer(fakes):
    found = askvisit.read("???", [BRIDGE], reader=ScriptedReader({"on Monday": 9.0}))
    assert (found.confidence, found.sentences, found.quoted) == (0.0, (), ())


def test_the_evidence_is_that_of_an_index_of_the_same_articles(small):
    articles = [Article("bridge.txt", "", BRIDGE), Article("tariffs.txt", "", TARIFFS)]
    ours = retriever.evidence_in(MAYOR, articles, WordCounts(), passages=3)
    theirs = Retriever(open_index(small), WordCounts()).gather(MAYOR, passages=3)
    assert [hit.text for hit in ours.hits[:3]] == [hit.text for hit in theirs.hits[:3]]
    assert {s.text for s in ours.sentences} == {s.text for s in theirs.sentences}
    assert ours.hits[0].dense == pytest.approx(theirs.hits[0].dense, abs=1e-5)


def test_the_real_reader_answers_from_a_plain_text_as_from_its_index(real):
    text = (ROOT / "index" / "articles" / VISIT).read_text("utf-8")
    asked = "When did Xi meet Kim Jong Il?"
    found = askvisit.read(asked, [text], reader=real.reader)
    answer = real.ask(asked)
    assert [s.quote for s in found.quoted] == [c.quote for c in answer.citations]
    assert found.quoted[0].span == answer.citations[0].span
    assert found.confidence >= found.threshold
