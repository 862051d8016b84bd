"""Adding and removing articles: what a browser may send, what is told, what the options allow."""

from __future__ import annotations

import base64
import json

import pytest
from harness.fakes import BRIDGE, SharedWords, WordCounts, calibration, write_articles
from harness.web_fakes import FakeAssistant, Page

from askvisit import Assistant, build_index
from askvisit.cli import main
from askvisit.errors import DataError, ModelError
from askvisit.index.edit import ArticleMetadata
from askvisit.web import editor as editors
from askvisit.web.chat import Chat
from askvisit.web.editor import ArticleEditor, NewArticle
from askvisit.web.suggestions import Suggestions

MILL = "A Mill Burns\n\nThe old mill burned down on Sunday. The mayor said that it had no guard.\n"


def served(small, encoder=None):
    assistant = Assistant(small, WordCounts(), SharedWords(), calibration())
    return Page(Chat(assistant, editor=ArticleEditor(small, encoder or assistant.encoder)))


@pytest.fixture
def page(small):
    return served(small)


def sent(name, data):
    return {"name": name, "base64": base64.b64encode(data).decode()}


def add(page, **article):
    """Return each step of an addition."""
    answer = page.http.post("/page/add", json=article)
    return [json.loads(line) for line in answer.text.splitlines()]


def listing(page):
    return page.post("articles")["html"]


def test_a_file_is_taken_with_what_is_told_of_it():
    taken = NewArticle(**sent("a.pdf", b"%PDF"), title=" A ", source="", date="2020-02-03")
    assert taken.file() == ("a.pdf", b"%PDF")
    assert taken.metadata == ArticleMetadata(title="A", date="2020-02-03")


def test_a_text_gets_its_name_from_the_title_or_its_first_words():
    assert NewArticle(text=MILL, title="The Mill").file() == ("The Mill.txt", MILL.encode())
    named = NewArticle(text=MILL).file()[0]
    assert named == "A Mill Burns The old mill burned down.txt"


def test_a_summary_of_very_long_sentences_is_cut(page, monkeypatch):
    monkeypatch.setattr(Suggestions, "summary", lambda *_: [f"It {'rained ' * 9000}."])
    shown = add(page, text=MILL)[-1]["html"]
    assert "“It rained " in shown
    assert len(shown) < 3000


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({}, "choose a file"),
        ({"text": " \n"}, "choose a file"),
        ({"name": "a.txt"}, "choose a file"),
        ({"name": "a.txt", "base64": "%%%"}, "did not arrive in full"),
        ({"name": "a.txt", "base64": "é"}, "did not arrive in full"),
    ],
)
def test_what_is_no_article_is_told(data, reason):
    with pytest.raises(DataError, match=reason):
        NewArticle(**data).file()


@pytest.mark.parametrize("sent", [None, [], {"text": 3}, {"name": None}])
def test_what_is_no_addition_is_refused(page, sent):
    assert page.http.post("/page/add", json=sent).status_code == 422


def test_lone_surrogates_and_long_words_are_cut_down():
    taken = NewArticle(text="a \ud800 b", title="t" * 999, source="\udfff")
    assert taken.file()[1] == b"a ? b"
    assert taken.metadata == ArticleMetadata(title="t" * editors.LONGEST_FIELD, source="?")


def test_an_addition_tells_its_progress_and_is_listed(page):
    first, *_, last = add(page, **sent("mill.txt", MILL.encode()))
    assert first == {"done": 1, "total": 1}
    assert "Added “A Mill Burns”" in last["html"]
    assert 'data-choose="mill.txt" checked' in last["listing"]
    assert "The old mill burned down on Sunday." in page.ask("When did the old mill burn?")


def test_an_addition_stays_one_where_no_questions_can_be_offered(page, monkeypatch, caplog):
    def fail(self, article):
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(Suggestions, "answered", fail)
    *_, last = add(page, **sent("mill.txt", MILL.encode()))
    assert "Added “A Mill Burns”" in last["html"]
    assert "data-ask" not in last["html"]
    assert "The old mill burned down" in last["source"]
    assert "a secret detail" in caplog.text


