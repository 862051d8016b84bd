"""The names that articles mention most."""

from __future__ import annotations

import pytest
from harness.fakes import ScriptedReader, WordCounts, calibration, indexed
from harness.timing import growth

from askvisit import Assistant
from askvisit.errors import QuestionError
from askvisit.name_spans import spans
from askvisit.names import KeyName, by_kind, of_article
from askvisit.passages import sentences
from askvisit.records import Article, Sentence


def found(text: str) -> dict[str, int]:
    """Return the names of an article and how often each is mentioned."""
    inside = sentences(Article("a.txt", "A", text))
    return {name.name: len(name.mentions) for name in of_article(inside)}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("She met Ola Strand. Strand’s ship sank, and Strand wept.", {"Ola Strand": 3}),
        ("She met Ola and Per Strand. A bus came, and Strand wept.", {"Ola": 1, "Per Strand": 2}),
        (
            "She met Ola Strand and Per Strand, and Strand wept.",
            {"Ola Strand": 1, "Per Strand": 1, "Strand": 1},
        ),
        ("It failed when Strand wept. They had met Ola Strand.", {"Ola Strand": 2}),
        ("He led the Northern Sea Watch. The NSW was poor.", {"Northern Sea Watch": 2}),
        ("In the end U.S. President Ola Strand left.", {"U.S.": 1, "Ola Strand": 1}),
        ("Make Strand pay! Unlike Oslo, he met Ola Strand.", {"Ola Strand": 2, "Oslo": 1}),
        ("Putting Strand on trial is costly. He met Ola Strand.", {"Ola Strand": 2}),
        ("Sterling Moe won. He met Ola Moe.", {"Sterling Moe": 1, "Ola Moe": 1}),
        ("Racing Post said so. He reads the Racing Post.", {"Racing Post": 2}),
        ("Living Planet Index fell. He rose.", {"Living Planet Index": 1}),
        ("Only Moe came. Today Moe went. He met Ola Moe.", {"Ola Moe": 3}),
        ("It is in NORWAY, he said: Norway is cold in May.", {"Norway": 2}),
        ("They saw Turkish boats and a Greek yard on Monday.", {}),
        ("People came. They said that people had come. Brides wept.", {}),
        ("It was “Dry Feet”, a film of “great” power.", {"Dry Feet": 1}),
        ("“We left Bergen,” she said.", {"Bergen": 1}),
        ("The lycée in Oslo shut.", {"Oslo": 1}),
        ("They met Ola Strand. Strand says no.\n\nStrand left.", {"Ola Strand": 3}),
        (
            "They met Ola Strand. Bank of Oslo sued. Oslo lost.",
            {"Ola Strand": 1, "Bank of Oslo": 1},
        ),
        ('"We are losing it," Strand told them.', {"Strand": 1}),
        ("Oslo pulled out; Mayor Per Strand said: “No deal.”", {"Per Strand": 1}),
        ('"Oslo is far," she said. "It is." People left. He said "no." Brides wept.', {}),
    ],
)
def test_names_of_an_article(text, names):
    assert found(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Then Prime Minister Ola Strand left.", {"Ola Strand": 1}),
        ("Then Former Deputy Prime Minister Ola Strand left.", {"Ola Strand": 1}),
        ("Then U.S. Vice President Ola Strand left.", {"U.S.": 1, "Ola Strand": 1}),
        ("Secretary of State Ola Strand left. It was Strand who spoke.", {"Ola Strand": 2}),
        ("Then Minister for Foreign Affairs Ola Strand left.", {"Ola Strand": 1}),
        ("Then Secretary-General Ola Strand left.", {"Ola Strand": 1}),
        (
            "Then Mr Power left. So did Minister of Power Ola Strand.",
            {"Power": 1, "Ola Strand": 1},
        ),
        (
            "Then Ministry of Foreign Affairs Spokesman Ola Strand left.",
            {"Ministry of Foreign Affairs": 1, "Ola Strand": 1},
        ),
        ("Then the Prime Minister left, and the Secretary of State.", {}),
        ("Then the Court of Justice wept, and so did Major.", {"Court of Justice": 1, "Major": 1}),
        ("He met Per Moe. Then the PM left, and MP Ola Strand.", {"Per Moe": 1, "Ola Strand": 1}),
        (
            "It was the Oslo Fish CEO who left. He met Cal Ek Ord.",
            {"Oslo Fish": 1, "Cal Ek Ord": 1},
        ),
    ],
)
def test_a_title_is_no_name(text, names):
    assert found(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("We met Ola Strand. Then Ola wept.", {"Ola Strand": 2}),
        ("We left Norway. The Norway Daily wept for Norway.", {"Norway": 2, "Norway Daily": 1}),
        ("Strand’s wife wept. We met his sister, Ola. Ola Strand wept.", {"Ola Strand": 3}),
        (
            "Sparks burn down Strand Fish in one night\n\nThe Strand Fish Company burnt.",
            {"Strand Fish Company": 2},
        ),
    ],
)
def test_a_first_name_follows_the_full_name(text, names):
    assert found(text) == names


