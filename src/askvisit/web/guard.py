"""Guards Gradio from the network: headers, limits on size, time and number, few addresses.

Pure ASGI, because Gradio streams its events and must not be buffered.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

LARGEST_BODY = 256 * 1024
"""Maximum bytes of a request: a question, six earlier answers and Gradio's part are far less."""

LARGEST_NOTEBOOK = 1024 * 1024
"""Maximum bytes of a request with a notebook: 300 pins, each with a long question."""

LARGEST_ADDITION = 14 * 1024 * 1024
"""Maximum bytes of a request if articles may be added: a 10 MB file as base64."""

PATIENCE = 10.0
"""Seconds within which a request's body must arrive, plus one for each `SLOWEST` bytes."""

SLOWEST = 64 * 1024

MOST_AT_ONCE = 64
"""Maximum concurrent requests that change or ask something; further ones are refused."""

BUSY = "Too many people are asking right now. Please try again in a few seconds."
STOPPING = "The server is shutting down. Please try again in a moment."
OTHER_NAME = (
    "This chat is for this machine only and is not called {!r}; behind a reverse proxy, start it "
    "with --root-path PATH (/ if the proxy adds none)."
)
RETRY_AFTER = "5"
"""Seconds, as a header value."""

_API = "/gradio_api/"
_CALLED = frozenset(
    "info queue call component_server heartbeat startup-events app_id cancel reset mcp".split()
)
"""What the page and programs call of Gradio's API.

The rest is not for anyone: among it are routes that keep uploaded files, and one that fetches any
address and passes on what it gets as the chat's own.
"""

_QUIET = 0.5
"""Seconds without a request after which a server being stopped counts as done.

A client that asked comes back for its answer with a separate request.
"""

POLICY = "; ".join(
    [
        "default-src 'self'",
        # Gradio's front end writes scripts into the page and compiles its templates.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    ]
)

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}


class RequestLimiter:
    """How many requests are being worked on, as counted by a server's guard."""

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self.most = most
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
        app: App,
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

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.encode(): value.encode() for name, value in HEADERS.items()}
                kept = [(k, v) for k, v in message.get("headers", []) if k.lower() not in own]
                message["headers"] = [*kept, *own.items()]
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await _answer(*refusal, with_headers)
        elif scope["method"] not in ("GET", "HEAD"):
            await self._asked(scope, receive, with_headers)
        elif _listens(scope["path"]):
            with self.limiter.inside(asks=False):
                await self.app(scope, receive, with_headers)
        elif self.limiter.closing:
            await _answer(503, STOPPING, with_headers)
        else:
            await self.app(scope, receive, with_headers)

    async def _asked(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on a request that asks something, once it has fully arrived, if there is room."""
        length = int(dict(scope.get("headers", [])).get(b"content-length", 0))
        try:
            async with asyncio.timeout(PATIENCE + length / SLOWEST):
                messages = await _whole(receive)
        except TimeoutError:
            await _answer(408, "The request took too long to arrive.", send)
            return
        if messages[-1]["type"] == "http.disconnect":
            return

        async def received() -> Message:
            return messages.popleft() if messages else await receive()

        if self.limiter.closing:
            await _answer(503, STOPPING, send)
        elif self.limiter.asking >= self.limiter.most:
            await _answer(503, BUSY, send)
        else:
            with self.limiter.inside(asks=True):
                await self.app(scope, received, _in_our_words(send))

    def _refusal(self, scope: Message) -> tuple[int, str] | None:
        path = scope["path"].rstrip("/")
        _, _, called = scope["path"].partition(_API)
        if called and called.partition("/")[0] not in _CALLED:
            return 403, "This is not accepted here."
        headers = dict(scope.get("headers", []))
        if self.names and (name := _name(headers)) not in self.names:
            return 403, OTHER_NAME.format(name)
        if _is_of_another_site(scope["method"], headers):
            return 403, "Requests from other sites are not accepted here."
        if b"transfer-encoding" in headers:
            return 411, "A Content-Length header is required."
        length = headers.get(b"content-length", b"0")
        largest = self.largest_body
        if path.endswith("/component_server"):
            largest = LARGEST_NOTEBOOK
        elif self.adding and path.endswith("/queue/join"):
            largest = LARGEST_ADDITION
        if not length.isdigit() or int(length) > largest:
            return 413, "The request is too large."
        return None


def _name(headers: dict[bytes, bytes]) -> str:
    """Return the name a request has for this server, without port."""
    host = headers.get(b"host", b"").decode("latin-1").lower()
    name, _, port = host.rpartition(":")
    return name if port.isdigit() else host


def _is_of_another_site(method: str, headers: dict[bytes, bytes]) -> bool:
    """Return whether a page elsewhere, in the browser of someone who may come here, sent this.

    It must not add or remove articles, nor read any; a link from there may open the chat. Browsers
    say where a request comes from, but over plain HTTP only in `Origin`, which links lack.
    """
    origin = headers.get(b"origin")
    if method in ("GET", "HEAD") and origin is None:
        return False
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site not in (b"same-origin", b"none")
    hosts = [headers.get(name) for name in (b"host", b"x-forwarded-host")]
    return origin is not None and origin.partition(b"://")[2] not in hosts


def _listens(path: str) -> bool:
    """Return whether a request waits for an answer, from the page or the API."""
    return "/queue/data" in path or "/call/" in path


async def _whole(receive: Receive) -> deque[Message]:
    """Wait for the whole request."""
    messages = deque([await receive()])
    while messages[-1].get("more_body"):
        messages.append(await receive())
    return messages


def _in_our_words(send: Send) -> Send:
    """If Gradio's queue is full, say that the server is busy in the guard's words."""
    full = False

    async def sent(message: Message) -> None:
        nonlocal full
        if message.get("status") == 503:
            full = True
            await _answer(503, BUSY, send)
        elif not full:
            await send(message)

    return sent


async def _answer(status: int, text: str, send: Send) -> None:
    """Refuse a request, in JSON as the API does."""
    body = json.dumps({"detail": text}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    if status == 503:
        headers.append((b"retry-after", RETRY_AFTER.encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
