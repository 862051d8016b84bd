"""Broad questions about articles, which several sentences answer together.

A line of the file is a question: `article` (its id), `question`, `kind`, `essential` and `useful`
(numbers of sentences) and `sentences` (their [start, end] in the article's text). Without
`essential` sentences the article does not answer it. The articles are in another file, whose lines
have `id` and `text`; two whose ids end in -a and -b are editions of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from askvisit.errors import DataError
from askvisit.evaluation.questions import Range, ask_twice, asking, read_lines
from askvisit.metrics import Figure, auroc_figure, f1, mean_of, ratio_of
from askvisit.records import from_data, of_type
from askvisit.text import excerpt

if TYPE_CHECKING:
    from askvisit.evaluation.questions import Models
    from askvisit.records import Answer, Citation


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
    rows: dict[str, list[dict[str, float]]] = {}
    article = attrgetter("article")
    for name, about in groupby(asking(sorted(questions, key=article)), article):
        with models.assistant(texts[name]) as assistant:
            for asked in about:
                answer, forced = ask_twice(assistant, asked.question)
                rows.setdefault(asked.story, []).append(_measures(asked, answer, forced))
    figures: dict[str, Figure] = {}
    for prefix in ("", "forced_"):
        figures |= {
            f"{prefix}found": mean_of(rows, f"{prefix}found"),
            f"{prefix}recall": ratio_of(rows, f"{prefix}essential", f"{prefix}wanted"),
            f"{prefix}precision": ratio_of(rows, f"{prefix}right", f"{prefix}quoted"),
            f"{prefix}f1": mean_of(rows, f"{prefix}f1"),
            f"{prefix}all": mean_of(rows, f"{prefix}all"),
        }
    false_answers = mean_of(rows, "false_answers")
    return figures | {"false_answers": false_answers, "auroc": auroc_figure(rows)}


def quoted(citations: Sequence[Citation], sentences: Sequence[Range]) -> frozenset[int]:
    """Return the numbers of the sentences of which a citation covers at least half."""
    return frozenset(
        number
        for number, (start, end) in enumerate(sentences)
        if any(2 * (min(c.end, end) - max(c.start, start)) >= end - start for c in citations)
    )


def _measures(asked: BroadQuestion, answer: Answer, forced: Answer) -> dict[str, float]:
    """Return what an answer contributes to each figure that it counts for.

    forced: the answer if nothing is refused, whose measures' names begin with `forced_`; what is
    refused quotes nothing. F1 is that of recall (essential sentences) and precision (essential or
    useful ones).
    """
    measured: dict[str, float] = {
        "answerable": bool(asked.essential),
        "confidence": answer.confidence,
    }
    if not asked.essential:
        return measured | {"false_answers": answer.found}
    for prefix, shown in (("", answer), ("forced_", forced)):
        sentences = quoted(shown.citations, asked.sentences)
        essential = len(sentences.intersection(asked.essential))
        right = len(sentences.intersection((*asked.essential, *asked.useful)))
        wanted = len(asked.essential)
        own: dict[str, float] = {
            "found": right > 0,
            "essential": essential,
            "wanted": wanted,
            "right": right,
            "f1": f1(right / max(1, len(sentences)), essential / wanted),
            "all": essential == wanted,
        }
        if shown.found or prefix:
            own["quoted"] = len(sentences)
        measured |= {f"{prefix}{name}": value for name, value in own.items()}
    return measured
