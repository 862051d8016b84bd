"""Where names stand in a sentence, without the titles around them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile

from askvisit import quotable
from askvisit.records import Sentence
from askvisit.rewriting.mentions import has_separate_lines, spans
from askvisit.text import PREPOSITIONS, content_words, ends_sentence
from askvisit.verbs import is_past

TITLES = frozenset(
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
"""Words of a title in front of, or after "of" or "for" behind, one of `TITLES`."""

_OFFICES = frozenset("PM MP MSP MEP VP CEO DA".split())
"""Titles that look like the initials of a name. They are never one."""

JOINED = frozenset("of the for and".split())
"""Words in lower case that join the parts of a name."""

_POSSESSIVE = re.compile(r"(?:[’']s|(?<=s)[’'])$")
_NO_NOUN = re.compile(r".*ly|last|next|early|late|today|yesterday|tomorrow|who|whose")
_COLUMN_NAME = re.compile(r"(?:^|; )([^:;\n]{1,60}): ")


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
        return " ".join(self._slice().split())

    @property
    def before(self) -> str:
        """The sentence up to it."""
        return self.sentence.text[: self.start - self.sentence.start]

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

    def _slice(self) -> str:
        return self.sentence.text[self.start - self.sentence.start : self.end - self.sentence.start]


def mentions_in(sentence: Sentence, small: Collection[str]) -> Iterator[Mention]:
    """Yield the names in a sentence without titles, possessives or leading plain words.

    small: the words that the article also writes in lower case.
    """
    columns = _column_names(sentence.text)
    for start, end in spans(sentence.text):
        if any(left <= start < right for left, right in columns):
            continue
        whole = Mention(sentence, sentence.start + start, sentence.start + end)
        if whole.is_quoted:
            yield whole
            continue
        tokens = [(start + m.start(), m[0]) for m in re.finditer(r"\S+", sentence.text[start:end])]
        if whole.is_first and len(tokens) > 1 and tokens[0][1].lower() in small:
            tokens.pop(0)
        for inside in _between_titles(tokens):
            left, right = inside[0][0], inside[-1][0] + len(inside[-1][1])
            form = _POSSESSIVE.sub("", sentence.text[left:right])
            form = form if re.search(r"\b\w\.$", form) else form.rstrip(".,;:")
            if len(form) > 1:
                yield Mention(sentence, sentence.start + left, sentence.start + left + len(form))


def _column_names(text: str) -> list[tuple[int, int]]:
    """Return the ranges of the column names if a text is a row of a table."""
    if ends_sentence(text) or quotable.ROW.fullmatch(text) is None:
        return []
    return [match.span(1) for match in _COLUMN_NAME.finditer(text)]


def _between_titles(tokens: Sequence[_Token]) -> Iterator[Sequence[_Token]]:
    """Yield the names around titles: "U.S." and "Ola Moe" in "U.S. Vice President Ola Moe".

    At the end, a title of one word may be a name ("Major"), one of more may not ("Prime Minister").
    """
    parts: list[list[_Token]] = [[]]
    for n, token in enumerate(tokens):
        is_name = n + 1 == len(tokens) and _before_title(parts[-1]) == parts[-1]
        is_title = token[1].lower().rstrip(".") in TITLES and not is_name
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
    return tokens if rest and rest[0][1].lower() in JOINED else rest[::-1]


def _after_title(tokens: Sequence[_Token]) -> Sequence[_Token]:
    """Drop what belongs to the title before: "of State", and of "of Norway Per Strand" the "of"."""
    if not tokens or tokens[0][1].lower() not in JOINED:
        return tokens
    left_out = JOINED | _OF_A_TITLE
    return list(dropwhile(lambda token: token[1].lower() in left_out, tokens))
