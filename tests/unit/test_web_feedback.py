"""Feedback in a local file, and the conversation as a file."""

from __future__ import annotations

import json

import pytest
from harness.web_fakes import FakeAssistant, Page

from askvisit import transcript
from askvisit.cli import main
from askvisit.errors import ServerError
from askvisit.records import Answer
from askvisit.web.chat import Chat
from askvisit.web.request_log import Lines

QUESTION = "Who met the mayor?"


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "feedback.jsonl"


def asked(*questions, feedback=None):
    page = Page(Chat(FakeAssistant(), feedback=feedback))
    for question in questions:
        page.ask(question)
    return page


def test_what_is_said_is_one_line_with_the_whole_answer(kept):
    page = asked(QUESTION, "Zebra?", feedback=Lines(kept, "feedback"))
    assert 'data-feedback="wrong_source"' in page.html
    shown = page.post("feedback", said="wrong_source", turn=page.turns[0])
    page.post("feedback", said="helpful", turn=page.turns[1])
    assert "Marked as wrong source. Thank you." in shown["html"]
    assert "data-feedback" not in shown["html"]
    said = [json.loads(line) for line in kept.read_text().splitlines()]
    assert [record["feedback"] for record in said] == ["wrong_source", "helpful"]
    assert said[0]["answer"] == page.turns[0]["answer"]
    assert said[0]["time"].endswith("+00:00")


def test_only_known_words_are_kept(kept):
    page = asked(QUESTION, "fail", feedback=Lines(kept, "feedback"))
    assert "detail" in page.post("feedback", said="<script>", turn=page.turns[0])
    assert "detail" in page.post("feedback", said="helpful", turn=page.turns[1])
    assert kept.read_text() == ""


def test_without_a_file_nobody_is_asked():
    page = asked(QUESTION)
    assert "data-feedback" not in page.html
    assert "not kept" in page.post("feedback", said="helpful", turn=page.turns[0])["detail"]


def test_a_full_disk_is_told_by_a_reference(kept, caplog):
    page = asked(QUESTION, feedback=Lines(kept, "feedback"))
    kept.unlink()
    kept.mkdir()
    shown = page.post("feedback", said="helpful", turn=page.turns[0])
    assert "Reference for the log" in shown["html"]
    assert "IsADirectoryError" in caplog.text


def test_a_file_that_cannot_be_written_is_told_at_the_start(tmp_path, capsys):
    with pytest.raises(ServerError, match="feedback cannot be written to"):
        Lines(tmp_path / "no" / "such.jsonl", "feedback")
    assert main(["ui", "--port", "0", "--feedback", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("askvisit: feedback cannot be written")


def test_a_public_chat_keeps_no_feedback(tmp_path, capsys):
    assert main(["ui", "--public", "--port", "0", "--feedback", str(tmp_path / "x")]) == 1
    assert "--feedback cannot be used with --public" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_an_export_reads_back(tmp_path):
    page = asked(QUESTION, "fail", "Zebra?")
    file = page.post("export", form="json", turns=page.turns)
    assert file["name"].endswith(".json")
    path = tmp_path / file["name"]
    path.write_text(file["text"], encoding="utf-8")
    read = [Answer.from_dict(answer) for answer in transcript.read(path)]
    assert read == [Answer.from_dict(page.turns[n]["answer"]) for n in (0, 2)]


def test_an_export_to_read_shows_question_quote_and_place():
    page = asked(QUESTION, "fail", "Zebra?")
    file = page.post("export", turns=page.turns)
    assert file["name"].endswith(".md")
    (cited,) = page.turns[0]["answer"]["citations"]
    bold = cited["quote"].replace(cited["span"], f"**{cited['span']}**")
    assert f"## {QUESTION}\n\n> {bold} [1]\n\n" in file["text"]
    assert f"[1] {cited['article_id']} {cited['start']}-{cited['end']}" in file["text"]
    assert "## Zebra?" in file["text"]
    assert "fail" not in file["text"]


@pytest.mark.parametrize("form", ["json", "markdown"])
def test_a_guess_is_marked_in_an_export(form):
    mark = '"guess": true' if form == "json" else "is a best guess that was asked for"
    page = asked(QUESTION, "Zebra?", "hello")
    page.guess(1)
    text = page.post("export", form=form, turns=page.turns)["text"]
    assert text.count(mark) == 1
    assert text.index("Zebra?") < text.index(mark) < text.index("hello")
    assert mark not in page.post("export", form=form, turns=page.turns[:1])["text"]
