"""Whether a date without a year lies before or after the day of publication.

News in English leave out the year that the verb tells: "was shut on 3 October", "will be shut on 3
October". The verb is looked for in the clause of the date, then in the rest of the sentence, by
closed classes of words (modal verbs, past forms of irregular verbs) and the endings of regular
ones. "forced to resign in May" and "asked to leave in May" are not told apart by these, so that
nothing is said of them.
"""

from __future__ import annotations

import re
from typing import Literal

from askvisit.text import PREPOSITIONS, STOP_WORDS, content_words
from askvisit.timeline.expressions import NUMBER_WORDS
from askvisit.verbs import is_past

Tense = Literal["past", "future"]

_CLAUSE_END = re.compile(r"[,;:()–—“”\"]|\s-\s|\b(?:and|but|while|because|when|which|who)\b")
_WORD = re.compile(r"[^\W\d_]+(?:['’][a-z]+)?")
_MODAL = frozenset("will shall would may might can could should must won't won’t".split())
_TO_COME = _MODAL | {"to"}
"""Before a past form: "will be decided", "to be decided"."""

_PRESENT_BE = frozenset("is are am be being".split())
_NO_VERB = STOP_WORDS | PREPOSITIONS | NUMBER_WORDS
_LIMIT = re.compile(r"\b(?:until|till|by|before|from)\s+(?:the\s+)?$", re.IGNORECASE)
_OWN_VERB = 2
"""Content words of a clause from which on it has a verb of its own, if in the present tense."""


def tense(sentence: str, start: int, end: int) -> Tense | None:
    """Return what the verb says of the date at an offset, None where it says nothing clear."""
    if re.search(r"\bsince\s+$", sentence[:start]):
        return "past"
    left = max((m.end() for m in _CLAUSE_END.finditer(sentence, 0, start)), default=0)
    border = _CLAUSE_END.search(sentence, end)
    right = border.start() if border else len(sentence)
    own = sentence[left:start], sentence[end:right]
    places = [reversed(_marks(own[0])), _marks(own[1])]
    if len([word for word in content_words(" ".join(own)) if word.islower()]) < _OWN_VERB:
        places += [_marks(sentence[right:]), reversed(_marks(sentence[:left]))]
    mark = next((mark for marks in places for mark in marks), None)
    if mark is None or mark == "unclear":
        return "future" if _LIMIT.search(sentence[:start]) else None
    return mark


def _marks(text: str) -> list[Tense | Literal["unclear"]]:
    """Return what each verb of a text that tells past from future says, in order."""
    found: list[Tense | Literal["unclear"]] = []
    words = [word[0] for word in _WORD.finditer(text)]
    lower = [word.lower() for word in words]
    for n, word in enumerate(words):
        before = lower[max(0, n - 3) : n]
        if _is_modal(word, is_first=n == 0):
            found.append("future")
        elif before[-1:] == ["to"] and word.islower() and word not in _NO_VERB - _PRESENT_BE:
            found.append("unclear" if "past" in found else "future")
        elif is_past(word) and not (
            _TO_COME.intersection(before) or _PRESENT_BE.intersection(before[-2:])
        ):
            found.append("past")
    return found


def _is_modal(word: str, *, is_first: bool) -> bool:
    """Return whether a word says what will or may be; "Will" and "May" are names elsewhere."""
    lower = word.lower()
    capital = is_first and lower != "may"
    return lower.endswith(("'ll", "’ll")) or (lower in _MODAL and (word.islower() or capital))


def nearer(days_before: int, days_after: int) -> Tense | None:
    """Return the side on which a date is at least twice as near to publication, if there is one."""
    if 2 * days_before <= days_after:
        return "past"
    return "future" if 2 * days_after <= days_before else None
