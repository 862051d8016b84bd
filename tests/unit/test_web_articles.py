"""The list of articles, and the choice of some of them."""

from __future__ import annotations

import re

import pytest
from harness.fakes import WordCounts
from harness.web_fakes import ARTICLE, FakeAssistant, Page

from askvisit import Assistant, build_index
from askvisit.records import Article
from askvisit.web import api, articles, source_panel
from askvisit.web.chat import Chat
from askvisit.web.editor import ArticleEditor

OTHER = Article("other.txt", "The <b>Other", "The other minister met a zebra. It was short.")


@pytest.fixture
def both():
    return Chat(FakeAssistant(ARTICLE, OTHER))


def test_the_list_says_what_is_known(both):
    page = articles.listing(both)
    assert "The Paper · 28 Jun 2019 · 276 words" in re.sub("<[^>]+>", "", page)
    assert "The &lt;b&gt;Other" in page
    assert page.count(" checked>") == 2


def test_an_id_goes_to_the_browser_as_it_is_whatever_it_turns(built_once):
    turned = Article('a\u200e\u202e&"b".txt', "A", "The mayor left.")
    sent = 'a\u200e\u202e&amp;&#34;b&#34;.txt"'
    page = articles.listing(Chat(FakeAssistant(turned), editor=ArticleEditor(built_once)))
    for name in ("choose", "read", "only", "remove"):
        assert f'data-{name}="{sent}' in page
    assert f'data-article="{sent}' in source_panel.panel(turned)


def test_a_long_list_says_how_many_are_left_out(both, monkeypatch):
    monkeypatch.setattr(articles, "MOST_LISTED", 1)
    assert "1 more is not listed" in articles.listing(both)


def test_a_question_looks_in_the_chosen_articles_only_and_says_so():
    seen = []

    class Restricted(FakeAssistant):
        def ask(self, question, history=(), articles=None, **options):
            seen.append(articles)
            return super().ask(question, history, articles, **options)

    page = Page(Chat(Restricted(ARTICLE, OTHER)))
    assert "Searched only: A Short Visit" in page.ask("Zebra?", articles=["visit.txt", "no.txt"])
    page.guess(0)
    assert seen == [["visit.txt"], ["visit.txt"]]


def test_with_no_article_ticked_it_says_what_to_do():
    assistant = FakeAssistant()
    assert "Tick at least one" in Page(Chat(assistant)).ask("Zebra?", articles=[])
    assert assistant.asked == []


def test_an_article_that_a_rebuild_removed_while_the_list_was_read_is_left_out(
    assistant, small, monkeypatch
):
    known = assistant.articles
    store = assistant._current.snapshot().article.__self__
    (small / "articles" / "bridge.txt").unlink()
    build_index(index=small, encoder=WordCounts())
    monkeypatch.setattr(Assistant, "articles", known)
    with store._reading():  # as another thread does
        assert list(known) == ["bridge.txt", "tariffs.txt"]
        page = articles.listing(Chat(assistant))
        assert 'data-choose="tariffs.txt"' in page
        assert 'data-choose="bridge.txt"' not in page
        assert 'data-article="tariffs.txt"' in source_panel.first_panel(known)
        *_, listed = api.endpoints(assistant)
        assert [article["id"] for article in listed()] == ["tariffs.txt"]