def test_thousands_of_names_take_no_time():
    def streets(count: int) -> list[Sentence]:
        texts = [f"It was in A{'bcdefghij'[n % 9]}{n} Street." for n in range(count)]
        return [Sentence("a.txt", n, 100 * n, 100 * n + len(t), t) for n, t in enumerate(texts, 1)]

    assert growth(lambda n: of_article(streets(n // 4))) < 24


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("He saw two: one in Oslo; one in Bergen", {"Oslo": 1, "Bergen": 1}),
        (
            "By Ola Strand\nThe Oslo Gazette\nPublished: Sunday, 6 July 2024",
            {"Ola Strand": 1, "Oslo Gazette": 1},
        ),
        ("They left Nord\nHavn, where “Ola\nStrand” wept.", {"Nord Havn": 1, "Ola Strand": 1}),
    ],
)
def test_lists_and_lines_under_the_headline(text, names):
    assert found(f"Headline\n\n{text}\n") == names


def test_a_place_is_not_taken_for_the_beginning_of_a_name():
    assert found("The Oslo Pact ended. It was signed in Oslo.") == {"Oslo Pact": 1, "Oslo": 1}


def test_spans_are_where_names_stand():
    text = "Who did “the man” Ola Strand meet in May 2011?"
    assert [text[a:b] for a, b in spans(text)] == ["Ola Strand"]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    folder = tmp_path_factory.mktemp("names")
    texts = {
        "a.txt": "In Oslo the mayor met Ola Strand. Nobody else met Strand.\n",
        "b.txt": "The mayor of Oslo left. She had met Ola Strand in Oslo and Bergen.\n",
    }
    indexed(folder, texts)
    return Assistant(folder, WordCounts(), ScriptedReader({}), calibration())


def test_names_are_counted_over_articles_and_cited(assistant):
    names = assistant.names()
    assert [(name.name, name.count) for name in names] == [
        ("Oslo", 3),
        ("Ola Strand", 3),
        ("Bergen", 1),
    ]
    strand = names[1]
    assert strand.forms == ("Ola Strand", "Strand")
    assert [c.span for c in strand.citations] == ["Ola Strand", "Strand", "Ola Strand"]
    assert [c.article_id for c in strand.citations] == ["a.txt", "a.txt", "b.txt"]
    for cited in strand.citations:
        text = assistant.articles[cited.article_id].text
        assert text[cited.start : cited.end] == cited.quote
    assert [name.name for name in assistant.names(1)] == ["Oslo"]
    assert [name.count for name in assistant.names(articles=["b.txt"])] == [2, 1, 1]


def test_fewer_than_one_name_cannot_be_asked_for(assistant):
    with pytest.raises(QuestionError, match="1 or more"):
        assistant.names(0)


def test_names_stand_under_headings_people_first():
    one, other, place = (KeyName("X", ("X",), 0, (), kind) for kind in ("person", "other", "place"))
    assert by_kind([other, place, one]) == [
        ("People", [one]),
        ("Places", [place]),
        ("Other names", [other]),
    ]
    assert by_kind([]) == []
