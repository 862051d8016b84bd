"""An ONNX model with its tokenizer, run by ONNX Runtime: no torch.

A model is a folder with `model.onnx`, `tokenizer.json` and `model.json`, which names the model and
holds the hashes of the others; they are checked when the model is loaded. A large one keeps its
table of token vectors in a file of its own, `embeddings.bin`. One that is published elsewhere as
`model.safetensors` has only its graph here, whose weights are places in that file.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from askvisit.errors import ModelError

Floats = NDArray[np.float32]
Range = tuple[int, int]

MODELS = Path(__file__).parent / "models"
"""Where the models that come with askvisit lie."""

_AGAIN = "install askvisit again"

_REMEMBERED = 1024
"""Pairs of texts whose outputs are kept, 6 KB each: many a question is asked again, with another
strictness, of one article alone, to see how it was answered, or by somebody else."""

_WEIGHTS_FOLDER = "session.model_external_initializers_file_folder_path"

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


@dataclass(frozen=True)
class Layout:
    """How a family of models wants a question and a text put together.

    BERT: `[CLS] question [SEP] text [SEP]` with token types; MPNet: `<s> question </s></s> text
    </s>` without. `padding` fills the shorter rows of a batch, as in training.
    """

    first: int
    separator: int
    padding: int
    between: int
    token_types: bool

    @classmethod
    def of(cls, tokenizer: Any) -> Layout:
        """Return the layout that belongs to a tokenizer's special tokens."""
        # MPNet's vocabulary holds BERT's special tokens as well, so that it is looked for first.
        families = (("<s>", "</s>", "<pad>", 2, False), ("[CLS]", "[SEP]", "[PAD]", 1, True))
        for first, separator, padding, between, token_types in families:
            ids = [tokenizer.token_to_id(token) for token in (first, separator, padding)]
            if None not in ids:
                return cls(ids[0], ids[1], ids[2], between, token_types)
        raise ModelError("the tokenizer is neither BERT's nor MPNet's; export such a model")

    def join(self, first: Sequence[int], second: Sequence[int] | None = None) -> dict[str, Any]:
        """Return the model's inputs (1 × length) for a text, or for a question and a text."""
        ids = [self.first, *first, self.separator]
        types = [0] * len(ids)
        if second is not None:
            ids += [self.separator] * (self.between - 1) + [*second, self.separator]
            types += [0] * (self.between - 1) + [1] * (len(second) + 1)
        inputs = {"input_ids": np.array([ids], dtype=np.int64)}
        if self.token_types:
            inputs["token_type_ids"] = np.array([types], dtype=np.int64)
        return inputs

    def text_at(self, first: Sequence[int]) -> int:
        """Return where the text begins behind a question."""
        return 1 + len(first) + self.between


class OnnxModel:
    """An encoder model of the BERT kind: token ids in, arrays out. Threads may share it."""

    def __init__(self, folder: Path, source: Path | None = None, *, repair: str = _AGAIN) -> None:
        """Load the model in a folder.

        source: the folder of `model.safetensors` and `tokenizer.json` where `folder` has only the
        graph; repair: what to do where they are not as they should be, for the error.

        Raises `ModelError` where a file is missing or its hash is not the one in `model.json`.
        """
        self.about = _about(folder)
        _check(folder / "model.onnx", self.about["sha256"], _AGAIN)
        if "embeddings_sha256" in self.about:
            _check(folder / "embeddings.bin", self.about["embeddings_sha256"], _AGAIN)
        if source is not None:
            _check(source / "model.safetensors", self.about["source_sha256"], repair)
        tokenizer = (source or folder) / "tokenizer.json"
        _check(tokenizer, self.about["tokenizer_sha256"], repair)
        self._session = _session(folder / "model.onnx", source)
        self._tokenizer = _tokenizer(tokenizer)
        self.layout = Layout.of(self._tokenizer)
        self._pair = lru_cache(_REMEMBERED)(self.run)

    def tokens(self, text: str) -> Tokens:
        """Tokenize a text, without the special tokens."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return Tokens(encoding.ids, encoding.offsets)

    def run(self, first: Sequence[int], second: Sequence[int] | None = None) -> list[Floats]:
        """Run the model on a text, or on a question and a text.

        Returns the outputs without the dimension of the batch.
        """
        return [output[0] for output in self._session.run(None, self.layout.join(first, second))]

    def run_pairs(
        self, first: Sequence[int], others: Iterable[Sequence[int]]
    ) -> Iterator[list[Floats]]:
        """Run the model on the first text with each of the others, side by side; in their order.

        The outputs of recent pairs are cached; callers must not change them.
        """
        return _THREADS.map(partial(self._pair, tuple(first)), map(tuple, others))


def _about(folder: Path) -> dict[str, Any]:
    try:
        about: dict[str, Any] = json.loads((folder / "model.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"no model in {folder}; install askvisit again, or export one with: "
            "python -m training.export"
        ) from error
    return about


def _check(path: Path, sha256: str, repair: str) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{path} is missing; {repair}") from error
    if found != sha256:
        raise ModelError(f"{path} is not the file that model.json names; {repair}")


def onnx_runtime() -> Any:
    """Import ONNX Runtime without its telemetry.

    From 1.29 on it reports models and machine to its maker, and keeps a mark of the machine on
    the disk, unless that is switched off before it is loaded.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # where something else loaded it before, and on Windows
    return onnxruntime


def _session(model: Path, weights: Path | None) -> Any:
    onnxruntime = onnx_runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3  # errors only
    if weights is not None:  # it takes a folder of weights only for a model that is given as bytes
        options.add_session_config_entry(_WEIGHTS_FOLDER, str(weights))
    return onnxruntime.InferenceSession(
        str(model) if weights is None else model.read_bytes(),
        options,
        providers=["CPUExecutionProvider"],
        # Of one kernel, a sum and its normalisation take three times as long as of two.
        disabled_optimizers=["SkipLayerNormFusion"],
    )


def _tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
