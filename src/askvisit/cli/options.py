"""Options that several commands share."""

import argparse

from askvisit.calibration import add_reader
from askvisit.milvus.options import add_store, chosen_index

__all__ = ["add_article", "add_index", "add_json", "add_location", "add_reader", "chosen_index"]


def add_index(parser: argparse.ArgumentParser) -> None:
    """Add --index."""
    parser.add_argument("--index", metavar="DIR", help="the index (default: see askvisit --help)")


def add_location(parser: argparse.ArgumentParser) -> None:
    """Add --index, and the options of an index that is kept elsewhere; see `chosen_index`."""
    add_index(parser)
    add_store(parser)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def add_article(parser: argparse.ArgumentParser) -> None:
    """Add --article."""
    parser.add_argument(
        "--article",
        metavar="ID",
        action="append",
        help="look only in this article (its file name); may be repeated",
    )
