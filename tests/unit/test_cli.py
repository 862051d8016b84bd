"""The command line: exit statuses, one-line errors, JSON, pipes."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from types import SimpleNamespace

import pytest
from harness.fakes import (
    BRIDGE,
    ROOT,
    ScriptedReader,
    ScriptedResolver,
    SharedWords,
    WordCounts,
    calibration,
    citation,
    write_articles,
)

from askvisit import Answer, Assistant, __version__
from askvisit.cli import main, show
from askvisit.evaluation.events import read_events
from askvisit.evaluation.questions import Models
from askvisit.index.manifest import FORMAT
from askvisit.records import Hit

MAYOR = "When did the mayor open the bridge?"
OPENED = "The mayor opened the bridge on Monday."
COMMANDS = ("index", "ask", "compare", "chat", "search", "verify", "evaluate", "ui", "mcp")


@pytest.fixture
def assistant(small) -> Assistant:
    return Assistant(small, WordCounts(), ScriptedReader({"on Monday": 2.0}), calibration())


@pytest.fixture
def cli(assistant, small, monkeypatch, capsys):
    """Run a command over `small` with fakes for models; returns status, output, errors."""
    monkeypatch.setattr(Assistant, "load", classmethod(lambda cls, *_, **__: assistant))
    monkeypatch.setattr("askvisit.encoder.load", lambda *_: WordCounts())
    monkeypatch.setenv("ASKVISIT_INDEX", str(small))

    def run(*arguments: str, stdin: str | bytes = b"") -> tuple[int, str, str]:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data)))
        try:
            status = main(arguments)
        except SystemExit as end:
            status = end.code
        output, errors = capsys.readouterr()
        assert "Traceback" not in output + errors
        return status, output, errors

    return run


def lines(output: str) -> list[dict]:
    return [json.loads(line) for line in output.splitlines()]


def assert_error(result: tuple[int, str, str], words: str) -> None:
    status, output, errors = result
    assert (status, output) == (1, "")
    assert errors.startswith("askvisit: ")
    assert errors.count("\n") == 1
    assert words in errors


class TestHelp:
    def test_of_the_program(self, cli):
        status, output, errors = cli("--help")
        assert (status, errors) == (0, "")
        assert all(f"\n    {command} " in output for command in COMMANDS)
        assert 'askvisit ask "' in output
        assert "Exit status" in output

    @pytest.mark.parametrize("command", COMMANDS)
    def test_of_every_command_teaches_by_example(self, cli, command):
        status, output, errors = cli(command, "--help")
        assert (status, errors) == (0, "")
        assert output.startswith(f"usage: askvisit {command}")
        assert f"\n  askvisit {command}" in output
        assert all(len(line) <= 100 for line in output.splitlines())

    def test_without_a_command_all_are_listed(self, cli):
        assert cli() == (2, "", cli("--help")[1])

    def test_of_the_version(self, cli):
        assert cli("--version") == (0, f"askvisit {__version__}\n", "")

    @pytest.mark.parametrize(
        "arguments",
        [
            *([], ["fly"], ["ask", "--fast"], ["search"], ["search", "x", "-k", "many"]),
            *(["ask", "--strictness", "harsh", "Who?"], ["evaluate"], ["index", "extra"]),
            *(["ask"], ["ask", "--jsonl", "Who?"], ["search", "x", "-k", "0"]),
            *(["names", "-k", "-1"], ["names", "-k", "²"]),
        ],
    )
    def test_wrong_usage_is_status_2(self, cli, arguments):
        status, output, errors = cli(*arguments)
        assert (status, output) == (2, "")
        assert errors.startswith("usage: askvisit")

    def test_an_unknown_option_shows_the_usage_of_its_command(self, cli):
        status, output, errors = cli("names", "--frobnicate", "-k", "3")
        assert (status, output) == (2, "")
        assert errors.startswith("usage: askvisit names ")
        assert errors.endswith("unrecognized arguments: --frobnicate\n")

    def test_ctrl_c_says_what_is_kept(self, cli, monkeypatch):
        def interrupted(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("askvisit.fetching.fetch", interrupted)
        status, output, errors = cli("add", "http://weir.example/")
        assert (status, output) == (130, "")
        assert errors == "askvisit: interrupted; the pages listed so far are in the index\n"


class TestAsk:
    def test_an_answer_is_shown_with_its_source(self, cli):
        status, output, errors = cli("ask", MAYOR)
        start = BRIDGE.index("The mayor")
        assert (status, errors) == (0, "")
        assert output == (
            "The mayor opened the bridge on Monday. [1]\n\n"
            f"[1] A Bridge for the Town, paragraph 2 (bridge.txt {start}-{start + 38})\n\n"
            "Confidence: about 90 %\n"
        )

    def test_a_part_that_is_not_found_is_named(self, small, cli, monkeypatch):
        shared = Assistant(small, WordCounts(), SharedWords(), calibration(), ScriptedResolver())
        monkeypatch.setattr(Assistant, "load", classmethod(lambda cls, *_, **__: shared))
        status, output, _ = cli("ask", f"{MAYOR} Who baked the zeppelin?")
        assert status == 0
        assert output.splitlines()[0].endswith("[1]")
        refused = "Who baked the zeppelin? No sentence is sure enough to be the answer."
        assert refused in output.splitlines()

    def test_words_need_no_quotes(self, cli):
        assert cli("ask", *MAYOR.split()) == cli("ask", MAYOR)

    def test_not_found_is_status_3_and_shows_the_nearest(self, cli):
        status, output, _ = cli("ask", "--strictness", "strict", "Who?", "--article", "tariffs.txt")
        assert status == 3
        assert output.startswith("The articles do not answer this question.\n\nNearest passages:\n")
        assert "  A tariff on wool" in output

    def test_talk_is_status_3(self, cli, assistant, monkeypatch):
        hello = Answer("hello", "hello", "talk", False, "Hello!", 0.0)
        monkeypatch.setattr(assistant, "ask", lambda *_, **__: hello)
        assert cli("ask", "hello") == (3, "Hello!\n", "")

    def test_json_is_one_line_that_gives_the_answer_back(self, cli, assistant):
        for question, status in ((MAYOR, 0), ("?!", 3)):
            result = cli("ask", "--json", question)
            assert (result[0], result[2], result[1].count("\n")) == (status, "", 1)
            assert Answer.from_dict(json.loads(result[1])) == assistant.ask(question)

    @pytest.mark.parametrize(("level", "status"), [("lenient", 0), ("normal", 3), ("strict", 3)])
    def test_strictness(self, small, cli, monkeypatch, level, status):
        shy = Assistant(small, WordCounts(), ScriptedReader({"on Monday": -0.4}), calibration())
        monkeypatch.setattr(Assistant, "load", classmethod(lambda cls, *_, **__: shy))
        assert cli("ask", "--strictness", level, MAYOR)[0] == status

    def test_an_article_may_be_chosen(self, cli):
        output = cli("ask", "--json", "--article", "tariffs.txt", "Who?")[1]
        assert {hit["article_id"] for hit in json.loads(output)["nearest"]} == {"tariffs.txt"}
        assert_error(cli("ask", "--article", "x.txt", MAYOR), "'x.txt'; the index has bridge.txt")

    def test_the_day_of_asking_may_be_chosen(self, cli, small):
        days = {"bridge.toml": "date = 2019-06-27", "tariffs.toml": "date = 2019-03-20"}
        write_articles(small / "articles", days)
        assert cli("index")[0] == 0
        asked = "What did the minister do last week?"
        status, output, _ = cli("ask", "--json", "--as-of", "2019-06-26", asked)
        assert status == 3
        assert {hit["article_id"] for hit in json.loads(output)["nearest"]} == {"tariffs.txt"}
        status, output, _ = cli("ask", "--json", "--as-of", "2019-07-03", asked)
        assert status == 0
        assert json.loads(output)["period"] == ["2019-06-24", "2019-06-30"]
        shown = cli("ask", "--as-of", "2019-07-03", asked)[1]
        assert shown.endswith("\nTime asked about: 2019-06-24 to 2019-06-30\n")
        assert_error(cli("ask", "--as-of", "soon", MAYOR), "as_of is 'soon', which is not a date")
        assert_error(cli("ask", "--as-of", "2018", MAYOR), "published after 2018-12-31")
        (line,) = lines(cli("ask", "--jsonl", "--as-of", "2018", stdin='{"question": "Who?"}')[1])
        assert "published after 2018-12-31" in line["error"]

    def test_of_an_ambiguous_question_the_places_are_shown_with_their_articles(
        self, small, cli, monkeypatch
    ):
        crowded = replace(calibration(), confidence={"margin": 1.0, "crowd": -2.0})
        reader = ScriptedReader({"came to see": 1.0, "nine percent": 1.0})
        one = Assistant(small, WordCounts(), reader, crowded)
        monkeypatch.setattr(Assistant, "load", classmethod(lambda cls, *_, **__: one))
        status, output, _ = cli("ask", "What did the minister do?")
        assert status == 3
        told, _, places, *hits = output.splitlines()
        assert told.startswith("Several articles may be meant.")
        assert places == "Likeliest places:"
        titles = {one.articles[name].title for name in ("bridge.txt", "tariffs.txt")}
        assert {hit.rpartition("(")[2] for hit in hits[:2]} == {f"{title})" for title in titles}

    @pytest.mark.parametrize("question", ["", " \n"])
    def test_an_empty_question_is_an_error(self, cli, question):
        assert_error(cli("ask", question), "empty")

    def test_no_question_is_wrong_usage(self, cli):
        assert "error: give a QUESTION, or --jsonl" in cli("ask")[2]

    def test_a_question_that_is_too_long_is_an_error(self, cli):
        assert_error(cli("ask", "x" * 100_000), "100,000 characters; the limit is 2,000")

    def test_bold_words_only_in_a_terminal(self, cli, monkeypatch):
        assert "\x1b" not in cli("ask", MAYOR)[1]
        monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
        monkeypatch.delenv("NO_COLOR", raising=False)
        assert "bridge \x1b[1mon Monday\x1b[0m. [1]" in cli("ask", MAYOR)[1]

    def test_all_words_that_answer_are_bold(self, monkeypatch):
        monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
        monkeypatch.delenv("NO_COLOR", raising=False)
        cited = citation(BRIDGE, "The mayor opened the bridge on Monday.", "on Monday")
        spans = ((cited.start, cited.start + len("The mayor")), (cited.span_start, cited.span_end))
        found = Answer(MAYOR, MAYOR, "answer", True, "", 0.9, (replace(cited, spans=spans),))
        shown = "\x1b[1mThe mayor\x1b[0m opened the bridge \x1b[1mon Monday\x1b[0m. [1]"
        assert show.answer(found).startswith(shown)


class TestJsonl:
    def test_an_answer_a_line_with_the_id(self, cli, assistant):
        asked = [
            {"question": MAYOR, "id": 7},
            {"question": "?!", "id": "b"},
            {"question": MAYOR},
        ]
        status, output, errors = cli("ask", "--jsonl", stdin="\n".join(map(json.dumps, asked)))
        assert (status, errors) == (0, "")
        first, second, third = lines(output)
        assert (first["id"], second["id"]) == (7, "b")
        assert "id" not in third
        assert Answer.from_dict(first) == Answer.from_dict(third) == assistant.ask(MAYOR)
        assert second["kind"] == "not_found"

    def test_blank_lines_and_crlf_are_passed_over(self, cli):
        line = json.dumps({"question": MAYOR})
        status, output, _ = cli("ask", "--jsonl", stdin=f"\n  \r\n{line}\r\n\n{line}\n\n")
        assert (status, len(lines(output))) == (0, 2)

    def test_nothing_asked_is_nothing_answered(self, cli):
        assert cli("ask", "--jsonl", stdin="") == (0, "", "")

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            (b"{", 'not JSON; a line must be {"question": '),
            (b"oops", 'not JSON; a line must be {"question": '),
            (b"\xff", "not JSON"),
            (b"[" * 100_000, "not JSON"),
            (b"7", '"question"'),
            (b"[]", '"question"'),
            (b'{"id": 1}', '"question"'),
            (b'{"question": null}', "text"),
            (b'{"question": 5}', "text"),
            (b'{"question": " "}', "empty"),
            (b'{"question": "' + b"x" * 2001 + b'"}', "2,000"),
            (b'{"question": "Who?", "articles": ["a.txt"]}', '"articles" cannot differ by line'),
            (b'{"question": "Who?", "history": 5}', "history"),
            (b'{"question": "Who?", "history": "all"}', "history"),
            (b'{"question": "Who?", "history": [7]}', "history"),
            (b'{"question": "Who?", "history": [{"question": "Who?"}]}', "history"),
            (b'{"question": "Who?", "history": {"question": "Who?"}}', "history"),
            (
                b'{"question": "Why?", "history": [{"question": 5, "reading": "x", "text": "t",'
                b'"kind": "not_found", "found": false, "confidence": 0.1, "citations": []}]}',
                "history",
            ),
        ],
    )
    def test_a_bad_line_gives_an_error_in_its_place(self, cli, line, words):
        good = json.dumps({"question": MAYOR, "id": 2}).encode()
        status, output, errors = cli("ask", "--jsonl", stdin=line + b"\n" + good)
        bad, answered = lines(output)
        assert (status, errors) == (1, "")
        assert set(bad) - {"id"} == {"error"}
        assert words in bad["error"]
        assert bad["error"]
        assert (answered["id"], answered["found"]) == (2, True)

    def test_a_bad_line_keeps_its_id(self, cli):
        asked = '{"question": "", "id": "a"}\n{"id": null}\n'
        assert [line.get("id", "-") for line in lines(cli("ask", "--jsonl", stdin=asked)[1])] == [
            *("a", None)
        ]

    def test_history_reaches_the_assistant(self, cli, assistant, monkeypatch):
        earlier, seen = assistant.ask(MAYOR), []
        ask = assistant.ask
        monkeypatch.setattr(
            assistant,
            "ask",
            lambda q, history=(), **more: seen.append(history) or ask(q, history, **more),
        )
        asked = {
            "question": "And who came?",
            "history": [asdict(earlier)],
            "articles": None,
            "n": 1,
        }
        assert cli("ask", "--jsonl", stdin=json.dumps(asked))[0] == 0
        assert [list(history) for history in seen] == [[earlier]]

    def test_a_question_beside_jsonl_is_an_error(self, cli):
        assert "error: --jsonl reads questions from standard" in cli("ask", "--jsonl", "Who?")[2]

    def test_a_lone_surrogate_stays_json(self, cli):
        asked = '{"question": "\\ud800 Who?", "id": "\\udfff"}'
        (answered,) = lines(cli("ask", "--jsonl", stdin=asked)[1])
        assert (answered["question"], answered["id"]) == ("\ud800 Who?", "\udfff")


class TestCompare:
    @pytest.fixture
    def differing(self, small, monkeypatch, cli):
        """An assistant whose articles differ on what the minister did."""
        reader = ScriptedReader({"came to see": 2.0, "raised the tariff": 1.0})
        one = Assistant(small, WordCounts(), reader, calibration(), ScriptedResolver())
        monkeypatch.setattr(Assistant, "load", classmethod(lambda cls, *_, **__: one))
        return one

    def test_it_shows_who_says_what(self, cli, differing):
        status, output, errors = cli("compare", "What", "did", "the", "minister", "do?")
        assert (status, errors) == (0, "")
        count, first, second, gap, *quotes = output.splitlines()
        assert (count, gap) == ("2 articles answer this", "")
        assert re.fullmatch(
            r"  \S.*  came to see        no date  A Bridge for the Town \[1]", first
        )
        assert re.fullmatch(r"  \S.*  raised the tariff  no date  Tariffs Rise Again \[2]", second)
        assert quotes[0] == "The minister came to see the bridge. [1]"
        assert quotes[1].startswith("    [1] A Bridge for the Town, paragraph 3 (bridge.txt ")

    def test_rows_have_the_article_s_own_words_and_its_day_in_words(self, differing):
        found = differing.ask("What did the minister do?", each=True)
        one, other = (group.members[0] for group in found.groups)
        same = replace(found.groups[0], members=(replace(one, date="2021-05-03"), other))
        rows = show.comparison(replace(found, groups=(replace(same, relation=None),))).splitlines()
        assert rows[1:3] == [
            "  came to see        3 May 2021  A Bridge for the Town [1]",
            "  raised the tariff  no date     Tariffs Rise Again [2]",
        ]

    def test_as_json_and_in_a_scope(self, cli, differing):
        asked = ("compare", "What did the minister do?", "--json")
        answer = Answer.from_dict(json.loads(cli(*asked)[1]))
        assert answer == differing.ask("What did the minister do?", each=True)
        status, output, _ = cli(*asked, "--article", "tariffs.txt")
        assert status == 0
        assert [c["article_id"] for c in json.loads(output)["citations"]] == ["tariffs.txt"]

    def test_a_value_over_time(self, cli, differing):
        asked = ("timeline", "--value", "What did the minister do?")
        status, output, errors = cli(*asked)
        assert (status, errors) == (0, "")
        first, second, _, *places = output.splitlines()
        assert first.startswith(
            "no date     came to see        A Bridge for the Town: The minister"
        )
        assert second.startswith("no date     raised the tariff  Tariffs Rise Again: ")
        assert [place[:3] for place in places] == ["[1]", "[2]"]
        newest = cli(*asked, "-k", "1")[1]
        assert newest.startswith("no date     raised the tariff")
        assert "\n[1] Tariffs Rise Again" in newest
        assert Answer.from_dict(json.loads(cli(*asked, "--json")[1])).groups
        assert cli(*asked, "topic")[0] == 2

    def test_two_articles_without_a_question_are_compared(self, cli, differing):
        two = ("--article", "bridge.txt", "--article", "tariffs.txt")
        wanted = differing.ask("Compare the two articles", articles=two[1::2], each=True)
        assert Answer.from_dict(json.loads(cli("compare", *two, "--json")[1])) == wanted
        status, _, errors = cli("compare", *two[:2])
        assert status == 2
        assert "or two articles: --article ID --article ID" in errors

    def test_not_found_is_status_3(self, cli, monkeypatch, small):
        unsure = Assistant(small, WordCounts(), ScriptedReader({}), calibration())
        monkeypatch.setattr(Assistant, "load", classmethod(lambda cls, *_, **__: unsure))
        status, output, _ = cli("compare", "What did the minister do?")
        assert status == 3
        assert output.startswith("The articles do not answer this question.")

    def test_a_long_question_is_an_error(self, cli):
        assert_error(cli("compare", "why " * 9999), "question")


class TestSearch:
    def test_hits_as_json(self, cli, assistant):
        status, output, errors = cli("search", "--json", "-k", "2", "minister", "railway")
        assert (status, errors) == (0, "")
        hits = [Hit(**hit) for hit in json.loads(output)]
        assert hits == assistant.search("minister railway", 2)

    def test_the_title_is_not_repeated_where_a_passage_begins_with_it(self, assistant):
        hit = next(h for h in assistant.search("minister railway", 9) if h.start == 0)
        assert hit.text.startswith(hit.article_title)
        assert show.hits([hit]).count(hit.article_title) == 1

    def test_hits_for_people(self, cli):
        _, output, _ = cli("search", "-k", "1", "minister railway")
        head, scores, text = output.splitlines()
        assert head.split() == ["fused", "dense", "bm25", "passage"]
        assert re.fullmatch(r"(\d\.\d\d +){3}A Bridge for the Town \(bridge\.txt \d+-\d+\)", scores)
        assert text.strip().startswith("The minister came")

    def test_an_article_may_be_chosen(self, cli):
        output = cli("search", "--json", "minister", "--article", "tariffs.txt")[1]
        assert {hit["article_id"] for hit in json.loads(output)} == {"tariffs.txt"}

    def test_nothing_to_search_for_is_an_error(self, cli):
        assert_error(cli("search", ""), "empty")


class TestIndex:
    def test_builds_then_has_nothing_to_do_then_updates(self, cli, tmp_path):
        news, index = tmp_path / "news", tmp_path / "new"
        write_articles(news, {"bridge.txt": BRIDGE, "bad.txt": b"\xff", "bridge.toml": "date = 0"})
        status, output, errors = cli("index", "--articles", str(news), "--index", str(index))
        assert (status, errors.count("\n")) == (0, 2)
        assert errors.startswith("skipped: bad.txt is not UTF-8")
        assert "\nwarning: bridge.toml has a date that is not valid" in errors
        did = "1 added, 0 changed, 0 removed, 3 passages encoded, 1 skipped"
        assert output == f"{index}: 1 article, 3 passages; {did}\n"
        assert cli("index", "--index", str(index))[1].endswith("; nothing has changed, 1 skipped\n")
        write_articles(news, {"bridge.txt": "Changed."})
        assert (
            "0 added, 1 changed, 0 removed, 1 passage encoded"
            in cli("index", "--index", str(index))[1]
        )

    def test_articles_in_other_languages_are_counted(self, cli, tmp_path):
        german = "Der Bürgermeister hat am Montag die neue Brücke über den Fluss eröffnet. " * 4
        unreadable = "7KH PD\\RU RSHQHG WKH EULGJH RQ 0RQGD\\ DQG VDLG WKDW LW KDG FRVW WZR " * 4
        articles = {
            "a.txt": german,
            "b.txt": unreadable,
            "c.txt": "Kurz.",
            "bridge.txt": BRIDGE * 3,
        }
        news, index = write_articles(tmp_path / "news", articles), str(tmp_path / "new")
        _, _, errors = cli("index", "--articles", str(news), "--index", index)
        assert errors.startswith("warning: 2 of 4 new or changed articles are not in English")
        assert errors.endswith("found: a.txt, b.txt\n")
        assert cli("index", "--index", index)[2] == ""

    def test_a_data_set_is_indexed_alone(self, cli, tmp_path):
        lines = [{"id": "x/1", "title": "A Bridge", "text": BRIDGE}, {"text": "It rained."}, 3]
        write_articles(tmp_path, {"news.jsonl": "\n".join(map(json.dumps, lines))})
        index = str(tmp_path / "new")
        given = ("index", "--articles", str(tmp_path / "news.jsonl"), "--index", index)
        status, output, errors = cli(*given)
        assert (status, errors) == (0, "skipped: news.jsonl#3 is not a JSON object (line 3)\n")
        assert "2 added" in output
        assert "nothing has changed" in cli("index", "--index", index)[1]
        assert cli("verify", "--index", index)[1].endswith(": intact\n")

    def test_a_build_that_is_interrupted_says_what_is_kept(self, cli, small, monkeypatch):
        def interrupted(self, texts):
            raise KeyboardInterrupt

        write_articles(small / "articles", {"third.txt": "A third text, of a mayor."})
        with monkeypatch.context() as once:
            once.setattr(WordCounts, "encode", interrupted)
            status, _, errors = cli("index", "--index", str(small))
        assert status == 130
        assert errors == (
            f"askvisit: interrupted; the index in {small} is as it was before; "
            "what was read and encoded is kept; the same command resumes\n"
        )
        assert "1 added" in cli("index", "--index", str(small))[1]

    def test_a_build_that_is_interrupted_before_it_begins_changes_nothing(self, cli, monkeypatch):
        def interrupted(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("askvisit.index.location_of", interrupted)
        assert cli("index") == (130, "", "askvisit: interrupted; nothing has changed\n")

    def test_another_faiss_index_and_its_recall(self, cli, small, tmp_path):
        output = cli("index", "--index", str(small), "--faiss", "HNSW8")[1]
        assert output.splitlines()[1].endswith("0 removed, 0 passages encoded")
        searched = "searched with HNSW8, which finds 100.0% of the ten nearest"
        assert output.splitlines()[0] == searched
        nothing = cli("index", "--index", str(small))[1]
        assert nothing.startswith(f"{searched}\n")
        assert nothing.endswith("nothing has changed\n")
        assert_error(cli("index", "--faiss", "Cheese"), "FAISS has no index factory 'Cheese'")
        assert "searched" not in cli("index", "--index", str(small), "--faiss", "auto")[1]

    @pytest.mark.parametrize("workers", ["0", "-1", "two"])
    def test_workers_are_a_number(self, workers, capsys):
        with pytest.raises(SystemExit) as usage:
            main(["index", "--workers", workers])
        assert usage.value.code == 2
        told = f"argument --workers: {workers!r} is not a whole number of 1 or more"
        assert told in capsys.readouterr().err

    def test_no_articles_is_an_error(self, cli, tmp_path):
        assert_error(cli("index", "--index", str(tmp_path)), "no folder of articles")
        (tmp_path / "articles").mkdir()
        assert_error(cli("index", "--index", str(tmp_path)), "no article in")


class TestVerify:
    def test_an_intact_index(self, cli, small):
        assert cli("verify") == (0, f"{small}: intact\n", "")
        assert cli("verify", "--index", str(small)) == (0, f"{small}: intact\n", "")

    def test_a_new_article_is_no_damage(self, cli, small):
        write_articles(small / "articles", {"new.txt": "A mill burned.", "newer.txt": "It rained."})
        assert cli("verify") == (
            0,
            f"{small}: intact\nnot indexed yet: new.txt, newer.txt\n"
            f"to index them, run: askvisit index --index {small}\n",
            "",
        )

    def test_articles_that_moved_are_asked_for(self, cli, small, tmp_path):
        (small / "articles").rename(tmp_path / "moved")
        last = cli("verify")[1].splitlines()[-1]
        assert last == f"to rebuild it, run: askvisit index --index {small} --articles DIR"
        command = last.partition("askvisit ")[2].replace("DIR", str(tmp_path / "moved"))
        assert cli(*command.split())[0] == 0
        assert cli("verify")[0] == 0

    def test_answers_that_are_missing_are_named_once(self, cli):
        told = "none.json cannot be read (No such file or directory)"
        assert cli("verify", "--answers", "none.json") == (1, "", f"askvisit: {told}\n")

    def test_damage_is_status_4_with_the_command_that_mends_it(self, cli, small):
        write_articles(small / "articles", {"bridge.txt": "Edited."})
        next(small.glob("vectors-*")).unlink()
        status, output, errors = cli("verify")
        assert (status, errors) == (4, "")
        first, second, last = output.splitlines()
        assert first.endswith("is missing")
        assert second == f"{small}: bridge.txt was edited"
        assert last == f"to rebuild it, run: askvisit index --index {small}"
        assert cli("index")[0] == 0
        assert cli("verify")[0] == 0


class TestEvaluate:
    @pytest.fixture
    def questions(self, tmp_path):
        path = tmp_path / "q.jsonl"
        rows = [
            {"question": MAYOR, "sentences": [OPENED], "spans": ["Monday"]},
            {"question": "?!", "sentences": [], "kind": "unanswerable-far"},
        ]
        path.write_text("\n".join(map(json.dumps, rows)))
        return str(path)

    def test_figures_as_json(self, cli, questions):
        status, output, errors = cli("evaluate", questions, "--json")
        figures = json.loads(output)
        assert (status, errors) == (0, "")
        assert figures["ranked_first"] == {"value": 1.0, "n": 1, "low": None, "high": None}
        assert figures["span_f1"]["value"] == pytest.approx(2 / 3)
        assert figures["auroc_near"]["value"] is None
        assert (figures["reader"], len(figures["reader_sha256"])) == ("scripted", 64)

    def test_figures_for_people(self, cli, questions, tmp_path):
        (tmp_path / "d.jsonl").write_text('[{"question": "?!", "sentences": null}]')
        output = cli("evaluate", questions, "--dialogues", str(tmp_path / "d.jsonl"))[1]
        rows = {line[:52].strip(): line[52:].split() for line in output.splitlines()}
        assert f"reader: scripted, sha256 {ScriptedReader.sha256}\n" in output
        assert rows["span F1"] == ["0.667", "n", "1"]
        assert rows["milliseconds per answer, p50"][1:] == ["n", "2"]
        assert "AUROC of confidence, near" not in rows
        assert len(rows) == len(output.splitlines())

    @pytest.mark.parametrize("behind", [True, False])
    def test_several_readers_are_compared_in_one_table(
        self, cli, questions, small, monkeypatch, behind
    ):
        def load(cls, index, reader):
            script = {"good": {"on Monday": 2.0}, "poor": {"The mayor opened": 0.1}}[reader]
            scripted = ScriptedReader(script)
            scripted.name = reader
            return Assistant(small, WordCounts(), scripted, calibration())

        monkeypatch.setattr(Assistant, "load", classmethod(load))
        names = ("--reader", "good", "poor")
        arguments = ("evaluate", *names, questions) if behind else ("evaluate", questions, *names)
        status, output, errors = cli(*arguments)
        assert (status, errors) == (0, "")
        rows = {line[:52].strip(): line[52:].split() for line in output.splitlines()}
        assert rows[""] == ["good", "poor"]
        assert rows["span F1"] == ["0.667", "n", "1", "0.000", "n", "1"]
        assert output.count(ScriptedReader.sha256) == 2
        both = json.loads(cli("evaluate", "--json", *arguments[1:])[1])
        assert [figures["reader"] for figures in both] == ["good", "poor"]

    def test_a_bad_file_is_an_error_with_the_line(self, cli, questions, tmp_path):
        bad = tmp_path / "bad.jsonl"
        bad.write_text('{"question": "Who?", "sentences": []}\n{"question"\n')
        assert_error(cli("evaluate", str(bad)), "bad.jsonl line 2")
        assert_error(cli("evaluate", questions, "--dialogues", str(bad)), "bad.jsonl line 1")
        assert_error(cli("evaluate", str(tmp_path / "none.jsonl")), "none.jsonl")

    def test_questions_about_other_articles_are_an_error(self, cli, questions, tmp_path):
        other = tmp_path / "other.jsonl"
        other.write_text(json.dumps({"question": MAYOR, "sentences": ["He sold it on Friday."]}))
        assert_error(cli("evaluate", str(other)), "no article of the index has “He sold it on")
        other.write_text(json.dumps([{"question": MAYOR, "sentences": ["He sold it on Friday."]}]))
        assert_error(cli("evaluate", questions, "--dialogues", str(other)), "name the index with")

    def test_articles_with_questions_are_for_a_benchmark(self, cli):
        news = str(ROOT / "data" / "news" / "dev.jsonl")
        assert_error(cli("evaluate", news), f"python benchmarks/editions.py {news}")

    def test_events_are_asked_of_their_own_articles(self, cli, monkeypatch):
        fakes = Models(WordCounts(), SharedWords(), calibration())
        monkeypatch.setattr(Models, "load", classmethod(lambda cls, *_: fakes))
        events = str(ROOT / "data" / "news" / "events-dev.jsonl")
        assert_error(cli("evaluate", events, "--index", "index"), "leave out --editions")
        monkeypatch.delenv("ASKVISIT_INDEX")
        monkeypatch.setattr(
            "askvisit.evaluation.events.read_events", lambda path: read_events(path)[:1]
        )
        status, output, errors = cli("evaluate", events, "--json")
        assert (status, errors) == (0, "")
        assert json.loads(output)["newest_first"]["n"] == 3
        shown = cli("evaluate", events, "--each")[1]
        assert "superseded values: the newest article cited first" in shown

    @pytest.fixture
    def broad(self, tmp_path):
        """Return a file of broad questions, and one of the edition that they are about."""
        text = f"{OPENED} It rained."
        sentences = [[0, len(OPENED)], [len(OPENED) + 1, len(text)]]
        row = {"article": "bridge-a", "kind": "why", "useful": [], "sentences": sentences}
        rows = [
            {**row, "question": MAYOR, "essential": [0]},
            {**row, "question": "?!", "kind": "none", "essential": []},
        ]
        edition = {"id": "bridge-a", "title": "Bridge", "text": text, "questions": []}
        (tmp_path / "broad.jsonl").write_text("\n".join(map(json.dumps, rows)))
        (tmp_path / "editions.jsonl").write_text(json.dumps(edition))
        return str(tmp_path / "broad.jsonl"), str(tmp_path / "editions.jsonl")

    def test_broad_questions_are_asked_of_their_editions(self, cli, broad, monkeypatch):
        reader = ScriptedReader({"on Monday": 2.0})
        models = Models(WordCounts(), reader, calibration())
        monkeypatch.setattr(Models, "load", classmethod(lambda *_: models))
        questions, editions = broad
        status, output, errors = cli("evaluate", questions, "--editions", editions, "--json")
        figures = json.loads(output)
        assert (status, errors) == (0, "")
        assert (figures["reader"], figures["recall"]["value"]) == ("scripted", 1.0)
        assert (figures["false_answers"]["value"], figures["false_answers"]["n"]) == (0.0, 1)
        output = cli("evaluate", questions, "--editions", editions)[1]
        rows = {line[:52].strip(): line[52:].split() for line in output.splitlines()}
        assert rows["all essential sentences quoted"] == ["1.000", "n", "1"]

    def test_broad_questions_need_their_editions(self, cli, broad, tmp_path):
        questions, editions = broad
        assert_error(cli("evaluate", questions), "with --editions")
        assert_error(cli("evaluate", questions, "--editions", questions), "broad.jsonl line 1")
        missing = str(tmp_path / "none.jsonl")
        assert_error(cli("evaluate", questions, "--editions", missing), "none.jsonl")
        other = str(ROOT / "data" / "news" / "dev.jsonl")
        assert_error(cli("evaluate", questions, "--editions", other), "called 'bridge-a'")
        assert_error(cli("evaluate", editions, "--editions", editions), "leave out --editions")
        asked = ("evaluate", questions, "--editions", editions)
        assert_error(cli(*asked, "--index", "index"), "leave out --index")
        assert_error(cli(*asked, "--dialogues", questions), "leave out --dialogues")


class TestErrors:
    @pytest.fixture(autouse=True)
    def _no_fakes(self, monkeypatch):
        monkeypatch.undo()

    @pytest.mark.parametrize(
        "command", [["ask", "Who?"], ["search", "x"], ["verify"], ["ask", "--jsonl"]]
    )
    @pytest.mark.parametrize("kind", ["missing", "foreign", "file", "format", "damaged"])
    def test_an_index_that_cannot_be_used_is_one_line(self, small, capsys, kind, command):
        manifest = small / "manifest.json"
        if kind == "missing":
            shutil.rmtree(small)
        elif kind == "foreign":
            manifest.unlink()
        elif kind == "file":
            shutil.rmtree(small)
            small.write_text("a file")
        elif kind == "format":
            manifest.write_text(manifest.read_text().replace(f'"format": {FORMAT}', '"format": 9'))
        else:
            manifest.write_text("{")
        status = main([*command, "--index", str(small)])
        output, errors = capsys.readouterr()
        if kind == "damaged" and command == ["verify"]:
            assert (status, errors) == (4, "")
            assert f"askvisit index --index {small}" in output
        else:
            words = "it is a file" if kind == "file" else f"askvisit index --index {small}"
            assert_error((status, output, errors), words)

    def test_another_encoder_is_one_line(self, small, capsys):
        status = main(["ask", "Who?", "--index", str(small)])
        assert_error((status, *capsys.readouterr()), "word-counts")

    def test_a_folder_without_a_model_is_one_line(self, tmp_path, capsys):
        status = main(["ask", "Who?", "--reader", str(tmp_path)])
        told = f"{tmp_path} holds no question answering model (config.json is missing)"
        assert_error((status, *capsys.readouterr()), told)

    def test_an_unknown_reader_is_told_of_those_that_are_bundled(self, monkeypatch, capsys):
        def fetch(*_, **__):
            raise OSError("no network")

        monkeypatch.setattr("huggingface_hub.snapshot_download", fetch)
        status = main(["ask", "Who?", "--reader", "quick"])
        told = "no reader called 'quick'"
        assert_error((status, *(shown := capsys.readouterr())), told)
        assert shown.err.endswith("the bundled ones are accurate, fast, small\n")

    def test_a_bug_is_one_line_unless_it_is_asked_for(self, monkeypatch, capsys):
        def fail(*_, **__):
            raise ZeroDivisionError("a\nb")

        monkeypatch.setattr(Assistant, "load", fail)
        monkeypatch.delenv("ASKVISIT_DEBUG", raising=False)
        status = main(["ask", "Who?"])
        assert_error((status, *capsys.readouterr()), "this is a bug (ZeroDivisionError: a b)")
        monkeypatch.setenv("ASKVISIT_DEBUG", "1")
        with pytest.raises(ZeroDivisionError):
            main(["ask", "Who?"])

    def test_ctrl_c_is_130(self, monkeypatch, capsys):
        def stop(*_, **__):
            raise KeyboardInterrupt

        monkeypatch.setattr(Assistant, "load", stop)
        assert main(["ask", "Who?"]) == 130
        assert capsys.readouterr() == ("", "")

    def test_ctrl_c_while_a_native_module_is_loaded_is_130(self, monkeypatch, capsys):
        def stop(*_, **__):
            raise ImportError("initialization failed") from KeyboardInterrupt()

        monkeypatch.setattr(Assistant, "load", stop)
        assert main(["ask", "Who?"]) == 130
        assert capsys.readouterr() == ("", "")


def test_control_characters_of_an_article_do_not_reach_the_terminal():
    assert show.plain("a\x1b[31mb\x07\u202ec\x9b\td\n") == "a[31mbc\td\n"
    assert show.excerpt("word\n\n" * 100).endswith(" …")
    assert len(show.excerpt("word " * 100)) <= 162
    assert "\n" not in show.excerpt("a\nb")


FAKED = """
import sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from harness.fakes import ScriptedReader, WordCounts, calibration
from askvisit import Assistant
from askvisit.cli import main
reader = ScriptedReader({{"on Monday": 2.0}})
assistant = Assistant(Path({index!r}), WordCounts(), reader, calibration())
Assistant.load = classmethod(lambda cls, *_, **__: assistant)
sys.exit(main({arguments!r}))
"""


def faked(index, *arguments: str) -> list[str]:
    """Return a command that runs the command line over an index with fakes for models."""
    code = FAKED.format(tests=str(ROOT / "tests"), index=str(index), arguments=list(arguments))
    return [sys.executable, "-c", code]


class TestProcess:
    """What only a process of its own shows."""

    def test_the_package_runs_where_the_script_is_not_on_the_path(self):
        run = [sys.executable, "-m", "askvisit", "--version"]
        assert subprocess.check_output(run, text=True) == f"askvisit {__version__}\n"

    def test_a_closed_pipe_ends_quietly(self, small):
        asked = (json.dumps({"question": MAYOR}) + "\n").encode() * 2000
        with subprocess.Popen(
            faked(small, "ask", "--jsonl"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            (small / "asked").write_bytes(asked)
            process.stdin.write(asked[:200])
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["found"]
            process.stdout.close()
            try:
                process.stdin.write(asked)
                process.stdin.close()
            except BrokenPipeError:
                pass
            assert process.wait(30) == 0
            assert process.stderr.read() == b""

    def test_ctrl_c_ends_quietly(self, small):
        with subprocess.Popen(
            faked(small, "ask", "--jsonl"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            process.stdin.write(json.dumps({"question": MAYOR}).encode() + b"\n")
            process.stdin.flush()
            process.stdout.readline()
            time.sleep(0.1)
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 130
            assert process.stderr.read() == b""

    def test_ctrl_c_does_not_wait_for_threads_that_still_load_a_model(self):
        code = """
