"""An index of articles that a program has in memory: in a temporary folder, without their files."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from askvisit import dates
from askvisit.errors import CorpusError, PassageIndexError, UnknownArticleError
from askvisit.index.build import BuildOptions, update
from askvisit.index.location import IndexLocation, only_writer
from askvisit.records import Article
from askvisit.text import is_utf8

if TYPE_CHECKING:
    from askvisit.encoder import Encoder


class TemporaryLocation(IndexLocation):
    """A temporary folder with an index of the articles put into it.

    It is removed by `close`, or else with this object or when the program ends.
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="askvisit-"))
        self._remove = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def __str__(self) -> str:
        return "memory"

    @property
    def path(self) -> Path:
        """The folder. Raises `PassageIndexError` once it is removed."""
        if not self._remove.alive:
            raise PassageIndexError(
                "the assistant is closed; make one with Assistant.from_articles"
            )
        return self._folder

    def change(
        self, added: Iterable[Article] = (), removed: Collection[str] = (), *, encoder: Encoder
    ) -> None:
        """Put articles into the index, and take others out by their ids; all of it or nothing.

        One with the id of an earlier article replaces that. Only new texts are encoded. Raises
        `CorpusError` and `UnknownArticleError`.
        """
        new = _checked(added)
        gone = {removed} if isinstance(removed, str) else set(removed)
        with only_writer(self.path):
            known = {}
            if self.signature() is not None:
                index = self.open()
                known = {name: index.article(name) for name in index.article_ids()}
            unknown = sorted(gone - set(known))
            if unknown:
                raise UnknownArticleError(unknown[0], tuple(known))
            kept = {name: known[name] for name in known if name not in gone}
            if not kept | new:
                raise CorpusError("no article is left; give at least one")
            update(self.path, BuildOptions(encoder=encoder, texts=kept | new))

    def close(self) -> None:
        """Remove the folder."""
        self._remove()


def _checked(articles: Iterable[Article]) -> dict[str, Article]:
    """Return articles by id, with ISO 8601 dates; raises `CorpusError` for one that is unusable."""
    found: dict[str, Article] = {}
    for article in articles if isinstance(articles, Iterable) else [articles]:
        if not isinstance(article, Article) or isinstance(articles, Article):
            raise CorpusError("give a list of articles, each as Article(id, title, text)")
        date = dates.to_iso(article.date) if isinstance(article.date, str) else None
        reason = "another one has this id" if article.id in found else _unusable(article)
        if article.date is not None and date is None:
            reason = reason or f"its date is not valid; write {dates.FORM}"
        if reason is not None:
            raise CorpusError(f"the article {article.id!r} cannot be used: {reason}")
        found[article.id] = replace(article, date=date)
    return found


def _unusable(article: Article) -> str | None:
    for name, value in {**vars(article.record), "text": article.text}.items():
        required = name in ("id", "title", "text")
        if not isinstance(value, str):
            if required or value is not None:
                return f"its {name} must be text, not {type(value).__name__}"
        elif not is_utf8(value) or "\0" in value:
            return f"its {name} has lone surrogates or NUL; remove them"
    if not article.id:
        return "it has no id; give it one"
    return None if any(map(str.isalnum, article.text)) else "its text has no words"
