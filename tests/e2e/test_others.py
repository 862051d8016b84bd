"""What differing sources say, and what is looked up when the answer is being read already."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from harness.web_fakes import ARTICLE, FakeAssistant

from askvisit.passages import sentences
from askvisit.records import AnswerGroup, Article, GroupMember

from .conftest import serve

OTHER = Article("other.txt", "Another", "Another\n\nThe zebra met the mayor too.")
QUESTION = "Who met the mayor?"
NEXT = "Trade was the only subject?"


class Disputing(FakeAssistant):
    """Says in how many words two articles differ, at once or only if each is asked."""

    at_once = True

    def groups(self):
        members = [
            GroupMember(self.cite(sentences(article)[1]), paper, date, 0.9)
            for article, paper, date in ((OTHER, "The Post", "2021-05-03"), (ARTICLE, None, None))
        ]
        said = (("the zebra", "newest"), ("on Monday", "earlier"))
        return tuple(
            AnswerGroup(words, "name", True, (member,), relation)
            for (words, relation), member in zip(said, members, strict=True)
        )

    def ask(self, question, *args, **kwargs):
        answer = super().ask(question, *args, **kwargs)
        return replace(answer, groups=self.groups()) if answer.found and self.at_once else answer

    def explain(self, *args, each=False, **kwargs):
        trace = super().explain(*args, **kwargs)
        if not each:
            return trace
        return replace(trace, answer=replace(trace.answer, groups=self.groups()))


@pytest.fixture(scope="module", params=[True, False], ids=["at once", "later"])
def disputing(request):
    assistant = Disputing(ARTICLE, OTHER)
    assistant.at_once = request.param
    page = serve(assistant)
    yield request.param, page.local_url
    page.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_what_sources_say_is_a_table_that_is_not_folded(disputing, open_page, ask, width):
    from playwright.sync_api import expect

    at_once, address = disputing
    page = open_page(address, viewport={"width": width, "height": 800})
    turn = ask(page, QUESTION)
    table = turn.locator(".groups table")
    expect(table.locator("th").first).to_contain_text("the zebra")
    for words in ("The Post", "3 May 2021", "The zebra met the mayor too."):
        expect(table.get_by_text(words, exact=True)).to_be_visible()
    first = turn.locator(".message.bot > *").nth(1)
    expect(first).to_have_class("groups dispute")
    expect(first.locator(".newest")).to_have_text("the zebra")
    if not at_once:
        expect(first).to_contain_text("Newest, in The Post 3 May 2021. Others differ:")
        expect(turn.locator(".others")).to_contain_text("2 articles answer this, and they differ")
    paper, day = (table.get_by_text(one, exact=True) for one in ("The Post", "3 May 2021"))
    assert abs(paper.bounding_box()["y"] - day.bounding_box()["y"]) < 6
    copied = turn.get_by_role("button", name="Copy", exact=True)
    expect(copied).to_have_attribute("data-copy", re.compile("The Post, 3 May 2021: “The zebra"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.reload()
    expect(page.locator(".groups table")).to_contain_text("The Post")
    expect(page.locator(".message.bot > *").nth(1).locator(".newest")).to_have_text("the zebra")


def test_a_newer_value_that_is_found_later_leads_and_the_focus_stays(open_page, ask):
    from playwright.sync_api import expect

    class Later(Disputing):
        def ask(self, *args, **kwargs):
            answer = super().ask(*args, **kwargs)
            _, earlier = self.groups()
            known = replace(earlier, relation="newest"), replace(earlier, relation="earlier")
            return replace(answer, groups=known, citations=(known[0].members[0].citation,))

    served = serve(Later(ARTICLE, OTHER))
    page = open_page(served.local_url)
    held = []
    page.route("**/page/each", lambda route: held.append(route))
    turn = ask(page, QUESTION)
    expect(turn.locator(".newest")).to_have_text("on Monday")
    turn.locator(".groups a").last.focus()
    held[0].continue_()
    expect(turn.locator(".newest")).to_have_text("the zebra")
    expect(turn.locator(".groups th")).to_contain_text(["the zebra", "on Monday"])
    expect(turn.locator(".groups a").last).to_be_focused()
    expect(page.locator("#askvisit-said")).to_contain_text("the zebra")
    copied = turn.locator(".actions [data-copy]").get_attribute("data-copy").split("\n\n")
    assert copied[1].startswith("the zebra (newest): The Post, 3 May 2021")
    assert copied[3].startswith("on Monday (earlier)")
    served.close()


def test_a_new_answer_is_read_from_its_beginning(disputing, open_page, ask):
    from playwright.sync_api import expect

    page = open_page(disputing[1], viewport={"width": 390, "height": 420})
    turn = ask(page, QUESTION)
    expect(turn.locator(".citations a.cite[aria-current]")).to_have_count(1)
    top = page.locator("#chat .log").bounding_box()["y"]
    assert turn.locator(".message.user").bounding_box()["y"] >= top


def test_the_next_question_does_not_wait_for_it(disputing, open_page, ask):
    from playwright.sync_api import expect

    _, address = disputing
    page = open_page(address)
    page.route("**/page/each", lambda route: None)
    ask(page, QUESTION)
    turn = ask(page, "When did the minister leave?")
    expect(turn.locator(".quote").first).to_contain_text("minister")


def test_how_sure_it_is_shows_to_who_points_at_it(fake, open_page, ask):
    from playwright.sync_api import expect

    page = open_page(fake)
    turn = ask(page, "The minister arrived on Monday?")
    share = turn.locator(".verdict.sure .percent")
    page.mouse.move(0, 0)
    expect(share).to_have_css("opacity", "0")
    turn.locator(".verdict").hover()
    expect(share).to_have_css("opacity", "1")
    page.mouse.move(0, 0)
    turn.locator(".verdict").focus()
    expect(share).to_have_css("opacity", "1")


def test_what_is_next_is_about_the_article_and_not_what_was_answered(both, open_page, ask):
    from playwright.sync_api import expect

    page = open_page(both)
    ask(page, "When did the minister leave?")
    offered = page.locator("#chat .suggested")
    expect(offered).to_contain_text("Who met the mayor?")
    assert "Grimsby" not in offered.inner_text()
    assert "minister leave" not in offered.inner_text()


def test_ask_as_typed_stands_beside_what_was_understood(fake, open_page, ask):
    from playwright.sync_api import expect

    page = open_page(fake)
    ask(page, QUESTION)
    turn = ask(page, "And in the hall?")
    turn.locator(".note", has_text="Understood as").get_by_role("button").click()
    expect(page.locator(".turn").nth(1)).not_to_contain_text("Understood as")


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_no_word_and_no_date_of_the_table_is_broken(open_page, ask, width):
    class Papers(Disputing):
        def groups(self):
            shown = super().groups()
            name = "Southwestern Bookkeepers' Gazette"
            return tuple(
                replace(g, members=tuple(replace(m, source=name) for m in g.members)) for g in shown
            )

    served = serve(Papers(ARTICLE, OTHER))
    page = open_page(served.local_url, viewport={"width": width, "height": 800})
    table = ask(page, QUESTION).locator(".groups table").first
    broken = """table => {
        const found = [];
        const walker = document.createTreeWalker(table, NodeFilter.SHOW_TEXT);
        while (walker.nextNode())
            for (const { 0: word, index } of walker.currentNode.data.matchAll(/\\S+/g)) {
                const range = new Range();
                range.setStart(walker.currentNode, index);
                range.setEnd(walker.currentNode, index + word.length);
                const tops = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
                if (tops.size > 1) found.push(word);
            }
        return found;
    }"""
    assert table.evaluate(broken) == []
    served.close()
