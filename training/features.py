"""Turn groups of examples into windows of token ids, and windows into padded batches."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from askvisit.errors import TrainingError
from askvisit.onnx_model import Layout
from askvisit.text import content_words, word_ranges
from training.examples import Example, Group

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer
    from torch import Tensor

MAX_LENGTH = 352
MAX_HISTORY = 64
MAX_QUESTION = 96
MAX_TITLE = 32
MULTIPLE = 16  # lengths are padded to it, so that kernels and buffers are reused


@dataclass(frozen=True, slots=True)
class TokenWindow:
    """One example as token ids.

    ``text_at`` is the position of the text's first token; ``spans`` are the answers' first and
    last tokens (inclusive), empty if there are none: then [CLS] is right (Devlin et al. 2019,
    section 4.3), unless the window is not ``labelled``. ``terms`` says for history tokens, by
    position, whether the question depends on their words. ``evidence`` are the sentences that are
    judged: first token, the one after the last, and the probability that it belongs to the answer.
    """

    ids: list[int]
    text_at: int
    spans: tuple[tuple[int, int], ...]
    terms: tuple[tuple[int, bool], ...] = ()
    labelled: bool = True
    evidence: tuple[tuple[int, int, float], ...] = ()


TokenGroup = tuple[TokenWindow, ...]


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a checkpoint, without truncation and padding."""
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    if not path.is_file():
        raise TrainingError(f"{folder} holds no tokenizer.json: name a checkpoint folder")
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def token_groups(groups: Iterable[Group], tokenizer: Tokenizer, *, tokens: int) -> list[TokenGroup]:
    """Turn groups into token windows until they hold ``tokens`` tokens."""
    layout = Layout.of(tokenizer)
    stream, made, total = iter(groups), list[TokenGroup](), 0
    while total < tokens:
        chunk = list(islice(stream, 256))
        if not chunk:
            break
        for group in chunk:
            windows = tuple(window_of(example, tokenizer, layout) for example in group)
            made.append(windows)
            total += sum(len(window.ids) for window in windows)
    return made


def window_of(example: Example, tokenizer: Tokenizer, layout: Layout) -> TokenWindow:
    """One window: a long history is cut at the beginning, a long text at the end.

    A title is read before the text, and no span is in it.
    """

    def encoded(text: str) -> Encoding:
        return tokenizer.encode(text, add_special_tokens=False)

    history: list[int] = []
    relevant: list[bool | None] = []
    for turn in example.history:
        encoding = encoded(turn)
        history += [*encoding.ids, layout.separator]
        relevant += [*_depends_on(encoding, turn, example.wanted), None]
    history, relevant = history[-MAX_HISTORY:], relevant[-MAX_HISTORY:]
    head = [layout.first, *history, *encoded(example.question).ids[:MAX_QUESTION]]
    terms = tuple((n, label) for n, label in enumerate(relevant, 1) if label is not None)
    head += [layout.separator] * (layout.between if example.context else 1)
    if not example.context:
        return TokenWindow(head, len(head), (), terms)
    if example.title:
        head += [*encoded(example.title).ids[:MAX_TITLE], layout.separator]
    text = encoded(example.context)
    kept = text.ids[: MAX_LENGTH - len(head) - 1]
    spans = []
    for start, end in example.spans:
        covered = [n for n, (a, b) in enumerate(text.offsets) if a < end and b > start]
        if covered and covered[-1] < len(kept):
            spans.append((len(head) + covered[0], len(head) + covered[-1]))
    evidence = []
    for start, end, share in example.evidence or ():
        covered = [n for n, (a, _) in enumerate(text.offsets[: len(kept)]) if start <= a < end]
        if covered:
            evidence.append((len(head) + covered[0], len(head) + covered[-1] + 1, share))
    ids = [*head, *kept, layout.separator]
    return TokenWindow(ids, len(head), tuple(spans), terms, example.labelled, tuple(evidence))


