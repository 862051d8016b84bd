"""What a text mentions: names, dates, and the things between its function words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from askvisit.words import content_words

AUXILIARIES = frozenset(
    "am are can could did do does had has have is may might must shall should was were will "
    "would isn't aren't wasn't weren't don't doesn't didn't won't can't couldn't wouldn't".split()
)
QUESTION_WORDS = frozenset("who whom whose what which when where why how".split())
PREPOSITIONS = frozenset(
    "about above across after against along among around at before behind below between beyond by "
    "during for from in inside into near of off on outside over since through to toward towards "
    "under until with within without".split()
)
YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
)
DATE = re.compile(
    rf"\b(?:(?:\d{{1,2}}\s+)?(?:{_MONTHS})(?:\s+\d{{1,2}})?,?\s+)?(?:1\d|20)\d\d\b"
    rf"|\b(?:\d{{1,2}}\s+)?(?:{_MONTHS})(?:\s+\d{{1,2}})?\b"
)

_DETERMINERS = frozenset("the a an his her its their this that these those our".split())
_BREAKS = (
    AUXILIARIES
    | QUESTION_WORDS
    | PREPOSITIONS
    | _DETERMINERS
    | frozenset(
        "also and any anybody anyone anything as be because been being besides but each else "
        "everybody everyone everything first he her him i if instead it later long many me more "
        "most much nobody nothing not one or out she so somebody someone something still than that "
        "them then there they too up upon us we while you".split()
    )
)

_CAPITAL = r"(?:(?:[A-Z]\.){2,}|[^\W\d_a-z][\w-]*(?:\.[a-z]{2,}\b)?)"
_JOINED = rf"(?:\s+(?:of\ the|of|de|von|van|bin|al|du|da|for)\s+|\s+the\s+(?={_CAPITAL}\b(?!\s+of|\s+[A-Z]))|[\s.]+)"
_TITLE = rf"(?<=\s)The\s+{_CAPITAL}(?:(?:{_JOINED}|\s+(?:to|in|on|and|with)\s+(?:the\s+)?){_CAPITAL})*"
_NAMES = re.compile(rf"[“\"](?P<quoted>[^”\"]+)[”\"]|{_TITLE}|{_CAPITAL}(?:{_JOINED}{_CAPITAL})*")
_OWNERS = frozenset("his her its their our".split())
_IS = frozenset("is are was were".split())
_BE = ("be", "been", "being")
_SUBJECTS = frozenset("he she it they".split())
_BEFORE_VERBS = frozenset(
    "do does did can could may might must shall should will would don't doesn't didn't".split()
)
_PARTICIPLE = re.compile(r"(\w\wed|\wen|wn|ung|ut|ght|und|ade|old|aid|ept|orn)$")
_TOKEN = re.compile(r"(?:\w\.){2,}|\w+(?:[.’'\u00a0-]\w+)*")
_PLURALS = frozenset("people men women children police both".split())
_GLUE = "\u00a0"  # joins the words of a name into one token
_ORDINALS = frozenset("first last most".split())

_WH_SUBJECT = re.compile(
    r"(?:who|what|(?:which|what|whose|how many)\s+[\w’'-]+)\s+(?=\w)", re.IGNORECASE
)


def tokens(text: str) -> list[str]:
    """Return a text's words; apostrophes, hyphens and full stops inside belong to them."""
    return _TOKEN.findall(text)


def names(text: str) -> list[str]:
    """Return the names in a text in order: runs of capitalised words that are no plain words.

    The first word of a sentence is capitalised whatever it is, so that it counts only where it
    is no function word; a possessive ending is left outside.
    """
    found = []
    for match in _NAMES.finditer(text):
        words = (match["quoted"] or match[0]).split()
        while words and words[0].lower() in _BREAKS and words[0] != "The":
            words.pop(0)
        while words and words[-1].lower() in _BREAKS:
            words.pop()
        if words:
            found.append(" ".join(words))
    return list(dict.fromkeys(found))


