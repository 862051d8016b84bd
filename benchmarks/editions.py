"""How well askvisit answers about news in two editions: `python benchmarks/editions.py FILE.jsonl`.

Each edition is an index by itself, and each question is asked of it alone; docs/quality.md says
what the figures mean. `--dialogues FILE` plays dialogues as well, `--reader A B` compares readers.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

import common  # noqa: F401

from askvisit.cli.evaluate import print_figures
from askvisit.errors import AskvisitError
from askvisit.evaluation.questions import Models, Range, asking
from askvisit.metrics import Figure, auroc_of, figure, only, share, token_f1
from training.editions import (
    Edition,
    EditionDialogue,
    EditionQuestion,
    pairs,
    read_edition_dialogues,
    read_editions,
)

if TYPE_CHECKING:
    from askvisit import Answer, Assistant
    from askvisit.records import Citation

ROWS = {
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


@dataclass(frozen=True)
class EditionAnswer:
    """What was answered to a question of an edition, asked without a threshold."""

    question: EditionQuestion
    text: str
    answer: Answer
    threshold: float

    @property
    def answerable(self) -> bool:
        """Whether the edition answers the question."""
        return bool(self.question.spans)

    @property
    def given(self) -> bool:
        """Whether it is answered at the threshold."""
        return self.answer.found and self.answer.confidence >= self.threshold

    @property
    def first_is_right(self) -> bool:
        """Whether the first citation contains a gold span."""
        return any(_holds(c, self.question.spans) for c in self.answer.citations[:1])

    @property
    def answered_right(self) -> bool:
        """Whether it is answered, with a right sentence first."""
        return self.given and self.first_is_right

    @property
    def span_f1(self) -> float:
        """Token F1 of the first citation's span against the gold ones."""
        gold = [self.text[a:b] for a, b in self.question.spans]
        return max(
            (token_f1(c.span or c.quote, gold) for c in self.answer.citations[:1]), default=0
        )


@dataclass(frozen=True)
class Flip:
    """A question asked of the edition that answers it and of the one that does not."""

    answering: EditionAnswer
    other: EditionAnswer


@dataclass(frozen=True)
class Turn:
    """A turn's outcome: `right` if its first citation holds a gold span, or if rightly refused.

    The first turn of a dialogue follows nothing, however it is worded.
    """

    is_follow_up: bool
    answerable: bool
    right: bool


def evaluate_editions(
    models: Models,
    editions: Sequence[Edition],
    dialogues: Sequence[EditionDialogue] = (),
) -> dict[str, Figure]:
    """Ask every question of its own article, alone in an index; return figures by name.

    Intervals are 95 % bootstrap intervals over articles. `kind …` is the share of the answerable
    questions of a kind whose right sentence comes first.
    """
    both = pairs(editions)
    by_edition: dict[str, list[EditionAnswer]] = {}
    turns: dict[str, list[Turn]] = defaultdict(list)
    complete: dict[str, list[Turn]] = defaultdict(list)
    for edition in asking(editions):
        with models.assistant(edition.text) as assistant:
            least = assistant.threshold()
            by_edition[edition.id] = [
                EditionAnswer(q, edition.text, assistant.ask(q.question, min_confidence=0), least)
                for q in edition.questions
            ]
            for dialogue in dialogues:
                if dialogue.article == edition.id:
                    turns[edition.story] += play_dialogue(assistant, dialogue, least)
                    complete[edition.story] += play_dialogue(
                        assistant, dialogue, least, complete=True
                    )
    return figures_of(both, by_edition) | dialogue_figures(turns, complete)


