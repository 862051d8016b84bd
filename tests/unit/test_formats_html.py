"""Web pages: the article without what stands around it, and pages that are none."""

from __future__ import annotations

import pytest
from harness.fakes import ROOT, VISIT

from askvisit import formats
from askvisit.formats import html
from askvisit.passages import paragraphs

PAGE = (ROOT / "tests" / "data" / "formats" / "visit.html").read_bytes()
LONG = "The mayor opened the bridge on Monday, and the minister came to see it. "


def page(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()


def test_a_news_page_gives_the_article_and_nothing_else():
    document = formats.read("visit.html", PAGE)
    article = (ROOT / "index" / "articles" / VISIT).read_text("utf-8")
    wanted = [" ".join(block.split()) for block in article.strip().split("\n\n")]
    found = document.text.rstrip("\n").split("\n\n")
    assert found == wanted
    assert document.title == wanted[0]
    assert document.source == "The Paper"
    assert document.url == "https://paper.example/world/xi-visits"
    assert document.date == "2019-06-26"


def test_the_text_is_the_same_each_time():
    assert html.read(PAGE) == html.read(PAGE) == formats.read("a.HTM", PAGE)


def test_blocks_are_parted_by_blank_lines_and_the_title_is_the_first():
    body = (
        f"<article><h2>A Part</h2><p>{LONG}\n  <b>It</b> was\tcold.</p>"
        f"<ul><li>One band</li><li>Two <i>cakes</i></li></ul><blockquote>{LONG}</blockquote>"
        "<table><tr><td>Cost</td><td>two million</td></tr></table>"
        f"<p>First line<br>second line. {LONG}</p></article>"
    )
    document = html.read(page(body, "<title>A Bridge for the Town</title>"))
    assert document.text.rstrip("\n").split("\n\n") == [
        "A Bridge for the Town",
        "A Part",
        f"{LONG}It was cold.",
        "- One band",
        "- Two cakes",
        LONG.strip(),
        "Cost two million",
        f"First line second line. {LONG}".strip(),
    ]


def test_what_stands_beside_the_article_is_left_out():
    more = "<p>© 2022 The Paper</p><h3>More on this</h3><p><a href=x>A tunnel opens too</a></p>"
    text = f"<h2>The day</h2><p>{LONG}{LONG}</p><p>It rained.</p><p>{LONG}It was cold.</p>"
    document = html.read(page(f"<article>{text}{more}</article>", "<title>A Bridge</title>"))
    assert document.text.rstrip("\n").split("\n\n") == [
        "A Bridge",
        "The day",
        f"{LONG}{LONG}".strip(),
        "It rained.",
        f"{LONG}It was cold.",
    ]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("He has a <a href=x>MacBook Pro</a> with it.", "He has a MacBook Pro with it."),
        ("He <b>has</b> <i>a </i>Mac<a href=x> Pro</a>.", "He has a Mac Pro."),
        ("Call <code>run()</code>, then <kbd>stop</kbd> it.", "Call run(), then stop it."),
        ("He <em>said</em> <q>no</q>.", "He said “no”."),
        ("<span>One</span>\n<span>Two</span> and <a href=x>three</a>.", "One Two and three."),
        ("It has (<i>3</i>, <x-ref><a href=x>13</a></x-ref>) of it.", "It has (3, 13) of it."),
        ("un<b>believ</b>able <a href=x>Lind</a>’s own", "unbelievable Lind’s own"),
        (
            "The inter&shy;national and na\u00adtion&#173;al\u200b ones",
            "The international and national ones",
        ),
    ],
)
@pytest.mark.parametrize(
    "around", ["<p>{}</p>", "<ul><li>{}</li></ul>", "<blockquote>{}</blockquote>"]
)
def test_inline_markup_breaks_no_sentence_and_fuses_no_words(markup, text, around):
    body = f"<article><p>{LONG * 3}</p>{around.format(markup)}<p>{LONG * 3}</p></article>"
    shown = html.read(page(body)).text
    assert text in [shown[start:end] for start, end in paragraphs(shown)]


@pytest.mark.parametrize("item", ["<ul><li>{}</li></ul>", "<dl><dt>It</dt><dd>{}</dd></dl>"])
def test_blocks_of_an_item_are_not_fused(item):
    inside = item.format("<div><b>By Ada Quill</b></div><div>The bridge is open.</div>")
    shown = html.read(page(f"<article><p>{LONG * 3}</p>{inside}<p>{LONG * 3}</p></article>")).text
    assert "By Ada Quill The bridge is open." in shown


