"""The page's dialog about the endpoints for programs, made from their docs.

Gradio has such a page too, but it ignores Escape and offers protocols that are not served.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import getdoc, signature
from typing import TYPE_CHECKING, Any

from askvisit.web import api
from askvisit.web.markup import escape

if TYPE_CHECKING:
    from askvisit.assistant import Assistant

_EXAMPLES = {
    "ask": '"Who met the mayor?", api_name="/ask"',
    "search": '"the mayor", 5, api_name="/search"',
    "timeline": '"the bridge", since="2018", api_name="/timeline"',
    "names": '10, api_name="/names"',
    "articles": 'api_name="/articles"',
}


def dialog(assistant: Assistant) -> str:
    """Return the dialog; `static/top.js` opens it and fills in the page's own address."""
    parts = "".join(_endpoint(endpoint) for endpoint in api.endpoints(assistant))
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
    told, _, rest = doc.partition("\n\nArgs:\n")
    arguments, _, returned = rest.partition("\n\nReturns:\n")
    if not rest:
        told, _, returned = doc.partition("\n\nReturns:\n")
    items = "".join(_argument(line) for line in arguments.splitlines() if line.strip())
    shown = f"client.predict({_EXAMPLES.get(name, '')})"
    return (
        f"<section><h3><code>/{name}</code></h3><p>{escape(told)}</p>"
        f'<pre tabindex="0"><code>{escape(shown)}</code></pre>'
        + (f"<dl>{items}</dl>" if len(signature(endpoint).parameters) else "")
        + f"<p><b>Returns</b> {escape(returned.strip())}</p></section>"
    )


def _argument(line: str) -> str:
    name, _, told = line.strip().partition(": ")
    return f"<dt><code>{escape(name)}</code></dt><dd>{escape(told)}</dd>"
