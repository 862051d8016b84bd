"""Verify the index, or with --answers, earlier answers against it.

Every built file and every article is hashed. Damage and articles that were edited since are
reported, with the command that rebuilds the index; the exit status is then 4. New articles that are
not indexed yet are reported too, but are not damage. What seems wrong while the index is being
built or edited is verified again after that.

--answers reads the output of `askvisit ask --json` or `ask --jsonl`, or an exported conversation,
and reports each quote as intact (it reads the same in the same place), moved (the same words are
elsewhere in the article), changed (they are not) or gone (no such article). Exit status 4 unless
all are intact.

examples:
  askvisit verify
  askvisit verify --index my-index
  askvisit verify --answers conversation.md
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from askvisit.cli import options, show
from askvisit.errors import DataError, build_command
from askvisit.text import counted, excerpt

if TYPE_CHECKING:
    from askvisit.index import IndexLocation

HELP = "check the index, or whether earlier answers still hold"

_DAMAGED = 4


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    options.add_location(parser)
    parser.add_argument(
        "--answers", type=Path, metavar="FILE", help="answers or an exported conversation to check"
    )


def run(chosen: argparse.Namespace) -> int:
    """Verify, and report what was found."""
    from askvisit.index import FolderLocation, location_of

    location = location_of(options.chosen_index(chosen))
    if chosen.answers is not None:
        return _answers(chosen.answers, location)
    if not isinstance(location, FolderLocation):
        raise DataError(f"only answers can be checked against {location}; add --answers FILE")
    return _index(location.path)


def _index(folder: Path) -> int:
    from askvisit.index import verify_index

    found = verify_index(folder)
    if found.sound:
        print(f"{folder}: intact")
        if found.unindexed:
            print(f"not indexed yet: {', '.join(map(show.plain, found.unindexed))}")
            print(f"to index them, run: {build_command(folder)}")
        return 0
    for problem in (*found.damage, *found.stale):
        print(f"{folder}: {show.plain(problem)}")
    print(found.rebuild_hint)
    return _DAMAGED


def _answers(path: Path, location: IndexLocation) -> int:
    from askvisit import transcript

    answers = transcript.read(path)
    proofs = transcript.prove(answers, location.open())
    for proof in proofs:
        moved = "" if proof.now_at is None else f", now at {proof.now_at}"
        where = f"{show.plain(proof.article_id)}{moved}"
        print(f"{proof.status:<8} [{proof.number}] {excerpt(proof.quote)} ({where})")
    counts = Counter(proof.status for proof in proofs)
    parts = [f"{n} {status}" for status, n in sorted(counts.items())] or ["no quotes"]
    print(f"{path}: {counted(len(answers), 'answer')}, {', '.join(parts)}")
    return 0 if set(counts) <= {"intact"} else _DAMAGED
