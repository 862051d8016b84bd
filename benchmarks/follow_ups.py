"""Measure what retrieval finds for follow-ups, in one index of many articles.

    python benchmarks/follow_ups.py FOLDER [--articles 150] [--keep DIR]

The index is that of benchmarks/corpus.py. The questions are the turns of
data/news/dialogues-dev.jsonl about its news that have an answer, after the gold answers to the
turns before, so that retrieval alone is measured:

follow-ups: turns that do not stand alone.
another subject: turns that stand alone, after turns of a dialogue about another article. There the
last answer misleads.

Prints for each way to search: the share of questions whose gold passage is ranked first, or in the
top ten, and its mean reciprocal rank. "its words" are those of earlier turns that the term
classifier gives, "the last answer" is what that quoted, as the pipeline searches.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from common import NEWS
from corpus import build, file_of, gold_rank, news, pages, rank_figures

from askvisit import encoder as encoders
from askvisit.encoder import RecentTexts
from askvisit.index import PassageIndex, open_index
from askvisit.records import Answer, Citation, Span
from askvisit.retriever import Retriever
from askvisit.rewriting.resolution import TURNS, TermClassifier, expanded
from training.editions import EditionDialogue, EditionTurn, read_edition_dialogues, read_editions

Asked = tuple[str, EditionTurn, list[Answer]]
"""An article's id, a turn about it, and the turns before."""


def gold_answer(index: PassageIndex, article_id: str, turn: EditionTurn) -> Answer:
    """Return the right answer to a turn: its gold spans, each cited, or a refusal."""
    article = index.article(article_id)
    cited = []
    for number, (start, end) in enumerate(turn.spans, 1):
        sentence = index.sentences(article_id, end=start + 1)[-1]
        span = Span(sentence, start, min(end, sentence.end), 0.0, 0.0)
        cited.append(Citation.of(number, article, span, 0.0))
    kind = "answer" if cited else "not_found"
    return Answer(turn.question, turn.question, kind, bool(cited), "", 1.0, tuple(cited))


def follow_ups(index: PassageIndex, dialogues: Sequence[EditionDialogue]) -> Iterator[Asked]:
    """Yield the turns that do not stand alone, each with those before it."""
    for dialogue in dialogues:
        article = file_of(dialogue.article)
        for number, turn in enumerate(dialogue.turns[1:], 1):
            if turn.spans and not turn.stands_alone:
                before = [gold_answer(index, article, t) for t in dialogue.turns[:number]]
                yield article, turn, before


def of_another_subject(
    index: PassageIndex, dialogues: Sequence[EditionDialogue]
) -> Iterator[Asked]:
    """Yield the turns that stand alone, after turns of the next dialogue on another article."""
    for number, dialogue in enumerate(dialogues):
        others = [*dialogues[number:], *dialogues[:number]]
        other = next(d for d in others if d.article != dialogue.article)
        elsewhere = file_of(other.article)
        before = [gold_answer(index, elsewhere, turn) for turn in other.turns[:TURNS]]
        for turn in dialogue.turns:
            if turn.spans and turn.stands_alone:
                yield file_of(dialogue.article), turn, before


def measure(retriever: Retriever, asked: Sequence[Asked]) -> dict[str, dict[str, float]]:
    """Search for every turn in each way; return the figures by way."""
    classifier = TermClassifier()
    ranks: dict[str, list[float]] = {}
    for article, turn, history in asked:
        context = classifier.context(turn.question, history)
        words = list(dict.fromkeys(word for one in context for word in one.words))
        cited = next((a.citations for a in reversed(history) if a.citations), ())
        ways: dict[str, tuple[str, Sequence[Citation]]] = {
            "asked in full": (turn.standalone, ()),
            "as typed": (turn.question, ()),
            "behind the question before": (f"{history[-1].question} {turn.question}", ()),
            "with its words": (expanded(turn.question, words), ()),
            "with its words and the last answer": (expanded(turn.question, words), cited),
        }
        for name, (question, quotes) in ways.items():
            hits = retriever.search(question, cited=quotes)
            ranks.setdefault(name, []).append(gold_rank(hits, article, turn.spans))
    return {name: rank_figures(found) for name, found in ranks.items()}


def main() -> None:
    """Print a row for each kind of turn and way to search."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=150)
    parser.add_argument("--keep", type=Path, help="keep the index in this folder")
    options = parser.parse_args()
    editions = news()
    ids = {edition.id for edition in editions}
    everything = read_edition_dialogues(
        NEWS / "dialogues-dev.jsonl", read_editions(NEWS / "dev.jsonl")
    )
    dialogues = [dialogue for dialogue in everything if dialogue.article in ids]
    with tempfile.TemporaryDirectory() as work:
        folder = (options.keep or Path(work)) / str(options.articles)
        build(folder, editions, pages(options.folder, options.articles - len(editions)))
        index = open_index(folder)
        retriever = Retriever(index, RecentTexts(encoders.load()))
        for kind, asked in (
            ("follow-ups", list(follow_ups(index, dialogues))),
            ("another subject", list(of_another_subject(index, dialogues))),
        ):
            print(f"{len(asked)} {kind}, {options.articles:,} articles")
            for name, figures in measure(retriever, asked).items():
                shown = ", ".join(f"{key} {figure:.3f}" for key, figure in figures.items())
                print(f"  {name:36} {shown}", flush=True)


if __name__ == "__main__":
    main()
