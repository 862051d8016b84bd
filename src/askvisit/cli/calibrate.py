"""Fit the confidence and the ranking of sentences to questions with known answers.

examples:
  askvisit calibrate my-questions.jsonl --index my-index
  askvisit calibrate my-questions.jsonl --index my-index --reader my-reader

The file has the format of `askvisit evaluate`: a line is {"question", "sentences": [those that
answer]}, with "sentences": [] if the articles do not answer. The fit is saved in the index's folder
(calibration.json) and used by everything that opens it. At least 20 questions with an answer and 20
without one are needed, none of them seen in training the reader; the printed figures are
cross-validated.
"""

import argparse
import json
import os
import warnings
from pathlib import Path
from typing import Any

from askvisit.cli import options
from askvisit.text import counted

HELP = "fit the confidence to your own questions"

_LEAST = 20


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    options.add_index(parser)
    options.add_reader(parser)


def run(chosen: argparse.Namespace) -> int:
    """Fit, print the cross-validated figures, and save the fit."""
    from askvisit import cross_validation, encoder, fitting, reader
    from askvisit.errors import DataError
    from askvisit.evaluation import check_gold, read_questions
    from askvisit.index import location_of, manifest

    questions = read_questions(chosen.questions)
    with_answer = sum(bool(q.sentences) for q in questions)
    if min(with_answer, len(questions) - with_answer) < _LEAST:
        raise DataError(
            f"{chosen.questions} has {counted(with_answer, 'question')} with an answer and "
            f"{len(questions) - with_answer} without; a fit needs {_LEAST} of each"
        )
    location = location_of(chosen.index)
    target = location.calibration_file()
    assert target is not None  # --index names a folder
    engine = encoder.load(location.encoder().name)
    _check_writable(target.parent)
    index = location.open()
    check_gold(questions, (index.article(name).text for name in index.article_ids()))
    read_by = reader.load(chosen.reader, engine)
    samples = fitting.ask(index, engine, read_by, questions)
    judged = cross_validation.judge(samples, read_by.name)
    for name, value in cross_validation.report(judged).items():
        print(f"{name:<20} {value:8.3f}")
    expected = cross_validation.rates(judged)
    for level, sources in expected.items():
        print(f"{level:<20}", "  ".join(f"{k} {v:.3f}" for k, v in sources["questions"].items()))
    found = fitting.fit(samples, read_by.name)
    fitted = _earlier_fits(target)
    fitted[read_by.name] = fitting.as_json(found, read_by.sha256, expected)
    try:
        fitting.save(fitted, target)
    except OSError as error:
        raise manifest.read_only(target.parent, error) from error
    print(f"saved in {target}")
    return 0


def _check_writable(folder: Path) -> None:
    """Raise `IndexReadOnlyError` now, not after the fit, if it cannot be saved in an index."""
    from askvisit.errors import IndexReadOnlyError
    from askvisit.index.folder import PACKED

    if folder.resolve() == PACKED.resolve() or not os.access(folder, os.W_OK | os.X_OK):
        raise IndexReadOnlyError(
            f"no fit can be saved in {folder}, which is read-only; give an index of your own with "
            "--index, built by: askvisit index --index FOLDER --articles ARTICLES"
        )


def _earlier_fits(target: Path) -> dict[str, Any]:
    """Return the fits of other readers; what cannot be read is replaced, with a warning."""
    if not target.exists():
        return {}
    try:
        fits = json.loads(target.read_text("utf-8"))
        if isinstance(fits, dict):
            return fits
    except (OSError, ValueError):
        pass
    warnings.warn(f"{target} cannot be read; it is replaced by the new fit", stacklevel=2)
    return {}
