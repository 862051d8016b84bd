"""Texts and BM25 in SQLite: what is typed never steers a query."""

from __future__ import annotations

import gc
import os
import threading
from contextlib import closing
from math import log
from pathlib import Path

import pytest
from harness.fakes import BRIDGE, TARIFFS, vocabulary
from harness.store_damage import PAGE, read_damaged
from hypothesis import given
from hypothesis import strategies as st

from askvisit import passages as cutting
from askvisit import store as texts_in
from askvisit.errors import IndexDamagedError
from askvisit.records import Article, Passage, Sentence
from askvisit.store import Store, bm25_among, covered_among, question_terms, writing

STEEL = "The U.S. taxes steel. It’s 25 percent – “high”, say 🙂 traders.\n\n"
ARTICLES = (
    Article("bridge.txt", "A Bridge", BRIDGE, "The Paper", "https://example.org", "2019-06-28"),
    Article("steel.md", "Steel’s “Price”", STEEL + TARIFFS),
)


def write(path, articles) -> Store:
    with writing(path) as writer:
        for article in articles:
            writer.add(article, cutting.passages(article), cutting.sentences(article))
    return Store(path)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("a store? #1 100%") / "s.db"
    write(path, ARTICLES).close()
    return path


@pytest.fixture
def store(path):
    store = Store(path)
    yield store
    store.close()


def texts(store, found) -> list[str]:
    passages = store.passages([n for n, _ in found])
    return [passages[n].text for n, _ in found]


def test_what_was_written_is_read_back(store):
    assert store.article_ids() == ["bridge.txt", "steel.md"]
    assert [store.article(name) for name in store.article_ids()] == list(ARTICLES)
    for article in ARTICLES:
        assert store.sentences(article.id) == cutting.sentences(article)
        numbers = store.passage_range(article.id)
        assert [store.passages(numbers)[n] for n in numbers] == cutting.passages(article)
    assert store.counts() == {
        "articles": 2,
        "passages": store.passage_range("steel.md").stop,
        "sentences": sum(len(cutting.sentences(article)) for article in ARTICLES),
    }


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_offsets_count_code_points(tmp_path_factory, text):
    store_path = tmp_path_factory.mktemp("any") / "s.db"
    article = Article("a", "A", text)
    ranges = [(n, n + 1) for n in range(len(text))]
    passages = [Passage("a", start, end, text[start:end]) for start, end in ranges]
    sentences = [Sentence("a", 1, start, end, text[start:end]) for start, end in ranges]
    with writing(store_path) as writer:
        writer.add(article, passages, sentences)
    store = Store(store_path)
    assert store.article("a") == article
    assert list(store.passages(range(len(text))).values()) == passages
    assert store.sentences("a") == sentences
    store.close()


def test_sentences_of_a_range_are_those_that_begin_in_it(store):
    every = store.sentences("bridge.txt")
    start, end = every[1].start, every[3].start
    assert store.sentences("bridge.txt", start, end) == every[1:3]
    assert store.sentences("bridge.txt", start + 1, end + 1) == every[2:4]


def test_a_text_is_read_once_however_many_sentences_it_has(tmp_path):
    """SQLite's substr would read it from its beginning for each of them."""
    told: list[str] = []
    many = [Article(name, "A", f"{STEEL}{BRIDGE}\n\n" * 20) for name in ("a.txt", "b.txt")]
    with closing(write(tmp_path / "s.db", many)) as store:
        store._idle[0].set_trace_callback(told.append)
        assert store.sentences("a.txt") == cutting.sentences(many[0])
        assert sum(" text" in sql for sql in told) == 1
        told.clear()
        numbers = store.passage_range("b.txt").stop
        passages = store.passages(range(numbers)).values()
        assert [*passages] == [p for article in many for p in cutting.passages(article)]
        assert sum(" text" in sql for sql in told) == 2
    with writing(tmp_path / "new.db", tmp_path / "s.db") as writer:
        writer._db.set_trace_callback(told.append)
        writer.copy("b.txt")
    assert not any("substr" in sql for sql in told)


def test_an_unknown_article_is_a_key_error(store):
    for read in (store.article, store.passage_range):
        with pytest.raises(KeyError, match="nobody"):
            read("nobody")
    assert store.sentences("nobody") == []
    assert store.passages([]) == {}


def test_bm25_puts_the_passage_with_the_words_first(store):
    found = store.bm25("Which band played in the evening?", 9)
    assert texts(store, found)[0].startswith("A band played until late")
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0
    assert store.bm25("Which band played in the evening?", 1) == found[:1]


def test_bm25_compares_stems(store):
    assert texts(store, store.bm25("bridges opening", 1))[0].endswith("three years.")


@pytest.mark.parametrize("question", ["U.S. taxes", "What did the U.S. do?", "u.s."])
def test_an_abbreviation_is_found(store, question):
    assert texts(store, store.bm25(question, 1))[0].startswith("The U.S. taxes steel.")


