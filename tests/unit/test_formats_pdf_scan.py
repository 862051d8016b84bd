"""Scanned pages of a PDF: their text with its place, or which extra would read it."""

from __future__ import annotations

import hashlib
import io
import json
from math import cos, sin
from types import SimpleNamespace

import numpy as np
import pypdfium2
import pytest
from harness.pdfs import column, pdf

from askvisit import formats
from askvisit.formats import pdf as pdf_format
from askvisit.formats import pdf_scan

HEADLINE = "A Bridge for the Town"
LINES = ["The mayor opened the bridge on Monday and said that", "it had cost two million crowns."]
PRINTED = pdf([(50, 740, 24, HEADLINE), *column(50, 700, LINES, 12)])


def scan(data: bytes) -> bytes:
    """Return a PDF of the images of another one's pages, at 200 pixels an inch."""
    images = [page.render(scale=200 / 72).to_pil() for page in pypdfium2.PdfDocument(data)]
    file = io.BytesIO()
    images[0].save(file, "PDF", resolution=200, save_all=True, append_images=images[1:])
    return file.getvalue()


SCAN = scan(PRINTED)


@pytest.fixture
def turned(request):
    """Turn a place by the angle that a test asks for, as an askew scan has it."""
    angle = getattr(request, "param", 0.0)
    return lambda x, y: (x * cos(angle) - y * sin(angle), x * sin(angle) + y * cos(angle))


@pytest.fixture
def found(monkeypatch, turned):
    """Stand in for the library: what it finds on each page, a list of (text, box in pixels)."""
    pages: list[list[tuple[str, tuple[int, int, int, int]]]] = []

    def engine(image: object) -> SimpleNamespace:
        page = pages.pop(0)
        corners = [
            [turned(a, b), turned(c, b), turned(c, d), turned(a, d)] for _, (a, b, c, d) in page
        ]
        boxes = np.array(corners, np.float32) if corners else None  # as the library gives them
        return SimpleNamespace(boxes=boxes, txts=[text for text, _ in page])

    monkeypatch.setattr(pdf_scan, "_engine", lambda: engine)
    monkeypatch.setattr(pdf_format, "find_spec", lambda name: name)
    pdf_format.set_text.cache_clear()
    yield pages
    pdf_format.set_text.cache_clear()


def test_without_the_library_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(pdf_format, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"no text \(a scan.*pip install 'askvisit\[ocr\]'"):
        pdf_format.read(SCAN)


def test_lines_become_paragraphs_with_their_places(found):
    found.append(
        [
            (HEADLINE, (100, 100, 1100, 190)),
            (LINES[0], (100, 300, 1500, 350)),
            (LINES[1], (100, 362, 900, 418)),
            ("It rained.", (100, 560, 400, 610)),
        ]
    )
    text = pdf_format.set_text(SCAN)
    assert text.title == HEADLINE
    assert text.text.rstrip("\n\f").split("\n\n") == [HEADLINE, " ".join(LINES), "It rained."]
    (box,) = pdf_format._boxes(
        [g for g in text.glyphs[text.text.index("Monday") :][:6] if g], 600, 800
    )
    left, right = (100 + 1400 * LINES[0].index(m) / len(LINES[0]) for m in ("Monday", " and"))
    assert box == pytest.approx((left / 1500, 300 / 2000, right / 1500, 350 / 2000), abs=0.01)


@pytest.mark.parametrize("turned", [0.02, -0.02], indirect=True)
def test_on_an_askew_page_a_short_line_stays_in_its_place(found, turned):
    lines = [*(f"{LINES[0]} line {n}" for n in range(4)), "it is so."]
    ends = [1500, 1500, 1500, 1500, 300]
    places = [(100, 300 + 60 * n, end, 345 + 60 * n) for n, end in enumerate(ends)]
    found.append(list(zip(lines, places, strict=True)))
    text = pdf_format.set_text(SCAN)
    assert text.text.rstrip("\n\f") == " ".join(lines)
    boxes = [glyph.box for glyph in text.glyphs if glyph and glyph.box]
    assert [boxes[0][:2], boxes[-1][2:]] == [
        pytest.approx((x / 1500, y / 2000), abs=0.01)
        for x, y in (turned(100, 300), turned(300, 585))
    ]


def test_a_page_is_shown_with_marks_that_can_be_sent(found):
    found.append([("It rained.", (100, 560, 400, 610))])
    text = pdf_format.set_text(SCAN).text
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    shown = json.loads(json.dumps(pdf_format.show(SCAN, sha256, 1, [(0, len(text.strip()))])))
    assert [len(boxes) for boxes in shown["marks"]] == [1]


def test_of_a_file_with_text_only_its_scans_are_read(found):
    mixed = pypdfium2.PdfDocument(PRINTED)
    mixed.import_pages(pypdfium2.PdfDocument(SCAN))
    file = io.BytesIO()
    mixed.save(file)
    found.append([("It was read from its image.", (100, 100, 900, 150))])
    text = pdf_format.read(file.getvalue()).text
    assert text.split("\f")[0].startswith(HEADLINE)
    assert text.split("\f")[1].strip() == "It was read from its image."
    assert found == []


def test_images_without_text_are_refused(found):
    found.append([])
    with pytest.raises(ValueError, match="not even on the images"):
        pdf_format.read(SCAN)


def test_a_real_scan_is_read_in_the_process_with_limits():
    pytest.importorskip("rapidocr")
    document = formats.read("scan.pdf", SCAN)
    assert document.title == HEADLINE
    assert document.text.rstrip("\n\f") == f"{HEADLINE}\n\n{' '.join(LINES)}"
    sha256 = hashlib.sha256(document.text.encode()).hexdigest()
    assert formats.show("scan.pdf", SCAN, sha256, 1, [(0, len(HEADLINE))]).marks[0]
