"""Article formats: bytes in, text and title out."""

from __future__ import annotations

import pytest
from harness.fakes import ROOT, VISIT
from harness.timing import growth
from hypothesis import given
from hypothesis import strategies as st

from askvisit import formats
from askvisit.corpus import SourceFile

PLAIN = "A Headline\n\nA sentence. Another one.\n"


def test_text_is_stored_as_it_is():
    data = "Kim’s “visit” –\r\n\r\n\tU.S.\u00a0talks…  \n\n".encode()
    assert formats.read("a.txt", data).text.encode() == data
    assert formats.read("a.md", data).text.encode() == data


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_text_is_stored_as_it_is(text):
    names = ("a.txt",) if "---" in text or "![" in text else ("a.txt", "A.MD")
    for name in names:
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
        ("A Headline\nOver Two Lines\n\nText.", None),
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
        ("# News of C# \t## \r\n\nText.", "News of C#"),
        ("# A # #\n\nText.", "A #"),
        ("# ##\n\nText.", "##"),
        ("Text.\n\n# Later\n", "Later"),
        ("A Headline\n\nText.\n\n## A Part\n", "A Headline"),
        ("#no heading\n\nText.", "#no heading"),
        (PLAIN, "A Headline"),
    ],
)
def test_titles_of_markdown(text, title):
    assert formats.read("a.md", text.encode()).title == title


def test_thousands_of_spaces_in_a_heading_take_no_time():
    assert growth(lambda n: formats.read("a.md", f"# A{' ' * n}B".encode())) < 24


FRONT_MATTER = """\
---
title: "An \\"hour\\" with: him"  # not the headline
authors: ["Cole, Nia", Bo Reed]
date: 2022-05-01 10:00:00 +0200
publisher: 'The Weir''s'
tags:
  - glass
draft: false
---
"""


def test_the_link_of_the_front_matter_is_one_that_a_browser_opens():
    for line, url in (
        ("url: https://paper.example/a", "https://paper.example/a"),
        ("link: http://paper.example/b", "http://paper.example/b"),
        ("url: javascript:alert(1)", None),
        ("url:", None),
    ):
        assert formats.read("a.md", f"---\n{line}\n---\nIt rained.\n".encode()).url == url


def told(front_matter: str) -> tuple[str | None, ...]:
    """Return title, source, date and author of a Markdown file, whose text must be the rest."""
    document = formats.read("a.md", f"{front_matter}# A Headline\n\nText.\n".encode())
    assert document.text == "# A Headline\n\nText.\n"
    return document.title, document.source, document.date, document.author


def test_front_matter_is_the_record_of_a_markdown_file_and_not_its_text():
    known = ('An "hour" with: him', "The Weir's", "2022-05-01", "Cole, Nia, Bo Reed")
    assert told(FRONT_MATTER) == known
    assert told("\ufeff" + FRONT_MATTER.replace("\n", "\r\n")) == known


@pytest.mark.parametrize(
    ("lines", "known"),
    [
        ("author: Nia Cole", ("A Headline", None, None, "Nia Cole")),
        ("author:\n- Nia Cole\n- Bo Reed", ("A Headline", None, None, "Nia Cole, Bo Reed")),
        ("author:\nauthors:\n  - 'Nia Cole'", ("A Headline", None, None, "Nia Cole")),
        ("author:\n  name: Nia Cole", ("A Headline", None, None, None)),
        ("author:\n  - name: Nia Cole\n    at: Weir", ("A Headline", None, None, None)),
        ("title: >\n  Two\n  lines\ndate: 3 May 2021", ("Two lines", None, "2021-05-03", None)),
        ("# made by hand\n\ntitle: ~\nsource: Weir", ("A Headline", "Weir", None, None)),
        (
            "title: Ferry: six dead\nauthors:\n- Nia Cole\n- Bo Reed",
            ("Ferry: six dead", None, None, "Nia Cole, Bo Reed"),
        ),
        (
            'title: "It is "over""\nsource: \'Weir\'s\'\nauthor: @nia\ndate: 3 May 2021',
            ('It is "over"', "Weir's", "2021-05-03", "@nia"),
        ),
        ("title: [Live] Ferry sinks\nsource: W: €\r\n", ("[Live] Ferry sinks", "W: €", None, None)),
        (
            "headline: Live\nbyline: Nia Cole\npublished: 3 May 2021",
            ("Live", None, "2021-05-03", "Nia Cole"),
        ),
        ("tags: [\n  a,\n]\ndate: soon", ("A Headline", None, None, None)),
    ],
)
def test_of_front_matter_texts_and_lists_of_them_are_used(lines, known):
    assert told(f"---\n{lines}\n---\n") == known


