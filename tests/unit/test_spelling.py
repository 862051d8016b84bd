"""Spelling: typos are corrected, words and names are left alone."""

from __future__ import annotations

import pytest
from harness.fakes import ROOT, indexed
from hypothesis import given
from hypothesis import strategies as st

from askvisit import text as texts
from askvisit.index import open_index
from askvisit.rewriting import query
from askvisit.rewriting.query import correct, is_word

TALKS = """\
Talks in Vietnam

The President of Norland met Ola Strand and China's envoy in Vietnam. Strand had imposed sanctions.
Mediators from NATO, McDonald among them, and from Korea led the negotiations over
missiles and weapons. It was a diplomatic success.
"""


@pytest.fixture(scope="module")
def talks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("talks")
    indexed(folder, {"talks.txt": TALKS})
    return open_index(folder)


@pytest.mark.parametrize(
    ("typed", "corrected"),
    [
        ("Where did the chinese presidnet travel?", "Where did the chinese President travel?"),
        ("Which frims are relocting?", "Which firms are relocating?"),  # neither is in the article
        ("Whcih wepons did Oal want?", "Which weapons did Oal want?"),  # three letters are too few
        ("What did Strnad impose?", "What did Strand impose?"),
        ("vietnma", "Vietnam"),
        ("Presidant Strand", "President Strand"),
        ("What brinsg Ola and Xu toegther?", "What brings Ola and Xu together?"),
        ("diplomtaic negotations", "diplomatic negotiations"),  # two typos in a long word
        ("What did Mcdonlad say?", "What did McDonald say?"),
        ("missles—and sanctoins!", "missiles—and sanctions!"),
        ("Wich wepons did Ola want?", "Which weapons did Ola want?"),
        ("Tranlsate the article", "Translate the article"),
    ],
)
def test_typos_are_corrected(talks, typed, corrected):
    assert correct(typed, talks) == corrected


@pytest.mark.parametrize(
    "question",
    [
        "Did Pompeo meet Macron?",
        "did pompeo call maduro",
        "Who is Chin?",  # one letter from China, and a name
        "Was Oon Hae-in in Nambia?",
        "What is north koreas plan?",
        "What doesn't Xu like, and who isn't there?",
        "Who squeezed the negotiators' finances?",
        "WHO IS STRANDD",
        "a G20x thnk1 x9abc",
        "Où est l’été?",
        "Merz wants what?",
        "Starmer resigned when?",
    ],
)
def test_words_and_names_are_left_alone(talks, question):
    assert correct(question, talks) == question


def test_a_short_name_with_a_letter_replaced_is_another(tmp_path, encoder):
    text = "The mayor, Lind, met Maret and Koník. In May, Lind left."
    indexed(tmp_path, {"a.txt": text}, encoder)
    index = open_index(tmp_path)
    for name in ("Lund", "Lend", "Limd", "Marit", "Garet"):
        assert correct(f"Who is Mr. {name}?", index) == f"Who is Mr. {name}?"
    for typo in ("Lnid", "Linnd"):
        assert correct(f"Who is Mr. {typo}?", index) == "Who is Mr. Lind?"
    assert correct("Who met Konik and Mret?", index) == "Who met Koník and Maret?"


def test_no_well_written_question_is_changed(development):
    visit = open_index(ROOT / "index")
    clean = [q.question for q in development if q.kind in ("fact", "paraphrase", "inference")]
    assert len(clean) > 40
    assert [q for q in clean if correct(q, visit) != q] == []


def test_a_word_of_the_articles_is_no_typo(tmp_path, encoder):
    indexed(tmp_path, {"a.txt": "The Presidant is a ship. It left Xilandia."}, encoder)
    index = open_index(tmp_path)
    assert correct("Where did the presidant sail?", index) == "Where did the presidant sail?"
    assert correct("Who saw Xilanda?", index) == "Who saw Xilandia?"
    assert index.vocabulary["presidant"] == "Presidant"


def test_a_word_of_the_articles_that_the_vocabulary_lacks_is_no_typo(
    tmp_path, encoder, monkeypatch
):
    for module in (texts, query):
        monkeypatch.setattr(module, "MOST_WORDS", 2)
    indexed(tmp_path, {"a.txt": "The ship, the ship. A Presidant left."}, encoder)
    index = open_index(tmp_path)
    assert list(index.vocabulary) == ["ship", "the"]
    assert correct("where did the presidant sail?", index) == "where did the presidant sail?"
    assert correct("where did the presidnat sail?", index) == "where did the president sail?"


def test_a_word_is_known_in_either_number(talks):
    assert is_word("Koreas", talks)
    assert is_word("mediators", talks)
    assert is_word("weapon", talks)
    assert not is_word("weapno", talks)


def test_clean_words_load_no_library(talks, monkeypatch):
    monkeypatch.setattr(query, "_within", None)
    assert correct("Who met the president of China in negotiations?", talks)


@given(text=st.text(max_size=80))
def test_any_text_is_taken(talks, text):
    assert len(correct(text, talks).split()) == len(text.split())
