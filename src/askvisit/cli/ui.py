"""Start the web chat; `python ui.py` does the same.

examples:
  askvisit ui
  askvisit ui --index my-index --port 8080
"""

import argparse

from askvisit.web.command import add_options, serve

__all__ = ["add_options", "run"]

HELP = "start the web chat"


def run(chosen: argparse.Namespace) -> int:
    """Serve until stopped."""
    serve(chosen)
    return 0
