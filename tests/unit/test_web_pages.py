"""The page beside the text: what the panel holds, and what it refuses from a browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from harness.fakes import SharedWords, WordCounts, calibration
from harness.pdfs import column, pdf

import askvisit
from askvisit.errors import ArticleError, UnknownArticleError
from askvisit.formats import PageView
from askvisit.index import build_index
from askvisit.records import Article
from askvisit.web import source_panel
from askvisit.web.source_panel import TextRange, open_source, panel

TEXT = "The ferry sank.\n\f\nIt was raised on Sunday.\n\f"
FERRY = Article("ferry.pdf", "Ferry", TEXT)
SUNDAY = (TEXT.index("It"), TEXT.index("Sunday.") + 7)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paged")
    (folder / "articles").mkdir()
    sheets = (column(50, 700, ["The ferry sank."]), column(50, 700, ["It was raised on Sunday."]))
    (folder / "articles" / "ferry.pdf").write_bytes(pdf(*sheets))
    (folder / "articles" / "notes.txt").write_text("A note.\n\nIt rained.\n")
    build_index(index=folder, encoder=WordCounts())
    return askvisit.Assistant(folder, WordCounts(), SharedWords(), calibration())


def drawn(name: str, page: int, ranges) -> PageView:
    assert name == "ferry.pdf"
    return PageView(page, 2, 600, 800, b"image", tuple(((0.1, 0.2, 0.5, 0.25),) for _ in ranges))


def asked(**request: object) -> dict[str, str]:
    return source_panel.open_page(
        {"article": "ferry.pdf", "page": 2} | request, {FERRY.id: FERRY}, drawn
    )


def test_a_text_with_pages_has_a_frame_and_marks_name_their_page():
    shown = panel(FERRY, [TextRange(FERRY.id, *SUNDAY)])
    assert '<section class="source-page" data-pages="2"' in shown
    key = f"{SUNDAY[0]}-{SUNDAY[1]}"
    assert f'<mark class="cited" data-key="{key}" data-page="2">It was raised' in shown
    assert "\f" not in shown


@pytest.mark.parametrize("article", [Article("a.txt", "A", TEXT), Article("a.pdf", "A", "Old.")])
def test_other_texts_have_none(article):
    shown = panel(article, [TextRange(article.id, 0, 3)])
    assert "source-page" not in shown
    assert "data-page" not in shown


def test_a_page_comes_with_its_marks_and_the_active_one_stands_out():
    shown = asked(marks=[list(SUNDAY), [0, 3]], active=list(SUNDAY))["html"]
    assert "aspect-ratio:600/800" in shown
    assert shown.count('class="page-mark active"') == 1
    assert shown.count('class="page-mark"') == 1
    assert "left:10.000%;top:20.000%;width:40.000%;height:5.000%" in shown


def test_bad_marks_are_dropped():
    bad = [None, [1], [5, 5], [-1, 5], [0, 10**9], ["0", "5"], [True, 5], [0, 3], [0, 3]]
    assert asked(marks=bad, active="x")["html"].count("page-mark") == 1
    assert asked(marks="x")["html"].count("page-mark") == 0
    assert asked(marks=[[n, n + 1] for n in range(40)] * 9)["html"].count("page-mark") == 40


@pytest.mark.parametrize(
    "request_",
    [
        {"article": "no.pdf"},
        {"article": ["ferry.pdf"]},
        {"page": "2"},
        {"page": True},
        {"page": None},
    ],
)
def test_what_is_no_page_of_an_article_is_refused_in_words(request_):
    assert "not found in the articles" in asked(**request_)["error"]


def test_what_cannot_be_drawn_says_why():
    def refuse(*_: object) -> PageView:
        raise ArticleError(Path("/secret/ferry.pdf"), "has changed since it was indexed")

    request = {"article": "ferry.pdf", "page": 1}
    told = source_panel.open_page(request, {FERRY.id: FERRY}, refuse)["error"]
    assert told == "The page cannot be shown. ferry.pdf: has changed since it was indexed"

    def fail(*_: object) -> PageView:
        raise RuntimeError("a secret detail")

    assert "secret" not in source_panel.open_page(request, {FERRY.id: FERRY}, fail)["error"]


def test_an_assistant_draws_pages_of_its_index(assistant):
    article = assistant.articles["ferry.pdf"]
    assert article.text == TEXT
    view = assistant.page("ferry.pdf", 2, [SUNDAY])
    assert (view.page, view.pages, len(view.marks[0])) == (2, 2, 1)
    shown = panel(article, [TextRange(article.id, *SUNDAY)])
    key = re.search(r'data-key="([^"]+)"', shown)[1]
    assert open_source({"article": "ferry.pdf"}, assistant.articles)["key"] == ""
    assert key == f"{SUNDAY[0]}-{SUNDAY[1]}"


def test_an_answer_names_the_page(assistant):
    answer = assistant.ask("When was it raised?", min_confidence=0)
    assert [(c.article_id, c.page) for c in answer.citations[:1]] == [("ferry.pdf", 2)]


def test_an_assistant_says_what_it_cannot_draw(assistant):
    with pytest.raises(UnknownArticleError):
        assistant.page("../../etc/passwd", 1)
    with pytest.raises(ArticleError, match="no pages"):
        assistant.page("notes.txt", 1)
    with pytest.raises(ArticleError, match="no page 3"):
        assistant.page("ferry.pdf", 3)
