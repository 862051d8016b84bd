"""A file of questions with gold sentences becomes figures.

Each line of a questions file is `{"question", "sentences", "spans", "kind"}`: the sentences that
answer (any of them; none for an unanswerable question), the words in them that do, and a kind,
where `unanswerable-near` and `unanswerable-far` say how near to the articles' topic a question
without an answer is. A dialogues file has a list of `{"question", "sentences"}` a line, where
null sentences mean that the turn must be refused.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median, quantiles
from typing import Any

from askvisit.assistant import Assistant
from askvisit.errors import DataError
from askvisit.metrics import auroc, token_f1
from askvisit.records import Answer, Citation
from askvisit.text import one_line


@dataclass(frozen=True)
class Question:
    """A question with what answers it; `sentences` is empty where nothing does."""

    question: str
    sentences: tuple[str, ...]
    spans: tuple[str, ...] = ()
    kind: str = "fact"


@dataclass(frozen=True)
class Figures:
    """What `evaluate` reports; None where no question bears on a figure.

    Shares are 0..1, times are milliseconds. `ranked_first`, `ranked_in_three`, `span_f1` and the
    areas (AUROC of confidence, answerable against unanswerable) are asked with
    `min_confidence=0`; `answered_right`, `answered`, `false_answers` and `citations` by default.
    """

    questions: int
    ranked_first: float | None
    ranked_in_three: float | None
    span_f1: float | None
    answered_right: float | None
    answered: float | None
    citations: float | None
    false_answers_near: float | None
    false_answers_far: float | None
    auroc_near: float | None
    auroc_far: float | None
    turns_right: float | None
    latency_p50: float
    latency_p95: float


def read_questions(path: Path) -> list[Question]:
    """Read a questions file; raises `DataError` with the line where it is not one."""
    return [_question(path, number, data) for number, data in _lines(path)]


def read_dialogues(path: Path) -> list[list[Question]]:
    """Read a dialogues file; raises `DataError` with the line where it is not one."""
    dialogues = []
    for number, data in _lines(path):
        if not isinstance(data, list):
            raise DataError(f"{path} line {number}: a dialogue is a list of turns")
        dialogues.append([_question(path, number, turn) for turn in data])
    return dialogues


def evaluate(
    assistant: Assistant,
    questions: Sequence[Question],
    dialogues: Sequence[Sequence[Question]] = (),
) -> Figures:
    """Ask every question twice, once by default and once never refusing, and judge the answers."""
    assistant.warm_up()
    default: list[Answer] = []
    times = []
    for question in questions:
        begin = time.perf_counter()
        default.append(assistant.ask(question.question))
        times.append(1000 * (time.perf_counter() - begin))
    forced = [assistant.ask(q.question, min_confidence=0) for q in questions]
    judged = list(zip(questions, default, forced, strict=True))
    right = [row for row in judged if row[0].sentences]
    near = [row for row in judged if row[0].kind == "unanswerable-near"]
    far = [row for row in judged if row[0].kind == "unanswerable-far"]
    confidences = [d.confidence for _, d, _ in right]
    return Figures(
        questions=len(questions),
        ranked_first=_share([is_right(q, f.citations[:1]) for q, _, f in right]),
        ranked_in_three=_share([is_right(q, f.citations[:3]) for q, _, f in right]),
        span_f1=_mean([_span_f1(q, f) for q, _, f in right if q.spans]),
        answered_right=_share([d.found and is_right(q, d.citations[:1]) for q, d, _ in right]),
        answered=_share([d.found for _, d, _ in right]),
        citations=_mean([float(len(d.citations)) for _, d, _ in right if d.found]),
        false_answers_near=_share([d.found for _, d, _ in near]),
        false_answers_far=_share([d.found for _, d, _ in far]),
        auroc_near=auroc(confidences, [d.confidence for _, d, _ in near]),
        auroc_far=auroc(confidences, [d.confidence for _, d, _ in far]),
        turns_right=_share([right for d in dialogues for right in play(assistant, d)]),
        latency_p50=median(times) if times else 0.0,
        latency_p95=quantiles(times, n=20)[-1] if len(times) > 1 else 0.0,
    )


def play(assistant: Assistant, dialogue: Sequence[Question]) -> list[bool]:
    """Ask the turns of a dialogue, its history being the assistant's own answers, and judge each.

    A turn is right when its first citation is a gold sentence, or where it has none, refused.
    """
    history: list[Answer] = []
    right = []
    for turn in dialogue:
        answer = assistant.ask(turn.question, history)
        history.append(answer)
        right.append(is_right(turn, answer.citations[:1]) if turn.sentences else not answer.found)
    return right


def is_right(question: Question, citations: Sequence[Citation]) -> bool:
    """Return whether one of the citations is a gold sentence of the question."""
    gold = {one_line(sentence) for sentence in question.sentences}
    return any(one_line(citation.quote) in gold for citation in citations)


def _span_f1(question: Question, answer: Answer) -> float:
    if not answer.citations:
        return 0.0
    first = answer.citations[0]
    words = first.quote if first.span is None else first.span
    return token_f1(words, question.spans)


def _share(outcomes: Sequence[bool]) -> float | None:
    return _mean([float(outcome) for outcome in outcomes])


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None


def _lines(path: Path) -> list[tuple[int, Any]]:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read as a file of questions ({error})") from error
    rows = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            rows.append((number, json.loads(line)))
        except ValueError as error:
            raise DataError(f"{path} line {number}: not JSON ({error})") from error
    if not rows:
        raise DataError(f"{path} has no questions")
    return rows


def _question(path: Path, number: int, data: Any) -> Question:
    try:
        return Question(
            question=data["question"],
            sentences=tuple(data["sentences"] or ()),
            spans=tuple(data.get("spans") or ()),
            kind=data.get("kind", "fact"),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f'{path} line {number}: a question is {{"question": …, "sentences": […]}}'
        ) from error
