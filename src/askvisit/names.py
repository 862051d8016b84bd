"""The names that articles mention most: people, places and whatever else is written with a capital.

No model tells people from places; a name is told by its capital letters inside sentences, and by what
the articles also write small. Within an article, which introduces who it speaks of in full,
a later "Veleva" is "Radostina Veleva" where only one name ends so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from askvisit.index import PassageIndex
from askvisit.records import Article, Citation, Sentence, Span
from askvisit.rewriting.mentions import spans
from askvisit.text import content_words, words

_TITLES = frozenset(
    "president chancellor premier minister senator governor gov mayor king queen prince princess "
    "mr mrs ms miss madam dr prof professor sir lord lady baroness dame general gen colonel col "
    "major captain capt commander lieutenant lt sergeant sgt corporal private admiral officer "
    "inspector detective judge justice father sister brother reverend rev pope bishop archbishop "
    "cardinal rabbi imam sheikh chief coach economist analyst lawyer spokesman spokeswoman".split()
)
_NO_NAMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june "
    "july august september october november december christmas easter i ii iii".split()
)
_POSSESSIVE = re.compile(r"(?:[’']s|(?<=s)[’'])$")
_OF_A_PLACE = re.compile(
    r"\b(?:in|at|from|to|near|of|outside|towards?|across|into)\s+(?:the\s+)?$", re.IGNORECASE
)
_JOINED = frozenset("of the for and".split())

Vocabulary = Mapping[str, str]
"""Words in small letters, and how each is mostly written; see `PassageIndex.vocabulary`."""


@dataclass(frozen=True)
class KeyName:
    """A name: its fullest form, all its forms, and where each mention stands.

    `citations` are one for each mention, in the order of articles and text: `quote` is the sentence
    and `span` the form that is written there. `count` is how many there are.
    """

    name: str
    forms: tuple[str, ...]
    count: int
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class _Mention:
    sentence: Sentence
    start: int
    end: int

    @property
    def form(self) -> str:
        return " ".join(self._slice().split())

    @property
    def before(self) -> str:
        return self.sentence.text[: self.start - self.sentence.start]

    @property
    def after(self) -> str:
        return self.sentence.text[self.end - self.sentence.start :]

    @property
    def is_first(self) -> bool:
        """Whether a sentence, here or in quotation marks, begins with it."""
        return re.search(r"(?:^|[.!?:–—]\s+|[“\"‘(]\s*|\s-\s)$", self.before) is not None

    @property
    def is_adjective(self) -> bool:
        """Whether it only stands before a noun: "Turkish soldiers", "a Greek yard"."""
        noun = re.match(r"[\s-]+([a-z][\w-]*)", self.after)
        return noun is not None and bool(content_words(noun[1]))

    def _slice(self) -> str:
        return self.sentence.text[self.start - self.sentence.start : self.end - self.sentence.start]


def key_names(
    index: PassageIndex, articles: Sequence[str], most: int | None = None
) -> tuple[KeyName, ...]:
    """Return the names that articles mention, those mentioned most first; at most so many."""
    merged: dict[str, list[tuple[Article, _Mention]]] = defaultdict(list)
    for article_id in articles:
        article = index.article(article_id)
        for group in _of_article(index.sentences(article_id), index.vocabulary):
            merged[_fullest(group).casefold()].extend((article, mention) for mention in group)
    ranked = sorted(merged.values(), key=lambda rows: -len(rows))
    return tuple(_key_name(rows) for rows in ranked[:most])


def _key_name(rows: Sequence[tuple[Article, _Mention]]) -> KeyName:
    mentions = [mention for _, mention in rows]
    name = _fullest(mentions)
    forms = dict.fromkeys([name, *(mention.form for mention in mentions)])
    citations = tuple(
        Citation.of(n, article, Span(m.sentence, m.start, m.end, 1.0, 0.0), 1.0)
        for n, (article, m) in enumerate(rows, 1)
    )
    return KeyName(name, tuple(forms), len(rows), citations)


def _fullest(mentions: Iterable[_Mention]) -> str:
    """Return the longest form; of equals one that is not in capitals throughout."""
    return max((m.form for m in mentions), key=lambda form: (len(form.split()), not form.isupper()))


def _of_article(sentences: Sequence[Sentence], vocabulary: Vocabulary) -> list[list[_Mention]]:
    """Return an article's mentions, those of one name together, in the order of the text."""
    found: list[_Mention] = []
    for sentence in sentences:
        if not _is_title_case(sentence.text):
            found.extend(_mentions(sentence, vocabulary))
    by_form: dict[str, list[_Mention]] = defaultdict(list)
    for mention in found:
        by_form[mention.form.casefold()].append(mention)
    groups = [group for group in by_form.values() if _is_name(group, vocabulary)]
    return _merged(groups)


