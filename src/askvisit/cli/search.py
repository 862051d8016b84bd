"""Show the passages that best match a question or keywords; no reader is run.

dense is the cosine similarity, bm25 the BM25 score of shared words, fused what they are ranked by.

examples:
  askvisit search "trade with China"
  askvisit search sanctions -k 3 --json
"""

import argparse
from dataclasses import asdict

from askvisit.cli import options, show

HELP = "show the best passages with their scores"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("query", nargs="+", metavar="QUERY", help="a question or keywords")
    parser.add_argument(
        "-k",
        type=options.at_least_one,
        default=5,
        metavar="N",
        help="how many (default: 5; at most 100)",
    )
    options.add_json(parser)
    options.add_scope(parser)
    options.add_location(parser)


def run(chosen: argparse.Namespace) -> int:
    """Search, and print the passages."""
    from askvisit.assistant import Assistant
    from askvisit.calibration import SMALL

    assistant = Assistant.load(options.chosen_index(chosen), reader=SMALL)
    found = assistant.search(" ".join(chosen.query), chosen.k, **options.scope(chosen))
    print(show.as_json([asdict(hit) for hit in found]) if chosen.json else show.hits(found))
    return 0
