"""What is served beside Gradio's page, and what that page says before any script runs.

Gradio serves a page that calls itself "Gradio" and is blank without scripts. It takes style sheets
too, but prefixes each selector, and each part of an `:is(…)`, with its own class, which breaks
those inside `@media`; so they are plain files.
"""

from __future__ import annotations

import hashlib
import logging
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from askvisit import __version__
from askvisit.errors import AskvisitError

if TYPE_CHECKING:
    from askvisit.assistant import Assistant
    from askvisit.web.guard import App, Message, Receive, Send

log = logging.getLogger("askvisit.web")

STATIC = Path(__file__).parent / "static"
STYLES = (
    *("theme", "shapes", "top", "help", "conversations", "chat", "answer", "inspector", "question"),
    *("source", "names", "pages", "selecting", "timeline", "notebook", "articles", "adding"),
    *("devices", "print"),
)
"""The style sheets in order: later ones win."""

FONTS = ("serif-400.woff2", "serif-700.woff2")
FILES = "/askvisit"
"""Where the files are served; the page links to them relative to itself."""

_FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}
TITLE = "askvisit"
DESCRIPTION = "Ask questions about news articles; every answer is quoted word for word and cited."

_PREVIEW = re.compile(rb"""\s*<meta\s+(?:property="og:|name="twitter:)[^>]*>""")
_MANIFEST = re.compile(rb"""\s*<link rel="manifest"[^>]*>""")
_HEAD = (
    f'<meta name="description" content="{DESCRIPTION}" />'
    f'<meta property="og:title" content="{TITLE}" />'
    f'<meta property="og:description" content="{DESCRIPTION}" />'
    '<meta property="og:type" content="website" />'
    f'<link rel="stylesheet" href=".{FILES}/chat.css?v={{version}}" />'
    "</head>"
)
_NO_SCRIPT = (
    "<noscript><main><h1>askvisit</h1>"
    f"<p>{DESCRIPTION}</p><p>This page needs JavaScript. Please allow it and load the page again, "
    "or ask from the command line: <code>askvisit ask &quot;…&quot;</code></p></main></noscript>"
    "</body>"
)


@cache
def style_sheet() -> str:
    """Return all style sheets as one."""
    return "\n".join((STATIC / f"{name}.css").read_text(encoding="utf-8") for name in STYLES)


@cache
def version() -> str:
    """Return the version in the files' addresses, so that browsers may keep them for ever."""
    return hashlib.sha256(style_sheet().encode()).hexdigest()[:12]


def routes(assistant: Assistant) -> list[Any]:
    """Return the routes of a Starlette application: for the files, and `/health`.

    `/health` tells a supervisor or a load balancer whether questions can be answered now: status
    200 with `ok`, or 503. It opens the index as a question would. Problems are detailed only in the
    server's log, because anyone may ask here.
    """
    from starlette.responses import FileResponse, JSONResponse, Response
    from starlette.routing import Route

    def styles(_: Any) -> Any:
        return Response(style_sheet(), media_type="text/css", headers=_FOR_EVER)

    def font(request: Any) -> Any:
        name = request.path_params["name"]
        if name not in FONTS:
            return Response(status_code=404)
        return FileResponse(STATIC / name, media_type="font/woff2", headers=_FOR_EVER)

    def health(_: Any) -> Any:  # not async: it reads files, so it runs in a thread
        found: dict[str, Any] = {"status": "ok", "version": __version__}
        status = 200
        try:
            found["articles"] = len(assistant.articles)
        except (AskvisitError, OSError) as error:
            log.warning("not healthy: %s", error)
            found |= {"status": "error", "error": type(error).__name__}
            status = 503
        return JSONResponse(found, status, headers={"cache-control": "no-store"})

    named = Route(f"{FILES}/{{name}}", font)
    return [Route("/health", health), Route(f"{FILES}/chat.css", styles), named]


class FrontPage:
    """Rewrites the one page that Gradio serves; everything else passes unchanged."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on; collect the response only if it is the page."""
        is_page = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if not is_page or "/gradio_api" in scope["path"] or FILES in scope["path"]:
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
    head = _HEAD.format(version=version()).encode()
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
