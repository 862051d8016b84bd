"""People at the chat who think between their questions, and a program that floods it.

Each comes from an address of its own, because that is what the chat tells clients apart by.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable

from harness.clients import Person, Server, Tally, ask, client, questions
from harness.crowd import TURNS, in_the_turn


class People:
    """People with the page open, each of whom asks a question every so many seconds.

    `tally` is what came of their questions, `memory` what the server held after how many answers.
    """

    def __init__(self, server: Server) -> None:
        self.tally = Tally()
        self.memory: list[tuple[int, float]] = []
        self._server, self._questions = server, questions()

    async def ask(self, count: int, every: float, seconds: float) -> None:
        """Let so many ask for so long; their first questions are spread over `every` seconds."""
        self._every, self._until = every, time.monotonic() + seconds
        watching = asyncio.create_task(self._watch())
        await asyncio.gather(*(self._asking(n, every * n / count) for n in range(count)))
        watching.cancel()

    async def _asking(self, number: int, after: float) -> None:
        due = time.monotonic() + after
        async with client(f"127.1.{number // 250}.{number % 250 + 1}") as http:
            while due < self._until:
                person = Person(http, self._server.address)
                await person.open()
                while due < self._until and person.asked < TURNS:
                    await asyncio.sleep(due - time.monotonic())
                    question = next(self._questions)
                    judge = in_the_turn(question)
                    await self.tally.of(person.ask(question), judge)
                    due = max(due + self._every, time.monotonic())

    async def _watch(self) -> None:
        while True:
            self.memory.append((self.tally.answers, self._server.memory()))
            await asyncio.sleep(0.5)


async def beside_a_flood(server: Server, at_once: int, work: Awaitable[None]) -> Tally:
    """Do something while a program has so many questions under way; return what came of these.

    Where it is told that the server is busy, it asks again a second later.
    """
    tally, over, asked = Tally(), asyncio.Event(), questions()
    async with client("127.2.0.1") as http:

        async def keep_asking() -> None:
            while not over.is_set():
                turned_away = len(tally.busy)
                await tally.of(ask(http, server.address, next(asked)))
                if len(tally.busy) > turned_away:
                    await asyncio.sleep(1)

        flood = [asyncio.create_task(keep_asking()) for _ in range(at_once)]
        await work
        over.set()
        await asyncio.gather(*flood)
    return tally
