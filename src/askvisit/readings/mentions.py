"""What a text mentions: names, and the things between its function words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from askvisit.words import content_words

AUXILIARIES = frozenset(
    "am are can could did do does had has have is may might must shall should was were will "
    "would isn't aren't wasn't weren't don't doesn't didn't won't can't couldn't wouldn't".split()
)
QUESTION_WORDS = frozenset("who whom whose what which when where why how".split())
_DETERMINERS = frozenset("the a an his her its their this that these those our".split())
_BREAKS = (
    AUXILIARIES
    | QUESTION_WORDS
    | _DETERMINERS
    | frozenset(
        "about after against also and any around as at be because been before behind being "
        "besides between but by during each else first for from he her him i if in instead into "
        "it later long many me more most much near not of off on or out over since so than that "
        "them then there they through to too toward towards under until up upon us we while "
        "with within without you".split()
    )
)

_JOINED = r"(?:\s+(?:of the|of|the|de|von|van|bin|al|du|da|for)\s+|[\s.]+)"
_CAPITAL = r"(?:(?:[A-Z]\.){2,}|[^\W\d_a-z][\w-]*)"
_NAMES = re.compile(rf"{_CAPITAL}(?:{_JOINED}{_CAPITAL})*")
_PRONOUNS = frozenset("he her him his it its she that they their them".split())
_BE = ("be", "been", "being")
_SUBJECTS = frozenset(("who", "what"))
_BEFORE_VERBS = frozenset(
    "do does did can could may might must shall should will would don't doesn't didn't".split()
)
_PARTICIPLE = re.compile(r"(ed|en|wn|ung|ut|ght|und|ade|old|aid|ept)$")
_TOKEN = re.compile(r"(?:\w\.){2,}|[\w’'-]+")


def tokens(text: str) -> list[str]:
    """Return a text's words, apostrophes and hyphens inside."""
    return _TOKEN.findall(text)


def names(text: str) -> list[str]:
    """Return the names in a text in order: runs of capitalised words that are no plain words.

    The first word of a sentence is capitalised whatever it is, so that it counts only where it
    is no function word; a possessive ending is left outside.
    """
    found = []
    for match in _NAMES.finditer(text):
        words = match[0].split()
        while words and words[0].lower() in _BREAKS:
            words.pop(0)
        while words and words[-1].lower() in _BREAKS:
            words.pop()
        if words:
            found.append(" ".join(words))
    return list(dict.fromkeys(found))


def things(question: str) -> list[str]:
    """Return the noun phrases of a question, as well as they can be told without a parser.

    They are the runs of words between function words, with their determiners, less the verb that
    stands after "who" ("composed the march") or behind a subject ("did the town join").
    """
    words = tokens(question)
    found, start = [], 0
    while start < len(words):
        if words[start].lower() in _BREAKS - _DETERMINERS:
            start += 1
            continue
        end = start + (words[start].lower() in _DETERMINERS)
        while end < len(words) and words[end].lower() not in _BREAKS:
            end += 1
        before = words[start - 1].lower() if start else ""
        after = words[end].lower() if end < len(words) else ""
        run = _without_verb(words[start:end], before, after)
        if any(c.isalpha() for word in run for c in word) and content_words(" ".join(run)):
            found.append(" ".join(run))
        start = max(end, start + 1)
    return found


def _without_verb(run: Sequence[str], before: str, after: str) -> Sequence[str]:
    if before in _SUBJECTS:
        return run[1:]
    while run and run[0].lower().endswith("ly"):
        run = run[1:]
    if not run or after in AUXILIARIES or after in (*_BE, "of"):
        return run  # "has the glass been found": the verb is behind the run
    determined = run[0].lower() in _DETERMINERS
    if len(run) == 1 + determined:
        verb = before in _PRONOUNS or (before in _BE and _PARTICIPLE.search(run[-1]))
        return [] if verb and not determined else run
    capitals = [n for n, word in enumerate(run) if word[:1].isupper()]
    if capitals and before in _BEFORE_VERBS and not determined:
        return run[: capitals[-1] + 1]
    verb = before in _BEFORE_VERBS or _PARTICIPLE.search(run[-1])
    return run[:-1] if verb and before in AUXILIARIES | _PRONOUNS else run
