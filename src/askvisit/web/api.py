"""What programs may call: `ask`, `search`, `timeline`, `names`, `articles`, named and typed.

The same functions are served three ways: as plain HTTP (REST, with an OpenAPI description), as
endpoints of Gradio's API for its client, and, on request, as tools of MCP (Model Context Protocol).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from inspect import Parameter, getdoc, signature
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, create_model, validate_call

from askvisit import __version__, tools
from askvisit.records import Answer, Article
from askvisit.web.faults import ErrorRoute, UserError, reported
from askvisit.web.guard import Turns

if TYPE_CHECKING:
    from askvisit.assistant import Assistant
    from askvisit.calibration import Strictness
    from askvisit.web.chat import Chat

Endpoint = Callable[..., Any]


class _AsciiJSON(JSONResponse):
    """A question may have a lone surrogate, which JSON can escape but UTF-8 cannot encode."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode()


def routes(chat: Chat) -> APIRouter:
    """Return the endpoints as plain HTTP, and their description at `/openapi.json`."""
    router = APIRouter(route_class=ErrorRoute, default_response_class=_AsciiJSON)
    for endpoint in endpoints(chat.assistant, chat.strictness):
        _add(router, endpoint)

    @router.get("/articles/{article_id:path}")
    def article(article_id: str) -> dict[str, Any]:
        """Return one article with its text."""
        found = chat.assistant.articles.get(article_id)
        if found is None:
            raise UserError(f"there is no article {article_id!r}; GET /articles lists them", 404)
        return asdict(found)

    @router.get("/openapi.json", include_in_schema=False)
    def openapi() -> dict[str, Any]:
        return get_openapi(
            title="askvisit",
            version=__version__,
            description="Answers from news articles, quoted word for word and cited.",
            routes=router.routes,
        )

    return router


def _add(router: APIRouter, endpoint: Endpoint) -> None:
    """Add an endpoint: its arguments are the fields of a JSON object."""
    fields: dict[str, Any] = {
        name: (one.annotation, ... if one.default is Parameter.empty else one.default)
        for name, one in signature(endpoint).parameters.items()
    }
    name = endpoint.__name__

    def called(given: BaseModel) -> Any:
        return endpoint(**dict(given))

    called.__annotations__["given"] = create_model(
        name.capitalize(), __config__=ConfigDict(extra="forbid"), **fields
    )
    summary, _, details = (getdoc(endpoint) or "").partition("\n\n")
    router.add_api_route(
        f"/{name}",
        called if fields else endpoint,
        methods=["POST" if fields else "GET"],
        response_model=None,
        summary=summary,
        description=details,
        name=name,
    )


def add_to_gradio(server: Any, chat: Chat, turns: Turns) -> None:
    """Add the endpoints to a Gradio server, each call in its turn."""
    import gradio as gr
    from starlette.concurrency import run_in_threadpool

    def in_turn(endpoint: Endpoint) -> Endpoint:
        reported = checked(endpoint)

        @wraps(endpoint)
        async def called(request: gr.Request, *given: Any) -> Any:
            try:
                async with turns.of(request.client.host if request.client else ""):
                    return await run_in_threadpool(reported, *given)
            except UserError as words:
                raise gr.Error(str(words), print_exception=False) from words

        of_request = Parameter("request", Parameter.POSITIONAL_OR_KEYWORD, annotation=gr.Request)
        typed = signature(endpoint)
        called.__signature__ = typed.replace(  # type: ignore[attr-defined]
            parameters=[of_request, *typed.parameters.values()]
        )
        called.__annotations__ = {"request": gr.Request, **endpoint.__annotations__}
        return called

    for endpoint in endpoints(chat.assistant, chat.strictness):
        server.api(in_turn(endpoint), name=endpoint.__name__, concurrency_limit=None)


def checked(endpoint: Endpoint) -> Endpoint:
    """Check arguments against the endpoint's annotations; null is an argument left out.

    Everything that goes wrong is `UserError`.
    """
    validated, called = validate_call(endpoint), signature(endpoint)

    @wraps(endpoint)
    def call(*args: Any, **kwargs: Any) -> Any:
        with reported(f"a call of {endpoint.__name__}"):
            given = called.bind(*args, **kwargs).arguments
            return validated(**{name: value for name, value in given.items() if value is not None})

    return call


def endpoints(assistant: Assistant, strictness: Strictness = "normal") -> tuple[Endpoint, ...]:
    """Return what programs may call, as functions that return plain data."""
    return tuple(_plain(call) for call in tools.calls(assistant, strictness))


def _plain(call: Endpoint) -> Endpoint:
    returned = dict[str, Any] if call.__name__ == "ask" else list[dict[str, Any]]

    @wraps(call)
    def called(*args: Any, **kwargs: Any) -> Any:
        found = call(*args, **kwargs)
        return asdict(found) if isinstance(found, Answer) else [_record(one) for one in found]

    called.__annotations__ = call.__annotations__ | {"return": returned}
    called.__signature__ = signature(call).replace(return_annotation=returned)  # type: ignore[attr-defined]
    return called


def _record(one: Any) -> dict[str, Any]:
    """Return a record as data; an article without its text."""
    if isinstance(one, Article):
        return asdict(one.record) | {"sha256": one.sha256, "words": len(one.text.split())}
    return asdict(one)


def mcp_app(chat: Chat, host: str) -> tuple[Any, Any]:
    """Return an ASGI application that serves the tools by streamable HTTP, and its lifespan.

    It uses the protocol's SDK, not Gradio's own MCP server, which returns results as Python text,
    not as JSON, and holds back the versions of pydantic and of the protocol.

    host: the address the chat listens on; if it is this machine's own, requests must name it
    (so that a page elsewhere cannot reach the tools by DNS rebinding).
    """
    server = tools.server(chat.assistant, chat.strictness, reported, UserError)
    served = server.streamable_http_app(
        streamable_http_path="/", json_response=True, stateless_http=True, host=host
    )

    return served, lambda _: server.session_manager.run()
