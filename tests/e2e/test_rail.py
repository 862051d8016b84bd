"""The rail of sources: beside the conversation, or a drawer over it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

NARROW = {"width": 390, "height": 800}


def test_several_sources_stand_beside_the_conversation_and_are_put_away(both, open_page):
    page = open_page(both)
    rail, toggle = page.locator("#sources"), page.locator("#top [data-sources]")
    expect(rail).to_be_visible()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    expect(rail.locator("li").first).to_contain_text("The Paper · 28 Jun 2019")
    expect(page.get_by_role("button", name="Read A Short Visit")).to_have_attribute(
        "aria-current", "true"
    )
    page.get_by_role("button", name="Hide sources").click()
    expect(rail).to_be_hidden()
    expect(toggle).to_be_focused()
    expect(toggle).to_have_attribute("aria-expanded", "false")
    page.locator("#source h2").click()
    expect(rail).to_be_hidden()
    page.reload()
    expect(page.locator(".log")).to_be_visible()
    expect(rail).to_be_hidden()
    toggle.click()
    expect(rail).to_be_visible()
    expect(page.get_by_label("Filter")).to_be_focused()


def test_a_single_article_needs_no_rail_until_it_is_asked_for(fake, open_page):
    page = open_page(fake)
    expect(page.locator("#sources")).to_be_hidden()
    expect(page.locator("#scope .scope")).to_have_count(0)
    page.get_by_role("button", name="Sources", exact=True).click()
    expect(page.get_by_role("checkbox", name="A Short Visit")).to_be_visible()


def test_the_chip_at_the_box_opens_the_sources(both, open_page):
    page = open_page(both)
    page.get_by_role("button", name="Hide sources").click()
    chip = page.get_by_role("button", name="Asking all 2 articles")
    chip.click()
    page.get_by_role("checkbox", name="Another").uncheck()
    expect(page.locator("#scope")).to_contain_text("Asking only A Short Visit")


def test_on_a_phone_the_sources_are_a_drawer(both, open_page):
    page = open_page(both, viewport=NARROW, has_touch=True)
    drawer = page.get_by_role("dialog", name="Sources")
    expect(page.locator("#sources")).to_be_hidden()
    page.get_by_role("button", name="Sources", exact=True).tap()
    expect(drawer).to_be_visible()
    expect(page.get_by_label("Filter")).to_be_focused()
    assert page.locator("#talk").evaluate("part => part.inert")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page.get_by_role("button", name="Sources", exact=True)).to_be_focused()
    page.get_by_role("button", name="Sources", exact=True).tap()
    page.get_by_role("button", name="Ask only Another").tap()
    expect(page.locator("#scope")).to_contain_text("Asking only Another")
    page.touchscreen.tap(380, 400)
    expect(drawer).to_be_hidden()
    page.get_by_role("button", name="Asking only Another").tap()
    page.get_by_role("button", name="Read Another").tap()
    expect(drawer).to_be_hidden()
    expect(page.locator("#source h2")).to_have_text("Another")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert not page.locator("#talk").evaluate("part => part.inert")


def test_what_leads_out_of_the_drawer_takes_the_focus_along(both, open_page):
    page = open_page(both, viewport={"width": 900, "height": 800})
    page.get_by_role("tab", name="Notebook").click()
    page.get_by_role("button", name="Sources", exact=True).click()
    page.get_by_role("button", name="Read Another").press("Enter")
    expect(page.locator("#sources")).to_be_hidden()
    expect(page.locator("#source h2")).to_have_text("Another")
    expect(page.locator(".source-text")).to_be_focused()


def test_the_focus_goes_from_the_drawer_to_the_form(editor, open_page):
    page = open_page(editor[1], viewport={"width": 900, "height": 800})
    page.get_by_role("button", name="Sources", exact=True).click()
    page.get_by_role("button", name="Add", exact=True).press("Enter")
    expect(page.locator("#sources")).to_be_hidden()
    expect(page.get_by_role("tab", name="Add an article")).to_be_focused()


def test_the_details_of_an_article_are_edited_from_the_drawer(editor, open_page):
    page = open_page(editor[1], viewport={"width": 900, "height": 800})
    page.get_by_role("button", name="Sources", exact=True).click()
    page.get_by_role("button", name="Edit the details of A Bridge for the Town").click()
    dialog = page.get_by_role("dialog", name="Edit the details")
    dialog.get_by_label("Source").press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("#sources")).to_be_visible()
    page.get_by_role("button", name="Edit the details of A Bridge for the Town").click()
    dialog.get_by_label("Source").fill("The Paper")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    item = page.locator("#sources li", has_text="A Bridge for the Town")
    expect(item.locator(".facts .note")).to_contain_text("The Paper")
    expect(item.get_by_role("button", name="Edit the details")).to_be_focused()
