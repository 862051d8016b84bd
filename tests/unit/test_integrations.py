"""The components for other libraries, in pipelines and chains of the real ones."""

from __future__ import annotations

import os
from importlib import import_module

import pytest
from harness.fakes import BRIDGE, TARIFFS, ScriptedReader, WordCounts, calibration

from askvisit import Assistant, reading
from askvisit.errors import DataError, QuestionError
from askvisit.records import Answer

MAYOR = "When did the mayor open the bridge?"
OPENED = "The mayor opened the bridge on Monday."
SCRIPT = {"on Monday": 2.0, "nine percent": -3.0}


@pytest.fixture
def fakes(monkeypatch):
    """Read with fakes for models, as `askvisit.read` does by name."""
    monkeypatch.setenv("HAYSTACK_TELEMETRY_ENABLED", "False")
    monkeypatch.setattr(reading.encoders, "load", WordCounts)
    monkeypatch.setattr(reading, "_named", lambda name: ScriptedReader(SCRIPT))
    monkeypatch.setattr(reading, "fitted_for", lambda _: calibration())


def needed(library, package):
    if os.environ.get("CI") == "true":
        return import_module(library)
    return pytest.importorskip(library, reason=f"no {library}; run: pip install '{package}'")


class TestHaystack:
    @pytest.fixture(autouse=True)
    def haystack(self, fakes):
        self.haystack = needed("haystack", "haystack-ai>=3,<4")
        from askvisit.integrations import haystack as ours

        self.ours = ours

    def test_a_reader_marks_words_in_documents_and_says_how_likely_none_answers(self):
        documents = [self.haystack.Document(content=t) for t in (TARIFFS, None, BRIDGE)]
        answers = self.ours.AskvisitReader(top_k=2).run(MAYOR, documents)["answers"]
        best, none, other = answers
        assert (best.data, best.context, best.document) == ("on Monday", OPENED, documents[2])
        document, context = best.document_offset, best.context_offset
        assert BRIDGE[document.start : document.end] == "on Monday"
        assert OPENED[context.start : context.end] == "on Monday"
        assert (best.meta["quoted"], other.meta["quoted"]) == (True, False)
        assert none.data is None
        assert none.score == pytest.approx(0.12, abs=0.01)
        assert best.score > none.score > other.score
        alone = self.ours.AskvisitReader(no_answer=False).run(MAYOR, documents, top_k=1)["answers"]
        assert [answer.data for answer in alone] == ["on Monday"]
        with pytest.raises(QuestionError, match="top_k must be a whole number, 1 or more, not -1"):
            self.ours.AskvisitReader(top_k=-1).run(MAYOR, documents)

    def test_a_sentence_that_answers_as_a_whole_is_its_own_words(self):
        documents = [self.haystack.Document(content="A band played. Nobody slept.")]
        answers = self.ours.AskvisitReader(no_answer=False).run(MAYOR, documents)["answers"]
        assert [answer.data for answer in answers] == ["A band played.", "Nobody slept."]
        assert all(answer.data == answer.context for answer in answers)
        assert documents[0].content[answers[1].document_offset.start :] == "Nobody slept."

    def test_both_run_in_a_pipeline_that_can_be_saved(self, assistant):
        pipeline = self.haystack.Pipeline()
        pipeline.add_component("retriever", self.ours.AskvisitPassageRetriever(assistant=assistant))
        pipeline.add_component("reader", self.ours.AskvisitReader(top_k=1))
        pipeline.connect("retriever.documents", "reader.documents")
        asked = {"retriever": {"query": MAYOR}, "reader": {"query": MAYOR}}
        best = pipeline.run(asked)["reader"]["answers"][0]
        assert (best.data, best.document.meta["article_id"]) == ("on Monday", "bridge.txt")
        meta = best.document.meta
        text = assistant.articles["bridge.txt"].text
        assert text[meta["start"] : meta["end"]] == best.document.content
        modules = [self.ours.__name__]
        with pytest.raises(DataError, match="give the retriever the index's folder"):
            pipeline.dumps()
        pipeline.get_component("retriever").index = "my-index"
        again = self.haystack.Pipeline.loads(pipeline.dumps(), allowed_modules=modules)
        assert again.get_component("reader").top_k == 1
        assert again.get_component("retriever").index == "my-index"

    def test_a_retriever_loads_its_index(self, small, assistant, monkeypatch):
        monkeypatch.setattr(
            Assistant, "load", classmethod(lambda cls, index: {str(small): assistant}[index])
        )
        found = self.ours.AskvisitPassageRetriever(str(small), top_k=2).run("mayor")["documents"]
        assert [d.content for d in found] == [hit.text for hit in assistant.search("mayor", 2)]
        assert (
            len(self.ours.AskvisitPassageRetriever(str(small)).run("mayor", top_k=1)["documents"])
            == 1
        )


class TestLangChain:
    @pytest.fixture(autouse=True)
    def langchain(self, fakes):
        needed("langchain_core", "langchain-core>=1,<2")
        from askvisit.integrations import langchain as ours

        self.ours = ours

    def test_a_retriever_gives_passages_with_what_is_known_of_them(self, assistant):
        scope = {"articles": ["bridge.txt"]}
        found = self.ours.AskvisitRetriever(assistant=assistant, k=9, scope=scope).invoke("mayor")
        hits = assistant.search("mayor", 9, **scope)
        assert [document.page_content for document in found] == [hit.text for hit in hits]
        assert {document.metadata["article_title"] for document in found} == {
            "A Bridge for the Town"
        }

    def test_an_asker_answers_a_question_or_one_with_options(self, assistant):
        ask = self.ours.asker(assistant, min_confidence=0)
        answer = ask.invoke(MAYOR)
        assert isinstance(answer, Answer)
        assert answer == assistant.ask(MAYOR, min_confidence=0)
        given = {"question": MAYOR, "history": [answer], "min_confidence": 1}
        refused, found = ask.batch([given, MAYOR])
        assert (refused.found, found) == (False, answer)

    def test_a_reader_quotes_the_documents_of_any_retriever(self, assistant, monkeypatch):
        from langchain_core.runnables import RunnablePassthrough

        retriever = self.ours.AskvisitRetriever(assistant=assistant)
        both = {"question": RunnablePassthrough(), "documents": retriever}
        chain = both | self.ours.document_reader()
        (quote,) = chain.invoke(MAYOR)
        meta = quote.metadata
        assert (quote.page_content, meta["span"], meta["article_id"]) == (
            *(OPENED, "on Monday"),
            "bridge.txt",
        )
        assert meta["confidence"] == pytest.approx(0.88, abs=0.01)
        document = next(d for d in retriever.invoke(MAYOR) if OPENED in d.page_content)
        assert document.page_content[meta["start"] : meta["end"]] == OPENED
        reading_nothing = ScriptedReader({})
        monkeypatch.setattr(reading, "_named", lambda name: reading_nothing)
        assert chain.invoke(MAYOR) == []
