"""Names and noun phrases of questions."""

from __future__ import annotations

import pytest

from askvisit.rewriting.mentions import DATE, is_plural, names, things, tokens


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Who did Xi Jinping meet in Pyongyang?", ["Xi Jinping", "Pyongyang"]),
        ("What did the U.N. Security Council say?", ["U.N. Security Council"]),
        ("What did Kim’s father say to Kim?", ["Kim"]),
        ("Who gave Hayek the Medal of Freedom?", ["Hayek", "Medal of Freedom"]),
        ("Who was Charles the Bold?", ["Charles the Bold"]),
        ("Who wrote The Road to Serfdom?", ["The Road to Serfdom"]),
        ("Who sang “Love can wait”?", ["Love can wait"]),
        ("What did Ancestry.com buy in May 2008?", ["Ancestry.com"]),
        ("And why?", []),
    ],
)
def test_names(text, found):
    assert names(text) == found


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("When did the town join the union?", ["the town", "the union"]),
        ("How did the Black Death reach Europe?", ["the Black Death", "Europe"]),
        ("Has North Korea tested missiles since 2017?", ["North Korea", "missiles"]),
        ("What inspired the title of The Road to Serfdom?", ["the title of The Road to Serfdom"]),
        ("Where is the banner of the Commune kept?", ["the banner of the Commune"]),
        ("Where was the first true glass made?", ["the first true glass"]),
        ("Which company bought Twitter?", ["company", "Twitter"]),
        ("Which churches are famous for their glass?", ["churches", "glass"]),
        ("How many people work there?", ["people"]),
        ("What did Hayek's father do?", ["Hayek's father"]),
        ("How tall was he?", []),
        ("What was listed there in 1996?", []),
        ("Who revolted in March 1912?", []),
    ],
)
def test_things(question, found):
    assert things(question) == found


@pytest.mark.parametrize("thing", ["sanctions", "Kim and Xi", "people", "members of the party"])
def test_several(thing):
    assert is_plural(thing)


@pytest.mark.parametrize("thing", ["the bus", "a boss", "crisis", "Kim’s", "the head of the banks"])
def test_one(thing):
    assert not is_plural(thing)


@pytest.mark.parametrize(
    "date", ["2009", "May 2011", "23 March 1992", "June 18, 2009", "15 August"]
)
def test_dates(date):
    assert DATE.fullmatch(date)


def test_a_token_keeps_its_inner_marks():
    text = "Isn’t the U.S. well-known on Fold3.com?"
    assert tokens(text) == ["Isn’t", "the", "U.S.", "well-known", "on", "Fold3.com"]
