"""What a person can do with an answer: take it back, edit, guess, copy, walk its citations."""

from __future__ import annotations

import pytest
from harness.web_fakes import TEXT, FakeAssistant
from playwright.sync_api import expect

from askvisit.cli import main
from askvisit.web.request_log import Lines

from .conftest import ROOT, open_help, open_sources, serve, until
from .test_conversation import ask_and_hold

pytestmark = pytest.mark.slow


def questions(page):
    return page.locator(".message.user p").all_inner_texts()


def test_undo_takes_back_the_newest_question(fake, open_page, ask):
    page = open_page(fake)
    ask(page, "Who met the mayor?")
    ask(page, "When did the minister leave?")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".turn")).to_have_count(1)
    assert questions(page) == ["Who met the mayor?"]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".welcome")).to_be_visible()


def test_a_question_is_edited_in_its_place_and_nothing_is_lost_before_it_is_asked(
    fake, open_page, ask
):
    page = open_page(fake)
    ask(page, "Who met the mayor <b>?")
    ask(page, "When did the minister leave?")
    page.get_by_label("Your question").fill("a draft")
    edit = page.get_by_role("button", name="Edit this question: Who met the mayor <b>?")
    edit.click()
    wording = page.get_by_label("New wording")
    expect(wording).to_have_value("Who met the mayor <b>?")
    expect(wording).to_be_focused()
    expect(page.locator(".editing")).to_contain_text("The question after it will be undone")
    wording.press("Escape")
    expect(edit).to_be_focused()
    expect(page.locator(".turn")).to_have_count(2)
    edit.click()
    wording.fill("What was the subject?")
    wording.press("Enter")
    expect(page.locator(".turn .quote")).to_have_text("Trade was the only subject.")
    assert questions(page) == ["What was the subject?"]
    expect(page.get_by_label("Your question")).to_have_value("a draft")
    page.get_by_role("button", name="Restore").click()
    expect(page.locator(".turn")).to_have_count(2)
    assert questions(page) == ["Who met the mayor <b>?", "When did the minister leave?"]
    expect(wording).to_have_count(0)


def test_a_new_wording_that_is_stopped_stays_in_its_form(held, open_page, ask):
    page = open_page(held.address)
    ask(page, "hello")
    page.get_by_role("button", name="Edit this question: hello").click()
    wording = page.get_by_label("New wording")
    wording.fill("slow: who met the mayor?")
    held.hold()
    wording.press("Enter")
    held.wait_until_asked()
    page.get_by_role("button", name="Stop").click()
    expect(wording).to_have_value("slow: who met the mayor?")
    expect(wording).to_be_focused()
    expect(page.get_by_label("Your question")).to_have_value("")
    held.answer()


def test_an_undo_gives_the_question_that_is_being_asked_back(held, open_page, ask):
    page = open_page(held.address)
    ask(page, "hello")
    held.hold()
    page.get_by_label("Your question").fill("slow: who met the mayor?")
    page.get_by_label("Your question").press("Enter")
    held.wait_until_asked()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.get_by_label("Your question")).to_have_value("slow: who met the mayor?")
    held.answer()


def test_while_a_question_is_edited_no_undo_takes_another_one_back(held, open_page, ask):
    page = open_page(held.address)
    for question in ("hello", "Who met the mayor?", "When did the minister leave?"):
        ask(page, question)
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_have_count(1)
    page.get_by_role("button", name="Edit this question: Who met the mayor?").click()
    expect(undo).to_have_count(0)
    wording = page.get_by_label("New wording")
    wording.fill("slow: who met the mayor?")
    held.hold()
    wording.press("Enter")
    held.wait_until_asked()
    expect(undo).to_have_count(0)
    page.get_by_role("button", name="Stop").click()
    expect(undo).to_have_count(0)
    wording.press("Escape")
    expect(undo).to_have_count(1)
    expect(page.locator(".turn")).to_have_count(3)
    held.answer()


