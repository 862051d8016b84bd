"""How the page looks: narrow and wide, light and dark, with text that is hard to lay out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from harness.web_fakes import ARTICLE, FakeAssistant

from askvisit.records import Article

from .conftest import open_sources, serve, until

pytestmark = pytest.mark.slow

LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 12
ARABIC = Article(
    "arabic.txt",
    "زيارة قصيرة",
    f"زيارة قصيرة\n\nوصل الوزير zebra يوم الاثنين.\n\n{LONG} said the giraffe.",
    source="صحيفة",
)
BACKGROUNDS = """background => [5, innerWidth - 5].every(x => {
    let at = document.elementFromPoint(x, innerHeight - 3);
    while (at && getComputedStyle(at).backgroundColor === "rgba(0, 0, 0, 0)") at = at.parentElement;
    return at && getComputedStyle(at).backgroundColor === background;
})"""
"""Whether the page has a background in both of its lower corners."""


@pytest.fixture(scope="module")
def hard():
    page = serve(FakeAssistant(ARTICLE, ARABIC))
    yield page.local_url
    page.close()


@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_nothing_is_wider_than_the_page_light_or_dark(hard, open_page, ask, width):
    page = open_page(hard, color_scheme="dark", viewport={"width": width, "height": 900})
    for question in ("x" * 700, f"giraffe {LONG}", "zebra هل وصل الوزير؟"):
        turn = ask(page, question)
        for scheme, background in (("dark", "rgb(20, 23, 26)"), ("light", "rgb(246, 246, 243)")):
            page.emulate_media(color_scheme=scheme)
            until(page, BACKGROUNDS, arg=background)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            for part in (".message.user", ".message.bot"):
                assert turn.locator(part).evaluate("part => part.scrollWidth <= part.clientWidth")
            source = page.locator(".source-text")
            assert source.evaluate("box => box.scrollWidth <= box.clientWidth")


class LeadingAssistant(FakeAssistant):
    """Quotes each sentence with the headline as what leads to it."""

    def cite(self, sentence, number=1):
        cited, end = super().cite(sentence, number), len(ARTICLE.title)
        return replace(cited, lead=ARTICLE.title, lead_start=0, lead_end=end)


def test_what_leads_to_a_quote_is_dimmed(open_page, ask):
    page = serve(LeadingAssistant())
    turn = ask(open_page(page.local_url), "Who met the mayor?")
    lead, quote = (
        turn.locator(f"blockquote .{part}").evaluate("part => getComputedStyle(part).color")
        for part in ("lead", "quote")
    )
    page.close()
    assert lead != quote


def test_nothing_is_wider_than_the_page_where_all_is_twice_as_large(editor, open_page):
    page = open_page(editor[1], viewport={"width": 1440, "height": 900})
    open_sources(page)
    page.evaluate("document.documentElement.style.zoom = 2")
    until(page, "document.documentElement.scrollWidth <= 1440")


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


@pytest.mark.parametrize("width", [320, 1280])
def test_an_answer_names_its_article_once_and_its_verdict_takes_a_line(hard, open_page, ask, width):
    page = open_page(hard, viewport={"width": width, "height": 800})
    for question in ("List the minister, the mayor", "Where are the unicorns?"):
        turn = ask(page, question)
        assert turn.locator(".verdict").evaluate("line => line.offsetHeight") < 30
        assert turn.locator(".percent").is_visible()
    assert page.locator(".citations .origin").count() == 1
    assert page.locator(".citations .paragraph").count() == 3


def test_the_number_of_a_quote_and_its_paragraph_stay_in_one_line(hard, open_page, ask):
    page = open_page(hard, viewport={"width": 390, "height": 800})
    mark = ask(page, "Who met the mayor?").locator(".numbered")
    for width in range(300, 420, 5):
        page.set_viewport_size({"width": width, "height": 800})
        assert mark.evaluate("mark => mark.getClientRects().length") == 1, width


def test_tools_of_a_quote_show_where_it_is_pointed_at_or_tabbed_to(hard, open_page, ask):
    page = open_page(hard)
    turn = ask(page, "Who met the mayor?")
    page.mouse.move(5, 5)
    tools = turn.locator(".citations .tools")
    opacity = "part => getComputedStyle(part).opacity"
    assert tools.evaluate(opacity) == "0"
    turn.locator("blockquote").hover()
    assert tools.evaluate(opacity) == "1"
    page.mouse.move(5, 5)
    assert tools.evaluate(opacity) == "0"
    tools.locator("button").first.focus()
    assert tools.evaluate(opacity) == "1"


class Telling(FakeAssistant):
    """Quotes whole sentences, as a story does."""

    def cite(self, sentence, number=1):
        return replace(super().cite(sentence, number), span=None, span_start=None, span_end=None)


def test_on_a_phone_too_a_story_is_one_quotation(open_page, ask):
    served = serve(Telling())
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    turn = ask(open_page(served.local_url, alone=True, **phone), "List what nothing of weight is")
    assert turn.locator(".goes-on").count() == 2
    gap = """item => item.nextElementSibling.firstElementChild.getBoundingClientRect().top
        - item.querySelector(".tools").getBoundingClientRect().bottom"""
    first = turn.locator(".citations li").first
    assert abs(first.evaluate(gap)) < 1
    line = "part => getComputedStyle(part).borderInlineStart"
    tools, quote = first.locator(".tools"), first.locator("blockquote")
    assert tools.evaluate(line) == quote.evaluate(line)
    served.close()


def test_a_marked_headline_covers_nothing_of_its_first_line(open_page):
    title = "Beekeeper Pichlmaier takes over the town hall of a small and happy place"
    served = serve(FakeAssistant(Article("hall.txt", title, f"{title}\n\nIt rained.")))
    page = open_page(f"{served.local_url}?article=hall.txt&start=0&end={len(title)}")
    mark = page.locator("#source h2 mark.active")
    overlap = (
        """mark => { const [one, next] = mark.getClientRects(); return one.bottom - next.top; }"""
    )
    assert mark.evaluate(overlap) < 2.5
    assert mark.evaluate("mark => getComputedStyle(mark).boxShadow") == "none"
    served.close()


@pytest.mark.parametrize("touch", [False, True])
def test_tools_of_a_quote_take_room_only_where_they_are_always_there(hard, open_page, ask, touch):
    phone = {"alone": True, "has_touch": True, "is_mobile": True} if touch else {}
    page = open_page(hard, viewport={"width": 390, "height": 844}, **phone)
    turn = ask(page, "List who met the mayor")
    gap = """item => item.nextElementSibling.getBoundingClientRect().top
        - item.querySelector("blockquote").getBoundingClientRect().bottom"""
    room = turn.locator(".citations li").first.evaluate(gap)
    assert room > 40 if touch else room < 40


def test_the_head_of_the_article_says_what_it_is(hard, open_page, ask):
    page = open_page(hard)
    ask(page, "When did the minister leave, was it on Friday?")
    assert page.locator(".source-title").inner_text() == "A Short Visit"
    assert page.locator(".source-meta").inner_text() == "The Paper · 28 June 2019 Original"
    assert page.locator(".source-title").is_visible()
    assert page.locator(".source-meta").is_visible()


def test_who_wrote_an_article_and_when_stand_on_lines_of_their_own(open_page):
    text = "Rates are held\n\nBy Ada Quill\n6 February 2025\n\nThe bank held its rate on Thursday."
    served = serve(FakeAssistant(Article("rates.txt", "Rates are held", text)))
    byline = open_page(served.local_url).locator("#source .byline")
    assert byline.inner_text() == "By Ada Quill\n6 February 2025"
    served.close()


@pytest.mark.parametrize(("width", "height"), [(320, 640), (768, 1024)])
def test_box_and_tabs_are_in_sight_in_narrow_windows(editor, open_page, ask, width, height):
    page = open_page(editor[1], viewport={"width": width, "height": height}, has_touch=True)
    ask(page, "When did the mayor open the bridge?")
    box = page.locator("#question").bounding_box()
    assert box["y"] + box["height"] <= height
    assert page.evaluate("scrollY") == 0
    tabs = page.locator("#reading [role=tab]")
    assert tabs.filter(visible=True).count() == 4
    page.get_by_role("button", name="Sources", exact=True).tap()
    page.get_by_label("Filter").wait_for()
    label = page.locator("#question").bounding_box()
    at = [label["x"] + 30, label["y"] + 8]
    above = "([x, y]) => document.elementFromPoint(x, y).closest('#sources') !== null"
    assert page.evaluate(above, at)


def test_the_focus_is_seen(hard, open_page, ask):
    page = open_page(hard)
    turn = ask(page, "Who met the mayor?")
    page.keyboard.press("Tab")
    for part in (turn.locator("a.cite").first, page.get_by_role("button", name="Copy", exact=True)):
        part.focus()
        style = part.evaluate("part => getComputedStyle(part).outlineWidth")
        assert style == "3px"
    for part, ringed in ((".verdict", ".verdict"), (".log", "#chat")):
        page.locator(part).first.focus()
        ring = page.locator(ringed).first.evaluate("part => getComputedStyle(part).outlineStyle")
        assert ring == "solid", f"what is drawn around {part} itself would not be seen"


def test_what_can_be_done_with_a_source_stands_on_one_line(editor, open_page):
    phone = {"width": 390, "height": 844}
    page = open_page(editor[1], viewport=phone, has_touch=True, is_mobile=True)
    open_sources(page)
    tops = (
        page.locator("#articles li")
        .first.locator(".tools .quiet:visible")
        .evaluate_all(
            """tools => tools.map(tool => {
            const words = new Range();
            words.selectNodeContents(tool);
            return words.getBoundingClientRect().top;
        })"""
        )
    )
    assert len(tops) == 3
    assert max(tops) - min(tops) <= 1


def test_what_is_known_of_a_source_breaks_between_facts_only(open_page):
    long = Article("gazette.txt", "Mud", "Mud\n\nIt rained.", source="The Gazette of the Valley")
    served = serve(FakeAssistant(replace(long, date="2019-06-28"), ARTICLE))
    page = open_page(served.local_url, viewport={"width": 1440, "height": 900})
    open_sources(page)
    facts = page.locator("#articles .facts .day")
    assert facts.all_inner_texts() == [
        *("The Paper ·", "28 Jun 2019 ·", "276 words"),
        *("28 Jun 2019 ·", "3 words"),
    ]
    lines = "facts => facts.map(one => new Set([...one.getClientRects()].map(box => box.top)).size)"
    assert facts.evaluate_all(lines) == [1] * 5
    behind = """facts => [...Array(60).keys()].every(n => {
        facts.style.width = `${60 + 4 * n}px`;
        const left = facts.getBoundingClientRect().left + 5;
        return [...facts.querySelectorAll(".dot")].every(
            dot => [...dot.getClientRects()].every(box => box.left > left));
    })"""
    assert page.locator("#articles .facts p", has_text="Gazette").evaluate(behind)
    served.close()


def test_the_page_has_six_sizes_of_type(hard, open_page, ask):
    page = open_page(hard)
    turn = ask(page, "When did the minister leave, was it on Friday?")
    turn.get_by_text("How was this found?").click()
    turn.locator(".scores").wait_for()
    sizes = """() => {
        const shown = [...document.querySelectorAll(".app *")].filter(one =>
            one.offsetParent && [...one.childNodes].some(node => node.data?.trim()));
        return [...new Set(shown.map(one => parseFloat(getComputedStyle(one).fontSize)))];
    }"""
    assert set(page.evaluate(sizes)) <= {13, 14, 16, 18, 21, 26}


def test_the_log_fades_at_both_ends(hard, open_page):
    log = open_page(hard).locator("#chat .log")
    mask = log.evaluate("log => getComputedStyle(log).maskImage")
    assert mask.count("rgba(0, 0, 0, 0)") == 2