SITE = '<meta property="og:site_name" content="The Weir Gazette">'
TITLED = "<title>{}</title>" + SITE


@pytest.mark.parametrize(
    ("title", "headings", "found"),
    [
        ("A Bridge for the Town - The Weir Gazette", "", "A Bridge for the Town"),
        ("A Bridge - for the Town | Weir Gazette", "", "A Bridge - for the Town"),
        ("The Weir Gazette » A Bridge for the Town", "", "A Bridge for the Town"),
        ("A Bridge: The Town Rejoices", "", "A Bridge: The Town Rejoices"),
        (
            "A Bridge for the Town – Local – Weir",
            "<h1>The Weir Gazette</h1><h2>A Bridge for the Town</h2>",
            "A Bridge for the Town",
        ),
        (
            "Town gets a new bridge: mayor opens it",
            "<h1>The mayor opens a new bridge in the old town</h1>",
            "The mayor opens a new bridge in the old town",
        ),
        ("A Bridge for the Town", "<h1>News: A Bridge for the Town</h1>", "A Bridge for the Town"),
        (
            "A Bridge for the Town",
            "<h1>News<br>A Bridge for the Town</h1>",
            "A Bridge for the Town",
        ),
        ("A Bridge for the Town", "<h1>All about our mills</h1>", "A Bridge for the Town"),
    ],
)
def test_the_title_is_as_printed_without_the_name_of_the_site(title, headings, found):
    body = f"{headings}<article><p>{LONG * 5}</p></article>"
    head = TITLED.format(title) + f'<meta property="og:title" content="{title}">'
    document = html.read(page(body, head))
    assert document.title == found
    assert document.source == "The Weir Gazette"


def test_the_name_of_the_site_is_no_paragraph():
    head = TITLED.format("The Weir Gazette")
    document = html.read(page(f"<article><p>{LONG * 5}</p></article>", head))
    assert document.text == f"{(LONG * 5).strip()}\n"


@pytest.mark.parametrize(
    ("stated", "author"),
    [
        ("View all posts by Ada Quill", "Ada Quill"),
        ("By Ada Quill, Bo Reed", "Ada Quill, Bo Reed"),
        ("Ada Quill, The Weir Gazette", "Ada Quill"),
        ("Ada Quill, PhD", "Ada Quill"),
        ("Devon Quill, Bo Reed", "Devon Quill, Bo Reed"),
        ("'Ada Quill, Auteur Bo Reed", "Ada Quill, Bo Reed"),
        ("The Second Edition Edited by Ada Quill", "Ada Quill"),
        *((name, None) for name in ("Wordpressadmin", "Name", "The Weir Gazette", "admin user")),
        *((name, None) for name in ("News Desk", "Ada Quill says")),
        *((name, None) for name in ("https://weir.example/ada", "Unknown", "No Author")),
    ],
)
def test_only_people_are_authors(stated, author):
    head = f'<meta name="author" content="{stated}">{SITE}'
    assert html.read(page(f"<article><p>{LONG * 5}</p></article>", head)).author == author


@pytest.mark.parametrize(
    ("link", "author"), [("Ada Quill", "Ada Quill"), ("View my complete profile", None)]
)
def test_without_a_stated_author_it_is_the_one_that_is_linked(link, author):
    below = f'By <a rel="author nofollow" href="/a">{link}</a>'
    body = f"<article><p>{LONG * 5}</p></article><footer>{below}</footer>"
    assert html.read(page(body)).author == author


def test_a_few_nul_bytes_are_ignored():
    data = page(f"<article><p>{LONG * 40}</p></article>")
    broken = data.replace(b"minister", b"mini\0ster", 22)
    assert html.read(broken) == html.read(data)


@pytest.mark.parametrize(
    "reference",
    "&#1; &#8; &#11; &#12; &#14; &#31; &#31 &#0011; &#xB; &#X1f; &#x1F; &#xFFFF; &#xfffe; &#65535;"
    " &#65534;".split(),
)
def test_a_reference_to_a_forbidden_character_is_a_space(reference):
    body = f"<article><h1>A{reference}Bridge</h1><p>{LONG * 4}It was{reference}cold.</p></article>"
    assert html.read(page(body)).text.endswith("A Bridge\n\n" + f"{LONG * 4}It was cold.\n")


