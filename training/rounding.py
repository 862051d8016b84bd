"""Round an exported reader's int8 weights to fewer values: ``python -m training.rounding READER``.

The file keeps its size, but deflate, and so a wheel, packs it smaller: a matrix whose standard
deviation is eight steps takes 5.05 bits a weight, one of thirty 6.95. All columns of a matrix have
one step, because what each weight's error costs does not depend on the size of its column. Rows are
rounded one after another, and the error of each is made up for in those that follow, as far as the
layer's inputs on windows of news allow (GPTQ, Frantar et al. 2023, arXiv:2210.17323).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray

from askvisit.errors import AskvisitError, TrainingError
from askvisit.onnx_model import Layout, onnx_runtime
from training.channels import SMALL, Inputs
from training.export import news_windows, sha256_of
from training.features import load_tokenizer

WINDOWS = 256  # of news, that the products of inputs are summed over
DAMPING = 0.01  # of the mean square of a channel, added to each: unseen inputs differ a little
GROUP = 32  # windows whose products are summed at once, which is faster
BLOCK = 128  # rows after which the errors are passed on to all that follow
LARGEST = 127

Floats = NDArray[numpy.float32]


def round_weights(reader: Path, examples: Iterable[Inputs], steps: float) -> None:
    """Round the matrices of ``reader/model.onnx`` in place and write its hash to ``model.json``.

    A matrix's standard deviation becomes ``steps`` steps. ``examples`` are model inputs like those
    it will be run on.
    """
    import onnx
    from onnx import numpy_helper

    path = reader / "model.onnx"
    if not path.is_file():
        raise TrainingError(f"{reader} holds no model.onnx: name the folder of an exported reader")
    model = onnx.load(str(path), load_external_data=False)
    constants = {constant.name: constant for constant in model.graph.initializer}
    matrices: dict[str, list[str]] = {}
    for tensor, matrix in _matrices(model.graph):
        matrices.setdefault(tensor, []).append(matrix)
    if not matrices:
        raise TrainingError(f"{path} has no int8 products: it is not an export of this project")
    squares = _squares(path, list(matrices), examples)
    for tensor, names in matrices.items():
        factor = _inverse_factor(squares.pop(tensor))
        for name in names:
            whole, scale = (constants[n] for n in (name, _scale(name)))
            old = numpy_helper.to_array(scale)
            weights = numpy_helper.to_array(whole) * old
            step = numpy.maximum(weights.std() / steps, numpy.abs(weights).max(0) / LARGEST)
            rounded = gptq(weights, factor, step.astype(numpy.float32))
            whole.CopyFrom(numpy_helper.from_array(rounded, name))
            scale.CopyFrom(numpy_helper.from_array(step.astype(old.dtype), scale.name))
    onnx.save(model, str(path))
    card = json.loads((reader / "model.json").read_text("utf-8")) | {"sha256": sha256_of(path)}
    (reader / "model.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def gptq(weights: Floats, factor: tuple[NDArray[numpy.intp], Floats], step: Floats) -> Any:
    """Round ``weights`` (channels × outputs) to int8 multiples of each output's ``step``.

    ``factor`` is from `_inverse_factor`: the order of the channels, and the Cholesky factor.
    """
    order, upper = factor
    left = weights[order].astype(numpy.float32)
    found = numpy.empty(left.shape, numpy.int8)
    for start in range(0, len(left), BLOCK):
        end = min(start + BLOCK, len(left))
        errors = numpy.empty((end - start, left.shape[1]), numpy.float32)
        for row in range(start, end):
            found[row] = numpy.clip(numpy.rint(left[row] / step), -LARGEST, LARGEST)
            errors[row - start] = (left[row] - found[row] * step) / upper[row, row]
            left[row + 1 : end] -= numpy.outer(upper[row, row + 1 : end], errors[row - start])
        left[end:] -= upper[start:end, end:].T @ errors
    return found[numpy.argsort(order)]


def _matrices(graph: Any) -> Iterator[tuple[str, str]]:
    """The large int8 matrices, each after the float tensor that it is multiplied with."""
    sizes = {c.name: numpy.prod(c.dims) for c in graph.initializer}
    whole = {node.output[0]: node.input[0] for node in graph.node if len(node.input)}
    for node in graph.node:
        if node.op_type == "MatMulInteger" and sizes.get(node.input[1], 0) >= SMALL:
            yield whole[node.input[0]], node.input[1]


def _scale(matrix: str) -> str:
    return matrix.removesuffix("_quantized") + "_scale"


def _squares(path: Path, tensors: list[str], examples: Iterable[Inputs]) -> dict[str, Floats]:
    """The sum of the products of each two channels of each tensor over the examples."""
    import onnx
    from onnx import helper

    model = onnx.load(str(path))
    kind = onnx.TensorProto.FLOAT
    model.graph.output.extend(helper.make_tensor_value_info(t, kind, None) for t in tensors)
    session = onnx_runtime().InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    found: dict[str, Floats] = {}
    left = iter(examples)
    while group := list(islice(left, GROUP)):
        runs = [session.run(tensors, dict(inputs)) for inputs in group]
        for name, outputs in zip(tensors, zip(*runs, strict=True), strict=True):
            rows = numpy.concatenate([values.reshape(-1, values.shape[-1]) for values in outputs])
            found[name] = found.get(name, 0) + rows.T @ rows
    return found


def _inverse_factor(squares: Floats) -> tuple[NDArray[numpy.intp], Floats]:
    """The order of the channels, largest first, and the upper Cholesky factor of the inverse."""
    from scipy import linalg

    order = numpy.argsort(-numpy.diag(squares), kind="stable")
    ordered = squares[numpy.ix_(order, order)].astype(numpy.float64)
    ordered[numpy.diag_indices_from(ordered)] += DAMPING * numpy.diag(ordered).mean()
    # Of the matrix backwards, the factor's inverse, backwards, is that of the inverse.
    lower = linalg.cholesky(ordered[::-1, ::-1], lower=True)
    upper, _ = linalg.lapack.dtrtri(lower, lower=1)
    return order, upper[::-1, ::-1].astype(numpy.float32)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; an error is one line and exit code 1."""
    parser = argparse.ArgumentParser(
        prog="python -m training.rounding",
        description="Round an exported reader's int8 weights in place, so that they pack smaller.",
    )
    parser.add_argument("reader", type=Path, help="folder of an exported (ONNX) reader")
    parser.add_argument("--news", type=Path, required=True, help="editions: some are run")
    parser.add_argument("--steps", type=float, required=True, help="to a standard deviation")
    options = parser.parse_args(arguments)
    try:
        tokenizer = load_tokenizer(options.reader)
        windows = news_windows(options.news, tokenizer, Layout.of(tokenizer), WINDOWS)
        round_weights(options.reader, windows, options.steps)
    except AskvisitError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print((options.reader / "model.json").read_text(encoding="utf-8"), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
