"""Add an article to an index or remove one: the file in the index's `articles/`, then the update.

Queries use the old index until the new manifest is in place. An article that cannot be indexed
leaves no file among the articles; one that cannot be removed keeps its file.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from askvisit import corpus, dates, formats
from askvisit import encoder as encoders
from askvisit import passages as chunking
from askvisit.corpus import SourceFile
from askvisit.errors import (
    ArticleError,
    CorpusError,
    IndexReadOnlyError,
    PassageIndexError,
    UnknownArticleError,
    build_command,
)
from askvisit.index import manifest as manifests
from askvisit.index.build import BuildOptions, update
from askvisit.index.location import IndexLocation, location_of, only_writer
from askvisit.text import one_line, printable

if TYPE_CHECKING:
    from askvisit.encoder import Encoder
    from askvisit.records import Article

LONGEST_ADDED = 1_000_000
"""Maximum characters of an article added while the index is in use; a book has fewer."""

_LONGEST_STEM = 60
_REMOVED = ".removed.tmp"
_ADDED = ".added.tmp"
Progress = Callable[[int, int], None]
"""Called with the number of passages encoded so far, and the total."""


@dataclass(frozen=True)
class ArticleMetadata:
    """Metadata given by the user; it overrides what the file says."""

    title: str | None = None
    source: str | None = None
    url: str | None = None
    date: str | None = None
    author: str | None = None


Index = str | os.PathLike[str] | IndexLocation
"""The folder of an index, or its location."""


def articles_folder(index: Index) -> Path:
    """Return an index's own articles folder, where files can be added.

    Raises `IndexReadOnlyError` if the articles are elsewhere or nothing can be written.
    """
    folder = location_of(index).path
    source = manifests.read(folder).articles_path(folder)
    if not source.resolve().is_relative_to(folder.resolve()):
        raise IndexReadOnlyError(
            f"the articles of this index are kept in {source}; "
            f"change them there and run: {build_command(folder)}"
        )
    for needed in (folder, source):
        if not os.access(needed, os.W_OK | os.X_OK):
            raise IndexReadOnlyError(
                f"{needed} cannot be written to, so articles cannot be added or removed; "
                "make it writable, or copy the index and give the copy with --index"
            )
    return source


def add_article(
    index: Index,
    name: str,
    data: bytes,
    metadata: ArticleMetadata | None = None,
    *,
    encoder: Encoder | None = None,
    progress: Progress | None = None,
) -> Article:
    """Add an article to an index and bring the index up to date.

    name: a file's name; its suffix gives the format, the rest is made into a safe name.
    data: the file's bytes.
    encoder: the one the index was built with, if it is loaded already; any other is not used.

    Raises `ArticleError` if the file is not a usable article or duplicates one,
    `IndexReadOnlyError` if nothing can be added.
    """
    metadata = metadata or ArticleMetadata()
    folder = location_of(index).path
    text = _text(folder, name, data, metadata)
    with _editing(index) as (location, source):
        _refuse_repeated(location, source, name, text)
        path = _free_path(source, name)
        sidecar = path.with_suffix(".toml")
        try:
            _write(path, data)
            _write(sidecar, _toml(metadata))
            article = SourceFile(path).read()
            total = len(chunking.passages(article))

            def report_progress(done: int) -> None:
                if progress is not None:
                    progress(done, max(total, done))

            _update(location, encoder, report_progress)
        except BaseException:
            if not _is_indexed(folder, path.name):
                path.unlink(missing_ok=True)
                sidecar.unlink(missing_ok=True)
            raise
    return article


def describe_article(
    index: Index, article_id: str, metadata: ArticleMetadata, *, encoder: Encoder | None = None
) -> None:
    """Write metadata into an article's `NAME.toml` in place of what was there; update the index.

    Raises `UnknownArticleError`, `ArticleError` for a bad date, `IndexReadOnlyError`.
    """
    _check_date(article_id, metadata)
    with _editing(index) as (location, source):
        sidecar = _file_of(article_id, location.path, source).with_suffix(".toml")
        before = sidecar.read_bytes() if sidecar.exists() else b""
        try:
            _write(sidecar, _toml(metadata))
            _update(location, encoder)
        except BaseException:
            _write(sidecar, before)
            raise


def remove_article(index: Index, article_id: str, *, encoder: Encoder | None = None) -> bytes:
    """Remove an article's file (and its `NAME.toml`) and bring the index up to date.

    Returns what the file held, so that it can be added again; nothing if it was gone already.
    Raises `UnknownArticleError`, `CorpusError` for the last article, `IndexReadOnlyError`.
    """
    with _editing(index) as (location, source):
        folder = location.path
        path, hidden = _file_of(article_id, folder, source), source / _REMOVED
        if len(manifests.read(folder).articles) == 1:
            raise CorpusError("the last article cannot be removed; add another one first")
        if path.exists():
            path.replace(hidden)
        try:
            _update(location, encoder)
        except BaseException:
            if hidden.exists() and _is_indexed(folder, article_id):
                hidden.replace(path)
            raise
        data = hidden.read_bytes() if hidden.exists() else b""
        hidden.unlink(missing_ok=True)
        sidecar = path.with_suffix(".toml")
        if sidecar.with_suffix("") not in {f.path.with_suffix("") for f in corpus.scan(source)[0]}:
            sidecar.unlink(missing_ok=True)
        return data


def _file_of(article_id: str, folder: Path, source: Path) -> Path:
    """Return an article's file; raises if it is unknown, or one of several in a file."""
    known = tuple(manifests.read(folder).articles)
    path = source / article_id
    if article_id not in known or not path.parent.resolve().is_relative_to(source.resolve()):
        raise UnknownArticleError(article_id, known)
    if not path.exists() and source.joinpath(article_id.partition("#")[0]).is_file():
        name, _, line = article_id.partition("#")
        raise CorpusError(f"it is article {line} of {name}; change it there and index again")
    return path


