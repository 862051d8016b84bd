"""The list of articles, and adding and removing some, as the page asks for it.

The browser knows which articles are ticked, and says so with each question.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator, BaseModel

from askvisit import formats
from askvisit.corpus import LARGEST_FILE
from askvisit.errors import AskvisitError, DataError
from askvisit.fetching import fetch
from askvisit.index.edit import (
    ArticleMetadata,
    Index,
    Progress,
    add_article,
    describe_article,
    remove_article,
)
from askvisit.passages import passages
from askvisit.records import Article
from askvisit.web.chat import Chat, existing
from askvisit.web.faults import TellingRoute, Told, told
from askvisit.web.places import Typed
from askvisit.web.rendering import fragment
from askvisit.web.source_panel import panel

if TYPE_CHECKING:
    from askvisit.encoder import Encoder

LONGEST_FIELD = 300
"""Maximum characters of a typed title, source or date."""

MOST_LISTED = 500
"""Maximum articles listed; a list is no way to choose among more."""

ADDING = {"largest": LARGEST_FILE, "suffixes": formats.SUFFIXES, "longest": LONGEST_FIELD}
"""What the form needs to know."""

Field = Annotated[Typed, AfterValidator(lambda text: text and text[:LONGEST_FIELD].rstrip())]


class Metadata(BaseModel):
    """What a user writes about an article."""

    title: Field = None
    source: Field = None
    date: Field = None
    author: Field = None
    url: str = ""

    @property
    def metadata(self) -> ArticleMetadata:
        """What is known about it."""
        return ArticleMetadata(self.title, self.source, self.url or None, self.date, self.author)


class NewArticle(Metadata):
    """An article to add: a file's `name` and `base64`, a `text`, or a `url` alone to fetch it."""

    name: str = ""
    base64: str | None = None
    text: str = ""

    def file(self) -> tuple[str, bytes]:
        """Return its file's name and bytes; raises `DataError`, or `CorpusError` for a link."""
        if self.name and self.base64 is not None:
            try:
                return self.name, base64.b64decode(self.base64, validate=True)
            except (binascii.Error, ValueError) as error:
                raise DataError("the file did not arrive in full; add it again") from error
        if not self.text.strip() and self.url.strip():
            page = fetch(self.url.strip())
            self.url = page.url  # where it is after redirects
            return page.name, page.data
        if not self.text.strip():
            raise DataError("choose a file, or paste a link or the article's text")
        first = " ".join(self.text.split()[:8])
        return f"{self.title or first}.txt", self.text.encode("utf-8", "replace")


@dataclass
class ArticleEditor:
    """Adds articles to one index and removes them.

    encoder: the one that the index was built with, if it is loaded already.
    """

    index: Index
    encoder: Encoder | None = None

    def add(self, addition: NewArticle, progress: Progress | None = None) -> Article:
        """Add an article and return it. Raises the errors of `add_article`."""
        name, data = addition.file()
        about, encoder = addition.metadata, self.encoder
        return add_article(self.index, name, data, about, encoder=encoder, progress=progress)

    def describe(self, article_id: str, metadata: ArticleMetadata) -> None:
        """Change what is known of an article. Raises the errors of `describe_article`."""
        describe_article(self.index, article_id, metadata, encoder=self.encoder)

    def remove(self, article_id: str) -> bytes:
        """Remove an article; return its file. Raises the errors of `remove_article`."""
        return remove_article(self.index, article_id, encoder=self.encoder)


def listing(chat: Chat) -> str:
    """Return the list, with a tick for each article."""
    articles = chat.articles
    listed = list(existing(articles, list(articles)[:MOST_LISTED]))
    count, removable = len(articles), chat.editor is not None
    return fragment("articles", articles=listed, count=count, removable=removable)


class Described(Metadata):
    """What is known of an article from now on."""

    article: str


def routes(chat: Chat) -> APIRouter:
    """Return what the list and the form ask for."""
    router = APIRouter(prefix="/page", route_class=TellingRoute)

    @router.post("/articles")
    def listed() -> dict[str, str]:
        """Return the list as it is now."""
        return {"html": listing(chat)}

    if chat.editor is None:
        return router
    editor = chat.editor

    @router.post("/add")
    def add(addition: NewArticle) -> StreamingResponse:
        """Add an article: a line of JSON for each step, the last one with what became of it."""
        lines = (f"{json.dumps(step)}\n" for step in _adding(chat, editor, addition))
        return StreamingResponse(lines, media_type="application/x-ndjson")

    @router.post("/remove")
    def remove(article: Annotated[str, Body(embed=True)]) -> dict[str, Any]:
        """Remove an article; return the list as it is then, and what adds it again."""
        known = chat.articles.get(article)
        with _told("removed"):
            data = editor.remove(article)
        again = {key: getattr(known, key, None) or "" for key in Metadata.model_fields}
        again |= {"name": article, "base64": base64.b64encode(data).decode()}
        return {"html": listing(chat), "again": again}

    @router.post("/describe")
    def describe(described: Described) -> dict[str, str]:
        """Change what is known of an article; return the list as it is then."""
        article = chat.articles.get(described.article)
        if article is not None:  # the form does not show these
            described.url, described.author = article.url or "", article.author
        with _told("changed"):
            editor.describe(described.article, described.metadata)
        return {"html": listing(chat)}

    return router


def _adding(chat: Chat, editor: ArticleEditor, addition: NewArticle) -> Iterator[dict[str, Any]]:
    """Add an article and yield each step; it is added also if the user leaves the page."""
    steps: SimpleQueue[dict[str, Any] | None] = SimpleQueue()

    def progress(done: int, total: int) -> None:
        steps.put({"done": done, "total": total})

    def work() -> None:
        try:
            with _told("added"):
                steps.put(_added(chat, editor.add(addition, progress)))
        except Told as problem:
            steps.put({"problem": str(problem)})
        finally:
            steps.put(None)

    Thread(target=work, name="adding an article").start()
    while (step := steps.get()) is not None:
        yield step


def _added(chat: Chat, article: Article) -> dict[str, Any]:
    """Return what is shown of a new article, with questions that it answers; none if that fails."""
    try:
        with told("offering questions about an added article"):
            questions = chat.suggestions.answered(article)
            summary = chat.suggestions.summary(article)
    except Told:
        questions, summary = [], []
    html = fragment(
        "added",
        article=article,
        passages=len(passages(article)),
        questions={question: question for question in questions},
        summary=summary,
    )
    return {
        "html": html,
        "article": article.id,
        "source": panel(article),
        "listing": listing(chat),
    }


@contextmanager
def _told(done: str) -> Iterator[None]:
    """Say of what goes wrong that an article was not `done`."""
    try:
        with told(f"an article that is {done}", (AskvisitError,)):
            yield
    except Told as problem:
        raise Told(f"Not {done}: {problem}", problem.status_code) from problem
