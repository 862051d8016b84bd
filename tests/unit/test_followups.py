"""Follow-ups: which reading a question gets after which turns. No model is asked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pytest
from harness.fakes import ROOT, citation
from hypothesis import given
from hypothesis import strategies as st

from askvisit.index import LocalIndex, open_index
from askvisit.records import Answer
from askvisit.rewriting import followups


def turn(question: str, span: str | None = None, sentence: str | None = None, typed=None) -> Answer:
    """Return an answer that was read as `question`: with a span, or refused where there is none."""
    asked = question if typed is None else typed
    if span is None:
        return Answer(asked, question, "not_found", False, "No.", 0.1)
    quote = f"They say that {span} it is." if sentence is None else sentence
    cited = citation(quote, quote, span)
    return Answer(asked, question, "answer", True, quote, 0.9, (cited,))


@cache
def visit() -> LocalIndex:
    """Return the project's own index."""
    return open_index(ROOT / "index")


def propose(question: str, history: Sequence[Answer]) -> list[str]:
    """Return the readings where the articles are those of the project."""
    return followups.propose(question, history, visit())


def read(question: str, *history: Answer) -> str:
    """Return the likeliest reading."""
    return propose(question, history)[0]


ELECTION = turn("Who won the election in France?", "Emmanuel Macron")
EMBARGO = turn("When did the embargo begin?", "in 1973")


@pytest.mark.parametrize(
    ("before", "question", "reading"),
    [
        # A question word takes the place of the old one, and the answer that of what was asked for.
        (ELECTION, "When?", "When Emmanuel Macron won the election in France?"),
        (turn("How many troops died?", "400"), "Where?", "Where troops died?"),
        (ELECTION, "And by how much?", "by how much Emmanuel Macron won the election in France?"),
        (EMBARGO, "Where?", "Where did the embargo begin?"),
        (turn("Did Kim meet Trump?", "yes"), "Where?", "Where did Kim meet Trump?"),
        (turn("What did Kim sign?", "a pact"), "With whom?", "With whom did Kim sign (a pact)?"),
        (turn("Who first saw Neptune?"), "When?", "When, Who first saw Neptune?"),
        # "Why?" is asked of what was just quoted.
        (turn("Who gains?", "Xi", "Xi stands to gain."), "Why?", "Why Xi stands to gain?"),
        (turn("Who gains?", "Xi", "Xi " + "very " * 40 + "much."), "Why?", "Why Xi gains?"),
        # A phrase takes the place of its like: the same preposition, a name, a date, a noun.
        (
            turn("What does Trump want from China?"),
            "And from Japan?",
            "What does Trump want from Japan?",
        ),
        (turn("Where was glass made in China?"), "And in Japan?", "Where was glass made in Japan?"),
        (turn("Who won in 2007?", "Labour"), "And in 2011?", "Who won in 2011?"),
        (turn("Who won in May 2007?"), "What about June 2011?", "Who won in June 2011?"),
        (turn("Who won the race?"), "2011?", "Who won the race in 2011?"),
        (turn("When did Mulhouse secede?"), "And Basel?", "When did Basel secede?"),
        (turn("How much does the bridge cost?"), "The tunnel?", "How much does The tunnel cost?"),
        (
            turn("What did NARA start with Fold3 in 2007?"),
            "And with Ancestry.com in 2008?",
            "What did NARA start with Ancestry.com in 2008?",
        ),
        (turn("Which countries sent troops?", "Laos"), "What about Cuba?", "Cuba sent troops?"),
        # "He" and "she": who was answered, who was asked about, or somebody described.
        (ELECTION, "How old is he?", "How old is Emmanuel Macron?"),
        (turn("What did Hayek study?", "law"), "When did he die?", "When did Hayek die?"),
        (turn("Who is Xi?", "the president"), "What does he want?", "What does Xi want?"),
        (turn("Who met Xi?", "Kim’s father, Kim Jong Il"), "Is he ill?", "Is Kim Jong Il ill?"),
        (turn("When did the minister go?"), "Who replaces her?", "Who replaces the minister?"),
        (
            turn("What did Hayek's father do?"),
            "Where did he teach?",
            "Where did Hayek's father teach?",
        ),
        (turn("When did Hayek marry?"), "Who was his wife?", "Who was Hayek’s wife?"),
        # "It": what was asked about, or what is new.
        (EMBARGO, "When did it end?", "When did the embargo end?"),
        (turn("Who built The Road to Rome?", "Gauls"), "Is it long?", "Is The Road to Rome long?"),
        (
            turn("What did Samsung show?", "a phone"),
            "What does it cost?",
            "What does a phone cost?",
        ),
        (
            turn("What is the largest city in Poland?", "Warsaw"),
            "Was it destroyed?",
            "Was Warsaw destroyed?",
        ),
        (
            turn("Who wrote it in March 1912?"),
            "Who read it?",
            "Who read it (wrote it in March 1912)?",
        ),
        # "They": several, or the two that were spoken of.
        (turn("What do Huguenots believe?"), "Where did they go?", "Where did Huguenots go?"),
        (turn("Who met Kim in Hanoi?", "Trump"), "Did they agree?", "Did Trump and Kim agree?"),
        (
            turn("Which sanctions were imposed?", "coal"),
            "Do they hurt?",
            "Do the sanctions hurt (imposed)?",
        ),
        (turn("Who invited the Mennonites?"), "How many came?", "How many Mennonites came?"),
        (turn("Who invited the Amish?", "Obregón"), "Did they go?", "Did Obregón and Amish go?"),
        (turn("Who invited the Mennonites?", "Obregón"), "Did they go?", "Did the Mennonites go?"),
        (
            turn("Who hunted Villa?", "Pershing"),
            "Did they catch Villa?",
            "Did Pershing catch Villa?",
        ),
        # Too short: asked of what was said before.
        (
            turn("Where will Trump and Xi meet?", "Japan"),
            "What will be discussed?",
            "What will be discussed (Trump and Xi meet, Japan)?",
        ),
        (
            turn("Where is Kaiping?", "China"),
            "Who lives there?",
            "Who lives there (Kaiping, China)?",
        ),
    ],
)
def test_a_hole_is_filled(before, question, reading):
    assert read(question, before) == reading


