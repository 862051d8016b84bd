"""The article panel: what it marks, what it escapes, what it refuses from a browser."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from harness.web_fakes import ARTICLE, FakeAssistant, Page

from askvisit.passages import sentences
from askvisit.records import Article
from askvisit.web.chat import Chat
from askvisit.web.places import TextRange, place_of
from askvisit.web.source_panel import panel


def opened(article=ARTICLE, **request):
    return Page(Chat(FakeAssistant(article))).post("source", **request)


def marks(shown: str) -> list[tuple[str, str]]:
    found = re.findall(r'<mark class="cited" data-key="([^"]+)">(.*?)</mark>', shown, re.DOTALL)
    return [(key, html.unescape(re.sub(r"<[^>]+>", "", inside))) for key, inside in found]


def place(start: int, end: int, span: list[int] | None = None) -> dict[str, object]:
    return {"article": ARTICLE.id, "start": start, "end": end, "span": span}


def test_a_place_is_marked_by_its_offsets_and_its_span_stands_out():
    citation = FakeAssistant().cite(sentences(ARTICLE)[1])
    shown = panel(ARTICLE, [place_of(citation)])
    assert marks(shown) == [(f"{citation.start}-{citation.end}", citation.quote)]
    assert f"<strong>{citation.span}</strong>" in shown


def test_a_repeated_sentence_is_marked_once():
    article = Article("twice.txt", "Twice", "It rained. He left.\n\nIt rained. She stayed.")
    second = article.text.rindex("It rained.")
    shown = panel(article, [TextRange(article.id, second, second + 10)])
    assert marks(shown) == [(f"{second}-{second + 10}", "It rained.")]
    assert '<p dir="auto" id="paragraph-2"><mark' in shown


def test_a_place_over_two_paragraphs_is_marked_in_both():
    article = Article("tiny.txt", "Tiny", "One line here.\n\nTwo line here.")
    shown = panel(article, [TextRange(article.id, 0, len(article.text))])
    assert [text for _, text in marks(shown)] == ["One line here.", "Two line here."]


def test_the_place_named_first_wins_where_two_overlap():
    shown = panel(ARTICLE, [TextRange(ARTICLE.id, 20, 30), TextRange(ARTICLE.id, 25, 40)])
    assert [key for key, _ in marks(shown)] == ["20-30"]


def test_marks_stand_in_article_order_and_of_this_article_only():
    shown = panel(
        ARTICLE,
        [
            TextRange(ARTICLE.id, 60, 70),
            TextRange("other.txt", 0, 5),
            TextRange(ARTICLE.id, 20, 30),
        ],
    )
    assert [key for key, _ in marks(shown)] == ["20-30", "60-70"]


def test_the_whole_article_is_shown_and_the_headline_is_its_heading():
    shown = panel(ARTICLE)
    assert '<h2 dir="auto" id="paragraph-1">A Short Visit</h2>' in shown
    assert "The minister left on Friday." in shown
    assert '<span class="day"><bdi>28 June 2019</bdi></span> <a' in shown


def test_hostile_text_is_shown_as_text():
    text = 'Bad <img src=x onerror="alert(1)"> ${alert(2)} \u202eevil\x00 \ud800 & done.'
    shown = panel(Article("a<b>.txt", "T<i>", text, source="<b>S</b>"))
    assert "<img" not in shown
    assert "<b>" not in shown
    assert "<i>" not in shown
    assert "&lt;img src=x onerror=&#34;alert(1)&#34;&gt;" in shown
    assert not {"\u202e", "\x00", "\ud800"} & set(shown)


def test_a_click_returns_the_panel_and_the_key_of_the_place():
    answer = opened(place=place(15, 30), others=[place(50, 60)])
    assert answer["key"] == "15-30"
    assert [key for key, _ in marks(answer["html"])] == ["15-30", "50-60"]


def test_a_whole_article_is_opened_by_its_id_and_the_first_one_without():
    assert opened() == {"html": panel(ARTICLE), "key": ""}
    page = Page(Chat(FakeAssistant()))
    assert page.post("source", article=ARTICLE.id) == {"html": panel(ARTICLE), "key": ""}


@pytest.mark.parametrize(
    "request_",
    [
        {"article": "no.txt"},
        {"article": ["visit.txt"]},
        {"place": {"article": "no.txt", "start": 0, "end": 5}},
        {"place": {"article": ["visit.txt"], "start": 0, "end": 5}},
        {"place": place(-1, 5)},
        {"place": place(5, 5)},
        {"place": place(0, 10**9)},
        {"place": {"article": "visit.txt", "start": True, "end": 5}},
        {"place": {"article": "visit.txt", "start": 0.5, "end": 5}},
        {"place": {"article": "visit.txt", "start": "0", "end": "5"}},
        {"place": {"article": "../../etc/passwd", "start": 0, "end": 5}},
    ],
)
def test_a_place_that_no_article_has_is_refused_in_words(request_):
    answer = Page(Chat(FakeAssistant())).http.post("/page/source", json=request_)
    assert answer.status_code in (404, 422)
    assert set(answer.json()) == {"detail"}


@pytest.mark.parametrize("path", ["source", "names"])
def test_of_an_article_that_was_removed_it_is_said_that_it_is_gone(path):
    detail = Page(Chat(FakeAssistant())).post(path, article="no.txt")["detail"]
    assert detail == "This article is no longer among the articles as they are now."


def test_a_place_whose_words_have_changed_is_neither_opened_nor_marked():
    citation = FakeAssistant().cite(sentences(ARTICLE)[1])
    cited = place_of(citation)
    asked = place(cited.start, cited.end) | {"reads": cited.reads}
    assert marks(opened(place=asked)["html"]) == [(cited.key, citation.quote)]
    longer = replace(ARTICLE, text=f"News of today.\n\n{ARTICLE.text}")
    assert "as they are now" in opened(longer, place=asked)["detail"]
    shown = opened(longer, place=place(0, 5), others=[asked])["html"]
    assert [key for key, _ in marks(shown)] == ["0-5"]
    assert marks(panel(longer, [cited])) == []


def test_bad_others_and_spans_are_dropped():
    others = [place(-5, 3), place(1, 2) | {"article": "no.txt"}, place(50, 60)]
    answer = opened(place=place(15, 30, [2, 99]), others=others)
    assert [key for key, _ in marks(answer["html"])] == ["15-30", "50-60"]
    assert "<strong>" not in answer["html"]


def test_a_quote_comes_with_the_sentences_around_it():
    page = Page(Chat(FakeAssistant()))
    second, first = sentences(ARTICLE)[2], sentences(ARTICLE)[0]
    assert page.post("around", **place(second.start, second.end)) == {
        "before": "The minister arrived on Monday.",
        "quote": "She met the mayor in the town hall.",
        "after": "Trade was the only subject.",
    }
    assert page.post("around", **place(first.start, first.end))["before"] == ""
    assert "detail" in page.post("around", **place(-1, 5))


def test_the_head_and_the_blocks_look_like_a_newspapers():
    text = (
        "# Ferry Sinks\n\nBy Ada Quill\n\n14 March 2025\n\nThe ferry sank on Sunday.\n\n"
        "## What happened\n\nThese were lost:\n\n- a boat.\n- a rope.\n\n"
        "The rescue\n\nAll were saved at once.\n"
    )
    about = {"source": "The Paper", "author": "Ada Quill", "date": "2025-03-14"}
    article = Article("ferry.md", "Ferry Sinks", text, url="https://paper.example/a", **about)
    shown = panel(article)
    head = html.unescape(re.sub("<[^>]+>", "", re.search(r'source-meta">(.*?)<a', shown)[1]))
    assert head.strip() == "The Paper · Ada Quill · 14 March 2025"
    assert '<a href="https://paper.example/a" target="_blank"' in shown
    blocks = re.findall(r'<(h2|h3|p) dir="auto" id="[^"]+"(?: class="(\w+)")?>', shown)
    assert ["".join(block) for block in blocks] == [
        *("h2", "pbyline", "pbyline", "p", "h3", "p", "pitem", "pitem", "h3", "p")
    ]
    script = Article("a.txt", "A", "It rained.", url="javascript:alert(1)")
    assert "javascript" not in panel(script)


def test_the_longest_date_is_not_broken_between_two_lines():
    assert '<span class="day"><bdi>26 September 2022</bdi>' in panel(
        replace(ARTICLE, date="2022-09-26")
    )


TABLE = (
    "# The Figures\n\nThis is what was spent.\n\n"
    "| Field | 2024 |\n|:--|---|\n| Schools | 120 |\n| Roads | 88 |\n\nIt was too much.\n"
)
ROWS = "Two Ferries\n\nFerry: Havdis; Built: 1998\n\nFerry: Solrun; Built: 2011\n\nBoth sail on."


def shown_cells(shown: str) -> list[list[str]]:
    visible = re.sub(r"<span hidden>[^<]*</span>", "", shown)
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", visible, re.DOTALL)
    return [
        [re.sub("<[^>]+>", "", cell) for cell in re.findall("<t[hd].*?</t[hd]>", row)]
        for row in rows
    ]


def test_a_table_of_markdown_is_a_table_whose_cells_can_be_marked():
    start = TABLE.index("120")
    article = Article("figures.md", "The Figures", TABLE)
    shown = panel(article, [TextRange(article.id, start, start + 3)])
    assert shown_cells(shown) == [["Field", "2024"], ["Schools", "120"], ["Roads", "88"]]
    assert "<th><span hidden>| </span>Field</th>" in shown
    assert marks(shown) == [(f"{start}-{start + 3}", "120")]
    table = re.search(r'<table dir="auto" id="paragraph-3">(.*?)</table>', shown, re.DOTALL)[1]
    assert re.sub("<[^>]+>", "", table) == TABLE[TABLE.index("|") : TABLE.index("\n\nIt was")]


def test_rows_that_were_written_out_are_one_table_and_each_a_paragraph():
    article = Article("ferries.html", "Two Ferries", ROWS)
    quote = "Ferry: Solrun; Built: 2011"
    start = ROWS.index(quote)
    shown = panel(article, [TextRange(article.id, start, start + len(quote))])
    assert shown_cells(shown) == [["Ferry", "Built"], ["Havdis", "1998"], ["Solrun", "2011"]]
    assert [text for _, text in marks(shown)] == ["Solrun", "2011"]
    rows = re.findall(r'<tr id="paragraph-(\d)">(.*?)</tr>', shown, re.DOTALL)
    assert [number for number, _ in rows] == ["2", "3"]
    assert [re.sub("<[^>]+>", "", row) for _, row in rows] == ROWS.split("\n\n")[1:3]


@pytest.mark.parametrize("text", ["He said: no; she: yes, at last.", "Ferry: Havdis; Built: 1998"])
def test_one_line_with_colons_is_no_table(text):
    article = Article("a.txt", "A", f"A Short Visit\n\n{text}\n\nThey left at once.")
    shown = panel(article)
    assert "<table" not in shown
    assert f">{text}</p>" in shown
