"""The routes of the conversation, called as the page calls them; the server keeps nothing."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import pytest
from harness.web_fakes import ARTICLE, TEXT, FakeAssistant, Page

from askvisit.errors import IndexMissingError
from askvisit.passages import sentences
from askvisit.records import AnswerGroup, Article, GroupMember
from askvisit.web.chat import Chat
from askvisit.web.conversation import HISTORY, SHOWN_TURNS

JSON = {"content-type": "application/json"}
QUESTION = "Who met the mayor?"
OTHER = Article("other.txt", "Other", "Other\n\nThe zebra left the mayor.")


@pytest.fixture
def assistant():
    return FakeAssistant()


@pytest.fixture
def page(assistant):
    return Page(Chat(assistant))


def test_a_question_brings_its_turn_and_its_article(page):
    got = page.post("ask", question=QUESTION)
    assert got["turn"]["answer"]["found"]
    assert "She met the mayor" in got["html"]
    assert got["source"]["key"] == "47-82"
    assert 'data-key="47-82"' in got["source"]["html"]


def test_a_follow_up_has_the_newest_answers_and_only_those_that_can_be_read(page, assistant):
    for _ in range(HISTORY + 2):
        page.ask(QUESTION)
    page.post("ask", question="And?", history=[{"no": "answer"}, *[page.turns[0]["answer"]] * 9])
    assert [len(history) for _, history in assistant.asked] == [*range(7), HISTORY, HISTORY]
    assert "Understood as" in page.ask("And in the hall?")


def test_the_same_question_brings_the_same_whoever_asked_before(page):
    first = page.post("ask", question=QUESTION)
    page.ask("Zebra?")
    assert page.post("ask", question=QUESTION) == first


def test_a_problem_is_told_in_words_and_a_fault_by_its_reference(page, caplog):
    assert "3,000 characters" in page.ask("x" * 3000)
    assert len(page.turns[0]["question"]) == 2001
    html = page.ask("fail")
    assert "Reference for the log" in html
    assert "secret" not in html
    assert "a secret detail" in caplog.text
    half = page.http.post("/page/ask", content=b'{"question": "\\ud800?"}', headers=JSON).json()
    assert half["turn"]["question"] == "??"


def test_what_is_offered_is_never_refused_and_read_as_typed(page, assistant):
    assert "Best guess" not in page.ask("Zebra?", offered=True)
    assert page.turns[0]["answer"]["found"]
    page.ask("And the zebra?", offered=True)
    assert "Understood as" not in page.html


def test_a_guess_is_marked_as_one(page):
    assert "Show the best guess anyway" in page.ask("Zebra?")
    html = page.guess(0)
    assert "Best guess" in html
    assert "Show the best guess" not in html
    assert "(a guess) “" in html


def test_turns_that_were_kept_are_shown_as_they_were_and_nothing_is_asked(page, assistant):
    before = [page.ask(question) for question in (QUESTION, "hello", "Zebra?", "fail")]
    asked = len(assistant.asked)
    got = page.post("turns", turns=page.turns)
    assert got["turns"] == before
    assert len(assistant.asked) == asked
    assert got["source"] == {}
    assert page.post("turns", turns=page.turns[:1])["source"]["key"] == "47-82"


def test_what_cites_other_words_now_or_cannot_be_read_is_to_be_asked_again(page, assistant):
    for question in (QUESTION, "hello", "Zebra?"):
        page.ask(question)
    assistant.articles[ARTICLE.id] = replace(ARTICLE, text=f"New.\n\n{TEXT}")
    unreadable = {"question": "What?", "answer": {"of": "another version"}}
    never_answered = {"question": "Who?"}
    got = page.post("turns", turns=[*page.turns, unreadable, never_answered])
    assert [html is not None for html in got["turns"]] == [False, True, False, False, False]


def test_more_turns_than_a_page_shows_are_left_out(page):
    page.ask("hello")
    got = page.post("turns", turns=page.turns * (SHOWN_TURNS + 3))
    assert len(got["turns"]) == SHOWN_TURNS


def test_what_is_asked_next_follows_the_choice_of_articles():
    page = Page(Chat(FakeAssistant(ARTICLE, OTHER)))
    assert QUESTION in page.post("suggested")["html"]
    assert "For example" in page.post("suggested")["html"]
    assert QUESTION not in page.post("suggested", articles=["other.txt"])["html"]


def test_what_is_asked_next_is_answered_by_the_article_with_other_words(page):
    page.ask(QUESTION)
    cited = page.turns[0]["answer"]["citations"][0]
    place = [cited["start"], cited["end"]]
    first = {"asked": [QUESTION], "at_hand": cited["article_id"]}
    html = page.post("suggested", cited=[place], **first)["html"]
    assert "Ask next" in html
    assert QUESTION not in html
    assert "When did the minister leave?" in html
    again = page.post("suggested", asked=["Anything?"], at_hand=cited["article_id"], cited=[place])
    assert QUESTION not in again["html"]


def test_what_other_articles_say_is_asked_later_and_kept_with_the_answer():
    assistant = FakeAssistant(ARTICLE, OTHER)
    page = Page(Chat(assistant))
    assert "data-each" in page.ask(QUESTION)
    (mine, other) = (assistant.cite(sentences(a)[1]) for a in (ARTICLE, OTHER))
    members = [
        GroupMember(mine, "The Paper", "2019-06-28", 0.9),
        GroupMember(other, None, None, 0.8),
    ]
    groups = [
        AnswerGroup(words, "name", True, (member,), relation)
        for words, member, relation in zip(
            ("here", "there"), members, ("newest", "earlier"), strict=True
        )
    ]
    explained, asked = assistant.explain, []

    def explain(*given, each=False, **how):
        asked.append(each)
        trace = explained(*given, **how)
        return replace(trace, answer=replace(trace.answer, groups=tuple(groups)))

    assistant.explain = explain
    got = page.post("each", **page.turns[0])
    assert asked == [True]
    assert "2 articles answer this, and they differ" in got["html"]
    assert f"there (earlier): Other: “{other.quote}”" in got["copy"]
    assert got["turn"]["read"] == 2
    assert got["lead"] == ""
    page.turns[0] = got["turn"]
    assert "they differ" in page.post("turns", turns=page.turns)["turns"][0]
    groups[:] = [replace(groups[1], relation="newest"), replace(groups[0], relation="earlier")]
    got = page.post("each", **page.turns[0] | {"each": []})
    assert '<p class="newest" dir="auto">there</p>' in got["lead"]
    assert got["lead"].strip() in page.post("turns", turns=[got["turn"]])["turns"][0]
    for form in ("markdown", "json"):
        assert other.quote in page.post("export", form=form, turns=page.turns)["text"]


def test_of_one_article_nothing_more_is_asked(page):
    assert "data-each" not in page.ask(QUESTION)
    assert "detail" in page.post("each", **page.turns[0])


def test_an_index_that_is_gone_is_told_with_the_next_question():
    class Gone(FakeAssistant):
        @property
        def articles(self):
            raise IndexMissingError(Path("nowhere"))

        @articles.setter
        def articles(self, _):
            pass

        def ask(self, *_, **__):
            raise IndexMissingError(Path("nowhere"))

    page = Page(Chat(Gone()))
    assert "There are no articles yet" in page.http.get("/").text
    assert "Reference for the log" in page.ask(QUESTION)
    assert page.http.get("/health").status_code == 503


def test_everything_that_is_shown_is_escaped():
    hostile = Article("a b.txt", "<b>", "Zebra <img src=x onerror=a()> left.", source="<i>")
    page = Page(Chat(FakeAssistant(hostile)))
    page.ask("zebra <script>x</script> \u202e")
    got = page.post("ask", question="zebra <script>x</script>")
    for html in (page.html, got["html"], got["source"]["html"], page.http.get("/").text):
        assert not {"\u202e", "\x00"} & set(html)
        assert not any(tag in html for tag in ("<img", "<script>", "<i>", "<b>&lt;"))


def test_what_is_kept_is_an_answer_as_the_library_gives_it(page, assistant):
    page.ask(QUESTION)
    expected = asdict(assistant.ask(QUESTION))
    assert page.turns[0]["answer"]["citations"][0]["quote"] == expected["citations"][0]["quote"]
    assert set(page.turns[0]["answer"]) == set(expected)
