"""The commands that look something up, without reading for an answer: search, timeline, names."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from askvisit.calibration import SMALL
from askvisit.cli import options, show
from askvisit.dates import publication_day
from askvisit.options import Scope, check_question

_MOST_HITS, _MOST_DATES, _MOST_NAMES = 5, 100, 20


@options.command(
    "show the best passages with their scores",
    options.argument("query", nargs="+", metavar="QUERY", help="a question or keywords"),
    options.most(_MOST_HITS, "; at most 100"),
    options.JSON,
    *options.SCOPE,
    *options.LOCATION,
)
def search(chosen: argparse.Namespace) -> int:
    """Show the passages that best match a question or keywords; no reader is run.

    dense is the cosine similarity, bm25 the BM25 score of shared words, fused what they are ranked
    by.

    examples:
      askvisit search "trade with China"
      askvisit search sanctions -k 3 --json
    """
    most = chosen.k or _MOST_HITS
    assistant = options.assistant(chosen, SMALL)
    found = assistant.search(" ".join(chosen.query), most, **options.scope(chosen))
    _print(chosen, found, show.hits(found))
    return 0


@options.command(
    "show dated sentences in chronological order",
    options.argument(
        "topic", nargs="*", metavar="TOPIC", help="show only dates about this (default: all)"
    ),
    options.argument(
        "--value",
        metavar="QUESTION",
        help="show instead what articles answer to this, by their dates",
    ),
    options.argument(
        "--since", metavar="DATE", help="the first date to show (YYYY, YYYY-MM or YYYY-MM-DD)"
    ),
    options.argument("--until", metavar="DATE", help="the last date to show"),
    options.most(_MOST_DATES, "; with --json all; the first ones, or with --value the newest"),
    options.JSON,
    options.ARTICLE,
    options.SOURCE,
    *options.LOCATION,
    options.READER,
)
def timeline(chosen: argparse.Namespace) -> int:
    """Show dated sentences in chronological order; only those about a topic if one is given.

    A date is as precise as the text gives it, and a sentence that cannot be dated is left out.
    Relative dates ("last Tuesday") are resolved against the article's date, which its page or
    NAME.toml gives.

    With --value, the answers to a question in the order of the articles' dates, the newest last;
    --since and --until are then days of publication, and -k N shows the newest N.

    examples:
      askvisit timeline
      askvisit timeline --value "How many people died on the ferry?"
      askvisit timeline nuclear test --since 2011
      askvisit timeline --source Herald
      askvisit timeline --since 2018-06 --until 2018-12 --json
    """
    if chosen.value is not None:
        return _value_over_time(chosen)
    assistant = options.assistant(chosen, SMALL)
    topic = " ".join(chosen.topic) if chosen.topic else None
    searched = {"articles": chosen.article, "sources": chosen.source}
    found = assistant.timeline(topic, chosen.since, chosen.until, **searched)
    most = chosen.k or _MOST_DATES
    _print(chosen, found[: chosen.k], show.timeline(found[:most]))
    if len(found) > most and not chosen.json:
        show.tell(f"{len(found) - most:,} later dates are left out; -k sets how many")
    known = assistant.articles
    articles = [known[name] for name in assistant.within(Scope(**searched)) if name in known]
    undated = [article.id for article in articles if publication_day(article.date) is None]
    if undated:
        show.tell(_left_out(undated))
    return 0 if found else 3


@options.command(
    "show the people, places and other names mentioned most",
    options.most(_MOST_NAMES),
    options.JSON,
    *options.SCOPE,
    *options.LOCATION,
)
def names(chosen: argparse.Namespace) -> int:
    """Show the people, places and other names that the articles mention most, and where.

    Names that are not clearly a person or a place are listed with the other names.

    examples:
      askvisit names
      askvisit names --source Herald --since 2019
      askvisit names -k 5 --article xi-jinping-visits-north-korea.txt --json
    """
    found = options.assistant(chosen, SMALL).names(chosen.k or _MOST_NAMES, **options.scope(chosen))
    _print(chosen, found, show.names(found))
    return 0 if found else 3


def _print(chosen: argparse.Namespace, found: Sequence[Any], text: str) -> None:
    """Print records, or the text that shows them."""
    if chosen.json:
        print(show.as_json([asdict(record) for record in found]))
    else:
        show.in_pages(text)


def _value_over_time(chosen: argparse.Namespace) -> int:
    """Show what articles answer to a question, by their dates."""
    if chosen.topic:
        chosen.usage_error("give a TOPIC or --value QUESTION, not both")
    check_question(chosen.value)
    found = options.assistant(chosen).ask(chosen.value, each=True, **options.scope(chosen))
    if chosen.json:
        print(show.as_json(asdict(found)))
    else:
        show.in_pages(show.value_over_time(found, chosen.k or _MOST_DATES))
    return 0 if found.found else 3


def _left_out(undated: list[str]) -> str:
    """Say why dates may be missing, and what to do."""
    which = undated[0] if len(undated) == 1 else f"{len(undated)} articles ({undated[0]}, …)"
    return (
        f"no publication date is known for {which}, so dates without a year are left out; "
        'add it to NAME.toml beside the article, date = "YYYY-MM-DD", or to its line of a data set'
    )
