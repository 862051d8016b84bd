"""Build or update an index: only new and changed articles are cut and encoded.

The order of a commit: write the new files beside the old ones, sync them, replace the manifest,
remove what it no longer names. A stop at any point leaves the old index or the new one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from askvisit.corpus import Entry
from askvisit.encoder import Encoder, spread
from askvisit.errors import PassageIndexError
from askvisit.index import locate, partial
from askvisit.index import manifest as manifests
from askvisit.index.lock import only_writer
from askvisit.index.manifest import Manifest
from askvisit.index.place import BuildReport, Place
from askvisit.index.plan import Plan, plan_build
from askvisit.index.write import TEMPORARY, write_files

_HASH = "[0-9a-f]" * 16
_OURS = (
    f"passages-{_HASH}.db",
    f"vectors-{_HASH}.faiss",
    f"encoded-{_HASH}.f32",
    *TEMPORARY,
    *partial.NAMES,
    f"{manifests.NAME}.tmp",
)
"""Files that a build may remove; anything else in the folder is the user's."""


def build_index(
    articles: str | os.PathLike[str] | None = None,
    index: str | os.PathLike[str] | Place | None = None,
    *,
    encoder: str | Encoder | None = None,
    faiss: str | None = None,
    workers: int = 1,
    progress: bool = False,
) -> BuildReport:
    """Build the index of a folder of articles, or bring it up to date.

    articles: the folder; where None, the one the index has or was built from.
    index: the folder of the index, or its `Place`; where None, the default folder (see `locate`).
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
    if isinstance(index, Place) and not isinstance(index, os.PathLike):
        if faiss is not None:
            raise PassageIndexError(f"FAISS searches no index in {index}; leave out --faiss")
        return index.build(articles, encoder=encoder, workers=workers, progress=progress)
    folder = locate.locate(index)
    with only_writer(folder):
        return update(folder, articles, encoder, faiss=faiss, workers=workers, progress=progress)


def update(
    folder: Path,
    articles: str | os.PathLike[str] | None = None,
    encoder: str | Encoder | None = None,
    *,
    faiss: str | None = None,
    workers: int = 1,
    progress: bool = False,
) -> BuildReport:
    """Do what `build_index` does, for a caller that is the folder's `only_writer`."""
    plan = plan_build(folder, articles, encoder, faiss)
    if plan.reusable is not None and plan.is_done():
        _remove_leftovers(folder, plan.reusable.manifest)
        return _report(plan, plan.reusable.manifest, encoded=0)
    with spread(plan.encoder, workers):
        manifest, encoded = write_files(plan, progress)
    manifests.replace(folder, manifest)
    _remove_leftovers(folder, manifest)
    return _report(plan, manifest, encoded)


def _report(plan: Plan, manifest: Manifest, encoded: int) -> BuildReport:
    before = plan.before.articles if plan.before else {}
    added, changed, removed = differences(before, plan.entries)
    return BuildReport(
        folder=plan.folder,
        articles=manifest.counts["articles"],
        passages=manifest.counts["passages"],
        encoded=encoded,
        added=added,
        changed=changed,
        removed=removed,
        skipped=tuple(plan.skipped),
        faiss=manifest.faiss,
        recall=manifest.recall,
        rebuilt=plan.reusable is None or plan.reusable.manifest.faiss != manifest.faiss,
    )


def differences(
    before: Mapping[str, Entry], entries: Sequence[Entry]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the ids of articles that are new, that changed, and that are gone."""
    now = {entry.id: entry for entry in entries}
    return (
        tuple(name for name in now if name not in before),
        tuple(name for name in now if name in before and before[name] != now[name]),
        tuple(name for name in before if name not in now),
    )


def _remove_leftovers(folder: Path, manifest: Manifest) -> None:
    """Remove what earlier builds left: files that the manifest does not name."""
    named = {built.name for built in manifest.files()}
    for pattern in _OURS:
        for path in folder.glob(pattern):
            if path.name not in named:
                path.unlink(missing_ok=True)
