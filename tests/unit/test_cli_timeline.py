"""`askvisit timeline` and `askvisit names`."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

import pytest
from harness.fakes import ROOT, ScriptedReader, WordCounts, calibration, indexed, write_articles

from askvisit import Assistant, build_index
from askvisit.cli import main
from askvisit.records import Citation

TEXTS = {
    "bridge.txt": "The mayor opened the bridge on Monday. It was planned in Oslo in 1998.\n",
    "tariff.txt": "A tariff rose on Monday. The mayor went to Oslo.\n",
}


@pytest.fixture
def cli(tmp_path, monkeypatch, capsys):
    """Run a command; returns status, output, errors."""
    write_articles(tmp_path / "articles", TEXTS)
    (tmp_path / "articles" / "bridge.toml").write_text('date = "2025-06-18"\n', "utf-8")
    build_index(index=tmp_path, encoder=WordCounts())
    assistant = Assistant(tmp_path, WordCounts(), ScriptedReader({}), calibration())
    monkeypatch.setattr(Assistant, "load", classmethod(lambda cls, *_, **__: assistant))

    def run(*arguments):
        capsys.readouterr()
        return main(arguments), *capsys.readouterr()

    return run


def test_timeline_prints_dates_sentences_and_places(cli):
    status, output, errors = cli("timeline")
    assert status == 0
    lines = output.splitlines()
    assert lines[0] == "1998        It was planned in Oslo in 1998. [1]"
    assert lines[1] == "2025-06-16  The mayor opened the bridge on Monday. [2]"
    assert lines[3].startswith("[1]")
    assert lines[3].endswith("(bridge.txt 39-70)")
    assert "no publication date is known for tariff.txt" in errors
    assert 'date = "YYYY-MM-DD"' in errors
    assert "or to its line of a data set" in errors


def test_of_a_long_sentence_what_is_around_the_date_is_shown(cli, tmp_path):
    days = [f"on {day} May {year}" for year in range(1950, 1955) for day in range(1, 11)]
    said = f"It was shut {', '.join(days)}."
    indexed(tmp_path, {"shut.txt": f"{said}\n"})
    _, output, _ = cli("timeline", "--article", "shut.txt")
    lines = output.splitlines()
    assert len(lines) == 2 * len(days) + 1
    assert lines[20].startswith("1952-05-01  … ")
    assert "on 1 May 1952" in lines[20]
    assert max(map(len, lines)) < 400
    entries = json.loads(cli("timeline", "--article", "shut.txt", "--json")[1])
    assert {entry["citation"]["quote"] for entry in entries} == {said}


def test_a_paper_narrows_timeline_and_names(cli, tmp_path):
    (tmp_path / "articles" / "tariff.toml").write_text('source = "Morning Post"', "utf-8")
    build_index(index=tmp_path, encoder=WordCounts())
    status, output, errors = cli("timeline", "--source", "Post")
    assert (status, output) == (3, "No dated sentences found.\n")
    assert "tariff.txt" in errors
    assert cli("names", "--source", "Post")[1].count("tariff.txt") == 1
    assert "bridge.txt" not in cli("names", "--source", "Post")[1]
    status, _, errors = cli("names", "--since", "2026")
    assert (status, errors) == (
        1,
        "askvisit: no article is from that time; "
        "those with a date are from 2025-06-18 to 2025-06-18\n",
    )


def test_timeline_prints_json_that_python_reads_back(cli):
    status, output, _ = cli("timeline", "--since", "2025", "--article", "bridge.txt", "--json")
    (entry,) = json.loads(output)
    assert (status, entry["date"], entry["precision"]) == (0, "2025-06-16", "day")
    assert Citation(**entry["citation"]).span == "Monday"


def test_the_number_of_dates_and_articles_is_limited(cli, tmp_path):
    status, output, errors = cli("timeline", "-k", "1")
    assert (status, len(output.splitlines())) == (0, 3)
    assert "later dates are left out" in errors
    assert len(json.loads(cli("timeline", "--json")[1])) > 1
    for number in range(4):
        (tmp_path / "articles" / f"{number}.txt").write_text(
            f"Last week in Oslo he saw {number}.", "utf-8"
        )
    build_index(index=tmp_path, encoder=WordCounts())
    assert cli("names", "-k", "1")[1].endswith("      and 3 more articles\n")


@pytest.mark.parametrize("pagers", [{"PAGER": "no-such-pager -x"}, {"MANPAGER": "true"}])
def test_a_long_list_is_shown_whatever_pagers_are_set(pagers):
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "TERM": "dumb"}
    shown = "from askvisit.cli.show import in_pages; in_pages('It rained.\\n' * 99)"
    terminal, end = pty.openpty()
    subprocess.run(
        [sys.executable, "-c", shown], stdin=end, stdout=end, stderr=end, env=known | pagers
    )
    os.close(end)
    assert os.read(terminal, 4096).startswith(b"It rained.\r\n")
    os.close(terminal)


def test_an_empty_timeline_has_status_3_and_a_bad_date_1(cli):
    assert cli("timeline", "--until", "1700")[:2] == (3, "No dated sentences found.\n")
    status, output, errors = cli("timeline", "--since", "June")
    assert (status, output) == (1, "")
    assert errors.startswith("askvisit: since is 'June', which is not a date")


def test_names_prints_counts_and_places(cli):
    status, output, _ = cli("names", "-k", "1")
    assert status == 0
    assert output.splitlines() == [
        "Places",
        "   2  Oslo",
        "      bridge, paragraph 1 (bridge.txt)",
        "      tariff, paragraph 1 (tariff.txt)",
    ]
    (name,) = json.loads(cli("names", "--article", "tariff.txt", "--json")[1])
    assert (name["name"], name["count"]) == ("Oslo", 1)
