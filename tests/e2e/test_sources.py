"""The articles as sources: chosen, sorted, dropped, pasted, opened, removed."""

from __future__ import annotations

import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from harness.fakes import SharedWords, WordCounts, calibration
from harness.web_fakes import ARTICLE, FakeAssistant
from playwright.sync_api import expect

from askvisit import Assistant
from askvisit.fetching import fetch
from askvisit.records import Article
from askvisit.web import editor as editors
from askvisit.web.articles import MOST_LISTED, ArticleEditor

from .conftest import open_sources, serve
from .test_adding import MILL, ids
from .test_conversation import SlowAssistant

pytestmark = pytest.mark.slow


class Site(BaseHTTPRequestHandler):
    """A page on the loopback address."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(MILL.encode())


OLDER = Article(
    "older.txt", "Zinc", "An Old Metal\n\nThe zinc was old.", source="Daily", date="2001-01-01"
)
NEWER = Article("newer.txt", "Brass", "A New Metal\n\nThe brass was new.", date="2022-01-01")


@pytest.fixture(scope="module")
def three():
    page = serve(FakeAssistant(ARTICLE, OLDER, NEWER))
    yield page.local_url
    page.close()


def add_text(page, text=MILL):
    page.get_by_role("tab", name="Add an article").click()
    page.get_by_label("Or paste the text").fill(text)
    page.get_by_role("button", name="Add the article").click()


def test_what_became_of_an_addition_is_seen_in_a_low_window(editor, open_page):
    page = open_page(editor[1], viewport={"width": 1280, "height": 560})
    page.get_by_role("tab", name="Add an article").click()
    page.get_by_role("button", name="Add the article").scroll_into_view_if_needed()
    page.get_by_role("button", name="Add the article").click()
    expect(page.locator("#added .problem")).to_be_in_viewport(ratio=1)
    page.locator("#adding").get_by_label("Date").scroll_into_view_if_needed()
    expect(page.locator("#adding").get_by_label("Date")).to_be_in_viewport(ratio=0.95)


def test_an_added_article_opens_and_questions_that_it_answers_are_offered(editor, open_page):
    page = open_page(editor[1])
    add_text(page)
    expect(page.locator("#source h2")).to_have_text("A Mill Burns")
    expect(page.locator("#source .source-text")).to_be_visible()
    offered = page.locator("#added .suggestion")
    expect(offered.first).to_be_visible()
    question = offered.first.inner_text()
    offered.first.click()
    expect(page.locator(".turn .quote").first).to_be_visible()
    expect(page.locator(".message.user p")).to_have_text(question)
    expect(page.get_by_label("Your question")).to_be_focused()


def test_the_welcome_asks_about_what_was_added(editor, open_page):
    page = open_page(editor[1])
    text = "Grimsby Sinks\n\nOn Sunday they went to Grimsby. They say that Grimsby is under water."
    add_text(page, text)
    expect(page.locator("#chat .suggested")).to_contain_text("Grimsby")
    said = "Of Fish\n\nThey say: “Squid love it, cod do not,” and “Squid love it, cod do not.”"
    add_text(page, said)
    expect(page.locator("#source h2")).to_have_text("Of Fish")
    expect(page.locator("#chat .suggested")).to_contain_text("Grimsby")
    expect(page.get_by_role("button", name="Squid love it")).to_have_count(0)


def test_several_files_are_added_and_each_is_told(editor, open_page):
    page = open_page(editor[1])
    page.get_by_role("tab", name="Add an article").click()
    files = [("mill.txt", MILL.encode()), ("bad.exe", b"MZ"), ("band.md", b"# Band\n\nIt played.")]
    page.locator("#adding [type=file]").set_input_files(
        [{"name": n, "mimeType": "text/plain", "buffer": data} for n, data in files]
    )
    expect(page.locator("#adding .chosen")).to_have_text("mill.txt, bad.exe, band.md")
    page.get_by_role("button", name="Add the article").click()
    told = page.locator("#added .outcomes > li")
    expect(told).to_have_count(3)
    expect(told.nth(1)).to_contain_text("bad.exe is not one of the formats")
    expect(told.nth(2)).to_contain_text("band.md: Added “Band”")
    told.nth(0).get_by_role("button", name="Read").click()
    expect(page.locator("#source article")).to_have_attribute("data-article", "mill.txt")
    open_sources(page)
    assert ids(page) == ["bridge.txt", "mill.txt", "band.md", "tariffs.txt"], "by title"
    page.get_by_role("tab", name="Add an article").click()
    expect(page.locator("#adding .chosen")).to_have_text("bad.exe")
    page.get_by_role("button", name="Clear selection").click()
    expect(page.locator("#adding .chosen")).to_be_empty()
    assert page.locator("#adding [type=file]").evaluate("field => field.files.length") == 0


def test_what_became_of_an_addition_is_put_away(editor, open_page, ask):
    page = open_page(editor[1])
    add_text(page, "")
    added = page.locator("#added")
    expect(added.locator(".problem")).to_be_visible()
    added.get_by_role("button", name="Dismiss").click()
    expect(added).to_be_hidden()
    expect(page.get_by_role("tab", name="Add an article")).to_be_focused()
    add_text(page)
    expect(added.locator(".done")).to_be_visible()
    ask(page, "When did the old mill burn?")
    expect(added).to_be_hidden()


def test_a_file_in_another_encoding_is_told_in_a_readers_words(editor, open_page):
    page = open_page(editor[1])
    page.get_by_role("tab", name="Add an article").click()
    page.locator("#adding [type=file]").set_input_files(
        {"name": "cafe.txt", "mimeType": "text/plain", "buffer": b"caf\x81 society"}
    )
    page.get_by_role("button", name="Add the article").click()
    problem = page.locator("#added .problem")
    expect(problem).to_contain_text("cafe.txt is not UTF-8 (byte 3); open it in an editor")
    wide = page.locator("#adding").get_by_label("Date").evaluate("field => field.clientWidth")
    assert wide >= 150, "mm/dd/yyyy and its calendar"


def test_a_file_is_dropped(editor, open_page):
    page = open_page(editor[1])
    page.get_by_role("tab", name="Add an article").click()
    page.locator("#adding .drop").evaluate(
        """(zone, text) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([text], "mill.txt"));
            for (const type of ["dragover", "drop"])
                zone.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true }));
        }""",
        MILL,
    )
    page.get_by_role("button", name="Add the article").click()
    expect(page.locator("#added .done")).to_contain_text("A Mill Burns")


def paste(page, text):
    """Paste a text where no field is."""
    page.locator("body").evaluate(
        """(body, text) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            document.activeElement.blur();
            body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
        }""",
        text,
    )


def test_a_long_text_that_is_pasted_is_taken_for_an_article(editor, open_page):
    page = open_page(editor[1])
    paste(page, MILL * 4)
    expect(page.get_by_label("Or paste the text")).to_be_visible()
    expect(page.get_by_label("Or paste the text")).to_have_value(MILL * 4)


def test_a_new_answer_comes_forward_before_the_form(editor, open_page, ask):
    page = open_page(editor[1], viewport={"width": 1280, "height": 480})
    page.get_by_role("tab", name="Add an article").click()
    ask(page, "When did the mayor open the bridge?")
    expect(page.locator("#source mark.active")).to_be_in_viewport()


def test_a_removed_article_leaves_the_panel_and_its_quotes_say_so(editor, open_page, ask):
    page = open_page(editor[1])
    turn = ask(page, "When did the mayor open the bridge?")
    expect(page.locator("#source article")).to_have_attribute("data-article", "bridge.txt")
    open_sources(page)
    page.locator("summary[aria-label='Remove A Bridge for the Town']").click()
    page.get_by_role("button", name="Delete it: A Bridge for the Town").click()
    expect(page.locator("[data-choose]")).to_have_count(1)
    expect(page.locator("#source article")).to_have_attribute("data-article", "tariffs.txt")
    expect(turn.locator(".gone").first).to_have_text("This article has since been removed.")
    expect(ask(page, "Who raised tariffs?").locator(".gone")).to_have_count(0)
    expect(turn.locator(".gone").first).to_have_text("This article has since been removed.")
    page.reload()
    expect(page.locator(".turn .changed")).to_contain_text("not the same as before")


def test_the_next_article_does_not_take_over_the_tick_of_a_removed_one(editor, open_page):
    page = open_page(editor[1])
    add_text(page)
    expect(page.locator("[data-choose]")).to_have_count(3)
    open_sources(page)
    page.get_by_role("checkbox", name="A Bridge for the Town").uncheck()
    expect(page.locator("#scope")).to_contain_text("Asking only 2 of 3 articles")
    page.locator("summary[aria-label='Remove A Bridge for the Town']").click()
    page.get_by_role("button", name="Delete it: A Bridge for the Town").click()
    expect(page.locator("[data-choose]")).to_have_count(2)
    expect(page.locator("[data-choose]:checked")).to_have_count(2)
    expect(page.locator("#scope")).to_contain_text("Asking all 2 articles")


def test_sources_are_filtered_sorted_and_ticked_together(three, open_page, ask):
    page = open_page(three)
    open_sources(page)
    shown = page.locator("#articles li:visible [data-choose]")
    listed = "ticks => ticks.map(t => t.dataset.choose)"
    page.get_by_label("Sort by").select_option("date")
    assert shown.evaluate_all(listed) == ["newer.txt", "visit.txt", "older.txt"]
    page.get_by_label("Sort by").select_option("title")
    assert shown.evaluate_all(listed) == ["visit.txt", "newer.txt", "older.txt"]
    page.get_by_label("Filter").fill("daily 2001")
    expect(shown).to_have_count(1)
    page.get_by_label("Filter").fill("")
    page.get_by_role("button", name="Tick none").click()
    expect(page.locator("[data-choose]:checked")).to_have_count(0)
    expect(page.locator("#scope")).to_contain_text("Asking only 0 of 3 articles")
    page.get_by_role("button", name="Tick all").click()
    expect(page.locator("#scope")).to_contain_text("Asking all 3 articles")
    page.get_by_role("button", name="Ask only Zinc").click()
    expect(page.locator("#scope")).to_contain_text("Asking only Zinc")
    expect(ask(page, "How old was the zinc?")).to_contain_text("Searched only: Zinc")


def test_articles_are_chosen_while_the_conversation_is_loaded_anew(open_page, ask):
    served = serve(SlowAssistant(ARTICLE, OLDER))
    page = open_page(served.local_url)
    ask(page, "slow: who met the mayor?")
    held = []
    page.route("**/page/turns*", lambda route: held.append(route))
    page.reload()
    open_sources(page)
    page.get_by_role("checkbox", name="Zinc").uncheck()
    expect(page.locator("#scope")).to_contain_text("Asking only A Short Visit")
    expect(page.locator(".turn a.cite")).to_have_count(0)
    held[0].continue_()
    expect(page.locator(".turn a.cite")).to_have_count(1)
    expect(page.locator("#scope")).to_contain_text("Asking only A Short Visit")
    expect(page.get_by_role("checkbox", name="Zinc")).not_to_be_checked()
    served.close()


@pytest.fixture(scope="module")
def many():
    papers = [
        Article(f"paper-{n:03}.txt", f"Paper {n}", f"Paper {n}\n\nNews {n}.")
        for n in range(MOST_LISTED + 2)
    ]
    page = serve(FakeAssistant(*papers))
    yield page.local_url
    page.close()


def test_all_are_asked_where_all_that_are_listed_are_ticked(many, open_page):
    page = open_page(many)
    open_sources(page)
    page.get_by_role("button", name="Tick none").click()
    expect(page.locator("#scope")).to_contain_text("Asking only 0 of 502 articles")
    page.get_by_role("button", name="Tick all").click()
    expect(page.locator("#scope")).to_contain_text("Asking all 502 articles")


def test_a_conversation_about_many_articles_is_there_after_a_reload(many, open_page, ask):
    page = open_page(many)
    open_sources(page)
    page.locator("[data-choose]").first.uncheck()
    expect(page.locator("#scope")).to_contain_text("Asking only 499 of 502 articles")
    for number in range(5):
        ask(page, f"hello {number}")
    page.reload()
    expect(page.locator(".turn")).to_have_count(5)
    expect(page.locator("#scope")).to_contain_text("Asking only 499 of 502 articles")


def delete(page, title):
    page.locator(f"summary[aria-label='Remove {title}']").click()
    page.get_by_role("button", name=f"Delete it: {title}").click()


class HeldEditor(ArticleEditor):
    """Adds and removes an article each time that it may."""

    def __init__(self, *args):
        super().__init__(*args)
        self.may_add, self.may_remove = threading.Semaphore(0), threading.Semaphore(0)

    def add(self, addition, progress=None):
        self.may_add.acquire(timeout=60)
        return super().add(addition, progress)

    def remove(self, article_id):
        self.may_remove.acquire(timeout=60)
        return super().remove(article_id)


def test_two_articles_that_are_deleted_one_after_the_other_are_both_told(small, open_page):
    assistant = Assistant(small, WordCounts(), SharedWords(), calibration())
    held = HeldEditor(small, WordCounts())
    served = serve(assistant, editor=held)
    page = open_page(served.local_url)
    held.may_add.release()
    add_text(page)
    listed = page.locator("[data-choose]")
    expect(listed).to_have_count(3)
    open_sources(page)
    page.evaluate(
        """() => {
            window.removed = [];
            const note = (event) => window.removed.push(event.detail);
            document.addEventListener("askvisit:removed", note);
        }"""
    )
    for title in ("A Bridge for the Town", "Tariffs Rise Again"):
        delete(page, title)
    for left in (2, 1):
        held.may_remove.release()
        expect(listed).to_have_count(left)
    assert page.evaluate("window.removed") == ["bridge.txt", "tariffs.txt"]
    served.close()


def test_a_deletion_is_said_and_the_focus_goes_on_to_the_next_article(editor, open_page):
    page = open_page(editor[1])
    add_text(page)
    expect(page.locator("[data-choose]")).to_have_count(3)
    open_sources(page)
    said = page.locator("#askvisit-said")
    delete(page, "A Mill Burns")
    expect(said).to_have_text("Deleted “A Mill Burns”.")
    expect(page.get_by_role("button", name="Read Tariffs Rise Again")).to_be_focused()
    delete(page, "Tariffs Rise Again")
    expect(said).to_have_text("Deleted “Tariffs Rise Again”.")
    expect(page.get_by_role("heading", name="Sources")).to_be_focused()
    delete(page, "A Bridge for the Town")
    expect(said).to_contain_text("the last article cannot be removed")
    expect(page.get_by_role("button", name="Read A Bridge for the Town")).to_be_focused()


DRAG = """(target, [kind, text]) => ["dragover", "drop"].map(type => {
    const dataTransfer = new DataTransfer();
    if (kind === "Files") dataTransfer.items.add(new File([text], "mill.txt"));
    else dataTransfer.setData(kind, text);
    const options = { dataTransfer, bubbles: true, cancelable: true };
    return target.dispatchEvent(new DragEvent(type, options)) ? "left alone" : "taken";
})"""


def test_a_file_that_is_dropped_anywhere_on_the_page_comes_into_the_form(editor, open_page):
    page = open_page(editor[1])
    box = page.get_by_label("Your question")
    assert box.evaluate(DRAG, ["text/plain", "words"]) == ["left alone"] * 2
    expect(page.locator("#adding")).to_be_hidden()
    assert box.evaluate(DRAG, ["Files", MILL]) == ["taken"] * 2
    expect(page.locator("#adding .chosen")).to_have_text("mill.txt")
    page.get_by_role("button", name="Add the article").click()
    expect(page.locator("#added .done")).to_contain_text("A Mill Burns")


def test_a_file_that_is_dropped_where_none_can_be_added_is_left_alone(fake, open_page):
    page = open_page(fake)
    assert page.locator("body").evaluate(DRAG, ["Files", MILL]) == ["left alone"] * 2


def test_a_pasted_text_follows_what_is_typed_already(editor, open_page):
    page = open_page(editor[1])
    page.get_by_role("tab", name="Add an article").click()
    field = page.get_by_label("Or paste the text")
    field.fill("The first half.\n")
    paste(page, MILL * 4)
    expect(field).to_have_value(f"The first half.\n\n{MILL * 4}")


def test_adding_leads_the_first_page(editor, open_page):
    page = open_page(editor[1])
    zone = page.get_by_role("button", name="Add your own articles")
    expect(zone).to_be_in_viewport(ratio=1)
    with page.expect_file_chooser() as chooser:
        zone.click()
    chooser.value.set_files({"name": "a.txt", "mimeType": "text/plain", "buffer": MILL.encode()})
    expect(page.locator("#adding .chosen")).to_have_text("a.txt")


def test_a_link_that_is_pasted_is_fetched(editor, open_page, monkeypatch):
    monkeypatch.setattr(editors, "fetch", partial(fetch, private=True))
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        page = open_page(editor[1])
        link = f"http://127.0.0.1:{site.server_port}/news/a-mill"
        paste(page, link)
        expect(page.get_by_label("Or paste a link")).to_have_value(link)
        page.get_by_role("button", name="Add the article").click()
        expect(page.locator("#added .done")).to_contain_text("A Mill Burns")
        site.shutdown()
    assert f'url = "{link}"' in (editor[0] / "articles" / "a-mill.toml").read_text()


def test_a_link_to_this_machine_is_refused(editor, open_page):
    page = open_page(editor[1])
    paste(page, "http://localhost:9/")
    page.get_by_role("button", name="Add the article").click()
    expect(page.locator("#added .problem")).to_contain_text("is on this machine or its network")


def test_a_removal_is_taken_back_and_details_are_edited(editor, open_page):
    page = open_page(editor[1])
    open_sources(page)
    delete(page, "A Bridge for the Town")
    expect(page.locator("[data-choose]")).to_have_count(1)
    page.locator("#articles .told").get_by_role("button", name="Undo").click()
    expect(page.locator("[data-choose]")).to_have_count(2)
    page.get_by_role("button", name="Edit the details of A Bridge for the Town").click()
    dialog = page.get_by_role("dialog", name="Edit the details")
    dialog.get_by_label("Date").fill("soon")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("has a date that is not valid")
    dialog.get_by_label("Date").fill("2025-03-14")
    dialog.get_by_label("Title").fill("The <b>Bridge")
    dialog.get_by_label("Source").fill("The Paper")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    item = page.locator("#articles li", has_text="The <b>Bridge")
    expect(item.locator(".facts .note")).to_contain_text("The Paper")
    page.reload()
    expect(page.locator("#articles")).to_contain_text("The <b>Bridge")


def test_what_is_read_is_not_taken_away_by_an_addition(small, open_page):
    assistant = Assistant(small, WordCounts(), SharedWords(), calibration())
    held = HeldEditor(small, WordCounts())
    served = serve(assistant, editor=held)
    page = open_page(served.local_url)
    page.get_by_role("tab", name="Add an article").click()
    files = [("mill.txt", MILL.encode()), ("band.md", b"# Band\n\nIt played.")]
    page.locator("#adding [type=file]").set_input_files(
        [{"name": n, "mimeType": "text/plain", "buffer": data} for n, data in files]
    )
    page.get_by_role("button", name="Add the article").click()
    expect(page.locator("#added .note")).to_contain_text("1 of 2 · mill.txt: reading")
    expect(page.locator("#added progress")).to_have_attribute("max", "2")
    page.get_by_role("tab", name="Article", exact=True).click()
    held.may_add.release(2)
    expect(page.locator("#added summary")).to_have_text("Added 2 of 2 files")
    expect(page.locator("#source article")).to_have_attribute("data-article", "bridge.txt")
    page.locator("#added summary").click()
    expect(page.locator("#added .summary").first).to_have_text("“A Mill Burns”")
    served.close()


SELECT = """cell => {
    const range = new Range();
    range.selectNodeContents([...cell.childNodes].find(node => node.nodeType === Node.TEXT_NODE));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
}"""
"""Selects the words of a cell, not what is hidden in it."""

FERRIES = (
    "# Two Ferries\n\nThese sail from Skarvik:\n\n- The Havdis carries 240.\n"
    "- The Solrun carries 310.\n\n| Ferry | Built |\n|---|---|\n| Havdis | 1998 |\n"
    "| Solrun | 2011 |\n\nShips: 2; Built: 1998\n\nShips: 3; Built: 2011\n\nBoth sail on.\n"
)


def test_lists_and_tables_look_like_it_and_their_words_can_be_quoted(open_page):
    served = serve(FakeAssistant(Article("ferries.md", "Two Ferries", FERRIES)))
    page = open_page(served.local_url)
    text = page.locator(".source-text")
    first = text.locator(".item").first
    assert first.evaluate("item => getComputedStyle(item).listStyleType") == "disc"
    left = text.locator("p:not(.item)").first.bounding_box()["x"]
    assert first.bounding_box()["x"] >= left + 15, "the bullet does not lie on the number"
    expect(text.locator("table").nth(0).locator("th")).to_have_text(
        ["Ferry", "Built"], use_inner_text=True
    )
    rows = text.locator("table").nth(1).locator("tr")
    assert [row.split("\t") for row in rows.all_inner_texts()] == [
        ["Ships", "Built"],
        ["2", "1998"],
        ["3", "2011"],
    ]
    expect(text).not_to_contain_text("|", use_inner_text=True)
    for cell, place in (("Solrun", "paragraph 5"), ("2011", "paragraph 7")):
        text.locator("td", has_text=cell).last.evaluate(SELECT)
        page.wait_for_timeout(500)  # until the selection counts as made
        with page.expect_response("**/page/select") as answered:
            page.locator("#askvisit-selected [data-words=quote]").click()
        reference = answered.value.json()["reference"]
        assert reference.startswith(f"“{cell}")
        assert place in reference
    page.locator(".source-find input").fill("havdis")
    expect(page.locator(".source-found")).to_have_text("1 of 2")
    served.close()