def test_long_front_matter_takes_no_time():
    assert growth(lambda n: formats.read("a.md", f"---\na: b: {' ' * n}c\n---\n".encode())) < 24


def test_characters_that_control_or_do_not_exist_are_not_taken_from_front_matter():
    document = formats.read("a.md", b'---\ntitle: "A\\x1b \\uD800"\n---\nText.')
    assert document.title == "A ?"
    for unreadable in (r'"\UFFFFFFFF"', r'"\U00110000"'):
        text = f"---\ntitle: {unreadable}\n---\nText."
        assert formats.read("a.md", text.encode()).text == text


@pytest.mark.parametrize(
    "text",
    [
        "---\nThe mayor left.\n---\nText.\n",
        "---\ntitle: A\nThe mayor left.\n---\nText.\n",
        "---\ntitle: A: B\nThe mayor left.\n---\nText.\n",
        "---\nCorrection: he said: no: never.\n---\nText.\n",
        "---\ntitle: A\n\nText.\n",
        "---\n- a\n---\nText.\n",
        "---\n---\nText.\n",
        "Text.\n\n---\ntitle: A\n---\n",
    ],
)
def test_what_is_no_front_matter_stays_in_the_text(text):
    document = formats.read("a.md", text.encode())
    assert document.text == text
    assert document.title != "A"


def test_a_sidecar_comes_before_front_matter_and_that_before_a_printed_date(tmp_path):
    text = f"{FRONT_MATTER}# A Headline\n\nBy Ada Quill, 3 May 2021\n\nText.\n"
    (tmp_path / "a.md").write_text(text, "utf-8")
    (tmp_path / "a.toml").write_text('title = "Another"\nauthor = "Ada Quill"\n', "utf-8")
    article = SourceFile(tmp_path / "a.md").read()
    known = (article.title, article.source, article.date, article.author)
    assert known == ("Another", "The Weir's", "2022-05-01", "Ada Quill")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("![A dam](dam.jpg)\n\n# A Headline\n\nText.\n", "\n# A Headline\n\nText.\n"),
        ("Text.\r\n\r\n  ![](a.png) \r\n\r\nMore.", "Text.\r\n\r\n\r\nMore."),
        ("Text.\n\n![a](a.png) [![b](b_(2).png 'B')](b.html)", "Text.\n\n"),
        ("![a](a.png) *A caption (left)*\n", "![a](a.png) *A caption (left)*\n"),
        ("See ![a](a.png)\n[a](a.html)\n", "See ![a](a.png)\n[a](a.html)\n"),
    ],
)
def test_a_line_of_pictures_is_no_text(text, kept):
    assert formats.read("a.md", text.encode()).text == kept


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_texts_of_other_editors_are_decoded(encoding):
    text = "The Café\n\n“It rained – at last”, she said of the drought.\n"
    for name in ("a.txt", "a.md"):
        assert formats.read(name, text.encode(encoding)).text.lstrip("\ufeff") == text


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", "Мост".encode("koi8-r"), r"not UTF-8 \(byte 0\).*save it as UTF-8"),
        ("a.txt", b"a plain text, but \x81", "not UTF-8"),
        ("a.md", b"\xff\xfea\x00b", "not UTF-8"),
        ("a.txt", b"a\0b", "NUL"),
        ("a.txt", "A tunnel".encode("utf-16-le"), "if it is text, save it as UTF-8"),
        ("a.odt", b"text", r"\.txt, \.md"),
        ("a", b"text", r"\.txt, \.md"),
    ],
)
def test_what_cannot_be_read_says_why(name, data, reason):
    with pytest.raises(ValueError, match=reason):
        formats.read(name, data)
