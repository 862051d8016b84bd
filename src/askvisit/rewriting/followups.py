"""Follow-ups: a question with a hole that only the conversation fills.

Three kinds are told apart, by closed lists of function words: a *fragment* ("And in 2018?",
"Why?") takes the place of a part of the question before; a *pronoun* without an antecedent in its
own question ("Who did he remove?") is replaced by what the conversation mentioned, for "his son" by
somebody of whose son the articles tell; a question that is *too short* to stand alone ("What will
be discussed?") is asked of the one before.
A question with none of these holes has no other reading, so that history cannot bend it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from askvisit.index import PassageIndex
from askvisit.records import Answer
from askvisit.rewriting import fragments, kinship
from askvisit.rewriting.context import GROUP, PERSON, THING, Context, antecedents, context
from askvisit.rewriting.mentions import YEAR, is_plural, names, things
from askvisit.text import AUXILIARIES, PREPOSITIONS, QUESTION_WORDS, content_words, tokens

_LONGEST = 300
"""Characters of a follow-up; a longer question says itself what it is about."""

_OWNERS = 3
"""Antecedents of "his" in "his son", of whom the articles may tell a son."""

_POSSESSIVE = frozenset("his her hers its their theirs".split())
_OBJECTS = frozenset("him her it them this that these those".split())
_DEMONSTRATIVES = frozenset("this that these those".split())
_LEAD = re.compile(
    r"^\s*(?:(?:and|but|so|or|also|ok|okay|then|now|well)\b[\s,]*)*"
    r"(?:(?:what|how)\s+about\b\s*|what\s+of\s+)?",
    re.IGNORECASE,
)
_CLAUSE = frozenset(
    "when that because if before after while since as until whether than who which where and "
    "although though what why how".split()
)
_EXPLETIVE = re.compile(
    r"\bit\s+(?:true|possible|likely|unlikely|going\s+to|rain\w*|snow\w*|necessary|take|took|matter|"
    r"mean|seem|says?\s+\w+|comes?\s+to)\b|\b(?:time|day|date)\s+is\s+it\b|"
    r"\bit\s+(?:(?:is|was|has been)\s+)?\w+\s+that\b|\bit\s+(?:is|was)\s+\w+\s+to\b|"
    r"\bmakes?\s+it\s+\w+\s+to\b",
    re.IGNORECASE,
)
_REFERRING = frozenset(
    "instead else also too again later afterwards others another both then there ones".split()
)
_HOW_MANY_DID = re.compile(
    r"how\s+many\s+((?:came|died|left|\w+ed|are|were|have|did|will|can|could)\b.*)", re.IGNORECASE
)
_POINTS_THERE = re.compile(
    r"(?<!is )(?<!are )(?<!was )(?<!were )(?<!been )\bthere\W*$", re.IGNORECASE
)
_QUESTION_FRAGMENT = re.compile(
    r"(?:\w+\s+)?(?:(?:why|when|where|who|whom|whose|how)(?:\s+(?:not|else|exactly|so|come|many|much|"
    r"long|often|far|fast|old|big|high|then|now|for|from|to|with))*|"
    r"(?:what|which)(?:\s+(?:else|for|ones?|\w+))?)\s*[?!.]*",
    re.IGNORECASE,
)


def propose(question: str, history: Sequence[Answer], index: PassageIndex) -> list[str]:
    """Return the readings of a question, likeliest first; only itself where it stands alone.

    The question as typed is one of them unless nothing in it could be looked up ("Why?") or its
    pronoun would then be anybody ("How did he die?").
    """
    turns = [turn.parts[-1] if turn.parts else turn for turn in history if turn.kind != "talk"]
    turns = [turn for turn in turns if tokens(turn.reading)]
    if not turns or len(question) > _LONGEST:
        return [question]
    before = context(turns, [not _is_question_fragment(turn.question) for turn in turns])
    lead = _LEAD.match(question)
    rest = question[lead.end() if lead else 0 :].strip()
    led = rest != question.strip()
    if _is_question_fragment(rest):
        found = [fragments.asked_again(rest, before)]
    elif _is_fragment(rest, led, question):
        found = [fragments.filled_in(rest, before)]
        if done := fragments.done_then(rest, before):
            found.append(done)
        if names(rest) or things(rest):
            found.append(question)
    elif (hole := _hole(rest)) is not None:
        filled = _filled(rest, hole, before, index)
        found = [filled, kinship.resolve(filled, index)] if hole.certain else [question, filled]
    elif (counted := _HOW_MANY_DID.match(rest)) and (several := antecedents("them", before)):
        found = [f"How many {several[0].removeprefix('the ')} {counted[1]}"]
    elif _POINTS_THERE.search(rest) or (_is_too_short(rest) and not things(rest)):
        found = [_after(before, rest), question]
    elif _is_too_short(rest):
        found = [question, _after(before, rest)]
    else:
        found = [question]
    return list(dict.fromkeys(found))


# --- fragments ---


def _is_question_fragment(text: str) -> bool:
    """Return whether a text is a question word with little around it: "By whom?"."""
    words = [w.lower() for w in tokens(text)]
    if _QUESTION_FRAGMENT.fullmatch(text) is None or any(w in AUXILIARIES for w in words):
        return False
    return words[0] in QUESTION_WORDS | PREPOSITIONS | {"and", "but"}


def _is_fragment(rest: str, led: bool, question: str) -> bool:
    """Return whether a text has no verb to ask with: "And in 2018?", "Vietnam?", "2018"."""
    words = [w.lower() for w in tokens(rest)]
    if not words or len(words) > 7:
        return False
    if words[0] in _POSSESSIVE or any(
        w in AUXILIARIES or w.split("’")[0].split("'")[0] in QUESTION_WORDS for w in words
    ):
        return False
    return led or question.rstrip().endswith("?") or YEAR.fullmatch(words[0]) is not None


# --- pronouns ---


@dataclass(frozen=True)
class _Hole:
    """A pronoun at an offset of its question, and whether nothing there can be its antecedent."""

    start: int
    end: int
    pronoun: str
    certain: bool


def _hole(question: str) -> _Hole | None:
    """Return the first pronoun that may have no antecedent in its own question."""
    expletive = _EXPLETIVE.search(question) is not None
    words = list(re.finditer(r"[\w’'-]+", question))
    lowered = [w[0].lower() for w in words]
    auxiliary = next((n for n, w in enumerate(lowered) if w in AUXILIARIES), None)
    for n, word in enumerate(lowered):
        after = lowered[n + 1] if n + 1 < len(words) else ""
        if word not in PERSON | GROUP | THING or (expletive and word == "it"):
            continue
        if word in _DEMONSTRATIVES and not _refers(lowered, n, after):
            continue
        held = question[: words[n].start()]
        asked = auxiliary is not None and n == auxiliary + 1
        clause = any(w in _CLAUSE for w in lowered[1:n] if w != lowered[0])
        owns = _owns(word, after)
        if not names(held) and (asked or not (things(held) or clause)):
            fronted = auxiliary is not None and n < auxiliary
            bound = owns and not asked and lowered[0] in ("who", "which")
            return _Hole(*words[n].span(), word, certain=not fronted and not bound)
        if not clause and not owns and word in _OBJECTS:
            return _Hole(*words[n].span(), word, certain=False)
    return None


def _owns(pronoun: str, after: str) -> bool:
    return pronoun in _POSSESSIVE and (pronoun != "her" or bool(after and after not in _CLAUSE))


def _refers(words: list[str], n: int, after: str) -> bool:
    """Return whether "this" or "that" stands for something said before, not before a noun."""
    if n == len(words) - 1:
        return True
    return n > 0 and words[n - 1] in AUXILIARIES and not after.isalpha()


def _filled(question: str, hole: _Hole, before: Context, index: PassageIndex) -> str:
    after = question[hole.end :].split()
    owns = _owns(hole.pronoun, after[0].strip("?!.,").lower() if after else "")
    found = [] if hole.pronoun in _DEMONSTRATIVES else antecedents(hole.pronoun, before, owns=owns)
    if not owns:  # "Did they catch Villa?": they are others than Villa
        found = [a for a in found if not any(name in question for name in names(a))] or found
    if not found:
        return _after(before, question)
    filled = [_put(a, question, hole, before, owns=owns) for a in found[: _OWNERS if owns else 1]]
    # "His son": of the first of them that the articles tell a son of.
    return next((f for f in filled if kinship.tells(f, index)), filled[0])


def _put(antecedent: str, question: str, hole: _Hole, before: Context, *, owns: bool) -> str:
    rest = question[hole.end :]
    if antecedent.islower() and " " not in antecedent and is_plural(antecedent):
        # "summits" alone says too little: those "(that) Trump held with Kim".
        antecedent, rest = f"the {antecedent}", _about(rest, before)
    word = _possessive(antecedent) if owns else antecedent
    return _filled_up(question[: hole.start] + word, rest, before)


def _filled_up(done: str, rest: str, before: Context) -> str:
    """Fill the next pronoun too, where it is one for a thing: "Why did he vote against it?"."""
    held = re.search(r"(?<!do )\b(?:it|them)(?=\W*$)", rest)
    found = [a for a in antecedents(held[0], before) if a not in done] if held else []
    if not held or not found:
        return done + rest
    return done + rest[: held.start()] + found[0] + rest[held.end() :]


def _possessive(name: str) -> str:
    return f"{name}’" if name.endswith("s") else f"{name}’s"


# --- short questions ---


def _after(before: Context, question: str) -> str:
    """Append what was said last: the question before without its question word, and its answer."""
    return _about(question, before, *([before.topic.thing] if before.topic.thing else []))


def _about(question: str, before: Context, *told: str) -> str:
    """Append to a question what the one before said behind its question word, and more."""
    words = before.topic.question.rstrip("?!. ").split()
    at = next((n for n, word in enumerate(words[:4]) if word.lower() in AUXILIARIES), None)
    if at is not None and (at == 0 or words[0].lower() in QUESTION_WORDS):
        words = words[at + 1 :]
    elif words and words[0].lower() in QUESTION_WORDS:
        words = words[1:]
    said = before.topic.appended or " ".join(words)
    return f"{question.rstrip('?!. ')} ({', '.join([said, *told])})?"


def _is_too_short(question: str) -> bool:
    """Return whether a question has too few words of its own to be looked up alone."""
    if names(question) or _EXPLETIVE.search(question) or re.search(r"\byou", question, re.I):
        return False
    words = [w.lower() for w in tokens(question)]
    content = [w for w in content_words(question) if w not in _REFERRING]
    refers = any(w in _REFERRING for w in words)
    defined = re.match(r"\s*what\s+(?:is|are|was|were)\s+\w+\W*$", question, re.I)
    return len(content) <= (2 if refers else 1) and not defined and len(words) > 1
