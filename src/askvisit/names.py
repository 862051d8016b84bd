"""The names that articles mention: people, places and anything else that is capitalised.

They are recognised by capital letters inside sentences, and by which words the article also writes
in lower case; titles before them are left out. Of the forms in an article, "Veleva" is "Radostina
Veleva" if only one name ends that way; of several, the one introduced earlier.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile, pairwise
from typing import TYPE_CHECKING

from askvisit.caching import remembered
from askvisit.name_kinds import KINDS, NameInContext, NameKind, kinds
from askvisit.name_spans import has_separate_lines, spans
from askvisit.records import Article, Citation, Sentence, Span
from askvisit.speakers import citation_of
from askvisit.text import (
    CALENDAR,
    PREPOSITIONS,
    content_words,
    ends_sentence,
    is_english_word,
    is_past,
    one_line,
    words,
)

if TYPE_CHECKING:
    from askvisit.index import PassageIndex

_MEGABYTES = 64

_TITLES = frozenset(
    "president chancellor premier minister senator governor gov mayor king queen prince princess "
    "mr mrs ms miss madam dr prof professor sir lord lady baroness dame general gen colonel col "
    "major captain capt commander lieutenant lt sergeant sgt corporal private admiral officer "
    "inspector detective judge justice father sister brother reverend rev pope bishop archbishop "
    "cardinal rabbi imam sheikh chief coach economist analyst lawyer spokesman spokeswoman "
    "secretary secretary-general vice-president".split()
)
_OF_A_TITLE = frozenset(
    "prime vice deputy assistant acting interim former first attorney foreign affairs home "
    "homeland security interior finance treasury economy defence defense state justice health "
    "education culture trade commerce energy power environment transport agriculture labour labor "
    "planning".split()
)
"""Words of a title in front of, or after "of" or "for" behind, one of `_TITLES`."""

_OFFICES = frozenset("PM MP MSP MEP VP CEO DA".split())
"""Titles that look like the initials of a name. They are never one."""

_JOINED = frozenset("of the for and".split())
"""Words in lower case that join the parts of a name."""

_ORDERS = frozenset("ask bring give help keep let make put stop take tell".split())
"""Verbs that begin a sentence before a name: "Make Lind pay"."""

_NO_NAMES = {"christmas", "easter", *(name.lower() for name in CALENDAR)}
_NO_NOUN = re.compile(r".*ly|last|next|early|late|today|yesterday|tomorrow|who|whose")
_OF_A_PLACE = re.compile(r"\b(?:in|at|near|outside|towards?|across|into)\s+$", re.IGNORECASE)
_A_RELATIVE = re.compile(r"\b(?:his|her|their|my|our)\s+\w+,?\s+$", re.IGNORECASE)

_HEADINGS: dict[NameKind, str] = {"person": "People", "place": "Places", "other": "Other names"}

_Token = tuple[int, str]
"""Where a word begins, and the word."""


@dataclass(frozen=True)
class Mention:
    """One mention of a name: absolute offsets in the article, inside `sentence`."""

    sentence: Sentence
    start: int
    end: int

    @property
    def form(self) -> str:
        """The name as written there."""
        return one_line(self.sentence.text[self._offset : self.end - self.sentence.start])

    @property
    def before(self) -> str:
        """The sentence up to it."""
        return self.sentence.text[: self._offset]

    @property
    def after(self) -> str:
        """The sentence after it."""
        return self.sentence.text[self.end - self.sentence.start :]

    @property
    def is_first(self) -> bool:
        """Whether it begins a sentence, possibly a quoted one, or a line that stands alone."""
        lines = has_separate_lines(self.sentence.text)
        before = self.before.rpartition("\n")[2] if lines else self.before
        return re.search(r"(?:^|[.!?:–—][\"”’]?\s+|[“‘(]\s*|\"|\s-\s)$", before) is not None

    @property
    def is_adjective(self) -> bool:
        """Whether it only modifies a noun: "Turkish soldiers", "a Greek yard"."""
        next_word = re.match(r"[\s-]+([a-z][\w-]*)", self.after)
        if next_word is None:
            return False
        word = next_word[1]
        is_other = _NO_NOUN.fullmatch(word) or word in PREPOSITIONS or is_past(word)
        return not is_other and bool(content_words(word))

    @property
    def is_quoted(self) -> bool:
        """Whether it has quotation marks of its own, like the title of a work."""
        return self.before.endswith(("“", '"')) and self.after.startswith(("”", '"'))

    @property
    def _offset(self) -> int:
        return self.start - self.sentence.start


def _mentions_in(sentence: Sentence, small: Collection[str]) -> Iterator[Mention]:
    """Yield the names in a sentence without titles or leading plain words.

    small: the words that the article also writes in lower case.
    """
    for start, end in spans(sentence.text):
        whole = Mention(sentence, sentence.start + start, sentence.start + end)
        if whole.is_quoted:
            yield whole
            continue
        tokens = [(start + m.start(), m[0]) for m in re.finditer(r"\S+", sentence.text[start:end])]
        first = tokens[0][1].lower()
        if whole.is_first and len(tokens) > 1 and (first in small or first in _ORDERS):
            tokens.pop(0)
        for inside in _between_titles(tokens):
            left, right = inside[0][0], inside[-1][0] + len(inside[-1][1])
            form = sentence.text[left:right]
            form = form if re.search(r"\b\w\.$", form) else form.rstrip(".,;:")
            if len(form) > 1:
                yield Mention(sentence, sentence.start + left, sentence.start + left + len(form))


def _between_titles(tokens: Sequence[_Token]) -> Iterator[Sequence[_Token]]:
    """Yield the names around titles: "U.S." and "Ola Moe" in "U.S. Vice President Ola Moe".

    At the end, a title of one word may be a name ("Major"), one of more may not ("Prime Minister").
    """
    parts: list[list[_Token]] = [[]]
    for n, token in enumerate(tokens):
        is_name = n + 1 == len(tokens) and _before_title(parts[-1]) == parts[-1]
        is_title = token[1].lower().rstrip(".") in _TITLES and not is_name
        if is_title or token[1] in _OFFICES:
            parts.append([])
        else:
            parts[-1].append(token)
    for n, part in enumerate(parts):
        name = _before_title(part) if n + 1 < len(parts) else part
        name = _after_title(name) if n else name
        if name:
            yield name


def _before_title(tokens: Sequence[_Token]) -> Sequence[_Token]:
    """Drop what belongs to the title behind: "Prime", but not the end of "Ministry of Defence"."""
    rest = list(dropwhile(lambda token: token[1].lower() in _OF_A_TITLE, reversed(tokens)))
    return tokens if rest and rest[0][1].lower() in _JOINED else rest[::-1]


def _after_title(tokens: Sequence[_Token]) -> Sequence[_Token]:
    """Drop what belongs to the title before: "of State", and of "of Norway Per Strand" the "of"."""
    if not tokens or tokens[0][1].lower() not in _JOINED:
        return tokens
    left_out = _JOINED | _OF_A_TITLE
    return list(dropwhile(lambda token: token[1].lower() in left_out, tokens))


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
    inside = {word for s in sentences for word in words(s.text)[2:] if word[0].isupper()}
    firsts = (pair for s in sentences for pair in pairwise(words(s.text)[:2]))
    small |= {a.lower() for a, b in firsts if b in inside and a not in inside and _is_gerund(a)}
    found: list[Mention] = []
    for sentence in sentences:
        if sentence.paragraph > 1 or not _is_title_case(sentence.text):
            found.extend(_mentions_in(sentence, small))
    by_form: dict[str, list[Mention]] = defaultdict(list)
    for mention in found:
        by_form[mention.form.casefold()].append(mention)
    ends = _last_words({mention.form for mention in found})
    groups = _merged([group for group in by_form.values() if _is_name(group, small, ends)])
    return [ArticleName(_fullest(group), tuple(group)) for group in groups]


def _is_gerund(word: str) -> bool:
    """Return whether a word is an English verb with "ing"; "Sterling" is none."""
    verb = word.lower().removesuffix("ing")
    verbs = (verb, verb + "e", re.sub(r"(.)\1$", r"\1", verb))  # calling, making, putting
    return word.endswith("ing") and len(verb) > 2 and any(map(is_english_word, verbs))


_names_in = remembered(_MEGABYTES)(of_article)


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


_Fuller = dict[str, list[list[Mention]]]
"""The names, as groups of mentions, that a form may stand for."""


def _last_words(forms: Iterable[str]) -> set[str]:
    """Return the words that longer names end with and may be shortened to."""
    long = (form.split() for form in forms)
    return {form[-1] for form in long if len(form) > 1 and not _JOINED.intersection(form)}


def _merged(groups: list[list[Mention]]) -> list[list[Mention]]:
    """Merge short forms into the one name that they may stand for, before or else after them."""
    groups.sort(key=lambda group: group[0].start)
    forms = {_undotted(group[0].form) for group in groups}
    fuller: _Fuller = defaultdict(list)
    for group in groups:
        if not _join(group, fuller):
            for short in forms.intersection(_short_forms(group[0].form)):
                fuller[short].append(group)
    kept = [group for group in groups if group]
    for group in sorted(kept, key=lambda group: len(group[0].form.split())):
        _join(group, fuller)
    merged = [sorted(group, key=lambda m: m.start) for group in kept if group]
    return sorted(merged, key=lambda group: group[0].start)


def _join(group: list[Mention], fuller: _Fuller) -> bool:
    """Move a form's mentions to the one name it may stand for; return whether there is one."""
    longer = [
        other
        for other in fuller.get(_undotted(group[0].form), ())
        if other and other is not group and _stands_for(group, other[0])
    ]
    if len(longer) != 1:
        return False
    longer[0].extend(group)
    group.clear()
    return True


