"""Several conversations, kept in the browser: listed, opened again, deleted, brought back."""

from __future__ import annotations

import pytest
from harness.web_fakes import FakeAssistant
from playwright.sync_api import expect

from .conftest import open_sources
from .test_conversation import ask_and_hold
from .test_trouble import Restarted

pytestmark = pytest.mark.slow


def begin_anew(page):
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".welcome")).to_be_visible()


def listed(page):
    """Open the list where it is closed; return its conversations."""
    if not page.locator("#conversations").is_visible():
        page.get_by_role("button", name="Conversations").click()
    return page.locator("#conversations .opens")


def with_one_of_two_deleted(fake, open_page, ask):
    """Open a page and ask in two conversations; the list is open, and the first is deleted."""
    page = open_page(fake)
    ask(page, "Who met the mayor?")
    begin_anew(page)
    ask(page, "hello")
    listed(page)
    page.get_by_role("button", name="Delete: Who met the mayor?").click()
    return page


def test_an_earlier_conversation_is_named_by_its_first_question_and_opened_again(
    fake, open_page, ask
):
    page = open_page(fake)
    expect(listed(page)).to_have_count(0)
    page.keyboard.press("Escape")
    ask(page, "Who met the mayor?")
    ask(page, "Zebra?")
    begin_anew(page)
    ask(page, "hello")
    names = listed(page)
    expect(names).to_have_count(2)
    expect(names.nth(0)).to_contain_text("hello1 question")
    expect(names.nth(0)).to_have_attribute("aria-current", "true")
    expect(names.nth(1)).to_contain_text("Who met the mayor?2 questions")
    names.nth(1).click()
    expect(page.locator(".message.user p")).to_have_text(["Who met the mayor?", "Zebra?"])
    expect(page.locator(".changed")).to_have_count(0)
    page.locator(".turn").first.get_by_role("button", name="Edit this question").click()
    page.get_by_label("New wording").fill("When did the minister leave?")
    page.get_by_label("New wording").press("Enter")
    expect(page.locator(".message.user p")).to_have_text(["When did the minister leave?"])
    expect(listed(page).nth(0)).to_contain_text("When did the minister leave?1 question")
    page.reload()
    expect(listed(page)).to_have_count(2)
    expect(page.locator(".message.user p")).to_have_text(["When did the minister leave?"])


def test_a_deleted_conversation_is_brought_back(fake, open_page, ask):
    page = with_one_of_two_deleted(fake, open_page, ask)
    expect(listed(page)).to_have_count(1)
    expect(page.locator("#conversations .deleted")).to_contain_text("Deleted “Who met the mayor?”")
    page.locator("#conversations").get_by_role("button", name="Undo").click()
    expect(listed(page)).to_have_count(2)
    page.get_by_role("button", name="Delete: hello").click()
    expect(page.locator(".welcome")).to_be_visible()
    expect(listed(page)).to_have_count(1)
    page.locator("#conversations").get_by_role("button", name="Undo").click()
    expect(page.locator(".message.user p")).to_have_text(["hello"])
    expect(listed(page)).to_have_count(2)
    expect(page.locator("#conversations [aria-current]")).to_be_focused()


def test_a_deleted_conversation_is_brought_back_where_the_search_leaves_it_out(
    fake, open_page, ask
):
    page = with_one_of_two_deleted(fake, open_page, ask)
    page.get_by_label("Search conversations").fill("hello")
    page.locator("#conversations").get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Search conversations")).to_be_focused()
    expect(listed(page)).to_have_count(1)
    assert kept(page) == [["Who met the mayor?"], ["hello"]]


def test_what_comes_late_comes_into_no_other_conversation(held, open_page, ask):
    page = open_page(held.address)
    ask(page, "Who met the mayor?")
    begin_anew(page)
    ask(page, "hello")
    ask_and_hold(page, held)
    listed(page).nth(1).click()
    expect(page.locator(".message.user p")).to_have_text(["Who met the mayor?"])
    held.answer_late(page)
    expect(page.locator(".message.user p")).to_have_text(["Who met the mayor?"])
    expect(listed(page)).to_have_count(2)


def test_a_conversation_that_is_taken_back_whole_leaves_the_list(fake, open_page, ask):
    page = open_page(fake)
    ask(page, "hello")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".welcome")).to_be_visible()
    expect(listed(page)).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Restore").click()
    expect(page.locator(".message.user p")).to_have_text(["hello"])
    expect(listed(page)).to_have_count(1)


def three_conversations(page, ask):
    """Have a slow conversation, then one about the mayor, then one that greets."""
    for question in ("slow: who met the mayor?", "Who met the mayor?", "hello"):
        if page.locator(".turn").count():
            begin_anew(page)
        ask(page, question)
    expect(listed(page)).to_have_count(3)