def test_function_words_are_not_looked_for(store):
    assert store.bm25("Who is it, and why are they there?", 9) == []
    assert question_terms("Who is it, and why?") == []


def test_bm25_stays_within_the_numbers_given(store):
    everywhere = {n for n, _ in store.bm25("minister", 9)}
    inside = store.passage_range("steel.md")
    assert everywhere - set(inside)
    assert {n for n, _ in store.bm25("minister", 9, [inside])} == everywhere & set(inside)
    both = [store.passage_range("bridge.txt"), inside]
    assert store.bm25("minister", 9, both) == store.bm25("minister", 9)


def test_a_search_may_be_restricted_to_very_many_articles(store):
    ranges = [range(n, n + 1) for n in range(0, 40_000, 2)]
    even = [row for row in store.bm25("minister", 9) if row[0] % 2 == 0]
    assert store.bm25("minister", 9, ranges) == even


@pytest.fixture
def common(tmp_path):
    """A store where every passage has "city", every third "river", one "lighthouse"."""
    said = [f"The city{' and its river' * (n % 3 == 0)}, {n}." for n in range(90)]
    said[30] += " A lighthouse."
    store = write(tmp_path / "s.db", [Article(f"{n}.txt", "A", t) for n, t in enumerate(said)])
    yield store
    store.close()


def test_common_words_find_no_passage_but_score_those_found(common, monkeypatch):
    question = "Which city has a lighthouse by the river?"
    every = dict(common.bm25(question, 90))
    assert len(every) == 90
    monkeypatch.setattr(texts_in, "_MOST_SCORED", 40)
    found = common.bm25(question, 90)
    assert found[0][0] == 30
    assert {n for n, _ in found} == set(range(0, 90, 3))
    # The rare words' part is exact; in the common ones', a text is as long as beside the others.
    assert dict(found) == pytest.approx({n: every[n] for n, _ in found}, rel=0.02)
    assert [n for n, _ in found] == [n for n in every if n % 3 == 0]
    monkeypatch.setattr(texts_in, "_MOST_SCORED", 5)
    assert [n for n, _ in common.bm25(question, 90)] == [30]


def test_of_many_with_a_rare_word_those_with_commoner_ones_too_are_scored(tmp_path, monkeypatch):
    said = [f"A ferry, {n}." for n in range(30)] + [f"The harbour is old, {n}." for n in range(60)]
    said += [f"Nothing happened, {n}." for n in range(200)] + ["A ferry left the harbour late."]
    monkeypatch.setattr(texts_in, "_MOST_SCORED", 40)
    monkeypatch.setattr(texts_in, "_CANDIDATES", 2)
    articles = [Article(f"{n}.txt", "A", text) for n, text in enumerate(said)]
    with closing(write(tmp_path / "s.db", articles)) as store:
        assert len(said) - 1 not in {n for n, _ in store.bm25("Which ferry?", 30)}
        assert store.bm25("Which ferry in which harbour?", 2)[0][0] == len(said) - 1


def test_a_question_of_common_words_alone_still_finds(common, monkeypatch):
    monkeypatch.setattr(texts_in, "_MOST_SCORED", 5)
    assert len(common.bm25("city", 90)) == 90
    assert len(common.bm25("city unheard", 90)) == 90
    assert {n % 3 for n, _ in common.bm25("city river", 90)} == {0}


def test_within_an_article_common_words_find(common, monkeypatch):
    monkeypatch.setattr(texts_in, "_MOST_SCORED", 5)
    assert [n for n, _ in common.bm25("city lighthouse", 9, [range(7, 8)])] == [7]


LIGHTHOUSE, RIVER, CITY = log(89.5 / 1.5), log(60.5 / 30.5), 1e-6
"""What each word weighs that 1, 30 or all of the 90 passages have."""


@pytest.mark.parametrize(
    ("inside", "has"),
    [
        (range(30, 31), LIGHTHOUSE + RIVER + CITY),
        (range(1), RIVER + CITY),
        (range(7, 8), CITY),
        (range(28, 30), CITY),  # the lighthouse is in the next passage
        (range(31, 34), RIVER + CITY),
        (range(90), LIGHTHOUSE + RIVER + CITY),
        (range(0), 0.0),
    ],
)
def test_passages_cover_a_question_by_how_rare_the_words_are_that_they_have(common, inside, has):
    (share,) = common.covered("Which cities have a lighthouse by the river?", [inside])
    assert share == pytest.approx(has / (LIGHTHOUSE + RIVER + CITY))


def test_passages_cover_a_question_together(common):
    apart, together = range(7, 8), range(7, 9)
    half, whole, none = common.covered("7 or 8?", [apart, together, range(30, 33)])
    assert (half, whole, none) == (pytest.approx(0.5), pytest.approx(1.0), 0.0)