def figures_of(
    both: Sequence[tuple[Edition, Edition]], by_edition: Mapping[str, Sequence[EditionAnswer]]
) -> dict[str, Figure]:
    """Return the figures of questions that were asked, by name."""
    asked = {a.story: [*by_edition[a.id], *by_edition[b.id]] for a, b in both}
    answered = only(asked, lambda row: row.answerable)
    given = only(answered, lambda row: row.given)
    lists = only(given, lambda row: row.question.several)
    flips: dict[str, list[Flip]] = {}
    for a, b in both:
        sides = zip(by_edition[a.id], by_edition[b.id], strict=True)
        flips[a.story] = [
            Flip(x, y) if x.answerable else Flip(y, x)
            for x, y in sides
            if x.answerable != y.answerable
        ]
    kinds = sorted({row.question.kind for rows in answered.values() for row in rows})
    return {
        "surer_where_answered": share(
            flips, lambda f: f.answering.answer.confidence > f.other.answer.confidence
        ),
        "both_right": share(flips, lambda f: f.answering.answered_right and not f.other.given),
        "flip_auroc": figure(
            flips, lambda rows: _auroc([side for f in rows for side in (f.answering, f.other)])
        ),
        "flip_answered_right": share(flips, lambda f: f.answering.answered_right),
        "flip_false": share(flips, lambda f: f.other.given),
        "right_first": share(answered, lambda row: row.first_is_right),
        "span_f1": share(answered, lambda row: row.span_f1),
        "answered": share(answered, lambda row: row.given),
        "answered_right": share(answered, lambda row: row.answered_right),
        "false_answers": share(only(asked, lambda r: not r.answerable), lambda row: row.given),
        "auroc": figure(asked, _auroc),
        "citation_precision": figure(given, _citation_precision),
        "list_recall": figure(lists, _list_recall),
        "list_precision": figure(lists, _citation_precision),
    } | {
        f"kind {kind}": share(_of_kind(answered, kind), lambda row: row.first_is_right)
        for kind in kinds
    }


def _of_kind(
    rows: Mapping[str, Sequence[EditionAnswer]], kind: str
) -> dict[str, list[EditionAnswer]]:
    return only(rows, lambda row: row.question.kind == kind)


def play_dialogue(
    assistant: Assistant, dialogue: EditionDialogue, threshold: float, *, complete: bool = False
) -> list[Turn]:
    """Ask the turns in order, with the assistant's own answers as history.

    complete: ask the complete questions without history, as a baseline for the follow-ups.
    """
    history: list[Answer] = []
    rows = []
    for turn in dialogue.turns:
        answer = assistant.ask(
            turn.standalone if complete else turn.question,
            () if complete else history,
            min_confidence=threshold,
        )
        history.append(answer)
        right = not answer.found
        if turn.spans:
            right = any(_holds(c, turn.spans) for c in answer.citations[:1])
        is_follow_up = len(history) > 1 and not turn.stands_alone
        rows.append(Turn(is_follow_up, bool(turn.spans), right))
    return rows


def dialogue_figures(
    turns: Mapping[str, Sequence[Turn]], complete: Mapping[str, Sequence[Turn]]
) -> dict[str, Figure]:
    """Return the shares of right turns: of all, and of follow-ups with an answer and without.

    complete: the same turns, asked in full.
    """
    if not any(turns.values()):
        return {}
    figures = {"turns_right": share(turns, lambda turn: turn.right)}
    for name, played in (("follow_ups", turns), ("complete", complete)):
        follow_ups = only(played, lambda turn: turn.is_follow_up)
        with_answer = only(follow_ups, lambda turn: turn.answerable)
        without = only(follow_ups, lambda turn: not turn.answerable)
        figures[f"{name}_answered_right"] = share(with_answer, lambda turn: turn.right)
        figures[f"{name}_refused"] = share(without, lambda turn: turn.right)
    return figures


def _auroc(rows: Sequence[EditionAnswer]) -> float | None:
    return auroc_of([(row.answerable, row.answer.confidence) for row in rows])


def _list_recall(rows: Sequence[EditionAnswer]) -> float:
    return fmean(
        any(_holds(citation, [span]) for citation in row.answer.citations)
        for row in rows
        for span in row.question.spans
    )


def _citation_precision(rows: Sequence[EditionAnswer]) -> float:
    return fmean(_holds(c, row.question.spans) for row in rows for c in row.answer.citations)


def _holds(citation: Citation, spans: Sequence[Range]) -> bool:
    """Return whether one of the spans begins in a citation."""
    return any(citation.start <= start < citation.end for start, _ in spans)


def main() -> None:
    """Ask what the command line says and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("editions", type=Path, metavar="EDITIONS.jsonl")
    parser.add_argument("--dialogues", type=Path, metavar="FILE")
    parser.add_argument("--reader", nargs="+", metavar="NAME", default=[None])
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    try:
        editions, turns = read_editions(chosen.editions), []
        if chosen.dialogues:
            turns = read_edition_dialogues(chosen.dialogues, editions)
        measured = []
        for name in chosen.reader:
            models = Models.load(name)
            measured.append((models.reader, evaluate_editions(models, editions, turns)))
    except AskvisitError as error:
        raise SystemExit(str(error)) from error
    print_figures(measured, ROWS, as_json=chosen.json)


if __name__ == "__main__":
    main()
