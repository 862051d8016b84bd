"""Which examples a run sees, and in what shares: one endless stream, made from a seed alone."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from askvisit.errors import TrainingError
from askvisit.evaluation.broad import BroadQuestion
from askvisit.rewriting.resolution import TURNS, expanded
from askvisit.text import content_words, marked
from training.editions import Edition, EditionDialogue, EditionQuestion, EditionTurn, pairs
from training.examples import (
    Example,
    Group,
    Span,
    as_typed,
    crop,
    judged_by_spans,
    nearest_unit,
    paragraph_units,
    sentence_units,
)
from training.squad import SquadDocument, SquadQuestion
from training.swaps import swapped

SHARES = {
    "news": 0.42,
    "dialogues": 0.13,
    "squad": 0.22,
    "unanswerable": 0.19,
    "sentences": 0.04,
    "terms": 0.0,
    "unlabelled": 0.0,
    "swapped": 0.0,
    "broad": 0.0,
    "among": 0.0,
}
"""Shares of the groups by source; a news group is mostly a pair, so two examples. ``terms`` are
histories without a text, from which a `TermSpanModel` learns what a question depends on.
``unlabelled`` are SQuAD questions over another paragraph of their page, for a teacher.
``swapped`` are pairs of a news question and the same about another name (`swaps`). ``broad`` are
questions that several sentences answer, which are judged instead of spans. ``among`` are pairs of
an answered news question and a window of another article that a search finds for it."""

CROPPED = 0.6
TYPED = 0.08  # of the examples are asked as people type
FOREIGN = 0.05  # of the examples get words, or the turns, of an unrelated conversation
LOST_WORDS = 0.15  # of the words that complete a follow-up are left out
NOISE = (0.25, 0.05, 0.002)
"""After turns, as a term classifier errs: shares of the completing words that are left out, of the
other words that are added to a follow-up, and of those added to a question that stands alone."""

SECOND_WINDOW = 0.3  # of the questions answered by both editions are paired with another window
USEFUL = 0.4
"""Probability that a sentence which only adds to a broad answer belongs to it."""

BESIDE = 0.25  # of the windows of a broad question are placed at random

UNTITLED = 0.15  # of the groups are read without their articles' titles

UNRELATED_TERMS = 1 / 2  # of the histories without a text complete nothing
NEAR_TERMS = 1 / 2  # of these are about the same article, whose names they share

Item = TypeVar("Item")
Among = Mapping[tuple[str, str], Sequence[tuple[str, int, int]]]
"""By edition and question: an edition of another article, and a sentence of it that is mistaken."""
Hard = Mapping[tuple[str, str], Sequence[Span]]
"""By edition and question: the sentences that a reader mistakes for an answer."""


@dataclass(slots=True)
class Deck(Generic[Item]):
    """Items drawn without replacement and reshuffled when all have been drawn."""

    items: list[Item]
    rng: random.Random
    left: list[Item] = field(default_factory=list)

    def draw(self) -> Item:
        """The next item."""
        if not self.left:
            self.left = self.rng.sample(self.items, len(self.items))
        return self.left.pop()


class Mix:
    """The stream of groups to train on.

    ``sentences`` are SQuAD documents of single sentences (QAMR). ``hard`` says where readers
    err on questions without an answer; if it does not, a window is chosen at random. ``longest`` is
    the range of characters of a news window. ``turns_before`` puts the earlier turns before a
    follow-up, whose words are then as a term classifier would predict them. ``cropped`` is the
    share of SQuAD's contexts that are cut to about 300 characters. ``longest_broad`` is the most
    characters of the window of a broad question. ``judged`` judges the sentences of all
    windows, by their spans if not by hand. ``among`` says where readers err in other articles.
    ``titles`` tells of most windows the title of their article. A source without material is left
    out.
    """

    def __init__(
        self,
        editions: Sequence[Edition],
        dialogues: Sequence[EditionDialogue],
        squad: Sequence[SquadDocument],
        sentences: Sequence[SquadDocument],
        broad: Sequence[BroadQuestion] = (),
        *,
        hard: Hard,
        longest: tuple[int, int],
        shares: Mapping[str, float],
        seed: int,
        turns_before: bool = False,
        cropped: float = CROPPED,
        longest_broad: int = 1400,
        judged: bool = False,
        among: Among | None = None,
        titles: bool = False,
    ) -> None:
        self.rng = random.Random(seed)
        self.titled = titles
        self.longest_broad, self.judged = longest_broad, judged
        self.hard, self.longest, self.turns_before = hard, longest, turns_before
        self.cropped = cropped
        self.editions = {edition.id: edition for edition in editions}
        asked = _asked(squad)
        elsewhere = [a for a in asked if len(a[0].paragraphs) > 1]
        questions = [
            (first, second, number)
            for first, second in pairs(editions)
            for number in range(len(first.questions))
        ]
        turns = [(dialogue, n) for dialogue in dialogues for n in range(len(dialogue.turns))]
        self.near: dict[str, list[tuple[EditionDialogue, int]]] = {}
        for dialogue, n in turns:
            self.near.setdefault(dialogue.story, []).append((dialogue, n))
        self.news = Deck(questions, self.rng)
        self.turns = Deck(turns, self.rng)
        self.answerable = Deck([a for a in asked if a[2].answers], self.rng)
        self.unanswerable = Deck([a for a in asked if not a[2].answers], self.rng)
        self.lines = Deck(_asked(sentences), self.rng)
        self.elsewhere = Deck(elsewhere, self.rng)
        answered = [(e, question) for e in editions for question in e.questions if question.spans]
        self.swaps = Deck(answered, self.rng)
        self.broad = Deck(list(broad), self.rng)
        self.asked = {(e.id, question.question): (e, question) for e, question in answered}
        self.among = Deck(list((among or {}).items()), self.rng)
        decks = {
            "news": self.news.items,
            "dialogues": self.turns.items,
            "squad": self.answerable.items,
            "unanswerable": self.unanswerable.items,
            "sentences": self.lines.items,
            "terms": self.turns.items,
            "unlabelled": self.elsewhere.items,
            "swapped": self.swaps.items,
            "broad": self.broad.items,
            "among": self.among.items,
        }
        self.shares = {name: share for name, share in shares.items() if share and decks[name]}
        if not self.shares:
            raise TrainingError("no source has material and a share above 0; name a data file")

    def __iter__(self) -> Iterator[Group]:
        makers: dict[str, Callable[[], Group]] = {
            "news": self._news,
            "dialogues": self._turn,
            "squad": lambda: self._squad(*self.answerable.draw()),
            "unanswerable": lambda: self._squad(*self.unanswerable.draw()),
            "sentences": self._line,
            "terms": self._terms,
            "unlabelled": self._elsewhere,
            "swapped": self._swapped,
            "broad": self._broad,
            "among": self._among,
        }
        names, weights = list(self.shares), list(self.shares.values())
        while True:
            name = self.rng.choices(names, weights)[0]
            group = makers[name]()
            made = group if name in ("dialogues", "terms") else self._varied(group)
            if not self.titled or self.rng.random() < UNTITLED:
                made = tuple(replace(example, title="") for example in made)
            yield tuple(map(judged_by_spans, made)) if self.judged else made

    def _varied(self, group: Group) -> Group:
        """Ask some questions as people type, some with words of another conversation.

        All end with a mark, as a reader is asked.
        """
        chance = self.rng.random()
        if chance < TYPED:
            style = self.rng.random()
            group = tuple(
                replace(example, question=as_typed(example.question, random.Random(style)))
                for example in group
            )
        words: list[str] = []
        history: tuple[str, ...] = ()
        if TYPED <= chance < TYPED + FOREIGN and self.turns.items:
            turns = self._history(*self.rng.choice(self.turns.items))
            words = content_words(" ".join(turns))
            words = self.rng.sample(words, min(2, len(words)))
            history = turns if words and self.turns_before else ()
        return tuple(
            replace(example, question=expanded(marked(example.question), words), history=history)
            for example in group
        )

    def _news(self) -> Group:
        """A question's answered window, then one that does not answer it, from either edition."""
        first, second, number = self.news.draw()
        sides = [(edition, edition.questions[number]) for edition in (first, second)]
        self.rng.shuffle(sides)
        answered = [side for side in sides if side[1].spans]
        missing = [side for side in sides if not side[1].spans]
        if answered and missing:
            return (self._answered(*answered[0]), self._missing(*missing[0]))
        if missing:
            return (self._missing(*missing[0]),)
        edition, question = answered[0]
        units = paragraph_units(edition.text)
        free = [u for u in units if not any(u[0] < b and a < u[1] for a, b in question.spans)]
        if free and self.rng.random() < SECOND_WINDOW:
            return (self._answered(edition, question), self._other(edition, question, free))
        return (self._answered(edition, question),)

    def _answered(self, edition: Edition, question: EditionQuestion) -> Example:
        return self._window(
            edition, question.question, question.spans, self.rng.choice(question.spans)
        )

    def _missing(self, edition: Edition, question: EditionQuestion) -> Example:
        return self._window(edition, question.question, (), self._hard(edition, question.question))

    def _other(self, edition: Edition, question: EditionQuestion, free: Sequence[Span]) -> Example:
        """A window of the answering edition around a paragraph without the answer, or one alone."""
        made = self._window(edition, question.question, question.spans, self.rng.choice(free))
        if not made.spans:
            return made
        alone = self.rng.choice(free)
        return replace(made, context=edition.text[alone[0] : alone[1]], spans=())

    def _hard(self, edition: Edition, question: str) -> Span:
        """Where to look for the question: mostly where a reader was most mistaken."""
        found = self.hard.get((edition.id, question))
        if not found or self.rng.random() < 0.1:
            return self.rng.choice(paragraph_units(edition.text))
        return found[0] if self.rng.random() < 0.7 else self.rng.choice(found)

    def _window(
        self, edition: Edition, question: str, spans: Sequence[Span], around: Span
    ) -> Example:
        length = self.rng.randint(*self.longest)
        whole = Example(question, edition.text, tuple(spans), title=edition.title)
        return crop(whole, paragraph_units(edition.text), around, length, self.rng)

    def _turn(self) -> Group:
        dialogue, number = self.turns.draw()
        turn = dialogue.turns[number]
        edition = self.editions[dialogue.article]
        text = edition.text
        units = paragraph_units(text)
        if turn.spans:
            around = self.rng.choice(turn.spans)
        else:
            found = self.hard.get((dialogue.article, turn.standalone))
            around = found[0] if found else nearest_unit(turn.standalone, text, units)
        history = self._history(dialogue, number)
        known, wanted = content_words(" ".join(history)), _wanted(turn)
        lost, foreign = LOST_WORDS, 0.0
        if self.turns_before:
            lost, foreign = NOISE[0], NOISE[1] if wanted else NOISE[2]
        words = [w for w in known if self.rng.random() < (1 - lost if w in wanted else foreign)]
        before = history if self.turns_before and words else ()  # a question by itself has no turns
        asked = expanded(marked(turn.question), words)
        whole = Example(asked, text, turn.spans, before, title=edition.title)
        return (crop(whole, units, around, self.rng.randint(*self.longest), self.rng),)

    def _terms(self) -> Group:
        """A turn and the words of its history that complete it; in half, none do.

        These are complete questions after turns that they do not depend on: of a dialogue about
        the same article, or about any.
        """
        dialogue, number = self.turns.draw()
        turn = dialogue.turns[number]
        if self.rng.random() < UNRELATED_TERMS:
            near = self.rng.random() < NEAR_TERMS
            turns = self.near[dialogue.story] if near else self.turns.items
            history = self._history(*self.rng.choice(turns))
            return (Example(turn.standalone, "", (), history, frozenset()),)
        history = self._history(dialogue, number)
        return (Example(turn.question, "", (), history, _wanted(turn)),)

    def _history(self, dialogue: EditionDialogue, number: int) -> tuple[str, ...]:
        text = self.editions[dialogue.article].text
        return tuple(
            " ".join([turn.question, *(text[a:b] for a, b in turn.spans)])
            for turn in dialogue.turns[max(0, number - TURNS) : number]
        )

    def _squad(self, document: SquadDocument, number: int, question: SquadQuestion) -> Group:
        """Crops make more examples an hour; whole contexts are harder to refuse."""
        context = document.paragraphs[number].context
        whole = Example(question.text, context, question.span(), title=_named(document))
        if self.rng.random() >= self.cropped:
            return (whole,)
        units = sentence_units(context)
        around = whole.spans[0] if whole.spans else nearest_unit(question.text, context, units)
        return (crop(whole, units, around, self.rng.randint(200, 400), self.rng),)

    def _elsewhere(self) -> Group:
        """A question over the other paragraph of its page that shares most words with it."""
        document, number, question = self.elsewhere.draw()
        others = [p.context for n, p in enumerate(document.paragraphs) if n != number]
        page = "\n\n".join(others)
        start, end = nearest_unit(question.text, page, paragraph_units(page))
        return (Example(question.text, page[start:end], labelled=False, title=_named(document)),)

    def _swapped(self) -> Group:
        """A question, then the same about another name, which its window does not answer."""
        for _ in self.swaps.items:
            edition, question = self.swaps.draw()
            answered = self._answered(edition, question)
            asked = swapped(question.question, answered.context, edition.text, self.rng)
            if asked is not None:
                return (answered, replace(answered, question=asked, spans=()))
        raise TrainingError("no question has a name to swap; leave the share swapped out")

    def _broad(self) -> Group:
        """A window of a broad question, mostly around a sentence that belongs to the answer.

        Its spans are not labelled unless nothing in the window belongs to the answer.
        """
        asked = self.broad.draw()
        edition = self.editions[asked.article]
        units = paragraph_units(edition.text)
        share = dict.fromkeys(asked.essential, 1.0) | dict.fromkeys(asked.useful, USEFUL)
        evidence = tuple((a, b, share.get(n, 0.0)) for n, (a, b) in enumerate(asked.sentences))
        around = self.rng.choice(units)
        if asked.essential and self.rng.random() >= BESIDE:
            around = asked.sentences[self.rng.choice(asked.essential)]
        whole = Example(asked.question, edition.text, evidence=evidence, title=edition.title)
        length = self.rng.randint(self.longest[0], self.longest_broad)
        made = crop(whole, units, around, length, self.rng)
        answers = any(share for _, _, share in made.evidence or ())
        return (replace(made, labelled=not answers),)

    def _among(self) -> Group:
        """A window of another article that a search finds, behind the one that answers a fact."""
        (name, question), places = self.among.draw()
        other, start, end = self.rng.choice(places)
        missing = self._window(self.editions[other], question, (), (start, end))
        if (name, question) not in self.asked:
            return (missing,)
        return (self._answered(*self.asked[name, question]), missing)

    def _line(self) -> Group:
        """A sentence's question on a page with other sentences of its source."""
        document, number, question = self.lines.draw()
        count = self.rng.randint(0, min(3, len(document.paragraphs)))
        others = [p.context for p in self.rng.sample(document.paragraphs, count)]
        own = document.paragraphs[number].context
        before = [text for text in others[: count // 2] if text != own]
        after = [text for text in others[count // 2 :] if text != own]
        shift = sum(len(text) + 2 for text in before)
        spans = tuple((a + shift, b + shift) for a, b in question.span())
        return (Example(question.text, "\n\n".join([*before, own, *after]), spans),)


def _named(document: SquadDocument) -> str:
    """The title of a page of Wikipedia, whose file writes its spaces as underscores."""
    return document.title.replace("_", " ")


def _asked(documents: Sequence[SquadDocument]) -> list[tuple[SquadDocument, int, SquadQuestion]]:
    """Return all questions of SQuAD files, each with its document and its paragraph's index."""
    return [
        (document, number, question)
        for document in documents
        for number, paragraph in enumerate(document.paragraphs)
        for question in paragraph.questions
    ]


def _wanted(turn: EditionTurn) -> frozenset[str]:
    """The words that the complete question has beyond those typed, in lower case."""
    complete, typed = (
        {word.lower() for word in content_words(text)} for text in (turn.standalone, turn.question)
    )
    return frozenset(complete - typed)
