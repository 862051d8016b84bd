"""What a browser remembers: a conversation that the server forgot is asked again."""

from __future__ import annotations

import json

import pytest
from test_web_desk import asked
from web_fakes import ARTICLE, FakeAssistant

from askvisit.records import Article
from askvisit.web.chat import KEPT_QUESTION, SHOWN_TURNS
from askvisit.web.desk import Desk
from askvisit.web.memory import recalled, remembered

OTHER = Article("other.txt", "Other", "Other\n\nThe other minister met a zebra.")


def test_a_forgotten_conversation_comes_back_as_it_was():
    desk = Desk(FakeAssistant(ARTICLE, OTHER))
    turns = desk.ask("Zebra?", (), ("visit.txt",)).turns
    turns = desk.guess(0, turns).turns
    turns = desk.ask("Who met the mayor?", turns).turns
    turns = desk.ask("hello", turns).turns
    again = desk.restored(remembered(turns), ())
    assert again == turns
    assert desk.show(again).log == desk.log(turns)


def test_a_follow_up_is_asked_again_with_what_came_before():
    assistant = FakeAssistant()
    desk = Desk(assistant)
    kept = remembered(asked(desk, "Who met the mayor?", "And then?"))
    desk.restored(kept, ())
    question, history = assistant.asked[-1]
    assert question == "And then?"
    assert [answer.question for answer in history] == ["Who met the mayor?"]


def test_a_conversation_that_is_known_is_not_asked_again():
    assistant = FakeAssistant()
    desk = Desk(assistant)
    turns = asked(desk, "Who met the mayor?")
    assert desk.restored(remembered(asked(desk, "Zebra?")), turns) is turns
    assert len(assistant.asked) == 2


def test_the_page_carries_what_is_to_be_remembered():
    desk = Desk(FakeAssistant())
    assert desk.log(()).startswith('<div data-kept="[]">')
    page = desk.log(asked(desk, "<script>"))
    assert "&lt;script&gt;&quot;, false, null]]" in page
    assert "<script>" not in page


def test_only_what_is_on_the_page_is_remembered():
    turns = asked(Desk(FakeAssistant()), *(f"Zebra {n}?" for n in range(SHOWN_TURNS + 2)))
    listed = json.loads(remembered(turns))
    assert len(listed) == SHOWN_TURNS
    assert listed[0] == ["Zebra 2?", False, None]


@pytest.mark.parametrize(
    "text",
    [None, 3, "", "{", "{}", "3", "[3, null, []]", '[["q", false]]', "[[1, 2, 3]]", "[" * 100_000],
)
def test_what_a_browser_made_up_is_left_out(text):
    assert recalled(text) == []
    assert Desk(FakeAssistant()).restored(text, ()) == ()


def test_a_made_up_choice_and_a_long_list_do_no_harm():
    desk = Desk(FakeAssistant())
    (turn,) = desk.restored('[["Who met the mayor?", "yes", ["no.txt", 3]]]', ())
    assert "No article is ticked" in turn.html
    many = json.dumps([["x" * 9000, False, None]] * 100)
    read = recalled(many)
    assert len(read) == SHOWN_TURNS
    assert len(read[0].question) == KEPT_QUESTION
