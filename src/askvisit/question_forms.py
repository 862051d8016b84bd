"""What a question's wording alone shows: whether it asks for several things.

English grammar only, no model: the noun after *what* or *which* is plural, something is asked about
*each* one, or the question is a request to list or name. A question that hides its plural ("Who
signed it?", "How was it mended?") counts as asking for a single fact.
"""

import re
from collections.abc import Sequence

from askvisit.text import AUXILIARIES, PREPOSITIONS, TOKEN, is_plural

_WORD = re.compile(rf"{TOKEN}'?")
_SENTENCE = re.compile(r"[.?!;]+(?:\s|$)")

_EACH = re.compile(
    r"\b(?:in|for|of|from|to|on|by|with|at|about) (?:each|every) (?!other\b)\w"
    r"|\b(?:each|every) (?!(?:other|one|day|night|week|month|year|hour|minute|time)\b)\w"
)
_OF_VARIOUS = re.compile(
    r"\b(?:in|for|of|from|to|on|by|with|at|about) (?:the |its |his |her |their )?"
    r"(?:various|different|respective) \w"
)
_AMOUNT = re.compile(r"\bhow (?:many|much|often|long|old|far|big|large|high)\b")

_LEAD_IN = frozenset(
    "please so and but also ok okay well now hi hello hey i we just to want would like need know"
    " me us tell say show explain can could will you do remind".split()
)
_PREPOSITIONS = PREPOSITIONS | {"because", "like"}
_REQUESTS = frozenset("list name enumerate mention give".split())
_EVERYTHING = frozenset("everything everyone everybody".split())
_CLAUSES = frozenset("that who whom whose which what where when why how if as than not".split())
_DETERMINERS = frozenset(
    "a an the this that these those some any all other various several different many both my"
    " your his her its our their two three four five six seven eight nine ten".split()
)
_ADJECTIVE = re.compile(
    r"[A-Z].*|.*'s?|.*(?:[^l]an|ese|ish|ic|al|ive|ous|ern|ed|ing|ful|ary|able|ible|ent|est)"
    r"|new|other|main|big|major|key|early|late|more|most|many|two|three|four|five|six|seven|eight"
    r"|nine|ten|first|last|good|bad|great|old|young|human|rich|poor|large|small"
)
_AFTER_NOUN = re.compile(
    r"of|and|or|.*ed|gave|made|took|led|came|went|brought|kept|said|saw|became|began|held|met|left"
    r"|lost|won|sent|use|make|include|want|need|support|oppose|border|face|share|belong|come|go"
)
_OF_ONE = frozenset("like called named known".split())


def asks_for_several(question: str) -> bool:
    """Return whether the wording of a question asks for several things.

    >>> asks_for_several("What steps has China taken?")
    True
    >>> asks_for_several("What does the minister want from each country?")
    True
    >>> asks_for_several("Which country borders North Korea?")
    False
    """
    sentences = _SENTENCE.split(question.replace("’", "'"))
    return any(_several(_WORD.findall(sentence)) for sentence in sentences)


def _several(words: Sequence[str]) -> bool:
    text = " ".join(words).lower()
    every = _EACH.search(text)
    if _AMOUNT.search(text):  # "How many people die each year?" asks for one number
        return every is not None and not every[0].startswith(("each", "every"))
    if every is not None or _OF_VARIOUS.search(text):
        return True
    while words and words[0].lower() in _LEAD_IN:
        words = words[1:]
    if words and words[0].lower() in _PREPOSITIONS:
        words = words[1:]
    if not words:
        return False
    first, rest = words[0].lower(), words[1:]
    if first in _REQUESTS:
        phrase, _ = _noun_phrase(rest)
        return any(is_plural(w) or w.lower() in _EVERYTHING for w in phrase)
    return first in ("what", "which", "who") and _asked_noun_is_plural(first, rest)


def _asked_noun_is_plural(asks: str, words: Sequence[str]) -> bool:
    """Return whether *what*, *which* or *who*, followed by these words, asks for several things."""
    if words and words[0].lower() in ("are", "were"):  # "What are relations like?" is about one
        phrase, _ = _noun_phrase(words[1:])
        named = phrase and (phrase[0].lower() in _DETERMINERS or phrase[0].endswith(("'s", "'")))
        return bool(named) and words[-1].lower() not in _OF_ONE and any(map(is_plural, phrase[1:]))
    if asks == "who":
        return False
    if words and words[0].lower() == "of":
        words = words[1:]
    phrase, stop = _noun_phrase(words)
    if stop in AUXILIARIES:  # "What steps has ..."; "Which series was ..." is about one
        return stop not in ("is", "was") and bool(phrase) and is_plural(phrase[-1])
    at = next((n for n, word in enumerate(phrase) if is_plural(word)), None)
    if at is None:
        return False
    after = phrase[at + 1] if at + 1 < len(phrase) else stop
    if at == 0:  # "What measures gave ...", but "What measures the rain?"
        return asks == "which" or _AFTER_NOUN.fullmatch(after) is not None
    before = phrase[:at]  # "Which Asian countries border ...", but "Which country borders ..."
    said = asks == "what" and before[0].endswith("ed")  # "What reached five countries?"
    return not said and all(map(_ADJECTIVE.fullmatch, before))


def _noun_phrase(words: Sequence[str]) -> tuple[list[str], str]:
    """Return the words before the first auxiliary, preposition or clause, and what ends them."""
    phrase: list[str] = []
    for word in words:
        if word.lower() in AUXILIARIES | _CLAUSES or (phrase and word.lower() in _PREPOSITIONS):
            return phrase, word.lower()
        phrase.append(word)
    return phrase, ""
