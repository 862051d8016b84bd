"""What is known about an article besides its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FactName = Literal["author", "date", "source", "url"]


@dataclass(frozen=True)
class Fact:
    """A fact about an article: `value` is its author, source, url, or date (ISO 8601).

    `printed` says that the article itself prints it, and a citation quotes it; otherwise it comes
    from the article's record: the metadata of its file, or its `NAME.toml`.
    """

    article_id: str
    article_title: str
    name: FactName
    value: str
    printed: bool
