"""Measure indexes of many passages: build, update, size, memory, recall and latency.

    python benchmarks/scale.py FOLDER [--sizes 10000 100000 1000000] [--real 2000]
                               [--keep DIR] [--rows scale.jsonl] [--plot docs/scale.png]

FOLDER holds files in SQuAD format (*.json.gz): their paragraphs are the passages, then paragraphs
re-cut from their shuffled sentences, all distinct. The vectors of `--real` paragraphs and of their
questions are encoded; all others are placed around those, at a distance that makes the cosines with
neighbours 1, 10 and 100 match those of real vectors (both are printed, and those within each
index). So the build times exclude encoding. Recall is recall@10 against an exhaustive search, over
real questions; "all words" and "as searched" are the shares of the first 100 questions whose
paragraph BM25 ranks in the top ten. Each size is built and searched in its own processes; the
update (`--once` leaves it out) follows a change to one article of ten passages.

`--keep` keeps the indexes, to be searched again. `--rows` appends the measurements to a file; the
table and the plot then cover all rows in it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from common import Asked, alone, distinct, peak_mb, read_paragraphs, write_articles

from askvisit import build_index, store
from askvisit import encoder as encoders
from askvisit.index import open_index
from askvisit.retriever import Retriever
from askvisit.vectors import kth_cosines, map_rows, normalise

NEIGHBOURS = (1, 10, 100)
QUESTIONS = 300
COMPARED = 100
"""Questions also searched by all their words, which takes long in a large index."""


class Around:
    """An encoder that has the vectors of some texts and places the others around them.

    What is added is a difference of two real vectors, so that it is distributed as those are.
    """

    name = "around-real-vectors"
    sha256 = "0" * 64

    def __init__(self, texts: Sequence[str], vectors: np.ndarray, spread: float) -> None:
        self._rows = {text: n for n, text in enumerate(texts)}
        self._vectors = normalise(vectors)
        self._spread = spread
        self.dimension = vectors.shape[1]

    def encode_query(self, texts: Sequence[str]) -> np.ndarray:
        """Return the questions' vectors."""
        return self.encode_document(texts)

    def encode_document(self, texts: Sequence[str]) -> np.ndarray:
        """Return the texts' vectors."""
        seeds = np.array([zlib.crc32(text.encode()) for text in texts], dtype=np.int64)
        made = around(self._vectors, seeds, self._spread)
        for n, text in enumerate(texts):
            if text in self._rows:
                made[n] = self._vectors[self._rows[text]]
        return made


