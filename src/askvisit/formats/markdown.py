"""Markdown: stored without front matter and pictures, otherwise as is.

The title is that of the front matter (YAML), else a heading at the top.
"""

from __future__ import annotations

import json
import re
from itertools import chain
from typing import Any

import yaml

from askvisit.formats import Document, fields, plain
from askvisit.passages import headline

_HEADING = re.compile(r"^\ufeff? {0,3}#{1,6}[ \t]+([^ \t\r\n][^\n]*)", re.MULTILINE)
_FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t]*\r?\n(?P<yaml>.{,10000}?)^---[ \t]*\r?(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
_USED = frozenset(chain.from_iterable(fields.NAMES.values()))
_ENTRY = re.compile(r"(?P<key>\w[\w-]*):[ \t]+(?P<quote>[\"']?)(?P<value>.+)(?P=quote)")
_NOTHING = ("", "~", "null")

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
    about = fields.known(known)
    about["title"] = about["title"] or (first if at_top else headline(text) or first)
    about["date"] = (about["date"] or "")[:10] or None  # without the time of day
    return Document(text, **about)


def unread_date(data: bytes) -> str:
    """Return the date of the front matter, quoted, if it cannot be read; or ""."""
    return fields.unread_date(_front_matter(plain.decode(data))[0])


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
    try:
        known = _loaded(block["yaml"])
        if known is None:
            mended = _loaded("\n".join(map(_mended, block["yaml"].splitlines())))
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
    if not isinstance(known, dict):
        return None
    return {key: value for key, value in known.items() if value not in _NOTHING}


def _mended(line: str) -> str:
    """Quote the value of a line that is no YAML by itself, as "title: Ferry: six dead" is none."""
    entry = _ENTRY.fullmatch(line.rstrip())
    if entry is None or _loaded(line) is not None:
        return line
    return f"{entry['key']}: {json.dumps(entry['value'], ensure_ascii=False)}"
