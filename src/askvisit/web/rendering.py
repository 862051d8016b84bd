"""HTML by Jinja2: everything that a template shows is made printable and escaped.

A fragment is a template in `templates/`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from askvisit.text import counted, date_in_words, excerpt, one_line, printable
from askvisit.web.places import place_of

_HERE = Path(__file__).parent


def fragment(template: str, /, **values: Any) -> Markup:
    """Return a template filled in, by its name without `.html`; others may show it as it is."""
    return Markup(_environment().get_template(f"{template}.html").render(values))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"exact": escape, "lines": _lines, "excerpt": excerpt, "one_line": one_line}
    made.filters["in_words"] = date_in_words
    made.globals |= {"counted": counted, "place_of": place_of}
    return made


def _shown(value: Any) -> Any:
    """Return a value as it may be shown: no control characters, none that turn text around.

    What the browser sends back, as an article's id, passes unchanged by the filter `exact`.
    """
    return printable(value) if type(value) is str else value


def _lines(text: str) -> Markup:
    """Keep the line breaks of a text."""
    return Markup("<br>").join(printable(text).split("\n"))
