"""What an answer says beside its quotes: groups and records."""

from __future__ import annotations

import re
from dataclasses import replace
from unittest.mock import ANY

import pytest
from harness.fakes import BRIDGE, TARIFFS, citation
from harness.web_fakes import FakeAssistant, Page

from askvisit.records import Answer, AnswerGroup, Article, GroupMember, Hit, quoted
from askvisit.web.answers import AnswerView, near
from askvisit.web.chat import Chat
from askvisit.web.rendering import fragment

QUOTE = "The mayor opened the bridge on Monday."
CITED = citation(BRIDGE, QUOTE, "on Monday", paragraph=2)
FOUND = Answer("When?", "When?", "answer", True, quoted([CITED]), 0.9, (CITED,))


BRIDGES = {"bridge.txt": Article("bridge.txt", "A Bridge for the Town", BRIDGE)}


def shown(answer, articles=None):
    """Return the answer as it is shown, between the question and what can be done with it."""
    assistant = FakeAssistant(*(articles or BRIDGES).values())
    assistant.ask = lambda *_, **__: answer
    html = Page(Chat(assistant)).ask(answer.question)
    return html[html.index('class="message bot"') : html.index('class="actions"')]


def test_a_plain_answer_says_nothing_more():
    assert not {"<details", 'class="note"'} & set(shown(FOUND).split())


def test_groups_are_a_table_that_names_paper_and_date_and_links_to_the_place():
    member = GroupMember(CITED, "The <b>Post", "2021-05-03", 0.9)
    second, third = (replace(CITED, article_id=f"{name}.txt") for name in ("second", "third"))
    unknown = replace(member, citation=second, source=None, date=None)
    groups = (
        AnswerGroup("on <i>Monday", "date", True, (member, unknown), "newest"),
        AnswerGroup("on Friday", "date", True, (replace(member, citation=third),), "earlier"),
    )
    page = shown(replace(FOUND, groups=groups))
    assert page.index('class="groups dispute"') < page.index('class="citations"')
    assert '<p class="newest" dir="auto">on &lt;i&gt;Monday</p>' in page
    assert "3 articles answer this, and they differ" in page
    first = 'rowspan="2" dir="auto">on &lt;i&gt;Monday <span class="relation">newest</span></th>'
    assert page.count("<tr>") == 3
    assert page.count(first) == 1
    assert '>on Friday <span class="relation">earlier</span></th>' in page
    said = f'<td class="said" dir="auto">{QUOTE}</td></tr>'
    assert page.count(f'>The &lt;b&gt;Post</a> <span class="day">3 May 2021</span></td>{said}') == 2
    assert f">A Bridge for the Town</a></td>{said}" in page
    assert page.count(f"start={CITED.start}&amp;end={CITED.end}") == 4


@pytest.mark.parametrize(
    ("relations", "leading"),
    [
        (("dispute", "dispute"), "on Monday / on Friday"),
        (("newest", "earlier"), "on Monday"),
        (("newest", "dispute"), "on Monday"),
        (("dispute", "also"), "on Monday"),
    ],
)
def test_the_newest_leads_and_of_what_is_disputed_all(relations, leading):
    member = GroupMember(CITED, "The Post", "2021-05-03", 0.9)
    other = replace(member, citation=replace(CITED, article_id="other.txt"))
    groups = (
        AnswerGroup("on Monday", "date", True, (member,), relations[0]),
        AnswerGroup("on Friday", "date", relations[1] != "also", (other,), relations[1]),
    )
    assert f'<p class="newest" dir="auto">{leading}</p>' in shown(replace(FOUND, groups=groups))


def test_what_several_articles_say_is_still_asked_of_the_others():
    member = GroupMember(CITED, "The Post", "2021-05-03", 0.9)
    other = replace(member, citation=replace(CITED, article_id="tariffs.txt"))
    groups = (AnswerGroup("on Monday", "date", False, (member, other)),)
    articles = BRIDGES | {"tariffs.txt": Article("tariffs.txt", "Tariffs Rise Again", TARIFFS)}
    page = shown(replace(FOUND, groups=groups), articles)
    assert '<div class="others" data-each><details class="groups">' in page.replace("\n", "")
    assert "2 articles answer this<" in page


def test_beside_what_sources_dispute_only_the_others_are_counted():
    member = GroupMember(CITED, "The Post", "2021-05-03", 0.9)
    other = replace(member, citation=citation(TARIFFS, TARIFFS[:9], None))
    shown_first = AnswerGroup("on Monday", "date", True, (member,), "newest")
    each = (shown_first, AnswerGroup("later", "date", True, (other,), "dispute"))
    view = AnswerView(replace(FOUND, groups=(shown_first,)), BRIDGES, each=each)
    assert [group.words for group in view.disputed] == ["on Monday"]
    assert [group.words for group in view.others] == ["later"]
    html = fragment("others", listed=view.others, read=9, more=True)
    assert "1 more article answers this (of 9 read)<" in html


