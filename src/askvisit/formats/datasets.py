"""Data sets of news: a .jsonl or .csv file with one article a line, as crawlers and archives give.

An article has a text and possibly an id, title, date, author, source and address, under the names
that such files commonly use. Its id is that of the line, else the line's number.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from typing import Any

from askvisit.formats import Document, plain
from askvisit.formats.fields import cannot_read, known, unread_date, value
from askvisit.text import is_utf8, one_line

_ID = ("id", "article_id", "uuid", "guid")
_TEXT = ("text", "body", "content", "article", "maintext", "fulltext")

_LONGEST_FIELD = 10_000_000


def read(name: str, data: bytes) -> Iterator[tuple[str, Document | str]]:
    """Yield each article's id and the article, or why its line cannot be used.

    What is wrong with the file as a whole comes last, with "" as the id. name: the file's, whose
    suffix gives the format. Raises `ValueError` if the file is not in it.
    """
    taken: set[str] = set()
    unread: list[str] = []
    rows = _rows_of_csv(data) if name.lower().endswith(".csv") else _rows_of_jsonl(data)
    for number, row in rows:
        fields: Mapping[str, Any] = {} if isinstance(row, str) else row
        article_id, text = value(fields, *_ID) or str(number), value(fields, *_TEXT)
        if isinstance(row, str):
            yield article_id, row
        elif not text:
            yield article_id, f"has no text in line {number} (under one of {', '.join(_TEXT)})"
        elif "\0" in article_id + text or not is_utf8(article_id + text):
            yield str(number), f"has lone surrogates or NUL in line {number}; remove them"
        elif article_id in taken:
            yield f"{article_id} (line {number})", "has the id of an earlier line"
        else:
            if day := unread_date(fields):
                unread.append(f"{day} in line {number}")
            yield article_id, _document(text.strip("\n"), known(fields))
        taken.add(article_id)
    if unread:
        what, whose = "a date", "its article is indexed without it"
        if len(unread) > 1:
            what, whose = f"{len(unread):,} dates", "their articles are indexed without them"
        yield "", f"{cannot_read(what, unread[0])}; {whose}"


def _document(text: str, about: Mapping[str, str | None]) -> Document:
    title = about["title"]
    if title and not one_line(text[: 2 * len(title)]).startswith(title):
        text = f"{title}\n\n{text}"
    return Document(f"{text}\n", **about)


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
            # {"source": {"name": …}}
            named = {k: v.get("name") if isinstance(v, dict) else v for k, v in row.items()}
            yield number, {key.lower(): given for key, given in named.items()}


def _rows_of_csv(data: bytes) -> Iterator[tuple[int, dict[str, Any] | str]]:
    lines = plain.decode(data).removeprefix("\ufeff").splitlines(keepends=True)
    separator = max(",;\t", key=lines[0].count) if lines else ","
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        if not set(names) & set(_TEXT):
            raise ValueError(f"has no column called {' or '.join(_TEXT)} in its first line")
        for number, row in enumerate(reader, 2):  # as a spreadsheet numbers them, names above
            if row:
                yield number, dict(zip(names, row, strict=False))
    except csv.Error as error:
        raise ValueError(f"is not CSV (line {reader.line_num}: {error})") from error
