"""What can only be quoted together, and who speaks."""

from __future__ import annotations

import itertools

import pytest
from harness.timing import growth

from askvisit import quotable
from askvisit.passages import passages, sentences
from askvisit.records import Article
from askvisit.speakers import speaker


def split(text: str) -> list[str]:
    return [s.text for s in sentences(Article("a.txt", "A", text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("He said: “I came. I saw.” It rained.", ["He said: “I came. I saw.”", "It rained."]),
        ('"We go. It is late," she said. He left.', ['"We go. It is late," she said.', "He left."]),
        ("‘We go. It’s late,’ she said. He left.", ["‘We go. It’s late,’ she said.", "He left."]),
        ("In the ‘90s it rained. It was fun.", ["In the ‘90s it rained.", "It was fun."]),
        ("“We go. And he left. It rained.", ["“We go.", "And he left.", "It rained."]),
        ("“One. Two. Three. Four,” he said.", ["“One.", "Two.", "Three.", "Four,” he said."]),
        (f"“{'It is a long story that I tell. ' * 20}”", None),
        ("Name: J. Smith; Cost: five. It rose.", ["Name: J. Smith; Cost: five. It rose."]),
        ("Mill; Note: It rose: a lot. It fell.", ["Mill; Note: It rose: a lot. It fell."]),
        ("Mill; It rose. It fell a lot.", ["Mill; It rose.", "It fell a lot."]),
        ("He said: it rained; it poured. He left.", ["He said: it rained; it poured.", "He left."]),
    ],
    ids=[
        "quotation",
        "straight",
        "single",
        "decade",
        "never closed",
        "four",
        "long",
        "row",
        "row without its first column's name",
        "no row",
        "prose",
    ],
)
def test_what_belongs_together(text, found):
    if found is None:
        assert len(split(text)) >= 20
    else:
        assert split(text) == found


def test_thousands_of_colons_take_no_time():
    assert growth(lambda n: quotable.ROW.fullmatch(f"Q. hi; {'b: ' * n}end.\nIt rose.")) < 24


TALK = """A Talk at the Mill

Q: Why did you
go there? And when?
A: Because it was cheap. I like it.
Q. Was it dear?

**Ann Lind:** It was not. Nothing here is.

The two went on to the mill. It rained.

**Ann Lind:** Look at it.
"""


def test_each_line_of_an_interview_stands_alone():
    assert split(TALK)[1:6] == [
        *("Q: Why did you\ngo there?", "And when?"),
        *("A: Because it was cheap.", "I like it.", "Q. Was it dear?"),
    ]


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("Q: Why", "Q"),
        ("And when", "Q"),
        ("Nothing here", "Ann Lind"),
        ("The two went", None),
        ("It rained", None),
        ("A Talk", None),
        ("I like it", None),  # it speaks once, as "Correction: …" does
    ],
)
def test_who_speaks(words, who):
    assert speaker(TALK, TALK.index(words)) == who


@pytest.mark.parametrize(
    "text",
    [
        "Correction: It was Monday. Not Sunday.\n\nThe mayor came.",
        "He said: I came. She said: I saw.\nHe said: I left.",
        "Year: 2018\n\nTrucks: 64\n\nYear: 2019\n\nTrucks: 70",
        "Myth: It is old.\nFact: It is new.\n\nMyth: It is far.\nFact: It is near.",
        "Winner: Oslo. It won.\n\nThe Loser: Bergen.\n\nWinner: Moss.\n\nThe Loser: Hamar.",
        "Year: 2018\nNote: It rose.\n\nYear: 2019\nNote: It fell.",
        "SUMMARY: It rained.\nAdvantages: It is cheap. It is near.\nDisadvantages: It is old.\n\n"
        "SUMMARY: Is it dear? No.\nAdvantages: It is new.\nDisadvantages: Why pay?",
        "Delivery: When does it come?\nPayment: By card or in cash.\n"
        "Delivery: What if I am out?\nPayment: You can pay later.\n",
        "Roof: Has the architect written?\nReply: He has.\nRoof: Has the bishop?\nReply: Not yet.",
        "Q: Can I cancel?\nA: You can until Monday.\nQ: And then?\nA: You pay half of it.",
        "Year: 2018; Note: it rose.\n\nYear: 2019; Note: it fell.\n\nTown: Mill; Note: it fell.",
    ],
)
def test_a_colon_alone_makes_no_speaker(text):
    assert {speaker(text, n) for n in range(len(text))} == {None}


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Host: Do you sleep?\nGuest: I do.\nHost: At sea?\nGuest: At sea most of all.", "Guest"),
        ("BBC: Who came?\nMARTA KERN: All.\nBBC: Who left?\nMARTA KERN: Nobody.", "MARTA KERN"),
        ("Q: Who came?\nCrew: All.\nQ: Who left?\nCrew: Nobody did.", "Crew"),
    ],
    ids=["you and I", "a person's name", "Q without A"],
)
def test_people_who_talk_to_each_other_are_speakers(text, who):
    assert speaker(text, len(text) - 1) == who


ASKED = "Q: When?\nMayor Lind: In May{end}\nQ: Where?\nMayor Lind: At the mill.\n"


def test_the_last_answer_ends_with_its_line_if_lines_are_paragraphs():
    text = ASKED.format(end=".") + "The council met on Monday.\nCritics call her a liar."
    assert speaker(text, text.index("At the mill")) == "Mayor Lind"
    assert speaker(text, text.index("The council")) is None
    assert speaker(text, text.index("Critics")) is None


def test_the_last_answer_goes_on_over_wrapped_lines():
    text = "Q: When?\nLind: In\nMay. It\nwas cold.\n\nQ: Where?\nLind: At\nthe mill.\n"
    assert speaker(text, text.index("was cold")) == "Lind"
    assert speaker(text, text.index("the mill")) == "Lind"


def test_an_answer_without_a_full_stop_counts():
    text = ASKED.format(end="")
    assert speaker(text, text.index("At the mill")) == "Mayor Lind"


def test_an_answer_is_found_with_its_question():
    asked = "Reporter: Why did you build the bridge at the old mill, where nobody ever went before?"
    said = "Ann Lind: Because the ground is firm there, and because it was by far the cheapest way."
    text = "\n\n".join(itertools.chain.from_iterable([(asked, said)] * 2))
    found = [p.text for p in passages(Article("a.txt", "A", text))]
    assert found == [f"{asked}\n\n{said}"] * 2
