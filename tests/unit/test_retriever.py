"""Passages by meaning and by words, fused; the scores are exact with a fake encoder."""

from __future__ import annotations

from datetime import date
from math import log

import pytest
from harness.fakes import WordCounts, indexed

from askvisit.index import open_index
from askvisit.records import Article, ArticleMatch, Citation, Span
from askvisit.retriever import Retriever, evidence_in
from askvisit.similarity import z_scores

TODAY = date(2019, 6, 26)


def retriever(folder, articles, today: date | None = None) -> Retriever:
    indexed(folder, articles)
    return Retriever(open_index(folder), WordCounts(), today)


def dated(text: str, **days: str) -> dict[str, str]:
    """Return articles of the days that are given by name; "" for no date.

    Each has the same text and its name: of copies, only one would be indexed.
    """
    texts = {f"{name}.txt": f"{text} {name}" for name in days}
    return texts | {f"{name}.toml": f'date = "{day}"' for name, day in days.items() if day}


@pytest.fixture
def over_small(small) -> Retriever:
    return Retriever(open_index(small), WordCounts())


def test_the_fused_score_is_the_dense_z_score_and_three_quarters_of_the_one_of_bm25(tmp_path):
    two = retriever(tmp_path, {"a.txt": "The mayor spoke.", "b.txt": "A bridge fell."})
    first, second = two.search("Which mayor?")
    assert (first.article_id, first.start, first.end) == ("a.txt", 0, 16)
    assert first.text == "The mayor spoke."
    assert first.dense == pytest.approx(1.0)
    assert first.bm25 > 0
    assert first.fused == pytest.approx(1.75)
    assert second.text == "A bridge fell."
    assert (second.dense, second.bm25) == (0.0, 0.0)
    assert second.fused == pytest.approx(-1.75 - 3.0)  # its article lacks the only word


def test_the_fused_score_over_three_passages(tmp_path):
    texts = {"a.txt": "The mayor spoke.", "b.txt": "A mayor at a bridge.", "c.txt": "Nobody spoke."}
    hits = {hit.article_id: hit for hit in retriever(tmp_path, texts).search("mayor spoke")}
    assert [hits[name].dense for name in texts] == pytest.approx([1.0, 0.5**0.5, 0.0])
    words = [hits[name].bm25 for name in texts]
    assert words[0] > words[1] > 0
    by_meaning = [1.02668, 0.32893, -1.35562]  # (cosine - 0.56904) / 0.41976
    by_words = z_scores(words)
    lacks = [0.0, 0.5, 0.5]
    assert [hits[name].fused for name in texts] == pytest.approx(
        [m + 0.75 * w - 3.0 * n for m, w, n in zip(by_meaning, by_words, lacks, strict=True)],
        abs=1e-4,
    )


def test_z_scores():
    assert z_scores([1.0, 3.0]) == [-1.0, 1.0]
    assert z_scores([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]) == pytest.approx(
        [-1.5, -0.5, -0.5, -0.5, 0.0, 0.0, 1.0, 2.0]
    )
    assert z_scores([0.3, 0.3, 0.3]) == [0.0, 0.0, 0.0]
    assert z_scores([]) == []


def test_hits_are_ranked_and_slices(over_small, small):
    index = open_index(small)
    hits = over_small.search("What did the minister say about the railway?")
    assert [hit.fused for hit in hits] == sorted((hit.fused for hit in hits), reverse=True)
    assert "railway" in hits[0].text
    assert len({(hit.article_id, hit.start) for hit in hits}) == len(hits)
    for hit in hits:
        assert index.article(hit.article_id).text[hit.start : hit.end] == hit.text


def test_a_question_without_a_word_of_the_corpus_has_no_scores(over_small):
    hits = over_small.search("Quantum chromodynamics?")
    assert {(hit.dense, hit.bm25, hit.fused) for hit in hits} == {(0.0, 0.0, -3.0)}


