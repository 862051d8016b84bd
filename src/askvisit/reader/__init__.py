"""Readers find the span that answers a question, sentence by sentence."""

import hashlib

from askvisit.calibration import ACCURATE, FAST
from askvisit.encoder import Encoder
from askvisit.errors import ModelError
from askvisit.onnx_model import MODELS
from askvisit.reader.onnx import OnnxReader
from askvisit.reader.protocol import Reader
from askvisit.reader.sentence import SentenceReader
from askvisit.reader.two_stage import PARAGRAPH, TwoStageReader

__all__ = ["Reader", "SentenceReader", "load"]


def load(name: str | None, encoder: Encoder) -> Reader:
    """Load a reader: "accurate" (also for None), "fast", "sentence-cosine", a folder or a name.

    A name refers to a model hub. Raises `ModelError` if there is no such model.
    """
    if name is None or name == ACCURATE:
        return _accurate()
    if name == FAST:
        return _fast()
    if name == SentenceReader.name:
        return SentenceReader(encoder)
    from askvisit.reader.hub_model import TransformersReader

    return TransformersReader(name)


def _fast() -> TwoStageReader:
    small = _small()
    return TwoStageReader(FAST, small, small, small.sha256, lengths=[PARAGRAPH])


def _accurate() -> TwoStageReader:
    small = _small()
    try:
        large = OnnxReader(MODELS / "reader-large", ACCURATE)
    except ModelError as error:
        raise ModelError(f"{error}; until then ask with: --reader {FAST}") from error
    both = hashlib.sha256(f"{small.sha256}{large.sha256}".encode()).hexdigest()
    return TwoStageReader(ACCURATE, small, large, both)


def _small() -> OnnxReader:
    return OnnxReader(MODELS / "reader", FAST)
