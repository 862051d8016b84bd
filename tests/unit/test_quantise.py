"""Files of exported models: int8 ones, two of a large model; and a graph without its weights."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file

from askvisit.errors import TrainingError
from askvisit.onnx_model import onnx_runtime
from training import export, quantise


def test_the_tables_beside_a_large_model_are_as_readable_as_it(tmp_path, monkeypatch):
    monkeypatch.setattr(quantise, "MAX_BYTES", 1000)
    monkeypatch.setattr(quantise, "BESIDE", 10_000)
    table = np.random.default_rng(0).normal(size=(2000, 64)).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "rows"], ["vectors"])],
        "lookup",
        [helper.make_tensor_value_info("rows", TensorProto.INT64, ["n"])],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["n", 64])],
        [numpy_helper.from_array(table, "table")],
    )
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), tmp_path / "f.onnx"
    )
    target = tmp_path / "model.onnx"
    quantise.quantise(tmp_path / "f.onnx", target, beside="tables.bin")
    beside = tmp_path / "tables.bin"
    assert beside.stat().st_size >= table.size > target.stat().st_size
    assert beside.stat().st_mode == target.stat().st_mode


def test_a_graph_without_its_weights_finds_them_in_their_file(tmp_path):
    weight = np.arange(12, dtype=np.float32).reshape(3, 4)
    weights = tmp_path / "model.safetensors"
    save_file({"other": np.zeros(5, np.float32), "dense": weight}, weights)
    path = tmp_path / "f.onnx"
    onnx.save(product(numpy_helper.from_array(weight, "model.dense")), path)
    graph = export.without_weights(path, weights, prefix="model.")
    assert weight.tobytes() not in graph
    runtime = onnx_runtime()
    options = runtime.SessionOptions()
    options.add_session_config_entry(
        "session.model_external_initializers_file_folder_path", str(tmp_path)
    )
    session = runtime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"x": np.eye(3, dtype=np.float32)})
    assert np.array_equal(found, weight)


def test_a_constant_that_is_no_published_weight_is_refused(tmp_path):
    weight = np.ones((3, 4), dtype=np.float32)
    save_file({"dense": weight}, tmp_path / "model.safetensors")
    for name, values in (("model.dense", 2 * weight), ("model.folded", weight)):
        onnx.save(product(numpy_helper.from_array(values, name)), tmp_path / "f.onnx")
        with pytest.raises(TrainingError, match=f"{name} is no tensor"):
            export.without_weights(
                tmp_path / "f.onnx", tmp_path / "model.safetensors", prefix="model."
            )


def product(weight):
    """Return a model that multiplies by a weight."""
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", weight.name], ["y"])],
        "product",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 4])],
        [weight],
    )
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])
