"""“Tell me more”: what stands after the last quote in its article.

`more.toml` has the examples. A message is one of these if all of its words are theirs, and the
encoder puts it nearer to one of them, by a margin, than to any question to the articles.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from askvisit.encoder import Encoder
from askvisit.index import PassageIndex
from askvisit.records import Answer, Citation, Sentence
from askvisit.rewriting.wrapping import without_greeting
from askvisit.talk import choice
from askvisit.talk.intents import Intents, NearestIntent
from askvisit.talk.wording import words

NOTHING_QUOTED = "Ask a question first. “Tell me more” then quotes what stands after the answer."
AT_THE_END = "Nothing stands after that in the article."

_SHOWN = 3
"""Sentences quoted at a time."""

_INTENTS = Intents(Path(__file__).with_suffix(".toml"))
_NEAREST = NearestIntent(_INTENTS, least=0.5, margin=0.1)


def is_asked_for(message: str, encoder: Encoder) -> bool:
    """Return whether a message asks for more, without saying of what."""
    plain = [word.word for word in words(without_greeting(message))]
    known = bool(plain) and _INTENTS.vocabulary.issuperset(plain)
    return known and _NEAREST.of(" ".join(plain), encoder) is not None


def last_quote(
    index: PassageIndex, history: Sequence[Answer], articles: Sequence[str] | None
) -> Answer | None:
    """Return the latest answer whose first citation is of an article that may be read on."""
    ids = choice.among(index, articles)
    return next(
        (a for a in reversed(history) if a.citations and a.citations[0].article_id in ids), None
    )


def after(index: PassageIndex, citations: Sequence[Citation]) -> list[Sentence]:
    """Return the sentences after the first citation in its article, without those cited."""
    first = citations[0]
    cited = {c.start for c in citations if c.article_id == first.article_id}
    below = index.sentences(first.article_id, first.end)
    return [s for s in below if s.start not in cited][:_SHOWN]
