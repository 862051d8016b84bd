"""The examples of README.md do what it says."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands() -> list[tuple[str, str]]:
    found = []
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def test_python_examples(monkeypatch):
    monkeypatch.chdir(ROOT)
    source = "\n".join(blocks("python"))
    assert ">>> " in source
    example = doctest.DocTestParser().get_doctest(source, {}, "README.md", "README.md", 0)
    result = doctest.DocTestRunner(verbose=False).run(example)
    assert result.failed == 0
    assert result.attempted > 5


def test_api_example(real):
    from askvisit.web import server
    from askvisit.web.controller import ChatController

    (source,) = blocks("pycon")
    port = server.free_port("127.0.0.1", 0)
    page = server.launch(ChatController(real), "127.0.0.1", port)
    try:
        source = source.replace("127.0.0.1:7860", f"127.0.0.1:{port}")
        example = doctest.DocTestParser().get_doctest(source, {}, "README.md", "README.md", 0)
        result = doctest.DocTestRunner(verbose=False).run(example)
        example.globs.clear()
    finally:
        page.close(verbose=False)
    assert (result.failed, result.attempted) == (0, 6)


def test_command_line_examples():
    assert commands()
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "NO_COLOR": "1",
    }
    for command, output in commands():
        shown = subprocess.run(
            command, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True
        )
        assert shown.stdout == output, command
        assert shown.returncode == 0, shown.stderr


def test_the_test_command_is_what_ci_runs():
    lines = [line for line in README.splitlines() if 'pip install -e ".[test]"' in line]
    assert len(lines) == 1
    assert "pip install -e" in (ROOT / ".ci" / "run").read_text()
    assert lines[0].endswith(".venv/bin/pytest")


def test_every_command_is_described():
    from askvisit.cli import _COMMANDS

    for name in _COMMANDS:
        assert f"`askvisit {name}" in README
