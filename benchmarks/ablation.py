"""What each rule is worth on texts it was not written for: `python benchmarks/ablation.py`.

Each rule of `rewriting/` and each kind of request is switched off by itself, and the
questions and dialogues about news in `data/news` are asked, with the fast reader by default. A
question on which a rule did nothing is not asked again without it, as nothing could change. Two
other ways to handle a follow-up are compared with the learned one: as typed, and with the previous
question in front; `--follow-ups` compares only these.

`--typed KIND` asks the questions as `tests/harness/typed.py` has people type them, so that rules
for courtesies, typos and aliases have something to do.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from statistics import fmean
from typing import Any, get_args
from unittest import mock

from common import NEWS
from editions import EditionAnswer, Turn, play_dialogue
from harness.typed import KINDS, SEED

from askvisit import Answer, Assistant
from askvisit.calibration import FAST
from askvisit.evaluation.questions import ARTICLE, Models
from askvisit.index import temporary_index
from askvisit.metrics import Figure, figure
from askvisit.records import ContextTurn
from askvisit.requests import intents, language, replies
from askvisit.rewriting import query
from askvisit.rewriting.resolution import Resolver, TermClassifier
from askvisit.text import content_words
from training.editions import (
    Edition,
    EditionDialogue,
    EditionQuestion,
    read_edition_dialogues,
    read_editions,
)


@dataclass(frozen=True)
class Rule:
    """A rule: the function that applies it, and what that returns when the rule does nothing."""

    owner: Any
    name: str
    idle: Callable[..., object]
    only: Callable[[Any], bool] = bool
    """Whether what the function returned is this rule's doing, if it serves several."""


def _same(text: str, *_: object) -> str:
    return text


def _asks_for(intent: str) -> Callable[[Any], bool]:
    return lambda request: request is not None and request.intent == intent


def _nothing(*_: object, **__: object) -> None:
    return None


RULES: dict[str, tuple[Rule, ...]] = {
    "spelling": (Rule(query, "correct", _same),),
    "aliases": (Rule(query, "expand", _same),),
    "splitting": (Rule(query, "split", lambda question: [question]),),
    "courtesies": (Rule(query, "unwrap", _same),),
    **{
        f"request: {intent}": (Rule(intents, "recognise", _nothing, _asks_for(intent)),)
        for intent in get_args(intents.Intent)
    },
    "printed facts": tuple(
        Rule(replies.printed, name, _nothing) for name in ("author", "date", "find")
    ),
    "language": (Rule(language, "is_english", lambda _: True),),
}


class AsTyped:
    """Takes every follow-up as typed."""

    def context(self, question: str, history: Sequence[Answer]) -> tuple[ContextTurn, ...]:
        """Return no turns."""
        return ()


class BehindTheOneBefore:
    """Reads every follow-up after the previous question, and searches for both."""

    def context(self, question: str, history: Sequence[Answer]) -> tuple[ContextTurn, ...]:
        """Return the previous question, if any, with all its words."""
        if not history:
            return ()
        before = history[-1].question
        return (ContextTurn(len(history) - 1, before, tuple(content_words(before))),)


BASELINES: dict[str, Callable[[], Resolver]] = {
    "learned": TermClassifier,
    "as typed": AsTyped,
    "behind the one before": BehindTheOneBefore,
}


@dataclass
class Rows:
    """What was right in each story, with all rules and with the rule in question off."""

    both: dict[str, list[tuple[bool, bool]]] = field(default_factory=lambda: defaultdict(list))
    fired: int = 0

    @property
    def change(self) -> Figure:
        """How much more is right with the rule, with an interval over stories."""
        return figure(self.both, lambda rows: fmean(with_ - without for with_, without in rows))

    @property
    def better(self) -> int:
        """Rows that are right only with the rule."""
        return sum(a and not b for rows in self.both.values() for a, b in rows)

    @property
    def worse(self) -> int:
        """Rows that are right only without the rule."""
        return sum(b and not a for rows in self.both.values() for a, b in rows)


@contextmanager
def watched() -> Iterator[set[str]]:
    """Yield a set that collects the names of the rules that do something within the block."""
    fired: set[str] = set()
    functions: dict[tuple[int, str], list[tuple[str, Rule]]] = defaultdict(list)
    for name, rules in RULES.items():
        for rule in rules:
            functions[id(rule.owner), rule.name].append((name, rule))
    with ExitStack() as stack:
        for same in functions.values():
            owner, function = same[0][1].owner, same[0][1].name
            call = partial(_noted, getattr(owner, function), same, fired)
            stack.enter_context(mock.patch.object(owner, function, call))
        yield fired


def _noted(
    function: Callable[..., Any],
    rules: Sequence[tuple[str, Rule]],
    fired: set[str],
    *arguments: Any,
    **options: Any,
) -> Any:
    returned = function(*arguments, **options)
    fired.update(name for name, r in rules if returned != r.idle(*arguments) and r.only(returned))
    return returned


@contextmanager
def without(name: str) -> Iterator[None]:
    """Switch a rule off within the block."""
    with ExitStack() as stack:
        for rule in RULES[name]:
            call = partial(_silenced, getattr(rule.owner, rule.name), rule)
            stack.enter_context(mock.patch.object(rule.owner, rule.name, call))
        yield


def _silenced(function: Callable[..., Any], rule: Rule, *arguments: Any, **options: Any) -> Any:
    returned = function(*arguments, **options)
    return rule.idle(*arguments) if rule.only(returned) else returned


def is_right(
    asked: Assistant, edition: Edition, question: EditionQuestion, threshold: float
) -> bool:
    """Ask a question; return whether it is answered by a right sentence, or rightly refused."""
    answer = asked.ask(question.question, min_confidence=0)
    row = EditionAnswer(question, edition.text, answer, threshold)
    return row.answered_right if question.spans else not row.given


