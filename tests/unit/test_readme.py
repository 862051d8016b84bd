"""README.md and the pages of docs/: their examples do what they say."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

LIBRARIES = {"haystack.md": "haystack", "langchain.md": "langchain_core"}
"""Pages whose examples need a library, of the extra `test`."""


def blocks(page: Path, language: str) -> list[str]:
    text = page.read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands(page: Path) -> list[tuple[str, str]]:
    found = []
    for block in blocks(page, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def pages_with(language: str) -> list[object]:
    return [pytest.param(page, id=page.name) for page in PAGES if blocks(page, language)]


def run(source: str, page: Path) -> doctest.TestResults:
    example = doctest.DocTestParser().get_doctest(source, {}, page.name, str(page), 0)
    result = doctest.DocTestRunner(verbose=False).run(example)
    example.globs.clear()
    return result


@pytest.mark.parametrize("page", pages_with("python"))
def test_python_examples(page, monkeypatch):
    if page.name in LIBRARIES:
        pytest.importorskip(LIBRARIES[page.name])
        monkeypatch.setenv("HAYSTACK_TELEMETRY_ENABLED", "False")
    monkeypatch.chdir(ROOT)
    source = "\n".join(blocks(page, "python"))
    assert ">>> " in source
    result = run(source, page)
    assert result.failed == 0
    assert result.attempted > 5


def test_api_example(real):
    from askvisit.web import server
    from askvisit.web.chat import Chat

    (page,) = (page for page in PAGES if blocks(page, "pycon"))
    (source,) = blocks(page, "pycon")
    port = server.free_port("127.0.0.1", 0)
    served = server.launch(Chat(real), "127.0.0.1", port)
    try:
        result = run(source.replace("127.0.0.1:7860", f"127.0.0.1:{port}"), page)
    finally:
        served.close()
    assert (result.failed, result.attempted) == (0, 6)


@pytest.mark.parametrize("page", pages_with("console"))
def test_command_line_examples(page):
    assert commands(page)
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "NO_COLOR": "1",
    }
    for command, output in commands(page):
        shown = subprocess.run(
            command, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True
        )
        assert shown.stdout == output, command
        assert shown.returncode == 0, shown.stderr


def test_the_readme_has_examples_of_both_kinds():
    assert blocks(PAGES[0], "python")
    assert blocks(PAGES[0], "console")


def test_the_readme_is_short():
    assert len(README.splitlines()) <= 200


def test_the_test_command_is_what_ci_runs():
    lines = [line for line in README.splitlines() if 'pip install -e ".[test]"' in line]
    assert len(lines) == 1
    assert "pip install -e" in (ROOT / ".ci" / "run").read_text()
    assert lines[0].endswith(".venv/bin/pytest -n 2")


def test_every_command_is_described():
    from askvisit.cli import _COMMANDS

    for name in _COMMANDS:
        assert f"`askvisit {name}" in README
