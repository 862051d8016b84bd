"""What each of several articles answers, those together that say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from askvisit.records.checks import known_fields
from askvisit.records.citations import Citation

SpanType = Literal["date", "number", "name", "words"]


@dataclass(frozen=True)
class GroupMember:
    """The best of one article: where it says it, what is known of it, and how sure that is."""

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

    `words` are the span of the surest of them, or its sentence. `differs` says that another group
    has other words of the same `type`; which one is right is not judged.
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
