"""The page around the conversation: its head, its focus, paper, phones, other people's colours."""

from __future__ import annotations

import io
import re
from urllib.request import ProxyHandler, build_opener

import pytest
from harness.web_fakes import TEXT
from playwright.sync_api import expect
from pypdf import PdfReader

from .conftest import open_help, until

pytestmark = pytest.mark.slow

X = "part => part.getBoundingClientRect().x"


def test_a_change_of_tabs_moves_nothing(fake, open_page):
    page = open_page(fake)
    before = page.locator("#top h1").evaluate(X)
    page.get_by_role("tab", name="Notebook").click()
    expect(page.locator("#notebook")).to_be_visible()
    assert page.locator("#top h1").evaluate(X) == before


def test_welcome_answers_and_box_share_one_left_edge(fake, open_page, ask):
    page = open_page(fake)
    edges = {
        page.locator(part).evaluate(X) for part in (".welcome", "#top h1", "#question textarea")
    }
    ask(page, "Who met the mayor?")
    edges.add(page.locator(".message.bot").evaluate(X))
    assert len(edges) == 1


def test_the_box_shows_that_it_has_the_focus(fake, open_page):
    page = open_page(fake)
    box = page.get_by_label("Your question")
    box.focus()
    style = "box => [getComputedStyle(box).outlineStyle, getComputedStyle(box).outlineWidth]"
    assert box.evaluate(style) == ["solid", "3px"]


def test_what_is_quoted_stands_in_the_serif_that_comes_with_the_page(fake, open_page, ask):
    page = open_page(fake)
    turn = ask(page, "Who met the mayor?")
    family = "part => getComputedStyle(part).fontFamily"
    for part in (turn.locator(".quote"), page.locator("#source .source-text")):
        assert part.evaluate(family).startswith('"Article Serif"')
    assert page.evaluate("document.fonts.check('18px \"Article Serif\"')")
    assert page.get_by_label("Your question").evaluate(family).startswith('"Chat Sans"')
    assert page.evaluate("document.fonts.check('16px \"Chat Sans\"')")


def test_what_is_sent_before_the_first_question_is_little(real, open_page):
    page = open_page(real, alone=True)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    sent = page.evaluate(
        "['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))"
        ".reduce((sum, one) => sum + one.transferSize, 0)"
    )
    assert 50_000 < sent <= 140_000  # which does not count all headers, 10 kB more


def test_questions_answers_and_article_are_printed_whole(fake, open_page, ask):
    page = open_page(fake)
    asked = [f"Who met the mayor, asks person {n}?" for n in range(9)]
    for question in asked:
        ask(page, question)
    pages = PdfReader(io.BytesIO(page.pdf())).pages
    printed = " ".join(" ".join(one.extract_text() for one in pages).split())
    for text in (*asked, "She met the mayor in the town hall.", "The minister left on Friday."):
        assert text in printed
    for control in ("Copy", "Undo", "Ask next", "New conversation"):
        assert control not in printed


def test_what_is_hidden_on_the_page_is_not_printed_and_ink_is_dark(editor, open_page, ask):
    _, address = editor
    page = open_page(address, color_scheme="dark")
    ask(page, "Who opened the bridge?")
    printed = " ".join(one.extract_text() for one in PdfReader(io.BytesIO(page.pdf())).pages)
    for control in ("Conversations", "Names", "Dismiss"):
        assert control not in printed
    page.emulate_media(media="print", color_scheme="dark")
    for part in ("#conversations", "#added", ".source-nav"):
        expect(page.locator(part)).to_be_hidden()
    ink = page.locator("blockquote").first.evaluate("quote => getComputedStyle(quote).color")
    assert ink == "rgb(31, 35, 40)"
    gap = """() => document.querySelector(".message.bot").getBoundingClientRect().top
        - document.querySelector(".message.user").getBoundingClientRect().bottom"""
    assert page.evaluate(gap) >= 8


def test_with_forced_colours_the_selected_tab_and_the_mark_are_seen(fake, open_page, ask):
    page = open_page(fake, forced_colors="active")
    ask(page, "Who met the mayor?")
    tab = "tab => getComputedStyle(tab).borderTopStyle"
    assert page.get_by_role("tab", name="Article", exact=True).evaluate(tab) == "solid"
    assert page.get_by_role("tab", name="Notebook").evaluate(tab) == "none"
    outline = "mark => getComputedStyle(mark).outlineStyle"
    assert page.locator("#source mark.active").evaluate(outline) == "solid"


def test_nothing_moves_for_who_asked_for_less_motion(fake, open_page, ask):
    page = open_page(fake, reduced_motion="reduce")
    ask(page, "Who met the mayor?")
    still = """() => [...document.querySelectorAll("#chat *, #source *, #top *")].every(
        part => parseFloat(getComputedStyle(part).transitionDuration) === 0
            && getComputedStyle(part).animationName === "none")"""
    assert page.evaluate(still)


