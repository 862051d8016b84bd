"""Whether a message surely asks for something of an article, or may be about its text after all.

"When was it published?" may ask this of the book that was just talked about, and "Who is the
journalist?" of one who is in the news. Then the text is read first, and the reply to the message is
only given if that finds nothing sure.

`works.toml` has examples of words for what has an author, a date and a title. Where the last turns
have such a word, "it" and "the title" may be of that; after any others they are the article's.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import get_args

from askvisit.encoder import Encoder
from askvisit.index import PassageIndex
from askvisit.records import Answer, FactName
from askvisit.rewriting.resolution import turn_text
from askvisit.rewriting.wrapping import unwrap
from askvisit.talk.fact_questions import FactQuestion
from askvisit.talk.intents import Intents, LearnedIntent
from askvisit.talk.requests import SURELY, Request
from askvisit.talk.wording import words
from askvisit.text import (
    QUESTION_WORDS,
    STOP_WORDS,
    content_words,
    ends_sentence,
    lower_tokens,
)

_NAMING = SURELY | frozenset("these here headline byline".split())
"""Words that mean an article."""

_LEANING = frozenset("it this that them those one".split())
"""Words for what was just talked about."""

_DETERMINERS = frozenset("the which what a an".split())
_BEFORE_IN_TEXT = _DETERMINERS | frozenset("my our your his her its their".split())
_SEARCHED = 50
"""Passages searched for a word in the running text."""

WORKS = LearnedIntent(Intents(Path(__file__).with_name("works.toml")), least=0.5)


def of_fact(
    index: PassageIndex,
    encoder: Encoder,
    asked: str,
    wanted: FactQuestion,
    turns: Sequence[Answer],
    articles: Sequence[str] | None,
) -> bool:
    """Return whether a question about an article itself cannot be about something in the text.

    asked: as typed; wanted: the same, parsed; turns: the last ones, on which it may depend;
    articles: the ids to search (None: all).
    """
    typed = [word.word for word in words(unwrap(asked))]
    if wanted.names_article or _NAMING.intersection(typed):
        return True
    if wanted.wanted not in get_args(FactName):  # "From when is the newest of them?"
        return not turns or not _LEANING.intersection(typed) or "you" in typed
    if "this" in typed:
        return True
    if wanted.about is None and _are_about_a_work(turns, encoder):
        return False
    if "author" in typed or (not turns and "it" in typed):
        return True
    nouns = [
        noun
        for before, noun in pairwise(typed)
        if before in _DETERMINERS and noun not in STOP_WORDS
    ]
    return not nouns or not _is_in_running_text(index, nouns[-1], articles)


def of_request(encoder: Encoder, asked: str, wanted: Request, turns: Sequence[Answer]) -> bool:
    """Return whether a request cannot be a question about something in the text.

    "What was it about?" and "What is the title?" can, "summarise it" cannot.
    """
    typed = [word.word for word in words(asked)]
    is_question = wanted.wanted == "headline" or QUESTION_WORDS.intersection(typed)
    if wanted.about or not is_question or (_NAMING | {"this"}).intersection(typed):
        return True
    return not _are_about_a_work(turns, encoder)


def _are_about_a_work(turns: Sequence[Answer], encoder: Encoder) -> bool:
    """Return whether turns have a word for something that has an author, a date and a title."""
    said = " ".join(map(turn_text, turns))
    return any(WORKS.of(word, encoder) for word in content_words(said))


def _is_in_running_text(index: PassageIndex, noun: str, articles: Sequence[str] | None) -> bool:
    """Return whether a sentence, unlike a headline or byline, has "the journalist" or the like.

    "The trade paper" is no "paper".
    """
    within = None if articles is None else [index.passage_range(i) for i in articles]
    numbers = [number for number, _ in index.bm25(noun, _SEARCHED, within)]
    return any(
        word == noun and before in _BEFORE_IN_TEXT
        for passage in index.passages(numbers).values()
        for sentence in index.sentences(passage.article_id, passage.start, passage.end)
        if ends_sentence(sentence.text)
        for before, word in pairwise(lower_tokens(sentence.text))
    )
