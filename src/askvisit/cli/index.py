"""The commands that build an index and check it: index, verify, doctor."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from askvisit.cli import options, show
from askvisit.errors import MetadataError
from askvisit.text import counted, excerpt, reads_as_english

if TYPE_CHECKING:
    from askvisit.index import IndexLocation

_DAMAGED = 4
_EXAMPLES = 5


@options.command(
    "build or update the index",
    *options.LOCATION,
    options.argument(
        "--articles",
        metavar="DIR",
        help="the folder of articles (default: articles/ in the index, or the folder it was built "
        "from)",
    ),
    options.argument(
        "--encoder",
        metavar="NAME",
        help="a Sentence Transformers model by name or folder (default: the one the index has)",
    ),
    options.argument(
        "--faiss",
        metavar="FACTORY",
        help="a FAISS index factory, or auto to choose by size (default: the one the index has)",
    ),
    options.argument(
        "--workers",
        metavar="N",
        type=options.at_least_one,
        default=1,
        help="encode in N processes, which share the cores or GPUs (default: 1, which also uses "
        "all cores; with the bundled encoder, more help only if there are several GPUs)",
    ),
    options.argument(
        "--dense-index",
        metavar="KIND",
        help="the kind of Milvus vector index, such as HNSW or DISKANN (default: the one the index "
        "has, else chosen by size)",
    ),
    kept="nothing has changed",
)
def index(chosen: argparse.Namespace) -> int:
    """Build the index of a folder of articles, or bring it up to date.

    Articles are .txt, .md, .html, .pdf, .docx and .eml files, in the folder and its subfolders, and
    the lines of .jsonl and .csv files. Only new and changed ones are encoded. What is not a usable
    article is skipped and reported; those not in English are indexed and counted. A build that
    fails or is interrupted leaves the index as it was and says what it keeps; it resumes where it
    stopped when it is run again.

    examples:
      askvisit index                                     after adding a file to index/articles/
      askvisit index --articles news --index my-index    read news/ in place, build my-index/
      askvisit index --index my-index --faiss HNSW32     search with another FAISS index
      askvisit index --articles news --store milvus --uri http://localhost:19530
    """
    from askvisit.index import build_index, location_of

    location = location_of(options.chosen_index(chosen, chosen.dense_index))
    before = location.signature()
    try:
        report = build_index(
            chosen.articles,
            location,
            encoder=chosen.encoder,
            faiss=chosen.faiss,
            workers=chosen.workers,
            progress=sys.stderr.isatty(),
        )
    except BaseException as error:
        chosen.kept = _kept(location, before)
        if location.unfinished() and not options.is_interrupt(error):
            print(show.plain(chosen.kept), file=sys.stderr)
        raise
    chosen.kept = "the index is built"
    for found in report.skipped:
        kind = "warning" if isinstance(found, MetadataError) else "skipped"
        print(f"{kind}: {show.plain(str(found))}", file=sys.stderr)
    _warn_of_other_languages(location, (*report.added, *report.changed))
    articles = counted(report.articles, "article")
    size = f"{report.folder}: {articles}, {counted(report.passages, 'passage')}"
    did = "nothing has changed"
    if not report.unchanged:
        did = f"{len(report.added)} added, {len(report.changed)} changed, "
        did += f"{len(report.removed)} removed, {counted(report.encoded, 'passage')} encoded"
    if skipped := sum(not isinstance(found, MetadataError) for found in report.skipped):
        did += f", {skipped} skipped"
    if report.recall is not None:
        print(f"searched with {report.faiss}, which finds {report.recall:.1%} of the ten nearest")
    print(f"{size}; {did}")
    return 0


def _kept(location: IndexLocation, before: object) -> str:
    """Say what is kept of a build that has failed or was interrupted."""
    is_as_before = before is not None and location.signature() == before
    parts = [f"the index in {location} is as it was before"] if is_as_before else []
    if location.unfinished():
        parts.append("what was read and encoded is kept; the same command resumes")
    return "; ".join(parts) or "nothing was built"


def _warn_of_other_languages(location: IndexLocation, names: Sequence[str]) -> None:
    """Say how many of the articles just indexed are not in English, as far as can be told."""
    built = location.open() if names else None
    foreign = [n for n in names if built and not reads_as_english(built.article(n).text)]
    if foreign:
        examples = ", ".join(map(show.plain, foreign[:_EXAMPLES]))
        more = ", …" if len(foreign) > _EXAMPLES else ""
        print(
            f"warning: {len(foreign):,} of {counted(len(names), 'new or changed article')} are not "
            f"in English, or in a font that cannot be decoded, and will hardly be found: "
            f"{examples}{more}",
            file=sys.stderr,
        )


@options.command(
    "check the index, or whether earlier answers still hold",
    *options.LOCATION,
    options.argument(
        "--answers", type=Path, metavar="FILE", help="answers or a conversation to check, as JSON"
    ),
)
def verify(chosen: argparse.Namespace) -> int:
    """Verify the index, or with --answers, earlier answers against it.

    Every built file and every article is hashed. Damage and articles that were edited since are
    reported, with the command that rebuilds the index; the exit status is then 4. New articles that
    are not indexed yet are reported too, but are not damage. What seems wrong while the index is
    being built or edited is verified again after that.

    --answers reads the output of `askvisit ask --json` or `ask --jsonl`, or a conversation exported
    as JSON, and reports each quote as intact (it reads the same in the same place), moved (the same
    words are elsewhere in the article), changed (they are not) or gone (no such article). Exit
    status 4 unless all are intact.

    examples:
      askvisit verify
      askvisit verify --index my-index
      askvisit verify --answers conversation.json
    """
    from askvisit.index import location_of

    location = location_of(options.chosen_index(chosen))
    if chosen.answers is not None:
        return _verify_answers(chosen.answers, location)
    return _verify_index(location)


def _verify_index(location: IndexLocation) -> int:
    from askvisit.index import verify_index

    found = verify_index(location.path, location.server)
    if found.sound:
        print(f"{location}: intact")
        if found.unindexed:
            print(f"not indexed yet: {', '.join(map(show.plain, found.unindexed))}")
            print(f"to index them, run: askvisit index {location.options}")
        return 0
    for problem in (*found.damage, *found.stale):
        print(f"{location}: {show.plain(problem)}")
    print(found.rebuild_hint)
    return _DAMAGED


def _verify_answers(path: Path, location: IndexLocation) -> int:
    from askvisit import transcript
    from askvisit.index import Articles

    answers = transcript.read(path)
    proofs = transcript.prove(answers, Articles(location.open()))
    for proof in proofs:
        moved = "" if proof.now_at is None else f", now at {proof.now_at}"
        where = f"{show.plain(proof.article_id)}{moved}"
        print(f"{proof.status:<8} [{proof.number}] {excerpt(proof.quote)} ({where})")
    counts = Counter(proof.status for proof in proofs)
    parts = [f"{n} {status}" for status, n in sorted(counts.items())] or ["no quotes"]
    print(f"{path}: {counted(len(answers), 'answer')}, {', '.join(parts)}")
    return 0 if set(counts) <= {"intact"} else _DAMAGED


@options.command(
    "show versions and check models and index, for a bug report",
    options.INDEX,
    options.READER,
    options.JSON,
)
def doctor(chosen: argparse.Namespace) -> int:
    """Show what a bug report should include: versions, processor, models, index, a test question.

    Models and index are checked against their hashes. Exit status 1 if anything is wrong.

    examples:
      askvisit doctor
      askvisit doctor --index my-index --reader my-reader --json
    """
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
