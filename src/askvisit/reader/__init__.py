"""Readers find the span that answers a question, sentence by sentence."""

import hashlib
import warnings

from askvisit.calibration import ACCURATE, FAST, SMALL, calibration_for
from askvisit.encoder import Encoder
from askvisit.errors import ModelError
from askvisit.onnx_model import MODELS
from askvisit.reader.onnx import OnnxReader
from askvisit.reader.protocol import Reader
from askvisit.reader.sentence import SentenceReader
from askvisit.reader.two_stage import TwoStageReader

__all__ = ["Reader", "SentenceReader", "load"]

_REREAD: dict[str, dict[str, int]] = {
    ACCURATE: {"paragraphs": 6, "windows": 2},
    FAST: {"paragraphs": 2, "windows": 0},
}
"""How much the large model rereads."""


def load(name: str | None, encoder: Encoder) -> Reader:
    """Load a reader: "accurate" (also for None), "fast", "small" or "sentence-cosine".

    Any other name is a folder, or a name on a model hub. If the large model's files are missing or
    damaged, "fast" warns and is "small". Raises `ModelError` if there is no such model.
    """
    if name is None or name == ACCURATE:
        try:
            return _two_stages(ACCURATE)
        except ModelError as error:
            raise ModelError(f"{error}; until then ask with: --reader {FAST}") from error
    if name == FAST:
        try:
            return _two_stages(FAST)
        except ModelError as error:
            small = _small()
            warnings.warn(f"{error}; until then the small model reads alone", stacklevel=3)
            return small
    if name == SMALL:
        return _small()
    if name == SentenceReader.name:
        return SentenceReader(encoder)
    from askvisit.reader.hub_model import TransformersReader

    return TransformersReader(name)


def _two_stages(name: str) -> TwoStageReader:
    small = _small()
    large = OnnxReader(MODELS / "reader-large", "large")
    fitted = calibration_for(SMALL)
    assert fitted is not None
    made_of = (small.sha256, large.sha256, sorted(fitted.rank.items()), _REREAD[name])
    sha256 = hashlib.sha256(repr(made_of).encode()).hexdigest()
    return TwoStageReader(name, small, large, sha256, fitted, **_REREAD[name])


def _small() -> OnnxReader:
    return OnnxReader(MODELS / "reader", SMALL)
