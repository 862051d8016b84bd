"""PDF files made by hand, so that tests say where each line stands and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence

Set = tuple[float, float, float, str]
"""A line: x, y, the type's size and the text (Latin-1)."""


def pdf(*pages: Sequence[Set]) -> bytes:
    """Return a PDF with lines set in Helvetica."""
    return raw_pdf(*(_content(page) for page in pages))


def raw_pdf(*contents: bytes, keys: bytes = b"") -> bytes:
    """Return a PDF of pages with these content streams; `keys` go into their dictionaries."""
    first = 4
    numbers = [first + 2 * n for n in range(len(contents))]
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(contents), kids),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for number, content in zip(numbers, contents, strict=True):
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R"
            b"/Resources<</Font<</F 3 0 R>>>>>>" % (number + 1)
        )
        length = b"<</Length %d%s>>" % (len(content), keys)
        objects.append(length + b"stream\n" + content + b"\nendstream")
    return file_of(objects)


def column(x: float, top: float, lines: Sequence[str], size: float = 10) -> list[Set]:
    """Set lines below each other; an empty one leaves a gap, a tab indents."""
    return [
        (x + 2 * size if text.startswith("\t") else x, top - 1.3 * size * n, size, text.strip())
        for n, text in enumerate(lines)
        if text
    ]


def _content(page: Sequence[Set]) -> bytes:
    shown = []
    for x, y, size, text in page:
        literal = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        shown.append(f"/F {size} Tf 1 0 0 1 {x} {y} Tm ({literal}) Tj")
    return ("BT\n" + "\n".join(shown) + "\nET").encode("cp1252")


def file_of(objects: Sequence[bytes]) -> bytes:
    """Return a PDF of these objects; the first is its catalogue."""
    out = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n" % size
        + table
        + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, len(out))
    )
