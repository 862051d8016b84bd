"""Fragments put into the question before: "And in 2018?", "What about Cuba?", "By whom?"."""

from __future__ import annotations

import re

from askvisit.rewriting.context import Context
from askvisit.rewriting.mentions import DATE, YEAR, names, rest_of_subject_asked, things
from askvisit.text import AUXILIARIES, PREPOSITIONS, one_line

_LONGEST_SENTENCE = 160
"""Characters of a quoted sentence that is asked the reason of."""

_EARLIER = 3
"""Questions that a fragment looks back over."""

_ASKS_WHEN = re.compile(
    r"\s*(?:when|(?:in\s+|on\s+)?(?:what|which)\s+(?:year|month|day|date))\s+(?:did|was|were|had)\s+",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\s*(?:how\s+(?:many|much)|which|what)\s+(\w+)\s", re.IGNORECASE)


def asked_again(fragment: str, before: Context) -> str:
    """Put the new question word where the old one stood, and the answer in its place."""
    asked = re.sub(r"\bwhy not\b", "why", fragment.rstrip("?!. "), flags=re.IGNORECASE)
    turn = before.topic
    told = before.last.sentence
    if asked.lower() in ("why", "how come", "why so") and told and len(told) <= _LONGEST_SENTENCE:
        return f"Why {told.rstrip('. ')}?"  # of what was just quoted
    about = [turn.appended] if turn.appended else []
    words = turn.question.rstrip("?!. ").split()
    at = next((n for n, word in enumerate(words) if word.lower() in AUXILIARIES), None)
    subject = rest_of_subject_asked(turn.question)
    if subject is not None and turn.span:
        counted = turn.question.lower().startswith("how many")
        return f"{asked} {(counted and _counted(turn.question)) or turn.span} {subject}?"
    if at is None:
        return f"{asked}, {' '.join([*words, *_in_brackets(about)])}?"
    about += [told for told in (turn.thing or _counted(turn.question),) if told]
    return f"{asked} {' '.join([words[at].lower(), *words[at + 1 :], *_in_brackets(about)])}?"


def _in_brackets(about: list[str]) -> list[str]:
    return [f"({', '.join(about)})"] if about else []


def _counted(question: str) -> str | None:
    """Return the noun that "how many" and "which" ask for."""
    held = _COUNTED.match(question)
    return None if held is None or held[1].lower() in AUXILIARIES else held[1]


def filled_in(fragment: str, before: Context) -> str:
    """Put a fragment in the place of what it matches in one of the questions before."""
    fragment = fragment.rstrip("?!. ")
    parts = _parts(fragment)
    because = before.last.typed.lower().startswith(("why", "and why", "but why"))
    last = before.topic if because else before.last
    for turn in dict.fromkeys((last, *before.turns[1:_EARLIER])):
        question, changed = turn.question.rstrip("?!. "), False
        for preposition, noun in parts:
            replaced = _replaced(question, preposition, noun)
            changed = changed or replaced is not None or YEAR.fullmatch(noun) is not None
            question = replaced or _appended(question, preposition, noun)
        if changed:
            return f"{question}?"
    subject = rest_of_subject_asked(last.question)
    if subject is not None and len(parts) == 1 and parts[0][0] is None:
        return f"{fragment} {subject}?"  # asked as the others of its kind were
    return f"{last.question.rstrip('?!. ')} {fragment}?"


def done_then(fragment: str, before: Context) -> str | None:
    """Ask what was done at a time that is named after a question for a time, else None.

    "2018?" after "When did Kim take power?" is no other power that he took.
    """
    asked = _ASKS_WHEN.match(before.last.question)
    parts = _parts(fragment.rstrip("?!. "))
    if asked is None or len(parts) != 1 or DATE.fullmatch(parts[0][1]) is None:
        return None
    rest = before.last.question[asked.end() :]
    who = next((name for name in names(rest) if rest.startswith(name)), None)
    done = f"What did {who} do" if who else "What happened"
    return f"{_appended(done, *parts[0])}?"


def _appended(question: str, preposition: str | None, noun: str) -> str:
    lead = preposition or ("in" if YEAR.fullmatch(noun) else "")
    return one_line(f"{question} {lead} {noun}")


def _parts(fragment: str) -> list[tuple[str | None, str]]:
    """Return a fragment's phrases: "with Fold3 in 2007" has two, each (preposition, noun)."""
    parts: list[tuple[str | None, list[str]]] = []
    for word in fragment.split():
        if word.lower() in PREPOSITIONS:
            parts.append((word.lower(), []))
        elif parts:
            parts[-1][1].append(word)
        else:
            parts.append((None, [word]))
    return [(preposition, " ".join(words)) for preposition, words in parts if words]


def _replaced(question: str, preposition: str | None, noun: str) -> str | None:
    """Return a question with a phrase in the place of its like, None where there is none."""
    if YEAR.search(noun) or DATE.fullmatch(noun):
        held = [*DATE.finditer(question)]
        if not held:
            return None
        return f"{question[: held[-1].start()]}{noun}{question[held[-1].end() :]}"
    old = [*reversed(names(question)), *reversed(things(question))]
    for candidate in sorted(old, key=lambda phrase: _owned(phrase) != _owned(noun)):
        lead = rf"{preposition}\s+(?:the\s+)?" if preposition else ""
        held_there = re.search(rf"\b{lead}{re.escape(candidate)}(?!\w)", question)
        alike = preposition or bool(names(candidate)) == bool(names(noun))
        if held_there and alike:
            new = f"{preposition} {noun}" if preposition else noun
            return f"{question[: held_there.start()]}{new}{question[held_there.end() :]}"
    return None


def _owned(phrase: str) -> bool:
    return re.search(r"[’']s\s", phrase) is not None
