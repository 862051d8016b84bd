"""Reading without an index: a question and plain texts in, the sentences that answer out.

>>> import askvisit
>>> askvisit.read("Who won?", ["Ada won. Bo lost."]).quoted[0].span  # doctest: +SKIP
'Ada'
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from askvisit import encoder as encoders
from askvisit import ranking
from askvisit import reader as readers
from askvisit.errors import QuestionError
from askvisit.options import check_question, readable
from askvisit.reader import Reader, fitted_for
from askvisit.records import Article
from askvisit.retriever import evidence_in
from askvisit.text import is_utf8, marked

if TYPE_CHECKING:
    from askvisit.ranking import Candidate


@dataclass(frozen=True)
class ReadSentence:
    """A sentence of one of the texts: `texts[text][start:end] == quote`.

    `share` is the probability (0..1) that it belongs to the answer, if there is one. `span` are the
    words of it that answer, with their offsets in the text; all None if it is judged as a whole.
    """

    text: int
    start: int
    end: int
    quote: str
    share: float
    span: str | None
    span_start: int | None
    span_end: int | None


@dataclass(frozen=True)
class Reading:
    """The sentences that were read, best first, of which the `quoted` ones answer together.

    `confidence` is the probability (0..1) that they do; whether that is enough is the caller's
    choice (`threshold` is the fitted one).
    """

    confidence: float
    threshold: float
    sentences: tuple[ReadSentence, ...]
    quoted: tuple[ReadSentence, ...]


def read(question: str, texts: Sequence[str], *, reader: str | Reader | None = None) -> Reading:
    """Read texts for the sentences that answer a question, as `Assistant.ask` reads articles.

    texts: plain texts, such as passages that another system retrieved; of many, those with the best
    passages are read. reader: as for `Assistant.load`.

    A question without words has no answer: confidence 0.

    Raises `QuestionError` for a question that is empty, too long or not text, or texts that are not
    a list of texts or have lone surrogates, and `ModelError` if there is no such reader.
    """
    check_question(question)
    is_list = isinstance(texts, Sequence) and not isinstance(texts, str)
    if not is_list or not all(isinstance(text, str) for text in texts):
        raise QuestionError("texts must be a list of texts; put a single text into a list")
    broken = [number for number, text in enumerate(texts) if not is_utf8(text)]
    if broken:
        raise QuestionError(f"texts[{broken[0]}] has lone surrogates; remove them")
    readers.check(reader)
    encoder = encoders.load()
    chosen = _named(reader) if reader is None or isinstance(reader, str) else reader
    fitted = fitted_for(chosen)
    asked = marked(readable(question))
    searched = texts if any(map(str.isalnum, asked)) else ()
    articles = [Article(str(number), "", text) for number, text in enumerate(searched)]
    evidence = evidence_in(asked, articles, encoder, passages=chosen.passages)
    ranked = ranking.rank(evidence, chosen.read(asked, evidence), fitted)
    return Reading(
        ranked[0].confidence if ranked else 0.0,
        fitted.thresholds["normal"],
        tuple(map(_sentence, ranked)),
        tuple(map(_sentence, ranking.choose(ranked, 0.0))),
    )


def _sentence(candidate: Candidate) -> ReadSentence:
    span, sentence = candidate.span, candidate.span.sentence
    return ReadSentence(
        int(sentence.article_id),
        sentence.start,
        sentence.end,
        sentence.text,
        candidate.share,
        span.words,
        span.start,
        span.end,
    )


@cache
def _named(reader: str | None) -> Reader:
    return readers.load(reader, encoders.load())
