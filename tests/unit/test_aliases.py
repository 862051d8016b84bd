"""Aliases: names as the articles write them."""

from __future__ import annotations

import pytest
from harness.fakes import indexed

from askvisit.index import open_index
from askvisit.rewriting.query import expand

HARBOUR = """\
Ships for North Korea

China sent three ships to North Korea, and South Korea sent one, as did Turkey.
The U.S. and the U.N. watched them. The U.N. Security Council
had warned of nuclear weapons before the G20 met.
"""


@pytest.fixture(scope="module")
def harbour(tmp_path_factory):
    folder = tmp_path_factory.mktemp("harbour")
    indexed(folder, {"harbour.txt": HARBOUR})
    return open_index(folder)


@pytest.mark.parametrize(
    ("typed", "expanded"),
    [
        ("Does the DPRK trade with the PRC?", "Does North Korea trade with China?"),
        ("NK's nukes", "North Korea's nuclear weapons"),
        ("Who is an ally of the ROK?", "Who is an ally of South Korea?"),
        ("What aid might the North receive?", "What aid might North Korea receive?"),
        ("what do america and the us want", "what do the U.S. and the U.S. want"),
        (
            "US sanctions and the UN Security Council",
            "U.S. sanctions and the U.N. Security Council",
        ),
        ("the group of twenty", "the G20"),
        ("Who leads the People’s Republic of China?", "Who leads China?"),
        ("the Democratic People’s Republic of Korea", "North Korea"),
        ("Does America sell nukes?", "Does the U.S. sell nuclear weapons?"),
        ("Who is Vice President of America?", "Who is Vice President of the U.S.?"),
        ("Who met UN Secretary-General Guterres?", "Who met U.N. Secretary-General Guterres?"),
    ],
)
def test_aliases_become_the_form_of_the_articles(harbour, typed, expanded):
    assert expand(typed, harbour) == expanded


@pytest.mark.parametrize(
    "question",
    [
        "Who helps us?",
        "Is Jong un his name?",
        "Who met the North Korean leader?",
        "Is it north of the South China Sea?",
        "What lies in the north of Vietnam?",
        "Who leads the UK and NATO?",  # neither is in the article in any form
        "What does China want from North Korea and the U.S.?",
        "Who leads TÜRKİYE?",  # İ in lower case is two characters
        "Which member states voted against?",
        "Who rules Latin America?",
        "who rules south america",
        "What did Bank of America say?",
        "What did Tom America sing?",
        "Captain America did what?",
        "Who reads America Today?",
    ],
)
def test_what_is_no_alias_or_has_no_other_form_stays(harbour, question):
    assert expand(question, harbour) == question


def test_directions_may_stay(harbour):
    typed = "Does the North trade with the PRC, or the south with NK?"
    expanded = "Does the North trade with China, or the south with North Korea?"
    assert expand(typed, harbour, directions=False) == expanded


def test_both_ways(tmp_path, encoder):
    text = "DPRK officials met the President. The United Nations watched us. Britain left the EU."
    indexed(tmp_path, {"a.txt": text}, encoder)
    index = open_index(tmp_path)
    assert expand("North Korea and the U.N.", index) == "the DPRK and the United Nations"
    assert expand("Did the UK leave the European Union?", index) == "Did Britain leave the EU?"
    assert expand("the US", index) == "the US"  # "us" in the article is a pronoun


def test_what_only_looks_like_a_prime_minister_stays(tmp_path, encoder):
    text = "The prime minister met the Netherlands' King. The Democratic Party lost member states."
    indexed(tmp_path, {"a.txt": text}, encoder)
    index = open_index(tmp_path)
    assert (
        expand("What did Indian PM Modi say?", index) == "What did Indian prime minister Modi say?"
    )
    assert expand("Where does the premier live?", index) == "Where does the prime minister live?"
    for question in (
        "Who won the Premier League?",
        "who won the premier league",
        "What happened at 5 PM?",
        "What did Tom Holland want?",
        "Why did the Liberal Democrats lose?",
        "Has America gained?",
    ):
        assert expand(question, index) == question
