"""The guard by itself, before an application that answers when it is told to."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
from harness.fakes import finish

from askvisit.web import guard
from askvisit.web.faults import UserError
from askvisit.web.guard import PUBLIC_BODY, Guard, Turns


class Application:
    """Answers with a status, once `go` is set; it keeps the bodies that reach it."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.bodies: list[bytes] = []
        self.go = asyncio.Event()
        self.go.set()

    async def __call__(self, scope, receive, send):
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        self.bodies.append(body)
        await self.go.wait()
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b"the application's words"})


async def requested(app, path="/gradio_api/call/ask", method="POST", parts=(b"{}",), pause=0.0):
    """Send a request in parts; return status, headers and text of the response."""
    messages = [
        {"type": "http.request", "body": part, "more_body": n < len(parts)}
        for n, part in enumerate(parts, 1)
    ]
    sent = []

    async def receive():
        await asyncio.sleep(pause)
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    headers = [(b"content-length", str(sum(map(len, parts))).encode())]
    await app({"type": "http", "method": method, "path": path, "headers": headers}, receive, send)
    if not sent:
        return None, {}, ""
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"].decode()


def test_a_body_in_parts_reaches_the_application_whole():
    async def asked():
        app = Application()
        status, headers, _ = await requested(Guard().around(app), parts=(b"ab", b"", b"c"))
        assert (status, app.bodies) == (200, [b"abc"])
        assert headers[b"x-content-type-options"] == b"nosniff"

    finish(asked())


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=https://evil.example/x.png",
        "/gradio_api/file/https://evil.example/x.png",
        "//gradio_api/proxy=https://evil.example",
        "/chat/gradio_api/upload",
        "/gradio_api/process_recording",
        "/gradio_api/deep_link",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_what_the_chat_does_not_need_never_reaches_gradio(path, method):
    """Gradio fetches some of these addresses, and keeps what is sent to others."""
    app = Application()
    assert finish(requested(Guard().around(app), path, method))[0] == 403
    assert app.bodies == []


def test_a_notebook_arrives_where_no_question_may_be_so_large():
    notebook = b"x" * 300_000

    async def asked():
        guarded = Guard(PUBLIC_BODY).around(Application())
        assert (await requested(guarded, "/page/ask", parts=(notebook,)))[0] == 413
        path = "/page/notebook"
        assert (await requested(guarded, path, parts=(notebook,)))[0] == 200
        huge = b"x" * (guard.LARGEST_KEPT + 1)
        assert (await requested(guarded, path, parts=(huge,)))[0] == 413

    finish(asked())


def test_a_body_that_comes_too_slowly_is_refused(monkeypatch):
    monkeypatch.setattr(guard, "PATIENCE", 0.05)

    async def asked():
        app = Application()
        began = time.monotonic()
        status, _, told = await requested(Guard().around(app), parts=[b"x"] * 100, pause=0.02)
        assert (status, app.bodies) == (408, [])
        assert "too long" in json.loads(told)["detail"]
        assert time.monotonic() - began < 1.9  # all of it would take two seconds

    finish(asked())


def test_a_large_body_may_take_longer(monkeypatch):
    monkeypatch.setattr(guard, "PATIENCE", 0.0)
    monkeypatch.setattr(guard, "SLOWEST", 1)

    async def asked():
        assert (await requested(Guard().around(Application()), parts=[b"x"] * 9, pause=0.02))[
            0
        ] == 200

    finish(asked())


def test_who_leaves_before_the_end_of_a_request_is_not_answered():
    async def asked():
        app = Application()
        scope = {"type": "http", "method": "POST", "path": "/ask", "headers": []}
        messages = [{"type": "http.request", "body": b"{", "more_body": True}]

        async def receive():
            return messages.pop() if messages else {"type": "http.disconnect"}

        await Guard().around(app)(scope, receive, None)
        assert app.bodies == []

    finish(asked())


def test_one_too_many_is_told_so_at_once():
    async def asked():
        app = Application()
        app.go.clear()
        guarded = Guard(most=3).around(app)
        inside = [asyncio.create_task(requested(guarded)) for _ in range(3)]
        while guarded.asking < 3:
            await asyncio.sleep(0)
        status, headers, told = await requested(guarded)
        assert (status, headers[b"retry-after"]) == (503, b"5")
        assert json.loads(told) == {"detail": guard.BUSY}
        app.go.set()
        assert [status for status, _, _ in await asyncio.gather(*inside)] == [200] * 3
        assert (await requested(guarded))[0] == 200
        assert (guarded.asking, guarded.listening) == (0, 0)

    finish(asked())


def test_what_is_not_healthy_says_so_in_its_own_words():
    async def asked():
        assert (await requested(Guard().around(Application(503)), "/health", "GET"))[2] == (
            "the application's words"
        )

    finish(asked())


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/gradio_api/queue/data", "GET"),
        ("/gradio_api/call/ask/1", "GET"),
        ("/gradio_api/mcp/", "POST"),
    ],
)
def test_a_closed_door_lets_those_inside_finish_and_nobody_in(path, method):
    async def asked():
        app = Application()
        app.go.clear()
        guarded = Guard().around(app)
        inside = asyncio.create_task(requested(guarded, path, method))
        while not app.bodies:
            await asyncio.sleep(0)
        closing = asyncio.create_task(asyncio.to_thread(guarded.close, 30))
        while not guarded.closing:
            await asyncio.sleep(0)
        for other, method_of_another in (("/", "GET"), ("/ask", "POST")):
            status, headers, told = await requested(guarded, other, method_of_another)
            assert (status, headers[b"retry-after"]) == (503, b"5")
            assert json.loads(told) == {"detail": guard.STOPPING}
        assert not closing.done()
        app.go.set()
        assert (await inside)[0] == 200
        await closing

    finish(asked())


