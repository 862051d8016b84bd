"""Parse formats and render pages in a separate process: a hostile file can crash only that.

One child is kept for all files, because loading the parsers costs more than most files do. Memory
and processor time per file are limited; a file that takes too long or crashes the child ends it,
and the next file gets a new one. A request is a line of JSON and the file's bytes, the reply is a
line of JSON.
"""

from __future__ import annotations

import atexit
import json
import math
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from typing import IO, Any

from askvisit.caching import remembered
from askvisit.formats import Document, PageView

SECONDS = 60
"""Processor time that any file may take; a long article takes a hundredth of it."""

SECONDS_A_MEGABYTE = 10
"""Processor time that a file may take in addition for each megabyte."""

SECONDS_A_PAGE = 20
"""Processor time for rendering a page; a user is waiting for it."""

_STALLED = 20
"""How many times the processor time may pass before the child counts as stalled: it is neither busy
with the file nor kept from it by a busy machine."""

MEMORY = 3 * 1024**3
"""The child's address space in bytes, if the system can limit it (Linux can)."""

LONGEST_TEXT = 10_000_000
"""Maximum characters of text in a file."""

_START = "import sys; sys.path[:] = {path!r}; from askvisit.formats.isolated import serve; serve()"


class _NoReplyError(ValueError):
    """The child gave no reply: perhaps because of the file, perhaps because of the machine."""


@remembered(megabytes=0)  # the latest: one that is added is checked, compared and indexed
def read(module: str, data: bytes) -> Document:
    """Read a file with `askvisit.formats.MODULE` in the child.

    Raises `ValueError` with the reason if the file is not in the format, or exceeds a limit.
    """
    seconds = SECONDS + SECONDS_A_MEGABYTE * len(data) // 1_000_000
    return Document(**_child.call(f"{module}:read", data, (), seconds))


def show(
    module: str, data: bytes, text_sha256: str, page: int, ranges: tuple[tuple[int, int], ...]
) -> PageView:
    """Render a page of a file with `askvisit.formats.MODULE` in the child; see `formats.PageView`.

    Raises `ValueError` with the reason if that fails; what the child finds wrong is cached.
    """
    shown = _shown(module, data, text_sha256, page, ranges)
    if isinstance(shown, str):
        raise ValueError(shown)
    return shown


@remembered(megabytes=32)  # the same page is shown with other marks
def _shown(module: str, data: bytes, *arguments: Any) -> PageView | str:
    try:
        reply = _child.call(f"{module}:show", data, arguments, SECONDS_A_PAGE)
    except _NoReplyError:
        raise
    except ValueError as error:
        return str(error)
    marks = tuple(tuple(tuple(box) for box in boxes) for boxes in reply.pop("marks"))
    return PageView(image=b64decode(reply.pop("image")), marks=marks, **reply)


class _Child:
    """The parsing process, started for the first file; it handles one file at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def call(
        self, function: str, data: bytes, arguments: Sequence[Any], seconds: int
    ) -> dict[str, Any]:
        with self._lock:
            try:
                reply = json.loads(self._ask(function, data, arguments, seconds))
            except (EOFError, OSError) as error:  # it ended, before the reply or the request
                out_of_time = self.end() == -signal.SIGXCPU or isinstance(error, TimeoutError)
                reason = "cannot be read: it is broken, or needs too much memory"
                if out_of_time:
                    reason = f"takes over {seconds} seconds of processor time to read"
                raise _NoReplyError(reason) from None
        if "error" in reply:
            raise ValueError(reply["error"])
        found: dict[str, Any] = reply
        return found

    def end(self) -> int | None:
        """End the process, whatever it is doing; returns its exit status, None without one."""
        process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        process.communicate()
        return process.returncode

    def _ask(self, function: str, data: bytes, arguments: Sequence[Any], seconds: int) -> bytes:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps([function, arguments, len(data), seconds]).encode() + b"\n")
        process.stdin.write(data)
        process.stdin.flush()
        return _line(process.stdout.fileno(), time.monotonic() + _STALLED * seconds)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.end()
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START.format(path=sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # parsers warn about what they repair
            )
        return self._process


_child = _Child()


def end() -> None:
    """End the child if there is one, even in the middle of a file."""
    _child.end()


atexit.register(end)


def _line(descriptor: int, deadline: float) -> bytes:
    """Read one line; raises `TimeoutError` at the deadline, `EOFError` at the end of the stream."""
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
    """Run as the child: answer requests on standard input until it ends."""
    _limit_memory()
    _write_no_files()
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a parser that prints must not corrupt a reply
    while line := requests.readline():
        function, arguments, length, seconds = json.loads(line)
        _limit_time(seconds)
        reply = _reply(function, arguments, requests, length)
        replies.write(json.dumps(reply).encode() + b"\n")
        replies.flush()


def _reply(
    function: str, arguments: Sequence[Any], requests: IO[bytes], length: int
) -> dict[str, Any]:
    data = requests.read(length)
    module, name = function.split(":")
    try:
        found = getattr(import_module(f"askvisit.formats.{module}"), name)(data, *arguments)
    except ValueError as error:
        return {"error": str(error)}
    except (MemoryError, RecursionError):
        return {"error": "is nested too deeply, or needs too much memory"}
    if not isinstance(found, Document):
        return dict(found)
    if len(found.text) > LONGEST_TEXT:
        return {"error": f"has over {LONGEST_TEXT:,} characters of text"}
    return asdict(found)


def _limit_memory() -> None:
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY if most == resource.RLIM_INFINITY else min(MEMORY, most)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))
    except (ValueError, OSError):  # macOS has no such limit; the time limit applies there
        return


def _limit_time(seconds: int) -> None:
    """Let the system end the child (SIGXCPU) if it works for so much longer."""
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    limit = math.ceil(time.process_time()) + seconds
    resource.setrlimit(
        resource.RLIMIT_CPU, (limit if most == resource.RLIM_INFINITY else min(limit, most), most)
    )


def more_time(seconds: int) -> None:
    """Let the child work for so much longer from now on, if it may do less."""
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_CPU)
    if limit != resource.RLIM_INFINITY and limit < time.process_time() + seconds:
        _limit_time(seconds)


def _write_no_files() -> None:
    """Forbid what no parser needs: writing files and dumping core."""
    import resource

    for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        resource.setrlimit(limit, (0, 0))
    sys.dont_write_bytecode = True
