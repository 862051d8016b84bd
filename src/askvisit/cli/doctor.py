"""Show what a bug report should say: versions, processor, models, the index, a question asked.

Models and index are compared with their hashes. Exit status 1 where anything is wrong.

examples:
  askvisit doctor
  askvisit doctor --index my-index --reader my-reader --json
"""

import argparse
from dataclasses import asdict

from askvisit.cli import options, show

HELP = "show versions and check models and index, for a bug report"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    options.add_index(parser)
    options.add_reader(parser)
    options.add_json(parser)


def run(chosen: argparse.Namespace) -> int:
    """Look at each part, and say what was found."""
    from askvisit.diagnosis import examine

    findings = []
    for found in examine(chosen.index, chosen.reader):
        findings.append(found)
        if not chosen.json:
            mark = "" if found.ok else "WRONG: "
            print(f"{found.part + ':':<11} {mark}{show.plain(found.detail)}", flush=True)
    if chosen.json:
        print(show.as_json([asdict(found) for found in findings]))
    return 0 if all(found.ok for found in findings) else 1
