"""The index, a folder with a manifest: dense and BM25 search over passages of articles."""

from askvisit.index.build import BuildReport
from askvisit.index.location import (
    CurrentArticles,
    CurrentIndex,
    IndexLocation,
    TemporaryLocation,
    build_index,
    locate,
    location_of,
    temporary_index,
)
from askvisit.index.snapshot import Articles, PassageIndex, open_index, verify_index

__all__ = [
    "Articles",
    "BuildReport",
    "CurrentArticles",
    "CurrentIndex",
    "IndexLocation",
    "PassageIndex",
    "TemporaryLocation",
    "build_index",
    "locate",
    "location_of",
    "open_index",
    "temporary_index",
    "verify_index",
]
