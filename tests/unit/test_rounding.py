"""An exported reader's weights take fewer values, and its products lose little by it."""

import json
import zlib

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from askvisit.errors import TrainingError
from askvisit.onnx_model import onnx_runtime
from training import quantise, rounding
from training.export import sha256_of

CHANNELS, OUTPUTS, STEPS = 96, 80, 6
RANDOM = np.random.default_rng(0)
MIXED = RANDOM.normal(size=(CHANNELS // 8, CHANNELS))


def rows(count=400):
    """Rows whose channels are correlated, as a layer's inputs are."""
    values = RANDOM.normal(size=(1, count, len(MIXED))) @ MIXED
    return (values + 0.1 * RANDOM.normal(size=values.shape)).astype(np.float32)


@pytest.fixture
def reader(tmp_path, monkeypatch):
    """An exported reader that is one product."""
    monkeypatch.setattr(quantise, "MAX_SHARE", 1.0)
    weights = RANDOM.normal(size=(CHANNELS, OUTPUTS)).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"], "product")],
        "reader",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, "n", CHANNELS])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, "n", OUTPUTS])],
        [numpy_helper.from_array(weights, "w")],
    )
    float_model = tmp_path / "float.onnx"
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset), float_model)
    quantise.quantise(float_model, tmp_path / "model.onnx")
    (tmp_path / "model.json").write_text('{"name": "small", "sha256": "old"}', encoding="utf-8")
    return tmp_path


def stored(reader):
    graph = onnx.load(reader / "model.onnx").graph
    constants = {c.name: numpy_helper.to_array(c) for c in graph.initializer}
    return constants["w_quantized"], constants["w_scale"]


def run(reader, x):
    path = str(reader / "model.onnx")
    session = onnx_runtime().InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})[0]


def test_the_weights_take_fewer_values_and_the_file_packs_smaller(reader):
    path = reader / "model.onnx"
    before, size, (whole, scale) = path.read_bytes(), path.stat().st_size, stored(reader)
    spread = (whole * scale).std()
    rounding.round_weights(reader, [{"x": rows()}], STEPS)
    whole, scale = stored(reader)
    assert whole.dtype == np.int8
    assert (whole * scale).std() == pytest.approx(spread, rel=0.05)
    assert scale == pytest.approx(spread / STEPS)  # one step for all columns
    assert path.stat().st_size == size
    assert len(zlib.compress(path.read_bytes())) < 0.85 * len(zlib.compress(before))
    card = json.loads((reader / "model.json").read_text("utf-8"))
    assert card == {"name": "small", "sha256": sha256_of(path)}


def test_errors_are_made_up_for_in_the_weights_that_follow(reader):
    whole, scale = stored(reader)
    weights = whole * scale
    x = rows()
    rounding.round_weights(reader, [{"x": rows()}], STEPS)
    whole, scale = stored(reader)
    nearest = np.rint(weights / scale) * scale
    lost = [np.square(x @ (rounded - weights)).mean() for rounded in (whole * scale, nearest)]
    assert lost[0] < lost[1] / 3
    assert np.allclose(run(reader, x), x @ (whole * scale), atol=0.05 * np.abs(x @ weights).max())


def test_a_weight_of_many_steps_is_kept(reader):
    weights = np.full((CHANNELS, 2), 0.01, np.float32)
    weights[3, 1] = 10.0
    step = np.maximum(0.02, np.abs(weights).max(0) / rounding.LARGEST)
    identity = (np.arange(CHANNELS), np.eye(CHANNELS, dtype=np.float32))
    assert rounding.gptq(weights, identity, step)[3, 1] * step[1] == pytest.approx(10.0)


def test_without_an_export_the_error_says_what_to_name(tmp_path):
    with pytest.raises(TrainingError, match="name the folder of an exported reader"):
        rounding.round_weights(tmp_path, [], STEPS)
