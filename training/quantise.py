"""Quantise float ONNX files to int8, with plain ONNX operators and onnxruntime's quantiser.

Embedding tables have one scale per row and matrices one per column (symmetric, Wu et al. 2020,
"Integer Quantization for Deep Learning Inference", arXiv:2004.09602).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy

from askvisit.errors import TrainingError
from askvisit.onnx_model import onnx_runtime

MAX_BYTES = 95_000_000
MAX_SHARE = 0.3  # of the float file; above that, something was not quantised
BESIDE = 10_000_000  # bytes from which a table of a model over MAX_BYTES gets its own file
SMALL = 4096  # values; smaller constants stay float


def quantise(float_model: Path, target: Path, *, beside: str = "embeddings.bin") -> None:
    """Write the int8 version of the ONNX file ``float_model`` to ``target``.

    Products run in int8 (``quantize_dynamic``: fast if the CPU has VNNI). A model over
    ``MAX_BYTES`` stores its largest tables in the file ``beside`` the target. One that is not int8
    is a `TrainingError`.
    """
    import onnx

    onnx_runtime()
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(str(float_model))
    _int8_tables(model.graph)
    onnx.save(model, str(target))
    quantize_dynamic(
        str(target),
        str(target),
        op_types_to_quantize=["MatMul", "Gemm"],
        per_channel=True,
        weight_type=QuantType.QInt8,
    )
    size, before = target.stat().st_size, float_model.stat().st_size
    if size > MAX_SHARE * before:
        target.unlink()
        raise TrainingError(
            f"the exported model has {size:,} of the {before:,} bytes in float, so it is not int8: "
            "its weights were captured as constants; make the model a submodule of the wrapper"
        )
    if size > MAX_BYTES:
        model = onnx.load(str(target))
        (target.parent / beside).unlink(missing_ok=True)
        onnx.save_model(
            model,
            str(target),
            save_as_external_data=True,
            all_tensors_to_one_file=True,
            location=beside,
            size_threshold=BESIDE,
        )
        # onnx makes this file readable by its owner only, but what is shipped is for everyone.
        (target.parent / beside).chmod(target.stat().st_mode)


def _int8_tables(graph: Any) -> None:
    """Store the tables that ``Gather`` reads as int8 rows, each with its own scale."""
    from onnx import helper

    for node, values in _lookups(graph):
        table, rows, picked = node.input[0], node.input[1], node.output[0]
        scale = picked + "_scale"
        _replace(graph, table, values)
        node.input[0], node.output[0] = table + "_int8", picked + "_int8"
        after = [
            helper.make_node("Cast", [node.output[0]], [picked + "_cast"], to=1),
            helper.make_node("Gather", [table + "_scale", rows], [scale]),
            helper.make_node("Mul", [picked + "_cast", scale], [picked]),
        ]
        place = list(graph.node).index(node) + 1
        for item in reversed(after):
            graph.node.insert(place, item)


def _lookups(graph: Any) -> list[tuple[Any, Any]]:
    """The nodes that look up rows in a large float table, with the table."""
    from onnx import numpy_helper

    constants = {constant.name: constant for constant in graph.initializer}
    found = []
    for node in graph.node:
        if node.op_type == "Gather" and node.input[0] in constants:
            values = numpy_helper.to_array(constants[node.input[0]])
            if values.ndim == 2 and values.size >= SMALL and values.dtype.kind == "f":
                found.append((node, values))
    return found


def _replace(graph: Any, name: str, values: Any) -> None:
    """Replace the table ``name`` by ``name_int8`` and its rows' scales ``name_scale``."""
    from onnx import numpy_helper

    scale = numpy.maximum(numpy.abs(values).max(1, keepdims=True) / 127, 1e-12)
    whole = numpy.round(values / scale).astype(numpy.int8)
    old = next(constant for constant in graph.initializer if constant.name == name)
    graph.initializer.remove(old)
    graph.initializer.append(numpy_helper.from_array(whole, name + "_int8"))
    graph.initializer.append(numpy_helper.from_array(scale.astype(numpy.float32), name + "_scale"))
