"""The terminal chat: a conversation, its commands, a real terminal."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest
from harness.fakes import (
    BRIDGE,
    ROOT,
    ScriptedReader,
    WordCounts,
    calibration,
    indexed,
)

from askvisit import Answer, Assistant, build_index, transcript
from askvisit.cli import main

MAYOR = "When did the mayor open the bridge?"
OPENED = "The mayor opened the bridge on Monday."
START = BRIDGE.index(OPENED)
SOURCE = f"[1] A Bridge for the Town, paragraph 2 (bridge.txt {START}-{START + len(OPENED)})"


@pytest.fixture
def assistant(small) -> Assistant:
    return Assistant(small, WordCounts(), ScriptedReader({"on Monday": 2.0}), calibration())


@pytest.fixture
def chat(assistant, monkeypatch, capsys, tmp_path):
    """Chat with lines as standard input, in a folder of its own; returns status, output, errors."""
    monkeypatch.setattr(Assistant, "load", classmethod(lambda cls, *_, **__: assistant))
    monkeypatch.chdir(tmp_path)

    def run(*lines: str, options: tuple[str, ...] = ()) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines)))
        status = main(["chat", *options])
        output, errors = capsys.readouterr()
        return status, output, errors

    return run


class TestConversation:
    def test_answers_are_cited(self, chat):
        status, output, _ = chat(MAYOR)
        assert status == 0
        assert re.fullmatch(
            rf"{re.escape(OPENED)} \[1\]\n\n{re.escape(SOURCE)}\n\nConfidence: about \d+ %\n\n",
            output,
        )

    def test_blank_lines_are_passed_over_and_the_end_is_the_end(self, chat):
        assert chat("", "  ", "hello", "")[:2] == (
            0,
            "Hello! Ask me something about the articles.\n\n",
        )
        assert chat() == (0, "", "")

    def test_a_follow_up_is_understood_from_what_was_asked(self, chat):
        status, output, _ = chat(MAYOR, "Why?")
        assert status == 0
        assert "\nUnderstood as: " in output

    def test_a_new_conversation_forgets(self, chat):
        output = chat(MAYOR, "/reset", "Why?")[1]
        assert "\n\nStarted a new conversation.\n\n" in output
        assert "Understood as" not in output

    def test_leaving_leaves(self, chat):
        for leave in ("/quit", "/exit", "/QUIT"):
            assert chat(leave, MAYOR) == (0, "", "")

    def test_help_lists_every_command(self, chat):
        output = chat("/help")[1]
        for command in ("/sources N", "/export FILE", "/reset", "/help", "/quit"):
            assert f"\n  {command} " in f"\n{output}"

    def test_choices_are_those_of_ask(self, chat):
        refused = chat("Who came?", options=("--strictness", "strict", "--article", "tariffs.txt"))
        assert refused[1].startswith("The articles do not answer this question.")
        assert "  A tariff on wool" in refused[1]
        status, output, errors = chat(MAYOR, options=("--article", "x.txt"))
        assert (status, output) == (1, "")
        assert errors.startswith("askvisit: no article is called 'x.txt'")

    def test_the_day_of_asking_is_one_of_them(self, chat, small):
        days = {"bridge.toml": "date = 2019-06-20", "tariffs.toml": "date = 2019-06-27"}
        indexed(small, days)
        asked = "When did the mayor open the bridge last week?"
        for day, told in (("2019-06-27", "2019-06-17 to 2019-06-23"), ("2019-07-03", "06-30")):
            status, output, _ = chat(asked, asked, options=("--as-of", day))
            assert (status, output.count("Time asked about: ")) == (0, 2)
            assert output.endswith(f"{told}\n\n")
        earlier = chat("Who?", "/sources", options=("--as-of", "2019-06-26"))[1]
        assert "bridge.txt" in earlier
        assert "tariffs.txt" not in earlier

    @pytest.mark.parametrize(
        ("day", "told"),
        [("soon", "as_of is 'soon', which is not"), ("2018", "after 2018-12-31")],
    )
    def test_a_wrong_day_of_asking_is_told_before_a_question(self, chat, small, day, told):
        days = {"bridge.toml": "date = 2019-06-20", "tariffs.toml": "date = 2019-06-27"}
        indexed(small, days)
        status, output, errors = chat(MAYOR, options=("--as-of", day))
        assert (status, output, errors.count("\n")) == (1, "", 1)
        assert told in errors


class TestSources:
    def test_are_listed(self, chat):
        assert chat(MAYOR, "/sources")[1].endswith(f"\n\n{SOURCE}\n\n")

    def test_one_is_shown_in_its_passage_with_the_quote_marked(self, chat):
        output = chat(MAYOR, "/sources 1")[1]
        passage = f"**{OPENED}** It cost two million crowns and took three years."
        assert output.endswith(f"{SOURCE}\n\n{passage}\n\n")

    def test_of_a_refusal_are_the_nearest_passages(self, chat):
        output = chat("Who sang?", "/sources 1", options=("--article", "tariffs.txt"))[1]
        assert "[1] close, but not an answer (" in output
        assert output.count("**") == 2

    @pytest.mark.parametrize("number", ["2", "0", "-1", "one", "1 2", "²", "9" * 99])
    def test_that_there_is_not_is_one_line(self, chat, number):
        status, _, errors = chat(MAYOR, f"/sources {number}")
        assert (status, errors) == (
            1,
            "askvisit: the last answer has 1 source; ask for one by number: /sources 1\n",
        )

    @pytest.mark.parametrize("before", [(), ("hello",), (MAYOR, "/reset")])
    def test_of_nothing_is_one_line(self, chat, before):
        status, _, errors = chat(*before, "/sources")
        assert (status, errors.count("\n")) == (1, 1)
        assert "no sources" in errors

    @pytest.mark.parametrize("text", [None, "Another text, which is new.\n"])
    def test_of_an_article_that_has_changed_is_one_line(self, chat, small, monkeypatch, text):
        ask = Assistant.ask

        def ask_then_change(*arguments, **choices):
            answer = ask(*arguments, **choices)
            path = small / "articles" / "bridge.txt"
            path.unlink() if text is None else path.write_text(text)
            build_index(index=small, encoder=WordCounts())
            return answer

        monkeypatch.setattr(Assistant, "ask", ask_then_change)
        status, _, errors = chat(MAYOR, "/sources 1")
        assert (status, errors) == (1, "askvisit: bridge.txt has changed since then; ask again\n")


class TestExport:
    @pytest.mark.parametrize("name", ["talk.json", "my talk.JSON"])
    def test_is_what_verify_proves(self, chat, small, tmp_path, capsys, name):
        status, output, errors = chat("hello", MAYOR, f"/export {name}")
        assert (status, errors) == (0, "")
        assert output.endswith(f"2 answers written to {name}\n\n")
        read = [Answer.from_dict(answer) for answer in transcript.read(tmp_path / name)]
        assert [answer.question for answer in read] == ["hello", MAYOR]
        assert main(["verify", "--index", str(small), "--answers", str(tmp_path / name)]) == 0
        assert "2 answers, 1 intact" in capsys.readouterr().out

    @pytest.mark.parametrize("name", ["talk.md", "TALK.MD"])
    def test_is_markdown_to_read(self, chat, tmp_path, name):
        assert chat("hello", MAYOR, f"/export {name}")[0] == 0
        text = (tmp_path / name).read_text()
        assert text.startswith("# A conversation with the articles\n\n## hello\n\n")
        assert f"\n\n## {MAYOR}\n\n> " in text

    def test_of_one_answer_is_counted_as_one(self, chat, small, tmp_path, capsys):
        assert chat(MAYOR, "/export talk.json")[1].endswith("1 answer written to talk.json\n\n")
        main(["verify", "--index", str(small), "--answers", str(tmp_path / "talk.json")])
        assert capsys.readouterr().out.endswith("talk.json: 1 answer, 1 intact\n")

    def test_never_overwrites(self, chat, tmp_path):
        (tmp_path / "talk.md").write_text("mine")
        status, _, errors = chat(MAYOR, "/export talk.md", "/export talk.json")
        assert (status, errors) == (1, "askvisit: talk.md already exists; give another file name\n")
        assert (tmp_path / "talk.md").read_text() == "mine"
        assert json.loads((tmp_path / "talk.json").read_text())["answers"][0]["question"] == MAYOR

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            *(("", "ends in .md or .json"), ("talk.doc", "ends in .md or .json")),
            *(("no/folder/talk.md", "cannot be written (No such file"), ("a\0b.md", "null")),
            ("~no-such-user/talk.md", "cannot be written (Could not determine"),
        ],
    )
    def test_that_cannot_be_is_one_line_and_loses_nothing(self, chat, tmp_path, name, words):
        status, _, errors = chat(MAYOR, f"/export {name}", "/export good.json")
        assert (tmp_path / "good.json").exists()
        assert (status, errors.count("\n")) == (1, 1)
        assert words in errors

    def test_that_fails_midway_leaves_its_name_free(self, chat, tmp_path, monkeypatch):
        whole = transcript.to_markdown
        texts = iter(["no UTF-8: \ud800", whole([])])
        monkeypatch.setattr(transcript, "to_markdown", lambda _: next(texts))
        status, output, errors = chat(MAYOR, "/export talk.md", "/export talk.md")
        assert (status, errors.count("cannot be written")) == (1, 1)
        assert output.endswith("1 answer written to talk.md\n\n")
        assert (tmp_path / "talk.md").read_text() == whole([])

    def test_of_nothing_is_one_line(self, chat):
        assert "there is nothing to export yet" in chat("/export talk.md")[2]


class TestErrors:
    def test_an_unknown_command_is_one_line(self, chat):
        status, output, errors = chat("/sing", MAYOR)
        assert (status, errors) == (
            1,
            "askvisit: there is no command /sing; /help lists the commands\n",
        )
        assert output.startswith(OPENED)

    def test_a_question_that_cannot_be_asked_is_one_line(self, chat):
        status, output, errors = chat("x" * 2001, MAYOR)
        assert (status, errors.count("\n")) == (1, 1)
        assert "2,001 characters" in errors
        assert output.startswith(OPENED)

    def test_control_characters_do_not_reach_the_terminal(self, chat):
        _, output, errors = chat("/\x1b[31m", f"{MAYOR}\x1b[2J", "/export \x1b[31m.md/x.md")
        assert "\x1b" not in output + errors


FAKED = """
import fcntl, sys, termios
if sys.stdin.isatty():  # so that Ctrl-C in the terminal is an interrupt here
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
sys.path.insert(0, {tests!r})
from pathlib import Path
from harness.fakes import ScriptedReader, WordCounts, calibration
from askvisit import Assistant
from askvisit.cli import main
reader = ScriptedReader({{"on Monday": 2.0}})
assistant = Assistant(Path({index!r}), WordCounts(), reader, calibration())
Assistant.load = classmethod(lambda cls, *_, **__: assistant)
sys.exit(main(["chat"]))
"""


def faked(index) -> list[str]:
    return [sys.executable, "-c", FAKED.format(tests=str(ROOT / "tests"), index=str(index))]


class Terminal:
    """A chat in a pseudo terminal, typed into and read from as a person does."""

    def __init__(self, index) -> None:
        self.unread = ""
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            faked(index),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm", "INPUTRC": "/dev/null"},
        )
        os.close(slave)

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def until(self, words: str) -> str:
        """Return what is shown up to some words; what comes after them is for the next call."""
        end = time.monotonic() + 90
        while words not in self.unread:
            assert time.monotonic() < end, f"{words!r} is not in {self.unread!r}"
            if select.select([self.master], [], [], 0.2)[0]:
                self.unread += os.read(self.master, 4096).decode()
        before, found, self.unread = self.unread.partition(words)
        return before + found

    def interrupt(self) -> None:
        """Press Ctrl-C, and Enter: `readline` misses a signal that comes before it waits."""
        self.type("\x03")
        time.sleep(0.2)
        self.type("\r")

    def status(self) -> int:
        """Return the exit status; what is shown is read, since leaving waits for that."""
        end = time.monotonic() + 90
        while self.process.poll() is None:
            assert time.monotonic() < end, f"still running after {self.unread!r}"
            if select.select([self.master], [], [], 0.2)[0]:
                with suppress(OSError):  # the other end is closed
                    self.unread += os.read(self.master, 4096).decode()
        return self.process.returncode

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)


@pytest.fixture
def terminal(small):
    opened = Terminal(small)
    yield opened
    opened.close()


class TestTerminal:
    def test_a_conversation(self, terminal):
        assert "Ask about 2 articles." in terminal.until("> ")
        terminal.type(f"{MAYOR}\r")
        shown = terminal.until("\n> ")
        assert "bridge \x1b[1mon Monday\x1b[0m. [1]" in shown
        terminal.type("/sources 1\r")
        assert f"\x1b[7m{OPENED}\x1b[0m It cost" in terminal.until("\n> ")
        terminal.type("/nonsense\r")
        assert "there is no command /nonsense" in terminal.until("\n> ")
        terminal.type("\x04")
        assert terminal.status() == 0

    def test_arrow_keys_bring_back_a_line_to_edit(self, terminal):
        pytest.importorskip("readline")
        terminal.until("> ")
        terminal.type("hello\r")
        terminal.until("\n> ")
        terminal.type("\x1b[A there\r")
        assert "hello there" in terminal.until("Ask me")

    def test_ctrl_c_drops_a_line_and_twice_leaves(self, terminal):
        terminal.until("> ")
        terminal.type("half a quest")
        terminal.until("half a quest")
        terminal.interrupt()
        terminal.until("Press Ctrl-C again to quit.")
        terminal.until("> ")
        terminal.type("hello\r")
        terminal.until("Hello!")
        terminal.until("> ")
        terminal.interrupt()
        terminal.until("again to quit.")
        terminal.until("> ")
        terminal.interrupt()
        assert terminal.status() == 130

    def test_quit(self, terminal):
        terminal.until("> ")
        terminal.type("/quit\r")
        assert terminal.status() == 0


class TestProcess:
    def test_ctrl_c_while_lines_are_read_is_130(self, small):
        with subprocess.Popen(
            faked(small), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            process.stdin.write(b"hello\n")
            process.stdin.flush()
            assert process.stdout.readline().startswith(b"Hello!")
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 130
            assert process.stderr.read() == b""

    def test_bytes_that_are_no_text_are_no_bug(self, small):
        strict = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}  # as in most locales
        done = subprocess.run(
            faked(small), input=b"\xff\xfe hello\n", capture_output=True, env=strict
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == b""

    def test_the_committed_index(self):
        lines = "Hi, who stands to gain the most?\n/sources 1\nwhat is the headline?\n"
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                "from askvisit.cli import main; raise SystemExit(main())",
                "chat",
            ],
            input=lines,
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert re.search(r"\*\*Xi stands to gain the most [^*]*\*\* Although", done.stdout)
        assert "Diplomatic Leverage [1]" in done.stdout
