"""Time askvisit against other ways to do the same; prints ratios within one run.

    python benchmarks/speed.py answers [--rounds 3] [--questions 200] [--only fast tutorial]
                                       [--small FOLDER] [--large FOLDER]
    python benchmarks/speed.py build [--rounds 3] [--passages 3000]

answers: a fixed sample of the questions of the news dev set, asked of one index of all its first
editions, so that every contestant has to find the article too (a second edition would contradict
the first). Contestants run in turn, each in its own processes (`benchmarks/peers`; `pip install -e
".[peers]"` installs them): the first answer of a new process, from its start to the printed line,
warm answers, memory, and how good they are. "right" is the share of answerable questions whose
answer lies in a sentence that answers, or contains one; "false" the share of the others that were
answered.

accurate and fast are askvisit's readers; "never refusing" uses accurate too. The peers have the
same passages and the same encoder, and read with --small, the checkpoint of the first edition's
small reader, and with --large, one as good as ours:

    python -m training.restore src/askvisit/models/reader-large BASE FOLDER

makes it (BASE: the folder of all-mpnet-base-v2). Haystack's reader gives a model no token types, so
it is left out if the checkpoint has them, as the small one does. Last come follow-ups of news
dialogues against the same questions asked in full.
build: see `benchmarks/builds.py`.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean, median

import numpy as np
from builds import build
from common import COMMAND, NEWS, ROOT, alone, run_offline
from corpus import build as build_corpus
from follow_ups import follow_ups

from askvisit import Answer, Assistant
from askvisit.calibration import ACCURATE, FAST
from askvisit.index import open_index
from askvisit.onnx_model import MODELS
from training.editions import read_edition_dialogues, read_editions

WARM_UP = 5
"""Questions asked before timing starts, none of those that are timed."""

FOLLOW_UPS = 60
"""How many follow-ups are timed."""


@dataclass(frozen=True)
class Asked:
    """A question and the sentences that answer it, none if no article does."""

    question: str
    sentences: tuple[str, ...]


@dataclass
class Contestant:
    """A program of `benchmarks/peers`, what it imports, and what was measured.

    `reader` is that of askvisit, `model` the checkpoint that a peer reads with. `first` has the
    seconds to first answers, `warm` a program's report on warm ones, one per round.
    """

    program: str
    needs: str
    reader: str = ""
    model: str = "none"
    guess: bool = False
    first: list[float] = field(default_factory=list)
    warm: list[dict] = field(default_factory=list)

    def run(self, command: str, folder: Path, *more: str | Path) -> str:
        """Run one of its commands; returns the last line printed."""
        program = ROOT / "benchmarks" / "peers" / f"{self.program}.py"
        chosen = [*self._reader, *["--guess"] * self.guess]
        return run_offline([sys.executable, program, command, folder, *more, *chosen])

    def ask_first(self, folder: Path, question: str) -> None:
        """Time a new process; askvisit's is the command that people type."""
        start = time.perf_counter()
        if self.program == "assistant":
            index = folder / "index"
            ask = [*COMMAND, "ask", "--index", index, *self._reader, question]
            run_offline(ask, success=(0, 3))  # 3 is a refusal
        else:
            self.run("ask", folder, question)
        self.first.append(time.perf_counter() - start)

    def ask_warm(self, folder: Path) -> None:
        """Time all questions in a new process that has the models loaded."""
        self.warm.append(json.loads(self.run("warm", folder)))

    @property
    def _reader(self) -> list[str]:
        return ["--reader", self.reader] if self.reader else []


CONTESTANTS = {
    "accurate": Contestant("assistant", "askvisit", ACCURATE),
    "fast": Contestant("assistant", "askvisit", FAST),
    "never refusing": Contestant("assistant", "askvisit", ACCURATE, guess=True),
    "tutorial": Contestant("tutorial", "sentence_transformers"),
    "haystack": Contestant("haystack_reader", "haystack_integrations"),
    "txtai": Contestant("txtai_extractor", "txtai"),
}


def answers(options: argparse.Namespace) -> None:
    """Print a row for each contestant, and what follow-ups cost."""
    models = {"small": options.small, "large": options.large}
    models = {name: path for name, path in models.items() if path is not None}
    chosen = _chosen(options.only, models)
    with tempfile.TemporaryDirectory() as work:
        asked, warm_up = _write_corpus(Path(work) / "none", options.questions)
        for name in models:
            shutil.copytree(Path(work) / "none", Path(work) / name)
        placed = [(contestant, Path(work) / contestant.model) for contestant in chosen.values()]
        for contestant, folder in placed:
            contestant.run("prepare", folder, models.get(contestant.model, folder))
            contestant.run("ask", folder, warm_up)  # its files are in the cache from here on
        for _ in range(options.rounds):
            for contestant, folder in placed:
                contestant.ask_first(folder, warm_up)
                contestant.ask_warm(folder)
        times = alone(follow_up_times, Path(work) / "none" / "index")
    answerable = sum(bool(one.sentences) for one in asked)
    print(f"{len(asked)} questions, {answerable} of them answerable, {options.rounds} rounds")
    print(f"{'':16}first s    of    p50 ms    of   p95 ms      MB   right  false")
    for name, contestant in chosen.items():
        _print_row(name, contestant, chosen["accurate"], asked)
    print("(of: the median of accurate as a share of this one's)")
    typed, full = (median(column) for column in zip(*times, strict=True))
    ratio = median(one / other for one, other in times)
    print(
        f"{len(times)} follow-ups: as typed {typed:.0f} ms, asked in full {full:.0f} ms; "
        f"the median of the ratios is {ratio:.2f}"
    )