def test_a_wording_that_is_being_typed_outlives_the_next_answer(held, open_page, ask):
    page = open_page(held.address)
    ask(page, "hello")
    edit = page.get_by_role("button", name="Edit this question: hello")
    edit.click()
    wording = page.get_by_label("New wording")
    wording.fill("Who met")
    ask_and_hold(page, held)
    wording.click()
    held.answer()
    expect(page.locator("a.cite")).to_have_count(1)
    expect(wording).to_have_value("Who met")
    expect(wording).to_be_focused()
    expect(page.locator(".editing")).to_contain_text("The question after it will be undone")
    wording.press("Escape")
    expect(edit).to_be_focused()
    assert questions(page) == ["hello", "slow: who met the mayor?"]


def test_the_best_guess_is_shown_when_asked_for_and_marked_as_one(fake, open_page, ask):
    page = open_page(fake)
    turn = ask(page, "Zebra?")
    turn.get_by_role("button", name="Show the best guess anyway").click()
    expect(turn.locator(".verdict span").first).to_have_text("Best guess")
    expect(turn.locator("a.cite:not(.near)")).to_have_count(1)
    expect(page.get_by_role("button", name="Show the best guess anyway")).to_have_count(0)
    turn.locator("a.cite").click()
    expect(page.locator("#source mark.active")).to_be_visible()


def test_copy_takes_clean_text_with_its_citations(fake, open_page, ask):
    page = open_page(fake)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn = ask(page, "Who met the mayor?")
    turn.get_by_role("button", name="Copy", exact=True).click()
    expect(turn.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == (
        "Who met the mayor?\n\n“She met the mayor in the town hall.” [1]\n\n"
        "[1] A Short Visit, The Paper, 28 June 2019, paragraph 2"
    )
    turn.get_by_role("button", name="Copy as reference").click()
    until(page, "navigator.clipboard.readText().then(t => t.startsWith('“'))")
    assert page.evaluate("navigator.clipboard.readText()") == (
        "“She met the mayor in the town hall.” "
        "(A Short Visit, The Paper, 28 June 2019, paragraph 2) https://paper.example/visit"
    )


def test_a_new_conversation_begins_empty(fake, open_page, ask):
    page = open_page(fake)
    ask(page, "Who met the mayor?")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator("#source mark")).to_have_count(0)
    assert page.locator(".turn").count() == 0


def test_citations_are_walked_by_buttons_and_keys(fake, open_page, ask):
    page = open_page(fake)
    turn = ask(page, "List the minister, the mayor")
    marks = page.locator("#source mark.cited")
    expect(marks).to_have_count(3)
    turn.locator("a.cite").first.click()
    active = page.locator("#source mark.active")
    expect(active).to_have_count(1)
    seen = [active.text_content()]
    page.get_by_role("button", name="Next citation").click()
    seen.append(active.text_content())
    page.locator(".source-text").focus()
    page.keyboard.press("ArrowRight")
    seen.append(active.text_content())
    order = marks.all_text_contents()
    first = order.index(seen[0])
    assert seen == [order[(first + n) % 3] for n in range(3)]
    page.keyboard.press("ArrowLeft")
    assert active.text_content() == seen[1]
    number = order.index(seen[1]) + 1
    assert page.locator(".source-position").inner_text() == f"{number} of 3"


def test_the_first_citation_is_shown_in_its_place_without_a_click(fake, open_page, ask):
    page = open_page(fake)
    turn = ask(page, "When did the minister leave, was it on Friday?")
    active = page.locator("#source mark.active")
    expect(active).to_have_text("The minister left on Friday.")
    expect(active.locator("strong")).to_have_text("on Friday")
    expect(turn.locator("a.cite")).to_have_attribute("aria-current", "true")
    assert page.locator(".source-text").evaluate("box => box.scrollTop") > 300
    expect(page.get_by_label("Your question")).to_be_focused()


def test_a_quote_is_shown_where_its_number_is_pointed_at(fake, open_page, ask):
    page = open_page(fake)
    turn = ask(page, "Who met the mayor?")
    expect(turn.locator("a.cite")).to_have_attribute("title", "She met the mayor in the town hall.")
    near = ask(page, "Zebra?").locator("a.near").last
    whole = " ".join(near.get_attribute("title").split())
    assert whole.startswith(near.inner_text().removesuffix(" …"))


