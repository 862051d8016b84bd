"""The index as a folder: build, update, commit, leftovers."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from harness.fakes import BRIDGE, ROOT, TARIFFS, WordCounts, indexed, write_articles

from askvisit import corpus, formats, vectors
from askvisit import encoder as encoders
from askvisit import passages as cutting
from askvisit.corpus import SourceFile
from askvisit.errors import (
    CorpusError,
    IndexDamagedError,
    IndexMissingError,
    IndexReadOnlyError,
    PassageIndexError,
)
from askvisit.index import (
    IndexLocation,
    build_index,
    locate,
    location,
    open_index,
    verify_index,
)
from askvisit.index.build import BuildOptions
from askvisit.vectors import FaissVectors

THIRD = "A Third Text\n\nThe mayor spoke about a new bridge for trains. It will be built of wood.\n"


def files(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Return what changes when a file is touched or replaced, for every file below a folder."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_ino,
            path.stat().st_mtime_ns,
            path.stat().st_size,
        )
        for path in sorted(folder.rglob("*"))
    }


def content(folder: Path) -> tuple:
    """Return all that an index says, without its vectors."""
    index = open_index(folder)
    articles = [index.article(name) for name in index.article_ids()]
    return (
        articles,
        [index.passages(range(len(index)))[n] for n in range(len(index))],
        [index.sentences(article.id) for article in articles],
        [index.passage_range(article.id) for article in articles],
        index.manifest.articles,
        index.manifest.counts,
        index.bm25("bridge mayor tariff", 50),
    )


def assert_like_a_fresh_build(folder: Path, fresh: Path) -> None:
    build_index(folder / "articles", fresh, encoder=WordCounts())
    assert content(folder) == content(fresh)
    updated, new = open_index(folder), open_index(fresh)
    assert np.allclose(updated.rows(range(len(updated))), new.rows(range(len(new))))


def texts_of(article: str) -> list[str]:
    from askvisit.records import Article

    return [p.text for p in cutting.passages(Article("a", "A", article))]


def test_an_index_holds_articles_passages_sentences_and_vectors(small):
    index = open_index(small)
    assert index.article_ids() == ["bridge.txt", "tariffs.txt"]
    assert index.encoder.name == "word-counts"
    for name in index.article_ids():
        article = SourceFile(small / "articles" / name).read()
        assert index.article(name) == article
        numbers = index.passage_range(name)
        passages = cutting.passages(article)
        assert [index.passages(numbers)[n] for n in numbers] == passages
        assert index.sentences(name) == cutting.sentences(article)
        expected = WordCounts().encode([p.text for p in passages])
        lengths = np.linalg.norm(expected, axis=1, keepdims=True)
        assert np.allclose(index.rows(numbers) * lengths, expected)
    assert index.manifest.counts["passages"] == len(index)


def test_a_search_of_an_index_by_meaning_and_by_words(small):
    index = open_index(small)
    tariff = WordCounts().encode(["tariff"])[0]
    (best, cosine), *_ = index.dense(tariff, 3)
    assert index.passages([best])[best].text.startswith("A tariff on wool")
    assert cosine == pytest.approx(1.0)
    (best, _), *_ = index.bm25("Which band?", 3)
    assert index.passages([best])[best].text.startswith("A band played")
    only = [index.passage_range("bridge.txt")]
    assert all(
        n in only[0] for n, _ in [*index.dense(tariff, 9, only), *index.bm25("minister", 9, only)]
    )


def test_the_first_build_says_what_it_did(tmp_path, encoder):
    write_articles(tmp_path / "articles", {"bridge.txt": BRIDGE, "bad.txt": b"\xff"})
    report = build_index(index=tmp_path, encoder=encoder)
    assert report.added == ("bridge.txt",)
    assert (report.changed, report.removed, report.unchanged) == ((), (), False)
    assert str(report.skipped[0]).startswith("bad.txt is not UTF-8")
    assert report.passages == report.encoded == len(encoder.encoded) == len(texts_of(BRIDGE))
    assert report.articles == 1
    assert report.folder == tmp_path


def test_an_unchanged_corpus_encodes_nothing_and_touches_no_file(small, encoder):
    before = files(small)
    report = build_index(index=small, encoder=encoder)
    assert report.unchanged
    assert encoder.encoded == []
    assert files(small) == before
    assert report.articles == 2


def test_adding_an_article_encodes_only_that_one(small, encoder, tmp_path):
    write_articles(small / "articles", {"a-third.txt": THIRD})
    report = build_index(index=small, encoder=encoder)
    assert report.added == ("a-third.txt",)
    assert encoder.encoded == texts_of(THIRD)
    assert report.encoded == len(encoder.encoded)
    assert_like_a_fresh_build(small, tmp_path / "fresh")


def test_changing_an_article_encodes_only_that_one(small, encoder, tmp_path):
    write_articles(small / "articles", {"bridge.txt": THIRD})
    report = build_index(index=small, encoder=encoder)
    assert report.changed == ("bridge.txt",)
    assert encoder.encoded == texts_of(THIRD)
    assert_like_a_fresh_build(small, tmp_path / "fresh")


def test_removing_an_article_encodes_nothing(small, encoder, tmp_path):
    (small / "articles" / "bridge.txt").unlink()
    report = build_index(index=small, encoder=encoder)
    assert report.removed == ("bridge.txt",)
    assert encoder.encoded == []
    index = open_index(small)
    assert index.article_ids() == ["tariffs.txt"]
    assert len(index) == len(texts_of(TARIFFS))
    assert_like_a_fresh_build(small, tmp_path / "fresh")


def test_renaming_an_article_is_like_a_fresh_build(small, encoder, tmp_path):
    (small / "articles" / "bridge.txt").rename(small / "articles" / "z.txt")
    report = build_index(index=small, encoder=encoder)
    assert (report.added, report.removed) == (("z.txt",), ("bridge.txt",))
    assert_like_a_fresh_build(small, tmp_path / "fresh")


def test_a_sidecar_changes_its_article(small, encoder):
    (small / "articles" / "bridge.toml").write_text('title = "Another Title"')
    assert build_index(index=small, encoder=encoder).changed == ("bridge.txt",)
    assert open_index(small).article("bridge.txt").title == "Another Title"


def test_many_updates_are_like_a_fresh_build(small, tmp_path):
    folder = small / "articles"
    for step, change in enumerate([
        {"b.txt": THIRD}, {"a.md": "# Head\n\nA tariff here.", "c.txt": "One mayor."},
        {"b.txt": None, "bridge.txt": BRIDGE + "\nMore of the bridge."}, {"c.txt": "Two mayors."},
    ]):  # fmt: skip
        for name, text in change.items():
            if text is None:
                (folder / name).unlink()
            else:
                write_articles(folder, {name: text})
        build_index(index=small, encoder=WordCounts())
        assert_like_a_fresh_build(small, tmp_path / f"fresh-{step}")
        assert verify_index(small).intact


def test_the_old_files_go_and_the_users_stay(small):
    kept = ("suggestions.txt", "notes.tmp", "passages-of-mine.db", "vectors-.faiss", "README.md")
    for name in kept:
        (small / name).write_text("mine")
    left = ("passages.tmp", "vectors.tmp", "manifest.json.tmp", f"passages-{'0' * 16}.db")
    for name in left:
        (small / name).write_text("left by a build that was killed")
    assert build_index(index=small, encoder=WordCounts()).unchanged
    assert not [name for name in left if (small / name).exists()]
    indexed(small, {"third.txt": THIRD})
    manifest = json.loads((small / "manifest.json").read_text("utf-8"))
    built = {manifest["store"]["name"], manifest["vectors"]["name"]}
    assert {p.name for p in small.iterdir()} == {"manifest.json", "articles", *built, *kept}


@pytest.mark.parametrize("articles", [{}, {"bad.txt": b"\xff", "empty.txt": b""}])
def test_no_good_article_is_an_error_and_the_old_index_stays(small, encoder, articles):
    for path in (small / "articles").iterdir():
        path.unlink()
    write_articles(small / "articles", articles)
    before = files(small)
    with pytest.raises(CorpusError, match="no article in") as caught:
        build_index(index=small, encoder=encoder)
    assert all(name in str(caught.value) for name in articles) or "empty" in str(caught.value)
    assert files(small) == before
    assert open_index(small).article_ids() == ["bridge.txt", "tariffs.txt"]


def test_an_encoder_that_fails_leaves_the_old_index(small):
    class Failing(WordCounts):
        def encode(self, texts):
            raise MemoryError("no room")

    write_articles(small / "articles", {"third.txt": THIRD})
    before = files(small)
    with pytest.raises(MemoryError):
        build_index(index=small, encoder=Failing())
    after = files(small)
    assert after.pop("partial.tmp")
    assert after == before
    assert build_index(index=small, encoder=WordCounts()).added == ("third.txt",)


def test_an_article_that_changes_while_it_is_read_is_indexed_as_it_was_read(
    small, encoder, monkeypatch
):
    survey = corpus.survey

    def overtaken(*args):
        surveyed = survey(*args)
        write_articles(small / "articles", {"third.txt": THIRD + "And more."})
        return surveyed

    with monkeypatch.context() as once:
        once.setattr(corpus, "survey", overtaken)
        write_articles(small / "articles", {"third.txt": THIRD})
        assert build_index(index=small, encoder=encoder).added == ("third.txt",)
    assert open_index(small).article("third.txt").text == THIRD
    assert build_index(index=small, encoder=encoder).changed == ("third.txt",)


@pytest.mark.parametrize("times", [0, 1], ids=["new", "changed"])
def test_each_file_is_parsed_once(small, encoder, monkeypatch, times):
    read, parsed = formats.read, []
    monkeypatch.setattr(formats, "read", lambda name, data: parsed.append(name) or read(name, data))
    indexed(small, {"third.txt": THIRD, "tariffs.txt": TARIFFS + "x" * times}, encoder)
    assert parsed == ["tariffs.txt"] * times + ["third.txt"]


def test_another_encoder_encodes_everything_anew(small):
    other = WordCounts("other", ("band", "steel"))
    report = build_index(index=small, encoder=other)
    assert len(other.encoded) == report.encoded == report.passages
    assert (report.added, report.changed, report.unchanged) == ((), (), False)
    assert open_index(small).encoder.name == "other"
    assert open_index(small).rows(range(1)).shape == (1, 2)


def test_changed_weights_encode_everything_anew(small, encoder):
    encoder.sha256 = "1" * 64
    assert build_index(index=small, encoder=encoder).encoded == len(encoder.encoded) > 0


def test_changed_passage_settings_encode_everything_anew(small, encoder, monkeypatch):
    monkeypatch.setitem(cutting.SETTINGS, "tiny", 20)
    report = build_index(index=small, encoder=encoder)
    assert report.encoded == report.passages == len(encoder.encoded)
    assert open_index(small).manifest.passages == cutting.SETTINGS


def test_what_a_newer_parser_reads_in_the_same_file_is_no_change_of_the_file(
    small, encoder, monkeypatch
):
    read = formats.read

    def newer(name, data):
        return replace(document := read(name, data), text=document.text + "One more sentence.")

    monkeypatch.setattr(formats, "read", newer)
    assert build_index(index=small, encoder=encoder).unchanged
    monkeypatch.setitem(cutting.SETTINGS, "tiny", 20)
    build_index(index=small, encoder=encoder)
    assert open_index(small).article("bridge.txt").text.endswith("One more sentence.")


def test_many_articles_are_encoded_in_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr(encoders, "_AT_ONCE", 16)
    names = {f"{n:02}.txt": f"Text number {n} tells of {'a bridge ' * (n % 5)}." for n in range(60)}
    write_articles(tmp_path / "articles", names)
    sizes = []

    class Sizes(WordCounts):
        def encode(self, texts):
            sizes.append(len(texts))
            return super().encode(texts)

    report = build_index(index=tmp_path, encoder=Sizes())
    assert sizes == [16, 16, 16, 12]
    index = open_index(tmp_path)
    vectors = index.rows(range(report.passages))
    assert [bool(row.any()) for row in vectors] == [n % 5 > 0 for n in range(60)]


class Stopped(WordCounts):
    """An encoder whose process is killed at its second chunk."""

    def encode(self, texts):
        if self.encoded:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode(texts)


def killed_build(folder: Path) -> None:
    """Build in a process of its own, killed after the first chunk."""
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT / 'tests')!r}, {str(Path(__file__).parent)!r}]\n"
        "from test_index import Stopped\n"
        "from askvisit import encoder; encoder._AT_ONCE = 16\n"
        "from askvisit.index import build_index\n"
        f"build_index(index={str(folder)!r}, encoder=Stopped())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.fixture
def half_built(tmp_path):
    texts = {f"{n:02}.txt": f"Text {n} tells of {'a bridge ' * (n % 5)}." for n in range(60)}
    write_articles(tmp_path / "index" / "articles", texts)
    killed_build(tmp_path / "index")
    return tmp_path / "index"


def test_a_killed_build_goes_on_where_it_was(half_built, encoder, tmp_path):
    (half_built / "articles" / "03.txt").write_text("Another text, of a mayor.")
    report = build_index(index=half_built, encoder=encoder)
    assert report.encoded == len(encoder.encoded) == 60 - 16 + 1
    assert encoder.encoded[0] == "Another text, of a mayor."
    assert_like_a_fresh_build(half_built, tmp_path / "fresh")
    assert len(list(half_built.iterdir())) == 4


def test_work_that_is_cut_off_or_damaged_is_done_again(half_built, encoder, tmp_path):
    partial = half_built / "partial.tmp"
    data = bytearray(partial.read_bytes()[:-5])
    pieces = list(re.finditer(rb'\["[0-9a-f]{16} [0-9a-f]{64} 0 1".*', data))
    data[pieces[7].end() - 9] ^= 1  # one of the last bits of the eighth's vectors
    partial.write_bytes(data)
    assert build_index(index=half_built, encoder=encoder).encoded == 60 - 16 + 2
    assert_like_a_fresh_build(half_built, tmp_path / "fresh")


def test_a_long_article_is_encoded_in_pieces_and_goes_on_where_it_was(
    tmp_path, encoder, monkeypatch
):
    text = "\n\n".join(f"Paragraph {n} tells of a bridge. {'It is long. ' * 8}" for n in range(200))
    folder = tmp_path / "index"
    write_articles(folder / "articles", {"long.txt": text})
    killed_build(folder)
    monkeypatch.setattr(encoders, "_AT_ONCE", 16)
    told: list[int] = []
    options = BuildOptions(encoder=encoder, on_encoded=told.append)
    report = IndexLocation(folder).build(options)
    assert (report.passages, report.encoded) == (200, 200 - 64)
    assert told == [64, 128, 136]
    assert_like_a_fresh_build(folder, tmp_path / "fresh")


def test_a_failed_build_of_a_new_index_leaves_no_folder(tmp_path, encoder):
    (tmp_path / "news").mkdir()
    with pytest.raises(CorpusError):
        build_index(tmp_path / "news", tmp_path / "a" / "index", encoder=encoder)
    assert [path.name for path in tmp_path.iterdir()] == ["news"]


def test_a_build_killed_twice_keeps_what_both_did(half_built):
    write_articles(half_built / "articles", {f"x{n:02}.txt": f"More, {n}." for n in range(60)})
    killed_build(half_built)
    encoder = WordCounts()
    assert build_index(index=half_built, encoder=encoder).encoded == 120 - 2 * 16


@pytest.mark.parametrize("name", ["other", None], ids=["other encoder", "no work"])
def test_work_of_other_settings_is_deleted(half_built, name):
    if name is None:
        (half_built / "partial.tmp").write_bytes(b"{")
    encoder = WordCounts(name or "word-counts")
    assert build_index(index=half_built, encoder=encoder).encoded == 60
    assert not (half_built / "partial.tmp").exists()


def test_one_article_of_many_costs_its_own_encoding(half_built, encoder):
    build_index(index=half_built, encoder=encoder)
    encoder.encoded.clear()
    (half_built / "articles" / "50.txt").write_text("A minister, a tariff.")
    assert build_index(index=half_built, encoder=encoder).encoded == 1
    assert encoder.encoded == ["A minister, a tariff."]


FACTORIES = ("IVF4,SQ8", "HNSW8", "IVF4,PQ2x4")


@pytest.mark.parametrize("factory", FACTORIES)
def test_another_faiss_index_finds_and_scores_the_same(half_built, encoder, factory, tmp_path):
    build_index(index=half_built, encoder=encoder)
    encoder.encoded.clear()
    flat = open_index(half_built)
    report = build_index(index=half_built, encoder=encoder, faiss=factory)
    assert (report.unchanged, report.encoded, report.faiss) == (False, 0, factory)
    other = open_index(half_built)
    assert other.manifest.recall == report.recall > 0.9
    assert np.allclose(other.rows(range(50, 60)), flat.rows(range(50, 60)))
    bridge = WordCounts().encode(["bridge"])[0]
    assert [c for _, c in other.dense(bridge, 5)] == pytest.approx([1.0] * 5)
    assert other.cosines(bridge, [0, 1]) == pytest.approx(flat.cosines(bridge, [0, 1]))
    only = [other.passage_range("04.txt"), other.passage_range("05.txt")]
    assert other.dense(bridge, 5, only) == flat.dense(bridge, 5, only) == [(4, 1.0), (5, 0.0)]
    assert verify_index(half_built).intact


@pytest.fixture
def trainings(monkeypatch) -> list[int]:
    """Return a list of how many vectors each training of a FAISS index learnt of."""
    sizes = []

    def sample(rows, most):
        sizes.append(len(rows))
        return taken(rows, most)

    taken = vectors._sample
    monkeypatch.setattr(vectors, "_sample", sample)
    return sizes


def change(folder: Path, numbers: range) -> None:
    for n in numbers:
        (folder / "articles" / f"{n:02}.txt").write_text(f"{n}: a mayor and a tariff.")


def test_a_small_change_needs_no_training(half_built, encoder, trainings):
    build_index(index=half_built, encoder=encoder, faiss="IVF4,SQ8")
    change(half_built, range(6))
    report = build_index(index=half_built, encoder=encoder)
    assert (trainings, report.encoded, report.faiss) == ([60], 6, "IVF4,SQ8")
    index = open_index(half_built)
    mayor = WordCounts().encode(["a tariff, a mayor"])[0]
    found = index.dense(mayor, 7)
    assert {n for n, _ in found[:6]} == set(range(6))
    assert [c for _, c in found[:6]] == pytest.approx([1.0] * 6)
    assert found[6][1] < 0.1
    assert report.recall == index.manifest.recall >= 0.98
    assert verify_index(half_built).intact


def test_a_large_change_is_trained_anew(half_built, encoder, trainings):
    build_index(index=half_built, encoder=encoder, faiss="IVF4,SQ8")
    change(half_built, range(7))
    build_index(index=half_built, encoder=encoder)
    for n in range(7):
        (half_built / "articles" / f"{n:02}.txt").unlink()
    build_index(index=half_built, encoder=encoder)
    assert trainings == [60, 60, 53]


def test_a_change_after_which_too_little_is_found_is_trained_anew(
    half_built, encoder, trainings, monkeypatch
):
    build_index(index=half_built, encoder=encoder, faiss="IVF4,SQ8")
    monkeypatch.setattr(FaissVectors, "recall", lambda *_: 0.97)
    change(half_built, range(1))
    assert build_index(index=half_built, encoder=encoder).recall == 0.97
    assert trainings == [60, 60]


def test_recall_is_measured_also_where_no_sentence_begins_in_a_passage(tmp_path, encoder):
    write_articles(tmp_path / "articles", {"long.txt": "a bridge and " * 300})
    report = build_index(index=tmp_path, encoder=encoder, faiss="HNSW8")
    assert (report.passages > 2, report.recall) == (True, 1.0)


def test_a_faiss_index_that_was_chosen_stays_until_auto(small, encoder):
    build_index(index=small, encoder=encoder, faiss="HNSW8")
    assert build_index(index=small, encoder=encoder).unchanged
    write_articles(small / "articles", {"third.txt": THIRD})
    assert build_index(index=small, encoder=encoder).faiss == "HNSW8"
    assert len(list(small.glob("encoded-*"))) == 1
    (small / next(small.glob("encoded-*")).name).unlink()
    with pytest.raises(IndexDamagedError, match=r"encoded-\S+ is missing"):
        open_index(small)
    report = build_index(index=small, encoder=encoder, faiss="auto")
    assert (report.faiss, report.recall) == ("Flat", None)
    assert set(json.loads((small / "manifest.json").read_text())) == {
        *("articles", "articles_folder", "counts", "encoder", "faiss", "format", "passages"),
        *("sha256", "store", "vectors"),
    }


def test_a_faiss_index_that_cannot_be_made_is_named_before_anything_is_encoded(small, encoder):
    write_articles(small / "articles", {"third.txt": THIRD})
    before = files(small)
    with pytest.raises(PassageIndexError, match="'Cheese'"):
        build_index(index=small, encoder=encoder, faiss="Cheese")
    assert encoder.encoded == []
    assert files(small) == before


def test_too_few_passages_for_a_faiss_index_keep_the_old_one(small, encoder):
    before = content(small)
    with pytest.raises(PassageIndexError, match="vectors into 'IVF64,SQ8'"):
        build_index(index=small, encoder=encoder, faiss="IVF64,SQ8")
    assert content(small) == before


def test_the_folder_of_articles_is_recorded_and_used_again(tmp_path, encoder):
    news = write_articles(tmp_path / "news", {"bridge.txt": BRIDGE})
    index = tmp_path / "index"
    build_index(news, index, encoder=encoder)
    assert not (index / "articles").exists()
    write_articles(news, {"tariffs.txt": TARIFFS})
    assert build_index(index=index, encoder=encoder).added == ("tariffs.txt",)
    assert verify_index(index).intact
    other = write_articles(tmp_path / "other", {"bridge.txt": BRIDGE, "tariffs.txt": TARIFFS})
    encoder.encoded.clear()
    build_index(other, index, encoder=encoder)
    assert encoder.encoded == []
    assert open_index(index).manifest.articles_path(index) == other


def test_articles_inside_the_index_may_move_with_it(small, tmp_path, encoder):
    moved = small.rename(tmp_path / "moved")
    assert build_index(index=moved, encoder=encoder).unchanged
    assert verify_index(moved).intact


def test_a_folder_is_a_place_that_builds_and_opens(tmp_path, encoder):
    folder = IndexLocation(tmp_path / "index")
    articles = write_articles(tmp_path / "news", {"bridge.txt": BRIDGE})
    assert (folder.signature(), folder.options) == (None, f"--index {tmp_path / 'index'}")
    assert build_index(articles, folder, encoder=encoder).folder == tmp_path / "index"
    before = folder.signature()
    assert folder.open().encoder == folder.encoder()
    assert folder.build(BuildOptions(encoder=encoder)).unchanged
    write_articles(articles, {"tariffs.txt": TARIFFS})
    assert build_index(None, folder, encoder=encoder, faiss="HNSW4").faiss == "HNSW4"
    assert folder.signature() != before
    assert folder.open().article_ids() == ["bridge.txt", "tariffs.txt"]


@pytest.mark.parametrize("name", ["with space", "Zürich ’s", "a#b?c%20d", "'; DROP TABLE"])
def test_a_folder_may_have_any_name(tmp_path, name, encoder):
    folder = tmp_path / name
    indexed(folder, {"bridge.txt": BRIDGE}, encoder)
    indexed(folder, {"tariffs.txt": TARIFFS}, encoder)
    assert verify_index(folder).intact
    assert open_index(folder).bm25("bridge", 1)


def test_the_folder_of_articles_may_have_a_name_that_is_not_utf8(tmp_path, encoder):
    news = write_articles(tmp_path / os.fsdecode(b"caf\xe9"), {"bridge.txt": BRIDGE})
    index = tmp_path / "index"
    build_index(news, index, encoder=encoder)
    assert verify_index(index).intact
    write_articles(news, {"tariffs.txt": TARIFFS})
    assert build_index(index=index, encoder=encoder).added == ("tariffs.txt",)
    assert IndexLocation(index).article_file("bridge.txt") == news / "bridge.txt"


def test_a_reader_goes_on_with_the_snapshot_it_opened(small, encoder):
    index = open_index(small)
    before = index.article("bridge.txt"), index.bm25("bridge", 9)
    indexed(small, {"bridge.txt": THIRD}, encoder)
    assert (index.article("bridge.txt"), index.bm25("bridge", 9)) == before
    assert index.rows(range(len(index))).shape[0] == len(index)
    assert open_index(small).article("bridge.txt").text == THIRD


def test_an_index_that_was_opened_and_not_read_yet_is_read_after_a_rebuild(small, encoder):
    index = open_index(small)
    indexed(small, {"bridge.txt": THIRD}, encoder)
    assert index.article("bridge.txt").text == BRIDGE


def test_a_rebuild_between_manifest_and_files_is_followed(small, encoder, monkeypatch):
    from askvisit.index import manifest as manifests

    read = manifests.read
    old = read(small)
    indexed(small, {"bridge.txt": THIRD}, encoder)
    answers = iter([old])
    monkeypatch.setattr(
        manifests, "read", lambda folder, server: next(answers, None) or read(folder)
    )
    assert open_index(small).article("bridge.txt").text == THIRD


BUILD = """
import sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from harness.fakes import WordCounts
from askvisit.index import build_index, open_index, verify_index
folder = Path({folder!r})
for n in range(15):
    (folder / "articles" / f"{name}.txt").write_text(f"The mayor saw bridge {{n}} of {name}.")
    build_index(index=folder, encoder=WordCounts())
    index = open_index(folder)
    assert "{name}.txt" in index.article_ids()