def ablate(
    models: Models, editions: Sequence[Edition], dialogues: Sequence[EditionDialogue]
) -> tuple[dict[str, Rows], dict[str, Rows]]:
    """Return what each rule changes in questions and in turns."""
    questions = {name: Rows() for name in RULES}
    turns = {name: Rows() for name in RULES}
    for edition in editions:
        with models.assistant(edition.text) as asked:
            least = asked.threshold()
            for question in edition.questions:
                ask = partial(is_right, asked, edition, question, least)
                _compare(ask, questions, edition.story)
            for dialogue in (d for d in dialogues if d.article == edition.id):
                _compare(partial(play_dialogue, asked, dialogue, least), turns, edition.story)
    return questions, turns


def follow_ups(
    models: Models, editions: Sequence[Edition], dialogues: Sequence[EditionDialogue]
) -> dict[str, dict[str, list[Turn]]]:
    """Return the turns of each story, by name of the way to handle follow-ups."""
    played: dict[str, dict[str, list[Turn]]] = {n: defaultdict(list) for n in BASELINES}
    for edition in editions:
        with temporary_index({ARTICLE: edition.text}, models.encoder) as folder:
            parts = models.encoder, models.reader, models.calibration
            for name, resolver in BASELINES.items():
                asked = Assistant(folder, *parts, resolver())
                for dialogue in (d for d in dialogues if d.article == edition.id):
                    played[name][edition.story] += play_dialogue(asked, dialogue, asked.threshold())
    return played


def _compare(ask: Callable[[], Any], rows: Mapping[str, Rows], story: str) -> None:
    """Ask with all rules, and again without each that did something."""
    with watched() as fired:
        found = _flags(ask())
    for name in rows:
        again = found
        if name in fired:
            with without(name):
                again = _flags(ask())
            rows[name].fired += 1
        rows[name].both[story] += zip(found, again, strict=True)


def _flags(found: bool | Sequence[Turn]) -> list[bool]:
    return [found] if isinstance(found, bool) else [turn.right for turn in found]


def as_typed(edition: Edition, kind: str, rng: random.Random) -> Edition:
    """Return an edition with its questions typed in one of the kinds."""
    make = KINDS[kind]
    return replace(
        edition,
        questions=tuple(replace(q, question=make(q.question, rng)) for q in edition.questions),
    )


def main() -> None:
    """Print a row for each rule, then one for each way to handle a follow-up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, metavar="N", help="the first N stories only")
    parser.add_argument("--reader", default=FAST, help="who reads (%(default)s)")
    alone = parser.add_mutually_exclusive_group()
    alone.add_argument("--typed", choices=KINDS, help="ask the questions as people type them")
    alone.add_argument("--follow-ups", action="store_true", help="compare the ways to take these")
    options = parser.parse_args()
    everything = read_editions(NEWS / "dev.jsonl")
    stories = list(dict.fromkeys(e.story for e in everything))[: options.articles]
    editions = [e for e in everything if e.story in stories]
    names = {e.id for e in editions}
    dialogues = read_edition_dialogues(NEWS / "dialogues-dev.jsonl", everything)
    dialogues = [d for d in dialogues if d.article in names and options.typed is None]
    if options.typed is not None:
        rng = random.Random(SEED)
        editions = [as_typed(e, options.typed, rng) for e in editions]
    models = Models.load(options.reader)
    if not options.follow_ups:
        print_rules(models, editions, dialogues)
    if dialogues:
        print_follow_ups(follow_ups(models, editions, dialogues))


def print_rules(
    models: Models, editions: Sequence[Edition], dialogues: Sequence[EditionDialogue]
) -> None:
    """Print a row for each rule."""
    questions, turns = ablate(models, editions, dialogues)
    stories = {e.story for e in editions}
    asked = sum(len(e.questions) for e in editions)
    said = sum(len(d.turns) for d in dialogues)
    print(f"{len(stories)} stories: {asked} questions; {len(dialogues)} dialogues, {said} turns")
    print("did: questions, or dialogues, in which the rule did something; right: by how much more")
    print("is right with it (95 % interval over stories), and how many turned right, and wrong\n")
    print(f"{'rule':20} | {'did':>4} {'questions right':>32} | {'did':>4} {'turns right':>32}")
    for name in RULES:
        print(f"{name:20} | {_shown(questions[name])} | {_shown(turns[name])}")


def print_follow_ups(played: Mapping[str, Mapping[str, Sequence[Turn]]]) -> None:
    """Print a row for each way to handle a follow-up."""
    print(f"\n{'follow-ups':24} {'turns right':>30} {'follow-ups right':>30}")
    for name, by_story in played.items():
        leaning = {s: [t for t in rows if t.is_follow_up] for s, rows in by_story.items()}
        shares = [_share(by_story), _share(leaning)]
        print(f"{name:24} {shares[0]:>30} {shares[1]:>30}")


def _shown(rows: Rows) -> str:
    change = rows.change
    if not rows.fired:
        return f"{0:4} {'':32}"
    low, high = change.low, change.high
    interval = "" if low is None or high is None else f" [{low:+.3f}, {high:+.3f}]"
    return f"{rows.fired:4} {f'{change.value:+.3f}{interval} +{rows.better} -{rows.worse}':>32}"


def _share(turns: Mapping[str, Sequence[Turn]]) -> str:
    found = figure(turns, lambda rows: fmean(turn.right for turn in rows))
    if found.low is None:
        return f"{found.value:.3f} of {found.n}"
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}] of {found.n}"


if __name__ == "__main__":
    main()
