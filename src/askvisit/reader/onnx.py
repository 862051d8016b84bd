"""The readers that were trained for askvisit and ship with it: int8 ONNX, no torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from askvisit.caching import remembered
from askvisit.onnx_model import OnnxModel
from askvisit.reader.span_reader import Logits, SpanReader

LONGEST_QUESTION = 96
LONGEST_HISTORY = 64
"""Tokens of earlier turns that are read before a question, as in training."""

_MEGABYTES = 32
"""For the tokens of recent windows, some 30 KB each."""

_LONGEST_INPUT = 512
_STRIDE = 96


class OnnxReader(SpanReader):
    """A span model in the format written by `python -m training.export`."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.model = onnx_model(folder)
        self.sha256 = str(self.model.about["sha256"])  # the file was checked against it
        self._reads_turns = bool(self.model.about.get("turns"))
        self._tokens = remembered(_MEGABYTES)(self.model.tokens)  # questions share windows

    def _logits(
        self, question: str, texts: Sequence[str], turns: Sequence[str]
    ) -> Iterator[tuple[int, Logits]]:
        asked = self.model.tokens(question).ids[:LONGEST_QUESTION]
        if self._reads_turns:
            asked = [*turn_tokens(self.model, turns), *asked]
        first = self.model.layout.text_at(asked)
        room = _LONGEST_INPUT - first - 1
        parts = [
            (number, part)
            for number, text in enumerate(texts)
            for part in self._tokens(text).cut(room, _STRIDE)
        ]
        found = self.model.run_pairs(asked, [part.ids for _, part in parts])
        for (number, part), outputs in zip(parts, found, strict=True):
            context = slice(first, first + len(part.ids))
            named = dict(zip(self.model.outputs, outputs, strict=True))
            start, end = named["start_logits"], named["end_logits"]
            evidence = named.get("evidence_logits")
            yield (
                number,
                Logits(
                    start[context],
                    end[context],
                    part.offsets,
                    float(start[0] + end[0]),
                    None if evidence is None else evidence[context] - evidence[0],
                ),
            )


def turn_tokens(model: OnnxModel, turns: Sequence[str]) -> list[int]:
    """Return earlier turns as tokens, each followed by a separator; the newest are kept."""
    read = [n for turn in turns for n in [*model.tokens(turn).ids, model.layout.separator]]
    return read[-LONGEST_HISTORY:]


onnx_model = cache(OnnxModel)
"""Loads a model once: the small one also predicts what a follow-up depends on."""
