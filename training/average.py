"""Average the weights of checkpoints: ``python -m training.average A B --out C``.

Stages or runs that start from the same weights can be averaged, often combining what each learnt
(Wortsman et al. 2022, "Model soups", arXiv:2203.05482).
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from askvisit.errors import TrainingError


def average(folders: Sequence[Path], out: Path, weights: Sequence[float] | None = None) -> Path:
    """Write the weighted mean of checkpoints to ``out`` (float16), with the first's tokenizer.

    ``weights`` are scaled to sum to 1; None weights all equally. Checkpoints of different shapes
    are a `TrainingError`.
    """
    import torch
    from safetensors.torch import load_file, save_file

    shares = [1.0] * len(folders) if weights is None else list(weights)
    if len(shares) != len(folders) or sum(shares) <= 0:
        raise TrainingError("give one weight for each checkpoint, with a sum above 0")
    for folder in folders:
        if not (folder / "model.safetensors").is_file():
            raise TrainingError(f"{folder} holds no model.safetensors: name checkpoint folders")
    total: dict[str, torch.Tensor] = {}
    for folder, share in zip(folders, shares, strict=True):
        tensors = load_file(str(folder / "model.safetensors"))
        if total and {k: v.shape for k, v in tensors.items()} != {
            k: v.shape for k, v in total.items()
        }:
            raise TrainingError(f"{folder} has other weights than {folders[0]}: cannot be averaged")
        for name, tensor in tensors.items():
            part = tensor.float() * (share / sum(shares))
            total[name] = total[name] + part if name in total else part
    out.mkdir(parents=True, exist_ok=True)
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        if (folders[0] / name).is_file():
            shutil.copyfile(folders[0] / name, out / name)
    half = {name: tensor.half().contiguous() for name, tensor in total.items()}
    save_file(half, str(out / "model.safetensors"), metadata={"format": "pt"})
    return out


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
