"""Adding and removing articles in the browser: the form, what it sends, its progress.

What a browser sends is checked here. An article is added in its own thread, so that progress can be
shown; it continues if the user leaves the page.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from askvisit import encoder as encoders
from askvisit import formats
from askvisit.corpus import LARGEST_FILE
from askvisit.encoder import Encoder
from askvisit.errors import DataError
from askvisit.index import manifest as manifests
from askvisit.index.edit import ArticleMetadata, add_article, articles_folder, remove_article
from askvisit.passages import passages
from askvisit.records import Article
from askvisit.text import counted
from askvisit.web.markup import escape, offered

LONGEST_TOLD = 300
"""Maximum characters of a typed title, source or date."""

_MEGABYTES = LARGEST_FILE // 1_000_000


@dataclass(frozen=True)
class NewArticle:
    """An article that a user wants to add: a file's name and bytes, and its metadata."""

    name: str
    data: bytes
    metadata: ArticleMetadata

    @classmethod
    def checked(cls, data: object) -> NewArticle:
        """Check what a browser sent: `{"name", "base64"}` of a file, or `{"text"}`.

        Both may have `title`, `source` and `date`. Raises `DataError` with a message for the user.
        """
        sent = data if isinstance(data, dict) else {}
        metadata = ArticleMetadata(
            _words(sent, "title"), _words(sent, "source"), None, _words(sent, "date")
        )
        name, encoded, text = sent.get("name"), sent.get("base64"), sent.get("text")
        if isinstance(name, str) and isinstance(encoded, str):
            try:
                return cls(name, base64.b64decode(encoded, validate=True), metadata)
            except (binascii.Error, ValueError) as error:
                raise DataError("the file did not arrive in full; add it again") from error
        if not isinstance(text, str) or not text.strip():
            raise DataError("choose a file, or paste the article's text")
        first = " ".join(text.split()[:8])
        return cls(f"{metadata.title or first}.txt", text.encode("utf-8", "replace"), metadata)


class ArticleEditor:
    """Adds articles to one index and removes them."""

    def __init__(self, folder: Path, encoder: Encoder | None = None) -> None:
        """Take an index; if no encoder is given, its own is loaded on first use.

        Raises `IndexReadOnlyError` if nothing can be added to the index in `folder`.
        """
        self.folder = folder
        self._given = encoder
        articles_folder(folder)

    def add(self, addition: NewArticle) -> Iterator[tuple[int, int] | Article]:
        """Yield how many passages are encoded and how many there are, then the article.

        Raises the errors of `index.edit.add_article`.
        """
        news: SimpleQueue[tuple[int, int] | Article | BaseException] = SimpleQueue()

        def work() -> None:
            try:
                article = add_article(
                    self.folder,
                    addition.name,
                    addition.data,
                    addition.metadata,
                    encoder=self._encoder,
                    progress=lambda done, total: news.put((done, total)),
                )
                news.put(article)
            except BaseException as error:
                news.put(error)

        Thread(target=work, name="adding an article").start()
        while not isinstance(new := news.get(), Article):
            if isinstance(new, BaseException):
                raise new
            yield new
        yield new

    def remove(self, article_id: str) -> None:
        """Remove an article. Raises the errors of `index.edit.remove_article`."""
        remove_article(self.folder, article_id, encoder=self._encoder)

    @cached_property
    def _encoder(self) -> Encoder:
        return self._given or encoders.load(manifests.read(self.folder).encoder.name)


def form() -> str:
    """Return the form; `static/adding.js` sends its contents."""
    accept = ",".join(formats.SUFFIXES)
    fields = "".join(
        f'<label>{label} <input type="{kind}" name="{name}" maxlength="{LONGEST_TOLD}"></label>'
        for name, label, kind in (
            ("title", "Title", "text"),
            ("source", "Source", "text"),
            ("date", "Date", "date"),
        )
    )
    return (
        f'<form class="adding" data-largest="{LARGEST_FILE}">'
        '<label class="drop"><b>Drop files here, or choose them</b>'
        f"<span>{escape(', '.join(formats.SUFFIXES))}; up to {_MEGABYTES} MB each</span>"
        f'<input type="file" name="file" accept="{accept}" multiple>'
        '<span class="chosen" role="status"></span></label>'
        '<button type="button" class="quiet" data-none hidden>Clear selection</button>'
        '<label>Or paste the text <textarea name="text" rows="5"></textarea></label>'
        '<p class="note">Title, source and date, if you know them; web pages usually have them.</p>'
        f'<div class="told">{fields}</div>'
        '<button type="submit" class="send">Add the article</button>'
        "</form>"
    )


def working(progress: tuple[int, int] | None = None) -> str:
    """Return what is shown while an article is being added."""
    if progress is None:
        return '<p class="note">Reading the article…</p>'
    done, total = progress
    return f'<p class="note">Adding it to the index: {done:,} of {total:,} passages…</p>'


def done(article: Article, questions: Sequence[str] = ()) -> str:
    """Return what is shown once an article is added, with questions to ask about it."""
    words = counted(len(article.text.split()), "word")
    size = f"{words}, {counted(len(passages(article)), 'passage')}"
    return (
        f'<p class="done" data-added="{escape(article.id)}" dir="auto">Added '
        f"“{escape(article.title)}” ({size}). Ask about it now. "
        f'<button type="button" class="quiet" data-read="{escape(article.id)}" '
        f'aria-label="Read {escape(article.title)}">Read</button></p>'
        f"{offered({question: question for question in questions})}"
    )


def failed(reason: str) -> str:
    """Return why an article was not added or removed."""
    return f'<p class="problem" dir="auto">Nothing was changed: {escape(reason)}</p>'


def _words(sent: dict[object, object], name: str) -> str | None:
    value = sent.get(name)
    if not isinstance(value, str):
        return None
    return value.encode("utf-8", "replace").decode()[:LONGEST_TOLD].strip() or None
