"""Adding and removing articles: what a browser may send, what is told, what the options allow."""

from __future__ import annotations

import base64

import pytest
from harness.fakes import BRIDGE, SharedWords, WordCounts, calibration, write_articles
from harness.web_fakes import FakeAssistant

from askvisit import Assistant, build_index
from askvisit.cli import main
from askvisit.errors import DataError, IndexReadOnlyError, ModelError
from askvisit.index.edit import ArticleMetadata
from askvisit.web import app, articles
from askvisit.web.editor import ArticleEditor, NewArticle
from askvisit.web.controller import ArticlesUpdate, ChatController

MILL = "A Mill Burns\n\nThe old mill burned down on Sunday. The mayor said that it had no guard.\n"


@pytest.fixture
def controller(small):
    assistant = Assistant(small, WordCounts(), SharedWords(), calibration())
    return Chat(assistant, editor=ArticleEditor(small, WordCounts()))


def sent(name, data):
    return {"name": name, "base64": base64.b64encode(data).decode()}


def test_a_file_is_taken_with_what_is_told_of_it():
    data = sent("a.pdf", b"%PDF") | {"title": " A ", "source": "", "date": "2020-02-03"}
    told = ArticleMetadata(title="A", date="2020-02-03")
    assert NewArticle.checked(data) == NewArticle("a.pdf", b"%PDF", told)


def test_a_text_gets_its_name_from_the_title_or_its_first_words():
    named = NewArticle.checked({"text": MILL, "title": "The Mill"})
    assert (named.name, named.data) == ("The Mill.txt", MILL.encode())
    assert NewArticle.checked({"text": MILL}).name == "A Mill Burns The old mill burned down.txt"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "choose a file"),
        ([], "choose a file"),
        ({}, "choose a file"),
        ({"text": " \n"}, "choose a file"),
        ({"text": 3}, "choose a file"),
        ({"name": "a.txt"}, "choose a file"),
        ({"name": "a.txt", "base64": "%%%"}, "did not arrive in full"),
        ({"name": "a.txt", "base64": "é"}, "did not arrive in full"),
    ],
)
def test_what_is_no_article_is_told(data, reason):
    with pytest.raises(DataError, match=reason):
        NewArticle.checked(data)


def test_lone_surrogates_and_long_words_are_cut_down():
    taken = NewArticle.checked({"text": "a \ud800 b", "title": "t" * 999, "source": "\udfff"})
    assert taken.data == b"a ? b"
    assert taken.metadata == ArticleMetadata(title="t" * articles.LONGEST_FIELD, source="?")


def test_an_addition_tells_its_progress_and_is_listed(controller):
    changes = list(controller.add(sent("mill.txt", MILL.encode())))
    assert changes[0] == ArticlesUpdate(articles.working())
    assert "1 of 1 passages" in changes[1].message
    assert "Added “A Mill Burns”" in changes[-1].message
    assert 'data-choose="mill.txt" checked' in controller.listing()
    assert controller.ask("When did the old mill burn?", ()).turns[0].answer.found


def test_an_addition_stays_one_where_no_questions_can_be_offered(controller, monkeypatch, caplog):
    def fail(article):
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(controller._suggestions, "answered", fail)
    *_, changed = controller.add(sent("mill.txt", MILL.encode()))
    assert "Added “A Mill Burns”" in changed.message
    assert "data-ask" not in changed.message
    assert "The old mill burned down" in changed.source
    assert "a secret detail" in caplog.text


def test_a_removal_leaves_the_choice(controller):
    list(controller.add(sent("mill.txt", MILL.encode())))
    removed = controller.remove("bridge.txt", ("bridge.txt", "mill.txt"))
    assert removed.chosen == ("mill.txt",)
    assert "bridge.txt" not in removed.listing
    assert controller.remove("tariffs.txt", removed.chosen).chosen is None, "all that stay"


def test_a_choice_made_before_a_removal_still_asks(controller):
    controller.remove("bridge.txt", None)
    shown = controller.ask("Who raised the tariff?", (), ("bridge.txt", "tariffs.txt"))
    assert shown.turns[0].answer.found
    assert shown.turns[0].chosen == ("tariffs.txt",)
    assert "Tick at least one" in controller.ask("Who?", (), ("bridge.txt",)).log


def test_what_goes_wrong_is_told_and_changes_nothing(controller):
    before = controller.listing()
    *_, changed = controller.add(sent("<b>.txt", BRIDGE.encode()))
    assert "&lt;b&gt;.txt: is already here" in changed.message
    removed = controller.remove("<i>none", None)
    assert "no article is called &#x27;&lt;i&gt;none&#x27;" in removed.listing
    assert controller.listing() == before


def test_a_fault_of_ours_is_told_by_its_reference(small, controller, caplog):
    class Failing(WordCounts):
        def encode(self, texts):
            raise RuntimeError("a secret detail")

    controller.editor = ArticleEditor(small, Failing())
    *_, changed = controller.add({"text": MILL})
    assert "Reference for the log" in changed.message
    assert "secret" not in changed.message
    assert "a secret detail" in caplog.text


def test_an_error_of_the_library_is_told_in_its_words(small, controller):
    class Failing(WordCounts):
        def encode(self, texts):
            raise ModelError("the weights are missing")

    controller.editor = ArticleEditor(small, Failing())
    *_, changed = controller.add({"text": MILL})
    assert "the weights are missing" in changed.message


def test_without_a_shelf_nothing_is_added_or_removed(small):
    controller = Chat(Assistant(small, WordCounts(), SharedWords(), calibration()))
    assert list(controller.add({"text": MILL})) == []
    assert controller.remove("bridge.txt", None) == ArticlesUpdate("")
    assert "data-remove" not in controller.listing()
    assert len(controller.assistant.articles) == 2


def test_articles_that_lie_elsewhere_are_named_at_the_start(tmp_path, capsys):
    outside = write_articles(tmp_path / "news", {"bridge.txt": BRIDGE})
    build_index(outside, tmp_path / "index", encoder=WordCounts())
    with pytest.raises(IndexReadOnlyError, match="change them there"):
        ArticleEditor(tmp_path / "index")
    options = ["--allow-add", "--index", str(tmp_path / "index"), "--port", "0"]
    assert main(["ui", *options]) == 1
    error = capsys.readouterr().err
    assert error.startswith("askvisit: the articles of this index are kept in")
    assert error.count("\n") == 1


def test_nothing_is_added_to_a_public_chat(capsys):
    assert main(["ui", "--public", "--allow-add"]) == 1
    assert "--allow-add cannot be used with --public" in capsys.readouterr().err


@pytest.mark.parametrize("allowed", [True, False])
def test_the_tab_is_there_only_where_it_is_allowed(controller, allowed):
    served = controller if allowed else Chat(FakeAssistant())
    parts = str(app.build(served).get_config_file()["components"])
    assert ("Add an article" in parts) == allowed
    assert ("'adding'" in parts) == allowed
