"""Several questions in a line: split only where it is sure, and answered as one answer."""

from __future__ import annotations

import gzip
import json

import pytest
from harness.fakes import BRIDGE, ROOT, ScriptedReader, ScriptedResolver, WordCounts, calibration
from hypothesis import given
from hypothesis import strategies as st
from test_assistant import check

from askvisit import Assistant, build_index
from askvisit.pipeline import UNSURE
from askvisit.rewriting.query import split

MAYOR = "When did the mayor open the bridge?"
COST = "How long did the bridge take?"
SCRIPT = {"on Monday": 2.0, "three years": 1.0}


@pytest.mark.parametrize(
    ("line", "questions"),
    [
        ("Who is Kim? Where did he go?", ["Who is Kim?", "Where did he go?"]),
        ("Who is Kim?? And in 2018?", ["Who is Kim?", "And in 2018?"]),
        ("Where will they meet, and why?", ["Where will they meet, and why?"]),
        ("When did Xi come and who met him", ["When did Xi come?", "who met him?"]),
        ("Did Xi come, and did it help?", ["Did Xi come?", "did it help?"]),
        ("When did Xi visit the U.S. and what did he say?",
         ["When did Xi visit the U.S.?", "what did he say?"]),
        ("who met kim; where was it held", ["who met kim?", "where was it held?"]),
        ("When did the WHO say so, and who did object?",
         ["When did the WHO say so?", "who did object?"]),
        ("WHO CAME THERE AND WHEN DID HE GO?", ["WHO CAME THERE?", "WHEN DID HE GO?"]),
        ("How many came? Why? By whom?", ["How many came?", "Why?", "By whom?"]),
        ("Who came? Why? Name the towns.", ["Who came?", "Why?", "Name the towns?"]),
        (
            "What did Xi want and what did Kim get and why did Trump care?",
            ["What did Xi want?", "what did Kim get?", "why did Trump care?"],
        ),
        ("In which year did Xi come and in which city did he stay?",
         ["In which year did Xi come?", "in which city did he stay?"]),
        ("Which country won the cup, and has Messi played?",
         ["Which country won the cup?", "has Messi played?"]),
        ("Who founded Apple and is he rich?", ["Who founded Apple?", "is he rich?"]),
        ("What did Xi do in May and will Trump come?",
         ["What did Xi do in May?", "will Trump come?"]),
        ('Who sold the 6" pipe? And who made the 8" one?',
         ['Who sold the 6" pipe?', 'And who made the 8" one?']),
    ],
)  # fmt: skip
def test_questions_are_split(line, questions):
    assert split(line) == questions


@pytest.mark.parametrize(
    "line",
    [
        "When and where will they meet?",
        "What is the difference between what Xi said and what Trump said?",
        "Which country is big and has the largest army?",
        "Who removed officials and was replaced?",
        "When it comes to trade, what matters?",
        "Xi and who else met Kim?",
        "Is China helping? Yes or no?",
        "Who won the election? Tell me.",
        "Why did the talks fail? Please explain.",
        "Who? Who? Who?",
        "Why? Because.",
        "Who is A? " * 6,
        "sanctions and tariffs",
        "",
    ],
)
def test_one_question_stays_as_typed(line):
    assert split(line) == [line]


def test_well_written_questions_are_one(development):
    pages = json.loads(gzip.decompress((ROOT / "tests/data/squad-passages.json.gz").read_bytes()))
    squad = [q["question"] for page in pages["data"] for p in page["paragraphs"] for q in p["qas"]]
    asked = [*squad, *(q.question for q in development)]
    assert len(asked) > 500
    assert [q for q in asked if len(split(q)) > 1] == []


@given(st.text(st.sampled_from("who what and ?;,.\nXiKim did"), max_size=120))
def test_at_most_five(line):
    assert 1 <= len(split(line)) <= 5


@pytest.fixture
def scripted(small) -> Assistant:
    return Assistant(small, WordCounts(), ScriptedReader(SCRIPT), calibration(), ScriptedResolver())


class ByQuestion(ScriptedReader):
    """A reader that knows what took three years only where it is asked how long."""

    def read(self, question, evidence, turns=()):
        self.script = {"three years": 1.0} if "long" in question else {"on Monday": 2.0}
        return super().read(question, evidence)


