"""Markdown: stored without front matter and pictures, otherwise as is.

The title is that of the front matter (YAML), else a heading at the top.
"""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from askvisit import dates
from askvisit.formats import Document, plain
from askvisit.passages import headline
from askvisit.text import one_line, printable

_HEADING = re.compile(r"^\ufeff? {0,3}#{1,6}[ \t]+([^ \t\r\n][^\n]*)", re.MULTILINE)
_FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t]*\r?\n(?P<yaml>.{,10000}?)^---[ \t]*\r?(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
_USED = frozenset("title source publisher date url link author authors".split())
_ENTRY = re.compile(r"(?P<key>\w[\w-]*):[ \t]+(?P<quote>[\"']?)(?P<value>.+)(?P=quote)")
_TIME_OF_DAY = re.compile(r"(?<=\d{4}-\d\d-\d\d)[T ].*")
_NOTHING = frozenset(("", "~", "null"))

_PICTURE = r"!\[[^\]\n]*+\]\((?:[^()\n]++|\([^()\n]*+\))*+\)"
_PICTURES = re.compile(
    rf"^[ \t]*(?:(?:{_PICTURE}|\[{_PICTURE}\]\([^()\n]*\))[ \t]*)+\r?(?:\n|\Z)", re.MULTILINE
)
"""A line of nothing but pictures, which may be links."""


def read(data: bytes) -> Document:
    """Decode the bytes; other Markdown syntax stays in the text, so that offsets stay valid."""
    known, text = _front_matter(plain.decode(data))
    text = _PICTURES.sub("", text)
    heading = _HEADING.search(text)
    at_top = heading is not None and not text[: heading.start()].strip()
    first = _unclosed(heading[1]) if heading else None
    return Document(
        text,
        title=_value(known, "title") or (first if at_top else headline(text) or first),
        source=_value(known, "source", "publisher"),
        date=dates.to_iso(_TIME_OF_DAY.sub("", _value(known, "date") or "")),
        url=_link(_value(known, "url", "link")),
        author=_value(known, "author", "authors"),
    )


def _link(address: str | None) -> str | None:
    return address if (address or "").startswith(("https://", "http://")) else None


def _unclosed(heading: str) -> str:
    """Remove the number signs that close a heading, and white space; "News of C#" has none.

    A pattern would look for the end of the line from each of thousands of spaces.
    """
    line = heading.removesuffix("\r").rstrip(" \t")
    before = line.rstrip("#")
    return before.rstrip(" \t") if before.endswith((" ", "\t")) else line


def _front_matter(text: str) -> tuple[dict[Any, Any], str]:
    """Return the front matter and the text below it; a block that is no mapping stays text."""
    block = _FRONT_MATTER.match(text)
    if block is None:
        return {}, text
    lines = block["yaml"].splitlines()
    try:
        known = _loaded(block["yaml"])
        if known is None:
            mended = _loaded("\n".join(map(_mended, lines)))
            known = mended if mended and _USED.intersection(mended) else None
    except (ValueError, OverflowError, RecursionError):
        known = None
    return ({}, text) if known is None else (known, text[block.end() :])


def _loaded(text: str) -> dict[Any, Any] | None:
    """Return the mapping that a text is in YAML, else None."""
    try:
        # This loader makes strings, lists and mappings of them, nothing else.
        known = yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError:
        return None
    return known if isinstance(known, dict) else None


def _mended(line: str) -> str:
    """Quote the value of a line that is no YAML by itself, as "title: Ferry: six dead" is none."""
    entry = _ENTRY.fullmatch(line.rstrip())
    if entry is None or _loaded(line) is not None:
        return line
    return f"{entry['key']}: {json.dumps(entry['value'], ensure_ascii=False)}"


def _value(known: dict[Any, Any], *keys: str) -> str | None:
    """Return the first of some keys' values that is a text, or texts, which commas then join."""
    for key in keys:
        value = known.get(key)
        texts = value if isinstance(value, list) else [value]
        told = [
            one_line(printable(text, instead=" "))
            for text in texts
            if isinstance(text, str) and text not in _NOTHING
        ]
        if told:
            return ", ".join(told)
    return None
