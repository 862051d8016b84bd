"""Questions about another name: what a text says about one thing it does not say about another.

A question's name (or number) that occurs in a window is replaced by another one of the same kind
from the same article that the window does not mention. The window that answered no longer does.
Readers otherwise answer "When was the Halden Merchant built?" with what is said about the Halden
Trader.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from askvisit import name_kinds, names
from askvisit.name_spans import spans
from askvisit.passages import sentences
from askvisit.records import Article

_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?!\w)")


@dataclass(frozen=True)
class Named:
    """A name or number of an article: its kind, and its forms, the fullest first."""

    kind: str
    forms: tuple[str, ...]


def swapped(question: str, context: str, article: str, rng: random.Random) -> str | None:
    """Return the question about another name or number; None if there is none to use.

    context: the window that answers; article: the whole text, which has the other names.
    """
    known = named(article)
    by_form = {form.casefold(): one for one in known for form in one.forms}
    places = [*spans(question), *(match.span() for match in _NUMBER.finditer(question))]
    in_context, in_question = _words(context), _words(question)
    choices = []
    for start, end in places:
        written = question[start:end]
        own = by_form.get(written.casefold())
        if own is None or not _mentions(in_context, own):
            continue
        choices += [
            (start, end, form)
            for other in known
            if other.kind == own.kind
            and not _mentions(in_context, other)
            and not _mentions(in_question, other)
            for form in other.forms
            if _alike(form, written)
        ]
    if not choices:
        return None
    start, end, form = rng.choice(choices)
    return question[:start] + form + question[end:]


@lru_cache(maxsize=1024)
def named(article: str) -> Sequence[Named]:
    """Return the names and numbers of an article; the kind of a number is its length."""
    found = names.of_article(sentences(Article("article", "", article)))
    kinds = name_kinds.kinds([names.in_sentences(one.mentions) for one in found])
    numbers = dict.fromkeys(_NUMBER.findall(article))
    return [
        *(Named(kind, one.forms) for one, kind in zip(found, kinds, strict=True)),
        *(Named(f"{len(number)} digits", (number,)) for number in numbers),
    ]


def _alike(form: str, other: str) -> bool:
    """Return whether two forms have as many words, and are both in capitals or neither."""
    return len(form.split()) == len(other.split()) and form.isupper() == other.isupper()


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _mentions(said: set[str], name: Named) -> bool:
    """Return whether words include all those of the name in one of its forms."""
    return any(_words(form) <= said for form in name.forms)
