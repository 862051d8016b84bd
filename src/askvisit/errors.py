"""The errors that askvisit raises, each one line that says how to fix it.

AskvisitError
├── QuestionError            the question cannot be asked (empty, too long, not text)
├── UnknownArticleError      no article has that id
├── ScopeError               no article is of that time or source, or a date or source is none
├── CorpusError              the folder of articles gives nothing to index
│   └── ArticleError         one file is not a usable article (skipped and named by a build)
├── PassageIndexError        the index cannot be used
│   ├── IndexMissingError    there is no index where one was expected
│   ├── IndexFormatError     it was written by another version
│   ├── IndexDamagedError    files are missing, cut or changed
│   ├── IndexReadOnlyError   it cannot be written to
│   ├── IndexReplacedError   a rebuild took away what was being read
│   ├── EncoderMismatchError it was built with another encoder
│   ├── UnreachableError     the server that keeps it does not answer
│   └── CredentialsError     that server wants other credentials
├── ModelError               an encoder's or reader's weights are missing or not what they should be
├── TrainingError            training data, checkpoints or options that cannot be used
├── DataError                a questions file or an exported conversation that cannot be read
└── ServerError              the web chat cannot start
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Named(Protocol):
    """What an error names an index by that lies in no folder; `str` of it says where it is."""

    @property
    def options(self) -> str:
        """The options of the command line that name it."""


class AskvisitError(Exception):
    """Base of every error that askvisit raises on purpose."""


class QuestionError(AskvisitError):
    """The question cannot be asked."""


class UnknownArticleError(AskvisitError):
    """No article of the index has this id."""

    def __init__(self, article_id: str, known: tuple[str, ...] = ()) -> None:
        self.article_id = article_id
        some = ", ".join(known[:3]) + (", …" if len(known) > 3 else "")
        called = f"called {article_id!r}" if article_id else "named, and at least one must be"
        super().__init__(f"no article is {called}; the index has {some or 'none'}")


class ScopeError(AskvisitError):
    """A scope leaves no article to look in, or names no date or source."""


class CorpusError(AskvisitError):
    """The folder of articles gives nothing to index."""


class ArticleError(CorpusError):
    """One file is not a usable article; `path` and `reason` say which and why."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path.name}: {reason}")


class PassageIndexError(AskvisitError):
    """The index cannot be used."""


class IndexMissingError(PassageIndexError):
    """There is no index where one was expected: in a folder, or in a store elsewhere."""

    def __init__(self, folder: Path | Named) -> None:
        self.folder = folder
        if isinstance(folder, Path):
            how = f"put articles (.txt, .md, .html, .pdf) into {folder / 'articles'} and run: "
            how += _command(folder)
        else:
            how = f"to build one run: {_command(folder)} --articles DIR"
        super().__init__(f"no index in {folder}; {how}")


class IndexFormatError(PassageIndexError):
    """The index was written by another version of askvisit."""


class IndexDamagedError(PassageIndexError):
    """Files of the index are missing, cut or changed."""

    def __init__(self, folder: Path | Named, reason: str) -> None:
        self.folder = folder
        self.reason = reason
        super().__init__(f"the index in {folder} is damaged ({reason}); {rebuild_hint(folder)}")


class IndexReadOnlyError(PassageIndexError):
    """The index cannot be written to."""


class IndexReplacedError(PassageIndexError):
    """A rebuild took away what was being read; the new index can be opened."""

    def __init__(self, folder: Path | Named) -> None:
        super().__init__(f"the index in {folder} was rebuilt meanwhile; ask again")


class UnreachableError(PassageIndexError):
    """The server that keeps the index does not answer."""


class CredentialsError(PassageIndexError):
    """The server that keeps the index wants other credentials."""


class EncoderMismatchError(PassageIndexError):
    """The index was built with another encoder than the one asked for."""

    def __init__(self, folder: Path | Named, built_with: str, asked: str) -> None:
        self.built_with = built_with
        self.asked = asked
        super().__init__(
            f"the index in {folder} was built with the encoder {built_with}, not {asked}; "
            f"{rebuild_hint(folder)} --encoder {asked}"
        )


class ModelError(AskvisitError):
    """An encoder's or reader's weights are missing or not what they should be."""


class TrainingError(AskvisitError):
    """Training data, checkpoints or options that cannot be used."""


class DataError(AskvisitError):
    """A file of questions, or an exported conversation, that cannot be read."""


class ServerError(AskvisitError):
    """The web chat cannot start."""


def rebuild_hint(folder: Path | Named) -> str:
    """Return the command that rebuilds an index, as the end of an error's sentence."""
    return f"to rebuild it run: {_command(folder)}"


def _command(folder: Path | Named) -> str:
    options = f"--index {folder}" if isinstance(folder, Path) else folder.options
    return f"askvisit index {options}"
