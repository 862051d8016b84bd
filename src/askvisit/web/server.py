"""Serve the page: the port, Gradio's settings, limits."""

from __future__ import annotations

import errno
import os
import socket
import sys
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from askvisit.errors import ServerError

if TYPE_CHECKING:
    from askvisit.web.controller import ChatController
    from askvisit.web.guard import RequestLimiter

PORT = 7860
PUBLIC_BODY = 64 * 1024
"""Maximum bytes of a request to a chat that anyone may use."""

_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif"]
_MONO = ["ui-monospace", "SF Mono", "Menlo", "Consolas", "monospace"]


def launch(
    controller: ChatController,
    host: str,
    port: int,
    *,
    root_path: str | None = None,
    public: bool = False,
    mcp: bool = False,
    limiter: RequestLimiter | None = None,
) -> Any:
    """Serve the page in a thread and return it.

    public: tighter limits. mcp: also offer the endpoints as tools of an MCP server (streamable
    HTTP). limiter: counts the requests, and can be closed.
    """
    _settings()
    import gradio as gr
    from starlette.middleware import Middleware

    from askvisit.web import app, assets, front_page, guard, health, mcp_server, sessions
    from askvisit.web.fair_queue import FairQueue

    page = app.build(controller)
    # Not open: else a request could bypass the queue, and nothing would limit how many wait.
    page.queue(api_open=False)
    at_once = 4 if public else 8
    page._queue = FairQueue.of(page, at_once, waiting=64)
    largest_body = PUBLIC_BODY if public else guard.LARGEST_BODY
    adding = controller.editor is not None
    # A reverse proxy names its own host in the requests that it passes on.
    named = "" if root_path else host
    guarded = Middleware(
        guard.Guard,
        largest_body=largest_body,
        adding=adding,
        names=_own_names(named),
        limiter=limiter,
    )
    tools: dict[str, Any] = {}
    if mcp:
        tools = mcp_server.app_options(controller.assistant, controller.strictness, named, at_once)
    routes = [health.route(controller.assistant), *assets.routes()]
    tools["routes"] = [*routes, *tools.get("routes", ())]
    try:
        page.launch(
            server_name=f"[{host}]" if ":" in host else host,
            server_port=port,
            prevent_thread_lock=True,
            quiet=True,
            share=False,
            run_history=False,
            footer_links=[],
            ssr_mode=False,
            root_path=_rooted(root_path),
            max_file_size=largest_body,
            state_session_capacity=sessions.MOST,
            app_kwargs={"middleware": [guarded, Middleware(front_page.FrontPage)], **tools},
            mcp_server=False,
            # Gradio would give up if its own page takes over 3 s, as on a restart under load.
            _frontend=False,
            theme=gr.themes.Base(primary_hue="teal", font=_FONTS, font_mono=_MONO),
        )
    except OSError as error:
        raise ServerError(_taken(host, port)) from error
    page.app.state_holder = sessions.Sessions()
    page.app.state_holder.set_blocks(page)
    return page


def free_port(host: str, port: int) -> int:
    """Return the port, or any free one for 0. Raises `ServerError` if it is not available."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            if getattr(error, "errno", None) == errno.EADDRINUSE:
                raise ServerError(_taken(host, port)) from error
            raise ServerError(f"cannot listen on {host} port {port}: {error}") from error
        found: int = probe.getsockname()[1]
        return found


def _settings() -> None:
    """Keep Gradio from calling home, and from going through a proxy to this very machine.

    No proxy at all, because Gradio's client fails on a SOCKS proxy before it sends anything.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # And from keeping the last 10,000 events, and making a table of them after each one.
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(sys.maxsize)
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "*"


def _own_names(host: str) -> frozenset[str]:
    """Return how browsers may call a chat that only this machine reaches; nothing for others.

    A page elsewhere could have its own name resolve to this machine (DNS rebinding), and would
    then be of the same site as the chat.
    """
    if host != "localhost":
        try:
            if not ip_address(host).is_loopback:
                return frozenset()
        except ValueError:
            return frozenset()
    return frozenset({"localhost", "127.0.0.1", "[::1]", f"[{host}]" if ":" in host else host})


def _rooted(path: str | None) -> str | None:
    """Return a path as Gradio wants it, with a leading slash or none; a full URL as it is."""
    if not path or "://" in path:
        return path
    return f"/{path.strip('/')}".rstrip("/")


def _taken(host: str, port: int) -> str:
    other = port + 1 if port < 65535 else PORT
    return f"port {port} on {host} is in use; choose another: --port {other}"
