"""One answer as HTML: the verdict, the quotes with their citations, or the refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from askvisit.records import Answer, Article, Citation, Hit
from askvisit.text import excerpt
from askvisit.web.markup import escape, lines
from askvisit.web.source_panel import TextRange

SURE = 0.75
"""From here on an answer is called found; below it is called probable."""


def places(answer: Answer) -> list[TextRange]:
    """Return the places that an answer shows: its citations, or the nearest passages."""
    if answer.found:
        return [TextRange.of_citation(citation) for citation in answer.citations]
    return [TextRange.of_hit(hit) for hit in answer.nearest]


def answer_html(
    answer: Answer, articles: Mapping[str, Article], guess_below: float | None = None
) -> str:
    """Return one answer; several questions in one line are answered one below the other.

    `guess_below` is the confidence below which it is shown only because the person asked for the
    best guess.
    """
    if not answer.parts:
        return _one_answer(answer, articles, 0, guess_below)
    pieces, before = [], 0
    for part in answer.parts:
        heading = f'<h3 dir="auto">{escape(part.question)}</h3>'
        body = _one_answer(part, articles, before, guess_below)
        pieces.append(f'<div class="part">{heading}{body}</div>')
        before += len(part.citations)
    return "".join(pieces)


def plain_text(
    answer: Answer, articles: Mapping[str, Article], guess_below: float | None = None
) -> str:
    """Return question and answer as text to copy: the quotes, then where they stand."""
    if not answer.found:
        return f"{answer.question}\n\n{answer.text}"
    guess = "(a guess) " if _is_guess(answer, guess_below) else ""
    numbered = list(enumerate(answer.citations, 1))
    quotes = "\n".join(f"{guess}“{c.quote}” [{n}]" for n, c in numbered)
    sources = "\n".join(f"[{n}] {_origin(c, articles)}" for n, c in numbered)
    return f"{answer.question}\n\n{quotes}\n\n{sources}"


def reference(citation: Citation, articles: Mapping[str, Article]) -> str:
    """Return a citation as a reference: the quote, title, source, date, paragraph, address."""
    article = articles.get(citation.article_id)
    url = f" {article.url}" if article is not None and article.url else ""
    return f"“{citation.quote}” ({_origin(citation, articles)}){url}"


def _origin(citation: Citation, articles: Mapping[str, Article]) -> str:
    article = articles.get(citation.article_id)
    known = [citation.article_title]
    if article is not None:
        known += [part for part in (article.source, article.date) if part]
    return ", ".join([*known, f"paragraph {citation.paragraph}"])


def _is_guess(answer: Answer, guess_below: float | None) -> bool:
    return guess_below is not None and answer.confidence < guess_below


def _one_answer(
    answer: Answer, articles: Mapping[str, Article], before: int, guess_below: float | None
) -> str:
    guess = _is_guess(answer, guess_below)
    note = ""
    if answer.kind != "talk" and answer.reading != answer.question:
        note = f'<p class="note">Understood as: <q dir="auto">{escape(answer.reading)}</q></p>'
    if answer.found:
        items = "".join(
            _citation(c, before + n, articles) for n, c in enumerate(answer.citations, 1)
        )
        return f'{_verdict(answer, guess)}{note}<ol class="citations">{items}</ol>'
    text = f'<p dir="auto">{lines(answer.text)}</p>'
    looked_up = answer.nearest or answer.confidence
    if answer.kind == "talk" or not looked_up:
        return text
    return f"{_verdict(answer, guess)}{note}{text}{_nearest(answer.nearest)}"


def _verdict(answer: Answer, guess: bool) -> str:
    percent = f"{round(100 * answer.confidence)} %"
    if not answer.found:
        word, style = "Not in the articles", "absent"
        reason = f"The best sentence is right with a probability of {percent}: too little to show."
    elif guess:
        word, style = "Best guess", "unsure"
        reason = f"Right with a probability of only {percent}: the articles hardly answer this."
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


def _citation(citation: Citation, number: int, articles: Mapping[str, Article]) -> str:
    link = (
        f'<a class="cite" {address(TextRange.of_citation(citation))} '
        f'title="{escape(citation.quote)}" '
        f'aria-label="Citation {number}: show it in the article">{number}</a>'
    )
    copy = (
        f'<button type="button" class="quiet" data-copy="{escape(reference(citation, articles))}">'
        "Copy as reference</button>"
    )
    where = f"<bdi>{escape(citation.article_title)}</bdi>, paragraph {citation.paragraph}"
    return (
        f'<li><blockquote dir="auto">{_quote(citation)} {link}</blockquote>'
        f'<p class="origin"><span>{where}</span>{copy}</p></li>'
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
        f'<li><a class="cite near" dir="auto" {address(TextRange.of_hit(hit))} '
        f'title="{escape(hit.text)}">{escape(excerpt(hit.text))}</a></li>'
        for hit in hits
    )
    return f'<p class="note">The nearest passages:</p><ul class="nearest">{items}</ul>'


def address(place: TextRange) -> str:
    """Return the attributes of a link to a place; it opens the place in a tab of its own too."""
    query = urlencode(
        {"article": place.article, "start": place.start, "end": place.end}, errors="replace"
    )
    span = f' data-span="{place.span[0]}-{place.span[1]}"' if place.span else ""
    return f'href="?{escape(query)}"{span}'
