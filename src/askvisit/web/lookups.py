"""What is looked up beside the conversation: the names in an article, and a timeline.

What a browser sends is checked here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from askvisit.dates import PartialDate, publication_day
from askvisit.names import by_kind
from askvisit.text import MONTHS, counted, excerpt, one_line
from askvisit.web import faults
from askvisit.web.answers import link, quote_html
from askvisit.web.articles import NONE_CHOSEN, Chosen, existing, remembered_choice
from askvisit.web.markup import escape
from askvisit.web.source_panel import MOST_PLACES, TextRange
from askvisit.web.suggestions import about

if TYPE_CHECKING:
    from askvisit.assistant import Assistant
    from askvisit.names import KeyName
    from askvisit.records import Article
    from askvisit.timeline import TimelineEntry

MOST_SHOWN = 300
"""Maximum sentences shown at once; the page says how many more there are."""

_LONGEST = 500
"""Maximum characters shown of a sentence; its link opens the whole."""

MOST_NAMES = 15
"""Maximum names shown of an article."""

TIMELINE_FORM = (
    '<section class="timeline" aria-label="Timeline"><form>'
    '<label class="topic"><span>Topic</span>'
    '<input type="search" name="topic" maxlength="2000" placeholder="All dates"></label>'
    '<label><span>Since</span><input name="since" maxlength="10" placeholder="2018" '
    'autocomplete="off"></label>'
    '<label><span>Until</span><input name="until" maxlength="10" placeholder="2019-06" '
    'autocomplete="off"></label>'
    '<button type="submit">Show</button></form>'
    '<p class="note told" role="status"></p><div class="entries"></div></section>'
)
"""The tab before it is filled; `static/timeline.js` requests the entries."""


def dated(request: object, assistant: Assistant, articles: Mapping[str, Article]) -> dict[str, str]:
    """Return the dated sentences of the articles being asked: `{"told", "html"}`.

    `told` is a one-sentence summary, `html` the entries in chronological order, each date as
    precise as the text gives it. `request` comes from the browser: `{"scope": …, "topic": …,
    "since": …, "until": …}`, the scope as `articles.scope` gave it.
    """
    data = request if isinstance(request, dict) else {}
    topic, since, until = (_words(data.get(name)) for name in ("topic", "since", "until"))
    chosen = remembered_choice(data.get("scope"), articles)
    if not articles:
        return _problem("There are no articles yet.")
    if chosen == ():
        return _problem(NONE_CHOSEN)
    try:
        found = assistant.timeline(topic, since, until, articles=chosen)
    except Exception as error:
        return _problem(faults.in_words(error, "a timeline"))
    notes = _notes(chosen, articles, len(found) - MOST_SHOWN)
    if topic or since or until:
        notes += '<button type="button" class="quiet" data-all>Show all dates</button>'
    summary = _summary(found, topic, since, until)
    return {"told": summary, "html": _entries(found, articles) + notes}


def _problem(problem: str) -> dict[str, str]:
    return {"told": problem, "html": ""}


def _words(given: object) -> str | None:
    """Return what was typed into a field; None if nothing was."""
    return given.strip() or None if isinstance(given, str) else None


def _summary(
    found: Sequence[TimelineEntry], topic: str | None, since: str | None, until: str | None
) -> str:
    """Say what was found, and about what."""
    about = "" if topic is None else f" about “{excerpt(one_line(topic), 60)}”"
    span = "".join(f" {word} {day}" for word, day in (("since", since), ("until", until)) if day)
    if not found:
        return f"No dated sentences{about}{span}."
    sources = len({entry.citation.article_id for entry in found})
    dates = counted(len(found), "date")
    where = f" in {counted(sources, 'article')}"
    return f"{dates}{about}{span}{where}, in chronological order"


def _entries(found: Sequence[TimelineEntry], articles: Mapping[str, Article]) -> str:
    """Return the entries, grouped by date."""
    dates = groupby(found[:MOST_SHOWN], key=lambda entry: entry.date)
    items = "".join(
        f'<li><h3><time datetime="{escape(date)}">{in_words(date)}</time></h3>'
        f"<ul>{''.join(_entry(entry, articles) for entry in entries)}</ul></li>"
        for date, entries in dates
    )
    return f"<ol>{items}</ol>" if items else ""


def _entry(entry: TimelineEntry, articles: Mapping[str, Article]) -> str:
    """Return a sentence with its dating words highlighted; a click opens it in its article."""
    cited = entry.citation
    article = articles.get(cited.article_id)
    source = article.source if article is not None else None
    known = [f"<bdi>{escape(part)}</bdi>" for part in (cited.article_title, source) if part]
    shown = link(TextRange.of_citation(cited), quote_html(cited, _LONGEST), "row")
    where = " · ".join([*known, escape(cited.where)])
    return f'<li>{shown}<p class="note origin">{where}</p></li>'


def _notes(chosen: Chosen, articles: Mapping[str, Article], left: int) -> str:
    """Say what is not in the timeline; `left` is how many dates are not shown, if above 0."""
    names = tuple(articles) if chosen is None else chosen
    searched = list(existing(articles, names))
    undated = [article for article in searched if publication_day(article.date) is None]
    notes = []
    if left > 0:
        are = "is" if left == 1 else "are"
        notes.append(f"{left:,} more {are} not shown. Give a topic or dates to see them.")
    if undated:
        which = f"“{escape(excerpt(undated[0].title, 70))}” has"
        if len(undated) > 1:
            which = f"{len(undated):,} of {counted(len(searched), 'article')} have"
        notes.append(
            f"{which} no publication date, so dates there without a year and words like "
            "“last Tuesday” are left out."
        )
    return "".join(f'<p class="note" dir="auto">{note}</p>' for note in notes)


def in_words(date: str) -> str:
    """Return a date as people write it: "2019", "June 2019", "26 June 2019"."""
    when = PartialDate.parse(date)
    month = MONTHS[when.month - 1] if when.month is not None else None
    return " ".join(str(part) for part in (when.day, month, when.year) if part is not None)


def named(request: object, assistant: Assistant, articles: Mapping[str, Article]) -> str:
    """Return the people, places and other names of an article as HTML, most mentioned first.

    `request` comes from the browser: the article's id.
    """
    if not isinstance(request, str) or request not in articles:
        return _note("This article is no longer there.")
    try:
        found = assistant.names(MOST_NAMES, articles=[request])
    except Exception as error:
        return _note(escape(faults.in_words(error, "the names of an article")))
    if not found:
        return _note("No names were found in this article.")
    groups = "".join(
        f"<section><h4>{heading}</h4><ul>{''.join(map(_name, names))}</ul></section>"
        for heading, names in by_kind(found)
    )
    return f'<div class="kinds">{groups}</div>'


def _note(words: str) -> str:
    return f'<p class="note">{words}</p>'


def _name(name: KeyName) -> str:
    """Return a button with the places that it marks, and the question that it offers."""
    places = " ".join(f"{c.span_start}-{c.span_end}" for c in name.citations[:MOST_PLACES])
    also = f' title="Also: {escape(", ".join(name.forms[1:]))}"' if name.forms[1:] else ""
    noun = "mention" if name.count == 1 else "mentions"
    return (
        f'<li><button type="button" aria-pressed="false" data-places="{places}" '
        f'data-about="{escape(about(name.name))}"{also}><bdi>{escape(name.name)}</bdi> '
        f'<span class="count">{name.count:,}<span class="unseen"> {noun}</span></span>'
        "</button></li>"
    )
