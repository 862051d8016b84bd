"""The page beside the text: what the panel holds, and what it refuses from a browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from harness.fakes import SharedWords, WordCounts, calibration
from harness.pdfs import column, pdf
from harness.web_fakes import FakeAssistant, Page

import askvisit
from askvisit.errors import ArticleError, UnknownArticleError
from askvisit.formats import PageView
from askvisit.index import build_index
from askvisit.records import Article
from askvisit.web.chat import Chat
from askvisit.web.places import TextRange
from askvisit.web.source_panel import panel

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


class Paged(FakeAssistant):
    """Draws a page with a mark for each range."""

    def page(self, name, page, ranges) -> PageView:
        box = ((0.1, 0.2, 0.5, 0.25),)
        return PageView(page, 2, 600, 800, b"image", tuple(box for _ in ranges))


def asked(assistant=None, **request: object) -> dict[str, str]:
    chat = Chat(assistant or Paged(FERRY))
    return Page(chat).post("leaf", **{"article": "ferry.pdf", "page": 2, **request})


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
    assert 'data-width="600" data-height="800"' in shown
    assert shown.count('class="page-mark active"') == 1
    assert shown.count('class="page-mark"') == 1
    assert 'data-box="10.000 20.000 50.000 25.000"' in shown


def test_marks_that_are_not_in_the_article_are_dropped():
    assert asked(marks=[[5, 5], [-1, 5], [0, 10**9], [0, 3], [0, 3]])["html"].count("mark") == 1
    assert asked(marks=[[n, n + 1] for n in range(40)] * 9)["html"].count("page-mark") == 40


@pytest.mark.parametrize("marks", [[None], [[1]], [["x", "5"]], "x"])
def test_bad_marks_are_refused(marks):
    assert asked(marks=marks)["detail"]


@pytest.mark.parametrize("request_", [{"article": ["ferry.pdf"]}, {"page": "x"}, {"page": None}])
def test_what_is_no_request_for_a_page_is_refused(request_):
    assert asked(**request_)["detail"]


def test_a_page_of_no_article_is_refused_in_words():
    assert "not found in the articles" in asked(article="no.pdf")["detail"]


def test_what_cannot_be_drawn_says_why():
    class Failing(Paged):
        def __init__(self, error):
            super().__init__(FERRY)
            self.error = error

        def page(self, *_):
            raise self.error

    known = ArticleError(Path("/secret/ferry.pdf"), "has changed since it was indexed")
    told = "The page cannot be shown: its file has changed since it was indexed."
    assert asked(Failing(known))["detail"] == told
    assert "secret" not in asked(Failing(RuntimeError("a secret detail")))["detail"]


def test_an_assistant_draws_pages_of_its_index(assistant):
    article = assistant.articles["ferry.pdf"]
    assert article.text == TEXT
    view = assistant.page("ferry.pdf", 2, [SUNDAY])
    assert (view.page, view.pages, len(view.marks[0])) == (2, 2, 1)
    shown = panel(article, [TextRange(article.id, *SUNDAY)])
    key = re.search(r'data-key="([^"]+)"', shown)[1]
    assert Page(Chat(assistant)).post("source", article="ferry.pdf")["key"] == ""
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
