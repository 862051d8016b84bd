"""What stands between the network and Gradio: security headers, size limits, no uploads.

Pure ASGI, because Gradio streams its events and must not be buffered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

LARGEST_BODY = 256 * 1024
"""Bytes of a request: a question, six earlier answers and what Gradio adds are far smaller."""

LARGEST_ADDITION = 14 * 1024 * 1024
"""Bytes of a request where articles may be added: a file of 10 MB as base64."""

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


class Guard:
    """Adds the headers to every response and refuses what is too large or nobody asked for."""

    def __init__(self, app: App, largest_body: int = LARGEST_BODY, *, adding: bool = False) -> None:
        self.app = app
        self.largest_body = largest_body
        self.adding = adding

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
        if refusal is None:
            await self.app(scope, receive, with_headers)
        else:
            await _answer(*refusal, with_headers)

    def _refusal(self, scope: Message) -> tuple[int, str] | None:
        path = scope["path"].rstrip("/")
        if path.endswith("/upload"):
            return 403, "Files are not accepted here."
        headers = dict(scope.get("headers", []))
        # Another page in the same browser must not add or remove articles.
        elsewhere = headers.get(b"sec-fetch-site") in (b"cross-site", b"same-site")
        if self.adding and elsewhere and scope["method"] != "GET":
            return 403, "Requests of other pages are not accepted here."
        if b"transfer-encoding" in headers:
            return 411, "Send a content-length."
        length = headers.get(b"content-length", b"0")
        sends_article = self.adding and path.endswith("/queue/join")
        largest = LARGEST_ADDITION if sends_article else self.largest_body
        if not length.isdigit() or int(length) > largest:
            return 413, "The request is too large."
        return None


async def _answer(status: int, text: str, send: Send) -> None:
    body = text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