def test_a_passage_that_only_words_find_has_its_cosine(tmp_path):
    """Sixty passages about the mayor fill the dense pool; the one about a bell still counts."""
    articles = {f"{n:02}.txt": f"The mayor, number {n}." for n in range(60)}
    articles["zz.txt"] = "A mayor and a bridge and a bell."
    hits = retriever(tmp_path, articles).search("mayor bell")
    (bell,) = [hit for hit in hits if hit.article_id == "zz.txt"]
    assert bell.bm25 == max(hit.bm25 for hit in hits)
    assert bell.dense == pytest.approx(0.5**0.5)
    assert all(hit.dense == pytest.approx(1.0) for hit in hits if hit is not bell)


APART = (
    "The mayor met the minister of the harbour to talk of the boats and of all that is to be done "
    "about them.\n\n"
    "Nobody in the town sells herring now, and few would buy one, since the last of the smoke "
    "houses burned down.\n"
)
"""A passage about the mayor, and another with the other word that is asked for."""


def test_an_article_with_the_words_of_a_question_comes_before_one_that_lacks_them(tmp_path):
    over = retriever(tmp_path, {"a.txt": "The mayor, the mayor.", "b.txt": APART})
    question = "Which herring did the mayor buy?"
    for hits in (over.search(question), over.gather(question, passages=16).hits):
        assert [hit.article_id for hit in hits] == ["b.txt", "b.txt", "a.txt"]
    evidence = over.gather(question, passages=16)
    assert evidence.match("b.txt").lacks == 0
    assert evidence.match("a.txt").lacks > 0.9
    assert over.gather("Which mayor?", passages=16).match("a.txt").lacks == 0


def test_an_article_that_the_last_answer_quoted_lacks_nothing(tmp_path):
    over = retriever(tmp_path, {"a.txt": "The mayor, the mayor.", "b.txt": APART})
    asked, quoted = "Which herring?", quote(open_index(tmp_path), "a.txt", "mayor")
    before, after = (over.gather(asked, None, c, passages=16) for c in ([], [quoted]))
    assert (before.match("a.txt").lacks, after.match("a.txt").lacks) == (1.0, 0.0)
    assert after.match("b.txt") == before.match("b.txt")


def test_so_does_an_article_that_is_in_no_index():
    articles = [Article("a", "A", "The mayor, the mayor."), Article("b", "B", APART)]
    evidence = evidence_in("Which herring did the mayor buy?", articles, WordCounts(), passages=1)
    assert [hit.article_id for hit in evidence.hits] == ["b", "b", "a"]
    assert {window.article_id for window in evidence.windows} == {"b"}
    assert evidence.match("b") == ArticleMatch()
    assert evidence.match("a").lacks == pytest.approx(2 / 3)  # of two texts, all words are as rare
    assert evidence.searched == 2
    one = evidence_in("Which herring did the mayor buy?", articles[:1], WordCounts(), passages=1)
    assert (one.matches, one.searched) == ({}, 1)


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("Did the mayor open the bridge last week?", "c.txt"),
        ("Did the mayor open the bridge last year?", "b.txt"),
        ("Did the mayor open the bridge in March 2019?", "d.txt"),
        ("Did the mayor open the bridge?", "a.txt"),
    ],
)
def test_of_the_same_text_that_of_the_time_asked_about_comes_first(tmp_path, asked, first):
    days = {"a": "2017-03-03", "b": "2018-06-20", "c": "2019-06-20", "d": "2019-03-20"}
    over = retriever(tmp_path, dated("The mayor opened the bridge.", **days), TODAY)
    hits = over.search(asked)
    assert hits[0].article_id == first
    equal = len({round(hit.fused, 9) for hit in hits}) == 1
    assert equal == (first == "a.txt")


