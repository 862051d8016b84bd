"""A PDF's author, from its text or its information dictionary.

Programs write their user's name there, so only what reads as a person's name is used. The dates
there say when the file was made, not when the article was published.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from askvisit.metadata import printed
from askvisit.text import one_line, printable

_LONGEST = 200
_PROGRAM = re.compile(r"\b(?:user|admin\w*|microsoft|office|adobe|word|acrobat|owner)\b", re.I)


def author(told: Mapping[str, str], text: str) -> str | None:
    """Return the author: the byline printed in the text, else the file's author.

    told: the information dictionary.
    """
    byline = printed.author(text)
    if byline is not None:
        return byline.value
    names = re.split(r"\s*[;,&]\s*|\s+and\s+", _shown(told.get("Author", "")))
    known = [n for n in names if re.fullmatch(printed.NAME, n) and not _PROGRAM.search(n)]
    return ", ".join(known) if known and len(known) == len(names) else None


def _shown(value: str) -> str:
    return one_line(printable(value, instead=" "))[:_LONGEST]
