"""The command that starts the web chat: its options, loading, a clean stop."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from askvisit.calibration import add_reader, add_strictness
from askvisit.errors import AskvisitError, ServerError
from askvisit.milvus.options import add_store, chosen_index
from askvisit.web.feedback import Feedback
from askvisit.web.server import PORT, free_port, launch

if TYPE_CHECKING:
    from askvisit.assistant import Assistant
    from askvisit.index import IndexLocation

_GOODBYE = 8.0
"""Seconds allowed for pending answers when the chat is stopped."""


def main(argv: Sequence[str] | None = None, prog: str = "askvisit ui") -> int:
    """Run the web chat until it is stopped; return the exit code."""
    options = _options(argv, prog)
    try:
        serve(options)
    except AskvisitError as error:
        print(f"{prog}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def serve(options: argparse.Namespace) -> None:
    """Load, warm up, serve, and wait. Raises `ServerError` if the address is not free."""
    for option in ("feedback", "allow_add", "log_text"):
        if options.public and getattr(options, option):
            name = option.replace("_", "-")
            raise ServerError(f"--{name} cannot be used with --public; leave one of them out")
    if options.mcp and not _has_mcp():
        raise ServerError("--mcp needs the extra mcp; run: pip install 'mcp>=2,<3'")
    if options.log_text and options.log is None:
        raise ServerError("--log-text adds the words of questions to the log; add --log FILE")
    port = free_port(options.host, options.port)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    feedback = Feedback(options.feedback) if options.feedback else None
    from askvisit.assistant import Assistant
    from askvisit.formats import isolated
    from askvisit.index import FolderLocation, location_of
    from askvisit.web import guard, mcp_server
    from askvisit.web.adding import ArticleEditor
    from askvisit.web.controller import ChatController

    location = location_of(chosen_index(options))
    if options.allow_add and not isinstance(location, FolderLocation):
        raise ServerError(
            f"--allow-add is for an index in a folder; to add articles to {location}, put them "
            "into their folder and run askvisit index again"
        )
    editor = None
    if options.allow_add and isinstance(location, FolderLocation):
        editor = ArticleEditor(location.path)
    if options.log is None:
        assistant = Assistant.load(location, reader=options.reader)
    else:
        assistant = _logged(location, options)
    assistant.warm_up()
    controller = ChatController(assistant, options.strictness, feedback, editor)
    limiter = guard.RequestLimiter()
    page = launch(
        controller,
        options.host,
        port,
        limiter=limiter,
        root_path=options.root_path,
        public=options.public,
        mcp=options.mcp,
    )
    caught = _caught_signals()
    if options.mcp:
        print(f"MCP server: {page.local_url.rstrip('/')}{mcp_server.PATH}/", flush=True)
    print(f"askvisit is ready: {page.local_url} (press Ctrl-C to stop)", flush=True)
    while not caught:  # signal.pause() would sleep on if another thread is interrupted
        time.sleep(0.2)
    limiter.close(_GOODBYE)
    isolated.end()
    sys.stdout.flush()
    # At once, without Python's own shutdown: native code in other threads may still be reading for
    # users who left, and aborts if Python ends under it. The system closes what listens.
    os._exit(130 if caught[0] == signal.SIGINT else 0)


def _caught_signals() -> list[int]:
    """Return a list that Ctrl-C or a supervisor's SIGTERM will be put in; a second one kills."""
    caught: list[int] = []
    both = (signal.SIGINT, signal.SIGTERM)

    def catch(number: int, _: object) -> None:
        caught.append(number)
        for one in both:
            signal.signal(one, signal.SIG_DFL)

    for one in both:
        signal.signal(one, catch)
    return caught


def _logged(location: IndexLocation, options: argparse.Namespace) -> Assistant:
    from askvisit.web.request_log import LoggedAssistant, RequestLog

    request_log = RequestLog(options.log, text=options.log_text)
    assistant = LoggedAssistant.load(location, reader=options.reader)
    assistant.request_log = request_log
    return assistant


def _options(argv: Sequence[str] | None, prog: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Start the web chat: ask questions and read each answer in its article.",
        epilog=f"example: {prog} --port 8080",
    )
    add_options(parser)
    return parser.parse_args(argv)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the web chat, as `serve` takes them."""
    parser.add_argument("--index", type=Path, metavar="DIR", help="the folder of the index")
    add_store(parser)
    add_reader(parser)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=int, default=PORT, help="port to listen on (%(default)s; 0: any free one)"
    )
    parser.add_argument(
        "--root-path",
        metavar="PATH",
        help="path under which a reverse proxy serves the chat (/: no path, but any host name)",
    )
    parser.add_argument(
        "--public", action="store_true", help="apply tighter limits, for a chat that anyone may use"
    )
    add_strictness(parser)
    parser.add_argument(
        "--feedback", type=Path, metavar="FILE", help="save feedback on answers in FILE"
    )
    parser.add_argument(
        "--log",
        type=Path,
        metavar="FILE",
        help="log a line of JSON for each question, without its words (-: stderr)",
    )
    parser.add_argument("--log-text", action="store_true", help="also log the words of questions")
    parser.add_argument(
        "--allow-add",
        action="store_true",
        help="let people add and remove articles",
    )
    parser.add_argument(
        "--mcp",
        action="store_true",
        help="also run an MCP server, with tools such as ask and search (needs the extra mcp)",
    )


def _has_mcp() -> bool:
    try:
        return find_spec("mcp.server.mcpserver") is not None  # version 1 has no such module
    except ModuleNotFoundError:
        return False