def test_arrow_keys_walk_from_a_citation_and_escape_comes_back_to_it(fake, open_page, ask):
    page = open_page(fake)
    turn = ask(page, "List the minister, the mayor")
    links = turn.locator("a.cite")
    links.first.focus()
    page.keyboard.press("ArrowRight")
    current = turn.locator("a.cite[aria-current]")
    expect(current).to_have_count(1)
    assert current.get_attribute("title") == page.locator("#source mark.active").text_content()
    links.nth(1).click()
    page.locator(".source-text").focus()
    page.keyboard.press("Escape")
    expect(links.nth(1)).to_be_focused()


def test_what_is_copied_says_that_it_is_a_guess(fake, open_page, ask):
    page = open_page(fake)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn = ask(page, "Zebra?")
    turn.get_by_role("button", name="Show the best guess anyway").click()
    expect(turn.locator(".verdict span").first).to_have_text("Best guess")
    turn.get_by_role("button", name="Copy", exact=True).click()
    until(page, "navigator.clipboard.readText().then(t => t.includes('(a guess) “'))")


def test_two_questions_in_a_line_are_answered_one_below_the_other(fake, open_page, ask):
    page = open_page(fake)
    turn = ask(page, "two parts")
    expect(turn.locator(".part h3")).to_have_text(
        ["Who met the mayor?", "When did the minister leave?"]
    )
    expect(turn.locator("a.cite")).to_have_text(["1", "2"])
    turn.locator("a.cite").nth(1).click()
    expect(page.locator(".source-position")).to_have_text("2 of 2")


def test_a_follow_up_says_how_it_was_understood(fake, open_page, ask):
    page = open_page(fake)
    first = ask(page, "Who met the mayor?")
    expect(first).not_to_contain_text("Understood as")
    turn = ask(page, "And in the town <hall>?")
    expect(turn).to_contain_text("Understood as: Who met the mayor in the town <hall>?")


def test_talk_is_answered_without_a_verdict(fake, open_page, ask):
    page = open_page(fake)
    turn = ask(page, "hello")
    expect(turn.locator(".message.bot p")).to_have_text("Hello!\nAsk me.", use_inner_text=True)
    expect(turn.locator(".verdict")).to_have_count(0)
    expect(page.locator(".suggestion")).to_have_count(3)


def test_an_article_without_written_questions_is_asked_about_by_its_names(both, open_page):
    page = open_page(both)
    page.get_by_role("button", name="What is said about Grimsby?").click()
    expect(page.locator("a.cite")).to_have_count(1)
    expect(page.locator("#source h2")).to_have_text("Another")


def test_an_article_is_chosen_by_its_title_where_it_is_asked_which(both, open_page, ask):
    page = open_page(both)
    which = ask(page, "headline?")
    expect(which.locator(".offered button")).to_have_text(["A Short Visit", "Another"])
    which.get_by_role("button", name="Another", exact=True).click()
    expect(page.locator(".message.user")).to_have_text(
        ["You asked: headline?", "You asked: Another"]
    )
    expect(page.locator(".turn")).to_have_count(2)
    expect(which.locator(".offered")).to_be_hidden()


def test_two_people_do_not_see_each_other(fake, open_page, ask):
    one, other = open_page(fake), open_page(fake)
    ask(one, "Who met the mayor?")
    ask(other, "hello")
    ask(one, "When did the minister leave?")
    assert questions(one) == ["Who met the mayor?", "When did the minister leave?"]
    assert questions(other) == ["hello"]


def test_a_link_from_outside_opens_a_citation(fake, open_page):
    start = TEXT.index("Trade was the only subject.")
    page = open_page(f"{fake}?article=visit.txt&start={start}&end={start + 27}")
    mark = page.locator("#source mark.active")
    expect(mark).to_have_text("Trade was the only subject.")


