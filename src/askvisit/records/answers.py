"""The answer to a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from askvisit.records.checks import known_fields, of_type
from askvisit.records.citations import Citation, quoted
from askvisit.records.evidence import Hit
from askvisit.records.facts import Fact
from askvisit.records.groups import AnswerGroup
from askvisit.records.scopes import ProposedScope

Kind = Literal["answer", "not_found", "talk"]
ArticleRequest = Literal[
    "headline",
    "show",
    "summary",
    "more",
    "quote",
    "author",
    "date",
    "source",
    "url",
    "about",
    "newest",
    "oldest",
]


@dataclass(frozen=True)
class ContextTurn:
    """An earlier turn used to interpret a question.

    `turn` is its position in the given history, from 0; an earlier question of the same line counts
    as a turn after it. `text` is what was read of it: the question and the words that answered it;
    `words` are those that the question depends on, in order.
    """

    turn: int
    text: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """The answer to a question; see docs/python-api.md for each field.

    `context` are the earlier turns used to interpret the question, none if it stands alone.

    `found` is True exactly when `kind == "answer"`, exactly when `citations` is not empty.
    `request` is what was requested of an article as a whole, "quote" what a person quoted from it
    by hand, None if a question was asked; a quote that was requested has the confidence 1.
    `facts` are those asked for. `choices` are the ids of the articles that it lists, in order, of
    which the next message may choose one. `proposed_scope` is what the question's words propose.
    `groups` are the answers of several articles, most confident first; none if one answers,
    unless each article was asked (`each=True`).
    """

    question: str
    reading: str
    kind: Kind
    found: bool
    text: str
    confidence: float
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Hit, ...] = ()
    parts: tuple[Answer, ...] = ()
    request: ArticleRequest | None = None
    context: tuple[ContextTurn, ...] = ()
    facts: tuple[Fact, ...] = ()
    proposed_scope: ProposedScope | None = None
    groups: tuple[AnswerGroup, ...] = ()
    choices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in ("answer", "not_found", "talk"):
            raise ValueError(f"no kind of answer is called {self.kind!r}")
        if self.found != (self.kind == "answer") or self.found != bool(self.citations):
            raise ValueError("an answer is found exactly when it has citations")
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError("confidence is a probability")
        if self.request is not None and self.request not in get_args(ArticleRequest):
            raise ValueError(f"nothing called {self.request!r} is wanted of an article")

    @classmethod
    def talk(cls, question: str, text: str, choices: Sequence[str] = ()) -> Answer:
        """Return a reply that quotes nothing, with the articles that it lists."""
        return cls(question, question, "talk", False, text, 0.0, choices=tuple(choices))

    @property
    def notes(self) -> list[str]:
        """The lines of `text` below its quotes: facts about an article that only records give."""
        answered = [part for part in self.parts or (self,) if part.found and part.request]
        found = []
        for part in answered:
            quotes = quoted(part.citations)
            if part.text.startswith(quotes):
                found += part.text.removeprefix(quotes).splitlines()
        return [line for line in found if line]

    def placed(self, places: Sequence[int]) -> Answer:
        """Return it with the turn `n` of each context numbered `places[n]`, in its parts too."""
        return replace(
            self,
            context=tuple(replace(turn, turn=places[turn.turn]) for turn in self.context),
            parts=tuple(part.placed(places) for part in self.parts),
        )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Answer:
        """Invert `dataclasses.asdict`, even after a JSON round trip; unknown keys are ignored.

        Raises `ValueError`, `TypeError` or `KeyError` if the data is not an answer.
        """
        known = known_fields(cls, data)
        known["citations"] = tuple(Citation.from_dict(c) for c in data["citations"])
        known["nearest"] = tuple(Hit(**known_fields(Hit, h)) for h in data.get("nearest", ()))
        known["parts"] = tuple(cls.from_dict(part) for part in data.get("parts", ()))
        known["context"] = tuple(
            ContextTurn(
                of_type(int, turn["turn"]),
                of_type(str, turn["text"]),
                tuple(of_type(str, word) for word in turn["words"]),
            )
            for turn in data.get("context", ())
        )
        known["facts"] = tuple(Fact(**known_fields(Fact, fact)) for fact in data.get("facts", ()))
        known["groups"] = tuple(AnswerGroup.from_dict(group) for group in data.get("groups", ()))
        known["choices"] = tuple(of_type(str, name) for name in data.get("choices", ()))
        proposed = data.get("proposed_scope")
        known["proposed_scope"] = None if proposed is None else ProposedScope.from_dict(proposed)
        return cls(**known)
