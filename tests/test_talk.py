"""What is not a question to the text."""

from __future__ import annotations

import pytest

from askvisit import talk


@pytest.mark.parametrize("question", ["?!…", "🙂🙂", "——", "\ud800", "\0", "___"])
def test_no_words(question):
    assert talk.why_unreadable(question) == talk.NO_WORDS


@pytest.mark.parametrize("question", ["متى زار شي؟", "习近平何时访问？", "Когда Си встретил Кима?"])
def test_another_script(question):
    assert talk.why_unreadable(question) == talk.NOT_ENGLISH


@pytest.mark.parametrize(
    "question", ["When did Xi meet Kim?", "2009?", "Who is 习近平, Xi Jinping?", "Ｗｈｏ？", "Où?"]
)
def test_what_can_be_looked_up(question):
    assert talk.why_unreadable(question) is None
