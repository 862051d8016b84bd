"""What a conversation is about: its questions and answers, and what a pronoun then stands for.

The order of antecedents follows centering (Grosz, Joshi and Weinstein, 1995): what a pronoun
stood for stays the topic, then what the question before was about, then what is new in its answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from askvisit.records import Answer
from askvisit.rewriting.mentions import YEAR, is_plural, names, rest_of_subject_asked, things
from askvisit.text import PREPOSITIONS, tokens

MALE = frozenset("he him his himself".split())
FEMALE = frozenset("she her hers herself".split())
PERSON = MALE | FEMALE
GROUP = frozenset("they them their theirs themselves these those".split())
THING = frozenset("it its itself this that".split())

KIN = {
    **dict.fromkeys(
        "father husband son brother grandfather grandson uncle nephew king".split(), MALE
    ),
    **dict.fromkeys(
        "mother wife daughter sister grandmother granddaughter aunt niece queen".split(), FEMALE
    ),
    **dict.fromkeys("cousin successor predecessor deputy partner friend".split(), PERSON),
}
_LONGEST = 300
_LONGEST_SPAN = 60
_EARLIER = 3
"""Turns that a pronoun looks back over."""

_APPENDED = re.compile(r"\s*\(([^()]*)\)(?=\?$)")
_ENDING = re.compile(r"[’']s?$")
_LED = re.compile(r"^(?:(?:and|but|so|then)\b[\s,]*)+", re.IGNORECASE)
_IDENTITY = re.compile(r"\s*(?:who(?:\s+(?:is|was|are|were)|[’']s))\s+(.+?)\W*", re.IGNORECASE)
_IS_THE = re.compile(r"\s*(?:what|which)(?:\s+\w+)?\s+(?:is|was)\s+the\b", re.IGNORECASE)
_ASKS_WHO = re.compile(r"\s*(?:and\s+)?(?:\w+\s+)?(?:who|whom|whose)\b", re.IGNORECASE)
_ASKS_THING = re.compile(r"\s*(?:and\s+)?(?:who|what|which|whose|whom|where)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Turn:
    """A question as it was typed and as it was understood, with what was quoted, if anything.

    appended: what was added to a short question to say what it is about.
    """

    typed: str
    question: str
    appended: str | None
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

    def filled(self, pronouns: frozenset[str]) -> str | None:
        """Return what was read where one of the pronouns, or kin of it ("his son"), was typed."""
        typed, read = tokens(_LED.sub("", self.typed)), tokens(_LED.sub("", self.question))
        at = next((n for n, word in enumerate(typed) if word.lower() in pronouns), None)
        if at is None or [w.lower() for w in typed[:at]] != [w.lower() for w in read[:at]]:
            return None
        behind = next((word for word in typed[at + 1 :] if word in read[at:]), None)
        end = len(read) if behind is None else read.index(behind, at)
        inserted = read[at:end]
        if not inserted or inserted == typed[at : at + 1]:
            return None
        return _ENDING.sub("", " ".join(inserted))


@dataclass(frozen=True)
class Context:
    """What a follow-up may refer to.

    last: the turn before; topic: the last turn whose question has words of its own, as "When?"
    has not; turns: all such turns, the latest first; answered: names that a "who" was answered
    with; asked: names in the questions that may be somebody's; both the latest first.
    """

    last: Turn
    topic: Turn
    turns: tuple[Turn, ...]
    answered: tuple[str, ...]
    asked: tuple[str, ...]


def context(history: Sequence[Answer], topical: Sequence[bool]) -> Context:
    """Return what a conversation was about last.

    history: earlier answers, not empty, oldest first. topical: which of their questions have
    words of their own. Only words are taken; offsets in a history may be stale.
    """
    turns = tuple(_turn(answer) for answer in reversed(history))
    chosen = next((t for t, own in zip(turns, reversed(topical), strict=True) if own), turns[-1])
    answered = [name for t in turns if t.span and t.asks_who for name in _persons_in(t.span)]
    it = {thing for t in turns if (thing := t.filled(THING | GROUP)) is not None}
    asked = [
        name for t in turns for name in names(t.question) if not _is_no_person(name, t.question)
    ]
    asked.sort(key=lambda name: name in it)
    own = tuple(t for t, words in zip(turns, reversed(topical), strict=True) if words)
    return Context(
        turns[0], chosen, own or turns, tuple(dict.fromkeys(answered)), tuple(dict.fromkeys(asked))
    )


def antecedents(pronoun: str, before: Context, *, owns: bool = False) -> list[str]:
    """Return what a pronoun (a possessive one where it owns) may stand for, likeliest first."""
    if pronoun in PERSON:
        found = _persons(before, MALE if pronoun in MALE else FEMALE, owns)
    elif pronoun in GROUP:
        found = _groups(before)
    else:
        found = _things(before)
    return list(dict.fromkeys(found))


def _turn(answer: Answer) -> Turn:
    first = answer.citations[0] if answer.citations else None
    span = _ENDING.sub("", first.span.strip(" ,;.")) if first and first.span else None
    short = span is not None and 0 < len(span) <= _LONGEST_SPAN
    reading = answer.reading[:_LONGEST]
    appended = _APPENDED.search(reading)
    return Turn(
        answer.question,
        _APPENDED.sub("", reading).strip(),
        appended[1] if appended else None,
        span if short else None,
        first.quote if first else None,
    )


def _persons_in(span: str) -> list[str]:
    """Return the names in an answer to "who", less those of owners ("Kim’s father")."""
    return [name for name in names(span) if not re.search(rf"{re.escape(name)}[’']s\b", span)]


def _is_no_person(name: str, question: str) -> bool:
    """Return whether a name has an article ("the U.N.") or stands where a place does."""
    place = rf"\b(?:the|an?|in|on|at|from|near|into)\s+{re.escape(name)}"
    return name.startswith("The ") or re.search(place, question, re.IGNORECASE) is not None


def _kept(before: Context, pronouns: frozenset[str]) -> list[str]:
    """Return what such a pronoun stood for, where the turn before still spoke of it."""
    last = before.last
    open_ = any(word.lower() in pronouns for word in tokens(last.question))
    for turn in before.turns[:_EARLIER]:
        kept = turn.filled(pronouns)
        if kept and (turn is last or open_ or kept in last.question):
            return [kept]
    return []


def _persons(before: Context, gender: frozenset[str], owns: bool) -> list[str]:
    last = before.topic
    others = {person for t in before.turns if (person := t.filled(PERSON - gender))}
    same = _kept(before, gender)
    kin = [thing for thing in things(last.question) if gender & _kin(thing)]
    answered = _persons_in(last.span) if last.span and last.asks_who else []
    things_too = {thing for t in before.turns if (thing := t.filled(THING | GROUP))}
    known = {*before.answered, *before.asked} - things_too
    named = [name for name in names(last.question) if name in known]
    if (asked := _IDENTITY.fullmatch(last.question)) and asked[1] in named:
        answered = []  # "Who is Xi?" is answered with what he is
    described = [t for t in things(last.question) if t.startswith(("the ", "a ", "an "))]
    # "Whom did he thank?": he, who asks on, is more likely spoken of than who was thanked.
    object_asked = last.asks_who and rest_of_subject_asked(last.question) is None
    first = [*same, *answered[:1]] if same and object_asked else [*answered[:1], *same]
    first = [*first, *kin] if owns else [*kin, *first]
    found = [*first, *named, *before.answered, *before.asked, *described]
    return [person for person in found if person not in others]


def _kin(thing: str) -> frozenset[str]:
    owner = re.search(r"[’']s?\s+(?:\w+\s+)*?(\w+)$", thing)
    return KIN.get(owner[1].lower(), frozenset()) if owner else frozenset()


def _groups(before: Context) -> list[str]:
    last = before.topic
    same = _kept(before, GROUP)
    pairs = [pair for turn in (last, *before.turns[:_EARLIER]) if (pair := _pair(turn))]
    first = pairs[:1] if last.asks_who or " and " in last.question else []
    several = []
    for turn in before.turns[:_EARLIER]:
        said = [turn.thing] if turn.thing else []
        several += [thing for thing in [*said, *things(turn.question)] if is_plural(thing)]
    one = [last.thing] if last.thing and not last.asks_where else []
    return [*same, *first, *several, *pairs, *one, *things(last.question)]


def _pair(turn: Turn) -> str | None:
    """Return the two that a question and its answer are about; None where one is a group."""
    named = names(turn.question)
    if any(
        " " not in name and is_plural(name) and f"the {name}" in turn.question for name in named
    ):
        return None  # "Who invited the Mennonites?"
    if turn.thing and turn.asks_who:
        named = [*_persons_in(turn.thing)[:1], *named]
    return " and ".join(named[:2]) if len(named) > 1 else None


def _things(before: Context) -> list[str]:
    found = _kept(before, THING)
    for turn in (before.topic, *before.turns[:_EARLIER]):
        told = [thing for thing in things(turn.question) if thing not in before.answered]
        answer = [turn.thing] if turn.thing and not turn.asks_who else []
        if answer:
            told = [thing for thing in told if not _is_asked_for(thing, turn.question)]
        told.sort(key=lambda thing: thing.islower() and " " not in thing)  # "part", "power"
        named = [thing for thing in told if names(thing)]
        if answer and _is_new(turn, answer[0]):
            found += answer
        found += [*(told[:1] if turn.asks_where else named[:1]), *answer, *named, *told]
    return sorted(found, key=is_plural)


def _is_new(turn: Turn, answer: str) -> bool:
    """Return whether an answer introduces something: "a new phone", or what "the X" is."""
    identified = _IS_THE.match(turn.question) is not None and bool(names(answer))
    return answer.lower().startswith(("a ", "an ")) or identified


def _is_asked_for(thing: str, question: str) -> bool:
    """Return whether a noun is that of "which company": the answer stands for it."""
    asked = rf"\b(?:which|what)\s+{re.escape(thing)}"
    return re.search(asked, question, re.IGNORECASE) is not None
