"""What a PDF unpacks to is measured before it is opened."""

from __future__ import annotations

import zlib
from base64 import a85encode

import pytest
from harness.fakes import ROOT
from harness.pdfs import column, content, pdf, raw_pdf

from askvisit.formats import pdf as pdf_format
from askvisit.formats import pdf_streams

MANY = 3_000_000
FLATE = b"/Filter/FlateDecode"
LINES = column(50, 700, ["The mayor opened the bridge."])


@pytest.fixture(autouse=True)
def _limit(monkeypatch):
    """Let fewer bytes be many, so that the files of the tests are quickly made."""
    monkeypatch.setattr(pdf_streams, "MOST_UNPACKED", MANY)


def packed(size: int, unit: bytes = b" ") -> bytes:
    return zlib.compress(unit * size, 9)


@pytest.mark.parametrize(
    "data",
    [
        raw_pdf(packed(MANY + 1), keys=FLATE),
        raw_pdf(packed(MANY + 1), keys=b"/Filter/Fl#61teDecode"),
        raw_pdf(packed(MANY + 1), keys=b"/Length 9 0 R /Filter 8 0 R"),
        raw_pdf(*[packed(MANY // 4)] * 5, keys=FLATE),
        raw_pdf(zlib.compress(packed(MANY + 1)), keys=b"/Filter[/FlateDecode/FlateDecode]"),
        raw_pdf(packed(MANY + 1).hex(" ").encode() + b">", keys=b"/Filter[/AHx/FlateDecode]"),
        raw_pdf(a85encode(packed(MANY + 1)) + b"~>", keys=b"/Filter[/A85/FlateDecode]"),
        raw_pdf(packed(2 * MANY)[:-9] + b"broken at its end", keys=FLATE),
        b"%PDF-1.4\n1 0 obj<<>> stream \r\n" + packed(MANY + 1),
    ],
)
def test_a_bomb_is_refused(data):
    with pytest.raises(ValueError, match=r"^unpacks to over 3 MB; split it, or print it to a new"):
        pdf_streams.check(data)


@pytest.mark.parametrize(
    "data",
    [
        pdf(LINES),
        (ROOT / "tests" / "data" / "formats" / "visit.pdf").read_bytes(),
        raw_pdf(*[zlib.compress(content(LINES))] * 30, keys=FLATE),
        raw_pdf(packed(MANY - 1), keys=FLATE),
        raw_pdf(b" " * (MANY - 1000)),
        raw_pdf(a85encode(content(LINES)) + b"~>", keys=b"/Filter/ASCII85Decode"),
        raw_pdf(packed(9 * MANY), keys=b"/Subtype/Image/Width 5196/Height 5196" + FLATE),
        raw_pdf(b"x\x9cno zlib data", keys=FLATE),
        raw_pdf(b"abc>", b"zz zz~>", b"~>", b""),
        b"%PDF-1.4\nstream\nx",
        b"%PDF-1.4\nstream",
    ],
)
def test_an_honest_file_is_not(data):
    pdf_streams.check(data)


@pytest.mark.parametrize(
    "spam",
    [b"stream\nx\x01\x00\xff\xff\x00\x00" + b" " * 65535, b"stream\n" * 400],
)
def test_streams_that_lie_over_each_other_are_not_gone_through_again_and_again(spam):
    with pytest.raises(ValueError, match="unpacks to over"):
        pdf_streams.check(b"%PDF-1.4\n" + spam * 60)


def test_a_bomb_is_refused_before_it_is_opened():
    with pytest.raises(ValueError, match="unpacks to over 3 MB"):
        pdf_format.read(raw_pdf(packed(MANY + 1), keys=FLATE))
    assert pdf_format.read(raw_pdf(zlib.compress(content(LINES)), keys=FLATE)).text.strip()
