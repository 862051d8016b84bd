"""Other forms of a question: without courtesies and typos, with aliases replaced, or split.

The reader reads them if a question as typed has no sure answer; nothing here decides.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from askvisit.name_spans import names
from askvisit.text import (
    AUXILIARIES,
    LETTERS,
    MOST_WORDS,
    PREPOSITIONS,
    QUESTION_WORDS,
    content_words,
    english_words,
    is_english_word,
    lower_tokens,
)

if TYPE_CHECKING:
    from askvisit.index import PassageIndex


def forms(question: str, index: PassageIndex) -> list[str]:
    """Return the other forms that a question may be read in, the likeliest first.

    Without its courtesies and typos, and with aliases as the articles write them; then with "the
    North" as North Korea.
    """
    spelled = correct(unwrap(question), index)
    expanded = (expand(spelled, index, directions=False), expand(spelled, index))
    return [form for form in dict.fromkeys(expanded) if form != question]


_ASK = r"(?:could|can|would|will|may|might)\s+(?:you|i|u)"
_MUCH = r"(?:\s+(?:again|(?:so|very)\s+much|a\s+lot))?+"
_GREETINGS = (
    r"(?:hi+|hello|he+y+|hiya|howdy|hola|greetings|good\s+(?:morning|afternoon|evening|day)|dear\s+\w+)"
    rf"(?:\s+(?:there|again|all|everyone))?+|(?:thanks|thank\s+(?:you|u)|thx|ty|cheers){_MUCH}"
)
_ASSENT = (
    r"(?:ok(?:ay)?|yes|yeah|no|sure|great|nice(?=\s*[.!])|cool|good|perfect|(?:al)?right|sorry|"
    r"got\s+it|i\s+see)"
)
_BEGINS = (
    r"who|whom|whose|what|when|where|why|how|which|is|are|was|were|do|does|did|has|have|had|can|"
    r"could|will|would|should|may|i|please|tell|give|show|and|but|so|in|thanks?"
)
_STOP = r"\s*[,.!;:…–—]+\s*"
_GREETING = re.compile(
    rf"\s*(?:(?:{_ASSENT}\s+)?(?:{_GREETINGS})(?:{_STOP}|\s+(?=(?:{_BEGINS})\b))"
    rf"|{_ASSENT}{_STOP}(?!\d))(?=\w)",
    re.IGNORECASE,
)
_POLITE = (
    "a|again|all|also|and|answer|another|any|can|could|curious|did|do|excuse|for|got|happen|happy|have|"
    "here|i['’]?d|i['’]?m|i|is|just|kindly|know|let|like|love|may|maybe|me|might|my|need|next|now|ok|"
    "okay|one|other|perhaps|please|pls|plz|possibly|quick|quickly|really|so|sorry|there|to|u|um+|uh+|"
    "want|was|well|will|wish|wonder|wondering|would|you|great|right|be|glad|am|er+m?|hmm+|idea|question"
)
"""Words that a question may be wrapped in."""

_WRAPPING = rf"(?:(?:{_POLITE})\b[\s,.!:;–-]*)"

_ALONE = (
    r"(?:tell|remind|inform|advise|enlighten)\s+(?:me|us)|let\s+me\s+know|please|pls|plz|kindly|"
    r"question(?=\s*:)|(?:say|explain|answer|show\s+me)(?=\s+(?:wh|how|if)|\s*[:,])"
)
_AFTER_POLITE = (
    r"know|wonder(?:ing)?|curious|idea|question(?:\s+for\s+you)?(?:\s+is)?|ask(?:\s+you)?|"
    r"find\s+out|learn|hear|understand|see"
)
"""What ends the wrapping, by itself and after polite words: "tell me", "I was wondering"."""

_OPENING = re.compile(
    rf"(?:{_WRAPPING}*(?:{_ALONE})|{_WRAPPING}+(?:{_AFTER_POLITE}))"
    r"\b(?!-)(?!\s+(?:(?:some|any|every)thing|more|all)?\s*(?:about|of|on)\b(?!\s+(?:wh|how)))"
    r"[\s,.!:;–-]*(?:(?:if|whether)\s+(?=\w+\s+\w+))?"
    rf"|(?:(?:{_ASK}|ok|okay|well|so|just|um+|uh+|er+m?|hmm+|sorry|excuse\s+me|great|right|also)"
    rf"\b[\s,.!:–-]+)+(?=(?:{_BEGINS}|explain|describe|discuss|list|name|say|compare|find)\b)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    # Neither run is tried again from within it, nor given back: else a long one takes minutes.
    r"(?:(?<![\s,.!;:–-])[\s,.!;:–-]*\b(?<!\bto )(?:please|pls|plz|thx|"
    r"(?<!\bgive )(?<!\bgave )(?<!\bsay )(?<!\bsaid )(?:many\s+)?thanks)|"
    r"(?:(?<![,.!;:–-])[,.!;:–-]++|(?<=\?))\s*"
    r"(?:thank\s+you|cheers|(?:would|do)\s+you\s+know|"
    r"if\s+you\s+(?:can|could|may|know|would|please|don['’]t\s+mind)))"
    r"(?:\s+(?:so|very)\s+much|\s+a\s+lot|\s+in\s+advance|\s+for\s+your\s+help)*"
    r"[\s,.!]*+(\??)[\s.!]*+$",
    re.IGNORECASE,
)


def without_greeting(message: str) -> str:
    """Return what follows a greeting, thanks or "ok,"; the message itself if nothing does.

    >>> without_greeting("Thanks! And in 2018?"), without_greeting("Hello Kitty museum")
    ('And in 2018?', 'Hello Kitty museum')
    """
    at = 0
    while greeting := _GREETING.match(message, at):
        at = greeting.end()
    return message[at:]


def unwrap(question: str) -> str:
    """Return a question without its courtesies; unchanged if it has nothing else."""
    left = bare(question)
    if not content_words(left):
        return question
    is_opened = not question.strip().startswith(left.rstrip("?"))
    return left[0].upper() + left[1:] if is_opened else left


def bare(message: str) -> str:
    """Return a message without courtesies around it, even if nothing is left."""
    left = without_greeting(message.strip())
    while (closing := _CLOSING.search(left)) and closing.start() > 0:
        left = (left[: closing.start()].rstrip() + closing[1]).strip()
    opening = _OPENING.match(left)
    return left[opening.end() :] if opening else left


_COMMON = 30_000
"""English words that a typo may stand for; the rarer ones are only known not to be typos."""

_SHORTEST = 4
_LONG = 8
"""Minimum letters of a word that may have two typos."""

_LONG_NAME = 6
"""Minimum letters of a capitalised word that may be an ordinary word of the articles, or have a
wrong letter in it: "Lund" is not "Lind"."""

ORDERS = frozenset(
    "name list define count compare give show tell translate summarise summarize".split()
)
"""Verbs that a question may begin with."""

_FIRST_WORDS = [
    word for kind in (QUESTION_WORDS, AUXILIARIES, PREPOSITIONS, ORDERS) for word in sorted(kind)
]
"""Words that a question begins with, the likeliest kind first."""

_TYPED = re.compile(rf"\b{LETTERS}+(?![\d_]|['’]t\b)")  # not the "doesn" of "doesn't"


def correct(question: str, index: PassageIndex) -> str:
    """Return a question with its typos corrected, unchanged if it has none."""
    corrected, end = [], 0
    for match in _TYPED.finditer(question):
        if _may_be_typo(match[0]) and not is_word(match[0], index):
            meant = _nearest(match[0], index, is_first=match.start() == 0)
            corrected += [question[end : match.start()], meant]
            end = match.end()
    return "".join([*corrected, question[end:]])


def is_word(word: str, index: PassageIndex) -> bool:
    """Return whether a word is English, or in the articles in either singular or plural."""
    lowered = word.lower()
    numbers = (lowered, f"{lowered}s", lowered.removesuffix("s"))
    if any(n in index.vocabulary for n in numbers) or is_english_word(lowered):
        return True
    return len(index.vocabulary) >= MOST_WORDS and index.holds(word)  # a rare word of a big corpus


def _may_be_typo(word: str) -> bool:
    return len(word) >= _SHORTEST and word.isascii() and not word.isupper()


def _nearest(word: str, index: PassageIndex, *, is_first: bool) -> str:
    """Return the word that a typo stands for, the typo itself if there is none.

    The fewest typos win (a swap of two neighbours counts as one: optimal string alignment), then a
    word with the same letters, then one from the articles, then the commoner one.
    """
    is_name = word[0].isupper()
    most = 1 if is_name or len(word) < _LONG else 2
    near = list(_within(word, list(index.vocabulary), most, elsewhere=False))
    if not is_name or is_first:
        near += _within(word, _FIRST_WORDS if is_name else _common(), most, elsewhere=True)
    for candidate in sorted(near):
        form = candidate.word if candidate.elsewhere else index.vocabulary[candidate.word]
        is_safe = candidate.elsewhere or not is_name or len(word) >= _LONG_NAME
        if is_safe or (form[0].isupper() and _has_same_letters(word.lower(), candidate.word)):
            return form[0].upper() + form[1:] if word[0].isupper() else form
    return word


def _has_same_letters(typed: str, meant: str) -> bool:
    """Return whether letters are only missing, added, swapped or without their accent."""
    return len(typed) != len(meant) or sorted(typed) == sorted(meant) or not meant.isascii()


class _Candidate(NamedTuple):
    """A word near a typo; the likeliest one sorts first."""

    typos: int
    other_letters: bool
    elsewhere: bool
    rank: int
    word: str


def _within(
    word: str, choices: Sequence[str], most: int, *, elsewhere: bool
) -> Iterator[_Candidate]:
    """Yield the choices (in lower case, the commonest first) within `most` typos of a word."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    typed = word.lower()
    found = process.extract(typed, choices, scorer=OSA.distance, score_cutoff=most, limit=8)
    for near, typos, rank in found:
        if len(near) >= _SHORTEST - 1:
            other_letters = sorted(near) != sorted(typed)
            yield _Candidate(int(typos), other_letters, elsewhere, rank, near)