def things(question: str) -> list[str]:
    """Return the noun phrases of a question, as well as they can be told without a parser.

    They are the runs of words between function words, with their determiners and joined by "of",
    less the verb that stands after "who" ("composed the march") or behind a subject ("did the
    town join").
    """
    for name in names(question):
        question = question.replace(name, name.replace(" ", _GLUE))
    words = tokens(question)
    found, start = [], 0
    while start < len(words):
        if words[start].lower() in _BREAKS - _DETERMINERS:
            start += 1
            continue
        end = _end_of_run(words, start)
        before = words[start - 1].lower() if start else ""
        after = words[end].lower() if end < len(words) else ""
        run = _without_verb(words[start:end], before, after)
        if run and run[0].lower() in _OWNERS:
            run = run[1:]
        if (found or words[0] == "Who") and before in _IS and len(run) == 1 and run[0].islower():
            run = []  # "the churches are famous"
        if any(c.isalpha() for word in run for c in word) and content_words(" ".join(run)):
            found.append(" ".join(run).replace(_GLUE, " "))
        start = max(end + (end < len(words) and _is_verb(words[end])), start + 1)
    return found


def is_plural(thing: str) -> bool:
    """Return whether a noun phrase names several, by the ending of its head."""
    head = re.split(r"\s+of\s+", thing)[0].lower().split()[-1:]
    return " and " in thing or any(
        word in _PLURALS or (word[-1:] == "s" and not word.endswith(("ss", "us", "is", "’s", "'s")))
        for word in head
    )


def rest_of_subject_asked(question: str) -> str | None:
    """Return the rest of a question whose subject is asked for: "Who | sold the town?"."""
    held = _WH_SUBJECT.match(question)
    if held is None:
        return None
    rest = question[held.end() :].rstrip("?!. ")
    words = rest.split()
    if words[0].lower() not in AUXILIARIES:
        return rest
    plain = len(words) > 1 and not words[1][:1].isupper()
    return rest if plain and words[1].lower() not in ("the", "a", "an", "his", "her") else None


def _end_of_run(words: Sequence[str], start: int) -> int:
    """Return where the run of words that begins at `start` ends."""
    end = start + (words[start].lower() in _DETERMINERS)
    end += end > start and end < len(words) and words[end].lower() in _ORDINALS
    before = words[start - 1].lower() if start else ""
    verb_ahead = before in AUXILIARIES or before in ("which", "what")
    noun = end
    while end < len(words):
        word = words[end].lower()
        if word == "of":
            ahead = end + 1
            ahead += ahead < len(words) and words[ahead].lower() in _DETERMINERS
            if ahead >= len(words) or words[ahead].lower() in _BREAKS:
                break
            end = ahead
        elif word in _BREAKS or (verb_ahead and end > noun and _is_verb(words[end])):
            break
        end += 1
    return end


def _is_verb(word: str) -> bool:
    return word.islower() and _PARTICIPLE.search(word) is not None


def _without_verb(run: Sequence[str], before: str, after: str) -> Sequence[str]:
    if before in ("who", "how") or (before in _SUBJECTS | {"to"} and run[0].islower()):
        return run[1:]
    if run[0].lower() not in _DETERMINERS and before == "what" and _PARTICIPLE.search(run[0]):
        return run[1:]
    if before == "many":
        several = next((n for n, word in enumerate(run) if is_plural(word)), len(run) - 1)
        return run[: several + 1]
    while run and run[0].lower().endswith("ly"):
        run = run[1:]
    if not run or after in AUXILIARIES or after in _BE:
        return run  # "has the glass been found": the verb is behind the run
    determined = run[0].lower() in _DETERMINERS
    if len(run) == 1 + determined:
        return [] if not determined and _PARTICIPLE.search(run[0]) else run
    capitals = [n for n, word in enumerate(run) if word[:1].isupper()]
    if capitals and before in {*_BEFORE_VERBS, "and"} and not determined:
        owner = run[capitals[-1]].endswith(("’s", "'s"))
        return run[: capitals[-1] + 1 + owner]
    verb = before in _BEFORE_VERBS or _PARTICIPLE.search(run[-1])
    return run[:-1] if verb and before in AUXILIARIES else run
