"""The controller: what a question, a guess and an edit change on the page."""

from __future__ import annotations

from types import SimpleNamespace

from harness.fakes import SharedWords, WordCounts, calibration
from harness.web_fakes import ARTICLE, FakeAssistant
from test_web_suggestions import OTHER

from askvisit import Assistant
from askvisit.web import app, memory
from askvisit.web.article_controller import NO_ARTICLE
from askvisit.web.chat import Turns
from askvisit.web.controller import ChatController


def asked(controller: ChatController, *questions: str) -> Turns:
    turns: Turns = ()
    for question in questions:
        turns = controller.ask(question, turns).turns
    return turns


def test_a_question_is_answered_and_its_sentence_marked():
    shown = ChatController(FakeAssistant()).ask("Who met the mayor?", ())
    assert shown.question is None, "the next question may be in the box already"
    assert "She met the mayor" in shown.log
    assert '<mark class="cited"' in shown.source
    assert [turn.question for turn in shown.turns] == ["Who met the mayor?"]


def test_nothing_is_asked_where_nothing_was_typed():
    assistant = FakeAssistant()
    shown = ChatController(assistant).ask(" \n ", ())
    assert (shown.question, shown.log, shown.source, shown.turns) == (None,) * 4
    assert assistant.asked == []


def test_a_refusal_leaves_the_panel_as_it_is():
    shown = ChatController(FakeAssistant()).ask("Zebra?", ())
    assert shown.source is None


def test_a_guess_stands_in_place_of_the_refusal_and_knows_only_what_came_before():
    assistant = FakeAssistant()
    controller = ChatController(assistant)
    turns = asked(controller, "Who met the mayor?", "Zebra?", "hello")
    shown = controller.guess(1, turns)
    assert [turn.question for turn in shown.turns] == ["Who met the mayor?", "Zebra?", "hello"]
    assert shown.turns[1].answer.found
    assert "Best guess" in shown.log
    assert [answer.question for answer in assistant.asked[-1][1]] == ["Who met the mayor?"]


def test_edit_asks_in_place_and_undo_takes_away_and_both_can_be_restored():
    controller = ChatController(FakeAssistant())
    turns = asked(controller, "Who met the mayor?", "Zebra?", "hello")
    edited = controller.edit(1, turns, "When did the minister leave?")
    assert [turn.question for turn in edited.turns] == [
        "Who met the mayor?",
        "When did the minister leave?",
    ]
    assert edited.undone == turns
    assert "data-restore" in edited.log
    assert controller.edit(2, turns, "hello").undone == (), "nothing was lost"
    assert controller.edit(1, turns, " ").turns is None
    assert controller.undo(1, turns).question is None
    assert controller.undo(1, turns).turns == turns[:1]
    assert controller.restore(turns, turns[:1]).turns == turns


def test_what_is_undone_step_by_step_is_restored_as_a_whole():
    controller = ChatController(FakeAssistant())
    turns = asked(controller, "Who met the mayor?", "Zebra?", "hello")
    once = controller.undo(2, turns)
    twice = controller.undo(1, once.turns, once.undone)
    assert twice.undone == turns
    assert "Undone: 2 questions" in twice.log
    other = asked(controller, "hello", "Zebra?")
    assert controller.undo(1, other, turns).undone == other, "that was another conversation"


def test_the_page_tells_an_undo_what_was_undone_before():
    controller = ChatController(FakeAssistant())
    turns = asked(controller, "Who met the mayor?", "Zebra?", "hello")
    page = app.build(controller)
    (undo,) = [fn for fn in page.fns.values() if any(event == "undo" for _, event in fn.targets)]
    *_, stamp, undone = undo.inputs
    event = SimpleNamespace(_data={"turn": 1})
    shown = undo.fn("", turns[:2], stamp.value, turns, event)
    assert shown[2:4] == [turns[:1], turns]
    assert undone in undo.outputs


def test_what_is_suggested_follows_the_choice_of_articles():
    controller = ChatController(FakeAssistant(ARTICLE, OTHER))
    assert "Grimsby" not in controller.log((), (ARTICLE.id,))
    assert "Grimsby" in controller.log((), (OTHER.id,))
    assert "Who met the mayor?" not in str(controller.suggested((), (OTHER.id,))["html"])


def test_a_new_conversation_has_no_turns():
    shown = ChatController(FakeAssistant()).new()
    assert (shown.turns, shown.undone) == ((), ())
    assert "welcome" in shown.log


def test_another_conversation_is_asked_again_where_it_is_opened():
    controller = ChatController(FakeAssistant())
    kept = memory.remembered(asked(controller, "Who met the mayor?", "Zebra?"))
    shown = controller.reopen(kept)
    assert [turn.question for turn in shown.turns] == ["Who met the mayor?", "Zebra?"]
    assert not any(turn.changed for turn in shown.turns)
    assert controller.reopen("nonsense").turns == ()


def test_strictness_asks_for_its_threshold():
    class Strict(FakeAssistant):
        def threshold(self, strictness):
            return {"strict": 0.8}[strictness]

        def ask(self, question, history=(), articles=None, min_confidence=None):
            assert min_confidence == 0.8
            return super().ask(question)

    assert asked(ChatController(Strict(), "strict"), "Who met the mayor?")[0].answer.found


def test_an_assistant_without_articles_still_has_a_page():
    assistant = FakeAssistant()
    assistant.articles = {}
    assert ChatController(assistant).first_source() == NO_ARTICLE


def test_an_index_that_is_gone_is_told_in_the_chat_and_loses_nothing(small, caplog):
    gone = Assistant(small, WordCounts(), SharedWords(), calibration())
    controller = ChatController(gone)
    turns = asked(controller, "When did the mayor open the bridge?")
    assert turns[0].answer.found
    (small / "manifest.json").rename(small / "elsewhere")
    shown = controller.ask("Which tariff?", turns)
    assert [turn.question for turn in shown.turns] == [turns[0].question, "Which tariff?"]
    assert "Reference for the log" in shown.log
    assert str(small) not in shown.log
    assert "no index in" in caplog.text
    assert controller.undo(1, shown.turns).turns == turns
    assert "Reference for the log" in str(controller.inspect(0, turns)["html"])
    assert controller.new().source == NO_ARTICLE
    assert "error" in controller.open_source({"article": "bridge.txt"})
    assert controller.listing()
    (small / "elsewhere").rename(small / "manifest.json")
    assert controller.ask("Which tariff?", turns).turns[1].answer is not None
