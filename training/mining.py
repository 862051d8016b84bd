"""Find where a reader mistakes a text for an answer: ``python -m training.mining``.

A question without an answer fails on one sentence of the article, usually the same for all readers.
The windows around these sentences are the negatives to learn from. A large reader rereads only the
paragraphs in which the first is most mistaken, as in two-stage reading.

With ``--among N`` it is questions that their own article answers, N of them, and the sentences are
of other articles, which an index of all finds for them.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from askvisit import encoder as encoders
from askvisit.errors import AskvisitError
from askvisit.evaluation.broad import read_broad
from askvisit.index import open_index, temporary_index
from askvisit.passages import sentences, windows
from askvisit.reader.onnx import OnnxReader
from askvisit.reader.span_reader import SpanReader, best_of
from askvisit.reader.two_stage import PARAGRAPH, likeliest
from askvisit.records import Article, Span
from askvisit.retriever import Retriever
from askvisit.text import content_words, marked, words
from training.editions import Edition, read_edition_dialogues, read_editions

KEPT = 3  # sentences per question


def unanswered(
    editions: Sequence[Edition], dialogues: Path | None
) -> Iterator[tuple[Edition, list[str]]]:
    """Each edition with the questions it does not answer, those of its dialogues rewritten."""
    asked = {e.id: [q.question for q in e.questions if not q.spans] for e in editions}
    if dialogues is not None:
        for dialogue in read_edition_dialogues(dialogues, editions):
            asked[dialogue.article] += [t.standalone for t in dialogue.turns if not t.spans]
    for edition in editions:
        yield edition, list(dict.fromkeys(asked[edition.id]))


def mine(
    reader: SpanReader,
    edition: Edition,
    questions: Sequence[str],
    second: SpanReader | None = None,
) -> Iterator[str]:
    """One line of JSON per question: the edition, and the highest-margin sentences, best first.

    second: rereads the paragraphs of the sentences with the highest margins.
    """
    article = Article(edition.id, edition.title, edition.text)
    cut = windows(article, sentences(article))
    for question in questions:
        asked = marked(question)
        best = _by_margin(reader.read_each(asked, cut))
        if second is not None:
            likely = likeliest([span.sentence for span in best], cut, KEPT, PARAGRAPH)
            best = _by_margin(second.read_each(asked, likely))
        best = best[:KEPT]
        found = [[span.sentence.start, span.sentence.end] for span in best]
        yield json.dumps({"edition": edition.id, "question": question, "sentences": found})


def mine_among(
    reader: SpanReader, editions: Sequence[Edition], broad: Sequence[Path], most: int
) -> Iterator[str]:
    """One line of JSON per question that an edition answers, at most ``most`` of them.

    It names the sentences of other articles with the highest margins, best first. These articles
    lack a word of the question that its own article has, so that they are about something else.
    """
    texts = {edition.id: edition.text for edition in editions}
    asked = [(e.id, q.question) for e in editions for q in e.questions if q.spans]
    asked += [(b.article, b.question) for file in broad for b in read_broad(file) if b.essential]
    asked = random.Random(0).sample(asked, min(most, len(asked)))
    known = {name: {word.lower() for word in words(text)} for name, text in texts.items()}
    beside = [name for name in texts if name.endswith("-a")]
    files, encoder = {f"{name}.txt": texts[name] for name in beside}, encoders.load()
    with temporary_index(files, encoder) as folder:
        retriever = Retriever(open_index(folder), encoder)
        for own, question in tqdm(asked):
            wanted = {word.lower() for word in content_words(question)} & known[own]
            others = [
                f"{name}.txt"
                for name in beside
                if name[:-2] != own[:-2] and not wanted <= known[name]
            ]
            query = marked(question)
            found = retriever.gather(query, others, passages=reader.passages)
            best = _by_margin(reader.read_each(query, found.windows))[:KEPT]
            places = [
                (s.sentence.article_id.removesuffix(".txt"), s.sentence.start, s.sentence.end)
                for s in best
            ]
            yield json.dumps({"edition": own, "question": question, "elsewhere": places})


def _by_margin(views: Sequence[Sequence[Span]]) -> list[Span]:
    return sorted(best_of(views).values(), key=lambda span: -span.margin)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; an error is one line and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m training.mining", description=__doc__)
    parser.add_argument("model", type=Path, help="an exported (ONNX) folder")
    parser.add_argument("--reread", type=Path, metavar="MODEL", help="exported: rereads the worst")
    parser.add_argument("--news", type=Path, required=True, help="editions")
    parser.add_argument("--dialogues", type=Path, help="dialogues about them")
    parser.add_argument(
        "--among", type=int, metavar="N", help="mine other articles for N answered questions"
    )
    parser.add_argument("--broad", nargs="*", default=[], type=Path, help="some of them are these")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    options = parser.parse_args(arguments)
    try:
        reader = OnnxReader(options.model, str(options.model))
        second = options.reread and OnnxReader(options.reread, str(options.reread))
        editions = read_editions(options.news)
        options.out.parent.mkdir(parents=True, exist_ok=True)  # not only when all is mined
        if options.among:
            lines = list(mine_among(reader, editions, options.broad, options.among))
        else:
            asked = list(unanswered(editions, options.dialogues))
            lines = [ln for edition, qs in tqdm(asked) for ln in mine(reader, edition, qs, second)]
    except AskvisitError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    options.out.write_text("\n".join(lines) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
