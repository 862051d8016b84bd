"""Formats parsed in a process of their own: a hostile file can end that process only.

One child is kept for all files, because loading the parsers costs more than most files do. It
may use so much memory and time for a file; one that takes more ends it, and the next file gets
a new one. A request is a line of JSON and the file's bytes, the reply is a line of JSON.
"""

from __future__ import annotations

import atexit
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from functools import lru_cache
from importlib import import_module
from typing import IO

from askvisit.formats import Document

SECONDS = 60.0
"""Time for one file; a long article takes a hundredth of it."""

MEMORY = 3 * 1024**3
"""Bytes of address space of the child, where the system can limit that (Linux can)."""

LONGEST_TEXT = 10_000_000
"""Characters of text in a file."""

_START = "import sys; sys.path[:] = {path!r}; from askvisit.formats.isolated import serve; serve()"


@lru_cache(maxsize=4)  # a build reads a new file twice: to hash its text, and to cut it
def read(module: str, data: bytes) -> Document:
    """Read a file with `askvisit.formats.MODULE` in the child.

    Raises `ValueError` with the reason where the file is not of the format, or takes too much.
    """
    return _child.read(module, data)


class _Child:
    """The process that parses, started when the first file comes; one file at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def read(self, module: str, data: bytes) -> Document:
        with self._lock:
            try:
                reply = json.loads(self._ask(module, data))
            except TimeoutError:
                self.end()
                raise ValueError(f"takes over {SECONDS:.0f} seconds to read") from None
            except (EOFError, OSError):  # it ended: before the reply, or before the request
                self.end()
                raise ValueError("cannot be read: it is broken, or needs too much memory") from None
        if "error" in reply:
            raise ValueError(reply["error"])
        return Document(**reply)

    def end(self) -> None:
        """End the process, whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _ask(self, module: str, data: bytes) -> bytes:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps([module, len(data)]).encode() + b"\n" + data)
        process.stdin.flush()
        return _line(process.stdout.fileno(), time.monotonic() + SECONDS)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.end()
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START.format(path=sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # parsers warn of what they repair
            )
        return self._process


_child = _Child()


def end() -> None:
    """End the child, where there is one, in the middle of a file too."""
    _child.end()


atexit.register(end)


def _line(descriptor: int, deadline: float) -> bytes:
    """Read one line; raises `TimeoutError` at the deadline, `EOFError` where no more comes."""
    received = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while not received.endswith(b"\n"):
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise TimeoutError
            part = os.read(descriptor, 1 << 20)
            if not part:
                raise EOFError
            received += part
    return bytes(received)


def serve() -> None:
    """Be the child: answer requests on standard input until it ends."""
    _limit_memory()
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a parser that prints must not spoil a reply
    while line := requests.readline():
        module, length = json.loads(line)
        replies.write(json.dumps(_reply(module, requests, length)).encode() + b"\n")
        replies.flush()


def _reply(module: str, requests: IO[bytes], length: int) -> dict[str, str | None]:
    data = requests.read(length)
    try:
        document: Document = import_module(f"askvisit.formats.{module}").read(data)
    except ValueError as error:
        return {"error": str(error)}
    except (MemoryError, RecursionError):
        return {"error": "is nested too deeply, or needs too much memory"}
    if len(document.text) > LONGEST_TEXT:
        return {"error": f"has over {LONGEST_TEXT:,} characters of text"}
    return asdict(document)


def _limit_memory() -> None:
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY if most == resource.RLIM_INFINITY else min(MEMORY, most)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))
    except (ValueError, OSError):  # macOS knows no such limit; the time limit holds there
        return
