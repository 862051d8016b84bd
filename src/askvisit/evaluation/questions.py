"""Turn a file of questions with gold sentences into figures.

Each line of a questions file is `{"question", "sentences", "spans", "kind"}`: the sentences that
answer (any one of them; none for an unanswerable question), the words in them that do, and a kind,
where `unanswerable-far` is an unanswerable question about another topic than the articles', and any
other, such as `unanswerable-near`, one about theirs. Each line of a dialogues file is a list of
`{"question", "sentences"}`, where null sentences mean that the turn must be refused.
"""

from __future__ import annotations

import gzip
import json
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median, quantiles
from typing import TYPE_CHECKING, Any, TypeVar

from askvisit import encoder as encoders
from askvisit import reader as readers
from askvisit.assistant import Assistant
from askvisit.errors import DataError, QuestionError, reason_of
from askvisit.index import temporary_index
from askvisit.metrics import Figure, auroc_figure, by_article, figure, mean_of, only, token_f1
from askvisit.options import check_question
from askvisit.records import from_data
from askvisit.text import excerpt, one_line

if TYPE_CHECKING:
    from askvisit.calibration import Calibration
    from askvisit.encoder import Encoder
    from askvisit.reader import Reader
    from askvisit.records import Answer, Citation

Found = TypeVar("Found")

Range = tuple[int, int]
"""Offsets in a text: the first, and the one behind the last."""


@dataclass(frozen=True)
class Question:
    """A question and what answers it; `sentences` is empty if nothing does."""

    question: str
    sentences: tuple[str, ...]
    spans: tuple[str, ...] = ()
    kind: str = "fact"


ARTICLE = "article.txt"
"""The id of an article that is alone in an index."""


@dataclass(frozen=True)
class Models:
    """The models that questions are asked with, loaded once for many small indexes."""

    encoder: Encoder
    reader: Reader
    calibration: Calibration

    @classmethod
    def load(cls, reader: str | None = None) -> Models:
        """Load the bundled encoder and a reader by name, with its calibration."""
        encoder = encoders.load()
        chosen = readers.load(reader, encoder)
        return cls(encoder, chosen, readers.fitted_for(chosen))

    @contextmanager
    def assistant(self, text: str) -> Iterator[Assistant]:
        """Open an assistant over one article, whose index lasts as long as the block."""
        with temporary_index({ARTICLE: text}, self.encoder) as folder:
            yield Assistant(folder, self.encoder, self.reader, self.calibration)


def json_lines(path: Path) -> Iterator[tuple[Any, str]]:
    """Yield each line of a `.jsonl[.gz]` file, and where it is; `DataError` if not JSON."""
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DataError(
            f"cannot read {path} ({reason_of(error)}); give a .jsonl or .jsonl.gz file"
        ) from error
    for number, line in enumerate(text.split("\n"), 1):  # a text may contain other line breaks
        if not line.strip():
            continue
        where = f"{path} line {number}"
        try:
            yield json.loads(line), where
        except ValueError as error:
            raise DataError(f"{where} is not JSON; correct or remove it") from error


def read_lines(path: Path, what: str, parse: Callable[[Any], Found]) -> list[Found]:
    """Return what `parse` makes of each line; `DataError` names one that is no `what`, and why."""
    found = []
    for line, where in json_lines(path):
        try:
            found.append(parse(line))
        except (KeyError, TypeError, ValueError, AttributeError, QuestionError) as error:
            raise DataError(f"{where}: no {what} ({error}); correct or remove it") from error
    return found


def holds(path: Path, *fields: str) -> bool:
    """Return whether the first line of a file of JSON lines is an object with these fields."""
    first: Any = next(json_lines(path), ({}, ""))[0]
    return isinstance(first, dict) and first.keys() >= set(fields)


def ask_twice(assistant: Assistant, question: str, **options: Any) -> tuple[Answer, Answer]:
    """Return the answer to a question, and that if nothing is refused."""
    answer = assistant.ask(question, **options)
    if answer.found:
        return answer, answer
    return answer, assistant.ask(question, **options | {"min_confidence": 0})


def read_questions(path: Path) -> list[Question]:
    """Read a questions file; raises `DataError` with the line if it is not one."""
    return _some(read_lines(path, _QUESTION, _question), path, "questions")


def read_dialogues(path: Path) -> list[list[Question]]:
    """Read a dialogues file; raises `DataError` with the line if it is not one."""
    found = read_lines(path, f"list of {_QUESTION}", lambda line: list(map(_question, line)))
    return _some(found, path, "dialogues")


