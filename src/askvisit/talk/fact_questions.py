"""Questions about an article itself: its author, when and where it was published, which one it is.

`facts.toml` has examples of each intent (see `intents`). The article or topic meant must
not affect the intent, so words that no example has are replaced by "something" for comparison:
"Who wrote the article about the bridge?" becomes "who wrote the article about something".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from askvisit.encoder import Encoder
from askvisit.rewriting.wrapping import unwrap, without_greeting
from askvisit.talk.intents import Intents, LearnedIntent
from askvisit.talk.requests import SURELY
from askvisit.talk.wording import words
from askvisit.text import STOP_WORDS, content_words

Asked = Literal["author", "date", "source", "url", "about", "newest", "oldest"]

_SOMETHING = "something"
_DETERMINERS = ("the", "a", "an")
_LONGEST = 25
"""Maximum number of words in such a question."""

INTENTS = Intents(Path(__file__).with_name("facts.toml"))
LEARNED = LearnedIntent(INTENTS, least=0.35)


@dataclass(frozen=True)
class FactQuestion:
    """A question about an article itself.

    `about`: the words that say which one, if any; `names_article`: whether the question says that
    it means an article ("this article"), not just "it".
    """

    wanted: Asked
    about: str | None = None
    names_article: bool = False


def parse(message: str, encoder: Encoder) -> FactQuestion | None:
    """Parse a question about an article itself; None if it is about the text."""
    masked, about = mask(message)
    if not _may_be_one(masked):
        return None
    intent = LEARNED.of(masked, encoder)
    if intent is None:
        return None
    return FactQuestion(cast(Asked, intent), about, bool(SURELY & set(masked.split())))


def mask(message: str) -> tuple[str, str | None]:
    """Replace the words that no example has by "something"; return the message and those words."""
    bare = unwrap(without_greeting(message))
    typed = words(bare)
    known = INTENTS.vocabulary | STOP_WORDS
    strange = [n for n, word in enumerate(typed) if word.word not in known]
    plain = [word.word for word in typed]
    if not strange:
        return " ".join(plain), None
    first, last = strange[0], strange[-1]
    about = bare[typed[first].start : typed[last].end]
    before = plain[: first - 1] if first and plain[first - 1] in _DETERMINERS else plain[:first]
    return " ".join([*before, _SOMETHING, *plain[last + 1 :]]), about


def _may_be_one(masked: str) -> bool:
    """Rule out most questions by their words alone: only the others need encoding."""
    if len(masked.split()) > _LONGEST:
        return False
    words_left = [word for word in content_words(masked) if word != _SOMETHING]
    return bool(words_left) or masked in INTENTS.examples or _SOMETHING not in masked
