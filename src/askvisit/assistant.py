"""The facade: a question in, an `Answer` out.

>>> from askvisit import Assistant
>>> Assistant.load().ask("When did Xi meet Kim Jong Il?").citations[0].span  # doctest: +SKIP
'in 2009'
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Self, TypeVar

from askvisit import encoder as encoders
from askvisit import names, talk, timeline
from askvisit import reader as readers
from askvisit.calibration import FAST, Calibration, Strictness, calibration_for
from askvisit.corpus import SourceFile
from askvisit.encoder import Encoder
from askvisit.errors import (
    ArticleError,
    EncoderMismatchError,
    IndexReplacedError,
    QuestionError,
    UnknownArticleError,
)
from askvisit.formats import PageView
from askvisit.index import Articles, IndexLocation, PassageIndex, location_of
from askvisit.names import KeyName
from askvisit.pipeline import QAPipeline
from askvisit.reader import Reader, SentenceReader
from askvisit.records import Answer, Article, Hit
from askvisit.retriever import Retriever
from askvisit.rewriting.resolution import Resolver, TermClassifier
from askvisit.scope import Scope, propose
from askvisit.text import one_line, printable
from askvisit.timeline import PartialDate, TimelineEntry
from askvisit.trace import Recorder, Trace

LONGEST_QUESTION = 2000
"""Characters of a question."""

_REBUILDS = 5
"""Rebuilds that may overtake one question before it fails."""

Result = TypeVar("Result")


class Assistant:
    """Answers questions over one index; safe to share between threads.

    A rebuilt index is noticed before the next question; one question uses one snapshot.
    """

    def __init__(
        self,
        index: str | os.PathLike[str] | IndexLocation,
        encoder: Encoder,
        reader: Reader,
        calibration: Calibration,
        resolver: Resolver | None = None,
    ) -> None:
        self._location = location_of(index)
        self._encoder = encoder
        self._reader = reader
        self._calibration = calibration
        self._sentences = SentenceReader(encoder)
        self._resolver = resolver or TermClassifier()
        self._lock = threading.Lock()
        self._seen: Hashable | None = None
        self._index = self._snapshot()

    @classmethod
    def load(
        cls,
        index: str | os.PathLike[str] | IndexLocation | None = None,
        *,
        encoder: str | None = None,
        reader: str | None = None,
    ) -> Self:
        """Open an index (the default one where None) with the encoder it was built with.

        index: its folder, or its location elsewhere (`askvisit.Milvus`).
        encoder: the encoder that the index must have been built with.
        reader: a question answering model by name or folder (the bundled one where None).

        Raises `IndexMissingError`, `IndexFormatError`, `IndexDamagedError`,
        `EncoderMismatchError` and `ModelError`, each with how to fix it.
        """
        location = location_of(index)
        built_with = location.encoder()
        engine = encoders.load(encoder or built_with.name)
        if (engine.name, engine.sha256) != (built_with.name, built_with.sha256):
            raise EncoderMismatchError(location, built_with.name, encoder or engine.name)
        chosen = readers.load(reader, engine)
        return cls(location, engine, chosen, fitted_for(chosen, location.calibration_file()))

    @property
    def reader(self) -> Reader:
        """The reader that marks the words that answer."""
        return self._reader

    def ask(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        articles: Sequence[str] | None = None,
        min_confidence: float | None = None,
        since: str | None = None,
        until: str | None = None,
        sources: Sequence[str] | None = None,
        each: bool = False,
    ) -> Answer:
        """Answer a question with quoted, cited sentences, or say that the articles do not.

        history: earlier answers of the conversation, oldest first.
        articles: ids of the articles to look in (all where None).
        min_confidence: the confidence (0..1) below which an answer is refused; None is the
        fitted threshold, 0 never refuses, 1 always does.
        since, until, sources: look only in articles that were published between these days, both
        inclusive, and in these papers; see `askvisit.scope.Scope`.
        each: read every article with good passages by itself (ten at most) and cite the best of
        each that answers; `Answer.groups` tells which say the same.

        Raises `QuestionError` for a question that is empty, too long or no text,
        `UnknownArticleError` for an id that the index does not have, and `ScopeError` where no
        article is of that time or paper.
        """
        scope = Scope(articles, since, until, sources)
        return self._answer(question, history, scope, min_confidence, each=each)

    def explain(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        articles: Sequence[str] | None = None,
        min_confidence: float | None = None,
        since: str | None = None,
        until: str | None = None,
        sources: Sequence[str] | None = None,
        each: bool = False,
    ) -> Trace:
        """Answer a question as `ask` does, and keep how: readings, passages, scores, seconds."""
        recorder = Recorder()
        scope = Scope(articles, since, until, sources)
        answer = self._answer(question, history, scope, min_confidence, recorder, each)
        refused_below = self.threshold() if min_confidence is None else min_confidence
        return recorder.trace(answer, refused_below)

    def _answer(
        self,
        question: str,
        history: Sequence[Answer],
        scope: Scope,
        min_confidence: float | None,
        recorder: Recorder | None = None,
        each: bool = False,
    ) -> Answer:
        check_question(question)
        if min_confidence is None:
            min_confidence = self.threshold()
        elif not 0 <= min_confidence <= 1:
            raise QuestionError("min_confidence is a probability: give a number from 0 to 1")
        unreadable = talk.why_unreadable(question)
        if unreadable is not None:
            return Answer(question, question, "not_found", False, unreadable, 0.0)
        return self._on_snapshot(
            lambda index: self._ask(index, question, history, scope, min_confidence, recorder, each)
        )

    def search(
        self,
        question: str,
        k: int = 5,
        *,
        articles: Sequence[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        sources: Sequence[str] | None = None,
    ) -> list[Hit]:
        """Return the k best passages for a question or keywords, best first; nothing is read.

        articles, since, until, sources: as for `ask`.
        """
        check_question(question)
        if k < 1:
            raise QuestionError("k is how many passages to return: give 1 or more")
        scope = Scope(articles, since, until, sources)
        return self._on_snapshot(lambda index: self._search(index, question, scope)[:k])

    def within(self, scope: Scope) -> list[str]:
        """Return the ids of the articles in a scope; raises what `ask` raises for it."""
        return self._on_snapshot(lambda index: list(_ids(index, scope)))

    def timeline(
        self,
        topic: str | None = None,
        since: str | date | None = None,
        until: str | date | None = None,
        *,
        articles: Sequence[str] | None = None,
    ) -> tuple[TimelineEntry, ...]:
        """Return the dated sentences, in order of time; those about a topic where one is given.

        since, until: the span of time, both ends included: YYYY, YYYY-MM, YYYY-MM-DD or a date.
        articles: ids of the articles to look in (all where None).

        Relative dates ("last Tuesday") are counted from `Article.date`; where that is missing, and
        where a text does not tell the year, they are left out.

        Raises `QuestionError` for an empty topic or what is no date, and `UnknownArticleError`.
        """
        if topic is not None:
            check_question(topic)
        span = timeline.bound("since", since), timeline.bound("until", until)
        if span[0] is not None and span[1] is not None and span[1].last < span[0].first:
            raise QuestionError(f"until ({span[1]}) is before since ({span[0]}); swap them")
        return self._on_snapshot(lambda index: self._timeline(index, topic, span, articles))

    def names(
        self, most: int = 20, *, articles: Sequence[str] | None = None
    ) -> tuple[KeyName, ...]:
        """Return the people, places and other names that the articles mention most.

        most: how many at most. articles: ids of the articles to look in (all where None).

        Raises `QuestionError` where `most` is below 1, and `UnknownArticleError`.
        """
        if most < 1:
            raise QuestionError("most is how many names to return: give 1 or more")
        return self._on_snapshot(lambda index: self._names(index, most, articles))

    def page(self, article_id: str, page: int, ranges: Sequence[tuple[int, int]] = ()) -> PageView:
        """Draw a page (from 1) of an article that is a PDF, as it looks.

        ranges: (start, end) in the article's text, as a citation has them; the boxes of each are
        in the view's `marks`, in parts of the page.

        Raises `UnknownArticleError` for an id that the index does not have, and `ArticleError`
        where the file has no such page, is gone, or says something else than when it was indexed.
        """
        known = self.articles
        if article_id not in known:
            raise UnknownArticleError(article_id, tuple(known))
        path = self._location.article_file(article_id)
        if path is None:
            raise ArticleError(Path(article_id), "its file is not with the index")
        return SourceFile(path).page(known[article_id].sha256, page, ranges)

    @property
    def articles(self) -> Mapping[str, Article]:
        """The articles by id."""
        return self._on_snapshot(Articles)

    @property
    def suggestions(self) -> tuple[str, ...]:
        """Questions to start with, from `suggestions.txt` in the index's folder (one a line)."""
        return self._location.suggestions()

    def threshold(self, strictness: Strictness = "normal") -> float:
        """Return the fitted confidence below which a strictness refuses."""
        return self._calibration.thresholds[strictness]

    def warm_up(self) -> None:
        """Load the models now, so that the first question does not wait for them."""
        index = self._snapshot()
        evidence = Retriever(index, self._encoder).gather("What happened?")
        self._reader.read("What happened?", evidence.windows[:1])
        talk.warm_up(self._encoder)

    def _ask(
        self,
        index: PassageIndex,
        question: str,
        history: Sequence[Answer],
        scope: Scope,
        min_confidence: float,
        recorder: Recorder | None = None,
        each: bool = False,
    ) -> Answer:
        articles = scope.ids(index)
        pipeline = QAPipeline(
            index,
            self._encoder,
            self._reader,
            self._calibration,
            articles,
            min_confidence,
            self._sentences,
            self._resolver,
            each,
        )
        if recorder is not None:
            pipeline = recorder.watching(pipeline)
        asked = _readable(question)
        answer = pipeline.answer(question, asked, history)
        proposed = propose(index, self._encoder, asked, articles)
        return answer if proposed is None else replace(answer, proposed_scope=proposed)

    def _search(self, index: PassageIndex, question: str, scope: Scope) -> list[Hit]:
        found = Retriever(index, self._encoder)
        return found.search(_readable(question), scope.ids(index))

    def _names(
        self, index: PassageIndex, most: int, articles: Sequence[str] | None
    ) -> tuple[KeyName, ...]:
        return names.key_names(index, _ids(index, Scope(articles)), most)

    def _timeline(
        self,
        index: PassageIndex,
        topic: str | None,
        span: tuple[PartialDate | None, PartialDate | None],
        articles: Sequence[str] | None,
    ) -> tuple[TimelineEntry, ...]:
        scope = timeline.TimelineScope(_ids(index, Scope(articles)), *span)
        if topic is None:
            return timeline.everything(index, scope)
        about = _readable(topic)
        return timeline.on_topic(index, self._encoder, self._sentences, about, scope)

    def _on_snapshot(self, work: Callable[[PassageIndex], Result]) -> Result:
        """Do work on one snapshot; on a new one where a rebuild took it away."""
        for _ in range(_REBUILDS):
            try:
                return work(self._snapshot())
            except (FileNotFoundError, IndexReplacedError):
                self._seen = None
        return work(self._snapshot())

    def _snapshot(self) -> PassageIndex:
        """Return the index as it is now, opened anew only where it was rebuilt."""
        seen = self._location.signature()
        with self._lock:
            if seen is None or seen != self._seen:
                self._index = self._opened()
                self._seen = seen
            return self._index

    def _opened(self) -> PassageIndex:
        index = self._location.open()
        built_with = index.encoder
        if (built_with.name, built_with.sha256) != (self._encoder.name, self._encoder.sha256):
            raise EncoderMismatchError(self._location, built_with.name, self._encoder.name)
        return index


def fitted_for(reader: Reader, fitted_by_user: Path | None = None) -> Calibration:
    """Return the weights fitted for a reader, or else the bundled reader's, and say so."""
    fitted = calibration_for(reader.name, fitted_by_user)
    if fitted is not None and fitted.sha256 in (None, reader.sha256):
        return fitted
    missing = f"no weights are fitted for the reader {reader.name}"
    if fitted is not None:
        missing = f"the weights were fitted for other files of the reader {reader.name}"
    warnings.warn(
        f"{missing}, so its confidence is a guess; fit them "
        f"with: askvisit calibrate QUESTIONS.jsonl --reader {reader.name}",
        stacklevel=3,
    )
    bundled = fitted or calibration_for(FAST)
    assert bundled is not None
    return bundled


def check_question(question: str) -> None:
    """Raise `QuestionError` where a question is no text, empty or too long."""
    if not isinstance(question, str):
        raise QuestionError(f"a question is text, not {type(question).__name__}")
    if not question.strip():
        raise QuestionError("the question is empty; ask something about the articles")
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(question):,} characters; {LONGEST_QUESTION:,} are the most"
        )


def _readable(question: str) -> str:
    """Return a question as models can take it: no lone surrogates, control or bidi characters."""
    return one_line(printable(question, instead=" "))


def _ids(index: PassageIndex, scope: Scope) -> Sequence[str]:
    found = scope.ids(index)
    return index.article_ids() if found is None else found


@cache
def _loaded(index: str | Path | IndexLocation | None) -> Assistant:
    return Assistant.load(index)


def ask(
    question: str,
    history: Sequence[Answer] = (),
    *,
    articles: Sequence[str] | None = None,
    min_confidence: float | None = None,
    since: str | None = None,
    until: str | None = None,
    sources: Sequence[str] | None = None,
    each: bool = False,
    index: str | Path | IndexLocation | None = None,
) -> Answer:
    """Answer a question from an index (the default one where None), which is loaded once.

    See `Assistant.ask` and `Assistant.load`.
    """
    return _loaded(index).ask(
        question,
        history,
        articles=articles,
        min_confidence=min_confidence,
        since=since,
        until=until,
        sources=sources,
        each=each,
    )