def hold_turns(page):
    """Hold what asks for a conversation to be shown; return the requests that are held."""
    held = []
    page.route("**/page/turns", lambda route: route.continue_() if held else held.append(route))
    return held


def open_slowly(page, ask):
    """Have three conversations, and begin to open the slow one; return what is held."""
    three_conversations(page, ask)
    held = hold_turns(page)
    page.locator("#conversations .opens", has_text="slow").click()
    expect(page.locator(".waiting")).to_be_visible()
    return held


def let_go(page, held):
    """Let a request go that may have been given up, and give the page time to show it."""
    held[0].continue_()
    page.wait_for_timeout(300)


def kept(page):
    """Return the questions of each conversation that the browser keeps."""
    return page.evaluate(
        """() => Object.entries(localStorage)
        .filter(([name]) => name.startsWith("askvisit-conversation-"))
        .map(([, one]) => JSON.parse(one).turns.map(({ question }) => question)).sort()"""
    )


THREE = [["Who met the mayor?"], ["hello"], ["slow: who met the mayor?"]]


def test_a_reload_while_one_is_opened_loses_none(fake, open_page, ask):
    page = open_page(fake)
    open_slowly(page, ask)
    page.reload()
    expect(page.locator(".message.user p")).to_have_text(["slow: who met the mayor?"])
    assert kept(page) == THREE
    expect(listed(page)).to_have_count(3)
    expect(page.locator("#conversations [aria-current]")).to_contain_text("slow")


def test_the_last_one_that_is_clicked_opens_and_none_is_lost(fake, open_page, ask):
    page = open_page(fake)
    held = open_slowly(page, ask)
    listed(page).nth(1).click()
    expect(page.locator(".message.user p")).to_have_text(["Who met the mayor?"])
    let_go(page, held)
    expect(page.locator(".message.user p")).to_have_text(["Who met the mayor?"])
    assert kept(page) == THREE


def test_one_that_is_deleted_while_it_opens_stays_deleted(fake, open_page, ask):
    page = open_page(fake)
    held = open_slowly(page, ask)
    listed(page)
    page.get_by_role("button", name="Delete: slow").click()
    let_go(page, held)
    expect(page.locator(".welcome")).to_be_visible()
    assert kept(page) == THREE[:2]
    page.locator("#conversations").get_by_role("button", name="Undo").click()
    assert kept(page) == THREE


def test_a_deletion_that_is_undone_while_one_opens_changes_nothing(fake, open_page, ask):
    page = open_page(fake)
    held = open_slowly(page, ask)
    listed(page)
    page.get_by_role("button", name="Delete: slow").click()
    page.locator("#conversations").get_by_role("button", name="Undo").click()
    let_go(page, held)
    expect(page.locator(".message.user p")).to_have_text(["slow: who met the mayor?"])
    assert kept(page) == THREE


def test_a_new_one_that_is_begun_while_the_page_loads_stays_new(fake, open_page, ask):
    page = open_page(fake)
    ask(page, "slow: who met the mayor?")
    held = hold_turns(page)
    page.reload()
    expect(page.locator("#chat .log")).to_contain_text("Opening the conversation")
    begin_anew(page)
    let_go(page, held)
    expect(page.locator(".turn")).to_have_count(0)
    assert kept(page) == [["slow: who met the mayor?"]]


EARLIER = """() => {
    const asked = [["Who met the mayor?", false, ["visit.txt"], [["visit.txt", 47, 82]]],
                   ["When did the minister leave?", false, true, [["visit.txt", 1, 9]]]];
    const kept = { name: "Who met the mayor?", kept: JSON.stringify(asked), at: 1 };
    localStorage["askvisit-conversation-1"] = JSON.stringify(kept);
}"""


def test_one_that_an_earlier_version_kept_is_asked_again(both, open_page):
    page = open_page(both)
    page.evaluate(EARLIER)
    names = listed(page)
    expect(names).to_contain_text("Who met the mayor?2 questions")
    names.click()
    expect(page.locator(".turn a.cite")).to_have_count(2)
    expect(page.locator(".turn").last).to_contain_text("Searched only: A Short Visit")
    expect(page.locator(".turn .changed")).to_have_count(1)


def test_a_duplicate_of_the_tab_has_a_conversation_of_its_own(fake, open_page, ask):
    page = open_page(fake, alone=True)
    ask(page, "Who met the mayor?")
    with page.expect_popup() as opened:
        page.evaluate("window.open(location.href)")  # it has a copy of what this tab keeps
    duplicate = opened.value
    expect(duplicate.locator(".message.user p")).to_have_text(["Who met the mayor?"])
    ask(duplicate, "hello")
    ask(page, "Zebra?")
    assert kept(page) == [["Who met the mayor?", "Zebra?"], ["Who met the mayor?", "hello"]]


