"""Readers find the span that answers a question, sentence by sentence."""

import hashlib
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from shlex import quote

from askvisit.calibration import ACCURATE, FAST, SMALL, Calibration, calibration_for, shipped
from askvisit.encoder import BundledEncoder, Encoder
from askvisit.errors import ModelError, index_option
from askvisit.hub import check_object
from askvisit.onnx_model import MODELS
from askvisit.reader.onnx import OnnxReader
from askvisit.reader.protocol import PASSAGES, Reader
from askvisit.reader.sentence import SentenceReader
from askvisit.reader.two_stage import Depth, TwoStageReader

__all__ = ["Reader", "SentenceReader", "check", "fitted_for", "load"]

_DEPTHS = {
    ACCURATE: Depth(
        passages=PASSAGES,
        as_likely=1 / 100,
        windows=1,
        paragraphs=4,
        sentences=2,
        further=3,
        articles=4,
        among=2,
        sure=6.0,
    ),
    FAST: Depth(
        passages=8,
        as_likely=1 / 8,
        paragraphs=3,
        sentences=2,
        further=2,
        articles=3,
        sure=6.0,
    ),
}
"""How much the small model reads, and the large one rereads."""


def check(given: object) -> None:
    """Raise `ModelError` for an object that is no reader."""
    check_object(given, "reader", "name", "sha256", "passages", "read")


def load(name: str | None, encoder: Encoder) -> Reader:
    """Load a reader: "accurate" (also for None), "fast", "small" or "sentence-cosine".

    Any other name is a folder, or a name on a model hub. If the large model's files are missing or
    damaged, "fast" warns and is "small". Raises `ModelError` if there is no such model.
    """
    if name is None:
        name = ACCURATE
    if name == SMALL:
        return OnnxReader(MODELS / "reader", SMALL)
    if name in (ACCURATE, FAST):
        return _shipped(name, encoder)
    if name == SentenceReader.name:
        return SentenceReader(encoder)
    from askvisit.reader.hub_model import TransformersReader

    return TransformersReader(name)


def fitted_for(reader: Reader, fitted_by_user: Path | None = None) -> Calibration:
    """Return the weights fitted for a reader.

    Warns if they were fitted for other files of it, or if there are none: then those of the
    bundled `small` reader are returned.
    """
    fitted = calibration_for(reader.name, fitted_by_user)
    if fitted is not None and fitted.sha256 in (None, reader.sha256):
        return fitted
    missing = f"no weights are fitted for the reader {reader.name}"
    if fitted is not None:
        missing = f"the weights were fitted for other files of the reader {reader.name}"
    options = f"--reader {quote(reader.name)}"
    if fitted_by_user is not None:
        options += f" {index_option(fitted_by_user.parent)}"
    warnings.warn(
        f"{missing}, so its confidence is a guess; fit them "
        f"with: askvisit calibrate QUESTIONS.jsonl {options}",
        stacklevel=3,
    )
    if fitted is not None:
        return fitted
    return shipped(SMALL)


def _shipped(name: str, encoder: Encoder) -> Reader:
    with ThreadPoolExecutor() as threads:  # hashing a model and preparing its session use one core
        loading = threads.submit(OnnxReader, MODELS / "reader-large", "large")
        if isinstance(encoder, BundledEncoder):
            threads.submit(encoder.load)  # what is wrong with it is said when it encodes
        small = OnnxReader(MODELS / "reader", SMALL)
    try:
        large = loading.result()
    except ModelError as error:
        if name == ACCURATE:
            raise ModelError(f"{error}; until then ask with: --reader {FAST}") from error
        warnings.warn(f"{error}; until then the small model reads alone", stacklevel=4)
        return small
    weights = shipped(SMALL).rank
    depth = _DEPTHS[name]
    made_of = (small.sha256, large.sha256, sorted(weights.items()), asdict(depth))
    sha256 = hashlib.sha256(repr(made_of).encode()).hexdigest()
    return TwoStageReader(name, small, large, sha256, weights, depth)
