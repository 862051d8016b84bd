"""Options that several commands share, and what makes a function a command."""

from __future__ import annotations

import argparse
import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from askvisit.calibration import ACCURATE, FAST, LEVELS, SMALL, shipped
from askvisit.errors import CredentialsError, PassageIndexError

INTERRUPTED = 130
"""The exit status after Ctrl-C."""

if TYPE_CHECKING:
    from askvisit.assistant import Assistant
    from askvisit.index import IndexLocation

Option = Callable[[argparse.ArgumentParser], object]
"""Adds an option, or several, to a command."""

Run = Callable[[argparse.Namespace], int]
"""Runs a command with its options; returns the exit status."""


@dataclass(frozen=True)
class Command:
    """A command: what it does in one line, its options, and the function that runs it.

    The docstring of the function is the command's description; it returns the exit status. `kept`
    is what is said of its work if a person interrupts it (Ctrl-C).
    """

    summary: str
    options: tuple[Option, ...]
    run: Run
    kept: str | None = None

    def add_to(self, commands: Any, name: str) -> None:
        """Add the command to a parser of commands."""
        parser = commands.add_parser(
            name,
            help=self.summary,
            description=inspect.getdoc(self.run),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        for add in self.options:
            add(parser)
        parser.set_defaults(run=self.run, kept=self.kept, usage_error=parser.error)


def command(summary: str, *options: Option, kept: str | None = None) -> Callable[[Run], Command]:
    """Make a function a command."""
    return lambda run: Command(summary, options, run, kept)


def argument(*names: str, **properties: Any) -> Option:
    """Return what adds an option, given as to `ArgumentParser.add_argument`."""
    return lambda parser: parser.add_argument(*names, **properties)


QUESTION = argument("question", nargs="*", metavar="QUESTION", help="a question in plain English")
INDEX = argument("--index", metavar="DIR", help="the index (default: see askvisit --help)")
_TOKEN_VARIABLE = "MILVUS_TOKEN"
LOCATION = (
    INDEX,
    argument(
        "--store",
        choices=("folder", "milvus"),
        default="folder",
        help="where the vectors are kept; texts are always in the folder (default: folder)",
    ),
    argument(
        "--uri", metavar="URI", help="the address of Milvus, or a file for Milvus Lite (FILE.db)"
    ),
    argument(
        "--collection",
        metavar="NAME",
        help="the name of its collections in Milvus (default: askvisit)",
    ),
    argument(
        "--token-env",
        metavar="NAME",
        help="the environment variable that holds the token for Milvus, user:password or an API "
        f"key (default: {_TOKEN_VARIABLE}, if set)",
    ),
)
"""An index in a folder or stored elsewhere; see `chosen_index`."""

READERS = (
    f"{ACCURATE} (the default), {FAST}, {SMALL}, or a question answering model by name or folder"
)
READER = argument("--reader", metavar="NAME", help=READERS)
JSON = argument("--json", action="store_true", help="print JSON, for programs")
ARTICLE = argument(
    "--article",
    metavar="ID",
    action="append",
    help="search only the article with this id; may be repeated",
)
SOURCE = argument(
    "--source",
    metavar="NAME",
    action="append",
    help="search only articles from this paper, given by words of its name; may be repeated",
)
SCOPE = (
    ARTICLE,
    SOURCE,
    argument("--since", metavar="DATE", help="search only articles published on or after this day"),
    argument(
        "--until",
        metavar="DATE",
        help="search only articles published on or before this day (2019 is the whole year)",
    ),
)
"""Which articles to search; see `scope`."""


ASKED = (
    argument(
        "--as-of",
        metavar="DATE",
        help='the day of asking, from which "last week" is reckoned (default: today); articles '
        "published after it are not searched",
    ),
    *SCOPE,
    *LOCATION,
    READER,
)
"""When a question is asked, of which articles in which index, and what reads them."""


def most(default: int, note: str = "") -> Option:
    """Return what adds -k."""
    return argument(
        "-k",
        type=at_least_one,
        metavar="N",
        help=f"how many (default: {default}{note})",
    )


def add_strictness(parser: argparse.ArgumentParser) -> None:
    """Add --strictness, whose help says what to expect of each level."""
    answered = ", ".join(
        f"{level} {given} ({right})"
        for level, given, right in zip(LEVELS, _of_100("answered"), _of_100("right"), strict=True)
    )
    parser.add_argument(
        "--strictness",
        choices=LEVELS,
        default="normal",
        help="how sure an answer must be to be given (default: normal). Answered (correctly) of "
        f"100 answerable news questions: {answered}; of 100 that only look answerable: "
        f"{', '.join(map(str, _of_100('false_near')))} (docs/quality.md)",
    )


def _of_100(share: str) -> list[int]:
    """Return a share of 100 news questions at each strictness with the default reader."""
    return [round(100 * shipped(ACCURATE).rates[level]["news"][share]) for level in LEVELS]


def at_least_one(text: str) -> int:
    """Read a whole number of 1 or more, as the `type` of an option."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)


def chosen_index(
    chosen: argparse.Namespace, dense_index: str | None = None
) -> str | os.PathLike[str] | IndexLocation | None:
    """Return the index that the options name: a folder, a location elsewhere, or None.

    Raises `PassageIndexError` if they conflict.
    """
    if chosen.store == "folder":
        given = {name: getattr(chosen, name) for name in ("uri", "collection", "token_env")}
        for name, value in {**given, "dense_index": dense_index}.items():
            if value is not None:
                option = name.replace("_", "-")
                raise PassageIndexError(f"--{option} is for an index in Milvus; add --store milvus")
        folder: str | None = chosen.index
        return folder
    if not chosen.uri:
        raise PassageIndexError(
            "--store milvus needs an address: --uri http://HOST:19530, or --uri FILE.db"
        )
    from askvisit.milvus import COLLECTION, Milvus

    collection = COLLECTION if chosen.collection is None else chosen.collection
    return Milvus(chosen.uri, _token(chosen.token_env), collection, dense_index, chosen.index)


def _token(variable: str | None) -> str | None:
    token = os.environ.get(variable or _TOKEN_VARIABLE)
    if variable is not None and not token:
        raise CredentialsError(
            f"the environment variable {variable} has no token; set it, or leave out --token-env"
        )
    return token


def assistant(chosen: argparse.Namespace, reader: str | None = None) -> Assistant:
    """Return the assistant of the chosen index, with the chosen reader or another."""
    from askvisit.assistant import Assistant

    return Assistant.load(chosen_index(chosen), reader=reader or chosen.reader)


def scope(chosen: argparse.Namespace) -> dict[str, Any]:
    """Return which articles to search, as arguments of `Assistant.ask`."""
    return {
        "articles": chosen.article,
        "since": chosen.since,
        "until": chosen.until,
        "sources": chosen.source,
    }


def is_interrupt(error: BaseException | None) -> bool:
    """Return whether Ctrl-C is behind an error: native modules raise theirs from it."""
    return error is not None and (
        isinstance(error, KeyboardInterrupt) or is_interrupt(error.__cause__)
    )
