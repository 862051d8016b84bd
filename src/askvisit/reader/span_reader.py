"""Readers mark the words that answer a question, sentence by sentence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import Protocol

import numpy as np

from askvisit.calibration import BUNDLED
from askvisit.encoder import Encoder
from askvisit.errors import ModelError
from askvisit.hub import first_line, model_folder, weights_sha256
from askvisit.onnx_model import MODELS, Floats, OnnxModel, Range
from askvisit.records import Sentence, Span, Window
from askvisit.vectors import FloatArray, normalise

_REMEMBERED = 4096
_LONGEST_INPUT = 512
_LONGEST_QUESTION = 96
_LONGEST_SPAN = 40
_STRIDE = 96


class Reader(Protocol):
    """What the assistant needs of a reader."""

    @property
    def name(self) -> str:
        """The key of its fitted calibration."""

    @property
    def sha256(self) -> str:
        """Hash of the weights: what makes two readers of one name the same."""

    def read(self, question: str, windows: Sequence[Window]) -> list[Span]:
        """Return the best span of every sentence in the windows.

        A sentence that stands in two windows is judged once, where its margin is higher.
        """


class SentenceReader:
    """Judges whole sentences: the score is the cosine of question and sentence.

    It finds the sentence but cannot tell whether it answers; the span reader can.
    """

    name = "sentence-cosine"

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._vector = lru_cache(_REMEMBERED)(self._encode)  # questions meet the same sentences

    @property
    def sha256(self) -> str:
        """Hash of the encoder's weights."""
        return self._encoder.sha256

    def read(self, question: str, windows: Sequence[Window]) -> list[Span]:
        """Compare the question with every sentence."""
        asked = self._encode(question)
        sentences = dict.fromkeys(s for w in windows for s in w.sentences)
        return [
            Span(sentence, None, None, float(self._vector(sentence.text) @ asked), 0.0)
            for sentence in sentences
        ]

    def _encode(self, text: str) -> FloatArray:
        vector: FloatArray = normalise(self._encoder.encode([text]))[0]
        return vector


@dataclass(frozen=True)
class _Logits:
    """What a span model says of a text, or of a part of a long one: one number a token.

    `offsets` are the tokens' ranges in the text.
    """

    starts: Floats
    ends: Floats
    offsets: Sequence[Range]
    null_score: float


class _SpanReader(ABC):
    """Reads windows with a span model (Devlin et al., 2019; Rajpurkar et al., 2018).

    The best span is taken inside each sentence. A span's score is the sum of its start and end
    logits, the null score the sum of those of the [CLS] token.
    """

    def read(self, question: str, windows: Sequence[Window]) -> list[Span]:
        """Read each window; the better margin counts for a sentence that stands in two."""
        best: dict[Sentence, Span] = {}
        for number, logits in self._logits(question, [window.text for window in windows]):
            for span in _spans(windows[number], logits):
                seen = best.get(span.sentence)
                if seen is None or span.margin > seen.margin:
                    best[span.sentence] = span
        return list(best.values())

    @abstractmethod
    def _logits(self, question: str, texts: Sequence[str]) -> Iterator[tuple[int, _Logits]]:
        """Run the model on a question and each text, in overlapping parts where it is long.

        With what it says comes the text's place among the texts.
        """


class BundledReader(_SpanReader):
    """The reader that askvisit trained and ships: int8 ONNX, no torch."""

    name = BUNDLED

    def __init__(self, folder: Path = MODELS / "reader") -> None:
        self._model = OnnxModel(folder)
        self.sha256 = str(self._model.about["sha256"])  # the files were compared with it
        self._tokens = lru_cache(_REMEMBERED)(self._model.tokens)  # questions meet the same windows

    def _logits(self, question: str, texts: Sequence[str]) -> Iterator[tuple[int, _Logits]]:
        asked = self._model.tokens(question).ids[:_LONGEST_QUESTION]
        room = _LONGEST_INPUT - len(asked) - 3  # [CLS] and two [SEP]
        context = slice(len(asked) + 2, -1)
        parts = [
            (number, part)
            for number, text in enumerate(texts)
            for part in self._tokens(text).cut(room, _STRIDE)
        ]
        found = self._model.run_pairs(asked, [part.ids for _, part in parts])
        for (number, part), (start, end) in zip(parts, found, strict=True):
            null_score = float(start[0] + end[0])
            yield number, _Logits(start[context], end[context], part.offsets, null_score)


