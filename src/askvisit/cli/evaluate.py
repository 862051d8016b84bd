"""Measure the answers to a file of questions with known answers.

examples:
  askvisit evaluate tests/data/questions.jsonl
  askvisit evaluate tests/data/questions.jsonl --dialogues tests/data/dialogues.jsonl --json

A line of the file is {"question", "sentences": [those that answer], "spans": [the words], "kind"};
a question that nothing answers has no sentences and the kind unanswerable-near or -far.
"""

import argparse
from dataclasses import asdict
from pathlib import Path

from askvisit.cli import options, show

HELP = "measure the answers to a file of questions"

_ROWS = {
    "questions": "questions",
    "ranked_first": "right sentence ranked first (never refusing)",
    "ranked_in_three": "right sentence among the first three citations",
    "span_f1": "span F1",
    "answered_right": "answered right (a refusal is a miss)",
    "answered": "answerable questions answered",
    "citations": "citations an answer",
    "false_answers_near": "false answers, near the topic",
    "false_answers_far": "false answers, far from it",
    "auroc_near": "AUROC of confidence, near",
    "auroc_far": "AUROC of confidence, far",
    "turns_right": "turns of dialogues right",
    "latency_p50": "milliseconds an answer, p50",
    "latency_p95": "milliseconds an answer, p95",
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    parser.add_argument("--dialogues", type=Path, metavar="FILE", help="dialogues to play as well")
    options.add_json(parser)
    options.add_location(parser)
    options.add_reader(parser)


def run(chosen: argparse.Namespace) -> int:
    """Evaluate, and print the figures."""
    from askvisit import evaluation
    from askvisit.assistant import Assistant

    questions = evaluation.read_questions(chosen.questions)
    dialogues = evaluation.read_dialogues(chosen.dialogues) if chosen.dialogues else []
    assistant = Assistant.load(options.chosen_index(chosen), reader=chosen.reader)
    figures = asdict(evaluation.evaluate(assistant, questions, dialogues))
    reader = assistant.reader
    if chosen.json:
        print(show.as_json({"reader": reader.name, "reader_sha256": reader.sha256} | figures))
        return 0
    print(f"reader: {show.plain(reader.name)}, sha256 {reader.sha256}")
    for name, words in _ROWS.items():
        if figures[name] is not None:
            digits = 1 if name.startswith("latency") else 0 if name == "questions" else 3
            print(f"{words:<48} {figures[name]:>8.{digits}f}")
    return 0
