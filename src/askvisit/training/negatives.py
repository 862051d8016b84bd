"""Questions that a passage does not answer, made from those that it does.

The kinds follow the analysis of unanswerable questions in SQuAD 2.0 (Rajpurkar et al. 2018,
table 1: negation, antonym, entity swap, ...) and the retrieved negatives of Clark and Gardner
2018 (arXiv:1710.10723): another paragraph of the same article.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass
from math import fsum

from askvisit.training.data import Document, Example, sentence_spans

_WORD = re.compile(r"[a-z0-9]+")
_YEAR = re.compile(r"\b1[0-9]{3}\b|\b20[0-9]{2}\b")
_NUMBER = re.compile(r"\d")
_NAME = re.compile(r"\b[A-Z][a-zà-ÿ]+(?:\s[A-Z][a-zà-ÿ]+)*\b")
_NEGATABLE = re.compile(
    r"\b(is|are|was|were|did|does|do|can|could|has|have|had|will|would|should)\b"
)


def words(text: str) -> list[str]:
    """Lower-cased words and numbers, in order."""
    return _WORD.findall(text.lower())


_QUESTION_WORDS = frozenset(
    words(
        "what which who whom whose when where why how in on at the a an of to for from by with "
        "is are was were did does do has have had can could many much"
    )
)
_OPPOSITES = (
    "first last|largest smallest|biggest smallest|highest lowest|oldest youngest|most least|"
    "more fewer|increase decrease|increased decreased|before after|north south|northern southern|"
    "east west|eastern western|early late|began ended|begin end|started stopped|start stop|"
    "won lost|win lose|major minor|best worst|longest shortest|large small|high low|old new|"
    "older newer|higher lower|larger smaller|accepted rejected|accept reject|allowed banned|"
    "built destroyed|positive negative|male female|men women|public private|always never|"
    "legal illegal|inside outside|above below|upper lower|support oppose|supported opposed|"
    "gained lost|rise fall|rose fell|easy difficult|common rare|successful unsuccessful|"
    "joined left|bought sold|internal external|maximum minimum|earliest latest|majority minority|"
    "strong weak|stronger weaker|better worse|true false|future past|modern ancient|rich poor|"
    "winter summer|open closed|opened closed|added removed|agreed refused|attacked defended|"
    "domestic foreign|direct indirect|possible impossible|enter leave|entered left|fast slow"
)
OPPOSITE = {
    word: other
    for pair in _OPPOSITES.split("|")
    for word, other in (pair.split(), pair.split()[::-1])
}


def answer_type(text: str) -> str:
    """``year``, ``number``, ``name`` or ``other``: what an answer looks like."""
    if _YEAR.search(text):
        return "year"
    if _NUMBER.search(text):
        return "number"
    return "name" if _NAME.match(text) else "other"


def holds_type(context: str, kind: str) -> bool:
    """Whether the context holds something that looks like an answer of this type."""
    if kind == "name":  # a capital inside a sentence, not at its start
        return bool(re.search(r"[a-z,] [A-Z][a-z]+", context))
    pattern = {"year": _YEAR, "number": _NUMBER}.get(kind)
    return pattern is None or bool(pattern.search(context))


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The paragraphs of one article as bags of words, to find those most like a question."""

    contexts: tuple[str, ...]
    bags: tuple[frozenset[str], ...]
    frequency: Counter[str]

    @classmethod
    def of(cls, document: Document) -> Neighbours:
        """Count the words of every paragraph of an article."""
        contexts = tuple(paragraph.context for paragraph in document.paragraphs)
        bags = tuple(frozenset(words(context)) for context in contexts)
        return cls(contexts, bags, Counter(word for bag in bags for word in bag))

    def similar(self, example: Example, *, same_type: bool, rng: random.Random) -> Example | None:
        """The question over the most similar other paragraph that lacks its answer.

        Similarity is the sum of inverse paragraph frequencies of the shared words; one of the
        best two is drawn. With ``same_type`` the paragraph must hold an entity of the answer's
        type, the typical false answer. None if no paragraph qualifies.
        """
        answer = example.context[example.start : example.end]
        kind = answer_type(answer)
        wanted = set(words(example.question)) - _QUESTION_WORDS
        scored = []
        for context, bag in zip(self.contexts, self.bags, strict=True):
            if context == example.context or answer.lower() in context.lower():
                continue
            if same_type and not holds_type(context, kind):
                continue
            # fsum: the order of a set differs from run to run, and a plain sum with it
            scored.append((fsum(1 / self.frequency[word] for word in wanted & bag), context))
        scored.sort(key=lambda pair: -pair[0])
        if not scored:
            return None
        label = "same-type" if same_type else "similar"
        return example.without_answer(label, context=rng.choice(scored[:2])[1])


def swapped(example: Example, document: Document, rng: random.Random) -> Example | None:
    """Replace one year or name of the question by another of the same article.

    The name must stand in the paragraph, so that the question was about it; the new one must
    not be in the question or the answer. None if nothing can be replaced.
    """
    question, context = example.question, example.context
    for pattern in (_YEAR, _NAME):
        found = [
            match
            for match in pattern.finditer(question)
            if match.start() > 0 and match.group() in context
        ]
        if not found:
            continue
        match = rng.choice(found)
        other_text = rng.choice(document.paragraphs).context
        pool = pattern.findall(other_text) + pattern.findall(context)
        words_of = len(match.group().split())
        answer = context[example.start : example.end]
        choices = sorted(
            {
                item
                for item in pool
                if item not in question
                and item not in answer
                and len(item.split()) == words_of
                and item.lower() not in _QUESTION_WORDS
                and not _sentence_start(item, other_text, context)
            }
        )
        if choices:
            edited = question[: match.start()] + rng.choice(choices) + question[match.end() :]
            return example.without_answer("swapped", question=edited)
    return None


def _sentence_start(item: str, *texts: str) -> bool:
    """Whether a capitalised word is only the first word of sentences ("Although")."""
    return not any(re.search(rf"[a-z,0-9] {re.escape(item)}", text) for text in texts)


def opposed(example: Example, rng: random.Random) -> Example | None:
    """Turn one word of the question into its opposite ("largest" to "smallest"), else None.

    The opposite must not stand in the paragraph, which might then answer the new question.
    """
    here = set(words(example.context))
    found = [
        match
        for match in re.finditer(r"[a-z]+", example.question)
        if match.group() in OPPOSITE and OPPOSITE[match.group()] not in here
    ]
    if not found:
        return None
    match = rng.choice(found)
    before, after = example.question[: match.start()], example.question[match.end() :]
    return example.without_answer("opposed", question=before + OPPOSITE[match.group()] + after)


def negated(example: Example) -> Example | None:
    """Negate the question's verb ("did" to "didn't"), else None."""
    match = _NEGATABLE.search(example.question)
    if match is None or " not " in example.question or "n't" in example.question:
        return None
    verb = match.group()
    negative = {"can": "can't", "will": "won't"}.get(verb, verb + "n't")
    question = example.question[: match.start()] + negative + example.question[match.end() :]
    return example.without_answer("negated", question=question)


def removed(example: Example) -> Example | None:
    """The question over its paragraph without the answer's sentence, else None.

    The rest must not hold the answer: the passage is on the subject but does not say.
    """
    for start, end in sentence_spans(example.context):
        if start <= example.start < end:
            rest = (example.context[:start] + example.context[end:].lstrip()).strip()
            answer = example.context[example.start : example.end]
            if len(rest) < 100 or answer.lower() in rest.lower():
                return None
            return example.without_answer("removed", context=rest)
    return None
