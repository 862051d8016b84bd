"""A crowd at the chat: the server as people start it, and clients that speak its protocol.

Clients are asyncio tasks over httpx, because fifty of anything heavier would take the cores from
the server. What a client gets is judged: an `Answer` quotes the article word for word, a log holds
the question, and nothing but "busy" is refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from fakes import ROOT
from memory import memory_in_use

from askvisit.encoder import Encoder
from askvisit.index import build_index, open_index
from askvisit.records import Answer, Article

API = "/gradio_api"
TURNS = 25
"""Questions that a person asks before they leave, and another one comes."""

ABORTED = 0.02
"""Share of the questions whose asker does not wait for the answer."""


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
        """Return what stands in its log; a server that is well logs nothing."""
        return self._log.read_text("utf-8").splitlines()


def client() -> httpx.AsyncClient:
    """Return a client with as many connections as it likes."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx.AsyncClient(timeout=120, trust_env=False, limits=limits)


async def ask(http: httpx.AsyncClient, address: str, question: str) -> Answer:
    """Ask as a program does. Raises `Busy` and `Lost`."""
    taken = await _post(http, f"{address}{API}/call/ask", {"data": [question, None, None, None]})
    event = ""
    async for line in _lines(http, f"{address}{API}/call/ask/{taken['event_id']}"):
        name, _, value = line.partition(": ")
        if name == "event":
            event = value
        elif name == "data" and event == "complete":
            return Answer.from_dict(json.loads(value)[0])
        elif name == "data" and event == "error":
            raise Lost(value)
    raise Lost("the answer ended before it began")


class Person:
    """One person with the page open; they keep their session alive as a browser does."""

    def __init__(self, http: httpx.AsyncClient, address: str, listener: int) -> None:
        """Take what `listener_of` returned."""
        self._http, self._address, self._listener = http, address, listener
        self._session = random.randbytes(6).hex()
        self._alive = asyncio.create_task(self._beat())
        self.asked = 0

    async def ask(self, question: str) -> str:
        """Ask on the page; return the log as HTML. Raises `Busy` and `Lost`."""
        data = {"data": ["", question, None, None], "fn_index": self._listener}
        about = {"session_hash": self._session, "event_data": None}
        await _post(self._http, f"{self._address}{API}/queue/join", data | about)
        listening = f"{self._address}{API}/queue/data?session_hash={self._session}"
        async for line in _lines(self._http, listening):
            message = json.loads(line[5:]) if line.startswith("data:") else {}
            if message.get("msg") == "process_completed" and message["success"]:
                self.asked += 1
                return str(message["output"]["data"][1])
            if message.get("msg") in ("process_completed", "unexpected_error"):
                raise Lost(line)
        raise Lost("the answer ended before it began")

    async def leave(self) -> None:
        """Close the page."""
        self._alive.cancel()
        await asyncio.gather(self._alive, return_exceptions=True)

    async def _beat(self) -> None:
        async for _ in _lines(self._http, f"{self._address}{API}/heartbeat/{self._session}"):
            pass


async def listener_of(http: httpx.AsyncClient, address: str) -> int:
    """Open the page; return the number of what listens for a typed question."""
    (await http.get(f"{address}/")).raise_for_status()
    listeners = (await http.get(f"{address}/config")).json()["dependencies"]
    return next(one["id"] for one in listeners if one["targets"][0][1] == "submit")


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


class Library:
    """An index that is rebuilt while people ask; it knows every text that it ever held."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        """Copy the committed index."""
        self.folder = Path(shutil.copytree(ROOT / "index", folder))
        self._encoder = encoder
        self._revision = 0
        index = open_index(folder)
        self._texts = {a.sha256: a.text for a in map(index.article, index.article_ids())}

    def rebuild(self) -> None:
        """Add an article, change it or remove it, and bring the index up to date."""
        self._revision += 1
        path = self.folder / "articles" / "mill.txt"
        if self._revision % 3:
            text = MILL.format(self._revision)
            self._texts[Article(path.name, "", text).sha256] = text
            path.write_text(text)
        else:
            path.unlink()
        build_index(index=self.folder, encoder=self._encoder)

    def judge(self, answer: Answer) -> str:
        """Say what is wrong with an answer: a quote that no version of its article has."""
        for cited in answer.citations:
            text = self._texts.get(cited.article_sha256, "")
            if text[cited.start : cited.end] != cited.quote:
                return f"{answer.question!r}: {cited.quote!r} is not what the article says"
        return ""


MILL = """A Mill Burns

