"""Checkpoints that survive a kill at any moment: written alongside, synced, then renamed."""

from __future__ import annotations

import copy
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from askvisit.errors import TrainingError

if TYPE_CHECKING:
    from torch import nn

STATE = "state.pt"


def save_state(out: Path, state: dict[str, Any]) -> None:
    """Replace ``out/state.pt`` (weights, optimiser, position, random states) in one step."""
    import torch

    beside = out / (STATE + ".new")
    with beside.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(out / STATE)


def load_state(out: Path) -> dict[str, Any] | None:
    """The last complete state of a run, or None if there is none yet."""
    import torch

    path = out / STATE
    if not path.is_file():
        return None
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds of error for a foreign file
        raise TrainingError(
            f"{path} cannot be read ({type(error).__name__}); delete it to start the run again"
        ) from error
    return state


def load_model(folder: Path, *, terms: bool = False, evidence: bool = False) -> nn.Module:
    """A float32 span model from a checkpoint, or from an encoder's weights.

    With ``terms`` it is a `TermSpanModel` (BERT), with ``evidence`` an `EvidenceSpanModel` (MPNet).
    Output layers that the folder lacks are initialised
    from torch's current seed. There is no dropout: a run sees each example about once, and random
    numbers cost a third of a step. Attention is eager, because that can be exported and the fused
    kernel is slower on a CPU: 1,630 instead of 1,805 tokens a second (MiniLM).
    """
    from transformers import AutoModelForQuestionAnswering

    from training.span_models import EvidenceSpanModel, TermSpanModel

    if not (folder / "config.json").is_file():
        raise TrainingError(f"{folder} is not a checkpoint folder: it holds no config.json")
    family = AutoModelForQuestionAnswering
    if terms or evidence:
        family = TermSpanModel if terms else EvidenceSpanModel
    try:
        with quiet_transformers():
            model: nn.Module = family.from_pretrained(
                str(folder),
                dtype="float32",
                hidden_dropout_prob=0.0,
                attention_probs_dropout_prob=0.0,
                attn_implementation="eager",
            )
    except (OSError, ValueError) as error:
        raise TrainingError(f"{folder} cannot be loaded: {error}") from error
    return model


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Keep transformers from showing progress bars and listing the layers that it leaves out."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def save_model(model: Any, tokenizer_from: Path, folder: Path) -> Path:
    """Write a checkpoint folder (float16 safetensors, config, tokenizer), replacing an old one."""
    beside = folder.with_name(folder.name + ".new")
    shutil.rmtree(beside, ignore_errors=True)
    with quiet_transformers():
        copy.deepcopy(model).half().save_pretrained(str(beside))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        if (tokenizer_from / name).is_file():
            shutil.copyfile(tokenizer_from / name, beside / name)
    shutil.rmtree(folder, ignore_errors=True)
    beside.rename(folder)
    return folder
