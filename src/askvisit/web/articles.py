"""The list of articles, and adding and removing some.

An article is added in its own thread, so that progress can be shown; it continues if the user
leaves the page. The browser knows which articles are ticked, and says so with each question.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator, BaseModel

from askvisit import encoder as encoders
from askvisit import formats
from askvisit.corpus import LARGEST_FILE
from askvisit.errors import AskvisitError, DataError
from askvisit.index import IndexLocation, location_of
from askvisit.index.edit import ArticleMetadata, add_article, articles_folder, remove_article
from askvisit.passages import passages
from askvisit.records import Article
from askvisit.web.chat import Chat, existing
from askvisit.web.faults import TellingRoute, Told, told
from askvisit.web.rendering import fragment
from askvisit.web.source_panel import panel

if TYPE_CHECKING:
    from askvisit.encoder import Encoder

MOST_LISTED = 500
"""Maximum articles listed; a list is no way to choose among more."""

LONGEST_FIELD = 300
"""Maximum characters of a typed title, source or date."""

ADDING = {"largest": LARGEST_FILE, "suffixes": formats.SUFFIXES, "longest": LONGEST_FIELD}
"""What the form needs to know."""


def listing(articles: Mapping[str, Article], *, removable: bool = False) -> str:
    """Return the list, with a tick for each article.

    removable: each article has a button that removes it, after a second click.
    """
    listed = list(existing(articles, list(articles)[:MOST_LISTED]))
    return fragment(
        "articles",
        articles=[(one, len(one.text.split())) for one in listed],
        count=len(articles),
        more=len(articles) - len(listed),
        removable=removable,
    )


def _field(text: str | None) -> str | None:
    shown = (text or "").encode("utf-8", "replace").decode()
    return shown[:LONGEST_FIELD].strip() or None


Field = Annotated[str | None, AfterValidator(_field)]


class NewArticle(BaseModel):
    """An article to add: a file's `name` and `base64`, or a `text`; with what is known about it."""

    name: str = ""
    base64: str | None = None
    text: str = ""
    title: Field = None
    source: Field = None
    date: Field = None

    @property
    def metadata(self) -> ArticleMetadata:
        """What is known about it."""
        return ArticleMetadata(self.title, self.source, None, self.date)

    def file(self) -> tuple[str, bytes]:
        """Return its file's name and bytes. Raises `DataError` with a message for the user."""
        if self.name and self.base64 is not None:
            try:
                return self.name, base64.b64decode(self.base64, validate=True)
            except (binascii.Error, ValueError) as error:
                raise DataError("the file did not arrive in full; add it again") from error
        if not self.text.strip():
            raise DataError("choose a file, or paste the article's text")
        first = " ".join(self.text.split()[:8])
        return f"{self.title or first}.txt", self.text.encode("utf-8", "replace")


class ArticleEditor:
    """Adds articles to one index and removes them."""

    def __init__(self, index: Path | IndexLocation, encoder: Encoder | None = None) -> None:
        """Take an index; if no encoder is given, its own is loaded on first use.

        Raises `IndexReadOnlyError` if nothing can be added to it.
        """
        self._location = location_of(index)
        self._given = encoder
        articles_folder(index)

    def add(self, addition: NewArticle) -> Iterator[tuple[int, int] | Article]:
        """Yield how many passages are encoded and how many there are, then the article.

        Raises the errors of `index.edit.add_article`.
        """
        name, data = addition.file()
        news: SimpleQueue[tuple[int, int] | Article | BaseException] = SimpleQueue()

        def work() -> None:
            try:
                article = add_article(
                    self._location,
                    name,
                    data,
                    addition.metadata,
                    encoder=self._encoder,
                    progress=lambda done, total: news.put((done, total)),
                )
                news.put(article)
            except BaseException as error:  # raised again where it is waited for
                news.put(error)

        Thread(target=work, name="adding an article").start()
        while not isinstance(new := news.get(), Article):
            if isinstance(new, BaseException):
                raise new
            yield new
        yield new

    def remove(self, article_id: str) -> None:
        """Remove an article. Raises the errors of `index.edit.remove_article`."""
        remove_article(self._location, article_id, encoder=self._encoder)

    @cached_property
    def _encoder(self) -> Encoder:
        return self._given or encoders.load(self._location.encoder().name)


class Removed(BaseModel):
    """An article to remove."""

    article: str


def routes(chat: Chat) -> APIRouter:
    """Return what the list and the form ask for."""
    router = APIRouter(prefix="/page", route_class=TellingRoute)

    @router.post("/articles")
    def listed() -> dict[str, str]:
        """Return the list as it is now."""
        return {"html": listing(chat.articles, removable=chat.editor is not None)}

    if chat.editor is None:
        return router
    editor = chat.editor

    @router.post("/add")
    def add(addition: NewArticle) -> StreamingResponse:
        """Add an article: a line of JSON for each step, the last one with what became of it."""
        lines = (f"{json.dumps(step)}\n" for step in _adding(chat, editor, addition))
        return StreamingResponse(lines, media_type="application/x-ndjson")

    @router.post("/remove")
    def remove(removed: Removed) -> dict[str, str]:
        """Remove an article; return the list as it is then."""
        with _unchanged("removing an article"):
            editor.remove(removed.article)
        return {"html": listing(chat.articles, removable=True)}

    return router


def _adding(chat: Chat, editor: ArticleEditor, addition: NewArticle) -> Iterator[dict[str, Any]]:
    yield {"html": fragment("adding_progress", done=0, total=0)}
    try:
        with _unchanged("adding an article"):
            for news in editor.add(addition):
                if not isinstance(news, Article):
                    yield {"html": fragment("adding_progress", done=news[0], total=news[1])}
                    continue
                yield _added(chat, news)
    except Told as problem:
        yield {"problem": str(problem)}


def _added(chat: Chat, article: Article) -> dict[str, Any]:
    """Return what is shown of a new article, with questions that it answers; none if that fails."""
    try:
        with told("offering questions about an added article"):
            questions = chat.suggestions.answered(article)
    except Told:
        questions = []
    html = fragment(
        "added",
        article=article,
        words=len(article.text.split()),
        passages=len(passages(article)),
        questions={question: question for question in questions},
    )
    return {"html": html, "article": article.id, "source": panel(article)}


@contextmanager
def _unchanged(what: str) -> Iterator[None]:
    """Say of what goes wrong that nothing was changed."""
    try:
        with told(what, (AskvisitError,)):
            yield
    except Told as problem:
        raise Told(f"Nothing was changed: {problem}", problem.status) from problem
