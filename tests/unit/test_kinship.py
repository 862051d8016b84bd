"""Kinship: persons by their names instead of as somebody's kin, where the articles tell who."""

from __future__ import annotations

import pytest
from harness.fakes import ROOT, WordCounts, write_articles

from askvisit import build_index
from askvisit.index import open_index
from askvisit.rewriting.kinship import resolve, tells

FAMILY = """\
Raúl Madero, Madero's brother, intervened. Trump and his wife, Melania, waved.
In Beijing, Xi’s wife, who sings, met Trump’s daughter Ivanka.
Möngke succeeded Ögedei's eldest son, Güyük, as Great Khan.
Lee Kuan Yew is the father of Lee Hsien Loong. He stepped down.
Ann Dunham, the late mother of Barack Obama, was born in Kansas.
Lopez’s sister, Rosa, and Lopez’s sister, Carmen, are singers.
According to Miller’s uncle, Trump said no.
"""


@pytest.fixture(scope="module")
def visit():
    return open_index(ROOT / "index")


@pytest.fixture(scope="module")
def family(tmp_path_factory):
    folder = tmp_path_factory.mktemp("family")
    write_articles(folder / "articles", {"family.txt": FAMILY})
    build_index(index=folder, encoder=WordCounts())
    return open_index(folder)


@pytest.mark.parametrize(
    ("question", "resolved"),
    [
        ("When did Kim Jong Il's son take power?", "When did Kim Jong Un take power?"),
        ("when did kim jong il's son take power", "when did Kim Jong Un take power"),
        ("Did the son of Kim Jong Il meet Xi?", "Did Kim Jong Un meet Xi?"),
        ("Did Kim’s father meet Xi?", "Did Kim Jong Il meet Xi?"),
        ("Did Kim Jong Il’s son, Kim Jong Un, travel?", "Did Kim Jong Un travel?"),
        # The name is asked for, of which the article has the other side.
        ("Who is Kim Jong Il's son?", "Whose father is Kim Jong Il?"),
    ],
)
def test_kin_get_their_names(visit, question, resolved):
    assert resolve(question, visit) == resolved
    assert tells(question, visit)


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("How is Kim Jong Il related to Kim Jong Un?", "Who is Kim Jong Un’s father?"),
        ("are kim jong un and kim jong il relatives", "Who is Kim Jong Un’s father?"),
        ("How are Xi and Trump related?", None),
        ("What is the relation of China to North Korea?", None),
        ("Are there relatives of Kim Jong Un?", None),
    ],
)
def test_how_two_are_related_is_asked_as_the_articles_tell_it(visit, question, asked):
    assert resolve(question, visit) == (asked or question)


@pytest.mark.parametrize(
    "question",
    [
        "When did Xi's son take power?",  # of whom nothing is told
        "When did Kim's son take power?",  # Kim Jong Il has a son, but is he this Kim?
        "What did Kim Jong Il's daughter do?",  # who had that father is spoken of as "he"
        "Who is Kim Jong Un's father?",
        "What is the name of Kim Jong Un's father?",
        "Do you know who Kim Jong Un's father is?",
        "Is Kim Jong Il Kim Jong Un's father?",
        "Does Kim Jong Il have a son?",
        "Who is his father?",
        "Who is Kim Jong Un's father-in-law?",
    ],
)
def test_what_is_not_told_or_asks_for_the_name_stays(visit, question):
    assert resolve(question, visit) == question


@pytest.mark.parametrize(
    ("question", "resolved"),
    [
        ("What did Madero's brother do?", "What did Raúl Madero do?"),
        ("Did Donald Trump's wife wave?", "Did Melania wave?"),
        ("Did Trump's daughter sing?", "Did Ivanka sing?"),
        ("When did Ögedei's son rule?", "When did Güyük rule?"),
        ("When did Lee Hsien Loong's father retire?", "When did Lee Kuan Yew retire?"),
        ("Where was Obama's mother born?", "Where was Ann Dunham born?"),
        ("Does Melania's husband golf?", "Does Trump golf?"),
    ],
)
def test_kin_are_told_of_in_several_ways(family, question, resolved):
    assert resolve(question, family) == resolved


@pytest.mark.parametrize(
    "question",
    [
        "Where does Xi's wife live?",  # not "Beijing"
        "Where does Lopez's sister live?",  # there are two
        "Where does Miller's uncle live?",  # not "Trump"
    ],
)
def test_what_only_looks_like_a_name_of_kin_is_none(family, question):
    assert resolve(question, family) == question
