"""The controller: what a question, a guess and an edit change on the page."""

from __future__ import annotations

from types import SimpleNamespace

from harness.fakes import SharedWords, WordCounts, calibration
from harness.web_fakes import ARTICLE, FakeAssistant
from test_web_suggestions import OTHER

from askvisit import Assistant
from askvisit.web import api, app, chat
from askvisit.web.chat import Feedback, Turns
from askvisit.web.controller import NO_ARTICLE, ChatController


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


def test_what_was_understood_otherwise_can_be_asked_as_typed_also_after_a_reload():
    assistant = FakeAssistant()
    controller = ChatController(assistant)
    turns = asked(controller, "Who met the mayor there?", "And the minister?")
    assert "Understood as" in turns[1].html
    assert 'data-typed="1"' in controller.log(turns)
    assert 'data-typed="0"' not in controller.log(turns)
    shown = controller.as_typed(1, turns)
    assert "Understood as" not in shown.turns[1].html
    assert shown.turns[1].typed
    again = controller.reopen(chat.remembered(shown.turns))
    assert [turn.typed for turn in again.turns] == [False, True]
    assert "Understood as" not in again.log


def test_a_suggestion_is_asked_as_it_stands():
    assistant = FakeAssistant()
    controller = ChatController(assistant)
    turns = asked(controller, "Who met the mayor?")
    (suggested, *_) = controller._suggested(turns, None)
    assert asked(controller, "Who met the mayor?", suggested)[1].typed
    assert not asked(controller, "Who met the mayor?", "And the minister?")[1].typed


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
    assert controller.show(edited.undone).turns == turns


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


def listener(page, event):
    (found,) = [fn for fn in page.fns.values() if any(event == name for _, name in fn.targets)]
    return found


def test_an_undo_marks_what_the_answer_before_it_cites():
    controller = ChatController(FakeAssistant())
    first = controller.ask("Who met the mayor?", ())
    turns = asked(controller, "Who met the mayor?", "When did the minister leave?")
    assert controller.undo(1, turns).source == first.source
    assert controller.undo(0, turns).source is None


def test_what_was_undone_can_be_restored_until_the_next_question(tmp_path):
    controller = ChatController(FakeAssistant(), feedback_file=Feedback(tmp_path / "said.jsonl"))
    turns = asked(controller, "Who met the mayor?", "Zebra?")
    said = controller.feedback(0, turns[:1], "helpful", turns)
    assert "data-restore" in said.log
    assert said.undone is None
    page = app.build(controller)
    stop, feedback = listener(page, "stop"), listener(page, "feedback")
    *_, stamp, undone = stop.inputs
    assert "data-restore" in stop.fn("", turns[:1], stamp.value, turns)[0]
    event = SimpleNamespace(_data={"turn": 0, "said": "helpful"})
    assert feedback.inputs[-1] is undone
    assert "data-restore" in feedback.fn("", turns[:1], stamp.value, turns, event)[0]


def test_a_page_that_is_loaded_shows_the_articles_as_they_are_now():
    assistant = FakeAssistant(ARTICLE, OTHER)
    page = app.build(ChatController(assistant))
    loaded = next(fn for fn in page.fns.values() if fn.name == "loaded")
    stamp = loaded.inputs[-1].value
    unchanged = loaded.fn("", (), stamp)
    assert all("__type__" in part for part in unchanged), "nothing to update"
    assistant.articles, assistant.suggestions = {OTHER.id: OTHER}, ("Who sails to Grimsby?",)
    log, source, *_ = loaded.fn("", (), stamp)
    assert "Who sails to Grimsby?" in log
    assert f'data-article="{OTHER.id}"' in source
    assert "__type__" in loaded.fn('["", null, true]', (), stamp)[1], "the address names another"


def test_all_that_asks_shares_one_limit():
    page = app.build(ChatController(FakeAssistant()))
    shared = {fn.name for fn in page.fns.values() if fn.concurrency_id == api.QUESTIONS}
    asking = {
        "asked",
        "suggested",
        "edit",
        "guess",
        "as_typed",
        "inspect",
        "export",
        "reopen",
        "loaded",
    }
    assert shared == asking | {"ask", "search", "timeline", "names", "articles"}


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
    kept = chat.remembered(asked(controller, "Who met the mayor?", "Zebra?"))
    shown = controller.reopen(kept)
    assert [turn.question for turn in shown.turns] == ["Who met the mayor?", "Zebra?"]
    assert not any(turn.changed for turn in shown.turns)
    assert controller.reopen("nonsense").turns == ()


def test_strictness_asks_for_its_threshold():
    class Strict(FakeAssistant):
        def threshold(self, strictness):
            return {"strict": 0.8}[strictness]

        def ask(self, question, history=(), articles=None, min_confidence=None, as_typed=False):
            assert min_confidence == 0.8
            return super().ask(question)

    assert asked(ChatController(Strict(), "strict"), "Who met the mayor there?")[0].answer.found


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
