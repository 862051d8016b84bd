"""The inspector under an answer, opened as a person opens it."""

from __future__ import annotations

import threading

import pytest
from harness.web_fakes import FakeAssistant
from playwright.sync_api import expect

from .conftest import serve

pytestmark = pytest.mark.slow

QUESTION = "Why do manufacturers move to Vietnam?"
SUMMARY = "How was this found?"


def opened(turn):
    turn.get_by_text(SUMMARY).click()
    turn.locator(".inspected .scores").first.wait_for()
    return turn.locator(".inspected")


def test_it_is_collapsed_and_shows_how_the_answer_came_about(real, open_page, ask, assistant):
    page = open_page(real)
    turn = ask(page, QUESTION)
    expect(turn.locator(".inspected")).to_be_hidden()
    inspected = opened(turn)
    trace = assistant.explain(QUESTION)
    expect(inspected).to_contain_text("is enough, so it was shown")
    expect(inspected.locator("q")).to_have_text(QUESTION)
    row = inspected.locator("tr.best")
    best = next(p for p in trace.readings[0].passages if p.candidate and p.hit)
    assert row.locator("td").all_inner_texts()[:3] == [
        f"{value:.2f}" for value in (best.hit.dense, best.hit.bm25, best.hit.fused)
    ]
    expect(inspected).to_contain_text("reading them")


def test_a_row_opens_its_sentence_and_marks_nothing_else(real, open_page, ask):
    page = open_page(real)
    link = opened(ask(page, QUESTION)).locator("a.row").nth(2)
    text = link.get_attribute("title")
    link.click()
    expect(page.locator("#source mark.active")).to_have_text(text)
    expect(page.locator("#source mark")).to_have_count(1)


def test_the_keyboard_opens_it_and_closes_it(real, open_page, ask):
    page = open_page(real)
    turn = ask(page, QUESTION)
    turn.get_by_text(SUMMARY).focus()
    page.keyboard.press("Enter")
    expect(turn.locator(".scores")).to_be_visible()
    page.keyboard.press("Enter")
    expect(turn.locator(".scores")).to_be_hidden()


def test_a_refusal_and_a_guess_say_why(real, open_page, ask):
    page = open_page(real)
    turn = ask(page, "What is the best recipe for pancakes?")
    expect(opened(turn)).to_contain_text("would have been enough, so nothing was shown")
    turn.get_by_role("button", name="Show the best guess anyway").click()
    expect(turn.locator(".verdict span").first).to_have_text("Best guess")
    expect(opened(turn)).to_contain_text("are shown however likely")


def test_an_earlier_turn_is_looked_into_as_it_was_asked(fake, open_page, ask):
    page = open_page(fake)
    first = ask(page, "Who met the mayor?")
    ask(page, "hello")
    expect(opened(first).locator("q")).to_have_text("Who met the mayor?")


class HeldTraces(FakeAssistant):
    """Explains once it may."""

    def __init__(self):
        super().__init__()
        self.may_explain = threading.Event()

    def explain(self, *args, **kwargs):
        self.may_explain.wait(60)
        return super().explain(*args, **kwargs)


def test_two_answers_are_looked_into_at_once_and_one_again_where_that_failed(open_page, ask):
    assistant = HeldTraces()
    served = serve(assistant)
    page = open_page(served.local_url)
    turns = [ask(page, question) for question in ("Who met the mayor?", "Zebra?")]
    page.route("**/page/inspect", lambda route: route.fulfill(status=503))
    turns[0].get_by_text(SUMMARY).click()
    expect(turns[0].locator("details")).not_to_have_attribute("open", "")
    page.unroute("**/page/inspect")
    for turn in turns:
        turn.get_by_text(SUMMARY).click()
        expect(turn.locator(".inspected")).to_have_text("Searching again…")
    assistant.may_explain.set()
    for turn in turns:
        expect(turn.locator(".scores").first).to_be_visible()
    served.close()


def test_a_phone_scrolls_the_table_and_not_the_page(real, open_page, ask):
    page = open_page(real, viewport={"width": 390, "height": 844}, has_touch=True)
    opened(ask(page, QUESTION))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    inside = "box => box.scrollWidth > box.clientWidth && box.getBoundingClientRect().right <= 390"
    assert page.locator(".scores").evaluate(inside)
