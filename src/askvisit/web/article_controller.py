"""The articles on the page: listed, chosen, opened, added and removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from askvisit.errors import AskvisitError
from askvisit.records import Article
from askvisit.web import adding, articles, faults, pages, source_panel
from askvisit.web.adding import ArticleEditor, NewArticle
from askvisit.web.articles import Chosen
from askvisit.web.suggestions import Suggestions

if TYPE_CHECKING:
    from askvisit.assistant import Assistant

NO_ARTICLE = (
    '<article class="source"><p class="source-meta">There are no articles yet.</p></article>'
)


@dataclass(frozen=True)
class ArticlesUpdate:
    """What changes when articles are added or removed; None leaves a part as it is."""

    message: str
    listing: str | None = None
    chosen: Chosen = None
    source: str | None = None


class ArticlesController:
    """The articles of one assistant and how they are shown; the browser keeps the choice."""

    def __init__(self, assistant: Assistant, editor: ArticleEditor | None = None) -> None:
        self.assistant = assistant
        self.editor = editor
        self._suggestions = Suggestions(assistant)

    def known_articles(self) -> Mapping[str, Article]:
        """Return the articles; none if the index cannot be read, as the next question will say."""
        try:
            return self.assistant.articles
        except AskvisitError:
            return {}

    def scope(self, chosen: Chosen) -> str:
        """Return what the box says about the articles that the next question searches."""
        return articles.scope(chosen, self.known_articles())

    def first_source(self) -> str:
        """Return what the panel shows before the first answer."""
        known = self.known_articles()
        first = next(articles.existing(known, known), None)
        return NO_ARTICLE if first is None else source_panel.panel(first)

    def open_source(self, request: Any) -> dict[str, str]:
        """Return the panel for a click on a citation, or a page; the browser sends the request."""
        if isinstance(request, dict) and "page" in request:
            return pages.open_page(request, self.known_articles(), self.assistant.page)
        return source_panel.open_source(request, self.known_articles())

    def listing(self, chosen: Chosen = None, problem: str = "") -> str:
        """Return the list of articles."""
        known, removable = self.known_articles(), self.editor is not None
        return articles.listing(known, chosen, removable=removable, problem=problem)

    def choose(self, data: object) -> Chosen:
        """Return the articles to search; the data comes from the browser."""
        return articles.checked_choice(data, self.known_articles())

    def chosen(self, kept: object) -> Chosen:
        """Return the articles that the browser remembers as chosen; all if it remembers none."""
        return articles.remembered_choice(kept, self.known_articles())

    def add(self, data: object) -> Iterator[ArticlesUpdate]:
        """Add an article and report progress; the data comes from the browser.

        At the end, the article is opened and questions that it answers are offered. The list is
        not part of it: while the article was added, others may have been chosen.
        """
        if self.editor is None:
            return
        yield ArticlesUpdate(adding.working())
        try:
            for news in self.editor.add(NewArticle.checked(data)):
                if not isinstance(news, Article):
                    yield ArticlesUpdate(adding.working(news))
                    continue
                message = adding.done(news, self._offered(news))
                yield ArticlesUpdate(message, source=source_panel.panel(news))
        except Exception as error:
            reason = faults.in_words(error, "adding an article", (AskvisitError,))
            yield ArticlesUpdate(adding.failed(reason))

    def _offered(self, article: Article) -> list[str]:
        """Return questions to ask about a new article; none if that fails, as it is there."""
        try:
            return self._suggestions.answered(article)
        except Exception:
            faults.report("offering questions about an added article")
            return []

    def remove(self, article_id: str, chosen: Chosen, opened: str = "") -> ArticlesUpdate:
        """Remove an article; if it is the `opened` one, another takes its place."""
        if self.editor is None:
            return ArticlesUpdate("")
        problem = ""
        try:
            self.editor.remove(article_id)
        except Exception as error:
            reason = faults.in_words(error, "removing an article", (AskvisitError,))
            problem = adding.failed(reason)
        known = self.known_articles()
        chosen = None if chosen is None else articles.checked_choice(list(chosen), known)
        source = self.first_source() if opened and opened not in known else None
        return ArticlesUpdate("", self.listing(chosen, problem), chosen, source)
