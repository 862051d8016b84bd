"""Spelling: typos are corrected, words and names are left alone."""

from __future__ import annotations

import pytest
from harness.fakes import ROOT, write_articles
from hypothesis import given
from hypothesis import strategies as st

from askvisit import build_index
from askvisit import text as texts
from askvisit.index import open_index
from askvisit.rewriting import spelling
from askvisit.rewriting.spelling import correct, is_word

VISIT = open_index(ROOT / "index")


@pytest.fixture
def visit():
    return VISIT


@pytest.mark.parametrize(
    ("typed", "corrected"),
    [
        ("Where did the chinese presidnet travel?", "Where did the chinese President travel?"),
        ("Which frims are relocting?", "Which firms are relocating?"),  # neither is in the article
        ("Whcih wepons did Kmi want?", "Which weapons did Kmi want?"),  # three letters are too few
        ("What did Trmup impose?", "What did Trump impose?"),
        ("vietnma", "Vietnam"),
        ("Presidant Trump", "President Trump"),
        ("What brinsg Kim and Xi toegther?", "What brings Kim and Xi together?"),
        ("diplomtaic negotations", "diplomatic negotiations"),  # two typos in a long word
        ("missles—and sanctoins!", "missiles—and sanctions!"),
    ],
)
def test_typos_are_mended(visit, typed, corrected):
    assert correct(typed, visit) == corrected


@pytest.mark.parametrize(
    "question",
    [
        "Did Pompeo meet Macron?",
        "did pompeo call maduro",
        "Who is Chin?",  # one letter from China, and a name
        "Was Moon Jae-in in Nambia?",
        "What is north koreas plan?",
        "What doesn't Xi like, and who isn't there?",
        "Who squeezed the negotiators' finances?",
        "WHO IS TRUMPP",
        "a G20x thnk1 x9abc",
        "Où est l’été?",
    ],
)
def test_words_and_names_are_left_alone(visit, question):
    assert correct(question, visit) == question


def test_no_well_written_question_is_changed(visit, development):
    clean = [q.question for q in development if q.kind in ("fact", "paraphrase", "inference")]
    assert len(clean) > 40
    assert [q for q in clean if correct(q, visit) != q] == []


def test_a_word_of_the_articles_is_no_typo(tmp_path, encoder):
    write_articles(tmp_path / "articles", {"a.txt": "The Presidant is a ship. It left Xilandia."})
    build_index(index=tmp_path, encoder=encoder)
    index = open_index(tmp_path)
    assert correct("Where did the presidant sail?", index) == "Where did the presidant sail?"
    assert correct("Who saw Xilanda?", index) == "Who saw Xilandia?"
    assert index.vocabulary["presidant"] == "Presidant"


def test_a_word_of_the_articles_that_the_vocabulary_lacks_is_no_typo(
    tmp_path, encoder, monkeypatch
):
    for module in (texts, spelling):
        monkeypatch.setattr(module, "MOST_WORDS", 2)
    write_articles(tmp_path / "articles", {"a.txt": "The ship, the ship. A Presidant left."})
    build_index(index=tmp_path, encoder=encoder)
    index = open_index(tmp_path)
    assert list(index.vocabulary) == ["ship", "the"]
    assert correct("where did the presidant sail?", index) == "where did the presidant sail?"
    assert correct("where did the presidnat sail?", index) == "where did the president sail?"


def test_a_word_is_known_in_either_number(visit):
    assert is_word("Koreas", visit)
    assert is_word("mediators", visit)
    assert is_word("weapon", visit)
    assert not is_word("weapno", visit)


def test_clean_words_load_no_library(visit, monkeypatch):
    monkeypatch.setattr(spelling, "_within", None)
    assert correct("Who met the president of China in negotiations?", visit)


@given(st.text(max_size=80))
def test_any_text_is_taken(text):
    assert len(correct(text, VISIT).split()) == len(text.split())