def _text(folder: Path, name: str, data: bytes, metadata: ArticleMetadata) -> str:
    """Return an article's text; rejects what can be rejected before anything is written."""
    if not data:
        raise ArticleError(Path(name), "is empty")
    if len(data) > corpus.LARGEST_FILE:
        raise ArticleError(Path(name), f"is over {corpus.LARGEST_FILE // 1_000_000} MB")
    try:
        text = formats.read(name, data).text
    except ValueError as error:
        raise ArticleError(Path(name), str(error)) from error
    if len(text) > LONGEST_ADDED:
        reason = f"has {len(text):,} characters, over {LONGEST_ADDED:,}"
        how = f"put it into the folder and run: {build_command(folder)}"
        raise ArticleError(Path(name), f"{reason}; {how}")
    _check_date(name, metadata)
    return text


def _check_date(name: str, metadata: ArticleMetadata) -> None:
    if metadata.date and dates.to_iso(metadata.date) is None:
        raise ArticleError(Path(name), f"has a date that is not valid; write {dates.FORM}")


def _free_path(source: Path, name: str) -> Path:
    """Return a path that no article or sidecar uses: the name's letters and digits, hyphenated."""
    given = PurePath(unicodedata.normalize("NFC", name))
    stem = re.sub(r"[\W_]+", "-", given.stem).strip("-").lower()
    while len(stem.encode()) > _LONGEST_STEM:
        stem = stem[:-1].rstrip("-")
    stem = stem or "article"
    taken = {entry.stem.casefold() for entry in source.iterdir()}
    number = 1
    free = stem
    while free.casefold() in taken:
        number += 1
        free = f"{stem}-{number}"
    return source / f"{free}{given.suffix.lower()}"


def _toml(metadata: ArticleMetadata) -> bytes:
    lines = []
    for key, value in asdict(metadata).items():
        clean = one_line(printable(value or "", instead=" "))
        if clean:  # a JSON string of printable characters is also a TOML string
            lines.append(f"{key} = {json.dumps(clean, ensure_ascii=False)}\n")
    return "".join(lines).encode()


def _refuse_repeated(location: IndexLocation, source: Path, name: str, text: str) -> None:
    """Reject a text that the index already has, even if white space differs, or that waits for it.

    The update would commit all that waits in the folder, and then refuse this.
    """
    index, words = location.open(), text.split()
    for known in map(index.article, index.article_ids()):
        if known.text.split() == words:
            raise ArticleError(Path(name), f"is already here: “{known.title}” ({known.id})")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    for entry in corpus.survey(source, index.manifest.articles)[0]:
        if entry.text_sha256 == sha256:
            reason = f"has the same text as {entry.id}, which is not indexed yet"
            raise ArticleError(Path(name), f"{reason}; run: {build_command(location.path)}")


def _write(path: Path, data: bytes) -> None:
    """Write a file that has its name only once it is complete; no data: remove it."""
    if not data:
        return path.unlink(missing_ok=True)
    hidden = path.with_name(_ADDED)
    try:
        hidden.write_bytes(data)
        manifests.sync(hidden)
        hidden.replace(path)
        manifests.sync(path.parent)  # before the manifest that lists the article
    finally:
        hidden.unlink(missing_ok=True)


def _is_indexed(folder: Path, article_id: str) -> bool:
    """Return whether the index has an article; True if unknown, since its file must stay then."""
    try:
        return article_id in manifests.read(folder).articles
    except PassageIndexError:
        return True


@contextmanager
def _editing(index: Index) -> Iterator[tuple[IndexLocation, Path]]:
    """Hold an index's lock; yields its location and its own folder of articles.

    The hidden files that a killed addition or removal left there are removed.
    """
    location = location_of(index)
    with only_writer(location.path):
        source = articles_folder(location)
        for name in (_ADDED, _REMOVED):
            (source / name).unlink(missing_ok=True)
        yield location, source


def _update(
    location: IndexLocation,
    encoder: Encoder | None,
    on_encoded: Callable[[int], None] | None = None,
) -> None:
    """Update an index with the encoder that it has now: a rebuild may have chosen another."""
    built_with = location.encoder()
    if encoder is None or not built_with.is_of(encoder):
        encoder = encoders.load(built_with.name)
    options = BuildOptions(encoder=encoder, on_encoded=on_encoded)
    update(location.path, options, location.server)
