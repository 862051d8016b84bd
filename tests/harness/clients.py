"""The chat as people start it, and clients of it: a program that asks, a person with the page open.

Clients are asyncio tasks over httpx, because fifty of anything heavier would take the cores from
the server.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from askvisit.records import Answer
from askvisit.rewriting.resolution import expanded
from askvisit.web.conversation import HISTORY
from askvisit.web.guard import BUSY
from harness.fakes import ROOT
from harness.memory import memory_in_use

API = "/gradio_api"


class Busy(Exception):  # noqa: N818 - it is no error
    """The server says that it is busy, or being stopped."""


class Lost(Exception):  # noqa: N818
    """A question was taken, and its answer never came."""


class Server:
    """The chat in a process of its own, until `stop`."""

    def __init__(self, index: Path, log: Path, port: int = 0, *options: str) -> None:
        command = [sys.executable, str(ROOT / "ui.py"), "--index", str(index), "--port", str(port)]
        self._log = log
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                [*command, *options], stdout=subprocess.PIPE, stderr=errors, text=True
            )
        assert self.process.stdout is not None
        ready = re.search(r"http://\S+", self.process.stdout.readline())
        if ready is None:
            raise RuntimeError(log.read_text("utf-8"))
        self.address = ready[0].rstrip("/")
        self.port = urlsplit(self.address).port or 0

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def memory(self) -> float:
        """Return the megabytes that it holds."""
        return memory_in_use(self.process.pid)

    def stop(self) -> float:
        """Stop it as a supervisor does (SIGTERM); return the seconds that this took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        assert code == 0, code
        return time.monotonic() - began

    def faults(self) -> list[str]:
        """Return what is in its log; a server that is well logs nothing."""
        return self._log.read_text("utf-8").splitlines()


def client(address: str | None = None) -> httpx.AsyncClient:
    """Return a client with as many connections as it likes, and a new one for each request.

    One that is kept would now and then be closed by the server, which waits 5 s for the next
    request on it, just as a busy client sends that.

    address: which it comes from, of 127.0.0.0/8; Linux has all of them.
    """
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    transport = httpx.AsyncHTTPTransport(verify=False, limits=limits, local_address=address)
    return httpx.AsyncClient(timeout=120, trust_env=False, transport=transport)


async def ask(http: httpx.AsyncClient, address: str, question: str) -> Answer:
    """Ask as a program does. Raises `Busy` and `Lost`."""
    taken = await _post(http, f"{address}{API}/call/ask", {"data": [question, *[None] * 10]})
    event = ""
    async for line in _lines(http, f"{address}{API}/call/ask/{taken['event_id']}"):
        name, _, value = line.partition(": ")
        if name == "event":
            event = value
        elif name == "data" and event == "complete":
            return Answer.from_dict(json.loads(value)[0])
        elif name == "data" and event == "error":
            raise Busy(value) if BUSY in value else Lost(value)
    raise Lost("the answer ended before it began")


class Person:
    """One person with the page open, and the conversation that their browser keeps."""

    def __init__(self, http: httpx.AsyncClient, address: str) -> None:
        self._http, self._address = http, address.rstrip("/")
        self._answers: list[dict[str, Any]] = []
        self.asked = 0

    async def open(self) -> None:
        """Open the page."""
        (await self._http.get(f"{self._address}/")).raise_for_status()

    async def ask(self, question: str) -> str:
        """Ask on the page; return the turn as HTML. Raises `Busy` and `Lost`."""
        sent = {"question": question, "history": self._answers[-HISTORY:]}
        answer = await _post(self._http, f"{self._address}/page/ask", sent)
        self.asked += 1
        if answer["turn"]["answer"] is not None:
            self._answers.append(answer["turn"]["answer"] | {"groups": []})
        return str(answer["html"])


async def _post(http: httpx.AsyncClient, url: str, data: Any) -> dict[str, Any]:
    try:
        answer = await http.post(url, json=data)
    except (httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError) as error:
        raise Busy("the server is gone") from error
    if answer.status_code == 503 and answer.headers["retry-after"]:
        raise Busy(answer.json()["detail"])
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


async def _lines(http: httpx.AsyncClient, url: str) -> AsyncIterator[str]:
    try:
        async with http.stream("GET", url) as answer:
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                yield line
    except httpx.TransportError as error:
        raise Lost(repr(error)) from error


@dataclass
class Tally:
    """What came of the questions of a crowd."""

    answers: int = 0
    seconds: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    async def of(self, asking: Awaitable[Any], judge: Callable[[Any], str] = lambda _: "") -> None:
        """Wait for one question's answer, and count what it was."""
        began = time.monotonic()
        try:
            problem = judge(await asking)
        except Busy:
            self.busy.append(time.monotonic() - began)
            return
        except Lost as lost:
            self.lost.append(str(lost))
            return
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
        self.answers += 1
        self.seconds.append(time.monotonic() - began)
        if problem:
            self.wrong.append(problem)

    @property
    def errors(self) -> list[str]:
        """What should not have happened."""
        return [*self.lost, *self.wrong]


def questions() -> Iterator[str]:
    """Yield what a crowd asks, without end: the development questions in turn.

    Each gets a word of its own, because what was read for a question is not read again.
    """
    lines = (ROOT / "tests" / "data" / "questions.jsonl").read_text("utf-8").splitlines()
    asked = cycle(json.loads(line)["question"] for line in lines)
    return (expanded(question, [str(n)]) for question, n in zip(asked, count(100_000)))
