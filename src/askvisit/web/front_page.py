"""What the page says before any script runs: to link previews, and to browsers without scripts.

Gradio serves a page that calls itself "Gradio" and is blank without scripts. Pure ASGI, like
`guard`.
"""

from __future__ import annotations

import re
from typing import Any

from askvisit.web import assets
from askvisit.web.guard import App, Message, Receive, Send

TITLE = "askvisit"
DESCRIPTION = "Ask questions about news articles; every answer is quoted word for word and cited."

_PREVIEW = re.compile(rb"""\s*<meta\s+(?:property="og:|name="twitter:)[^>]*>""")
_MANIFEST = re.compile(rb"""\s*<link rel="manifest"[^>]*>""")
_HEAD = (
    f'<meta name="description" content="{DESCRIPTION}" />'
    f'<meta property="og:title" content="{TITLE}" />'
    f'<meta property="og:description" content="{DESCRIPTION}" />'
    '<meta property="og:type" content="website" />'
    f'<link rel="stylesheet" href=".{assets.PATH}/chat.css?v={{version}}" />'
    "</head>"
)
_NO_SCRIPT = (
    "<noscript><main><h1>askvisit</h1>"
    f"<p>{DESCRIPTION}</p><p>This page needs JavaScript. Please allow it and load the page again, "
    "or ask from the command line: <code>askvisit ask &quot;…&quot;</code></p></main></noscript>"
    "</body>"
)


class FrontPage:
    """Rewrites the one page that Gradio serves; everything else passes unchanged."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on; collect the response only if it is the page."""
        is_page = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if not is_page or "/gradio_api" in scope["path"] or assets.PATH in scope["path"]:
            await self.app(scope, receive, send)
            return
        start: Message | None = None
        pieces: list[bytes] = []

        async def sent(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_html(message):
                start = message
            elif start is None:
                await send(message)
            else:
                pieces.append(message.get("body", b""))
                if not message.get("more_body"):
                    body = rewritten(b"".join(pieces))
                    await send(_with_length(start, len(body)))
                    await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, sent)


def rewritten(page: bytes) -> bytes:
    """Return the page with our names, our style sheet, and a text for browsers without scripts."""
    page = _MANIFEST.sub(b"", _PREVIEW.sub(b"", page))
    head = _HEAD.format(version=assets.version()).encode()
    page = page.replace(b"</head>", head, 1)
    before, _, after = page.rpartition(b"</body>")
    return before + _NO_SCRIPT.encode() + after


def _is_html(start: Message) -> bool:
    headers = dict(start.get("headers", []))
    is_html: Any = headers.get(b"content-type", b"").startswith(b"text/html")
    return bool(is_html) and b"content-encoding" not in headers


def _with_length(start: Message, length: int) -> Message:
    kept = [(k, v) for k, v in start.get("headers", []) if k.lower() != b"content-length"]
    return {**start, "headers": [*kept, (b"content-length", str(length).encode())]}
