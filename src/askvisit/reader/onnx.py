"""The readers that were trained for askvisit and ship with it: int8 ONNX, no torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from askvisit.caching import remembered
from askvisit.onnx_model import OnnxModel
from askvisit.reader.span_reader import Logits, SpanReader
from askvisit.records import Window

LONGEST_QUESTION = 96
LONGEST_HISTORY = 64
"""Tokens of earlier turns that are read before a question, as in training."""

LONGEST_TITLE = 32
"""Tokens of an article's title that are read before a text, as in training."""

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
        self._reads_titles = bool(self.model.about.get("titles"))
        self._tokens = remembered(_MEGABYTES)(self.model.tokens)  # questions share windows

    def _logits(
        self, question: str, windows: Sequence[Window], turns: Sequence[str]
    ) -> Iterator[tuple[int, Logits]]:
        asked = self.model.tokens(question).ids[:LONGEST_QUESTION]
        if self._reads_turns:
            asked = [*turn_tokens(self.model, turns), *asked]
        first = self.model.layout.text_at(asked)
        parts = []
        for number, window in enumerate(windows):
            title = self._title(window)
            room = _LONGEST_INPUT - first - len(title) - 1
            cut = self._tokens(window.text).cut(room, _STRIDE)
            parts += [(number, title, part) for part in cut]
        found = self.model.run_pairs(asked, [[*title, *part.ids] for _, title, part in parts])
        for (number, title, part), outputs in zip(parts, found, strict=True):
            context = slice(first + len(title), first + len(title) + len(part.ids))
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

    def _title(self, window: Window) -> list[int]:
        """Return the title that a window is read with as tokens, followed by a separator."""
        if not (self._reads_titles and window.title):
            return []
        title = self._tokens(window.title).ids[:LONGEST_TITLE]
        return [*title, self.model.layout.separator]


def turn_tokens(model: OnnxModel, turns: Sequence[str]) -> list[int]:
    """Return earlier turns as tokens, each followed by a separator; the newest are kept."""
    read = [n for turn in turns for n in [*model.tokens(turn).ids, model.layout.separator]]
    return read[-LONGEST_HISTORY:]


onnx_model = cache(OnnxModel)
"""Loads a model once: the small one also predicts what a follow-up depends on."""
