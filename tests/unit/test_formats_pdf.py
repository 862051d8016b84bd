"""PDF articles: lines to paragraphs, titles, and files that are broken, locked or hostile."""

from __future__ import annotations

import io
import zlib

import pytest
from harness.fakes import ROOT, VISIT
from harness.pdfs import column, pdf, raw_pdf

from askvisit import formats
from askvisit.formats import pdf as pdf_format
from askvisit.formats.pdf_glyphs import Glyph, Line
from askvisit.formats.pdf_layout import paragraphs

ARTICLE = [
    "The mayor opened the bridge on Monday and said that it had",
    "cost two million crowns. It took three years to build.",
    "",
    "The minister came to see the bridge and promised that the",
    "railway would be mended next year.",
]


def blocks(data: bytes) -> list[str]:
    return blocks_of(pdf_format.read(data).text)


def blocks_of(text: str) -> list[str]:
    """Return the blocks without the form feeds that end pages."""
    return text.replace("\f", "").rstrip("\n").split("\n\n")


def test_a_printed_page_gives_the_paragraphs_of_the_article():
    document = formats.read(
        "visit.pdf", (ROOT / "tests" / "data" / "formats" / "visit.pdf").read_bytes()
    )
    article = (ROOT / "index" / "articles" / VISIT).read_text("utf-8")
    wanted = [" ".join(block.split()) for block in article.strip().split("\n\n")]
    found = blocks_of(document.text)
    assert document.title == wanted[0]
    assert [block for block in found if block in wanted] == wanted
    assert set(found) - set(wanted) == {"By A Writer | 26 June 2019", "Copyright The Paper"}


def test_the_text_is_the_same_each_time():
    data = (ROOT / "tests" / "data" / "formats" / "visit.pdf").read_bytes()
    assert pdf_format.read(data) == pdf_format.read(data) == formats.read("a.PDF", data)


def test_gaps_part_paragraphs_and_lines_are_joined():
    assert blocks(pdf(column(50, 700, ARTICLE))) == [
        f"{ARTICLE[0]} {ARTICLE[1]}",
        f"{ARTICLE[3]} {ARTICLE[4]}",
    ]


def test_an_indented_line_begins_a_paragraph():
    lines = [f"\t{ARTICLE[0]}", ARTICLE[1], f"\t{ARTICLE[3]}", ARTICLE[4]]
    assert len(blocks(pdf(column(50, 700, lines)))) == 2


def test_a_sentence_goes_on_in_the_next_column_and_on_the_next_page():
    one = [*column(50, 700, ARTICLE[:2]), *column(50, 660, [ARTICLE[3]])]
    two = column(330, 700, [ARTICLE[4], "", ARTICLE[0]])
    three = column(50, 700, [ARTICLE[1]])
    assert blocks(pdf([*one, *two], three)) == [
        f"{ARTICLE[0]} {ARTICLE[1]}",
        f"{ARTICLE[3]} {ARTICLE[4]}",
        f"{ARTICLE[0]} {ARTICLE[1]}",
    ]


def test_running_heads_and_page_numbers_are_left_out():
    pages = [
        [
            (50, 780, 8, "The Paper, Monday"),
            *column(50, 700, [f"{word}: {line}" if line else "" for line in ARTICLE]),
            (300, 20, 8, f"Page {number} of 3"),
        ]
        for number, word in enumerate(("One", "Two", "Three"), 1)
    ]
    text = pdf_format.read(pdf(*pages)).text
    assert "The Paper" not in text
    assert "Page" not in text
    assert [f"{word}: The mayor" in text for word in ("One", "Two", "Three")] == [True] * 3


def test_the_largest_block_of_the_first_page_is_the_title():
    headline = column(50, 740, ["A Bridge", "for the Town"], size=24)
    data = pdf([(50, 760, 9, "Home"), *headline, *column(50, 640, ARTICLE)])
    document = pdf_format.read(data)
    assert document.title == "A Bridge for the Town"
    assert document.text.startswith("Home\n\nA Bridge for the Town\n\nThe mayor")
    assert document.date is None


def test_without_larger_type_the_first_line_may_be_the_title():
    lines = ["A Bridge for the Town", "", *ARTICLE]
    assert pdf_format.read(pdf(column(50, 700, lines))).title == "A Bridge for the Town"


def set_in(*texts: str) -> list[list[Line]]:
    return [
        [
            Line(tuple(Glyph(letter, 0) for letter in text), 50, 700 - 13 * n, 10)
            for n, text in enumerate(texts)
        ]
    ]


