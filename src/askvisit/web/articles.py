"""The list of articles, and adding and removing some, as the page asks for it.

The browser knows which articles are ticked, and says so with each question.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Thread
from typing import Annotated, Any

from fastapi import APIRouter, Body
from fastapi.responses import StreamingResponse

from askvisit import formats
from askvisit.corpus import LARGEST_FILE
from askvisit.errors import AskvisitError
from askvisit.passages import passages
from askvisit.records import Article
from askvisit.web.chat import Chat, existing
from askvisit.web.editor import LONGEST_FIELD, ArticleEditor, Metadata, NewArticle
from askvisit.web.faults import ErrorRoute, UserError, reported
from askvisit.web.rendering import fragment
from askvisit.web.source_panel import panel

MOST_LISTED = 500
"""Maximum articles listed; a list is no way to choose among more."""

ADDING = {"largest": LARGEST_FILE, "suffixes": formats.SUFFIXES, "longest": LONGEST_FIELD}
"""What the form needs to know."""


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
    router = APIRouter(prefix="/page", route_class=ErrorRoute)

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
        except UserError as problem:
            steps.put({"problem": str(problem)})
        finally:
            steps.put(None)

    Thread(target=work, name="adding an article").start()
    while (step := steps.get()) is not None:
        yield step


def _added(chat: Chat, article: Article) -> dict[str, Any]:
    """Return what is shown of a new article, with questions that it answers; none if that fails."""
    try:
        with reported("offering questions about an added article"):
            questions = chat.suggestions.answered(article)
            summary = chat.suggestions.summary(article)
    except UserError:
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
        with reported(f"an article that is {done}", (AskvisitError,)):
            yield
    except UserError as problem:
        raise UserError(f"Not {done}: {problem}", problem.status_code) from problem
