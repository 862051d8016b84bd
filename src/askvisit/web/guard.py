"""Guards the chat from the network: headers, limits on size, time and number, fair turns.

Pure ASGI, because answers of Gradio's API are streamed and must not be buffered.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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


class Busy(Exception):  # noqa: N818 - it is no error
    """There is no place left to wait in."""


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
        self, address: str, later: bool = False, gone: asyncio.Future[None] | None = None
    ) -> AsyncIterator[None]:
        """Wait for the turn of an address, and have it. Raises `Busy`.

        later: nobody waits for it, so it comes after all else, when nothing is worked on.
        gone: is done if the client leaves; the wait is cancelled then.
        """
        if self.working.total() >= (1 if later else self.at_once):
            if self.are_full(address, later):
                raise Busy
            turn = asyncio.get_running_loop().create_future()
            mine = (address, later, turn)
            self.queue.append(mine)
            if gone is not None:
                gone.add_done_callback(lambda _: turn.cancel())
            try:
                await turn
            except asyncio.CancelledError:
                if mine in self.queue:
                    self.queue.remove(mine)
                else:  # it was told at the same moment
                    self._end(address)
                raise
        else:
            self.working[address] += 1
        try:
            yield
        finally:
            self._end(address)

    def _end(self, address: str) -> None:
        self.working -= Counter({address: 1})
        working = self.working.total()
        able = [one for one in self.queue if working < (1 if one[1] else self.at_once)]
        if able:
            chosen = min(able, key=lambda one: (one[1], self.working[one[0]]))
            self.queue.remove(chosen)
            self.working[chosen[0]] += 1
            chosen[2].set_result(None)


class RequestLimiter:
    """How many requests are in progress, and whose turn it is."""

    def __init__(self, most: int = MOST_AT_ONCE, turns: Turns | None = None) -> None:
        self.most = most
        self.turns = Turns() if turns is None else turns
        self.closing = False
        self.asking = 0
        self.listening = 0

    def close(self, seconds: float) -> None:
        """Let nobody in any more, and wait at most this long until all have their answers."""
        self.closing = True
        end = time.monotonic() + seconds
        quiet_until = time.monotonic() + _QUIET
        while (now := time.monotonic()) < min(end, quiet_until):
            if self.asking or self.listening:
                quiet_until = now + _QUIET
            time.sleep(0.02)

    @contextmanager
    def inside(self, *, asks: bool) -> Iterator[None]:
        """Count a request that asks, or else one that listens for an answer."""
        self.asking += asks
        self.listening += not asks
        try:
            yield
        finally:
            self.asking -= asks
            self.listening -= not asks


class Guard:
    """Adds the headers to every response; refuses requests too large, too slow or too many.

    adding: whether articles may be sent. names: the names of this server that requests may use,
    without port; any if there are none. limiter: counts the requests, and can be closed.
    """

    def __init__(
        self,
        app: ASGIApp,
        largest_body: int = LARGEST_BODY,
        *,
        adding: bool = False,
        names: frozenset[str] = frozenset(),
        limiter: RequestLimiter | None = None,
    ) -> None:
        self.app = app
        self.largest_body = largest_body
        self.adding = adding
        self.names = names
        self.limiter = RequestLimiter() if limiter is None else limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        answer = self._refusal(scope)
        if answer is not None:
            await answer(scope, receive, with_headers)
        elif scope["method"] not in ("GET", "HEAD"):
            await self._asked(scope, receive, with_headers)
        elif _listens(scope["path"]):
            with self.limiter.inside(asks=False):
                await self.app(scope, receive, with_headers)
        elif self.limiter.closing:
            await _refused(503, STOPPING)(scope, receive, with_headers)
        else:
            await self.app(scope, receive, with_headers)

    async def _asked(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request that asks something, once it has fully arrived, if there is room."""
        length = int(Headers(scope=scope).get("content-length", 0))
        try:
            async with asyncio.timeout(PATIENCE + length / SLOWEST):
                messages = await _whole(receive)
        except TimeoutError:
            await _refused(408, "The request took too long to arrive.")(scope, receive, send)
            return
        if messages[-1]["type"] == "http.disconnect":
            return

        async def received() -> Message:
            return messages.popleft() if messages else await receive()

        address = (scope.get("client") or ("",))[0]
        limiter, path = self.limiter, _path(scope)
        queued = path.startswith((f"{API}call/", f"{API}queue/join"))
        if limiter.closing:
            await _refused(503, STOPPING)(scope, receive, send)
        elif limiter.asking >= limiter.most or (queued and limiter.turns.are_full(address)):
            await _refused(503, BUSY)(scope, receive, send)
        elif path in WORKING | LATER or path.startswith(MCP):
            with limiter.inside(asks=True):
                await self._in_turn(address, scope, receive, received, send)
        else:
            with limiter.inside(asks=True):
                await self.app(scope, received, send)

    async def _in_turn(
        self, address: str, scope: Scope, receive: Receive, received: Receive, send: Send
    ) -> None:
        """Pass a request on when it is its turn; a client that leaves gives up its place."""
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            async with self.limiter.turns.of(address, _path(scope) in LATER, gone):
                gone.cancel()
                with suppress(asyncio.CancelledError):
                    await gone  # the application receives now
                await self.app(scope, received, send)
        except Busy:
            await _refused(503, BUSY)(scope, receive, send)
        except asyncio.CancelledError:
            if not gone.done() or gone.cancelled():
                raise
        finally:
            gone.cancel()

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        path = _path(scope)
        first, _, rest = path.lstrip("/").partition("/")
        is_open = not first or first in OWN
        if path.startswith(API):
            is_open = rest.partition("/")[0] in _CALLED
        if not is_open:
            return _refused(403, "This is not accepted here.")
        headers = Headers(scope=scope)
        if self.names and (name := _name(headers)) not in self.names:
            return _refused(403, OTHER_NAME.format(name))
        if _is_of_another_site(scope["method"], headers):
            return _refused(403, "Requests from other sites are not accepted here.")
        if "transfer-encoding" in headers:
            return _refused(411, "A Content-Length header is required.")
        length = headers.get("content-length", "0")
        largest = self.largest_body
        if path in KEPT:
            largest = LARGEST_KEPT
        elif self.adding and path in ADDING:
            largest = LARGEST_ADDITION
        if not (length.isascii() and length.isdigit()) or int(length) > largest:
            return _refused(413, "The request is too large.")
        return None


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


def _listens(path: str) -> bool:
    """Return whether a request waits for an answer of Gradio's API."""
    return "/queue/data" in path or "/call/" in path


async def _whole(receive: Receive) -> deque[Message]:
    """Wait for the whole request."""
    messages = deque([await receive()])
    while messages[-1].get("more_body"):
        messages.append(await receive())
    return messages


async def _disconnected(receive: Receive) -> None:
    """Wait until the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _refused(status: int, words: str) -> JSONResponse:
    """Return a refusal, in JSON as the API's answers are."""
    headers = {"connection": "close"} | ({"retry-after": RETRY_AFTER} if status == 503 else {})
    return JSONResponse({"detail": words}, status, headers)
