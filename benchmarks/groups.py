"""What each of several articles says: both editions of news articles in one index.

    python benchmarks/groups.py data/news/dev.jsonl --reader fast --questions 40

The two editions of an article have the same questions, and their verdicts are the gold standard:
an edition should be in the groups if and only if it answers. Prints members that answer, that do
not, and that are from another article; editions that are missing; and how many editions with the
same gold spans are in one group.

    python benchmarks/groups.py --pairs tests/data/said-twice.jsonl

Counts the pairs of answers that are put together, contradict each other, or neither.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from pathlib import Path

import common  # noqa: F401

from askvisit import encoder as encoders
from askvisit.assistant import Assistant
from askvisit.index import temporary_index
from askvisit.records import Answer, Sentence, Span
from askvisit.values import Saying, agree, contradicts
from training.editions import Edition, pairs, read_editions


def main() -> None:
    """Ask, and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("editions", type=Path, nargs="?")
    parser.add_argument("--pairs", type=Path, help="answers to compare, in place of editions")
    parser.add_argument("--reader", default="accurate")
    parser.add_argument("--questions", type=int, default=40, help="a sample of so many")
    parser.add_argument("--default", action="store_true", help="without each=True")
    chosen = parser.parse_args()
    if chosen.pairs:
        show(compared(chosen.pairs))
        return
    if chosen.editions is None:
        parser.error("name a file of editions, or --pairs")
    editions = read_editions(chosen.editions)
    asked = [
        (pair, number)
        for pair in pairs(editions)
        for number, question in enumerate(pair[0].questions)
        if not (question.several or pair[1].questions[number].several)
    ]
    sample = random.Random(3).sample(asked, min(chosen.questions, len(asked)))
    counts: Counter[str] = Counter()
    texts = {f"{edition.id}.txt": edition.text for edition in editions}
    with temporary_index(texts, encoders.load()) as folder:
        print(f"{len(sample)} questions, {len(editions)} editions", flush=True)
        assistant = Assistant.load(folder, reader=chosen.reader)
        for pair, number in sample:
            question = pair[0].questions[number].question
            counts += judged(assistant.ask(question, each=not chosen.default), pair, number)
    show(counts)


def show(counts: Counter[str]) -> None:
    """Print counts by name."""
    for name, count in sorted(counts.items()):
        print(f"{name:<32} {count:5}")


def compared(path: Path) -> Counter[str]:
    """Count what is done with pairs of answers, by whether they say the same."""
    counts: Counter[str] = Counter()
    for line in path.read_text("utf-8").splitlines():
        pair = json.loads(line)
        one, other = (saying(words, pair["question"]) for words in pair["words"])
        if agree(one, other):
            done = "together"
        else:
            done = "contradict" if contradicts(one, other) else "apart"
        counts[f"{pair['said']}: {done}"] += 1
    return counts


def saying(words: str, question: str) -> Saying:
    """Return what words say that are all of their sentence, in an article without a date."""
    sentence = Sentence("", 1, 0, len(words), words)
    return Saying.of(Span(sentence, 0, len(words), 0.0, 0.0), None, question)


def judged(answer: Answer, pair: tuple[Edition, Edition], number: int) -> Counter[str]:
    """Compare the groups of one answer with the verdicts of both editions."""
    counts: Counter[str] = Counter()
    gold = {f"{edition.id}.txt": edition.questions[number].spans for edition in pair}
    found = {m.citation.article_id: m.citation for g in answer.groups for m in g.members}
    counts["of another article"] = len(found.keys() - gold.keys())
    for article_id, spans in gold.items():
        if article_id not in found:
            counts["missing"] += bool(spans)
            continue
        counts["answers" if spans else "does not answer"] += 1
        cited = found[article_id]
        counts["answers, sentence right"] += any(
            start < cited.end and cited.start < end for start, end in spans
        )
    both = all(gold.values()) and gold.keys() <= found.keys()
    if both and len(set(map(words, zip(pair, gold.values(), strict=True)))) == 1:
        counts["both say the same"] += 1
        members = [{m.citation.article_id for m in g.members} for g in answer.groups]
        counts["both say the same, together"] += any(gold.keys() <= group for group in members)
    return counts


def words(told: tuple[Edition, tuple[tuple[int, int], ...]]) -> str:
    """Return the words of an edition's first gold span."""
    edition, ((start, end), *_) = told
    return edition.text[start:end].lower()


if __name__ == "__main__":
    main()
