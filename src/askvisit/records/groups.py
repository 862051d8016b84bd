"""The answers of several articles, grouped if they say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from askvisit.records.checks import known_fields
from askvisit.records.citations import Citation

SpanType = Literal["date", "number", "name", "words"]


@dataclass(frozen=True)
class GroupMember:
    """One article's best answer: its citation, what is known about the article, and confidence."""

    citation: Citation
    source: str | None
    date: str | None
    confidence: float

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Invert `dataclasses.asdict`, as `Answer.from_dict` does."""
        return cls(**known_fields(cls, data) | {"citation": Citation.from_dict(data["citation"])})


@dataclass(frozen=True)
class AnswerGroup:
    """Articles that answer in the same words, the newest first.

    `words` are the most confident member's span, or its sentence. `differs` says that another
    group has different words of the same `type`; which one is right is not judged.
    """

    words: str
    type: SpanType
    differs: bool
    members: tuple[GroupMember, ...]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Invert `dataclasses.asdict`, as `Answer.from_dict` does."""
        members = tuple(GroupMember.from_dict(member) for member in data["members"])
        return cls(**known_fields(cls, data) | {"members": members})
