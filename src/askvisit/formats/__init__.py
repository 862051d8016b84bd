"""Article formats, one file each: bytes in, `Document` out.

A new format is one file here with `read(data) -> Document`, and one row in `_MODULES`. Formats that
can carry hostile input are parsed in a separate process (`isolated`). `datasets` reads many.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePath

_MODULES = {
    ".txt": "plain",
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "word",
    ".eml": "mail",
}
_ISOLATED = ("html", "pdf", "word", "mail")

SUFFIXES = tuple(_MODULES)
"""Suffixes of the names of files with one article, in lower case with the dot."""

DATASETS = (".jsonl", ".csv")
"""Those of files with an article on each line; see `datasets`."""


@dataclass(frozen=True)
class Document:
    """A file's text and metadata.

    Offsets refer to `text`. `date` is ISO 8601, `author` comma-separated names; both are None if
    only the text states them, unless it is a PDF's byline.
    """

    text: str
    title: str | None = None
    source: str | None = None
    url: str | None = None
    date: str | None = None
    author: str | None = None


@dataclass(frozen=True)
class PageView:
    """A rendered page of a file, and where ranges of the file's text are on it.

    `page` counts from 1; `width` and `height` are those of the image (WebP) in pixels. `marks`
    holds each range's boxes in order: left, top, right and bottom as fractions (0..1) of the page;
    a range on another page has none.
    """

    page: int
    pages: int
    width: int
    height: int
    image: bytes
    marks: tuple[tuple[tuple[float, float, float, float], ...], ...] = ()


def show(
    name: str, data: bytes, text_sha256: str, page: int, ranges: Sequence[tuple[int, int]] = ()
) -> PageView:
    """Render a page (from 1) of a file, and locate ranges (start, end) of its text on it.

    Raises `ValueError` with the reason if the format has no pages, or the file's text does not have
    that hash.
    """
    if not has_pages(name):
        raise ValueError("has no pages")
    from askvisit.formats import isolated

    asked = tuple((start, end) for start, end in ranges)
    return isolated.show("pdf", data, text_sha256, page, asked)


def has_pages(name: str) -> bool:
    """Return whether a file's pages can be shown, judging by its name."""
    return PurePath(name).suffix.lower() == ".pdf"


def read(name: str, data: bytes) -> Document:
    """Read a file's bytes in the format given by its name's suffix.

    Raises `ValueError` with the reason if the format is unknown or the bytes do not match it.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in _MODULES:
        raise ValueError(f"is not one of the formats {', '.join(SUFFIXES)}")
    module = _MODULES[suffix]
    if module in _ISOLATED:
        from askvisit.formats import isolated

        return isolated.read(module, data)
    document: Document = import_module(f"askvisit.formats.{module}").read(data)
    return document
