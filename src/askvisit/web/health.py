"""`/health`, for a supervisor or a load balancer: whether questions can be answered now.

It opens the index as a question would. Problems are detailed only in the server's log, because
anyone may ask here.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from askvisit import __version__
from askvisit.errors import AskvisitError

if TYPE_CHECKING:
    from askvisit.assistant import Assistant

PATH = "/health"

log = logging.getLogger("askvisit.web")


def route(assistant: Assistant) -> Any:
    """Return the route of a Starlette application: status 200 with `ok`, or 503."""
    from starlette.responses import JSONResponse
    from starlette.routing import Route

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

    return Route(PATH, health)
