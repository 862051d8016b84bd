"""A selection of articles that a question's words propose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from askvisit.records.checks import known_fields, of_type


@dataclass(frozen=True)
class ProposedScope:
    """A narrower selection of articles that a question's words propose; it was not applied.

    `words` are those of the question; `since` and `until` are days (ISO 8601), `articles` is how
    many articles are in it. Ask again with `since`, `until` and `sources` to search only these.
    """

    words: tuple[str, ...]
    since: str | None
    until: str | None
    sources: tuple[str, ...]
    articles: int

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Invert `dataclasses.asdict`, as `Answer.from_dict` does."""
        known = known_fields(cls, data)
        for name in ("words", "sources"):
            known[name] = tuple(of_type(str, word) for word in known[name])
        return cls(**known)
