"""Which examples a run sees, and in which shares: one endless stream, made from a seed alone."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from askvisit.errors import TrainingError
from askvisit.training import negatives, pages
from askvisit.training.data import Document, Example, examples_of

# Shares of the examples by source. Half the pages and nine in ten of the sentences are
# answerable, all of `answerable` are; the rest has no answer: 44 % in all.
SHARES = {
    "answerable": 0.38,
    "human": 0.20,
    "page": 0.14,
    "sentences": 0.10,
    "similar": 0.04,
    "same-type": 0.04,
    "removed": 0.04,
    "swapped": 0.03,
    "opposed": 0.02,
    "negated": 0.01,
}
TYPED = 0.12  # of the examples are asked as people type
REWORDED = 0.10  # get words of the same meaning


def parse_shares(text: str | None) -> dict[str, float]:
    """``human=0.3,page=0.2`` over the defaults; an unknown name or value is a TrainingError."""
    shares = dict(SHARES)
    for part in filter(None, (part.strip() for part in (text or "").split(","))):
        name, _, value = part.partition("=")
        if name not in SHARES or not value.replace(".", "", 1).isdigit():
            raise TrainingError(
                f"cannot use the share {part!r}; write NAME=NUMBER with a name of "
                + ", ".join(SHARES)
            )
        shares[name] = float(value)
    return shares


@dataclass(frozen=True, slots=True)
class Place:
    """An example of the file and the document and paragraph where it stands."""

    document: int
    paragraph: int
    example: Example


@dataclass(slots=True)
class Deck:
    """Items drawn without replacement and shuffled again when all were drawn."""

    items: list[Place]
    rng: random.Random
    left: list[Place] = field(default_factory=list)

    def draw(self) -> Place:
        """The next item."""
        if not self.left:
            self.left = self.rng.sample(self.items, len(self.items))
        return self.left.pop()


class Mix:
    """The stream of training examples.

    ``documents`` are SQuAD articles, ``sentences`` documents of single sentences (QAMR). Sources
    without material (no human unanswerables, no sentences) are left out.
    """

    def __init__(
        self,
        documents: list[Document],
        sentences: list[Document],
        *,
        shares: dict[str, float],
        seed: int,
    ) -> None:
        self.documents, self.sentences = documents, sentences
        self.rng = random.Random(seed)
        places = list(_places(documents))
        self.answerable = Deck([place for place in places if place.example.answerable], self.rng)
        self.human = Deck([place for place in places if not place.example.answerable], self.rng)
        self.lines = Deck(
            [place for place in _places(sentences) if place.example.answerable], self.rng
        )
        if not self.answerable.items:
            raise TrainingError("the training data has no answerable question; name another file")
        empty = {"human"} if not self.human.items else set()
        empty |= {"sentences"} if not self.lines.items else set()
        self.shares = {name: share for name, share in shares.items() if name not in empty}
        if not sum(self.shares.values()):
            raise TrainingError("no source has a share above 0; give one, such as answerable=1")
        self._neighbours: dict[int, negatives.Neighbours] = {}

    def __iter__(self) -> Iterator[Example]:
        makers = self._makers()
        names, weights = list(self.shares), list(self.shares.values())
        while True:
            made = makers[self.rng.choices(names, weights)[0]]()
            if made is not None:
                yield self._asked(made)

    def _makers(self) -> dict[str, Callable[[], Example | None]]:
        return {
            "answerable": lambda: self.answerable.draw().example,
            "human": lambda: self.human.draw().example,
            "page": self._page,
            "sentences": self._sentence,
            "similar": lambda: self._until(lambda place: self._similar(place, same_type=False)),
            "same-type": lambda: self._until(lambda place: self._similar(place, same_type=True)),
            "removed": lambda: self._until(lambda place: negatives.removed(place.example)),
            "swapped": lambda: self._until(self._swapped),
            "opposed": lambda: self._until(
                lambda place: negatives.opposed(place.example, self.rng)
            ),
            "negated": lambda: self._until(lambda place: negatives.negated(place.example)),
        }

    def _until(self, make: Callable[[Place], Example | None]) -> Example | None:
        """Try up to 100 answerable questions: many cannot be edited in the wanted way."""
        for _ in range(100):
            made = make(self.answerable.draw())
            if made is not None:
                return made
        return None

    def _similar(self, place: Place, *, same_type: bool) -> Example | None:
        near = self._neighbours.get(place.document)
        if near is None:
            near = negatives.Neighbours.of(self.documents[place.document])
            self._neighbours[place.document] = near
        return near.similar(place.example, same_type=same_type, rng=self.rng)

    def _swapped(self, place: Place) -> Example | None:
        return negatives.swapped(place.example, self.documents[place.document], self.rng)

    def _page(self) -> Example | None:
        """A news page: half of them answer, the others are human or lack the sentence."""
        chance = self.rng.random()
        if chance < 0.2 and self.human.items:
            place = self.human.draw()
            example: Example | None = place.example
        else:
            place = self.answerable.draw()
            example = place.example if chance > 0.5 else negatives.removed(place.example)
        if example is None:
            return None
        answer = place.example.context[place.example.start : place.example.end]
        document = self.documents[place.document]
        return pages.news_page(
            document,
            place.paragraph,
            replace(example, kind="page"),
            rng=self.rng,
            without=answer if place.example.answerable else "",
        )

    def _sentence(self) -> Example | None:
        """A sentence's question on a page with up to five other sentences of its source."""
        place = self.lines.draw()
        paragraphs = self.sentences[place.document].paragraphs
        example = replace(place.example, kind="sentences")
        if self.rng.random() < 0.1 and len(paragraphs) > 1:
            other = self.rng.choice(paragraphs).context
            answer = example.context[example.start : example.end]
            if other == example.context or answer.lower() in other.lower():
                return None
            return example.without_answer("sentences", context=other)
        return pages.sentence_page(paragraphs, example, self.rng.randint(0, 5), self.rng)

    def _asked(self, example: Example) -> Example:
        chance = self.rng.random()
        if chance < TYPED:
            return replace(example, question=pages.typed(example.question, self.rng))
        if chance < TYPED + REWORDED and example.kind != "human":
            return replace(example, question=pages.reworded(example.question, self.rng))
        return example


def _places(documents: list[Document]) -> Iterator[Place]:
    for document, entry in enumerate(documents):
        for number, paragraph in enumerate(entry.paragraphs):
            for example in examples_of(paragraph):
                yield Place(document, number, example)
