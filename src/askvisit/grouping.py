"""Answers from several articles: who says the same, who says something else, and since when.

What articles say is compared as `askvisit.values` does. Where two differ, the dates tell how: later
articles supersede earlier ones, and what is said at the same time is a dispute; in one article it
is, if two speakers say it. Which is right is not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import log
from operator import itemgetter
from typing import TYPE_CHECKING, Literal

from askvisit import ranking
from askvisit.records import (
    AnswerGroup,
    Article,
    Evidence,
    GroupMember,
    Hit,
    Relation,
    SpanType,
)
from askvisit.retriever import fused
from askvisit.speakers import citation_of, speaker
from askvisit.text import asks_a_question, content_words
from askvisit.values import Saying, agree, contradicts, same_probability

if TYPE_CHECKING:
    from askvisit.calibration import Calibration
    from askvisit.ranking import Candidate

Lead = Literal["newest", "current", "oldest", "surest"]
"""Which answer leads: the newest or the oldest of those that surely differ; the newest of all, also
where it is unsure whether they differ; or the most confident."""

MOST_ARTICLES = 10
"""Maximum number of articles, those with the best passages, read one by one for their answers."""

_NEAR = 1.8
"""How far an article's best passage may be below the best of all, in fused score (z-scores).

For 160 questions on 20 articles of the news training set, each in two editions, this keeps 87 % of
the editions, and 1.7 of 38 other articles per question.
"""

_RELATED = 0.55
"""The least cosine of two articles' mean passage vectors at which both may tell of one event.

Of 205 answers that events train gains by asking each article, 167 are left, and 106 of the 111 that
are right; of 53 in articles about another event 22. On events dev all 22 are left."""

_LACKS_NONE = 0.01
"""The share of a topic's words, weighted by rarity, below which an article lacks none. Of 176
topics of news dev, each asked of 120 articles, leniently and one by one, 187 answers of 214 in an
edition of the topic's article are left, and 191 of 586 in others; 146 and 161 if all articles that
have half of the words were, and no others."""

_FEW = 16
"""Number of passages up to which that distance says nothing, and every article is kept."""

ALSO_FEATURES = ("alone", "beside", "behind", "same", "lacks", "untimely", "similar")
"""Of another article that may answer too: the logit of its best candidate's confidence as the only
article, and beside the others; how far that is behind the best of all in rank score; how likely
both say the same; how the article fits the question; and the cosine of both articles."""

_ALSO = 0.3
"""The least probability that makes another article one that answers: on events dev 0.75 of the
articles that answer are then shown, and 0.95 of those shown answer (with a half: 0.65, 0.98)."""

_DIFFERENT = 0.2
"""The probability of saying the same below which two answers differ.

