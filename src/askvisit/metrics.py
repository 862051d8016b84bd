"""Answer metrics: normalised exact match and token F1 as in SQuAD, and AUROC."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation + "‘’“”")


def tokens(text: str) -> list[str]:
    """Return the words in lower case, without punctuation or English articles.

    Follows the evaluation script of Rajpurkar et al. 2016 (arXiv:1606.05250), except that the
    script keeps the typographic quotation marks of newspapers.
    """
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def exact_match(text: str, gold: Sequence[str]) -> float:
    """Return 1.0 if the tokens match those of a gold text, else 0.0."""
    return float(any(tokens(text) == tokens(item) for item in gold))


def token_f1(text: str, gold: Sequence[str]) -> float:
    """Return the best harmonic mean of token precision and recall over the gold texts."""
    return max(_f1(tokens(text), tokens(item)) for item in gold)


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """Return the probability that a positive outscores a negative (ties: half); None without both.

    This is the area under the ROC curve (the Mann-Whitney U over the number of pairs).
    """
    if not positives or not negatives:
        return None
    ranked = sorted(
        [(value, True) for value in positives] + [(value, False) for value in negatives]
    )
    rank_sum, at = 0.0, 0
    while at < len(ranked):
        end = at
        while end < len(ranked) and ranked[end][0] == ranked[at][0]:
            end += 1
        rank_sum += (at + 1 + end) / 2 * sum(positive for _, positive in ranked[at:end])
        at = end
    count = len(positives)
    return (rank_sum - count * (count + 1) / 2) / (count * len(negatives))


def auroc_of(scores: Sequence[tuple[bool, float]]) -> float | None:
    """Return the AUROC of (is positive, score) pairs."""
    return auroc([s for yes, s in scores if yes], [s for yes, s in scores if not yes])


def _f1(given: list[str], gold: list[str]) -> float:
    if not given or not gold:
        return float(given == gold)
    common = sum((Counter(given) & Counter(gold)).values())
    return 2 * common / (len(given) + len(gold))
