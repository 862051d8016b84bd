"""The process that parses: what ends it, and what comes after."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys

import pytest
from harness.pdfs import column, pdf

from askvisit import formats
from askvisit.formats import isolated

ARTICLE = pdf(column(50, 700, ["The mayor opened the bridge."]))
TEXT = "The mayor opened the bridge.\n\f"


@pytest.fixture(autouse=True)
def _forget():
    isolated.read.cache_clear()
    isolated._shown.cache_clear()


def test_a_file_that_takes_too_long_is_named_and_the_next_one_is_read(monkeypatch):
    slow = b"<p>word" * 200_000  # nested paragraphs: quadratic work for the parser
    with monkeypatch.context() as hurried:
        hurried.setattr(isolated, "SECONDS", 1)
        hurried.setattr(isolated, "SECONDS_A_MEGABYTE", 1)
        with pytest.raises(ValueError, match="takes over 2 seconds of processor time"):
            formats.read("slow.html", b"<article>" + slow)
    assert formats.read("a.pdf", ARTICLE).text == TEXT


def test_a_machine_that_is_busy_takes_no_time_from_a_file(monkeypatch):
    """The child waits for three times its limit without working."""
    wait = "import time; time.sleep(3); "
    monkeypatch.setattr(isolated, "_START", wait + isolated._START)
    monkeypatch.setattr(isolated, "SECONDS", 1)
    isolated._child.end()
    assert formats.read("a.pdf", ARTICLE).text == TEXT
    isolated._child.end()


def test_a_child_that_stalls_is_ended(monkeypatch):
    monkeypatch.setattr(isolated, "_START", "path = {path!r}; import time; time.sleep(60)")
    monkeypatch.setattr(isolated, "_STALLED", 0.5)
    monkeypatch.setattr(isolated, "SECONDS", 1)
    isolated._child.end()
    with pytest.raises(ValueError, match="takes over 1 seconds"):
        formats.read("a.pdf", ARTICLE)
    isolated._child.end()


def test_a_child_that_died_is_replaced():
    formats.read("a.pdf", ARTICLE)
    os.kill(isolated._child._process.pid, signal.SIGKILL)
    isolated._child._process.wait()
    isolated.read.cache_clear()
    assert formats.read("a.pdf", ARTICLE).text == TEXT


def test_a_child_that_dies_at_a_file_names_the_file_broken(monkeypatch):
    monkeypatch.setattr(isolated, "_START", "path = {path!r}; input()")
    isolated._child.end()
    with pytest.raises(ValueError, match="it is broken"):
        formats.read("a.pdf", ARTICLE)
    isolated._child.end()


def test_a_reply_that_ends_too_early_is_the_end_of_the_file():
    ours, theirs = os.pipe()
    os.write(theirs, b'{"text": ')
    os.close(theirs)
    with pytest.raises(EOFError):
        isolated._line(ours, isolated.time.monotonic() + 9)
    os.close(ours)


def test_too_much_text_is_refused(monkeypatch):
    monkeypatch.setattr(isolated, "LONGEST_TEXT", 10)
    import io

    reply = isolated._reply("pdf:read", (), io.BytesIO(ARTICLE), len(ARTICLE))
    assert reply == {"error": "has over 10 characters of text"}


def test_a_page_without_a_reply_is_tried_again(monkeypatch):
    sha256 = hashlib.sha256(TEXT.encode()).hexdigest()
    with monkeypatch.context() as hurried:
        hurried.setattr(isolated, "SECONDS_A_PAGE", 0)
        with pytest.raises(ValueError, match="takes over 0 seconds"):
            formats.show("a.pdf", ARTICLE, sha256, 1)
    with monkeypatch.context() as killed:
        killed.setattr(isolated, "_START", "path = {path!r}; input()")
        isolated._child.end()
        with pytest.raises(ValueError, match="it is broken"):
            formats.show("a.pdf", ARTICLE, sha256, 1)
    assert formats.show("a.pdf", ARTICLE, sha256, 1).pages == 1


def test_what_is_wrong_with_a_page_is_not_looked_for_again(monkeypatch):
    sha256 = hashlib.sha256(TEXT.encode()).hexdigest()
    for _ in range(2):
        with pytest.raises(ValueError, match="no page 2"):
            formats.show("a.pdf", ARTICLE, sha256, 2)
        monkeypatch.setattr(isolated._child, "call", None)


def test_the_child_writes_no_files(tmp_path):
    code = (
        "from askvisit.formats import isolated\n"
        "isolated._write_no_files()\n"
        f"file = open({str(tmp_path / 'a')!r}, 'wb', buffering=0)\n"
        "try: file.write(b'x')\n"
        "except OSError: print('refused')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's memory")
def test_memory_is_limited():
    code = (
        "from askvisit.formats import isolated\n"
        "isolated.MEMORY = 300 * 1024**2; isolated._limit_memory()\n"
        "try: bytes(2**30)\n"
        "except MemoryError: print('limited')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "limited\n"


def test_the_parsers_are_not_loaded_here():
    code = (
        "import sys; from askvisit import formats\n"
        f"print(formats.read('a.pdf', {ARTICLE!r}).text)\n"
        "print({'pypdfium2', 'PIL', 'trafilatura', 'lxml'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"{TEXT}\nset()\n"
