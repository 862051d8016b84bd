"""Add pages from the web: fetched once, by this machine, and kept as files of the index."""

from __future__ import annotations

import argparse

from askvisit.cli import options, show
from askvisit.errors import CorpusError


@options.command(
    "add pages from the web",
    *options.LOCATION,
    options.argument("urls", nargs="+", metavar="URL", help="the address of a page, PDF or text"),
    options.argument(
        "--private",
        action="store_true",
        help="also from this machine and its own network",
    ),
    kept="the pages listed so far are in the index",
)
def add(chosen: argparse.Namespace) -> int:
    """Fetch pages and add them to the index, each as a file with its address.

    No other command calls the web, unless a model is named that is not a folder. An address has 30
    seconds and 10 MB. Redirects are followed, but not to addresses of this machine or its network.
    What a site's robots.txt forbids programs is not fetched, and nothing is fetched again. A page
    that cannot be added is reported, and the others are added; exit status 1 in the end.

    examples:
      askvisit add https://weir.example/a-bridge-for-the-town
      askvisit add --index my-index --private http://localhost:8000/draft.html
    """
    from askvisit.fetching import fetch
    from askvisit.index import location_of
    from askvisit.index.edit import ArticleMetadata, add_article

    location = location_of(options.chosen_index(chosen))
    status = 0
    for url in chosen.urls:
        try:
            page = fetch(url, private=chosen.private)
            metadata = ArticleMetadata(url=page.url)
            article = add_article(location, page.name, page.data, metadata)
        except CorpusError as error:
            show.tell(str(error) if url in str(error) else f"{url}: {error}")
            status = 1
        else:
            print(f"{show.plain(article.id)}: {show.plain(article.title)}", flush=True)
    return status