@pytest.mark.parametrize(
    ("reference", "character"),
    [
        *(("&#119;", "w"), ("&#x1F5;", "ǵ"), ("&#9;", " "), ("&#10;", " "), ("&#13;", " ")),
        *(("&#xFFFD;", "\ufffd"), ("&#655350;", "\U0009fff6"), ("&amp;#11;", "&#11;")),
    ],
)
def test_other_references_are_characters(reference, character):
    body = f"<article><p>{LONG * 4}It was{reference}cold.</p></article>"
    assert html.read(page(body)).text.endswith(f"It was{character}cold.\n")


def test_what_a_page_tells_of_the_future_is_taken_whatever_the_day_is():
    head = '<meta property="article:published_time" content="2042-03-01T08:00:00Z">'
    assert html.read(page(f"<article><p>{LONG * 5}</p></article>", head)).date == "2042-03-01"


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="author" content="Ada Quill">',
        '<script type="application/ld+json">{"@context": "https://schema.org", "@type": '
        '"NewsArticle", "author": {"@type": "Person", "name": "Ada Quill"}}</script>',
    ],
)
def test_the_author_is_that_of_the_metadata(head):
    assert html.read(page(f"<article><p>{LONG * 5}</p></article>", head)).author == "Ada Quill"


def test_an_address_that_is_no_web_address_is_not_taken():
    head = '<link rel="canonical" href="javascript:alert(1)">'
    assert html.read(page(f"<article><p>{LONG * 5}</p></article>", head)).url is None


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ('<meta charset="utf-8">', "utf-8"),
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
        ('<meta charset="iso-8859-1">', "cp1252"),
        ('<meta charset="utf-8">', "cp1252"),
        ('<meta charset="no-such-thing">', "cp1252"),
        ("", "cp1252"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-2">', "iso8859-2"),
        ('<meta charset="koi8-r">', "koi8-r"),
    ],
)
def test_a_page_is_decoded_as_browsers_do(declared, encoding):
    word = {"koi8-r": "мост", "iso8859-2": "Łódź"}.get(encoding, "Café “x” –")
    text = f"<html><head>{declared}</head><p>{word} and more</p></html>"
    assert word in html.decode(text.encode(encoding))


@pytest.mark.parametrize("declared", ['<meta charset="utf-8">', ""])
def test_one_broken_byte_costs_one_character(declared):
    text = f"<html><head>{declared}</head><p>“Café” and “Łódź”</p>".encode()
    assert html.decode(text + b"It\xe2\x80s</html>").endswith(
        "“Café” and “Łódź”</p>It\ufffds</html>"
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (page("<script>document.write('x')</script>"), "has no article that could be found"),
        (b"", "has no article that could be found"),
        (b"\x1f\x8b\0\0binary\0", "many NUL bytes"),
        (page("<div>" * 100_000 + "deep"), "has no article that could be found"),
    ],
    ids=["script", "empty", "binary", "deep"],
)
def test_what_is_no_article_says_why(data, reason):
    with pytest.raises(ValueError, match=reason):
        formats.read("a.html", data)


def test_entities_are_neither_fetched_nor_multiplied():
    bomb = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 50}">' for n in range(9))
    data = (
        f'<!DOCTYPE html [<!ENTITY a0 "lol">{bomb}<!ENTITY file SYSTEM "file:///etc/passwd">]>'
        f"<html><body><article><p>{LONG * 3}&a9; &file;</p></article></body></html>"
    )
    text = formats.read("a.html", data.encode()).text
    assert len(text) < 1000
    assert "root:" not in text


def test_a_page_that_loses_text_by_being_changed_is_read_as_it_is(monkeypatch):
    data = page(f"<article><p>{LONG * 5}</p><p>{LONG * 3}</p></article>")
    text = html.read(data).text
    monkeypatch.setattr(html, "_write_out", lambda tree: tree.find(".//p").drop_tree())
    assert html.read(data).text == text


def test_the_composed_form_of_letters_is_read():
    body = f"<article><h1>A Cafe\u0301 at Last</h1><p>{LONG * 5}</p></article>"
    document = html.read(page(body, "<title>A Cafe\u0301 at Last</title>"))
    assert document.title == "A Café at Last"
    assert document.text.startswith("A Café at Last\n\n")
