"""Move activation outliers into the weights, so that int8 products lose little.

A few of a model's channels reach fifty times the others' values, and one scale serves a whole
tensor, which leaves the others a handful of int8 steps. Dividing each channel and
multiplying its row of the weights by the same number changes no product (SmoothQuant, Xiao et al.
2023, arXiv:2211.10438).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy

from training.channels import Inputs, add_constant, largest, products, remove_unused

STRENGTH = 0.5  # exponent of a channel's largest value; the paper also weighs in the weights'
SMOOTHED, FACTOR = "_smooth", "_factor"  # suffixes of the names added to a graph


def smooth(float_model: Path, examples: Iterable[Inputs]) -> None:
    """Smooth the ONNX file ``float_model`` in place.

    ``examples`` are model inputs like those it will be run on: they show each channel's largest
    value.
    """
    import onnx
    from onnx import helper

    model = onnx.load(str(float_model))
    multiplied = products(model.graph)
    ranges = largest(model, list(multiplied), examples)
    for tensor, users in multiplied.items():
        divisor = numpy.maximum(ranges[tensor], 1e-3) ** STRENGTH
        divisor = (divisor / numpy.median(divisor)).astype(numpy.float32)
        for node, weights in users:
            scaled = weights * divisor[:, None]
            node.input[1] = add_constant(model.graph, scaled, node.input[1] + SMOOTHED)
            node.input[0] = tensor + SMOOTHED
        factor = add_constant(model.graph, 1 / divisor, tensor + FACTOR)
        divide = helper.make_node("Mul", [tensor, factor], [tensor + SMOOTHED], factor)
        model.graph.node.insert(list(model.graph.node).index(users[0][0]), divide)
    remove_unused(model.graph)
    onnx.save(model, str(float_model))
