"""Adds articles to an index and removes them; what a browser sends of an article."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel

from askvisit.errors import DataError
from askvisit.fetching import fetch
from askvisit.index.edit import (
    ArticleMetadata,
    Index,
    Progress,
    add_article,
    describe_article,
    remove_article,
)
from askvisit.records import Article
from askvisit.web.places import Typed

if TYPE_CHECKING:
    from askvisit.encoder import Encoder

LONGEST_FIELD = 300
"""Maximum characters of a typed title, source or date."""

Field = Annotated[Typed, AfterValidator(lambda text: text and text[:LONGEST_FIELD].rstrip())]


class Metadata(BaseModel):
    """What a user writes about an article."""

    title: Field = None
    source: Field = None
    date: Field = None
    author: Field = None
    url: str = ""

    @property
    def metadata(self) -> ArticleMetadata:
        """What is known about it."""
        return ArticleMetadata(self.title, self.source, self.url or None, self.date, self.author)


class NewArticle(Metadata):
    """An article to add: a file's `name` and `base64`, a `text`, or a `url` alone to fetch it."""

    name: str = ""
    base64: str | None = None
    text: str = ""

    def file(self) -> tuple[str, bytes]:
        """Return its file's name and bytes; raises `DataError`, or `CorpusError` for a link."""
        if self.name and self.base64 is not None:
            try:
                return self.name, base64.b64decode(self.base64, validate=True)
            except (binascii.Error, ValueError) as error:
                raise DataError("the file did not arrive in full; add it again") from error
        if not self.text.strip() and self.url.strip():
            page = fetch(self.url.strip())
            self.url = page.url  # where it is after redirects
            return page.name, page.data
        if not self.text.strip():
            raise DataError("choose a file, or paste a link or the article's text")
        first = " ".join(self.text.split()[:8])
        return f"{self.title or first}.txt", self.text.encode("utf-8", "replace")


@dataclass
class ArticleEditor:
    """Adds articles to one index and removes them.

    encoder: the one that the index was built with, if it is loaded already.
    """

    index: Index
    encoder: Encoder | None = None

    def add(self, addition: NewArticle, progress: Progress | None = None) -> Article:
        """Add an article and return it. Raises the errors of `add_article`."""
        name, data = addition.file()
        about, encoder = addition.metadata, self.encoder
        return add_article(self.index, name, data, about, encoder=encoder, progress=progress)

    def describe(self, article_id: str, metadata: ArticleMetadata) -> None:
        """Change what is known of an article. Raises the errors of `describe_article`."""
        describe_article(self.index, article_id, metadata, encoder=self.encoder)

    def remove(self, article_id: str) -> bytes:
        """Remove an article; return its file. Raises the errors of `remove_article`."""
        return remove_article(self.index, article_id, encoder=self.encoder)
