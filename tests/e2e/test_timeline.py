"""The timeline beside the article: asked, narrowed, opened, walked, and left again."""

from __future__ import annotations

import pytest
from harness.fakes import SharedWords, WordCounts, calibration, indexed
from playwright.sync_api import expect

import askvisit

from .conftest import open_sources, serve

pytestmark = pytest.mark.slow

FALLEN = "It fell on Monday."
BRIDGE = (
    "A Bridge Falls\n\nThe bridge was built in 1931. In June 2018 the mayor had warned of it.\n\n"
    f"{FALLEN} Nobody was hurt.\n"
)
WOOL = "Wool Is Dear\n\nThe mayor bought wool on Monday. The mill of the town closed in 1999.\n"


@pytest.fixture(scope="module")
def dated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dated")
    known = {"bridge.txt": BRIDGE, "bridge.toml": "date = 2019-06-26", "wool.txt": WOOL}
    indexed(folder, known)
    page = serve(askvisit.Assistant(folder, WordCounts(), SharedWords(), calibration()))
    yield page.local_url
    page.close()


def opened(page):
    page.get_by_role("tab", name="Timeline").click()
    page.locator("#timeline time").first.wait_for()
    return page.locator("#timeline")


def dates(page) -> list[str]:
    return page.locator("#timeline time").all_inner_texts()


def test_dated_sentences_stand_in_order_and_open_their_article(dated, open_page):
    page = open_page(dated)
    shown = opened(page)
    assert dates(page) == ["1931", "1999", "June 2018", "24 June 2019"]
    expect(shown).to_contain_text("4 dates in 2 articles")
    expect(shown).to_contain_text("“Wool Is Dear” has no publication date")
    expect(shown.get_by_role("link", name=FALLEN).locator("strong")).to_have_text("Monday")
    shown.get_by_role("link", name=FALLEN).click()
    expect(page.locator("#source mark.active")).to_be_visible()
    expect(page.locator("#source mark.active")).to_have_text(FALLEN)
    expect(page.locator(".source-position")).to_have_text("4 of 4")
    assert "article=bridge.txt&start=" in page.url


def test_the_way_back_leads_to_the_entry_and_arrows_walk_the_dates(dated, open_page):
    page = open_page(dated)
    link = opened(page).get_by_role("link", name="built in 1931")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#source mark.active")).to_be_visible()
    page.go_back()
    expect(link).to_be_focused()
    assert page.url == dated
    page.go_forward()
    expect(page.locator("#source mark.active")).to_have_text("The bridge was built in 1931.")
    page.locator(".source-text").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#source mark.active")).to_contain_text("closed in 1999")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="closed in 1999")).to_be_focused()


def test_topic_time_and_choice_of_articles_narrow_it(dated, open_page):
    page = open_page(dated)
    shown = opened(page)
    shown.get_by_label("Topic").fill("the mill")
    shown.get_by_label("Topic").press("Enter")
    expect(shown.locator(".told")).to_contain_text("1 date about “the mill” in 1 article")
    assert dates(page) == ["1999"]
    shown.get_by_label("Topic").fill("zebra")
    shown.get_by_role("button", name="Show", exact=True).click()
    expect(shown.locator(".told")).to_have_text("No dated sentences about “zebra”.")
    shown.get_by_role("button", name="Show all dates").click()
    expect(shown.locator("time")).to_have_count(4)
    expect(shown.get_by_label("Topic")).to_be_focused()
    shown.get_by_label("Since").fill("soon")
    shown.get_by_label("Since").press("Enter")
    expect(shown.locator(".told")).to_contain_text("give one such as 2025, March 2025 or")
    shown.get_by_label("Since").fill("2018")
    shown.get_by_label("Since").press("Enter")
    expect(shown.locator("time")).to_have_count(2)
    shown.get_by_label("Since").fill("July 2018")
    shown.get_by_label("Since").press("Enter")
    expect(shown.locator("time")).to_have_text(["24 June 2019"])
    expect(shown.locator(".told")).to_contain_text("since July 2018")
    shown.get_by_label("Since").fill("")
    open_sources(page)
    page.get_by_role("button", name="Ask only Wool Is Dear").click()
    expect(shown.locator("time")).to_have_text(["1999"])


def test_it_fits_at_every_width_and_leads_back_from_the_article(dated, open_page):
    page = open_page(dated, viewport={"width": 320, "height": 800})
    mark = page.locator("#source mark.active")
    for width in (320, 390, 1024, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        page.get_by_role("tab", name="Timeline").scroll_into_view_if_needed()
        shown = opened(page)
        expect(mark).not_to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert shown.locator(".timeline").evaluate("box => box.scrollWidth <= box.clientWidth")
        shown.get_by_role("link", name=FALLEN).click()
        expect(mark).to_be_in_viewport()
        if width < 760:
            page.get_by_role("button", name="Back to the timeline").click()
            expect(shown.get_by_role("link", name=FALLEN)).to_be_in_viewport()
