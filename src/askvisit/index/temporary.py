"""An index that goes when it is no longer needed: for measuring and fitting."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from askvisit.encoder import Encoder
from askvisit.index.folder import build_index


@contextmanager
def temporary_index(articles: Mapping[str, str], encoder: Encoder) -> Iterator[Path]:
    """Build an index over texts by their file names; its folder is deleted after the block."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "articles").mkdir()
        for article, text in articles.items():
            (folder / "articles" / article).write_text(text, "utf-8")
        build_index(index=folder, encoder=encoder)
        yield folder
