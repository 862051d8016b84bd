"""The names of the open article: marked where they stand, and asked about."""

from __future__ import annotations

import pytest
from harness.fakes import SharedWords, WordCounts, calibration, indexed
from harness.web_fakes import FEAST
from playwright.sync_api import expect

import askvisit

from .conftest import open_sources, serve

pytestmark = pytest.mark.slow

PLAIN = "nothing here has a name, and it all is small.\n\nthe bridge was long.\n"


@pytest.fixture(scope="module")
def feast(tmp_path_factory):
    folder = tmp_path_factory.mktemp("feast")
    indexed(folder, {"feast.txt": FEAST, "plain.txt": PLAIN})
    assistant = askvisit.Assistant(folder, WordCounts(), SharedWords(), calibration())
    assistant.ask("What is said about Grimsby?")  # the first question loads much
    page = serve(assistant)
    yield page.local_url
    page.close()


def opened(page):
    page.get_by_role("button", name="Names", exact=True).click()
    names = page.get_by_role("region", name="Names in the article")
    names.locator("ul, .note").first.wait_for()
    return names


def test_a_name_is_marked_where_it_stands_and_unmarked(feast, open_page):
    page = open_page(feast)
    names = opened(page)
    expect(names.locator("[data-places]")).to_have_text(
        ["Ada Quill 2 mentions", "Grimsby 3 mentions"]
    )
    expect(names.locator("h4")).to_have_text(["People", "Places"])
    quill = names.locator("[data-places]", has_text="Ada Quill")
    quill.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#source mark")).to_have_text(["Ada Quill", "Quill"])
    expect(page.locator(".source-position")).to_have_text("1 of 2")
    expect(quill).to_have_attribute("aria-pressed", "true")
    expect(quill).to_be_focused()
    page.get_by_role("button", name="Next citation").click()
    expect(page.locator("#source mark.active")).to_have_text("Quill")
    quill.press("Enter")
    expect(page.locator("#source mark")).to_have_count(0)
    expect(quill).to_have_attribute("aria-pressed", "false")


def test_a_click_asks_about_a_name(feast, open_page):
    page = open_page(feast)
    names = opened(page)
    names.get_by_role("button", name="Grimsby").click()
    expect(page.locator("#source mark")).to_have_count(3)
    names.get_by_role("button", name="What is said about Grimsby?").click()
    expect(page.locator(".message.user p")).to_have_text("What is said about Grimsby?")
    expect(page.locator(".turn .quote").first).to_contain_text("Grimsby")
    expect(page.locator("#source mark.active")).to_be_visible()
    expect(names.locator(".suggestion")).to_have_count(0)
    expect(page.get_by_label("Your question")).to_be_focused()
    expect(names.locator("[data-places]")).to_have_count(2)


def test_names_follow_the_article_and_are_put_away(feast, open_page):
    page = open_page(feast)
    names = opened(page)
    open_sources(page)
    page.locator("[data-read='plain.txt']").click()
    expect(names).to_have_text("No names were found in this article.")
    page.get_by_role("button", name="Names", exact=True).click()
    expect(names).to_be_hidden()


PEOPLE = [
    f"{first} {last}"
    for first in "Ada Ben Cid Dora".split()
    for last in "Quill Rook Stone Tarn Vale".split()
]


def test_all_names_are_shown_on_demand_and_after_one_is_marked(tmp_path, open_page):
    people = ["Then " + f"we saw {name} in the hall." for name in PEOPLE]
    indexed(tmp_path, {"hall.txt": "A hall\n\n" + " ".join(people)})
    served = serve(askvisit.Assistant(tmp_path, WordCounts(), SharedWords(), calibration()))
    page = open_page(served.local_url)
    names = opened(page)
    expect(names.locator("[data-places]:visible")).to_have_count(15)
    names.get_by_role("button", name="5 more").click()
    expect(names.locator("[data-places]:visible")).to_have_count(20)
    names.get_by_role("button", name="Dora Vale").click()
    expect(page.locator("#source mark")).to_have_text(["Dora Vale"])
    expect(names.locator("[data-places]:visible")).to_have_count(20)
    served.close()


@pytest.mark.parametrize("width", [320, 1920])
def test_they_fit(feast, open_page, width):
    page = open_page(feast, viewport={"width": width, "height": 700})
    opened(page).get_by_role("button", name="Grimsby").click()
    expect(page.locator("#source mark.active")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
