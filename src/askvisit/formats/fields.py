"""What is known of an article beside its text, under the names that files commonly use for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from askvisit import dates
from askvisit.text import excerpt, one_line, printable

NAMES = {
    "title": ("title", "headline"),
    "source": ("source", "publisher", "publication", "source_domain", "outlet"),
    "url": ("url", "link"),
    "date": ("date", "published", "publish_date", "published_at", "date_publish", "pub_date"),
    "author": ("author", "authors", "byline"),
}
"""What fields are called, by what they give of a `Document`: the first with a value is used."""

_LONGEST_EXAMPLE = 40


def known(fields: Mapping[str, Any]) -> dict[str, str | None]:
    """Return what a file's fields give, by the keys of `NAMES`; None for what none gives."""
    found = {key: shown(value(fields, *names)) or None for key, names in NAMES.items()}
    day = found["date"] or ""
    found["date"] = dates.to_iso(day) or dates.to_iso(day[:10])
    return found | {"url": web_address(found["url"])}


def unread_date(fields: Mapping[str, Any]) -> str:
    """Return what stands where a file's fields give a date, quoted, if it cannot be read; or ""."""
    written = shown(value(fields, *NAMES["date"]))
    return repr(excerpt(written, _LONGEST_EXAMPLE)) if written and not known(fields)["date"] else ""


def cannot_read(what: str, example: str) -> str:
    """Say that what a file gives, "a date" or several, cannot be read, and how to write it."""
    return f"has {what} that cannot be read ({example}); write {dates.FORM}, or 26 June 2019"


def value(fields: Mapping[str, Any], *names: str) -> str:
    """Return the first value that is not blank; the texts of a list are joined by commas."""
    for name in names:
        given = fields.get(name)
        parts = given if isinstance(given, list) else [given]
        texts = [str(part) for part in parts if isinstance(part, str | int | float)]
        if any(map(str.strip, texts)):
            return ", ".join(filter(str.strip, texts))
    return ""


def shown(text: str) -> str:
    """Return a text on one line, without characters that control where it is shown."""
    return one_line(printable(text, instead=" "))


def web_address(text: str | None) -> str | None:
    """Return an address if it is one that a browser opens as a page."""
    return text if (text or "").startswith(("https://", "http://")) else None
