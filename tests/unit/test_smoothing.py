"""Outliers of activations move into the weights."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from askvisit.onnx_model import onnx_runtime
from training import quantise, smoothing

CHANNELS, OUTPUTS = 64, 80
RANDOM = np.random.default_rng(0)
WEIGHTS = RANDOM.normal(size=(2, CHANNELS, OUTPUTS)).astype(np.float32)


def rows(outlier: float) -> np.ndarray:
    """Ten rows of values about 1, and one channel that is larger by `outlier`."""
    values = RANDOM.normal(size=(1, 10, CHANNELS)).astype(np.float32)
    values[..., 7] *= outlier
    return values


def model(path):
    """Write a model in which two matrices share an input."""
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["x", "a"], ["left"]),
            helper.make_node("MatMul", ["x", "b"], ["right"]),
            helper.make_node("Add", ["left", "right"], ["y"]),
        ],
        "products",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, "n", CHANNELS])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, "n", OUTPUTS])],
        [numpy_helper.from_array(w, n) for w, n in zip(WEIGHTS, "ab", strict=True)],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)
    return path


def run(path, x):
    session = onnx_runtime().InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})[0]


def test_no_product_changes_and_int8_loses_less(tmp_path, monkeypatch):
    monkeypatch.setattr(quantise, "MAX_SHARE", 1.0)
    x = rows(60.0)
    expected = x @ WEIGHTS.sum(0)
    errors = []
    for name, examples in (("plain", []), ("smooth", [{"x": rows(60.0)} for _ in range(4)])):
        path = model(tmp_path / f"{name}.onnx")
        if examples:
            smoothing.smooth(path, examples)
            assert run(path, x) == pytest.approx(expected, rel=1e-3, abs=1e-3)
        quantise.quantise(path, tmp_path / f"{name}-int8.onnx")
        errors.append(float(np.abs(run(tmp_path / f"{name}-int8.onnx", x) - expected).mean()))
    assert errors[1] < errors[0] / 2
