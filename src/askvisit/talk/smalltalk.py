"""Greetings, thanks, farewells and questions about the assistant itself: a fixed response each.

`smalltalk.toml` has about ten examples of each intent. A message is small talk where one of them is
the same, or nearer by the encoder, by a margin, than any example of a question to the articles.
Both limits were fitted: of 2,000 questions to news articles and the 4,983 turns of dialogues about
them, none may be taken for small talk.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from askvisit.encoder import Encoder
from askvisit.rewriting.wrapping import without_greeting
from askvisit.talk.wording import nearest_word, words
from askvisit.vectors import FloatArray, normalise

_LEAST = 0.5
"""Least cosine to an example."""

_MARGIN = 0.25
"""How much nearer an example must be than any question to the articles."""

_LONGEST = 10
"""Words of small talk at most, after a greeting."""

_encoded: WeakKeyDictionary[Encoder, tuple[FloatArray, FloatArray]] = WeakKeyDictionary()
_FILE = Path(__file__).with_suffix(".toml")


def respond(message: str, encoder: Encoder) -> str | None:
    """Return the fixed response to small talk, None for anything else.

    What follows a greeting decides ("hi, who are you?"). Most questions are told by their words
    alone: small talk has at most one that no example has, which is no name. Others are encoded.
    """
    intent = _intent(without_greeting(message), encoder)
    return responses()[intent] if intent else None


def _intent(message: str, encoder: Encoder) -> str | None:
    typed = words(message)
    strange = [n for n, word in enumerate(typed) if word.word not in _vocabulary()]
    plain = [word.word for word in typed]
    if not typed or len(strange) > 1 or len(typed) > _LONGEST:
        return None
    for n in strange:
        if typed[n].start > typed[0].start and message[typed[n].start].isupper():
            return None  # a name
        near = nearest_word(plain[n], _vocabulary()) if len(typed) > 2 else None
        if near is None and len(typed) > 3:  # "is it going to rain"
            return None
        plain[n] = near or plain[n]
    text = " ".join(plain)
    return _intents().get(text) or _nearest(text, encoder)


def _nearest(text: str, encoder: Encoder) -> str | None:
    """Return the intent of the nearest example, None where no example is near enough."""
    vector = normalise(encoder.encode([text]))[0]
    examples, questions = _vectors(encoder)
    likeness: NDArray[np.float32] = examples @ vector
    near = float(likeness.max())
    if near < _LEAST or near - float((questions @ vector).max()) < _MARGIN:
        return None
    return list(_intents().values())[int(likeness.argmax())]


@cache
def responses() -> dict[str, str]:
    """Return the response to each intent, by its name."""
    return {name: table["response"] for name, table in _tables().items()}


@cache
def _intents() -> dict[str, str]:
    """Return the intent of each example, which is written as messages are compared."""
    return {_plain(e): name for name, table in _tables().items() for e in table["examples"]}


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(word for example in _intents() for word in example.split())


def _vectors(encoder: Encoder) -> tuple[FloatArray, FloatArray]:
    """Return the vectors of the examples and of the questions, in their order."""
    if encoder not in _encoded:
        texts = list(_intents()), [_plain(question) for question in _file()["questions"]]
        _encoded[encoder] = normalise(encoder.encode(texts[0])), normalise(encoder.encode(texts[1]))
    return _encoded[encoder]


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def _tables() -> dict[str, dict[str, Any]]:
    return {name: table for name, table in _file().items() if name != "questions"}


def _plain(text: str) -> str:
    return " ".join(word.word for word in words(text))
