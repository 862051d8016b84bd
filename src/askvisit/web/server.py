"""Start the web chat: check the options, load, serve the page, and stop cleanly."""

from __future__ import annotations

import argparse
import ctypes
import errno
import logging
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from askvisit.errors import ServerError

if TYPE_CHECKING:
    from askvisit.index import IndexLocation
    from askvisit.web.chat import Chat
    from askvisit.web.guard import Guard

PORT = 7860

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h

_STOPPING = (signal.SIGINT, signal.SIGTERM)
"""What Ctrl-C and supervisors send."""

_GOODBYE = 8.0
"""Seconds allowed for pending answers when the chat is stopped."""


def serve(
    options: argparse.Namespace, index: str | os.PathLike[str] | IndexLocation | None
) -> None:
    """Load, warm up, serve, and wait: what `askvisit ui` does with its options.

    Raises `ServerError` if options conflict or the address is not free.
    """
    for option in ("feedback", "allow_add", "log_text"):
        if options.public and getattr(options, option):
            name = option.replace("_", "-")
            raise ServerError(f"--{name} cannot be used with --public; leave one of them out")
    if options.mcp and not _has_mcp():
        raise ServerError("--mcp needs the extra mcp; run: pip install 'mcp>=2,<3'")
    if options.log_text and options.log is None:
        raise ServerError("--log-text adds the words of questions to the log; add --log FILE")
    port = free_port(options.host, options.port)
    with suppress(OSError, AttributeError):  # glibc keeps what is freed for each of many threads
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 2)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    from askvisit.assistant import Assistant
    from askvisit.formats import isolated
    from askvisit.index import location_of
    from askvisit.index.edit import articles_folder
    from askvisit.web.chat import Chat
    from askvisit.web.editor import ArticleEditor
    from askvisit.web.guard import MCP
    from askvisit.web.request_log import Lines, RequestLog

    feedback = Lines(options.feedback, "feedback") if options.feedback else None
    location = location_of(index)
    if options.allow_add:
        articles_folder(location)  # raises at once, before models are loaded
    log = RequestLog(options.log, text=options.log_text) if options.log else None
    assistant = Assistant.load(location, reader=options.reader)
    assistant.observer = log.observe if log else None
    editor = ArticleEditor(location, assistant.encoder) if options.allow_add else None
    assistant.warm_up()
    chat = Chat(assistant, options.strictness, feedback, editor)
    served = launch(
        chat,
        options.host,
        port,
        root_path=options.root_path,
        public=options.public,
        mcp=options.mcp,
    )
    caught: list[int] = []
    for one in _STOPPING:
        signal.signal(one, lambda number, _: caught.append(number))
    if options.mcp:
        print(f"MCP server: {served.local_url.rstrip('/')}{MCP}/", flush=True)
    print(f"askvisit is ready: {served.local_url} (press Ctrl-C to stop)", flush=True)
    while not caught:  # signal.pause() would sleep on if another thread is interrupted
        time.sleep(0.1)
    for one in _STOPPING:
        signal.signal(one, signal.SIG_DFL)  # a second one kills
    served.guard.close(_GOODBYE)
    isolated.end()
    sys.stdout.flush()
    # At once, without Python's own shutdown: native code in other threads may still be reading for
    # users who left, and aborts if Python ends under it. The system closes what listens.
    os._exit(130 if caught[0] == signal.SIGINT else 0)


def _has_mcp() -> bool:
    try:
        return find_spec("mcp.server.mcpserver") is not None  # version 1 has no such module
    except ModuleNotFoundError:
        return False


@dataclass(frozen=True)
class Served:
    """The chat as it is served, in a thread of this process."""

    app: Any
    local_url: str
    guard: Guard

    def close(self) -> None:
        """Stop serving."""
        self.app.get_blocks().close(verbose=False)


def launch(
    chat: Chat,
    host: str,
    port: int,
    *,
    root_path: str | None = None,
    public: bool = False,
    mcp: bool = False,
) -> Served:
    """Serve the chat in a thread.

    public: tighter limits. mcp: also offer the endpoints as tools of an MCP server (streamable
    HTTP).
    """
    from unittest.mock import patch

    _settings()
    with patch("inspect.getfile", side_effect=OSError):  # no stubs for editors: a third of its time
        from gradio import Server

    from askvisit.web import (
        api,
        articles,
        conversation,
        guard,
        lookups,
        notebook,
        page,
        source_panel,
    )

    # A reverse proxy names its own host in the requests that it passes on.
    named = "" if root_path else host
    server = Server(title="askvisit", docs_url=None, redoc_url=None, openapi_url=None)
    guarding = guard.Guard(
        largest_body=guard.PUBLIC_BODY if public else guard.LARGEST_BODY,
        adding=chat.editor is not None,
        names=_own_names(named),
        turns=guard.Turns(4 if public else 8),
    )
    server.add_middleware(guarding.around)
    for part in (page, api, conversation, source_panel, articles, lookups, notebook):
        server.include_router(part.routes(chat))
    api.add_to_gradio(server, chat, guarding.turns)
    options: dict[str, Any] = {}
    if mcp:
        served, options["lifespan"] = api.mcp_app(chat, named)
        server.mount(guard.MCP, served)
    try:
        app, local_url, _ = server.launch(
            server_name=f"[{host}]" if ":" in host else host,
            server_port=port,
            prevent_thread_lock=True,
            quiet=True,
            share=False,
            run_history=False,
            footer_links=[],
            ssr_mode=False,
            root_path=_rooted(root_path),
            max_file_size=guard.LARGEST_BODY,
            state_session_capacity=200,
            app_kwargs=options,
            mcp_server=False,
            # Gradio would give up if its own page takes over 3 s, as on a restart under load.
            _frontend=False,
        )
    except OSError as error:
        raise ServerError(_taken(host, port)) from error
    return Served(app, local_url, guarding)


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
    with suppress(ValueError):
        if host == "localhost" or ip_address(host).is_loopback:
            name = f"[{host}]" if ":" in host else host
            return frozenset({"localhost", "127.0.0.1", "[::1]", name})
    return frozenset()


def _rooted(path: str | None) -> str | None:
    """Return a path as Gradio wants it, with a leading slash or none; a full URL as it is."""
    if not path or "://" in path:
        return path
    return f"/{path.strip('/')}".rstrip("/")


def _taken(host: str, port: int) -> str:
    other = port + 1 if port < 65535 else PORT
    return f"port {port} on {host} is in use; choose another: --port {other}"
