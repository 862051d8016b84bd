"""Marks on pages of PDF files: each covers the words that are quoted, and nothing else.

The files are set here, with the words that will be quoted in red: all red pixels must lie under
the marks, and no black one.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from ctypes import byref, c_double
from itertools import chain, zip_longest

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from harness.fakes import ROOT
from harness.pdfs import Set, column, content, pdf, raw_pdf
from PIL import Image

from askvisit import formats
from askvisit.formats import PageView
from askvisit.formats import pdf as pdf_format
from askvisit.passages import sentences
from askvisit.records import Article

QUOTE = "The bridge cost two million crowns, said the mayor, and took three years to build."
LONG_WORDS = (
    "The international consortium consistently underestimated considerable difficulties, "
    "complained representatives of neighbouring municipalities."
)
BEFORE = "On Monday the mayor of the town came to see the works at the old mill by the river."
AFTER = "The minister promised that the railway would be mended in the next year. Nobody clapped."
OTHER = "It rained in the evening. A band played until late, and nobody in the town went to bed."


def wrapped(text: str, width: int, hyphens: bool = False) -> list[str]:
    """Break a text into lines; with hyphens, a word that does not fit is parted."""
    lines = [""]
    for word in text.split():
        bare = word.strip("«»")
        room = width - len(lines[-1].replace("«", "").replace("»", "")) - 1
        if len(bare) <= room or not lines[-1]:
            lines[-1] = f"{lines[-1]} {word}".strip()
        elif hyphens and len(bare) > 5 and room >= 4 and bare[:5].isalpha():
            cut = word.index(bare) + 3
            lines[-1] += f" {word[:cut]}-"
            lines.append(word[cut:])
        else:
            lines.append(word)
    return lines


def red(lines: Sequence[str]) -> list[str]:
    """Make each line of a quote red by itself, so that lines may be told in any order."""
    found = []
    inside = False
    for line in lines:
        begun = f"«{line}" if inside and line else line
        inside = (inside or "«" in line) and "»" not in line
        found.append(f"{begun}»" if inside and line else begun)
    return found


def story(width: int = 50, hyphens: bool = False, quote: str = QUOTE) -> list[str]:
    """Return lines of an article; the quote is red from its first word to its last."""
    text = f"{BEFORE} «{quote}» {AFTER} {OTHER}"
    lines = red(wrapped(text, width, hyphens))
    return [*lines, "", *wrapped(f"{OTHER} {AFTER}", width, hyphens)]


def columns(lines: Sequence[str], count: int = 2, size: float = 10) -> list[list[Set]]:
    """Set lines in columns of equal length; returns the columns from left to right."""
    most = -(-len(lines) // count)
    wide = 560 / count
    return [
        column(20 + wide * n, 700, lines[most * n : most * (n + 1)], size) for n in range(count)
    ]


def by_rows(*told: Sequence[Set]) -> list[Set]:
    """Tell columns row by row."""
    return [one for row in zip_longest(*told) for one in row if one is not None]


def one_column() -> bytes:
    return raw_pdf(content(column(50, 700, story())))


def in_one_line() -> bytes:
    return raw_pdf(content(column(20, 700, story(200), size=5)))


def two_columns() -> bytes:
    return raw_pdf(content(list(chain(*columns(story(40))))))


def over_the_column() -> bytes:
    lines = red(wrapped(f"{BEFORE} {BEFORE} «{QUOTE}» {AFTER}", 40))
    return raw_pdf(content(list(chain(*columns(lines)))))


def told_by_rows() -> bytes:
    return raw_pdf(content(by_rows(*columns(story(40)))))


def over_the_column_told_by_rows() -> bytes:
    lines = red(wrapped(f"{BEFORE} {BEFORE} «{QUOTE}» {AFTER}", 40))
    return raw_pdf(content(by_rows(*columns(lines))))


def uneven_base_lines() -> bytes:
    left, right = columns(story(40))
    lower = [(x, y - 4, size, text) for x, y, size, text in right]
    headline = (20, 740, 24, "A Bridge for the Town by the River")
    return raw_pdf(content([headline, *by_rows(left, lower)]))


def three_columns_told_by_rows() -> bytes:
    return raw_pdf(content(by_rows(*columns(story(26), 3))))


def hyphenated() -> bytes:
    return raw_pdf(content(column(50, 700, story(24, hyphens=True, quote=LONG_WORDS))))


def hyphenated_columns() -> bytes:
    return raw_pdf(content(by_rows(*columns(story(24, hyphens=True, quote=LONG_WORDS)))))


def _over_pages(*furniture: Callable[[int], Set]) -> bytes:
    lines = red(wrapped(f"{BEFORE} «{QUOTE}» {AFTER} {OTHER} {BEFORE} {AFTER}", 50))
    parts = lines[:3], lines[3:6], lines[6:]
    return raw_pdf(
        *(
            content([*column(50, 700, part), *(make(number) for make in furniture)])
            for number, part in enumerate(parts, 1)
        )
    )


def heads_and_feet() -> bytes:
    return _over_pages(
        lambda number: (50, 780, 8, "The Paper, Monday"),
        lambda number: (300, 20, 8, f"Page {number} of 3"),
    )


def page_numbers() -> bytes:
    return _over_pages(lambda number: (300, 20, 10, str(number)))


def left_and_right_heads() -> bytes:
    return _over_pages(
        lambda number: (50, 780, 10, f"{number} The Paper" if number % 2 else f"Monday {number}")
    )


def a_note_at_the_foot() -> bytes:
    lines = wrapped(f"{OTHER} {AFTER}", 50)
    text = red(wrapped(f"{BEFORE} «{QUOTE}» {AFTER}", 50))
    pages = [*column(50, 700, [*lines, "", *text[:3]])], column(50, 700, text[3:])
    note = (50, 40, 7, "The mayor spoke to the paper on Sunday.")
    return raw_pdf(content([*pages[0], note]), content(pages[1]))


def turned(by: int) -> Callable[[], bytes]:
    def make() -> bytes:
        keys = b"/MediaBox[0 0 600 800]/Rotate %d" % by
        return raw_pdf(content(column(50, 700, story())), page=keys)

    make.__name__ = f"turned_by_{by}"
    return make


def set_sideways() -> bytes:
    lines = [(700 - y, x, size, text) for x, y, size, text in column(50, 650, story())]
    return raw_pdf(content(lines, "0 1 -1 0"))


def sideways_and_turned() -> bytes:
    lines = [(700 - y, x, size, text) for x, y, size, text in column(50, 650, story())]
    return raw_pdf(content(lines, "0 1 -1 0"), page=b"/MediaBox[0 0 600 800]/Rotate 90")


def cropped() -> bytes:
    keys = b"/MediaBox[-100 -50 700 900]/CropBox[30 100 500 760]/Rotate 270"
    return raw_pdf(content(column(50, 700, story())), page=keys)


def ligatures() -> bytes:
    quote = "The of\x01cial said that \x01ve men had \x02own to the of\x01ce, and were \x01ne."
    return raw_pdf(content(column(50, 700, story(quote=quote))))


def justified() -> bytes:
    return raw_pdf(content(column(30, 700, story()), spacing=6.5))


def kerned() -> bytes:
    """Set words by moves to the right, with no spaces between them."""
    shown = []
    for x, y, size, text in column(50, 700, story()):
        moved = text.replace(" ", ") -333 (")
        for mark, color in (("«", "1 0 0"), ("»", "0 0 0")):
            moved = moved.replace(mark, f")] TJ {color} rg [(")
        shown.append(f"/F {size} Tf 1 0 0 1 {x} {y} Tm [({moved})] TJ")
    return raw_pdf(("BT " + "\n".join(shown) + " ET").encode("cp1252"))


def letter_by_letter() -> bytes:
    """Set each letter where it is in a line that is set as one, with no spaces."""
    file = pypdfium2.PdfDocument(one_column())
    texts = file[0].get_textpage()
    letters = []
    x, y = c_double(), c_double()
    for index in range(texts.count_chars()):
        pdfium.FPDFText_GetCharOrigin(texts, index, byref(x), byref(y))
        letter = texts.get_text_range(index, 1)
        if letter.strip():
            letters.append([x.value, y.value, 10, letter])
    said = "".join(letter for *_, letter in letters)
    first, words = said.index("Thebridge"), "".join(QUOTE.split())
    letters[first][3] = f"«{letters[first][3]}"
    letters[first + len(words) - 1][3] += "»"
    return raw_pdf(content([(x, y, size, letter) for x, y, size, letter in letters]))


def upside_down_coordinates() -> bytes:
    """Scale and turn over the plane, as browsers do when they print."""
    lines = [
        (x * 4, (800 - y) * 4, size * 4, text) for x, y, size, text in column(50, 700, story())
    ]
    return raw_pdf(b"q .25 0 0 -.25 0 800 cm\n" + content(lines, "1 0 0 -1") + b"\nQ")


def exponents() -> bytes:
    lines = column(50, 700, story())
    x, y, size, text = lines[3]
    note = (x + 0.5 * size * len(text), y + 0.35 * size, 0.6 * size, "2")
    return raw_pdf(content([*lines, note]))


def stamped() -> bytes:
    stamp = b"BT .8 g /F 90 Tf .7 .7 -.7 .7 150 250 Tm (DRAFT) Tj 0 g ET "
    credit = b"BT /F 6 Tf 0 1 -1 0 590 400 Tm (Photo: Ann Lee) Tj ET "
    return raw_pdf(stamp + content(column(50, 700, story()[:5])) + credit)


def quotation_marks() -> bytes:
    quote = "“It cost €2 million – no more,” the mayor’s friend said (twice), “but it’s ours!”"
    return raw_pdf(content(column(50, 700, story(quote=quote))))


def several_sizes() -> bytes:
    lines = [(x, y, 9 + n % 2 * 0.6, t) for n, (x, y, _, t) in enumerate(column(50, 700, story()))]
    return raw_pdf(content(lines))


MADE = [
    *(one_column, in_one_line, two_columns, over_the_column, told_by_rows),
    *(over_the_column_told_by_rows, uneven_base_lines, three_columns_told_by_rows, hyphenated),
    *(hyphenated_columns, heads_and_feet, page_numbers, left_and_right_heads, a_note_at_the_foot),
    *(turned(90), turned(180), turned(270), set_sideways, sideways_and_turned, cropped, ligatures),
    *(justified, kerned, letter_by_letter, upside_down_coordinates, stamped, quotation_marks),
    *(several_sizes,),
]


def quote_of(make: Callable[[], bytes]) -> str:
    if make in (hyphenated, hyphenated_columns):
        return LONG_WORDS
    if make is ligatures:
        return "The official said that five men had flown to the office, and were fine."
    if make is quotation_marks:
        return "“It cost €2 million – no more,” the mayor’s friend said (twice), “but it’s ours!”"
    return QUOTE


def views(data: bytes, text: str, start: int, end: int) -> Iterator[PageView]:
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    for page in range(1, text.count("\f") + 1):
        yield formats.show("a.pdf", data, sha256, page, [(start, end)])


@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_marks_cover_the_quoted_words_and_no_others(make):
    data = make()
    text = formats.read("a.pdf", data).text
    readable = text.replace("\f", "")
    quote = quote_of(make)
    assert readable.count(quote) == 1, text
    start = text.index(quote[:9])
    end = text.index(quote[-12:], start) + 12
    assert text[start:end].replace("\f", "") == quote
    for view in views(data, text, start, end):
        _check_pixels(data, view, view.marks[0])


def _check_pixels(data: bytes, view: PageView, marks: Sequence[Sequence[float]]) -> None:
    file = pypdfium2.PdfDocument(data)
    page = file[view.page - 1]
    image = np.asarray(page.render(scale=2).to_pil().convert("RGB"))
    file.close()
    height, width, _ = image.shape
    reds = (image[..., 0] > 200) & (image[..., 1] < 110)
    black = image.max(axis=2) < 110
    inner = np.zeros((height, width), bool)
    outer = np.zeros((height, width), bool)
    for left, top, right, bottom in marks:
        x0, y0, x1, y1 = left * width, top * height, right * width, bottom * height
        inner[round(y0) + 1 : round(y1) - 1, round(x0) + 1 : round(x1) - 1] = True
        outer[max(round(y0) - 2, 0) : round(y1) + 2, max(round(x0) - 2, 0) : round(x1) + 2] = True
        assert reds[round(y0) : round(y1), round(x0) : round(x1)].any()
    assert not (reds & ~outer).any()
    assert not (black & inner).any()


def test_there_are_twenty_files_and_more():
    assert len(MADE) >= 20


def test_each_sentence_of_a_printed_page_is_what_stands_under_its_marks():
    data = (ROOT / "tests" / "data" / "formats" / "visit.pdf").read_bytes()
    text = formats.read("visit.pdf", data).text
    file = pypdfium2.PdfDocument(data)
    sizes = [file[n].get_size() for n in range(len(file))]
    texts = [file[n].get_textpage() for n in range(len(file))]
    article = Article("visit.pdf", "A", text)
    found = sentences(article)
    ranges = [(s.start, s.end) for s in found]
    shown = [
        formats.show("visit.pdf", data, article.sha256, n + 1, ranges) for n in range(len(file))
    ]
    for number, sentence in enumerate(found):
        words: list[str] = []
        for view, (width, height), under in zip(shown, sizes, texts, strict=True):
            for left, top, right, bottom in view.marks[number]:
                box = (left * width, (1 - bottom) * height, right * width, (1 - top) * height)
                words += under.get_text_bounded(*box).split()
        assert "".join(words) == "".join(sentence.text.split())


def test_a_sentence_that_stands_twice_is_marked_where_it_was_quoted():
    data = pdf(column(50, 700, ["It rained.", "", "He left.", "", "It rained."]))
    text = formats.read("a.pdf", data).text
    second = text.rindex("It rained")
    (view,) = views(data, text, second, second + 9)
    ((left, top, right, bottom),) = view.marks[0]
    assert 1 - bottom == pytest.approx((700 - 4 * 13) / 800, abs=0.002)
    assert (view.page, view.pages) == (1, 1)
    image = Image.open(io.BytesIO(view.image))
    assert image.size == (view.width, view.height)
    assert image.format == "WEBP"
    assert 0 < left < right < 1
    assert 0 < top < bottom < 1


def test_form_feeds_end_the_pages():
    data = pdf(column(50, 700, ["One page."]), [], column(50, 700, ["Another", "page."]))
    text = formats.read("a.pdf", data).text
    assert text == "One page.\n\f\f\nAnother page.\n\f"
    assert Article("a.pdf", "A", text).page(text.index("Another")) == 3


def test_a_file_that_says_something_else_by_now_is_not_shown():
    data = pdf(column(50, 700, ["It rained."]))
    with pytest.raises(ValueError, match="it, or PDFium, has changed; index it again"):
        formats.show("a.pdf", data, "0" * 64, 1)


def test_there_is_no_page_beyond_the_last_and_none_of_a_text():
    data = pdf(column(50, 700, ["It rained."]))
    sha256 = hashlib.sha256(formats.read("a.pdf", data).text.encode()).hexdigest()
    with pytest.raises(ValueError, match="1 pages, no page 2"):
        formats.show("a.pdf", data, sha256, 2)
    with pytest.raises(ValueError, match="no pages"):
        formats.show("a.txt", b"It rained.", sha256, 1)


@pytest.mark.parametrize("box", [b"0 0 1000000 9", b"0 0 .001 .001", b"0 0 0 0", b"9 9 0 0"])
def test_a_page_of_any_size_is_drawn_small(box):
    data = raw_pdf(content(column(0, 0, ["It rained."])), page=b"/MediaBox[%s]" % box)
    try:
        text = formats.read("a.pdf", data).text
        (view,) = views(data, text, 0, 9)
    except ValueError:
        return
    assert max(view.width, view.height) <= 1500


def test_rows_of_a_table_stay_rows():
    cells = ["Year", "Cost", "2018", "one", "2019", "two", "2020", "three", "2021", "four"]
    table = [(50 + 200 * (n % 2), 700 - 13 * (n // 2), 10, cell) for n, cell in enumerate(cells)]
    assert pdf_format.read(pdf(table)).text.replace("\n", " ").split() == cells
