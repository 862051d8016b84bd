"""Broad questions about articles, which several sentences answer together.

A line of the file is a question: `article` (its id), `question`, `kind`, `essential` and `useful`
(numbers of sentences) and `sentences` (their [start, end] in the article's text). Without
`essential` sentences the article does not answer it. The articles are in another file, whose lines
have `id` and `text`; two whose ids end in -a and -b are editions of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from askvisit.errors import DataError
from askvisit.evaluation.questions import Range, ask_twice, asking, read_lines
from askvisit.metrics import Figure, auroc_of, f1, figure, only, share
from askvisit.records import from_data, of_type
from askvisit.text import excerpt

if TYPE_CHECKING:
    from askvisit.evaluation.questions import Models
    from askvisit.records import Citation


@dataclass(frozen=True)
class BroadQuestion:
    """A question that several sentences of an article answer together.

    `essential` and `useful` are indexes in `sentences`, whose ranges are offsets in its text.
    """

    article: str
    question: str
    kind: str
    essential: tuple[int, ...]
    useful: tuple[int, ...]
    sentences: tuple[Range, ...]

    def __post_init__(self) -> None:
        if not all(0 <= n < len(self.sentences) for n in (*self.essential, *self.useful)):
            raise ValueError("a number of a sentence that does not exist")

    @property
    def story(self) -> str:
        """The id that both editions share."""
        return self.article[:-2]


@dataclass(frozen=True)
class Quoted:
    """A broad question, and the sentences (their numbers) that an answer to it quotes.

    `given` says whether it is answered at the threshold; if not, `sentences` are those of the
    answer without one.
    """

    question: BroadQuestion
    sentences: frozenset[int]
    given: bool
    confidence: float

    @property
    def answerable(self) -> bool:
        """Whether the article answers the question."""
        return bool(self.question.essential)

    @property
    def essential(self) -> int:
        """How many essential sentences are quoted."""
        return len(self.sentences.intersection(self.question.essential))

    @property
    def right(self) -> int:
        """How many quoted sentences are essential or useful."""
        marked = {*self.question.essential, *self.question.useful}
        return len(self.sentences & marked)

    @property
    def f1(self) -> float:
        """Harmonic mean of recall (essential) and precision (essential or useful), 0..1."""
        precision = self.right / max(1, len(self.sentences))
        return f1(precision, self.essential / len(self.question.essential))


def read_broad(path: Path) -> list[BroadQuestion]:
    """Read a file of broad questions (`.jsonl` or `.jsonl.gz`); raises `DataError` if it is bad."""
    return read_lines(path, "broad question", partial(from_data, BroadQuestion))


def read_texts(path: Path) -> dict[str, str]:
    """Read the articles of broad questions, text by id; raises `DataError` with the line."""
    return dict(
        read_lines(
            path,
            'article {"id": …, "text": …}',
            lambda line: (of_type(str, line["id"]), of_type(str, line["text"])),
        )
    )


def check_broad(questions: Iterable[BroadQuestion], texts: Mapping[str, str]) -> None:
    """Raise `DataError` if a question is about none of the articles, or its sentences not in one's.

    Only their places are compared: they must lie within the text.
    """
    for asked in questions:
        text = texts.get(asked.article)
        if text is None:
            raise DataError(
                f"no article is called {asked.article!r}, which “{excerpt(asked.question)}” is "
                "asked of; name the file that has it with --editions"
            )
        if not all(0 <= start < end <= len(text) for start, end in asked.sentences):
            raise DataError(
                f"the sentences of “{excerpt(asked.question)}” do not lie within the text of "
                f"{asked.article!r}; name the file that it was written for with --editions"
            )


def evaluate_broad(
    models: Models, questions: Sequence[BroadQuestion], texts: Mapping[str, str]
) -> dict[str, Figure]:
    """Ask every question of its own article, alone in an index; return figures by name.

    Intervals are 95 % bootstrap intervals over articles. Raises `DataError` as `check_broad`.
    """
    check_broad(questions, texts)
    asked_of: dict[str, list[Quoted]] = {}
    article = attrgetter("article")
    for name, about in groupby(asking(sorted(questions, key=article)), article):
        with models.assistant(texts[name]) as assistant:
            for asked in about:
                answer, forced = ask_twice(assistant, asked.question)
                sentences = quoted(forced.citations, asked.sentences)
                row = Quoted(asked, sentences, answer.found, answer.confidence)
                asked_of.setdefault(asked.story, []).append(row)
    return broad_figures(asked_of)


def quoted(citations: Sequence[Citation], sentences: Sequence[Range]) -> frozenset[int]:
    """Return the numbers of the sentences of which a citation covers at least half."""
    return frozenset(
        number
        for number, (start, end) in enumerate(sentences)
        if any(2 * (min(c.end, end) - max(c.start, start)) >= end - start for c in citations)
    )


def broad_figures(asked: dict[str, list[Quoted]]) -> dict[str, Figure]:
    """Return the figures of questions that were asked, by name; asked: by article.

    A question refused at the threshold quotes nothing there; the names that begin with `forced_`
    are of the answers if nothing is refused.
    """
    answerable = only(asked, lambda row: row.answerable)
    refusing = {
        story: [row if row.given else replace(row, sentences=frozenset()) for row in rows]
        for story, rows in answerable.items()
    }
    forced = {story: [replace(r, given=True) for r in rows] for story, rows in answerable.items()}
    return {
        **_of_sentences("", refusing),
        **_of_sentences("forced_", forced),
        "false_answers": share(only(asked, lambda row: not row.answerable), lambda row: row.given),
        "auroc": figure(
            asked, lambda rows: auroc_of([(row.answerable, row.confidence) for row in rows])
        ),
    }


def _of_sentences(prefix: str, rows: Mapping[str, Sequence[Quoted]]) -> dict[str, Figure]:
    """Return the figures of what is quoted in answer to questions that have an answer."""
    return {
        f"{prefix}found": share(rows, lambda row: row.right > 0),
        f"{prefix}recall": figure(rows, _recall),
        f"{prefix}precision": figure(only(rows, lambda row: row.given), _precision),
        f"{prefix}f1": share(rows, lambda row: row.f1),
        f"{prefix}all": share(rows, lambda row: row.essential == len(row.question.essential)),
    }


def _recall(rows: Sequence[Quoted]) -> float:
    return sum(row.essential for row in rows) / sum(len(row.question.essential) for row in rows)


def _precision(rows: Sequence[Quoted]) -> float | None:
    count = sum(len(row.sentences) for row in rows)
    return sum(row.right for row in rows) / count if count else None
