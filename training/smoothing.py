"""Move activation outliers into the weights, so that int8 products lose little.

A few of a model's channels reach fifty times the others' values, and one scale serves a whole
tensor, which leaves the others a handful of int8 steps. Dividing each channel and
multiplying its row of the weights by the same number changes no product (SmoothQuant, Xiao et al.
2023, arXiv:2211.10438).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray

from askvisit.onnx_model import onnx_runtime

STRENGTH = 0.55  # exponent of a channel's largest value; the paper also weighs in the weights'
OUTLIER = 10.0  # a channel this many times the median one makes smoothing worth an extra product
SMOOTHED, FACTOR = "_smooth", "_factor"  # suffixes of the names added to a graph
SMALL = 4096  # values of a matrix; the output layers stay as they are

Inputs = Mapping[str, NDArray[Any]]
Matrices = dict[str, list[tuple[Any, NDArray[Any]]]]


def smooth(float_model: Path, examples: Iterable[Inputs]) -> int:
    """Smooth the ONNX file ``float_model`` in place; returns how many tensors were divided.

    ``examples`` are model inputs like those it will be run on: they show each channel's largest
    value.
    """
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(str(float_model))
    matrices = _matrices(model.graph)
    largest = _largest(model, list(matrices), examples)
    smoothed = 0
    for tensor, users in matrices.items():
        channels = largest[tensor]
        if channels.max() < OUTLIER * numpy.median(channels):
            continue
        divisor = numpy.maximum(channels, 1e-3) ** STRENGTH
        divisor = (divisor / numpy.median(divisor)).astype(numpy.float32)
        for node, weights in users:
            name = node.input[1] + SMOOTHED
            scaled = numpy.ascontiguousarray(weights * divisor[:, None])
            model.graph.initializer.append(numpy_helper.from_array(scaled, name))
            node.input[0], node.input[1] = tensor + SMOOTHED, name
        factor = tensor + FACTOR
        model.graph.initializer.append(numpy_helper.from_array(1 / divisor, factor))
        divide = helper.make_node("Mul", [tensor, factor], [tensor + SMOOTHED], factor)
        model.graph.node.insert(list(model.graph.node).index(users[0][0]), divide)
        smoothed += 1
    used = {name for node in model.graph.node for name in node.input}
    for constant in [c for c in model.graph.initializer if c.name not in used]:
        model.graph.initializer.remove(constant)
    onnx.save(model, str(float_model))
    return smoothed


def _matrices(graph: Any) -> Matrices:
    """By input tensor, the products with a constant matrix and the matrix (channels × outputs)."""
    from onnx import numpy_helper

    constants = {constant.name: constant for constant in graph.initializer}
    found: Matrices = {}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in constants:
            weights = numpy_helper.to_array(constants[node.input[1]])
            if weights.ndim == 2 and weights.size >= SMALL:
                found.setdefault(node.input[0], []).append((node, weights))
    return found


def _largest(
    model: Any, tensors: list[str], examples: Iterable[Inputs]
) -> dict[str, NDArray[numpy.float32]]:
    """The largest absolute value of each channel of each tensor over the examples."""
    import onnx
    from onnx import helper

    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    kind = onnx.TensorProto.FLOAT
    watched.graph.output.extend(helper.make_tensor_value_info(t, kind, None) for t in tensors)
    session = onnx_runtime().InferenceSession(
        watched.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    found: dict[str, NDArray[numpy.float32]] = {}
    for inputs in examples:
        for name, values in zip(tensors, session.run(tensors, dict(inputs)), strict=True):
            channels = numpy.abs(values).reshape(-1, values.shape[-1]).max(0)
            found[name] = numpy.maximum(found.get(name, channels), channels)
    return found