@pytest.mark.parametrize(
    "question",
    [
        "When did Xi meet Kim Jong Il?",
        "What did Kim do when he assumed power?",
        "Which company lost its licence?",
        "Is it true that Kim met Xi?",
        "Is it going to rain tomorrow?",
        "What time is it?",
        "The Porfiriato ended in which year?",
        "What's your name?",
        "What is glass?",
        "sanctions",
        "who is north koreas main trading partner",
        "Xi said that the talks were good " * 20,
        "?!",
    ],
)
def test_a_question_that_stands_alone_has_one_reading(question):
    assert propose(question, [ELECTION, EMBARGO]) == [question]


@pytest.mark.parametrize(
    ("before", "question", "readings"),
    [
        # Its own "China" may be meant: as typed first.
        (
            turn("What did the Senate pass?", "a bill"),
            "Did China sign it?",
            ["Did China sign it?", "Did China sign a bill?"],
        ),
        (
            EMBARGO,
            "What was the price?",
            ["What was the price?", "What was the price (the embargo begin)?"],
        ),
        # A date beside the one that was asked for: what was done then?
        (
            turn("When did Kim take power?", "2011"),
            "What about 2018?",
            ["When did Kim take power in 2018?", "What did Kim do in 2018?"],
        ),
        (EMBARGO, "In 1974?", ["When did the embargo begin in 1974?", "What happened in 1974?"]),
        (turn("Where did Kim go?", "Hanoi"), "In 2018?", ["Where did Kim go in 2018?"]),
        # What is filled may not be answered, and the fragment says something itself.
        (turn("When did Mulhouse secede?"), "And Basel?", ["When did Basel secede?", "And Basel?"]),
        # Nothing here could be looked up as typed.
        (ELECTION, "How old is he?", ["How old is Emmanuel Macron?"]),
        (EMBARGO, "Where?", ["Where did the embargo begin?"]),
    ],
)
def test_the_question_as_typed_competes_where_it_can_be_looked_up(before, question, readings):
    assert propose(question, [before]) == readings


