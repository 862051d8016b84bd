"""Article formats, one file each: bytes in, `Document` out.

A new format is one file here with `read(data) -> Document`, and one row in `_MODULES`. Formats
that others can make hostile are parsed in a process of their own (`isolated`).
"""

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

    `text` is what offsets count in. `date` is ISO 8601.
    """

    text: str
    title: str | None = None
    source: str | None = None
    url: str | None = None
    date: str | None = None


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
