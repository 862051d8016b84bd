"""The matrix products of an ONNX graph, and how large each channel of their inputs gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy
from numpy.typing import NDArray

from askvisit.onnx_model import onnx_runtime

Inputs = Mapping[str, NDArray[Any]]
Products = dict[str, list[tuple[Any, NDArray[Any]]]]

SMALL = 4096  # values of a matrix; the output layers stay as they are


def products(graph: Any) -> Products:
    """By input tensor, the products with a constant matrix and the matrix (channels × outputs)."""
    from onnx import numpy_helper

    constants = {constant.name: constant for constant in graph.initializer}
    found: Products = {}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in constants:
            weights = numpy_helper.to_array(constants[node.input[1]])
            if weights.ndim == 2 and weights.size >= SMALL:
                found.setdefault(node.input[0], []).append((node, weights))
    return found


def largest(
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


def add_constant(graph: Any, values: NDArray[Any], name: str) -> str:
    """Add a constant to the graph; returns its name."""
    from onnx import numpy_helper

    graph.initializer.append(numpy_helper.from_array(numpy.ascontiguousarray(values), name))
    return name


def remove_unused(graph: Any) -> None:
    """Remove the constants that no node reads any more."""
    used = {name for node in graph.node for name in node.input}
    for constant in [c for c in graph.initializer if c.name not in used]:
        graph.initializer.remove(constant)
