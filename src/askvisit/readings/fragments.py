"""Fragments put into the question before: "And in 2018?", "What about Cuba?", "Why?", "By whom?"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from askvisit.readings.context import Context, Turn
from askvisit.readings.mentions import (
    AUXILIARIES,
    DATE,
    PREPOSITIONS,
    YEAR,
    names,
    rest_of_subject_asked,
    things,
)

_LONGEST_SENTENCE = 160
_COUNTED = re.compile(r"\s*(?:how\s+(?:many|much)|which|what)\s+(\w+)\s", re.IGNORECASE)


def asked_again(fragment: str, before: Context) -> Iterator[str]:
    """Put the new question word where the old one stood, and the answer in its place."""
    asked = re.sub(r"\bwhy not\b", "why", fragment.rstrip("?!. "), flags=re.IGNORECASE)
    turn = before.topic
    told = before.last.sentence
    if asked.lower() in ("why", "how come", "why so") and told and len(told) <= _LONGEST_SENTENCE:
        yield f"Why {told.rstrip('. ')}?"  # of what was just quoted
    words = turn.question.rstrip("?!. ").split()
    at = next((n for n, word in enumerate(words) if word.lower() in AUXILIARIES), None)
    subject = rest_of_subject_asked(turn.question)
    if subject is not None and turn.span:
        yield f"{asked} {turn.span} {subject}?"
    elif at is not None:
        told = turn.thing or _COUNTED.match(turn.question)
        object_ = f" ({told if isinstance(told, str) else told[1]})" if told else ""
        yield f"{asked} {words[at].lower()} {' '.join(words[at + 1 :])}{object_}?"
    yield f"{asked}, {' '.join(words)}?"


def filled_in(fragment: str, before: Context) -> Iterator[str]:
    """Put a fragment in the place of what it matches in the question before."""
    parts = _parts(fragment.rstrip("?!. "))
    because = before.last.typed.lower().startswith(("why", "and why", "but why"))
    last = before.topic if because else before.last
    for turn in dict.fromkeys((last, *before.turns[1:3])):
        question = turn.question.rstrip("?!. ")
        changed = 0
        for preposition, noun in parts:
            replaced = _replaced(question, preposition, noun)
            changed += replaced is not None or YEAR.fullmatch(noun) is not None
            if replaced is None:
                lead = preposition or ("in" if YEAR.fullmatch(noun) else "")
                replaced = f"{question} {lead} {noun}".replace("  ", " ")
            question = replaced
        if changed:
            yield f"{question}?"
    yield from _of_the_kind_asked(parts, last)
    yield f"{last.question.rstrip('?!. ')} {fragment.rstrip('?!. ')}?"


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
    for candidate in old:
        lead = rf"{preposition}\s+(?:the\s+)?" if preposition else ""
        held_there = re.search(rf"\b{lead}{re.escape(candidate)}(?!\w)", question)
        alike = preposition or bool(names(candidate)) == bool(names(noun))
        if held_there and alike:
            new = f"{preposition} {noun}" if preposition else noun
            return f"{question[: held_there.start()]}{new}{question[held_there.end() :]}"
    return None


def _of_the_kind_asked(parts: list[tuple[str | None, str]], turn: Turn) -> Iterator[str]:
    """Ask of a fragment what was answered with others of its kind: "Did Cuba adopt a red flag?"."""
    subject = rest_of_subject_asked(turn.question)
    if len(parts) == 1 and parts[0][0] is None and subject is not None:
        yield f"{parts[0][1]} {subject}?"
