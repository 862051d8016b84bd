"""Guards the chat from the network: headers, limits on size, time and number, fair turns.

Pure ASGI, because answers of Gradio's API are streamed and must not be buffered.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Self

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from askvisit.web.faults import UserError

LARGEST_BODY = 256 * 1024
"""Maximum bytes of a request: a question with six earlier answers is far less."""

PUBLIC_BODY = 64 * 1024
"""Maximum bytes of a request to a chat that anyone may use."""

LARGEST_KEPT = 1024 * 1024
"""Maximum bytes of what a browser kept: a conversation of 30 turns, a notebook of 300 pins."""

LARGEST_ADDITION = 14 * 1024 * 1024
"""Maximum bytes of a request if articles may be added: a 10 MB file as base64."""

KEPT = frozenset({"/page/turns", "/page/export", "/page/pins", "/page/notebook"})
ADDING = frozenset({"/page/add"})

PATIENCE = 10.0
"""Seconds within which a request's body must arrive, plus one for each `SLOWEST` bytes."""

SLOWEST = 64 * 1024

MOST_AT_ONCE = 128
"""Maximum concurrent requests that change or ask something, those that wait included."""

RESERVED = 8
"""The last places to wait in, open only to clients with nothing waiting."""

BUSY = "Too many people are asking right now. Please try again in a few seconds."
STOPPING = "The server is shutting down. Please try again in a moment."
OTHER_NAME = (
    "This chat is for this machine only and is not called {!r}; behind a reverse proxy, start it "
    "with --root-path PATH (/ if the proxy adds none)."
)
RETRY_AFTER = "5"
"""Seconds, as a header value."""

OWN = frozenset("health static page ask search timeline names articles openapi.json config".split())
"""The first words of the paths that are open, besides the page itself and `_CALLED`."""

WORKING = frozenset(
    "/ask /search /timeline /names /page/ask /page/inspect /page/timeline /page/names".split()
)
"""What waits for its turn: it takes the reader's or the encoder's time."""

LATER = frozenset({"/page/each", "/page/suggested"})
"""What nobody waits for: it has its turn when nothing else is worked on."""

API = "/gradio_api/"
MCP = "/gradio_api/mcp"
_CALLED = frozenset("info queue call heartbeat startup-events app_id cancel reset mcp".split())
"""What programs call of Gradio's API.

The rest is not for anyone: among it are routes that keep uploaded files, and one that fetches any
address and passes on what it gets as the chat's own.
"""

_QUIET = 0.5
"""Seconds without a request after which a server being stopped counts as done.

A client that asked comes back for its answer with a separate request.
"""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}


class Turns:
    """Who may work: few at once, and next the address with the least in progress.

    A client is its address. Behind a reverse proxy on this machine, it is the one in
    `X-Forwarded-For`, which uvicorn reads; behind any other, all clients count as one.
    """

    def __init__(self, at_once: int = 8, waiting: int = 64) -> None:
        """At most `at_once` work, and `waiting` wait; among several, the first who came."""
        self.at_once, self.most = at_once, waiting
        self.working: Counter[str] = Counter()
        self.queue: list[tuple[str, bool, asyncio.Future[None]]] = []

    def are_full(self, address: str, later: bool = False) -> bool:
        """Whether an address may not even wait."""
        waiting = [one for one, is_later, _ in self.queue if is_later == later]
        left = self.most - len(waiting)
        return left <= 0 or (left <= RESERVED and address in waiting)

    @asynccontextmanager
    async def of(
        self, address: str, later: bool = False, receive: Receive | None = None
    ) -> AsyncIterator[None]:
        """Wait for the turn of an address, and have it; raises `UserError` if no place is left.

        later: nobody waits for it, so it comes after all else, when nothing is worked on.
        receive: tells if the client leaves; the wait ends then, by `ClientDisconnect`.
        """
        if not self._has_room(later) and self.are_full(address, later):
            raise UserError(BUSY, 503)
        turn = asyncio.get_running_loop().create_future()
        gone = asyncio.ensure_future(_left(receive) if receive else asyncio.Event().wait())

        def give_up(_: object) -> None:
            if not turn.done():
                turn.set_exception(ClientDisconnect())

        gone.add_done_callback(give_up)
        mine = (address, later, turn)
        self.queue.append(mine)
        self._call_next()
        try:
            await turn
            gone.cancel()
            await asyncio.wait([gone])  # the application receives now
            yield
        finally:
            gone.cancel()
            if mine in self.queue:
                self.queue.remove(mine)
            else:
                self.working -= Counter({address: 1})
                self._call_next()

    def _has_room(self, later: bool) -> bool:
        return self.working.total() < (1 if later else self.at_once)

    def _call_next(self) -> None:
        able = [one for one in self.queue if self._has_room(one[1]) and not one[2].done()]
        if able:
            chosen = min(able, key=lambda one: (one[1], self.working[one[0]]))
            self.queue.remove(chosen)
            self.working[chosen[0]] += 1
            chosen[2].set_result(None)


