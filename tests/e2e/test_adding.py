"""Adding articles by file or pasted text, asking them, removing them; what must not work."""

from __future__ import annotations

import shutil
import threading

import pytest
from harness.fakes import ROOT, SharedWords, WordCounts, calibration
from harness.pdfs import column, pdf
from playwright.sync_api import expect

from askvisit import Assistant
from askvisit.web.editor import ArticleEditor

from .conftest import HOSTILE, open_sources, serve

pytestmark = pytest.mark.slow

MILL = "A Mill Burns\n\nThe old mill burned down on Sunday. The mayor said that it had no guard.\n"
FERRY = pdf(column(50, 700, ["The ferry sank on Tuesday, and nobody was hurt."]))


@pytest.fixture
def open_form(open_page):
    def opened(address, **options):
        page = open_page(address, **options)
        page.get_by_role("tab", name="Add an article").click()
        return page

    return opened


def add_file(page, name, data):
    add_chosen(page, {"name": name, "mimeType": "application/octet-stream", "buffer": data})


def add_chosen(page, file):
    """Add a file by its path; a large one is not handed to the browser through a pipe then."""
    page.locator("#adding [type=file]").set_input_files(file)
    page.get_by_role("button", name="Add the article").click()


def ids(page):
    return page.locator("[data-choose]").evaluate_all("ticks => ticks.map(t => t.dataset.choose)")


def test_a_pasted_text_is_asked_at_once_and_removed_again(editor, open_form, ask):
    folder, address = editor
    page = open_form(address)
    page.get_by_label("Or paste the text").fill(MILL)
    page.locator("#adding").get_by_label("Title").fill("The Mill")
    page.locator("#adding").get_by_label("Source", exact=True).fill("The <b>Paper")
    page.locator("#adding").get_by_label("Date").fill("2020-02-03")
    page.get_by_role("button", name="Add the article").click()
    expect(page.locator("#added .done")).to_contain_text("Added “The Mill” (18 words, 1 passage)")
    expect(page.get_by_label("Or paste the text")).to_have_value("")
    expect(page.locator("#adding").get_by_label("Title")).to_have_value("")
    turn = ask(page, "When did the old mill burn?")
    expect(turn.locator(".quote").first).to_have_text("The old mill burned down on Sunday.")
    turn.locator("a.cite").first.click()
    expect(page.locator("#source mark.active")).to_have_text("The old mill burned down on Sunday.")
    expect(page.locator(".source-meta")).to_contain_text("The <b>Paper · 3 February 2020")

    open_sources(page)
    assert ids(page) == ["bridge.txt", "tariffs.txt", "the-mill.txt"]
    page.locator("summary[aria-label='Remove The Mill']").click()
    page.get_by_role("button", name="Delete it: The Mill").click()
    expect(page.locator("[data-choose]")).to_have_count(2)
    assert not (folder / "articles" / "the-mill.txt").exists()
    refused = ask(page, "When did the old mill burn?").locator(".verdict")
    expect(refused).to_contain_text("Not ")


def test_a_file_of_each_format_is_added_read_and_cited(editor, open_form, ask):
    page = open_form(editor[1])
    visit = (ROOT / "tests" / "data" / "formats" / "visit.html").read_bytes()
    for name, data, question, quote in (
        ("mill.txt", MILL.encode(), "When did the old mill burn?", "The old mill burned down"),
        (
            "band.md",
            b"# Band\n\nThe trumpet was found.",
            "Who found the trumpet?",
            "The trumpet was found",
        ),
        ("ferry.pdf", FERRY, "When did the ferry sink?", "The ferry sank on Tuesday, and"),
        ("visit.html", visit, "Who used sanctions as a bargaining chip?", "a bargaining chip in"),
    ):
        page.get_by_role("button", name="New conversation").click()
        page.get_by_role("tab", name="Add an article").click()
        add_file(page, name, data)
        expect(page.locator(f"#added [data-added='{name}']")).to_be_visible()
        page.locator("#added").get_by_role("button", name="Read").click()
        expect(page.locator("#source article")).to_have_attribute("data-article", name)
        ask(page, question).locator("a.cite").first.click()
        expect(page.locator("#source mark.active").first).to_contain_text(quote)


def test_a_tab_that_is_chosen_while_an_article_comes_stays(editor, open_form):
    page = open_form(editor[1])
    held = []
    page.route("**/page/source", lambda route: held.append(route))
    page.get_by_role("button", name="New conversation").click()
    form = page.get_by_role("tab", name="Add an article")
    form.click()
    while not held:
        page.wait_for_timeout(50)
    with page.expect_response("**/page/source"):
        held[0].continue_()
    page.wait_for_timeout(300)
    expect(form).to_have_attribute("aria-selected", "true")


