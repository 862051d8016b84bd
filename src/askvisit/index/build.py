"""Build or update an index: only new and changed articles are cut and encoded.

The order of a commit: write the new files beside the old ones, sync them, replace the manifest,
remove what it no longer names. A stop at any point leaves the old index or the new one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from askvisit import corpus
from askvisit import encoder as encoders
from askvisit import passages as cutting
from askvisit.corpus import Entry
from askvisit.encoder import Encoder, FloatArray
from askvisit.errors import (
    ArticleError,
    CorpusError,
    PassageIndexError,
)
from askvisit.index import locate
from askvisit.index import manifest as manifests
from askvisit.index.local import LocalIndex, open_index
from askvisit.index.lock import only_writer
from askvisit.index.manifest import BuiltFile, EncoderIdentity, Manifest
from askvisit.store import Store, StoreWriter, writing
from askvisit.vectors import FACTORY, Vectors

_CHUNK = 256
"""Passages encoded at a time: enough to batch by length, little enough to show progress."""

_HASH = "[0-9a-f]" * 16
_OURS = (
    f"passages-{_HASH}.db",
    f"vectors-{_HASH}.faiss",
    "passages.tmp",
    "vectors.tmp",
    f"{manifests.NAME}.tmp",
)
"""Files that a build may remove; anything else in the folder is the user's."""


@dataclass(frozen=True)
class BuildReport:
    """What a build did; `skipped` files are no articles, each with its reason."""

    folder: Path
    articles: int
    passages: int
    encoded: int
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    skipped: tuple[ArticleError, ...] = ()

    @property
    def unchanged(self) -> bool:
        """Whether there was nothing to do; no file was touched then."""
        return not (self.added or self.changed or self.removed or self.encoded)


def build_index(
    articles: str | os.PathLike[str] | None = None,
    index: str | os.PathLike[str] | None = None,
    *,
    encoder: str | Encoder | None = None,
    progress: bool = False,
) -> BuildReport:
    """Build the index of a folder of articles, or bring it up to date.

    articles: the folder; where None, the one the index has or was built from.
    index: the folder of the index; where None, the default one (see `locate`).
    encoder: a name, a folder or an `Encoder`; where None, the one the index was built with.
    progress: draw a bar on stderr where many passages are encoded.

    Raises `CorpusError` where no article can be used, `IndexReadOnlyError` where the folder
    cannot be written, `ModelError` where the encoder cannot be loaded. The old index stays then.
    """
    folder = locate.locate(index)
    with only_writer(folder):
        return update(folder, articles, encoder, progress)


def update(
    folder: Path,
    articles: str | os.PathLike[str] | None = None,
    encoder: str | Encoder | None = None,
    progress: bool = False,
) -> BuildReport:
    """Do what `build_index` does, for a caller that is the folder's `only_writer`."""
    plan = _plan(folder, articles, encoder)
    if plan.reusable is not None and plan.is_done():
        _remove_leftovers(folder, plan.reusable.manifest)
        return _report(plan, plan.reusable.manifest.counts, encoded=0)
    manifest, encoded = _write(plan, progress)
    manifests.replace(folder, manifest)
    _remove_leftovers(folder, manifest)
    return _report(plan, manifest.counts, encoded)


@dataclass(frozen=True)
class _Plan:
    """What is to be built, where from, and what of the old index can serve again."""

    folder: Path
    source: Path
    entries: list[Entry]
    skipped: list[ArticleError]
    encoder: Encoder
    before: Manifest | None
    reusable: LocalIndex | None

    @property
    def articles_folder(self) -> str:
        """The source as the manifest records it: relative where it lies inside the index."""
        inside = self.source.resolve()
        root = self.folder.resolve()
        return str(inside.relative_to(root) if inside.is_relative_to(root) else inside)

    def reuses(self, entry: Entry) -> bool:
        return self.reusable is not None and self.reusable.manifest.articles.get(entry.id) == entry

    def is_done(self) -> bool:
        return (
            self.reusable is not None
            and list(self.reusable.manifest.articles.values()) == self.entries
            and self.reusable.manifest.articles_folder == self.articles_folder
        )


def _plan(
    folder: Path, articles: str | os.PathLike[str] | None, encoder: str | Encoder | None
) -> _Plan:
    before = _manifest_or_none(folder)
    if articles is not None:
        source = Path(articles)
    else:
        source = before.articles_path(folder) if before else folder / "articles"
    if isinstance(encoder, str) or encoder is None:
        kept_name = before.encoder.name if before else encoders.DEFAULT
        encoder = encoders.load(encoder or kept_name)
    reusable = _reusable(folder, before, encoder)
    # What must be cut again is parsed again: a newer parser may read other words in a file.
    entries, skipped = corpus.survey(source, reusable.manifest.articles if reusable else None)
    if not entries:
        reasons = "; ".join(str(error) for error in skipped[:3]) or "it is empty"
        raise CorpusError(f"no article in {source} can be used ({reasons})")
    return _Plan(folder, source, entries, skipped, encoder, before, reusable)


