"""Topics and claims: what is looked up among the sentences, and what is found."""

from __future__ import annotations

import json
import shutil

import pytest
from harness.fakes import (
    ROOT,
    SharedWords,
    WordCounts,
    calibration,
)
from test_assistant import check

from askvisit import Assistant, build_index, timeline
from askvisit.evaluation.questions import is_right, read_questions
from askvisit.records import Sentence
from askvisit.rewriting.query import is_keywords

DATA = ROOT / "tests" / "data"
ROWS = [json.loads(line) for line in (DATA / "topics.jsonl").read_text("utf-8").splitlines()]


def test_keywords_have_no_form_of_a_question():
    assert is_keywords("steel tariffs date")
    assert not is_keywords("what's the date")
    assert not is_keywords("did strand come")
    assert not is_keywords("list the tariffs")


@pytest.mark.parametrize(
    ("topic", "text", "is_spoken_of"),
    [
        ("the tariffs", "A tariff on wool was dropped.", True),
        ("North Korea", "The North Korean economy", True),
        ("tariff on wool", "A tariff on tin.", False),
        ("the", "The tariff", False),
    ],
)
def test_a_sentence_holds_a_topic_whatever_the_endings(topic, text, is_spoken_of):
    sentence = Sentence("a.txt", 1, 0, len(text), text)
    assert bool(timeline._spoken_of(topic, [sentence])) is is_spoken_of


def test_what_the_articles_have_nothing_on_is_refused(small):
    assistant = Assistant(small, WordCounts(), SharedWords(), calibration())
    answer = assistant.ask("tell me about zeppelins")
    assert (answer.kind, answer.citations) == ("not_found", ())
    assert answer.nearest


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


@pytest.mark.slow
@pytest.mark.models
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
    assert sum(answered) >= 0.6 * len(answered)
    assert sum(refused) >= 0.8 * len(refused)
    assert sum(cited) >= 0.88 * len(cited)
    assert len(cited) > 1.5 * sum(answered)


def test_the_data_has_topics_on_two_other_texts():
    others = [row for row in ROWS if row["page"] != "visit" and row["kind"] == "topic"]
    assert len({row["page"] for row in others}) == 2
    assert len([row for row in others if row["sentences"]]) >= 20
