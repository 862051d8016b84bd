"""Words that are selected in the article, and the notebook of what is pinned."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

MET = "She met the mayor in the town hall."

SELECT = """(text, words) => {
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walker.nextNode())
        if (!walker.currentNode.parentElement.closest(".margin")) nodes.push(walker.currentNode);
    const at = nodes.map(node => node.data).join("").indexOf(words);
    const place = wanted => {
        for (const node of nodes) {
            if (wanted <= node.length) return [node, wanted];
            wanted -= node.length;
        }
    };
    const range = new Range();
    range.setStart(...place(at));
    range.setEnd(...place(at + words.length));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
}"""


def select_words(page, words):
    """Select words of the article, as a drag over them does; marks and numbers are passed over."""
    page.locator("#source .source-text").evaluate(SELECT, words)
    page.get_by_role("group", name="The selected words").wait_for()


def pins(page):
    page.get_by_role("tab", name="Notebook").click()
    return page.locator("#notebook li")


def pin_words(page, words):
    select_words(page, words)
    group = page.get_by_role("group", name="The selected words")
    group.get_by_role("button", name="Pin", exact=True).click()
    group.get_by_role("button", name="Pinned", exact=True).wait_for()


def test_selected_words_are_pinned(fake, open_page):
    page = open_page(fake)
    pin_words(page, "the mayor in")
    expect(pins(page)).to_have_count(1)
    expect(pins(page).locator("strong")).to_have_text("the mayor in")


@pytest.mark.slow
def test_the_buttons_stand_beside_the_selection_and_go_with_it(fake, open_page):
    page = open_page(fake)
    group = page.get_by_role("group", name="The selected words")
    words = page.get_by_text("Trade was the only subject.").bounding_box()
    page.mouse.move(words["x"] + 5, words["y"] + 10)
    page.mouse.down()
    page.mouse.move(words["x"] + 120, words["y"] + 12, steps=4)
    expect(group).to_be_hidden()
    page.mouse.up()
    expect(group).to_be_in_viewport(ratio=1)
    page.keyboard.press("Tab")
    expect(group.get_by_role("button", name="Ask about it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(group).to_be_hidden()
    expect(page.locator(".source-text")).to_be_focused()
    select_words(page, "Trade")
    page.get_by_role("heading", name="askvisit").click()
    expect(group).to_be_hidden()


@pytest.mark.slow
def test_shift_and_an_arrow_change_the_selection_and_no_citation(fake, open_page, ask):
    page = open_page(fake)
    ask(page, "List the minister, the mayor")
    position = page.locator(".source-position")
    expect(position).to_have_text("1 of 3")
    page.locator(".source-text").focus()
    select_words(page, "the only sub")
    page.keyboard.press("Shift+ArrowRight")
    assert page.evaluate("getSelection().toString()") == "the only subj"
    expect(position).to_have_text("1 of 3")


@pytest.mark.slow
def test_selected_words_are_asked_about(fake, open_page):
    page = open_page(fake)
    box = page.get_by_label("Your question")
    select_words(page, "lower tariffs,")
    page.get_by_role("button", name="Ask about it").click()
    expect(box).to_have_value("What does it say about lower tariffs?")
    expect(box).to_be_focused()
    expect(page.locator(".turn")).to_have_count(0)
    box.fill("Who wanted")
    select_words(page, "a bridge")
    page.get_by_role("button", name="Ask about it").click()
    expect(box).to_have_value("Who wanted “a bridge”")
    box.fill("")
    select_words(page, f"arrived on Monday. {MET}")
    page.get_by_role("button", name="Ask about it").click()
    expect(box).to_have_value(f"arrived on Monday. {MET}")


@pytest.mark.slow
def test_among_several_articles_selected_words_are_asked_about_without_it(both, open_page):
    page = open_page(both)
    select_words(page, "lower tariffs,")
    page.get_by_role("button", name="Ask about it").click()
    expect(page.get_by_label("Your question")).to_have_value("What is said about lower tariffs?")


@pytest.mark.slow
def test_selected_words_are_quoted_with_their_reference(fake, open_page, ask):
    page = open_page(fake)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, "List the minister, the mayor")
    page.locator("#source .margin").first.wait_for()
    select_words(page, "Monday. She met")
    page.get_by_role("button", name="Quote", exact=True).click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == (
        "“Monday. She met” (A Short Visit, The Paper, 28 June 2019, paragraph 2) "
        "https://paper.example/visit"
    )


@pytest.mark.slow
def test_a_quote_of_an_answer_is_pinned_with_its_question_and_leads_to_its_place(
    fake, open_page, ask
):
    page = open_page(fake)
    turn = ask(page, "Who met the mayor?")
    turn.get_by_role("button", name="Pin to the notebook").click()
    expect(turn.get_by_role("button", name="Pinned", exact=True)).to_be_visible()
    turn.get_by_role("button", name="Pin to the notebook").click()
    expect(turn.get_by_role("button", name="Already pinned")).to_be_visible()
    pin = pins(page)
    expect(pin).to_have_count(1)
    expect(pin).to_contain_text("Who met the mayor?")
    expect(pin.locator("blockquote")).to_contain_text(MET)
    expect(pin.locator("strong")).to_have_text("town hall")
    expect(pin).to_contain_text("A Short Visit · The Paper · 28 June 2019")
    page.get_by_role("button", name="New conversation").click()
    page.locator(".welcome").wait_for()
    pins(page).locator("a.cite").click()
    expect(page.locator("#source mark.active")).to_have_text(MET)
    page.locator(".source-text").focus()
    page.keyboard.press("Escape")
    expect(pin.locator("a.cite")).to_be_focused()


@pytest.mark.slow
def test_pins_outlive_a_reload_and_are_removed_and_brought_back(fake, open_page):
    page = open_page(fake, alone=True)
    for words in ("Trade was the only subject.", "The minister left"):
        pin_words(page, words)
    page.reload()
    expect(pins(page)).to_have_count(2)
    page.get_by_role("button", name="Remove: Trade was").click()
    expect(pins(page)).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(pins(page).first).to_contain_text("Trade was the only subject.")
    other = page.context.new_page()
    other.goto(fake)
    other.locator(".log").wait_for()
    expect(pins(other)).to_have_count(2)
    other.get_by_role("button", name="Remove: Trade was").click()
    expect(pins(page)).to_have_count(1)


@pytest.mark.slow
def test_the_notebook_is_exported(real, open_page, ask, tmp_path):
    page = open_page(real, alone=True)
    turn = ask(page, "Who did Xi meet in 2009?")
    turn.get_by_role("button", name="Pin to the notebook").first.click()
    turn.get_by_role("button", name="Pinned", exact=True).wait_for()
    pin_words(page, "at the G20 summit")
    expect(pins(page)).to_have_count(2)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Export as Markdown").click()
    path = tmp_path / "notebook.md"
    saved.value.save_as(path)
    text = path.read_text("utf-8")
    assert text.startswith("# A notebook of quotes from the articles\n\n## Who did Xi meet")
    assert "> Xi previously had met with" in text
    assert "the G20 summit" in text


@pytest.mark.slow
def test_a_pin_whose_article_was_removed_says_so_and_is_left_out(editor, open_page, ask):
    page = open_page(editor[1])
    turn = ask(page, "When did the mayor open the bridge?")
    turn.get_by_role("button", name="Pin to the notebook").first.click()
    turn.get_by_role("button", name="Pinned", exact=True).wait_for()
    page.locator("#articles li").first.hover()
    page.locator("summary[aria-label='Remove A Bridge for the Town']").click()
    page.get_by_role("button", name="Delete it: A Bridge for the Town").click()
    page.locator("[data-choose]").nth(1).wait_for(state="detached")
    expect(pins(page)).to_contain_text("Its article is no longer there")
    page.get_by_role("button", name="Export as Markdown").click()
    expect(page.locator("#notebook .told")).to_contain_text("1 pin is left out")


@pytest.mark.slow
def test_selected_words_are_pinned_on_a_phone(fake, open_page):
    page = open_page(fake, viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page.locator("#paragraph-2").scroll_into_view_if_needed()
    select_words(page, "the town hall")
    group = page.get_by_role("group", name="The selected words")
    expect(group).to_be_in_viewport(ratio=1)
    group.get_by_role("button", name="Pin").tap()
    expect(pins(page).locator("strong")).to_have_text("the town hall")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def write(page, kind, words):
    page.get_by_role("button", name=f"Add a {kind.lower()}").click()
    expect(page.get_by_label(kind, exact=True).last).to_be_focused()
    page.keyboard.type(words)


def test_what_another_tab_writes_takes_no_focus(fake, open_page):
    page = open_page(fake, alone=True)
    page.get_by_role("tab", name="Notebook").click()
    write(page, "Heading", "First")
    write(page, "Note", "Seco")
    with page.expect_popup() as opened:
        page.evaluate("window.open(location.href)")
    other = opened.value
    other.get_by_role("tab", name="Notebook").click()
    other.get_by_label("Heading", exact=True).fill("Changed")
    expect(page.get_by_label("Heading", exact=True)).to_have_value("Changed")
    page.keyboard.type("nd")
    expect(page.get_by_label("Note", exact=True)).to_have_value("Second")
    expect(other.get_by_label("Note", exact=True)).to_have_value("Second")


@pytest.mark.slow
def test_own_words_stand_among_the_pins_in_the_users_order(fake, open_page, tmp_path):
    page = open_page(fake, alone=True)
    pin_words(page, "The minister left")
    rows = pins(page)
    write(page, "Note", "Ask her again.")
    write(page, "Heading", "The visit")
    expect(rows).to_have_count(3)
    page.get_by_role("button", name=re.compile("^Move:")).last.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("button", name=re.compile("^Move:")).first).to_be_focused()
    expect(page.locator("#askvisit-said")).to_have_text("Moved to 1 of 3")
    expect(rows.first.get_by_label("Heading")).to_have_value("The visit")
    handle = rows.last.locator("[data-move]").bounding_box()
    page.mouse.move(handle["x"] + 5, handle["y"] + 5)
    page.mouse.down()
    page.mouse.move(handle["x"] + 5, rows.nth(1).bounding_box()["y"] + 10, steps=5)
    page.mouse.up()
    expect(rows.nth(1).get_by_label("Note")).to_have_value("Ask her again.")
    page.reload()
    expect(pins(page).nth(1).get_by_label("Note")).to_have_value("Ask her again.")
    expect(page.locator("#notebook .count")).to_contain_text("1 pin, kept")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Export as Markdown").click()
    path = tmp_path / "notebook.md"
    saved.value.save_as(path)
    text = path.read_text("utf-8")
    order = [
        "## The visit\n\nAsk her again.\n\n### From “A Short Visit”",
        "> **The minister left** on",
    ]
    assert [part for part in order if part in text] == order
    page.get_by_role("button", name="Remove: Ask her").click()
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(rows.nth(1).get_by_label("Note")).to_have_value("Ask her again.")
