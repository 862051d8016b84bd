"""The commands that work with questions whose answers are known: evaluate, calibrate."""

from __future__ import annotations

import argparse
import json
import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from askvisit.cli import options, show
from askvisit.errors import DataError, IndexReadOnlyError
from askvisit.text import counted

if TYPE_CHECKING:
    from askvisit.metrics import Figure
    from askvisit.reader import Reader

    Measured = tuple[Reader, Mapping[str, Figure]]

_QUESTIONS = options.argument("questions", type=Path, metavar="QUESTIONS.jsonl")
_LEAST = 20
"""Questions with an answer, and without one, that a fit needs."""

_ROWS = {
    "ranked_first": "right sentence ranked first (never refusing)",
    "ranked_in_three": "right sentence among the first three citations",
    "span_f1": "span F1",
    "answered_right": "answered right (a refusal is a miss)",
    "answered": "answerable questions answered",
    "citations": "citations per answer",
    "false_answers_near": "false answers, near the topic",
    "false_answers_far": "false answers, far from it",
    "auroc_near": "AUROC of confidence, near",
    "auroc_far": "AUROC of confidence, far",
    "turns_right": "turns of dialogues right",
    "latency_p50": "milliseconds per answer, p50",
    "latency_p95": "milliseconds per answer, p95",
}
_BROAD_ROWS = {
    "found": "a sentence of the answer found (a refusal is a miss)",
    "recall": "essential sentences quoted",
    "precision": "quoted sentences that are essential or useful",
    "f1": "F1, mean of questions",
    "all": "all essential sentences quoted",
    "forced_found": "never refusing: a sentence of the answer found",
    "forced_recall": "never refusing: essential sentences quoted",
    "forced_precision": "never refusing: quotes essential or useful",
    "forced_f1": "never refusing: F1, mean of questions",
    "forced_all": "never refusing: all essential sentences quoted",
    "false_answers": "false answers",
    "auroc": "AUROC of confidence",
}
_EVENT_ROWS = {
    "right_first": "a sentence that answers ranked first (never refusing)",
    "answered": "answerable questions answered",
    "false_answers": "false answers",
    "newest_first": "superseded values: the newest article cited first",
    "articles_recall": "articles that answer and are shown",
    "articles_precision": "articles shown that answer",
    "both_shown": "updates and disputes: two values shown",
    "told_apart": "updates and disputes: two values in different groups",
    "marked_as_differing": "updates and disputes: marked as differing",
    "one_group": "articles that say the same in one group",
    "falsely_differing": "all agree, but marked as differing",
    "auroc": "AUROC of confidence",
}


@options.command(
    "measure the answers to a file of questions",
    options.argument("questions", type=Path, metavar="QUESTIONS.jsonl", nargs="?"),
    options.argument("--dialogues", type=Path, metavar="FILE", help="also run these dialogues"),
    options.argument(
        "--editions", type=Path, metavar="FILE", help="the articles of broad questions"
    ),
    options.argument(
        "--each", action="store_true", help="ask every article that may answer about an event"
    ),
    options.JSON,
    *options.LOCATION,
    options.argument(
        "--reader",
        metavar="NAME",
        nargs="+",
        action="extend",
        help=f"{options.READERS}; several are compared in one table",
    ),
    kept="nothing is kept of what was asked",
)
def evaluate(chosen: argparse.Namespace) -> int:
    """Measure the answers to questions with known answers.

    examples:
      askvisit evaluate tests/data/questions.jsonl --dialogues tests/data/dialogues.jsonl
      askvisit evaluate tests/data/questions.jsonl --reader small fast my-reader
      askvisit evaluate data/news/broad-test.jsonl --editions data/news/test.jsonl
      askvisit evaluate data/news/events-test.jsonl

    A line of a questions file is {"question", "sentences": [those that answer], "spans": [the
    words], "kind"}; an unanswerable question has no sentences and the kind unanswerable-near or
    -far. The questions are asked of the index. A line of a file of broad questions is a question
    with the sentences of an article that answer it together (docs/quality.md); the articles are
    read from --editions, and each question is asked of its own alone. A line of an events file is
    an event told by several articles, which are all searched at once. Figures come with the number
    of questions and a 95 % interval (bootstrap over articles, or over questions if all are about
    one article). With several readers, --json prints a list.
    """
    from askvisit.evaluation.questions import holds

    readers = chosen.reader or [None]
    if chosen.questions is None and len(readers) > 1:  # the file stood behind the readers
        chosen.questions = Path(readers.pop())
    if chosen.questions is None:
        chosen.usage_error("give QUESTIONS.jsonl")
    if holds(chosen.questions, "event"):
        measured, rows = _of_events(chosen, readers), _EVENT_ROWS
    elif holds(chosen.questions, "essential"):
        measured, rows = _of_broad(chosen, readers), _BROAD_ROWS
    elif chosen.editions:
        raise DataError(f"{chosen.questions} has no broad questions; leave out --editions")
    elif holds(chosen.questions, "questions", "text"):
        raise DataError(
            f"{chosen.questions} has articles with their questions; in a checkout, measure them "
            f"with: python benchmarks/editions.py {chosen.questions}"
        )
    else:
        measured, rows = _of_the_index(chosen, readers), _ROWS
    print_figures(measured, rows, as_json=chosen.json)
    return 0


