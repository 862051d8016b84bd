"""One writer at a time for an index's folder; readers need no lock (see `manifest`)."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from askvisit.errors import IndexReadOnlyError
from askvisit.index import locate
from askvisit.index import manifest as manifests


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Be the only writer of a folder, made where there is none; others wait their turn.

    The system drops the lock when the process ends, however it ends. Raises
    `IndexReadOnlyError` where the folder cannot be written, also for an `OSError` inside.
    """
    if folder.resolve() == locate.PACKED.resolve():
        raise IndexReadOnlyError(
            "the index packed in the installed package is there to be read; "
            "name a folder of your own: askvisit index --index FOLDER --articles ARTICLES"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
    except OSError as error:
        raise manifests.read_only(folder, error) from error
