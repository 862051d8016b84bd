"""What was made to go wrong and what came of it: `python benchmarks/trust.py`.

Seven tables: faults injected and survived, bits flipped and found, damaged stores read, verdicts on
edited articles, hostile inputs tried and failed, what a crowd got from the chat, and what the
programs connected to. `--short` is the everyday form; `--only` runs some of them, `--count N` sets
the number of hostile inputs. Exit status 1 if anything failed.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from statistics import median, quantiles

from common import ROOT, visit_questions
from harness import crowd, faults, hostile, network, proofs, store_damage, system_faults
from harness.clients import Server, Tally
from harness.fakes import WordCounts
from harness.memory import growth, memory_in_use

from askvisit import Assistant, build_index, encoder
from askvisit.errors import IndexFormatError
from askvisit.index import verify_index

SLOWEST = 20
"""How many times the CPU time of a plain question one input may take.

A line with five questions that is asked twice takes ten; what grows with the square of the input
takes far more.
"""

SHARES = {"questions": 2.0, "PDF files": 0.5, "HTML files": 0.5, "bombs": 0.1}
"""How many inputs a target gets, relative to the others."""

LEVEL = 10.0
"""Megabytes that each thousand may add in the last half of a long run, when memory levels off."""


def main() -> int:
    """Print the tables; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="the form for every day")
    parser.add_argument("--only", nargs="+", choices=TABLES, default=list(TABLES))
    parser.add_argument("--count", type=int, help="hostile inputs (default: 10,000; short: 200)")
    parser.add_argument(
        "--seconds", type=int, default=300, help="how long the crowd asks (%(default)s)"
    )
    parser.add_argument("--clients", type=int, default=50, help="how many ask (%(default)s)")
    parser.add_argument("--reader", default="accurate", help="the chat's (%(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    options.count = options.count or (200 if options.short else 10_000)
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, table in TABLES.items():
            if name in options.only:
                folder = Path(scratch) / name
                folder.mkdir()
                failures += table(options, folder)
                print(flush=True)
    print(*failures, sep="\n")
    return 1 if failures else 0


def injected_faults(options: argparse.Namespace, scratch: Path) -> list[str]:
    """Interrupt changes to an index: failing operations and calls, kills, disks."""
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
    """Flip bits of all files of an index, cut and swap files; verify must report it."""
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
    return not found.intact and "askvisit index" in found.rebuild_hint


def damaged_stores(options: argparse.Namespace, scratch: Path) -> list[str]:
    """Read a store damaged in any of its pages: a read gives a value or is reported as damage."""
    folder = faults.first_index(scratch / "index")
    (store,) = folder.glob("passages-*.db")
    count = 200 if options.short else 5000
    ends, failures = store_damage.read_damaged(store, scratch, count, options.seed)
    print(f"{'a damaged store':20} {'read':>8}")
    for end, what in (
        ("named", "named as damaged"),
        ("read", "other words read"),
        ("unseen", "nothing changed"),
    ):
        print(f"{what:20} {ends[end]:8}")
    print(f"{'any other error':20} {len(failures):8}", flush=True)
    return failures


def verdicts(options: argparse.Namespace, scratch: Path) -> list[str]:
    """Verify answers after their articles were edited at random."""
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
    """Try hostile input on all that it can reach, target after target, again and again."""
    (scratch / "scratch").mkdir()
    index = faults.first_index(scratch / "index")
    targets = hostile.Targets(Assistant.load(ROOT / "index"), index, scratch / "scratch")
    names = list(targets.all)
    shares = [SHARES.get(name, 1.0) for name in names]
    tried, failed = Counter[str](), Counter[str]()
    slowest = dict.fromkeys(names, 0.0)
    few = visit_questions()[: 5 if options.short else 20]
    asked = [partial(targets.assistant.ask, q.question) for q in few]
    plain = median(map(_cpu_seconds, asked))
    memory = [(0, memory_in_use())]
    failures: list[str] = []
    chosen = Random(options.seed).choices(names, shares, k=options.count)
    for number, name in enumerate(chosen, 1):
        seed = f"{options.seed} {name} {tried[name]}"
        tried[name] += 1
        try:
            times = _cpu_seconds(partial(targets.all[name], Random(seed))) / plain
            slowest[name] = max(slowest[name], times)
            assert times <= SLOWEST, f"took as long as {times:.0f} plain questions"
        except Exception:
            failed[name] += 1
            failures.append(f"{name}, seed {seed!r}: {traceback.format_exc(limit=-3)}")
        if number % max(1, options.count // 20) == 0:
            memory.append((number, memory_in_use()))
    print(f"CPU time of a plain question: {plain:.2f} s; the slowest input in plain questions:")
    print(f"{'input':20} {'tried':>6} {'failures':>8} {'slowest':>8}")
    for name in names:
        print(f"{name:20} {tried[name]:6} {failed[name]:8} {slowest[name]:8.1f}")
    return failures + _levels_off("inputs", memory, options.short)


def _cpu_seconds(work: Callable[[], object]) -> float:
    """CPU time of a call, over all cores."""
    began = time.process_time()
    work()
    return time.process_time() - began


def _levels_off(what: str, memory: list[tuple[int, float]], short: bool) -> list[str]:
    """Print memory use over time; a long run fails if it grows to the end."""
    held = ", ".join(f"{megabytes:.0f}" for _, megabytes in memory[:: max(1, len(memory) // 10)])
    added = growth(memory)
    print(f"memory over {memory[-1][0]:,} {what}: {held} MB; ", end="")
    print(f"in the last half {added:+.1f} MB a thousand")
    return [f"memory grows by {added:.1f} MB a thousand {what}"] * (added > LEVEL and not short)


def crowded(options: argparse.Namespace, scratch: Path) -> list[str]:
    """Let a crowd at the chat: for long, all at once, slowly, and during a restart."""
    library = crowd.Library(scratch / "index", encoder.load())
    library.rebuild()
    failures: list[str] = []
    print(f"{'the chat':44} {'questions':>9} {'answers':>8} {'busy':>6} {'errors':>6}")

    def row(what: str, tally: Tally) -> None:
        asked = tally.answers + len(tally.busy) + len(tally.lost)
        told = f"{tally.answers:8} {len(tally.busy):6} {len(tally.errors):6}"
        print(f"{what:44} {asked:9} {told}", flush=True)
        failures.extend(f"{what}: {error}" for error in tally.errors)

    log = scratch / "log"
    clients, seconds = (12, 10) if options.short else (options.clients, options.seconds)
    start = partial(Server, library.folder, log)
    reader = ("--reader", options.reader)
    with start(0, *reader) as server:
        asking = crowd.Crowd(server, library)
        asyncio.run(asking.ask(clients, seconds))
        row(f"{clients} clients for {seconds} s, {asking.rebuilds} rebuilds", asking.tally)
        count = 100 if options.short else 500
        once = asyncio.run(crowd.at_once(server, count))
        row(f"{count} questions at the same moment", once)
        slow, refused = asyncio.run(crowd.slow(server, 100))
        row("one client beside 100 slow ones", slow)
        again, stopped, back = asyncio.run(
            crowd.restarted(server, 10, lambda: start(server.port, *reader))
        )
        row("a restart while 10 ask", again)
        failures += server.faults()
    times = quantiles(asking.tally.seconds, n=20)
    print(f"an answer among {clients}: p50 {times[9]:.2f} s, p95 {times[-1]:.2f} s; ", end="")
    print(f"{asking.aborted} left before they had theirs")
    told, done = max(once.busy, default=0.0), max(once.seconds)
    print(f"of {count} at once, the last busy was told after {told:.1f} s, ", end="")
    print(f"the last answer given after {done:.1f} s")
    sent_away = refused.count(408) + refused.count(0)
    print(f"slow bodies sent away: {sent_away} of {len(refused)}")
    failures += ["a slow body was taken"] * (sent_away < len(refused))
    print(f"stopped after {stopped:.1f} s, back after {back:.1f} s")
    failures += ["the server took over 10 s to stop"] * (stopped > 10)
    return failures + _levels_off("turns", asking.memory, options.short)


def called(options: argparse.Namespace, scratch: Path) -> list[str]:
    """Ask, build and chat under strace, and count the addresses called."""
    if not network.may_trace():
        print("no strace that may trace, so no calls are counted: apt-get install strace")
        return []
    index = Path(shutil.copytree(ROOT / "index", scratch / "index"))
    (index / "articles" / "mill.txt").write_text("A Mill Burns\n\nThe old mill burned down.\n")
    failures: list[str] = []
    print(f"{'calls of':20} {'this machine':>12} {'others':>7}")
    for name, command in network.use_of_askvisit(index, scratch).items():
        found = network.addresses(command, scratch / "strace.log")
        others = network.elsewhere(found)
        print(f"{name:20} {len(found) - len(others):12} {len(others):7}", flush=True)
        failures += [f"{name} called {address}" for address in others]
    return failures


TABLES = {
    "faults": injected_faults,
    "bits": flipped_bits,
    "stores": damaged_stores,
    "verdicts": verdicts,
    "hostile": hostile_inputs,
    "server": crowded,
    "network": called,
}

if __name__ == "__main__":
    sys.exit(main())
