"""Fit a reader's calibration: ``python -m training.calibrate --editions ... --pages ...``.

Editions of news articles and pages of consecutive SQuAD paragraphs, neither of which a reader was
trained on, become small indexes; their questions go through retriever and reader as a user's
would. News counts twice. The shipped fits are ``src/askvisit/models/calibration.json``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from askvisit import calibration, cross_validation, fitting
from askvisit import encoder as encoders
from askvisit import reader as readers
from askvisit.encoder import Encoder
from askvisit.errors import AskvisitError, DataError
from askvisit.evaluation.edition_figures import ARTICLE
from askvisit.evaluation.edition_files import read_editions
from askvisit.fitting import Sample
from askvisit.index import open_index, temporary_index
from askvisit.reader import Reader
from askvisit.retriever import Retriever
from askvisit.text import marked
from training.pages import Page, PageQuestion, sampled, squad_pages


def edition_pages(path: Path) -> list[Page]:
    """Each edition as a page with its questions."""
    return [
        Page(
            edition.story,
            edition.text,
            tuple(
                PageQuestion(q.question, tuple(start for start, _ in q.spans), q.several)
                for q in edition.questions
            ),
        )
        for edition in read_editions(path)
    ]


def ask(
    pages: Sequence[Page], source: str, reader: Reader, encoder: Encoder, *, questions: int
) -> Iterator[Sample]:
    """Ask pages their questions, at most ``questions`` of them, and some of other pages'."""
    for page in tqdm(sampled(pages, questions, seed=0), desc=source, unit="page"):
        with temporary_index({ARTICLE: page.text}, encoder) as folder:
            retriever = Retriever(open_index(folder), encoder)
            for asked in page.questions:
                question = marked(asked.text)
                evidence = retriever.gather(question, passages=reader.passages)
                spans = reader.read(question, evidence)
                gold = tuple(
                    number
                    for number, span in enumerate(spans)
                    if any(span.sentence.start <= s < span.sentence.end for s in asked.starts)
                )
                yield Sample(
                    source,
                    page.article,
                    asked.text,
                    evidence,
                    spans,
                    gold,
                    bool(asked.starts),
                    asked.far,
                    asked.several,
                )


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, print the figures, write the weights; an error is one line and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m training.calibrate", description=__doc__)
    parser.add_argument("--editions", type=Path, required=True, help="editions not trained on")
    parser.add_argument("--pages", type=Path, required=True, help="a SQuAD file not trained on")
    parser.add_argument("--reader", default=calibration.ACCURATE, help="the reader (%(default)s)")
    parser.add_argument("--questions", type=int, default=1200, help="of the pages (%(default)s)")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="save the fit in this file (default: print only)"
    )
    options = parser.parse_args(arguments)
    try:
        _fit(options)
    except AskvisitError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _fit(options: argparse.Namespace) -> None:
    fitted = _earlier_fits(options.out)
    editions, pages = edition_pages(options.editions), squad_pages(options.pages)
    encoder = encoders.load()
    reader = readers.load(options.reader, encoder)
    samples = [
        *ask(editions, "news", reader, encoder, questions=10**9),
        *ask(pages, "encyclopedia", reader, encoder, questions=options.questions),
    ]
    judged = cross_validation.judge(samples, reader.name)
    for source in ("news", "encyclopedia"):
        print(source)
        for name, value in cross_validation.report(
            [j for j in judged if j.sample.source == source]
        ).items():
            print(f"  {name:<20} {value:8.3f}")
    expected = cross_validation.rates(judged)
    for level, sources in expected.items():
        for source, shares in sources.items():
            print(f"{level:<8} {source:<13}", *(f"{k} {v:.3f}" for k, v in shares.items()))
    if options.out is not None:
        found = fitting.fit(samples, reader.name)
        fitted[reader.name] = fitting.as_json(found, reader.sha256, expected)
        fitting.save(fitted, options.out)


def _earlier_fits(path: Path | None) -> dict[str, Any]:
    """Return the fits of other readers in a file; raises `DataError` if it has something else."""
    if path is None or not path.exists():
        return {}
    try:
        fitted = json.loads(path.read_text("utf-8"))
    except ValueError:
        fitted = None
    if not isinstance(fitted, dict):
        raise DataError(f"{path} is no calibration file; give another name with --out")
    return fitted


if __name__ == "__main__":
    sys.exit(main())
