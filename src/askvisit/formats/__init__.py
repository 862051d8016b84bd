"""Article formats, one file each: bytes in, `Document` out.

A new format is one file here with `read(data) -> Document`, and one row in `_MODULES`. Formats
that others can make hostile are parsed in a process of their own (`isolated`).
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
}
_ISOLATED = ("html", "pdf")

SUFFIXES = tuple(_MODULES)
"""The file name endings that can be read, lower case with the dot."""


@dataclass(frozen=True)
class Document:
    """What a file says: its text and its metadata.

    `text` is what offsets count in. `date` is ISO 8601, `author` the names with commas between
    them; both are None where only the text prints them.
    """

    text: str
    title: str | None = None
    source: str | None = None
    url: str | None = None
    date: str | None = None
    author: str | None = None


@dataclass(frozen=True)
class PageView:
    """A page of a file as it looks, and where ranges of the file's text stand on it.

    `page` counts from 1, `width` and `height` are pixels of the image (WebP). `marks` has the
    boxes of each range, in its order: left, top, right and bottom as parts (0..1) of the page;
    none where the range stands on another page.
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
    """Draw a page (from 1) of a file, with the places of ranges (start, end) of its text.

    Raises `ValueError` with the reason where the format has no pages, or the file's text is not
    the one with that hash.
    """
    if not has_pages(name):
        raise ValueError("has no pages")
    from askvisit.formats import isolated

    asked = tuple((start, end) for start, end in ranges)
    return isolated.show("pdf_page", data, text_sha256, page, asked)


def has_pages(name: str) -> bool:
    """Tell by a file's name whether its pages can be shown."""
    return PurePath(name).suffix.lower() == ".pdf"


def read(name: str, data: bytes) -> Document:
    """Read a file's bytes in the format that its name's ending says.

    Raises `ValueError` with the reason where the format is unknown or the bytes are not of it.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in _MODULES:
        raise ValueError(f"not one of the formats {', '.join(SUFFIXES)}")
    module = _MODULES[suffix]
    if module in _ISOLATED:
        from askvisit.formats import isolated

        return isolated.read(module, data)
    document: Document = import_module(f"askvisit.formats.{module}").read(data)
    return document
