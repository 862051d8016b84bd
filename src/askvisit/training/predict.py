"""The spans that a model gives for the questions of a SQuAD file."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy

from askvisit.onnx_model import onnx_runtime
from askvisit.training.data import Document
from askvisit.training.features import MULTIPLE, context_start, windows_of
from askvisit.training.scoring import Prediction

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

    Logits = tuple[numpy.ndarray[Any, Any], numpy.ndarray[Any, Any]]
    Forward = Callable[[dict[str, numpy.ndarray[Any, Any]]], Logits]

LONGEST = 30  # tokens in a span


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its context and the accepted answers."""

    question: str
    context: str
    gold: tuple[str, ...]


def questions_of(documents: list[Document], limit: int | None = None) -> list[Asked]:
    """All questions of a file, or a fixed random sample of ``limit`` of them."""
    asked = [
        Asked(question.text, paragraph.context, tuple(text for _, text in question.answers))
        for document in documents
        for paragraph in document.paragraphs
        for question in paragraph.questions
    ]
    if limit is None or limit >= len(asked):
        return asked
    return random.Random(0).sample(asked, limit)


def predict(
    asked: list[Asked], tokenizer: Tokenizer, forward: Forward, *, tokens: int = 4096
) -> list[Prediction]:
    """Answer each question from the window with the highest margin.

    ``forward`` maps padded int64 inputs (batch, length) to start and end logits of that shape.
    """
    pieces: list[tuple[int, Encoding]] = []
    for at in range(0, len(asked), 256):
        chunk = asked[at : at + 256]
        pairs: list[Any] = [(item.question, item.context) for item in chunk]
        for number, encoding in enumerate(tokenizer.encode_batch(pairs)):
            pieces += [(at + number, part) for part in windows_of(encoding)]
    pieces.sort(key=lambda piece: len(piece[1].ids))
    best: dict[int, tuple[float, int, int]] = {}
    while pieces:
        size = max(1, tokens // len(pieces[-1][1].ids))
        group, pieces = pieces[-size:], pieces[:-size]
        starts, ends = forward(_padded([part for _, part in group]))
        for row, (number, part) in enumerate(group):
            found = best_span(starts[row], ends[row], part)
            if number not in best or found[0] > best[number][0]:
                best[number] = found
    return [
        Prediction(item.context[best[at][1] : best[at][2]], best[at][0], item.gold)
        for at, item in enumerate(asked)
    ]


def best_span(start: Any, end: Any, encoding: Encoding) -> tuple[float, int, int]:
    """(margin, first and last character) of the best span of one window.

    The margin is the best sum of a start and an end logit in the context, at most ``LONGEST``
    tokens apart, minus the sum at [CLS] (Devlin et al. 2019, section 4.3).
    """
    first, last = context_start(encoding), len(encoding.ids) - 1
    inside_start, inside_end = start[first:last], end[first:last]
    sums = inside_start[:, None] + inside_end[None, :]
    allowed = numpy.tril(numpy.triu(numpy.ones_like(sums)), LONGEST - 1)
    sums = numpy.where(allowed > 0, sums, -1e9)
    row, column = divmod(int(sums.argmax()), sums.shape[1])
    offsets = encoding.offsets
    margin = float(sums[row, column] - start[0] - end[0])
    return margin, offsets[first + row][0], offsets[first + column][1]


def _padded(group: list[Encoding]) -> dict[str, numpy.ndarray[Any, Any]]:
    width = -(-max(len(part.ids) for part in group) // MULTIPLE) * MULTIPLE
    made = {
        name: numpy.zeros((len(group), width), dtype=numpy.int64)
        for name in ("input_ids", "attention_mask", "token_type_ids")
    }
    for row, part in enumerate(group):
        made["input_ids"][row, : len(part.ids)] = part.ids
        made["attention_mask"][row, : len(part.ids)] = 1
        made["token_type_ids"][row, : len(part.ids)] = part.type_ids
    return made


def torch_forward(model: Any, device: Any, dtype: Any) -> Forward:
    """Run a torch span model; ``dtype`` is the autocast type or None."""
    import torch

    def forward(inputs: dict[str, Any]) -> Logits:
        moved = {name: torch.from_numpy(values).to(device) for name, values in inputs.items()}
        enabled = dtype is not None
        with torch.inference_mode(), torch.autocast(device.type, dtype, enabled=enabled):
            result = model(**moved)
        start, end = result.start_logits.float().cpu(), result.end_logits.float().cpu()
        return start.numpy(), end.numpy()

    return forward


def onnx_forward(path: Any, threads: int | None = None) -> Forward:
    """Run an exported ``model.onnx``, which takes one unpadded input at a time."""
    onnxruntime = onnx_runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads if threads is not None else 0
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def forward(inputs: dict[str, Any]) -> Logits:
        shape = inputs["input_ids"].shape
        start, end = numpy.zeros(shape, numpy.float32), numpy.zeros(shape, numpy.float32)
        for row, length in enumerate(inputs["attention_mask"].sum(axis=1)):
            one = {
                name: inputs[name][row : row + 1, :length]
                for name in ("input_ids", "token_type_ids")
            }
            start[row, :length], end[row, :length] = session.run(None, one)
        return start, end

    return forward
