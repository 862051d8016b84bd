"""What a browser remembers: a conversation that the server forgot is asked again."""

from __future__ import annotations

import json

import pytest
from harness.web_fakes import ARTICLE, FakeAssistant
from test_web_controller import asked

from askvisit.records import Article
from askvisit.web.chat import KEPT_QUESTION, SHOWN_TURNS, recalled, remembered
from askvisit.web.controller import ChatController

OTHER = Article("other.txt", "Other", "Other\n\nThe other minister met a zebra.")


def test_a_forgotten_conversation_comes_back_as_it_was():
    controller = ChatController(FakeAssistant(ARTICLE, OTHER))
    turns = controller.ask("Zebra?", (), ("visit.txt",)).turns
    turns = controller.guess(0, turns).turns
    turns = controller.ask("Who met the mayor?", turns).turns
    turns = controller.ask("hello", turns).turns
    again = controller.restored(remembered(turns), ())
    assert again == turns
    assert controller.show(again).log == controller.log(turns)


def test_a_question_asked_with_no_article_ticked_is_not_asked_of_all_later():
    assistant = FakeAssistant(ARTICLE, OTHER)
    controller = ChatController(assistant)
    turns = controller.ask("Who met the mayor?", (), ()).turns
    again = controller.restored(remembered(turns), ())
    assert again == turns
    assert "No articles are ticked" in again[0].html
    assert assistant.asked == []


def test_an_answer_that_is_another_one_by_now_says_so():
    assistant = FakeAssistant(ARTICLE, OTHER)
    controller = ChatController(assistant)
    turns = asked(controller, "Who met the mayor?", "Zebra minister?")
    assert turns[1].answer.citations[0].article_id == OTHER.id
    kept = remembered(turns)
    assert "not the same as before" not in controller.show(controller.restored(kept, ())).log
    del assistant.articles[OTHER.id]
    again = controller.restored(kept, ())
    assert [turn.changed for turn in again] == [False, True]
    assert controller.show(again).log.count("not the same as before") == 1


def test_a_follow_up_is_asked_again_with_what_came_before():
    assistant = FakeAssistant()
    controller = ChatController(assistant)
    kept = remembered(asked(controller, "Who met the mayor?", "And then?"))
    controller.restored(kept, ())
    question, history = assistant.asked[-1]
    assert question == "And then?"
    assert [answer.question for answer in history] == ["Who met the mayor?"]


def test_a_conversation_that_is_known_is_not_asked_again():
    assistant = FakeAssistant()
    controller = ChatController(assistant)
    turns = asked(controller, "Who met the mayor?")
    assert controller.restored(remembered(asked(controller, "Zebra?")), turns) is turns
    assert len(assistant.asked) == 2


def test_the_page_carries_what_is_to_be_remembered():
    controller = ChatController(FakeAssistant())
    assert controller.log(()).startswith('<div data-kept="[]">')
    page = controller.log(asked(controller, "<script>"))
    assert "&lt;script&gt;&quot;, false, null]]" in page
    assert "<script>" not in page


def test_only_what_is_on_the_page_is_remembered():
    turns = asked(ChatController(FakeAssistant()), *(f"Zebra {n}?" for n in range(SHOWN_TURNS + 2)))
    listed = json.loads(remembered(turns))
    assert len(listed) == SHOWN_TURNS
    assert listed[0] == ["Zebra 2?", False, None]


@pytest.mark.parametrize(
    "text",
    [None, 3, "", "{", "{}", "3", "[3, null, []]", '[["q", false]]', "[[1, 2, 3]]", "[" * 100_000],
)
def test_what_a_browser_made_up_is_left_out(text):
    assert recalled(text) == []
    assert ChatController(FakeAssistant()).restored(text, ()) == ()


def test_a_made_up_choice_and_a_long_list_do_no_harm():
    controller = ChatController(FakeAssistant())
    (turn,) = controller.restored('[["Who met the mayor?", "yes", ["no.txt", 3]]]', ())
    assert "No articles are ticked" in turn.html
    many = json.dumps([["x" * 9000, False, None]] * 100)
    read = recalled(many)
    assert len(read) == SHOWN_TURNS
    assert len(read[0].question) == KEPT_QUESTION


def test_the_articles_of_the_question_before_are_not_repeated():
    controller = ChatController(FakeAssistant(ARTICLE, OTHER))
    turns = controller.ask("hello", (), ("visit.txt",)).turns
    turns = controller.ask("hello", turns, ("visit.txt",)).turns
    turns = controller.ask("hello", turns).turns
    kept = remembered(turns)
    assert [item[2] for item in json.loads(kept)] == [["visit.txt"], True, None]
    again = controller.restored(kept, ())
    assert [turn.chosen for turn in again] == [("visit.txt",), ("visit.txt",), None]
    assert recalled('[["hello", false, true]]')[0].articles is None