def test_a_choice_of_articles_takes_in_what_is_added(editor, open_form, ask):
    page = open_form(editor[1])
    open_sources(page)
    page.get_by_label("Tariffs Rise Again").first.uncheck()
    page.get_by_role("tab", name="Add an article").click()
    add_file(page, "mill.txt", MILL.encode())
    expect(page.locator("#added .done")).to_be_visible()
    turn = ask(page, "When did the old mill burn?")
    expect(turn).to_contain_text("Searched only: A Bridge for the Town, A Mill Burns")


class HeldEditor(ArticleEditor):
    """Adds once it may."""

    def __init__(self, *args):
        super().__init__(*args)
        self.may_add = threading.Event()

    def add(self, addition, progress=None):
        self.may_add.wait(60)
        return super().add(addition, progress)


def test_what_is_chosen_and_typed_while_one_is_added_stays(small, open_form):
    assistant = Assistant(small, WordCounts(), SharedWords(), calibration())
    held = HeldEditor(small, WordCounts())
    served = serve(assistant, editor=held)
    page = open_form(served.local_url)
    text, source = (
        page.get_by_label("Or paste the text"),
        page.locator("#adding").get_by_label("Source", exact=True),
    )
    text.fill(MILL)
    source.fill("The Paper")
    page.get_by_role("button", name="Add the article").click()
    text.fill("The next one")
    open_sources(page)
    page.get_by_role("button", name="Ask only Tariffs Rise Again").click()
    expect(page.locator("#scope")).to_contain_text("Asking only Tariffs Rise Again")
    held.may_add.set()
    expect(page.locator("#added .done")).to_be_visible()
    expect(page.locator("#scope")).to_contain_text("Asking only 2 of 3 articles")
    expect(page.get_by_role("checkbox", name="A Bridge for the Town")).not_to_be_checked()
    expect(page.locator("[data-choose]:checked")).to_have_count(2)
    expect(source).to_have_value("")
    expect(text).to_have_value("The next one")
    served.close()


def test_what_cannot_be_added_is_told_and_what_was_typed_stays(editor, open_form, tmp_path):
    folder, address = editor
    page = open_form(address)
    page.locator("#adding").get_by_label("Title").fill("Mine")
    button = page.get_by_role("button", name="Add the article")
    problem = page.locator("#added .problem")
    button.click()
    expect(problem).to_contain_text("choose a file, or paste a link or the article's text")
    add_file(page, "../../evil.exe", b"MZ")
    expect(problem).to_contain_text("evil.exe is not one of the formats")
    add_file(page, "broken.pdf", b"%PDF-1.4 no more")
    expect(problem).to_contain_text("broken.pdf is a broken PDF")
    add_file(page, "again.txt", (folder / "articles" / "bridge.txt").read_bytes())
    expect(problem).to_contain_text("is already here: “A Bridge for the Town” (bridge.txt)")
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(10_500_000)
    add_chosen(page, large)
    expect(problem).to_contain_text("large.txt is too large: 11 MB")
    page.get_by_label("Or paste the text").fill("both")
    add_file(page, "mill.txt", MILL.encode())
    expect(problem).to_contain_text("Choose a file or paste text, not both")
    expect(page.locator("#adding").get_by_label("Title")).to_have_value("Mine")
    assert len(list((folder / "articles").iterdir())) == 2
    assert len(list(folder.iterdir())) == 4


def test_a_large_file_arrives_whole_and_a_long_text_is_refused(editor, open_form, tmp_path):
    page = open_form(editor[1])
    book = tmp_path / "book.txt"
    book.write_bytes(b"Nothing of weight was said.\n\n" * 330_000)
    add_chosen(page, book)
    problem = page.locator("#added .problem")
    expect(problem).to_contain_text("has 9,570,000 characters, over 1,000,000", timeout=30_000)


def test_a_file_that_a_proxy_refuses_is_told_and_can_be_sent_again(editor, open_form):
    page = open_form(editor[1])
    page.route("**/page/add", lambda route: route.fulfill(status=413))
    add_file(page, "mill.txt", MILL.encode())
    expect(page.locator("#added .problem")).to_contain_text("The server did not respond")
    page.unroute("**/page/add")
    page.get_by_role("button", name="Add the article").click()
    expect(page.locator("#added .done")).to_contain_text("Added")


def test_a_removal_that_fails_can_be_tried_again(editor, open_page):
    page = open_page(editor[1])
    open_sources(page)
    item = page.locator("#articles li").first
    item.locator("summary").click()
    page.route("**/page/remove", lambda route: route.fulfill(status=503))
    item.locator("[data-remove]").click()
    expect(item.locator("[data-remove]")).to_be_enabled()
    expect(item.locator("[data-remove]")).to_be_focused()
    page.unroute("**/page/remove")
    item.locator("[data-remove]").click()
    expect(page.locator("#articles li")).to_have_count(1)


