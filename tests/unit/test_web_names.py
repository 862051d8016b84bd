"""The names of the open article: counts, places, and the question about each."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from harness.fakes import SharedWords, WordCounts, calibration, indexed
from harness.web_fakes import ARTICLE, FEAST, FakeAssistant, Page

from askvisit import Assistant
from askvisit.web.chat import Chat


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    folder = tmp_path_factory.mktemp("names")
    plain = "nothing here has a name, and it all is small.\n"
    indexed(folder, {"feast.txt": FEAST, "plain.txt": plain})
    return Assistant(folder, WordCounts(), SharedWords(), calibration())


def named(assistant, article: object = "feast.txt") -> str:
    got = Page(Chat(assistant)).post("names", article=article)
    return got.get("html") or got["detail"]


def test_each_name_has_its_count_its_places_and_its_question(assistant):
    shown = named(assistant)
    buttons = re.findall(r'data-places="([^"]*)" data-about="([^"]*)".*?<bdi>(.*?)</bdi>', shown)
    assert [name for _, _, name in buttons] == ["Ada Quill", "Grimsby"]
    places, about, _ = buttons[0]
    ranges = [tuple(map(int, place.split("-"))) for place in places.split()]
    assert [FEAST[start:end] for start, end in ranges] == ["Ada Quill", "Quill"]
    assert html.unescape(about) == "What is said about Ada Quill?"
    assert 'title="Also: Quill"' in shown
    assert '<span class="count">3<span class="unseen"> mentions</span>' in shown


def test_people_and_places_stand_under_headings():
    class Named(FakeAssistant):
        def names(self, *_, **__):
            (name,) = super().names(1)
            return (name, replace(name, name="Oslo", kind="place"), replace(name, name="May"))

    shown = named(Named(), ARTICLE.id)
    told = re.findall(r"<h4>(.*?)</h4>|<bdi>(.*?)</bdi>", shown)
    assert ["".join(pair) for pair in told] == ["Places", "Oslo", "Other names", "Monday", "May"]


def test_all_names_are_there_and_those_after_the_first_wait_for_a_click():
    class Named(FakeAssistant):
        def names(self, most, **_):
            (name,) = super().names(1)
            return tuple(replace(name, name=f"N{n}") for n in range(40))[:most]

    shown = named(Named(), ARTICLE.id)
    assert shown.count("data-places") == 40
    assert shown.count("<li data-more hidden>") == 40 - 15
    assert "25 more</button>" in shown


def test_an_article_without_names_says_so(assistant):
    shown = named(assistant, "plain.txt")
    assert '<p class="note">No names were found in this article.</p>' in shown


@pytest.mark.parametrize(
    ("article", "told"),
    [("no.txt", "as they are now"), (None, "article:"), (["feast.txt"], "arti")],
)
def test_what_is_no_article_is_told(assistant, article, told):
    assert told in named(assistant, article)


def test_a_fault_gives_a_reference_and_no_detail():
    class Broken(FakeAssistant):
        def names(self, *_, **__):
            raise RuntimeError("a secret detail")

    told = named(Broken(), ARTICLE.id)
    assert "Reference for the log" in told
    assert "secret" not in told
