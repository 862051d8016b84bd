"""The index, a folder with a manifest: dense (FAISS) and BM25 (SQLite) search over passages."""

from askvisit.index.current import CurrentArticles, CurrentIndex
from askvisit.index.folder import FolderLocation, build_index, locate, location_of, temporary_index
from askvisit.index.local import (
    Articles,
    LocalIndex,
    PassageIndex,
    Verification,
    open_index,
    verify_index,
)
from askvisit.index.location import BuildReport, IndexLocation

__all__ = [
    "Articles",
    "BuildReport",
    "CurrentArticles",
    "CurrentIndex",
    "FolderLocation",
    "IndexLocation",
    "LocalIndex",
    "PassageIndex",
    "Verification",
    "build_index",
    "locate",
    "location_of",
    "open_index",
    "temporary_index",
    "verify_index",
]
