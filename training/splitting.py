"""Give the outlier channels of feed-forward layers an int8 scale of their own.

A few of a feed-forward layer's hidden channels reach many times the others' values. Its channels
may have any order, so they are sorted by the largest value that each reaches, and the product that
reads them is split in two: the outliers, and the rest, whose steps are now finer. Their sum is the
same product.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray

from training.channels import Inputs, add_constant, largest, products, remove_unused

SHARE = 0.03  # of the channels are outliers
MULTIPLE = 16  # of which the number of channels in each part is one: products run in such blocks
PARTS = ("_usual", "_outliers")  # suffixes of the names added to a graph
BY_CHANNEL = ("Add", "Div", "Erf", "Gelu", "Mul", "Relu")  # what an activation is made of


def split(float_model: Path, examples: Iterable[Inputs]) -> int:
    """Split the ONNX file ``float_model`` in place; returns how many layers were split.

    ``examples`` are model inputs like those it will be run on: they show each channel's largest
    value.
    """
    import onnx

    model = onnx.load(str(float_model))
    graph = model.graph
    read = products(graph)
    hidden = {tensor: users[0] for tensor, users in read.items() if len(users) == 1}
    writers = {tensor: _writers(graph, tensor) for tensor in hidden}
    layers = [tensor for tensor, constants in writers.items() if constants]
    if not layers:
        return 0
    ranges = largest(model, layers, examples)
    for tensor in layers:
        order = numpy.argsort(ranges[tensor], kind="stable")
        for constant in writers[tensor]:
            _reorder(graph, constant, order)
        node, weights = hidden[tensor]
        _split_product(graph, node, weights[order])
    remove_unused(graph)
    onnx.save(model, str(float_model))
    return len(layers)


def _writers(graph: Any, tensor: str) -> list[str]:
    """The matrix and the vectors that a feed-forward layer's hidden channels come from.

    Empty if the tensor is something else, whose channels have to keep their order.
    """
    nodes = {name: node for node in graph.node for name in node.output}
    shapes = {constant.name: list(constant.dims) for constant in graph.initializer}
    found: list[str] = []
    reached = [tensor]
    for name in reached:
        node = nodes.get(name)
        if name in shapes:
            if math.prod(shapes[name]) > 1:  # not one number for all channels
                found.append(name)
        elif node is not None and node.op_type == "MatMul" and node.input[1] in shapes:
            found.append(node.input[1])
        elif node is not None and node.op_type in BY_CHANNEL:
            reached += [other for other in node.input if other not in reached]
        elif node is None or node.op_type != "Constant":
            return []
    return found if any(len(shapes[name]) == 2 for name in found) else []


def _reorder(graph: Any, name: str, order: NDArray[numpy.intp]) -> None:
    """Reorder the last axis of a constant."""
    from onnx import numpy_helper

    constant = next(c for c in graph.initializer if c.name == name)
    values = numpy.ascontiguousarray(numpy_helper.to_array(constant)[..., order])
    constant.CopyFrom(numpy_helper.from_array(values, name))


def _split_product(graph: Any, node: Any, weights: NDArray[Any]) -> None:
    """Replace a product by the sum of two: of the usual channels of its input, and the last."""
    from onnx import helper

    (tensor, matrix), (product,) = node.input, node.output
    usual = int(len(weights) * (1 - SHARE)) // MULTIPLE * MULTIPLE
    sizes = numpy.array([usual, len(weights) - usual])
    parts = [tensor + suffix for suffix in PARTS]
    sums = [product + suffix for suffix in PARTS]
    halves = [
        add_constant(graph, rows, matrix + suffix)
        for rows, suffix in zip(numpy.split(weights, [usual]), PARTS, strict=True)
    ]
    cut = add_constant(graph, sizes, tensor + "_sizes")
    place = list(graph.node).index(node)
    graph.node.remove(node)
    for new in (
        helper.make_node("Add", sums, [product], node.name + "_sum"),
        *(
            helper.make_node("MatMul", [part, half], [total], node.name + suffix)
            for part, half, total, suffix in zip(parts, halves, sums, PARTS, strict=True)
        ),
        helper.make_node("Split", [tensor, cut], parts, node.name + "_split", axis=-1),
    ):
        graph.node.insert(place, new)
