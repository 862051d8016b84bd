"""What can be looked up in an index without a reader: passages, dates, names, articles, pages."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

from askvisit import names, timeline
from askvisit.corpus import SourceFile
from askvisit.encoder import Encoder, RecentTexts
from askvisit.errors import ArticleError, QuestionError, UnknownArticleError
from askvisit.formats import PageView
from askvisit.index import (
    CurrentArticles,
    CurrentIndex,
    IndexLocation,
    PassageIndex,
    location_of,
)
from askvisit.inquiry import check_question, readable
from askvisit.names import KeyName
from askvisit.reader import SentenceReader
from askvisit.records import Article, Hit
from askvisit.retriever import Retriever
from askvisit.scope import Scope
from askvisit.timeline import TimelineEntry, TimelineScope

Result = TypeVar("Result")


class Library:
    """The articles of one index; safe to share between threads.

    A rebuilt index is picked up before the next lookup; each lookup uses one snapshot.
    """

    def __init__(self, index: str | os.PathLike[str] | IndexLocation, encoder: Encoder) -> None:
        self._location = location_of(index)
        self._encoder = RecentTexts(encoder)
        self._sentences = SentenceReader(self._encoder)
        self._current = CurrentIndex(self._location, encoder)

    @property
    def articles(self) -> Mapping[str, Article]:
        """The articles by id."""
        return self._on_snapshot(lambda index: CurrentArticles(index, self._current))

    @property
    def suggestions(self) -> tuple[str, ...]:
        """Questions to start with, from `suggestions.txt` in the index's folder (one a line)."""
        return self._location.suggestions()

    def within(self, scope: Scope) -> list[str]:
        """Return the ids of the articles in a scope; raises the same as `Assistant.ask` for it."""
        return self._on_snapshot(lambda index: list(_ids(index, scope)))

    def search(
        self,
        question: str,
        k: int = 5,
        *,
        articles: Sequence[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        sources: Sequence[str] | None = None,
    ) -> list[Hit]:
        """Return the k best passages for a question or keywords, best first; no reader is run.

        Each of the two searches finds 50 passages, so there are never more than 100.

        articles, since, until, sources: as for `Assistant.ask`.
        """
        check_question(question)
        if k < 1:
            raise QuestionError("k, the number of passages to return, must be 1 or more")
        scope = Scope(articles, since, until, sources)

        def search(index: PassageIndex) -> list[Hit]:
            found = Retriever(index, self._encoder)
            return found.search(readable(question), scope.ids(index))[:k]

        return self._on_snapshot(search)

    def timeline(
        self,
        topic: str | None = None,
        since: str | date | None = None,
        until: str | date | None = None,
        *,
        articles: Sequence[str] | None = None,
        sources: Sequence[str] | None = None,
    ) -> tuple[TimelineEntry, ...]:
        """Return the dated sentences in chronological order; only those about a topic if given.

        since, until: the time span, both ends included: YYYY, YYYY-MM, YYYY-MM-DD or a date.
        articles, sources: ids of the articles to search, and papers, as for `Assistant.ask`.

        Relative dates ("last Tuesday") and dates without a year are resolved against
        `Article.date`; if that is missing, they are left out.

        Raises `QuestionError` for an empty topic or an invalid date, `UnknownArticleError`, and
        `ScopeError` if no article is from these papers.
        """
        if topic is not None:
            check_question(topic)
        span = timeline.span(since, until)

        def entries(index: PassageIndex) -> tuple[TimelineEntry, ...]:
            scope = TimelineScope(_ids(index, Scope(articles, sources=sources)), *span)
            if topic is None:
                return timeline.everything(index, scope)
            about = readable(topic)
            return timeline.on_topic(index, self._encoder, self._sentences, about, scope)

        return self._on_snapshot(entries)

    def names(
        self,
        most: int = 20,
        *,
        articles: Sequence[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        sources: Sequence[str] | None = None,
    ) -> tuple[KeyName, ...]:
        """Return the people, places and other names that the articles mention most.

        most: the maximum number. articles, since, until, sources: as for `Assistant.ask`.

        Raises `QuestionError` if `most` is below 1, and what `Assistant.ask` raises for a scope.
        """
        if most < 1:
            raise QuestionError("most, the number of names to return, must be 1 or more")
        scope = Scope(articles, since, until, sources)

        def key_names(index: PassageIndex) -> tuple[KeyName, ...]:
            return names.key_names(index, _ids(index, scope), most)

        return self._on_snapshot(key_names)

    def page(self, article_id: str, page: int, ranges: Sequence[tuple[int, int]] = ()) -> PageView:
        """Render a page (from 1) of a PDF article.

        ranges: (start, end) offsets in the article's text, as in a citation; the boxes of each are
        in the view's `marks`, as fractions of the page.

        Raises `UnknownArticleError` for an id not in the index, and `ArticleError` if the file has
        no such page, is gone, or its text has changed since it was indexed.
        """
        known = self.articles
        if article_id not in known:
            raise UnknownArticleError(article_id, tuple(known))
        path = self._location.article_file(article_id)
        if path is None:
            raise ArticleError(Path(article_id), "its file is not on this machine, only its text")
        return SourceFile(path).page(known[article_id].sha256, page, ranges)

    def _on_snapshot(self, work: Callable[[PassageIndex], Result]) -> Result:
        return self._current.on_snapshot(work)


def _ids(index: PassageIndex, scope: Scope) -> Sequence[str]:
    found = scope.ids(index)
    return index.article_ids() if found is None else found
