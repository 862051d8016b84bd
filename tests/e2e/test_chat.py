"""The chat as a person uses it, in headless Chromium."""

from __future__ import annotations

from .conftest import until

QUESTION = "Who did Xi meet in 2009?"

VISIBLE = """mark => {
    const box = mark.closest(".source-text").getBoundingClientRect();
    const rows = [...mark.getClientRects()];
    return rows.every(r => r.top >= box.top && r.bottom <= box.bottom)
        && rows.every(r => r.top >= 0 && r.bottom <= window.innerHeight);
}"""


def scrolled_to(page):
    """Return the active mark once it is there; the test then looks where it lies."""
    mark = page.locator("#source mark.active").first
    mark.wait_for()
    return mark


def test_a_click_on_a_citation_opens_the_article_at_the_sentence(real, open_page, ask, assistant):
    page = open_page(real)
    turn = ask(page, QUESTION)
    expected = assistant.ask(QUESTION).citations[0]
    assert turn.locator(".quote").first.inner_text() == expected.quote
    turn.locator("a.cite").first.click()
    mark = scrolled_to(page)
    assert mark.text_content() == expected.quote
    assert mark.evaluate(VISIBLE)
    assert page.locator("#source .source").get_attribute("data-article") == expected.article_id


def test_a_citation_far_down_is_scrolled_to(real, open_page, ask, assistant):
    page = open_page(real)
    question = "Why do manufacturers move to Vietnam?"
    turn = ask(page, question)
    turn.locator("a.cite").first.click()
    mark = scrolled_to(page)
    assert mark.text_content() == assistant.ask(question).citations[0].quote
    assert mark.evaluate(VISIBLE)
    assert page.locator(".source-text").evaluate("box => box.scrollTop") > 300


def test_the_keyboard_is_enough(real, open_page, ask):
    page = open_page(real)
    turn = ask(page, QUESTION)
    marked = scrolled_to(page)
    marked.evaluate("mark => mark.closest('.source-text').scrollTop = 9999")
    turn.locator("a.cite").first.focus()
    page.keyboard.press("Enter")
    until(page, f"({VISIBLE})(document.querySelector('#source mark.active'))")
    assert marked.text_content() == turn.locator("a.cite").first.get_attribute("title")


def test_an_answer_is_judged_edited_and_restored_in_one_place(fake, open_page, ask):
    page = open_page(fake)
    turn = ask(page, "Who met the mayor?")
    verdict = " ".join(turn.locator(".verdict").inner_text().split())
    assert verdict.startswith("Probably · 50 %")
    assert turn.locator(".paragraph").inner_text().endswith("¶ 2")
    turn.get_by_role("button", name="Edit this question").click()
    page.get_by_label("New wording").fill("When did the minister leave?")
    page.get_by_label("New wording").press("Enter")
    page.locator(".quote", has_text="The minister").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.locator(".welcome").wait_for()
    page.get_by_role("button", name="Restore").click()
    page.locator(".quote", has_text="The minister").wait_for()


def test_a_screen_reader_is_told_the_new_answer_only(fake, open_page, ask):
    page = open_page(fake)
    said = page.get_by_role("status").filter(has_text="town hall")
    ask(page, "Who met the mayor?")
    said.wait_for(state="attached")
    assert said.inner_text().startswith("Probably")
    ask(page, "hello")
    page.get_by_role("status").filter(has_text="Hello!").wait_for(state="attached")
    assert said.count() == 0


def test_shift_enter_breaks_the_line_and_enter_sends(fake, open_page):
    page = open_page(fake)
    box = page.get_by_label("Your question")
    box.fill("hello")
    box.press("Shift+Enter")
    assert page.locator(".turn").count() == 0
    assert box.input_value() == "hello\n"
    box.press("Enter")
    page.locator(".message.bot:not(.waiting)").wait_for()
    assert box.input_value() == ""


def test_an_empty_question_is_not_sent(fake, open_page):
    page = open_page(fake)
    page.get_by_label("Your question").press("Enter")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_timeout(300)
    assert page.locator(".turn").count() == 0


def test_a_suggested_question_is_asked_by_a_click(real, open_page, assistant):
    page = open_page(real)
    buttons = page.locator(".suggestion")
    first = buttons.first.inner_text()
    assert first == assistant.suggestions[0]
    buttons.first.click()
    page.locator("a.cite").first.wait_for()
    assert page.locator(".message.user p").inner_text() == first
    assert first not in buttons.all_inner_texts()


def test_what_the_articles_do_not_say_is_said_and_the_nearest_passages_open(real, open_page, ask):
    page = open_page(real)
    turn = ask(page, "What is the best recipe for pancakes?")
    assert turn.locator(".verdict span").first.inner_text() == "Not in the articles"
    assert turn.locator("a.cite:not(.near)").count() == 0
    near = turn.locator("a.near").first
    start = near.inner_text()[:60]
    near.click()
    mark = scrolled_to(page)
    assert mark.text_content().startswith(start)


def test_a_question_that_is_too_long_is_told_so(real, open_page, ask):
    page = open_page(real)
    turn = ask(page, "x" * 100_000)
    assert "2,000" in turn.locator(".message.bot").inner_text()


def test_a_phone_is_wide_enough(real, open_page, ask):
    page = open_page(real, viewport={"width": 390, "height": 844}, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    turn = ask(page, QUESTION)
    turn.locator("a.cite").first.tap()
    mark = scrolled_to(page)
    until(
        page, "mark => mark.getBoundingClientRect().top < innerHeight", arg=(mark.element_handle())
    )
    assert mark.evaluate(VISIBLE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Back to the answer").tap()
    assert turn.locator("a.cite").first.evaluate(
        "link => link.getBoundingClientRect().bottom <= innerHeight"
        " && document.activeElement === link"
    )


def test_hostile_text_in_question_and_article_is_inert(hostile, open_page, ask):
    page = open_page(hostile)
    question = (
        "<img src=http://evil.test/x.png onerror=window.hacked=4> zebra "
        "<script>window.hacked=5</script> ![i](http://evil.test/y.png) "
        "<form action=http://evil.test><button>go</button></form> "
        '<div style="position:fixed;inset:0;background:red">overlay</div> [l](http://evil.test) '
        "<a href=javascript:window.hacked=7>x</a> ${window.hacked=6} \x00\u202e"
    )
    turn = ask(page, question)
    turn.get_by_text("How was this found?").click()
    turn.locator(".scores").wait_for()
    assert "<img src=http://evil.test/x.png" in turn.locator(".message.user").inner_text()
    turn.locator("a.cite").first.click()
    assert "<img src=http://evil.test/pixel.png" in scrolled_to(page).text_content()
    page.wait_for_timeout(200)
    for parts in ("#chat .log", "#source .source"):
        inside = page.locator(parts).locator("img, script, form, iframe, style, object")
        assert inside.count() == 0
        foreign = "links => links.every(link => new URL(link.href).origin === location.origin)"
        assert page.locator(f"{parts} a").evaluate_all(foreign)
        assert page.locator(f"{parts} [style]").count() == 0
    assert page.evaluate("window.hacked") is None
    assert "\u202e" not in page.locator("body").inner_text()
    assert page.locator("#source h2").first.is_visible()
