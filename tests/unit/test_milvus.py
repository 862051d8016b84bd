"""With its vectors in Milvus Lite, an index answers as with FAISS; errors have one line."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from harness.fakes import (
    BRIDGE,
    ROOT,
    TARIFFS,
    SharedWords,
    Symmetric,
    WordCounts,
    calibration,
    write_articles,
)
from harness.milvus_server import Guarded, Server
from harness.pdfs import column, pdf
from harness.web_fakes import Page

import askvisit
from askvisit import Assistant, Milvus, build_index
from askvisit import encoder as encoders
from askvisit.cli import main
from askvisit.cli.options import chosen_index
from askvisit.errors import (
    AskvisitError,
    CorpusError,
    CredentialsError,
    EncoderMismatchError,
    IndexDamagedError,
    IndexMissingError,
    IndexReplacedError,
    PassageIndexError,
    UnreachableError,
)
from askvisit.index import open_index, verify_index
from askvisit.index.edit import add_article, remove_article
from askvisit.retriever import Retriever
from askvisit.web.chat import Chat

LONG = "A Long Day\n\n" + "".join(
    f"The mayor’s U.S. guests saw 𝔸 tall bridge {n}. It was naïve of them.\n" for n in range(200)
)
ARTICLES = {"bridge.txt": BRIDGE, 'o\'b "q" é.txt': LONG, "tariffs.txt": TARIFFS}


class Directions(Symmetric):
    """An encoder whose vectors differ for all texts: of length 2, in directions of their own."""

    name = "directions"
    sha256 = hashlib.sha256(b"directions").hexdigest()
    dimension = 16

    def encode(self, texts):
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text):
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
        vector = np.random.default_rng(seed).normal(size=self.dimension).astype(np.float32)
        return 2 * vector / np.linalg.norm(vector)


@pytest.fixture(scope="module", autouse=True)
def _no_naps() -> Iterator[None]:
    """Make pymilvus look at once whether an index is there, not only after half a second."""
    from pymilvus.client import grpc_handler

    with pytest.MonkeyPatch.context() as patch:
        hasty = SimpleNamespace(time=time.time, sleep=lambda seconds: time.sleep(seconds / 50))
        patch.setattr(grpc_handler, "time", hasty)
        yield


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("milvus"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def both(server, tmp_path_factory) -> tuple[Path, Milvus]:
    """Return an index in a folder and one in Milvus of the same articles; nobody changes them."""
    folder = tmp_path_factory.mktemp("both")
    articles = write_articles(folder / "articles", ARTICLES)
    milvus = Milvus(server.uri, collection="both", folder=folder / "beside")
    for place in (folder, milvus):
        build_index(articles, place, encoder=Directions())
    return folder, milvus


@pytest.fixture
def milvus(server, request, tmp_path) -> Milvus:
    """Return the place of an index that is not there yet."""
    name = re.sub(r"\W", "_", request.node.name)
    return Milvus(server.uri, collection=name, folder=tmp_path / "beside")


@pytest.fixture
def articles(tmp_path) -> Path:
    return write_articles(tmp_path / "news", {"bridge.txt": BRIDGE, "tariffs.txt": TARIFFS})


def reading(milvus: Milvus) -> Assistant:
    return Assistant(milvus, WordCounts(), SharedWords(), calibration())


def collections(milvus: Milvus) -> list[str]:
    with milvus.client() as client:
        names = client.list_collections()
    return sorted(name for name in names if name.startswith(f"{milvus.collection}_"))


def test_dense_search_finds_what_faiss_finds(both):
    local, remote = open_index(both[0]), both[1].open()
    within = [local.passage_range(name) for name in ("tariffs.txt", "bridge.txt")]
    for number in range(20):
        vector = Directions().encode([f"question {number}"])[0]
        for ranges in (None, within, []):
            expected = local.dense(vector, 7, ranges)
            found = remote.dense(vector, 7, ranges)
            assert [n for n, _ in found] == [n for n, _ in expected]
            assert [c for _, c in found] == pytest.approx([c for _, c in expected], abs=1e-5)
        asked = [3, 0, 5]
        assert remote.cosines(vector, asked) == pytest.approx(
            local.cosines(vector, asked), abs=1e-5
        )
    assert remote.cosines(vector, []) == {}
    every = range(len(local))
    np.testing.assert_allclose(remote.rows(every), local.rows(every), atol=1e-6)


def test_the_assistant_answers_and_cites_alike(articles, tmp_path, milvus):
    build_index(articles, tmp_path / "index", encoder=WordCounts())
    report = build_index(articles, milvus, encoder=WordCounts())
    assert (report.folder, report.articles, report.passages) == (milvus, 2, report.encoded)
    remote = reading(milvus)
    local = Assistant(tmp_path / "index", WordCounts(), SharedWords(), calibration())
    for question in ("When did the mayor open the bridge?", "DPRK?", "summarise tariffs", "hello"):
        assert remote.ask(question, min_confidence=0).citations == (
            local.ask(question, min_confidence=0).citations
        )
    asked = remote.ask("When did the mayor open it?", articles=["bridge.txt"], min_confidence=0)
    assert asked.citations[0].quote == "The mayor opened the bridge on Monday."
    assert list(remote.articles) == ["bridge.txt", "tariffs.txt"]
    write_articles(milvus.path, {"suggestions.txt": "Who came?\n"})
    assert remote.suggestions == ("Who came?",)
    (vectors,) = collections(milvus)
    assert milvus.open().manifest.collection == vectors
    assert not list(milvus.path.glob("*.faiss"))


def test_an_update_encodes_only_what_changed(articles, milvus):
    build_index(articles, milvus, encoder=WordCounts())
    assistant, before = reading(milvus), collections(milvus)
    again = WordCounts()
    assert build_index(None, milvus, encoder=again).unchanged
    assert (again.encoded, collections(milvus)) == ([], before)

    write_articles(articles, {"bridge.txt": BRIDGE + "\nThe mayor left on Tuesday.\n"})
    write_articles(articles, {"a.txt": "The railway was mended. A tariff paid for it."})
    opened = milvus.open()
    report = build_index(None, milvus, encoder=again)
    assert (report.added, report.changed, report.removed) == (("a.txt",), ("bridge.txt",), ())
    assert len(again.encoded) == report.encoded < report.passages
    assert not any("steel" in text for text in again.encoded)
    assert len(collections(milvus)) == 1
    assert collections(milvus) != before

    assert assistant.ask("When did the mayor leave?", min_confidence=0).found
    hits = assistant.search("steel")
    assert "steel" in assistant.articles["tariffs.txt"].text[hits[0].start : hits[0].end]
    with pytest.raises(IndexReplacedError, match="ask again"):
        opened.dense(again.encode(["tariff"])[0], 1)
    (articles / "bridge.txt").unlink()
    assert build_index(articles, milvus, encoder=again).removed == ("bridge.txt",)
    assert list(assistant.articles) == ["a.txt", "tariffs.txt"]


class Once(WordCounts):
    """An encoder that does something the first time that it encodes."""

    def __init__(self, first) -> None:
        super().__init__()
        self._first = first

    def encode(self, texts):
        first, self._first = self._first, lambda: None
        first()
        return super().encode(texts)


def test_a_question_that_a_rebuild_overtakes_is_asked_again(articles, milvus):
    build_index(articles, milvus, encoder=WordCounts())
    write_articles(articles, {"new.txt": "The mayor sold the tariff to a minister."})
    rebuilding = Once(lambda: build_index(None, milvus, encoder=WordCounts()))
    assistant = Assistant(milvus, rebuilding, SharedWords(), calibration())
    answer = assistant.ask("What did the mayor sell?", min_confidence=0)
    assert "new.txt" in {citation.article_id for citation in answer.citations}


def test_threads_share_an_assistant(both):
    assistant = Assistant(both[1], Directions(), SharedWords(), calibration())
    questions = ["Who opened the bridge?", "Which tariff rose?", "Who played?"] * 2
    alone = [assistant.ask(question, min_confidence=0) for question in questions]
    with ThreadPoolExecutor(6) as pool:
        ask = partial(assistant.ask, min_confidence=0)
        assert list(pool.map(ask, questions)) == alone


def test_another_encoder_or_index_of_vectors_is_a_new_build(articles, milvus):
    build_index(articles, milvus, encoder=WordCounts())
    assert milvus.open().manifest.faiss == "FLAT"
    hnsw = replace(milvus, dense_index="HNSW")
    again = WordCounts()
    assert build_index(None, hnsw, encoder=again).rebuilt
    assert again.encoded == []
    assert milvus.open().manifest.faiss == "HNSW"
    assert milvus.open().dense(again.encode(["the tariff"])[0], 1)[0][1] == pytest.approx(1)
    assert build_index(None, milvus, encoder=again).unchanged  # what was chosen stays
    build_index(None, milvus, encoder=Directions())
    with pytest.raises(EncoderMismatchError, match=r"--store milvus .* --encoder word-counts"):
        reading(milvus)


class Stopping(WordCounts):
    """An encoder that breaks down after some texts."""

    def __init__(self, after: int, how) -> None:
        super().__init__()
        self._after = after
        self._how = how

    def encode(self, texts):
        if len(self.encoded) >= self._after:
            self._how()
        return super().encode(texts)


def test_a_stopped_build_loses_nothing(articles, tmp_path, monkeypatch):
    server = Server(tmp_path / "data")
    milvus = Milvus(server.uri, folder=tmp_path / "beside")
    build_index(articles, milvus, encoder=WordCounts())
    assistant = reading(milvus)
    other = {f"{n}.txt": f"A bridge called number {n}." for n in range(3)}
    write_articles(articles, other)
    monkeypatch.setattr(encoders, "_AT_ONCE", 1)
    stopping = Stopping(2, server.stop)
    with pytest.raises(UnreachableError, match="does not answer; start it or correct --uri"):
        build_index(None, milvus, encoder=stopping)
    with pytest.raises(UnreachableError):
        assistant.ask("When did the mayor open the bridge?")

    server.start()
    answer = _patiently(lambda: assistant.ask("When did the mayor open it?", min_confidence=0))
    assert answer.citations[0].quote == "The mayor opened the bridge on Monday."
    again = WordCounts()
    assert build_index(None, milvus, encoder=again).encoded == 0
    assert set(assistant.articles) == {"bridge.txt", "tariffs.txt", *other}
    assert len(collections(milvus)) == 1
    server.stop()


def _patiently(ask):
    """Ask until Milvus is back: the connection tries again after a second or two."""
    for _ in range(100):
        try:
            return ask()
        except UnreachableError:
            time.sleep(0.1)
    return ask()


def test_no_server_is_one_line(both):
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:1 does not answer"):
        replace(both[1], uri="http://127.0.0.1:1").open()


def test_a_missing_library_is_one_line(both, monkeypatch):
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(PassageIndexError, match="needs the extra milvus; run: pip install"):
        replace(both[1], uri="http://elsewhere").open()


def test_a_file_that_another_process_has_open_is_one_line(articles, tmp_path):
    server = Server(tmp_path / "news.db")
    with pytest.raises(UnreachableError, match="only one process can open a file at a time"):
        build_index(articles, Milvus(str(tmp_path / "news.db")), encoder=WordCounts())
    server.stop()
    nowhere = Milvus(str(tmp_path / "none" / "news.db"), folder=tmp_path / "beside")
    with pytest.raises(PassageIndexError, match="refused: Open local milvus failed, dir"):
        build_index(articles, nowhere, encoder=WordCounts())


def test_a_file_that_is_not_there_is_no_index_and_is_not_made(tmp_path):
    mistyped = Milvus(str(tmp_path / "my typo.db"))
    wanted = re.escape(f"run: askvisit index --store milvus --uri '{mistyped.uri}'")
    for read in (mistyped.open, mistyped.encoder, lambda: reading(mistyped)):
        with pytest.raises(IndexMissingError, match=wanted):
            read()
    assert list(tmp_path.iterdir()) == []


def test_a_file_may_be_below_any_folder(articles, tmp_path):
    (tmp_path / "me@work").mkdir()
    milvus = Milvus(str(tmp_path / "me@work" / "news.db"))
    build_index(articles, milvus, encoder=WordCounts())
    assert milvus.path == tmp_path / "me@work" / "askvisit-index"
    assert milvus.open().article_ids() == ["bridge.txt", "tariffs.txt"]
    gone = replace(milvus, uri=str(tmp_path / "gone.db"), folder=milvus.path)
    with pytest.raises(IndexDamagedError, match=r"gone\.db is missing"):
        gone.open()
    assert not (tmp_path / "gone.db").exists()


def test_wrong_credentials_are_one_line(server, both):
    guarded = Guarded(server, "root:Milvus")
    there = replace(both[1], uri=guarded.uri)
    assert replace(there, token="root:Milvus").open().article_ids() == sorted(ARTICLES)
    for token in (None, "root:wrong"):
        with pytest.raises(CredentialsError, match=r"rejected the token; .* --token-env"):
            replace(there, token=token).open()
    guarded.stop()


def test_no_index_is_one_line(milvus):
    wanted = f"run: askvisit index --store milvus --uri {milvus.uri} --collection test_no_index"
    with pytest.raises(IndexMissingError, match=wanted):
        Assistant.load(milvus)
    with pytest.raises(CorpusError, match="give one with --articles"):
        build_index(None, milvus)


def test_collections_of_others_are_left_alone(articles, milvus):
    others = {milvus.collection, f"{milvus.collection}_mine", f"{milvus.collection}_{'0' * 12}_x"}
    with milvus.client() as client:
        for name in others:
            client.create_collection(name, dimension=4)
    build_index(articles, milvus, encoder=WordCounts())
    build_index(articles, replace(milvus, dense_index="HNSW"), encoder=WordCounts())
    assert others < {*collections(milvus), milvus.collection}
    assert len(collections(milvus)) == 3


def test_two_names_alternate_for_servers_with_copies_of_the_folder(articles, milvus, tmp_path):
    """The old collection stays until its name is built again, so that a copy goes on answering."""
    blue = replace(milvus, collection=f"{milvus.collection}_blue")
    build_index(articles, blue, encoder=WordCounts())
    copy = replace(blue, folder=shutil.copytree(blue.path, tmp_path / "copy"))
    write_articles(articles, {"new.txt": "The mayor sold the tariff to a minister."})
    green = replace(milvus, collection=f"{milvus.collection}_green")
    assert build_index(articles, green, encoder=WordCounts()).encoded == 1
    tariff = WordCounts().encode(["tariff"])[0]
    assert "new.txt" not in copy.open().article_ids()
    assert copy.open().dense(tariff, 1)
    shutil.rmtree(copy.path)
    shutil.copytree(green.path, copy.path)
    assert "new.txt" in copy.open().article_ids()
    assert copy.open().dense(tariff, 1) == green.open().dense(tariff, 1)


def test_damage_is_told_and_mended(articles, milvus):
    build_index(articles, milvus, encoder=WordCounts())
    assistant = reading(milvus)
    with milvus.client() as client:
        name = milvus.open().manifest.collection
        client.drop_collection(name)
    with pytest.raises(IndexDamagedError, match=r"is missing.* --store milvus --uri .* --index"):
        assistant.ask("When did the mayor open the bridge?")
    assert verify_index(milvus.path, milvus).damage == (f"the collection {name} is missing",)
    client.create_collection(name, dimension=4)
    with pytest.raises(IndexDamagedError, match="the numbers of vectors and passages differ"):
        milvus.open()
    client.drop_collection(name)
    assert build_index(None, milvus, encoder=WordCounts()).encoded > 0
    assert assistant.ask("When did the mayor open the bridge?", min_confidence=0).found
    assert verify_index(milvus.path, milvus).intact
    name, opened = milvus.open().manifest.collection, milvus.open()
    client.delete(name, filter="number == 0")
    with pytest.raises(IndexDamagedError, match="is not complete"):
        opened.cosines(WordCounts().encode(["tariff"])[0], [1, 0])
    with pytest.raises(IndexDamagedError, match="the numbers of vectors and passages differ"):
        milvus.open()
    (store,) = milvus.path.glob("passages-*.db")
    store.unlink()
    with pytest.raises(IndexDamagedError, match=r"db is missing.* --store milvus --uri"):
        milvus.open()
    build_index(None, milvus, encoder=WordCounts())
    assert milvus.open().article_ids() == ["bridge.txt", "tariffs.txt"]


def test_a_folder_is_not_taken_for_an_index_of_the_other_kind(articles, milvus):
    build_index(articles, milvus, encoder=WordCounts())
    for use in (open_index, lambda folder: build_index(index=folder, encoder=WordCounts())):
        with pytest.raises(PassageIndexError, match=r"are in Milvus; add --store milvus --uri URI"):
            use(milvus.path)
    changed = build_index(index=milvus.path, encoder=WordCounts(), faiss="auto")
    assert (changed.faiss, changed.rebuilt) == ("Flat", True)
    assert open_index(milvus.path).article_ids() == ["bridge.txt", "tariffs.txt"]
    with pytest.raises(PassageIndexError, match="are in the folder; leave out --store"):
        milvus.open()
    again = WordCounts()
    assert build_index(None, milvus, encoder=again).rebuilt
    assert again.encoded == []
    assert len(milvus.open().dense(again.encode(["tariff"])[0], 2)) == 2


def test_articles_are_added_and_removed(articles, milvus):
    build_index(encoder=WordCounts(), index=own(milvus))
    assistant = reading(milvus)
    add_article(milvus, "new.txt", b"The mayor sold a mill.", encoder=WordCounts())
    assert assistant.ask("What did the mayor sell?", min_confidence=0).found
    assert "new.txt" in assistant.articles
    remove_article(milvus, "new.txt", encoder=WordCounts())
    assert list(assistant.articles) == ["bridge.txt", "tariffs.txt"]
    assert verify_index(milvus.path, milvus).intact


def own(milvus: Milvus) -> Milvus:
    write_articles(milvus.path / "articles", {"bridge.txt": BRIDGE, "tariffs.txt": TARIFFS})
    return milvus


@pytest.mark.parametrize(
    "uri",
    ["http://me:secret@host", "https://me:secret@host/news.db", "me:secret@host:19530"],
)
def test_an_address_with_a_password_is_refused_and_not_shown(uri):
    with pytest.raises(CredentialsError, match="--token-env") as raised:
        Milvus(uri)
    assert "secret" not in str(raised.value)


def test_a_wrong_address_is_told_before_anything_is_encoded(articles, milvus):
    encoder = WordCounts()
    with pytest.raises(PassageIndexError, match=r"refused: uri: host:19530 is illegal"):
        build_index(articles, replace(milvus, uri="host:19530"), encoder=encoder)
    with pytest.raises(UnreachableError, match="does not answer"):
        build_index(articles, replace(milvus, uri="http://127.0.0.1:1"), encoder=encoder)
    assert encoder.encoded == []


def test_a_token_is_not_shown():
    assert "secret" not in repr(Milvus("http://host", "secret")) + str(
        Milvus("http://host", "secret")
    )


def options(**named):
    nothing = dict.fromkeys(("index", "uri", "collection", "token_env"))
    return SimpleNamespace(**nothing | {"store": "milvus"} | named)


def test_options_name_an_index(monkeypatch):
    monkeypatch.setenv("SECRET", "root:Milvus")
    found = chosen_index(options(uri="http://host", collection="c", token_env="SECRET"), "HNSW")
    assert found == Milvus("http://host", "root:Milvus", "c", "HNSW")
    assert found.path == Path("c-index")
    assert chosen_index(options(uri="http://host", index="i")).path == Path("i")
    monkeypatch.setenv("MILVUS_TOKEN", "key")
    assert chosen_index(options(uri="http://host")) == Milvus("http://host", "key")
    assert chosen_index(options(store="folder", index="i")) == "i"


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({}, "needs an address: --uri"),
        ({"uri": "http://host", "token_env": "NOT_SET"}, "NOT_SET has no token"),
        ({"uri": "http://host", "store": "folder"}, "add --store milvus"),
    ],
)
def test_options_that_do_not_go_together_are_told(named, words):
    with pytest.raises(AskvisitError, match=words):
        chosen_index(options(**named))


def test_an_index_of_vectors_is_named_for_milvus_only():
    with pytest.raises(AskvisitError, match="--dense-index is for an index in Milvus"):
        chosen_index(options(store="folder"), "HNSW")


def test_the_command_line(both, articles, milvus, monkeypatch, capsys):
    monkeypatch.setattr("askvisit.encoder.load", lambda *_: WordCounts())
    monkeypatch.setattr("askvisit.encoder.load", lambda *_: WordCounts())
    monkeypatch.setattr("askvisit.reader.load", lambda *_: SharedWords())
    monkeypatch.setattr("askvisit.assistant.fitted_for", lambda *_: calibration())
    place = milvus.options.split()
    assert main(["index", "--articles", str(articles), *place]) == 0
    assert f"{milvus}: 2 articles" in capsys.readouterr().out
    assert main(["ask", "When did the mayor open the bridge?", "--json", *place]) == 0
    answer = capsys.readouterr().out
    assert json.loads(answer)["citations"][0]["article_id"] == "bridge.txt"
    (articles / "answer.json").write_text(answer)
    assert main(["verify", "--answers", str(articles / "answer.json"), *place]) == 0
    assert main(["search", "steel", *place]) == 0
    assert "steel" in capsys.readouterr().out
    assert askvisit.ask("Who opened the bridge?", index=milvus).question
    assert main(["verify", *place]) == 0
    assert capsys.readouterr().out.endswith(f"{milvus}: intact\n")
    for wrong in (["index", *place, "--faiss", "Flat"], ["ask", "Who?", *place, "--index", "i"]):
        assert main(wrong) == 1
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_pages_are_drawn_where_their_files_are_and_elsewhere_the_panel_says_why(milvus, tmp_path):
    sheet = pdf(column(50, 700, ["The mayor sank the ferry."]))
    news = write_articles(tmp_path / "news", {"ferry.pdf": sheet})
    build_index(news, milvus, encoder=WordCounts())
    assistant = reading(milvus)
    view = assistant.page("ferry.pdf", 1, [(0, len("The mayor sank"))])
    assert (view.pages, len(view.marks[0])) == (1, 1)
    news.rename(tmp_path / "elsewhere")
    answer = Page(Chat(assistant)).post("leaf", article="ferry.pdf", page=1)
    assert answer["detail"] == (
        "The page cannot be shown: its file is not on this machine, only its text is."
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["HNSW", "HNSW_SQ", "IVF_SQ8", "AUTOINDEX"])
def test_other_indexes_find_nearly_all_that_flat_finds(both, milvus, tmp_path, kind):
    articles = write_articles(tmp_path / "news", ARTICLES)
    build_index(articles, replace(milvus, dense_index=kind), encoder=Directions())
    flat, other = both[1].open(), milvus.open()
    assert other.manifest.faiss == kind
    found = 0
    for number in range(100):
        vector = Directions().encode([f"question {number}"])[0]
        near = {n for n, _ in other.dense(vector, 10)}
        found += len(near & {n for n, _ in flat.dense(vector, 10)})
    assert found >= 0.95 * 1000


class Remembering(Symmetric):
    """An encoder that encodes a text once."""

    def __init__(self, encoder) -> None:
        self._encoder = encoder
        self._known = {}
        self.name, self.sha256, self.dimension = encoder.name, encoder.sha256, encoder.dimension

    def encode(self, texts):
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known |= dict(zip(new, self._encoder.encode_document(new), strict=True))
        return np.stack([self._known[text] for text in texts])


@pytest.mark.slow
def test_real_passages_are_found_as_in_a_folder(server, tmp_path):
    """Over 400 passages: dense search agrees with FAISS Flat, fused recall within 0.03."""
    pages = json.loads(gzip.decompress((ROOT / "tests/data/squad-passages.json.gz").read_bytes()))
    texts, asked = {}, []
    for number, paragraph in enumerate(p for page in pages["data"] for p in page["paragraphs"]):
        texts[f"p{number:03}.txt"] = paragraph["context"]
        asked += [(qa["question"], f"p{number:03}.txt") for qa in paragraph["qas"]]
    for page in sorted((ROOT / "tests/data/pages").glob("*.txt")):
        texts[page.name] = page.read_bytes()
    articles = write_articles(tmp_path / "news", texts)
    milvus = Milvus(server.uri, collection="real", folder=tmp_path / "beside")
    encoder, asking = Remembering(encoders.load()), Remembering(encoders.load())
    for place in (tmp_path / "index", milvus):
        build_index(articles, place, encoder=encoder)
    local, remote = open_index(tmp_path / "index"), milvus.open()
    assert len(local) == len(remote) > 400
    first, in_five = Counter(), Counter()
    for question, gold in asked:
        vector = asking.encode([question])[0]
        found = [number for number, _ in remote.dense(vector, 10)]
        for number, (expected, cosine) in zip(found, local.dense(vector, 10), strict=True):
            near = local.cosines(vector, [number])[number]
            assert number == expected or near == pytest.approx(cosine, abs=1e-6)
        for name, index in (("local", local), ("remote", remote)):
            hits = [hit.article_id for hit in Retriever(index, asking).search(question)[:5]]
            first[name] += gold in hits[:1]
            in_five[name] += gold in hits
    assert in_five["local"] > 0.95 * len(asked)
    for right in (first, in_five):
        assert abs(right["local"] - right["remote"]) <= 0.03 * len(asked), (first, in_five)