@dataclass
class Guard:
    """Adds the headers to every response; refuses requests too large, too slow or too many.

    adding: whether articles may be sent. names: the names of this server that requests may use,
    without port; any if there are none. most: how many may ask at once, those that wait included.
    """

    largest_body: int = LARGEST_BODY
    adding: bool = False
    names: frozenset[str] = frozenset()
    turns: Turns = field(default_factory=Turns)
    most: int = MOST_AT_ONCE
    closing: bool = False
    asking: int = 0
    listening: int = 0

    def around(self, app: ASGIApp) -> Self:
        """Guard an application."""
        self.app = app
        return self

    def close(self, seconds: float) -> None:
        """Let nobody in any more, and wait at most this long until all have their answers."""
        self.closing = True
        end = time.monotonic() + seconds
        quiet_until = time.monotonic() + _QUIET
        while (now := time.monotonic()) < min(end, quiet_until):
            if self.asking or self.listening:
                quiet_until = now + _QUIET
            time.sleep(0.02)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        try:
            await self._passed(scope, receive, with_headers)
        except UserError as refusal:
            headers = {"connection": "close"}
            headers |= {"retry-after": RETRY_AFTER} if refusal.status_code == 503 else {}
            response = JSONResponse({"detail": refusal.detail}, refusal.status_code, headers)
            await response(scope, receive, with_headers)
        except ClientDisconnect:
            pass  # nobody is left to answer

    async def _passed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on. Raises `UserError` if it is refused."""
        path, headers = _path(scope), Headers(scope=scope)
        self._check(scope["method"], path, headers)
        asks = scope["method"] not in ("GET", "HEAD")
        listens = not asks and ("/queue/data" in path or "/call/" in path)  # to Gradio's answer
        length = int(headers.get("content-length", 0))
        received = await _arrived(scope, receive, length) if asks else receive
        if self.closing and not listens:
            raise UserError(STOPPING, 503)
        address = (scope.get("client") or ("",))[0]
        queued = path.startswith((f"{API}call/", f"{API}queue/join"))
        is_full = self.asking >= self.most or (queued and self.turns.are_full(address))
        if asks and is_full:
            raise UserError(BUSY, 503)
        works = asks and (path in WORKING | LATER or path.startswith(MCP))
        turn = self.turns.of(address, path in LATER, receive) if works else nullcontext()
        self.asking, self.listening = self.asking + asks, self.listening + listens
        try:
            async with turn:
                await self.app(scope, received, send)
        finally:
            self.asking, self.listening = self.asking - asks, self.listening - listens

    def _check(self, method: str, path: str, headers: Headers) -> None:
        """Raise `UserError` if a request is refused by what its head says."""
        first, _, rest = path.lstrip("/").partition("/")
        is_open = not first or first in OWN
        if path.startswith(API):
            is_open = rest.partition("/")[0] in _CALLED
        if not is_open:
            raise UserError("This is not accepted here.", 403)
        if self.names and (name := _name(headers)) not in self.names:
            raise UserError(OTHER_NAME.format(name), 403)
        if _is_of_another_site(method, headers):
            raise UserError("Requests from other sites are not accepted here.", 403)
        if "transfer-encoding" in headers:
            raise UserError("A Content-Length header is required.", 411)
        length = headers.get("content-length", "0")
        largest = self.largest_body
        if path in KEPT:
            largest = LARGEST_KEPT
        elif self.adding and path in ADDING:
            largest = LARGEST_ADDITION
        if not (length.isascii() and length.isdigit()) or int(length) > largest:
            raise UserError("The request is too large.", 413)


def _path(scope: Scope) -> str:
    """Return the path without the one that a reverse proxy adds, and without a slash at the end."""
    path: str = scope["path"]
    root: str = scope.get("root_path") or ""
    if root and path.startswith(f"{root}/"):
        path = path[len(root) :]
    return path.rstrip("/") or "/"


def _name(headers: Headers) -> str:
    """Return the name a request has for this server, without port."""
    host = headers.get("host", "").lower()
    name, _, port = host.rpartition(":")
    return name if port.isdigit() else host


def _is_of_another_site(method: str, headers: Headers) -> bool:
    """Return whether a page elsewhere, in the browser of someone who may come here, sent this.

    It must not add or remove articles, nor read any; a link from there may open the chat. Browsers
    say where a request comes from, but over plain HTTP only in `Origin`, which links lack.
    """
    origin = headers.get("origin")
    if method in ("GET", "HEAD") and origin is None:
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    hosts = [headers.get(name) for name in ("host", "x-forwarded-host")]
    return origin is not None and origin.partition("://")[2] not in hosts


async def _arrived(scope: Scope, receive: Receive, length: int) -> Receive:
    """Wait for the whole body of a request; return what gives it to the application."""
    try:
        async with asyncio.timeout(PATIENCE + length / SLOWEST):
            body = await Request(scope, receive).body()
    except TimeoutError as late:
        raise UserError("The request took too long to arrive.", 408) from late
    messages: list[Message] = [{"type": "http.request", "body": body}]

    async def received() -> Message:
        return messages.pop() if messages else await receive()

    return received


async def _left(receive: Receive) -> None:
    """Wait until the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
