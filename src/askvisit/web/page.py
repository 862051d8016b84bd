"""The page, which shows something before any script runs, and its files."""

from __future__ import annotations

import gzip
import hashlib
import logging
from functools import cache, lru_cache, partial
from inspect import getdoc
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from askvisit import __version__, tools
from askvisit.errors import AskvisitError
from askvisit.web.articles import ADDING, listing
from askvisit.web.chat import Chat
from askvisit.web.conversation import suggested
from askvisit.web.rendering import fragment
from askvisit.web.source_panel import first_panel
from askvisit.web.suggestions import Next

log = logging.getLogger("askvisit.web")

STATIC = Path(__file__).parent / "static"
STYLES = (
    *("theme", "shapes", "top", "help", "conversations", "chat", "answer", "inspector", "question"),
    *("source", "names", "pages", "selecting", "timeline", "notebook", "articles", "adding"),
    *("devices", "print"),
)
"""The style sheets in order: later ones win. They are served as one file."""

KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_FOR_EVER = "public, max-age=31536000, immutable"
_packed = lru_cache(maxsize=128)(partial(gzip.compress, compresslevel=6, mtime=0))


@cache
def files() -> dict[str, bytes]:
    """Return what the page loads, by name; all style sheets as one."""
    paths = (path for path in sorted(STATIC.iterdir()) if path.suffix in KINDS)
    found = {path.name: path.read_bytes() for path in paths}
    sheets = [found.pop(f"{name}.css") for name in STYLES]
    return found | {"chat.css": b"\n".join(sheets)}


@cache
def version() -> str:
    """Return the version in the files' addresses, so that browsers may keep them for ever."""
    return hashlib.sha256(b"".join(files().values())).hexdigest()[:12]


def routes(chat: Chat) -> APIRouter:
    """Return the page, its files, and `/health`.

    `/health` tells a supervisor or a load balancer whether questions can be answered now: status
    200 with `ok`, or 503. It opens the index as a question would. Problems are detailed only in the
    server's log, because anyone may ask here.
    """
    router = APIRouter(include_in_schema=False)
    endpoints = {one.__name__: getdoc(one) for one in tools.calls(None)}  # type: ignore[arg-type]

    @router.get("/")
    def page(request: Request) -> Response:
        html = fragment(
            "page",
            version=version(),
            endpoints=endpoints,
            listing=listing(chat),
            suggested=suggested(chat, Next()),
            source=first_panel(chat.articles),
            adding=ADDING if chat.editor is not None else None,
        )
        return _sent(html.encode(), ".html", request, "no-store")

    @router.get("/static/{version}/{name}")
    def file(version: str, name: str, request: Request) -> Response:
        content = files().get(name)
        if content is None:
            return Response(status_code=404)
        return _sent(content, Path(name).suffix, request, _FOR_EVER)

    @router.get("/health")
    def health() -> JSONResponse:
        found: dict[str, Any] = {"status": "ok", "version": __version__}
        status = 200
        try:
            found["articles"] = len(chat.assistant.articles)
        except (AskvisitError, OSError) as error:
            log.warning("not healthy: %s", error)
            found |= {"status": "error", "error": type(error).__name__}
            status = 503
        return JSONResponse(found, status, headers={"cache-control": "no-store"})

    return router


def _sent(content: bytes, suffix: str, request: Request, kept: str) -> Response:
    """Send something of a kind, packed to browsers that unpack it; `kept`: who may keep it."""
    headers = {"cache-control": kept, "vary": "accept-encoding"}
    if suffix != ".woff2" and "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["content-encoding"] = _packed(content), "gzip"
    return Response(content, media_type=KINDS[suffix], headers=headers)
