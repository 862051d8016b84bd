"""Words, stems, plurals, control characters and white space."""

from __future__ import annotations

from collections import Counter

import pytest
from harness.fakes import vocabulary
from harness.timing import growth
from hypothesis import given
from hypothesis import strategies as st

from askvisit import text as texts
from askvisit.text import (
    as_written,
    commonest,
    content_words,
    ends_sentence,
    excerpt,
    excerpt_around,
    one_line,
    printable,
    stem,
    stems,
    tokens,
    words,
)


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
        ("Who leads the WHO?", ["leads", "who"]),
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


def test_a_word_below_blank_lines_begins_a_sentence_and_one_elsewhere_does_not():
    assert vocabulary(["So \n \n\n Trade; Steel"]) == {
        "so": "so",
        "steel": "Steel",
        "trade": "trade",
    }
    assert vocabulary(["\n\n - Trade. \n\n-“ \n Steel"]) == {"steel": "steel", "trade": "Trade"}


def test_thousands_of_blank_lines_take_no_time():
    assert growth(lambda n: as_written("So." + "\n" * n + "-")) < 24
    assert growth(lambda n: as_written("So" + " \n" * n + "-")) < 24


@given(st.lists(st.text("aB. “\n"), max_size=4), st.text("aB. “\n"))
def test_a_text_that_is_taken_out_leaves_no_trace(texts, gone):
    counted = Counter()
    for text in [gone, *texts]:
        counted.update(as_written(text))
    counted.subtract(as_written(gone))
    assert list(commonest(+counted).items()) == list(vocabulary(texts).items())


def test_a_vocabulary_keeps_the_commonest_words(monkeypatch):
    monkeypatch.setattr(texts, "MOST_WORDS", 2)
    assert list(vocabulary(["so a ship is a ship, a ship"])) == ["a", "ship"]


@given(st.text(st.characters()))
def test_a_content_word_holds_nothing_that_steers_a_query(text):
    for word in content_words(text):
        assert word
        assert not set(word) & set("\"'*()^:-+{} \0")
        assert not any("\ud800" <= character <= "\udfff" for character in word)


def test_a_token_keeps_what_is_joined_to_it():
    assert tokens("Kim’s 13-year plan (U.S.-made) isn't done.") == [
        *("Kim’s", "13-year", "plan", "U.S.", "made", "isn't", "done")
    ]


def test_forms_of_a_word_have_one_stem():
    assert stem("tariffs") == stem("tariff")
    assert stem("gas") == "ga"
    assert stems("The tariffs of the ships") == {"tarif", "ship"}


@pytest.mark.parametrize(
    ("text", "ends"),
    [("It fell.", True), ('"It fell."', True), ("It fell (again).”\n", True), ("It fell", False)],
)
def test_the_end_of_a_sentence(text, ends):
    assert ends_sentence(text) is ends


def test_nothing_steers_a_terminal_or_turns_the_writing():
    turning = "\u061c\u200e\u200f\u202a\u202e\u2066\u2069"
    assert printable(f"a\x00\x1b[1m\x7f\x9b{turning}b\tc\nd") == "a[1mb\tc\nd"
    assert printable("a\u202eb", instead=" ") == "a b"
    assert printable("a\ud800b") == "a?b"
    assert printable("Ünïcode “quotes” 中文 👍") == "Ünïcode “quotes” 中文 👍"


def test_an_excerpt_is_one_line_cut_between_words():
    assert one_line("  a\n\tb ") == "a b"
    assert excerpt("a\nb", 5) == "a b"
    assert excerpt("alpha beta gamma", 12) == "alpha beta …"
    assert excerpt("alpha", 5) == "alpha"


@given(
    st.text("ab .", max_size=80),
    st.text("xyz", min_size=1, max_size=20),
    st.text("ab .", max_size=80),
)
def test_an_excerpt_around_words_has_them_where_it_says(before, words_, after):
    text = before + words_ + after
    shown, start = excerpt_around(text, len(before), len(before) + len(words_), 40)
    assert shown[start : start + len(words_)] == words_
    assert shown.removeprefix("… ").removesuffix(" …") in text
    assert len(shown) <= max(40, len(words_)) + len("… ") + len(" …")
    assert (shown == text) is (len(text) <= 40)


def test_an_excerpt_around_words_is_cut_between_words():
    text = f"{'early ' * 30}here {'late ' * 30}"
    shown, start = excerpt_around(text, 180, 184, 40)
    assert shown == "… early early here late late late …"
    assert shown[start:][:4] == "here"
