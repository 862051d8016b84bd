"""HTML by Jinja2: everything that a template shows is made printable and escaped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from askvisit.text import counted, date_in_words, excerpt, printable
from askvisit.web.places import place_of


def _shown(value: Any) -> Any:
    """Return a value as it may be shown: no control characters, none that turn text around.

    What the browser sends back, as an article's id, passes unchanged by the filter `exact`.
    """
    return printable(value) if type(value) is str else value


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_shown,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {"exact": escape, "excerpt": excerpt, "in_words": date_in_words}
_TEMPLATES.globals |= {"counted": counted, "place_of": place_of}


def fragment(template: str, /, **values: Any) -> Markup:
    """Return a template filled in, by its name without `.html`; others may show it as it is."""
    return Markup(_TEMPLATES.get_template(f"{template}.html").render(values))
