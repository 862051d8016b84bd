"""Int8 files of a large model: two of them, for everybody to read."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from training import quantise


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
    quantise.quantise(tmp_path / "f.onnx", target, activations=False, beside="tables.bin")
    beside = tmp_path / "tables.bin"
    assert beside.stat().st_size >= table.size > target.stat().st_size
    assert beside.stat().st_mode == target.stat().st_mode