def test_a_word_that_nobody_has_is_covered_by_nobody(common):
    (share,) = common.covered("Which city has a zeppelin?", [range(90)])
    assert 0 < share < 1e-5
    assert common.covered("zeppelin", [range(90)]) == [0.0]


def test_a_question_without_a_content_word_is_covered(store):
    assert store.covered("Who is it, and why?", [range(1), range(1, 2)]) == [1.0, 1.0]
    assert covered_among("Who is it, and why?", ["a", "b"]) == [1.0, 1.0]
    assert store.covered("band", []) == []


def test_a_few_texts_cover_a_question_as_passages_of_a_store_do(common):
    numbers = [range(n, n + 1) for n in range(90)]
    texts = [passage.text for passage in common.passages(range(90)).values()]
    for question in ("Which city has a lighthouse by the rivers?", "a zeppelin in the city", "7"):
        shares = common.covered(question, numbers)
        assert covered_among(question, texts) == pytest.approx(shares)
    assert covered_among("band", []) == []


NASTY = [
    *('"', '""', '" OR "', "*", "ban*", "NEAR", "NEAR(band, town)", "AND", "band AND", "OR", "NOT"),
    *("band NOT town", "text:band", "{text}:band", "^band", "(band", "band)", "-band", "+band"),
    *("'; DROP TABLE words; --", "'", "\\", "%", "?", "band\0town", "\0", "\ud800", "band\udfff"),
    *("🙂", "🙂 band", "_ band", "_", "·", "U.S.", "é", "مرحبا", "band " * 5000, "a" * 100_000),
]


@pytest.mark.parametrize("question", NASTY, ids=lambda question: ascii(question[:12]))
def test_nothing_typed_steers_the_query(store, question):
    before = store.counts()
    found = store.bm25(question, 5)
    assert len(bm25_among(question, [BRIDGE, STEEL])) == 2
    if "band" in question and "\0" not in question:
        assert texts(store, found)[0].startswith("A band played until late")
    assert store.counts() == before
    every = range(before["passages"])
    for shares in (store.covered(question, [every]), covered_among(question, [BRIDGE, STEEL])):
        assert all(0 <= share <= 1 + 1e-9 for share in shares)
    if "band" in question and "\0" not in question:
        assert store.covered(question, [every, range(0)])[0] > 0


def test_a_word_beside_a_nul_is_still_looked_for(store):
    assert store.bm25("band\0", 5) == store.bm25("band", 5)


