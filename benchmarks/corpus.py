"""Measure quality as the corpus grows: the news dev questions asked of indexes of many articles.

    python benchmarks/corpus.py FOLDER [--sizes 10 150 10000] [--questions 200] [--reader fast]
                                [--keep DIR] [--plot corpus.png]

The first editions of ten articles of data/news/dev.jsonl are in each index; the others are pages of
the SQuAD files (*.json.gz) in FOLDER, of at most ten paragraphs, and of fewer where there are not
enough pages. The questions are those that the ten editions answer, a fixed sample of them; in
larger indexes another article may answer one too, which counts as wrong.

For each way to fuse the two searches: the share of questions whose gold passage is found first, or
among the first ten; whose right sentence is cited first (never refusing); and that are answered by
it at the default. "z-scores" is what the retriever does; "reciprocal ranks" is the baseline of
Cormack, Clarke and Büttcher (2009), the sum of 1 / (60 + rank) over both searches.
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
from pathlib import Path
from statistics import fmean
from typing import Any
from unittest import mock

from common import ROOT

from askvisit import Assistant, build_index
from askvisit.evaluation.edition_files import Edition, EditionQuestion, Range, read_editions
from askvisit.records import Hit
from askvisit.retriever import Retriever

NEWS = 10
"""Articles that the questions are about."""

PARAGRAPHS = 10
"""The most of a page that make an article: as long as one of the news."""

_SMOOTHING = 60
_FIRST = 10

Asked = tuple[str, EditionQuestion]
"""An article's id and a question that it answers."""

Fusion = Callable[[Sequence[Hit]], list[Hit]]


def z_scores(hits: Sequence[Hit]) -> list[Hit]:
    """Leave the order that the retriever gave."""
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


FUSIONS: dict[str, Fusion] = {"z-scores": z_scores, "reciprocal ranks": reciprocal_ranks}


@contextmanager
def fused_by(fusion: Fusion) -> Iterator[None]:
    """Have every search fuse in another way while the block lasts."""
    search = Retriever.search

    def fused(self: Retriever, *arguments: Any, **options: Any) -> list[Hit]:
        return fusion(search(self, *arguments, **options))

    with mock.patch.object(Retriever, "search", fused):
        yield


def measure(assistant: Assistant, asked: Sequence[Asked]) -> dict[str, float]:
    """Ask every question; return the shares by their names."""
    rows = []
    for article, question in asked:
        hits = assistant.search(question.question, _FIRST)
        gold = [_holds(hit.article_id, hit.start, hit.end, article, question.spans) for hit in hits]
        answer = assistant.ask(question.question, min_confidence=0)
        right = any(
            _holds(cited.article_id, cited.start, cited.end, article, question.spans)
            for cited in answer.citations[:1]
        )
        given = right and answer.confidence >= assistant.threshold()
        rows.append((gold[:1] == [True], any(gold), right, given))
    names = ("passage first", f"passage in {_FIRST}", "sentence first", "answered right")
    return {name: fmean(row[n] for row in rows) for n, name in enumerate(names)}


def _holds(found: str, start: int, end: int, article: str, spans: Sequence[Range]) -> bool:
    return found == article and any(start <= begin < end for begin, _ in spans)


def questions(editions: Sequence[Edition], count: int) -> list[Asked]:
    """Return a fixed sample of the questions that the editions answer."""
    every = [(_file(e), question) for e in editions for question in e.questions if question.spans]
    return random.Random(0).sample(every, min(count, len(every)))


def pages(folder: Path, count: int) -> list[str]:
    """Return so many texts made of pages, each paragraph used once."""
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
    """Write the articles into an index's folder and build it; what is there is kept."""
    articles = folder / "articles"
    articles.mkdir(parents=True, exist_ok=True)
    for edition in editions:
        (articles / _file(edition)).write_text(edition.text, "utf-8")
    for number, text in enumerate(others):
        (articles / f"page-{number:05}.txt").write_text(text, "utf-8")
    build_index(index=folder)


def _file(edition: Edition) -> str:
    return f"{edition.id}.txt"


def main() -> None:
    """Print a row for each size and fusion."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 150, 10_000])
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--reader", default="fast")
    parser.add_argument("--keep", type=Path, help="keep the indexes in this folder")
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    everything = read_editions(ROOT / "data" / "news" / "dev.jsonl")
    editions = [edition for edition in everything if edition.id.endswith("-a")][:NEWS]
    asked = questions(editions, options.questions)
    print(f"{len(asked)} questions of {len(editions)} articles, reader {options.reader}")
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in FUSIONS}
    with tempfile.TemporaryDirectory() as work:
        for size in options.sizes:
            folder = (options.keep or Path(work)) / str(size)
            build(folder, editions, pages(options.folder, size - len(editions)))
            assistant = Assistant.load(folder, reader=options.reader)
            for name, fusion in FUSIONS.items():
                with fused_by(fusion):
                    shares = measure(assistant, asked)
                rows[name].append({"articles": size, **shares})
                shown = ", ".join(f"{key} {share:.3f}" for key, share in shares.items())
                print(f"{size:6,} articles, {name:16} {shown}", flush=True)
    if options.plot:
        _draw(rows, options.plot)


def _draw(rows: dict[str, list[dict[str, float]]], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 3.5), layout="constrained")
    for (name, measured), line in zip(rows.items(), ("-", "--"), strict=True):
        sizes = [row["articles"] for row in measured]
        for number, key in enumerate(key for key in measured[0] if key != "articles"):
            values = [row[key] for row in measured]
            axes.semilogx(sizes, values, f"o{line}", color=f"C{number}", label=f"{key}, {name}")
    axes.set(xlabel="articles", ylabel="share of questions", ylim=(0, 1))
    axes.legend(fontsize="x-small")
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
