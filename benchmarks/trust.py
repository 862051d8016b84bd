"""What went wrong on purpose and what came of it: `python benchmarks/trust.py`.

Four tables: faults injected and survived, bits flipped and found, verdicts on edited articles,
hostile inputs tried and failed. `--short` is the form for every day; `--only` runs one table,
`--count N` says how many hostile inputs. Exit status 1 where anything failed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import faults  # noqa: E402
import hostile  # noqa: E402
import proofs  # noqa: E402
import system_faults  # noqa: E402
from fakes import WordCounts  # noqa: E402

from askvisit import Assistant, build_index  # noqa: E402
from askvisit.errors import IndexFormatError  # noqa: E402
from askvisit.index import verify_index  # noqa: E402

SLOWEST = 2.0
"""Seconds of computing (over all cores) that one input may take."""

SHARES = {"questions": 2.0, "PDF files": 0.5, "HTML files": 0.5}
"""How many inputs a target gets, against the others."""


def main() -> int:
    """Print the tables; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="the form for every day")
    parser.add_argument("--only", choices=TABLES, help="one table")
    parser.add_argument("--count", type=int, help="hostile inputs (default: 10,000; short: 200)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    options.count = options.count or (200 if options.short else 10_000)
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, table in TABLES.items():
            if options.only in (None, name):
                folder = Path(scratch) / name
                folder.mkdir()
                failures += table(options, folder)
                print(flush=True)
    print(*failures, sep="\n")
    return 1 if failures else 0


def injected_faults(options: argparse.Namespace, scratch: Path) -> list[str]:
    """Stop changes of an index: failing operations and calls, kills, disks."""
    start = faults.first_index(scratch / "start")
    random, short = Random(options.seed), options.short
    failures: list[str] = []
    print(f"{'fault':40} {'injected':>8} {'survived':>8}")

    def row(kind: str, inject: Callable[[str], faults.Table]) -> None:
        tables = [inject(name) for name in faults.CHANGES]
        counts = sum(t.injected for t in tables), sum(t.survived for t in tables)
        print(f"{kind:40} {counts[0]:8} {counts[1]:8}", flush=True)
        failures.extend(line for table in tables for line in table.failures)

    def folder() -> Path:
        return Path(tempfile.mkdtemp(dir=scratch))

    def moments(count: int) -> list[float]:
        return [random.random() for _ in range(count)]

    row(
        "a file operation of Python fails",
        lambda name: faults.failing_operations(name, start, folder(), 6 if short else 1),
    )
    row(
        "killed (SIGKILL) at a random moment",
        lambda name: faults.killed(name, start, folder(), moments(2 if short else 67)),
    )
    if shutil.which("strace"):
        row(
            "a system call fails or kills (strace)",
            lambda name: system_faults.failing_calls(name, start, folder(), 12 if short else 1),
        )
    if system_faults.may_mount():
        sizes = [float(size) for size in range(0, 200, 80 if short else 8)]
        row(
            "the disk is full (tmpfs)",
            lambda name: system_faults.on_a_disk("full", name, start, sizes),
        )
        row(
            "the disk turns read-only (remount)",
            lambda name: system_faults.on_a_disk(
                "read-only", name, start, moments(1 if short else 20)
            ),
        )
    return failures


def flipped_bits(options: argparse.Namespace, scratch: Path) -> list[str]:
    """Flip bits of all that an index is made of, cut files and swap them; verify must tell."""
    folder = faults.first_index(scratch / "index")
    build_index(index=folder, encoder=WordCounts())
    most = 60 if options.short else 1000
    failures: list[str] = []
    print(
        f"{'file':34} {'bits':>8} {'flipped':>8} {'found':>8} {'cut or swapped':>15} {'found':>6}"
    )
    for path in sorted([*folder.glob("*.*"), *folder.glob("articles/*")]):
        data = path.read_bytes()
        bits = range(8 * len(data))
        chosen = bits if len(bits) <= most else Random(options.seed).sample(bits, most)
        missed = [bit for bit in chosen if not _is_found(folder, path, _flipped(data, bit))]
        spoilt = [data[: len(data) // 2], b"", data[::-1], data + b"\0", data + data]
        hidden = sum(not _is_found(folder, path, other) for other in spoilt)
        path.write_bytes(data)
        failures += [f"{path.name}: bit {bit} was not found" for bit in missed]
        failures += [f"{path.name}: {hidden} cut or swapped and not found"] if hidden else []
        found = len(chosen) - len(missed)
        print(
            f"{path.name:34} {len(bits):8} {len(chosen):8} {found:8} {len(spoilt):15} "
            f"{len(spoilt) - hidden:6}",
            flush=True,
        )
    assert verify_index(folder).intact
    return failures


def _flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def _is_found(folder: Path, path: Path, data: bytes) -> bool:
    path.write_bytes(data)
    try:
        found = verify_index(folder)
    except IndexFormatError as error:
        return "askvisit index" in str(error)
    return not found.intact and "askvisit index" in found.mend


def verdicts(options: argparse.Namespace, scratch: Path) -> list[str]:
    """Prove answers after their articles were edited at random."""
    tried, right = Counter[str](), Counter[str]()
    failures = []
    for part in range(1 if options.short else 10):
        for edited, proof in proofs.prove(100, options.seed + part, scratch / f"{part}" / "index"):
            tried[edited.status] += 1
            right[edited.status] += proofs.is_right(edited, proof)
            if not proofs.is_right(edited, proof):
                failures.append(f"{proof.article_id} is {edited.status}, said to be {proof.status}")
    print(f"{'quote':20} {'answers':>8} {'right':>8}")
    for status in ("intact", "moved", "changed", "gone"):
        print(f"{status:20} {tried[status]:8} {right[status]:8}")
    return failures


def hostile_inputs(options: argparse.Namespace, scratch: Path) -> list[str]:
    """Try hostile input on all that it can reach."""
    (scratch / "scratch").mkdir()
    index = faults.first_index(scratch / "index")
    targets = hostile.Targets(Assistant.load(ROOT / "index"), index, scratch / "scratch")
    whole = sum(SHARES.get(name, 1.0) for name in targets.all)
    failures: list[str] = []
    print(f"{'input':20} {'tried':>6} {'failures':>8} {'slowest':>8} {'memory':>9}")
    for name, try_it in targets.all.items():
        count = max(1, round(options.count * SHARES.get(name, 1.0) / whole))
        for number in range(3):
            try_it(Random(f"warm {name} {number}"))  # what is loaded once is no growth
        before, slowest, failed = hostile.memory_in_use(), 0.0, 0
        for number in range(count):
            seed = f"{options.seed} {name} {number}"
            began = time.process_time()
            try:
                try_it(Random(seed))
                took = time.process_time() - began
                assert took <= SLOWEST, f"took {took:.1f} s of computing"
            except Exception:
                failed += 1
                failures.append(f"{name}, seed {seed!r}: {traceback.format_exc(limit=-3)}")
            slowest = max(slowest, time.process_time() - began)
        grown = (hostile.memory_in_use() - before) / 2**20
        print(f"{name:20} {count:6} {failed:8} {slowest:6.2f} s {grown:+6.0f} MB", flush=True)
    return failures


TABLES = {
    "faults": injected_faults,
    "bits": flipped_bits,
    "verdicts": verdicts,
    "hostile": hostile_inputs,
}

if __name__ == "__main__":
    sys.exit(main())
