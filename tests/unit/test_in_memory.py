"""Articles that a program has in memory: asked, added to, removed, and gone with the assistant."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
from dataclasses import replace

import pytest
from harness.fakes import BRIDGE, TARIFFS, ScriptedReader, WordCounts, calibration

from askvisit import Article, Assistant, Index
from askvisit import assistant as facade
from askvisit.errors import (
    AskvisitError,
    CorpusError,
    IndexReadOnlyError,
    ModelError,
    PassageIndexError,
    UnknownArticleError,
)

MAYOR = "When did the mayor open the bridge?"
SCRIPT = {"on Monday": 3.0, "nine percent": 2.0}
OPENED = Article("wire/17", "A Bridge", BRIDGE, "The Herald", "https://h.example", "28 June 2019")
RAISED = Article("tariffs", "Tariffs", TARIFFS)


@pytest.fixture(scope="module", autouse=True)
def _only_what_is_new_is_collected():
    """Keep what all tests before have loaded out of the collections here: each would take 0.5 s."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    """Return the place of temporary folders, and what is in it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(facade, "fitted_for", lambda *_: calibration())
    return lambda: [path.name for path in tmp_path.iterdir()]


def of(*articles, encoder=None):
    return Assistant.from_articles(
        articles, encoder=encoder or WordCounts(), reader=ScriptedReader(SCRIPT)
    )


def test_articles_in_memory_are_asked_under_their_own_ids():
    with of(OPENED, RAISED) as one:
        cited = one.ask(MAYOR).citations[0]
        assert (cited.article_id, cited.span) == ("wire/17", "on Monday")
        assert one.articles["wire/17"] == replace(OPENED, date="2019-06-28")
        assert BRIDGE[cited.start : cited.end] == cited.quote
        assert (cited.source, cited.date) == ("The Herald", "2019-06-28")
        assert one.ask("And the tariff?", articles=["tariffs"]).citations[0].article_id == "tariffs"
        with pytest.raises(AskvisitError, match="wire/17 is not on this machine, only its text"):
            one.page("wire/17", 1)


def test_what_is_no_model_is_told():
    for given, said in (
        ({"encoder": 3}, "encoder given lacks name, sha256, encode_query, encode_document; give"),
        ({"encoder": WordCounts(), "reader": WordCounts()}, "reader given lacks passages, read;"),
    ):
        for use in (Assistant.load, Assistant.from_articles):
            with pytest.raises(ModelError, match=said):
                use([OPENED], **given)


def test_articles_are_added_replaced_and_removed_and_only_new_texts_encoded():
    encoder = WordCounts()
    one = of(OPENED, encoder=encoder)
    encoder.encoded.clear()
    one.add([RAISED, replace(OPENED, text=BRIDGE.replace("Monday", "Friday"))])
    assert sorted(one.articles) == ["tariffs", "wire/17"]
    assert one.ask(MAYOR, min_confidence=0).citations[0].article_id == "tariffs"
    assert "Friday" in one.articles["wire/17"].text
    encoder.encoded.clear()
    one.add([Article("band", "A Band", "A band played. Nobody slept.")])
    assert encoder.encoded == ["A band played. Nobody slept."]
    one.remove(["tariffs", "wire/17"])
    assert list(one.articles) == ["band"]
    with pytest.raises(CorpusError, match="no article is left"):
        one.remove(["band"])
    with pytest.raises(UnknownArticleError, match="'tariffs'; the index has band"):
        one.remove("tariffs")
    for given in (5, None, [5, "band"], [["band"]]):
        with pytest.raises(UnknownArticleError, match="the index has band"):
            one.remove(given)
    assert list(one.articles) == ["band"]


@pytest.mark.parametrize(
    ("articles", "said"),
    [
        ([], "no article is left"),
        (OPENED, "give a list of articles"),
        (BRIDGE, "give a list of articles"),
        (7, "give a list of articles"),
        ([{"id": "a", "text": BRIDGE}], r"as Article\(id, title, text\)"),
        ([OPENED, OPENED], "'wire/17' cannot be used: another one has this id"),
        ([replace(OPENED, id="")], "it has no id"),
        ([replace(OPENED, id=17)], "its id must be text, not int"),
        ([replace(OPENED, text=None)], "its text must be text, not NoneType"),
        ([replace(OPENED, text=" \n.")], "its text has no words"),
        ([replace(OPENED, text="a\0b")], "its text has lone surrogates or NUL"),
        ([replace(OPENED, title="a\ud800")], "its title has lone surrogates or NUL"),
        ([replace(OPENED, url=["x"])], "its url must be text, not list"),
        ([replace(OPENED, date="yesterday")], "its date is not valid; write 2019-06-26"),
        ([replace(OPENED, date=2019)], "its date must be text"),
    ],
)
def test_what_cannot_be_used_is_told_and_leaves_nothing_behind(articles, said, folders):
    with pytest.raises(CorpusError, match=said):
        Assistant.from_articles(articles, encoder=WordCounts(), reader=ScriptedReader(SCRIPT))
    gc.collect()
    assert folders() == []
    if articles:
        one = of(RAISED)
        with pytest.raises(CorpusError, match=said):
            one.add(articles)
        assert list(one.articles) == ["tariffs"]


def test_the_folder_goes_with_the_assistant(folders):
    one = of(OPENED)
    assert len(folders()) == 1
    one.close()
    assert folders() == []
    for use in (lambda: one.ask(MAYOR), lambda: one.add([RAISED]), lambda: one.articles):
        with pytest.raises(PassageIndexError, match=r"closed; make one with Index\.create"):
            use()
    one.close()
    forgotten = of(OPENED)
    assert len(folders()) == 1
    del forgotten
    gc.collect()
    assert folders() == []


def test_assistants_share_an_index_that_a_program_changes(folders):
    with Index.create([OPENED], encoder=WordCounts()) as index:
        one, other = (Assistant.load(index, reader=ScriptedReader(SCRIPT)) for _ in "ab")
        index.add([RAISED])
        assert set(one.articles) == set(other.articles) == {OPENED.id, RAISED.id}
        assert one.search("mayor", 1) == other.search("mayor", 1) != []
        with pytest.raises(UnknownArticleError):
            index.remove([RAISED.id, "nothing"])
        index.remove(RAISED.id)
        assert list(other.articles) == [OPENED.id]
        with pytest.raises(CorpusError, match="no article is left"):
            index.remove(OPENED.id)
    assert folders() == []


def test_an_assistant_over_files_is_not_changed(assistant):
    with (
        assistant,
        pytest.raises(IndexReadOnlyError, match="are files; change those and run: askvis"),
    ):
        assistant.add([OPENED])
    with pytest.raises(IndexReadOnlyError):
        assistant.remove(["bridge.txt"])
    assert assistant.ask(MAYOR, min_confidence=0).found  # closing it did nothing


@pytest.mark.parametrize("end", ["pass", "raise SystemExit(3)", "1 / 0"])
def test_the_folder_goes_with_the_program(end, folders, tmp_path):
    code = (
        "from askvisit import Article, Assistant\n"
        "one = Assistant.from_articles([Article('a', 'A', 'Ada won. Bo lost.')], reader='small')\n"
        "print(one.ask('Who won?', min_confidence=0).citations[0].span)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code + end],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "Ada\n"
    assert [name for name in folders() if name.startswith("askvisit-")] == []