def test_one_that_another_tab_deleted_does_not_come_back_by_a_reload(fake, open_page, ask):
    page = open_page(fake, alone=True)
    ask(page, "Who met the mayor?")
    page.evaluate("Object.keys(localStorage).forEach((name) => localStorage.removeItem(name))")
    page.reload()
    expect(page.locator(".turn:not(.pending) .message.bot")).to_have_count(1)
    assert kept(page) == []


@pytest.mark.parametrize("is_edited", [False, True])
def test_what_another_tab_does_with_a_deleted_one_is_kept_when_it_comes_back(
    fake, open_page, ask, is_edited
):
    page = open_page(fake, alone=True)
    ask(page, "Who met the mayor?")
    with page.expect_popup() as opened:
        page.evaluate("window.open(location.href)")
    other = opened.value
    expect(other.locator(".message.user p")).to_have_count(1)
    listed(page)
    page.get_by_role("button", name="Rename: Who met").click()
    page.get_by_label("New name").fill("The mayor")
    page.get_by_label("New name").press("Enter")
    page.get_by_role("button", name="Delete: The mayor").click()
    if is_edited:
        other.get_by_role("button", name="Edit this question").click()
        other.get_by_label("New wording").fill("hello")
        other.get_by_label("New wording").press("Enter")
        expect(other.locator(".message.user p")).to_have_text(["hello"])
    else:
        ask(other, "hello")
    page.locator("#conversations").get_by_role("button", name="Undo").click()
    expect(listed(page).first).to_be_visible()
    both = [["Who met the mayor?"], ["hello"]]
    assert kept(page) == (both if is_edited else [["Who met the mayor?", "hello"]])
    expect(listed(page).filter(has_text="The mayor")).to_have_count(1)


def test_the_list_follows_what_another_tab_asks(fake, open_page, ask):
    page = open_page(fake, alone=True)
    ask(page, "Who met the mayor?")
    page.get_by_role("button", name="Conversations").click()
    rows = page.locator("#conversations li")
    expect(rows).to_contain_text("1 question")
    with page.expect_popup() as opened:
        page.evaluate("window.open(location.href)")
    expect(opened.value.locator(".message.user p")).to_have_count(1)
    ask(opened.value, "hello")
    expect(rows).to_contain_text("2 questions")
    page.get_by_role("button", name="Rename: Who met").click()
    name = page.get_by_label("New name")
    name.fill("The mayor")
    ask(opened.value, "Zebra?")
    page.wait_for_timeout(300)
    expect(name).to_have_value("The mayor")


def test_one_that_could_not_be_opened_takes_nothing_of_the_next_question(fake, open_page, ask):
    page = open_page(fake)
    ask(page, "Who met the mayor?")
    begin_anew(page)
    ask(page, "hello")
    page.route("**/page/turns", lambda route: route.fulfill(status=503))
    listed(page).nth(1).click()
    expect(page.locator(".late")).to_contain_text("could not be opened")
    page.unroute("**/page/turns")
    page.reload()
    expect(page.locator(".message.user p")).to_have_text(["hello"])
    assert kept(page) == [["Who met the mayor?"], ["hello"]]


def test_one_that_could_not_be_opened_leaves_the_page_as_it_was(fake, open_page, ask):
    page = open_page(fake)
    ask(page, "Who met the mayor?")
    begin_anew(page)
    ask(page, "hello")
    page.route("**/page/turns", lambda route: route.fulfill(status=503))
    shown, note = page.locator(".message.user p"), page.locator(".late")
    for _ in range(2):
        listed(page).nth(1).click()
        expect(note).to_have_text(
            "The conversation could not be opened. Open it again in a moment."
        )
        expect(shown).to_have_text(["hello"])
    page.unroute("**/page/turns")
    ask(page, "Zebra?")
    expect(note).to_have_count(0)
    expect(shown).to_have_text(["hello", "Zebra?"])
    listed(page).nth(1).click()
    expect(shown).to_have_text(["Who met the mayor?"])


def ask_much(page, ask, count):
    """Ask so many long questions, each of one article, and leave; return them and what is kept."""
    open_sources(page)
    page.get_by_role("button", name="Ask only Another").click()
    expect(page.locator("#scope")).to_contain_text("Asking only Another")
    asked = [f"{n}: who met the mayor? {'x' * 1900}" for n in range(count)]
    for question in asked:
        ask(page, question)
    expect(page.locator(".turn").last.locator("[data-each]")).to_have_count(0)  # looked up, too
    conversation = whole(page)
    begin_anew(page)
    return asked, conversation


