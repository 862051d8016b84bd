"""Several questions in one line: "When did they meet, and who won?" are two."""

from __future__ import annotations

import re

from askvisit.readings.mentions import AUXILIARIES, QUESTION_WORDS, tokens
from askvisit.words import content_words

_MOST = 5
"""More questions than this in a line are read as one text, as typed."""

_AFTER_MARK = re.compile(r"(?<=\?)[\s?!.]+(?=\w)")
_ASKING = "who|whom|whose|what|which|when|where|why|how"
_PREPOSITION = r"(?:(?:at|by|for|from|in|on|to|with|since|until|under)\s+)?"
_JOINT = re.compile(
    rf"(?:\s*[,;]\s*(?:and|but|or|also)?|\s+(?:and|but|or))\s+(?:also\s+|then\s+)?"
    rf"(?={_PREPOSITION}(?:{_ASKING})\s+\S+\s+\S+|(?:did|does|do)\s+\S+\s+\S+|"
    r"(?:is|are|was|were|has|have|can|could|will|would|should)\s+"
    r"(?:he|she|it|they|(?-i:[A-Z][\w’']*))\s+\S+)",
    re.IGNORECASE,
)


def split(question: str) -> list[str]:
    """Return the questions of a line in order: one, as typed, where it is not sure to be more."""
    pieces = [part for piece in _AFTER_MARK.split(question) for part in _at_joint(piece)]
    asking = [piece for n, piece in enumerate(pieces) if _asks(piece, first=n == 0)]
    if not 2 <= len(asking) <= _MOST or asking[0] != pieces[0]:
        return [question]
    return [piece if piece.endswith("?") else piece.rstrip(" ,;.") + "?" for piece in asking]


def _at_joint(piece: str) -> list[str]:
    """Cut a sentence before each further question that it holds.

    What comes before must be a question by itself: one question word, at the beginning.
    """
    parts: list[str] = []
    while True:
        joint = next((j for j in _JOINT.finditer(piece) if _is_whole(piece[: j.start()])), None)
        if joint is None:
            return [*parts, piece]
        parts.append(piece[: joint.start()])
        piece = piece[joint.end() :]


def _is_whole(text: str) -> bool:
    words = [word.lower() for word in tokens(text)]
    asking = [n for n, word in enumerate(words) if word in QUESTION_WORDS]
    inverted = bool(words) and words[0] in AUXILIARIES
    begins = asking == [0] or (asking == [1] and not inverted) or (inverted and not asking)
    return begins and len(words) > 2 and bool(content_words(text))


def _asks(piece: str, *, first: bool) -> bool:
    """Return whether a piece is a question; after the first one a fragment ("Why?") will do."""
    if first:
        return (piece.endswith("?") and bool(content_words(piece))) or _is_whole(piece)
    words = tokens(piece)
    return piece.endswith("?") or (bool(words) and words[0].lower() in QUESTION_WORDS | AUXILIARIES)