@cache
def _common() -> list[str]:
    lines = english_words().decode().split("\n", _COMMON + 1)[1:-1]
    return [line.split(" ")[0] for line in lines]


_FILE = Path(__file__).with_name("aliases.toml")
_DIRECTIONS = frozenset(("the north", "the south"))
_PLACE = (
    r"(?!\s+(?:of|korea\w*|america\w*|atlantic|pacific|pole|sea|china|africa\w*|(?-i:[A-Z]))|-|\w)"
)
_NO_TIME = r"(?!(?<=\d\s)pm\b)"  # "5 PM"
_NAME_BEFORE = re.compile(r"(?<![\w-])[^\W\d_a-z][\w-]*+\s+$")
_NAME_AFTER = re.compile(r"\s+[^\W\d_a-z]")


def expand(question: str, index: PassageIndex, *, directions: bool = True) -> str:
    """Return a question with its aliases as the articles write them.

    directions: whether "the North" and "the South" are the Koreas; they may be parts of a country.
    """
    return _forms_pattern().sub(lambda match: _written(match, index, directions), question)


def _written(match: re.Match[str], index: PassageIndex, directions: bool) -> str:
    typed = match[0].replace("’", "'")
    if typed.lower() in _DIRECTIONS and not directions:
        return match[0]
    bare = _bare(typed)
    has_article = bare != typed
    if bare.lower() in _ambiguous() and not (bare.isupper() or has_article):
        return match[0]
    if _is_part(bare, match):
        return match[0]
    forms = _names().get(bare.lower(), ())  # none for "TÜRKİYE", whose İ has no one lower case
    if typed.lower() not in _DIRECTIONS and _stands(bare, index):
        return match[0]
    for form in forms:
        if _bare(form) != bare and _stands(_bare(form), index):
            own = next(f for f in forms if _bare(f).lower() == bare.lower())
            bears_none = not has_article and _bare(own) != own
            return _bare(form) if bears_none else form
    return match[0]


