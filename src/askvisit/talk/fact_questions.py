"""Questions about an article itself: who wrote it, when and where it was published, which it is.

`facts.toml` has about ten examples of each intent (see `intents`). Which article or topic is meant
must not decide what is asked, so the words that no example has are "something" when a question is
compared: "Who wrote the article about the bridge?" is "who wrote the article about something".
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
"""Words of such a question at most."""

INTENTS = Intents(Path(__file__).with_name("facts.toml"))
LEARNED = LearnedIntent(INTENTS, least=0.35)


@dataclass(frozen=True)
class FactQuestion:
    """What is asked of an article.

    `about`: the words that say which one, None where none do; `names_article`: whether the
    question says that it is one ("this article"), and not only "it".
    """

    wanted: Asked
    about: str | None = None
    names_article: bool = False


def parse(message: str, encoder: Encoder) -> FactQuestion | None:
    """Return what a question asks of an article itself, None where it is one to the text."""
    masked, about = mask(message)
    if not _may_be_one(masked):
        return None
    intent = LEARNED.of(masked, encoder)
    if intent is None:
        return None
    return FactQuestion(cast(Asked, intent), about, bool(SURELY & set(masked.split())))


def mask(message: str) -> tuple[str, str | None]:
    """Return a message with "something" for the words that no example has, and those words."""
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
    """Tell most questions by their words alone: only these need be encoded."""
    if len(masked.split()) > _LONGEST:
        return False
    words_left = [word for word in content_words(masked) if word != _SOMETHING]
    return bool(words_left) or masked in INTENTS.examples or _SOMETHING not in masked