def test_the_citation_in_the_address_opens_after_a_reload_and_is_left_behind(fake, open_page, ask):
    page = open_page(fake)
    ask(page, "Who met the mayor?").locator("a.cite").click()
    ask(page, "Zebra?")
    expect(page.locator("#source mark")).to_have_count(0)
    page.reload()
    active = page.locator("#source mark.active")
    expect(active).to_have_text("She met the mayor in the town hall.")
    ask(page, "When did the minister leave, was it on Friday?")
    expect(active).to_have_text("The minister left on Friday.")


def test_a_link_to_nowhere_says_so(fake, open_page):
    page = open_page(f"{fake}?article=visit.txt&start=5&end=99999")
    expect(page.locator(".source-meta")).to_contain_text("not found in the articles")
    expect(page.locator("#source mark")).to_have_count(0)


def test_a_citation_opens_in_a_tab_of_its_own_too(fake, open_page, ask):
    page = open_page(fake)
    link = ask(page, "Who met the mayor?").locator("a.cite")
    other = open_page(link.evaluate("link => link.href"))
    expect(other.locator("#source mark.active")).to_have_text("She met the mayor in the town hall.")


def test_the_documented_api_page_opens_without_asking_outside(fake, open_page):
    page = open_page(fake)
    open_help(page)
    expect(page.get_by_text("/articles", exact=True).first).to_be_visible()


def test_some_articles_are_chosen_and_read(both, open_page, ask):
    page = open_page(both)
    open_sources(page)
    page.get_by_role("button", name="Read Another").click()
    expect(page.locator("#source h2")).to_have_text("Another")
    open_sources(page)
    page.get_by_role("checkbox", name="A Short Visit").uncheck()
    page.wait_for_timeout(300)
    turn = ask(page, "Who met the mayor?")
    expect(turn.locator(".message.bot")).to_contain_text("Searched only: Another")
    assert page.get_by_role("tab", name="Article", exact=True).get_attribute("aria-selected") == (
        "true"
    )
    expect(page.locator("#source mark.active")).to_be_visible()
    turn.locator("a.cite").first.click()
    expect(page.locator("#source mark.active").first).to_be_visible()


@pytest.mark.parametrize(("kind", "suffix"), [("Markdown", ".md"), ("JSON", ".json")])
def test_a_conversation_is_exported_and_proved(real, open_page, ask, tmp_path, kind, suffix):
    page = open_page(real)
    ask(page, "Who did Xi meet in 2009?")
    for n in range(2):
        page.locator("#top [popovertarget=menu]").click()
        with page.expect_download() as saved:
            page.get_by_role("button", name=kind).click()
        path = tmp_path / f"{n}{suffix}"
        assert saved.value.suggested_filename.endswith(suffix)
        saved.value.save_as(path)
        assert "Xi previously had met with" in path.read_text("utf-8")
        if kind == "JSON":
            assert main(["verify", "--answers", str(path), "--index", str(ROOT / "index")]) == 0


def test_an_exported_guess_is_marked_as_one(fake, open_page, ask):
    page = open_page(fake)
    ask(page, "Who met the mayor?")
    turn = ask(page, "Zebra?")
    turn.get_by_role("button", name="Show the best guess anyway").click()
    expect(turn.locator(".verdict")).to_contain_text("Best guess")
    page.locator("#top [popovertarget=menu]").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Markdown").click()
    assert saved.value.path().read_text("utf-8").count("best guess that was asked for") == 1


def test_feedback_is_kept(open_page, ask, tmp_path):
    path = tmp_path / "feedback.jsonl"
    page_ = serve(FakeAssistant(), Lines(path, "feedback"))
    turn = ask(open_page(page_.local_url), "Who met the mayor?")
    turn.get_by_role("button", name="Wrong source").click()
    expect(turn.get_by_role("status")).to_have_text("Marked as wrong source. Thank you.")
    expect(turn.get_by_role("button", name="Helpful", exact=True)).to_have_count(0)
    assert '"feedback": "wrong_source"' in path.read_text()
    page_.close()
