"""Small stand-ins whose results can be read off, for tests of logic; quality needs the models."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import Coroutine, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from askvisit import build_index
from askvisit.calibration import Calibration
from askvisit.reader import Reader
from askvisit.reader.protocol import PASSAGES
from askvisit.records import Answer, Citation, ContextTurn, Evidence, Sentence, Span
from askvisit.rewriting.resolution import turn_text
from askvisit.text import as_written, commonest, content_words

ROOT = Path(__file__).parent.parent.parent
VISIT = "xi-jinping-visits-north-korea.txt"
VOCABULARY = ("mayor", "bridge", "minister", "tariff")

BRIDGE = (
    "A Bridge for the Town\n\n"
    "The mayor opened the bridge on Monday. It cost two million crowns and took three years.\n\n"
    "The minister came to see the bridge. She said that the railway would be mended next year.\n\n"
    "A band played until late in the evening, and nobody in the whole town went to bed early.\n"
)
TARIFFS = (
    "Tariffs Rise Again\n\n"
    "The minister raised the tariff on steel to nine percent. Traders had feared a higher one.\n\n"
    "A tariff on wool, a tariff on salt and a tariff on tin were dropped on the very same day.\n"
)


class Symmetric:
    """An encoder whose two sides are the same."""

    def encode_query(self, texts: Sequence[str]) -> np.ndarray:
        return self.encode(texts)

    def encode_document(self, texts: Sequence[str]) -> np.ndarray:
        return self.encode(texts)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        raise NotImplementedError


class WordCounts(Symmetric):
    """An encoder: how often each word of `VOCABULARY` is in a text (a plural counts too).

    `encoded` keeps every text that was encoded.
    """

    def __init__(self, name: str = "word-counts", vocabulary: Sequence[str] = VOCABULARY) -> None:
        self.name = name
        self.sha256 = hashlib.sha256(name.encode()).hexdigest()
        self.vocabulary = tuple(vocabulary)
        self.encoded: list[str] = []

    @property
    def dimension(self) -> int:
        return len(self.vocabulary)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.encoded.extend(texts)
        rows = []
        for text in texts:
            found = [word.removesuffix("s") for word in re.findall(r"\w+", text.lower())]
            rows.append([float(found.count(word)) for word in self.vocabulary])
        return np.array(rows, dtype=np.float32).reshape(-1, self.dimension)


class ScriptedReader:
    """A reader with a script: the words that it marks, and the score that it gives them.

    A sentence that holds none of the words is judged whole, with the score `otherwise`. `asked`
    keeps the questions, `turns` the earlier turns of each.
    """

    name = "scripted"
    sha256 = "5" * 64
    passages = PASSAGES

    def __init__(self, script: Mapping[str, float], otherwise: float = -9.0) -> None:
        self.script = script
        self.otherwise = otherwise
        self.asked: list[str] = []
        self.turns: list[tuple[str, ...]] = []

    def read(self, question: str, evidence: Evidence, turns: Sequence[str] = ()) -> list[Span]:
        self.asked.append(question)
        self.turns.append(tuple(turns))
        return [self._judge(sentence) for sentence in evidence.sentences]

    def _judge(self, sentence: Sentence) -> Span:
        for words, score in self.script.items():
            at = sentence.text.find(words)
            if at >= 0:
                start = sentence.start + at
                return Span(sentence, start, start + len(words), score, 0.0)
        return Span(sentence, None, None, self.otherwise, 0.0)


class SharedWords:
    """A reader that marks the first word that question and sentence share; each counts one."""

    name = "shared-words"
    sha256 = "6" * 64
    passages = PASSAGES

    def read(self, question: str, evidence: Evidence, turns: Sequence[str] = ()) -> list[Span]:
        asked = set(content_words(question))
        spans = []
        for sentence in evidence.sentences:
            shared = [m for m in re.finditer(r"\w+", sentence.text) if m[0].lower() in asked]
            first = shared[0].span() if shared else None
            start, end = (None, None) if first is None else (n + sentence.start for n in first)
            spans.append(Span(sentence, start, end, len(shared) - 0.5, 0.0))
        return spans


class RememberingReader:
    """A reader that reads the same evidence once for a question, for tests that ask again."""

    def __init__(self, reader: Reader) -> None:
        self.name, self.sha256, self.passages = reader.name, reader.sha256, reader.passages
        self._reader = reader
        self._read: dict[Hashable, list[Span]] = {}

    def read(self, question: str, evidence: Evidence, turns: Sequence[str] = ()) -> list[Span]:
        asked = question, evidence.hits, evidence.windows, tuple(turns)
        if asked not in self._read:
            self._read[asked] = self._reader.read(question, evidence, turns)
        return list(self._read[asked])


class ScriptedResolver:
    """A resolver with a script: the words of the last turn that a question depends on.

    A question without a script stands alone. `asked` keeps the questions. `probability` is how
    likely any of them depends on its words.
    """

    def __init__(
        self, script: Mapping[str, Sequence[str]] | None = None, probability: float = 1.0
    ) -> None:
        self.script = script or {}
        self.probability = probability
        self.asked: list[str] = []

    def context(self, question: str, history: Sequence[Answer]) -> tuple[ContextTurn, ...]:
        self.asked.append(question)
        words = self.script.get(question)
        if not words or not history:
            return ()
        text = turn_text(history[-1])
        return (ContextTurn(len(history) - 1, text, tuple(words), self.probability),)


def vocabulary(texts: Iterable[str]) -> dict[str, str]:
    """Return the commonest words of texts, each with its most frequent form."""
    return commonest(sum(map(as_written, texts), Counter()))


def calibration(reader: str = "scripted") -> Calibration:
    """Candidates are ranked by the reader's margin alone, confidence is its logistic.

    Further ones are quoted if they are nearly as likely as the first.
    """
    return Calibration(
        reader,
        rank={"margin": 1.0, "dense": 0.0, "bm25": 0.0},
        share={"intercept": -0.1, "behind": -1.5},
        confidence={"intercept": 0.0, "margin": 1.0, "dense": 0.0, "gap": 0.0},
        thresholds={"lenient": 0.3, "normal": 0.5, "strict": 0.7},
        rates={},
    )


def finish(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine in a thread: a browser test leaves a running event loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def write_articles(folder: Path, articles: Mapping[str, str | bytes]) -> Path:
    """Write files into a folder, text as UTF-8 and newlines as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in articles.items():
        data = text if isinstance(text, bytes) else text.encode()
        (folder / name).write_bytes(data)
    return folder


def indexed(folder: Path, articles: Mapping[str, str | bytes], encoder: Any = None) -> Path:
    """Write articles into an index's folder, and build it."""
    write_articles(folder / "articles", articles)
    build_index(index=folder, encoder=encoder or WordCounts())
    return folder


def citation(text: str, quote: str, span: str | None = None, **changed) -> Citation:
    """Cite a quote (and the words in it) where it first occurs in a text."""
    start = text.index(quote)
    span_start = None if span is None else text.index(span, start)
    fields = {
        "number": 1,
        "article_id": "bridge.txt",
        "article_title": "A Bridge for the Town",
        "article_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "paragraph": 1,
        "quote": quote,
        "start": start,
        "end": start + len(quote),
        "span": span,
        "span_start": span_start,
        "span_end": None if span is None or span_start is None else span_start + len(span),
        "score": 1.5,
    }
    return Citation(**fields | changed)
