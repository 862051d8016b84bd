"""Topics and claims: what is looked up among the sentences, and what is found."""

from __future__ import annotations

import json
import shutil

import pytest
from harness.fakes import (
    ROOT,
    ScriptedReader,
    SharedWords,
    WordCounts,
    calibration,
    write_articles,
)
from test_assistant import check

from askvisit import Assistant, build_index, topic_search
from askvisit.evaluation import is_right, read_questions
from askvisit.index import open_index
from askvisit.reader import SentenceReader
from askvisit.records import Evidence, Hit, Sentence, Window
from askvisit.rewriting.topics import is_keywords, topic

DATA = ROOT / "tests" / "data"
ROWS = [json.loads(line) for line in (DATA / "topics.jsonl").read_text("utf-8").splitlines()]


TRADE = """\
A Trade War over Rice

Sanctions hit rice from Vietnam. The trade war with Norland began after nuclear tests at sea.
"""


@pytest.fixture(scope="module")
def trade(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trade")
    write_articles(folder / "articles", {"trade.txt": TRADE})
    build_index(index=folder, encoder=WordCounts())
    return open_index(folder)


@pytest.mark.parametrize(
    ("typed", "about"),
    [
        ("What does it say about sanctions?", "sanctions"),
        ("what does the article say about Vietnam", "Vietnam"),
        ("Tell me more about the trade war.", "the trade war"),
        ("What is said here about the U.N.?", "the U.N."),
        ("Does the text mention the navy?", "the navy"),
        ("anything on rice?", "rice"),
        ("What about Japan?", "Japan"),
        ("Explain the trade war", "the trade war"),
        ("Tell me about Theresa May", "Theresa May"),
        ("Tell me about the WHO", "the WHO"),
        ("What do you know about Ola Strand in this article?", "Ola Strand"),
        ("I am interested in nuclear tests", "nuclear tests"),
        ("sanctions", "sanctions"),
        ("Vietnam?", "Vietnam"),
        ("the trade war", "the trade war"),
        ("zeppelins", "zeppelins"),
        ("Strand held three summits with Ola", "Strand held three summits with Ola"),
        ("Ola went to Japan. ", "Ola went to Japan"),
    ],
)
def test_topics_and_claims_are_told_by_their_wording(trade, typed, about):
    assert topic(typed, trade) == about


@pytest.mark.parametrize(
    "question",
    [
        *(
            "Who talks about sanctions?",
            "What do they want?",
            "ola strand meeting where",
            "price of a seat on the ferry",
            "who else",
        ),
        *("tell me about him", "What is this about?", "Explain why Ola went", "What about it?"),
        *("What about Neptune did NASA propose?", "Name the countries", "tell me who came"),
        *("strand father name", "norland south economy", "What's the longest war they fought", "?"),
    ],
)
def test_questions_and_keywords_are_not(trade, question):
    assert topic(question, trade) is None


def test_no_development_question_is_a_topic(development):
    visit = open_index(ROOT / "index")
    asked = [q.question for q in development if not q.question.startswith("lorem")]
    assert [question for question in asked if topic(question, visit) is not None] == []


def test_keywords_have_no_form_of_a_question():
    assert is_keywords("steel tariffs date")
    assert not is_keywords("what's the date")
    assert not is_keywords("did strand come")
    assert not is_keywords("list the tariffs")


def test_a_sentence_holds_a_topic_whatever_the_endings():
    assert topic_search.holds("the tariffs", "A tariff on wool was dropped.")
    assert topic_search.holds("North Korea", "The North Korean economy")
    assert not topic_search.holds("tariff on wool", "A tariff on tin.")
    assert not topic_search.holds("the", "The tariff")


def test_a_claim_is_borne_on_by_sentences_about_whom_it_names():
    texts = ["Vietnam adopted red flags.", "They were new.", "Cuba kept its flag.", "It is blue."]
    starts = [0, 27, 42, 62]
    sentences = tuple(
        Sentence("flags", 1, start, start + len(text), text)
        for start, text in zip(starts, texts, strict=True)
    )
    text = "Vietnam adopted red flags. They were new. Cuba kept its flag. It is blue."
    evidence = Evidence(
        tuple(Hit("flags", 0, len(text), text, 0.5, 1.0, 1.0) for _ in range(2)),
        (Window("flags", 0, len(text), text, sentences),),
        {("flags", start): 1.0 for start in starts},
    )
    reader = SentenceReader(WordCounts())

    def found(about):
        return {c.span.sentence.text for c in topic_search.rank(about, evidence, reader)}

    assert found("Cuba adopted red flags") == {"Cuba kept its flag.", "It is blue."}
    assert found("Angola adopted red flags") == set()
    assert found("adopted red flags") == set(texts)
    assert found("Flags were new") == set(texts), "a capital of the first word is no name"


def test_a_topic_has_several_citations_and_no_span(small):
    assistant = Assistant(small, WordCounts(), ScriptedReader({}), calibration())
    answer = assistant.ask("What does it say about the tariff?")
    check(answer, "What does it say about the tariff?", assistant.articles)
    assert len(answer.citations) == 3
    assert all("ariff" in c.quote and c.span is None for c in answer.citations)
    assert answer.confidence >= 0.9
    within = assistant.ask("tell me about the minister", articles=["bridge.txt"])
    assert [c.article_id for c in within.citations] == ["bridge.txt"]
    assert not assistant.ask("tariff", min_confidence=1).found


def test_what_the_articles_have_nothing_on_is_refused(small):
    assistant = Assistant(small, WordCounts(), SharedWords(), calibration())
    answer = assistant.ask("tell me about zeppelins")
    assert (answer.kind, answer.citations) == ("not_found", ())
    assert answer.nearest
    assert len(assistant.ask("tell me about zeppelins", min_confidence=0).citations) == 1


def test_keywords_are_read_and_not_looked_up(small):
    reader = ScriptedReader({"nine percent": 3.0})
    assistant = Assistant(small, WordCounts(), reader, calibration())
    assert assistant.ask("steel tariff raise").citations[0].span == "nine percent"
    assert reader.asked == ["steel tariff raise?"]
    reader.script = {"nine percent": -3.0}
    assert not assistant.ask("tin dropped tariff day").found
    assert assistant.ask("Tin dropped tariff day.").citations[0].span is None


@pytest.fixture(scope="module")
def about(real, tmp_path_factory):
    """Return assistants by page of `topics.jsonl`."""
    assistants = {"visit": real}
    for page in sorted({row["page"] for row in ROWS} - {"visit"}):
        folder = tmp_path_factory.mktemp(page)
        (folder / "articles").mkdir()
        shutil.copy(DATA / "pages" / f"{page}.txt", folder / "articles")
        build_index(index=folder, encoder=real._encoder)
        assistants[page] = Assistant(folder, real._encoder, real._reader, real._calibration)
    return assistants


def test_topics_are_found(about):
    answered, refused, cited = [], [], []
    for row, question in zip(ROWS, read_questions(DATA / "topics.jsonl"), strict=True):
        answer = about[row["page"]].ask(question.question)
        check(answer, question.question, about[row["page"]].articles)
        if not question.sentences:
            refused.append(not answer.found)
            continue
        answered.append(answer.found)
        cited += [is_right(question, [c]) for c in answer.citations]
        if question.kind == "claim":
            assert is_right(question, answer.citations[:1]), question.question
    assert sum(answered) >= 0.9 * len(answered)
    assert sum(refused) >= 0.8 * len(refused)
    assert sum(cited) >= 0.88 * len(cited)
    assert len(cited) > 2 * len(answered) * 0.9


def test_the_data_has_topics_on_two_other_texts():
    others = [row for row in ROWS if row["page"] != "visit" and row["kind"] == "topic"]
    assert len({row["page"] for row in others}) == 2
    assert len([row for row in others if row["sentences"]]) >= 20