"""


def test_concurrent_builds_leave_a_whole_index(small):
    tests = str(ROOT / "tests")
    codes = [
        BUILD.format(tests=tests, folder=str(small), name=name) for name in ("one", "two", "six")
    ]
    builds = [
        subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for code in codes
    ]
    for process in builds:
        assert process.communicate(timeout=60) == (None, b"")
        assert process.returncode == 0
    assert verify_index(small).intact
    index = open_index(small)
    for name in ("one", "two", "six"):
        assert index.article(f"{name}.txt").text == f"The mayor saw bridge 14 of {name}."
    assert len([p for p in small.iterdir() if p.suffix in (".db", ".faiss", ".tmp")]) == 2


def unshare(command: str, **more) -> subprocess.CompletedProcess:
    """Run a shell command in a mount namespace of its own."""
    probe = subprocess.run(["unshare", "-m", "true"], capture_output=True)
    if probe.returncode:
        pytest.skip("unshare -m is not permitted here (it needs root, as in CI)")
    return subprocess.run(
        ["unshare", "-m", "sh", "-c", command], capture_output=True, text=True, **more
    )


ATTEMPT = """
import sys
sys.path.insert(0, {tests!r})
from harness.fakes import WordCounts
from askvisit.errors import IndexReadOnlyError
from askvisit.index import build_index, verify_index
try:
    report = build_index({articles!r}, {folder!r}, encoder=WordCounts())
    print("unchanged" if report.unchanged else "built")
