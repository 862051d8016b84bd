"""What a conversation is about: the question before, its answer, and who and what was named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from askvisit.readings.mentions import PREPOSITIONS, YEAR, is_plural, names, things, tokens
from askvisit.records import Answer

PERSON = frozenset("he him his himself she her hers herself".split())
GROUP = frozenset("they them their theirs themselves these those".split())
THING = frozenset("it its itself this that".split())

_LONGEST = 300
_LONGEST_SPAN = 60
_EARLIER = 3
"""Questions that a pronoun or a preposition looks back over."""


@dataclass(frozen=True)
class Turn:
    """A question as it was typed and as it was understood, with what was quoted, if anything."""

    typed: str
    question: str
    span: str | None
    sentence: str | None

    @property
    def asks_who(self) -> bool:
        """Whether the answer is somebody."""
        return _ASKS_WHO.match(self.question) is not None

    @property
    def asks_where(self) -> bool:
        """Whether the answer is a place."""
        return re.match(r"\s*where\b", self.question, re.IGNORECASE) is not None

    @property
    def thing(self) -> str | None:
        """The answer, where it is something to speak of: no date, reason or number."""
        if self.span is None or _ASKS_THING.match(self.question) is None:
            return None
        words = self.span.split()
        plain = words[0].lower() in PREPOSITIONS | {"to", "because", "that", "it"}
        return None if plain or words[0][:1].isdigit() or YEAR.search(words[-1]) else self.span


@dataclass(frozen=True)
class Context:
    """What a follow-up may refer to.

    last: the turn before; topic: the last turn whose question has words of its own, as "When?"
    has not; turns: all of them, the latest first; answered: names that a "who" was answered
    with; asked: names in the questions that may be somebody's; both the latest first.
    """

    last: Turn
    topic: Turn
    turns: tuple[Turn, ...]
    answered: tuple[str, ...]
    asked: tuple[str, ...]


_APPENDED = re.compile(r"\s*\([^()]*\)(?=\?$)")
_IDENTITY = re.compile(r"\s*(?i:who(?:\s+(?:is|was|are|were)|[’']s))\s+[^\W\d_a-z]")
_ASKS_WHO = re.compile(r"\s*(?:and\s+)?(?:\w+\s+)?(?:who|whom|whose)\b", re.IGNORECASE)
_ASKS_THING = re.compile(r"\s*(?:and\s+)?(?:who|what|which|whose|whom|where)\b", re.IGNORECASE)


def context(history: Sequence[Answer], topical: Sequence[bool]) -> Context:
    """Return what a conversation was about last.

    history: earlier answers, not empty, oldest first. topical: which of their questions have
    words of their own. Only words are taken; offsets in a history may be stale.
    """
    turns = tuple(_turn(answer) for answer in reversed(history))
    chosen = next((t for t, own in zip(turns, reversed(topical), strict=True) if own), turns[-1])
    answered = [name for t in turns if t.span and t.asks_who for name in _persons_in(t.span)]
    things_too = {name for t in turns for name in names(t.question) if _stood_for_it(name, t)}
    asked = [
        name
        for t in turns
        for name in names(t.question)
        if name not in things_too and not _is_no_person(name, t.question)
    ]
    return Context(turns[0], chosen, turns, tuple(dict.fromkeys(answered)), tuple(asked))


def _turn(answer: Answer) -> Turn:
    first = answer.citations[0] if answer.citations else None
    span = first.span.strip(" ,;.") if first and first.span else None
    short = span is not None and 0 < len(span) <= _LONGEST_SPAN
    return Turn(
        answer.question,
        _APPENDED.sub("", answer.reading[:_LONGEST]).strip(),
        span if short else None,
        first.quote if first else None,
    )


def _persons_in(span: str) -> list[str]:
    """Return the names in an answer to "who", less those of owners ("Kim’s father")."""
    return [name for name in names(span) if not re.search(rf"{re.escape(name)}[’']s\b", span)]


def _stood_for_it(name: str, turn: Turn) -> bool:
    typed = tokens(turn.typed.lower())
    return name not in turn.typed and any(word in THING | GROUP for word in typed)


def _is_no_person(name: str, question: str) -> bool:
    """Return whether a name has an article ("the U.N.") or stands where a place does."""
    place = rf"\b(?:the|an?|in|on|at|from|near|into)\s+{re.escape(name)}"
    return name.startswith("The ") or re.search(place, question, re.IGNORECASE) is not None


def antecedents(pronoun: str, before: Context) -> list[str]:
    """Return what a pronoun may stand for, likeliest first."""
    if pronoun in PERSON:
        found = _persons(before)
    elif pronoun in GROUP:
        found = _groups(before)
    else:
        found = _things(before)
    return list(dict.fromkeys(found))


def _persons(before: Context) -> list[str]:
    last = before.topic
    answered = _persons_in(last.span) if last.span and last.asks_who else []
    named = [name for name in names(last.question) if name in before.answered + before.asked]
    if named and _IDENTITY.match(last.question):
        answered = []  # "Who is Xi?" is answered with what he is
    described = [t for t in things(last.question) if t.startswith(("the ", "a ", "an "))]
    return [*answered[:1], *named, *before.answered, *before.asked, *described]


def _groups(before: Context) -> list[str]:
    last = before.topic
    pairs = [pair for turn in (last, *before.turns[:_EARLIER]) if (pair := _pair(turn))]
    found = pairs[:1] if last.asks_who or " and " in last.question else []
    several = []
    for turn in before.turns[:_EARLIER]:
        said = [turn.thing] if turn.thing else []
        several += [thing for thing in [*said, *things(turn.question)] if is_plural(thing)]
    return [*found, *several, *pairs, *([last.thing] if last.thing else []), *things(last.question)]


def _pair(turn: Turn) -> str | None:
    """Return the two that a question and its answer are about."""
    named = names(turn.question)
    if turn.thing and turn.asks_who:
        named = [*_persons_in(turn.thing)[:1], *named]
    return " and ".join(named[:2]) if len(named) > 1 else None


def _things(before: Context) -> list[str]:
    """Names that were asked about come before the answer: mostly what is talked of stays the same.
    """
    found = []
    for turn in (before.topic, *before.turns[:_EARLIER]):
        told = [thing for thing in things(turn.question) if thing not in before.answered]
        if turn.thing:
            told = [thing for thing in told if not _is_asked_for(thing, turn.question)]
        named = [thing for thing in told if names(thing)]
        answer = [turn.thing] if turn.thing and not turn.asks_who else []
        first = told[:1] if turn.asks_where else named[:1]
        found += [*first, *answer, *named, *told]
    return sorted(found, key=is_plural)


def _is_asked_for(thing: str, question: str) -> bool:
    """Return whether a noun is that of "which company": the answer stands for it."""
    return re.search(rf"\b(?:which|what)\s+{re.escape(thing)}", question, re.IGNORECASE) is not None
