"""What programs may call: `ask`, `search`, `timeline`, `names`, `articles`, named and typed.

They are endpoints of Gradio's API; the page has a dialog about them, made from their docs. On
request, `askvisit.tools` are served by MCP (Model Context Protocol) on the same port.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import partial, wraps
from inspect import getdoc, signature
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError, validate_call

from askvisit import tools
from askvisit.errors import DataError
from askvisit.records import Answer
from askvisit.web import faults
from askvisit.web.articles import existing
from askvisit.web.markup import escape

if TYPE_CHECKING:
    from askvisit.assistant import Assistant
    from askvisit.calibration import Strictness

QUESTIONS = "questions"
"""The queue that the endpoints and the events of the page that ask share, and its limit."""

MOST_HISTORY = 20

MCP_PATH = "/gradio_api/mcp"
"""Where clients look for the MCP server of a Gradio page."""

_EXAMPLES = {
    "ask": '"Who met the mayor?", api_name="/ask"',
    "search": '"the mayor", 5, api_name="/search"',
    "timeline": '"the bridge", since="2018", api_name="/timeline"',
    "names": '10, api_name="/names"',
    "articles": 'api_name="/articles"',
}

Result = TypeVar("Result")


def add(assistant: Assistant, strictness: Strictness) -> None:
    """Add the endpoints to the Gradio page that is being built."""
    import gradio as gr

    error = partial(gr.Error, print_exception=False)
    for endpoint in endpoints(assistant, strictness):
        gr.api(in_words(endpoint, error), api_name=endpoint.__name__, concurrency_id=QUESTIONS)


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


def in_words(
    endpoint: Callable[..., Result], error: Callable[[str], Exception]
) -> Callable[..., Result]:
    """Report what the caller can fix in words, and an internal fault by its reference in the log.

    Arguments are checked against the endpoint's annotations first, which Gradio does not do; null
    is an argument left out.

    error: makes the exception that the caller's protocol shows as a message.
    """
    checked, called = validate_call(endpoint), signature(endpoint)

    @wraps(endpoint)
    def reported(*args: Any, **kwargs: Any) -> Result:
        try:
            given = called.bind(*args, **kwargs).arguments
            return checked(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as wrong:
            first = wrong.errors()[0]
            place = " ".join(map(str, first["loc"]))
            raise error(f"{place}: {first['msg'].lower()}") from wrong
        except Exception as fault:
            raise error(faults.in_words(fault, f"a call of {endpoint.__name__}")) from fault

    return reported


def mcp_options(
    assistant: Assistant, strictness: Strictness, host: str, at_once: int
) -> dict[str, Any]:
    """Return the options of a Starlette application that serves the tools under `MCP_PATH`.

    It uses the protocol's SDK, not Gradio's own MCP server, which returns results as Python text,
    not as JSON, and holds back the versions of pydantic and of the protocol.

    strictness: how sure an answer must be if a call does not say;
    host: the address the chat listens on; if it is this machine's own, requests must name it
    (so that a page elsewhere cannot reach the tools by DNS rebinding);
    at_once: how many calls are worked on at once; the others wait.
    """
    from mcp.server.mcpserver.exceptions import ToolError
    from starlette.routing import Mount

    turns = BoundedSemaphore(at_once)

    def in_turn(tool: Callable[..., Any]) -> Callable[..., Any]:
        reported = in_words(tool, ToolError)

        @wraps(tool)
        def waiting(*args: Any, **kwargs: Any) -> Any:
            with turns:
                return reported(*args, **kwargs)

        return waiting

    server = tools.server(assistant, strictness, in_turn)
    served = server.streamable_http_app(
        streamable_http_path="/", json_response=True, stateless_http=True, host=host
    )

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        async with server.session_manager.run():
            yield

    return {"routes": [Mount(MCP_PATH, app=served)], "lifespan": lifespan}


def dialog(assistant: Assistant) -> str:
    """Return the page's dialog about the endpoints.

    Gradio has a page about them too, but it ignores Escape and offers protocols that are not
    served. `static/top.js` opens the dialog and fills in the page's own address.
    """
    parts = "".join(_endpoint(endpoint) for endpoint in endpoints(assistant))
    return (
        '<dialog class="api" aria-labelledby="api-title"><div class="api-head">'
        '<h2 id="api-title">For programs</h2>'
        '<button type="button" class="quiet" data-close>Close</button></div>'
        "<p>The chat is an API too. From Python, with <code>pip install gradio_client</code>:</p>"
        '<pre tabindex="0"><code>from gradio_client import Client\n'
        'client = Client("<span data-address></span>")</code></pre>'
        f"{parts}</dialog>"
    )


def _endpoint(endpoint: Callable[..., Any]) -> str:
    name = endpoint.__name__
    doc = getdoc(endpoint) or ""
    before, _, returned = doc.partition("\n\nReturns:\n")
    summary, _, arguments = before.partition("\n\nArgs:\n")
    items = "".join(_argument(line) for line in arguments.splitlines() if line.strip())
    shown = f"client.predict({_EXAMPLES.get(name, '')})"
    return (
        f"<section><h3><code>/{name}</code></h3><p>{escape(summary)}</p>"
        f'<pre tabindex="0"><code>{escape(shown)}</code></pre>'
        + (f"<dl>{items}</dl>" if items else "")
        + f"<p><b>Returns</b> {escape(returned.strip())}</p></section>"
    )


def _argument(line: str) -> str:
    name, _, meaning = line.strip().partition(": ")
    return f"<dt><code>{escape(name)}</code></dt><dd>{escape(meaning)}</dd>"
