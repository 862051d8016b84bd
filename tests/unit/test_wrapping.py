"""Courtesies around a question."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askvisit.rewriting.query import unwrap


@pytest.mark.parametrize(
    ("typed", "bare"),
    [
        ("could you please tell me who Ola met in 2009?", "Who Ola met in 2009?"),
        ("Hi there, I'd like to know: what does Strand want?", "What does Strand want?"),
        ("Hello! Do you happen to know when Strand came", "When Strand came"),
        ("I was just wondering if China still helps, thanks in advance", "China still helps"),
        ("Would you kindly explain the trade war?", "Explain the trade war?"),
        ("Can you tell me about Vietnam? Thank you so much!", "Tell me about Vietnam?"),
        ("Thanks! And who is Strand?", "And who is Strand?"),
        ("Who is Strand, please?", "Who is Strand?"),
        ("who is Strand please", "who is Strand"),
        ("Who is Strand? thanks!", "Who is Strand?"),
        ("Who is Strand many thanks", "Who is Strand"),
        ("Nice! And who won?", "And who won?"),
        ("quick question: how low did trade go", "How low did trade go"),
        ("I would like to know why Ola went, if you don't mind.", "Why Ola went"),
        ("any idea where they will meet?", "Where they will meet?"),
        ("So, just how low did trade go?", "How low did trade go?"),
        ("well - who won", "Who won"),
        ("please list the towns", "List the towns"),
        ("Just list the towns.", "List the towns."),
        ("ok explain why trade fell", "Why trade fell"),
        ("so remind me who won", "Who won"),
        ("well quick question: how low did trade go", "How low did trade go"),
    ],
)
def test_courtesies_are_taken_off(typed, bare):
    assert unwrap(typed) == bare


@pytest.mark.parametrize(
    "question",
    [
        *("Hello!", "thanks", "please?", "can you tell me?", "could you please"),
        *("Did Strand thank you?", "Could China promote lifting the sanctions?", "Would Ola help?"),
        *("What is the question?", "Who said hello?", "If Ola succeeds, what changes?"),
        *("Tell me about sanctions", "I want to know more about Vietnam", "Is it so?"),
        *("Wellington fell", "Hidden costs", "Okayama", "Wonder Woman actor"),
        *("Question Time host", "See Naples and die", "Know Labs shares fell"),
        *("Right-wing parties gained how many seats?", "So-called rebels seized what?"),
        *("Just Stop Oil protests", "Great Barrier Reef bleaching", "ER doctors strike"),
        *("Well-known names", "UH-60 crash", "Please-Touch museum"),
        *("Nice, France: who was killed?", "Who gave thanks?", "What did he say to please?"),
    ],
)
def test_what_carries_something_stays(question):
    assert unwrap(question) == question


def test_no_development_question_loses_its_words(development):
    for question in development:
        if not question.question.startswith("please"):
            assert unwrap(question.question) == question.question


@pytest.mark.parametrize("run", ["!", " ", ".", "! please", "? thanks "])
def test_a_long_run_around_a_courtesy_takes_no_longer_than_a_plain_question(run):
    def seconds(question: str) -> float:
        began = time.process_time()
        for _ in range(20):
            unwrap(question)
        return time.process_time() - began

    around = run * (980 // len(run))
    assert seconds(f"Who won a{around}please{around}x?") < 300 * seconds("who won " * 250)


@given(st.text(max_size=200))
def test_something_is_always_left(text):
    assert bool(unwrap(text).strip()) == bool(text.strip())