Of 71 questions about real news among 904 articles 0.25 are then marked as differing, with a quarter
0.37, mostly for a wrong answer beside a right one; of those of events dev, in which half do differ,
0.60 instead of 0.65, and 0.03 instead of 0.08 of those in which all agree."""

SIDE_FEATURES = (
    *("margin", "settled", "behind", "rank", "near", "contrary", "both_reported", "polar"),
)
"""Of another sentence of an article that answers, which may tell the other side of a dispute: its
margin, and that of the article's answer; how far it is behind the best of all in rank score; the
logarithm of its rank; the logarithm of the number of characters between both, since sides mostly
stand side by side; whether it contradicts the answer; whether both are what somebody says; whether
yes or no is asked."""

_SIDE = 0.5
"""The least probability that makes another sentence of an article an answer of its own."""


@dataclass(frozen=True)
class _Said:
    """A candidate of an article, and what it says: in answer to a question, or of a topic."""

    candidate: Candidate
    article: Article
    saying: Saying
    is_of_topic: bool

    @property
    def date(self) -> str:
        return (self.article.date or "")[: len("2019-06-26")]  # without a time of day


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


def related(evidence: Evidence, articles: Sequence[str]) -> list[str]:
    """Return the articles that may tell of the same event as the first of them.

    If a topic is named and no question asked, it may be that of several events: then also those
    that have all of its words.
    """
    cosines, is_topic = evidence.similarities, not asks_a_question(evidence.question)
    return [
        name
        for name in articles
        if cosines.get((articles[0], name), 1.0) >= _RELATED
        or (is_topic and evidence.match(name).lacks < _LACKS_NONE)
    ]


def answers_of_each(
    evidence: Evidence, candidates: Sequence[Candidate], calibration: Calibration, least: float
) -> list[Candidate]:
    """Return the candidates by which each article answers, with the best of all first.

    An article that tells both sides of a dispute has two, if that is likely by `SIDE_FEATURES`.
    """
    found: list[Candidate] = []
    for answer, further in answering(evidence, candidates, calibration, least):
        found.append(answer)
        found += _other_side(evidence, candidates, answer, further, calibration)
    return found


def answering(
    evidence: Evidence, candidates: Sequence[Candidate], calibration: Calibration, least: float
) -> Iterator[tuple[Candidate, list[Candidate]]]:
    """Yield the best candidate of each article that answers, and its others; the best of all first.

    Another article about the same event answers too if that is likely by `ALSO_FEATURES`, and it
    would be answered leniently if it were the only one; where those are not fitted, if it would be
    confident enough.
    """
    if not candidates or candidates[0].confidence < least:
        return
    first, lenient = candidates[0], calibration.thresholds["lenient"]
    of_each = by_article(evidence, candidates, calibration)
    one_event = related(evidence, [ranked[0].article_id for ranked in of_each])
    rows = also_rows(evidence, candidates, [ranked[0] for ranked in of_each])
    probabilities = ranking.probabilities(calibration.also, rows)
    for ranked, also in zip(of_each, probabilities, strict=True):
        best = first if ranked[0].article_id == first.article_id else ranked[0]
        likely = also >= _ALSO and best.confidence >= lenient and best.article_id in one_event
        if best is first or (likely if calibration.also else best.confidence >= least):
            yield best, [candidate for candidate in ranked if candidate.span != best.span]


def _other_side(
    evidence: Evidence,
    candidates: Sequence[Candidate],
    answer: Candidate,
    further: Sequence[Candidate],
    calibration: Calibration,
) -> list[Candidate]:
    """Return the likeliest further answer of an article, if it says something else; or none."""
    if not calibration.side or not further:
        return []
    rows = side_rows(evidence, candidates, answer, further)
    likely = zip(ranking.probabilities(calibration.side, rows), further, strict=True)
    probability, other = max(likely, key=itemgetter(0))
    said, too = (ranking.saying(evidence, one.span) for one in (answer, other))
    if probability < _SIDE or agree(said, too):
        return []
    return [replace(other, confidence=answer.confidence * probability)]


def side_rows(
    evidence: Evidence,
    candidates: Sequence[Candidate],
    answer: Candidate,
    further: Sequence[Candidate],
) -> list[dict[str, float]]:
    """Return the `SIDE_FEATURES` of an article's further candidates, best first.

    candidates: those of all articles, ranked together.
    """
    scores = {candidate.span: candidate.score for candidate in candidates}
    own, said = answer.span.sentence, ranking.saying(evidence, answer.span)
    rows = []
    for rank, candidate in enumerate(further, 1):
        other, too = candidate.span.sentence, ranking.saying(evidence, candidate.span)
        apart = max(0, other.start - own.end, own.start - other.end)
        rows.append(
            {
                "margin": candidate.span.margin,
                "settled": answer.span.margin,
                "behind": candidates[0].score - scores[candidate.span],
                "rank": log(rank),
                "near": log(1 + apart),
                "contrary": float(contradicts(said, too)),
                "both_reported": float(said.is_reported and too.is_reported),
                "polar": float(said.is_polar),
            }
        )
    return rows


def also_rows(
    evidence: Evidence, candidates: Sequence[Candidate], best: Sequence[Candidate]
) -> list[dict[str, float]]:
    """Return the `ALSO_FEATURES` of articles' best candidates, each ranked by itself."""
    first = candidates[0]
    said = ranking.saying(evidence, first.span)
    beside = {candidate.span: candidate for candidate in candidates}
    return [
        {
            "alone": _logit(candidate.confidence),
            "beside": _logit(beside[candidate.span].confidence),
            "behind": first.score - beside[candidate.span].score,
            "same": same_probability(said, ranking.saying(evidence, candidate.span)),
            "lacks": evidence.match(candidate.article_id).lacks,
            "untimely": evidence.match(candidate.article_id).untimely,
            "similar": evidence.similarities.get((first.article_id, candidate.article_id), 0.0),
        }
        for candidate in best
    ]


def _logit(probability: float) -> float:
    bounded = min(max(probability, 1e-4), 1 - 1e-4)
    return log(bounded / (1 - bounded))


def alone(
    evidence: Evidence, candidates: Sequence[Candidate], calibration: Calibration, least: float
) -> list[Candidate]:
    """Return the best candidate of each article that answers, as if it were the only one."""
    best = [ranked[0] for ranked in by_article(evidence, candidates, calibration)]
    return [candidate for candidate in best if candidate.confidence >= least]


def by_article(
    evidence: Evidence, candidates: Sequence[Candidate], calibration: Calibration
) -> list[list[Candidate]]:
    """Return the candidates of each article, ranked as if it were the only one."""
    found = []
    for article_id in list(dict.fromkeys(c.article_id for c in candidates))[:MOST_ARTICLES]:
        own = [c.span for c in candidates if c.article_id == article_id]
        hits = tuple(hit for hit in evidence.hits if hit.article_id == article_id)
        only = replace(evidence, hits=hits, matches={}, period=None, searched=1)
        found.append(ranking.rank(only, own, calibration))
    return found


