"""Answers from several articles: the best of each, grouped if their words agree.

No group is declared right: if two give different values of the same type ("64 trucks", "about 70
trucks"), both are marked as differing, and the user decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from askvisit import ranking
from askvisit.dates.expressions import is_counted
from askvisit.quotable import citation_of
from askvisit.records import (
    AnswerGroup,
    Article,
    Evidence,
    GroupMember,
    Hit,
    SpanType,
)
from askvisit.retriever import fused
from askvisit.text import MONTH, NUMBER_WORDS, WEEKDAY, content_words

if TYPE_CHECKING:
    from askvisit.calibration import Calibration
    from askvisit.ranking import Candidate

MOST_ARTICLES = 10
"""Maximum number of articles, those with the best passages, read one by one for their answers."""

_NEAR = 1.8
"""How far an article's best passage may be below the best of all, in fused score (z-scores).

For 160 questions on 20 articles of the news training set, each in two editions, this keeps 87 % of
the editions, and 1.7 of 38 other articles per question.
"""

_FEW = 16
"""Number of passages up to which that distance says nothing, and every article is kept."""

_CALENDAR = re.compile(
    rf"\b(?:{MONTH}|(?i:{WEEKDAY}|yesterday|today))\b"
    r"|(?<![$£€.,])\b(?P<year>(?:1[5-9]|20)\d\d)\b(?![,.]\d|-[a-z])"
)


_COUNTING = NUMBER_WORDS - {"one"} | set(
    "hundred thousand million billion dozen dozens half".split()
)
"""Words for numbers; "one" is a pronoun too."""

_NUMBER = re.compile(rf"\d+(?:[.,]\d+)*|\b(?:{'|'.join(sorted(_COUNTING))})\b")
_IN_ORDER = re.compile(r"\d\s*(?:[/–-]|\bto\b)\s*\d")
"""Numbers whose order matters: a result or a range."""

_NEGATION = re.compile(
    r"\b(?:not|no(?!\.?\s*\d)|nor|none|neither|never|nobody|nothing|cannot|without)\b|n['’]t\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Said:
    """The best candidate of one article, and the words it is compared by."""

    candidate: Candidate
    article: Article

    @property
    def words(self) -> str:
        return self.candidate.span.words or self.candidate.span.sentence.text

    @property
    def told(self) -> str | None:
        return self.candidate.span.words

    @property
    def date(self) -> str:
        return self.article.date or ""


def relevant(hits: Sequence[Hit]) -> list[str]:
    """Return the ids of articles whose best passage scores near the best of all, best first.

    What the last answer of a conversation quoted gets no bonus here: every article is asked.
    """
    best: dict[str, float] = {}
    scores = fused([hit.dense for hit in hits], [hit.bm25 for hit in hits])
    for hit, score in zip(hits, scores, strict=True):
        best[hit.article_id] = max(score, best.get(hit.article_id, score))
    least = max(best.values(), default=0.0) - _NEAR
    near = [name for name, score in best.items() if score >= least or len(hits) <= _FEW]
    return sorted(near, key=lambda name: -best[name])[:MOST_ARTICLES]


def best_of_each(
    evidence: Evidence, candidates: Sequence[Candidate], calibration: Calibration, least: float
) -> list[Candidate]:
    """Return each article's best candidate, if confident enough, with the best of all first.

    All but the first are ranked within their own article: next to another article's good answer
    their confidence would be low.
    """
    if not candidates or candidates[0].confidence < least:
        return []
    first = candidates[0]
    others = alone(evidence, candidates, calibration, least)
    return [first, *(c for c in others if c.article_id != first.article_id)]


def alone(
    evidence: Evidence, candidates: Sequence[Candidate], calibration: Calibration, least: float
) -> list[Candidate]:
    """Return the best candidate of each article that answers, as if it were the only one."""
    best = []
    for article_id in relevant(evidence.hits):
        own = [c.span for c in candidates if c.article_id == article_id]
        hits = tuple(hit for hit in evidence.hits if hit.article_id == article_id)
        if own:
            only = replace(evidence, hits=hits, matches={}, period=None, searched=1)
            best.append(ranking.rank(only, own, calibration)[0])
    return [candidate for candidate in best if candidate.confidence >= least]


def group(
    chosen: Sequence[Candidate], article: Callable[[str], Article]
) -> tuple[AnswerGroup, ...]:
    """Group the articles' best candidates by their words, most confident group first.

    Within a group, the newest article comes first, then the most confident of those with the same
    date. Citations are numbered from 1 in this order.
    """
    groups: list[list[_Said]] = []
    for candidate in sorted(chosen, key=lambda c: -c.confidence):
        said = _Said(candidate, article(candidate.span.sentence.article_id))
        for known in groups:
            if says_the_same(said.words, known[0].words):
                known.append(said)
                break
        else:
            groups.append([said])
    first = [members[0] for members in groups]
    found: list[AnswerGroup] = []
    number = 0
    for members in groups:
        cited = []
        for said in sorted(members, key=lambda said: said.date, reverse=True):
            number += 1
            span, score = said.candidate.span, said.candidate.score
            citation = citation_of(number, said.article, span, score)
            known_of = (said.article.source, said.article.date)
            cited.append(GroupMember(citation, *known_of, said.candidate.confidence))
        said = members[0]
        differs = any(differ(said.told, other.told) for other in first if other is not said)
        found.append(AnswerGroup(said.words, type_of(said.told), differs, tuple(cited)))
    return tuple(found)


def says_the_same(one: str, other: str) -> bool:
    """Return whether two spans say the same thing: all content words of one are in the other.

    Their numbers must match, and both or none negate: "64 trucks" is neither "64 of 70 trucks" nor
    "not 64 trucks".
    """
    ours, theirs = set(content_words(one)), set(content_words(other))
    if not ours or not theirs:
        return one.strip().lower() == other.strip().lower()
    return (ours <= theirs or theirs <= ours) and _may_agree(one, other)


def differ(one: str | None, other: str | None) -> bool:
    """Return whether two spans that disagree have the same type but different values.

    "Died on 28 February" and "at 67, on 28 February" give the same date, "3,000" and "still short
    of 3,000" the same number.
    """
    kind = type_of(one)
    if one is None or other is None or kind == "words" or type_of(other) != kind:
        return False
    if kind == "date":
        ours, theirs = _date_words(one), _date_words(other)
        return not (ours <= theirs or theirs <= ours)
    return kind == "name" or set(_numbers(one)) != set(_numbers(other))


def type_of(words: str | None) -> SpanType:
    """Return the type of a span: a date, a number, a name, or other words."""
    if words is None:
        return "words"
    if _calendar_words(words):
        return "date"
    if _numbers(words):
        return "number"
    content = content_words(words)
    capitals = {word.lower() for word in re.findall(r"\b[^\W\d_a-z]\w*", words)}
    return "name" if content and all(word in capitals for word in content) else "words"


def _date_words(words: str) -> set[str]:
    """Return a span's calendar words and numbers."""
    return {*_numbers(words), *_calendar_words(words)}


def _calendar_words(words: str) -> set[str]:
    """Return a span's months, days of the week and years, but no counts: "1900 soldiers"."""
    return {
        match[0].lower()
        for match in _CALENDAR.finditer(words)
        if not (match["year"] and is_counted(words[match.end() :]))
    }


def _may_agree(one: str, other: str) -> bool:
    """Return whether two texts have the same numbers, and both or none negate.

    Words alone do not tell "2,000,000" from "2,000", "2-1" from "1-2" or "guilty" from "not guilty"
    where one may say more than the other.
    """
    texts = (one, other)
    ours, theirs = map(_numbers, texts)
    if not any(map(_IN_ORDER.search, texts)):
        ours, theirs = sorted(ours), sorted(theirs)
    is_negated = [_NEGATION.search(text) is not None for text in texts]
    return ours == theirs and is_negated[0] == is_negated[1]


def _numbers(text: str) -> list[str]:
    """Return a text's numbers in order, each whole: "1.1", "2,000", "twenty".

    A time is one number: "10:30" is "10.30".
    """
    return _NUMBER.findall(re.sub(r"(?<=\d):(?=\d)", ".", text.lower()))