def _short_forms(full: str) -> Iterator[str]:
    """Yield a name's initials, and its beginnings and ends of any number of words."""
    parts = full.split()
    yield _initials(parts)
    for n in range(1, len(parts)):
        yield " ".join(parts[:n])
        yield " ".join(parts[n:])


def _initials(parts: Iterable[str]) -> str:
    return "".join(word[0] for word in parts if word.lower() not in _JOINED)


def _undotted(form: str) -> str:
    """Return initials without full stops, and any other form as it is."""
    return form.replace(".", "") if _is_acronym(form) else form


def _is_acronym(form: str) -> bool:
    return form.isupper() and len(form) > 1 and " " not in form


def _stands_for(group: Sequence[Mention], full: Mention) -> bool:
    """Return whether a form is a name's end, initials or, if no mention forbids it, beginning."""
    short = group[0].form
    ours, theirs = short.split(), full.form.split()
    if _is_acronym(short):
        return _initials(theirs) == _undotted(short)
    if len(ours) >= len(theirs) or _JOINED.intersection(theirs):
        return False
    if theirs[-len(ours) :] == ours:
        return True
    return theirs[: len(ours)] == ours and all(_may_begin(mention, full) for mention in group)


def _may_begin(mention: Mention, full: Mention) -> bool:
    """Return whether a mention may be a first name: after the full one, and not of a place.

    Before it, a headline and "her sister Ola" name what the text then introduces.
    """
    in_headline = mention.sentence.paragraph == 1 and not ends_sentence(mention.sentence.text)
    known = mention.start > full.start or in_headline or _A_RELATIVE.search(mention.before)
    return bool(known) and _OF_A_PLACE.search(mention.before) is None