def test_times_count_for_nothing_without_a_day_of_asking_or_dates(tmp_path):
    asked = "Did the mayor open the bridge last week?"
    known = dated("The mayor opened the bridge.", a="2017-03-03", b="2019-06-20")
    unknown = dated("The mayor opened the bridge.", a="", b="2019", c="2019-06")
    for over in (
        retriever(tmp_path / "known", known),
        retriever(tmp_path / "unknown", unknown, TODAY),
    ):
        hits = over.search(asked)
        assert [hit.article_id for hit in hits] == sorted(hit.article_id for hit in hits)
        assert len({hit.fused for hit in hits}) == 1
        matches = over.gather(asked, passages=16).matches.values()
        assert {(match.untimely, match.age) for match in matches} == {(0.0, 0.0)}


def test_an_article_without_a_date_is_between_the_timely_and_the_untimely(tmp_path):
    days = {"a": "", "b": "2009-03-03", "c": "2019-06-20"}
    over = retriever(tmp_path, dated("The mayor opened the bridge.", **days), TODAY)
    evidence = over.gather("Did the mayor open the bridge last week?", passages=16)
    assert [hit.article_id for hit in evidence.hits] == ["c.txt", "a.txt", "b.txt"]
    late = {name: match.untimely for name, match in evidence.matches.items()}
    assert late["c.txt"] == 0
    assert late["b.txt"] > 0.99
    assert late["a.txt"] == pytest.approx(late["b.txt"] / 2)
    assert evidence.period == ("2019-06-17", "2019-06-23")


def test_without_a_time_an_article_is_as_old_as_a_newer_one_with_the_words_makes_it(tmp_path):
    days = {"a": "2019-06-18", "b": "2019-06-09", "c": "", "d": "2019-06-20"}
    newer = dated("Nobody opened the ferry.", e="2019-06-25")
    over = retriever(tmp_path, dated("The mayor met herring.", **days) | newer, TODAY)
    evidence = over.gather("Which mayor met herring?", passages=16)
    ages = [evidence.match(f"{name}.txt").age for name in (*days, "e")]
    known = [log(3), log(12), 0.0, 0.0]
    assert ages == pytest.approx([*known[:2], sum(known) / 4, *known[2:]])
    assert evidence.period is None
    timed = over.gather("Which mayor met herring yesterday?", passages=16)
    assert {match.age for match in timed.matches.values()} == {0.0}


def test_a_single_article_is_compared_with_nothing(tmp_path):
    over = retriever(tmp_path, dated("The mayor spoke.", a="2009-03-03", b="2019-06-20"), TODAY)
    asked = "Did the mayor eat herring last week?"
    both, one = over.gather(asked, passages=16), over.gather(asked, ["a.txt"], passages=16)
    assert (both.searched, set(both.matches)) == (2, {"a.txt", "b.txt"})
    assert (one.searched, one.matches, one.period) == (1, {}, None)
    assert one.match("a.txt") == ArticleMatch(0.0, 0.0, 0.0)
    assert one.hits[0].fused == 0.0
    assert over.gather(asked, ["a.txt", "b.txt"], passages=16) == both


def test_a_search_stays_within_the_articles_given(over_small):
    question = "What did the minister do?"
    only = over_small.search(question, ["tariffs.txt"])
    assert {hit.article_id for hit in only} == {"tariffs.txt"}
    both = over_small.search(question, ["tariffs.txt", "bridge.txt", "tariffs.txt"])
    assert both == over_small.search(question)
    with pytest.raises(KeyError, match="nobody"):
        over_small.search(question, ["nobody.txt"])


def quote(index, article_id, words) -> Citation:
    (sentence,) = [s for s in index.sentences(article_id) if words in s.text]
    return Citation.of(1, index.article(article_id), Span(sentence, None, None, 0.0, 0.0), 0.0)


