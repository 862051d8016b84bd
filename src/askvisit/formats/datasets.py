"""Data sets of news: a .jsonl or .csv file with one article a line, as crawlers and archives give.

An article has a text and possibly an id, title, date, author, source and address, under the names
that such files commonly use. Its id is that of the line, else the line's number.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from typing import Any

from askvisit import dates
from askvisit.formats import Document, plain
from askvisit.text import is_utf8, one_line, printable

_NAMES = {
    "id": ("id", "article_id", "uuid", "guid"),
    "text": ("text", "body", "content", "article", "maintext", "fulltext"),
    "title": ("title", "headline"),
    "date": ("date", "published", "publish_date", "published_at", "date_publish", "pub_date"),
    "author": ("author", "authors", "byline"),
    "source": ("source", "publisher", "publication", "source_domain", "outlet"),
    "url": ("url", "link"),
}
"""What the columns are called, by what they give: the first that is not empty is used."""

_LONGEST_FIELD = 10_000_000


def read(name: str, data: bytes) -> Iterator[tuple[str, Document | str]]:
    """Yield each article's id and the article, or why its line cannot be used.

    name: the file's, whose suffix gives the format. Raises `ValueError` if the file is not in it.
    """
    taken: set[str] = set()
    rows = _rows_of_csv(data) if name.lower().endswith(".csv") else _rows_of_jsonl(data)
    for number, row in rows:
        known = {} if isinstance(row, str) else {key: _value(row, key) for key in _NAMES}
        article_id = known.get("id") or str(number)
        if isinstance(row, str):
            yield article_id, row
        elif not known["text"]:
            yield (
                article_id,
                f"has no text in line {number} (under one of {', '.join(_NAMES['text'])})",
            )
        elif "\0" in article_id + known["text"] or not is_utf8(article_id + known["text"]):
            yield str(number), f"has lone surrogates or NUL in line {number}; remove them"
        elif article_id in taken:
            yield f"{article_id} (line {number})", "has the id of an earlier line"
        else:
            yield article_id, _document(known)
        taken.add(article_id)


def _document(known: Mapping[str, str]) -> Document:
    shown = {key: one_line(printable(known[key], instead=" ")) or None for key in known}
    text = known["text"].strip("\n")
    title = shown["title"]
    if title and not one_line(text[: 2 * len(title)]).startswith(title):
        text = f"{title}\n\n{text}"
    return Document(
        f"{text}\n",
        title=title,
        source=shown["source"],
        url=shown["url"] if (shown["url"] or "").startswith(("http://", "https://")) else None,
        date=dates.to_iso(shown["date"] or "") or dates.to_iso((shown["date"] or "")[:10]),
        author=shown["author"],
    )


def _value(row: Mapping[str, Any], key: str) -> str:
    """Return what a row gives under the first of the names for it; lists are joined by commas."""
    for name in _NAMES[key]:
        value = row.get(name)
        if isinstance(value, dict):  # {"source": {"name": …}}
            value = value.get("name")
        found = value if isinstance(value, list) else [value]
        texts = [str(part) for part in found if isinstance(part, str | int | float) and part != ""]
        if texts:
            return ", ".join(texts)
    return ""


def _rows_of_jsonl(data: bytes) -> Iterator[tuple[int, dict[str, Any] | str]]:
    for number, line in enumerate(plain.decode(data).removeprefix("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            row = error
        if not isinstance(row, dict):
            yield number, f"is not a JSON object (line {number})"
        else:
            yield number, {name.lower(): value for name, value in row.items()}


def _rows_of_csv(data: bytes) -> Iterator[tuple[int, dict[str, Any] | str]]:
    lines = plain.decode(data).removeprefix("\ufeff").splitlines(keepends=True)
    separator = max(",;\t", key=lines[0].count) if lines else ","
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        if not set(names) & set(_NAMES["text"]):
            raise ValueError(
                f"has no column called {' or '.join(_NAMES['text'])} in its first line"
            )
        for number, row in enumerate(reader, 1):
            if row:
                yield number, dict(zip(names, row, strict=False))
    except csv.Error as error:
        raise ValueError(f"is not CSV (line {reader.line_num}: {error})") from error
