"""Measure quality as the corpus grows: the news dev questions asked of indexes of many articles.

    python benchmarks/corpus.py FOLDER [--sizes 10 150 10000] [--questions 200]
                                [--reader fast | none] [--keep DIR] [--plot corpus.png]

Each index has the first editions of ten articles of data/news/dev.jsonl; the others are pages of
the SQuAD files (*.json.gz) in FOLDER, of at most ten paragraphs, or of fewer if there are not
enough pages. The questions are a fixed sample of those that the ten editions answer; in larger
indexes another article may answer one too, which counts as wrong.

For each way to fuse the two searches: the share of questions whose gold passage is ranked first, or
in the top ten; its mean reciprocal rank; the share whose answer is in the text that a reader gets;
and, unless the reader is "none", whose right sentence is cited first (never refusing), and that are
answered by it at the default threshold. "z-scores" is what the retriever does; "reciprocal ranks"
is the baseline of Cormack, Clarke and Büttcher (2009), the sum of 1 / (60 + rank) over both
searches; "dense" and "BM25" are one search alone, and are not run with a reader.

benchmarks/follow_ups.py measures the same for conversations.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import inf
from pathlib import Path
from statistics import fmean
from typing import Any
from unittest import mock

from common import NEWS

from askvisit import Assistant, build_index
from askvisit import encoder as encoders
from askvisit.encoder import RecentTexts
from askvisit.evaluation.questions import Range
from askvisit.index import open_index
from askvisit.reader.protocol import PASSAGES
from askvisit.records import Hit
from askvisit.retriever import Retriever
from training.editions import Edition, EditionQuestion, read_editions

ARTICLES = 10
"""Articles that the questions are about."""

PARAGRAPHS = 10
"""Maximum paragraphs of a page in an article: about as long as a news article."""

_SMOOTHING = 60
_FIRST = 10

Asked = tuple[str, EditionQuestion]
"""An article's id and a question that it answers."""

Fusion = Callable[[Sequence[Hit]], list[Hit]]


def z_scores(hits: Sequence[Hit]) -> list[Hit]:
    """Keep the retriever's order."""
    return list(hits)


def reciprocal_ranks(hits: Sequence[Hit]) -> list[Hit]:
    """Order what both searches found by the sum of their reciprocal ranks."""
    dense = sorted(hits, key=lambda hit: -hit.dense)
    words = sorted((hit for hit in hits if hit.bm25 > 0), key=lambda hit: -hit.bm25)
    fused: dict[Hit, float] = dict.fromkeys(hits, 0.0)
    for ranked in (dense, words):
        for rank, hit in enumerate(ranked, 1):
            fused[hit] += 1 / (_SMOOTHING + rank)
    found = [replace(hit, fused=score) for hit, score in fused.items()]
    return sorted(found, key=lambda hit: (-hit.fused, hit.article_id, hit.start))


def dense(hits: Sequence[Hit]) -> list[Hit]:
    """Order by meaning alone."""
    return sorted(hits, key=lambda hit: -hit.dense)


def bm25(hits: Sequence[Hit]) -> list[Hit]:
    """Order by words alone."""
    return sorted(hits, key=lambda hit: -hit.bm25)


FUSIONS: dict[str, Fusion] = {"z-scores": z_scores, "reciprocal ranks": reciprocal_ranks}
ALONE: dict[str, Fusion] = {"dense": dense, "BM25": bm25}


@contextmanager
def fused_by(fusion: Fusion) -> Iterator[None]:
    """Make every search fuse in another way within the block."""
    found = Retriever._found

    def fused(self: Retriever, *arguments: Any) -> tuple[Any, ...]:
        hits, *rest = found(self, *arguments)
        return fusion(hits), *rest

    with mock.patch.object(Retriever, "_found", fused):
        yield


def retrieved(retriever: Retriever, asked: Sequence[Asked]) -> dict[str, float]:
    """Retrieve for every question, as much as is read by default; return the shares by name."""
    ranks, read = [], []
    for article, question in asked:
        evidence = retriever.gather(question.question, passages=PASSAGES)
        ranks.append(gold_rank(evidence.hits, article, question.spans))
        windows = [(w.article_id, w.start, w.end) for w in evidence.windows]
        read.append(any(_holds(*window, article, question.spans) for window in windows))
    return rank_figures(ranks) | {"answer read": fmean(read)}


def answered(assistant: Assistant, asked: Sequence[Asked]) -> dict[str, float]:
    """Ask every question; return the shares by name."""
    rows = []
    for article, question in asked:
        answer = assistant.ask(question.question, min_confidence=0)
        right = any(
            _holds(cited.article_id, cited.start, cited.end, article, question.spans)
            for cited in answer.citations[:1]
        )
        rows.append((right, right and answer.confidence >= assistant.threshold()))
    names = ("sentence first", "answered right")
    return {name: fmean(row[n] for row in rows) for n, name in enumerate(names)}


