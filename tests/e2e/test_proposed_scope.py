"""A narrower scope that the words of a question propose: offered, taken, and taken off again."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from harness.fakes import SharedWords, WordCounts, calibration, write_articles
from playwright.sync_api import expect

import askvisit
from askvisit.index import build_index

from .conftest import open_sources, serve

pytestmark = pytest.mark.slow

JOIN = "**/queue/join*"
QUESTION = "Of what did the mayor speak in the Herald on Monday?"


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("papers")
    known = {}
    for name, paper in (("bridge", "The Riverton Herald"), ("ferry", "Morning Post")):
        known[f"{name}.txt"] = f"About the {name}\n\nThe mayor spoke of the {name} on Monday.\n"
        known[f"{name}.toml"] = f'source = "{paper}"'
    write_articles(folder / "articles", known)
    build_index(index=folder, encoder=WordCounts())
    assistant = askvisit.Assistant(folder, WordCounts(), SharedWords(), calibration())
    assistant.ask(QUESTION)  # the first question loads much
    page = serve(assistant)
    yield page.local_url
    page.close(verbose=False)


def test_a_proposed_scope_is_taken_and_taken_off_again(papers, open_page, ask):
    page = open_page(papers)
    turn = ask(page, QUESTION)
    expect(page.locator("#scope")).to_contain_text("Asking all 2 articles")
    offer = turn.get_by_role("button", name="Ask only 1 article (The Riverton Herald)")
    offer.click()
    expect(page.locator("#scope")).to_contain_text("Asking only About the bridge")
    expect(page.get_by_label("Your question")).to_be_focused()
    expect(page.get_by_label("Your question")).to_have_value(QUESTION)
    open_sources(page)
    expect(page.get_by_role("checkbox", name="About the bridge")).to_be_checked()
    expect(page.get_by_role("checkbox", name="About the ferry")).not_to_be_checked()
    narrowed = ask(page, QUESTION)
    expect(narrowed).to_contain_text("Searched only: About the bridge")
    expect(narrowed.locator("[data-scope]")).to_have_count(0)
    page.get_by_role("button", name="Go back to all articles").click()
    expect(page.locator("#scope")).to_contain_text("Asking all 2 articles")
    expect(page.get_by_role("checkbox", name="About the ferry")).to_be_checked()
    expect(ask(page, "Of what did the mayor speak on Monday?")).not_to_contain_text("Searched only")


@contextmanager
def held_back(page):
    """Hold back the next event of a page until the end."""
    held = []

    def hold(route):
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route(JOIN, hold)
    yield
    held[0].continue_()
    page.unroute(JOIN)


def test_a_question_is_asked_of_what_was_chosen_just_before(papers, open_page, ask):
    page = open_page(papers)
    turn = ask(page, QUESTION)
    open_sources(page)
    chip = page.locator("#scope")
    with held_back(page):
        turn.get_by_role("button", name="Ask only 1 article (The Riverton Herald)").click()
        expect(ask(page, QUESTION)).to_contain_text("Searched only: About the bridge")
    expect(chip).to_contain_text("Asking only About the bridge")
    with held_back(page):
        page.get_by_role("button", name="Ask only About the ferry").click()
        turn = ask(page, "Of what did the mayor speak on Monday?")
        expect(turn).to_contain_text("Searched only: About the ferry")
    expect(chip).to_contain_text("Asking only About the ferry")
    with held_back(page):
        page.get_by_role("button", name="Go back to all articles").click()
        turn = ask(page, "Of what did the mayor speak on Monday?")
        expect(turn).not_to_contain_text("Searched only")
    expect(chip).to_contain_text("Asking all 2 articles")
