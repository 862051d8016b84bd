"""What to ask next: the questions that come with an index, and some about its other articles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING

from pydantic import BaseModel

from askvisit.caching import remembered
from askvisit.errors import AskvisitError
from askvisit.names import of_article
from askvisit.passages import headline, sentences
from askvisit.records import Article, Citation
from askvisit.text import one_line

if TYPE_CHECKING:
    from askvisit.assistant import Assistant

FIRST = 6
"""Questions suggested to begin with."""

NEXT = 3
"""Questions suggested after an answer."""

NAMES = 4
"""Names in an article to ask about."""

ANSWERED = 3
"""Questions offered for a newly added article."""


class Next(BaseModel):
    """What to suggest something after: the questions `asked`, and the last answer.

    at_hand: the article that the answer cites: what is offered then is about it, and answered by
    it with other words than those `cited`. articles: those that are searched next; all if None.
    """

    asked: list[str] = []
    at_hand: str | None = None
    cited: list[tuple[int, int]] = []
    articles: list[str] | None = None


class Suggestions:
    """The suggestions of one assistant; safe to share between threads."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._about = lru_cache(maxsize=4)(self._find)
        self._quotes = remembered(megabytes=4)(self._asked)

    def after(self, last: Next, articles: Mapping[str, Article]) -> list[str]:
        """Return some questions not yet asked in a conversation."""
        known = {_folded(question) for question in last.asked}
        searched = [*articles] if last.articles is None else last.articles
        article = articles.get(last.at_hand or "") if last.at_hand in searched else None
        if article is not None:

            def answers_anew(question: str) -> bool:
                first = self._quotes(question, article.id, article.sha256, True)[:1]
                return any(all(q.end <= a or b <= q.start for a, b in last.cited) for q in first)

            fresh = (q for q in self._of(article, len(searched)) if _folded(q) not in known)
            return list(islice(filter(answers_anew, fresh), NEXT))
        offered = self._offered(articles, searched)
        unasked = dict.fromkeys(one for one in offered if _folded(one) not in known)
        return list(islice(unasked, NEXT if last.asked else FIRST))

    def _of(self, article: Article, searched: int) -> tuple[str, ...]:
        """Return the questions about one of the articles `searched`, written ones first."""
        about = self._about(self._assistant.suggestions, tuple(self._assistant.articles))
        written = [question for question, name in about.items() if name == article.id]
        return tuple(dict.fromkeys((*written, *_about_names(article, searched > 1))))

    def answered(self, article: Article) -> list[str]:
        """Return questions about one article that it answers; each is asked to check."""
        asked = (*self._of(article, len(self._assistant.articles)), _summary(article))
        answered = (q for q in asked if self._quotes(q, article.id, article.sha256))
        return list(islice(answered, ANSWERED))

    def summary(self, article: Article) -> list[str]:
        """Return the sentences that summarise one article; none if it cannot be done."""
        return [one.quote for one in self._quotes(_summary(article), article.id, article.sha256)]

    def _asked(
        self, question: str, article: str, _: str, as_typed: bool = False
    ) -> tuple[Citation, ...]:
        """Return what one article, with the text of a hash, answers a question with, if it does."""
        try:
            answer = self._assistant.ask(question, articles=[article], as_typed=as_typed)
        except AskvisitError:
            return ()
        return answer.citations if answer.found else ()

    def _offered(self, articles: Mapping[str, Article], searched: Sequence[str]) -> Iterator[str]:
        """Yield what may be asked of all articles: written questions, and others between them.

        Those are about articles from all over the list, as neighbours are often of one event.
        """
        about = self._about(self._assistant.suggestions, tuple(articles))
        written = [q for q, article in about.items() if article in searched]
        covered = set(about.values())
        others = [name for name in searched if name not in covered]
        step = max(1, -(-len(others) // FIRST))
        unwritten = [articles[name] for name in others[::step] if name in articles]
        names = (_about_names(article, len(searched) > 1) for article in unwritten)
        by_turns = chain.from_iterable(zip_longest(*names))
        pairs = zip_longest(written, filter(None, by_turns))
        yield from filter(None, chain.from_iterable(pairs))

    def _find(self, written: tuple[str, ...], articles: tuple[str, ...]) -> dict[str, str]:
        """Return the article that each written question is about: the one with its best passage."""
        found = {}
        for question in written if articles else ():
            try:
                found[question] = self._assistant.search(question, 1)[0].article_id
            except AskvisitError:
                continue
        return found


def _summary(article: Article) -> str:
    return f"Summarise the article “{one_line(article.title)}”"


def _folded(question: str) -> str:
    return question.strip().casefold()


@remembered(megabytes=32)
def _about_names(article: Article, among_others: bool) -> tuple[str, ...]:
    byline = " ".join(filter(None, (article.author, article.source))).casefold()
    names = (name for name in central_names(article) if name.casefold() not in byline)
    return tuple(about(name, among_others) for name in names)


def about(name: str, among_others: bool) -> str:
    """Return the question that is asked about a name; among other articles, "it" would be none.

    Of 44 names of news dev among 36 articles, "What is said about" has 43 answered, with a first
    quote that names 42 of them; "What does it say about" 40 and 37, "What do the articles say
    about" 11 and 41.
    """
    return f"What is said about {name}?" if among_others else f"What does it say about {name}?"


def central_names(article: Article) -> list[str]:
    """Return the names that an article mentions most, most frequent first.

    Headlines, where most words begin with a capital, do not count, nor do names used as adjectives.
    """
    first = 1 if headline(article.text) is None else 2
    found = of_article([s for s in sentences(article) if s.paragraph >= first])
    counts = {name.name: sum(not m.is_adjective for m in name.mentions) for name in found}
    return sorted(filter(counts.get, counts), key=lambda name: -counts[name])[:NAMES]
