"""The command that starts the web chat."""

import argparse
import sys
from pathlib import Path

from askvisit.cli import options
from askvisit.web.server import PORT, serve


@options.command(
    "start the web chat",
    *options.LOCATION,
    options.READER,
    options.argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)"),
    options.argument(
        "--port", type=int, default=PORT, help="port to listen on (%(default)s; 0: any free one)"
    ),
    options.argument(
        "--root-path",
        metavar="PATH",
        help="path under which a reverse proxy serves the chat (/: no path, but any host name)",
    ),
    options.argument(
        "--public", action="store_true", help="apply tighter limits, for a chat that anyone may use"
    ),
    options.add_strictness,
    options.argument(
        "--feedback", type=Path, metavar="FILE", help="save feedback on answers in FILE"
    ),
    options.argument(
        "--log",
        type=Path,
        metavar="FILE",
        help="log a line of JSON for each question, without its words (-: stderr)",
    ),
    options.argument("--log-text", action="store_true", help="also log the words of questions"),
    options.argument("--allow-add", action="store_true", help="let people add and remove articles"),
    options.argument(
        "--mcp",
        action="store_true",
        help="also run an MCP server, with tools such as ask and search (needs the extra mcp)",
    ),
)
def ui(chosen: argparse.Namespace) -> int:
    """Start the web chat: ask questions and read each answer in its article.

    `python ui.py` does the same.

    examples:
      askvisit ui
      askvisit ui --index my-index --port 8080
    """
    if sys.stderr.isatty():
        print("loading the models and the page …", file=sys.stderr, flush=True)
    serve(chosen, options.chosen_index(chosen))
    return 0
