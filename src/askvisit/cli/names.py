"""Show the people, places and other names that the articles mention most, and where.

Names that are not clearly a person or a place are listed with the other names.

examples:
  askvisit names
  askvisit names --source Herald --since 2019
  askvisit names -k 5 --article xi-jinping-visits-north-korea.txt --json
"""

import argparse
from dataclasses import asdict

from askvisit.cli import options, show

HELP = "show the people, places and other names mentioned most"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "-k", type=options.at_least_one, default=20, metavar="N", help="how many (default: 20)"
    )
    options.add_json(parser)
    options.add_scope(parser)
    options.add_location(parser)


def run(chosen: argparse.Namespace) -> int:
    """Print the names; returns 3 if there are none."""
    from askvisit.assistant import Assistant
    from askvisit.calibration import SMALL

    assistant = Assistant.load(options.chosen_index(chosen), reader=SMALL)
    found = assistant.names(chosen.k, **options.scope(chosen))
    print(show.as_json([asdict(name) for name in found]) if chosen.json else show.names(found))
    return 0 if found else 3
