"""The facade: a question in, an `Answer` out.

>>> from askvisit import Assistant
>>> Assistant.load().ask("When did Xi meet Kim Jong Il?").citations[0].span  # doctest: +SKIP
'in 2009'
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Self

from askvisit import encoder as encoders
from askvisit import reader as readers
from askvisit import talk
from askvisit.calibration import Calibration, Strictness
from askvisit.encoder import Encoder
from askvisit.errors import EncoderMismatchError
from askvisit.index import IndexLocation, PassageIndex, location_of
from askvisit.inquiry import Inquiry, readable
from askvisit.library import Library
from askvisit.pipeline import QAPipeline
from askvisit.reader import Reader
from askvisit.reader.fitted import fitted_for
from askvisit.records import Answer
from askvisit.retriever import Retriever
from askvisit.rewriting.resolution import Resolver, TermClassifier
from askvisit.scope import Scope, propose
from askvisit.trace import Recorder, Trace


class Assistant(Library):
    """Answers questions over one index; safe to share between threads.

    A rebuilt index is picked up before the next question; each question uses one snapshot.
    """

    def __init__(
        self,
        index: str | os.PathLike[str] | IndexLocation,
        encoder: Encoder,
        reader: Reader,
        calibration: Calibration,
        resolver: Resolver | None = None,
    ) -> None:
        super().__init__(index, encoder)
        self._reader = reader
        self._calibration = calibration
        self._resolver = resolver or TermClassifier()

    @classmethod
    def load(
        cls,
        index: str | os.PathLike[str] | IndexLocation | None = None,
        *,
        encoder: str | None = None,
        reader: str | None = None,
    ) -> Self:
        """Open an index (the default one if None) with the encoder it was built with.

        index: its folder, or its location elsewhere (`askvisit.Milvus`).
        encoder: the encoder that the index must have been built with.
        reader: a question answering model by name or folder (the bundled one if None).

        Raises `IndexMissingError`, `IndexFormatError`, `IndexDamagedError`,
        `EncoderMismatchError` and `ModelError`, each saying how to fix it.
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
        """The reader, which marks the answer spans."""
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
        """Answer a question with quoted, cited sentences, or say that the articles do not answer.

        history: earlier answers in the conversation, oldest first.
        articles: ids of the articles to search (all if None).
        min_confidence: the confidence (0..1) below which an answer is refused; None means the
        fitted threshold, 0 never refuses, 1 always does.
        since, until, sources: search only articles published between these days (inclusive) and
        in these papers; see `askvisit.scope.Scope`.
        each: read each article with good passages on its own (ten at most) and cite the best
        answer from each that has one; `Answer.groups` shows which agree.

        Raises `QuestionError` for a question that is empty, too long or not text,
        `UnknownArticleError` for an id not in the index, and `ScopeError` if no article is from
        that time or paper.
        """
        scope = Scope(articles, since, until, sources)
        return self.answer(Inquiry(question, history, scope, min_confidence, each))

    def answer(self, inquiry: Inquiry) -> Answer:
        """Answer an inquiry as `ask` does."""
        return self._answer(inquiry)

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
        """Answer a question as `ask` does, and record how: readings, passages, scores, timings."""
        scope = Scope(articles, since, until, sources)
        return self.trace(Inquiry(question, history, scope, min_confidence, each))

    def trace(self, inquiry: Inquiry) -> Trace:
        """Answer an inquiry and record how, as `explain` does."""
        recorder = Recorder()
        answer = self._answer(inquiry, recorder)
        return recorder.trace(answer, self._refused_below(inquiry))

    def threshold(self, strictness: Strictness = "normal") -> float:
        """Return the fitted confidence threshold of a strictness level."""
        return self._calibration.thresholds[strictness]

    def warm_up(self) -> None:
        """Load the models now, so that the first question does not wait for them."""
        index = self._current.snapshot()
        evidence = Retriever(index, self._encoder).gather("What happened?", passages=1)
        self._reader.read("What happened?", evidence)
        talk.warm_up(self._encoder)

    def _answer(self, inquiry: Inquiry, recorder: Recorder | None = None) -> Answer:
        inquiry.check()
        question = inquiry.question
        unreadable = talk.why_unreadable(question)
        if unreadable is not None:
            return Answer(question, question, "not_found", False, unreadable, 0.0)
        return self._on_snapshot(lambda index: self._answer_from(index, inquiry, recorder))

    def _answer_from(
        self, index: PassageIndex, inquiry: Inquiry, recorder: Recorder | None
    ) -> Answer:
        articles = inquiry.scope.ids(index)
        pipeline = QAPipeline(
            index,
            self._encoder,
            self._reader,
            self._calibration,
            articles,
            self._refused_below(inquiry),
            self._sentences,
            self._resolver,
            inquiry.each,
        )
        if recorder is not None:
            pipeline = recorder.watching(pipeline)
        asked = readable(inquiry.question)
        answer = pipeline.answer(inquiry.question, asked, inquiry.history)
        proposed = propose(index, self._encoder, asked, articles)
        return answer if proposed is None else replace(answer, proposed_scope=proposed)

    def _refused_below(self, inquiry: Inquiry) -> float:
        least = inquiry.min_confidence
        return self.threshold() if least is None else least


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
    """Answer a question from an index (the default one if None), which is loaded once.

    See `Assistant.ask` and `Assistant.load`.
    """
    scope = Scope(articles, since, until, sources)
    return _loaded(index).answer(Inquiry(question, history, scope, min_confidence, each))
