"""Scores on one scale: cosines of whichever encoder, and z-scores of any.

Weights and thresholds are fitted to the cosines of the default encoder. For others (E5), texts that
have nothing to do with each other may be far more similar. Their cosines are stretched so that
unrelated texts are as similar as for the default encoder, and 1 stays 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import fmean
from typing import TYPE_CHECKING

from askvisit.encoder import DEFAULT_SHA256
from askvisit.vectors import normalise

if TYPE_CHECKING:
    from askvisit.encoder import Encoder

UNRELATED = 0.05888
"""Mean cosine of the default encoder between these questions and sentences; 0.0857 for
all-mpnet-base-v2. Encoders with a lower one are left as they are."""

_QUESTIONS = (
    "Who won the match on Saturday?",
    "How much rain fell in the valley?",
    "When does the new library open?",
    "Why did the factory close?",
    "Which minister resigned?",
    "Where was the painting found?",
    "What do the doctors recommend?",
    "How many ships left the port?",
)
_SENTENCES = (
    "The orchestra played two symphonies before a full house.",
    "Farmers expect a poor harvest after the long drought.",
    "The court fined the company for selling faulty brakes.",
    "Engineers tested the bridge with forty loaded trucks.",
    "Pupils at the school grow beans in the yard.",
    "A comet will be visible above the northern hills.",
    "The bank raised interest rates for the third time.",
    "Rescuers freed a hiker who had fallen into a gorge.",
)


_MEANS: dict[str, float] = {}
"""Of each encoder in use, by its hash."""


def similarity(cosine: float, encoder: Encoder) -> float:
    """Return the cosine of a question and a text as the default encoder's would be."""
    if encoder.sha256 == DEFAULT_SHA256:
        return cosine
    if encoder.sha256 not in _MEANS:
        _MEANS[encoder.sha256] = min(max(UNRELATED, unrelated(encoder)), 0.999)
    return 1 - (1 - cosine) * (1 - UNRELATED) / (1 - _MEANS[encoder.sha256])


def unrelated(encoder: Encoder) -> float:
    """Return an encoder's mean cosine between questions and sentences on other topics."""
    questions = normalise(encoder.encode_query(_QUESTIONS))
    return float((questions @ normalise(encoder.encode_document(_SENTENCES)).T).mean())


def z_scores(values: Sequence[float]) -> list[float]:
    """Return how many standard deviations each value is above the mean (all 0 if equal)."""
    if not values:
        return []
    mean = fmean(values)
    deviation = sqrt(fmean((value - mean) ** 2 for value in values))  # pstdev counts in fractions
    return [(value - mean) / deviation if deviation > 1e-9 else 0.0 for value in values]
