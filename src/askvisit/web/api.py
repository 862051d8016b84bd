"""What programs may call: `ask`, `search`, `timeline`, `names`, `articles`, named and typed.

The same functions are served three ways: as plain HTTP (REST, with an OpenAPI description), as
endpoints of Gradio's API for its client, and, on request, as tools of MCP (Model Context Protocol).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import wraps
from inspect import Parameter, getdoc, signature
from typing import TYPE_CHECKING, Any, get_type_hints

from fastapi import APIRouter, HTTPException
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, ConfigDict, create_model, validate_call

from askvisit import __version__, tools
from askvisit.errors import DataError
from askvisit.records import Answer
from askvisit.web.chat import existing
from askvisit.web.faults import TellingRoute, Told, told
from askvisit.web.guard import BUSY, Busy, Turns

if TYPE_CHECKING:
    from askvisit.assistant import Assistant
    from askvisit.calibration import Strictness
    from askvisit.web.chat import Chat

MOST_HISTORY = 20

_EXAMPLES = {
    "ask": '"Who met the mayor?", api_name="/ask"',
    "search": '"the mayor", 5, api_name="/search"',
    "timeline": '"the bridge", since="2018", api_name="/timeline"',
    "names": '10, api_name="/names"',
    "articles": 'api_name="/articles"',
}

Endpoint = Callable[..., Any]


def routes(chat: Chat) -> APIRouter:
    """Return the endpoints as plain HTTP, and their description at `/openapi.json`."""
    router = APIRouter(route_class=TellingRoute)
    for endpoint in endpoints(chat.assistant, chat.strictness):
        _add(router, endpoint)

    @router.get("/articles/{article_id:path}")
    def article(article_id: str) -> dict[str, Any]:
        """Return one article with its text."""
        found = chat.assistant.articles.get(article_id)
        if found is None:
            raise HTTPException(
                404, f"there is no article {article_id!r}; GET /articles lists them"
            )
        return asdict(found)

    @router.get("/openapi.json", include_in_schema=False)
    def openapi() -> dict[str, Any]:
        return get_openapi(
            title="askvisit",
            version=__version__,
            description="Answers from news articles, quoted word for word and cited.",
            routes=[route for route in router.routes if getattr(route, "include_in_schema", True)],
        )

    return router


def _add(router: APIRouter, endpoint: Endpoint) -> None:
    """Add an endpoint: its arguments are the fields of a JSON object."""
    hints = get_type_hints(endpoint)
    fields: dict[str, Any] = {
        name: (hints[name], ... if one.default is Parameter.empty else one.default)
        for name, one in signature(endpoint).parameters.items()
    }
    name, path = endpoint.__name__, f"/{endpoint.__name__}"
    summary, _, details = (getdoc(endpoint) or "").partition("\n\n")
    about: dict[str, Any] = {"summary": summary, "description": details, "name": name}
    if not fields:
        router.add_api_route(path, endpoint, methods=["GET"], response_model=None, **about)
        return
    arguments: type[BaseModel] = create_model(
        name.capitalize(), __config__=ConfigDict(extra="forbid"), **fields
    )

    def called(given: BaseModel) -> Any:
        return endpoint(**{field: getattr(given, field) for field in fields})

    called.__annotations__["given"] = arguments
    router.add_api_route(path, called, methods=["POST"], response_model=None, **about)


def add_to_gradio(server: Any, chat: Chat, turns: Turns) -> None:
    """Add the endpoints to a Gradio server, each call in its turn."""
    import gradio as gr
    from starlette.concurrency import run_in_threadpool

    def in_turn(endpoint: Endpoint) -> Endpoint:
        reported = checked(endpoint)

        async def called(request: gr.Request, *given: Any) -> Any:
            try:
                async with turns.of(request.client.host if request.client else ""):
                    return await run_in_threadpool(reported, *given)
            except (Told, Busy) as words:
                said = BUSY if isinstance(words, Busy) else str(words)
                raise gr.Error(said, print_exception=False) from words

        of_request = Parameter("request", Parameter.POSITIONAL_OR_KEYWORD, annotation=gr.Request)
        typed, hints = signature(endpoint), get_type_hints(endpoint)
        called.__signature__ = typed.replace(  # type: ignore[attr-defined]
            parameters=[of_request, *typed.parameters.values()]
        )
        called.__annotations__ = {"request": gr.Request, **hints}
        called.__name__, called.__doc__ = endpoint.__name__, endpoint.__doc__
        return called

    for endpoint in endpoints(chat.assistant, chat.strictness):
        server.api(in_turn(endpoint), name=endpoint.__name__, concurrency_limit=None)


def checked(endpoint: Endpoint) -> Endpoint:
    """Check arguments against the endpoint's annotations; null is an argument left out.

    Everything that goes wrong is `Told`.
    """
    validated, called = validate_call(endpoint), signature(endpoint)

    @wraps(endpoint)
    def reported(*args: Any, **kwargs: Any) -> Any:
        with told(f"a call of {endpoint.__name__}"):
            given = called.bind(*args, **kwargs).arguments
            return validated(**{name: value for name, value in given.items() if value is not None})

    return reported


def endpoints(
    assistant: Assistant, strictness: Strictness = "normal"
) -> tuple[Callable[..., Any], ...]:
    """Return what programs may call: typed functions of plain data, each documented.

    strictness: how sure an answer must be if a call does not say.
    """

    def ask(
        question: str,
        history: list[dict[str, Any]] | None = None,
        articles: list[str] | None = None,
        min_confidence: float | None = None,
        since: str | None = None,
        until: str | None = None,
        sources: list[str] | None = None,
        each: bool = False,
        as_typed: bool = False,
        as_of: str | None = None,
    ) -> dict[str, Any]:
        """Answer a question with sentences quoted word for word from the articles, cited by offsets.

        Args:
            question: A question in plain English, at most 2,000 characters.
            history: Earlier answers of the conversation, as this endpoint returned them, oldest first.
            articles: Ids of the articles to search; all of them if omitted.
            min_confidence: Confidence (0 to 1) below which an answer is refused; 0 never refuses. Omitted: as in the chat.
            since: Search only articles published on or after this day, such as 2019-06-26 or 2019.
            until: Search only articles published on or before this day; 2019 is the whole year.
            sources: Search only articles from these papers, given by words of their names.
            each: Cite every article that answers; `groups` says which of them say the same.
            as_typed: Read the question word for word and by itself, without the history.
            as_of: Day of asking, from which "last week" is reckoned; later articles are not searched. Omitted: today.

        Returns:
            The answer; `found` says whether the articles answer, `citations` quote and locate it.
        """  # noqa: E501 - a program reads this text, line by line
        scope = tools.scope_of(articles, sources, since, until)
        earlier = _answers(history or [])
        least = assistant.threshold(strictness) if min_confidence is None else min_confidence
        answer = assistant.ask(
            question,
            earlier,
            min_confidence=least,
            each=each,
            as_typed=as_typed,
            as_of=as_of,
            **scope,
        )
        turns = range(len(history or []) + len(answer.parts))
        return asdict(answer.placed(turns[len(history or []) - len(earlier) :]))

    def search(
        query: str,
        k: int = 5,
        since: str | None = None,
        until: str | None = None,
        sources: list[str] | None = None,
        articles: list[str] | None = None,
    ) -> list[dict[str, Any]]:
        """Return the passages that best match a query, best first, with their scores.

        Args:
            query: A question or keywords.
            k: How many passages to return, at most 50.
            since: Search only articles published on or after this day.
            until: Search only articles published on or before this day.
            sources: Search only articles from these papers.
            articles: Ids of the articles to search; all of them if omitted.

        Returns:
            Passages: article_id, start, end, text, the scores dense, bm25 and fused, and what is
            known about the article.
        """
        scope = tools.scope_of(articles, sources, since, until)
        return [asdict(hit) for hit in assistant.search(query, min(k, tools.MOST_HITS), **scope)]

    def timeline(
        topic: str | None = None,
        since: str | None = None,
        until: str | None = None,
        articles: list[str] | None = None,
        sources: list[str] | None = None,
    ) -> list[dict[str, Any]]:
        """Return dated sentences in chronological order, each quoted word for word and cited.

        Args:
            topic: What the sentences must be about; all dated sentences if omitted.
            since: The first date, as YYYY, YYYY-MM or YYYY-MM-DD.
            until: The last date, in the same form.
            articles: Ids of the articles to search; all of them if omitted.
            sources: Search only articles from these papers.

        Returns:
            Entries: date (as precise as the text is), precision, and the citation, whose span dates it.
        """  # noqa: E501 - a program reads this text, line by line
        found = assistant.timeline(topic or None, since, until, articles=articles, sources=sources)
        return [asdict(entry) for entry in found]

    def names(
        most: int = 20,
        articles: list[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        sources: list[str] | None = None,
    ) -> list[dict[str, Any]]:
        """Return the people, places and other names that the articles mention most.

        Args:
            most: How many names to return, at most 100.
            articles: Ids of the articles to search; all of them if omitted.
            since: Search only articles published on or after this day.
            until: Search only articles published on or before this day.
            sources: Search only articles from these papers.

        Returns:
            Names: name, kind (person, place, other), forms, count, and a citation for each mention.
        """
        scope = tools.scope_of(articles, sources, since, until)
        return [asdict(name) for name in assistant.names(min(most, tools.MOST_NAMES), **scope)]

    def articles() -> list[dict[str, Any]]:
        """List the articles that questions are answered from.

        Returns:
            Articles: id, title, source, url, date, author, sha256 of the text, and number of words.
        """
        known = assistant.articles
        shown = ("id", "title", "source", "url", "date", "author", "sha256")
        return [
            {name: getattr(article, name) for name in shown} | {"words": len(article.text.split())}
            for article in existing(known, known)
        ]

    return ask, search, timeline, names, articles


def _answers(history: list[dict[str, Any]]) -> list[Answer]:
    try:
        return [Answer.from_dict(answer) for answer in history[-MOST_HISTORY:]]
    except DataError as error:
        raise DataError("history must be a list of answers as `ask` returned them") from error


def mcp_app(chat: Chat, host: str) -> tuple[Any, Any]:
    """Return an ASGI application that serves the tools by streamable HTTP, and its lifespan.

    It uses the protocol's SDK, not Gradio's own MCP server, which returns results as Python text,
    not as JSON, and holds back the versions of pydantic and of the protocol.

    host: the address the chat listens on; if it is this machine's own, requests must name it
    (so that a page elsewhere cannot reach the tools by DNS rebinding).
    """
    from mcp.server.mcpserver.exceptions import ToolError

    def reported(tool: Endpoint) -> Endpoint:
        inner = checked(tool)

        @wraps(tool)
        def called(*args: Any, **kwargs: Any) -> Any:
            try:
                return inner(*args, **kwargs)
            except Told as words:
                raise ToolError(str(words)) from words

        return called

    server = tools.server(chat.assistant, chat.strictness, reported)
    served = server.streamable_http_app(
        streamable_http_path="/", json_response=True, stateless_http=True, host=host
    )

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        async with server.session_manager.run():
            yield

    return served, lifespan


def described() -> list[dict[str, Any]]:
    """Return what the page's dialog says of each endpoint, from its own documentation."""
    found = []
    for endpoint in endpoints(None):  # type: ignore[arg-type]
        before, _, returned = (getdoc(endpoint) or "").partition("\n\nReturns:\n")
        summary, _, arguments = before.partition("\n\nArgs:\n")
        lines = [line.strip().partition(": ") for line in arguments.splitlines() if line.strip()]
        found.append(
            {
                "name": endpoint.__name__,
                "summary": summary,
                "example": f"client.predict({_EXAMPLES[endpoint.__name__]})",
                "arguments": [(name, meaning) for name, _, meaning in lines],
                "returned": returned.strip(),
            }
        )
    return found