def test_a_choice_made_before_a_removal_still_asks(page):
    page.post("remove", article="bridge.txt")
    assert "bridge.txt" not in listing(page)
    page.ask("Who raised the tariff?", articles=["bridge.txt", "tariffs.txt"])
    assert page.turns[0]["answer"]["found"]
    assert page.turns[0]["articles"] == ["tariffs.txt"]
    assert "Tick at least one" in page.ask("Who?", articles=["bridge.txt"])


def test_what_goes_wrong_is_told_and_changes_nothing(page):
    before = listing(page)
    *_, last = add(page, **sent("<b>.txt", BRIDGE.encode()))
    assert last["problem"].startswith("Not added: <b>.txt is already here")
    refused = page.post("remove", article="<i>none")["detail"]
    assert refused.startswith("Not removed: ")
    assert "no article is called '<i>none'" in refused
    assert listing(page) == before


def test_a_fault_of_ours_is_told_by_its_reference(small, caplog):
    class Failing(WordCounts):
        def encode(self, texts):
            raise RuntimeError("a secret detail")

    *_, last = add(served(small, Failing()), text=MILL)
    assert "Reference for the log" in last["problem"]
    assert "secret" not in last["problem"]
    assert "a secret detail" in caplog.text


def test_an_error_of_the_library_is_told_in_its_words(small):
    class Failing(WordCounts):
        def encode(self, texts):
            raise ModelError("the weights are missing")

    *_, last = add(served(small, Failing()), text=MILL)
    assert "the weights are missing" in last["problem"]


def test_without_an_editor_nothing_is_added_or_removed(small):
    page = Page(Chat(Assistant(small, WordCounts(), SharedWords(), calibration())))
    for path in ("add", "remove"):
        assert page.http.post(f"/page/{path}", json={"text": MILL}).status_code == 404
    assert listing(page).count("data-choose") == 2
    assert "data-remove" not in listing(page)


def test_articles_that_lie_elsewhere_are_named_at_the_start(tmp_path, capsys):
    outside = write_articles(tmp_path / "news", {"bridge.txt": BRIDGE})
    build_index(outside, tmp_path / "index", encoder=WordCounts())
    options = ["--allow-add", "--index", str(tmp_path / "index"), "--port", "0"]
    assert main(["ui", *options]) == 1
    error = capsys.readouterr().err
    assert error.startswith("askvisit: the articles of this index are kept in")
    assert "change them there" in error
    assert error.count("\n") == 1


def test_nothing_is_added_to_a_public_chat(capsys):
    assert main(["ui", "--public", "--allow-add"]) == 1
    assert "--allow-add cannot be used with --public" in capsys.readouterr().err


@pytest.mark.parametrize("allowed", [True, False])
def test_the_tab_is_there_only_where_it_is_allowed(page, allowed):
    shown = page if allowed else Page(Chat(FakeAssistant()))
    html = shown.http.get("/").text
    assert ("Add an article" in html) == allowed
    assert ('id="added"' in html) == allowed


@pytest.mark.parametrize("name", ["a.txt", "a.pdf", "a.html"])
def test_an_empty_file_is_called_empty(page, name):
    *_, last = add(page, **sent(name, b""))
    assert last["problem"] == f"Not added: {name} is empty"


def test_details_are_changed_or_stay_as_they_were(small):
    page = served(small)
    page.post("describe", article="bridge.txt", title="One", date="2025-03")
    assert "One" in listing(page)
    kept = (small / "articles" / "bridge.toml").read_text()
    refused = page.post("describe", article="bridge.txt", title="Two", date="soon")["detail"]
    assert "has a date that is not valid" in refused
    assert (small / "articles" / "bridge.toml").read_text() == kept
    page.post("describe", article="bridge.txt")
    assert not (small / "articles" / "bridge.toml").exists()
    assert page.post("describe", article="no.txt")["detail"].startswith("Not changed: ")