def test_words_parted_at_a_hyphen_become_whole_where_a_file_parts_words():
    parted = set_in("The inter-", "national bridge", "was build-", "ing for years")
    (block,) = paragraphs(parted)
    assert block.text == "The international bridge was building for years"


def test_a_hyphen_between_words_stays_where_a_file_parts_words():
    parted = set_in("The well-", "known com-", "mission met a 41-", "year-old and the Her-", "nan")
    (block,) = paragraphs(parted)
    assert block.text == "The well-known commission met a 41-year-old and the Hernan"


def test_a_hyphen_of_the_word_stays_where_a_file_parts_none():
    lines = ["The mayor opened a long bridge with a band on Monday"] * 40
    more = ("and then removed all of the many pro-", "government signs")
    (block,) = paragraphs(set_in(*lines, *more))
    assert "pro-government signs" in block.text


def test_soft_hyphens_and_ligatures_are_spelled_out():
    (block,) = paragraphs(set_in("The oﬃ\u00ad", "cial ﬁrst ﬂight was a success for\u00admally"))
    assert block.text == "The official first flight was a success formally"


def test_list_items_stand_alone():
    found = paragraphs(set_in("The council wants:", "• one bridge", "• a mill.", "2. A band."))
    assert len(found) == 4


def test_a_dash_at_the_start_of_a_line_is_no_list():
    found = paragraphs(set_in("a mediator in North Korean", "– U.S. disputes, it was said"))
    assert len(found) == 1


def encrypted(user: str, owner: str, algorithm: str) -> bytes:
    from pypdf import PdfWriter

    writer = PdfWriter(clone_from=io.BytesIO(pdf(column(50, 700, ARTICLE))))
    writer.encrypt(user, owner, algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_file_locked_only_against_changes_is_read(algorithm):
    assert blocks(encrypted("", "owner", algorithm)) == blocks(pdf(column(50, 700, ARTICLE)))


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_a_file_with_a_password_says_so(algorithm):
    with pytest.raises(ValueError, match="locked with a password"):
        pdf_format.read(encrypted("secret", "owner", algorithm))


GOOD = pdf(column(50, 700, ARTICLE))
BOMB = zlib.compress(b"q Q " * 2_000_000, 9)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no PDF", "not a PDF"),
        (b"%PDF-1.7\n" + b"\xff\0" * 5000, "broken PDF"),
        (GOOD[:300], "broken PDF"),
        (pdf([]), r"no text \(a scan"),
        (pdf([(50, 700, 10, "...")]), r"no text \(a scan"),
        (pdf(*[column(50, 700, ["A page."])] * 301), "301 pages, over 300"),
        (raw_pdf(BOMB, keys=b"/Filter/FlateDecode"), "no text"),
        (GOOD.replace(b"/Kids[4 0 R]", b"/Kids[2 0 R]"), "broken PDF"),
    ],
    ids=["text", "garbage", "cut", "empty", "no words", "long", "bomb", "endless"],
)
def test_what_is_no_readable_pdf_says_why(data, reason):
    with pytest.raises(ValueError, match=reason):
        formats.read("a.pdf", data)


def with_author(data: bytes, author: str) -> bytes:
    from pypdf import PdfWriter

    writer = PdfWriter(clone_from=io.BytesIO(data))
    writer.add_metadata({"/Author": author})
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("told", "author"),
    [
        *(("Ada Quill", "Ada Quill"), ("Ada Quill; Bo Reed", "Ada Quill, Bo Reed")),
        *(("admin", None), ("Microsoft Office User", None), ("", None)),
    ],
)
def test_the_author_of_the_file_is_taken_where_it_is_a_name(told, author):
    assert pdf_format.read(with_author(pdf(column(50, 700, ARTICLE)), told)).author == author


def test_the_printed_byline_goes_before_the_author_of_the_file():
    lines = ["A Bridge for the Town", "", "By Cy Moss", "", *ARTICLE]
    assert (
        pdf_format.read(with_author(pdf(column(50, 700, lines)), "Ada Quill")).author == "Cy Moss"
    )