def _of_events(chosen: argparse.Namespace, readers: Sequence[str | None]) -> list[Measured]:
    from askvisit.evaluation.events import evaluate_events, read_events
    from askvisit.evaluation.questions import Models

    if chosen.editions or chosen.dialogues or options.chosen_index(chosen) is not None:
        raise DataError(
            f"{chosen.questions} has events with articles of their own; leave out --editions, "
            "--dialogues, --index and --store"
        )
    events = read_events(chosen.questions)
    loaded = map(Models.load, readers)
    return [(ms.reader, evaluate_events(ms, events, each=chosen.each)) for ms in loaded]


def _of_broad(chosen: argparse.Namespace, readers: Sequence[str | None]) -> list[Measured]:
    from askvisit.evaluation.broad import check_broad, evaluate_broad, read_broad, read_texts
    from askvisit.evaluation.questions import Models

    if not chosen.editions:
        raise DataError(
            f"{chosen.questions} has broad questions; name the file of their articles with "
            "--editions"
        )
    if chosen.dialogues:
        raise DataError("broad questions are asked without dialogues; leave out --dialogues")
    if options.chosen_index(chosen) is not None:
        raise DataError(
            f"each article in {chosen.editions} is an index of its own; leave out --index and "
            "--store"
        )
    texts = read_texts(chosen.editions)
    questions = read_broad(chosen.questions)
    check_broad(questions, texts)  # before the models are loaded
    return [(ms.reader, evaluate_broad(ms, questions, texts)) for ms in map(Models.load, readers)]


def _of_the_index(chosen: argparse.Namespace, readers: Sequence[str | None]) -> list[Measured]:
    from askvisit.evaluation import questions as asked

    questions = asked.read_questions(chosen.questions)
    dialogues = asked.read_dialogues(chosen.dialogues) if chosen.dialogues else []
    measured: list[Measured] = []
    for name in readers:
        assistant = options.assistant(chosen, name)
        articles = assistant.articles.values()
        asked.check_gold(chain(questions, *dialogues), (article.text for article in articles))
        measured.append((assistant.reader, asked.evaluate(assistant, questions, dialogues)))
    return measured


def print_figures(measured: Sequence[Measured], rows: Mapping[str, str], *, as_json: bool) -> None:
    """Print the figures of one reader or several, as a table whose rows have these words."""
    if as_json:
        found = [
            {"reader": reader.name, "reader_sha256": reader.sha256}
            | {name: asdict(figure) for name, figure in figures.items()}
            for reader, figures in measured
        ]
        print(show.as_json(found if len(found) > 1 else found[0]))
        return
    names = [show.plain(reader.name) for reader, _ in measured]
    for name, (reader, _) in zip(names, measured, strict=True):
        print(f"reader: {name}, sha256 {reader.sha256}")
    if len(names) > 1:
        print(f"{'':<52} {'   '.join(f'{name:<35}' for name in names)}".rstrip())
    for name in dict.fromkeys(name for _, figures in measured for name in figures):
        columns = [_figure(name, figures.get(name)) for _, figures in measured]
        if any(columns):
            words = rows.get(name, f"{name}: right sentence first")
            print(f"{words:<52} {'   '.join(f'{column:<35}' for column in columns)}".rstrip())