def _manifest_or_none(folder: Path) -> Manifest | None:
    try:
        return manifests.read(folder)
    except PassageIndexError:
        return None


def _reusable(folder: Path, before: Manifest | None, encoder: Encoder) -> LocalIndex | None:
    """Open the old index where its settings are today's and its files are as they were built."""
    if (
        before is None
        or before.passages != cutting.SETTINGS
        or before.faiss != FACTORY
        or (before.encoder.name, before.encoder.sha256) != (encoder.name, encoder.sha256)
    ):
        return None
    try:
        intact = all(BuiltFile.of(folder / f.name) == f for f in before.files())
        return open_index(folder) if intact else None
    except (PassageIndexError, OSError):
        return None


def _write(plan: _Plan, progress: bool) -> tuple[Manifest, int]:
    """Write the new files under their final names; the manifest that names them is returned."""
    store_path = plan.folder / "passages.tmp"
    vectors_path = plan.folder / "vectors.tmp"
    try:
        vectors, encoded = _write_texts(plan, store_path, progress)
        Vectors.build(vectors, FACTORY).write(vectors_path)
        with closing(Store(store_path)) as store:
            counts = store.counts()
        identity = EncoderIdentity(plan.encoder.name, plan.encoder.sha256, vectors.shape[1])
        manifest = Manifest(
            encoder=identity,
            passages=dict(cutting.SETTINGS),
            faiss=FACTORY,
            articles_folder=plan.articles_folder,
            articles={entry.id: entry for entry in plan.entries},
            store=_settle(store_path, "passages-{}.db"),
            vectors=_settle(vectors_path, "vectors-{}.faiss"),
            counts=counts,
        )
    finally:
        store_path.unlink(missing_ok=True)
        vectors_path.unlink(missing_ok=True)
    return manifest, encoded


def _write_texts(plan: _Plan, path: Path, progress: bool) -> tuple[FloatArray, int]:
    """Write the store; returns the vectors of its passages in order, and how many are new."""
    path.unlink(missing_ok=True)
    previous = plan.reusable
    blocks: list[FloatArray] = []
    waiting: list[tuple[int, list[str]]] = []
    encoded = 0
    previous_store = None if previous is None else plan.folder / previous.manifest.store.name
    with writing(path, previous_store) as writer:
        for entry in _with_bar(plan, progress):
            if previous is not None and plan.reuses(entry):
                blocks.append(previous.rows(writer.copy(entry.id)))
                continue
            texts = _cut_into(writer, plan.source, entry)
            waiting.append((len(blocks), texts))
            blocks.append(np.empty((0, 0), dtype=np.float32))
            encoded += len(texts)
            if sum(len(texts) for _, texts in waiting) >= _CHUNK:
                _encode_waiting(plan.encoder, waiting, blocks)
        _encode_waiting(plan.encoder, waiting, blocks)
    return np.concatenate(blocks), encoded


def _cut_into(writer: StoreWriter, source: Path, entry: Entry) -> list[str]:
    article = corpus.SourceFile(source / entry.id).read()
    if article.sha256 != entry.text_sha256:
        raise CorpusError(f"{entry.id} was changed while it was read; run the command again")
    passages = cutting.passages(article)
    writer.add(article, passages, cutting.sentences(article))
    return [passage.text for passage in passages]


def _encode_waiting(
    encoder: Encoder, waiting: list[tuple[int, list[str]]], blocks: list[FloatArray]
) -> None:
    if not waiting:
        return
    vectors = encoder.encode([text for _, texts in waiting for text in texts])
    done = 0
    for block, texts in waiting:
        blocks[block] = vectors[done : done + len(texts)]
        done += len(texts)
    waiting.clear()


def _settle(path: Path, pattern: str) -> BuiltFile:
    """Sync a finished file and give it its final name, which holds a part of its hash."""
    manifests.sync(path)
    final = path.with_name(pattern.format(manifests.file_sha256(path)[:16]))
    path.replace(final)
    return BuiltFile.of(final)


def _report(plan: _Plan, counts: dict[str, int], encoded: int) -> BuildReport:
    old = plan.before.articles if plan.before else {}
    new = {entry.id: entry for entry in plan.entries}
    return BuildReport(
        folder=plan.folder,
        articles=counts["articles"],
        passages=counts["passages"],
        encoded=encoded,
        added=tuple(name for name in new if name not in old),
        changed=tuple(name for name in new if name in old and old[name] != new[name]),
        removed=tuple(name for name in old if name not in new),
        skipped=tuple(plan.skipped),
    )


def _remove_leftovers(folder: Path, manifest: Manifest) -> None:
    """Remove what earlier builds left: files that the manifest does not name."""
    named = {built.name for built in manifest.files()}
    for pattern in _OURS:
        for path in folder.glob(pattern):
            if path.name not in named:
                path.unlink(missing_ok=True)


def _with_bar(plan: _Plan, progress: bool) -> Iterable[Entry]:
    from tqdm import tqdm

    bar: Iterable[Entry] = tqdm(
        plan.entries, "indexing", unit="article", file=sys.stderr, disable=not progress, delay=1.0
    )
    return bar