def gold_rank(hits: Sequence[Hit], article: str, spans: Sequence[Range]) -> float:
    """Return the rank (from 1) of the first passage with a gold span; infinity if none has one."""
    gold = [
        n for n, h in enumerate(hits, 1) if _holds(h.article_id, h.start, h.end, article, spans)
    ]
    return gold[0] if gold else inf


def rank_figures(ranks: Sequence[float]) -> dict[str, float]:
    """Return the shares of gold passages that are first or in the top ten, and the MRR."""
    return {
        "passage first": fmean(rank == 1 for rank in ranks),
        f"passage in {_FIRST}": fmean(rank <= _FIRST for rank in ranks),
        "MRR": fmean(1 / rank for rank in ranks),
    }


def _holds(found: str, start: int, end: int, article: str, spans: Sequence[Range]) -> bool:
    return found == article and any(start <= begin < end for begin, _ in spans)


def questions(editions: Sequence[Edition], count: int) -> list[Asked]:
    """Return a fixed sample of the questions that the editions answer."""
    every = [
        (file_of(e.id), question) for e in editions for question in e.questions if question.spans
    ]
    return random.Random(0).sample(every, min(count, len(every)))


def pages(folder: Path, count: int) -> list[str]:
    """Return `count` texts made of pages, each paragraph used once."""
    by_title: dict[str, dict[str, None]] = {}
    seen: set[str] = set()
    for path in sorted(folder.glob("*.json.gz")):
        for page in json.loads(gzip.decompress(path.read_bytes()))["data"]:
            texts = [" ".join(p["context"].split()) for p in page["paragraphs"]]
            new = dict.fromkeys(text for text in texts if text not in seen)
            by_title.setdefault(page["title"], {}).update(new)
            seen.update(new)
    for size in range(PARAGRAPHS, 0, -1):
        parts = [
            "\n\n".join([title.replace("_", " "), *list(texts)[start : start + size]])
            for title, texts in by_title.items()
            for start in range(0, len(texts), size)
        ]
        if len(parts) >= count:
            return random.Random(1).sample(parts, count)
    raise SystemExit(f"{folder} has no {count:,} paragraphs; name fewer articles with --sizes")


def build(folder: Path, editions: Sequence[Edition], others: Sequence[str]) -> None:
    """Write the articles into an index's folder and build it; existing files are kept."""
    articles = folder / "articles"
    articles.mkdir(parents=True, exist_ok=True)
    for edition in editions:
        (articles / file_of(edition.id)).write_text(edition.text, "utf-8")
    for number, text in enumerate(others):
        (articles / f"page-{number:05}.txt").write_text(text, "utf-8")
    build_index(index=folder)


def file_of(edition_id: str) -> str:
    """Return the id of an edition in an index."""
    return f"{edition_id}.txt"


def main() -> None:
    """Print a row for each size and fusion."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 150, 10_000])
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--reader", default="fast", help='as askvisit has it, or "none"')
    parser.add_argument("--keep", type=Path, help="keep the indexes in this folder")
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    editions = news()
    asked = questions(editions, options.questions)
    print(f"{len(asked)} questions of {len(editions)} articles, reader {options.reader}")
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in FUSIONS | ALONE}
    encoder = RecentTexts(encoders.load())
    with tempfile.TemporaryDirectory() as work:
        for size in options.sizes:
            folder = (options.keep or Path(work)) / str(size)
            build(folder, editions, pages(options.folder, size - len(editions)))
            retriever = Retriever(open_index(folder), encoder)
            for name, fusion in (FUSIONS | ALONE).items():
                with fused_by(fusion):
                    shares = retrieved(retriever, asked)
                    if name in FUSIONS and options.reader != "none":
                        assistant = Assistant.load(folder, reader=options.reader)
                        shares |= answered(assistant, asked)
                rows[name].append({"articles": size, **shares})
                shown = ", ".join(f"{key} {share:.3f}" for key, share in shares.items())
                print(f"{size:6,} articles, {name:16} {shown}", flush=True)
    if options.plot:
        _draw(rows, options.plot)


def news() -> list[Edition]:
    """Return the editions that the questions are about."""
    everything = read_editions(NEWS / "dev.jsonl")
    return [edition for edition in everything if edition.id.endswith("-a")][:ARTICLES]


def _draw(rows: dict[str, list[dict[str, float]]], path: Path) -> None:
    """Plot what each way finds in the top ten, and what of that is read and cited."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 3.5), layout="constrained")
    sizes = [row["articles"] for row in rows["z-scores"]]
    found = f"passage in {_FIRST}"
    for name, measured in rows.items():
        axes.semilogx(sizes, [row[found] for row in measured], "o--", label=f"{found}, {name}")
    for key in ("answer read", "sentence first"):
        if key in rows["z-scores"][0]:
            axes.semilogx(sizes, [row[key] for row in rows["z-scores"]], "o-", label=key)
    axes.set(xlabel="articles", ylabel="share of questions", ylim=(0, 1))
    axes.legend(fontsize="x-small", loc="lower left")
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