def _is_part(bare: str, match: re.Match[str]) -> bool:
    """Return whether a name stands in a longer one ("Tom Holland"); an abbreviation never does."""
    if bare.isupper() or bare.islower():
        return False
    before = _NAME_BEFORE.search(match.string, 0, match.end() - len(bare))
    if before is not None and names(before[0]):  # not "Does", nor "May"
        return True
    return _NAME_AFTER.match(match.string, match.end()) is not None


def _stands(form: str, index: PassageIndex) -> bool:
    """Return whether the articles have a form; an abbreviation only as written."""
    if " " in form or "-" in form:
        return index.holds(form)
    written = index.vocabulary.get(form.lower())
    return written is not None and (written == form or form.lower() not in _ambiguous())


def _bare(form: str) -> str:
    return re.sub(r"^the\s+", "", form, flags=re.IGNORECASE)


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Map every form, without its article and in lower case, to all forms of its name."""
    return {_bare(form).lower(): tuple(forms) for forms in _file()["names"] for form in forms}


@cache
def _ambiguous() -> frozenset[str]:
    return frozenset(_file()["ambiguous"])


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


@cache
def _forms_pattern() -> re.Pattern[str]:
    forms = sorted(_names().keys() - {"north", "south"}, key=len, reverse=True)
    alternatives = "|".join(re.escape(form).replace(r"'", "['’]") for form in forms)
    return re.compile(
        rf"(?<![\w.]){_NO_TIME}"
        rf"(?:the\s+(?:north|south)\b{_PLACE}|(?:the\s+)?(?:{alternatives})(?!\w))",
        re.IGNORECASE,
    )


_MOST_QUESTIONS = 5
"""A line with more questions than this is read as one text, as typed."""

_AFTER_MARK = re.compile(r"(?<=\?)[\s?!.]+(?=\w)")
_ASKING = "|".join(QUESTION_WORDS)
_PREPOSITION = r"(?:(?:at|by|for|from|in|on|to|with|since|until|under)\s+)?"
_END = re.compile(r"(?:[ ,;]|(?<!\.\w)\.)+$")
"""What a question mark replaces; the last full stop of "U.N." belongs to the word."""

_JOINT = re.compile(
    rf"(?:\s*;|(?:\s*[,;])?\s+(?:and|but|or|also))\s+(?:also\s+|then\s+)?"
    rf"(?={_PREPOSITION}(?:{_ASKING})\s+\S+\s+\S+|(?:did|does|do)\s+\S+\s+\S+|"
    r"(?:is|are|was|were|has|have|can|could|will|would|should)\s+"
    r"(?:he|she|it|they|(?-i:[A-Z][\w’']*))\s+\S+)",
    re.IGNORECASE,
)
_FURTHER = re.compile(
    rf"(?:(?:and|but|or|also|then)\b|{_PREPOSITION}(?:{_ASKING})\b|(?:{'|'.join(AUXILIARIES)})\b|"
    r"(?:please\s+)?(?:name|list|compare)\s+\S+\s+\S+)",
    re.IGNORECASE,
)
"""How a question after the first of its line begins; it may be a fragment ("Why?")."""


def split(question: str) -> list[str]:
    """Return the questions of a line in order: one, as typed, unless it is clearly more."""
    pieces = [part for piece in _AFTER_MARK.split(question) for part in _at_joint(piece)]
    first, *rest = pieces
    begins = (first.endswith("?") and bool(content_words(first))) or _is_whole(first)
    is_several = begins and any(_FURTHER.match(piece) for piece in rest)
    if not is_several or len(pieces) > _MOST_QUESTIONS:
        return [question]
    return [piece if piece.endswith("?") else _END.sub("", piece) + "?" for piece in pieces]


def _at_joint(piece: str) -> list[str]:
    """Split a sentence before each further question in it.

    What comes before must be a question by itself: it begins with its only question word, or with
    an auxiliary ("Did").
    """
    for joint in _JOINT.finditer(piece):
        before = piece[: joint.start()]
        if _is_whole(before):
            return [before, *_at_joint(piece[joint.end() :])]
    return [piece]


def _is_whole(text: str) -> bool:
    words = lower_tokens(text)
    asking = [n for n, word in enumerate(words) if word in QUESTION_WORDS]
    inverted = bool(words) and words[0] in AUXILIARIES
    begins = asking == [0] or (asking == [1] and not inverted) or (inverted and not asking)
    return begins and len(words) > 2 and bool(content_words(text))


def is_keywords(text: str) -> bool:
    """Return whether a text neither asks nor orders anything: "steel tariffs date"."""
    found = [re.split("['’]", word)[0] for word in lower_tokens(text)]  # "what's"
    ordered = bool(found) and (found[0] in AUXILIARIES or found[0] in ORDERS)
    return not ordered and QUESTION_WORDS.isdisjoint(found)
