"""Float weights from an int8 reader, to continue training it: ``python -m training.restore``.

The float weights of a run are four times the size of what is shipped and are not kept. Each int8
matrix times its scales is within half a step of the trained one, which further training evens out.
The hidden channels of feed-forward layers may be in another order than in that run
(`training.splitting`); `training.average` puts them into one order.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy

from askvisit.errors import TrainingError
from training.smoothing import FACTOR, SMOOTHED
from training.splitting import PARTS


def restore(reader: Path, base: Path, out: Path) -> Path:
    """Write the checkpoint ``out`` with the weights of an exported reader; returns ``out``.

    ``base`` is the pretrained model it was trained from: its config and tokenizer are used. A
    folder that lacks a file, or does not hold an int8 export, is a TrainingError.
    """
    import torch
    from safetensors.torch import save_file

    for name in ("config.json", "tokenizer.json"):
        if not (base / name).is_file():
            raise TrainingError(f"{base} holds no {name}: name the folder of the pretrained model")
    weights = {name: torch.from_numpy(values) for name, values in float_weights(reader)}
    out.mkdir(parents=True, exist_ok=True)
    for name in ("config.json", "tokenizer.json"):
        shutil.copyfile(base / name, out / name)
    save_file(weights, str(out / "model.safetensors"), metadata={"format": "pt"})
    return out


def float_weights(reader: Path) -> Iterator[tuple[str, Any]]:
    """Each weight of ``reader/model.onnx`` as (PyTorch name, float32 array)."""
    import onnx
    from onnx import numpy_helper

    path = reader / "model.onnx"
    if not path.is_file():
        raise TrainingError(f"{reader} holds no model.onnx: name the folder of an exported reader")
    nodes = onnx.load(str(path), load_external_data=False).graph.node
    if not any(node.op_type == "MatMulInteger" for node in nodes):
        raise TrainingError(f"{path} has no int8 products: it is not an export of this project")
    graph = onnx.load(str(path)).graph
    constants = {constant.name: constant for constant in graph.initializer}

    def array(name: str) -> Any:
        return numpy_helper.to_array(constants[name]).copy()

    for name in constants:
        if name.startswith("model.") and not name.endswith(("_int8", "_scale")):
            yield name.removeprefix("model."), array(name)
        elif name.startswith("model.") and name.endswith("_int8"):
            table = name.removesuffix("_int8")
            yield table.removeprefix("model."), array(name) * array(table + "_scale")
    matrices: dict[str, dict[str, Any]] = {}
    for node in graph.node:
        if node.op_type != "MatMulInteger":
            continue
        # "/model/encoder/dense/MatMul_quant" multiplies by the transposed "encoder.dense.weight",
        # or by a part of its columns ("MatMul_usual_quant").
        path, _, part = node.name.removeprefix("/model/").partition("/MatMul")
        layer = path.replace("/", ".")
        matrix = node.input[1]
        weights = array(matrix) * array(matrix.removesuffix("_quantized") + "_scale")
        tensor = node.input[0].removesuffix("_quantized")
        if tensor.endswith(SMOOTHED):  # its channels were divided, and the rows multiplied
            weights *= array(tensor.removesuffix(SMOOTHED) + FACTOR)[:, None]
        matrices.setdefault(layer, {})[part.removesuffix("_quant")] = weights
    for layer, parts in matrices.items():
        rows = [parts[part] for part in (PARTS if len(parts) > 1 else parts)]
        yield f"{layer}.weight", numpy.concatenate(rows).T.copy()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; an error is one line and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m training.restore", description=__doc__)
    parser.add_argument("reader", type=Path, help="folder of an exported (ONNX) reader")
    parser.add_argument("base", type=Path, help="folder of the pretrained model: config, tokenizer")
    parser.add_argument("out", type=Path, help="the checkpoint to write")
    options = parser.parse_args(arguments)
    try:
        print(restore(options.reader, options.base, options.out))
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
