"""Measure the answers to questions with known answers.

examples:
  askvisit evaluate tests/data/questions.jsonl --dialogues tests/data/dialogues.jsonl
  askvisit evaluate data/news/test.jsonl --dialogues data/news/dialogues-test.jsonl --json

A line of a questions file is {"question", "sentences": [those that answer], "spans": [the words],
"kind"}; an unanswerable question has no sentences and the kind unanswerable-near or -far. The
questions are asked of the index. A line of an editions file is an article with its questions
(docs/quality.md); each is asked of its own article alone. Figures come with the number of questions
and a 95 % interval (bootstrap over articles, or over questions if all are about one article).
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from askvisit.cli import options, show

if TYPE_CHECKING:
    from askvisit.evaluation import Figure
    from askvisit.reader import Reader

HELP = "measure the answers to a file of questions"

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
_EDITION_ROWS = {
    "surer_where_answered": "flips: surer on the edition that answers",
    "both_right": "flips: right on one edition, refused on the other",
    "flip_auroc": "flips: AUROC of confidence",
    "flip_answered_right": "flips: answered right",
    "flip_false": "flips: false answers",
    "right_first": "right sentence ranked first",
    "span_f1": "span F1",
    "answered": "answerable questions answered",
    "answered_right": "answered right (a refusal is a miss)",
    "false_answers": "false answers",
    "auroc": "AUROC of confidence",
    "citation_precision": "citations that are right",
    "list_recall": "lists: right places cited",
    "list_precision": "lists: citations that are right",
    "turns_right": "turns of dialogues right",
    "follow_ups_answered_right": "follow-ups with an answer: right",
    "follow_ups_refused": "follow-ups without one: refused",
    "complete_answered_right": "the same asked in full: right",
    "complete_refused": "the same asked in full: refused",
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    parser.add_argument("--dialogues", type=Path, metavar="FILE", help="also run these dialogues")
    options.add_json(parser)
    options.add_location(parser)
    options.add_reader(parser)


def run(chosen: argparse.Namespace) -> int:
    """Evaluate, and print the figures."""
    from askvisit import evaluation
    from askvisit.assistant import Assistant
    from askvisit.errors import DataError

    if evaluation.holds_editions(chosen.questions):
        if options.chosen_index(chosen) is not None:
            raise DataError(
                f"each edition in {chosen.questions} is an index of its own; leave out --index and "
                "--store"
            )
        editions = evaluation.read_editions(chosen.questions)
        turns = (
            evaluation.read_edition_dialogues(chosen.dialogues, editions)
            if chosen.dialogues
            else []
        )
        models = evaluation.Models.load(chosen.reader)
        figures = evaluation.evaluate_editions(models, editions, turns)
        _print(chosen, models.reader, figures, _EDITION_ROWS)
        return 0
    questions = evaluation.read_questions(chosen.questions)
    dialogues = evaluation.read_dialogues(chosen.dialogues) if chosen.dialogues else []
    assistant = Assistant.load(options.chosen_index(chosen), reader=chosen.reader)
    articles = assistant.articles.values()
    evaluation.check_gold(chain(questions, *dialogues), (article.text for article in articles))
    figures = evaluation.evaluate(assistant, questions, dialogues)
    _print(chosen, assistant.reader, figures, _ROWS)
    return 0


def _print(
    chosen: argparse.Namespace,
    reader: Reader,
    figures: Mapping[str, Figure],
    rows: Mapping[str, str],
) -> None:
    if chosen.json:
        found = {name: asdict(figure) for name, figure in figures.items()}
        print(show.as_json({"reader": reader.name, "reader_sha256": reader.sha256} | found))
        return
    print(f"reader: {show.plain(reader.name)}, sha256 {reader.sha256}")
    for name, figure in figures.items():
        if figure.value is not None:
            words = rows.get(name, f"{name}: right sentence first")
            value = f"{figure.value:.{1 if name.startswith('latency') else 3}f}"
            interval = "" if figure.low is None else f"  [{figure.low:.3f}, {figure.high:.3f}]"
            print(f"{words:<52} {value:>7}  n {figure.n:>5,}{interval}")
