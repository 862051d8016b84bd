"""Several questions in one line: "When did they meet, and who won?" is two."""

from __future__ import annotations

import re
from collections.abc import Iterator

from askvisit.text import AUXILIARIES, PREPOSITIONS, QUESTION_WORDS, content_words, lower_tokens

_MOST = 5
"""A line with more questions than this is read as one text, as typed."""

_AFTER_MARK = re.compile(r"(?<=\?)[\s?!.]+(?=\w)")
_QUOTATION = re.compile(r"“[^”]*”|(?<!\w)\"[^\"]*\"|‘(?:[^’]|’(?=\w))*’")
_ASKING = "who|whom|whose|what|which|when|where|why|how"
_PREPOSITION = r"(?:(?:at|by|for|from|in|on|to|with|since|until|under)\s+)?"
_DO = rf"do(?!\s+(?:{'|'.join(sorted(PREPOSITIONS))})\b)"
"""Not the end of "What did Kim say and do at the summit?"."""

_END = re.compile(r"(?:[ ,;]|(?<!\.\w)\.)+$")
"""What a question mark replaces; the last full stop of "U.N." belongs to the word."""

_JOINT = re.compile(
    rf"(?:\s*;|(?:\s*[,;])?\s+(?:and|but|or|also))\s+(?:also\s+|then\s+)?"
    rf"(?={_PREPOSITION}(?:{_ASKING})\s+\S+\s+\S+|(?:did|does|{_DO})\s+\S+\s+\S+|"
    r"(?:is|are|was|were|has|have|can|could|will|would|should)\s+"
    r"(?:he|she|it|they|(?P<name>(?-i:[A-Z][\w’']*)))\s+\S+)",
    re.IGNORECASE,
)
_MODALS = frozenset("can could might must shall should will would".split())  # "may" is a month too
_FURTHER = re.compile(
    rf"(?:(?:and|but|or|also|then)\b|{_PREPOSITION}(?:{_ASKING})\b|(?:{'|'.join(AUXILIARIES)})\b|"
    r"(?:please\s+)?(?:name|list|compare)\s+\S+\s+\S+)",
    re.IGNORECASE,
)
"""How a question after the first of its line begins; it may be a fragment ("Why?")."""


def split(question: str) -> list[str]:
    """Return the questions of a line in order: one, as typed, unless it is clearly more."""
    first, *rest = [part for piece in _at_mark(question) for part in _at_joint(piece)]
    begins = (first.endswith("?") and bool(content_words(first))) or _is_whole(first)
    is_several = begins and any(_FURTHER.match(piece) for piece in rest)
    asking = [first, *(piece for piece in rest if _asks(piece))]
    if not is_several or len(asking) > _MOST:
        return [question]
    return [piece if piece.endswith("?") else _END.sub("", piece) + "?" for piece in asking]


def _asks(piece: str) -> bool:
    """Return whether a piece asks something by itself, unlike "Tell me." and "Trump or Biden?"."""
    held = lower_tokens(piece)
    asks = piece.endswith("?") and (held[:1] == ["any"] or not QUESTION_WORDS.isdisjoint(held))
    return asks or _FURTHER.match(piece) is not None


def _at_mark(line: str) -> Iterator[str]:
    """Split a line after each question mark, but for those in a quotation."""
    start = 0
    for mark in _AFTER_MARK.finditer(line):
        if not _is_quoted(line, mark.start()):
            yield line[start : mark.start()]
            start = mark.end()
    yield line[start:]


def _is_quoted(text: str, offset: int) -> bool:
    return any(said.start() < offset < said.end() for said in _QUOTATION.finditer(text))


def _at_joint(piece: str) -> list[str]:
    """Split a sentence before each further question in it.

    What comes before must be a question by itself: it begins with its only question word, or with
    an auxiliary ("Did").
    """
    parts: list[str] = []
    while True:
        joint = next((j for j in _JOINT.finditer(piece) if _divides(j)), None)
        if joint is None:
            return [*parts, piece]
        parts.append(piece[: joint.start()])
        piece = piece[joint.end() :]


def _divides(joint: re.Match[str]) -> bool:
    """Return whether one question ends at a joint.

    It may go on with an auxiliary and a name, if there is no comma and its question word is the
    subject ("Who founded Apple and is Tim Cook's mentor?"), or a verb is missing ("he can and").
    """
    before = joint.string[: joint.start()]
    held = lower_tokens(before)
    may_go_on = joint["name"] is not None and set(",;").isdisjoint(joint[0])
    goes_on = may_go_on and (AUXILIARIES.isdisjoint(held) or held[-1] in _MODALS)
    is_quoted = _is_quoted(joint.string, joint.start())
    return _is_whole(before) and not goes_on and not is_quoted


def _is_whole(text: str) -> bool:
    words = lower_tokens(text)
    asking = [n for n, word in enumerate(words) if word in QUESTION_WORDS]
    inverted = bool(words) and words[0] in AUXILIARIES
    begins = asking == [0] or (asking == [1] and not inverted) or (inverted and not asking)
    return begins and len(words) > 2 and bool(content_words(text))
