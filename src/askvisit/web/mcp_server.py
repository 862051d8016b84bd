"""The endpoints as tools of an MCP server (Model Context Protocol), on the chat's own port.

Uses the protocol's SDK, not Gradio's own MCP server, which returns results as Python text, not as
JSON, and holds back the versions of pydantic and of the protocol.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from functools import wraps
from inspect import getdoc
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from askvisit import __version__
from askvisit.web import api

if TYPE_CHECKING:
    from askvisit.assistant import Assistant
    from askvisit.calibration import Strictness

PATH = "/gradio_api/mcp"
"""Where clients look for the MCP server of a Gradio page."""

_INSTRUCTIONS = (
    "Answers questions about news articles with sentences quoted word for word, each cited by "
    "article and offsets. Where the articles do not answer, `found` is false."
)


def app_options(
    assistant: Assistant, strictness: Strictness, host: str, at_once: int
) -> dict[str, Any]:
    """Return the options of a Starlette application that serves the tools under `PATH`.

    strictness: how sure an answer must be if a call does not say;
    host: the address the chat listens on; if it is this machine's own, requests must name it
    (so that a page elsewhere cannot reach the tools by DNS rebinding);
    at_once: how many calls are worked on at once; the others wait.
    """
    from mcp.server.mcpserver import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp.types import ToolAnnotations
    from starlette.routing import Mount

    server = MCPServer(
        "askvisit", instructions=_INSTRUCTIONS, version=__version__, log_level="WARNING"
    )
    turns = BoundedSemaphore(at_once)
    for endpoint in api.endpoints(assistant, strictness):
        server.add_tool(
            _in_turn(api.in_words(endpoint, ToolError), turns),
            description=getdoc(endpoint),
            annotations=ToolAnnotations(read_only_hint=True),
        )
    tools = server.streamable_http_app(
        streamable_http_path="/", json_response=True, stateless_http=True, host=host
    )

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        async with server.session_manager.run():
            yield

    return {"routes": [Mount(PATH, app=tools)], "lifespan": lifespan}


def _in_turn(tool: Callable[..., Any], turns: AbstractContextManager[Any]) -> Callable[..., Any]:
    """Return a tool that waits for its turn."""

    @wraps(tool)
    def waiting(*args: Any, **kwargs: Any) -> Any:
        with turns:
            return tool(*args, **kwargs)

    return waiting
