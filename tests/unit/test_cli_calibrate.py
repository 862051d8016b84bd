"""`askvisit calibrate` saves a fit that the reader then uses, and loses no earlier one."""

from __future__ import annotations

import json
import os
import sys

import pytest
from harness.fakes import SharedWords, WordCounts

from askvisit import encoder, fitting, reader
from askvisit.calibration import calibration_for
from askvisit.cli import main
from askvisit.evaluation.questions import read_questions

OPENED = "The mayor opened the bridge on Monday."


@pytest.fixture
def arguments(small, tmp_path, monkeypatch) -> list[str]:
    """Return the command line for twenty questions with an answer and twenty without."""
    monkeypatch.setattr(encoder, "load", lambda name: WordCounts())
    monkeypatch.setattr(reader, "load", lambda name, encoder: SharedWords())
    monkeypatch.setattr(fitting, "FOLDS", 2)  # how well it is judged is another test's matter
    asked = [
        *({"question": f"Who opened the bridge {n}?", "sentences": [OPENED]} for n in range(20)),
        *({"question": f"What did whales eat {n}?", "sentences": []} for n in range(20)),
    ]
    questions = tmp_path / "questions.jsonl"
    questions.write_text("".join(json.dumps(one) + "\n" for one in asked), "utf-8")
    return ["calibrate", str(questions), "--index", str(small)]


def test_a_fit_is_saved_beside_those_of_other_readers(arguments, small, capsys):
    file = small / "calibration.json"
    file.write_text('{"another": {"kept": true}}', "utf-8")
    assert main(arguments) == 0
    assert f"saved in {file}" in capsys.readouterr().out
    assert json.loads(file.read_text("utf-8"))["another"] == {"kept": True}
    assert calibration_for(SharedWords.name, file).sha256 == SharedWords.sha256
    assert list(small.glob("*.tmp")) == []


@pytest.mark.filterwarnings("always")
@pytest.mark.parametrize("content", ["{", "[]"])
def test_a_file_that_cannot_be_read_is_replaced(arguments, small, capsys, content):
    (small / "calibration.json").write_text(content, "utf-8")
    assert main(arguments) == 0
    assert "cannot be read; it is replaced" in capsys.readouterr().err
    assert calibration_for(SharedWords.name, small / "calibration.json") is not None


def test_a_folder_that_can_be_written_no_longer_is_named(arguments, small, capsys):
    (small / "calibration.tmp").mkdir()
    assert main(arguments) == 1
    assert "free some space or make it writable" in capsys.readouterr().err


def test_a_sentence_that_no_article_has_teaches_nothing(arguments, small, capsys):
    questions = small.parent / "questions.jsonl"
    questions.write_text(questions.read_text("utf-8").replace(OPENED, "He sold it."), "utf-8")
    assert main(arguments) == 1
    assert "no article of the index has “He sold it.”" in capsys.readouterr().err
    assert not (small / "calibration.json").exists()


def test_the_help_gives_a_line_that_can_be_read(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["calibrate", "--help"])
    empty = '"sentences": []'
    assert empty in " ".join(capsys.readouterr().out.split())
    (tmp_path / "q.jsonl").write_text(f'{{"question": "Who?", {empty}}}\n', "utf-8")
    assert read_questions(tmp_path / "q.jsonl")[0].sentences == ()


def test_too_few_questions_are_counted(arguments, tmp_path, capsys):
    (tmp_path / "questions.jsonl").write_text('{"question": "Who?", "sentences": ["He."]}\n')
    assert main(arguments) == 1
    assert "has 1 question with an answer and 0 without" in capsys.readouterr().err


@pytest.mark.parametrize("packed", [True, False])
def test_where_no_fit_can_be_saved_none_is_begun(arguments, small, monkeypatch, capsys, packed):
    if packed:
        monkeypatch.setattr(sys.modules["askvisit.index.location"], "PACKED", small)
    else:
        monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(fitting, "ask", None)
    before = list(small.iterdir())
    assert main(arguments) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "built by: askvisit index --index FOLDER --articles ARTICLES" in line
    assert list(small.iterdir()) == before
