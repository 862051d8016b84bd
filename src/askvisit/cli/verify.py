"""Prove the index whole: every built file and every article is hashed.

Damage and articles that were edited since are named, with the command that mends them; the exit
status is 4 then.

examples:
  askvisit verify
  askvisit verify --index my-index
"""

import argparse

from askvisit.cli import options

HELP = "check that the index is whole and fresh"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    options.add_index(parser)


def run(chosen: argparse.Namespace) -> int:
    """Verify, and say what was found."""
    from askvisit.index import locate, verify_index

    folder = locate(chosen.index)
    found = verify_index(folder)
    if found.intact:
        print(f"{folder}: intact")
        return 0
    for problem in (*found.damage, *found.stale):
        print(f"{folder}: {problem}")
    print(found.mend)
    return 4
