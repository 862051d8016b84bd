"""Which articles are asked: what was chosen just before a question counts."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from harness.fakes import SharedWords, WordCounts, calibration, indexed
from playwright.sync_api import expect

import askvisit

from .conftest import open_sources, serve

pytestmark = pytest.mark.slow

SUGGESTED = "**/page/suggested"
QUESTION = "Of what did the mayor speak on Monday?"


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("papers")
    known = {}
    for name, paper in (("bridge", "The Riverton Herald"), ("ferry", "Morning Post")):
        known[f"{name}.txt"] = f"About the {name}\n\nThe mayor spoke of the {name} on Monday.\n"
        known[f"{name}.toml"] = f'source = "{paper}"'
    indexed(folder, known)
    assistant = askvisit.Assistant(folder, WordCounts(), SharedWords(), calibration())
    assistant.ask(QUESTION)  # the first question loads much
    page = serve(assistant)
    yield page.local_url
    page.close()


@contextmanager
def held_back(page):
    """Hold back what a page asks for when other articles are chosen, until the end."""
    held = []

    def hold(route):
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route(SUGGESTED, hold)
    yield
    held[0].continue_()
    page.unroute(SUGGESTED)


def test_a_question_is_asked_of_what_was_chosen_just_before(papers, open_page, ask):
    page = open_page(papers)
    open_sources(page)
    chip = page.locator("#scope")
    with held_back(page):
        page.get_by_role("button", name="Ask only About the ferry").click()
        turn = ask(page, QUESTION)
        expect(turn).to_contain_text("Searched only: About the ferry")
    expect(chip).to_contain_text("Asking only About the ferry")
    with held_back(page):
        page.get_by_role("button", name="Go back to all articles").click()
        turn = ask(page, QUESTION)
        expect(turn).not_to_contain_text("Searched only")
    expect(chip).to_contain_text("Asking all 2 articles")
