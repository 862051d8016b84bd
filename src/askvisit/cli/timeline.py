"""Show dated sentences in chronological order; only those about a topic if one is given.

A date is as precise as the text gives it, and a sentence that cannot be dated is left out. Relative
dates ("last Tuesday") are resolved against the article's date, which its page or NAME.toml gives.

examples:
  askvisit timeline
  askvisit timeline nuclear test --since 2011
  askvisit timeline --source Herald
  askvisit timeline --since 2018-06 --until 2018-12 --json
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict

from askvisit.cli import options, show

HELP = "show dated sentences in chronological order"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "topic", nargs="*", metavar="TOPIC", help="show only dates about this (default: all)"
    )
    date = "YYYY, YYYY-MM or YYYY-MM-DD"
    parser.add_argument("--since", metavar="DATE", help=f"the first date to show ({date})")
    parser.add_argument("--until", metavar="DATE", help="the last date to show")
    options.add_json(parser)
    options.add_article(parser)
    options.add_source(parser)
    options.add_location(parser)


def run(chosen: argparse.Namespace) -> int:
    """Print the timeline; returns 3 if nothing is dated."""
    from askvisit.assistant import Assistant
    from askvisit.calibration import SMALL
    from askvisit.metadata.dates import publication_day
    from askvisit.scope import Scope

    assistant = Assistant.load(options.chosen_index(chosen), reader=SMALL)
    topic = " ".join(chosen.topic) if chosen.topic else None
    looked_in = {"articles": chosen.article, "sources": chosen.source}
    found = assistant.timeline(topic, chosen.since, chosen.until, **looked_in)
    print(show.as_json([asdict(entry) for entry in found]) if chosen.json else show.timeline(found))
    known, scope = assistant.articles, assistant.within(Scope(**looked_in))
    articles = [known[name] for name in scope if name in known]
    undated = [article.id for article in articles if publication_day(article.date) is None]
    if undated:
        print(f"askvisit: {_left_out(undated)}", file=sys.stderr)
    return 0 if found else 3


def _left_out(undated: list[str]) -> str:
    """Say why dates may be missing, and what to do."""
    first = show.plain(undated[0])
    which = first if len(undated) == 1 else f"{len(undated)} articles ({first}, …)"
    return (
        f"no publication date is known for {which}, so dates without a year are left out; "
        'add it to NAME.toml beside the article: date = "YYYY-MM-DD"'
    )
