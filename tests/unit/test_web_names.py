"""The names of the open article: counts, places, and the question about each."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from harness.fakes import SharedWords, WordCounts, calibration, write_articles
from harness.web_fakes import ARTICLE, FEAST, FakeAssistant

from askvisit import Assistant, build_index
from askvisit.web import lookups


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    folder = tmp_path_factory.mktemp("names")
    plain = "nothing here has a name, and it all is small.\n"
    write_articles(folder / "articles", {"feast.txt": FEAST, "plain.txt": plain})
    build_index(index=folder, encoder=WordCounts())
    return Assistant(folder, WordCounts(), SharedWords(), calibration())


def named(assistant, article: object = "feast.txt") -> str:
    return lookups.named(article, assistant, assistant.articles)


def test_each_name_has_its_count_its_places_and_its_question(assistant):
    shown = named(assistant)
    buttons = re.findall(r'data-places="([^"]*)" data-about="([^"]*)".*?<bdi>(.*?)</bdi>', shown)
    assert [name for _, _, name in buttons] == ["Ada Quill", "Grimsby"]
    places, about, _ = buttons[0]
    ranges = [tuple(map(int, place.split("-"))) for place in places.split()]
    assert [FEAST[start:end] for start, end in ranges] == ["Ada Quill", "Quill"]
    assert html.unescape(about) == "What does it say about Ada Quill?"
    assert 'title="Also: Quill"' in shown
    assert '<span class="count">3<span class="unseen"> mentions</span>' in shown


def test_people_and_places_stand_under_headings():
    class Named(FakeAssistant):
        def names(self, *_, **__):
            (name,) = super().names(1)
            return (name, replace(name, name="Oslo", kind="place"), replace(name, name="May"))

    shown = lookups.named(ARTICLE.id, Named(), {ARTICLE.id: ARTICLE})
    told = re.findall(r"<h4>(.*?)</h4>|<bdi>(.*?)</bdi>", shown)
    assert ["".join(pair) for pair in told] == ["Places", "Oslo", "Other names", "Monday", "May"]


def test_an_article_without_names_says_so(assistant):
    assert named(assistant, "plain.txt") == (
        '<p class="note">No names were found in this article.</p>'
    )


@pytest.mark.parametrize("article", [None, "no.txt", ["feast.txt"], {"article": "feast.txt"}])
def test_what_is_no_article_is_told(assistant, article):
    assert "no longer there" in named(assistant, article)


def test_a_fault_gives_a_reference_and_no_detail():
    class Broken(FakeAssistant):
        def names(self, *_, **__):
            raise RuntimeError("a secret detail")

    told = lookups.named(ARTICLE.id, Broken(), {ARTICLE.id: ARTICLE})
    assert "Reference for the log" in told
    assert "secret" not in told
