"""Time askvisit beside other ways to do the same; prints ratios within one run.

    python benchmarks/speed.py answers [--rounds 5] [--only fast tutorial] [--peer-model FOLDER]
    python benchmarks/speed.py build [--rounds 3] [--passages 3000]

answers: the first answer of a new process, from its start to the printed line, and warm answers to
the development questions, each contestant in processes of its own and in turn (`benchmarks/peers`;
`pip install -e ".[peers]"` installs them). accurate and fast are askvisit's readers; "never
refusing" is accurate too. The others read with the checkpoint of --peer-model. Haystack's reader
gives a model no token types, so it is left out where the checkpoint has them, as the default has:
a checkpoint of the large reader, of RoBERTa or of DistilBERT has none. "right" is the share of
answerable questions whose answer lies in a sentence that answers, or holds one; "false" the share
of the others that were answered. Last, follow-ups beside plain questions.
build: see `benchmarks/builds.py`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean, median

import numpy as np
from builds import build
from common import COMMAND, DATA, ROOT, alone, run_offline, visit_questions

from askvisit import Answer, Assistant
from askvisit.calibration import ACCURATE, FAST
from askvisit.evaluation import Question, read_dialogues
from askvisit.index import open_index
from askvisit.onnx_model import MODELS

ASKED_FIRST = "When did Xi meet Kim Jong Il?"


@dataclass
class Contestant:
    """A program of `benchmarks/peers`, what it imports, and what was measured.

    `first` are the seconds to first answers, `warm` the seconds of warm ones, one a round.
    """

    program: str
    needs: str
    reader: str = ""
    guess: bool = False
    first: list[float] = field(default_factory=list)
    warm: list[dict] = field(default_factory=list)

    def run(self, command: str, folder: Path, *more: str | Path) -> str:
        """Run one of its commands; returns the last line that it printed."""
        program = ROOT / "benchmarks" / "peers" / f"{self.program}.py"
        chosen = [*self._reader, *["--guess"] * self.guess]
        return run_offline([sys.executable, program, command, folder, *more, *chosen])

    def ask_first(self, folder: Path) -> None:
        """Time a new process; askvisit's is the command that people type."""
        start = time.perf_counter()
        if self.program == "assistant":
            run_offline([*COMMAND, "ask", "--index", ROOT / "index", *self._reader, ASKED_FIRST])
        else:
            self.run("ask", folder, ASKED_FIRST)
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
    questions = visit_questions()
    chosen = {n: c for n, c in CONTESTANTS.items() if n == "accurate" or n in options.only}
    for name in [name for name, c in chosen.items() if find_spec(c.needs) is None]:
        print(f'{name} is left out: it is not installed (pip install -e ".[peers]")')
        del chosen[name]
    if "haystack" in chosen and _has_token_types(options.peer_model):
        print("haystack is left out: it gives no token types, which the peers' model has")
        del chosen["haystack"]
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        _write(folder, "passages", _passages())
        _write(folder, "questions", [q.question for q in questions])
        for contestant in chosen.values():
            contestant.run("prepare", folder, options.peer_model)
            contestant.run("ask", folder, ASKED_FIRST)  # its files are in the cache from here on
        for _ in range(options.rounds):
            for contestant in chosen.values():
                contestant.ask_first(folder)
                contestant.ask_warm(folder)
    print(f"{'':15}first s    of    p50 ms    of   p95 ms      MB   right  false")
    for name, contestant in chosen.items():
        _print_row(name, contestant, chosen["accurate"], questions)
    print("(of: the median of accurate as a share of this one's)")
    times = [alone(follow_ups) for _ in range(options.rounds)]
    plain, leaning = (median(t[n] for t in times) for n in (0, 1))
    print(f"a plain question {plain:.0f} ms, a follow-up {leaning:.0f} ms: {leaning / plain:.2f}")


def follow_ups() -> tuple[float, float]:
    """Return the median milliseconds of plain questions, and of questions that lean on others."""
    assistant = Assistant.load(ROOT / "index")
    asked = []
    for dialogue in read_dialogues(DATA / "dialogues.jsonl"):
        history: list[Answer] = []
        for turn in dialogue:
            asked.append((turn.question, tuple(history)))
            history.append(assistant.ask(turn.question, history))
    asked = [(question, history) for question, history in asked if history]
    plain = [(q.question, ()) for q in visit_questions() if q.sentences]
    medians = []
    for questions in (plain, asked):
        times = []
        for question, history in [*questions, *questions]:  # the first time warms up
            start = time.perf_counter()
            assistant.ask(question, history)
            times.append(1000 * (time.perf_counter() - start))
        medians.append(median(times[len(questions) :]))
    return medians[0], medians[1]


def _has_token_types(model: Path) -> bool:
    config = json.loads((model / "config.json").read_text("utf-8"))
    return int(config.get("type_vocab_size", 0)) > 1


def _passages() -> list[str]:
    index = open_index(ROOT / "index")
    return [passage.text for passage in index.passages(range(len(index))).values()]


def _write(folder: Path, name: str, texts: list[str]) -> None:
    (folder / f"{name}.json").write_text(json.dumps(texts), "utf-8")


def _print_row(
    name: str, contestant: Contestant, ours: Contestant, questions: Sequence[Question]
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
        f"{name:15}{first(contestant):7.2f}{first(ours) / first(contestant):6.2f}"
        f"{warm(contestant, 50):10.1f}{warm(ours, 50) / warm(contestant, 50):6.2f}"
        f"{warm(contestant, 95):9.1f}{median(r['MB'] for r in contestant.warm):8.0f}"
        f"{right:8.2f}{false:7.2f}"
    )


def _is_right(question: Question, answer: str | None) -> bool:
    words = " ".join((answer or "").split())
    gold = [" ".join(sentence.split()) for sentence in question.sentences]
    return bool(words) and any(words in sentence or sentence in words for sentence in gold)


def main() -> None:
    """Run one of the two."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="answers|build")
    command = commands.add_parser("answers")
    command.add_argument("--rounds", type=int, default=5)
    command.add_argument("--only", nargs="*", choices=CONTESTANTS, default=list(CONTESTANTS))
    command.add_argument(
        "--peer-model",
        type=Path,
        default=MODELS / "reader" / "float",
        metavar="FOLDER",
        help="the checkpoint that peers read with (%(default)s)",
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
