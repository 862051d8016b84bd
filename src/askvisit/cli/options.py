"""Options that several commands share."""

import argparse
from typing import Any

from askvisit.calibration import add_reader
from askvisit.milvus.options import add_store, chosen_index

__all__ = [
    "add_article",
    "add_index",
    "add_json",
    "add_location",
    "add_reader",
    "add_scope",
    "add_source",
    "at_least_one",
    "chosen_index",
    "scope",
]


def add_index(parser: argparse.ArgumentParser) -> None:
    """Add --index."""
    parser.add_argument("--index", metavar="DIR", help="the index (default: see askvisit --help)")


def add_location(parser: argparse.ArgumentParser) -> None:
    """Add --index, and the options of an index that is stored elsewhere; see `chosen_index`."""
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
        help="search only this article (its file name); may be repeated",
    )


def add_source(parser: argparse.ArgumentParser) -> None:
    """Add --source."""
    parser.add_argument(
        "--source",
        metavar="NAME",
        action="append",
        help="search only articles from this paper, given by words of its name; may be repeated",
    )


def add_scope(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which articles to search; see `scope`."""
    add_article(parser)
    add_source(parser)
    parser.add_argument(
        "--since", metavar="DATE", help="search only articles published on or after this day"
    )
    parser.add_argument(
        "--until",
        metavar="DATE",
        help="search only articles published on or before this day (2019 is the whole year)",
    )


def at_least_one(text: str) -> int:
    """Read a whole number of 1 or more, as the `type` of an option."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)


def scope(chosen: argparse.Namespace) -> dict[str, Any]:
    """Return which articles to search, as arguments of `Assistant.ask`."""
    return {
        "articles": chosen.article,
        "since": chosen.since,
        "until": chosen.until,
        "sources": chosen.source,
    }
