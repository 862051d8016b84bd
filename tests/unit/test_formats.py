"""Article formats: bytes in, text and title out."""

from __future__ import annotations

import pytest
from harness.fakes import ROOT, VISIT
from hypothesis import given
from hypothesis import strategies as st

from askvisit import formats

PLAIN = "A Headline\n\nA sentence. Another one.\n"


def test_text_is_stored_as_it_is():
    data = "Kim’s “visit” –\r\n\r\n\tU.S.\u00a0talks…  \n\n".encode()
    assert formats.read("a.txt", data).text.encode() == data
    assert formats.read("a.md", data).text.encode() == data


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_text_is_stored_as_it_is(text):
    for name in ("a.txt", "A.MD"):
        assert formats.read(name, text.encode()).text == text


def test_a_byte_order_mark_stays_in_the_text_and_not_in_the_title():
    for name, mark in (("a.txt", ""), ("a.md", "# ")):
        document = formats.read(name, f"\ufeff{mark}{PLAIN}".encode())
        assert document.text.startswith("\ufeff")
        assert document.title == "A Headline"


def test_the_visit_has_its_headline_as_title():
    document = formats.read(VISIT, (ROOT / "index" / "articles" / VISIT).read_bytes())
    assert document.title == "Xi Jinping Visits North Korea to Pursue Diplomatic Leverage"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (PLAIN, "A Headline"),
        (PLAIN.replace("\n", "\r\n"), "A Headline"),
        ("\n\n  A Headline  \n\nText.", "A Headline"),
        ("Will They Meet?\n\nText.", "Will They Meet?"),
        ("A Headline\nOne line.\nAnother line.\n", "A Headline"),
        ("A paragraph that\nwas wrapped by\nsomebody.\n", None),
        ("A sentence.\n\nText.", None),
        ("One line", None),
        ("x" * 201 + "\n\nText.", None),
        ("In Washington,\n\nText.", None),
    ],
)
def test_titles_of_plain_text(text, title):
    assert formats.read("a.txt", text.encode()).title == title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# A Headline\n\nText.", "A Headline"),
        ("\ufeff# A Headline\n\nText.\n\n## A Part\n", "A Headline"),
        ("# A Headline\r\n\r\nText.", "A Headline"),
        ("## A Headline ##\n\nText.", "A Headline"),
        ("# News of C#\n\nText.", "News of C#"),
        ("Text.\n\n# Later\n", "Later"),
        ("A Headline\n\nText.\n\n## A Part\n", "A Headline"),
        ("#no heading\n\nText.", "#no heading"),
        (PLAIN, "A Headline"),
    ],
)
def test_titles_of_markdown(text, title):
    assert formats.read("a.md", text.encode()).title == title


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"caf\xe9 society", r"not UTF-8 \(byte 3\).*save it as UTF-8"),
        ("a.md", b"\xff\xfea\x00", "not UTF-8"),
        ("a.txt", b"a\0b", "NUL"),
        ("a.docx", b"text", r"\.txt, \.md"),
        ("a", b"text", r"\.txt, \.md"),
    ],
)
def test_what_cannot_be_read_says_why(name, data, reason):
    with pytest.raises(ValueError, match=reason):
        formats.read(name, data)
