"""The words of a question that carry its topic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askvisit import words as wording
from askvisit.words import Vocabulary, content_words, vocabulary, words


def test_words_stand_as_they_are_written():
    assert words("Xi’s trip to the U.S. cost $2.50!") == [
        *("Xi", "s", "trip", "to", "the", "U.S.", "cost", "2", "50")
    ]


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("When did Xi meet Kim Jong Il?", ["xi", "meet", "kim", "jong", "il"]),
        ("Who is he and why?", []),
        ("Trade, trade and TRADE", ["trade"]),
        ("Does the US tell us?", ["us"]),
        ("Tell us", []),
        ("What did the U.S. do?", ["u.s."]),
        ("…?!", []),
    ],
)
def test_content_words(question, kept):
    assert content_words(question) == kept


def test_a_vocabulary_has_the_commonest_words_first_as_they_are_mostly_written():
    texts = [
        "The U.S. President, Donald Trump, met the president. Trade fell.",
        "“Trade is bad.” Trump said: Steel rose, and Trump knew.\nTrade is trade.",
    ]
    found = vocabulary(texts)
    assert list(found)[:3] == ["trade", "trump", "is"]
    assert [found[word] for word in ("trump", "trade", "u.s.", "steel")] == [
        *("Trump", "trade", "U.S.", "steel")
    ]
    assert vocabulary([]) == {}


@given(st.lists(st.text("aB. “\n"), max_size=4), st.text("aB. “\n"))
def test_a_text_that_is_taken_out_leaves_no_trace(texts, gone):
    counted = Vocabulary()
    for text in [gone, *texts]:
        counted.add(text)
    counted.remove(gone)
    assert list(counted.commonest().items()) == list(vocabulary(texts).items())
    kept = Vocabulary((+counted.written).items())
    assert kept.commonest() == counted.commonest()


def test_a_vocabulary_keeps_the_commonest_words(monkeypatch):
    monkeypatch.setattr(wording, "MOST_WORDS", 2)
    assert list(vocabulary(["so a ship is a ship, a ship"])) == ["a", "ship"]


@given(st.text(st.characters()))
def test_a_content_word_holds_nothing_that_steers_a_query(text):
    for word in content_words(text):
        assert word
        assert not set(word) & set("\"'*()^:-+{} \0")
        assert not any("\ud800" <= character <= "\udfff" for character in word)
