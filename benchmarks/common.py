"""What benchmarks share; imported first, as it makes `training` and `tests/harness` importable."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import os
import random
import re
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from askvisit.evaluation.questions import Question

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "data"
NEWS = ROOT / "data" / "news"
sys.path += [str(ROOT), str(ROOT / "tests")]

PER_ARTICLE = 10

COMMAND = [sys.executable, "-c", "import sys; from askvisit.cli import main; sys.exit(main())"]
"""What the script `askvisit` runs."""

Asked = tuple[str, str]
"""A question and the paragraph that answers it."""

Result = TypeVar("Result")


def run_offline(command: Sequence[str | Path], *, success: Sequence[int] = (0,)) -> str:
    """Run a command without hub access and return its last line.

    Python may keep what it compiled, as on people's machines, though a container says otherwise.
    Raises `SystemExit` with the end of its error output if its exit status is not in `success`.
    """
    offline = {"HF_HUB_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False"}
    env = os.environ | offline | {"PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(command, capture_output=True, text=True, env=env)
    if done.returncode not in success:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stderr[-2000:]}")
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


def visit_questions() -> list[Question]:
    """Return the development questions about the visit, except those about askvisit itself."""
    from askvisit.evaluation.questions import read_questions

    return [q for q in read_questions(DATA / "questions.jsonl") if q.kind != "meta"]


def alone(work: Callable[..., Result], *arguments: object) -> Result:
    """Run a function in a new process, so that its memory and its models are its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(work, *arguments).result()


def peak_mb() -> float:
    """Return the peak memory of this process, in MB.

    Linux gives it here; `getrusage` may give the parent's for a new process.
    """
    status = Path("/proc/self/status").read_text("utf-8")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1000


def read_paragraphs(folder: Path) -> tuple[list[str], list[Asked]]:
    """Read every paragraph once, and the first question it answers."""
    questions: dict[str, list[Asked]] = {}
    for path in sorted(folder.glob("*.json.gz")):
        for page in json.loads(gzip.decompress(path.read_bytes()))["data"]:
            for paragraph in page["paragraphs"]:
                text = " ".join(paragraph["context"].split())
                if 200 <= len(text) <= 1000:  # what makes one passage as it is
                    asked = [q["question"] for q in paragraph["qas"] if not q.get("is_impossible")]
                    questions.setdefault(text, []).extend((q, text) for q in asked)
    texts = list(questions)
    random.Random(0).shuffle(texts)
    return texts, [q for text in texts for q in questions[text][:1]]


def distinct(paragraphs: Sequence[str], count: int) -> Iterator[str]:
    """Yield the paragraphs, then texts made of shuffled sentences from two of them."""
    seen = set()
    chance = random.Random(1)
    sentences = [re.split(r"(?<=[.!?]) (?=[A-Z])", text) for text in paragraphs]
    for n in range(10 * count):
        if n < len(paragraphs):
            text = paragraphs[n]
        else:
            both = chance.choice(sentences) + chance.choice(sentences)
            chance.shuffle(both)
            text = " ".join(both[: max(2, len(both) // 2)])[:1000]
        if len(text) >= 100 and (key := zlib.crc32(text.encode())) not in seen:
            seen.add(key)
            yield text
        if len(seen) == count:
            return


def write_articles(
    folder: Path, texts: Iterator[str], size: int, per_article: int = PER_ARTICLE
) -> None:
    """Write passages as articles of a few paragraphs each."""
    folder.mkdir(parents=True)
    block: list[str] = []
    for n, text in enumerate(texts, 1):
        block.append(text)
        if len(block) == per_article or n == size:
            (folder / f"{n:08}.txt").write_text("\n\n".join(block) + "\n", "utf-8")
            block.clear()
