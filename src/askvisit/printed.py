"""The byline and the date that an article prints above or below its text.

They are read only where papers set them apart: on a short line under the headline or at the end, or
as the dateline that opens a report. A name in the running text is not a byline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from askvisit.dates import to_iso
from askvisit.text import SHORT_MONTH, WEEKDAY, ends_sentence, one_line

_LINES_ABOVE = 8
_LINES_BELOW = 3
_LONGEST = 140
"""Maximum characters of a line that is not running text."""

_CAPITAL = r"(?:[^\W\d_a-z][\w'’.-]*)"
_PARTICLE = r"(?:de|del|della|der|den|di|du|da|dos|van|von|zu|bin|al|el|la|le|ter)"
NAME = rf"{_CAPITAL}(?:[ ](?:{_CAPITAL}|{_PARTICLE}))*[ ]{_CAPITAL}"
"""A person's name: two words or more."""

_WRITING = r"(?:reporting|story|text|words)"
_KIND = (
    r"(?:analysis|comment|commentary|opinion|interview|profile|column|essay|review|feature|report|"
    rf"dispatch|{_WRITING})"
)
# "Profile: Ada Quill" is about her, and "From New York" names a place, unless one follows.
_BYLINE = re.compile(
    rf"[(\[*_]*(?:(?:an?\s+)?{_KIND}\s+by|{_WRITING}\s*:|(?P<from>(?:{_KIND}\s+)?from)|"
    r"(?:(?:written|reported|compiled)\s+)?by:?|author:|author\s+)\s*"
    rf"(?-i:(?P<names>{NAME}(?:(?:,[ ]{NAME})*,?[ ](?:and|&)[ ]{NAME})?))"
    rf"(?(from)(?=\s+in\s+(?-i:{_CAPITAL}))|"
    r"(?=[)\]*_]*$|\s*[,;|•·–—(]|\s+-\s|\s+(?:in|for|at|of)\s))",
    re.IGNORECASE,
)
# Words found where a name would be that are not names.
_NOBODY = re.compile(
    r"\b(?:staff|reporters?|correspondents?|editors?|writers?|desk|bureau|agenc(?:y|ies)|team|press|"
    r"news|newspaper|contributors?|our|the)\b",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(
    r"^(?:(?:(?:view|see|read|show|zeige)\s+)?(?:alle?|more)\s+"
    r"(?:posts|articles|stories|beiträge|artikel)\s+(?:by|from|von)\s+|"
    r"(?:.*\b(?:edited|written|posted|published|reported|words|story|text)\s+)?"
    r"(?:by|vo[mn]|par|por):?\s+|(?:authors?|autor|auteur|interview)\b:?\s*)",
    re.IGNORECASE,
)
"""What sites write before the names of authors."""
_NO_NAME = re.compile(
    r"(?:\w*admin\w*(?: .*)?|webmaster|user(?:name)?|(?:no )?author|name|unknown|anonymous|guest|"
    r"follow|none|null|n/?a|redaktion|posted|posts|.* (?:says|said|profil\w*(?: \w+)?))|[\W\d]*|"
    r".*(?:@|://|\bwww\b|\.(?:com|org|net)\b).*",
    re.IGNORECASE,
)
"""What their programs state as an author although no one is named."""

_DATE = (
    rf"(?P<date>\d{{1,2}}(?:st|nd|rd|th)?\s+{SHORT_MONTH},?\s+\d{{4}}|"
    rf"{SHORT_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{4}}-\d\d-\d\d)"
)
_DAY = rf"(?:{WEEKDAY},?\s+)?"
_DATE_LINE = re.compile(
    rf"[(\[*_]*(?:(?:first\s+)?(?:published|posted|printed|issued|released|date)\s*(?:on|:)?\s*)?"
    rf"{_DAY}{_DATE}(?P<rest>.{{0,30}})",
    re.IGNORECASE,
)
_DATED_BYLINE = re.compile(rf".*?(?:[,|•·–—]|\s-)\s*{_DAY}{_DATE}\W*", re.IGNORECASE)
_DATELINE = re.compile(
    r"[^\W\d_a-z][\w .'’-]{1,40}(?:,\s*[^\W\d_a-z][\w. ]{1,20})?,\s*"
    rf"(?i:{_DAY}{_DATE})\s*(?:\([^)]{{2,40}}\))?\s*[-–—:]"
)


@dataclass(frozen=True)
class PrintedFact:
    """Words in an article that state a fact about it: `text[start:end]`, and what they say.

    `value` is the names separated by commas, or a date as ISO 8601.
    """

    value: str
    start: int
    end: int


def author(text: str) -> PrintedFact | None:
    """Return the byline of an article, None if it has none."""
    for start, line in _short_lines(text):
        found = _BYLINE.match(line)
        if found and not _NOBODY.search(found["names"]):
            names = re.sub(r",?\s+(?:and|&)\s+", ", ", found["names"])
            return PrintedFact(names, start + found.start("names"), start + found.end("names"))
    return None


def persons(stated: Iterable[str], source: str = "") -> list[str]:
    """Return the authors among the names that a page's metadata state: people, if any is one.

    Programs write the paper's name there too (`source`), users' names and headings of lists.
    """
    names = [_INTRODUCED.sub("", one_line(name)).strip(" .,:|-'\"") for name in stated]
    known = [
        name
        for name in dict.fromkeys(names)
        if name.lower() != source.lower() and not (_NO_NAME.fullmatch(name) or _NOBODY.search(name))
    ]
    return [name for name in known if re.fullmatch(NAME, name)] or known


def date(text: str) -> PrintedFact | None:
    """Return the publication date that an article prints, None if it prints none.

    A date without a year, or an ambiguous one in numbers alone, does not count.
    """
    for start, line in _short_lines(text, below=0):
        found = _DATE_LINE.fullmatch(line)
        if found is None and _BYLINE.match(line):
            found = _DATED_BYLINE.fullmatch(line)
        if found and (fact := _dated(found, start)):
            return fact
    for start, line in _lines(text)[1:_LINES_ABOVE]:
        found = _DATELINE.match(line)
        if found and (fact := _dated(found, start)):
            return fact
    return None


def find(text: str, value: str) -> PrintedFact | None:
    """Return where an article prints a value outside running text, None if it does not."""
    for start, line in _short_lines(text):
        found = re.search(rf"\b{re.escape(value)}(?!\w)", line, re.IGNORECASE) if value else None
        if found:
            return PrintedFact(value, start + found.start(), start + found.end())
    return None


def _dated(found: re.Match[str], start: int) -> PrintedFact | None:
    iso = to_iso(re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", found["date"]))
    if iso is None:
        return None
    return PrintedFact(iso, start + found.start("date"), start + found.end("date"))


def _short_lines(text: str, below: int = _LINES_BELOW) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not running text, under the headline and at the end."""
    lines = _lines(text)
    # The first line is the headline, however short the article is.
    last = lines[max(_LINES_ABOVE, len(lines) - below) :]
    for start, line in (*lines[1:_LINES_ABOVE], *last):
        if len(line) <= _LONGEST and not ends_sentence(line):
            yield start, line


def _lines(text: str) -> list[tuple[int, str]]:
    """Return the non-blank lines, stripped, each with its start offset."""
    lines = []
    for match in re.finditer(r"[^\r\n]+", text):
        stripped = match[0].strip()
        if stripped:
            lines.append((match.start() + match[0].index(stripped), stripped))
    return lines
