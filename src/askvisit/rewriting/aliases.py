"""Aliases and abbreviations that are common in news: DPRK, NK and "the North" are North Korea.

A name is rewritten as the articles write it, if they lack the typed form and have another one
(`aliases.toml`). The caller reads the question as typed too if this form finds no sure answer.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from askvisit.index import PassageIndex
from askvisit.rewriting.mentions import names

_FILE = Path(__file__).with_suffix(".toml")
_DIRECTIONS = frozenset(("the north", "the south"))
_PLACE = (
    r"(?!\s+(?:of|korea\w*|america\w*|atlantic|pacific|pole|sea|china|africa\w*|(?-i:[A-Z]))|-|\w)"
)
_NO_TIME = r"(?!(?<=\d\s)pm\b)"  # "5 PM"
_NAME_BEFORE = re.compile(r"(?<![\w-])[^\W\d_a-z][\w-]*+\s+$")
_NAME_AFTER = re.compile(r"\s+[^\W\d_a-z]")


def expand(question: str, index: PassageIndex, *, directions: bool = True) -> str:
    """Return a question with its aliases as the articles write them.

    directions: whether "the North" and "the South" are the Koreas; they may be parts of a country.
    """
    return _forms_pattern().sub(lambda match: _written(match, index, directions), question)


def _written(match: re.Match[str], index: PassageIndex, directions: bool) -> str:
    typed = match[0].replace("’", "'")
    if typed.lower() in _DIRECTIONS and not directions:
        return match[0]
    bare = _bare(typed)
    has_article = bare != typed
    if bare.lower() in _ambiguous() and not (bare.isupper() or has_article):
        return match[0]
    if _is_part(bare, match):
        return match[0]
    forms = _names().get(bare.lower(), ())  # none for "TÜRKİYE", whose İ has no one lower case
    if typed.lower() not in _DIRECTIONS and _stands(bare, index):
        return match[0]
    for form in forms:
        if _bare(form) != bare and _stands(_bare(form), index):
            own = next(f for f in forms if _bare(f).lower() == bare.lower())
            bears_none = not has_article and _bare(own) != own
            return _bare(form) if bears_none else form
    return match[0]


def _is_part(bare: str, match: re.Match[str]) -> bool:
    """Return whether a name stands in a longer one ("Tom Holland"); an abbreviation never does."""
    if bare.isupper() or bare.islower():
        return False
    before = _NAME_BEFORE.search(match.string, 0, match.end() - len(bare))
    if before is not None and names(before[0]):  # not "Does", nor "May"
        return True
    return _NAME_AFTER.match(match.string, match.end()) is not None


def _stands(form: str, index: PassageIndex) -> bool:
    """Return whether the articles have a form; an abbreviation only as written."""
    if " " in form or "-" in form:
        return index.holds(form)
    written = index.vocabulary.get(form.lower())
    return written is not None and (written == form or form.lower() not in _ambiguous())


def _bare(form: str) -> str:
    return re.sub(r"^the\s+", "", form, flags=re.IGNORECASE)


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Map every form, without its article and in lower case, to all forms of its name."""
    return {_bare(form).lower(): tuple(forms) for forms in _file()["names"] for form in forms}


@cache
def _ambiguous() -> frozenset[str]:
    return frozenset(_file()["ambiguous"])


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


@cache
def _forms_pattern() -> re.Pattern[str]:
    forms = sorted(_names().keys() - {"north", "south"}, key=len, reverse=True)
    alternatives = "|".join(re.escape(form).replace(r"'", "['’]") for form in forms)
    return re.compile(
        rf"(?<![\w.]){_NO_TIME}"
        rf"(?:the\s+(?:north|south)\b{_PLACE}|(?:the\s+)?(?:{alternatives})(?!\w))",
        re.IGNORECASE,
    )
