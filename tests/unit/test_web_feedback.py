"""Feedback in a local file, and the conversation as a file."""

from __future__ import annotations

import json

import pytest
from harness.web_fakes import FakeAssistant
from test_web_controller import asked

from askvisit import transcript
from askvisit.cli import main
from askvisit.errors import ServerError
from askvisit.records import Answer
from askvisit.web.chat import Feedback
from askvisit.web.controller import ChatController

QUESTION = "Who met the mayor?"


@pytest.fixture
def controller(tmp_path):
    return ChatController(FakeAssistant(), feedback_file=Feedback(tmp_path / "feedback.jsonl"))


def test_what_is_said_is_one_line_with_the_whole_answer(controller, tmp_path):
    turns = asked(controller, QUESTION, "Zebra?")
    shown = controller.feedback(0, turns, "wrong_source")
    shown = controller.feedback(1, shown.turns, "helpful")
    assert "Marked as wrong source. Thank you." in shown.log
    lines = (tmp_path / "feedback.jsonl").read_text().splitlines()
    said = [json.loads(line) for line in lines]
    assert [record["feedback"] for record in said] == ["wrong_source", "helpful"]
    assert Answer.from_dict(said[0]["answer"]) == turns[0].answer
    assert said[0]["time"].endswith("+00:00")


def test_only_known_words_are_kept(controller, tmp_path):
    turns = asked(controller, QUESTION)
    assert controller.feedback(0, turns, "<script>").log is None
    assert (tmp_path / "feedback.jsonl").read_text() == ""


def test_without_a_file_nobody_is_asked():
    controller = ChatController(FakeAssistant())
    turns = asked(controller, QUESTION)
    assert "data-feedback" not in controller.log(turns)
    assert controller.feedback(0, turns, "helpful").turns is None


def test_a_full_disk_is_told_by_a_reference(controller, caplog):
    controller.feedback_file.path = controller.feedback_file.path / "gone"
    shown = controller.feedback(0, asked(controller, QUESTION), "helpful")
    assert "Reference for the log" in shown.log
    assert "NotADirectoryError" in caplog.text


def test_a_file_that_cannot_be_written_is_told_at_the_start(tmp_path, capsys):
    with pytest.raises(ServerError, match="feedback cannot be written to"):
        Feedback(tmp_path / "no" / "such.jsonl")
    assert main(["ui", "--port", "0", "--feedback", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("askvisit: feedback cannot be written")


def test_a_public_chat_keeps_no_feedback(tmp_path, capsys):
    assert main(["ui", "--public", "--port", "0", "--feedback", str(tmp_path / "x")]) == 1
    assert "--feedback cannot be used with --public" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_an_export_reads_back(controller, tmp_path):
    turns = asked(controller, QUESTION, "fail", "Zebra?")
    file = controller.export("json", turns)
    assert file["name"].endswith(".json")
    path = tmp_path / file["name"]
    path.write_text(file["text"], encoding="utf-8")
    read = [Answer.from_dict(answer) for answer in transcript.read(path)]
    assert read == [turns[0].answer, turns[2].answer]


@pytest.mark.parametrize("form", ["markdown", "?"])
def test_an_export_to_read_shows_question_quote_and_place(controller, form):
    turns = asked(controller, QUESTION, "fail", "Zebra?")
    file = controller.export(form, turns)
    assert file["name"].endswith(".md")
    (cited,) = turns[0].answer.citations
    assert f"## {QUESTION}\n\n> {cited.quote} [1]\n\n" in file["text"]
    assert f"({cited.article_id} {cited.start}-{cited.end}, sha256" in file["text"]
    assert "## Zebra?" in file["text"]
    assert "fail" not in file["text"]


@pytest.mark.parametrize("form", ["json", "markdown"])
def test_a_guess_is_marked_in_an_export(controller, tmp_path, form):
    mark = '"guess": true' if form == "json" else "is a best guess that was asked for"
    turns = controller.guess(1, asked(controller, QUESTION, "Zebra?", "hello")).turns
    file = controller.export(form, turns)
    assert file["text"].count(mark) == 1
    assert file["text"].index("Zebra?") < file["text"].index(mark) < file["text"].index("hello")
    assert mark not in controller.export(form, turns[:1])["text"]
    if form == "json":
        path = tmp_path / file["name"]
        path.write_text(file["text"], encoding="utf-8")
        read = [Answer.from_dict(answer) for answer in transcript.read(path)]
        assert read == [turn.answer for turn in turns]


def test_there_is_nothing_to_export_before_the_first_answer(controller):
    assert controller.export("json", asked(controller, "fail")) == {}
