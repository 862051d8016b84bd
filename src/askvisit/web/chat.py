"""The conversation as HTML: questions, quoted answers with citations, refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from askvisit.records import Answer, Citation, Hit
from askvisit.web.markup import clean, escape, lines
from askvisit.web.source_panel import Place

SHOWN_TURNS = 40
"""Older turns leave the page, so that a long conversation stays quick."""

HISTORY = 6
"""Earlier answers that a follow-up question may refer to."""

EXCERPT = 160
"""Characters of a near passage shown under a refusal."""

SURE = 0.75
"""From here on an answer is called found; below it is called probable."""


@dataclass(frozen=True)
class Turn:
    """One question and what came of it: an answer, or a problem in words."""

    question: str
    answer: Answer | None = None
    problem: str | None = None


Turns = tuple[Turn, ...]


def history(turns: Turns) -> list[Answer]:
    """Return the answers that a follow-up question may refer to, oldest first."""
    return [turn.answer for turn in turns if turn.answer is not None][-HISTORY:]


def not_yet_asked(suggestions: Sequence[str], turns: Turns, most: int) -> list[str]:
    """Return the first suggested questions that nobody asked in this conversation."""
    asked = {turn.question.strip().casefold() for turn in turns}
    return [q for q in suggestions if q.strip().casefold() not in asked][:most]


def conversation(turns: Turns, suggestions: Sequence[str], pending: str | None = None) -> str:
    """Return the whole log; `pending` is a question that is being answered right now."""
    if not turns and pending is None:
        return f'<div class="log" {_LOG}>{_welcome(suggestions)}</div>'
    shown = turns[-SHOWN_TURNS:]
    first = len(turns) - len(shown)
    parts = [_turn(turn, first + i) for i, turn in enumerate(shown)]
    if first:
        parts.insert(0, f'<p class="note">The first {first} questions are not shown here.</p>')
    if pending is not None:
        parts.append(f'<section class="turn">{_question(pending)}{_WAITING}</section>')
    elif suggestions:
        parts.append(_suggested(suggestions, "Ask next"))
    return f'<div class="log" {_LOG}>{"".join(parts)}</div>'


def places(answer: Answer) -> list[Place]:
    """Return the places that an answer shows: its citations, or the nearest passages."""
    if answer.found:
        return [Place.of_citation(citation) for citation in answer.citations]
    return [Place.of_hit(hit) for hit in answer.nearest]


def answer_html(answer: Answer) -> str:
    """Return one answer; several questions in one line are answered one below the other."""
    if not answer.parts:
        return _one_answer(answer, 0)
    pieces, before = [], 0
    for part in answer.parts:
        heading = f'<h3 dir="auto">{escape(part.question)}</h3>'
        pieces.append(f'<div class="part">{heading}{_one_answer(part, before)}</div>')
        before += len(part.citations)
    return "".join(pieces)


_LOG = 'role="log" aria-label="Conversation" tabindex="0"'
_WAITING = '<div class="message bot waiting"><p>Looking in the articles …</p></div>'


def _turn(turn: Turn, number: int) -> str:
    if turn.answer is not None:
        body = f'<div class="message bot">{answer_html(turn.answer)}</div>'
    else:
        body = f'<div class="message bot problem"><p>{lines(turn.problem or "")}</p></div>'
    return f'<section class="turn" data-turn="{number}">{_question(turn.question)}{body}</section>'


def _question(question: str) -> str:
    shown = question if len(question) <= 2000 else f"{question[:200]} …"
    return (
        '<div class="message user"><span class="unseen">You asked: </span>'
        f'<p dir="auto">{lines(shown)}</p></div>'
    )


def _one_answer(answer: Answer, before: int) -> str:
    note = ""
    if answer.kind != "talk" and answer.reading != answer.question:
        note = f'<p class="note">Understood as: <q dir="auto">{escape(answer.reading)}</q></p>'
    if answer.found:
        items = "".join(_citation(c, before + c.number) for c in answer.citations)
        single = " single" if len(answer.citations) == 1 else ""
        return f'{_verdict(answer)}{note}<ol class="citations{single}">{items}</ol>'
    text = f'<p dir="auto">{lines(answer.text)}</p>'
    if answer.kind == "talk":
        return text
    return f"{_verdict(answer)}{note}{text}{_nearest(answer.nearest)}"


def _verdict(answer: Answer) -> str:
    percent = f"{round(100 * answer.confidence)} %"
    if not answer.found:
        word, style = "Not in the articles", "absent"
        reason = f"The best sentence is right with a probability of {percent}: too little to show."
    elif answer.confidence >= SURE:
        word, style = "Found", "sure"
        reason = f"The first quotation is right with a probability of {percent}."
    else:
        word, style = "Probably", "unsure"
        reason = f"The first quotation is right with a probability of {percent}: read it in place."
    return (
        f'<p class="verdict {style}"><span title="{reason}">{word}</span>'
        f'<span class="unseen">. {reason}</span></p>'
    )


def _citation(citation: Citation, number: int) -> str:
    place = Place.of_citation(citation)
    link = (
        f'<a class="cite" {_address(place)} title="{escape(citation.quote)}" '
        f'aria-label="Citation {number}: show it in the article">{number}</a>'
    )
    where = f"{escape(citation.article_title)}, paragraph {citation.paragraph}"
    return (
        f'<li><blockquote dir="auto">{_quote(citation)} {link}</blockquote>'
        f'<p class="origin" dir="auto">{where}</p></li>'
    )


def _quote(citation: Citation) -> str:
    if citation.span_start is None or citation.span_end is None:
        return f'<span class="quote">{escape(citation.quote)}</span>'
    left, right = citation.span_start - citation.start, citation.span_end - citation.start
    quote = citation.quote
    strong = f"<strong>{escape(quote[left:right])}</strong>"
    inside = escape(quote[:left]) + strong + escape(quote[right:])
    return f'<span class="quote">{inside}</span>'


def _nearest(hits: Sequence[Hit]) -> str:
    if not hits:
        return ""
    items = "".join(
        f'<li><a class="cite near" dir="auto" {_address(Place.of_hit(hit))} '
        f'title="Show this passage in the article">{escape(_excerpt(hit.text))}</a></li>'
        for hit in hits
    )
    return f'<p class="note">The nearest passages:</p><ul class="nearest">{items}</ul>'


def _excerpt(text: str) -> str:
    flat = " ".join(clean(text).split())
    if len(flat) <= EXCERPT:
        return flat
    return flat[:EXCERPT].rsplit(" ", 1)[0] + " …"


def _address(place: Place) -> str:
    query = urlencode(
        {"article": place.article, "start": place.start, "end": place.end}, errors="replace"
    )
    span = f' data-span="{place.span[0]}-{place.span[1]}"' if place.span else ""
    return f'href="?{escape(query)}"{span}'


def _welcome(suggestions: Sequence[str]) -> str:
    return (
        '<div class="welcome"><p class="welcome-lead">Ask about the articles in plain words.</p>'
        "<p>Every answer is a sentence of an article, quoted word for word. "
        "Click its number to read it in place.</p>"
        f"{_suggested(suggestions, 'For example')}</div>"
    )


def _suggested(suggestions: Sequence[str], heading: str) -> str:
    if not suggestions:
        return ""
    buttons = "".join(
        f'<li><button type="button" class="suggestion" dir="auto" data-ask="{escape(question)}">'
        f"{escape(question)}</button></li>"
        for question in suggestions
    )
    return f'<div class="suggested"><p class="note">{heading}</p><ul>{buttons}</ul></div>'
