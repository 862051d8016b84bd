"""The errors that askvisit raises; each message is one line that says how to fix it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from shlex import quote
from typing import Any, Protocol

_FORMATS = ".txt, .md, .html, .pdf, .docx, .eml, .jsonl, .csv"


class Named(Protocol):
    """How an error names an index that is not in a folder; its `str` says where it is."""

    @property
    def options(self) -> str:
        """The command-line options that name it."""


class AskvisitError(Exception):
    """Base class of every error that askvisit raises on purpose."""


class QuestionError(AskvisitError):
    """The question cannot be asked."""


class UnknownArticleError(AskvisitError):
    """No article of the index has this id."""

    def __init__(self, article_id: str, known: tuple[str, ...] = ()) -> None:
        self.article_id = article_id
        some = ", ".join(known[:3]) + (", …" if len(known) > 3 else "")
        wrong = (
            f"no article is called {article_id!r}" if article_id else "name at least one article"
        )
        super().__init__(f"{wrong}; the index has {some or 'none'}")


class ScopeError(AskvisitError):
    """A scope leaves no article to search, or has an invalid date or source."""


class CorpusError(AskvisitError):
    """The folder of articles has nothing to index."""


class ArticleError(CorpusError):
    """One file is not a usable article; `path` and `reason` say which and why.

    reason: goes on with the file's name, as "is empty" does.
    name: its path in the folder of articles, if that is known; else its own name.
    """

    def __init__(self, path: Path, reason: str, name: str | None = None) -> None:
        self.path = path
        self.reason = reason
        self.name = path.name if name is None else name
        super().__init__(f"{self.name} {reason}")


class MetadataError(ArticleError):
    """What a file says of articles cannot be used; they are indexed without it."""


class PassageIndexError(AskvisitError):
    """The index cannot be used."""


class IndexMissingError(PassageIndexError):
    """There is no index where one was expected: in a folder, or in a store elsewhere.

    how: how to get one, if the usual advice does not fit.
    """

    def __init__(self, folder: Path | Named, how: str | None = None) -> None:
        self.folder = folder
        if how is None and isinstance(folder, Path):
            how = f"put articles ({_FORMATS}) into {folder / 'articles'} and run: "
            how += build_command(folder)
        elif how is None:
            how = f"to build one, run: {build_command(folder)} --articles DIR"
        super().__init__(f"no index in {folder}; {how}")


class IndexFormatError(PassageIndexError):
    """The index was written by another version of askvisit."""


class IndexDamagedError(PassageIndexError):
    """Files of the index are missing, truncated or changed."""

    def __init__(self, folder: Path | Named, reason: str) -> None:
        self.folder = folder
        self.reason = reason
        super().__init__(f"the index in {folder} is damaged ({reason}); {rebuild_hint(folder)}")


class IndexReadOnlyError(PassageIndexError):
    """The index cannot be written to."""


class IndexReplacedError(PassageIndexError):
    """A rebuild replaced what was being read; the new index can be opened."""

    def __init__(self, folder: Path | Named) -> None:
        super().__init__(f"the index in {folder} was rebuilt in the meantime; ask again")


class UnreachableError(PassageIndexError):
    """The server that hosts the index does not respond."""


class CredentialsError(PassageIndexError):
    """The server that hosts the index requires other credentials."""


class EncoderMismatchError(PassageIndexError):
    """The index was built with a different encoder from the one requested."""

    def __init__(self, folder: Path | Named, built_with: str, asked: str) -> None:
        self.built_with = built_with
        self.asked = asked
        super().__init__(
            f"the index in {folder} was built with the encoder {built_with}, not {asked}; "
            f"{rebuild_hint(folder)} --encoder {asked}"
        )


class ModelError(AskvisitError):
    """An encoder's or reader's weights are missing or not the expected ones."""


class TrainingError(AskvisitError):
    """Training data, checkpoints or options that cannot be used."""


class DataError(AskvisitError):
    """A file of questions, an exported conversation or a saved answer that cannot be read."""


class ServerError(AskvisitError):
    """The web chat or the MCP server cannot start."""


def reason_of(error: Exception) -> str:
    """Return why a file cannot be read or written; the message around it names the file."""
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    return getattr(error, "strerror", None) or str(error)


def wrong_argument(error: Mapping[str, Any]) -> str:
    """Return which argument is wrong and why, by one of the errors of a pydantic validation."""
    place = " ".join(str(part) for part in error["loc"] if part != "body")
    return f"{place}: {error['msg'].lower()}".removeprefix(": ")


def rebuild_hint(folder: Path | Named) -> str:
    """Return the command that rebuilds an index, worded to end an error message."""
    return f"to rebuild it, run: {build_command(folder)}"


def build_command(folder: Path | Named) -> str:
    """Return the command that builds an index, to be copied into a shell."""
    options = index_option(folder) if isinstance(folder, Path) else folder.options
    return f"askvisit index {options}"


def index_option(folder: Path) -> str:
    """Return the option that selects an index in a folder, to be copied into a shell."""
    return f"--index {quote(str(folder))}"
