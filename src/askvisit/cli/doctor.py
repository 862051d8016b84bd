"""Show what a bug report should include: versions, processor, models, the index, a test question.

Models and index are checked against their hashes. Exit status 1 if anything is wrong.

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
    """Examine each part, and print the findings."""
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
