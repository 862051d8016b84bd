"""What `askvisit doctor` finds, and that it hides nothing."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest
from harness.fakes import ROOT
from harness.tiny_reader import write_tiny_reader

from askvisit import diagnosis
from askvisit.cli import main
from askvisit.encoder import SentenceTransformerEncoder
from askvisit.onnx_model import MODELS

PARTS = [
    *("askvisit", "system", "processor", "libraries", "encoder", "reader", "weights"),
    *("index", "integrity", "self-test"),
]


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(ROOT / "index", tmp_path / "index")


def wrong(folder) -> dict[str, str]:
    return {found.part: found.detail for found in diagnosis.examine(folder) if not found.ok}


def test_where_all_is_well_every_part_says_what_it_found(capsys):
    assert main(["doctor", "--index", str(ROOT / "index")]) == 0
    said = dict(line.split(":", 1) for line in capsys.readouterr().out.splitlines())
    assert list(said) == PARTS
    assert "WRONG" not in str(said)
    assert "faiss-cpu" in said["libraries"]
    assert "1 article," in said["index"]
    assert "quote, word for word" in said["self-test"]


def test_another_reader_is_told_by_its_hash(monkeypatch):
    found = {f.part: f for f in diagnosis.examine(ROOT / "index", "sentence-cosine")}
    assert (
        found["reader"].detail == f"sentence-cosine, sha256 {SentenceTransformerEncoder().sha256}"
    )
    assert found["self-test"].ok
    found = {f.part: f for f in diagnosis.examine(ROOT / "index", "nowhere/none")}
    assert [f.part for f in found.values() if not f.ok] == ["reader", "self-test"]


def test_json_for_programs_tells_the_same(tmp_path, capsys):
    assert main(["doctor", "--index", str(tmp_path), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [part["part"] for part in found] == PARTS
    assert [part["part"] for part in found if not part["ok"]] == ["index", "integrity", "self-test"]


def test_damage_and_edited_articles_are_told_with_the_command(copy):
    (copy / "articles" / "new.txt").write_text("A new text about a bridge.")
    (store,) = copy.glob("passages-*.db")
    data = bytearray(store.read_bytes())
    data[-1] ^= 1
    store.write_bytes(data)
    told = wrong(copy)["integrity"]
    assert f"{store.name} was changed; new.txt is new; to rebuild it, run: askvisit index" in told


def test_an_article_that_is_not_indexed_yet_is_named_and_no_damage(copy):
    (copy / "articles" / "new.txt").write_text("A new text about a bridge.")
    found = {f.part: f for f in diagnosis.examine(copy)}["integrity"]
    assert (found.ok, found.detail) == (True, "intact; not indexed yet: new.txt")


def test_a_model_that_was_changed_is_told_and_the_rest_is_shown(monkeypatch, tmp_path):
    shutil.copytree(MODELS / "reader", tmp_path / "reader")
    (tmp_path / "reader" / "model.onnx").write_bytes(b"another")
    monkeypatch.setattr("askvisit.reader.MODELS", tmp_path)
    told = wrong(ROOT / "index")
    assert list(told) == ["reader", "self-test"]
    assert "install askvisit again" in told["reader"]


def test_a_quote_that_the_article_does_not_have_is_told(monkeypatch, assistant):
    answer = assistant.ask("Who opened the bridge?", min_confidence=0)
    cited = answer.citations[0]
    articles = dict(assistant.articles)
    monkeypatch.setattr(type(assistant), "articles", property(lambda self: articles))
    assert "1 quote, word for word" in diagnosis._self_test(assistant)
    text = articles[cited.article_id].text
    articles[cited.article_id] = replace(articles[cited.article_id], text="Other. " + text)
    with pytest.raises(diagnosis.AskvisitError, match="a quote does not match"):
        diagnosis._self_test(assistant)


def test_a_fault_in_one_part_hides_no_other(monkeypatch, tmp_path):
    def fail():
        raise RuntimeError("boom")

    monkeypatch.setattr(diagnosis, "_processor", fail)
    found = {one.part: one for one in diagnosis.examine(tmp_path)}
    assert list(found) == PARTS
    assert found["processor"].detail == "RuntimeError: boom"


def test_a_reader_in_a_folder_is_named_by_its_path(tmp_path, monkeypatch):
    write_tiny_reader(tmp_path / "mine", ["Who opened the bridge?"])
    monkeypatch.chdir(tmp_path)
    found = {f.part: f for f in diagnosis.examine(ROOT / "index", "mine")}
    assert found["reader"].ok, found["reader"].detail
    assert found["reader"].detail.startswith(str(tmp_path / "mine"))


def test_a_reader_that_stands_in_for_another_is_a_finding(tmp_path, monkeypatch):
    shutil.copytree(MODELS / "reader", tmp_path / "reader", ignore=shutil.ignore_patterns("float"))
    monkeypatch.setattr("askvisit.reader.MODELS", tmp_path)
    found = {f.part: f for f in diagnosis.examine(ROOT / "index", "fast")}
    assert not found["reader"].ok
    assert "the small model reads alone" in found["reader"].detail
