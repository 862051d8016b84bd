"""The conversation: how answers, refusals and problems are shown, and what is escaped."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import get_args

from harness.web_fakes import ARTICLE, FakeAssistant

from askvisit.records import Answer, Article, ArticleRequest, ContextTurn
from askvisit.web import answers, chat
from askvisit.web.chat import KEPT_QUESTION, ChatTurn, reply
from askvisit.web.source_panel import fingerprint

ASSISTANT = FakeAssistant()


def plain(shown: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", shown))


def shown(question: str) -> str:
    return answers.answer_html(ASSISTANT.ask(question), ASSISTANT.articles)


def test_an_answer_quotes_the_sentence_with_its_span_in_bold_and_a_numbered_link():
    citation = ASSISTANT.ask("Who met the mayor?").citations[0]
    page = shown("Who met the mayor?")
    assert re.search(r'<span class="quote">(.*?)</span>', page)
    assert plain(re.search(r'<span class="quote">(.*?)</span>', page)[1]) == citation.quote
    assert f"<strong>{citation.span}</strong>" in page
    place = f"?article=visit.txt&amp;start={citation.start}&amp;end={citation.end}"
    assert f'href="{place}&amp;reads={fingerprint(citation.quote)}"' in page
    assert f'data-span="{citation.span_start}-{citation.span_end}"' in page
    assert page.count("<bdi>A Short Visit</bdi>") == 1
    assert f'<span aria-hidden="true">¶</span> {citation.paragraph}</span>' in page


def test_confidence_is_said_in_words_with_the_reason():
    assert ">Found</span>" in shown("Who met the mayor in the town hall?")
    assert ">Probably</span>" in shown("Which bridge?")
    assert "50 % likely to answer" in shown("Which bridge?")
    assert ">Not in the articles</span>" in shown("Zebra?")
    assert "Probably · 50 %" in plain(shown("Which bridge?"))


def test_what_was_requested_of_an_article_has_no_confidence():
    found = ASSISTANT.ask("Who met the mayor?")
    for request in get_args(ArticleRequest):
        asked = "please give me more of the article"
        answer = replace(found, question=asked, reading=asked, request=request)
        page = answers.answer_html(answer, ASSISTANT.articles)
        assert ">From the article</span>" in page
        assert "%" not in plain(re.search(r'<p class="verdict.*?</p>', page)[0])
        assert "Statements are not judged" not in page


def test_a_statement_gets_no_verdict_whatever_the_quotes_say():
    page = shown("The mayor asked for nine bridges")
    assert ">Found<" not in page
    assert ">Probably<" not in page
    assert "Statements are not judged" in page
    assert "Statements are not judged" not in shown("Who met the mayor?")


def test_a_question_without_a_question_word_is_judged():
    said = ASSISTANT.ask("Which bridge?")
    for asked in (
        replace(said, question="Any nine bridges?", reading="Any nine bridges?"),
        replace(
            said,
            question="and the mayor",
            reading="and the mayor — nine bridges town",
            context=(ContextTurn(0, "nine bridges town", ("bridges",)),),
        ),
    ):
        page = answers.answer_html(asked, ASSISTANT.articles)
        assert ">Probably</span>" in page
        assert "not a question" not in page
        assert "Statements are" not in page


def test_the_article_is_named_once_below_its_quotes():
    page = shown("List the minister and the mayor")
    assert page.count("<cite>") == 1
    assert page.count('class="paragraph"') == 3


def test_several_citations_are_a_list():
    page = shown("List the minister and the mayor")
    assert page.count("<li>") == 3
    assert re.findall(r">(\d)</a>", page) == ["1", "2", "3"]


def test_a_refusal_says_so_and_opens_the_nearest_passages():
    page = shown("Zebra?")
    assert "Not there." in page
    assert page.count('class="cite near"') == 3


def test_talk_has_no_verdict():
    page = shown("hello")
    assert page == '<p dir="auto">Hello!<br>Ask me.</p>'


def test_articles_to_choose_from_are_buttons_that_name_one_alone():
    titles = {"a.txt": "Boats", "b.txt": "Rain & Snow", "c.txt": "Boats"}
    articles = {i: Article(i, title, title) for i, title in titles.items()}
    asked = Answer.talk("headline?", "Which article?", [*articles, "removed.txt"])
    buttons = re.findall(r'data-ask="(.*?)">(.*?)<', answers.answer_html(asked, articles))
    assert buttons == [("a.txt", "Boats"), ("Rain &amp; Snow",) * 2, ("c.txt", "Boats")]


def test_a_question_that_was_not_looked_up_has_no_verdict():
    answer = Answer("¿?", "¿?", "not_found", False, "I only understand English.", 0.0)
    assert answers.answer_html(answer, {}) == '<p dir="auto">I only understand English.</p>'


def test_another_reading_is_shown():
    answer = Answer("And then?", "What did Xi do <then>?", "not_found", False, "No.", 0.1)
    assert "Understood as: <q" in answers.answer_html(answer, {})
    assert "What did Xi do &lt;then&gt;?" in answers.answer_html(answer, {})


def test_parts_are_answered_one_below_the_other_and_numbered_on():
    page = shown("two parts")
    assert re.findall(r"<h3[^>]*>(.*?)</h3>", page) == [
        "Who met the mayor?",
        "When did the minister leave?",
    ]
    assert re.findall(r">(\d)</a>", page) == ["1", "2"]


def test_a_question_is_shown_as_text():
    hostile = "<img src=http://evil.test/x><script>alert(1)</script> \"' [a](http://b) \u202e\ud800"
    page = chat.conversation((ChatTurn(hostile, None, "", hostile),), [hostile])
    assert "<img" not in page
    assert "<script" not in page
    assert "\u202e" not in page
    assert page.encode("utf-8")
    assert 'data-ask="&lt;img' in page


def test_the_first_page_offers_the_suggestions():
    page = chat.conversation((), ASSISTANT.suggestions)
    assert page.count("data-ask=") == 3
    assert "For example" in page


def test_a_guess_is_marked_on_the_page_and_in_what_is_copied():
    turn = reply(ASSISTANT, "Zebra?", (), guess=True)
    assert ">Best guess</span>" in turn.html
    assert "(a guess) “" in turn.text
    sure = reply(ASSISTANT, "Who met the mayor in the town hall?", (), guess=True)
    assert ">Found</span>" in sure.html
    assert "(a guess)" not in sure.text


def both_answers() -> Answer:
    parts = (ASSISTANT.ask("Who met the mayor?"), ASSISTANT.ask("Zebra?"))
    return Answer("a? b?", "a? b?", "answer", True, "x", 0.1, parts[0].citations, parts=parts)


def test_what_is_copied_has_every_question_of_a_line_and_what_records_say():
    both = both_answers()
    answered, refused = both.parts
    quote = f"“{answered.citations[0].quote}” [1]"
    copied = answers.plain_text(both, ASSISTANT.articles)
    assert copied.startswith(f"Who met the mayor?\n\n{quote}\n\nZebra?\n\n{refused.text}\n\n[1] ")
    told = replace(answered, notes=("Its date is 2019.",), request="date")
    copied = answers.plain_text(told, ASSISTANT.articles)
    assert f"{quote}\nIts date is 2019.\n\n[1] " in copied


def test_the_guess_is_offered_where_one_of_two_questions_is_refused():
    both = both_answers()
    page = chat.conversation((ChatTurn("a? b?", both, ""),), [])
    assert "Show the best guess anyway" in page


def test_only_the_newest_turns_are_shown():
    turns = tuple(ChatTurn(f"question {n}", None, "x") for n in range(chat.SHOWN_TURNS + 3))
    page = chat.conversation(turns, [])
    assert page.count('class="message user"') == chat.SHOWN_TURNS
    assert "The first 3 questions are not shown" in page
    assert 'data-turn="3"' in page


def test_a_follow_up_is_asked_with_the_answers_before_it():
    assistant = FakeAssistant()
    turns: chat.Turns = (ChatTurn("x", None, "failed"),)
    for question in ["Who met the mayor?"] * (chat.HISTORY + 2):
        turns = (*turns, reply(assistant, question, turns))
    reply(assistant, "And then?", turns)
    question, history = assistant.asked[-1]
    assert question == "And then?"
    assert len(history) == chat.HISTORY
    assert all(answer.question == "Who met the mayor?" for answer in history)


def test_a_question_that_cannot_be_asked_is_told_why():
    turn = reply(ASSISTANT, "x" * 100_000, ())
    assert turn.html == '<p class="problem">a question may have 2,000 characters</p>'
    assert len(turn.question) == KEPT_QUESTION
    assert len(chat.conversation((turn,), [])) < 2000


def test_a_question_that_failed_keeps_how_it_was_asked():
    unticked = reply(ASSISTANT, "Zebra?", (), chosen=())
    assert (unticked.answer, unticked.chosen, unticked.guess) == (None, (), False)
    failed = reply(ASSISTANT, "fail", (), chosen=(ARTICLE.id,), guess=True)
    assert (failed.answer, failed.chosen, failed.guess) == (None, (ARTICLE.id,), True)


def test_a_fault_is_told_by_a_reference_and_its_details_stay_in_the_log(caplog):
    turn = reply(ASSISTANT, "fail", ())
    page = chat.conversation((turn,), [])
    reference = re.search(r"log: (\w+)", turn.html)[1]
    assert "secret" not in page
    assert reference in page
    assert reference in caplog.text
    assert "a secret detail" in caplog.text
