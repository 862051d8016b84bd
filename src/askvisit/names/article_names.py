"""The names in one article.

They are recognised by capital letters inside sentences, and by which words the article also writes
in lower case. The column names in the rows of a table are no names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from askvisit.name_kinds import NameInContext
from askvisit.names.mentions import Mention, mentions_in
from askvisit.names.merging import last_words, merged, split
from askvisit.records import Sentence
from askvisit.text import MONTHS, ends_sentence, words

_NO_NAMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday jan feb mar apr jun jul aug sep sept "
    "oct nov dec christmas easter".split()
).union(month.lower() for month in MONTHS)


@dataclass(frozen=True)
class ArticleName:
    """A name in one article: its fullest form, and its mentions in text order."""

    name: str
    mentions: tuple[Mention, ...]

    @property
    def forms(self) -> tuple[str, ...]:
        """How it is written, fullest form first."""
        return tuple(dict.fromkeys([self.name, *(m.form for m in self.mentions)]))


def of_article(sentences: Sequence[Sentence]) -> list[ArticleName]:
    """Return the names in an article's sentences, in text order."""
    small = {word for s in sentences for word in words(s.text) if word.islower()}
    found: list[Mention] = []
    for sentence in sentences:
        if sentence.paragraph > 1 or not _is_title_case(sentence.text):
            found.extend(mentions_in(sentence, small))
    forms = {mention.form for mention in found}
    by_form: dict[str, list[Mention]] = defaultdict(list)
    for mention in (part for m in found for part in split(m, forms)):
        by_form[mention.form.casefold()].append(mention)
    ends = last_words(forms)
    groups = merged([group for group in by_form.values() if _is_name(group, small, ends)])
    return [ArticleName(_fullest(group), tuple(group)) for group in groups]


def in_sentences(mentions: Sequence[Mention]) -> NameInContext:
    """Return a name as its kind is judged by: its fullest form, and the text around it."""
    around = tuple((mention.before, mention.form, mention.after) for mention in mentions)
    return NameInContext(_fullest(mentions), around)


def _fullest(mentions: Iterable[Mention]) -> str:
    """Return the longest form; among equals, one that is not all capitals."""
    return max((m.form for m in mentions), key=lambda form: (len(form.split()), not form.isupper()))


def _is_name(group: Sequence[Mention], small: Collection[str], ends: Collection[str]) -> bool:
    """Return whether a form is a name: seen inside a sentence, and not an adjective or date.

    small: the words that the article also writes in lower case. ends: the last words of its longer
    names, which are names at the beginning of a sentence too.
    """
    form = group[0].form
    if form.lower().split()[-1].rstrip(".") in _NO_NAMES or form.lower() in small:
        return False
    if " " in form or form in ends or any(mention.is_quoted for mention in group):
        return True
    if all(mention.is_adjective for mention in group):
        return False
    return form.isupper() or any(not mention.is_first for mention in group)


def _is_title_case(text: str) -> bool:
    """Return whether a text looks like a headline: mostly capitalised, with no final full stop."""
    if ends_sentence(text):
        return False
    long = [word for word in words(text) if len(word) > 3]
    return len(long) > 3 and sum(word[0].isupper() for word in long) > 0.7 * len(long)
