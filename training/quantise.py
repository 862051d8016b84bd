"""Float ONNX files to int8 ones, with plain ONNX operators and onnxruntime's quantiser.

Embedding tables keep one scale a row and matrices one scale a column (symmetric, Wu et al. 2020,
"Integer Quantization for Deep Learning Inference", arXiv:2004.09602).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy

from askvisit.errors import TrainingError
from askvisit.onnx_model import onnx_runtime

MAX_BYTES = 95_000_000
MAX_SHARE = 0.3  # of the float file; more, and something was not quantised
BESIDE = 10_000_000  # bytes from which a table of a model over MAX_BYTES goes to a file of its own
SMALL = 4096  # values; smaller constants stay float


def quantise(
    float_model: Path, target: Path, *, activations: bool = True, beside: str = "embeddings.bin"
) -> None:
    """Write the int8 version of the ONNX file ``float_model`` to ``target``.

    With ``activations`` the products run in int8 (``quantize_dynamic``: fast where the CPU has
    VNNI); without, only the weights are stored in int8 and the runtime unfolds them when it loads
    the file: the speed of float, a fifth of the error. A model over ``MAX_BYTES`` leaves its
    largest tables in the file ``beside`` the target. One that is not int8 is a `TrainingError`.
    """
    import onnx

    onnx_runtime()
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(str(float_model))
    _int8_tables(model.graph)
    if not activations:
        _int8_matrices(model.graph)
    onnx.save(model, str(target))
    if activations:
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
        # onnx makes this file its owner's alone, and what is shipped is for all.
        (target.parent / beside).chmod(target.stat().st_mode)


def _int8_tables(graph: Any) -> None:
    """Store the tables that ``Gather`` reads as int8 rows, each with its own scale."""
    from onnx import helper

    for node, values in _with_weight(graph, "Gather", 0):
        table, rows, scale = node.input[0], node.input[1], node.output[0] + "_scale"
        _replace(graph, table, values, axis=1)
        node.input[0] = table + "_int8"
        picked, node.output[0] = node.output[0], node.output[0] + "_int8"
        after = [
            helper.make_node("Cast", [node.output[0]], [picked + "_cast"], to=1),
            helper.make_node("Gather", [table + "_scale", rows], [scale]),
            helper.make_node("Mul", [picked + "_cast", scale], [picked]),
        ]
        _insert(graph, node, after, offset=1)


def _int8_matrices(graph: Any) -> None:
    """Store the matrices of ``MatMul`` as int8 columns; the runtime folds the two new nodes."""
    from onnx import helper

    for node, values in _with_weight(graph, "MatMul", 1):
        matrix = node.input[1]
        _replace(graph, matrix, values, axis=0)
        before = [
            helper.make_node("Cast", [matrix + "_int8"], [matrix + "_cast"], to=1),
            helper.make_node("Mul", [matrix + "_cast", matrix + "_scale"], [matrix + "_float"]),
        ]
        node.input[1] = matrix + "_float"
        _insert(graph, node, before, offset=0)


def _with_weight(graph: Any, operator: str, position: int) -> list[tuple[Any, Any]]:
    """The nodes of one kind whose input ``position`` is a large float matrix, with its values."""
    from onnx import numpy_helper

    constants = {constant.name: constant for constant in graph.initializer}
    found = []
    for node in graph.node:
        if node.op_type == operator and node.input[position] in constants:
            values = numpy_helper.to_array(constants[node.input[position]])
            if values.ndim == 2 and values.size >= SMALL and values.dtype.kind == "f":
                found.append((node, values))
    return found


def _replace(graph: Any, name: str, values: Any, *, axis: int) -> None:
    """Replace the constant ``name`` by ``name_int8`` and ``name_scale`` (maximum over ``axis``)."""
    from onnx import numpy_helper

    scale = numpy.maximum(numpy.abs(values).max(axis, keepdims=True) / 127, 1e-12)
    whole = numpy.round(values / scale).astype(numpy.int8)
    old = next(constant for constant in graph.initializer if constant.name == name)
    graph.initializer.remove(old)
    graph.initializer.append(numpy_helper.from_array(whole, name + "_int8"))
    graph.initializer.append(numpy_helper.from_array(scale.astype(numpy.float32), name + "_scale"))


def _insert(graph: Any, node: Any, new: list[Any], *, offset: int) -> None:
    place = list(graph.node).index(node) + offset
    for item in reversed(new):
        graph.node.insert(place, item)
