"""Which index is meant when none is named."""

import os
from pathlib import Path

from askvisit.errors import IndexMissingError
from askvisit.index import manifest

_PACKAGE = Path(__file__).parent.parent
_CHECKOUT = _PACKAGE.parent.parent / "index"
PACKED = _PACKAGE / "_index"
"""The copy in an installed package: it is there to be read, not to be rebuilt."""


def locate(folder: str | os.PathLike[str] | None = None) -> Path:
    """Return the index's folder: the one named, else the first of these that there is.

    `$ASKVISIT_INDEX`; `./index` with a manifest or `articles/`; the checkout's `index/`; the copy
    packed in the installed package. Raises `IndexMissingError` where there is none of them.
    """
    if folder is not None:
        return Path(folder)
    if os.environ.get("ASKVISIT_INDEX"):
        return Path(os.environ["ASKVISIT_INDEX"])
    here = Path("index")
    candidates = (here, _CHECKOUT, PACKED)
    for candidate in candidates:
        if (candidate / manifest.NAME).is_file() or (candidate / "articles").is_dir():
            return candidate
    raise IndexMissingError(here)
