"""An ONNX model with its tokenizer, run by ONNX Runtime, without torch.

A model is a folder with `model.onnx`, `tokenizer.json` and `model.json`, which names the model and
holds the hashes of the other files; they are checked when the model is loaded. A large model keeps
its token embeddings in a separate file, `embeddings.bin`. One that is published elsewhere as
`model.safetensors` has only its graph here, whose weights point into that file.
"""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from askvisit.caching import remembered
from askvisit.errors import ModelError

FloatArray = NDArray[np.float32]
Range = tuple[int, int]

MODELS = Path(__file__).parent / "models"
"""The folder of the models that come with askvisit."""

_AGAIN = "install askvisit again"

_MEGABYTES = 16
"""For the outputs of recent text pairs, some 15 KB each with the tokens: questions are often asked
again, with another strictness, of one article alone, to see how they were answered, or by somebody
else."""

_WEIGHTS_FOLDER = "session.model_external_initializers_file_folder_path"
_NO_OVERFLOW = "session.x64quantprecision"
"""With this, ONNX Runtime multiplies in a way that overflows nowhere, but takes twice as long."""

_PRODUCT = b64decode(
    "CAg6UAoYCgFhCgFiEgFjIg1NYXRNdWxJbnRlZ2VyEgFnWg8KAWESCgoICAISBAoACgBaDwoBYhIKCggIAxIECgAKAGIPCgFj"
    "EgoKCAgGEgQKAAoAQgQKABAR"
)
"""A model with one node, `MatMulInteger`: c = a × b, of uint8 and int8."""

_THREADS = ThreadPoolExecutor(min(8, os.cpu_count() or 1), "onnx-model")
"""Runs inputs in parallel, each on one core: on two cores this takes a quarter less time than two
threads per input, which wait for each other at every step of models this small."""


@dataclass(frozen=True)
class Tokens:
    """A text as token ids, with each token's character range."""

    ids: list[int]
    offsets: list[Range]

    def cut(self, length: int, stride: int) -> list[Tokens]:
        """Split into parts (at least one) of at most `length` tokens that overlap by `stride`."""
        if len(self.ids) <= length:
            return [self]
        starts = range(0, len(self.ids) - stride, length - stride)
        return [Tokens(self.ids[s : s + length], self.offsets[s : s + length]) for s in starts]


@dataclass(frozen=True)
class Layout:
    """How a model family joins a question and a text.

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
        """Return the layout that matches a tokenizer's special tokens."""
        # MPNet's vocabulary also contains BERT's special tokens, so it is checked first.
        families = (("<s>", "</s>", "<pad>", 2, False), ("[CLS]", "[SEP]", "[PAD]", 1, True))
        for first, separator, padding, between, token_types in families:
            ids = [tokenizer.token_to_id(token) for token in (first, separator, padding)]
            if None not in ids:
                return cls(ids[0], ids[1], ids[2], between, token_types)
        raise ModelError(
            "the tokenizer is neither BERT's nor MPNet's; export a model with one of these"
        )

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
        """Return the position where the text begins after a question."""
        return 1 + len(first) + self.between


class OnnxModel:
    """A BERT-style encoder model: token ids in, arrays out. Threads may share it."""

    def __init__(self, folder: Path, source: Path | None = None, *, repair: str = _AGAIN) -> None:
        """Load the model in a folder.

        source: the folder of `model.safetensors` and `tokenizer.json` if `folder` has only the
        graph; repair: what the error advises if those files are missing or wrong.

        Raises `ModelError` if a file is missing or its hash does not match `model.json`.
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
        self.outputs = tuple(output.name for output in self._session.get_outputs())
        self._tokenizer = _tokenizer(tokenizer)
        self.layout = Layout.of(self._tokenizer)
        self._pair = remembered(_MEGABYTES)(self.run)

    def tokens(self, text: str) -> Tokens:
        """Tokenize a text, without the special tokens."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return Tokens(encoding.ids, encoding.offsets)

    def run(self, first: Sequence[int], second: Sequence[int] | None = None) -> list[FloatArray]:
        """Run the model on a text, or on a question and a text.

        Returns the outputs without the batch dimension.
        """
        return [output[0] for output in self._session.run(None, self.layout.join(first, second))]

    def run_pairs(
        self, first: Sequence[int], others: Iterable[Sequence[int]]
    ) -> Iterator[list[FloatArray]]:
        """Run the model on the first text with each of the others, in parallel; keeps their order.

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
    """Import ONNX Runtime with telemetry disabled.

    From 1.29 on, it reports models and machine to its vendor, and stores an identifier of the
    machine on disk, unless that is disabled before it is loaded.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # if something else loaded it before, and on Windows
    return onnxruntime


@cache
def _overflows() -> bool:
    """Return whether products of int8 overflow here: x86 without VNNI adds pairs in 16 bits."""
    session = onnx_runtime().InferenceSession(_PRODUCT, providers=["CPUExecutionProvider"])
    most = {"a": np.full((8, 64), 255, np.uint8), "b": np.full((64, 8), 127, np.int8)}
    return bool((session.run(None, most)[0] != 64 * 255 * 127).any())


def _session(model: Path, weights: Path | None) -> Any:
    onnxruntime = onnx_runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3  # errors only
    options.enable_mem_pattern = False  # it keeps a plan, and a block of memory, for each length
    if _overflows():
        options.add_session_config_entry(_NO_OVERFLOW, "1")
    if weights is not None:  # a folder of weights is only accepted for a model given as bytes
        options.add_session_config_entry(_WEIGHTS_FOLDER, str(weights))
    return onnxruntime.InferenceSession(
        str(model) if weights is None else model.read_bytes(),
        options,
        providers=["CPUExecutionProvider"],
        # A sum and its normalisation take three times as long in one kernel as in two.
        disabled_optimizers=["SkipLayerNormFusion"],
    )


def _tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