SENTENCE = ["The mayor opened the bridge on Monday and said it", "had cost two million crowns in"]
MORE = ["the end, though no one had counted what the old", "mill upon the hill had been worth to"]
REST = ["all, which is more than she had once promised to", "the council of the town."]
NOTE = "1 The mayor spoke to the paper on Sunday."
FIRST, SECOND = column(50, 700, SENTENCE)
MARKED = [FIRST, (283, 704, 6, "1"), SECOND]
JOINED = f"{SENTENCE[0]} 1 {SENTENCE[1]}"


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        (  # the paragraph begins on the page of the note
            ([*column(50, 700, [*ARTICLE[:2], "", *SENTENCE]), (50, 40, 7, NOTE)], REST),
            [" ".join(ARTICLE[:2]), NOTE, " ".join([*SENTENCE, *REST])],
        ),
        (  # a note nearly as large as the text
            ([*column(50, 700, SENTENCE), (50, 40, 9.1, NOTE)], [*REST, "", *ARTICLE[3:]]),
            [NOTE, " ".join([*SENTENCE, *REST]), " ".join(ARTICLE[3:])],
        ),
        (  # no note: words of a sentence
            ([*column(50, 700, SENTENCE), (50, 674, 9.1, MORE[0])], [*REST, "", *ARTICLE[3:]]),
            [" ".join([*SENTENCE, MORE[0], *REST]), " ".join(ARTICLE[3:])],
        ),
        (  # a note as large as the text, to which a mark in the text leads
            ([*MARKED, (50, 40, 10, NOTE)], [*REST, "", *ARTICLE[3:]]),
            [NOTE, " ".join([JOINED, *REST]), " ".join(ARTICLE[3:])],
        ),
        (  # the same, with the mark raised before it too, close below the text
            ([*MARKED, (50, 678, 6, "1"), (54, 674, 10, NOTE[2:])], [*REST, "", *ARTICLE[3:]]),
            [NOTE.replace("1 ", "1"), " ".join([JOINED, *REST]), " ".join(ARTICLE[3:])],
        ),
        (  # at the foot of the first of two columns
            ([*MARKED, (50, 600, 10, NOTE), *column(330, 700, [*REST, "", *ARTICLE[3:]])],),
            [NOTE, " ".join([JOINED, *REST]), " ".join(ARTICLE[3:])],
        ),
        (  # no note: it is in a list, or nothing in the text leads to it
            ([*MARKED, (50, 40, 10, f"1. {NOTE[2:]}")], [*REST, "", *ARTICLE[3:]]),
            [JOINED, f"1. {NOTE[2:]}", " ".join(REST), " ".join(ARTICLE[3:])],
        ),
        (
            ([*column(50, 700, SENTENCE), (50, 674, 10, NOTE)], [*REST, "", *ARTICLE[3:]]),
            [" ".join([*SENTENCE, NOTE]), " ".join(REST), " ".join(ARTICLE[3:])],
        ),
        (  # it fills the page
            ([*column(50, 700, SENTENCE), (50, 40, 7, NOTE)], [*REST, "", *ARTICLE[3:]]),
            [NOTE, " ".join([*SENTENCE, *REST]), " ".join(ARTICLE[3:])],
        ),
        (  # it began on an earlier page
            (SENTENCE, [*column(50, 700, MORE), (50, 40, 7, NOTE)], [*REST, "", *ARTICLE[3:]]),
            [" ".join([*SENTENCE, *MORE, *REST]), NOTE, " ".join(ARTICLE[3:])],
        ),
        (  # at the foot of the first of two columns
            ([*column(50, 700, SENTENCE), (50, 600, 7, NOTE), *column(330, 700, REST)],),
            [NOTE, " ".join([*SENTENCE, *REST])],
        ),
        (  # nothing goes on
            ([*column(50, 700, ARTICLE[:2]), (50, 40, 7, NOTE)], ARTICLE[3:]),
            [" ".join(ARTICLE[:2]), NOTE, " ".join(ARTICLE[3:])],
        ),
    ],
    ids=[
        *("paragraph", "large note", "no note", "as large", "raised"),
        *("column's", "list", "unmarked", "page", "pages", "column", "closed"),
    ],
)
def test_a_note_is_never_inside_a_sentence(pages, found):
    made = [page if isinstance(page[0], tuple) else column(50, 700, page) for page in pages]
    assert blocks(pdf(*made)) == found


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (("It rained all day—", "the dam broke."), "It rained all day—the dam broke."),
        (("It rained all day", "—the dam broke."), "It rained all day—the dam broke."),
        (("It rained all day –", "the dam broke."), "It rained all day – the dam broke."),
        (("It rained all day", "– the dam broke."), "It rained all day – the dam broke."),
        (("in the war of 1914–", "1918, it was said"), "in the war of 1914–1918, it was said"),
        (("the men and/", "or women who came"), "the men and/or women who came"),
    ],
)
def test_a_dash_at_the_end_of_a_line_gains_no_space(lines, text):
    assert [block.text for block in paragraphs(set_in(*lines))] == [text]


