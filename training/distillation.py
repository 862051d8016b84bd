"""Distillation: a small reader also learns what a larger one predicts for the same windows.

Its soft labels say which other places are nearly right and how sure one can be, and they exist
for unlabelled windows (Hinton et al. 2015, arXiv:1503.02531).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from askvisit.errors import TrainingError
from askvisit.onnx_model import Layout
from training import checkpoint, features
from training.features import TokenGroup, TokenWindow
from training.hardware import Hardware

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor


class Teacher:
    """A trained reader whose vocabulary has the student's tokens, in any order.

    `student` is the student's tokenizer; both distributions are softened by `temperature`. Raises
    TrainingError if the teacher lacks one of the tokens: the two would read different texts.
    """

    def __init__(
        self,
        folder: Path,
        student: Tokenizer,
        hardware: Hardware,
        temperature: float,
    ) -> None:
        tokenizer = features.load_tokenizer(folder)
        own, theirs = Layout.of(tokenizer), Layout.of(student)
        special = {
            theirs.first: own.first,
            theirs.separator: own.separator,
            theirs.padding: own.padding,
        }
        known = tokenizer.get_vocab()
        try:
            self.ids = {
                number: special[number] if number in special else known[token]
                for token, number in student.get_vocab().items()
            }
        except KeyError as error:
            raise TrainingError(
                f"the teacher {folder} does not know the student's token {error}: "
                "distil a reader from one of the same vocabulary"
            ) from error
        self.separators = [own.separator] * (own.between - theirs.between)
        self.layout, self.hardware, self.temperature = own, hardware, temperature
        model = checkpoint.load_model(folder).to(hardware.device)
        self.model = model.eval().requires_grad_(False)

    def loss(
        self, batch: Sequence[TokenGroup], start: Tensor, end: Tensor, allowed: Tensor
    ) -> Tensor:
        """Mean Kullback-Leibler divergence of the student's starts and ends from its own.

        start, end: the student's logits for the batch; `allowed`: where its spans may begin or
        end; all (rows, length). The square of the temperature keeps the gradients' scale.
        """
        from torch.nn.functional import kl_div

        losses = []
        for ours, theirs in zip((start, end), self.logits(batch, allowed), strict=True):
            soft, right = (self._soft(logits, allowed) for logits in (ours, theirs))
            losses.append(kl_div(soft, right, reduction="batchmean", log_target=True))
        return self.temperature**2 * (losses[0] + losses[1]) / 2

    def logits(self, batch: Sequence[TokenGroup], allowed: Tensor) -> tuple[Tensor, Tensor]:
        """Its start and end logits for the student's batch, each (rows, length), 0 elsewhere."""
        import torch

        windows = [tuple(self._translated(window) for window in group) for group in batch]
        own = features.tensors(windows, self.layout, self.hardware.device)
        with torch.no_grad(), self.hardware.autocast():
            result = self.model(**features.model_inputs(own))
        start, end = (torch.zeros(allowed.shape, device=self.hardware.device) for _ in range(2))
        # In each row both allow the first token and the same tokens of the text.
        start[allowed] = result.start_logits.float()[own["allowed"]]
        end[allowed] = result.end_logits.float()[own["allowed"]]
        return start, end

    def _soft(self, logits: Tensor, allowed: Tensor) -> Tensor:
        return (logits.masked_fill(~allowed, -1e4) / self.temperature).log_softmax(1)

    def _translated(self, window: TokenWindow) -> TokenWindow:
        ids, at = [self.ids[number] for number in window.ids], window.text_at
        return TokenWindow(
            [*ids[:at], *self.separators, *ids[at:]], at + len(self.separators), spans=()
        )