def _mentions(sentence: Sentence, vocabulary: Vocabulary) -> Iterable[_Mention]:
    """Yield the names of a sentence without titles, possessives and plain words in front."""
    for start, end in spans(sentence.text):
        tokens = [(m.start() + start, m[0]) for m in re.finditer(r"\S+", sentence.text[start:end])]
        is_first = _Mention(sentence, sentence.start + start, sentence.start + end).is_first
        while tokens and _is_prefix(tokens[0][1], vocabulary, is_first and len(tokens) > 1):
            tokens.pop(0)
        if tokens:
            start = tokens[0][0]
            form = _POSSESSIVE.sub("", sentence.text[start:end]).rstrip(".,;:")
            if form.endswith((".S", ".N", ".K", ".M")):  # "U.N." keeps its full stop
                form += "."
            if len(form) > 1:
                yield _Mention(sentence, sentence.start + start, sentence.start + start + len(form))


def _is_prefix(word: str, vocabulary: Vocabulary, is_first: bool) -> bool:
    plain = word.lower().rstrip(".")
    return plain in _TITLES or (is_first and vocabulary.get(plain, "").islower())


def _is_name(group: Sequence[_Mention], vocabulary: Vocabulary) -> bool:
    """Return whether a form is a name: somewhere inside a sentence, and no adjective or date."""
    form = group[0].form
    if form.casefold() in _NO_NAMES or not any(letter.isalpha() for letter in form):
        return False
    if " " in form:
        return True
    if vocabulary.get(form.lower(), "").islower():
        return False
    inside = [mention for mention in group if not mention.is_first]
    known = form.isupper() or vocabulary.get(form.lower()) == form
    return (bool(inside) or known) and not all(mention.is_adjective for mention in group)


def _merged(groups: list[list[_Mention]]) -> list[list[_Mention]]:
    """Join short forms to the one name before them that they may stand for."""
    groups.sort(key=lambda group: group[0].start)
    kept: list[list[_Mention]] = []
    for group in groups:
        longer = [g for g in kept if _stands_for(group, g[0].form)]
        if len(longer) == 1:
            longer[0].extend(group)
        else:
            kept.append(group)
    return [sorted(group, key=lambda m: m.start) for group in kept]


def _stands_for(group: Sequence[_Mention], full: str) -> bool:
    """Return whether a form is the end, the initials or, of no place, the beginning of a name."""
    short = group[0].form
    ours, theirs = short.split(), full.split()
    if short.isupper() and len(ours) == 1 and len(short) > 1:
        initials = "".join(word[0] for word in theirs if word.lower() not in _JOINED)
        return initials == short.replace(".", "")
    if len(ours) >= len(theirs) or _JOINED.intersection(theirs):
        return False
    if theirs[-len(ours) :] == ours:
        return True
    return theirs[: len(ours)] == ours and not any(_OF_A_PLACE.search(m.before) for m in group)


def _is_title_case(text: str) -> bool:
    """Return whether most words begin with a capital, as in some headlines."""
    long = [word for word in words(text) if len(word) > 3]
    return len(long) > 3 and sum(word[0].isupper() for word in long) > 0.7 * len(long)
