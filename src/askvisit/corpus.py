"""Turn a folder of files into articles; unusable files are reported with the reason.

Its subfolders belong to it. A file of a data set (`formats.datasets`) has an article on each line.
"""

import hashlib
import os
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from askvisit import dates, formats, printed
from askvisit.errors import ArticleError, CorpusError, MetadataError
from askvisit.formats import Document, PageView
from askvisit.printed import PrintedFact
from askvisit.records import Article, Entry
from askvisit.text import is_utf8

LARGEST_FILE = 10_000_000
"""Maximum file size in bytes: a newspaper article is a thousandth of it."""

LARGEST_DATASET = 200_000_000
"""Maximum size in bytes of a file with many articles, which is read into memory."""

_INDEX = "manifest.json"
"""A folder with this file is an index, whose articles are not those of the folder around it."""

_SIDECAR_KEYS = ("title", "source", "url", "date", "author")


@dataclass(frozen=True)
class SourceFile:
    """An article's file, and the optional `NAME.toml` beside it."""

    path: Path
    folder: Path | None = None
    """The folder of articles; None if the file is directly in it."""

    @property
    def id(self) -> str:
        """The article's id: the file name with its extension, after those of subfolders and "/"."""
        return self.path.name if self.folder is None else _id_in(self.folder, self.path)

    @property
    def sidecar(self) -> Path:
        """The file that may give title, source, url, date and author."""
        return self.path.with_suffix(".toml")

    def sha256(self) -> str:
        """Hash of what the article is made from: the file, and the sidecar if there is one."""
        digest = hashlib.sha256(self._bytes(self.path))
        if self.sidecar.is_file():
            try:
                beside = self._bytes(self.sidecar)
            except ArticleError as error:  # the article is read without it
                beside = str(error).encode()
            digest.update(b"\0" + beside)
        return digest.hexdigest()

    def read(self) -> Article:
        """Read the article; raises `ArticleError` if the file is not usable.

        An unusable sidecar is ignored; `metadata` says what is wrong with it.
        """
        data = self._bytes(self.path)
        try:
            document = formats.read(self.id, data)
        except ValueError as error:
            raise ArticleError(self.path, str(error)) from error
        try:
            metadata = self.metadata()
        except ArticleError:
            metadata = {}
        return _article(self.id, self.path, document, metadata)

    def metadata(self) -> dict[str, str]:
        """Return the sidecar's values by key; raises `ArticleError` if it is not usable."""
        if not self.sidecar.is_file():
            return {}
        try:
            table = tomllib.loads(self._bytes(self.sidecar).decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise ArticleError(self.sidecar, f"is not TOML ({error})") from error
        unknown = sorted(set(table) - set(_SIDECAR_KEYS))
        if unknown:
            keys = ", ".join(_SIDECAR_KEYS)
            raise ArticleError(
                self.sidecar, f"has the unknown key {unknown[0]!r}; it may have {keys}"
            )
        return {key: self._word(key, value) for key, value in table.items()}

    def check(self) -> None:
        """Raise `ArticleError` if what is said of the article, here or beside it, is not usable."""
        if "date" not in self.metadata() and self.path.suffix.lower() == ".md":
            from askvisit.formats import fields, markdown

            if written := markdown.unread_date(self._bytes(self.path)):
                raise ArticleError(self.path, fields.cannot_read("a date", written))

    def page(
        self, text_sha256: str, number: int, ranges: Sequence[tuple[int, int]] = ()
    ) -> PageView:
        """Render a page (from 1) of the file, with the boxes of ranges of its text.

        Raises `ArticleError` if it has no such page, or its text does not have that hash.
        """
        try:
            return formats.show(self.id, self._bytes(self.path), text_sha256, number, ranges)
        except ValueError as error:
            raise ArticleError(self.path, str(error)) from error

    def _bytes(self, path: Path) -> bytes:
        try:
            if path.stat().st_size > LARGEST_FILE:
                raise ArticleError(path, f"is over {LARGEST_FILE // 1_000_000} MB")
            return path.read_bytes()
        except OSError as error:
            raise ArticleError(path, f"cannot be read ({error.strerror})") from error

    def _word(self, key: str, value: object) -> str:
        if key != "date":
            if isinstance(value, str):
                return value
            raise ArticleError(self.sidecar, f"has no text as its {key}")
        if isinstance(value, int):  # date = 2019
            value = str(value)
        written = value.isoformat() if isinstance(value, date) else value
        iso = dates.to_iso(written) if isinstance(written, str) else None
        if iso is None:
            raise ArticleError(self.sidecar, f"has a date that is not valid; write {dates.FORM}")
        return iso


@dataclass(frozen=True)
class DatasetArticle:
    """An article of a file that has many. Its id is the file's, "#" and its own in the file."""

    id: str
    document: Document

    @property
    def path(self) -> Path:
        """What names it in reports."""
        return Path(self.id)

    def sha256(self) -> str:
        """Hash of what the article is made from."""
        return hashlib.sha256(repr(self.document).encode("utf-8", "replace")).hexdigest()

    def read(self) -> Article:
        """Return the article; raises `ArticleError` if it has no words."""
        return _article(self.id, self.path, self.document, {})

    def check(self) -> None:
        """Do nothing: what its line says is checked with the data set."""


Source = SourceFile | DatasetArticle
"""What an article is made from."""


def scan(folder: Path) -> tuple[list[Source], list[ArticleError]]:
    """List a folder's articles by name, and the entries that are not articles.

    Hidden files are skipped. `folder` may also be one data set. Raises `CorpusError` if the folder
    cannot be listed.
    """
    try:
        entries = [folder] if folder.suffix.lower() in formats.DATASETS else _listed(folder)
    except OSError as error:
        raise CorpusError(
            f"no folder of articles at {folder} ({error.strerror}); give one with --articles"
        ) from error
    files: list[Source] = []
    skipped: list[ArticleError] = []
    names = {entry.with_suffix("") for entry in entries if _is_article(entry)}
    for entry in entries:
        if entry.suffix == ".toml" and entry.with_suffix("") in names:
            continue
        reason = _why_not(entry)
        if reason is not None:
            skipped.append(ArticleError(entry, reason))
        elif _is_article(entry):
            files.append(SourceFile(entry, folder))
        else:
            try:
                articles, unusable = _dataset(folder, entry)
            except ArticleError as error:
                articles, unusable = [], [error]
            files += articles
            skipped += unusable
    return files, skipped


def size_of(folder: Path) -> int:
    """Return the bytes of a folder's files or of a data set, 0 if they cannot be listed."""
    try:
        return sum(f.stat().st_size for f in (_listed(folder) if folder.is_dir() else [folder]))
    except OSError:
        return 0


def _listed(folder: Path) -> list[Path]:
    """Return the files in a folder and its subfolders by name, without hidden ones."""
    found: list[Path] = []
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_dir() and not entry.is_symlink() and os.access(entry, os.R_OK | os.X_OK):
            if not (entry / _INDEX).exists():
                found += _listed(entry)
        else:
            found.append(entry)
    return found


def _is_article(entry: Path) -> bool:
    return entry.suffix.lower() in formats.SUFFIXES


def _id_in(folder: Path, path: Path) -> str:
    """Return the id of a file in a folder, or of a line of a data set, whose path is its id."""
    if path == folder:
        return path.name
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def _dataset(folder: Path, path: Path) -> tuple[list[DatasetArticle], list[ArticleError]]:
    """Return a data set's articles, and its unusable lines; raises `ArticleError`."""
    from askvisit.formats import datasets

    articles: list[DatasetArticle] = []
    skipped: list[ArticleError] = []
    try:
        if path.stat().st_size > LARGEST_DATASET:
            raise ArticleError(path, f"is over {LARGEST_DATASET // 1_000_000} MB; split it")
        for line, found in datasets.read(path.name, path.read_bytes()):
            name = f"{_id_in(folder, path)}#{line}"
            if not line:
                skipped.append(MetadataError(path, str(found)))
            elif isinstance(found, str):
                skipped.append(ArticleError(Path(name), found))
            else:
                articles.append(DatasetArticle(name, found))
    except OSError as error:
        raise ArticleError(path, f"cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise ArticleError(path, str(error)) from error
    return articles, skipped


def survey(
    folder: Path,
    known: Mapping[str, Entry] | None = None,
    read: Callable[[Source, str], Article] = lambda file, _: file.read(),
    advance: Callable[[Source], object] = lambda _: None,
) -> tuple[list[Entry], list[ArticleError]]:
    """Hash a folder's articles by name, and report files that are unusable or duplicates.

    A file whose hash matches its entry in `known` is not parsed again; others are given to `read`
    with their hash. `advance` is told of each. Texts are not kept. An unusable sidecar is reported
    too; its article is listed without it. Of files with the same text, one in `known` stays.
    """
    files, skipped = scan(folder)
    known = known or {}
    files.sort(key=lambda file: file.id not in known)
    entries: list[Entry] = []
    first_with: dict[str, str] = {}
    for file in files:
        advance(file)
        try:
            entry = _entry(file, known.get(file.id), read)
        except ArticleError as error:
            skipped.append(error)
            continue
        first = first_with.setdefault(entry.text_sha256, file.id)
        if first != file.id:
            skipped.append(ArticleError(file.path, f"has the same text as {first}"))
            continue
        entries.append(entry)
        try:
            file.check()
        except ArticleError as error:
            if error.path not in {other.path for other in skipped}:  # a.txt and a.md share a.toml
                reason = f"{error.reason}; its article is indexed without it"
                skipped.append(MetadataError(error.path, reason))
    named = [type(e)(e.path, e.reason, _id_in(folder, e.path)) for e in skipped]
    return sorted(entries, key=lambda entry: entry.id), named


def _entry(file: Source, before: Entry | None, read: Callable[[Source, str], Article]) -> Entry:
    sha256 = file.sha256()
    if before is not None and before.file_sha256 == sha256:
        return before
    return Entry(file.id, sha256, read(file, sha256).sha256)


def _article(
    article_id: str, path: Path, document: Document, metadata: Mapping[str, str]
) -> Article:
    """Return an article; what is beside the file comes first, what its text prints last."""
    if not any(character.isalnum() for character in document.text):
        raise ArticleError(path, "has no words")
    title = metadata.get("title") or document.title or path.stem.replace("-", " ")
    return Article(
        article_id,
        title,
        document.text,
        metadata.get("source") or document.source,
        metadata.get("url") or document.url,
        metadata.get("date") or document.date or _printed(printed.date(document.text)),
        metadata.get("author") or document.author or _printed(printed.author(document.text)),
    )


def _printed(fact: PrintedFact | None) -> str | None:
    return None if fact is None else fact.value


def _why_not(entry: Path) -> str | None:
    if not is_utf8(entry.name):
        return "has a name that is not UTF-8; rename it"
    if entry.is_dir():
        return "is a folder that is linked or cannot be listed; put its files into a folder here"
    if not entry.is_file():
        return "is not a file"
    if entry.suffix == ".toml":
        return "belongs to no article; name it after one, as NAME.toml beside NAME.txt"
    if not _is_article(entry) and entry.suffix.lower() not in formats.DATASETS:
        return f"is not one of the formats {', '.join((*formats.SUFFIXES, *formats.DATASETS))}"
    return "is empty" if entry.stat().st_size == 0 else None


def check_entries(source: Path, entries: list[Entry], skipped: list[ArticleError]) -> None:
    """Raise `CorpusError` if a folder has no article to index."""
    if not entries:
        reasons = "; ".join(str(error) for error in skipped[:3]) or "it is empty; put some into it"
        raise CorpusError(f"no article in {source} can be used ({reasons})")