except IndexReadOnlyError as error:
    print(error)
"""


def attempt(folder: Path, articles: Path | None = None) -> str:
    code = ATTEMPT.format(
        tests=str(ROOT / "tests"),
        articles=None if articles is None else str(articles),
        folder=str(folder),
    )
    return shlex.join([sys.executable, "-c", code])


def test_a_folder_that_cannot_be_written_is_named(small, tmp_path):
    read_only = f"mount --bind '{small}' '{small}' && mount -o remount,bind,ro '{small}' && "
    same = unshare(read_only + attempt(small))
    assert same.stdout == "unchanged\n", same.stderr
    news = write_articles(tmp_path / "news", {"third.txt": THIRD})
    before = files(small)
    done = unshare(read_only + attempt(small, news))
    assert done.stdout.startswith(f"cannot write to {small} ("), done.stderr
    assert "--index" in done.stdout
    assert files(small) == before


def test_a_folder_that_cannot_be_made_is_named(small, tmp_path):
    read_only = (
        f"mount --bind '{tmp_path}' '{tmp_path}' && mount -o remount,bind,ro '{tmp_path}' && "
    )
    done = unshare(read_only + attempt(tmp_path / "new", small / "articles"))
    assert done.stdout.startswith(f"cannot write to {tmp_path / 'new'} (Read-only"), done.stderr


def test_a_full_disk_is_named_and_leaves_no_half_index(small, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    many = write_articles(tmp_path / "many", {f"{n}.txt": f"A bridge, {n}." for n in range(9)})
    outcomes = []
    for kilobytes in (8, 40, 48, 200):
        mount = f"mount -t tmpfs -o size={kilobytes}k none '{full}' && "
        done = unshare(f"{mount}{attempt(full, many)} && ls '{full}'")
        said, *names = done.stdout.splitlines() or [done.stderr]
        outcomes.append(said)
        if said == "built":
            assert len(names) == 3
        else:
            assert said.startswith(f"cannot write to {full} ("), done.stderr
            assert "manifest.json" not in names
    assert outcomes[-1] == "built"
    assert any("full" in said for said in outcomes)
    assert any("No space" in said for said in outcomes)


def test_an_index_folder_that_is_a_file_is_named(tmp_path, encoder):
    (tmp_path / "file").write_text("text")
    with pytest.raises(IndexReadOnlyError, match="--index"):
        build_index(tmp_path, tmp_path / "file", encoder=encoder)


def test_the_packed_index_is_not_rebuilt():
    with pytest.raises(IndexReadOnlyError, match="askvisit index --index FOLDER"):
        build_index(index=location.PACKED)


def test_the_committed_index_is_fresh(tmp_path):
    """Vectors are compared by direction, never by their bytes: processors differ."""
    committed, fresh = ROOT / "index", tmp_path / "index"
    shutil.copytree(committed / "articles", fresh / "articles")
    build_index(index=fresh)
    old, new = open_index(committed).manifest, open_index(fresh).manifest
    repair = "run: askvisit index --index index"
    assert content(committed) == content(fresh), repair
    for name in ("format", "encoder", "passages", "faiss", "articles_folder", "articles", "counts"):
        assert getattr(old, name) == getattr(new, name), repair
    assert old.store.sha256 == new.store.sha256, repair
    assert old.encoder.sha256 == encoders.DEFAULT_SHA256
    every = range(len(open_index(committed)))
    cosines = (open_index(committed).rows(every) * open_index(fresh).rows(every)).sum(axis=1)
    assert cosines.min() > 0.999, repair


def test_the_committed_index_is_intact():
    found = verify_index(ROOT / "index")
    assert (found.damage, found.stale) == ((), ())
    named = {built.name for built in open_index(ROOT / "index").manifest.files()}
    there = {path.name for path in (ROOT / "index").iterdir()}
    assert there == {"articles", "manifest.json", "suggestions.txt", *named}


class TestLocate:
    """`--index`, `$ASKVISIT_INDEX`, `./index`, the checkout's, the packed one."""

    @pytest.fixture(autouse=True)
    def _places(self, tmp_path, monkeypatch):
        self.here = tmp_path / "here"
        self.here.mkdir()
        monkeypatch.chdir(self.here)
        monkeypatch.setattr(location, "_CHECKOUT", tmp_path / "checkout")
        monkeypatch.setattr(location, "PACKED", tmp_path / "packed")
        self.checkout, self.packed = tmp_path / "checkout", tmp_path / "packed"

    def test_nothing_is_an_error(self):
        with pytest.raises(IndexMissingError, match="askvisit index --index index"):
            locate()

    def test_the_order(self, monkeypatch):
        write_articles(self.packed, {"manifest.json": "{}"})
        assert locate() == self.packed
        (self.checkout / "articles").mkdir(parents=True)
        assert locate() == self.checkout
        (self.here / "index").mkdir()
        assert locate() == self.checkout
        (self.here / "index" / "articles").mkdir()
        assert locate() == Path("index")
        monkeypatch.setenv("ASKVISIT_INDEX", "/from/the/environment")
        assert locate() == Path("/from/the/environment")
        assert locate("named") == Path("named")

    def test_a_path_that_is_not_utf8_is_an_error(self, monkeypatch):
        asked = "is not UTF-8; rename the folder"
        with pytest.raises(PassageIndexError, match=asked):
            build_index(self.here, os.fsdecode(b"\xff"))
        assert not any(self.here.iterdir())
        monkeypatch.setenv("ASKVISIT_INDEX", os.fsdecode(b"\xff"))
        with pytest.raises(PassageIndexError, match=asked):
            locate()

    def test_a_manifest_is_enough(self):
        write_articles(self.here / "index", {"manifest.json": "{}"})
        assert locate() == Path("index")

    def test_an_empty_variable_is_none(self, monkeypatch):
        write_articles(self.packed, {"manifest.json": "{}"})
        monkeypatch.setenv("ASKVISIT_INDEX", "")
        assert locate() == self.packed
