"""The timeline beside the article: dates as the text gives them, and plain words where none are."""

from __future__ import annotations

import re

import pytest
from harness.fakes import SharedWords, WordCounts, calibration, indexed
from harness.web_fakes import ARTICLE, FakeAssistant, Page

from askvisit import Assistant
from askvisit.records import Article, Citation, Sentence, Span
from askvisit.text import date_in_words
from askvisit.timeline import TimelineEntry
from askvisit.web.chat import Chat

DATED = (
    "A Bridge Falls\n\nThe bridge was built in 1931. In June 2018 the mayor had warned of it.\n\n"
    "It fell on Monday. <b>Nobody</b> was hurt on 24 June 2019.\n"
)
UNDATED = "Wool\n\nThe mayor bought wool on Monday. The mill had closed in 1999.\n"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dated")
    known = 'source = "The <i>Post"\ndate = 2019-06-26'
    files = {"bridge.txt": DATED, "bridge.toml": known, "wool.txt": UNDATED}
    indexed(folder, files)
    return Assistant(folder, WordCounts(), SharedWords(), calibration())


def shown(assistant, **request) -> dict[str, str]:
    return Page(Chat(assistant)).post("timeline", **request)


@pytest.mark.parametrize(
    ("date", "words"),
    [("1931", "1931"), ("2018-06", "June 2018"), ("2019-06-04", "4 June 2019"), ("soon", "soon")],
)
def test_a_date_is_written_as_precisely_as_it_is_known(date, words):
    assert date_in_words(date) == words
    assert date_in_words(date, short=True) == words.replace("June", "Jun")


def test_sentences_stand_in_order_of_time_with_the_words_that_date_them(assistant):
    found = shown(assistant)
    assert found["told"] == "5 dates in 2 articles, in chronological order"
    html = found["html"]
    order = ["1931", "1999", "2018-06", "2019-06-24"]
    at = [html.index(f'<time datetime="{date}">') for date in order]
    assert at == sorted(at)
    assert html.count("<time ") == 4, "one date stands above all its sentences"
    assert "It fell on <strong>Monday</strong>." in html
    start, end = DATED.index("It fell"), DATED.index("It fell on Monday.") + 18
    assert f"?article=bridge.txt&amp;start={start}&amp;end={end}" in html
    assert "· The &lt;i&gt;Post · paragraph 3" in re.sub("<[^>]+>", "", html)
    assert "&lt;b&gt;Nobody" in html


def test_of_a_long_sentence_what_is_around_the_date_is_shown():
    said = f"It rained {'and rained ' * 100}in 1931 {'and rained ' * 100}again."
    article = Article("rain.txt", "Rain", said)

    class Long(FakeAssistant):
        def timeline(self, *_, **__):
            sentence = Sentence("rain.txt", 1, 0, len(said), said)
            at = said.index("1931")
            cited = Citation.of(1, article, Span(sentence, at, at + 4, 1.0, 0.0), 1.0)
            return (TimelineEntry("1931", "year", cited),)

    html = shown(Long(article))["html"]
    assert "<strong>1931</strong> and rained" in html
    assert len(re.findall("and rained", html)) < 60


def test_articles_without_a_date_are_named(assistant):
    note = "“Wool” has no publication date"
    assert note in shown(assistant)["html"]
    assert note not in shown(assistant, articles=["bridge.txt"])["html"]


def test_topic_and_time_narrow_it_and_a_button_leads_back(assistant):
    found = shown(assistant, articles=["bridge.txt"], topic=" hurt ", since="2018")
    assert found["told"] == "1 date about “hurt” since 2018 in 1 article, in chronological order"
    assert "<button" in found["html"]
    assert "data-all" not in shown(assistant, topic="  ")["html"]


def test_nothing_is_said_plainly(assistant):
    assert shown(assistant, topic="hurt", until="1900")["told"] == (
        "No dated sentences about “hurt” until 1900."
    )
    empty = FakeAssistant()
    empty.articles = {}
    assert shown(empty) == {"detail": "There are no articles yet."}
    assert "No articles are ticked" in shown(assistant, articles=[])["detail"]
    assert "No articles are ticked" in shown(assistant, articles=["gone.txt"])["detail"]


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ({"since": "soon"}, "since is 'soon', which is not a date"),
        ({"since": "2019", "until": "2018"}, "swap them"),
        ({"topic": "x" * 3000}, "the limit is 2,000"),
    ],
)
def test_what_cannot_be_asked_is_told(assistant, request_, told):
    assert told in shown(assistant, **request_)["detail"]


@pytest.mark.parametrize("sent", [{"topic": 5}, {"since": []}, {"articles": "{"}])
def test_what_no_page_sends_is_told(assistant, sent):
    assert next(iter(sent)) in shown(assistant, **sent)["detail"]


def test_times_are_taken_in_words(assistant):
    everything = shown(assistant, since="2018", until="2018-06")
    assert everything["told"].startswith("1 date since 2018 until 2018-06")
    assert "1 date" in shown(assistant, since="2018", until=" June 2018")["told"]
    assert "2 dates" in shown(assistant, since="20 June 2019")["told"]


def test_a_fault_gives_a_reference_and_no_detail():
    class Broken(FakeAssistant):
        def timeline(self, *_, **__):
            raise RuntimeError("a secret detail")

    told = shown(Broken())["detail"]
    assert told.startswith("Something went wrong. Reference")


def test_more_than_can_be_shown_is_counted():
    class Long(FakeAssistant):
        def timeline(self, *_, **__):
            return super().timeline() * (300 + 2)

    found = shown(Long(Article("visit.txt", "Visit", ARTICLE.text)))
    assert found["html"].count("<a ") == 300
    assert "2 more are not shown" in found["html"]