def test_numbers_are_no_title():
    numbers = [(560, 700 - 20 * n, 14, f"{n} ") for n in range(1, 26)]
    document = pdf_format.read(pdf([*numbers, *column(50, 500, ARTICLE)]))
    assert document.title is None
    assert pdf_format.read(pdf(column(50, 700, ["12 000 345", "", *ARTICLE]))).title is None


@pytest.mark.parametrize("top", [(50, 740, 20), (50, 700, 8)], ids=["larger", "lower"])
def test_a_headline_that_later_pages_repeat_as_running_head_stays(top):
    pages = [[(50, 780, 8, "A Bridge"), *column(50, 600, ARTICLE)] for _ in range(3)]
    pages[0][0] = (*top, "A Bridge")
    text = pdf_format.read(pdf(*pages)).text
    assert text.startswith("A Bridge\n\n")
    assert text.count("A Bridge") == 1


BILL = [
    "The harbour board may hire a pilot for a term of up to four years and",
    "shall publish the name of the pilot in the gazette of the county before",
    "the term begins. It may end the term early if the pilot has been absent",
    "for thirty days. The town bears half of the wages, and the board the rest",
    "of them and what is spent on the pilot's boat, which is kept in the lock",
    "by the old mill. This section takes effect in May and is reported on in",
    "three years by the auditor of the county.",
]
MARGINS = {
    "left": lambda n: (40, 10, n, True),
    "right": lambda n: (520, 10, n, True),
    "running on": lambda n: (34, 10, n + 96, True),
    "small and close": lambda n: (76, 5, n, True),
    "not on the lines": lambda n: (40, 10, n, False),
}


def numbered_page(lines, x, size, first, aligned):
    text = column(90, 700, lines)
    numbers = [
        (
            x - 0.5 * size * len(str(first + n)),
            line[1] - (0 if aligned else 4),
            size,
            str(first + n),
        )
        for n, line in enumerate(text)
    ]
    return [part for pair in zip(numbers, text, strict=True) for part in pair]


@pytest.mark.parametrize("margin", MARGINS)
def test_numbers_of_lines_are_left_out(margin):
    x, size, first, aligned = MARGINS[margin](1)
    pages = [numbered_page(lines, x, size, first, aligned) for lines in (BILL, BILL[:2])]
    without = pdf_format.read(pdf(column(90, 700, BILL), column(90, 700, BILL[:2])))
    assert pdf_format.read(pdf(*pages)).text == without.text


def test_numbers_of_every_second_line_between_columns_are_left_out():
    left, right = column(40, 700, BILL * 3), column(420, 700, BILL * 3)
    numbers = [(390, line[1], 8, str(n)) for n, line in enumerate(left, 1) if n % 2 == 0]
    without = pdf_format.read(pdf([*left, *right])).text
    assert pdf_format.read(pdf([*left, *numbers, *right])).text == without


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([(str(n), f"Town of the {n}th mill") for n in range(1, 20)], id="ranks"),
        pytest.param([(str(1990 + n), "won by the town") for n in range(9)], id="years"),
        pytest.param([(f"{n}.", "take the road on the left") for n in range(1, 9)], id="list"),
        pytest.param([(str(7 * n * n), "were sold by the mill") for n in range(9)], id="sums"),
    ],
)
def test_numbers_of_tables_and_lists_stay(rows):
    heights = [700 - 13 * n for n in range(len(rows))]
    parts = [
        (x, y, 10, text)
        for y, row in zip(heights, rows, strict=True)
        for x, text in zip((40, 90), row, strict=True)
    ]
    found = pdf_format.read(pdf(parts)).text
    assert [row for row in rows if " ".join(row) not in found] == []


def test_numbers_of_paragraphs_stay():
    parts = [
        part
        for n in range(5)
        for part in (
            (40, 700 - 60 * n, 10, str(n + 1)),
            *column(60, 700 - 60 * n, BILL[:3]),
        )
    ]
    assert pdf_format.read(pdf(parts)).text.startswith("1 The harbour board")
