"""No violation of WCAG A or AA that axe-core finds, in every state of the page, in all colours."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .conftest import open_help, open_sources, until
from .test_adding import MILL
from .test_notebook import select_words

pytestmark = pytest.mark.slow

AXE = Path(__file__).parent.parent.parent / "build/node_modules/axe-core/axe.min.js"
MEND = "no axe-core; to run this test: npm install --prefix build axe-core"
COLOURS = {
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced": {"color_scheme": "light", "forced_colors": "active"},
    "light": {"color_scheme": "light", "forced_colors": "none"},
}
SHOWN = """colours => matchMedia("(prefers-color-scheme: dark)").matches
        === (colours.color_scheme === "dark")
    && matchMedia("(forced-colors: active)").matches === (colours.forced_colors === "active")"""
"""Whether the page is in the colours that it is asked for."""

VIOLATIONS = """async levels =>
    (await axe.run({ runOnly: levels, resultTypes: ["violations"] })).violations"""
"""What axe-core finds; all that it finds in order are megabytes."""

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def violations():
    """Return what axe-core finds on a page in each of the colours; the last ones stay."""
    if not AXE.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(MEND)
        pytest.skip(MEND)

    def found(page):
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE.read_text("utf-8"))  # the policy allows no inline script
        told = []
        for name, colours in COLOURS.items():
            # Where nothing moves, no colour is seen on its way to another.
            page.emulate_media(**colours, reduced_motion="reduce")
            until(page, SHOWN, arg=colours)
            rules = page.evaluate(VIOLATIONS, LEVELS)
            told += [
                f"{name}, {rule['id']}: {node['html'][:200]} {node['any'][:1]}"
                for rule in rules
                for node in rule["nodes"]
            ]
        return told

    return found


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(fake, open_page, ask, violations, width):
    page = open_page(fake, viewport={"width": width, "height": 900})
    assert violations(page) == []
    ask(page, "List the minister, the mayor")
    ask(page, "fail")
    turn = ask(page, "Zebra?")
    assert violations(page) == []
    turn.locator("a.near").first.click()
    page.locator("#source mark.active").first.wait_for()
    turn.get_by_role("button", name="Show the best guess anyway").click()
    turn.locator("a.cite:not(.near)").click()
    turn.get_by_text("How was this found?").click()
    turn.locator(".scores").wait_for()
    page.locator("#top [popovertarget=menu]").click()
    page.wait_for_timeout(300)
    assert violations(page) == []
    open_sources(page)
    page.wait_for_timeout(300)
    assert violations(page) == []


def test_axe_finds_nothing_in_cards_forms_and_dialogs(both, open_page, ask, violations):
    page = open_page(both)
    turn = ask(page, "List the minister, the mayor")
    turn.locator("a.cite").first.hover()
    page.locator("#askvisit-card mark").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Edit this question").click()
    assert violations(page) == []
    open_sources(page)
    page.get_by_role("button", name="Ask only Another").click()
    page.locator("#scope .scope").wait_for()
    assert violations(page) == []
    open_help(page)
    page.wait_for_timeout(300)
    assert violations(page) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_in_sources_notebook_and_conversations(
    both, open_page, ask, violations, width
):
    page = open_page(both, viewport={"width": width, "height": 900})
    open_sources(page)
    page.get_by_role("button", name="Ask only Another").focus()
    assert violations(page) == []
    if width == 390:
        page.keyboard.press("Escape")
    turn = ask(page, "Who met the mayor?")
    turn.locator("[data-pin]").first.click()
    page.locator("#source mark.active").wait_for()
    select_words(page, "town hall")
    page.get_by_role("button", name="Pin", exact=True).hover()
    assert violations(page) == []
    page.get_by_role("button", name="Pin", exact=True).click()
    page.get_by_role("tab", name="Notebook").click()
    page.locator("#notebook [data-remove]").first.click()
    assert violations(page) == []
    page.get_by_role("tab", name="Timeline").click()
    page.locator("#timeline time").wait_for()
    assert violations(page) == []
    page.locator("#timeline a.cite").click()
    page.get_by_role("button", name="Names", exact=True).click()
    page.locator("[data-places]").first.click()
    page.locator("[data-question]").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Conversations").click()
    page.locator("#conversations [data-delete]").focus()
    assert violations(page) == []
    page.locator("#conversations [data-delete]").click()
    assert violations(page) == []


def test_axe_finds_nothing_where_articles_are_added(editor, open_page, violations):
    page = open_page(editor[1])
    page.get_by_role("tab", name="Add an article").click()
    page.get_by_role("button", name="Add the article").click()
    page.locator("#added .problem").wait_for()
    assert violations(page) == []
    page.get_by_label("Or paste the text").fill("The ferry sank on Tuesday.")
    page.get_by_role("button", name="Add the article").click()
    page.locator("#added .done").wait_for()
    assert violations(page) == []
    page.get_by_role("tab", name="Add an article").click()
    page.locator("#adding [type=file]").set_input_files(
        [{"name": n, "mimeType": "text/plain", "buffer": MILL.encode()} for n in ("a.txt", "b.exe")]
    )
    page.get_by_role("button", name="Add the article").click()
    page.locator("#added .outcomes").wait_for()
    page.get_by_role("tab", name="Add an article").click()
    assert violations(page) == []
    open_sources(page)
    page.locator("#articles summary").first.click()
    assert violations(page) == []
