"""Greetings, thanks, farewells and questions about the assistant: a fixed response to each.

`smalltalk.toml` has about ten examples of each intent. A message is small talk if it equals one of
them, or if the encoder puts it nearer to one, by a margin, than to any example of a question about
the articles. Both thresholds were tuned so that none of 2,000 questions about news articles and of
the 15,447 turns of dialogues about them is taken for small talk.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from askvisit.encoder import Encoder
from askvisit.index import PassageIndex
from askvisit.rewriting.spelling import is_word
from askvisit.rewriting.wrapping import without_greeting
from askvisit.talk.intents import Intents, NearestIntent
from askvisit.talk.wording import nearest_word, words

_LONGEST = 10
"""Maximum number of words in small talk, after a greeting."""

_INTENTS = Intents(Path(__file__).with_suffix(".toml"))
_NEAREST = NearestIntent(_INTENTS, least=0.5, margin=0.25)


def respond(message: str, encoder: Encoder, index: PassageIndex) -> str | None:
    """Return the fixed response to small talk; None for anything else.

    What follows a greeting decides ("hi, who are you?"). Most questions are ruled out by their
    words alone: small talk has at most one that no example has, and not a name. It may be a typo,
    unless it is English or in the articles. Others are encoded.
    """
    intent = _intent(without_greeting(message), encoder, index)
    return responses()[intent] if intent else None


def _intent(message: str, encoder: Encoder, index: PassageIndex) -> str | None:
    typed = words(message)
    known = _INTENTS.vocabulary
    strange = [n for n, word in enumerate(typed) if word.word not in known]
    plain = [word.word for word in typed]
    if not typed or len(strange) > 1 or len(typed) > _LONGEST:
        return None
    for n in strange:
        if typed[n].start > typed[0].start and message[typed[n].start].isupper():
            return None  # a name
        is_typo = len(typed) > 2 and not is_word(plain[n], index)
        near = nearest_word(plain[n], known) if is_typo else None
        if near is None and len(typed) > 3:  # "is it going to rain"
            return None
        plain[n] = near or plain[n]
    return _NEAREST.of(" ".join(plain), encoder)


@cache
def responses() -> dict[str, str]:
    """Return the response to each intent, by its name."""
    return {name: table["response"] for name, table in _INTENTS.tables.items()}
