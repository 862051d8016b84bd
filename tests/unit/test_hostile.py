"""Hostile input does no harm: every target of `hostile`, by seeds that hypothesis chooses."""

from __future__ import annotations

from random import Random
from unittest import mock

import pytest
from harness import bombs, faults, hostile
from harness.memory import memory_in_use
from hypothesis import given, settings
from hypothesis import strategies as st

from askvisit import formats
from askvisit.formats import isolated
from askvisit.index import open_index
from askvisit.store import question_terms

TARGETS = (
    *("questions", "searches", "articles", "HTML files", "PDF files", "manifests", "JSONL lines"),
    *("bombs", "answer files", "deep links", "web events", "file names"),
)


@pytest.fixture(scope="module")
def targets(real, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "scratch").mkdir()
    return hostile.Targets(real, faults.first_index(folder / "index"), folder / "scratch")


def test_every_target_is_tried(targets):
    assert set(targets.all) == set(TARGETS)


@pytest.mark.parametrize("name", TARGETS)
def test_hostile_input_does_no_harm(targets, name):
    examples = {"questions": 6, "PDF files": 6, "HTML files": 6, "bombs": 3}.get(name, 25)

    @settings(max_examples=examples)
    @given(seed=st.integers(0, 2**32))
    def tried(seed):
        targets.all[name](Random(seed))

    tried()


def test_any_text_is_a_search_of_the_words_only(targets):
    index = open_index(targets.index)

    @given(text=st.text(max_size=300))
    def searched(text):
        question_terms(text)
        assert all(0 <= number < len(index) for number, _ in index.bm25(text, 5))
        assert index.holds(text) in (True, False)

    searched()


@pytest.mark.parametrize("make", bombs.BOMBS)
def test_a_small_bomb_is_read_or_refused(targets, make):
    text = targets._read(*make(1))
    assert "root:" not in text
    assert len(text) < 100_000


@pytest.mark.slow
@pytest.mark.parametrize("make", bombs.BOMBS)
def test_a_large_bomb_goes_off_in_a_process_of_its_own(targets, make):
    """It costs this process no memory, and the next file is read."""
    name, data = make(1000)
    before = memory_in_use()
    with mock.patch.object(isolated, "SECONDS", hostile.BOMB_SECONDS):
        _, shown = targets.shown(name, data)
    assert memory_in_use() - before < 50
    hostile.harmless(shown)
    assert "Xi" in formats.read("a.html", targets.page).text


@pytest.mark.parametrize("page", [
    "<script>alert(1)</script>", "<p onclick=alert(1)>", '<a href="javascript:alert(1)">',
])  # fmt: skip
def test_the_check_sees_a_page_that_could_run_something(page):
    with pytest.raises(AssertionError):
        hostile.harmless(page)
