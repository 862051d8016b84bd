"""What a build has to do: the current articles compared with the existing index."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from askvisit import corpus
from askvisit import encoder as encoders
from askvisit import passages as chunking
from askvisit.corpus import Entry
from askvisit.encoder import Encoder
from askvisit.errors import ArticleError, PassageIndexError
from askvisit.index import manifest as manifests
from askvisit.index.local import LocalIndex, open_index
from askvisit.index.location import BuildOptions
from askvisit.index.manifest import BuiltFile, Manifest
from askvisit.vectors import check_factory, factory_for

BY_SIZE = "auto"
"""Chooses the FAISS factory by the number of passages, and goes on doing so as they grow."""


@dataclass(frozen=True)
class Plan:
    """What is to be built, from where, and what can be reused of the old index.

    `faiss` is the factory that the user chose; None to choose by the number of passages.
    """

    folder: Path
    source: Path
    entries: list[Entry]
    skipped: list[ArticleError]
    encoder: Encoder
    before: Manifest | None
    reusable: LocalIndex | None
    faiss: str | None

    @property
    def articles_folder(self) -> str:
        """The source as the manifest records it: relative if it is inside the index."""
        inside = self.source.resolve()
        root = self.folder.resolve()
        return str(inside.relative_to(root) if inside.is_relative_to(root) else inside)

    def reuses(self, entry: Entry) -> bool:
        """Whether the old index has exactly this article."""
        return self.reusable is not None and self.reusable.manifest.articles.get(entry.id) == entry

    def is_done(self) -> bool:
        """Whether the old index is already up to date."""
        if self.reusable is None:
            return False
        old = self.reusable.manifest
        return (
            list(old.articles.values()) == self.entries
            and old.articles_folder == self.articles_folder
            and old.faiss_given == (self.faiss is not None)
            and old.faiss == (self.faiss or factory_for(old.counts["passages"]))
        )


def plan_build(folder: Path, options: BuildOptions) -> Plan:
    """Survey the articles and the old index."""
    before = _manifest_or_none(folder)
    kept = manifests.kept_settings(folder)
    source = folder / (kept.articles_folder or "articles")
    if options.articles is not None:
        source = Path(options.articles)
    elif before is None and not os.path.isdir(source):  # it comes from a damaged manifest
        source = folder / "articles"
    encoder, faiss = options.encoder, options.faiss
    if isinstance(encoder, str) or encoder is None:
        encoder = encoders.load(encoder or kept.encoder or encoders.DEFAULT)
    reusable = _reusable(folder, before, encoder)
    # What is chunked again is parsed again: a newer parser may extract different words.
    entries, skipped = corpus.survey(source, reusable.manifest.articles if reusable else None)
    corpus.check_entries(source, entries, skipped)
    if faiss is not None and faiss != BY_SIZE:  # before hours of encoding
        check_factory(faiss, encoder.dimension)
    chosen = kept.faiss if faiss is None else None if faiss == BY_SIZE else faiss
    return Plan(folder, source, entries, skipped, encoder, before, reusable, chosen)


def _manifest_or_none(folder: Path) -> Manifest | None:
    try:
        return manifests.read(folder)
    except PassageIndexError:
        return None


def _reusable(folder: Path, before: Manifest | None, encoder: Encoder) -> LocalIndex | None:
    """Open the old index if its settings are current and its files unchanged."""
    if (
        before is None
        or before.passages != chunking.SETTINGS
        or (before.encoder.name, before.encoder.sha256) != (encoder.name, encoder.sha256)
    ):
        return None
    try:
        intact = all(BuiltFile.of(folder / f.name) == f for f in before.files())
        return open_index(folder) if intact else None
    except (PassageIndexError, OSError):
        return None
