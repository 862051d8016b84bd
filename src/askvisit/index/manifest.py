"""The manifest of an index: what it was built from and with, and its files.

Replacing `manifest.json` is the only commit: readers open what it names.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from askvisit.corpus import Entry
from askvisit.errors import (
    IndexDamagedError,
    IndexFormatError,
    IndexMissingError,
    IndexReadOnlyError,
    rebuild_hint,
)
from askvisit.records.checks import of_type

FORMAT = 5
NAME = "manifest.json"

_BUILT = re.compile(r"(passages-[0-9a-f]{16}\.db|(vectors|encoded)-[0-9a-f]{16}\.(faiss|f32))")


@dataclass(frozen=True)
class EncoderIdentity:
    """Which encoder made the vectors; `sha256` is of its source weights."""

    name: str
    sha256: str
    dimension: int


@dataclass(frozen=True)
class BuiltFile:
    """A built file: its name (with part of its hash), hash and size in bytes."""

    name: str
    sha256: str
    size: int

    @classmethod
    def of(cls, path: Path) -> BuiltFile:
        """Describe a file as it is now."""
        return cls(path.name, file_sha256(path), path.stat().st_size)


@dataclass(frozen=True)
class Manifest:
    """See the module. `articles_folder` is relative to the index if it is inside it.

    The last three are written only if set: `faiss_given` says that the user chose the FAISS
    factory, `encoded` is the file of vectors beside a FAISS index that does not store them exactly,
    `recall` its search's recall of the ten nearest passages.
    """

    encoder: EncoderIdentity
    passages: dict[str, int]
    faiss: str
    articles_folder: str
    articles: dict[str, Entry]
    store: BuiltFile
    vectors: BuiltFile
    counts: dict[str, int]
    format: int = FORMAT
    faiss_given: bool = False
    encoded: BuiltFile | None = None
    recall: float | None = None

    def files(self) -> tuple[BuiltFile, ...]:
        """Return the built files."""
        files = (self.store, self.vectors)
        return files if self.encoded is None else (*files, self.encoded)

    def articles_path(self, folder: Path) -> Path:
        """Return the path of the articles of the index in `folder`."""
        return folder / self.articles_folder


def read(folder: Path) -> Manifest:
    """Read an index's manifest.

    Raises `IndexMissingError` if there is none, `IndexFormatError` if another version wrote it,
    `IndexDamagedError` if it cannot be understood.
    """
    try:
        data = json.loads((folder / NAME).read_bytes())
    except FileNotFoundError as error:
        raise IndexMissingError(folder) from error
    except NotADirectoryError as error:
        raise IndexMissingError(folder) from error
    except (OSError, ValueError, RecursionError) as error:
        raise IndexDamagedError(folder, f"{NAME} cannot be read") from error
    if not isinstance(data, dict) or not isinstance(data.get("format"), int):
        raise IndexDamagedError(folder, f"{NAME} is not an askvisit manifest")
    if data["format"] != FORMAT:
        raise IndexFormatError(
            f"the index in {folder} has format {data['format']}, but this askvisit reads {FORMAT}; "
            + rebuild_hint(folder)
        )
    try:
        if data.pop("sha256", None) != seal(data):
            raise IndexDamagedError(folder, f"{NAME} was changed")
        return _from_json(data)
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise IndexDamagedError(folder, f"{NAME} is incomplete") from error


@dataclass(frozen=True)
class KeptSettings:
    """What a user chose for an index, None for what is not known; a rebuild goes on with it."""

    articles_folder: str | None = None
    encoder: str | None = None
    faiss: str | None = None


def kept_settings(folder: Path) -> KeptSettings:
    """Read the settings of an index of any format, also of one whose manifest is damaged."""
    try:
        data = json.loads((folder / NAME).read_bytes())
    except (OSError, ValueError, RecursionError):
        return KeptSettings()
    if not isinstance(data, dict):
        return KeptSettings()
    encoder = data.get("encoder")
    name = encoder.get("name") if isinstance(encoder, dict) else None
    faiss = data.get("faiss") if data.get("faiss_given") is True else None
    settings = (data.get("articles_folder"), name, faiss)
    return KeptSettings(*(value if isinstance(value, str) else None for value in settings))


def replace(folder: Path, manifest: Manifest) -> None:
    """Commit: write the manifest beside the old one, sync it, and move it into place."""
    data = asdict(manifest)
    for name in ("faiss_given", "encoded", "recall"):
        if data[name] is None or data[name] is False:
            del data[name]
    data["articles"] = {
        e.id: {"file_sha256": e.file_sha256, "text_sha256": e.text_sha256}
        for e in manifest.articles.values()
    }
    data["sha256"] = seal(data)
    # In ASCII, because the name of a folder may not be UTF-8.
    text = json.dumps(data, indent=1, sort_keys=True) + "\n"
    temporary = folder / f"{NAME}.tmp"
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(folder)  # the names of the built files before the manifest that lists them
    temporary.replace(folder / NAME)
    sync_folder(folder)


def seal(data: dict[str, Any]) -> str:
    """Hash a manifest's content, so that a changed manifest can be recognised by itself."""
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def sync(path: Path) -> None:
    """Flush a file's bytes to disk before anything names it."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_sha256(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_only(folder: Path, error: OSError) -> IndexReadOnlyError:
    """Return the error that a folder cannot be written, with what to do."""
    return IndexReadOnlyError(
        f"cannot write to {folder} ({error.strerror}); "
        "free some space or make it writable, or give another folder with --index"
    )


def _from_json(data: dict[str, Any]) -> Manifest:
    articles = {
        name: Entry(name, of_type(str, hashes["file_sha256"]), of_type(str, hashes["text_sha256"]))
        for name, hashes in data["articles"].items()
    }
    encoder = data["encoder"]
    return Manifest(
        encoder=EncoderIdentity(
            of_type(str, encoder["name"]),
            of_type(str, encoder["sha256"]),
            of_type(int, encoder["dimension"]),
        ),
        passages=_numbers(data["passages"]),
        faiss=of_type(str, data["faiss"]),
        articles_folder=of_type(str, data["articles_folder"]),
        articles=articles,
        store=_built(data["store"]),
        vectors=_built(data["vectors"]),
        counts=_numbers(data["counts"]),
        faiss_given=of_type(bool, data.get("faiss_given", False)),
        encoded=_built(data["encoded"]) if "encoded" in data else None,
        recall=of_type(float, data["recall"]) if "recall" in data else None,
    )


def _built(data: dict[str, Any]) -> BuiltFile:
    name = of_type(str, data["name"])
    if not _BUILT.fullmatch(name):
        raise ValueError(f"no file of an index is called {name!r}")
    return BuiltFile(name, of_type(str, data["sha256"]), of_type(int, data["size"]))


def _numbers(data: dict[str, Any]) -> dict[str, int]:
    return {name: of_type(int, number) for name, number in data.items()}
