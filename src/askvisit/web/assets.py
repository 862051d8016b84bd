"""The style sheet and the fonts, as plain files beside the Gradio page.

Gradio takes style sheets too, but prefixes each selector, and each part of an `:is(…)`, with its
own class, which breaks those inside `@media`.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parent / "static"
STYLES = (
    *("theme", "shapes", "top", "help", "conversations", "chat", "answer", "inspector", "question"),
    *("source", "names", "pages", "selecting", "timeline", "notebook", "articles", "adding"),
    *("devices", "print"),
)
"""The style sheets in order: later ones win."""

FONTS = ("serif-400.woff2", "serif-700.woff2")
PATH = "/askvisit"
"""Where the files are served; the page links to them relative to itself."""

_FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}


@cache
def style_sheet() -> str:
    """Return all style sheets as one."""
    return "\n".join((STATIC / f"{name}.css").read_text(encoding="utf-8") for name in STYLES)


@cache
def version() -> str:
    """Return the version in the files' addresses, so that browsers may keep them for ever."""
    return hashlib.sha256(style_sheet().encode()).hexdigest()[:12]


def routes() -> list[Any]:
    """Return the routes of a Starlette application for the files."""
    from starlette.responses import FileResponse, Response
    from starlette.routing import Route

    def styles(_: Any) -> Any:
        return Response(style_sheet(), media_type="text/css", headers=_FOR_EVER)

    def font(request: Any) -> Any:
        name = request.path_params["name"]
        if name not in FONTS:
            return Response(status_code=404)
        return FileResponse(STATIC / name, media_type="font/woff2", headers=_FOR_EVER)

    return [Route(f"{PATH}/chat.css", styles), Route(f"{PATH}/{{name}}", font)]
