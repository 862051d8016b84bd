"""A crowd at the chat: many who ask while the index is rebuilt, too many at once, slow ones.

What they get is judged: an `Answer` quotes its article word for word, a turn holds the question.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
import time
from collections.abc import Callable, Coroutine, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
from markupsafe import escape

from askvisit.encoder import Encoder
from askvisit.index import build_index, open_index
from askvisit.records import Answer, Article
from harness.clients import Busy, Lost, Person, Server, Tally, ask, client, questions
from harness.fakes import ROOT

TURNS = 25
"""Questions that a person asks before they leave, and another one comes."""

ABORTED = 0.02
"""Share of the questions whose asker does not wait for the answer."""


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
            watching = asyncio.create_task(self._watch())
            asking = [(self._people, self._program)[n % 2]() for n in range(clients)]
            await asyncio.gather(self._rebuild(), *asking)
            watching.cancel()

    async def _program(self) -> None:
        for question in self._in_turn():
            asking = ask(self._http, self._server.address, question)
            if not await self._leaves(asking):
                await self.tally.of(asking, self._library.judge)

    async def _people(self) -> None:
        asked = self._in_turn()
        while time.monotonic() < self._until:
            person = Person(self._http, self._server.address)
            await person.open()
            for question in islice(asked, TURNS):
                asking = person.ask(question)
                if await self._leaves(asking):
                    break
                await self.tally.of(asking, in_the_turn(question))

    def _in_turn(self) -> Iterator[str]:
        """Yield questions until the time is over; each client takes others."""
        while time.monotonic() <= self._until:
            yield next(self._questions)

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


def in_the_turn(question: str) -> Callable[[str], str]:
    """Return what says of a turn on the page what is wrong with it."""

    def judge(turn: str) -> str:
        if "Reference for the log" in turn or 'class="problem"' in turn:
            return f"{question!r}: the page tells of a problem"
        if str(escape(question)) not in turn or turn.count('class="message user"') != 1:
            return f"{question!r}: the turn is another one"
        return ""

    return judge


async def at_once(server: Server, count: int) -> Tally:
    """Ask so many questions at the very same time."""
    tally, asked = Tally(), questions()
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
    tally, over, asked = Tally(), asyncio.Event(), questions()

    async def keep_asking(http: httpx.AsyncClient) -> None:
        while not over.is_set():
            question = next(asked)
            turned_away = len(tally.busy)
            await tally.of(ask(http, server.address, question))
            if len(tally.busy) > turned_away:
                await asyncio.sleep(1)

    async with client() as http:
        asking = [asyncio.create_task(keep_asking(http)) for _ in range(clients)]
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
    got, 0 where the connection was closed before that could be read.
    """
    head = b"POST /gradio_api/call/ask HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n"
    tally, over = Tally(), asyncio.Event()

    async def others() -> None:
        async with client() as http:
            for question in questions():
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
    return tally, [int(answer.split()[1]) if answer else 0 for answer in said]


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
    except ConnectionError:
        return b""
    finally:
        said.cancel()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
