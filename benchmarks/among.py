"""Measure whether the confidence is honest among many news articles.

    python benchmarks/among.py [--part test] [--questions 150] [--reader accurate] [--keep DIR]
                               [--plot FILE]

One index has the first editions of data/news/train.jsonl.gz and of test.jsonl. A fixed sample of
the questions that an edition of test answers is asked three ways: of all articles; of all but the
one that answers; and of that one alone. In the last two nothing else changes, so that a difference
is due to the crowd. Another article may happen to answer; that counts as wrong. With --part dev the
questions are some of those that the fit was made with.

Prints shares, each with its 95 % interval bootstrapped over the articles asked about, and the risk
(share of wrong answers) among the surest answers at several coverages, present and left-out
questions together.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

from common import NEWS

from askvisit import Assistant, build_index
from askvisit.metrics import auroc, by_article, figure
from askvisit.records import Answer
from training.editions import Edition, EditionQuestion, read_editions

COVERAGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Outcome:
    """How a question was answered; `first` says that the right sentence is the first cited.

    `present`, `absent`: the answers at the default threshold with and without its own article.
    """

    article: str
    first: bool
    first_alone: bool
    present: Answer
    absent: Answer


def ask(assistant: Assistant, edition: Edition, question: EditionQuestion) -> Outcome:
    """Ask a question of all articles, of all but its own, and of its own."""
    own = f"{edition.id}.txt"
    others = [name for name in assistant.articles if name != own]

    def is_first(**scope: list[str]) -> bool:
        cited = assistant.ask(question.question, min_confidence=0, **scope).citations[:1]
        spans = question.spans
        return any(
            c.article_id == own and any(c.start <= a < c.end for a, _ in spans) for c in cited
        )

    return Outcome(
        edition.story,
        is_first(),
        is_first(articles=[own]),
        assistant.ask(question.question),
        assistant.ask(question.question, articles=others),
    )


def risks(outcomes: Sequence[Outcome]) -> list[float]:
    """Return the share of wrong answers among the surest, at each of `COVERAGES`."""
    answers = [(o.present.confidence, o.first) for o in outcomes]
    answers += [(o.absent.confidence, False) for o in outcomes]
    answers.sort(key=lambda answer: -answer[0])
    counts = [max(1, round(coverage * len(answers))) for coverage in COVERAGES]
    return [sum(not right for _, right in answers[:count]) / count for count in counts]


def main() -> None:
    """Ask, and print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", choices=("dev", "test"), default="test")
    parser.add_argument("--questions", type=int, default=150)
    parser.add_argument("--reader", default="accurate")
    parser.add_argument("--keep", type=Path, help="keep the index in this folder")
    parser.add_argument("--plot", type=Path, help="draw risk by coverage into this file")
    options = parser.parse_args()
    part, train = (
        [edition for edition in read_editions(NEWS / name) if edition.id.endswith("-a")]
        for name in (f"{options.part}.jsonl", "train.jsonl.gz")
    )
    asked = [(edition, q) for edition in part for q in edition.questions if q.spans]
    asked = random.Random(3).sample(asked, min(options.questions, len(asked)))
    with tempfile.TemporaryDirectory() as work:
        folder = options.keep or Path(work)
        (folder / "articles").mkdir(parents=True, exist_ok=True)
        for edition in (*part, *train):
            (folder / "articles" / f"{edition.id}.txt").write_text(edition.text, "utf-8")
        build_index(index=folder)
        assistant = Assistant.load(folder, reader=options.reader)
        assistant.warm_up()
        outcomes = [ask(assistant, *one) for one in asked]
        seconds = [_seconds(assistant, question.question) for _, question in asked]
    print(f"{len(outcomes)} questions, {len(part) + len(train)} articles, reader {options.reader}")
    rows = {
        "alone: right sentence first": [(o.article, o.first_alone) for o in outcomes],
        "among all: right sentence first": [(o.article, o.first) for o in outcomes],
        "among all: answered": [(o.article, o.present.found) for o in outcomes],
        "of these, wrong": [(o.article, not o.first) for o in outcomes if o.present.found],
        "own article left out: answered": [(o.article, o.absent.found) for o in outcomes],
    }
    for name, row in rows.items():
        groups = by_article([value for _, value in row], [article for article, _ in row])
        shown = figure(groups, fmean)
        print(f"{name:36} {shown.value:.2f} [{shown.low:.2f}, {shown.high:.2f}]  n {shown.n}")
    sure = [o.present.confidence for o in outcomes if o.first]
    area = auroc(sure, [o.absent.confidence for o in outcomes])
    print(f"{'AUROC, right against left out':36} {area or 0:.2f}")
    print(f"{'median milliseconds':36} {1000 * median(seconds):.0f}")
    found = risks(outcomes)
    for coverage, risk in zip(COVERAGES, found, strict=True):
        print(f"{f'risk among the surest {coverage:.0%}':36} {risk:.2f}")
    if options.plot:
        _plot(found, options.plot)


def _seconds(assistant: Assistant, question: str) -> float:
    began = time.perf_counter()
    assistant.ask(question)
    return time.perf_counter() - began


def _plot(found: Sequence[float], path: Path) -> None:
    import matplotlib.pyplot as plt

    plt.plot(COVERAGES, found, marker="o")
    plt.xlabel("coverage: share of the questions answered, the surest first")
    plt.ylabel("risk: share of these answered wrongly")
    plt.ylim(0, 1)
    plt.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
