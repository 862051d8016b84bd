"""Hybrid retrieval: passages ranked for a question by meaning (dense) and words (BM25), fused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from math import log
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from askvisit.dates import publication_day
from askvisit.dates.asked import AskedTime
from askvisit.dates.asked import asked as asked_time
from askvisit.passages import passages as passages_of
from askvisit.passages import sentences as sentences_of
from askvisit.passages import windows
from askvisit.records import MANY, Article, ArticleMatch, Citation, Evidence, Hit, Passage, Window
from askvisit.similarity import similarity, z_scores
from askvisit.store import bm25_among, covered_among
from askvisit.vectors import normalise

if TYPE_CHECKING:
    from askvisit.encoder import Encoder
    from askvisit.index import PassageIndex

_POOL = 50
"""Passages taken from each of the two searches before they are fused."""

_BM25_WEIGHT = 0.75
"""Weight of the BM25 z-score next to the dense one; fitted, like those below, on news (train)."""

_LACKS_WEIGHT = 3.0
"""Penalty of a passage whose article, beside others, has no word of the question. Of 1,200
questions on 335 articles of the news training set the right article is ranked first for 0.53
without it, for 0.57 with it, and with any weight from 2 to 6."""

_UNTIMELY_WEIGHT = 3.0
"""Penalty of a passage whose article was published years away from the time asked about."""

_AS_MUCH = 0.15
"""How much less of a question an article covers than another that covers as much."""

_CITED_WEIGHT = 2.0
"""Bonus for a passage whose article the last answer quoted."""

_NEAR_WEIGHT = 1.5
"""Further bonus if the quote is in the passage; half of it `_NEAR` characters away."""

_NEAR = 400
"""Characters: the length of a news paragraph."""

_QUOTED = 12
"""Passages taken from each search of the articles that the last answer quoted."""


class Retriever:
    """Searches one snapshot of an index.

    today: the day from which times in questions are reckoned; without it they count for nothing.
    """

    def __init__(self, index: PassageIndex, encoder: Encoder, today: date | None = None) -> None:
        self._index = index
        self._encoder = encoder
        self._today = today

    def search(
        self, question: str, articles: Sequence[str] | None = None, cited: Sequence[Citation] = ()
    ) -> list[Hit]:
        """Return the passages that either search found, best first.

        A passage's fused score is its dense z-score plus three quarters of its BM25 z-score, both
        over the passages found, less what speaks against its article beside the others (words of
        the question that it lacks, another time than that asked about), plus a bonus if its article
        is `cited` by the last answer of the conversation, larger the nearer it is to the quote.
        `articles` restricts the search; raises `KeyError` if an id is unknown.
        """
        return self._found(question, articles, cited)[0]

    def _found(
        self, question: str, articles: Sequence[str] | None, cited: Sequence[Citation]
    ) -> tuple[list[Hit], dict[str, ArticleMatch], AskedTime | None]:
        """Return the passages that either search found, how their articles fit, and the time."""
        within = None if articles is None else [self._index.passage_range(a) for a in articles]
        vector = self._encoder.encode_query([question])[0]
        dense = dict(self._index.dense(vector, _POOL, within))
        bm25 = dict(self._index.bm25(question, _POOL, within))
        known = set(self._index.article_ids() if articles is None else articles) if cited else set()
        quoted = known.intersection(citation.article_id for citation in cited)
        if quoted:
            ranges = [self._index.passage_range(a) for a in quoted]
            dense |= dict(self._index.dense(vector, _QUOTED, ranges))
            bm25 |= dict(self._index.bm25(question, _QUOTED, ranges))
        dense |= self._index.cosines(vector, bm25.keys() - dense.keys())
        found = list(dense)
        passages = self._index.passages(found)
        names = sorted({passage.article_id for passage in passages.values()})
        several, today = len(names) > 1, self._today
        time = asked_time(question, today) if several and today is not None else None
        matches = self._matches(question, names, quoted, time)
        rows = [(passages[n], dense[n], bm25.get(n, 0.0)) for n in found]
        return _hits(rows, self._encoder, matches, cited), matches, time

    def gather(
        self,
        question: str,
        articles: Sequence[str] | None = None,
        cited: Sequence[Citation] = (),
        *,
        passages: int,
    ) -> Evidence:
        """Search, and cut the best passages into windows for a reader.

        passages: how many, twice that among many articles. For the same length of text, more
        passages contain more of the answers than more text around them.
        """
        hits, matches, time = self._found(question, articles, cited)
        searched = (
            self._index.manifest.counts["articles"] if articles is None else len(set(articles))
        )
        if searched >= MANY:
            passages *= 2
        evidence = _evidence(question, hits, self._windows(hits[:passages]))
        return replace(
            evidence,
            matches=matches,
            period=None if time is None else time.period,
            searched=searched,
            similarities=self._similarities({window.article_id for window in evidence.windows}),
        )

    def _similarities(self, articles: Collection[str]) -> dict[tuple[str, str], float]:
        """Return the cosine of every two articles' mean passage vectors."""
        if len(articles) < 2:
            return {}
        names = sorted(articles)
        means = normalise(np.stack([self._index.mean_vector(name) for name in names]))
        pairs = zip(product(names, names), (means @ means.T).ravel().tolist(), strict=True)
        return dict(pairs)

    def _matches(
        self,
        question: str,
        names: Sequence[str],
        quoted: Collection[str],
        time: AskedTime | None,
    ) -> dict[str, ArticleMatch]:
        """Return how each of several articles fits the question, by id.

        What the last answer `quoted` lacks nothing: a follow-up need not repeat what it is about.
        """
        if len(names) < 2:
            return {}
        covered = self._index.covered(question, [self._index.passage_range(n) for n in names])
        covered = [1.0 if n in quoted else c for n, c in zip(names, covered, strict=True)]
        published = [self._index.published.get(name) for name in names]
        untimely = ages = [0.0] * len(names)
        if time is not None:
            untimely = _filled(map(time.untimely, published))
        elif self._today is not None:
            ages = _ages(published, covered)
        rows = zip(names, covered, untimely, ages, published, strict=True)
        return {
            name: ArticleMatch(1 - share, late, age, day) for name, share, late, age, day in rows
        }

    def _windows(self, hits: Sequence[Hit]) -> list[Window]:
        found: list[Window] = []
        for article_id in dict.fromkeys(hit.article_id for hit in hits):
            places = sorted((h.start, h.end) for h in hits if h.article_id == article_id)
            inside = dict.fromkeys(  # those of a long paragraph share sentences
                sentence
                for start, end in places
                for sentence in self._index.sentences(article_id, start, end)
            )
            found.extend(windows(self._index.article(article_id), list(inside)))
        return found