def group(
    chosen: Sequence[Candidate],
    article: Callable[[str], Article],
    question: str,
    *,
    leads: Lead = "newest",
) -> tuple[AnswerGroup, ...]:
    """Group the articles' answers by what they say.

    Within a group, the newest article comes first, then the most confident of those with the same
    date. Citations are numbered from 1: the first of each group, then the others.
    """
    groups: list[list[_Said]] = []
    is_topic = bool(question) and not asks_a_question(question)
    for candidate in sorted(chosen, key=lambda c: -c.confidence):
        of = article(candidate.article_id)
        said = _Said(candidate, of, Saying.of(candidate.span, of.date, question), is_topic)
        home = next((known for known in groups if agree(said.saying, known[0].saying)), None)
        if home is None:
            groups.append([said])
        elif all(known.article.id != of.id for known in home):
            home.append(said)
    groups, relations = _related(groups, leads)
    number = len(groups)
    found: list[AnswerGroup] = []
    for place, (members, relation) in enumerate(zip(groups, relations, strict=True), 1):
        cited: list[GroupMember] = []
        for said in sorted(members, key=lambda said: said.date, reverse=True):
            number += bool(cited)
            span, score = said.candidate.span, said.candidate.score
            citation = citation_of(number if cited else place, said.article, span, score)
            known_of = (said.article.source, said.article.date)
            cited.append(GroupMember(citation, *known_of, said.candidate.confidence))
        best = members[0]
        words = best.candidate.span.words or best.candidate.span.sentence.text
        found.append(
            AnswerGroup(
                words,
                _type_of(best),
                relation not in (None, "also"),
                tuple(cited),
                relation,
                str(best.saying.value) or None,
                min((said.date for said in members if said.date), default=None),
            )
        )
    return tuple(found)


def _related(
    groups: list[list[_Said]], leads: Lead
) -> tuple[list[list[_Said]], list[Relation | None]]:
    """Return the groups in the order to show them, and the relation of each to the first."""
    if len(groups) < 2:
        return groups, [None] * len(groups)
    lead = groups[0]
    others = [g for g in groups[1:] if leads == "current" or _differ(g, lead)]
    newer = [group for group in others if _supersedes(group, lead)]
    older = [group for group in others if _supersedes(lead, group)]
    if newer and leads in ("newest", "current"):
        lead = max(newer, key=_newest)
    elif older and leads == "oldest":
        lead = min(older, key=_newest)
    latest = max(groups, key=_newest)
    relations: dict[int, Relation] = {}
    for number, other in enumerate(groups):
        if other is lead:
            continue
        relation: Relation = "dispute"
        if not _differ(other, lead):
            relation = "also"
        elif _supersedes(lead, other):
            relation = "earlier"
        elif other is latest and _supersedes(other, lead):
            relation = "newest"
        elif _supersedes(other, lead):
            relation = "earlier" if _supersedes(latest, other) else "also"
        relations[number] = relation
    inverse: dict[Relation, Relation] = {"newest": "earlier", "earlier": "newest"}
    inverse["dispute"] = "dispute"
    own: Relation = next((inverse[one] for one in inverse if one in relations.values()), "also")
    order: tuple[Relation, ...] = ("newest", "dispute", "earlier", "also")
    by_date = sorted(relations, key=lambda n: _newest(groups[n]), reverse=True)
    following = sorted(by_date, key=lambda n: order.index(relations[n]))
    return [lead, *(groups[n] for n in following)], [own, *(relations[n] for n in following)]


def _differ(one: Sequence[_Said], other: Sequence[_Said]) -> bool:
    if len({said.article.id for said in (*one, *other)}) == 1 and not _of_two(one[0], other[0]):
        return False  # items of one article's list
    if one[0].is_of_topic:  # of which much can be said, without a contradiction
        return one[0].saying.value.agrees(other[0].saying.value) is False
    return same_probability(one[0].saying, other[0].saying) < _DIFFERENT


def _of_two(one: _Said, other: _Said) -> bool:
    """Return whether two speakers say what one article has, in an interview or as reported."""
    places = (said.candidate.span.sentence.start for said in (one, other))
    first, second = (speaker(one.article.text, start) for start in places)
    if first is None and second is None:
        return one.saying.is_reported and other.saying.is_reported
    return first != second


def _supersedes(one: Sequence[_Said], other: Sequence[_Said]) -> bool:
    """Return whether all of a group's articles are of a later day than all of another's."""
    days, earlier = [said.date for said in one], [said.date for said in other]
    return all(days) and all(earlier) and min(days) > max(earlier)


def _newest(group: Sequence[_Said]) -> str:
    return max(said.date for said in group)


def _type_of(said: _Said) -> SpanType:
    """Return the type of an answer: a date, a number, a name, or other words."""
    value, words = said.saying.value, said.candidate.span.words
    if words is None:
        return "words"
    if value.days:
        return "date"
    if value.amounts or value.times:
        return "number"
    content = content_words(words)
    return "name" if content and all(word in said.saying.names for word in content) else "words"
