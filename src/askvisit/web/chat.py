"""What every part of the chat knows: the assistant, how strict it is, and what may be written.

It holds no conversation: that is in the browser.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from askvisit.errors import AskvisitError
from askvisit.records import Article
from askvisit.web.suggestions import Suggestions

if TYPE_CHECKING:
    from askvisit.assistant import Assistant
    from askvisit.calibration import Strictness
    from askvisit.web.editor import ArticleEditor
    from askvisit.web.request_log import Lines

NONE_CHOSEN = "No articles are ticked. Tick at least one in the list, then ask again."


@dataclass(frozen=True)
class Chat:
    """One assistant, shown to people and programs.

    feedback: where clicks on "Helpful" and the like are kept. editor: adds and removes articles.
    Without them, the page offers neither.
    """

    assistant: Assistant
    strictness: Strictness = "normal"
    feedback: Lines | None = None
    editor: ArticleEditor | None = None

    @cached_property
    def suggestions(self) -> Suggestions:
        """What to ask next."""
        return Suggestions(self.assistant)

    @property
    def articles(self) -> Mapping[str, Article]:
        """The articles; none if the index cannot be read, as the next question will say."""
        try:
            return self.assistant.articles
        except AskvisitError:
            return {}

    @property
    def threshold(self) -> float:
        """The confidence below which an answer is refused."""
        return self.assistant.threshold(self.strictness)


def existing(articles: Mapping[str, Article], ids: Iterable[str]) -> Iterator[Article]:
    """Yield the articles of these ids, except those that a rebuild has removed meanwhile."""
    return filter(None, map(articles.get, ids))
