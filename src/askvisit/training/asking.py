"""Ask questions of SQuAD pages as a person would ask them of articles.

Pages are consecutive paragraphs of a SQuAD file that no reader was trained on, cut to the length of
news paragraphs; each becomes a small index, and its questions go through retriever and reader.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from askvisit import encoder as encoders
from askvisit.encoder import Encoder
from askvisit.index import LocalIndex, build_index, open_index
from askvisit.passages import sentences
from askvisit.reader import Reader
from askvisit.records import Article, Evidence, Span
from askvisit.retriever import Retriever
from askvisit.training.data import read_squad

PARAGRAPHS = 6
"""Paragraphs of SQuAD in a page: about the length of a news article."""

SHORT = 330
"""Characters after which a page's paragraph ends with the sentence. The paragraphs of SQuAD are
twice as long as those of news, and each has a topic of its own, so that on pages of them retrieval
looks more telling than it is on news."""

FAR_SHARE = 0.25
"""Questions about another article that are asked of a page, as a share of its own."""


@dataclass(frozen=True)
class Asked:
    """A question as it was asked of a page, and what retriever and reader made of it.

    `gold` are the candidates that are right, by number; none for an unanswerable question.
    `far` is True for a question about another article.
    """

    article: int
    far: bool
    evidence: Evidence
    spans: list[Span]
    gold: tuple[int, ...]


@dataclass(frozen=True)
class _Page:
    article: int
    text: str
    questions: tuple[tuple[str, tuple[int, ...]], ...]  # with the answers' offsets in the text


def ask_pages(
    data: Path,
    reader: Reader,
    encoder: Encoder,
    questions: int,
    *,
    builder: Encoder | None = None,
    seed: int = 0,
) -> list[Asked]:
    """Ask the pages of a SQuAD file their own questions, and some of other articles' ones.

    encoder, builder: encode the questions and the passages (the bundled encoder where None).
    questions: how many of the pages' own questions are asked, at the most.
    """
    builder = builder or encoders.load()
    rng = random.Random(seed)
    pages = list(_pages(data))
    own = [(page, text, starts) for page in pages for text, starts in page.questions]
    rng.shuffle(own)
    own = own[:questions]
    far = []
    for _ in range(round(FAR_SHARE * len(own))):
        page = rng.choice(pages)
        other = rng.choice([p for p in pages if p.article != page.article])
        far.append((page, rng.choice(other.questions)[0]))
    asked = []
    with tempfile.TemporaryDirectory() as folder:
        for number, page in enumerate(pages):
            mine = [(text, starts, False) for p, text, starts in own if p is page]
            mine += [(text, (), True) for p, text in far if p is page]
            if not mine:
                continue
            retriever = Retriever(_index(Path(folder) / str(number), page, builder), encoder)
            for text, starts, is_far in mine:
                asked.append(_ask(page, text, starts, is_far, retriever, reader))
            print(f"\r{len(asked)} questions asked", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return asked


def _pages(data: Path) -> Iterator[_Page]:
    for number, document in enumerate(read_squad(data)):
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
            yield _Page(number, text, tuple(questions))


def _breaks(context: str) -> list[int]:
    """Return the sentences, by offset, at which a paragraph is cut into short ones."""
    found, begin = [], 0
    for before, after in pairwise(sentences(Article("page", "", context))):
        if before.end - begin >= SHORT:
            found.append(after.start)
            begin = after.start
    return found


def _index(folder: Path, page: _Page, builder: Encoder) -> LocalIndex:
    (folder / "articles").mkdir(parents=True)
    (folder / "articles" / "page.txt").write_text(page.text, "utf-8")
    build_index(index=folder, encoder=builder)
    return open_index(folder)


def _ask(
    page: _Page,
    question: str,
    starts: tuple[int, ...],
    far: bool,
    retriever: Retriever,
    reader: Reader,
) -> Asked:
    evidence = retriever.gather(question)
    spans = reader.read(question, evidence.windows)
    gold = tuple(
        number
        for number, span in enumerate(spans)
        if any(span.sentence.start <= start < span.sentence.end for start in starts)
    )
    return Asked(page.article, far, evidence, spans, gold)
