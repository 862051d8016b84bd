"""The command that desktop assistants start, to ask the articles by tools."""

from __future__ import annotations

import argparse

from askvisit.cli import options


@options.command(
    "serve tools to an assistant over standard input and output (MCP)",
    options.add_strictness,
    *options.LOCATION,
    options.READER,
)
def mcp(chosen: argparse.Namespace) -> int:
    """Serve the tools ask, search, timeline, names, articles and article, for other programs.

    Desktop assistants that speak MCP (the Model Context Protocol) start this command themselves:
    give them the command and its arguments. Needs the extra mcp.

    examples:
      askvisit mcp
      askvisit mcp --index my-index --reader fast
    """
    from askvisit.tools import server

    server(options.assistant(chosen), chosen.strictness).run("stdio")
    return 0