def test_what_a_pronoun_stood_for_stays_the_topic():
    began = turn("When did the crisis begin?", "in October")
    cause = turn("What caused the crisis?", "an embargo", typed="What caused it?")
    assert read("When did it end?", began, cause) == "When did the crisis end?"
    europe = turn("When will the crisis reach Europe?", typed="And Europe?")
    assert read("Was it foreseen?", began, cause, europe) == "Was the crisis foreseen?"


@pytest.mark.parametrize(
    ("question", "readings"),
    [
        (
            "And when did his son take power?",
            ["when did Kim Jong Il’s son take power?", "when did Kim Jong Un take power?"],
        ),
        ("Who is his son?", ["Who is Kim Jong Il’s son?", "Whose father is Kim Jong Il?"]),
        ("When did his wife die?", ["When did Xi’s wife die?"]),  # no wife is told of
        ("When did his term end?", ["When did Xi’s term end?"]),
    ],
)
def test_his_son_is_that_of_whom_the_articles_tell_one(question, readings):
    assert propose(question, [turn("When did Xi meet Kim Jong Il?", "2009")]) == readings


def test_his_son_is_who_is_spoken_of_then():
    met = turn("When did Xi meet Kim Jong Il?", "2009")
    son = turn("Whose father is Kim Jong Il?", "Kim Jong Un’s", typed="Who is his son?")
    power = turn("When did Kim Jong Un rule?", "2011", typed="When did his son rule?")
    assert read("How old is he?", met, son) == "How old is Kim Jong Un?"
    assert read("How old is he?", met, power) == "How old is Kim Jong Un?"


def test_another_pronoun_means_another_person():
    head = turn("Who runs the bank?", "Maria Lopez")
    before = turn("Who did Maria Lopez replace?", typed="Who did she replace?")
    assert read("When did she start?", head, before) == "When did Maria Lopez start?"
    assert "Lopez" not in read("Why did he leave?", head, before).partition("(")[0]


def test_who_is_asked_by_a_pronoun_is_spoken_of_rather_than_who_was_answered():
    died = turn("When was Hidalgo executed?", "1811")
    thanked = turn("Whom did Hidalgo thank?", "Ortega", typed="Whom did he thank?")
    assert read("Where was he buried?", died, thanked) == "Where was Hidalgo buried?"


def test_a_fragment_changes_what_is_asked_but_not_what_is_talked_of():
    history = [turn("Who sold Alsace?", "Sigismund")]
    history.append(turn(read("To whom?", *history), "Charles", typed="To whom?"))
    assert history[-1].reading == "To whom Sigismund sold Alsace?"
    assert read("For how much?", *history) == "For how much Sigismund sold Alsace?"
    assert read("When was it returned?", *history) == "When was Alsace returned?"


def test_talk_and_questions_without_words_are_no_history():
    thanks = Answer("Thanks!", "Thanks!", "talk", False, "You are welcome.", 0.0)
    assert propose("Why?", [thanks, turn("?!")]) == ["Why?"]
    assert read("How old is he?", ELECTION, thanks, turn("?!")) == "How old is Emmanuel Macron?"


def test_of_several_questions_in_one_line_the_last_is_gone_on_from():
    both = Answer(
        "Who won? And when?",
        "…",
        "answer",
        True,
        "…",
        0.9,
        ELECTION.citations,
        (),
        (EMBARGO, ELECTION),
    )
    assert read("How old is he?", both) == "How old is Emmanuel Macron?"


PIECES = st.sampled_from(
    "who what when where why how did is it he her they them that there of the The and about Xi "
    "Kim’s U.S. 2009 May ( ) ? ! . , ’ “ ” it's how\u00a0many 北 é \\ [ *".split(" ")
)
TEXTS = st.one_of(st.text(max_size=40), st.lists(PIECES, min_size=1, max_size=12).map(" ".join))


@given(TEXTS, TEXTS, TEXTS, st.booleans())
def test_any_text_gets_readings(question, earlier, span, found):
    history = [turn(earlier or "?", span if found and span else None, typed=question or "?")] * 2
    readings = propose(question, history)
    assert readings
    assert all(isinstance(reading, str) for reading in readings)