def described(hits: Iterable[Hit], index: PassageIndex) -> list[Hit]:
    """Return hits with what is known about their articles, and where in them they begin."""
    found = []
    for hit in hits:
        article = index.article(hit.article_id)
        found.append(
            replace(
                hit,
                article_title=article.title,
                source=article.source,
                url=article.url,
                date=article.date,
                paragraph=index.sentences(article.id, hit.start, hit.end)[0].paragraph,
                page=article.page(hit.start),
            )
        )
    return found


def evidence_in(
    question: str, articles: Sequence[Article], encoder: Encoder, *, passages: int
) -> Evidence:
    """Return what is found for a question in a few articles that are in no index.

    passages: how many of the best are cut into windows for a reader.
    """
    found = [passage for article in articles for passage in passages_of(article)]
    if not found:
        return Evidence((), (), {})
    texts = [passage.text for passage in found]
    vectors = normalise(encoder.encode_document(texts))
    dense = (vectors @ normalise(encoder.encode_query([question]))[0]).tolist()
    bm25 = bm25_among(question, texts)
    matches = {}
    if len(articles) > 1:
        covered = covered_among(question, [article.text for article in articles])
        rated = zip(articles, covered, strict=True)
        matches = {a.id: ArticleMatch(lacks=1 - share, published=a.date) for a, share in rated}
    hits = _hits(list(zip(found, dense, bm25, strict=True)), encoder, matches)
    best = {(hit.article_id, hit.start, hit.end) for hit in hits[:passages]}
    read: list[Window] = []
    for article in articles:
        ranges = [(start, end) for name, start, end in best if name == article.id]
        inside = [s for s in sentences_of(article) if any(a <= s.start < b for a, b in ranges)]
        read += windows(article, inside)
    return replace(_evidence(question, hits, read), matches=matches, searched=len(articles))


def _hits(
    rows: Sequence[tuple[Passage, float, float]],
    encoder: Encoder,
    matches: Mapping[str, ArticleMatch],
    cited: Sequence[Citation] = (),
) -> list[Hit]:
    """Return passages with their cosines and BM25 scores as hits, best first."""
    scores = fused([dense for _, dense, _ in rows], [bm25 for _, _, bm25 in rows])
    hits = []
    for (found, dense, bm25), score in zip(rows, scores, strict=True):
        match = matches.get(found.article_id, ArticleMatch())
        penalty = _LACKS_WEIGHT * match.lacks + _UNTIMELY_WEIGHT * match.untimely
        place = (found.article_id, found.start, found.end, found.text)
        final = score - penalty + _gain(found, cited)
        hits.append(Hit(*place, similarity(dense, encoder), bm25, final))
    return sorted(hits, key=lambda hit: (-hit.fused, hit.article_id, hit.start))


def _ages(published: Sequence[str | None], covered: Sequence[float]) -> list[float]:
    """Return by how many days articles are older than the newest that covers as much, in logs."""
    days = [publication_day(date) for date in published]
    least = max(covered) - _AS_MUCH
    newest = max((d for d, c in zip(days, covered, strict=True) if d and c >= least), default=None)
    if newest is None:
        return [0.0] * len(days)
    return _filled(None if d is None else log(1 + max(0, (newest - d).days)) for d in days)


def _filled(found: Iterable[float | None]) -> list[float]:
    """Return values, with the mean of those known for each unknown one, or 0 if none is known."""
    values = list(found)
    known = [value for value in values if value is not None]
    mean = fmean(known) if known else 0.0
    return [mean if value is None else value for value in values]


def _evidence(question: str, hits: Sequence[Hit], read: Sequence[Window]) -> Evidence:
    sentences = {(s.article_id, s.start): s.text for w in read for s in w.sentences}
    scores = bm25_among(question, list(sentences.values()))
    found = dict(zip(sentences, scores, strict=True))
    return Evidence(tuple(hits), tuple(read), found, question=question)


def _gain(passage: Passage, cited: Sequence[Citation]) -> float:
    """Return a passage's bonus for the quotes of the last answer, 0 in other articles."""
    same = [c.start for c in cited if c.article_id == passage.article_id]
    if not same:
        return 0.0
    away = min(max(0, passage.start - at, at - passage.end) for at in same)
    return _CITED_WEIGHT + _NEAR_WEIGHT / (1 + away / _NEAR)


def fused(dense: Sequence[float], bm25: Sequence[float]) -> list[float]:
    """Return each passage's fused score: its dense z-score and three quarters of its BM25 one."""
    both = zip(z_scores(dense), z_scores(bm25), strict=True)
    return [meaning + _BM25_WEIGHT * word for meaning, word in both]
