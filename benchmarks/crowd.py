"""Ask the chat as many people do at once, then alongside a program that floods it.

    python benchmarks/crowd.py [--people 50] [--every 20] [--seconds 300] [--flood 100]
                               [--reader NAME]

The chat runs in its own process. Each person has its page open and asks a question every --every
seconds, each from their own address (which needs Linux); people and chat share the cores. Then they
do so again, for a fifth of the time, while one program from another address has --flood questions
in progress. Exit status 1 if an answer is wrong or missing, anyone but the flood is told "busy",
the chat logs an error, or, without the flood, the 95th percentile is over 3 seconds or memory grows
by over 30 MB in the last half.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from statistics import quantiles

from common import ROOT
from harness.clients import Server, Tally
from harness.memory import growth
from harness.people import People, beside_a_flood

from askvisit.calibration import ACCURATE
from askvisit.cli.options import READER

SLOWEST = 3.0
"""Seconds that one in twenty answers may exceed."""

LEVEL = 30.0
"""Megabytes that the last half may add; a stored conversation takes 0.2."""


def main() -> int:
    """Print the table; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--every", type=float, default=20, help="seconds between two questions")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--flood", type=int, default=100, help="questions at once, 0 for none")
    READER(parser)
    options = parser.parse_args()
    pace = options.people, options.every
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        reader = ("--reader", options.reader or ACCURATE)
        with Server(ROOT / "index", Path(scratch) / "log", 0, *reader) as server:
            print(f"{'':40}{'answers':>8}{'busy':>6}{'errors':>8}{'p50 s':>7}{'p95 s':>7}")
            calm = People(server)
            asyncio.run(calm.ask(*pace, options.seconds))
            failures += _row(f"{options.people} people, each every {options.every:g} s", calm.tally)
            if options.flood:
                beside = People(server)
                asking = beside.ask(*pace, max(options.every, options.seconds / 5))
                flood = asyncio.run(beside_a_flood(server, options.flood, asking))
                failures += _row("the same beside a flood", beside.tally)
                failures += _row(f"the flood, {options.flood} at once", flood, floods=True)
            failures += server.faults()
    held = [megabytes for _, megabytes in calm.memory]
    done = calm.memory[-1][0]
    added = growth(calm.memory) * done / 2 / 1000
    print(f"memory: {held[0]:.0f} MB, then {held[-1]:.0f}; {added:+.0f} in the last half")
    failures += [f"memory grows by {added:.0f} MB in the last half"] * (added > LEVEL)
    slowest = _percentiles(calm.tally)[1]
    failures += [f"p95 is {slowest:.2f} s"] * (slowest > SLOWEST)
    print(*failures, sep="\n")
    return 1 if failures else 0


def _row(what: str, tally: Tally, *, floods: bool = False) -> list[str]:
    """Print the outcomes of questions; return the failures."""
    p50, p95 = _percentiles(tally)
    counts = f"{tally.answers:8}{len(tally.busy):6}{len(tally.errors):8}"
    print(f"{what:40}{counts}{p50:7.2f}{p95:7.2f}", flush=True)
    busy = [f"{what}: {len(tally.busy)} were told busy"] if tally.busy and not floods else []
    return [*busy, *(f"{what}: {error}" for error in tally.errors)]


def _percentiles(tally: Tally) -> tuple[float, float]:
    if len(tally.seconds) < 2:
        return 0.0, 0.0
    times = quantiles(tally.seconds, n=20, method="inclusive")
    return times[9], times[-1]


if __name__ == "__main__":
    sys.exit(main())
