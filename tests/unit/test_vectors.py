"""FaissVectors in FAISS: cosines, exactly, and never a distance."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest

from askvisit import vectors as adapter
from askvisit.errors import PassageIndexError
from askvisit.vectors import FaissVectors, factory_for, normalise

ROWS = np.array([[3, 4], [0, 2], [-1, 0], [0, 0]], dtype=np.float32)
EAST = np.array([10, 0], dtype=np.float32)


@pytest.fixture
def vectors() -> FaissVectors:
    return FaissVectors.build(ROWS)


def test_scores_are_cosines_best_first(vectors):
    found = vectors.search(np.array([4, 3], dtype=np.float32), 4)
    assert [n for n, _ in found] == [0, 1, 3, 2]
    assert [cosine for _, cosine in found] == pytest.approx([0.96, 0.6, 0.0, -0.8])
    assert all(type(n) is int and type(cosine) is float for n, cosine in found)


def test_the_length_of_vectors_does_not_matter(vectors):
    assert vectors.search(EAST / 1000, 4) == vectors.search(EAST, 4)
    longer = FaissVectors.build(ROWS * 7)
    assert [c for _, c in longer.search(EAST, 4)] == pytest.approx([0.6, 0.0, 0.0, -1.0])


def test_k_is_how_many(vectors):
    assert vectors.search(EAST, 1) == [(0, pytest.approx(0.6))]
    assert len(vectors.search(EAST, 99)) == len(vectors) == 4


def test_a_search_stays_within_the_numbers_given(vectors):
    assert vectors.search(EAST, 4, [range(1, 3)]) == [(1, 0.0), (2, -1.0)]
    assert [n for n, _ in vectors.search(EAST, 4, [range(1), range(2, 3)])] == [0, 2]
    assert [n for n, _ in vectors.search(EAST, 4, [range(2, 3), range(2, 3)])] == [2]


def test_a_vector_of_zeros_is_like_nothing(vectors):
    assert [c for _, c in vectors.search(np.zeros(2, np.float32), 4)] == [0.0] * 4
    assert (vectors.rows([3]) @ EAST).tolist() == [0.0]


def test_rows_are_stored_at_length_1(vectors):
    assert vectors.rows(range(2)) == pytest.approx(np.array([[0.6, 0.8], [0, 1]]))
    assert vectors.rows([2, 0]) == pytest.approx(np.array([[-1, 0], [0.6, 0.8]]))
    assert vectors.rows([]).shape == (0, 2)
    assert np.array_equal(normalise(ROWS)[3], [0, 0])


def test_a_file_holds_the_same_vectors(vectors, tmp_path):
    path = tmp_path / "a folder of ’s" / "v.faiss"
    path.parent.mkdir()
    vectors.write(path)
    again = FaissVectors.read(path)
    assert (len(again), again.dimension) == (4, 2)
    assert again.search(EAST, 4) == vectors.search(EAST, 4)


@pytest.mark.parametrize("keep", [0, 10, 30, 50])
def test_a_cut_file_is_damaged(vectors, tmp_path, keep):
    path = tmp_path / "v.faiss"
    vectors.write(path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ValueError, match="cannot be read"):
        FaissVectors.read(path)


def test_a_flipped_byte_is_read_or_damaged(vectors, tmp_path):
    path = tmp_path / "v.faiss"
    vectors.write(path)
    whole = path.read_bytes()
    for at in {*range(len(whole))} - {*range(37, 45)}:  # there, FAISS asks for as much memory
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with suppress(ValueError):
            assert len(FaissVectors.read(path)) == 4


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        FaissVectors.read(tmp_path / "v.faiss")


def test_vectors_that_cannot_be_written_are_an_os_error(vectors, tmp_path):
    with pytest.raises(OSError, match=r"v\.faiss"):
        vectors.write(tmp_path / "nowhere" / "v.faiss")


def test_an_unknown_factory_is_an_error():
    with pytest.raises(PassageIndexError, match="'Cheese'"):
        FaissVectors.build(ROWS, "Cheese")


def test_the_number_of_passages_chooses_the_index():
    assert factory_for(12) == factory_for(50_000) == "Flat"
    assert factory_for(100_000) == "IVF1024,SQ8"
    assert factory_for(120_000) == "IVF1024,SQ8"
    assert factory_for(1_000_000) == "IVF4096,SQ8"


@pytest.fixture(scope="module")
def clouds():
    """Three thousand vectors around sixty centres."""
    random = np.random.default_rng(0)
    centres = random.standard_normal((60, 32)).repeat(50, axis=0)
    return (centres + 2 * random.standard_normal((3000, 32))).astype(np.float32)


def test_lists_are_looked_into_until_the_nearest_are_found(clouds):
    index = FaissVectors.build(clouds, "IVF32,SQ8")
    queries = clouds[::30] + clouds[7::30]
    before = index.recall(queries)
    assert before < 0.9
    recall = index.tune(queries)
    assert recall >= 0.98
    flat = FaissVectors.build(clouds)
    right = 0
    for query in queries:
        exact, found = (dict(v.search(query, 10)) for v in (flat, index))
        right += len(exact.keys() & found.keys())
        assert all(found[n] == pytest.approx(exact[n]) for n in exact.keys() & found.keys())
    assert right / 10 / len(queries) == pytest.approx(recall)


def test_a_mapped_file_gives_the_same_and_keeps_what_was_tuned(clouds, tmp_path, monkeypatch):
    monkeypatch.setattr(adapter, "_MAPPED_FROM", 1)
    clouds.tofile(tmp_path / "e.f32")
    for factory in ("Flat", "IVF32,SQ8"):
        index = FaissVectors.build(clouds, factory)
        index.tune(clouds[::30])
        index.write(tmp_path / "v.faiss")
        again = FaissVectors.read(
            tmp_path / "v.faiss", None if factory == "Flat" else tmp_path / "e.f32"
        )
        for query in clouds[:50]:
            assert again.search(query, 10) == index.search(query, 10)
        assert np.array_equal(again.rows(range(5, 9)), index.rows(range(5, 9)))


def test_encoded_vectors_of_another_number_are_damage(clouds, tmp_path):
    FaissVectors.build(clouds, "HNSW8").write(tmp_path / "v.faiss")
    clouds[1:].tofile(tmp_path / "e.f32")
    with pytest.raises(ValueError, match="does not hold 3000"):
        FaissVectors.read(tmp_path / "v.faiss", tmp_path / "e.f32")
