"""Whether a date without a year lies before or after the day of publication.

English news omits a year that the verb implies: "was shut on 3 October", "will be shut on 3
October". The verb is sought in the date's clause, then in the rest of the sentence, by closed
classes of words (modal verbs, past forms of irregular verbs) and the endings of regular ones. These
cannot tell "forced to resign in May" from "asked to leave in May", so both are left undecided.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

from askvisit.text import NUMBER_WORDS, PREPOSITIONS, STOP_WORDS, content_words, is_plural
from askvisit.verbs import is_past

Tense = Literal["past", "future", "would"]
"""What a verb says. "Would" is future in "said it would close", past in "that would kill 40"."""

_CLAUSE_END = re.compile(r"[,;:()–—“”\"]|\s-\s|\b(?:and|but|while|because|when|which|who)\b")
_WORD = re.compile(r"[^\W\d_]+(?:['’][a-z]+)?")
_MODAL = frozenset("will shall would may might can could should must won't won’t".split())
_TO_COME = _MODAL | {"to"}
"""Before a past form: "will be decided", "to be decided"."""

_NO_INFINITIVE = re.compile(r"\b(?:according|due|owing|thanks|prior)\s+to\b", re.IGNORECASE)

_PRESENT_BE = frozenset("is are am be being".split())
_NO_VERB = STOP_WORDS | PREPOSITIONS | NUMBER_WORDS
_SINCE = re.compile(r"\bsince\s+(?:the\s+)?$", re.IGNORECASE)
_LIMIT = re.compile(r"\b(?:until|till|by|before|from)\s+(?:the\s+)?$", re.IGNORECASE)
_OWN_VERB = 2
"""A clause with this many content words has its own verb, if only in the present tense."""


def tense(sentence: str, start: int, end: int) -> Tense | None:
    """Return what the verb says about the date at an offset; None if that is unclear."""
    if _SINCE.search(sentence[:start]):
        return "past"
    left = max((m.end() for m in _CLAUSE_END.finditer(sentence, 0, start)), default=0)
    border = _CLAUSE_END.search(sentence, end)
    right = border.start() if border else len(sentence)
    own = sentence[left:start], sentence[end:right]
    places = [reversed(_marks(own[0])), _marks(own[1])]
    if len([word for word in content_words(" ".join(own)) if word.islower()]) < _OWN_VERB:
        places += [_marks(sentence[right:]), reversed(_marks(sentence[:left]))]
    mark = next((mark for marks in places for mark in marks), None)
    if mark not in ("past", "future") and _LIMIT.search(sentence[:start]):
        return "future"
    return None if mark == "unclear" else mark


def _marks(text: str) -> list[Tense | Literal["unclear"]]:
    """Return the tense of each verb in a text that tells past from future, in order."""
    found: list[Tense | Literal["unclear"]] = []
    words = [word[0] for word in _WORD.finditer(_NO_INFINITIVE.sub(" ", text))]
    lower = [word.lower() for word in words]
    for n, word in enumerate(words):
        before = lower[max(0, n - 3) : n]
        if _is_modal(word, is_first=n == 0):
            found.append(_of_modal(lower[n], lower[n + 1 : n + 4]))
        elif before[-1:] == ["to"] and _is_infinitive(word):
            found.append("unclear" if "past" in found else "future")
        elif is_past(word) and not (
            _TO_COME.intersection(before) or _PRESENT_BE.intersection(before[-2:])
        ):
            found.append("past")
    return found


def _is_infinitive(word: str) -> bool:
    """Return whether a word after "to" is a verb, as far as can be told."""
    return word.islower() and word not in _NO_VERB - _PRESENT_BE and not is_plural(word)


def _is_modal(word: str, *, is_first: bool) -> bool:
    """Return whether a word is a modal verb; capitalised, "May" and a later "Will" are names."""
    lower = word.lower()
    capital = is_first and lower != "may"
    return lower.endswith(("'ll", "’ll")) or (lower in _MODAL and (word.islower() or capital))


def _of_modal(modal: str, after: list[str]) -> Tense:
    """Return the tense of a modal verb and the words after it: "should never have left" is past."""
    if modal == "would":
        return "would"
    has_left = any(word == "have" and is_past(verb) for word, verb in pairwise(after))
    return "past" if has_left and modal not in ("will", "shall") else "future"


def nearer(days_before: int, days_after: int) -> Tense | None:
    """Return the side on which a date is at least twice as near to publication, if any."""
    if 2 * days_before <= days_after:
        return "past"
    return "future" if 2 * days_after <= days_before else None
