"""Questions as people type them, made from well-written ones; the same seed gives the same ones.

Its aliases are those of newspapers' style books, not a copy of what askvisit knows.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from askvisit.evaluation.questions import Question
from askvisit.text import content_words, words

SEED = 20

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_WRAPPINGS = (
    "could you please tell me {}",
    "Hi, I'd like to know: {}",
    "do you happen to know {}",
    "Can you tell me {} Thank you!",
    "I was wondering {}",
)
_ALIASES = (
    (r"North Korea\b", ("DPRK", "NK", "the North", "N. Korea")),
    (r"South Korea\b", ("ROK", "the South", "S. Korea")),
    (r"China\b", ("PRC", "the PRC")),
    (r"U\.N\.", ("UN", "United Nations")),
    (r"(?:the )?U\.S\.", ("the US", "the United States", "the USA")),
    (r"(?<!Donald )Trump\b", ("Donald Trump", "President Trump")),
    (r"Kim\b(?! Jong)", ("Kim Jong Un", "Kim Jong-un")),
    (r"Xi\b(?! Jinping)", ("Xi Jinping", "President Xi")),
)


def lower(question: str, rng: random.Random) -> str:
    """Write without capitals and punctuation."""
    return " ".join(re.sub(r"[^\w\s]", "", question.lower()).split())


def typos(question: str, rng: random.Random) -> str:
    """Make one typo in each of two words of five letters or more (in one, where it has no two)."""
    long = [m for m in re.finditer(r"[^\W\d_]+", question) if len(m[0]) >= 5]
    for match in sorted(rng.sample(long, min(2, len(long))), key=lambda m: -m.start()):
        question = question[: match.start()] + _mistyped(match[0], rng) + question[match.end() :]
    return question


def keywords(question: str, rng: random.Random) -> str:
    """Keep the words that carry the topic."""
    kept = set(content_words(question))
    return " ".join(word.lower() for word in words(question) if word.lower() in kept)


def polite(question: str, rng: random.Random) -> str:
    """Wrap a question in courtesies."""
    return rng.choice(_WRAPPINGS).format(question[0].lower() + question[1:])


def alias(question: str, rng: random.Random) -> str:
    """Write the first name that has one by an alias."""
    for pattern, others in _ALIASES:
        if re.search(pattern, question):
            return re.sub(pattern, rng.choice(others), question, count=1)
    return question


KINDS: dict[str, Callable[[str, random.Random], str]] = {
    "lower case": lower,
    "typos": typos,
    "keywords": keywords,
    "polite": polite,
    "alias": alias,
}


def typed(questions: Sequence[Question], kind: str, seed: int = SEED) -> list[Question]:
    """Return the questions as typed in one kind, without those that it leaves as they are."""
    rng = random.Random(f"{kind} {seed}")
    made = [(q, KINDS[kind](q.question, rng)) for q in questions]
    return [replace(q, question=text) for q, text in made if text != q.question]


def _mistyped(word: str, rng: random.Random) -> str:
    """Swap two letters, drop, double or replace one, anywhere in a word."""
    made = word
    while made == word:
        at = rng.randrange(len(word))
        made = rng.choice(
            (
                word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
                word[:at] + word[at + 1 :],
                word[:at] + word[at] + word[at:],
                word[:at] + _beside(word[at], rng) + word[at + 1 :],
            )
        )
    return made


def _beside(letter: str, rng: random.Random) -> str:
    """Return a letter that stands beside another on a keyboard."""
    row = next((row for row in _ROWS if letter.lower() in row), letter.lower())
    at = row.index(letter.lower())
    other = rng.choice(row[max(0, at - 1) : at] + row[at + 1 : at + 2] or row)
    return other.upper() if letter.isupper() else other
