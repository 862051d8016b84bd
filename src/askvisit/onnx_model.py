"""An int8 ONNX model with its tokenizer, run by ONNX Runtime: no torch.

A model is a folder with `model.onnx`, `tokenizer.json` and `model.json`, which names the model and
holds the hashes of the other two; they are checked when the model is loaded.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from askvisit.errors import ModelError

Floats = NDArray[np.float32]
Range = tuple[int, int]

MODELS = Path(__file__).parent / "models"
"""Where the models that come with askvisit lie."""

_THREADS = ThreadPoolExecutor(min(8, os.cpu_count() or 1), "onnx-model")
"""Run inputs side by side, each on one core: on two cores that takes a quarter less time than two
threads for one input, which wait for each other at every step of a model as small as these."""


@dataclass(frozen=True)
class Tokens:
    """A text as token ids, with each token's range of characters in it."""

    ids: list[int]
    offsets: list[Range]

    def cut(self, length: int, stride: int) -> list[Tokens]:
        """Cut into parts of at most `length` tokens that overlap by `stride` (at least one)."""
        if len(self.ids) <= length:
            return [self]
        starts = range(0, len(self.ids) - stride, length - stride)
        return [Tokens(self.ids[s : s + length], self.offsets[s : s + length]) for s in starts]


class OnnxModel:
    """A BERT-like model: token ids in, named arrays out. Safe to share between threads.

    Raises `ModelError` where a file is missing or its hash is not the one in `model.json`.
    """

    def __init__(self, folder: Path) -> None:
        self.about = _about(folder)
        model = _checked(folder / "model.onnx", self.about["sha256"])
        tokenizer = _checked(folder / "tokenizer.json", self.about["tokenizer_sha256"])
        self._session = _session(model)
        self._tokenizer = _tokenizer(tokenizer)
        self._cls = self._tokenizer.token_to_id("[CLS]")
        self._sep = self._tokenizer.token_to_id("[SEP]")

    def tokens(self, text: str) -> Tokens:
        """Tokenize a text, without the special tokens."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return Tokens(encoding.ids, encoding.offsets)

    def run(self, first: Sequence[int], second: Sequence[int] | None = None) -> list[Floats]:
        """Run the model on `[CLS] first [SEP]`, or on `[CLS] first [SEP] second [SEP]`.

        Returns the outputs without the dimension of the batch.
        """
        ids = [self._cls, *first, self._sep]
        types = [0] * len(ids)
        if second is not None:
            ids += [*second, self._sep]
            types += [1] * (len(second) + 1)
        inputs = {
            "input_ids": np.array([ids], dtype=np.int64),
            "token_type_ids": np.array([types], dtype=np.int64),
        }
        return [output[0] for output in self._session.run(None, inputs)]

    def run_pairs(
        self, first: Sequence[int], others: Iterable[Sequence[int]]
    ) -> Iterator[list[Floats]]:
        """Run the model on the first text with each of the others, side by side; in their order."""
        return _THREADS.map(lambda second: self.run(first, second), others)


def _about(folder: Path) -> dict[str, Any]:
    try:
        about: dict[str, Any] = json.loads((folder / "model.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"no model in {folder}; install askvisit again, or export one with: "
            "python -m askvisit.training.export"
        ) from error
    return about


def _checked(path: Path, sha256: str) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} is missing; install askvisit again") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ModelError(f"{path} is not the file that model.json names; install askvisit again")
    return data


def onnx_runtime() -> Any:
    """Import ONNX Runtime so that it calls nobody.

    From 1.29 on it reports models and machine to its maker, and keeps a mark of the machine on
    the disk, unless that is switched off before it is loaded.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # where something else loaded it before, and on Windows
    return onnxruntime


def _session(model: bytes) -> Any:
    onnxruntime = onnx_runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3  # errors only
    return onnxruntime.InferenceSession(
        model,
        options,
        providers=["CPUExecutionProvider"],
        # Of one kernel, a sum and its normalisation take three times as long as of two.
        disabled_optimizers=["SkipLayerNormFusion"],
    )


def _tokenizer(data: bytes) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_buffer(data)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