def test_a_hostile_file_does_nothing_but_be_read(editor, open_form, ask):
    page = open_form(editor[1])
    name = '"><img src=x onerror="window.hacked=9">.txt'
    page.locator("#adding").get_by_label("Title").fill(
        "<script>window.hacked=5</script>${window.hacked=6}"
    )
    add_file(page, name, HOSTILE.encode())
    expect(page.locator("#added .done")).to_contain_text("<script>window.hacked=5</script>")
    page.locator("#added").get_by_role("button", name="Read").click()
    expect(page.locator("#source .source-text")).to_contain_text("The zebra said <img src")
    open_sources(page)
    expect(page.locator("#articles")).to_contain_text("${window.hacked=6}")
    ask(page, "What did the zebra say?")
    assert page.evaluate("window.hacked") is None


def test_the_last_article_stays_and_the_list_says_why(editor, open_form):
    page = open_form(editor[1])
    open_sources(page)
    for title in ("A Bridge for the Town", "Tariffs Rise Again", "Tariffs Rise Again"):
        page.locator(f"summary[aria-label='Remove {title}']").click()
        page.get_by_role("button", name=f"Delete it: {title}").click()
        expect(page.get_by_role("button", name="Delete it")).to_have_count(0)
    expect(page.locator("#articles .problem")).to_contain_text("the last article cannot be removed")
    expect(page.locator("[data-choose]")).to_have_count(1)


def test_two_people_see_what_the_other_added_after_a_reload(editor, open_form):
    one, other = open_form(editor[1]), open_form(editor[1])
    add_file(one, "mill.txt", MILL.encode())
    expect(one.locator("#added .done")).to_be_visible()
    other.reload()
    open_sources(other)
    expect(other.locator("[data-choose='mill.txt']")).to_have_count(1)


def test_what_one_tab_removes_is_gone_in_another_until_it_is_back(editor, open_page, ask):
    one, other = open_page(editor[1]), open_page(editor[1])
    turn = ask(other, "Who opened the bridge?")
    open_sources(other)
    other.get_by_role("button", name="Ask only A Bridge").click()
    source = other.locator("#source .source")
    expect(source).to_have_attribute("data-article", "bridge.txt")
    open_sources(one)
    one.locator("summary[aria-label^='Remove A Bridge']").click()
    one.get_by_role("button", name="Delete it: A Bridge").click()
    expect(other.locator("[data-choose]")).to_have_count(1)
    expect(other.locator("#scope")).to_contain_text("Asking only 0 of 1 article")
    expect(source).to_have_attribute("data-article", "tariffs.txt")
    expect(turn.locator(".gone").first).to_have_text("This article has since been removed.")
    one.locator("#articles .told").get_by_role("button", name="Undo").click()
    expect(other.locator("[data-choose]")).to_have_count(2)
    expect(turn.locator(".gone")).to_have_count(0)


def test_what_was_removed_before_a_reload_is_no_longer_chosen(both, open_page):
    page = open_page(both)
    page.evaluate("sessionStorage['askvisit-scope'] = JSON.stringify(['visit.txt', 'gone.txt'])")
    page.reload()
    expect(page.locator("#scope")).to_contain_text("Asking only A Short Visit")


def test_by_keyboard_and_on_a_phone(editor, open_form):
    page = open_form(editor[1], viewport={"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_label("Or paste the text").fill(MILL)
    for _ in ("title", "source", "date: month, day, year, calendar", "", "", "", "button"):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.type") == "submit"
    page.keyboard.press("Enter")
    expect(page.locator("#added .done")).to_be_visible()


def test_nothing_can_be_added_where_it_was_not_allowed(fake, open_page):
    page = open_page(fake)
    assert page.locator("#adding").count() == 0
    assert page.locator("#added").count() == 0
    assert page.get_by_role("tab", name="Add an article").count() == 0
    open_sources(page)
    assert page.locator("[data-remove]").count() == 0


def test_the_real_models_answer_from_an_added_article(open_form, ask, tmp_path):
    folder = shutil.copytree(ROOT / "index", tmp_path / "index")
    served = serve(Assistant.load(folder), editor=ArticleEditor(folder))
    page = open_form(served.local_url)
    add_file(page, "ferry.pdf", FERRY)
    expect(page.locator("#added .summary")).to_contain_text("The ferry sank", timeout=60_000)
    turn = ask(page, "When did the ferry sink?")
    expect(turn.locator(".quote strong").first).to_contain_text("Tuesday")
    turn.locator("a.cite").first.click()
    expect(page.locator("#source mark.active").first).to_contain_text("The ferry sank on Tuesday")
    served.close()
