"""Outlier channels of feed-forward layers get a scale of their own."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from askvisit.onnx_model import onnx_runtime
from training import quantise, splitting

WIDTH, HIDDEN = 48, 96
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(1, 10, WIDTH)).astype(np.float32)


def model(path, activation, outlier=1.0):
    """Write a feed-forward layer; some of its hidden channels are larger by `outlier`."""
    expand, contract = RANDOM.normal(size=(2, WIDTH, HIDDEN)).astype(np.float32)
    bias = RANDOM.normal(size=HIDDEN).astype(np.float32)
    expand[:, 5:7] *= outlier
    constants = {"expand": expand, "bias": bias, "contract": contract.T, "half": np.float32(0.5)}
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["x", "expand"], ["product"], "first"),
            helper.make_node("Add", ["bias", "product"], ["sum"]),
            *activation,
            helper.make_node("MatMul", ["hidden", "contract"], ["y"], "second"),
        ],
        "layer",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, "n", WIDTH])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, "n", WIDTH])],
        [numpy_helper.from_array(np.ascontiguousarray(v), n) for n, v in constants.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)
    return path


GELU = [
    helper.make_node("Mul", ["sum", "half"], ["scaled"]),
    helper.make_node("Erf", ["scaled"], ["erf"]),
    helper.make_node("Mul", ["sum", "erf"], ["hidden"]),
]


def run(path):
    options = onnx_runtime().SessionOptions()
    options.add_session_config_entry("session.x64quantprecision", "1")  # products overflow nowhere
    providers = ["CPUExecutionProvider"]
    session = onnx_runtime().InferenceSession(str(path), options, providers=providers)
    return session.run(None, {"x": X})[0]


def test_the_sum_of_both_parts_is_the_product_and_int8_loses_less(tmp_path, monkeypatch):
    monkeypatch.setattr(quantise, "MAX_SHARE", 1.0)
    path = model(tmp_path / "m.onnx", GELU, outlier=40.0)
    expected = run(path)
    quantise.quantise(path, tmp_path / "plain.onnx")
    assert splitting.split(path, [{"x": X}]) == 1
    assert np.allclose(run(path), expected, rtol=1e-3, atol=1e-2)
    quantise.quantise(path, tmp_path / "split.onnx")
    errors = [np.abs(run(tmp_path / f"{n}.onnx") - expected).mean() for n in ("plain", "split")]
    assert errors[1] < errors[0]


def test_the_outliers_are_together(tmp_path):
    path = model(tmp_path / "m.onnx", GELU, outlier=40.0)
    large = set(np.abs(numpy_helper.to_array(constant(path, "expand"))).max(0).argsort()[-2:])
    assert large == {5, 6}
    splitting.split(path, [{"x": X}])
    sizes = numpy_helper.to_array(constant(path, "hidden_sizes"))
    assert sizes.tolist() == [80, 16]
    sorted_ = np.abs(numpy_helper.to_array(constant(path, "expand"))).max(0)
    assert set(sorted_.argsort()[-2:]) == {HIDDEN - 2, HIDDEN - 1}


def test_channels_that_have_to_keep_their_order_are_not_sorted(tmp_path):
    normalised = [helper.make_node("Softmax", ["sum"], ["hidden"])]
    path = model(tmp_path / "m.onnx", normalised)
    before = path.read_bytes()
    assert splitting.split(path, [{"x": X}]) == 0
    assert path.read_bytes() == before


def constant(path, name):
    return next(c for c in onnx.load(path).graph.initializer if c.name == name)
