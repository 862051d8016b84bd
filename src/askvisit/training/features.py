"""Examples to windows of token ids, and windows to padded batches."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from askvisit.errors import TrainingError
from askvisit.training.data import Example

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer
    from torch import Tensor

MAX_LENGTH = 288
STRIDE = 96
MULTIPLE = 32  # lengths are padded to it, so that kernels and buffers are used again
KEPT_WITHOUT = 1 / 3  # of the windows that do not hold the answer of an answerable question


@dataclass(frozen=True, slots=True)
class Window:
    """Question and a part of its context as token ids.

    ``context_at`` is the position of the context's first token, ``start`` and ``end`` (inclusive)
    are the answer's tokens; both are 0, the [CLS] position, where there is none (Devlin et al.
    2019, section 4.3).
    """

    ids: list[int]
    context_at: int
    start: int
    end: int


def load_tokenizer(
    folder: Path, *, max_length: int = MAX_LENGTH, stride: int = STRIDE
) -> Tokenizer:
    """The tokenizer of a checkpoint, set to overlapping windows over the context."""
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    if not path.is_file():
        raise TrainingError(f"{folder} holds no tokenizer.json: name a checkpoint folder")
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length, stride=stride, strategy="only_second")
    return tokenizer


def windows_of(encoding: Encoding) -> Iterator[Encoding]:
    """All windows of one encoded pair, in order."""
    yield encoding
    yield from encoding.overflowing


def context_start(encoding: Encoding) -> int:
    """The position of the context's first token."""
    return encoding.sequence_ids.index(1)


def windows(
    examples: Iterable[Example], tokenizer: Tokenizer, *, tokens: int, seed: int
) -> list[Window]:
    """Turn examples into windows until these hold ``tokens`` tokens."""
    rng = random.Random(seed)
    stream, made, total = iter(examples), list[Window](), 0
    while total < tokens:
        chunk = list(islice(stream, 256))
        if not chunk:
            break
        chunk = [example for example in chunk if len(example.question) < 400]
        pairs: list[Any] = [(example.question, example.context) for example in chunk]
        for example, encoding in zip(chunk, tokenizer.encode_batch(pairs), strict=True):
            for part in windows_of(encoding):
                window = _window(example, part)
                if example.answerable and not window.start and rng.random() >= KEPT_WITHOUT:
                    continue
                made.append(window)
                total += len(window.ids)
    return made


def _window(example: Example, encoding: Encoding) -> Window:
    """One window; its answer counts only where the window holds all of its characters."""
    ids, offsets, first = encoding.ids, encoding.offsets, context_start(encoding)
    start = end = 0
    if example.answerable:
        covered = [
            at
            for at in range(first, len(ids) - 1)
            if offsets[at][0] < example.end and offsets[at][1] > example.start
        ]
        if covered and (
            offsets[covered[0]][0] <= example.start and offsets[covered[-1]][1] >= example.end
        ):
            start, end = covered[0], covered[-1]
    return Window(ids, first, start, end)


def batches(items: list[Window], *, tokens: int, seed: int) -> list[list[Window]]:
    """Group windows of like length into batches of about ``tokens`` padded tokens, shuffled."""
    rng = random.Random(seed)
    shelves: dict[int, list[Window]] = {}
    for window in items:
        shelves.setdefault(padded(len(window.ids)), []).append(window)
    groups = []
    for length, shelf in sorted(shelves.items()):
        rng.shuffle(shelf)
        size = max(1, tokens // length)
        groups += [shelf[at : at + size] for at in range(0, len(shelf), size)]
    rng.shuffle(groups)
    return groups


def padded(length: int) -> int:
    """The length rounded up to a multiple of ``MULTIPLE``."""
    return -(-length // MULTIPLE) * MULTIPLE


def tensors(batch: list[Window], device: Any) -> dict[str, Tensor]:
    """The model's inputs and the targets of a batch.

    ``allowed`` is True where a span may begin or end: in the context and at [CLS], so not in the
    question and not on padding.
    """
    import torch

    width = padded(max(len(window.ids) for window in batch))
    rows: dict[str, list[list[int]]] = {
        name: [] for name in ("input_ids", "attention_mask", "token_type_ids", "allowed")
    }
    for window in batch:
        length, first = len(window.ids), window.context_at
        rest = [0] * (width - length)
        inside = [0] * first + [1] * (length - first)
        rows["input_ids"].append(window.ids + rest)
        rows["attention_mask"].append([1] * length + rest)
        rows["token_type_ids"].append(inside + rest)
        rows["allowed"].append([1, *inside[1:-1], 0, *rest])
    made = {name: torch.tensor(values, device=device) for name, values in rows.items()}
    made["allowed"] = made["allowed"].bool()
    made["start"] = torch.tensor([window.start for window in batch], device=device)
    made["end"] = torch.tensor([window.end for window in batch], device=device)
    return made
