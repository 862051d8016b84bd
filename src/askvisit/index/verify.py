"""Prove an index whole: every byte as it was built, every article as it was indexed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from askvisit import corpus
from askvisit.errors import AskvisitError, IndexDamagedError, rebuild_hint
from askvisit.index import manifest as manifests
from askvisit.index.local import open_index


@dataclass(frozen=True)
class Verification:
    """What is wrong with an index: nothing, where both are empty.

    `damage` is in the built files, `stale` in articles that are not as they were indexed.
    """

    folder: Path
    damage: tuple[str, ...]
    stale: tuple[str, ...]

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return not self.damage and not self.stale

    @property
    def rebuild_hint(self) -> str:
        """The command that rebuilds it."""
        return rebuild_hint(self.folder)


def verify_index(folder: Path) -> Verification:
    """Hash every built file and every article of an index.

    Raises `IndexMissingError` and `IndexFormatError`; damage is reported, not raised.
    """
    try:
        manifest = manifests.read(folder)
    except IndexDamagedError as error:
        return Verification(folder, (error.reason,), ())
    damage = [problem for built in manifest.files() for problem in _damage(folder, built)]
    if not damage:  # a file is parsed only where its hash is right
        try:
            open_index(folder)
        except IndexDamagedError as error:
            damage = [error.reason]
    return Verification(folder, tuple(damage), tuple(_stale(folder, manifest)))


def _damage(folder: Path, built: manifests.BuiltFile) -> list[str]:
    try:
        now = manifests.BuiltFile.of(folder / built.name)
    except FileNotFoundError:
        return [f"{built.name} is missing"]
    except OSError as error:
        return [f"{built.name} cannot be read ({error.strerror})"]
    return [] if now == built else [f"{built.name} was changed"]


def _stale(folder: Path, manifest: manifests.Manifest) -> list[str]:
    source = manifest.articles_path(folder)
    try:
        entries, _ = corpus.survey(source, manifest.articles)
    except AskvisitError as error:
        return [str(error)]
    now = {entry.id: entry for entry in entries}
    changed = [name for name, entry in manifest.articles.items() if now.get(name) != entry]
    gone = [f"{name} is gone" for name in changed if name not in now]
    edited = [f"{name} was edited" for name in changed if name in now]
    return gone + edited + [f"{name} is new" for name in now if name not in manifest.articles]
