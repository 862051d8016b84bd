"""Extractive summaries: the most central sentences of an article.

LexRank (Erkan and Radev, 2004) ranks sentences as PageRank ranks pages: a sentence is central if it
is similar to central ones, where similarity is the cosine of the encoder's vectors. As in its
topic-sensitive form (Otterbacher, Erkan and Radev, 2005), the walk jumps to sentences in proportion
to their similarity to a topic, here the title. Maximal marginal relevance (Carbonell and Goldstein,
1998) passes over sentences that repeat a chosen one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from askvisit.passages import headline
from askvisit.records import Article, Sentence
from askvisit.text import ends_sentence
from askvisit.vectors import FloatArray, normalise

if TYPE_CHECKING:
    from askvisit.encoder import Encoder
    from askvisit.index import PassageIndex

_DAMPING = 0.5
"""Share of the walk that follows similarity; the rest jumps towards the title."""

_NOVELTY = 0.3
_FEWEST, _MOST = 3, 5
_FEWEST_WORDS = 5
_PASSAGES_READ = 40
"""Passages read of a long article: those most similar to the title."""

# A sentence that begins with one of these makes no sense without the one before it.
_LEANING = re.compile(
    r"(?:it|its|he|his|she|her|they|their|them|this|these|that|those|such|but|and|so|or|yet|"
    r"however|therefore|thus|instead|also|nor|neither|otherwise|meanwhile|then)\b",
    re.IGNORECASE,
)


def most_central(
    index: PassageIndex, encoder: Encoder, article: Article, count: int | None = None
) -> dict[Sentence, float]:
    """Return the scores of the most central sentences (0..1, the best has 1) in text order.

    count: how many; if None, one sentence in seven, at least three and at most five, but no more
    than half of a short article.
    """
    sentences = _candidates(index, encoder, article)
    if not sentences:
        return {}
    if count is None:
        half, seventh = -(-len(sentences) // 2), -(-len(sentences) // 7)
        count = min(half, max(_FEWEST, min(seventh, _MOST)))
    vectors = normalise(encoder.encode_document([article.title, *(s.text for s in sentences)]))
    scores = lexrank(vectors[1:], vectors[0])
    return {sentences[n]: float(scores[n]) for n in sorted(diverse(scores, vectors[1:], count))}


def lexrank(sentences: FloatArray, topic: FloatArray) -> NDArray[np.float64]:
    """Return the centrality of sentences (n × dimension) for a topic, the highest being 1.

    Vectors have length 1.
    """
    similar = np.clip(sentences @ sentences.T, 0, None).astype(np.float64)
    relevant = np.clip(sentences @ topic, 0, None).astype(np.float64)
    jump = _shares(relevant[np.newaxis])[0]
    followed = np.eye(len(jump)) - _DAMPING * _shares(similar).T
    rank = np.linalg.solve(followed, (1 - _DAMPING) * jump)
    centrality: NDArray[np.float64] = rank / rank.max()
    return centrality


def diverse(scores: NDArray[np.float64], vectors: FloatArray, count: int) -> list[int]:
    """Choose sentences by score and by how little each repeats the chosen ones; best score first.

    vectors: n × dimension, of length 1.
    """
    chosen: list[int] = []
    similar = vectors @ vectors.T
    repeats = np.zeros(len(scores))
    while len(chosen) < min(count, len(scores)):
        worth = (1 - _NOVELTY) * scores - _NOVELTY * repeats
        worth[chosen] = -np.inf
        chosen.append(int(worth.argmax()))
        repeats = np.maximum(repeats, similar[chosen[-1]])
    return sorted(chosen, key=lambda n: -scores[n])


def _shares(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale each row to sum to 1; a row of zeros becomes uniform."""
    sums = rows.sum(axis=1, keepdims=True)
    even = np.full_like(rows, 1 / rows.shape[1])
    shares: NDArray[np.float64] = np.divide(rows, sums, out=even, where=sums > 0)
    return shares


def _candidates(index: PassageIndex, encoder: Encoder, article: Article) -> list[Sentence]:
    """Return the sentences eligible for a summary: complete ones that stand alone."""
    has_headline = headline(article.text) is not None
    body = [s for s in _read(index, encoder, article) if s.paragraph > 1 or not has_headline]
    good = [s for s in body if _stands_alone(s.text)]
    return good or body


def _stands_alone(text: str) -> bool:
    whole = ends_sentence(text) and len(text.split()) >= _FEWEST_WORDS
    return whole and _LEANING.match(text) is None


def _read(index: PassageIndex, encoder: Encoder, article: Article) -> Sequence[Sentence]:
    """Return an article's sentences; for a long one, those in the passages nearest its title."""
    numbers = index.passage_range(article.id)
    if len(numbers) <= _PASSAGES_READ:
        return index.sentences(article.id)
    cosines = index.cosines(encoder.encode_query([article.title])[0], numbers)
    nearest = sorted(numbers, key=lambda n: -cosines[n])[:_PASSAGES_READ]
    passages = index.passages(nearest)
    found = {s for p in passages.values() for s in index.sentences(article.id, p.start, p.end)}
    return sorted(found, key=lambda sentence: sentence.start)
