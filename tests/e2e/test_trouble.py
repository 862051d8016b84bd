"""Slow answers, impatient people, a server that is started again."""

from __future__ import annotations

import threading

import pytest
from harness.web_fakes import FakeAssistant
from playwright.sync_api import expect

from askvisit.web import server
from askvisit.web.chat import Chat

from .conftest import open_sources, serve
from .test_conversation import SlowAssistant, ask_slowly

pytestmark = pytest.mark.slow


class HeldAssistant(FakeAssistant):
    """Answers once it may."""

    def __init__(self):
        super().__init__()
        self.may_answer = threading.Event()

    def ask(self, *args, **kwargs):
        self.may_answer.wait(60)
        return super().ask(*args, **kwargs)


def set_clock(page):
    """Let a test set the page's clock, which Playwright leaves out of `AbortSignal.timeout`."""
    page.clock.install()
    page.evaluate("""AbortSignal.timeout = (milliseconds) => {
        const late = new AbortController();
        const reason = new DOMException("", "TimeoutError");
        setTimeout(() => late.abort(reason), milliseconds);
        return late.signal;
    }""")


def test_a_question_is_shown_at_once_and_the_next_one_waits_in_the_box(open_page):
    assistant = HeldAssistant()
    served = serve(assistant)
    page = open_page(served.local_url)
    box = page.get_by_label("Your question")
    box.fill("Who met <the> mayor?")
    box.press("Enter")
    expect(page.locator(".message.user p")).to_have_text("Who met <the> mayor?")
    expect(page.locator(".waiting")).to_be_visible()
    expect(box).to_have_value("")
    box.fill("When did the minister leave?")
    box.press("Enter")
    page.get_by_role("button", name="Ask", exact=True).click()
    assistant.may_answer.set()
    expect(page.locator("a.cite")).to_have_count(1)
    expect(page.locator(".turn")).to_have_count(1)
    expect(box).to_have_value("When did the minister leave?")
    box.press("Enter")
    expect(page.locator("a.cite")).to_have_count(2)
    served.close()


def test_each_question_is_waited_for_by_itself(open_page, ask):
    assistant = HeldAssistant()
    served = serve(assistant)
    page = open_page(served.local_url)
    set_clock(page)
    assistant.may_answer.set()
    ask(page, "hello")
    assistant.may_answer.clear()
    page.clock.fast_forward("00:50")
    page.get_by_label("Your question").fill("Who met the mayor?")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".waiting")).to_be_visible()
    page.clock.fast_forward("00:20")
    expect(page.locator(".late")).to_have_count(0)
    page.clock.fast_forward("00:50")
    expect(page.locator(".late")).to_contain_text("No answer came")
    assistant.may_answer.set()
    served.close()


def test_a_question_whose_answer_is_lost_is_asked_again_after_a_reload(fake, open_page, ask):
    page = open_page(fake)
    ask(page, "hello")
    set_clock(page)
    page.route("**/page/ask*", lambda route: None)  # it hangs
    box = page.get_by_label("Your question")
    box.fill("Who met the mayor?")
    box.press("Enter")
    expect(page.locator(".waiting")).to_be_visible()
    page.clock.fast_forward("01:10")
    expect(page.locator(".late")).to_contain_text("No answer came")
    page.unroute("**/page/ask*")
    page.reload()
    expect(box).to_have_value("Who met the mayor?")
    expect(page.locator(".turn")).to_have_count(1)
    box.press("Enter")
    expect(page.locator(".turn a.cite")).to_have_count(1)


def test_an_edit_that_is_not_answered_undoes_nothing(fake, open_page, ask):
    page = open_page(fake)
    asked = ["Who met the mayor?", "hello", "Zebra?"]
    for question in asked:
        ask(page, question)
    shown, wording = page.locator(".message.user p"), page.get_by_label("New wording")
    page.get_by_role("button", name="Edit this question: Who met the mayor?").click()
    wording.fill("What was the subject?")
    page.route("**/page/ask", lambda route: route.fulfill(status=503))
    wording.press("Enter")
    expect(page.locator(".editing .problem")).to_contain_text("No answer came")
    expect(shown).to_have_text(asked)
    expect(wording).to_have_value("What was the subject?")
    expect(wording).to_be_focused()
    expect(page.get_by_label("Your question")).to_have_value("")
    page.unroute("**/page/ask")
    wording.press("Enter")
    expect(page.locator(".turn .quote")).to_have_text("Trade was the only subject.")
    expect(shown).to_have_text(["What was the subject?"])
    page.get_by_role("button", name="Restore").click()
    expect(shown).to_have_text(asked)


def test_a_question_that_is_too_long_stands_in_the_box_again(fake, open_page, ask):
    page = open_page(fake)
    question = f"Who met the mayor, {'or the other mayor, ' * 120}?"
    turn = ask(page, question)
    expect(turn.locator(".problem")).to_contain_text("2,000 characters")
    expect(page.get_by_label("Your question")).to_have_value(question)


