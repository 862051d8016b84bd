"""A user-supplied reader: any question answering model of the transformers library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from askvisit.calibration import ACCURATE, FAST, SMALL
from askvisit.errors import ModelError
from askvisit.hub import first_line, model_folder, weights_sha256
from askvisit.reader.span_reader import Logits, SpanReader
from askvisit.records import Window

if TYPE_CHECKING:
    from askvisit.onnx_model import Range

_LONGEST_INPUT = 512
_LONGEST_QUESTION = 400
"""Maximum characters of a question."""

_STRIDE = 96


class TransformersReader(SpanReader):
    """Any question answering model of the transformers library: a folder, or a name on a hub.

    Weights are read as safetensors only, and no code shipped with a model is run. Raises
    `ModelError` if there is no such model.
    """

    def __init__(self, name: str) -> None:
        folder = self._folder = model_folder(name, "reader", ACCURATE, FAST, SMALL)
        if not (folder / "config.json").is_file():
            raise ModelError(
                f"{name} holds no question answering model (config.json is missing); "
                "give the folder or the name of one"
            )
        self.name = str(folder.resolve()) if Path(name).is_dir() else name
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self._model = AutoModelForQuestionAnswering.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, trust_remote_code=False
            ).eval()
        except Exception as error:  # many types are raised for a folder that is not a model
            raise ModelError(
                f"{name} is not a question answering model ({first_line(error)})"
            ) from error
        if self._tokenizer.cls_token_id is None or not self._tokenizer.is_fast:
            raise ModelError(
                f"{name} cannot be used: its tokenizer has no [CLS] token or gives no offsets; "
                "name a BERT-style model"
            )
        self._lock = Lock()

    @cached_property
    def sha256(self) -> str:
        """Hash of the weight files, computed on first use."""
        return weights_sha256(self._folder)

    def _logits(
        self, question: str, windows: Sequence[Window], turns: Sequence[str]
    ) -> Iterator[tuple[int, Logits]]:
        for number, window in enumerate(windows):
            for logits in self._parts(question[:_LONGEST_QUESTION], window.text):
                yield number, logits

    def _parts(self, question: str, text: str) -> Iterator[Logits]:
        import torch

        with self._lock:  # the tokenizer is not safe to share between threads
            parts = self._tokenizer(
                question,
                text,
                truncation="only_second",
                max_length=min(_LONGEST_INPUT, self._tokenizer.model_max_length),
                stride=_STRIDE,
                return_overflowing_tokens=True,
                return_offsets_mapping=True,
            )
        for number, ids in enumerate(parts["input_ids"]):
            names = [n for n in ("attention_mask", "token_type_ids") if n in parts]
            inputs = {n: torch.tensor([parts[n][number]]) for n in ("input_ids", *names)}
            with torch.inference_mode():
                output = self._model(**inputs)
            start, end = (
                output.start_logits[0].float().numpy(),
                output.end_logits[0].float().numpy(),
            )
            cls = ids.index(self._tokenizer.cls_token_id)
            of_text = [n for n, part in enumerate(parts.sequence_ids(number)) if part == 1]
            offsets = [_trimmed(text, *parts["offset_mapping"][number][n]) for n in of_text]
            yield Logits(start[of_text], end[of_text], offsets, float(start[cls] + end[cls]))


def _trimmed(text: str, start: int, end: int) -> Range:
    """Return a token's range without the space before it, which some tokenizers count as its."""
    return end - len(text[start:end].lstrip() or text[start:end]), end
