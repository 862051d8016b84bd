"""Start the web chat; `python ui.py` does the same."""

import argparse

HELP = "start the web chat"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Take all options as they are: the web chat has its own."""
    parser.add_argument("options", nargs=argparse.REMAINDER, help="see: askvisit ui -- --help")


def run(chosen: argparse.Namespace) -> int:
    """Start it."""
    from askvisit.web.server import main

    return main(chosen.options)
