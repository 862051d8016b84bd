"""PDF files made by hand, so that tests say where each line stands and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence

Set = tuple[float, float, float, str]
"""A line: x, y, the type's size and the text (Latin-1)."""


def pdf(*pages: Sequence[Set]) -> bytes:
    """Return a PDF with lines set in Helvetica."""
    return raw_pdf(*map(content, pages))


def raw_pdf(*contents: bytes, keys: bytes = b"", page: bytes = b"/MediaBox[0 0 600 800]") -> bytes:
    """Return a PDF of pages with these content streams.

    `keys` go into the streams' dictionaries, `page` into those of the pages. The font F is
    Helvetica, in which bytes 1 and 2 are the ligatures fi and fl.
    """
    first = 4
    numbers = [first + 2 * n for n in range(len(contents))]
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(contents), kids),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding"
        b"<</BaseEncoding/WinAnsiEncoding/Differences[1/fi/fl]>>>>",
    ]
    for number, content in zip(numbers, contents, strict=True):
        objects.append(
            b"<</Type/Page/Parent 2 0 R%s/Contents %d 0 R"
            b"/Resources<</Font<</F 3 0 R>>>>>>" % (page, number + 1)
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


def content(lines: Sequence[Set], matrix: str = "1 0 0 1", spacing: float = 0) -> bytes:
    """Return a content stream that sets lines; what stands between « and » is red.

    matrix: the first four numbers of each line's text matrix. spacing: what is added to each
    space, as in justified text (points).
    """
    shown = [f"{spacing} Tw"]
    for x, y, size, text in lines:
        shown.append(f"/F {size} Tf {matrix} {x} {y} Tm {_shown(text)}")
    return ("BT\n" + "\n".join(shown) + "\nET").encode("cp1252")


def _shown(text: str) -> str:
    literal = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    red, black = ") Tj 1 0 0 rg (", ") Tj 0 0 0 rg ("
    return f"({literal}) Tj".replace("«", red).replace("»", black)


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
