"""What is wrong with an index is found, named, and mended by one command."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
from harness.fakes import BRIDGE, TARIFFS, WordCounts, write_articles
from hypothesis import given
from hypothesis import strategies as st

from askvisit.errors import (
    EncoderMismatchError,
    IndexDamagedError,
    IndexFormatError,
    IndexMissingError,
    PassageIndexError,
    rebuild_hint,
)
from askvisit.index import build, build_index, edit, location_of, open_index, snapshot, verify_index
from askvisit.index import manifest as manifests


def test_what_cannot_be_read_says_why(tmp_path):
    (tmp_path / "manifest.json").mkdir()
    with pytest.raises(IndexDamagedError, match=r"manifest.json cannot be read \(Is a directory\)"):
        manifests.read(tmp_path)
    assert not location_of(tmp_path / ("long" * 99)).unfinished()


def manifest(folder: Path) -> dict:
    return json.loads((folder / "manifest.json").read_text("utf-8"))


def sealed(told: dict) -> str:
    """Write a manifest as one that a build wrote, whatever it tells."""
    told = {name: value for name, value in told.items() if name != "sha256"}
    return json.dumps(told | {"sha256": manifests.seal(told)})


def rewrite(folder: Path, **changed) -> None:
    (folder / "manifest.json").write_text(sealed(manifest(folder) | changed))


def built(folder: Path, kind: str) -> Path:
    return folder / manifest(folder)[kind]["name"]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x40
    path.write_bytes(data)


DAMAGE = {
    "store missing": lambda folder: built(folder, "store").unlink(),
    "store cut": lambda folder: cut(built(folder, "store")),
    "store emptied": lambda folder: built(folder, "store").write_bytes(b""),
    "store is a folder": lambda folder: (built(folder, "store").unlink(),
                                         Path(folder / manifest(folder)["store"]["name"]).mkdir()),
    "vectors missing": lambda folder: built(folder, "vectors").unlink(),
    "vectors cut": lambda folder: cut(built(folder, "vectors")),
    "vectors longer": lambda folder: (
        built(folder, "vectors").write_bytes(built(folder, "vectors").read_bytes() + b"more")),
    "vectors of another kind": lambda folder: flip(built(folder, "vectors"), 2),
    "manifest emptied": lambda folder: (folder / "manifest.json").write_bytes(b""),
    "manifest cut": lambda folder: cut(folder / "manifest.json"),
    "manifest no text": lambda folder: (folder / "manifest.json").write_bytes(b"\xff\xfe\x00"),
    "manifest a list": lambda folder: (folder / "manifest.json").write_text("[1]"),
    "manifest of something else": lambda folder: (folder / "manifest.json").write_text('{"a": 1}'),
    "manifest too deep": lambda folder: (folder / "manifest.json").write_text("[" * 99_999),
    "manifest incomplete": lambda folder: rewrite(folder, store={}),
    "manifest edited": lambda folder: (folder / "manifest.json").write_text(
        json.dumps(manifest(folder) | {"faiss": "PQ8"})),
    "manifest without its hash": lambda folder: (folder / "manifest.json").write_text(
        json.dumps({k: v for k, v in manifest(folder).items() if k != "sha256"})),
    "manifest without counts": lambda folder: rewrite(folder, counts={}),
    "manifest with other counts": lambda folder: rewrite(folder, counts={"passages": 2}),
    "manifest with another dimension": lambda folder: rewrite(
        folder, encoder=manifest(folder)["encoder"] | {"dimension": 9}),
}  # fmt: skip

QUIET = {
    "a byte of the store": lambda folder: flip(built(folder, "store"), -1),
    "a byte of the vectors": lambda folder: flip(built(folder, "vectors"), -2),
    "an article edited": lambda folder: write_articles(folder / "articles", {"bridge.txt": "New."}),
    "an article gone": lambda folder: (folder / "articles" / "bridge.txt").unlink(),
    "an article added": lambda folder: write_articles(folder / "articles", {"c.txt": "A bridge."}),
    "a sidecar added": lambda folder: write_articles(folder / "articles", {"bridge.toml": ""}),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damage_is_an_error_that_names_the_command_which_mends_it(small, damage):
    damage(small)
    with pytest.raises(IndexDamagedError, match="askvisit index --index") as caught:
        open_index(small)
    assert str(small) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("damage", {**DAMAGE, **QUIET}.values(), ids={**DAMAGE, **QUIET})
def test_verify_finds_damage_and_a_build_mends_it(small, damage):
    damage(small)
    found = verify_index(small)
    assert not found.intact
    assert len(found.damage + found.stale) == 1
    assert found.rebuild_hint.endswith(f"askvisit index --index {small}")
    if damage is not DAMAGE["store is a folder"]:
        build_index(index=small, encoder=WordCounts())
        assert verify_index(small).intact
        assert open_index(small).bm25("tariff bridge", 1)


def test_an_index_as_built_is_intact(small):
    assert verify_index(small).intact
    assert (verify_index(small).damage, verify_index(small).stale) == ((), ())


def test_a_new_article_makes_an_index_stale_but_not_wrong(small):
    write_articles(small / "articles", {"c.txt": "Another."})
    found = verify_index(small)
    assert (found.sound, found.intact, found.unindexed) == (True, False, ("c.txt",))


def test_verify_names_everything_that_is_wrong(small):
    flip(built(small, "store"), 5000)
    built(small, "vectors").unlink()
    write_articles(small / "articles", {"bridge.txt": "Edited.", "c.txt": "Another."})
    (small / "articles" / "tariffs.txt").unlink()
    found = verify_index(small)
    store, vectors = built(small, "store").name, built(small, "vectors").name
    assert found.damage == (f"{store} was changed", f"{vectors} is missing")
    assert found.stale == ("tariffs.txt is gone", "bridge.txt was edited", "c.txt is new")


def test_verify_says_why_an_article_can_no_longer_be_used(small):
    (small / "articles" / "bridge.txt").write_bytes(b"caf\xe9")
    write_articles(small / "articles", {"tariffs (1).txt": TARIFFS})
    (changed,) = verify_index(small).changed
    assert changed.startswith("bridge.txt is not UTF-8 (byte 3)")


def test_verify_starts_again_where_a_build_replaced_the_index(small, monkeypatch):
    write_articles(small / "articles", {"c.txt": "Another."})
    looked = []
    damage = snapshot._damage

    def after_a_build(folder, built):
        if not looked:
            build_index(index=small, encoder=WordCounts())
        looked.append(built.name)
        return damage(folder, built)

    monkeypatch.setattr(snapshot, "_damage", after_a_build)
    assert verify_index(small).intact
    assert len(looked) > 2


def test_verify_says_that_the_folder_of_articles_is_gone(small):
    (small / "articles").rename(small / "elsewhere")
    found = verify_index(small)
    (stale,) = found.stale
    assert "no folder of articles" in stale
    assert found.rebuild_hint == f"{rebuild_hint(small)} --articles DIR"


@pytest.mark.parametrize("gone", [False, True])
def test_the_command_that_mends_a_damaged_manifest_names_articles_that_moved(small, tmp_path, gone):
    (small / "articles").rename(tmp_path / "mine")
    build_index(tmp_path / "mine", index=small, encoder=WordCounts())
    if gone:
        (tmp_path / "mine").rename(tmp_path / "elsewhere")
    (small / "manifest.json").write_text(json.dumps(manifest(small) | {"recall": 0.1}))
    expected = rebuild_hint(small) + (" --articles DIR" if gone else "")
    assert verify_index(small).rebuild_hint == expected


def test_verify_waits_for_an_article_to_be_removed(small, monkeypatch):
    """Its file is moved before the manifest is replaced, so that it seems to be gone."""
    moved, looked, updated = threading.Event(), threading.Event(), edit.update

    def update(*arguments):
        moved.set()
        assert looked.wait(30)
        time.sleep(0.1)
        return updated(*arguments)

    compared = snapshot._compared

    def compare(*arguments):
        found = compared(*arguments)
        looked.set()
        return found

    monkeypatch.setattr(edit, "update", update)
    monkeypatch.setattr(snapshot, "_compared", compare)
    remover = threading.Thread(
        target=edit.remove_article, args=(small, "bridge.txt"), kwargs={"encoder": WordCounts()}
    )
    remover.start()
    assert moved.wait(30)
    found = verify_index(small)
    remover.join()
    assert found.intact


def test_a_byte_that_changed_in_any_place_is_found(small):
    for kind in ("store", "vectors"):
        size = built(small, kind).stat().st_size
        for at in range(0, size, max(1, size // 40)):
            flip(built(small, kind), at)
            assert verify_index(small).damage == (f"{built(small, kind).name} was changed",)
            flip(built(small, kind), at)
    assert verify_index(small).intact


def test_damage_that_opening_does_not_see_is_named_when_it_is_read(small):
    store = built(small, "store")
    store.write_bytes(b"x" * store.stat().st_size)
    index = open_index(small)
    with pytest.raises(IndexDamagedError, match="askvisit index --index"):
        index.article("bridge.txt")


@pytest.mark.parametrize("version", [0, 1, 2, 99])
def test_another_format_is_named_and_mended(small, version):
    rewrite(small, format=version)
    for use in (open_index, verify_index):
        with pytest.raises(IndexFormatError, match=f"format {version}.*askvisit index --index"):
            use(small)
    build_index(index=small, encoder=WordCounts())
    assert verify_index(small).intact


@pytest.mark.parametrize("manifest_is", ["of another format", "damaged"])
def test_a_rebuild_keeps_what_was_chosen(small, tmp_path, monkeypatch, manifest_is):
    (small / "articles").rename(tmp_path / "mine")
    build_index(tmp_path / "mine", index=small, encoder=WordCounts(), faiss="HNSW8")
    if manifest_is == "damaged":
        (small / "manifest.json").write_text(json.dumps(manifest(small) | {"recall": 0.1}))
    else:
        rewrite(small, format=1)
    loaded = []
    monkeypatch.setattr(build.encoders, "load", lambda name: loaded.append(name) or WordCounts())
    build_index(index=small)
    assert loaded == [WordCounts().name]
    assert verify_index(small).intact
    assert manifest(small)["articles_folder"] == str((tmp_path / "mine").resolve())
    assert (manifest(small)["faiss"], manifest(small)["faiss_given"]) == ("HNSW8", True)


@pytest.mark.parametrize(
    ("there", "how"),
    [
        ("nothing", "put articles .* run: askvisit index --index"),
        ("a folder", "put articles .* run: askvisit index --index"),
        ("a folder of articles", "askvisit index --articles .* --index NEW_FOLDER"),
        ("a file", "it is a file"),
        ("articles only", "run: askvisit index --index"),
    ],
)
def test_no_index_is_an_error_that_says_how_to_make_one(tmp_path, there, how):
    folder = tmp_path / "index"
    if there == "a folder":
        write_articles(folder, {"notes.doc": "mine"})
    elif there == "a folder of articles":
        write_articles(folder, {"bridge.txt": BRIDGE})
    elif there == "a file":
        folder.write_text("mine")
    elif there == "articles only":
        write_articles(folder / "articles", {"bridge.txt": BRIDGE})
    for use in (open_index, verify_index):
        with pytest.raises(IndexMissingError, match=how) as caught:
            use(folder)
        assert str(folder) in str(caught.value)


def test_an_error_of_another_encoder_names_the_command_that_mends_it():
    error = EncoderMismatchError(Path("i"), "word-counts", "another")
    assert "was built with the encoder word-counts, not another" in str(error)
    assert "askvisit index --index i --encoder another" in str(error)


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(), st.text(max_size=3),
    st.just([]), st.just({}), st.just(["a"]), st.just({"a": 1}), st.just("../articles"),
    st.just("x" * 300),
)  # fmt: skip


@given(data=st.data())
def test_a_manifest_with_anything_in_it_is_opened_or_refused(built_once, tmp_path_factory, data):
    """One value of the manifest, at any depth, is replaced by another or taken out."""
    folder = tmp_path_factory.mktemp("junk")
    for path in built_once.iterdir():
        (folder / path.name).symlink_to(path)
    told = manifest(built_once)
    place, keys = told, sorted(told)
    while True:
        key = data.draw(st.sampled_from(keys))
        if isinstance(place[key], dict) and place[key] and data.draw(st.booleans()):
            place, keys = place[key], sorted(place[key])
            continue
        break
    if data.draw(st.booleans()):
        del place[key]
    else:
        place[key] = data.draw(JUNK)
    (folder / "manifest.json").unlink()
    (folder / "manifest.json").write_text(sealed(told))
    for use in (open_index, verify_index):
        try:
            use(folder)
        except PassageIndexError as error:
            assert "askvisit index" in str(error)  # noqa: PT017
