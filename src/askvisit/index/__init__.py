"""The index: passages by meaning (FAISS) and by words (SQLite), a folder with a manifest."""

from askvisit.index.build import build_index
from askvisit.index.folder import Folder, place_of
from askvisit.index.local import Articles, LocalIndex, PassageIndex, open_index
from askvisit.index.locate import locate
from askvisit.index.place import BuildReport, Place
from askvisit.index.verify import Verification, verify_index

__all__ = [
    "Articles",
    "BuildReport",
    "Folder",
    "LocalIndex",
    "PassageIndex",
    "Place",
    "Verification",
    "build_index",
    "locate",
    "open_index",
    "place_of",
    "verify_index",
]
