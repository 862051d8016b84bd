"""The tree of errors, as it is drawn and as it is."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from askvisit import errors
from askvisit.errors import AskvisitError


def drawn() -> dict[str, str]:
    """Return each drawn error's parent."""
    parents, above = {}, {}
    for branch, name in re.findall(r"^([│ ]*[├└]── |)(\w+Error)\b", errors.__doc__, re.MULTILINE):
        depth = len(branch) // 4
        parents[name] = above[depth - 1] if depth else "Exception"
        above[depth] = name
    return parents


def test_the_drawing_is_the_tree():
    classes = [thing for _, thing in inspect.getmembers(errors, inspect.isclass)]
    raised = [c for c in classes if c.__module__ == errors.__name__ and issubclass(c, Exception)]
    own = {c.__name__: c.__base__.__name__ for c in raised}
    assert len(own) > 10
    assert drawn() == own


def test_the_descriptions_in_the_drawing_are_aligned():
    rows = [row for row in errors.__doc__.splitlines() if row.lstrip("│ ").startswith(("├", "└"))]
    assert len({re.search(r"Error +", row).end() for row in rows}) == 1


def test_every_error_is_an_askvisit_error():
    assert all(issubclass(getattr(errors, name), AskvisitError) for name in drawn())


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (errors.UnknownArticleError("x", ("a", "b", "c", "d")), "'x'; the index has a, b, c, …"),
        (errors.UnknownArticleError("x"), "the index has none"),
        (
            errors.UnknownArticleError("", ("a",)),
            "name at least one article; the index has a",
        ),
        (errors.ArticleError(Path("news/a.txt"), "empty"), "a.txt: empty"),
        (errors.IndexMissingError(Path("i")), "askvisit index --index i"),
        (errors.IndexDamagedError(Path("i"), "cut"), "askvisit index --index i"),
        (errors.EncoderMismatchError(Path("i"), "old", "new"), "--index i --encoder new"),
    ],
)
def test_errors_say_how_to_mend_them(error, words):
    assert words in str(error)
    assert "\n" not in str(error)