def test_a_closed_door_waits_for_nobody_longer_than_it_may():
    async def asked():
        app = Application()
        app.go.clear()
        guarded = Guard().around(app)
        inside = asyncio.create_task(requested(guarded))
        while not app.bodies:
            await asyncio.sleep(0)
        await asyncio.to_thread(guarded.close, 0.1)
        assert guarded.asking == 1
        inside.cancel()

    finish(asked())


class Clients:
    """Clients that have their turns, one line in `order` for each that begins."""

    def __init__(self, turns: Turns) -> None:
        self.turns, self.order = turns, []
        self.go = asyncio.Event()

    async def work(self, address: str) -> None:
        async with self.turns.of(address):
            self.order.append(address)
            await self.go.wait()

    def begin(self, *addresses: str) -> list[asyncio.Task]:
        return [asyncio.create_task(self.work(address)) for address in addresses]


async def settled():
    for _ in range(20):
        await asyncio.sleep(0)


def test_the_address_with_the_least_in_progress_comes_next():
    async def asked():
        clients = Clients(Turns(at_once=2, waiting=64))
        tasks = clients.begin("flood", "flood", "flood", "flood", "person", "flood")
        await settled()
        assert clients.order == ["flood", "flood"]
        clients.go.set()
        await asyncio.gather(*tasks)
        assert clients.order[2] == "person"
        assert clients.turns.working.total() == 0

    finish(asked())


def test_what_nobody_waits_for_comes_last_and_takes_nobody_s_place():
    async def asked():
        turns = Turns(at_once=2, waiting=1)
        clients = Clients(turns)
        tasks = clients.begin("first")
        await settled()

        async def filled():
            async with turns.of("first", later=True):
                clients.order.append("later")

        tasks += [asyncio.create_task(filled())]
        await settled()
        tasks += clients.begin("second", "third")
        await settled()
        assert clients.order == ["first", "second"]
        with pytest.raises(UserError, match=guard.BUSY):
            async with turns.of("fourth", later=True):
                pass
        clients.go.set()
        await asyncio.gather(*tasks)
        assert clients.order == ["first", "second", "third", "later"]
        assert turns.working.total() == 0

    finish(asked())


def test_the_last_places_are_for_addresses_with_nothing_waiting():
    async def asked():
        clients = Clients(Turns(at_once=1, waiting=guard.RESERVED + 1))
        tasks = clients.begin("flood", "flood")
        await settled()
        with pytest.raises(UserError, match=guard.BUSY):
            await clients.work("flood")
        tasks += clients.begin(*(f"person {n}" for n in range(guard.RESERVED)))
        await settled()
        with pytest.raises(UserError, match=guard.BUSY):
            await clients.work("one more")
        clients.go.set()
        await asyncio.gather(*tasks)
        assert len(clients.order) == guard.RESERVED + 2

    finish(asked())


def test_who_leaves_while_waiting_gives_up_the_place():
    async def asked():
        app = Application()
        guarded = Guard(turns=Turns(at_once=1)).around(app)
        clients = Clients(guarded.turns)
        first = clients.begin("somebody")
        await settled()
        assert await requested(guarded, "/page/ask") == (None, {}, "")
        assert (app.bodies, guarded.turns.queue, guarded.asking) == ([], [], 0)
        clients.go.set()
        await asyncio.gather(*first)
        assert (await requested(guarded, "/page/ask"))[0] == 200
        assert guarded.turns.working.total() == 0

    finish(asked())


@pytest.mark.parametrize("later", range(6))
def test_who_leaves_as_another_ends_is_not_called(later):
    async def asked():
        turns = Turns(at_once=1)
        clients = Clients(turns)
        tasks = clients.begin("somebody")
        await settled()
        left = asyncio.Event()

        async def receive():
            await left.wait()
            return {"type": "http.disconnect"}

        async def leaving():
            async with turns.of("leaving", receive=receive):
                pass

        tasks.append(asyncio.create_task(leaving()))
        await settled()
        left.set()
        for _ in range(later):
            await asyncio.sleep(0)
        clients.go.set()
        worked, _ = await asyncio.gather(*tasks, return_exceptions=True)
        assert (worked, turns.queue, turns.working.total()) == (None, [], 0)

    finish(asked())


@pytest.mark.parametrize("path", ["/ask", "/page/ask", "/gradio_api/call/ask", "/gradio_api/mcp/"])
def test_every_way_in_is_told_that_there_is_no_place_left(path):
    async def asked():
        guarded = Guard(turns=Turns(at_once=1, waiting=0)).around(Application())
        clients = Clients(guarded.turns)
        first = clients.begin("somebody")
        await settled()
        status, headers, told = await requested(guarded, path)
        assert (status, headers[b"retry-after"]) == (503, b"5")
        assert json.loads(told) == {"detail": guard.BUSY}
        clients.go.set()
        await asyncio.gather(*first)

    finish(asked())
