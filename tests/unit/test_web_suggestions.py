"""What to ask next: written questions first, central names for an article that has none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from harness.fakes import ROOT, VISIT
from harness.web_fakes import ARTICLE, FakeAssistant

from askvisit import Assistant, build_index
from askvisit.records import Article
from askvisit.web.suggestions import Next, Suggestions, about, central_names

OTHER = Article(
    "other.txt",
    "A Feast",
    "A Feast\n\nOn Sunday the town of Grimsby ate with Ada Quill. However, Grimsby has no hall.\n\n"
    "In June a Norse cook saw Ada Quill in Grimsby. A Norse song was sung, and Oslo was cold.",
)
ABOUT = ["What is said about Grimsby?", "What is said about Ada Quill?"]


GOLD = {
    "Who did Xi meet in 2009?": (
        "Xi previously had met",
        "Kim Jong Un’s father, the late Kim Jong Il",
    ),
    "How many days did Xi's visit last?": ("Xi’s two day-long visit", "two day-long"),
    "What does Trump want from North Korea?": (
        "For North Korea, he’d like to see",
        "a complete abandonment of nuclear ambitions",
    ),
    "How far did trade fall after the 2017 nuclear test?": ("After the U.N.", "record lows"),
    "Where will Xi and Trump meet?": ("Xi and Trump will meet", "at the G20 summit in Japan"),
    "Who is North Korea's largest trading partner?": ("Beijing has historically", "Beijing"),
    "How many summits has Trump held with Kim?": ("Since he took office", "two summits"),
    "Why do manufacturers move to Vietnam?": (
        "Manufacturers for U.S. companies",
        "to avoid the increased costs of exporting their goods",
    ),
}
"""How the sentence begins that answers each suggestion, and the words in it that answer."""


def test_what_comes_with_the_article_is_answered_rightly(real):
    assert set(real.suggestions) == set(GOLD)
    for question, (begins, words) in GOLD.items():
        cited = real.ask(question).citations[0]
        assert cited.quote.startswith(begins), question
        marked = cited.span or cited.quote
        assert words in marked or marked in words, (question, marked)


def test_names_read_well_in_a_question():
    text = (
        "Songs\n\nThey heard “Squid love it, cod do not,” in Grimsby. Later in Grimsby they heard "
        "“Squid love it, cod do not,” of Ada Quill."
    )
    assert central_names(Article("songs.txt", "Songs", text)) == ["Grimsby", "Ada Quill"]


def test_a_shortened_month_is_no_name():
    text = "Mud\n\nThey saw it in Grimsby. It has not moved since Nov. 3, or since Nov. 5."
    assert central_names(Article("mud.txt", "Mud", text)) == ["Grimsby"]


def test_what_is_offered_for_one_article_is_answered_by_it():
    assistant = FakeAssistant(ARTICLE, OTHER)
    offered = Suggestions(assistant).answered(OTHER)
    assert offered == [*ABOUT, "What is said about Oslo?"]
    assert Suggestions(assistant).answered(ARTICLE) == list(assistant.suggestions)


def test_written_questions_come_first_and_each_once():
    assistant = FakeAssistant()
    suggestions = Suggestions(assistant)
    assert suggestions.after(Next(), assistant.articles) == list(assistant.suggestions)
    left = suggestions.after(Next(asked=["who met the mayor? "]), assistant.articles)
    assert left == list(assistant.suggestions[1:])
    assert suggestions.after(Next(asked=assistant.suggestions), assistant.articles) == []


def test_an_article_without_written_questions_takes_turns_with_them():
    assistant = FakeAssistant(ARTICLE, OTHER)
    offered = Suggestions(assistant).after(Next(), assistant.articles)[:4]
    assert offered == [assistant.suggestions[0], ABOUT[0], assistant.suggestions[1], ABOUT[1]]


def test_articles_with_the_same_names_leave_room_for_others():
    town = "Mud\n\nOn Monday they saw it in Grimsby. They say that Grimsby has mud."
    same = [Article(f"{n}.txt", "Mud", town) for n in range(4)]
    assistant = FakeAssistant(*same, OTHER)
    assistant.suggestions = ()
    offered = Suggestions(assistant).after(Next(), assistant.articles)[:3]
    assert offered == [*ABOUT, "What is said about Oslo?"]


def test_what_is_asked_first_is_about_articles_from_all_over_the_list():
    towns = ("Oslo", "Bergen", "Turku", "Visby", "Ystad", "Skagen", "Husum", "Ribe", "Tartu")
    text = "Mud\n\nOn Monday they saw it in {0}, and in {1}. They say that {0} has mud, as {1} has."
    pairs = [(town, other) for town in towns for other in (f"{town}berg", f"{town}haven")]
    several = [Article(f"{n}.txt", "Mud", text.format(*pair)) for n, pair in enumerate(pairs)]
    assistant = FakeAssistant(*several)
    assistant.suggestions = ()
    offered = Suggestions(assistant).after(Next(), assistant.articles)
    assert len(offered) == 6
    near = {town for town in towns for question in offered if town in question}
    assert len(near) == 6


def test_after_an_answer_from_it_come_its_own_names():
    assistant = FakeAssistant(ARTICLE, OTHER)
    asked = ["What happened in Grimsby in June?"]
    offered = Suggestions(assistant).after(
        Next(asked=asked, at_hand="other.txt"), assistant.articles
    )
    assert offered == [*ABOUT, "What is said about Oslo?"]


def test_a_byline_is_not_asked_about():
    signed = replace(OTHER, author="Ada Quill")
    assistant = FakeAssistant(signed)
    offered = Suggestions(assistant).after(
        Next(asked=["x"], at_hand="other.txt"), assistant.articles
    )
    assert offered == ["What does it say about Grimsby?", "What does it say about Oslo?"]


def test_only_the_articles_that_are_looked_in_are_asked_about():
    assistant = FakeAssistant(ARTICLE, OTHER)
    suggestions = Suggestions(assistant)
    asked = ["What about the mayor?"]
    offered = suggestions.after(
        Next(asked=asked, at_hand="visit.txt", articles=["visit.txt"]), assistant.articles
    )
    assert set(offered) == set(assistant.suggestions)
    offered = suggestions.after(
        Next(asked=["Ada Quill?"], at_hand="other.txt", articles=["other.txt"]), assistant.articles
    )
    assert not set(offered) & set(assistant.suggestions)
    assert offered[0] == "What does it say about Grimsby?"


def test_an_article_that_is_added_is_noticed():
    assistant = FakeAssistant()
    suggestions = Suggestions(assistant)
    assert ABOUT[0] not in suggestions.after(Next(), assistant.articles)
    assistant.articles[OTHER.id] = OTHER
    assert ABOUT[0] in suggestions.after(Next(), assistant.articles)


def test_without_articles_nothing_is_suggested():
    assistant = FakeAssistant()
    assistant.articles = {}
    assert Suggestions(assistant).after(Next(), assistant.articles) == []


@pytest.mark.slow
@pytest.mark.models
def test_what_is_suggested_for_other_pages_is_answered(tmp_path):
    build_index(ROOT / "tests/data/pages", tmp_path)
    assistant = Assistant.load(tmp_path)
    offered = {
        about(name, among_others=True)
        for article in assistant.articles.values()
        for name in central_names(article)
    }
    assert len(offered) > 2 * len(assistant.articles)
    spoken_of = []
    for question in sorted(offered)[::2]:
        first, *_ = assistant.ask(question, as_typed=True, min_confidence=0).citations
        last_word = question.rstrip("?").split()[-1].lower().rstrip("s")
        spoken_of.append(last_word in first.quote.lower())
    assert sum(spoken_of) >= 0.85 * len(spoken_of)


def test_central_names_are_no_dates_adjectives_or_first_words():
    assert central_names(OTHER) == ["Grimsby", "Ada Quill", "Oslo"]
    text = (ROOT / "index/articles" / VISIT).read_text("utf-8")
    found = central_names(Article(VISIT, "Xi Visits", text))
    assert found == ["Xi Jinping", "China", "Kim", "Donald Trump"]