The old mill burned down on Sunday, for time number {}. The mayor said that it had no guard.
"""


class Crowd:
    """Clients that ask without a pause, half as programs and half as people.

    The index is rebuilt all the while, and some clients do not wait for their answer.
    """

    def __init__(self, server: Server, library: Library) -> None:
        self.tally = Tally()
        self.rebuilds = 0
        self.aborted = 0
        self.memory: list[tuple[int, float]] = []
        self._server, self._library = server, library
        self._questions = questions()

    async def ask(self, clients: int, seconds: float) -> None:
        """Let so many ask for so long."""
        self._until = time.monotonic() + seconds
        async with client() as self._http:
            self._listener = await listener_of(self._http, self._server.address)
            watching = asyncio.create_task(self._watch())
            asking = [(self._people, self._program)[n % 2](n) for n in range(clients)]
            await asyncio.gather(self._rebuild(), *asking)
            watching.cancel()

    async def _program(self, number: int) -> None:
        for question in self._in_turn(number):
            asking = ask(self._http, self._server.address, question)
            if not await self._leaves(asking):
                await self.tally.of(asking, self._library.judge)

    async def _people(self, number: int) -> None:
        asked = self._in_turn(number)
        while time.monotonic() < self._until:
            person = Person(self._http, self._server.address, self._listener)
            for question in islice(asked, TURNS):
                asking = person.ask(question)
                if await self._leaves(asking):
                    break
                await self.tally.of(asking, _in_the_log(question, person.asked + 1))
            await person.leave()

    def _in_turn(self, number: int) -> Iterator[str]:
        """Yield questions until the time is over, to each client in another order."""
        for question in islice(cycle(self._questions), number, None):
            if time.monotonic() > self._until:
                return
            yield question

    async def _leaves(self, asking: Coroutine[Any, Any, Any]) -> bool:
        """Decide whether this asker goes away before the answer is there; if so, do that."""
        if random.random() >= ABORTED:
            return False
        self.aborted += 1
        with contextlib.suppress(TimeoutError, Busy, Lost):
            await asyncio.wait_for(asking, random.random() / 2)
        return True

    async def _watch(self) -> None:
        while True:
            self.memory.append((self.tally.answers, self._server.memory()))
            await asyncio.sleep(0.5)

    async def _rebuild(self) -> None:
        while time.monotonic() < self._until:
            await asyncio.to_thread(self._library.rebuild)
            self.rebuilds += 1
            await asyncio.sleep(1)


def questions() -> list[str]:
    """Return what the crowd asks: the development questions."""
    lines = (ROOT / "tests" / "data" / "questions.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines]


def _in_the_log(question: str, turns: int) -> Callable[[str], str]:
    def judge(log: str) -> str:
        if "Reference for the log" in log or 'class="problem"' in log:
            return f"{question!r}: the log tells of a problem"
        if escape(question) not in log or log.count('class="message user"') != turns:
            return f"{question!r}: the log is another one"
        return ""

    return judge


async def at_once(server: Server, count: int) -> Tally:
    """Ask so many questions at the very same time."""
    tally, asked = Tally(), cycle(questions())
    async with client() as http:
        asking = (ask(http, server.address, next(asked)) for _ in range(count))
        await asyncio.gather(*map(tally.of, asking))
    return tally


async def restarted(
    server: Server, clients: int, again: Callable[[], Server]
) -> tuple[Tally, float, float]:
    """Stop a server while so many ask, and start it again on its port at once.

    again: starts it. Returns what came of all questions, the seconds until the server had stopped,
    and those until the new one had answered each client.
    """
    tally, over = Tally(), asyncio.Event()

    async def keep_asking(http: httpx.AsyncClient, number: int) -> None:
        for question in islice(cycle(questions()), number, None):
            if over.is_set():
                return
            turned_away = len(tally.busy)
            await tally.of(ask(http, server.address, question))
            if len(tally.busy) > turned_away:
                await asyncio.sleep(0.2)

    async with client() as http:
        asking = [asyncio.create_task(keep_asking(http, number)) for number in range(clients)]
        while tally.answers < clients:
            await asyncio.sleep(0.05)
        stopped_after = await asyncio.to_thread(server.stop)
        began, before = time.monotonic(), tally.answers
        with await asyncio.to_thread(again):
            while tally.answers < before + clients:
                await asyncio.sleep(0.05)
            back_after = time.monotonic() - began
            over.set()
            await asyncio.gather(*asking)
    return tally, stopped_after, back_after


async def slow(server: Server, count: int) -> tuple[Tally, list[int]]:
    """Let so many clients send a byte a second, half a question's head and half its body.

    Others ask meanwhile. Returns what came of their questions, and the status that each slow body
    got.
    """
    head = b"POST /gradio_api/call/ask HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n"
    tally, over = Tally(), asyncio.Event()

    async def others() -> None:
        async with client() as http:
            for question in cycle(questions()):
                await tally.of(ask(http, server.address, question))
                if over.is_set():
                    return

    asking = asyncio.create_task(others())
    heads = [asyncio.create_task(_drip(server, b"", head)) for _ in range(count // 2)]
    said = await asyncio.gather(*(_drip(server, head, b" " * 1000) for _ in range(count // 2)))
    over.set()
    await asking
    for one in heads:
        one.cancel()
    await asyncio.gather(*heads, return_exceptions=True)
    return tally, [int(answer.split()[1]) for answer in said]


async def _drip(server: Server, begun: bytes, rest: bytes) -> bytes:
    """Send a byte of a request each second until the server answers; return what it says."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(begun)
    said = asyncio.create_task(reader.readline())
    try:
        for byte in rest:
            await asyncio.wait([said], timeout=1)
            if said.done():
                break
            writer.write(bytes([byte]))
        return await said
    finally:
        said.cancel()
        writer.close()
        await writer.wait_closed()
