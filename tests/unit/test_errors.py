"""The tree of errors, as it is drawn and as it is."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from askvisit import errors
from askvisit.errors import AskvisitError, IndexMissingError, reason_of
from askvisit.formats import DATASETS, SUFFIXES
from askvisit.index import manifest

DRAWING = (Path(__file__).parents[2] / "docs" / "python-api.md").read_text("utf-8")


def drawn() -> dict[str, str]:
    """Return each drawn error's parent."""
    parents, above = {}, {}
    for branch, name in re.findall(r"^([│ ]*[├└]── |)(\w+Error)\b", DRAWING, re.MULTILINE):
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
    rows = [row for row in DRAWING.splitlines() if row.lstrip("│ ").startswith(("├", "└"))]
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
        (errors.ArticleError(Path("news/a.txt"), "is empty"), "a.txt is empty"),
        (errors.IndexMissingError(Path("i")), "askvisit index --index i"),
        (errors.IndexDamagedError(Path("i"), "cut"), "askvisit index --index i"),
        (errors.EncoderMismatchError(Path("i"), "old", "new"), "--index i --encoder new"),
    ],
)
def test_errors_say_how_to_mend_them(error, words):
    assert words in str(error)
    assert "\n" not in str(error)


def missing(folder: Path) -> str:
    with pytest.raises(IndexMissingError) as caught:
        manifest.read(folder)
    return str(caught.value)


@pytest.mark.parametrize("suffix", [*SUFFIXES, *DATASETS])
def test_a_folder_of_articles_is_told_from_an_empty_one(tmp_path, suffix):
    wanted = missing(tmp_path)
    assert f") into {tmp_path / 'articles'} and run: " in wanted
    assert suffix in wanted or suffix == ".htm"
    (tmp_path / f"a{suffix.upper()}").touch()
    assert missing(tmp_path) == (
        f"no index in {tmp_path}; it is a folder of articles; to index them, run: "
        f"askvisit index --articles {tmp_path} --index NEW_FOLDER"
    )
    (tmp_path / "articles").mkdir()
    assert f"run: askvisit index --index {tmp_path}" in missing(tmp_path)


def test_a_file_given_as_an_index_is_named_as_one(tmp_path):
    file = tmp_path / "q1.txt"
    file.write_text("Who?")
    said = "it is a file; give the folder of an index with --index"
    assert missing(file) == f"no index in {file}; {said}"


def test_a_reason_does_not_name_the_file_again(tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff")
    for name, reason in (("none", "No such file or directory"), ("binary", "not UTF-8")):
        with pytest.raises((OSError, UnicodeDecodeError)) as caught:
            (tmp_path / name).read_text("utf-8")
        assert reason_of(caught.value) == reason
    assert reason_of(ValueError("embedded null byte")) == "embedded null byte"
