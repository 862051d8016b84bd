"""Articles side by side: which of their sentences tell of one fact, and which say something new.

Nobody has asked a question here, so sentences are paired first: a logistic regression on their
cosine and their values, fitted by `python -m training.agreement --facts`, says how likely two tell
of the same. Whether they then say the same of it, `askvisit.values` decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from askvisit.grouping import group
from askvisit.passages import headline
from askvisit.ranking import Candidate, probabilities
from askvisit.records import Answer, Article, Sentence, Span
from askvisit.similarity import similarity
from askvisit.text import content_words, ends_sentence, stem, stems
from askvisit.values import Saying, same_probability
from askvisit.vectors import normalise

if TYPE_CHECKING:
    from askvisit.encoder import Encoder
    from askvisit.index import PassageIndex

WEIGHTS = {"intercept": -7.28, "cosine": 11.95, "agree": 2.38, "differ": 0.81}
"""Of the logistic regression: the cosine, and whether values of one kind agree or differ."""

_ONE_FACT = 0.35
"""The least probability of telling of one fact: on events dev two such sentences do in 0.64 of the
pairs by the answers marked there, and in 0.93 of those with answers marked in both."""

_REPEATED = 0.2
"""The least probability of having been said before. Of the sentences on events dev that have less,
0.70 say something new, of all 0.59; of what is new, 0.75 has less."""

_MOST_FACTS = 10
_LABEL = 4
"""Maximum numbers of facts compared, and of words that say what a fact is about."""

_DIFFERENCE = ("dispute", "newest", "earlier", "also", None)

Statement = tuple[Article, Sentence]


def facts(
    index: PassageIndex, encoder: Encoder, one: Sequence[Article], other: Sequence[Article]
) -> list[Answer]:
    """Return what two articles, or two papers, say of the same facts, what differs first.

    Each fact is an answer with a sentence of both sides in its groups; `question` has the words
    that both sentences share.
    """
    ours, theirs = statements(index, one), statements(index, other)
    if not ours or not theirs:
        return []
    likely = _one_fact(encoder, ours, theirs)
    found: list[Answer] = []
    while len(found) < _MOST_FACTS and likely.max() >= _ONE_FACT:
        row, column = np.unravel_index(int(likely.argmax()), likely.shape)
        found.append(_fact(index, ours[row][1], theirs[column][1], float(likely[row, column])))
        likely[row, :] = likely[:, column] = 0.0
    return sorted(found, key=lambda fact: _DIFFERENCE.index(fact.groups[0].relation))


def new(
    encoder: Encoder, sentences: Sequence[Statement], before: Sequence[Statement]
) -> list[Sentence]:
    """Return the sentences that say something which none of those before says."""
    if not sentences or not before:
        return [sentence for _, sentence in sentences]
    earlier = list(map(saying, before))
    said = _one_fact(encoder, sentences, before) * np.array(
        [[same_probability(ours, other) for other in earlier] for ours in map(saying, sentences)]
    )
    return [s for (_, s), most in zip(sentences, said.max(axis=1), strict=True) if most < _REPEATED]


def statements(index: PassageIndex, articles: Sequence[Article]) -> list[Statement]:
    """Return the sentences of articles, without headlines and what is no sentence."""
    return [
        (article, s)
        for article in articles
        for first in [1 if headline(article.text) is None else 2]
        for s in index.sentences(article.id)
        if s.paragraph >= first and ends_sentence(s.text)
    ]


def saying(said: Statement) -> Saying:
    """Return what a sentence of an article says, whatever is asked."""
    article, sentence = said
    return Saying.of(Span(sentence, None, None, 0.0, 0.0), article.date, "")


def pair_features(cosine: float, one: Saying, other: Saying) -> dict[str, float]:
    """Return what the probability that two sentences tell of one fact is computed from."""
    agrees = one.value.agrees(other.value)
    return {"cosine": cosine, "agree": float(agrees is True), "differ": float(agrees is False)}


def _one_fact(
    encoder: Encoder, ours: Sequence[Statement], theirs: Sequence[Statement]
) -> NDArray[np.float64]:
    """Return how likely each two sentences tell of one fact (ours × theirs)."""
    vectors = normalise(encoder.encode_document([s.text for _, s in (*ours, *theirs)]))
    cosines = vectors[: len(ours)] @ vectors[len(ours) :].T
    sayings = list(map(saying, theirs))
    rows = []
    for said, row in zip(map(saying, ours), cosines, strict=True):
        pairs = zip(sayings, row, strict=True)
        features = [pair_features(similarity(float(c), encoder), said, other) for other, c in pairs]
        rows.append(probabilities(WEIGHTS, features))
    return np.array(rows)


def _fact(index: PassageIndex, one: Sentence, other: Sentence, likely: float) -> Answer:
    """Return what two sentences say of a fact."""
    candidates = [
        Candidate(Span(sentence, None, None, likely, 0.0), likely, likely)
        for sentence in (one, other)
    ]
    groups = group(candidates, index.article, "")
    members = [member for found in groups for member in found.members]
    citations = tuple(sorted((m.citation for m in members), key=lambda c: c.number))
    about = _shared(one.text, other.text)
    return Answer.quoting(about, citations, likely, groups=groups, request="compare")


def _shared(one: str, other: str) -> str:
    """Return the words of a sentence that another has too: what both are about."""
    theirs = stems(other)
    shared = dict.fromkeys(
        word for word in content_words(one) if word.isalpha() and stem(word) in theirs
    )
    return ", ".join(list(shared)[:_LABEL]) or "also"