@dataclass(frozen=True)
class KeyName:
    """A name: its fullest form, all its forms, and where each mention is.

    `citations` has one entry per mention, in article and text order: `quote` is the sentence and
    `span` the form written there. `count` is their number. `kind` is also "other" if it is not
    certain whether the name is a person or a place.
    """

    name: str
    forms: tuple[str, ...]
    count: int
    citations: tuple[Citation, ...]
    kind: NameKind = "other"


def key_names(
    index: PassageIndex, articles: Sequence[str], most: int | None = None
) -> tuple[KeyName, ...]:
    """Return up to `most` of the names that articles mention, most mentioned first."""
    merged: dict[str, list[tuple[Article, Mention]]] = defaultdict(list)
    for article_id in articles:
        article = index.article(article_id)
        for found in _names_in(tuple(index.sentences(article_id))):
            merged[found.name.casefold()].extend((article, m) for m in found.mentions)
    ranked = sorted(merged.values(), key=lambda rows: -len(rows))[:most]
    in_context = [in_sentences([mention for _, mention in rows]) for rows in ranked]
    named = zip(ranked, in_context, kinds(in_context), strict=True)
    return tuple(_key_name(name.name, kind, rows) for rows, name, kind in named)


def _key_name(name: str, kind: NameKind, rows: Sequence[tuple[Article, Mention]]) -> KeyName:
    mentions = [mention for _, mention in rows]
    forms = dict.fromkeys([name, *(mention.form for mention in mentions)])
    citations = tuple(
        citation_of(n, article, Span(m.sentence, m.start, m.end, 1.0, 0.0), 1.0)
        for n, (article, m) in enumerate(rows, 1)
    )
    return KeyName(name, tuple(forms), len(rows), citations, kind)


def by_kind(found: Sequence[KeyName]) -> list[tuple[str, list[KeyName]]]:
    """Group names under a heading for each kind that occurs, keeping their order."""
    groups = {kind: [name for name in found if name.kind == kind] for kind in KINDS}
    return [(_HEADINGS[kind], names) for kind, names in groups.items() if names]