def test_passages_gain_by_how_near_they_stand_to_what_the_last_answer_quoted(tmp_path):
    one = "\n\n".join(
        f"A ship sails by the pier, on its way to harbour {n}. {'So ' * 60}so." for n in range(5)
    )
    over = retriever(tmp_path, {"one.txt": one, "two.txt": one.replace("ship", "boat")})
    quoted = quote(open_index(tmp_path), "two.txt", "harbour 4")
    before = {(h.article_id, h.start): h.fused for h in over.search("pier")}
    after = {(h.article_id, h.start): h.fused for h in over.search("pier", cited=[quoted])}
    gain = [
        [after[a, s] - before[a, s] for a, s in sorted(before) if a == name]
        for name in ("one.txt", "two.txt")
    ]
    assert gain[0] == pytest.approx([0.0] * 5)
    assert gain[1] == sorted(gain[1])
    assert gain[1][-1] == pytest.approx(3.5)
    assert gain[1][0] > 2.0


def test_the_article_quoted_last_is_found_where_no_search_finds_it(tmp_path):
    """Sixty passages about the mayor fill both pools; the one that was quoted is in neither."""
    articles = {f"{n:02}.txt": f"The mayor, number {n}." for n in range(60)} | {"zz.txt": "A bell."}
    over = retriever(tmp_path, articles)
    quoted = quote(open_index(tmp_path), "zz.txt", "bell")
    assert "zz.txt" not in {hit.article_id for hit in over.search("mayor")}
    assert "zz.txt" in {hit.article_id for hit in over.search("mayor", cited=[quoted])}
    assert "zz.txt" not in {h.article_id for h in over.search("mayor", ["00.txt"], [quoted])}


def test_a_small_corpus_is_read_whole(over_small, small):
    evidence = over_small.gather("What did the mayor open?", passages=16)
    index = open_index(small)
    read = {(s.article_id, s.start) for window in evidence.windows for s in window.sentences}
    every = {(s.article_id, s.start) for name in index.article_ids() for s in index.sentences(name)}
    assert read == every
    assert set(evidence.bm25) == every
    assert list(evidence.hits) == over_small.search("What did the mayor open?")
    best = max(evidence.bm25, key=evidence.bm25.get)
    assert best == ("bridge.txt", index.sentences("bridge.txt")[1].start)


def test_windows_of_one_article_only(over_small):
    evidence = over_small.gather("What did the minister do?", ["bridge.txt"], passages=16)
    assert {window.article_id for window in evidence.windows} == {"bridge.txt"}


def test_of_what_is_searched_the_best_passages_are_read(tmp_path):
    paragraph = (
        "Paragraph {} of story {} is long enough to be a passage by itself, in which nothing is "
        "told apart from its number."
    )
    texts = {
        f"{name}.txt": "\n\n".join(paragraph.format(n, name) for n in range(14)) for name in "abc"
    }
    over = retriever(tmp_path, texts)
    every = {s.start for s in open_index(tmp_path).sentences("b.txt")}
    for passages in (1, 5, 14, 16):
        evidence = over.gather("Which number is it?", ["b.txt"], passages=passages)
        read = {s.start for window in evidence.windows for s in window.sentences}
        assert read == {hit.start for hit in evidence.hits[:passages]}
    assert read == every


def test_among_many_articles_twice_as_many_passages_are_read(tmp_path):
    texts = {f"{n}.txt": f"Story {n} tells of the mayor and of nobody else." for n in range(14)}
    over = retriever(tmp_path, texts)
    for articles, read in ((9, 3), (10, 6), (14, 6)):
        evidence = over.gather("Which mayor?", sorted(texts)[:articles], passages=3)
        assert len(evidence.windows) == read
        assert evidence.searched == articles


def test_articles_that_are_read_are_compared_as_a_whole(tmp_path):
    texts = {
        "a.txt": "The mayor opened the bridge.",
        "b.txt": "The bridge: the mayor opened it.",
        "c.txt": "A herring swims with another herring.",
    }
    over = retriever(tmp_path, texts)
    similar = over.gather("Who opened the bridge?", passages=9).similarities
    assert similar["a.txt", "a.txt"] == pytest.approx(1)
    assert similar["a.txt", "b.txt"] > 0.6 > 0.3 > similar["a.txt", "c.txt"]
    assert over.gather("Who opened the bridge?", ["a.txt"], passages=9).similarities == {}
