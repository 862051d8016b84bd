"""Messages that are not questions about the text: small talk and requests for whole articles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import get_args

from askvisit.encoder import Encoder
from askvisit.index import PassageIndex
from askvisit.passages import headline
from askvisit.quotable import speaker
from askvisit.records import (
    Answer,
    Article,
    ArticleRequest,
    Citation,
    FactName,
    Sentence,
    Span,
    quoted,
)
from askvisit.rewriting.resolution import TURNS
from askvisit.talk import certainty, choice, fact_questions, facts, more, requests, summary
from askvisit.talk.fact_questions import FactQuestion
from askvisit.talk.language import NO_WORDS, NOT_ENGLISH, why_unreadable
from askvisit.talk.requests import Request
from askvisit.talk.smalltalk import respond
from askvisit.text import ends_sentence

__all__ = [
    "NOT_ENGLISH",
    "NO_WORDS",
    "Reply",
    "is_reply",
    "reply",
    "respond",
    "warm_up",
    "why_unreadable",
]

Parsed = tuple[FactQuestion | None, Request | None]
"""A message parsed as a question about an article itself, and as a request."""

_SHOWN = 5
"""Maximum sentences shown of an article: its headline and opening."""

_NO_HEADLINE = "The article has no headline; it is listed as “{}”."


@dataclass(frozen=True)
class Reply:
    """A reply to a message. If it is not sure, it is only given if the text has no sure answer."""

    answer: Answer
    is_sure: bool = True


def reply(
    index: PassageIndex,
    encoder: Encoder,
    question: str,
    asked: str,
    history: Sequence[Answer] = (),
    articles: Sequence[str] | None = None,
) -> Reply | None:
    """Reply to a message that is not a question about the text; None if it is one.

    question: as typed, for the answer; asked: its readable form.
    history: earlier answers, oldest first; articles: ids to search (None: all).
    """
    response = respond(asked, encoder, index)
    if response is not None:
        return Reply(Answer.talk(question, response))
    if more.is_asked_for(asked, encoder):
        return Reply(_more(index, question, history, articles))
    wanted = _parse(asked, encoder)
    last = choice.last(history)
    turns = _turns(history)
    before = next((a for a in reversed(last) if a.kind == "talk" and a.choices), None)
    if before is not None:
        named = choice.only_named(index, asked, articles, before.choices)
        if named is not None and any(earlier := _completed(before.question, encoder)):
            wanted, history, articles = earlier, (), [named]
    fact, request = wanted
    if fact is not None:
        is_sure = certainty.of_fact(index, encoder, asked, fact, turns, articles)
        told = facts.answer(index, question, fact, history, articles, is_sure)
        if told is not None:
            return Reply(told, is_sure)
    if request is not None:
        told = _requested(index, encoder, question, request, history, articles)
        if told is not None:
            return Reply(told, certainty.of_request(encoder, asked, request, turns))
    return None


def _turns(history: Sequence[Answer]) -> list[Answer]:
    """Return the last turns that a follow-up may depend on, none of them before a reply."""
    parts = [part for answer in history for part in answer.parts or (answer,)]
    return list(takewhile(lambda part: not is_reply(part), reversed(parts[-TURNS:])))


def warm_up(encoder: Encoder) -> None:
    """Fit the classifiers of questions about articles themselves ahead of their first use."""
    fact_questions.LEARNED.fit(encoder)
    certainty.WORKS.fit(encoder)


def is_one_request(parts: Sequence[str]) -> bool:
    """Return whether the questions of a line only repeat one request in other words."""
    parsed = map(requests.parse, parts)
    found = {(request.wanted, request.about) if request else None for request in parsed}
    return len(found) == 1 and None not in found


def is_reply(answer: Answer) -> bool:
    """Return whether an earlier answer is one of these replies, which no follow-up depends on.

    So is the response to a message that cannot be read: "👍" is no turn of the conversation.
    """
    unreadable = answer.text in (NO_WORDS, NOT_ENGLISH)
    return answer.kind == "talk" or unreadable or (answer.found and answer.request is not None)


def _parse(asked: str, encoder: Encoder) -> Parsed:
    """Parse a message as a question about an article itself, as a request, or as both.

    "What is the bridge article about?" only looks like "Which article is about the bridge?".
    """
    fact, request = fact_questions.parse(asked, encoder), requests.parse(asked)
    if fact and fact.wanted == "about" and request and request.wanted == "summary":
        return None, request
    return fact, request


def _completed(question: str, encoder: Encoder) -> Parsed:
    """Parse an earlier message as one about the article that the user has named since.

    An article named after the list of them, or after "Which article is about …?", is shown.
    """
    fact, request = _parse(question, encoder)
    if fact is not None and fact.wanted in get_args(FactName):
        return replace(fact, about=None, names_article=True), None
    if request is not None and request.wanted != "list":
        return None, replace(request, about=None, loosely=True)
    return None, Request("show") if fact or request else None


def _requested(
    index: PassageIndex,
    encoder: Encoder,
    question: str,
    request: Request,
    history: Sequence[Answer],
    articles: Sequence[str] | None,
) -> Answer | None:
    """Fulfil a request, or ask which article it is about; None if it may be about the text."""
    if request.wanted == "list":
        return choice.listing(index, question, choice.among(index, articles))
    chosen = choice.choose(index, request, history, articles)
    if len(chosen) == 1:
        return _fulfilled(index, encoder, question, request, index.article(chosen[0]))
    if not chosen and not request.loosely:
        return None
    return choice.which(index, question, chosen, request.about, articles)


def _more(
    index: PassageIndex,
    question: str,
    history: Sequence[Answer],
    articles: Sequence[str] | None,
) -> Answer:
    """Quote what stands after the last quote."""
    last = more.last_quote(index, history, articles)
    if last is None:
        return Answer.talk(question, more.NOTHING_QUOTED)
    found = more.after(index, last.citations)
    if not found:
        return Answer.talk(question, more.AT_THE_END)
    article = index.article(found[0].article_id)
    return _quoted(question, "more", article, [(sentence, 1.0) for sentence in found])


def _fulfilled(
    index: PassageIndex, encoder: Encoder, question: str, request: Request, article: Article
) -> Answer:
    """Fulfil a request for one article by quoting it."""
    if request.wanted == "summary":
        scored = summary.most_central(index, encoder, article, request.sentences)
        in_order = sorted(scored, key=lambda chosen: chosen[0].start)
        return _quoted(question, "summary", article, in_order)
    sentences = index.sentences(article.id)
    titled = headline(article.text) is not None
    if request.wanted == "headline":
        if not titled:
            return Answer.talk(question, _NO_HEADLINE.format(article.title))
        shown = [s for s in sentences if s.paragraph == 1]
    else:
        shown = _beginning(sentences, after=1 if titled else 0)
    wanted: ArticleRequest = "headline" if request.wanted == "headline" else "show"
    return _quoted(question, wanted, article, [(sentence, 1.0) for sentence in shown])


def _beginning(sentences: Sequence[Sentence], after: int) -> list[Sentence]:
    """Return the sentences up to the first paragraph `after` that one whose text is whole.

    Above it stand paragraphs that are no text: byline, date and place.
    """
    text = (s.paragraph for s in sentences if s.paragraph > after and ends_sentence(s.text))
    last = next(text, math.inf)
    return [s for s in sentences if s.paragraph <= last][:_SHOWN]


def _quoted(
    question: str,
    wanted: ArticleRequest,
    article: Article,
    scored: Sequence[tuple[Sentence, float]],
) -> Answer:
    """Cite sentences in the given order, the article's own."""
    citations = tuple(
        Citation.of(
            number,
            article,
            Span(sentence, None, None, score, 0.0),
            score,
            speaker(article.text, sentence.start),
        )
        for number, (sentence, score) in enumerate(scored, 1)
    )
    text = quoted(citations)
    return Answer(question, question, "answer", True, text, 1.0, citations, request=wanted)
