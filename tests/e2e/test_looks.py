"""How the page looks: narrow and wide, light and dark, with text that is hard to lay out."""

from __future__ import annotations

import pytest
from harness.web_fakes import ARTICLE, FakeAssistant

from askvisit.records import Article

from .conftest import serve

pytestmark = pytest.mark.slow

LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 12
ARABIC = Article(
    "arabic.txt",
    "زيارة قصيرة",
    f"زيارة قصيرة\n\nوصل الوزير zebra يوم الاثنين.\n\n{LONG} said the giraffe.",
    source="صحيفة",
)
BACKGROUNDS = """() => [...new Set([5, innerWidth - 5].map(x => {
    let at = document.elementFromPoint(x, innerHeight - 3);
    while (at && getComputedStyle(at).backgroundColor === "rgba(0, 0, 0, 0)") at = at.parentElement;
    return at && getComputedStyle(at).backgroundColor;
}))]"""


@pytest.fixture(scope="module")
def hard():
    page = serve(FakeAssistant(ARTICLE, ARABIC))
    yield page.local_url
    page.close(verbose=False)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_nothing_is_wider_than_the_page(hard, open_page, ask, width, scheme):
    page = open_page(hard, color_scheme=scheme, viewport={"width": width, "height": 900})
    for question in ("x" * 700, f"giraffe {LONG}", "zebra هل وصل الوزير؟"):
        turn = ask(page, question)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for part in (".message.user", ".message.bot"):
            assert turn.locator(part).evaluate("part => part.scrollWidth <= part.clientWidth")
    assert page.locator(".source-text").evaluate("box => box.scrollWidth <= box.clientWidth")
    (background,) = page.evaluate(BACKGROUNDS)
    assert background == {"light": "rgb(246, 246, 243)", "dark": "rgb(20, 23, 26)"}[scheme]


def test_text_that_is_read_from_the_right_stands_at_the_right(hard, open_page, ask):
    page = open_page(hard)
    turn = ask(page, "zebra")
    direction = "part => getComputedStyle(part).direction"
    assert turn.locator("blockquote").evaluate(direction) == "rtl"
    assert page.locator("#source h2").evaluate(direction) == "rtl"
    bar = "part => getComputedStyle(part).borderRightWidth"
    assert turn.locator("blockquote").evaluate(bar) == "3px"
    assert turn.locator(".origin").evaluate(direction) == "ltr"


def test_on_a_wide_screen_article_and_answer_stand_side_by_side(hard, open_page, ask):
    page = open_page(hard, viewport={"width": 1920, "height": 1080})
    turn = ask(page, "Who met the mayor?")
    answer, article = turn.bounding_box(), page.locator("#source").bounding_box()
    assert answer["x"] + answer["width"] <= article["x"]
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080


def test_the_focus_is_seen(hard, open_page, ask):
    page = open_page(hard)
    turn = ask(page, "Who met the mayor?")
    page.keyboard.press("Tab")
    for part in (turn.locator("a.cite").first, page.get_by_role("button", name="Copy", exact=True)):
        part.focus()
        style = part.evaluate("part => getComputedStyle(part).outlineWidth")
        assert style == "3px"
