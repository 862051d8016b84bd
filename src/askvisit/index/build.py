"""Build an index, wherever it is kept."""

from __future__ import annotations

import os

from askvisit.encoder import Encoder
from askvisit.index.folder import location_of
from askvisit.index.location import BuildReport, IndexLocation


def build_index(
    articles: str | os.PathLike[str] | None = None,
    index: str | os.PathLike[str] | IndexLocation | None = None,
    *,
    encoder: str | Encoder | None = None,
    faiss: str | None = None,
    workers: int = 1,
    progress: bool = False,
) -> BuildReport:
    """Build the index of a folder of articles, or bring it up to date.

    articles: the folder; where None, the one the index has or was built from.
    index: the folder of the index, or its `IndexLocation`; where None, the default folder (see
    `locate`).
    encoder: a name, a folder or an `Encoder`; where None, the one the index was built with.
    faiss: a FAISS index factory such as "HNSW32", or "auto" to have the number of passages choose
    one; where None, what was chosen for the index before ("auto" for a new one).
    workers: processes in which a Sentence Transformers model encodes what is much. A program that
    asks for several does so under `if __name__ == "__main__"`, because they import its file.
    progress: draw a bar on stderr where many passages are encoded.

    Raises `CorpusError` where no article can be used, `IndexReadOnlyError` where the folder
    cannot be written, `ModelError` where the encoder cannot be loaded, `PassageIndexError` where
    FAISS cannot make such an index. The old index stays then. What a stopped build had encoded
    with the same settings is not encoded again.
    """
    return location_of(index).build(
        articles, encoder=encoder, faiss=faiss, workers=workers, progress=progress
    )
