"""SQuAD pages that look like news articles: short paragraphs, and the questions about them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from askvisit.errors import TrainingError
from askvisit.passages import sentences
from askvisit.records import Article
from training.squad import read_squad

PARAGRAPHS = 6
"""SQuAD paragraphs in a page: about the length of a news article."""

SHORT = 330
"""Characters after which a page's paragraph ends with the sentence. SQuAD's paragraphs are twice as
long as those of news, and each has its own topic, so that retrieval looks more informative on pages
of them than it is on news."""

FAR_SHARE = 0.25
"""Questions about other articles asked of pages, as a share of their own."""


@dataclass(frozen=True)
class PageQuestion:
    """A question and the offsets at which its answers begin, none if the page has none.

    `several` is True if all of them together answer, `far` for a question about another page.
    `useful` are offsets of sentences that only add to the answer.
    """

    text: str
    starts: tuple[int, ...]
    several: bool = False
    far: bool = False
    useful: tuple[int, ...] = ()


@dataclass(frozen=True)
class Page:
    """A text and its questions."""

    article: str
    text: str
    questions: tuple[PageQuestion, ...]


def squad_pages(path: Path) -> list[Page]:
    """The pages of a SQuAD file: every six consecutive paragraphs of an article."""
    pages = []
    for document in read_squad(path):
        paragraphs = document.paragraphs
        for first in range(0, len(paragraphs) - PARAGRAPHS + 1, PARAGRAPHS):
            text, questions = "", []
            for paragraph in paragraphs[first : first + PARAGRAPHS]:
                breaks = _breaks(paragraph.context)
                for question in paragraph.questions:
                    starts = tuple(
                        len(text) + start + 2 * sum(b <= start for b in breaks)
                        for start, _ in question.answers
                    )
                    questions.append(PageQuestion(question.text, starts))
                pieces = pairwise([0, *breaks, len(paragraph.context)])
                text += "\n\n".join(paragraph.context[a:b] for a, b in pieces) + "\n\n"
            pages.append(Page(document.title, text, tuple(questions)))
    return pages


def sampled(pages: Sequence[Page], questions: int, *, seed: int) -> list[Page]:
    """The pages with at most ``questions`` of their own, and a quarter as many of other articles'.

    Pages without a question are left out. Raises `TrainingError` without a second article.
    """
    rng = random.Random(seed)
    pages = [page for page in pages if page.questions]
    if len({page.article for page in pages}) < 2:
        raise TrainingError("questions about at least two articles are needed; name a larger file")
    own = [(page, question) for page in pages for question in page.questions]
    rng.shuffle(own)
    own = own[:questions]
    for _ in range(round(FAR_SHARE * len(own))):
        page = rng.choice(pages)
        other = rng.choice([p for p in pages if p.article != page.article])
        own.append((page, PageQuestion(rng.choice(other.questions).text, (), far=True)))
    chosen = [replace(p, questions=tuple(q for page, q in own if page is p)) for p in pages]
    return [page for page in chosen if page.questions]


def _breaks(context: str) -> list[int]:
    """The offsets of the sentences at which a paragraph is cut into short ones."""
    found, begin = [], 0
    for before, after in pairwise(sentences(Article("page", "", context))):
        if before.end - begin >= SHORT:
            found.append(after.start)
            begin = after.start
    return found
