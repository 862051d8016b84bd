"""How records look in a terminal."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from askvisit.text import counted, date_in_words, excerpt, one_line, printable

if TYPE_CHECKING:
    from askvisit.names import KeyName
    from askvisit.records import Answer, AnswerGroup, Citation, GroupMember, Hit
    from askvisit.timeline import TimelineEntry

_LONGEST = 300
"""Maximum characters of a sentence in a timeline."""

_LONGEST_WORDS = 60
"""Maximum characters of an answer's words in a table of several."""

_UNDATED = "no date"

plain = printable
"""Removes control characters: an article must not control the terminal."""


def tell(message: str) -> None:
    """Print a line on stderr; a file's name in it must not control the terminal."""
    print(f"askvisit: {one_line(printable(message))}", file=sys.stderr)


def in_pages(text: str) -> None:
    """Print a text; at a terminal, one that is longer than the screen in the person's pager."""
    if sys.stdout.isatty() and text.count("\n") + 1 >= shutil.get_terminal_size().lines:
        import pydoc

        os.environ.setdefault("LESS", "-FRX")
        os.environ.pop("MANPAGER", None)  # which pydoc prefers, but it is made for manuals
        if not any(map(shutil.which, os.environ.get("PAGER", "").split()[:1])):
            os.environ.pop("PAGER", None)  # pydoc would show nothing
        pydoc.pager(text)
    else:
        print(text)


def as_json(value: Any) -> str:
    """Write JSON on one line, for `Answer.from_dict` to read back.

    Characters that the output cannot encode are escaped as in JSON.
    """
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(value)
    return text


def answer(found: Answer, each: bool = False) -> str:
    """Show an answer: the quotes, then where each is; or the refusal and the nearest passages.

    each: show what each article says, in groups.
    """
    if each and found.groups:
        return groups(found.groups)
    if each and any(part.groups for part in found.parts):
        return "\n\n".join(f"{plain(p.question)}\n{answer(p, True)}" for p in found.parts)
    marked = found.request or found.parts or any(c.span for c in found.citations)
    is_text = not found.found or not marked  # a story is one text, without marks
    lines = [plain(found.text)] if is_text else [_quoted(c) for c in found.citations]
    if found.found:
        lines += [plain(f"{p.question} {p.text}") for p in found.parts if not p.found]
    lines += map(plain, found.notes)
    rows = [m.citation for group in found.groups if found.differs for m in group.members]
    places = {c.number: source(c) for c in (*found.citations, *rows)}
    lines += ["", *(places[number] for number in sorted(places))] if found.found else []
    if found.nearest:
        lines += ["", "Likeliest places:" if found.has_likely_places else "Nearest passages:"]
        lines += [
            f"  {_beginning(hit)} ({plain(hit.article_title or hit.article_id)})"
            for hit in found.nearest
        ]
    if (found.citations or found.nearest) and found.request is None:
        lines += ["", f"Confidence: {_in_tens(found.confidence)}"]
    if found.period:
        lines += ["", f"Time asked about: {found.period_in_words}"]
    if found.differs:
        who = "The articles differ" if _articles(found.groups) > 1 else "The article says both"
        lines += ["", f"{who}:", *_table(found.groups)]
    elif _articles(found.groups) > 1:
        lines += ["", f"{_count(found.groups)}; askvisit ask --each shows what each says."]
    return "\n".join(lines)


def _in_tens(confidence: float) -> str:
    """Return a probability as precisely as it is known: its calibration error is up to a tenth."""
    if not 0.05 <= confidence < 0.95:
        return "under 5 %" if confidence < 0.5 else "over 95 %"
    return f"about {round(confidence, 1):.0%}".replace("%", " %")


def groups(found: Sequence[AnswerGroup]) -> str:
    """Show what each article says: a block for those that agree, with how they differ."""
    blocks = [_count(found)]
    for group in found:
        many = f"{len(group.members)} articles say this: " if len(group.members) > 1 else ""
        relation = f" ({group.relation_in_words})" if group.differs else ""
        lines = [f"{many}{plain(group.words)}{relation}"]
        for member in group.members:
            about = (member.source, date_in_words(member.date))
            known = ", ".join(plain(part) for part in about if part)
            lines += [f"  {_quoted(member.citation)}"]
            lines += [f"      {source(member.citation)}{f', {known}' if known else ''}"]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _table(found: Sequence[AnswerGroup]) -> list[str]:
    """Return a row for each article: how its answer is related, its words, date and source."""
    related = any(group.relation for group in found)
    return _aligned(
        (
            *(("", group.relation_in_words) if related else ("",)),
            _words(group, member),
            date_in_words(member.date) or _UNDATED,
            f"{_paper(member)} [{member.citation.number}]",
        )
        for group in found
        for member in group.members
    )


