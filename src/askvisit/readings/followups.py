"""Follow-ups: a question with a hole that only the conversation fills.

Three kinds are told apart, by closed lists of function words: a *fragment* ("And in 2018?",
"Why?") takes the place of a part of the question before; a *pronoun* without an antecedent in its
own question ("Who did he remove?") is replaced by what the conversation mentioned; a question that
is *too short* to stand alone ("What will be discussed?") is asked after the one before.
A question with none of these holes gets no reading here, so that history cannot bend it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from askvisit.readings.mentions import AUXILIARIES, QUESTION_WORDS, names, things, tokens
from askvisit.records import Answer
from askvisit.words import content_words

PERSON = frozenset("he him his himself she her hers herself".split())
GROUP = frozenset("they them their theirs themselves".split())
THING = frozenset("it its itself this that these those".split())
POSSESSIVE = frozenset("his her hers its their theirs".split())
_OBJECTS = frozenset("him her it them this that these those".split())
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
    r"mean|seem|say|says)\b|\b(?:time|day|date)\s+is\s+it\b|\bit\s+(?:is|was|has been)\s+\w+\s+"
    r"(?:that|to)\b",
    re.IGNORECASE,
)
_REFERRING = frozenset(
    "instead else also too again later afterwards others another both then there ones".split()
)
_PREPOSITIONS = frozenset(
    "about after against among at before behind between by during for from in into of on over "
    "since through to toward towards under until with within without".split()
)
_YEAR = re.compile(r"(?:1\d|20)\d\d")
_TOPIC = re.compile(r"\s*\([^()]*\)(?=\?$)")
_LONGEST = 300


@dataclass(frozen=True)
class Context:
    """What a follow-up may refer to: the question before as it was understood, and its answer.

    `people`: names that a "who" was answered with; `named`: names in the questions; `asked`: all
    the questions as they were understood; each the latest first.
    """

    question: str
    span: str | None
    people: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


def context(history: Sequence[Answer]) -> Context | None:
    """Return what the conversation was about last, None where nothing was asked of the articles.

    Only words are taken from history; its offsets may be stale.
    """
    turns = [turn.parts[-1] if turn.parts else turn for turn in history if turn.kind != "talk"]
    if not turns:
        return None
    first = turns[-1].citations[0] if turns[-1].citations else None
    # "When?" changes what is asked, not what is talked of.
    last = next((t for t in reversed(turns) if not _is_question_fragment(t.question)), turns[-1])
    people, named = [], []
    for turn in reversed(turns):
        span = turn.citations[0].span if turn.citations else None
        if span and _asks_who(turn.reading):
            people += list(reversed(names(span)))
        named += [name for name in names(turn.reading) if not _is_place(name, turn.reading)]
    return Context(
        _TOPIC.sub("", last.reading[:_LONGEST]).strip(),
        first.span if first else None,
        tuple(dict.fromkeys(people)),
        tuple(dict.fromkeys(named)),
        tuple(_TOPIC.sub("", turn.reading[:_LONGEST]) for turn in reversed(turns)),
    )


def _asks_who(question: str) -> bool:
    return re.match(r"\s*(?:and\s+)?(?:\w+\s+)?(?:who|whom|whose)\b", question, re.I) is not None


def _is_place(name: str, question: str) -> bool:
    """Return whether a name stands where a place does: "in France", "on YouTube"."""
    return (
        re.search(rf"\b(?:in|on|at|from|near|into)\s+(?:the\s+)?{re.escape(name)}", question)
        is not None
    )


def propose(question: str, history: Sequence[Answer]) -> Iterator[str]:
    """Yield readings of a follow-up, likeliest first; none for a question that stands alone."""
    before = context(history)
    if before is None:
        return
    rest = question[_LEAD.match(question).end() :].strip()  # type: ignore[union-attr]
    led = rest != question.strip()
    if _is_question_fragment(rest):
        yield from _asked_again(rest, before)
    elif _is_fragment(rest, led, question):
        yield from _slots(rest, before)
    elif (hole := _hole(rest)) is not None:
        if hole[0].lower() not in ("this", "that"):
            yield from _filled(rest, hole, before)
        yield _after(before, rest)
    elif is_too_short(rest):
        yield _after(before, rest)


def _after(before: Context, question: str) -> str:
    told = [*names(before.question), *things(before.question)]
    told = [t for n, t in enumerate(told) if not any(t in other for other in told[:n])]
    if before.span and _is_thing(before.span, before.question):
        told.append(before.span)
    return f"{question.rstrip('?!. ')} ({', '.join(dict.fromkeys(told))})?"


# --- fragments ---


_QUESTION_FRAGMENT = re.compile(
    r"(?:\w+\s+)?(?:(?:why|when|where|who|whom|whose|how)(?:\s+(?:not|else|exactly|so|come|many|much|"
    r"long|often|far|old|big|then|now))*|(?:what|which)(?:\s+(?:else|ones?|\w+))?)\s*[?!.]*",
    re.IGNORECASE,
)


def _is_question_fragment(text: str) -> bool:
    """Return whether a text is a question word with little around it: "By whom?"."""
    words = [w.lower() for w in tokens(text)]
    if _QUESTION_FRAGMENT.fullmatch(text) is None or any(w in AUXILIARIES for w in words):
        return False
    return words[0] in QUESTION_WORDS | _PREPOSITIONS


def _asked_again(fragment: str, before: Context) -> Iterator[str]:
    """Put the new question word where the old one stood, and the answer in its place."""
    asked = fragment.rstrip("?!. ")
    words = before.question.rstrip("?!. ").split()
    at = next((n for n, w in enumerate(words) if w.lower() in AUXILIARIES), None)
    lowered = [w.lower() for w in words]
    if lowered[:1] and lowered[0] in ("who", "what", "which", "whose") and before.span:
        # The subject was asked for: the answer takes its place.
        noun = 1 if lowered[0] in ("which", "whose") or (at or 0) > 1 else 0
        if at is None or (at == 1 + noun and not _has_subject(words[at + 1 :])):
            yield f"{asked} {before.span} {' '.join(words[1 + noun :])}?"
    if at is not None:
        yield f"{asked} {' '.join(words[at:])}?"
    yield _after(before, fragment)


def _has_subject(words: list[str]) -> bool:
    return bool(words) and (words[0][:1].isupper() or words[0].lower() in ("the", "a", "an"))


def _is_fragment(rest: str, led: bool, question: str) -> bool:
    """Return whether a text has no verb to ask with: "And in 2018?", "Vietnam?", "2018"."""
    words = [w.lower() for w in tokens(rest)]
    if not words or len(words) > 7 or words[0] in QUESTION_WORDS:
        return False
    if any(w in AUXILIARIES for w in words):
        return False
    return led or question.rstrip().endswith("?") or _YEAR.fullmatch(words[0]) is not None


def _slots(fragment: str, before: Context) -> Iterator[str]:
    """Put a fragment in the place of what it matches in the question before."""
    new = fragment.rstrip("?!. ")
    words = new.split()
    preposition = words[0].lower() if words[0].lower() in _PREPOSITIONS else None
    noun = " ".join(words[1:]) if preposition else new
    for question in before.asked[:3] if preposition else ():
        asked = question.rstrip("?!. ")
        for old in _candidates(asked):
            held = re.search(rf"\b{preposition}\s+(?:the\s+)?{re.escape(old)}(?!\w)", asked, re.I)
            if held:
                yield f"{asked[: held.start()]}{new}{asked[held.end() :]}?"
    asked = before.question.rstrip("?!. ")
    if _YEAR.search(noun):
        if _YEAR.search(asked):
            yield _YEAR.sub(_YEAR.search(noun)[0], asked) + "?"  # type: ignore[index]
        else:
            yield f"{asked} {new if preposition else 'in ' + noun}?"
    elif not preposition:
        for old in _candidates(asked):
            if bool(names(old)) == bool(names(noun)):
                yield asked.replace(old, noun, 1) + "?"
    yield f"{asked} {new}?" if preposition else f"{asked}? {new}?"


def _candidates(asked: str) -> list[str]:
    """Return what a fragment may replace, names first, the last mentioned first."""
    found = [*reversed(names(asked)), *reversed(things(asked)), *_YEAR.findall(asked)]
    return list(dict.fromkeys(found))


# --- pronouns ---


def _hole(question: str) -> re.Match[str] | None:
    """Return the first pronoun whose antecedent is not in its own question."""
    if _EXPLETIVE.search(question):
        return None
    words = list(re.finditer(r"[\w’'-]+", question))
    lowered = [w[0].lower() for w in words]
    auxiliary = next((n for n, w in enumerate(lowered) if w in AUXILIARIES), None)
    for n, word in enumerate(lowered):
        after = lowered[n + 1] if n + 1 < len(words) else ""
        if word in ("this", "that", "these", "those") and not _refers(lowered, n, after):
            continue
        if word not in PERSON | GROUP | THING:
            continue
        asked = auxiliary is not None and n == auxiliary + 1
        held = question[: words[n].start()]
        inside = bool(names(held) or (not asked and len(content_words(held)) > 0))
        if not inside or (asked and not names(held)):
            return words[n]
        clause = any(w in _CLAUSE for w in lowered[1:n] if w != lowered[0])
        owns = word in POSSESSIVE and (word != "her" or (after and after not in _CLAUSE))
        if not clause and not owns and word in _OBJECTS:
            return words[n]
    return None


def _refers(words: list[str], n: int, after: str) -> bool:
    """Return whether "this" or "that" stands for something said before, not before a noun."""
    if n == len(words) - 1:
        return True
    return n > 0 and words[n - 1] in AUXILIARIES and after not in ("summit", "visit")


def _filled(question: str, hole: re.Match[str], before: Context) -> Iterator[str]:
    pronoun = hole[0].lower()
    after = question[hole.end() :].split()
    owns = pronoun in POSSESSIVE and (pronoun != "her" or bool(after and after[0].isalpha()))
    for antecedent in _antecedents(pronoun, before):
        word = f"{antecedent}’s" if owns else antecedent
        yield question[: hole.start()] + word + question[hole.end() :]


def _antecedents(pronoun: str, before: Context) -> Iterator[str]:
    span = before.span.strip(" ,;.") if before.span and len(before.span) <= 60 else None
    asks_who = _asks_who(before.question)
    found: list[str] = []
    if pronoun in PERSON:
        if asks_who and before.people:
            found.append(before.people[0])
        asked = [name for name in names(before.question) if name in before.named]
        found += [*asked, *before.people, *before.named]
    else:
        told = things(before.question)
        if span and _is_thing(span, before.question):
            if pronoun in GROUP and asks_who:
                found += [f"{span} and {told[0]}"] if told else [span]
            elif not asks_who:
                found.append(span)
        many = pronoun in GROUP or pronoun in ("these", "those")
        told += [name for asked in before.asked[1:3] for name in things(asked)]
        if pronoun not in GROUP:
            told = [thing for thing in told if thing not in before.people]
        found += sorted(told, key=lambda thing: _is_plural(thing) != many)
    yield from dict.fromkeys(found)


def _is_plural(thing: str) -> bool:
    return " and " in thing or (thing[-1:] == "s" and thing[-2:] not in ("ss", "us", "’s", "'s"))


def _is_thing(span: str, question: str) -> bool:
    """Return whether an answer is something to speak of: no date, place, reason or number."""
    asked = re.match(r"\s*(?:and\s+)?(?:who|what|which|whose)\b", question, re.I)
    words = span.split()
    return (
        asked is not None
        and not words[0][:1].isdigit()
        and words[0].lower() not in _PREPOSITIONS | {"to", "because", "that", "it"}
        and not _YEAR.search(words[-1])
    )


def is_too_short(question: str) -> bool:
    """Return whether a question has too few words of its own to be looked up alone."""
    if names(question):
        return False
    words = [w.lower() for w in tokens(question)]
    content = [w for w in content_words(question) if w not in _REFERRING]
    refers = any(w in _REFERRING for w in words)
    defined = re.match(r"\s*what\s+(?:is|are|was|were)\s+\w+\W*$", question, re.I)
    return len(content) <= (2 if refers else 1) and not defined and len(words) > 1
