"""Fixtures: a small index built with fakes, and the real assistant over the committed index."""

from __future__ import annotations

import gc
import os
import shutil
import signal
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from harness import network
from harness.fakes import (
    BRIDGE,
    ROOT,
    TARIFFS,
    RememberingReader,
    ScriptedResolver,
    SharedWords,
    WordCounts,
    calibration,
    indexed,
)
from hypothesis import settings

from askvisit import Answer, Assistant
from askvisit.evaluation.questions import Question, read_questions

# The same examples in every run: a failure is found again, and nobody's pull request fails by luck.
settings.register_profile("askvisit", deadline=None, derandomize=True, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "askvisit"))

# A suite that was started in the background (`nohup … &`) ignores Ctrl-C, and so would the programs
# that the tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config):
    """Run the suite where no route leads away, so that whatever calls somebody fails."""
    config.stash[network.ALONE] = network.leave()


def pytest_collection_finish():
    """Keep what is imported and collected out of garbage collections, of which each took 0.25 s."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _no_index_of_the_environment(monkeypatch):
    monkeypatch.delenv("ASKVISIT_INDEX", raising=False)


@pytest.fixture
def encoder() -> WordCounts:
    return WordCounts()


@pytest.fixture(scope="session")
def built_once(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "index"
    indexed(folder, {"bridge.txt": BRIDGE, "tariffs.txt": TARIFFS})
    return folder


@pytest.fixture
def small(built_once, tmp_path) -> Path:
    """Return a folder with an index of two articles, built with `WordCounts`; do what you like."""
    return Path(shutil.copytree(built_once, tmp_path / "index"))


@pytest.fixture
def assistant(small) -> Assistant:
    """Return an assistant over `small` that reads with `SharedWords`."""
    return Assistant(small, WordCounts(), SharedWords(), calibration(), ScriptedResolver())


@pytest.fixture(scope="session")
def real() -> Assistant:
    """Return the assistant as users get it: the committed index and the models.

    Many tests ask it the same questions, whose passages are read once.
    """
    loaded = Assistant.load(ROOT / "index")
    loaded._reader = RememberingReader(loaded.reader)
    return loaded


@pytest.fixture(scope="session")
def ask_real(real) -> Callable[[str], Answer]:
    """Return what `real` answers when it never refuses; the same question is asked once."""
    return cache(lambda question: real.ask(question, min_confidence=0))


@pytest.fixture(scope="session")
def development() -> list[Question]:
    """Return the development questions about the visit."""
    return read_questions(ROOT / "tests" / "data" / "questions.jsonl")