def _depends_on(encoding: Encoding, text: str, wanted: frozenset[str] | None) -> list[bool | None]:
    """For each token of a turn, whether it is part of a wanted word; None if it is not judged.

    Function words are not judged: they are not searched for.
    """
    if wanted is None:
        return [None] * len(encoding.ids)
    judged = {word.lower() for word in content_words(text)}
    ranges = word_ranges(text)
    found: list[bool | None] = []
    for start, end in encoding.offsets:
        word = next((text[a:b].lower() for a, b in ranges if a < end and b > start), "")
        found.append(word in wanted if word in judged else None)
    return found


def batches(groups: Sequence[TokenGroup], *, tokens: int, seed: int) -> list[list[TokenGroup]]:
    """Put groups of similar length into batches of about ``tokens`` padded tokens, shuffled.

    The windows of a group stay in one batch, so that their margins can be compared.
    """
    rng = random.Random(seed)
    order = sorted(groups, key=lambda group: (_longest(group), rng.random()))
    made: list[list[TokenGroup]] = []
    width = rows = 0
    for group in order:
        wider = max(width, padded(_longest(group)))
        if not made or (rows + len(group)) * wider > tokens:
            made.append([])
            wider, rows = padded(_longest(group)), 0
        made[-1].append(group)
        width, rows = wider, rows + len(group)
    rng.shuffle(made)
    return made


def _longest(group: TokenGroup) -> int:
    return max(len(window.ids) for window in group)


def padded(length: int) -> int:
    """The length rounded up to a multiple of ``MULTIPLE``."""
    return -(-length // MULTIPLE) * MULTIPLE


def tensors(batch: Sequence[TokenGroup], layout: Layout, device: Any) -> dict[str, Tensor]:
    """The model's inputs and the targets of a batch, one row per window.

    ``allowed`` (rows, length) is True where a span may begin or end: in the text and at [CLS].
    ``starts`` and ``ends`` of the same shape are True at the first and last tokens of the right
    spans, or at [CLS]. ``pairs`` (pairs, 2) holds the rows of each pair, the answered one first.
    ``labelled`` (rows) is 0 where only a teacher knows what is right. ``terms`` (rows, length) is
    1 at tokens of the history that the question depends on, 0 at its others, and -1 elsewhere.
    ``sentences`` (sentences, 3) has the row of each judged sentence, its first token and the one
    after its last; ``evidence`` (sentences) the probability that it belongs to the answer.
    """
    import torch

    windows = [window for group in batch for window in group]
    shape = (len(windows), padded(max(len(window.ids) for window in windows)))
    ids = torch.full(shape, layout.padding)
    mask = torch.zeros(shape, dtype=torch.int64)
    types = torch.zeros(shape, dtype=torch.int64)
    terms = torch.full(shape, -1.0)
    allowed, starts, ends = (torch.zeros(shape, dtype=torch.bool) for _ in range(3))
    for row, window in enumerate(windows):
        length = len(window.ids)
        ids[row, :length] = torch.tensor(window.ids)
        mask[row, :length] = 1
        types[row, window.text_at : length] = 1
        allowed[row, window.text_at : length - 1] = True
        allowed[row, 0] = True
        for start, end in window.spans or ((0, 0),):
            starts[row, start] = ends[row, end] = True
        for position, relevant in window.terms:
            terms[row, position] = float(relevant)
    rows = torch.tensor([len(group) for group in batch]).cumsum(0)
    pairs = [[int(end) - 2, int(end) - 1] for end, g in zip(rows, batch, strict=True) if len(g) > 1]
    judged = [(row, *found) for row, window in enumerate(windows) for found in window.evidence]
    made = {
        "input_ids": ids,
        "attention_mask": mask,
        "allowed": allowed,
        "starts": starts,
        "ends": ends,
        "labelled": torch.tensor([float(window.labelled) for window in windows]),
        "terms": terms,
        "pairs": torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2),
        "sentences": torch.tensor([s[:3] for s in judged], dtype=torch.int64).reshape(-1, 3),
        "evidence": torch.tensor([s[3] for s in judged]),
    }
    if layout.token_types:
        made["token_type_ids"] = types
    return {name: tensor.to(device) for name, tensor in made.items()}


def model_inputs(batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """The part of a batch that a model takes."""
    names = ("input_ids", "attention_mask", "token_type_ids")
    return {name: batch[name] for name in names if name in batch}