def _aligned(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Return rows whose columns, two spaces apart, are as wide as the widest of their cells."""
    cells = list(rows)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)][:-1]
    return ["  ".join([*map(str.ljust, row, widths), row[-1]]) for row in cells]


def _words(group: AnswerGroup, member: GroupMember) -> str:
    """Return the group's words if the article has them; others that say the same have their own."""
    quote = member.citation.quote
    is_shared = len(group.members) > 1 and group.words not in quote
    own = (member.citation.span or quote) if is_shared else group.words
    return excerpt(plain(own), _LONGEST_WORDS)


def _paper(member: GroupMember) -> str:
    return plain(member.source or member.citation.article_title)


def comparison(found: Answer) -> str:
    """Show how the articles answer: a table, then the sentences; or the refusal."""
    if found.parts:
        return "\n\n".join(f"{plain(part.question)}\n{comparison(part)}" for part in found.parts)
    if not found.groups:
        return answer(found)
    members = [member for group in found.groups for member in group.members]
    citations = sorted((member.citation for member in members), key=lambda c: c.number)
    quotes = [line for c in citations for line in (_quoted(c), f"    {source(c)}")]
    return "\n".join([_count(found.groups), *_table(found.groups), "", *quotes])


def value_over_time(found: Answer, most: int) -> str:
    """Show the newest answers of several articles by date, the oldest first; or the refusal.

    most: how many to show. Of several articles that say the same on one day, one is shown.
    """
    said = {
        (member.date or _UNDATED, group.words): (_words(group, member), member)
        for group in found.groups
        for member in reversed(group.members)
    }
    if not said:
        return answer(found)
    shown = sorted(said.items())[-most:]
    cited = [replace(m.citation, number=n) for n, (_, (_, m)) in enumerate(shown, 1)]
    lines = _aligned(
        (f"{day:<10}", words, f"{_paper(m)}: {_quoted(citation, _LONGEST)}")
        for ((day, _), (words, m)), citation in zip(shown, cited, strict=True)
    )
    return "\n".join([*lines, "", *map(source, cited)])


def _count(found: Sequence[AnswerGroup]) -> str:
    count = _articles(found)
    return f"{counted(count, 'article')} {'answers' if count == 1 else 'answer'} this"


def _articles(found: Sequence[AnswerGroup]) -> int:
    """Return how many articles answer; one with two answers counts once."""
    return len({member.citation.article_id for group in found for member in group.members})


def source(citation: Citation) -> str:
    """Return where a quote is, on one line."""
    place = f"{plain(citation.article_id)} {citation.start}-{citation.end}"
    title = plain(citation.article_title)
    return f"[{citation.number}] {title}, {plain(citation.where)} ({place})"


def marked(text: str, start: int, end: int) -> str:
    """Mark part of a text: in reverse video, or between asterisks if there is no terminal."""
    left, right = ("\x1b[7m", "\x1b[0m") if _styles_are_shown() else ("**", "**")
    return f"{plain(text[:start])}{left}{plain(text[start:end])}{right}{plain(text[end:])}"


def hits(found: list[Hit]) -> str:
    """Show passages with their scores, best first."""
    lines = ["fused   dense   bm25    passage"]
    for hit in found:
        title = plain(hit.article_title or "")
        place = f"{title} ({plain(hit.article_id)} {hit.start}-{hit.end})"
        lines.append(f"{hit.fused:<7.2f} {hit.dense:<7.2f} {hit.bm25:<7.2f} {place}")
        lines.append(f"{'':24}{_beginning(hit)}")
    return "\n".join(lines)


def _beginning(hit: Hit) -> str:
    """Return how a passage begins, below its article's title if it begins with that."""
    return excerpt(hit.text.removeprefix(hit.article_title or "").lstrip() or hit.text)


def timeline(found: Sequence[TimelineEntry]) -> str:
    """Show a timeline: a date and its sentence per line, then where each is.

    A long sentence is cut to the text around the date.
    """
    if not found:
        return "No dated sentences found."
    lines = [f"{entry.date:<10}  {_quoted(entry.citation, _LONGEST)}" for entry in found]
    return "\n".join([*lines, "", *(source(entry.citation) for entry in found)])


def names(found: Sequence[KeyName], most: int = 3) -> str:
    """Show people, places and others, most mentioned first: how often, and where.

    most: how many articles to show of each name.
    """
    from askvisit.names import by_kind

    blocks = []
    for heading, group in by_kind(found):
        lines = [heading]
        for name in group:
            also = f" (also {', '.join(map(plain, name.forms[1:]))})" if name.forms[1:] else ""
            lines.append(f"{name.count:>4}  {plain(name.name)}{also}")
            places = list(_places(name.citations))
            lines += [f"      {place}" for place in places[:most]]
            lines += [f"      and {counted(len(places) - most, 'more article')}"] * (
                len(places) > most
            )
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) or "No names found."


def _places(citations: Sequence[Citation]) -> Iterator[str]:
    """Yield a line per article: its title, the cited paragraphs, and its id."""
    paragraphs: dict[tuple[str, str], dict[int, None]] = {}
    for citation in citations:
        article = citation.article_title, citation.article_id
        paragraphs.setdefault(article, {})[citation.paragraph] = None
    for (title, article_id), numbers in paragraphs.items():
        word = "paragraph" if len(numbers) == 1 else "paragraphs"
        where = f"{word} {', '.join(map(str, numbers))}"
        yield f"{plain(title)}, {where} ({plain(article_id)})"


def _quoted(citation: Citation, most: int | None = None) -> str:
    """Show a quote, the words that answer in bold.

    most: put it on one line, and cut one that is longer to this many characters around the span.
    """
    bold = ("\x1b[1m", "\x1b[0m") if _styles_are_shown() else ("", "")
    pieces = enumerate(map(plain, citation.pieces(most if citation.span else None)))
    shown = "".join(piece.join(bold) if n % 2 else piece for n, piece in pieces)
    if most is not None:
        shown = re.sub(r"\s+", " ", shown)
    return f"{shown} [{citation.number}]"


def _styles_are_shown() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ
