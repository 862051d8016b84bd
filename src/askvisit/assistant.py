"""The facade: a question in, an `Answer` out.

>>> from askvisit import Assistant
>>> Assistant.load().ask("When did Xi meet Kim Jong Il?").citations[0].span  # doctest: +SKIP
'in 2009'
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from askvisit import encoder as encoders
from askvisit import names, timeline
from askvisit import reader as readers
from askvisit.calibration import LEVELS
from askvisit.corpus import SourceFile
from askvisit.encoder import Encoder, RecentTexts
from askvisit.errors import (
    ArticleError,
    EncoderMismatchError,
    IndexReadOnlyError,
    QuestionError,
    UnknownArticleError,
    build_command,
)
from askvisit.index import (
    Articles,
    CurrentIndex,
    Index,
    IndexLocation,
    PassageIndex,
    location_of,
)
from askvisit.options import (
    Options,
    Scope,
    check_count,
    check_history,
    check_question,
    days_between,
    readable,
)
from askvisit.pipeline import QAPipeline
from askvisit.reader import Reader, SentenceReader, fitted_for
from askvisit.records import Answer, Article, Hit
from askvisit.requests.intents import CLASSIFIER
from askvisit.retriever import Retriever, described
from askvisit.rewriting.resolution import Resolver, TermClassifier
from askvisit.timeline import TimelineEntry
from askvisit.trace import STAGES, Trace

if TYPE_CHECKING:
    from askvisit.calibration import Calibration, Strictness
    from askvisit.formats import PageView
    from askvisit.names import KeyName

_ANY_LEVEL = " or ".join(LEVELS)

NO_WORDS = "That contains no words to search for. Ask a question about the articles, in English."


class Assistant:
    """Answers questions over one index; safe to share between threads.

    A rebuilt index is picked up before the next question; each question uses one snapshot.
    """

    observer: Callable[[str, Callable[[], Trace]], Trace] | None = None
    """Called with each question asked and a function that answers it, whose trace it returns."""

    def __init__(
        self,
        index: str | os.PathLike[str] | IndexLocation,
        encoder: Encoder,
        reader: Reader,
        calibration: Calibration,
        resolver: Resolver | None = None,
    ) -> None:
        self._location = location_of(index)
        self._encoder = RecentTexts(encoder)
        self._sentences = SentenceReader(self._encoder)
        self._current = CurrentIndex(self._location, encoder)
        self._reader = reader
        self._calibration = calibration
        self._resolver = resolver or TermClassifier()

    @classmethod
    def load(
        cls,
        index: str | os.PathLike[str] | IndexLocation | None = None,
        *,
        encoder: str | Encoder | None = None,
        reader: str | Reader | None = None,
    ) -> Self:
        """Open an index (the default one if None) with the encoder it was built with.

        index: its folder, or its location elsewhere (`askvisit.Milvus`).
        encoder: the encoder that the index was built with, by name or folder or as an object;
        needed only for an object.
        reader: "accurate" (if None), "fast" or "small", a question answering model by name or
        folder, or an object. Both protocols are in docs/python-api.md.

        Raises `IndexMissingError`, `IndexFormatError`, `IndexDamagedError`,
        `EncoderMismatchError` and `ModelError`, each saying how to fix it.
        """
        encoders.check(encoder)
        readers.check(reader)
        location = location_of(index)
        built_with = location.encoder()
        if encoder is None:
            encoder = location.loaded_encoder
        if encoder is None or isinstance(encoder, str):
            encoder = encoders.load(encoder or built_with.name)
        if not built_with.is_of(encoder):
            raise EncoderMismatchError(location, built_with.name, encoder.name)
        if reader is None or isinstance(reader, str):
            reader = readers.load(reader, encoder)
        return cls(location, encoder, reader, fitted_for(reader, location.calibration_file()))

    @classmethod
    def from_articles(
        cls,
        articles: Iterable[Article],
        *,
        encoder: str | Encoder | None = None,
        reader: str | Reader | None = None,
    ) -> Self:
        """Index articles that are in memory, for as long as the assistant lives.

        articles, encoder: as for `Index.create`. reader: as for `load`.

        The index is removed by `close`, at the end of a `with` block, or with the assistant. `add`
        and `remove` change it.

        Raises `CorpusError` for an article that cannot be used, and `ModelError`.
        """
        readers.check(reader)
        return cls.load(Index.create(articles, encoder=encoder), reader=reader)

    def add(self, articles: Iterable[Article]) -> None:
        """Index more articles in memory; one with the id of an earlier one replaces it.

        Raises `CorpusError` for one that cannot be used (none is then added), and
        `IndexReadOnlyError` unless the assistant is one `from_articles`.
        """
        self._in_memory().add(articles)

    def remove(self, articles: Collection[str]) -> None:
        """Remove articles in memory by their ids (or one, by its id).

        Raises `UnknownArticleError`, `CorpusError` if none would be left, and `IndexReadOnlyError`
        as `add` does; nothing is then removed.
        """
        self._in_memory().remove(articles)

    def close(self) -> None:
        """Remove the temporary folder of an assistant `from_articles`; do nothing for others."""
        if isinstance(self._location, Index):
            self._location.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _in_memory(self) -> Index:
        if isinstance(self._location, Index):
            return self._location
        raise IndexReadOnlyError(
            f"the articles of the index in {self._location} are files; change those and run: "
            f"{build_command(self._location)}"
        )

    @property
    def encoder(self) -> Encoder:
        """The encoder that the index was built with."""
        return self._encoder

    @property
    def reader(self) -> Reader:
        """The reader, which marks the answer spans."""
        return self._reader

    def ask(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        articles: Sequence[str] | None = None,
        min_confidence: float | None = None,
        since: str | date | None = None,
        until: str | date | None = None,
        sources: Sequence[str] | None = None,
        each: bool = False,
        as_typed: bool = False,
        as_of: str | date | None = None,
        strictness: Strictness | None = None,
    ) -> Answer:
        """Answer a question with quoted, cited sentences, or say that the articles do not answer.

        history: earlier answers in the conversation, oldest first.
        articles: ids of the articles to search (all if None).
        min_confidence: the confidence (0..1) below which an answer is refused; None means the
        fitted threshold, 0 never refuses, 1 always does.
        since, until, sources: search only articles published between these days (inclusive; each
        a date or datetime, or as 2019-06-26, 2019-06 or 2019) and in these papers; see
        `askvisit.options.Scope`.
        each: read each article with good passages on its own (ten at most) and cite the best
        answer from each that has one; `Answer.groups` shows which agree.
        as_typed: read the question by itself and word for word: nothing is corrected or split, and
        no earlier turn is considered.
        as_of: the day of asking (today if None), given likewise. Times in the question ("last
        week") are reckoned from it, and of several articles those of that time are preferred.
        Articles published after a day that is given are not searched.
        strictness: "lenient", "normal" or "strict", instead of min_confidence.

        Raises `QuestionError` for a question that is empty, too long or not text, a history that is
        no list of answers, or an unknown strictness; `UnknownArticleError` for an id not in the
        index, and `ScopeError` if no article is from that time or paper.
        """
        options = Options(
            articles, since, until, sources, as_of, min_confidence, each, as_typed, strictness
        )
        if self.observer is None:
            return self._trace(question, history, options).answer
        return self.observer(question, lambda: self._trace(question, history, options)).answer

    def explain(self, question: str, history: Sequence[Answer] = (), **options: Any) -> Trace:
        """Answer a question as `ask` does, and record how: readings, passages, scores, timings.

        options: those of `ask`.
        """
        return self._trace(question, history, Options(**options))

    @property
    def articles(self) -> Mapping[str, Article]:
        """The articles by id."""
        return self._current.on_snapshot(lambda index: Articles(index, self._current.on_snapshot))

    @property
    def suggestions(self) -> tuple[str, ...]:
        """Questions to start with, from `suggestions.txt` in the index's folder (one a line)."""
        return self._location.suggestions()

    def within(self, scope: Scope) -> list[str]:
        """Return the ids of the articles in a scope; raises the same as `Assistant.ask` for it."""
        return self._current.on_snapshot(lambda index: list(_ids(index, scope)))

    def search(
        self,
        question: str,
        k: int = 5,
        *,
        articles: Sequence[str] | None = None,
        since: str | date | None = None,
        until: str | date | None = None,
        sources: Sequence[str] | None = None,
    ) -> list[Hit]:
        """Return the k best passages for a question or keywords, best first; no reader is run.

        Each of the two searches finds 50 passages, so there are never more than 100.

        articles, since, until, sources: as for `Assistant.ask`.
        """
        check_question(question)
        check_count("k, the number of passages,", k)
        scope, asked = Scope(articles, since, until, sources), readable(question)

        def search(index: PassageIndex) -> list[Hit]:
            found = Retriever(index, self._encoder).search(asked, scope.ids(index))
            return described(found[:k], index)

        return self._current.on_snapshot(search)

    def timeline(
        self,
        topic: str | None = None,
        since: str | date | None = None,
        until: str | date | None = None,
        *,
        articles: Sequence[str] | None = None,
        sources: Sequence[str] | None = None,
    ) -> tuple[TimelineEntry, ...]:
        """Return the dated sentences in chronological order; only those about a topic if given.

        since, until: the time span, both ends included: YYYY, YYYY-MM, YYYY-MM-DD or a date.
        articles, sources: ids of the articles to search, and papers, as for `Assistant.ask`.

        Relative dates ("last Tuesday") and dates without a year are resolved against
        `Article.date`; if that is missing, they are left out.

        Raises `QuestionError` for an empty topic, `UnknownArticleError`, and `ScopeError` for an
        invalid date or if no article is from these papers.
        """
        if topic is not None:
            check_question(topic)
        span = days_between(since, until)

        def entries(index: PassageIndex) -> tuple[TimelineEntry, ...]:
            ids = _ids(index, Scope(articles, sources=sources))
            if topic is None:
                return timeline.everything(index, ids, span)
            about = readable(topic)
            return timeline.on_topic(index, self._encoder, self._sentences, about, ids, span)

        return self._current.on_snapshot(entries)

    def names(
        self,
        most: int = 20,
        *,
        articles: Sequence[str] | None = None,
        since: str | date | None = None,
        until: str | date | None = None,
        sources: Sequence[str] | None = None,
    ) -> tuple[KeyName, ...]:
        """Return the people, places and other names that the articles mention most.

        most: the maximum number. articles, since, until, sources: as for `Assistant.ask`.

        Raises `QuestionError` if `most` is below 1, and what `Assistant.ask` raises for a scope.
        """
        check_count("most, the number of names,", most)
        scope = Scope(articles, since, until, sources)
        return self._current.on_snapshot(
            lambda index: names.key_names(index, _ids(index, scope), most)
        )

    def page(self, article_id: str, page: int, ranges: Sequence[tuple[int, int]] = ()) -> PageView:
        """Render a page (from 1) of a PDF article.

        ranges: (start, end) offsets in the article's text, as in a citation; the boxes of each are
        in the view's `marks`, as fractions of the page.

        Raises `UnknownArticleError` for an id not in the index, and `ArticleError` if the file has
        no such page, is gone, or its text has changed since it was indexed.
        """
        known = self.articles
        if article_id not in known:
            raise UnknownArticleError(article_id, tuple(known))
        path = self._location.article_file(article_id)
        if path is None:
            raise ArticleError(
                Path(article_id), "is not on this machine, only its text is", article_id
            )
        return SourceFile(path).page(known[article_id].sha256, page, ranges)

    def threshold(self, strictness: Strictness = "normal") -> float:
        """Return the fitted confidence threshold of "lenient", "normal" or "strict".

        Raises `QuestionError` for any other strictness.
        """
        if strictness not in LEVELS:
            raise QuestionError(f"no strictness is called {strictness!r}; it is {_ANY_LEVEL}")
        return self._calibration.thresholds[strictness]

    def warm_up(self) -> None:
        """Load the models now, so that the first question does not wait for them."""
        index = self._current.snapshot()
        evidence = Retriever(index, self._encoder).gather("What happened?", passages=1)
        self._reader.read("What happened?", evidence)
        CLASSIFIER.fit(self._encoder)

    def _trace(self, question: str, history: Sequence[Answer], options: Options) -> Trace:
        check_question(question)
        check_history(history)
        options.check()
        least = options.min_confidence
        level = "normal" if options.strictness is None else options.strictness
        least = self.threshold(level) if least is None else least
        asked = readable(question)
        if not any(map(str.isalnum, asked)):
            refused = Answer(
                question, question, "not_found", False, NO_WORDS, 0.0, refusal="no_words"
            )
            return Trace(refused, least, (), dict.fromkeys(STAGES, 0.0))

        def answer(index: PassageIndex) -> Trace:
            pipeline = QAPipeline(
                index,
                self._encoder,
                self._reader,
                self._calibration,
                options.ids(index),
                least,
                self._resolver,
                options.today,
                options.each,
                options.as_typed,
            )
            trace = pipeline.answer(question, asked, history)
            return replace(trace, answer=_described(trace.answer, index))

        return self._current.on_snapshot(answer)


def _described(answer: Answer, index: PassageIndex) -> Answer:
    nearest = tuple(described(answer.nearest, index))
    parts = tuple(_described(part, index) for part in answer.parts)
    return replace(answer, nearest=nearest, parts=parts)


def _ids(index: PassageIndex, scope: Scope) -> Sequence[str]:
    found = scope.ids(index)
    return index.article_ids() if found is None else found


_loaded = cache(Assistant.load)


def ask(
    question: str,
    history: Sequence[Answer] = (),
    *,
    index: str | Path | IndexLocation | None = None,
    **options: Any,
) -> Answer:
    """Answer a question from an index (the default one if None), which is loaded once.

    options: those of `Assistant.ask`. See `Assistant.load` for the index.
    """
    return _loaded(index).ask(question, history, **options)
