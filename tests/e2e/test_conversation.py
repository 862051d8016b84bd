"""The conversation: what is taken back, what comes late, what is read out, where the focus goes."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from harness.web_fakes import FakeAssistant
from playwright.sync_api import expect

from askvisit.records import AnswerGroup, Article, GroupMember
from askvisit.web.request_log import Lines

from .conftest import open_sources, serve, until

pytestmark = pytest.mark.slow


class SlowAssistant(FakeAssistant):
    def ask(self, question, *args, **kwargs):
        if question.startswith("slow"):
            time.sleep(1.5)
        return super().ask(question, *args, **kwargs)


@pytest.fixture(scope="module")
def slow():
    served = serve(SlowAssistant())
    yield served.local_url
    served.close()


def ask_slowly(page):
    page.get_by_label("Your question").fill("slow: who met the mayor?")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".waiting")).to_be_visible()


def ask_and_hold(page, held):
    """Ask what is answered late; what is done next is not worked on before it."""
    held.hold()
    ask_slowly(page)
    held.wait_until_asked()


def test_an_answer_that_comes_after_new_comes_nowhere(held, open_page, ask):
    page = open_page(held.address)
    ask(page, "hello")
    ask_and_hold(page, held)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".welcome")).to_be_visible()
    held.answer_late(page)
    expect(page.locator(".turn")).to_have_count(0)
    ask(page, "When did the minister leave?")
    expect(page.locator(".turn")).to_have_count(1)


def test_an_answer_that_comes_after_undo_comes_nowhere(held, open_page, ask):
    page = open_page(held.address)
    ask(page, "hello")
    ask_and_hold(page, held)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".welcome")).to_be_visible()
    held.answer_late(page)
    expect(page.locator(".turn")).to_have_count(0)
    page.get_by_role("button", name="Restore").click()
    expect(page.locator(".message.bot")).to_have_text("Hello!\nAsk me.", use_inner_text=True)


def test_new_takes_a_first_question_away_that_is_not_answered_yet(held, open_page):
    page = open_page(held.address)
    ask_and_hold(page, held)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".welcome")).to_be_visible()
    held.answer_late(page)
    expect(page.locator(".turn")).to_have_count(0)


def test_an_answer_that_is_stopped_comes_nowhere(held, open_page, ask):
    page = open_page(held.address)
    ask(page, "hello")
    ask_and_hold(page, held)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.get_by_label("Your question")).to_have_value("slow: who met the mayor?")
    held.answer_late(page)
    expect(page.locator(".turn")).to_have_count(1)


def test_another_question_is_asked_at_once_after_one_that_was_stopped(slow, open_page, ask):
    page = open_page(slow)
    ask_slowly(page)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".waiting")).to_have_count(0)
    page.get_by_label("Your question").fill("hello")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".message.bot")).to_have_text("Hello!\nAsk me.", use_inner_text=True)
    expect(page.locator(".message.user p")).to_have_text(["hello"])


def test_a_page_that_is_loaded_anew_does_not_welcome_again_and_asks_nothing(held, open_page, ask):
    page = open_page(held.address)
    ask(page, "slow: who met the mayor?")
    asked, waiting = len(held.asked), []
    page.route("**/page/turns", lambda route: waiting.append(route))
    page.reload()
    expect(page.locator("#chat .log")).to_contain_text("Opening the conversation")
    expect(page.locator(".welcome")).to_have_count(0)
    waiting[0].continue_()
    expect(page.locator(".turn a.cite")).to_have_count(1)
    assert len(held.asked) == asked


def test_no_question_is_edited_while_an_answer_is_on_its_way(slow, open_page, ask):
    page = open_page(slow)
    ask(page, "hello")
    ask_slowly(page)
    page.get_by_role("button", name="Edit this question: hello").click()
    expect(page.get_by_label("New wording")).to_have_count(0)
    expect(page.locator(".turn a.cite")).to_have_count(1)
    asked = ["hello", "slow: who met the mayor?"]
    assert page.locator(".message.user p").all_inner_texts() == asked


def test_a_refusal_leaves_no_mark_in_the_article(fake, open_page, ask):
    page = open_page(fake)
    ask(page, "List the minister, the mayor")
    expect(page.locator(".source-position")).to_have_text("1 of 3")
    ask(page, "Zebra?")
    expect(page.locator("#source mark")).to_have_count(0)
    expect(page.locator(".source-position")).to_be_hidden()
    ask(page, "List the minister, the mayor")
    expect(page.locator("#source mark.cited")).to_have_count(3)


def test_the_numbers_of_an_answer_are_what_the_arrows_walk(both, open_page, ask):
    page = open_page(both, viewport={"width": 1280, "height": 560})
    turn = ask(page, "List the zebra and the mayor")
    links = turn.locator("a.cite")
    expect(links).to_have_count(3)
    for number in (1, 2, 3):
        current = turn.locator("a.cite[aria-current]")
        expect(current).to_have_text(str(number))
        expect(page.locator(".source-position")).to_have_text(f"{number} of 3")
        expect(current).to_be_in_viewport()
        quote = current.get_attribute("title")
        expect(page.locator("#source mark.active")).to_have_text(quote)
        page.get_by_role("button", name="Next citation").click()
    expect(turn.locator("a.cite[aria-current]")).to_have_text("1")


class Grouping(FakeAssistant):
    def ask(self, question, *args, **kwargs):
        answer = super().ask(question, *args, **kwargs)
        members = tuple(GroupMember(c, None, None, 0.9) for c in answer.citations)
        return replace(answer, groups=(AnswerGroup("mayor", "words", False, members),))


def test_the_arrows_walk_the_numbers_and_not_what_is_folded(open_page, ask):
    served = serve(Grouping())
    page = open_page(served.local_url)
    turn = ask(page, "List the minister, the mayor")
    expect(turn.locator("a.cite.near")).to_have_count(3)
    expect(page.locator(".source-position")).to_have_text("1 of 3")
    for number in ("2 of 3", "3 of 3", "1 of 3"):
        page.get_by_role("button", name="Next citation").click()
        expect(page.locator(".source-position")).to_have_text(number)
    served.close()


def test_paragraphs_are_numbered_as_they_are_cited(fake, open_page, ask):
    page = open_page(fake)
    turn = ask(page, "When did the minister leave, was it on Friday?")
    cited = turn.locator(".paragraph").inner_text()
    number = page.locator("#source mark.active").evaluate(
        "mark => mark.closest('[id]').id.replace('paragraph-', '¶ ')"
    )
    assert cited.endswith(number)
    shown = "part => getComputedStyle(part, '::before').content"
    assert "counter(paragraph)" in page.locator("#paragraph-3").evaluate(shown)


def test_how_sure_an_answer_is_stands_in_sight(fake, open_page, ask):
    page = open_page(fake)
    turn = ask(page, "Who met the mayor in the town hall?")
    expect(turn.locator(".verdict .percent")).to_be_visible()
    expect(turn.locator(".verdict")).to_contain_text("Found · 90 %")
    turn = ask(page, "Zebra?")
    turn.get_by_role("button", name="Show the best guess anyway").click()
    expect(turn.locator(".verdict")).to_contain_text("Best guess · 10 %")
    expect(turn).to_contain_text("The articles hardly answer this")


def test_a_contradicted_statement_is_not_called_found(real, open_page, ask):
    page = open_page(real)
    turn = ask(page, "Trump held three summits with Kim")
    expect(turn.locator(".verdict")).to_be_visible()
    expect(turn.locator(".verdict")).not_to_contain_text("Found")


def test_the_focus_goes_on_to_the_box(fake, open_page, ask):
    page = open_page(fake)
    box = page.get_by_label("Your question")
    page.locator(".suggestion").first.click()
    page.locator("a.cite").first.wait_for()
    expect(box).to_be_focused()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".welcome")).to_be_visible()
    expect(box).to_be_focused()


def test_a_new_answer_is_read_out_without_its_buttons_and_has_a_heading(fake, open_page, ask):
    page = open_page(fake)
    ask(page, "Who met the mayor in the town hall?")
    said = page.locator("#askvisit-said")
    expect(said).to_have_text(
        "Found. What is quoted is 90 % likely to answer. "
        "She met the mayor in the town hall. citation 1, paragraph 2 "
        "A Short Visit · The Paper · 28 June 2019"
    )
    ask(page, "hello")
    headings = page.get_by_role("heading", level=2, name="Question")
    assert headings.all_inner_texts() == ["Question 1", "Question 2"]


def test_a_choice_of_articles_is_seen_kept_and_suggested_from(both, open_page, ask):
    page = open_page(both)
    open_sources(page)
    page.get_by_role("button", name="Ask only Another").click()
    expect(page.locator("#scope")).to_contain_text("Asking only Another")
    expect(page.get_by_role("button", name="What does it say about Grimsby?")).to_be_visible()
    expect(page.get_by_role("button", name="Who met the mayor?")).to_have_count(0)
    page.get_by_role("button", name="New conversation").click()
    page.wait_for_timeout(300)
    expect(page.locator("#scope")).to_contain_text("Asking only Another")
    page.reload()
    expect(page.locator("#scope")).to_contain_text("Asking only Another")
    turn = ask(page, "Who met the mayor?")
    expect(turn).to_contain_text("Searched only: Another")
    page.get_by_role("button", name="Go back to all articles").click()
    expect(page.locator("#scope")).to_contain_text("Asking all 2 articles")
    open_sources(page)
    expect(page.get_by_role("checkbox", name="A Short Visit")).to_be_checked()
    expect(ask(page, "Who met the mayor?")).not_to_contain_text("Searched only")


def test_the_way_back_leads_from_a_citation_to_the_answer(fake, open_page, ask):
    phone = {"viewport": {"width": 390, "height": 800}, "has_touch": True}
    page = open_page(fake, **phone)
    turn = ask(page, "List the minister, the mayor")
    link = turn.locator("a.cite").nth(1)
    link.tap()
    expect(page.locator("#source mark.active")).to_be_in_viewport()
    assert "article=visit.txt&start=" in page.url
    page.go_back()
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    assert page.url == fake
    page.go_forward()
    expect(page.locator("#source mark.active")).to_have_text(link.get_attribute("title"))


def test_a_link_to_a_citation_is_copied(fake, open_page, ask):
    page = open_page(fake)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn = ask(page, "Who met the mayor?")
    turn.get_by_role("button", name="Copy link").click()
    expect(turn.get_by_role("button", name="Copied")).to_be_visible()
    href = turn.locator("a.cite").evaluate("link => link.href")
    assert page.evaluate("navigator.clipboard.readText()") == href


def test_keys_reach_the_box_and_the_last_question(fake, open_page, ask):
    page = open_page(fake)
    ask(page, "Who met the mayor?")
    box = page.get_by_label("Your question")
    page.locator(".source-text").focus()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    page.keyboard.press("ArrowUp")
    expect(box).to_have_value("Who met the mayor?")
    page.locator(".source-text").focus()
    page.keyboard.press("Control+k")
    expect(box).to_be_focused()


def test_a_card_shows_the_sentences_around_a_quote(fake, open_page, ask):
    page = open_page(fake)
    link = ask(page, "Who met the mayor?").locator("a.cite")
    card = page.locator("#askvisit-card")
    expect(card).to_be_hidden()
    link.hover()
    expect(card).to_have_text(
        "The minister arrived on Monday. She met the mayor in the town hall. "
        "Trade was the only subject."
    )
    expect(card.locator("mark")).to_have_text("She met the mayor in the town hall.")
    quote, shown = page.locator(".turn blockquote").bounding_box(), card.bounding_box()
    assert shown["y"] + shown["height"] <= quote["y"] or shown["y"] >= quote["y"] + quote["height"]
    page.mouse.move(5, 5)
    expect(card).to_be_hidden()
    expect(link).to_have_attribute("title", "She met the mayor in the town hall.")
    page.get_by_label("Your question").focus()
    for _ in range(9):
        page.keyboard.press("Shift+Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    expect(card).to_be_visible()
    expect(link).to_have_attribute("aria-describedby", "askvisit-card")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()


def test_numbers_in_the_margin_lead_back_to_the_answer(fake, open_page, ask):
    page = open_page(fake)
    turn = ask(page, "List the minister, the mayor")
    numbers = page.locator("#source .margin")
    expect(numbers).to_have_text(["1", "2", "3"])
    numbers.nth(2).click()
    expect(turn.locator("a.cite").nth(2)).to_be_focused()
    expect(turn.locator("a.cite[aria-current]")).to_have_text("3")
    ask(page, "Zebra?")
    expect(numbers).to_have_count(0)


def test_words_are_found_in_the_article(fake, open_page):
    page = open_page(fake)
    field = page.get_by_label("Find in the article")
    field.fill("Paragraph 2")
    expect(page.locator(".source-found")).to_have_text("1 of 11")
    field.press("Enter")
    expect(page.locator(".source-found")).to_have_text("2 of 11")
    assert page.locator(".source-text").evaluate("box => box.scrollTop") > 100
    field.fill("nowhere to be seen")
    expect(page.locator(".source-found")).to_have_text("not found")
    field.press("Escape")
    expect(field).to_have_value("")
    expect(page.locator(".source-found")).to_be_empty()


def test_words_are_found_across_a_mark_and_in_the_next_article(both, open_page, ask):
    page = open_page(both)
    ask(page, "Who met the mayor in the town hall?")
    field, said = page.get_by_label("Find in the article"), page.locator(".source-found")
    page.locator("#source .margin").wait_for()
    field.fill("Monday. She met the mayor in the town hall.")
    expect(said).to_have_text("1 of 1")
    field.fill("the mayor")
    expect(said).to_have_text("1 of 2")
    field.press("Enter")
    expect(said).to_have_text("2 of 2")
    open_sources(page)
    page.get_by_role("button", name="Read Another").click()
    expect(page.locator("#source h2")).to_have_text("Another")
    expect(said).to_have_text("1 found")
    field.press("Enter")
    expect(said).to_have_text("1 of 1")


SAID = """said => {
    window.said = [];
    const heard = new MutationObserver(() => window.said.push(said.textContent));
    heard.observe(said, { childList: true });
}"""


def test_the_same_answer_is_read_out_again(fake, open_page, ask):
    page = open_page(fake)
    page.locator("#askvisit-said").evaluate(SAID)  # it is there before anything is said
    for _ in range(2):
        ask(page, "hello")
        expect(page.locator("#askvisit-said")).to_have_text("Hello! Ask me.")
    until(page, "window.said.filter(words => words.startsWith('Hello!')).length === 2")
    assert "" in page.evaluate("window.said")


def test_that_no_answer_came_is_read_out(fake, open_page):
    page = open_page(fake)
    page.route("**/page/ask", lambda route: route.fulfill(status=503))
    page.get_by_label("Your question").fill("hello")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator("#askvisit-said")).to_contain_text("No answer came.")


def test_what_a_button_did_is_read_out(fake, open_page, ask):
    page = open_page(fake)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn = ask(page, "Who met the mayor?")
    said = page.locator("#askvisit-said")
    turn.get_by_role("button", name="Copy", exact=True).click()
    expect(said).to_have_text("Copied")
    turn.get_by_role("button", name="Pin to the notebook").click()
    expect(said).to_have_text("Pinned")


def test_thanks_for_feedback_are_read_out(open_page, ask, tmp_path):
    served = serve(FakeAssistant(), Lines(tmp_path / "feedback.jsonl", "feedback"))
    page = open_page(served.local_url)
    first = ask(page, "Who met the mayor?")
    second = ask(page, "When did the minister leave?")
    said = page.locator("#askvisit-said")
    second.get_by_role("button", name="Wrong source").click()
    expect(said).to_have_text("Marked as wrong source. Thank you.")
    first.get_by_role("button", name="Helpful", exact=True).click()
    expect(said).to_have_text("Marked as helpful. Thank you.")
    served.close()


def test_the_way_on_leads_to_a_citation_of_a_conversation_that_was_left(fake, open_page, ask):
    page = open_page(fake)
    ask(page, "Who met the mayor?").locator("a.cite").click()
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".welcome")).to_be_visible()
    marked = page.locator("#source mark.active")
    expect(marked).to_have_count(0)
    page.go_back()
    page.go_forward()
    expect(marked).to_have_text("She met the mayor in the town hall.")


FOUND = "[...CSS.highlights.get('askvisit-found')].map(range => range.toString())"


def test_words_are_found_as_a_keyboard_writes_them(open_page):
    text = "A Plan\n\nThe mayor’s “new\n  plan” began in May\u00a02019 (or so)."
    served = serve(FakeAssistant(Article("plan.txt", "A Plan", text)))
    page = open_page(served.local_url)
    field, said = page.get_by_label("Find in the article"), page.locator(".source-found")
    for words, found in (
        ('the mayor\'s "new plan"', "The mayor’s “new\n  plan”"),
        ("mayor’s  “new", "mayor’s “new"),
        ("may 2019 (", "May\u00a02019 ("),
    ):
        field.fill(words)
        expect(said).to_have_text("1 of 1")
        assert page.evaluate(FOUND) == [found]
    field.fill("m.y")
    expect(said).to_have_text("not found")
    served.close()


def test_words_are_found_after_a_letter_that_is_longer_in_lower_case(open_page):
    text = "İİ\n\nThe İİ team met the mayor of İzmir."
    served = serve(FakeAssistant(Article("izmir.txt", "İİ", text)))
    page = open_page(served.local_url)
    field, said = page.get_by_label("Find in the article"), page.locator(".source-found")
    for words, found in (("MAYOR", "mayor"), ("İzmir", "İzmir"), ("izmir", None)):
        field.fill(words)
        expect(said).to_have_text("1 of 1" if found else "not found")
        assert page.evaluate(FOUND) == ([found] if found else [])
    served.close()