class TransformersReader(_SpanReader):
    """Any question answering model of the transformers library: a folder, or a name on a hub.

    Weights are read as safetensors only, and no code that comes with a model is run. Raises
    `ModelError` where there is no such model.
    """

    def __init__(self, name: str) -> None:
        folder = self._folder = model_folder(name, "reader", BUNDLED)
        self.name = str(folder.resolve()) if Path(name).is_dir() else name
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self._model = AutoModelForQuestionAnswering.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, trust_remote_code=False
            ).eval()
        except Exception as error:  # the library raises many kinds for a folder that is no model
            raise ModelError(
                f"{name} is not a question answering model ({first_line(error)})"
            ) from error
        self._lock = Lock()

    @cached_property
    def sha256(self) -> str:
        """Hash of the weights' files, read when it is first asked for."""
        return weights_sha256(self._folder)

    def _logits(self, question: str, texts: Sequence[str]) -> Iterator[tuple[int, _Logits]]:
        for number, text in enumerate(texts):
            for logits in self._parts(question, text):
                yield number, logits

    def _parts(self, question: str, text: str) -> Iterator[_Logits]:
        import torch

        with self._lock:  # the tokenizer is not safe to share between threads
            parts = self._tokenizer(
                question[: 4 * _LONGEST_QUESTION],
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
            offsets = [parts["offset_mapping"][number][n] for n in of_text]
            yield _Logits(start[of_text], end[of_text], offsets, float(start[cls] + end[cls]))


def load(name: str | None, encoder: Encoder) -> Reader:
    """Load a reader: the bundled one (None), `sentence-cosine`, a folder, or a name on a hub."""
    if name is None or name == BUNDLED:
        return BundledReader()
    return SentenceReader(encoder) if name == SentenceReader.name else TransformersReader(name)


def _spans(window: Window, logits: _Logits) -> Iterator[Span]:
    for sentence in window.sentences:
        first = _token_at(logits.offsets, sentence.start - window.start)
        end = _token_at(logits.offsets, sentence.end - window.start)
        if first == end:
            continue
        left, right, score = best_span(logits.starts[first:end], logits.ends[first:end])
        words = _whole_words(
            sentence,
            window.start + logits.offsets[first + left][0],
            window.start + logits.offsets[first + right][1],
        )
        yield Span(sentence, *words, score, logits.null_score)


def _token_at(offsets: Sequence[Range], position: int) -> int:
    """Return the first token that begins at a position or after it."""
    return bisect_left(offsets, position, key=lambda offset: offset[0])


def best_span(starts: Floats, ends: Floats) -> tuple[int, int, float]:
    """Return the first and last token of the best span, and the score of all spans together.

    starts, ends: logits of a sentence's tokens. A span has at most 40 tokens. The score is the
    log of the summed exponentials, because it is the sentence that is cited: where several spans
    of it may be the answer, each of them speaks for it.
    """
    scores = starts[:, None] + ends[None, :]
    length = np.arange(len(ends))[None, :] - np.arange(len(starts))[:, None]
    scores = np.where((length >= 0) & (length < _LONGEST_SPAN), scores, -np.inf)
    first, last = np.unravel_index(int(scores.argmax()), scores.shape)
    best = scores[first, last]
    return int(first), int(last), float(best + np.log(np.exp(scores - best).sum()))


def _whole_words(sentence: Sentence, start: int, end: int) -> tuple[int, int]:
    """Widen a span to whole words, inside its sentence: word pieces may end amid one."""
    text, origin = sentence.text, sentence.start
    left, right = start - origin, min(end, sentence.end) - origin
    while left > 0 and text[left - 1].isalnum() and text[left].isalnum():
        left -= 1
    while right < len(text) and text[right - 1].isalnum() and text[right].isalnum():
        right += 1
    return left + origin, right + origin
