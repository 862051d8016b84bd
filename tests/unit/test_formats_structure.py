"""Web pages whose sense is in their markup: tables, captions, lists, interviews, quotations."""

from __future__ import annotations

import re

import pytest

from askvisit.formats import html
from askvisit.passages import passages, sentences
from askvisit.records import Article
from askvisit.speakers import speaker
from askvisit.web.source_panel import panel

LONG = "The mayor opened the bridge on Monday, and the minister came to see it. "


def text_of(body: str) -> str:
    page = f"<html><head><title>A Bridge</title></head><body><article><p>{LONG * 3}</p>{body}"
    return html.read(f"{page}<p>{LONG * 2}</p></article></body></html>".encode()).text


def blocks(body: str) -> list[str]:
    """Return the blocks of a page between its first and its last paragraph."""
    return text_of(body).rstrip("\n").split("\n\n")[2:-1]


def quotes(body: str) -> list[str]:
    article = Article("a.html", "A", text_of(body))
    found = sentences(article)
    assert all(article.text[s.start : s.end] == s.text for s in found)
    return [s.text for s in found]


def test_a_row_is_quoted_with_the_names_of_its_columns():
    table = (
        "<table><caption>The fleet</caption><tr><th>Year</th><th>Trucks</th><th>Cost</th></tr>"
        "<tr><td>2018</td><td>64</td><td>Two million. It <b>rose</b>.</td></tr>"
        "<tr><td>2019</td><td></td><td>three<br>million</td></tr></table>"
    )
    assert blocks(table) == [
        "The fleet",
        "Year: 2018; Trucks: 64; Cost: Two million. It rose.",
        "Year: 2019; Cost: three million",
    ]
    assert "Year: 2018; Trucks: 64; Cost: Two million. It rose." in quotes(table)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (
            "<tr><th>Cost</th><td>two million</td></tr><tr><th>Length:</th><td>300 m</td></tr>",
            ["Cost: two million", "Length: 300 m"],
        ),
        (
            "<tr><th></th><th>2018</th><th>2019</th></tr>"
            "<tr><th>Trucks</th><td>64</td><td>70</td></tr>",
            ["Trucks; 2018: 64; 2019: 70"],
        ),
        (
            "<tr><th rowspan=2>Town</th><th colspan=2>Trucks</th></tr>"
            "<tr><th>old</th><th>new</th></tr><tr><td>Mill</td><td>6</td><td>4</td></tr>",
            ["Town: Mill; Trucks old: 6; Trucks new: 4"],
        ),
        (
            "<tr><th>Town</th><th>Mayor</th></tr><tr><td>Mill</td><td rowspan=2>Ann Lee</td></tr>"
            "<tr><td>Ford</td></tr>",
            ["Town: Mill; Mayor: Ann Lee", "Town: Ford; Mayor: Ann Lee"],
        ),
        ("<tr><td>Cost</td><td>two million</td></tr>", ["Cost two million"]),
        ("<tr><th>Year</th><th>Trucks</th></tr>", ["Year Trucks"]),
        (
            "<tr><th colspan=99999999>A</th></tr><tr><td rowspan=x>b</td></tr>",
            ["A: b"],
        ),
        (
            "<tr><th>Towns</th></tr><tr><td>Two:<ul><li>Mill</li><li>Ford</li></ul></td></tr>",
            ["Towns: Two: Mill Ford"],
        ),
        (
            "<tr><th>Result</th><td></td></tr><tr><th>Votes</th><td>64</td></tr>",
            ["Result", "Votes: 64"],
        ),
        (
            "<tr><th>Year</th><th></th></tr><tr><td>2018</td><td>64</td></tr>",
            ["Year: 2018; 64"],
        ),
        (
            "<tr><td></td><td></td></tr><tr><td></td><th>2018</th></tr>"
            "<tr><th>Trucks</th><td>64</td></tr>",
            ["Trucks; 2018: 64"],
        ),
        (
            "<tr><th colspan=2>Xi Jinping</th></tr><tr><td colspan=2><img src=a.jpg></td></tr>"
            "<tr><th>Born</th><td>1953</td></tr><tr><th colspan=2>Family</th></tr>"
            "<tr><th>Spouse</th><td>Peng Liyuan</td></tr>",
            ["Xi Jinping", "Born: 1953", "Family", "Spouse: Peng Liyuan"],
        ),
        (
            "<tr><th>Xi Jinping</th></tr><tr><th>Born</th><td>1953</td></tr>",
            ["Xi Jinping", "Born: 1953"],
        ),
        (
            "<tr><th colspan=2>Fleet</th></tr><tr><th>Year</th><th>Trucks</th></tr>"
            "<tr><td>2018</td><td>64</td></tr>",
            ["Fleet Year: 2018; Fleet Trucks: 64"],
        ),
    ],
    ids=[
        *("rows", "both", "two heads", "row span", "no heading", "only headings", "hostile span"),
        *(
            "list",
            "empty fact",
            "empty name",
            "blank row",
            "title",
            "short title",
            "title and names",
        ),
    ],
)
def test_tables_of_many_kinds(rows, found):
    assert blocks(f"<table>{rows}</table>") == found


