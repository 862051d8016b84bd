"""What accompanies an answer's quotes, as HTML: what each article says, records, a scope."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from askvisit.errors import AskvisitError
from askvisit.records import Answer, AnswerGroup, ProposedScope
from askvisit.scope import Scope
from askvisit.text import counted
from askvisit.web.answers import address
from askvisit.web.articles import MOST_LISTED, Chosen
from askvisit.web.markup import escape
from askvisit.web.source_panel import TextRange

if TYPE_CHECKING:
    from askvisit.assistant import Assistant


def beside(answer: Answer, assistant: Assistant, chosen: Chosen) -> str:
    """Return what accompanies an answer's quotes; empty if nothing does.

    chosen: the articles that were searched.
    """
    shown = "".join(f'<p class="note" dir="auto">{escape(line)}</p>' for line in answer.notes)
    shown += "".join(_groups(one.groups) for one in (answer, *answer.parts))
    if answer.proposed_scope is not None:
        shown += _proposal(answer.proposed_scope, assistant, chosen)
    return shown


def _groups(groups: Sequence[AnswerGroup]) -> str:
    if not groups:
        return ""
    count = sum(len(group.members) for group in groups)
    items = "".join(f"<li>{_group(group)}</li>" for group in groups)
    verb = "answers" if count == 1 else "answer"
    return (
        f'<details class="groups"><summary class="quiet">{counted(count, "article")} {verb} this'
        f"</summary><ul>{items}</ul></details>"
    )


def _group(group: AnswerGroup) -> str:
    many = f"{len(group.members)} articles say this: " if len(group.members) > 1 else ""
    differing = f" (others give a different {group.type})" if group.differs else ""
    members = "".join(
        f'<li><a class="cite near" dir="auto" {address(TextRange.of_citation(m.citation))} '
        f'title="{escape(m.citation.quote)}">'
        f"{escape(', '.join([m.citation.article_title, *filter(None, (m.source, m.date))]))}"
        "</a></li>"
        for m in group.members
    )
    return (
        f'<span dir="auto">{many}<b>{escape(group.words)}</b>{differing}</span>'
        f'<ul class="nearest">{members}</ul>'
    )


def _proposal(proposed: ProposedScope, assistant: Assistant, chosen: Chosen) -> str:
    """Offer to search only the articles that the question's words suggest."""
    sources = proposed.sources or None
    try:
        ids = assistant.within(Scope(chosen, proposed.since, proposed.until, sources))
    except AskvisitError:  # the articles have changed since
        return ""
    if len(ids) > MOST_LISTED:
        return ""
    days = [day for day in (proposed.since, proposed.until) if day is not None]
    named = escape(", ".join([*proposed.sources, " – ".join(dict.fromkeys(days))]).strip(", "))
    return (
        f'<p class="note" dir="auto">{escape(", ".join(proposed.words))}: '
        f'<button type="button" class="quiet" data-scope="{escape(json.dumps(ids))}">'
        f"Ask only {counted(len(ids), 'article')} ({named})</button></p>"
    )
