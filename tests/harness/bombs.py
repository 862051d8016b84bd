"""Files that are small and become large, or that go round in circles, by seeded generators.

Decompression bombs, nested and in circles, and the entity bombs of XML ("billion laughs").
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from functools import cache
from random import Random

from harness.pdfs import file_of, raw_pdf

SECRET = "/etc/passwd"
"""A file that no article may quote."""

Bomb = Callable[[int], tuple[str, bytes]]
"""Makes a file of a size from 1 (harmless) to 1,000: its name and its bytes."""


@cache
def _packed(unit: bytes, times: int, layers: int = 1) -> bytes:
    data = unit * times
    for _ in range(layers):
        data = zlib.compress(data, 9)
    return data


def gzipped(size: int) -> tuple[str, bytes]:
    """Compress a page, as a server does that a browser asked for it."""
    page = b"<article><p>A bridge.</p>" + b"<p>word word word word</p>" * (1000 * size)
    return "a.html", gzip.compress(page, 9)


def laughs(size: int) -> tuple[str, bytes]:
    """Let each of ten entities name the one before ten times ("billion laughs")."""
    entities = '<!ENTITY e0 "ha ha">' + "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 11)
    )
    text = f"<p>The bridge was opened. {f'&e{min(10, size)};' * 10}</p>"
    return "a.html", f'<?xml version="1.0"?><!DOCTYPE html [{entities}]><html>{text}'.encode()


def quadratic(size: int) -> tuple[str, bytes]:
    """Name one long entity many times."""
    page = f'<!DOCTYPE html [<!ENTITY e "{"ha " * 100 * size}">]><p>A bridge. {"&e; " * 9999}</p>'
    return "a.html", page.encode()


def from_elsewhere(size: int) -> tuple[str, bytes]:
    """Let an entity be another file."""
    named = (f"file://{SECRET}", SECRET, "http://127.0.0.1:9/x")[size % 3]
    page = f'<!DOCTYPE html [<!ENTITY e SYSTEM "{named}">]><p>The bridge was opened. &e;</p>'
    return "a.html", page.encode()


def nested_tags(size: int) -> tuple[str, bytes]:
    return "a.html", b"<b><i><div>" * (100 * size) + b"A bridge."


def attributes(size: int) -> tuple[str, bytes]:
    many = b" ".join(b"a%d='%d'" % (n, n) for n in range(100 * size))
    return "a.html", b"<p " + many + b">The bridge was opened.</p>"


def deflated(size: int) -> tuple[str, bytes]:
    """Let a page of a PDF unpack to white space, up to 100 MB."""
    return "a.pdf", raw_pdf(_packed(b" " * 1000, 100 * size), keys=b"/Filter/FlateDecode")


def deflated_twice(size: int) -> tuple[str, bytes]:
    keys = b"/Filter[/FlateDecode/FlateDecode]"
    return "a.pdf", raw_pdf(_packed(b" " * 1000, 100 * size, layers=2), keys=keys)


def operators(size: int) -> tuple[str, bytes]:
    """Let a page of a PDF show a word up to 300,000 times."""
    shown = _packed(b"BT /F 9 Tf (word ) Tj ET\n", 300 * size)
    return "a.pdf", raw_pdf(shown, keys=b"/Filter/FlateDecode")


def nested_arrays(size: int) -> tuple[str, bytes]:
    return "a.pdf", raw_pdf(b"BT " + b"[" * (100 * size) + b"]" * (100 * size) + b" TJ ET")


def own_kid(size: int) -> tuple[str, bytes]:
    """Let the tree of pages hold itself."""
    kids = b"2 0 R " * size
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 9/Kids[%s]>>" % kids]
    return "a.pdf", file_of(objects)


def own_form(size: int) -> tuple[str, bytes]:
    """Let a form draw itself, and many of them each other."""
    draw = b"/X Do " * min(size, 100)
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length %d/Resources 4 0 R>>" % len(draw)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 5 0 R/Resources 4 0 R>>",
        b"<</XObject<</X 5 0 R>>>>",
        form + b"stream\n" + draw + b"\nendstream",
    ]
    return "a.pdf", file_of(objects)


def long_word(size: int) -> tuple[str, bytes]:
    return "a.txt", b"The bridge " + b"x" * (1000 * size)


def lines(size: int) -> tuple[str, bytes]:
    return "a.md", b"# A\n\n" + b"- x.\n\n" * (20 * size)


BOMBS: tuple[Bomb, ...] = (
    *(gzipped, laughs, quadratic, from_elsewhere, nested_tags, attributes),
    *(deflated, deflated_twice, operators, nested_arrays, own_kid, own_form, long_word, lines),
)


def bomb(random: Random) -> tuple[str, bytes]:
    """Make any of them, of any size; a few of the largest."""
    size = random.choice((1, 3, 10, 30, 100, 100, 300, 1000))
    return random.choice(BOMBS)(size)