def around(vectors: np.ndarray, seeds: np.ndarray, spread: float) -> np.ndarray:
    """Make a vector around a real one for each seed."""
    own, plus, minus = (seeds * factor // 977 % len(vectors) for factor in (1, 7919, 104_729))
    difference = (vectors[plus] - vectors[minus]) / np.sqrt(2)
    return normalise(vectors[own] + spread * difference).astype(np.float32)


def neighbour_cosines(vectors: np.ndarray) -> list[float]:
    """Return the mean cosines with the neighbours at `NEIGHBOURS`, of up to 500 vectors.

    vectors may be a memory-mapped file. A vector's nearest neighbour is itself.
    """
    some = vectors[:: len(vectors) // 500 + 1]
    near = [n for n in NEIGHBOURS if n < len(vectors)]
    return [float(kth_cosines(vectors, some, n + 1).mean()) for n in near]


def fit_spread(vectors: np.ndarray) -> float:
    """Find the spread with which vectors around half of the real ones resemble all of them."""
    real = neighbour_cosines(vectors)
    half, seeds = vectors[::2], np.arange(len(vectors)) * 15_485_863
    made = {s: neighbour_cosines(around(half, seeds, s)) for s in np.arange(0.2, 2.0, 0.1)}
    spread = min(made, key=lambda s: float(np.abs(np.subtract(made[s], real)).sum()))
    print(f"cosine with neighbour {NEIGHBOURS} among {len(vectors):,}: real {np.round(real, 3)},")
    print(f"made {np.round(made[spread], 3)} (spread {spread:.1f})")
    return float(spread)


def build(folder: Path, encoder: Around, once: bool) -> dict[str, Any]:
    """Build in this process, then change one article and build again."""
    times: list[float] = []
    for _ in range(1 if once else 2):
        start = time.perf_counter()
        report = build_index(index=folder, encoder=encoder)
        times.append(time.perf_counter() - start)
        changed = next((folder / "articles").iterdir())
        changed.write_text("Something else stands here now.\n\n" + changed.read_text("utf-8"))
    return {
        "recall built": report.recall or 1.0,
        "build s": times[0],
        **({} if once else {"update s": times[1]}),
        "build RSS MB": peak_mb(),
        "disk MB": sum(p.stat().st_size for p in folder.iterdir() if p.is_file()) / 1e6,
    }


def search(folder: Path, questions: Sequence[Asked], vectors: np.ndarray) -> dict[str, Any]:
    """Search in this process, which loads no encoder."""
    start = time.perf_counter()
    index = open_index(folder)
    opened = time.perf_counter() - start
    texts = [question for question, _ in questions]
    retriever = Retriever(index, Around(texts, vectors, 0))
    by_text = dict(zip(texts, vectors, strict=True))
    figures = {"passages": len(index), "index": index.manifest.faiss, "open s": opened}
    for name, ask in (
        ("dense", lambda text: index.dense(by_text[text], 50)),
        ("BM25", lambda text: index.bm25(text, 50)),
        ("fused", retriever.search),
    ):
        figures |= _latency(name, ask, texts)
    figures["search RSS MB"] = peak_mb()
    kept = index.manifest.encoded
    every = (
        index.rows(range(len(index)))
        if kept is None
        else map_rows(folder / kept.name, len(index), vectors.shape[1])
    )
    figures["recall"] = _recall(index, every, vectors)
    for n, cosine in zip(NEIGHBOURS, neighbour_cosines(every), strict=False):
        figures[f"cosine {n}"] = cosine
    figures["as searched"] = _gold(index, questions[:COMPARED])
    store._MOST_SCORED = 10**9
    figures["all words"] = _gold(index, questions[:COMPARED])
    return figures


def _latency(name: str, ask: Callable[[str], Any], texts: Sequence[str]) -> dict[str, float]:
    times = []
    for text in [*texts[:20], *texts]:  # the first ones warm up
        start = time.perf_counter()
        ask(text)
        times.append(1000 * (time.perf_counter() - start))
    p50, p95 = np.percentile(times[20:], [50, 95])
    return {f"{name} p50 ms": p50, f"{name} p95 ms": p95}


def _recall(index: Any, every: np.ndarray, vectors: np.ndarray) -> float:
    last = kth_cosines(every, vectors, 10)
    found = 0
    for vector, least in zip(vectors, last, strict=True):
        found += sum(cosine > least - 1e-5 for _, cosine in index.dense(vector, 10))
    return found / 10 / len(vectors)


def _gold(index: Any, questions: Sequence[Asked]) -> float:
    hits = 0
    for question, text in questions:
        found = index.passages([n for n, _ in index.bm25(question, 10)])
        hits += any(passage.text in text for passage in found.values())
    return hits / len(questions)


def main() -> None:
    """Print a column for each size."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--real", type=int, default=2000, help="paragraphs to encode")
    parser.add_argument("--once", action="store_true", help="leave the update out")
    parser.add_argument(
        "--keep", type=Path, help="keep indexes in this folder; search what is there"
    )
    parser.add_argument("--rows", type=Path, help="a file of what was measured before, and now")
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    paragraphs, questions = read_paragraphs(options.folder)
    real, asked = paragraphs[: options.real], questions[:QUESTIONS]
    encoder = encoders.load()
    start = time.perf_counter()
    vectors = normalise(encoder.encode_document(real))
    print(
        f"{len(real)} paragraphs encoded, {len(real) / (time.perf_counter() - start):.0f} a second"
    )
    asked_vectors = encoder.encode_query([question for question, _ in asked])
    made = Around(real, vectors, fit_spread(vectors))
    rows = []
    for size in options.sizes:
        with _folder(options.keep, size) as folder:
            row = {}
            if not (folder / "manifest.json").exists():
                write_articles(folder / "articles", distinct(paragraphs, size), size)
                row = alone(build, folder, made, options.once)
            rows.append(row | alone(search, folder, asked, asked_vectors))
            _print(rows[-1:])
    if options.rows:
        rows = _kept(options.rows, rows)
    _print(rows)
    if options.plot:
        _draw(rows, options.plot)


@contextmanager
def _folder(keep: Path | None, size: int) -> Iterator[Path]:
    """Yield a folder for an index: a temporary one, or one that is kept."""
    if keep is not None:
        yield keep / f"{size}"
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _kept(path: Path, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add rows to those in a file; returns the latest figures for each size."""
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    newest: dict[int, dict[str, Any]] = {}
    for row in map(json.loads, path.read_text("utf-8").splitlines()):
        newest[row["passages"]] = newest.get(row["passages"], {}) | row
    return [newest[size] for size in sorted(newest)]


def _print(rows: Sequence[dict[str, Any]]) -> None:
    """Print a column for each row."""
    print()
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row.get(name, "") for row in rows]
        shown = (v if isinstance(v, str) else f"{v:,.{3 if 0 < v < 10 else 0}f}" for v in values)
        print(f"{name:14} {' '.join(f'{text:>12}' for text in shown)}", flush=True)


def _draw(rows: Sequence[dict[str, Any]], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (latency, memory) = pyplot.subplots(1, 2, figsize=(8, 3), layout="constrained")
    sizes = [row["passages"] for row in rows]
    for name in ("dense", "BM25", "fused"):
        latency.loglog(sizes, [row[f"{name} p95 ms"] for row in rows], "o-", label=name)
    for name in ("search RSS MB", "disk MB"):
        memory.loglog(sizes, [row[name] for row in rows], "o-", label=name.removesuffix(" MB"))
    latency.set(xlabel="passages", ylabel="p95 (ms)")
    memory.set(xlabel="passages", ylabel="MB")
    for axes in (latency, memory):
        axes.legend()
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
