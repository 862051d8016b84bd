"""Messages that are not questions about the text: small talk and requests for whole articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from askvisit.encoder import Encoder
from askvisit.index import PassageIndex
from askvisit.passages import headline
from askvisit.quotable import speaker
from askvisit.records import Answer, Article, ArticleRequest, Citation, Sentence, Span, quoted
from askvisit.talk import choice, fact_questions, facts, requests, summary
from askvisit.talk.language import NO_WORDS, NOT_ENGLISH, why_unreadable
from askvisit.talk.requests import Request
from askvisit.talk.smalltalk import respond

__all__ = [
    "NOT_ENGLISH",
    "NO_WORDS",
    "is_reply",
    "reply",
    "respond",
    "warm_up",
    "why_unreadable",
]

_SHOWN = 5
"""Sentences shown of an article: its headline and opening."""

_NO_HEADLINE = "The article has no headline; it is listed as “{}”."


def reply(
    index: PassageIndex,
    encoder: Encoder,
    question: str,
    asked: str,
    history: Sequence[Answer] = (),
    articles: Sequence[str] | None = None,
) -> Answer | None:
    """Reply to a message that is not a question about the text; None if it is one.

    question: as typed, for the answer; asked: its readable form.
    history: earlier answers, oldest first; articles: ids to search (None: all).
    """
    response = respond(asked, encoder)
    if response is not None:
        return _talk(question, response)
    told = facts.answer(index, encoder, question, asked, history, articles)
    if told is not None:
        return told
    request = _request(index, asked, history, articles)
    if request is None:
        return None
    if request.wanted == "list":
        return _talk(question, choice.listing(index, choice.among(index, articles)))
    chosen = choice.choose(index, request, history, articles)
    if len(chosen) == 1:
        return _fulfilled(index, encoder, question, request, index.article(chosen[0]))
    if not chosen and not request.loosely:
        return None
    return _talk(question, choice.which(index, chosen, articles))


def warm_up(encoder: Encoder) -> None:
    """Fit the classifier of questions about articles themselves ahead of its first use."""
    fact_questions.LEARNED.fit(encoder)


def is_reply(answer: Answer) -> bool:
    """Return whether an earlier answer is one of these replies, which no follow-up depends on."""
    return answer.kind == "talk" or (answer.found and answer.request is not None)


def _request(
    index: PassageIndex, asked: str, history: Sequence[Answer], articles: Sequence[str] | None
) -> Request | None:
    """Parse a request; after "Which article?", a bare title completes the previous one."""
    before = history[-1] if history else None
    request = requests.parse(asked)
    if request is None and before is not None and before.kind == "talk":
        earlier = requests.parse(before.question)
        if earlier and earlier.wanted != "list" and choice.is_a_name(index, asked, articles):
            return replace(earlier, about=asked, loosely=True)
    return request


def _fulfilled(
    index: PassageIndex, encoder: Encoder, question: str, request: Request, article: Article
) -> Answer:
    """Fulfil a request for one article by quoting it."""
    if request.wanted == "summary":
        scored = summary.most_central(index, encoder, article, request.sentences)
        return _quoted(question, "summary", article, scored)
    sentences = index.sentences(article.id)
    titled = headline(article.text) is not None
    if request.wanted == "headline":
        if not titled:
            return _talk(question, _NO_HEADLINE.format(article.title))
        shown = [s for s in sentences if s.paragraph == 1]
    else:
        shown = [s for s in sentences if s.paragraph <= (2 if titled else 1)][:_SHOWN]
    wanted: ArticleRequest = "headline" if request.wanted == "headline" else "show"
    return _quoted(question, wanted, article, [(sentence, 1.0) for sentence in shown])


def _quoted(
    question: str,
    wanted: ArticleRequest,
    article: Article,
    scored: Sequence[tuple[Sentence, float]],
) -> Answer:
    """Cite sentences, best first; the text quotes them in the article's order."""
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
    answer = Answer(question, question, "answer", True, "", 1.0, citations, request=wanted)
    return replace(answer, text=quoted(answer.as_quoted))


def _talk(question: str, text: str) -> Answer:
    return Answer(question, question, "talk", False, text, 0.0)
