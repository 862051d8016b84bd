"""What a message asks of the assistant or of an article as such: its intent, learned.

`intents.toml` has examples of each intent and questions that have none. Which article or topic is
meant must not affect the intent, so the words that no example has are replaced by "something":
"Who wrote the article about the bridge?" becomes "who wrote the article about something". A message
that then equals an example has its intent. Any other that shares most words with one is scored by
kernel ridge regression (Saunders and others, 1998) on the encoder's vectors; so nearly all
questions are ruled out by their words alone. After a refusal, fewer shared words are enough. How
wide the kernel is follows from how far apart the examples are for the encoder, so that scores mean
the same whichever it is.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from askvisit.rewriting.query import bare
from askvisit.text import ONES, QUESTION_WORDS, STOP_WORDS, TOKEN, content_words
from askvisit.vectors import FloatArray, normalise

if TYPE_CHECKING:
    from askvisit.encoder import Encoder

Intent = Literal[
    "greeting", "assent", "thanks", "farewell", "well_being", "identity", "help",
    "more", "headline", "show", "summary", "list",
    "author", "date", "source", "url", "about", "newest", "oldest", "papers", "compare", "new",
]  # fmt: skip

SMALL_TALK = frozenset(
    ("greeting", "assent", "thanks", "farewell", "well_being", "identity", "help")
)
_OF_NO_ARTICLE = SMALL_TALK | {"more", "list"}
_FACTS = frozenset(("author", "date", "source", "url"))
_ABOUT_SOMETHING = frozenset(("about", "papers", "new"))
_FULLY_NAMED = frozenset(("compare", "new"))
"""Fulfilled only where a message names two articles, or a topic and a day."""

MOST_SENTENCES = 10
"""Maximum number of sentences in a requested summary."""

_LEAST = 0.35
"""Minimum score of an intent."""

_ALIKE, _LOOSELY_ALIKE = 0.6, 0.4
"""Minimum share of its words that a message shares with an example, before and after a refusal, to
be scored: a plain question need not wait for the encoder. One that names an article always is."""

_LONGEST = 25
"""Maximum number of words in a request."""

_SOMETHING = "something"
_ARTICLE = frozenset("article articles story stories".split())
"""Words that mean an article; "report", "paper" and the like may be in the text."""

_PAPERS = _ARTICLE | frozenset(
    "paper papers newspapers press accounts reports sources says".split()
)
"""Words that mean the articles where it is asked what they say: "How did it change?" has none."""

_SURELY = _ARTICLE | frozenset("this these here headline byline you your".split())
"""Words that mean an article or the assistant, and not what was just talked about."""

_OF_THE_ARTICLE = frozenset("it author publisher publication published".split())
"""Words that mean an article, unless something else was just talked about."""

_LONG_DRAWN = re.compile(r"([^\W\d_])\1{2,}")
_WORD = re.compile(TOKEN)
_TLDR = re.compile(r"\btl\s*[;,:/]?\s*dr\b", re.IGNORECASE)
_OPENING = re.compile(
    r"\s*(?:(?:hi|hello|hey|ok|okay|so|and|well|thanks|thank you)\b[\s,.!;:–-]+(?=\w))+",
    re.IGNORECASE,
)
_NUMBERS = {word: number for number, word in enumerate((*ONES, "ten"), 1)}
SINCE = re.compile(r"\b(?:since|after)\b", re.IGNORECASE)
"""What a request for what is new since a day has."""

_EVERY = re.compile(
    r"\b(?:each|every|everything|articles|stories)\b|"
    r"(?<!\bit )(?<!\bthis )\ball\b(?! about\b|.*\b(?:it|this|article|story)\b)"
)
"""What a summary of more than one article has, and "sum it all up" and "all about" have not."""

_SAID_ABOUT = re.compile(
    r"\b(?:about|on|that)\s+(?:the\s+)?(?!.*\bdiffer\W*$)(.*\w)", re.IGNORECASE | re.DOTALL
)
_LENGTH = re.compile(
    rf"\b(?:(?:in|with|of)\s+)?(\d{{1,3}}|{'|'.join(_NUMBERS)})[\s-]+"
    r"(sentences?|lines?|points?|bullets?|words?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Request:
    """What a message asks for, and of which article.

    `about`: the words that say which article, if any; `names_article`: whether the message says
    that it means one ("the bridge article"), not just what may be a title. `sentences`: the
    requested length of a summary, `of_every`: whether each article is to be summarised. `is_sure`:
    whether it can be nothing in the text that was just talked about; if it can ("When was it
    published?" after a book), the text is read first.
    """

    intent: Intent
    about: str | None = None
    names_article: bool = False
    sentences: int | None = None
    of_every: bool = False
    is_sure: bool = True


class IntentClassifier:
    """The intents of a file with their examples; fitted on first use, for one encoder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fitted: dict[tuple[str, str, int], _Fit] = {}

    @cached_property
    def examples(self) -> dict[str, str | None]:
        """The intent of each example, None for those of questions; examples are `plain`."""
        named = {plain(e): name for name, table in self._tables.items() for e in table["examples"]}
        return dict.fromkeys(map(plain, self._file["questions"])) | named

    @cached_property
    def responses(self) -> dict[str, str]:
        """The fixed response to each kind of small talk."""
        return {name: t["response"] for name, t in self._tables.items() if "response" in t}

    @cached_property
    def abbreviations(self) -> dict[str, str]:
        """Short forms and misspellings of words in messages, and what they mean."""
        return dict(self._file["abbreviations"])

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The words of the examples that have an intent, and stop words."""
        return STOP_WORDS.union(*self.word_sets)

    @cached_property
    def word_sets(self) -> frozenset[frozenset[str]]:
        """The words of each example that has an intent."""
        named = (example for example, name in self.examples.items() if name is not None)
        return frozenset(frozenset(example.split()) for example in named)

    @cached_property
    def _file(self) -> dict[str, Any]:
        return tomllib.loads(self._path.read_text("utf-8"))

    @cached_property
    def _tables(self) -> dict[str, dict[str, Any]]:
        others = ("questions", "abbreviations")
        return {name: table for name, table in self._file.items() if name not in others}

    def intent(self, masked: str, encoder: Encoder, impossible: Collection[str] = ()) -> str | None:
        """Return the intent of a masked message, other than those impossible; None if none."""
        if masked in self.examples:
            return self.examples[masked]
        every = self.scores(masked, encoder)
        scores = {name: score for name, score in every.items() if name not in impossible}
        best = max(scores, key=scores.__getitem__)
        return best if scores[best] >= _LEAST else None

    def scores(self, masked: str, encoder: Encoder) -> dict[str, float]:
        """Return the score of each intent: about 1 for its examples, about 0 for all others."""
        fit = self.fit(encoder)
        vector = normalise(encoder.encode_query([masked]))
        scores = _kernel(vector, fit.known, fit.spread)[0] @ fit.weights
        return dict(zip(self._tables, scores.tolist(), strict=True))

    def fit(self, encoder: Encoder) -> _Fit:
        """Fit the weights of the examples for an encoder, once."""
        key = encoder.name, encoder.sha256, encoder.dimension
        if key not in self._fitted:
            known = self._stored(encoder)
            if known is None:
                known = normalise(encoder.encode_query(list(self.examples)))
            mean = known.mean(axis=0, dtype=np.float64)
            spread = max(1e-3, 1.0 - float(mean @ mean))
            wanted = [[name == one for one in self._tables] for name in self.examples.values()]
            kernel = _kernel(known, known, spread) + _RIDGE * np.eye(len(known))
            weights = np.linalg.solve(kernel, np.array(wanted, np.float64)).astype(np.float64)
            self._fitted[key] = _Fit(known, spread, weights)
        return self._fitted[key]

    def store(self, encoder: Encoder) -> None:
        """Store the vectors of the examples beside their file (float16): encoding takes seconds."""
        vectors = normalise(encoder.encode_query(list(self.examples))).astype(np.float16)
        np.savez(self._vectors, vectors=vectors, of=self._of(encoder))

    def _stored(self, encoder: Encoder) -> FloatArray | None:
        """Return the stored vectors; None if they are not those of these examples and encoder."""
        with suppress(OSError, ValueError, KeyError, BadZipFile), np.load(self._vectors) as stored:
            if str(stored["of"]) == self._of(encoder):
                return normalise(stored["vectors"].astype(np.float32))
        return None

    @property
    def _vectors(self) -> Path:
        return self._path.with_suffix(".npz")

    def _of(self, encoder: Encoder) -> str:
        return hashlib.sha256("\n".join([encoder.sha256, *self.examples]).encode()).hexdigest()


class _Fit(NamedTuple):
    """The vectors of the examples, 1 less their mean cosine, and weights (examples × intents)."""

    known: FloatArray
    spread: float
    weights: NDArray[np.float64]


_SHARPNESS = 1.5798  # of the Gaussian kernel on unit vectors, for examples with a spread of 1
_RIDGE = 0.3


def _kernel(one: FloatArray, other: FloatArray, spread: float) -> NDArray[np.float64]:
    cosines = (one @ other.T).astype(np.float64)
    kernel: NDArray[np.float64] = np.exp(_SHARPNESS / spread * (cosines - 1.0))
    return kernel


CLASSIFIER = IntentClassifier(Path(__file__).with_suffix(".toml"))


def recognise(
    message: str, encoder: Encoder, *, is_follow_up: bool = False, loosely: bool = False
) -> Request | None:
    """Return what a message asks for; None if it is a question about the text.

    is_follow_up: whether it may be about what was just answered. loosely: the reader refused it.
    """
    least = _LOOSELY_ALIKE if loosely else _ALIKE
    sentences = None
    if length := _LENGTH.search(message):
        message = message[: length.start()] + message[length.end() :]
        number = _NUMBERS.get(length[1].lower()) or int(length[1])
        sentences = None if length[2].startswith("word") else min(number, MOST_SENTENCES)
    masked, about = mask(message)
    if masked not in CLASSIFIER.examples:
        opening = _OPENING.match(message)
        message = bare(message[opening.end() :] if opening else message) or message
        masked, about = mask(message)
        if not _is_like_an_example(masked, least):
            return None
    impossible = () if SINCE.search(message) else ("new",)
    intent = CLASSIFIER.intent(masked, encoder, impossible)
    is_of_none = intent in _OF_NO_ARTICLE and about is not None
    lacks_topic = intent in _ABOUT_SOMETHING and about is None
    if intent is None or is_of_none or lacks_topic:
        return None
    held = set(masked.split())
    if intent == "papers" and _PAPERS & held and (topic := _SAID_ABOUT.search(message)):
        about = topic[1]  # whole: "who won", of which an example may have "who"
    names_article = bool(_ARTICLE & held)
    of_every = intent == "summary" and _EVERY.search(masked) is not None
    return Request(
        cast(Intent, intent),
        about,
        names_article,
        sentences,
        of_every and (about is None or names_article),
        _is_sure(intent, held, about, is_follow_up),
    )


def _is_sure(intent: str, held: set[str], about: str | None, is_follow_up: bool) -> bool:
    """Return whether a message cannot be about something in the text.

    "Summarise it" cannot, "What was it about?" can after an answer about a book, and "Who is the
    journalist?" always can.
    """
    if intent in _OF_NO_ARTICLE | _FULLY_NAMED or _SURELY & held:
        return True
    if intent == "papers":
        return not is_follow_up or bool(_PAPERS & held)
    is_question = intent == "headline" or bool(QUESTION_WORDS & held)
    if intent in ("show", "summary", "headline"):
        return about is not None or not is_question or not is_follow_up
    return not is_follow_up and (intent not in _FACTS or bool(_OF_THE_ARTICLE & held))


def mask(message: str) -> tuple[str, str | None]:
    """Replace the words that no example has by "something"; return the message and those words."""
    typed = _words(message)
    known = CLASSIFIER.vocabulary
    strange = [n for n, (word, _, _) in enumerate(typed) if word not in known]
    plain_words = [word for word, _, _ in typed]
    if not strange:
        return " ".join(plain_words), None
    first, last = strange[0], strange[-1]
    about = message[typed[first][1] : typed[last][2]]
    has_article = first > 0 and plain_words[first - 1] in ("the", "a", "an")
    before = plain_words[: first - 1] if has_article else plain_words[:first]
    return " ".join([*before, _SOMETHING, *plain_words[last + 1 :]]), about


def _is_like_an_example(masked: str, least: float) -> bool:
    """Return whether a message may have an intent, judged by its words alone."""
    held = frozenset(masked.split())
    if masked in CLASSIFIER.examples or (_ARTICLE & held and len(held) <= _LONGEST):
        return True
    if not content_words(masked.replace(_SOMETHING, "")):
        return False
    return any(len(held & e) >= least * len(held | e) for e in CLASSIFIER.word_sets)


def plain(text: str) -> str:
    """Normalise a message for comparison: lower case, no punctuation, abbreviations expanded."""
    return " ".join(word for word, _, _ in _words(text))


def _words(text: str) -> list[tuple[str, int, int]]:
    """Return the normalised words of a message, each with its range in the text."""
    return [
        (word, match.start(), match.end())
        for match in _WORD.finditer(_TLDR.sub("tldr", text))
        for word in _normalised(match[0]).split()
    ]


def _normalised(typed: str) -> str:
    lower = unicodedata.normalize("NFKC", typed).lower().replace("’", "'").strip("'")
    short = _LONG_DRAWN.sub(r"\1", lower)  # "hellooo", "heyyy"
    known = CLASSIFIER.abbreviations
    return known.get(lower) or known.get(short) or short.removesuffix("'s")
