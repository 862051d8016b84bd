"""What a text mentions: names, dates, and the things between its function words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from askvisit.text import AUXILIARIES, PREPOSITIONS, QUESTION_WORDS, content_words, tokens

YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
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

CAPITAL = r"(?:(?:[A-Z]\.){2,}|[^\W\d_a-z][\w-]*(?:\.[a-z]{2,}\b)?)"
_JOINED = (
    r"(?:\s+(?:of\ the|of|de|von|van|bin|al|du|da|for)\s+|[\s.]+"
    rf"|\s+the\s+(?={CAPITAL}\b(?!\s+of|\s+[A-Z])))"  # "Charles the Bold"
)
_LINKED = rf"(?:{_JOINED}|\s+(?:to|in|on|and|with)\s+(?:the\s+)?)"
_TITLE = rf"(?<=\s)The\s+{CAPITAL}(?:{_LINKED}{CAPITAL})*"  # "The Road to Serfdom"
_NAMES = re.compile(rf"[“\"](?P<quoted>[^”\"]+)[”\"]|{_TITLE}|{CAPITAL}(?:{_JOINED}{CAPITAL})*")
_OWNERS = frozenset("his her its their our".split())
_IS = frozenset("is are was were".split())
_SUBJECTS = frozenset("he she it they".split())
_BEFORE_SUBJECTS = frozenset(
    "do does did can could may might must shall should will would don't doesn't didn't all most "
    "some and".split()
)
_IRREGULAR = frozenset(
    "become begun bought brought broken built caught chosen come cut done drawn driven eaten "
    "fallen fought found forced given gone grown held hit hurt kept killed known laid led "
    "left lost made meant met paid put read reached risen run said seen sent set shot shown "
    "sold spent spoken stolen struck sunk taken taught told thought thrown torn won worn "
    "written born went gave took came became began wrote drew broke chose drove fell flew "
    "knew rose sang saw spoke stood swam".split()
)
_PLURALS = frozenset("people men women children police both".split())
_GLUE = "\u00a0"  # joins the words of a name into one token
_ORDINALS = frozenset("first last most".split())

_WH_SUBJECT = re.compile(
    r"(?:who|what|(?:which|what|whose|how many)\s+[\w’'-]+)\s+(?=\w)", re.IGNORECASE
)


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
        name = " ".join(words)
        if words and DATE.fullmatch(name) is None:
            found.append(name)
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
    found: list[str] = []
    start = 0
    while start < len(words):
        if words[start].lower() in _BREAKS - _DETERMINERS:
            start += 1
            continue
        end = _end_of_run(words, start)
        before = words[start - 1].lower() if start else ""
        after = words[end].lower() if end < len(words) else ""
        run = _noun_phrase(words[start:end], before, after)
        if run and before in _IS and found and len(run) == 1 and run[0].islower():
            run = []  # "the churches are famous"
        phrase = " ".join(run).replace(_GLUE, " ")
        if content_words(phrase) and DATE.fullmatch(phrase) is None and not phrase.isdigit():
            found.append(phrase)
        inner = start + len(run) + 1
        start = inner if run and inner < end else max(end + (_is_past(after)), start + 1)
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
    """Return where the noun phrase that begins at `start` ends, or its verb."""
    end = start + (words[start].lower() in _DETERMINERS)
    end += end > start and end < len(words) and words[end].lower() in _ORDINALS
    noun = end
    while end < len(words):
        word = words[end].lower()
        if word == "of":
            ahead = end + 1
            ahead += ahead < len(words) and words[ahead].lower() in _DETERMINERS
            if ahead >= len(words) or words[ahead].lower() in _BREAKS:
                break
            end = ahead
        elif word in _BREAKS or (end > noun and _is_past(words[end])):
            break
        end += 1
    return end


def _is_past(word: str) -> bool:
    """Return whether a word is a past form of a verb."""
    return word in _IRREGULAR or (word.islower() and len(word) > 4 and word.endswith("ed"))


def _noun_phrase(run: Sequence[str], before: str, after: str) -> Sequence[str]:
    """Return a run of words without the verb before its noun or behind it."""
    if run[0].lower() in _OWNERS:
        run = run[1:]
    determined = bool(run) and run[0].lower() in _DETERMINERS
    bare = bool(run) and run[0].islower() and not determined
    if before in ("who", "how") or (bare and before in _SUBJECTS | {"to"}):
        return run[1:]
    if before == "many":
        several = next((n for n, word in enumerate(run) if is_plural(word)), len(run) - 1)
        return run[: several + 1]
    while run and run[0].lower().endswith("ly"):
        run = run[1:]
    if not run or (bare and len(run) == 1 and _is_past(run[0])):
        return []
    if bare and before in AUXILIARIES and _is_past(run[0]):
        return run[1:]  # "(have) visited Neptune"
    if before in _BEFORE_SUBJECTS and after not in AUXILIARIES and not _is_past(after):
        return _subject(run, determined)
    return run[1:] if bare and before == "what" and _is_past(run[0]) else run


def _subject(run: Sequence[str], determined: bool) -> Sequence[str]:
    """Return the subject at the head of a run: "Trump" of "(did) Trump visit Paris"."""
    first = int(determined)
    capital = [word[:1].isupper() for word in run]
    if len(run) > first and capital[first]:
        end = next((n for n in range(first, len(run)) if not capital[n]), len(run))
        return run[: end + run[end - 1].endswith(("’s", "'s"))]
    later = next((n for n in range(first + 2, len(run)) if capital[n]), len(run))
    return run[: max(first + 1, later - 1)]