def _chosen(only: Sequence[str], models: dict[str, Path]) -> dict[str, Contestant]:
    """Return the contestants by name, peers with a reader once for each checkpoint."""
    chosen: dict[str, Contestant] = {}
    for name, contestant in CONTESTANTS.items():
        if name != "accurate" and name not in only:
            continue
        if find_spec(contestant.needs) is None:
            print(f'{name} is left out: it is not installed (pip install -e ".[peers]")')
        elif name not in ("haystack", "txtai"):
            chosen[name] = contestant
        else:
            for model, path in models.items():
                if name == "haystack" and _has_token_types(path):
                    print(f"haystack, {model} is left out: it gives no token types")
                else:
                    fresh = replace(contestant, model=model, first=[], warm=[])
                    chosen[f"{name}, {model}"] = fresh
    return chosen


def follow_up_times(folder: Path) -> list[tuple[float, float]]:
    """Return the milliseconds of follow-ups about news, as typed and asked in full.

    folder: an index of the first editions of news dev. The answers before are the right ones. What
    was read for a question is not read again, so each is asked once, in either order.
    """
    assistant = Assistant.load(folder)
    assistant.warm_up()
    index = open_index(folder)
    editions = read_editions(NEWS / "dev.jsonl")
    dialogues = read_edition_dialogues(NEWS / "dialogues-dev.jsonl", editions)
    asked = list(follow_ups(index, [d for d in dialogues if d.article.endswith("-a")]))
    random.Random(0).shuffle(asked)
    times = []
    for number, (_, turn, history) in enumerate(asked[:FOLLOW_UPS]):
        order = 1 if number % 2 else -1
        ways: list[tuple[str, Sequence[Answer]]] = [(turn.question, history), (turn.standalone, ())]
        typed, full = [_timed(assistant, *way) for way in ways[::order]][::order]
        times.append((typed, full))
    return times


def _timed(assistant: Assistant, question: str, history: Sequence[Answer]) -> float:
    start = time.perf_counter()
    assistant.ask(question, history)
    return 1000 * (time.perf_counter() - start)


def _has_token_types(model: Path) -> bool:
    config = json.loads((model / "config.json").read_text("utf-8"))
    return int(config.get("type_vocab_size", 0)) > 1


def _write_corpus(folder: Path, count: int) -> tuple[list[Asked], str]:
    """Write what contestants get; return the questions, and one for the first answers."""
    editions = [e for e in read_editions(ROOT / "data/news/dev.jsonl") if e.id.endswith("-a")]
    build_corpus(folder / "index", editions, [])
    index = open_index(folder / "index")
    asked = []
    for edition in editions:
        sentences = index.sentences(f"{edition.id}.txt")
        for question in edition.questions:
            begins = [begin for begin, _ in question.spans]
            gold = [s.text for s in sentences if any(s.start <= b < s.end for b in begins)]
            asked.append(Asked(question.question, tuple(gold)))
    random.Random(0).shuffle(asked)
    warm_up, asked = asked[:WARM_UP], asked[WARM_UP:][:count]
    passages = index.passages(range(len(index))).values()
    _write(folder, "passages", [passage.text for passage in passages])
    _write(folder, "questions", [one.question for one in asked])
    _write(folder, "warm-up", [one.question for one in warm_up])
    return asked, warm_up[0].question


def _write(folder: Path, name: str, texts: list[str]) -> None:
    (folder / f"{name}.json").write_text(json.dumps(texts), "utf-8")


def _print_row(
    name: str, contestant: Contestant, ours: Contestant, questions: Sequence[Asked]
) -> None:
    def first(c: Contestant) -> float:
        return median(c.first)

    def warm(c: Contestant, percent: int) -> float:
        return median(float(np.percentile(round_["ms"], percent)) for round_ in c.warm)

    given = contestant.warm[-1]["answers"]
    judged = list(zip(questions, given, strict=True))
    right = fmean(_is_right(q, answer) for q, answer in judged if q.sentences)
    false = fmean(bool(answer) for q, answer in judged if not q.sentences)
    print(
        f"{name:16}{first(contestant):7.2f}{first(ours) / first(contestant):6.2f}"
        f"{warm(contestant, 50):10.1f}{warm(ours, 50) / warm(contestant, 50):6.2f}"
        f"{warm(contestant, 95):9.1f}{median(r['MB'] for r in contestant.warm):8.0f}"
        f"{right:8.2f}{false:7.2f}"
    )


def _is_right(question: Asked, answer: str | None) -> bool:
    words = " ".join((answer or "").split())
    gold = [" ".join(sentence.split()) for sentence in question.sentences]
    return bool(words) and any(words in sentence or sentence in words for sentence in gold)


def main() -> None:
    """Run one of the two commands."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="answers|build")
    command = commands.add_parser("answers")
    command.add_argument("--rounds", type=int, default=3)
    command.add_argument("--questions", type=int, default=200)
    command.add_argument("--only", nargs="*", choices=CONTESTANTS, default=list(CONTESTANTS))
    command.add_argument(
        "--small",
        type=Path,
        default=MODELS / "reader" / "float",
        metavar="FOLDER",
        help="a checkpoint that peers read with (%(default)s)",
    )
    command.add_argument(
        "--large", type=Path, metavar="FOLDER", help="another one, of the large reader"
    )
    command.set_defaults(run=answers)
    command = commands.add_parser("build")
    command.add_argument("--rounds", type=int, default=3)
    command.add_argument("--passages", type=int, default=3000)
    command.add_argument("--articles", type=int, default=1000)
    command.set_defaults(run=build)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
