"""Options that several commands share."""

import argparse


def add_index(parser: argparse.ArgumentParser) -> None:
    """Add --index."""
    parser.add_argument("--index", metavar="DIR", help="the index (default: see askvisit --help)")


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


def add_reader(parser: argparse.ArgumentParser) -> None:
    """Add --reader."""
    parser.add_argument(
        "--reader",
        metavar="NAME",
        help="a question answering model by name or folder (default: the bundled reader)",
    )
