"""Every verdict of `verify --answers` is what the edits made of the quote."""

from __future__ import annotations

from harness import proofs
from hypothesis import given, settings
from hypothesis import strategies as st


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32))
def test_every_verdict_is_right(seed, tmp_path_factory):
    found = proofs.prove(10, seed, tmp_path_factory.mktemp("proofs") / "index")
    assert len(found) == 10
    assert [proof for edited, proof in found if not proofs.is_right(edited, proof)] == []


def test_every_kind_of_verdict_is_tried(tmp_path):
    found = proofs.prove(60, 1, tmp_path / "index")
    assert {proof.status for _, proof in found} == {"intact", "moved", "changed", "gone"}
