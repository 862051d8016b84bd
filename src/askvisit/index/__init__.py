"""The index: passages by meaning (FAISS) and by words (SQLite), a folder with a manifest."""

from askvisit.index.build import build_index
from askvisit.index.folder import FolderLocation, location_of
from askvisit.index.local import Articles, LocalIndex, PassageIndex, open_index
from askvisit.index.locate import locate
from askvisit.index.location import BuildReport, IndexLocation
from askvisit.index.verify import Verification, verify_index

__all__ = [
    "Articles",
    "BuildReport",
    "FolderLocation",
    "IndexLocation",
    "LocalIndex",
    "PassageIndex",
    "Verification",
    "build_index",
    "locate",
    "location_of",
    "open_index",
    "verify_index",
]