def test_the_help_for_programs_closes_by_escape_and_by_the_way_back(fake, open_page):
    page = open_page(fake)
    help_ = page.get_by_role("dialog", name="For programs")
    open_help(page)
    expect(help_).to_contain_text(fake)
    expect(help_).to_contain_text("client.predict(")
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()
    open_help(page)
    expect(help_).to_be_visible()
    page.go_back()
    expect(help_).to_be_hidden()
    assert page.url == fake
    open_help(page)
    page.get_by_role("button", name="Close").click()
    expect(help_).to_be_hidden()


def test_the_help_for_programs_leaves_the_page_as_it_was(fake, open_page, ask):
    page = open_page(fake)
    link = ask(page, "Who met the mayor?").locator("a.cite")
    link.click()
    notebook = page.get_by_role("tab", name="Notebook")
    notebook.click()
    open_help(page)
    until(page, "history.state.askvisit === 'help'")
    page.keyboard.press("Escape")
    until(page, "history.state.askvisit === 'cite'")
    expect(notebook).to_have_attribute("aria-selected", "true")
    page.go_back()
    expect(link).to_be_focused()


def test_the_export_menu_gives_the_focus_back(fake, open_page):
    page = open_page(fake)
    summary, kind = (
        page.locator("#top [popovertarget=menu]"),
        page.get_by_role("button", name="Markdown"),
    )
    for key in ("Escape", "Enter"):
        summary.click()
        kind.press(key)
        expect(kind).to_be_hidden()
        expect(summary).to_be_focused()


def test_who_tabs_past_the_menu_closes_it(fake, open_page):
    page = open_page(fake)
    page.locator("#top [popovertarget=menu]").press("Enter")
    export = page.get_by_role("button", name="Export as Markdown")
    page.keyboard.press("Tab")
    expect(export).to_be_focused()
    page.get_by_role("button", name="API for programs").press("Tab")
    expect(page.get_by_role("button", name="New conversation")).to_be_focused()
    expect(export).to_be_hidden()


def test_the_menu_leads_to_the_help_for_programs_on_a_phone_too(fake, open_page):
    page = open_page(fake, viewport={"width": 390, "height": 800})
    expect(page.get_by_role("button", name="API for programs")).to_be_hidden()
    open_help(page)
    expect(page.get_by_role("dialog", name="For programs")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="API for programs")).to_be_hidden()
    expect(page.locator("#top [popovertarget=menu]")).to_be_focused()


def test_an_export_of_nothing_is_told(fake, open_page):
    page = open_page(fake)
    page.locator("#top [popovertarget=menu]").click()
    page.get_by_role("button", name="Markdown").click()
    expect(page.locator("#top .said")).to_have_text("There is nothing to export yet.")


def test_without_scripts_the_page_says_what_it_is(fake, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(fake)
    expect(page.locator("noscript h1")).to_have_text("askvisit")
    context.close()


def test_a_link_preview_names_askvisit(fake):
    page = build_opener(ProxyHandler({})).open(fake).read().decode()
    head = page[: page.index("</head>")]
    assert '<meta property="og:title" content="askvisit" />' in head
    previews = re.findall(r'<meta (?:property="og|name="twitter)[^>]*>', head)
    assert not [tag for tag in previews if "gradio" in tag.lower()]


def test_an_article_alone_is_a_link_too(both, open_page):
    page = open_page(f"{both}?article=another.txt")
    expect(page.locator("#source h2")).to_have_text("Another")
    expect(page.locator("#source article")).to_have_attribute("data-article", "another.txt")


def test_on_a_phone_head_and_box_leave_the_room_to_the_answer(fake, open_page, ask):
    page = open_page(fake, viewport={"width": 390, "height": 800}, has_touch=True)
    ask(page, "List the minister, the mayor")
    top, box = page.locator("#top").bounding_box(), page.locator("#question").bounding_box()
    assert top["height"] + box["height"] < 800 / 5


def test_on_a_phone_a_link_to_a_quote_leads_on_to_the_box(fake, open_page):
    start = TEXT.index("Trade was the only subject.")
    phone = {"viewport": {"width": 390, "height": 800}, "has_touch": True}
    page = open_page(f"{fake}?article=visit.txt&start={start}&end={start + 27}", **phone)
    expect(page.locator("#source mark.active")).to_be_in_viewport()
    page.get_by_role("button", name="Ask a question").tap()
    expect(page.get_by_label("Your question")).to_be_in_viewport()
    expect(page.get_by_label("Your question")).to_be_focused()