@given(st.text(st.characters()), st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_question_can_be_looked_up(question, text):
    scores = bm25_among(question, [text, "something else", text])
    assert scores[0] == scores[2]


def test_bm25_among_a_few_texts():
    scores = bm25_among("What did the band play?", ["The band plays.", "A tariff.", "No band."])
    assert scores[1] == 0.0
    assert scores[0] > scores[2] > 0
    assert bm25_among("Who is it?", ["a", "b"]) == [0.0, 0.0]
    assert bm25_among("band", []) == []


def test_threads_share_a_store(store):
    def read(results):
        results.append((store.article_ids(), store.bm25("minister", 3)))
        store.close()

    results: list = []
    read(results)
    threads = [threading.Thread(target=read, args=(results,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 9
    assert all(result == results[0] for result in results)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are listed on Linux")
def test_a_dropped_store_leaves_no_file_open(path):
    def opened() -> int:
        files = Path("/proc/self/fd").iterdir()
        return sum(os.path.realpath(file) == os.path.realpath(path) for file in files)

    before = opened()
    gc.disable()  # a server that answers all the time hardly ever looks for cycles
    try:
        dropped = Store(path)
        assert dropped.article_ids()
        assert opened() == before + 1
        del dropped
        assert opened() == before
    finally:
        gc.enable()


def test_an_open_store_reads_on_when_its_file_is_gone(tmp_path):
    store = write(tmp_path / "s.db", ARTICLES)
    assert store.article_ids()
    (tmp_path / "s.db").unlink()
    assert store.article("steel.md") == ARTICLES[1]
    store.close()
    with pytest.raises(FileNotFoundError):
        store.article("steel.md")


def test_nothing_is_written_beside_a_store_that_is_read(path, store):
    assert store.bm25("band", 1)
    assert [entry.name for entry in path.parent.iterdir()] == ["s.db"]


def test_copied_articles_are_the_same_as_written_ones(tmp_path, path):
    third = Article("third.txt", "Third", "A third article about a band.\n\nIt ends here.")
    with writing(tmp_path / "new.db", path) as writer:
        writer.add(third, cutting.passages(third), cutting.sentences(third))
        old = writer.copy("steel.md")
    copied, fresh = Store(tmp_path / "new.db"), write(tmp_path / "fresh.db", (third, ARTICLES[1]))
    assert old == Store(path).passage_range("steel.md")
    assert copied.counts() == fresh.counts()
    for name in ("third.txt", "steel.md"):
        assert copied.article(name) == fresh.article(name)
        assert copied.sentences(name) == fresh.sentences(name)
        assert copied.passage_range(name) == fresh.passage_range(name)
    everything = range(copied.counts()["passages"])
    assert copied.passages(everything) == fresh.passages(everything)
    assert copied.bm25("band minister", 9) == fresh.bm25("band minister", 9)
    assert list(copied.vocabulary().items()) == list(fresh.vocabulary().items())


def test_the_words_are_counted_as_articles_come_and_go(tmp_path, path):
    """Three stores in a row, each with what is taken from the one before."""
    bridge, steel = ARTICLES
    third = Article("third.txt", "Third", "A third article about a band.\n\nIt ends here.")
    with writing(tmp_path / "1.db", path) as writer:
        writer.copy(bridge.id)
        writer.copy(steel.id)
        writer.add(third, cutting.passages(third), cutting.sentences(third))
    with writing(tmp_path / "2.db", tmp_path / "1.db") as writer:
        writer.copy(third.id)
    with closing(Store(tmp_path / "1.db")) as one, closing(Store(tmp_path / "2.db")) as two:
        assert list(one.vocabulary().items()) == [
            *vocabulary(a.text for a in (bridge, steel, third)).items()
        ]
        assert list(two.vocabulary().items()) == list(vocabulary([third.text]).items())


def test_phrases_are_words_side_by_side_endings_aside(store):
    assert store.holds("two million crown")
    assert store.holds("MAYOR OPENS")
    assert store.holds("the U.S.")
    assert not store.holds("million two")
    assert not store.holds("mayor bridge")
    for nothing in ("", "?!", '"', "zeppelin OR mayor", "may*", '" OR "'):
        assert not store.holds(nothing)


def test_the_vocabulary_is_the_words_of_all_articles(store, tmp_path, path):
    expected = vocabulary(article.text for article in ARTICLES)
    assert list(store.vocabulary().items()) == list(expected.items())
    with writing(tmp_path / "new.db", path) as writer:
        writer.copy("steel.md")
    with closing(Store(tmp_path / "new.db")) as copied:
        assert copied.vocabulary() == vocabulary([ARTICLES[1].text])


def test_a_damaged_file_is_named(tmp_path, path):
    data = bytearray(path.read_bytes())
    data[:64] = bytes(byte ^ 0xFF for byte in data[:64])
    (tmp_path / "s.db").write_bytes(data)
    store = Store(tmp_path / "s.db")
    with closing(store), pytest.raises(IndexDamagedError, match=r"s\.db") as told:
        store.article_ids()
    assert told.value.folder == tmp_path


@pytest.mark.parametrize("most_scored", [texts_in._MOST_SCORED, 3])
def test_a_damaged_store_gives_values_or_says_that_it_is_damaged(
    tmp_path, path, monkeypatch, most_scored
):
    monkeypatch.setattr(texts_in, "_MOST_SCORED", most_scored)
    ends, failures = read_damaged(path, tmp_path, 30 * (path.stat().st_size // PAGE), seed=0)
    assert failures == []
    assert min(ends["named"], ends["unseen"]) > 0


def test_what_the_store_lists_but_does_not_find_is_damage(tmp_path, path):
    data = path.read_bytes()
    (tmp_path / "s.db").write_bytes(data.replace(b"bridge.txtA Bridge", b"bsidge.txtA Bridge"))
    with closing(Store(tmp_path / "s.db")) as store:
        assert store.article_ids() == ["bsidge.txt", "steel.md"]
        with pytest.raises(IndexDamagedError, match="does not fit the articles"):
            store.article("bsidge.txt")
        with pytest.raises(KeyError):
            store.article("none.txt")
        with pytest.raises(IndexDamagedError, match="passages are missing"):
            store.passages([0, 999])


def test_a_file_that_is_no_store_is_named(tmp_path):
    (tmp_path / "s.db").write_bytes(b"no database at all, of no format known" * 9)
    with pytest.raises(IndexDamagedError, match=r"s\.db"):
        Store(tmp_path / "s.db").article_ids()


def test_a_store_that_cannot_be_written_is_an_os_error(tmp_path):
    with pytest.raises(OSError, match="unable to open"), writing(tmp_path / "nowhere" / "s.db"):
        pass


def test_a_store_whose_writing_is_interrupted_is_not_finished(tmp_path):
    def interrupted():
        with writing(tmp_path / "s.db") as writer:
            writer.add(ARTICLES[0], cutting.passages(ARTICLES[0]), [])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with closing(Store(tmp_path / "s.db")) as store:
        assert (store.article_ids(), store.vocabulary()) == ([], {})
