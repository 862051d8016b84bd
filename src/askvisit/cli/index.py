"""Build the index of a folder of articles (.txt, .md, .html, .pdf), or bring it up to date.

Only new and changed articles are encoded. A file that is not a usable article is skipped and
reported. An interrupted build resumes where it stopped when it is run again.

examples:
  askvisit index                                     after adding a file to index/articles/
  askvisit index --articles news --index my-index    read news/ in place, build my-index/
  askvisit index --index my-index --faiss HNSW32     search with another FAISS index
  askvisit index --articles news --store milvus --uri http://localhost:19530
"""

import argparse
import sys

from askvisit.cli import options, show
from askvisit.text import counted

HELP = "build or update the index"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    options.add_location(parser)
    parser.add_argument(
        "--articles",
        metavar="DIR",
        help="the folder of articles (default: articles/ in the index, or the folder it was built "
        "from)",
    )
    parser.add_argument(
        "--encoder",
        metavar="NAME",
        help="a Sentence Transformers model by name or folder (default: the one the index has)",
    )
    parser.add_argument(
        "--faiss",
        metavar="FACTORY",
        help="a FAISS index factory, or auto to choose by size (default: the one the index has)",
    )
    parser.add_argument(
        "--workers",
        metavar="N",
        type=options.at_least_one,
        default=1,
        help="encode in N processes, which share the cores or GPUs (default: 1, which also uses "
        "all cores; with the bundled encoder, more help only if there are several GPUs)",
    )
    parser.add_argument(
        "--dense-index",
        metavar="KIND",
        help="the kind of Milvus vector index, such as HNSW or DISKANN (default: the one the index "
        "has, else chosen by size)",
    )


def run(chosen: argparse.Namespace) -> int:
    """Build, and report what was done."""
    from askvisit.index import build_index

    report = build_index(
        chosen.articles,
        options.chosen_index(chosen, chosen.dense_index),
        encoder=chosen.encoder,
        faiss=chosen.faiss,
        workers=chosen.workers,
        progress=sys.stderr.isatty(),
    )
    for skipped in report.skipped:
        print(f"skipped {show.plain(str(skipped))}", file=sys.stderr)
    articles = counted(report.articles, "article")
    size = f"{report.folder}: {articles}, {counted(report.passages, 'passage')}"
    if report.unchanged:
        print(f"{size}; nothing has changed")
    else:
        did = f"{len(report.added)} added, {len(report.changed)} changed, "
        did += f"{len(report.removed)} removed, {counted(report.encoded, 'passage')} encoded"
        print(f"{size}; {did}")
    if report.recall is not None:
        print(f"searched with {report.faiss}, which finds {report.recall:.1%} of the ten nearest")
    return 0
