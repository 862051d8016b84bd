"""Average the weights of checkpoints: ``python -m training.average A B --out C``.

Stages or runs that start from the same weights can be averaged, often combining what each learnt
(Wortsman et al. 2022, "Model soups", arXiv:2203.05482). The hidden channels of feed-forward layers
may be in another order in a checkpoint that was restored from an export; they are put into the
first's.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from askvisit.errors import TrainingError

if TYPE_CHECKING:
    import torch

    Tensors = dict[str, torch.Tensor]

_INTO = "intermediate.dense.weight"
_BIAS = "intermediate.dense.bias"
_OUT_OF = "output.dense.weight"
"""A feed-forward layer's matrices, hidden channels × inputs and outputs × hidden channels."""

_OUTPUTS = "_outputs."  # in the name of an output layer's weights


def average(folders: Sequence[Path], out: Path, weights: Sequence[float] | None = None) -> Path:
    """Write the weighted mean of checkpoints to ``out`` (float16), with the first's tokenizer.

    ``weights`` are scaled to sum to 1; None weights all equally. An output layer that some
    checkpoints lack is the mean of the others. Different shapes are a `TrainingError`.
    """
    from safetensors.torch import load_file, save_file

    shares = [1.0] * len(folders) if weights is None else list(weights)
    if len(shares) != len(folders) or sum(shares) <= 0:
        raise TrainingError("give one weight for each checkpoint, with a sum above 0")
    for folder in folders:
        if not (folder / "model.safetensors").is_file():
            raise TrainingError(f"{folder} holds no model.safetensors: name checkpoint folders")
    total: dict[str, torch.Tensor] = {}
    known: dict[str, float] = {}
    first: dict[str, torch.Tensor] = {}
    for folder, share in zip(folders, shares, strict=True):
        tensors = {k: v.float() for k, v in load_file(str(folder / "model.safetensors")).items()}
        first = first or tensors
        if any(
            first[name].shape != tensors[name].shape
            if name in first and name in tensors
            else _OUTPUTS not in name
            for name in {*first, *tensors}
        ):
            raise TrainingError(f"{folder} has other weights than {folders[0]}: cannot be averaged")
        for name, tensor in aligned(tensors, first).items():
            total[name] = total[name] + tensor * share if name in total else tensor * share
            known[name] = known.get(name, 0.0) + share
    total = {name: tensor / known[name] for name, tensor in total.items()}
    out.mkdir(parents=True, exist_ok=True)
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        if (folders[0] / name).is_file():
            shutil.copyfile(folders[0] / name, out / name)
    half = {name: tensor.half().contiguous() for name, tensor in total.items()}
    save_file(half, str(out / "model.safetensors"), metadata={"format": "pt"})
    return out


def aligned(tensors: Tensors, like: Tensors) -> Tensors:
    """Put the hidden channels of feed-forward layers into the order that they have in ``like``.

    A channel is known by its weights, before and after it. Where they are not the same channels in
    another order, a layer is left as it is.
    """
    import torch

    found = dict(tensors)
    for name in tensors:
        layer = name.removesuffix(_INTO)
        before, after, bias = layer + _INTO, layer + _OUT_OF, layer + _BIAS
        if layer == name or not {before, after, bias} <= like.keys() & tensors.keys():
            continue

        def channels(weights: Tensors, names: tuple[str, str] = (before, after)) -> torch.Tensor:
            rows = torch.cat([weights[names[0]], weights[names[1]].T], 1)
            return rows / rows.norm(dim=1, keepdim=True).clamp(min=1e-12)

        order = (channels(like) @ channels(tensors).T).argmax(1)
        if len(order.unique()) == len(order):
            found |= {before: tensors[before][order], bias: tensors[bias][order]}
            found[after] = tensors[after][:, order]
    return found


def main(arguments: list[str] | None = None) -> int:
    """The command line; an error is one line and exit code 1."""
    parser = argparse.ArgumentParser(
        prog="python -m training.average",
        description="Write the mean of the weights of checkpoints.",
    )
    parser.add_argument("checkpoints", nargs="+", type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument(
        "--weights", nargs="+", type=float, help="one a checkpoint (default: equal)"
    )
    options = parser.parse_args(arguments)
    try:
        print(average(options.checkpoints, options.out, options.weights))
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