def test_what_is_found_later_leads_only_if_it_is_newer():
    quoted_first = GroupMember(CITED, "The Post", "2021-05-03", 0.9)
    other = replace(quoted_first, citation=replace(CITED, article_id="tariffs.txt"))

    def of_each(lead, relation, second):
        follows = "earlier" if relation == "newest" else "dispute"
        return (
            AnswerGroup("later", "date", True, (lead,), relation),
            AnswerGroup("before", "date", True, (second,), follows),
        )

    newer = of_each(other, "newest", quoted_first)
    view = AnswerView(FOUND, BRIDGES, each=newer)
    assert (view.leading, view.disputed, view.others) == (newer[:1], (), newer)
    for each in (of_each(quoted_first, "newest", other), of_each(other, "dispute", quoted_first)):
        assert AnswerView(FOUND, BRIDGES, each=each).leading == ()
    sentences = tuple(replace(group, type="words") for group in newer)
    assert AnswerView(FOUND, BRIDGES, each=sentences).leading == ()
    at_once = of_each(quoted_first, "newest", quoted_first)
    view = AnswerView(replace(FOUND, groups=at_once), BRIDGES, each=newer)
    assert (view.leading, view.disputed, view.others) == (newer[:1], newer, ())


def test_a_long_quote_is_cut_to_the_words_that_answer():
    text = "Nobody knew. The mayor " + "who never hurried " * 12 + "paid 480 euros."
    cited = citation(text, text.partition(". ")[2], "480 euros")
    group = AnswerGroup("480 euros", "number", False, (GroupMember(cited, "Post", None, 0.9),))
    page = shown(replace(FOUND, groups=(group,)))
    assert re.search(r'<td class="said" dir="auto">… [^<]{100,140}paid 480 euros\.</td>', page)
    unmarked = replace(cited, span=None, span_start=None, span_end=None)
    assert unmarked.pieces(140)[0].endswith(" …")


def test_groups_that_do_not_differ_are_folded():
    member = GroupMember(CITED, "The Post", "2021-05-03", 0.9)
    page = shown(replace(FOUND, groups=(AnswerGroup("on Monday", "date", False, (member,)),)))
    assert '<details class="groups"><summary class="quiet">1 article answers this<' in page
    assert "relation" not in page


def test_a_near_passage_is_cut_to_the_words_of_the_question_without_its_heading():
    text = "The Mayor\n\n" + "Nothing was said. " * 40 + "Then a mayor crossed the bridge at noon."
    hit = Hit("bridge.txt", 0, len(text), text, 0.5, 1.0, 0.5, paragraph=3)
    found, shown = near(hit, "When did the mayor cross the bridge?")
    assert found == replace(hit, paragraph=4)
    assert "mayor crossed the bridge" in shown
    assert not shown.startswith("The Mayor")
    assert len(shown) < 240
    assert near(replace(hit, text="Zebra.\n\nA zebra."), "Who?") == (ANY, "A zebra.")


def test_what_only_the_record_tells_is_below_the_quotes():
    answer = replace(FOUND, request="author", notes=("By its record: <Ada>.",))
    assert '<p class="note" dir="auto">By its record: &lt;Ada&gt;.</p>' in shown(answer)


def test_of_an_ambiguous_question_each_place_is_named_with_its_article():
    articles = {
        "bridge.txt": Article("bridge.txt", "A <b>Bridge", BRIDGE),
        "tariffs.txt": Article("tariffs.txt", "Tariffs Rise Again", TARIFFS),
    }
    hits = [Hit(n, 0, 20, a.text[:20], 0.5, 1.0, 0.5, a.title) for n, a in articles.items()]
    hits[0] = replace(hits[0], source="The Post", date="2021-05-03", paragraph=1)
    hits = tuple(hits)
    refused = Answer("Who?", "Who?", "not_found", False, "Which?", 0.4, nearest=hits)
    ambiguous = replace(refused, refusal="ambiguous", period=("2019-06-17", "2019-06-23"))
    page = shown(ambiguous, articles)
    assert "Which article?" in page
    assert "The likeliest places:" in page
    for title in ("A &lt;b&gt;Bridge", "Tariffs Rise Again"):
        assert page.count(f'<span class="note" dir="auto">{title}</span></li>') == 1
    heading, *lines = AnswerView(ambiguous, articles).plain_text.split("\n\n")[2].split("\n")
    assert heading == "The likeliest places:"
    assert lines[0] == "“A Bridge for the Tow” (A <b>Bridge, The Post, 3 May 2021, paragraph 1)"
    assert lines[1].endswith("” (Tariffs Rise Again)")
    assert "Time asked about: 17 June 2019 to 23 June 2019<" in re.sub("</?span[^>]*>", "", page)
    only = {"bridge.txt": articles["bridge.txt"]}
    alone = shown(replace(refused, refusal="absent", nearest=hits[:1]), only)
    assert "The nearest passages:" in alone
    assert "A &lt;b&gt;Bridge" in alone
    assert "Time asked about" not in alone


def test_all_words_that_answer_are_pieces_of_their_own_and_a_cut_has_the_likeliest():
    cited = citation(BRIDGE, "The mayor opened the bridge on Monday.", "the bridge")
    first = (cited.start, cited.start + len("The mayor"))
    cited = replace(cited, spans=(first, (cited.span_start, cited.span_end)))
    assert cited.pieces() == ["", "The mayor", " opened ", "the bridge", " on Monday."]
    assert replace(cited, span=None, span_start=None, span_end=None).pieces() == [cited.quote]
    _, words, _ = cited.pieces(20)
    assert words == "the bridge"
