"""Turn a folder of files into articles; unusable files are reported with the reason."""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from askvisit import dates, formats, printed
from askvisit.errors import ArticleError, CorpusError
from askvisit.formats import PageView
from askvisit.printed import PrintedFact
from askvisit.records import Article, Entry
from askvisit.text import is_utf8

LARGEST_FILE = 10_000_000
"""Maximum file size in bytes: a newspaper article is a thousandth of it."""

_SIDECAR_KEYS = ("title", "source", "url", "date", "author")


@dataclass(frozen=True)
class SourceFile:
    """An article's file, and the optional `NAME.toml` beside it."""

    path: Path

    @property
    def id(self) -> str:
        """The article's id: the file name with its extension."""
        return self.path.name

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
        if not any(character.isalnum() for character in document.text):
            raise ArticleError(self.path, "has no words")
        try:
            metadata = self.metadata()
        except ArticleError:
            metadata = {}
        title = metadata.get("title") or document.title or self.path.stem.replace("-", " ")
        return Article(
            self.id,
            title,
            document.text,
            metadata.get("source") or document.source,
            metadata.get("url") or document.url,
            metadata.get("date") or document.date or _printed(printed.date(document.text)),
            metadata.get("author") or document.author or _printed(printed.author(document.text)),
        )

    def metadata(self) -> dict[str, str]:
        """Return the sidecar's values by key; raises `ArticleError` if it is not usable."""
        if not self.sidecar.is_file():
            return {}
        try:
            table = tomllib.loads(self._bytes(self.sidecar).decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise ArticleError(self.sidecar, f"not TOML ({error})") from error
        unknown = sorted(set(table) - set(_SIDECAR_KEYS))
        if unknown:
            keys = ", ".join(_SIDECAR_KEYS)
            raise ArticleError(
                self.sidecar, f"has the unknown key {unknown[0]!r}; it may have {keys}"
            )
        return {key: self._word(key, value) for key, value in table.items()}

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
                raise ArticleError(path, f"over {LARGEST_FILE // 1_000_000} MB")
            return path.read_bytes()
        except OSError as error:
            raise ArticleError(path, f"cannot be read ({error.strerror})") from error

    def _word(self, key: str, value: object) -> str:
        if key != "date":
            if isinstance(value, str):
                return value
            raise ArticleError(self.sidecar, f"{key} is not text")
        if isinstance(value, int):  # date = 2019
            value = str(value)
        written = value.isoformat() if isinstance(value, date) else value
        told = dates.to_iso(written) if isinstance(written, str) else None
        if told is None:
            raise ArticleError(self.sidecar, f"date is not a valid date; write {dates.FORM}")
        return told


def scan(folder: Path) -> tuple[list[SourceFile], list[ArticleError]]:
    """List a folder's article files by name, and the entries that are not articles.

    Hidden files are skipped. Raises `CorpusError` if the folder cannot be listed.
    """
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise CorpusError(
            f"no folder of articles at {folder} ({error.strerror}); give one with --articles"
        ) from error
    files: list[SourceFile] = []
    skipped: list[ArticleError] = []
    names = {entry.stem for entry in entries if entry.suffix.lower() in formats.SUFFIXES}
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.suffix == ".toml" and entry.stem in names:
            continue
        reason = _why_not(entry)
        if reason is None:
            files.append(SourceFile(entry))
        else:
            skipped.append(ArticleError(entry, reason))
    return files, skipped


def survey(
    folder: Path, known: Mapping[str, Entry] | None = None
) -> tuple[list[Entry], list[ArticleError]]:
    """Hash a folder's articles by name, and report files that are unusable or duplicates.

    A file whose hash matches its entry in `known` is not parsed again. Texts are not kept. An
    unusable sidecar is reported too; its article is listed without it. Of files with the same text,
    one in `known` stays.
    """
    files, skipped = scan(folder)
    known = known or {}
    files.sort(key=lambda file: file.id not in known)
    entries: list[Entry] = []
    first_with: dict[str, str] = {}
    for file in files:
        try:
            entry = _entry(file, known.get(file.id))
        except ArticleError as error:
            skipped.append(error)
            continue
        first = first_with.setdefault(entry.text_sha256, file.id)
        if first != file.id:
            skipped.append(ArticleError(file.path, f"has the same text as {first}"))
            continue
        entries.append(entry)
        try:
            file.metadata()
        except ArticleError as error:
            if error.path not in {other.path for other in skipped}:  # a.txt and a.md share a.toml
                reason = f"{error.reason}; its article is indexed without it"
                skipped.append(ArticleError(error.path, reason))
    return sorted(entries, key=lambda entry: entry.id), skipped


def _entry(file: SourceFile, before: Entry | None) -> Entry:
    sha256 = file.sha256()
    if before is not None and before.file_sha256 == sha256:
        return before
    return Entry(file.id, sha256, file.read().sha256)


def _printed(fact: PrintedFact | None) -> str | None:
    return None if fact is None else fact.value


def _why_not(entry: Path) -> str | None:
    if not is_utf8(entry.name):
        return "its name is not UTF-8; rename it"
    if entry.is_dir():
        return "a folder; put articles directly into the folder of articles"
    if not entry.is_file():
        return "not a file"
    if entry.suffix == ".toml":
        return "no article belongs to it; name it after one, as NAME.toml beside NAME.txt"
    if entry.suffix.lower() not in formats.SUFFIXES:
        return f"not one of the formats {', '.join(formats.SUFFIXES)}"
    return "empty" if entry.stat().st_size == 0 else None


def check_entries(source: Path, entries: list[Entry], skipped: list[ArticleError]) -> None:
    """Raise `CorpusError` if a folder has no article to index."""
    if not entries:
        reasons = "; ".join(str(error) for error in skipped[:3]) or "it is empty"
        raise CorpusError(f"no article in {source} can be used ({reasons})")
