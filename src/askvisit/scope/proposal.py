"""A narrower scope that a question's words propose; it is shown, but never applied automatically.

A source is proposed if its name is in the question ("in the Herald"), a time if it refers to
publication ("last week's article"), which is learned from examples, as requests are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

from askvisit.encoder import Encoder
from askvisit.errors import ScopeError
from askvisit.index import PassageIndex
from askvisit.metadata import dates
from askvisit.records import ProposedScope
from askvisit.scope.filter import Scope
from askvisit.talk.intents import Intents, LearnedIntent, plain
from askvisit.text import content_words, words

_INTENTS = Intents(Path(__file__).with_suffix(".toml"))
LEARNED = LearnedIntent(_INTENTS, least=0.38)

_TIME = "then"
_HINT = re.compile(
    r"\d{4}|yesterday|today|tonight|\b(?:last|this|past)\b|\bago\b|"
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
    re.IGNORECASE,
)
"""Without one of these, no publication time is looked for: finding dates takes a while."""


def propose(
    index: PassageIndex,
    encoder: Encoder,
    question: str,
    looked_in: Sequence[str] | None = None,
    today: date | None = None,
) -> ProposedScope | None:
    """Return the scope that a question's words propose, None if they propose none.

    looked_in: ids of the articles already being searched (all if None). A proposal leaves out
    some of them, but not all.
    """
    source, named = _source(index, question)
    time, between = _time(encoder, question, today or date.today())
    if source is None and between is None:
        return None
    since, until = (str(day) for day in between) if between is not None else (None, None)
    sources = () if source is None else (source,)
    try:
        ids = Scope(looked_in, since, until, sources or None).ids(index)
    except ScopeError:  # no article is in it
        return None
    before = len(index.records) if looked_in is None else len(looked_in)
    if ids is None or len(ids) == before:
        return None
    told = tuple(words_ for words_ in (named, time) if words_)
    return ProposedScope(told, since, until, sources, len(ids))


def _source(index: PassageIndex, question: str) -> tuple[str | None, str]:
    """Return the one source that a question names, and the words that name it.

    Its last word is enough ("the Herald") if no other source has it.
    """
    sources = sorted({r.source for r in index.records if r.source is not None})
    asked = f" {' '.join(words(question))} "
    for source in sources:
        name = " ".join(words(source))
        if name and f" {name} ".lower() in asked.lower():
            return source, name
    for article, word in pairwise(words(question)):
        if article.lower() == "the" and word[0].isupper():
            having = [s for s in sources if word in words(s)]
            if len(having) == 1 and words(having[0])[-1] == word:
                return having[0], word
    return None, ""


def _time(encoder: Encoder, question: str, today: date) -> tuple[str, dates.DateRange | None]:
    """Return the words in a question that refer to the publication time, and the days meant."""
    if not _HINT.search(question) or not _may_mean_publication(question):
        return "", None
    for told in dates.mentioned(question):
        days = dates.relative_days(told, today)
        if days is not None and _means_publication(encoder, question, told):
            return told, days
    return "", None


def _may_mean_publication(question: str) -> bool:
    known = _INTENTS.vocabulary
    return any(word in known for word in content_words(plain(question)))


def _means_publication(encoder: Encoder, question: str, told: str) -> bool:
    bare = re.sub(r"['’]s\b", "", question)
    message = plain(bare.replace(told, f" {_TIME} ", 1))
    return LEARNED.of(message, encoder) is not None