def evaluate(
    assistant: Assistant,
    questions: Sequence[Question],
    dialogues: Sequence[Sequence[Question]] = (),
) -> dict[str, Figure]:
    """Ask every question, and again without a threshold if it is refused; return figures.

    Shares are 0..1, times are milliseconds. `ranked_first`, `ranked_in_three` and `span_f1` use
    the answer without a threshold; `answered_right`, `answered`, `false_answers_*` and `citations`
    the default one. The AUROCs are of the confidence, answerable against unanswerable. Intervals
    are over articles (over questions if all are about one article) and over dialogues.
    """
    assistant.warm_up()
    rows, articles, times = [], [], []
    for question in asking(questions):
        begin = time.perf_counter()
        default = assistant.ask(question.question)
        times.append(1000 * (time.perf_counter() - begin))
        forced = default if default.found else assistant.ask(question.question, min_confidence=0)
        rows.append(_measures(question, default, forced))
        articles.append(next((c.article_id for c in forced.citations), None))
    groups = by_article(rows, articles)
    p95 = quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else None
    turns = {str(n): play(assistant, dialogue) for n, dialogue in enumerate(dialogues)}
    near, far = "false_answers_near", "false_answers_far"
    names = ("ranked_first", "ranked_in_three", "span_f1", "answered_right", "answered")
    return {
        **{name: mean_of(groups, name) for name in (*names, "citations", near, far)},
        "auroc_near": auroc_figure(only(groups, lambda row: far not in row)),
        "auroc_far": auroc_figure(only(groups, lambda row: near not in row)),
        "turns_right": figure(turns, fmean),
        "latency_p50": Figure(median(times) if times else None, len(times)),
        "latency_p95": Figure(p95, len(times)),
    }


def asking(items: Sequence[Found]) -> Iterable[Found]:
    """Return items that are asked one after the other; at a terminal, a bar shows how far it is."""
    from tqdm import tqdm

    shown: Iterable[Found] = tqdm(items, "asking", disable=None, leave=False)
    return shown


def play(assistant: Assistant, dialogue: Sequence[Question]) -> list[bool]:
    """Ask the turns of a dialogue, with the assistant's own answers as history, and judge each.

    A turn is right if its first citation is a gold sentence or, if it has none, it is refused.
    """
    history: list[Answer] = []
    right = []
    for turn in dialogue:
        answer = assistant.ask(turn.question, history)
        history.append(answer)
        right.append(is_right(turn, answer.citations[:1]) if turn.sentences else not answer.found)
    return right


def is_right(question: Question, citations: Sequence[Citation]) -> bool:
    """Return whether one of the citations quotes a gold sentence of the question."""
    return any(is_gold(question, citation.quote) for citation in citations)


def is_gold(question: Question, quote: str) -> bool:
    """Return whether a quote is a gold sentence of the question, has it in it, or is part of it.

    The sentences of one quotation in an article are quoted together.
    """
    words = one_line(quote)
    return any(words in gold or gold in words for gold in map(one_line, question.sentences))


def check_gold(questions: Iterable[Question], texts: Iterable[str]) -> None:
    """Raise `DataError` if a gold sentence stands in none of the articles' texts."""
    missing = {one_line(gold): q.question for q in questions for gold in q.sentences}
    for text in map(one_line, texts):
        missing = {gold: question for gold, question in missing.items() if gold not in text}
    for gold, question in missing.items():
        raise DataError(
            f"no article of the index has “{excerpt(gold)}”, which should answer "
            f"“{excerpt(question)}”; correct it, or name the index with --index"
        )


def _measures(question: Question, default: Answer, forced: Answer) -> dict[str, float]:
    """Return what an answer contributes to each figure that it counts for.

    forced: the answer if nothing is refused, of the article that the likeliest sentence is from.
    """
    measured: dict[str, float] = {
        "answerable": bool(question.sentences),
        "confidence": default.confidence,
    }
    if not question.sentences:
        topic = "far" if question.kind == "unanswerable-far" else "near"
        return measured | {f"false_answers_{topic}": default.found}
    measured |= {
        "ranked_first": is_right(question, forced.citations[:1]),
        "ranked_in_three": is_right(question, forced.citations[:3]),
        "answered_right": is_right(question, default.citations[:1]),
        "answered": default.found,
    }
    if question.spans:
        first = (token_f1(c.span or c.quote, question.spans) for c in forced.citations[:1])
        measured["span_f1"] = max(first, default=0.0)
    return measured | ({"citations": len(default.citations)} if default.found else {})


_QUESTION = '{"question": …, "sentences": […]}'


def _question(data: Any) -> Question:
    check_question(data["question"])
    texts = {"sentences": data["sentences"] or (), "spans": data.get("spans") or ()}
    question: Question = from_data(Question, {**data, **texts})
    if not all(text.strip() for text in (*question.sentences, *question.spans)):
        raise ValueError("an empty text")
    return question


def _some(found: list[Found], path: Path, what: str) -> list[Found]:
    if not found:
        raise DataError(f"{path} has no {what}; name another file")
    return found
