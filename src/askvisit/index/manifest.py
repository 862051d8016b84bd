"""The folder of an index: its manifest, what was built, and the lock of those who write.

Replacing `manifest.json` is the only commit: readers open what it names.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from askvisit.errors import (
    IndexDamagedError,
    IndexFormatError,
    IndexMissingError,
    IndexReadOnlyError,
    Named,
    PassageIndexError,
    reason_of,
    rebuild_hint,
)
from askvisit.formats import DATASETS, SUFFIXES
from askvisit.records import Entry, from_data

if TYPE_CHECKING:
    from askvisit.encoder import Encoder

FORMAT = 5
NAME = "manifest.json"

_BUILT = re.compile(r"(passages-[0-9a-f]{16}\.db|(vectors|encoded)-[0-9a-f]{16}\.(faiss|f32))")


@dataclass(frozen=True)
class EncoderIdentity:
    """Which encoder made the vectors; `sha256` is of its source weights."""

    name: str
    sha256: str
    dimension: int

    def is_of(self, encoder: Encoder) -> bool:
        """Return whether an encoder is this one."""
        return (self.name, self.sha256) == (encoder.name, encoder.sha256)


@dataclass(frozen=True)
class BuiltFile:
    """A built file: its name (with part of its hash), hash and size in bytes."""

    name: str
    sha256: str
    size: int

    @classmethod
    def of(cls, path: Path) -> BuiltFile:
        """Describe a file as it is now."""
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(path.name, sha256, path.stat().st_size)


@dataclass(frozen=True)
class Manifest:
    """What an index was built from and with; `articles_folder` is relative if it is inside it.

    faiss: the FAISS factory, or what a vector server calls the kind of its index.
    vectors: None if a server has them, under the name `collection`.

    The last four are written only if set: `faiss_given` says that the user chose `faiss`, `encoded`
    is the file of vectors beside a FAISS index that does not store them exactly, `recall` its
    search's recall of the ten nearest passages.
    """

    encoder: EncoderIdentity
    passages: dict[str, int]
    faiss: str
    articles_folder: str
    articles: dict[str, Entry]
    store: BuiltFile
    vectors: BuiltFile | None
    counts: dict[str, int]
    format: int = FORMAT
    faiss_given: bool = False
    encoded: BuiltFile | None = None
    recall: float | None = None
    collection: str | None = None

    def files(self) -> tuple[BuiltFile, ...]:
        """Return the built files."""
        every = (self.store, self.vectors, self.encoded)
        return tuple(file for file in every if file is not None)

    def articles_path(self, folder: Path) -> Path:
        """Return the path of the articles of the index in `folder`."""
        return folder / self.articles_folder


def read(folder: Path, named: Named | None = None) -> Manifest:
    """Read an index's manifest; `named` is how errors name the index, if not by its folder.

    Raises `IndexMissingError` if there is none, `IndexFormatError` if another version wrote it,
    `IndexDamagedError` if it cannot be understood.
    """
    index = folder if named is None else named
    try:
        data = json.loads((folder / NAME).read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise IndexMissingError(index, instead(folder)) from error
    except (OSError, ValueError, RecursionError) as error:
        raise IndexDamagedError(index, f"{NAME} cannot be read ({reason_of(error)})") from error
    if not isinstance(data, dict) or not isinstance(data.get("format"), int):
        raise IndexDamagedError(index, f"{NAME} is not an askvisit manifest")
    if data["format"] != FORMAT:
        raise IndexFormatError(
            f"the index in {index} has format {data['format']}, but this askvisit reads {FORMAT}; "
            + rebuild_hint(index)
        )
    try:
        if data.pop("sha256", None) != seal(data):
            raise IndexDamagedError(index, f"{NAME} was changed")
        return _from_json(data)
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise IndexDamagedError(index, f"{NAME} is incomplete") from error


def kept_settings(folder: Path) -> dict[str, str]:
    """Read what a rebuild goes on with of an index of any format, whose manifest may be damaged.

    These are `articles_folder`, `encoder` (its name), `faiss` (if the user chose it) and
    `collection`; what is not known is left out.
    """
    kept: dict[str, Any] = {}
    with suppress(OSError, ValueError, RecursionError, AttributeError, TypeError, KeyError):
        data = json.loads((folder / NAME).read_bytes())
        kept = {name: data.get(name) for name in ("articles_folder", "collection")}
        kept["faiss"] = data.get("faiss") if data.get("faiss_given") is True else None
        kept["encoder"] = data["encoder"]["name"]
    return {name: value for name, value in kept.items() if value and isinstance(value, str)}


def replace(folder: Path, manifest: Manifest) -> None:
    """Commit: write the manifest beside the old one, sync it, and move it into place."""
    data = {name: v for name, v in asdict(manifest).items() if v is not None and v is not False}
    data["articles"] = {
        e.id: {"file_sha256": e.file_sha256, "text_sha256": e.text_sha256}
        for e in manifest.articles.values()
    }
    data["sha256"] = seal(data)
    # In ASCII, because the name of a folder may not be UTF-8.
    text = json.dumps(data, indent=1, sort_keys=True) + "\n"
    temporary = folder / f"{NAME}.tmp"
    temporary.write_text(text, "utf-8")
    sync(temporary)
    sync(folder)  # the names of the built files before the manifest that lists them
    temporary.replace(folder / NAME)
    sync(folder)


def seal(data: dict[str, Any]) -> str:
    """Hash a manifest's content, so that a changed manifest can be recognised by itself."""
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def waited_for_writer(folder: Path) -> bool:
    """Return whether another process was writing, after it has ended. Raises `OSError`."""
    with opened(folder) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            return True
    return False


def sync(path: Path) -> None:
    """Flush a file's bytes, or a folder's entries, to disk before anything names them."""
    with opened(path) as descriptor:
        os.fsync(descriptor)


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """Open a file or folder to be locked or synced; yields its descriptor."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def read_only(folder: Path, error: OSError) -> IndexReadOnlyError:
    """Return the error that a folder cannot be written, with what to do."""
    return IndexReadOnlyError(
        f"cannot write to {folder} ({error.strerror}); "
        "free some space or make it writable, or give another folder with --index"
    )


def needs_server(folder: Path) -> PassageIndexError:
    """Return the error that an index's vectors are not in its folder."""
    return PassageIndexError(
        f"the vectors of the index in {folder} are in Milvus; add --store milvus --uri URI "
        "(or rebuild it with askvisit index --faiss auto, to keep them in the folder)"
    )


def _from_json(data: dict[str, Any]) -> Manifest:
    articles = {name: {**hashes, "id": name} for name, hashes in data["articles"].items()}
    elsewhere = {"vectors": None} if "collection" in data else {}
    manifest: Manifest = from_data(Manifest, {**data, **elsewhere, "articles": articles})
    for built in manifest.files():
        if not _BUILT.fullmatch(built.name):
            raise ValueError(f"no file of an index is called {built.name!r}")
    return manifest


def instead(folder: Path) -> str | None:
    """Return what to do with what is there instead of an index: a file, or a folder of articles."""
    if os.path.isfile(folder):
        return "it is a file; give the folder of an index with --index"
    try:
        names = os.listdir(folder)
    except OSError:
        return None
    if "articles" in names or not any(name.lower().endswith(SUFFIXES + DATASETS) for name in names):
        return None
    command = f"askvisit index --articles {quote(str(folder))} --index NEW_FOLDER"
    return f"it is a folder of articles; to index them, run: {command}"
