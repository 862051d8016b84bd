"""What programs may call: `ask`, `search`, `timeline`, `names`, `articles`, named and typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from inspect import signature
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError, validate_call

from askvisit.errors import DataError
from askvisit.inquiry import Inquiry
from askvisit.records import Answer
from askvisit.scope import Scope
from askvisit.web import faults
from askvisit.web.articles import existing

if TYPE_CHECKING:
    from askvisit.assistant import Assistant
    from askvisit.calibration import Strictness

QUESTIONS = "questions"
"""The queue that the endpoints and the events of the page that ask share, and its limit."""

MOST_HITS = 50
MOST_HISTORY = 20
MOST_NAMES = 100

Result = TypeVar("Result")


def add(assistant: Assistant, strictness: Strictness) -> None:
    """Add the endpoints to the Gradio page that is being built."""
    import gradio as gr

    def error(message: str) -> Exception:
        failed: Exception = gr.Error(message, print_exception=False)
        return failed

    for endpoint in endpoints(assistant, strictness):
        gr.api(in_words(endpoint, error), api_name=endpoint.__name__, concurrency_id=QUESTIONS)


def endpoints(
    assistant: Assistant, strictness: Strictness = "normal"
) -> tuple[Callable[..., Any], ...]:
    """Return what programs may call: typed functions of plain data, each documented.

    strictness: how sure an answer must be if a call does not say.
    """

    def ask(
        question: str,
        history: list[dict[str, Any]] | None = None,
        articles: list[str] | None = None,
        min_confidence: float | None = None,
        since: str | None = None,
        until: str | None = None,
        sources: list[str] | None = None,
        each: bool = False,
    ) -> dict[str, Any]:
        """Answer a question with sentences quoted word for word from the articles, cited by offsets.

        Args:
            question: A question in plain English, at most 2,000 characters.
            history: Earlier answers of the conversation, as this endpoint returned them, oldest first.
            articles: Ids of the articles to search; all of them if omitted.
            min_confidence: Confidence (0 to 1) below which an answer is refused; 0 never refuses. Omitted: as in the chat.
            since: Search only articles published on or after this day, such as 2019-06-26 or 2019.
            until: Search only articles published on or before this day; 2019 is the whole year.
            sources: Search only articles from these papers, given by words of their names.
            each: Cite every article that answers; `groups` tells which of them say the same.

        Returns:
            The answer; `found` says whether the articles answer, `citations` quote and locate it.
        """  # noqa: E501 - a program reads this text, line by line
        scope = Scope(articles, since, until, sources)
        earlier = _answers(history or [])
        least = assistant.threshold(strictness) if min_confidence is None else min_confidence
        answer = assistant.answer(Inquiry(question, earlier, scope, least, each))
        turns = range(len(history or []) + len(answer.parts))
        return asdict(answer.placed(turns[len(history or []) - len(earlier) :]))

    def search(
        query: str,
        k: int = 5,
        since: str | None = None,
        until: str | None = None,
        sources: list[str] | None = None,
        articles: list[str] | None = None,
    ) -> list[dict[str, Any]]:
        """Return the passages that best match a query, best first, with their scores.

        Args:
            query: A question or keywords.
            k: How many passages to return, at most 50.
            since: Search only articles published on or after this day.
            until: Search only articles published on or before this day.
            sources: Search only articles from these papers.
            articles: Ids of the articles to search; all of them if omitted.

        Returns:
            Passages: article_id, start, end, text, and the scores dense, bm25 and fused.
        """
        scope = _scope(articles, since, until, sources)
        return [asdict(hit) for hit in assistant.search(query, min(k, MOST_HITS), **scope)]

    def timeline(
        topic: str | None = None,
        since: str | None = None,
        until: str | None = None,
        articles: list[str] | None = None,
        sources: list[str] | None = None,
    ) -> list[dict[str, Any]]:
        """Return dated sentences in chronological order, each quoted word for word and cited.

        Args:
            topic: What the sentences must be about; all dated sentences if omitted.
            since: The first date, as YYYY, YYYY-MM or YYYY-MM-DD.
            until: The last date, in the same form.
            articles: Ids of the articles to search; all of them if omitted.
            sources: Search only articles from these papers.

        Returns:
            Entries: date (as precise as the text is), precision, and the citation, whose span dates it.
        """  # noqa: E501 - a program reads this text, line by line
        found = assistant.timeline(topic or None, since, until, articles=articles, sources=sources)
        return [asdict(entry) for entry in found]

    def names(
        most: int = 20,
        articles: list[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        sources: list[str] | None = None,
    ) -> list[dict[str, Any]]:
        """Return the people, places and other names that the articles mention most.

        Args:
            most: How many names to return, at most 100.
            articles: Ids of the articles to search; all of them if omitted.
            since: Search only articles published on or after this day.
            until: Search only articles published on or before this day.
            sources: Search only articles from these papers.

        Returns:
            Names: name, kind (person, place, other), forms, count, and a citation for each mention.
        """
        scope = _scope(articles, since, until, sources)
        return [asdict(name) for name in assistant.names(min(most, MOST_NAMES), **scope)]

    def articles() -> list[dict[str, Any]]:
        """List the articles that questions are answered from.

        Returns:
            Articles: id, title, source, url, date, author, sha256 of the text, and number of words.
        """
        known = assistant.articles
        return [
            {
                "id": article.id,
                "title": article.title,
                "source": article.source,
                "url": article.url,
                "date": article.date,
                "author": article.author,
                "sha256": article.sha256,
                "words": len(article.text.split()),
            }
            for article in existing(known, known)
        ]

    return ask, search, timeline, names, articles


def _scope(
    articles: list[str] | None, since: str | None, until: str | None, sources: list[str] | None
) -> dict[str, Any]:
    return {"articles": articles, "since": since, "until": until, "sources": sources}


def _answers(history: list[dict[str, Any]]) -> list[Answer]:
    try:
        return [Answer.from_dict(answer) for answer in history[-MOST_HISTORY:]]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError("history must be a list of answers as `ask` returned them") from error


def in_words(
    endpoint: Callable[..., Result], error: Callable[[str], Exception]
) -> Callable[..., Result]:
    """Report what the caller can fix in words, and an internal fault by its reference in the log.

    Arguments are checked against the endpoint's annotations first, which Gradio does not do; null
    is an argument left out.

    error: makes the exception that the caller's protocol shows as a message.
    """
    checked, called = validate_call(endpoint), signature(endpoint)

    @wraps(endpoint)
    def reported(*args: Any, **kwargs: Any) -> Result:
        try:
            given = called.bind(*args, **kwargs).arguments
            return checked(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as wrong:
            first = wrong.errors()[0]
            place = " ".join(map(str, first["loc"]))
            raise error(f"{place}: {first['msg'].lower()}") from wrong
        except Exception as fault:
            told = faults.in_words(fault, f"a call of {endpoint.__name__}")
            raise error(told) from fault

    return reported