def whole(page):
    """Return the only conversation that the browser keeps, as it is kept."""
    return page.evaluate(
        """() => {
            const names = Object.keys(localStorage).filter(n => n.startsWith("askvisit-conv"));
            return names.length === 1 ? localStorage[names[0]] : names;
        }"""
    )


def test_a_long_conversation_that_is_opened_keeps_its_first_questions(both, open_page, ask):
    page = open_page(both, alone=True)
    asked, conversation = ask_much(page, ask, 12)
    listed(page).first.click()
    shown = page.locator(".message.user p")
    expect(shown.first).to_contain_text("0: who met")
    expect(page.locator(".turn").first).to_contain_text("Searched only: Another")
    assert whole(page) == conversation
    page.reload()
    expect(shown.first).to_contain_text("0: who met")
    assert whole(page) == conversation
    for question in ("hello", asked[0]):
        ask(page, question)
        asked.append(question)
        assert kept(page) == [asked]
        page.reload()
        expect(shown.last).to_have_text(question)
        assert kept(page) == [asked]
    expect(listed(page)).to_contain_text("14 questions")


MANY = """() => {
    const numbers = [...Array(32).keys()];
    const turns = numbers.map((n) => ({ question: `Question ${n}?`, problem: "No." }));
    const kept = { name: "Question 0?", turns, at: 1 };
    localStorage["askvisit-conversation-1"] = JSON.stringify(kept);
}"""


def test_the_first_questions_are_kept_also_where_they_are_not_shown(fake, open_page, ask):
    page = open_page(fake)
    page.evaluate(MANY)
    listed(page).click()
    expect(page.locator(".turn")).to_have_count(30)
    expect(page.locator("#chat .log > .note").first).to_contain_text("first 2 questions")
    page.locator(".turn").first.get_by_role("button", name="Edit this question").click()
    page.get_by_label("New wording").fill("hello")
    page.get_by_label("New wording").press("Enter")
    expect(page.locator(".message.bot").last).to_contain_text("Hello!")
    first = ["Question 0?", "Question 1?"]
    assert kept(page) == [[*first, "hello"]]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".turn")).to_have_count(2)
    assert kept(page) == [first]
    page.get_by_role("button", name="Restore").click()
    expect(page.locator(".message.bot").last).to_contain_text("Hello!")
    assert kept(page) == [[*first, "hello"]]


def test_a_server_that_is_started_again_takes_nothing_of_a_long_conversation(open_page, ask):
    chat = Restarted(FakeAssistant())
    page = open_page(chat.served.local_url, alone=True)
    asked = [f"{n}: who met the mayor? {'x' * 1900}" for n in range(11)]
    for question in asked:
        ask(page, question)
    chat.restart()
    page.get_by_label("Your question").fill("hello")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".message.bot").last).to_contain_text("Hello!")
    expect(page.locator(".message.user")).to_have_count(12)
    assert kept(page) == [[*asked, "hello"]]
    chat.served.close()


def test_conversations_are_found_by_what_was_asked_and_answered(fake, open_page, ask):
    page = open_page(fake)
    for question in ("Who met the mayor?", "hello"):
        ask(page, question)
        begin_anew(page)
    expect(listed(page)).to_have_count(2)
    sought = page.get_by_label("Search conversations")
    for words, found in (("MAYOR who", "Who met"), ("town hall", "Who met"), ("ask me", "hello")):
        sought.fill(words)
        expect(listed(page)).to_have_count(1)
        expect(listed(page)).to_contain_text(found)
    sought.fill("zebra")
    expect(listed(page)).to_have_count(0)
    note = page.locator("#conversations .note").first
    expect(note).to_contain_text("No conversation has these words.")


def test_a_conversation_is_renamed_and_keeps_its_name(fake, open_page, ask):
    page = open_page(fake)
    ask(page, "Who met the mayor?")
    listed(page)
    page.get_by_role("button", name="Rename: Who met").click()
    page.get_by_label("New name").fill("never mind")
    page.keyboard.press("Escape")
    expect(listed(page)).to_contain_text("Who met the mayor?1 question")
    page.get_by_role("button", name="Rename: Who met").click()
    page.get_by_label("New name").fill("The <i>mayor")
    page.keyboard.press("Enter")
    expect(listed(page)).to_contain_text("The <i>mayor")
    expect(listed(page)).to_be_focused()
    page.keyboard.press("Escape")
    ask(page, "hello")
    expect(listed(page)).to_contain_text("The <i>mayor2 questions")
    page.reload()
    expect(listed(page)).to_contain_text("The <i>mayor2 questions")
    page.get_by_role("button", name="Rename: The").click()
    page.get_by_label("New name").fill(" ")
    page.keyboard.press("Enter")
    expect(listed(page)).to_contain_text("Who met the mayor?2 questions")
