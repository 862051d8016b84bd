"""The log of questions, the reference that an error is told by, and `/health`."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

import pytest
from harness.fakes import SharedWords, WordCounts, calibration
from harness.web_fakes import FakeAssistant, Page

from askvisit import Assistant
from askvisit.cli import main
from askvisit.errors import QuestionError, ServerError
from askvisit.trace import STAGES
from askvisit.web import server
from askvisit.web.chat import Chat
from askvisit.web.request_log import RequestLog

NO_PROXY = build_opener(ProxyHandler({}))


@pytest.fixture
def logged(small, tmp_path):
    assistant = Assistant(small, WordCounts(), SharedWords(), calibration())
    assistant.observer = RequestLog(tmp_path / "log.jsonl").observe
    return assistant


def lines(tmp_path) -> list[dict]:
    return [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]


def test_a_question_is_a_line_without_its_words(logged, assistant, tmp_path):
    question = "Who opened the bridge?"
    answer = logged.ask(question)
    assert answer == assistant.ask(question)
    (line,) = lines(tmp_path)
    assert set(line["seconds"]) == {*STAGES, "all"}
    assert (line["kind"], line["citations"]) == ("answer", len(answer.citations))
    assert line["confidence"] == pytest.approx(answer.confidence, abs=1e-3)
    assert line["characters"] == len(question)
    assert "bridge" not in (tmp_path / "log.jsonl").read_text()


def test_the_words_are_logged_where_they_are_asked_for(logged, tmp_path):
    logged.observer = RequestLog(tmp_path / "log.jsonl", text=True).observe
    logged.ask("What\ncost \ud800 <b>two</b> million?")
    assert lines(tmp_path)[0]["question"] == "What\ncost \ud800 <b>two</b> million?"


def test_the_id_of_the_line_is_the_reference_that_the_person_is_told(
    logged, tmp_path, monkeypatch, caplog
):
    def fail(*_, **__):
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(logged, "_trace", fail)
    html = Page(Chat(logged)).ask("Who opened the bridge?")
    told = re.search(r"Reference for the log: (\w+)", html)[1]
    (line,) = lines(tmp_path)
    assert (line["id"], line["kind"], line["error"]) == (told, "error", "RuntimeError")
    assert told in caplog.text
    assert "secret" not in html + json.dumps(line)


def test_a_question_that_cannot_be_asked_is_a_line_too(logged, tmp_path):
    for question in ("", 3):
        with pytest.raises(QuestionError):
            logged.ask(question)
    assert [line["error"] for line in lines(tmp_path)] == ["QuestionError"] * 2


def test_a_full_disk_loses_no_answer(logged, caplog):
    logged.observer = RequestLog(Path("/dev/full")).observe
    assert logged.ask("Who opened the bridge?").found
    assert "no line was logged" in caplog.text


def test_a_dash_logs_to_stderr(logged, capsys):
    logged.observer = RequestLog(Path("-")).observe
    logged.ask("Who opened the bridge?")
    assert json.loads(capsys.readouterr().err)["kind"] == "answer"


def test_what_is_wrong_with_the_options_is_told_at_the_start(tmp_path, capsys):
    with pytest.raises(ServerError, match="the log cannot be written to"):
        RequestLog(tmp_path / "no" / "log")
    assert main(["ui", "--log-text", "--port", "0"]) == 1
    assert "add --log FILE" in capsys.readouterr().err
    assert main(["ui", "--public", "--log", "-", "--log-text", "--port", "0"]) == 1
    assert "--log-text cannot be used with --public" in capsys.readouterr().err


class Sick(FakeAssistant):
    """Its index is gone."""

    sick = False

    @property
    def articles(self):
        if self.sick:
            from askvisit.errors import IndexMissingError

            raise IndexMissingError(Path("/a/secret/folder"))
        return self._articles

    @articles.setter
    def articles(self, articles):
        self._articles = articles


def test_health_says_whether_questions_can_be_answered_and_no_more(caplog):
    caplog.set_level(logging.WARNING)
    assistant = Sick()
    page = server.launch(Chat(assistant), "127.0.0.1", server.free_port("127.0.0.1", 0))
    try:
        with NO_PROXY.open(f"{page.local_url}health") as response:
            told = json.load(response)
            assert response.headers["x-content-type-options"] == "nosniff"
        assert (told["status"], told["articles"]) == ("ok", 1)
        assistant.sick = True
        with pytest.raises(HTTPError) as refused:
            NO_PROXY.open(f"{page.local_url}health")
        assert refused.value.code == 503
        told = json.load(refused.value)
        assert (told["status"], told["error"]) == ("error", "IndexMissingError")
        assert "secret" not in str(told)
        assert "/a/secret/folder" in caplog.text
    finally:
        page.close()
