"""The page of a PDF beside its text."""

from __future__ import annotations

import pytest
from harness.fakes import ROOT, SharedWords, WordCounts, calibration, indexed

import askvisit

from .conftest import serve


@pytest.fixture(scope="module")
def paged(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paged")
    sheet = (ROOT / "tests" / "data" / "formats" / "visit.pdf").read_bytes()
    indexed(folder, {"visit.pdf": sheet})
    assistant = askvisit.Assistant(folder, WordCounts(), SharedWords(), calibration())
    assistant.ask("Beijing largest trading partner")  # the first question loads much
    assistant.page("visit.pdf", 1)
    page = serve(assistant)
    yield page.local_url
    page.close()


def test_the_page_is_shown_with_the_quote_marked(paged, open_page, ask):
    page = open_page(paged)
    ask(page, "Beijing largest trading partner")
    page.locator(".page-mark.active").first.wait_for()
    assert page.locator(".page-number").inner_text() == "Page 1 of 2"
    mark, sheet = page.locator(".page-mark.active").first, page.locator(".page-sheet")
    inner, outer = mark.bounding_box(), sheet.bounding_box()
    assert outer["x"] <= inner["x"] <= inner["x"] + inner["width"] <= outer["x"] + outer["width"]
    assert page.locator("mark.active").is_visible()


def test_pages_are_turned_and_folded_away(paged, open_page, ask):
    page = open_page(paged)
    ask(page, "Beijing largest trading partner")
    page.locator(".page-mark.active").first.wait_for()
    page.get_by_role("button", name="Next page").click()
    page.get_by_role("img", name="Page 2").wait_for()
    assert page.locator(".page-number").inner_text() == "Page 2 of 2"
    assert page.get_by_role("button", name="Next page").is_disabled()
    page.get_by_role("button", name="Hide page").click()
    assert page.locator(".page-sheet").is_hidden()
    page.get_by_role("button", name="Show page").click()
    assert page.locator(".page-sheet").is_visible()


def test_page_and_text_are_side_by_side(paged, open_page, ask):
    page = open_page(paged)
    ask(page, "Beijing largest trading partner")
    page.locator(".page-mark.active").first.wait_for()
    sheet, text = (
        page.locator(".page-view").bounding_box(),
        page.locator(".source-text").bounding_box(),
    )
    assert sheet["x"] + sheet["width"] <= text["x"] + 1
    number, paragraph = (
        page.locator(f"#source {part}").first.bounding_box()
        for part in (".margin", ".source-text p")
    )
    assert paragraph["x"] + paragraph["width"] <= number["x"], "no number hides words"


def test_column_widths_stay_beside_a_page_which_is_zoomed_and_widened(paged, open_page, ask):
    page = open_page(paged, viewport={"width": 1440, "height": 900})
    page.locator(".page-sheet").wait_for()
    talk = page.locator("#talk").bounding_box()["width"]
    page.get_by_role("button", name="Hide page").click()
    assert page.locator("#talk").bounding_box()["width"] == talk
    page.get_by_role("button", name="Show page").click()
    sheet = page.locator(".page-sheet")
    before = sheet.bounding_box()["width"]
    assert page.get_by_role("button", name="Smaller page").is_disabled()
    page.get_by_role("button", name="Larger page").click()
    assert sheet.bounding_box()["width"] == pytest.approx(1.5 * before, rel=0.05)
    page.get_by_role("button", name="Smaller page").click()
    page.get_by_role("button", name="Full width").click()
    assert sheet.bounding_box()["width"] > 1.5 * before


def test_the_page_is_never_another_than_the_text(paged, open_page, ask):
    page = open_page(paged)
    ask(page, "Beijing largest trading partner")
    page.locator(".page-mark.active").first.wait_for()
    page.get_by_role("button", name="Next page").click()
    page.get_by_role("img", name="Page 2").wait_for()
    page.get_by_role("button", name="New conversation").click()
    page.get_by_role("img", name="Page 1").wait_for()
    assert page.locator(".page-mark").count() == 0
    assert page.locator(".page-number").inner_text() == "Page 1 of 2"