def _figure(name: str, figure: Figure | None) -> str:
    if figure is None or figure.value is None:
        return ""
    value = f"{figure.value:.{1 if name.startswith('latency') else 3}f}"
    interval = "" if figure.low is None else f"  [{figure.low:.3f}, {figure.high:.3f}]"
    return f"{value:>7}  n {figure.n:>5,}{interval}"


@options.command(
    "fit the confidence to your own questions",
    *(_QUESTIONS, *options.LOCATION, options.READER),
    kept="earlier fits are as they were",
)
def calibrate(chosen: argparse.Namespace) -> int:
    """Fit the confidence and the ranking of sentences to questions with known answers.

    examples:
      askvisit calibrate my-questions.jsonl --index my-index
      askvisit calibrate my-questions.jsonl --index my-index --reader my-reader

    The file has the format of `askvisit evaluate`: a line is {"question", "sentences": [those that
    answer]}, with "sentences": [] if the articles do not answer. The fit is saved in the index's
    folder (calibration.json) and used by everything that opens it. At least 20 questions with an
    answer and 20 without one are needed, none of them seen in training the reader; the printed
    figures are cross-validated.
    """
    from askvisit import encoder, fitting, reader
    from askvisit.evaluation.questions import check_gold, read_questions
    from askvisit.index import location_of, manifest

    questions = read_questions(chosen.questions)
    with_answer = sum(bool(q.sentences) for q in questions)
    if min(with_answer, len(questions) - with_answer) < _LEAST:
        raise DataError(
            f"{chosen.questions} has {counted(with_answer, 'question')} with an answer and "
            f"{len(questions) - with_answer} without; a fit needs {_LEAST} of each"
        )
    location = location_of(options.chosen_index(chosen))
    target = location.calibration_file()
    engine = encoder.load(location.encoder().name)
    _check_writable(target.parent)
    index = location.open()
    check_gold(questions, (index.article(name).text for name in index.article_ids()))
    read_by = reader.load(chosen.reader, engine)
    samples = fitting.ask(index, engine, read_by, questions)
    judged = fitting.judge(samples, read_by.name)
    for name, value in fitting.report(judged).items():
        print(f"{name:<20} {value:8.3f}")
    expected = fitting.rates(judged)
    for level, sources in expected.items():
        print(f"{level:<20}", "  ".join(f"{k} {v:.3f}" for k, v in sources["questions"].items()))
    found = fitting.fit(samples, read_by.name)
    fitted = _earlier_fits(target)
    fitted[read_by.name] = fitting.as_json(found, read_by.sha256, expected)
    try:
        fitting.save(fitted, target)
    except OSError as error:
        raise manifest.read_only(target.parent, error) from error
    print(f"saved in {target}")
    return 0


def _check_writable(folder: Path) -> None:
    """Raise `IndexReadOnlyError` now, not after the fit, if it cannot be saved in an index."""
    from askvisit.index.location import PACKED

    if folder.resolve() == PACKED.resolve() or not os.access(folder, os.W_OK | os.X_OK):
        raise IndexReadOnlyError(
            f"no fit can be saved in {folder}, which is read-only; give an index of your own with "
            "--index, built by: askvisit index --index FOLDER --articles ARTICLES"
        )


def _earlier_fits(target: Path) -> dict[str, Any]:
    """Return the fits of other readers; what cannot be read is replaced, with a warning."""
    if not target.exists():
        return {}
    try:
        fits = json.loads(target.read_text("utf-8"))
        if isinstance(fits, dict):
            return fits
    except (OSError, ValueError):
        pass
    warnings.warn(f"{target} cannot be read; it is replaced by the new fit", stacklevel=2)
    return {}
