"""The index: passages by meaning (FAISS) and by words (SQLite), a folder with a manifest."""

from askvisit.index.build import BuildReport, build_index
from askvisit.index.local import Articles, LocalIndex, PassageIndex, open_index
from askvisit.index.locate import locate
from askvisit.index.verify import Verification, verify_index

__all__ = [
    "Articles",
    "BuildReport",
    "LocalIndex",
    "PassageIndex",
    "Verification",
    "build_index",
    "locate",
    "open_index",
    "verify_index",
]
