"""Timelines of an index or of a topic in it: dated sentences in chronological order, each cited.

What cannot be dated (`dates.resolving`) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from askvisit import printed, ranking
from askvisit.caching import remembered
from askvisit.calibration import shipped
from askvisit.dates import DateRange, Precision, publication_day
from askvisit.dates.resolving import DatedWords, dated
from askvisit.reader.sentence import SentenceReader
from askvisit.records import Article, Citation, Evidence, Sentence, Span
from askvisit.retriever import Retriever
from askvisit.speakers import citation_of
from askvisit.text import ends_sentence, stems, words

if TYPE_CHECKING:
    from askvisit.encoder import Encoder
    from askvisit.index import PassageIndex

_PASSAGES = 24
"""Passages that are searched for a topic."""

_MEGABYTES = 64

_OF_A_DATE_LINE = frozenset("am and at by for from in of on pm the updated".split())
"""Words in lower case that may follow the date of an article: "by Ada Quill", "at 9 am"."""

_GOES_ON = re.compile(r"\s*(?:[:–—]|\s-)\s*[^\W\d_]")

_Place = tuple[str, int]
"""A sentence: its article's id and start offset."""


@dataclass(frozen=True)
class TimelineEntry:
    """A dated sentence. `citation` quotes it; its span is the words that date it.

    `date` is YYYY, YYYY-MM or YYYY-MM-DD, as precise as the words and the article's publication
    date allow; `precision` says which. A week, quarter or season is given as the month or year that
    it lies in.
    """

    date: str
    precision: Precision
    citation: Citation


def everything(
    index: PassageIndex, ids: Sequence[str], span: DateRange | None
) -> tuple[TimelineEntry, ...]:
    """Return all dated sentences of articles, in a time span if given."""
    articles = map(index.article, ids)
    found = [(article, _dated(article, tuple(index.sentences(article.id)))) for article in articles]
    return _entries(found, span, {})


def on_topic(
    index: PassageIndex,
    encoder: Encoder,
    reader: SentenceReader,
    topic: str,
    ids: Sequence[str],
    span: DateRange | None,
) -> tuple[TimelineEntry, ...]:
    """Return the dated sentences of articles that are about a topic.

    These are the sentences that a topic search is sure of, and those that contain all words of the
    topic, alone or with the two sentences before them. A citation's score is the confidence.
    """
    retriever = Retriever(index, encoder)
    evidence = retriever.gather(topic, ids, passages=_PASSAGES)
    articles = [index.article(a) for a in dict.fromkeys(w.article_id for w in evidence.windows)]
    dates = {a.id: _dated(a, tuple(index.sentences(a.id))) for a in articles}
    places = {(a, words.sentence.start) for a, found in dates.items() for words in found}
    dated_only = _only(evidence, places)
    fitted = shipped(SentenceReader.name)
    scores: dict[_Place, float] = {}
    for candidate in ranking.rank(dated_only, reader.read(topic, dated_only), fitted):
        sentence = candidate.span.sentence
        scores[sentence.article_id, sentence.start] = candidate.confidence
    sure = {place for place, score in scores.items() if score >= fitted.thresholds["normal"]}
    found = []
    for article in articles:
        about = _spoken_of(topic, index.sentences(article.id))
        about |= {start for article_id, start in sure if article_id == article.id}
        found.append((article, [d for d in dates[article.id] if d.sentence.start in about]))
    return _entries(found, span, scores)


def _only(evidence: Evidence, places: Collection[_Place]) -> Evidence:
    """Keep only the sentences to read: most have no date, and reading takes time."""
    windows = (
        replace(w, sentences=tuple(s for s in w.sentences if (s.article_id, s.start) in places))
        for w in evidence.windows
    )
    return replace(evidence, windows=tuple(w for w in windows if w.sentences))


def _spoken_of(topic: str, sentences: Sequence[Sentence]) -> set[int]:
    """Return the starts of the sentences that, with the two before, have all stems of a topic."""
    texts, asked = [sentence.text for sentence in sentences], stems(topic)
    return {
        sentence.start
        for n, sentence in enumerate(sentences)
        if asked and asked <= stems(" ".join(texts[max(0, n - 2) : n + 1]))
    }


def _entries(
    found: Sequence[tuple[Article, Sequence[DatedWords]]],
    span: DateRange | None,
    scores: dict[_Place, float],
) -> tuple[TimelineEntry, ...]:
    """Sort what was found by date, then by article and position, and number it.

    span: includes both ends; a year lies in it if it overlaps it.
    """
    first, last = span or (date.min, date.max)
    rows = {
        (words.date, article.id, words.sentence.start): (article, words)
        for article, dates in found
        for words in reversed(dates)  # if a sentence gives a date twice, the first is cited
        if first <= words.date.last and words.date.first <= last
    }
    ordered = sorted(rows, key=lambda row: (str(row[0]), *row[1:]))
    entries = []
    for number, row in enumerate(ordered, 1):
        article, words = rows[row]
        score = scores.get((article.id, words.sentence.start), 1.0)
        dating = Span(words.sentence, words.start, words.end, score, 0.0)
        citation = citation_of(number, article, dating, score)
        entries.append(TimelineEntry(str(words.date), words.date.precision, citation))
    return tuple(entries)


@remembered(_MEGABYTES)
def _dated(article: Article, sentences: tuple[Sentence, ...]) -> tuple[DatedWords, ...]:
    """Return what dates an article's sentences, but for the line that says when it came out."""
    start, end = _date_line(article.text)
    return tuple(
        found
        for found in dated(sentences, publication_day(article.date))
        if not start <= found.start < end or ends_sentence(found.sentence.text)
    )


def _date_line(text: str) -> tuple[int, int]:
    """Return the range of the line that only says when an article was published, else (0, 0).

    A dateline goes on with the report, and the first line of a chronicle with what happened then.
    """
    fact = printed.date(text)
    if fact is None:
        return 0, 0
    start = text.rfind("\n", 0, fact.start) + 1
    end = text.find("\n", fact.end)
    end = len(text) if end < 0 else end
    if _GOES_ON.match(text, fact.end, end):
        return 0, 0
    small = {word for word in words(text[fact.end : end]) if word.isalpha() and word.islower()}
    return (start, end) if small <= _OF_A_DATE_LINE else (0, 0)