def test_a_page_that_is_loaded_anew_goes_on_with_the_conversation(fake, open_page, ask):
    page = open_page(fake)
    turn = ask(page, "Zebra?")
    turn.get_by_role("button", name="Show the best guess anyway").click()
    expect(turn.locator(".verdict span").first).to_have_text("Best guess")
    ask(page, "Who met the mayor?")
    before = page.locator(".turn").all_inner_texts()
    page.reload()
    expect(page.locator(".turn")).to_have_count(2)
    assert page.locator(".turn").all_inner_texts() == before
    expect(page.locator("#source mark.active")).to_have_text("She met the mayor in the town hall.")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".welcome")).to_be_visible()
    page.reload()
    expect(page.locator(".welcome")).to_be_visible()


class Restarted:
    """A server that is started again at its address."""

    def __init__(self, assistant) -> None:
        self.chat = Chat(assistant)
        self.port = server.free_port("127.0.0.1", 0)
        self.start()

    def start(self) -> None:
        self.served = server.launch(self.chat, "127.0.0.1", self.port)

    def restart(self) -> None:
        self.served.close()
        self.start()


def test_a_click_on_a_turn_that_the_server_forgot_still_does_it(open_page, ask):
    chat = Restarted(FakeAssistant())
    page = open_page(chat.served.local_url)
    ask(page, "Who met the mayor?")
    ask(page, "Zebra?")
    chat.restart()
    page.get_by_role("button", name="Show the best guess anyway").click()
    guess = page.locator(".turn").nth(1).locator(".verdict span").first
    expect(guess).to_have_text("Best guess")
    expect(page.locator(".turn")).to_have_count(2)
    chat.served.close()


def test_of_a_long_conversation_each_number_means_its_own_turn(open_page, ask):
    restarted = Restarted(FakeAssistant())
    page = open_page(restarted.served.local_url)
    for number in range(30):
        ask(page, f"Zebra number {number}?")
    page.get_by_label("Your question").fill("Who met the mayor?")
    page.get_by_label("Your question").press("Enter")
    page.locator(".turn[data-turn='30']").wait_for()
    restarted.restart()
    page.locator(".turn[data-turn='11']").get_by_text("How was this found?").click()
    expect(page.locator(".inspected q")).to_have_text("Zebra number 11?")
    page.reload()
    expect(page.locator("#chat .log > .note").first).to_have_text(
        "The first 1 questions are not shown here."
    )
    page.locator(".turn[data-turn='21']").get_by_text("How was this found?").click()
    expect(page.locator(".inspected q")).to_have_text("Zebra number 21?")
    restarted.served.close()


def test_a_question_that_is_stopped_takes_nothing_that_the_server_forgot(open_page, ask):
    chat = Restarted(SlowAssistant())
    page = open_page(chat.served.local_url)
    ask(page, "Who met the mayor?")
    chat.restart()
    ask_slowly(page)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".waiting")).to_have_count(0)
    expect(page.locator(".message.user p")).to_have_text(["Who met the mayor?"])
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator("#conversations .opens")).to_have_count(1)
    chat.served.close()


def test_a_click_while_the_server_is_gone_says_what_to_do(open_page, ask):
    served = serve(FakeAssistant())
    page = open_page(served.local_url)
    turn = ask(page, "Who met the mayor?")
    ask(page, "When did the minister leave, was it on Friday?")
    marked = page.locator("#source mark.active")
    expect(marked).to_have_text("The minister left on Friday.")
    served.close()
    turn.locator("a.cite").click()
    expect(page.locator(".source-meta")).to_have_text(
        "The article could not be loaded. Please reload the page."
    )


NOTHING_STORED = """for (const name of ["sessionStorage", "localStorage"])
    Object.defineProperty(window, name, { get() { throw new DOMException("", "SecurityError"); } });
"""


def test_where_nothing_can_be_stored_a_page_still_knows_what_is_asked(both, open_page, ask):
    page = open_page(both, alone=True)
    page.add_init_script(NOTHING_STORED)
    page.reload()
    open_sources(page)
    page.get_by_role("button", name="Ask only Another").click()
    expect(page.locator("#scope")).to_contain_text("Asking only Another")
    expect(ask(page, "Who met the mayor?")).to_contain_text("Searched only: Another")
    link = ask(page, "And in the town hall?").locator("a.cite")
    expect(page.locator(".turn").last).to_contain_text("Understood as: Who met the mayor in the")
    link.click()
    expect(page.locator("#source mark.active")).to_be_visible()
    page.get_by_role("tab", name="Timeline").click()
    expect(page.locator("#timeline time")).to_be_visible()
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".welcome")).to_be_visible()
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator("#conversations .note").first).to_contain_text("None yet")