def test_a_table_that_lays_out_the_page_stays_as_it_is():
    inner = "<table><tr><td>One</td><td>two</td></tr></table>"
    found = blocks(f"<table><tr><th>Menu</th><td>{inner}</td></tr></table>")
    assert not any(":" in block for block in found)


def test_a_table_of_a_great_many_cells_is_not_written_out():
    rows = "<tr>" + "<td rowspan=100 colspan=100>x</td>" * 300 + "</tr>"
    found = text_of(f"<table><tr><th>A</th></tr>{rows}</table>")
    assert "A: x" not in found


def test_a_table_in_a_figure_is_read():
    table = "<table><tr><th>Year</th><th>Trucks</th></tr><tr><td>2018</td><td>64</td></tr></table>"
    assert blocks(f"<figure>{table}</figure>") == ["Year: 2018; Trucks: 64"]


def test_items_are_quoted_alone_and_found_with_the_line_above_them():
    lead = "The council of the town wants these things to be done before the winter comes:"
    body = f"<p>{lead}</p><ul><li>One band</li><li>Two cakes<ul><li>A mill</li></ul></li></ul>"
    assert {"One band", "Two cakes", "A mill"} <= set(quotes(body))
    article = Article("a.html", "A", text_of(body))
    found = [p.text for p in passages(article)]
    assert f"{lead}\n\n- One band\n\n- Two cakes\n\n- A mill" in found
    shown = panel(article)
    for item in ("One band", "Two cakes", "A mill"):
        assert re.search(rf'<p dir="auto" id="paragraph-\d+" class="item">{item}</p>', shown)


TALK = [
    "<p><b>Reporter:</b> Why there?<br><b>Ann Lind:</b> It was near. We had no other.</p>"
    "<p><b>Reporter:</b> Was it dear?<br><b>Ann Lind:</b> It was not.</p>",
    "<dl><dt>Reporter</dt><dd>Why there?</dd><dt>Ann Lind</dt><dd>It was near. We had no other."
    "</dd><dt>Reporter</dt><dd>Was it dear?</dd><dt>Ann Lind</dt><dd>It was not.</dd></dl>",
    "<p><b>Reporter:</b></p><p>Why there?</p><p>Ann Lind:</p><p>It was near. We had no other.</p>"
    "<p>Reporter:</p><p>Was it dear?</p><p>Ann Lind:</p><p>It was not.</p>",
]


@pytest.mark.parametrize("talk", TALK, ids=["broken lines", "terms", "lone names"])
def test_the_lines_of_an_interview_keep_their_speaker(talk):
    assert blocks(talk) == [
        "Reporter: Why there?",
        "Ann Lind: It was near. We had no other.",
        "Reporter: Was it dear?",
        "Ann Lind: It was not.",
    ]
    text = text_of(talk)
    assert speaker(text, text.index("We had no other")) == "Ann Lind"
    assert speaker(text, text.index("The mayor")) is None


def test_a_broken_line_that_names_nobody_goes_on():
    assert blocks("<p>First line<br>second: line.</p>") == ["First line second: line."]


def test_a_quotation_of_two_sentences_is_quoted_with_whose_it_is():
    said = "“We will rebuild it. It takes three years,” the mayor said."
    assert said in quotes(f"<p>{said} Then he left.</p>")
