"""What is looked up beside the conversation: a timeline of articles, and the names in one."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel

from askvisit.dates import publication_day
from askvisit.names import by_kind
from askvisit.web.chat import NONE_CHOSEN, Chat, existing
from askvisit.web.faults import ErrorRoute, UserError
from askvisit.web.places import Typed
from askvisit.web.rendering import fragment
from askvisit.web.source_panel import MOST_PLACES, REMOVED
from askvisit.web.suggestions import about

MOST_NAMES = 500
"""Maximum names shown of an article."""


class Period(BaseModel):
    """The dated sentences to show: of which articles (None: all), about what, since and until."""

    articles: list[str] | None = None
    topic: Typed = None
    since: Typed = None
    until: Typed = None


def routes(chat: Chat) -> APIRouter:
    """Return what the timeline and the names ask for."""
    router = APIRouter(prefix="/page", route_class=ErrorRoute)

    @router.post("/timeline")
    def timeline(asked: Period) -> dict[str, str]:
        """Return dated sentences in order, as HTML, and what they are in a sentence (`told`)."""
        articles = chat.articles
        if not articles:
            raise UserError("There are no articles yet.")
        searched = [*existing(articles, articles if asked.articles is None else asked.articles)]
        if not searched:
            raise UserError(NONE_CHOSEN)
        chosen = None if asked.articles is None else [article.id for article in searched]
        found = chat.assistant.timeline(asked.topic, asked.since, asked.until, articles=chosen)
        html = fragment(
            "timeline",
            found=found,
            searched=searched,
            undated=[one.title for one in searched if publication_day(one.date) is None],
            is_narrowed=bool(asked.topic or asked.since or asked.until),
        )
        return {
            "told": fragment("timeline_told", found=found, asked=asked).unescape(),
            "html": html,
        }

    @router.post("/names")
    def names(article: Annotated[str, Body(embed=True)]) -> dict[str, str]:
        """Return the names in an article as HTML, most mentioned first."""
        if article not in chat.articles:
            raise UserError(REMOVED, 404)
        found = chat.assistant.names(MOST_NAMES, articles=[article])
        html = fragment(
            "names",
            kinds=by_kind(found),
            found=found,
            most=MOST_PLACES,
            about=partial(about, among_others=len(chat.articles) > 1),
        )
        return {"html": html}

    return router