import sys, threading, time
from askvisit import cli
def load(*_):
    threading.Thread(target=time.sleep, args=(300,)).start()
    raise KeyboardInterrupt
cli._parser = load
sys.argv = ["askvisit", "ask", "Who?"]
cli.run()
"""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
        assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")

    @pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
    def test_json_is_json_in_any_encoding_of_the_terminal(self, small, encoding):
        question = "Who – “é” 🙂?"
        done = subprocess.run(
            faked(small, "ask", "--json", question),
            capture_output=True,
            env={**os.environ, "PYTHONIOENCODING": encoding},
        )
        assert done.stderr == b""
        assert json.loads(done.stdout.decode(encoding))["question"] == question

    @pytest.mark.parametrize("closed", [">&-", "<&- 2>&-", "<&- >&- 2>&-"])
    def test_streams_that_are_closed_are_no_bug(self, small, closed):
        asked = faked(small, "ask", MAYOR)
        done = subprocess.run(
            ["sh", "-c", f'exec "$@" {closed}', "sh", *asked], stderr=subprocess.PIPE
        )
        assert (done.returncode, done.stderr) == (0, b"")

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
    def test_output_to_a_full_disk_is_one_line(self, small):
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                faked(small, "ask", MAYOR), stdout=full, stderr=subprocess.PIPE, text=True
            )
        assert done.returncode == 1
        assert done.stderr == "askvisit: the disk is full; free some space, and run this again\n"

    def test_the_program_answers_from_the_committed_index(self):
        program = shutil.which("askvisit", path=os.path.dirname(sys.executable))
        assert program is not None, "askvisit is not installed beside the Python that runs this"
        done = subprocess.run(
            [program, "ask", "--json", "When did Xi meet Kim Jong Il?"],
            capture_output=True,
            cwd="/",
            text=True,
        )
        assert (done.returncode, done.stderr) == (0, "")
        answer = Answer.from_dict(json.loads(done.stdout))
        assert "in 2009" in answer.citations[0].quote
