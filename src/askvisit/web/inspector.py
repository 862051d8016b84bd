"""The inspector under an answer: what was searched for, with which scores, and why it was shown."""

from __future__ import annotations

import time
from collections.abc import Iterable

from askvisit.records import Answer
from askvisit.text import excerpt
from askvisit.trace import Trace, TracedPassage, TracedReading
from askvisit.web.answers import link
from askvisit.web.markup import escape
from askvisit.web.source_panel import TextRange, fingerprint

MOST_PASSAGES = 12
"""Maximum passages listed for a reading; the rest were further off still."""

_COLUMNS = (
    ("Passage", "The best sentence of a passage that was found; a click opens it"),
    ("Dense", "Cosine of the question and the passage: similarity of meaning"),
    ("BM25", "Shared words, with rare ones counting more"),
    ("Fused", "What the passages are ranked by: dense and BM25 combined"),
    ("Reader", "The reader's score for the best words in the passage"),
    ("Null", "The reader's score for “no answer here”"),
    ("Sure", "Probability that its best sentence, or one cited with that, is right"),
)
_STAGES = {
    "encode": "encoding the question",
    "search": "finding passages",
    "read": "reading them",
    "other": "everything else",
}


def shown(turn: object, html: str) -> dict[str, object]:
    """Return what the page shows under a turn, by the number that the page gave it.

    The time makes repeated looks at a turn different values, so that each is shown.
    """
    return {"turn": turn, "html": html, "at": time.time_ns()}


def inspector(trace: Trace, shown: Answer) -> str:
    """Return how an answer came about; `shown` is the one on the page, which may be older."""
    pieces = [f"<p>{why(trace)}</p>"]
    if (trace.answer.text, trace.answer.citations) != (shown.text, shown.citations):
        pieces.insert(
            0, '<p class="problem">The articles have changed since this was answered.</p>'
        )
    pieces += [_reading(reading, len(trace.readings) > 1) for reading in trace.readings]
    return "".join([*pieces, _seconds(trace) if trace.readings else ""])


def why(trace: Trace) -> str:
    """Say in a sentence or two what was chosen and why."""
    answer, limit = trace.answer, trace.min_confidence
    if answer.kind == "talk":
        return "This was taken as talk, not a question about the articles: nothing was looked up."
    if not trace.readings:
        if answer.found:
            return "You asked for the article itself: it was quoted, with nothing to look up."
        return "This could not be read as a question in English: nothing was looked up."
    if answer.parts:
        return (
            f"{len(answer.parts)} questions were asked in one line; each was looked up on its own."
        )
    close = _percent(answer.confidence) == _percent(limit)
    reached, enough = (_percent(share, int(close)) for share in (answer.confidence, limit))
    sure = f"The best sentence is {reached} likely to be right"
    if not answer.found:
        return f"{sure}. {enough} would have been enough, so nothing was shown."
    if limit == 0:
        return f"{sure}. It was shown because you asked for the best guess."
    more = len(answer.citations) - 1
    others = f" {more} more also passed." if more else ""
    return f"{sure}. {enough} is enough, so it was shown.{others}"


def _reading(reading: TracedReading, one_of_many: bool) -> str:
    taken = (" (used)" if reading.taken else " (not used)") if one_of_many else ""
    rows = _rows(reading.passages)
    left = len(reading.passages) - MOST_PASSAGES
    more = f'<p class="note">{left:,} more passages are not listed.</p>' if left > 0 else ""
    head = "".join(f'<th scope="col" title="{meaning}">{name}</th>' for name, meaning in _COLUMNS)
    asked = escape(reading.question)
    return (
        f'<p class="looked-up">Looked up{taken}: <q dir="auto">{asked}</q></p>'
        f'<div class="scores" role="region" tabindex="0" aria-label="Passages for: {asked}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{more}"
    )


def _rows(passages: Iterable[TracedPassage]) -> str:
    rows = list(passages)[:MOST_PASSAGES]
    best = max((r.candidate.score for r in rows if r.candidate is not None), default=None)
    return "".join(_row(row, best) for row in rows)


def _row(row: TracedPassage, best_score: float | None) -> str:
    hit, best = row.hit, row.candidate
    found = (hit.dense, hit.bm25, hit.fused) if hit is not None else ()
    read = (best.span.score, best.span.null_score) if best is not None else ()
    cells = [f"{value:.2f}" for value in found] or ["–"] * 3
    cells += [f"{value:.1f}" for value in read] or ["–"] * 2
    cells.append(_percent(best.confidence) if best is not None else "–")
    style = ' class="best"' if best is not None and best.score == best_score else ""
    numbers = "".join(f"<td>{cell.replace('-', '−')}</td>" for cell in cells)
    return f'<tr{style}><th scope="row">{_link(row)}</th>{numbers}</tr>'


def _link(row: TracedPassage) -> str:
    """Return a link to the passage's best sentence, or to all of the passage."""
    if row.candidate is not None:
        sentence, span = row.candidate.span.sentence, row.candidate.span
        marked = None if span.start is None or span.end is None else (span.start, span.end)
        text = sentence.text
        reads = fingerprint(text)
        place = TextRange(sentence.article_id, sentence.start, sentence.end, marked, reads)
    else:
        assert row.hit is not None
        place, text = TextRange.of_hit(row.hit), row.hit.text
    return link(place, escape(excerpt(text)), "row", text)


def _seconds(trace: Trace) -> str:
    stages = ", ".join(
        f"{_STAGES[stage]} {1000 * seconds:.0f} ms" for stage, seconds in trace.seconds.items()
    )
    total = 1000 * sum(trace.seconds.values())
    return f'<p class="note">Asked again to show this, in {total:.0f} ms: {stages}.</p>'


def _percent(share: float, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f} %"