def test_the_answers_are_joined(small):
    assistant = Assistant(small, WordCounts(), ByQuestion({}), calibration(), ScriptedResolver())
    answer = assistant.ask(f"{MAYOR} {COST}")
    check(answer, f"{MAYOR} {COST}", assistant.articles)
    first, second = answer.parts
    assert (first.question, second.question) == (MAYOR, COST)
    assert [c.span for c in answer.citations] == ["on Monday", "three years"]
    assert [c.number for c in second.citations] == [2]
    assert second.text == "It cost two million crowns and took three years. [2]"
    assert answer.confidence == second.confidence < first.confidence
    assert answer.reading == f"{MAYOR} {COST}"
    assert answer.text.splitlines() == [
        "The mayor opened the bridge on Monday. [1]",
        "It cost two million crowns and took three years. [2]",
    ]
    assert BRIDGE[answer.citations[1].start :].startswith(answer.citations[1].quote)


def test_a_part_that_is_not_found_is_named(small):
    assistant = Assistant(small, WordCounts(), ByQuestion({}), calibration(), ScriptedResolver())
    answer = assistant.ask(f"{MAYOR} {COST}", min_confidence=0.8)
    assert answer.found
    assert [part.found for part in answer.parts] == [True, False]
    assert answer.text.splitlines()[1] == f"{COST} {UNSURE}"
    assert not answer.nearest
    check(answer, f"{MAYOR} {COST}", assistant.articles)
    none = assistant.ask(f"{MAYOR} {COST}", min_confidence=1)
    assert (none.kind, none.found) == ("not_found", False)
    assert 0 < len(none.nearest) <= 3
    check(none, f"{MAYOR} {COST}", assistant.articles)


def test_a_later_question_follows_the_earlier_ones(real):
    answer = real.ask("When did Xi meet Kim Jong Il, and who closed the bank account?")
    assert [bool(part.citations) for part in answer.parts] == [True, True]
    assert "2009" in answer.citations[0].quote
    assert "bank" in answer.citations[-1].quote
    follow = real.ask("What year did Kim assume power? And who did he remove?")
    assert {c.quote for part in follow.parts for c in part.citations} == {
        "Kim removed pro-Beijing government officials when he assumed power in 2011."
    }


def test_questions_about_an_article_are_answered_one_by_one(small):
    (small / "articles" / "bridge.toml").write_text('author = "Ada Quill"\ndate = 2021-05-03')
    build_index(index=small, encoder=WordCounts())
    assistant = Assistant(small, WordCounts(), ScriptedReader(SCRIPT), calibration())
    wrote = "Who wrote the article about the bridge?"
    told = "According to its record, the author of “A Bridge for the Town” is Ada Quill."
    for line in (f"{MAYOR} {wrote}", f"{wrote} {MAYOR}"):
        answer = assistant.ask(line)
        check(answer, line, assistant.articles)
        assert sorted(part.kind for part in answer.parts) == ["answer", "talk"]
        assert "The mayor opened the bridge on Monday. [1]" in answer.text.splitlines()
        assert f"{wrote} {told}" in answer.text.splitlines()
        assert [fact.value for fact in answer.facts] == ["Ada Quill"]
        assert answer.confidence == assistant.ask(MAYOR).confidence
    both = assistant.ask(f"{wrote.rstrip('?')} and when was it published?")
    assert (both.kind, both.found) == ("talk", False)
    assert [fact.value for fact in both.facts] == ["Ada Quill", "2021-05-03"]
    newest = assistant.ask(f"What is the newest article? {MAYOR}")
    check(newest, newest.question, assistant.articles)
    assert "1 of 2 articles has no date." in newest.text.splitlines()
    assert newest.notes[-1] == "1 of 2 articles has no date."


def test_an_article_and_the_text_are_asked_in_one_line(scripted):
    line = f"What is the bridge article about? {MAYOR}"
    answer = scripted.ask(line)
    check(answer, line, scripted.articles)
    assert [part.request for part in answer.parts] == ["summary", None]
    refused = scripted.ask(line, min_confidence=1)
    assert (refused.kind, refused.citations) == ("not_found", ())


def test_small_talk_beside_a_question_is_small_talk(scripted):
    answer = scripted.ask(f"{MAYOR} What can you do?")
    assert [part.kind for part in answer.parts] == ["answer", "talk"]
    assert scripted.ask(f"Hi! {MAYOR} Thanks!").citations == scripted.ask(MAYOR).citations
    talk = scripted.ask("Are you a robot? How do you work?")
    assert (talk.kind, talk.found, talk.parts, talk.nearest) == ("talk", False, (), ())
