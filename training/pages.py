"""Pages of SQuAD that look like news articles: short paragraphs, and the questions on them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from askvisit.passages import sentences
from askvisit.records import Article
from training.squad import read_squad

PARAGRAPHS = 6
"""Paragraphs of SQuAD in a page: about the length of a news article."""

SHORT = 330
"""Characters after which a page's paragraph ends with the sentence. The paragraphs of SQuAD are
twice as long as those of news, and each has a topic of its own, so that on pages of them retrieval
looks more telling than it is on news."""

FAR_SHARE = 0.25
"""Questions about another article that are asked of a page, as a share of its own."""


@dataclass(frozen=True)
class Page:
    """A text and its questions, each with the offsets at which an answer begins (none: nothing)."""

    article: str
    text: str
    questions: tuple[tuple[str, tuple[int, ...]], ...]


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
                    questions.append((question.text, starts))
                pieces = pairwise([0, *breaks, len(paragraph.context)])
                text += "\n\n".join(paragraph.context[a:b] for a, b in pieces) + "\n\n"
            pages.append(Page(document.title, text, tuple(questions)))
    return pages


def far_questions(
    pages: Sequence[Page], questions: int, *, seed: int
) -> list[tuple[Page, list[tuple[str, tuple[int, ...], bool]]]]:
    """Pages with questions to ask of them: (text, offsets of answers, whether another page's).

    ``questions`` of the pages' own are drawn at most, and a quarter as many of other articles'.
    """
    rng = random.Random(seed)
    own = [(page, text, starts, False) for page in pages for text, starts in page.questions]
    rng.shuffle(own)
    own = own[:questions]
    far = []
    for _ in range(round(FAR_SHARE * len(own))):
        page = rng.choice(pages)
        other = rng.choice([p for p in pages if p.article != page.article])
        far.append((page, rng.choice(other.questions)[0], (), True))
    chosen = [
        (page, [(text, starts, is_far) for p, text, starts, is_far in [*own, *far] if p is page])
        for page in pages
    ]
    return [(page, asked) for page, asked in chosen if asked]


def _breaks(context: str) -> list[int]:
    """The sentences, by offset, at which a paragraph is cut into short ones."""
    found, begin = [], 0
    for before, after in pairwise(sentences(Article("page", "", context))):
        if before.end - begin >= SHORT:
            found.append(after.start)
            begin = after.start
    return found
