"""One answer as HTML: the verdict, the quotes with their citations, or the refusal.

Beside the quotes: what each article says, what only records say, a proposed scope.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from askvisit.rewriting.query import is_keywords
from askvisit.text import counted, excerpt, excerpt_around
from askvisit.web.markup import LINK_ICON, PIN_ICON, QUOTE_ICON, escape, lines, offered
from askvisit.web.source_panel import TextRange

if TYPE_CHECKING:
    from askvisit.records import Answer, AnswerGroup, Article, Citation, Hit

SURE = 0.75
"""Confidence from which an answer is called found; below it, probable."""


def answer_html(
    answer: Answer, articles: Mapping[str, Article], guess_below: float | None = None
) -> str:
    """Return one answer; several questions in one line are answered one below the other.

    `guess_below` is the confidence below which it is shown only because the user asked for the
    best guess.
    """
    if not answer.parts:
        return _one_answer(answer, articles, guess_below)
    pieces = []
    for part in answer.parts:
        heading = f'<h3 dir="auto">{escape(part.question)}</h3>'
        body = _one_answer(part, articles, guess_below)
        pieces.append(f'<div class="part">{heading}{body}</div>')
    return "".join(pieces)


def plain_text(
    answer: Answer, articles: Mapping[str, Article], guess_below: float | None = None
) -> str:
    """Return question and answer as text to copy: the quotes, or refusals, then their sources."""
    blocks = []
    for part in answer.parts or (answer,):
        guess = "(a guess) " if _is_guess(part, guess_below) else ""
        quotes = [f"{guess}“{c.quote}” [{c.number}]" for c in part.citations]
        blocks += [part.question, "\n".join([*(quotes or [part.text]), *part.notes])]
    sources = [f"[{c.number}] {_origin(c, articles)}" for c in answer.citations]
    return "\n\n".join([*blocks, "\n".join(sources)]).rstrip()


def reference(citation: Citation, articles: Mapping[str, Article], words: str | None = None) -> str:
    """Return a citation as a reference: the quote, title, source, date, paragraph, address.

    words: what is quoted, if not the whole sentence.
    """
    article = articles.get(citation.article_id)
    url = f" {article.url}" if article is not None and article.url else ""
    quote = citation.quote if words is None else words
    return f"“{quote}” ({_origin(citation, articles)}){url}"


def _origin(citation: Citation, articles: Mapping[str, Article]) -> str:
    article = articles.get(citation.article_id)
    known = [citation.article_title]
    if article is not None:
        known += [part for part in (article.source, article.date) if part]
    return ", ".join([*known, citation.where])


def _is_guess(answer: Answer, guess_below: float | None) -> bool:
    return guess_below is not None and answer.confidence < guess_below


def _one_answer(answer: Answer, articles: Mapping[str, Article], guess_below: float | None) -> str:
    guess = _is_guess(answer, guess_below)
    note = ""
    if answer.kind != "talk" and answer.reading != answer.question:
        note = f'<p class="note">Understood as: <q dir="auto">{escape(answer.reading)}</q></p>'
    if when := answer.period_in_words:
        note += f'<p class="note">Time asked about: {escape(when)}</p>'
    if answer.found:
        note += _caution(answer, guess)
        cited = answer.citations
        items = "".join(
            _citation(c, articles, before, _is_last_of_article(cited, n))
            for n, (before, c) in enumerate(pairwise([None, *cited]), 1)
            if c is not None
        )
        style = " guessed" if guess else ""
        return f'{_verdict(answer, guess)}{note}<ol class="citations{style}">{items}</ol>'
    text = f'<p dir="auto">{lines(answer.text)}</p>'
    looked_up = answer.nearest or answer.confidence
    if answer.kind == "talk" or not looked_up:
        return text + offered(_choices(answer, articles))
    return f"{_verdict(answer, guess)}{note}{text}{_nearest(answer, articles)}"


def _choices(answer: Answer, articles: Mapping[str, Article]) -> dict[str, str]:
    """Return the titles of the articles to choose from, by what names each of them alone."""
    titles = {i: articles[i].title for i in answer.choices if i in articles}
    alike = Counter(titles.values())
    return {title if alike[title] == 1 else i: title for i, title in titles.items()}


def _caution(answer: Answer, guess: bool) -> str:
    """Return what a reader must know before the quotes."""
    if guess:
        return '<p class="note">The articles hardly answer this. The nearest sentence is:</p>'
    if _is_keywords(answer) and len(answer.reading.split()) > 3:
        return '<p class="note">Statements are not judged true or false. The articles say:</p>'
    return ""


def _is_keywords(answer: Answer) -> bool:
    """Return whether keywords, a topic or a claim were searched for.

    "Any deaths there?" is a question, for which words of the quote are marked.
    """
    if answer.request is not None:
        return False
    is_marked = any(citation.span for citation in answer.citations)
    asks = is_marked and answer.question.rstrip().endswith("?")
    return not answer.context and not asks and is_keywords(answer.reading)


def _verdict(answer: Answer, guess: bool) -> str:
    percent = _percent(answer.confidence)
    if not answer.found:
        words = {"unsure": "Not sure", "ambiguous": "Which article?"}
        word, style = words.get(answer.refusal or "", "Not in the articles"), "absent"
        reason = f"The best sentence is {percent} likely to be right, not enough to show it."
        shown = f"at best {percent}"
        return _verdict_line(word, style, shown, reason)
    if guess:
        word, style = "Best guess", "unsure"
        reason = f"This is {percent} likely to be right: the articles hardly answer the question."
    elif answer.request is not None:
        reason = "What you asked to see of it, quoted word for word."
        return _verdict_line("From the article", "neutral", None, reason)
    elif _is_keywords(answer):
        word, style = "The articles on this", "neutral"
        reason = (
            "This is not a question, so it is not judged right or wrong: see the quotes. "
            f"They are {percent} likely to be relevant."
        )
    elif answer.confidence >= SURE:
        word, style = "Found", "sure"
        reason = f"What is quoted is {percent} likely to answer."
    else:
        word, style = "Probably", "unsure"
        reason = f"What is quoted is {percent} likely to answer: read it in context."
    return _verdict_line(word, style, percent, reason)


def _percent(share: float) -> str:
    """Return a probability in percent; one above 0 is never shown as 0 %."""
    return "under 1 %" if 0 < share < 0.005 else f"{round(100 * share)} %"


def _verdict_line(word: str, style: str, shown: str | None, reason: str) -> str:
    """Return the verdict, with its probability if any, and the reason for screen readers."""
    percent = "" if shown is None else f'<span class="percent" aria-hidden="true"> · {shown}</span>'
    return (
        f'<p class="verdict {style}" title="{reason}"><span>{word}</span>{percent}'
        f'<span class="unseen">. {reason}</span></p>'
    )


def _is_last_of_article(cited: Sequence[Citation], number: int) -> bool:
    """Return whether the next citation, if any, is from another article."""
    following = cited[number : number + 1]
    return not following or following[0].article_id != cited[number - 1].article_id


def _citation(
    citation: Citation, articles: Mapping[str, Article], before: Citation | None, named: bool
) -> str:
    """Return a quote with its number and, if `named`, its article below it.

    before: the citation that precedes it; a story goes on after it, with a mark for what is left
    out between them.
    """
    number = citation.number
    link = (
        f'<a class="cite" {_address(TextRange.of_citation(citation))} '
        f'title="{escape(citation.quote)}" '
        f'aria-label="Citation {number}: show it in the article">{number}</a>'
    )
    places = [
        f'<span class="paragraph"><span class="unseen">paragraph</span>'
        f'<span aria-hidden="true">¶</span> {citation.paragraph}</span>'
    ]
    if citation.page is not None:
        places.insert(0, f'<span class="paragraph">page {citation.page}</span>')
    if citation.speaker is not None:
        places.insert(0, f'<bdi class="paragraph">{escape(citation.speaker)}</bdi>')
    places[0] = f'<span class="numbered">{link}&nbsp;{places[0]}</span>'
    tools = (
        '<span class="tools">'
        f"{_tool('Copy as reference', QUOTE_ICON, 'copy', reference(citation, articles))}"
        f"{_tool('Copy link', LINK_ICON, 'link', '')}"
        f"{_tool('Pin to the notebook', PIN_ICON, 'pin', '')}</span>"
    )
    origin = f'<p class="origin">{_source_line(citation, articles)}</p>' if named else ""
    goes_on = _goes_on(citation, before)
    is_gap = goes_on and before is not None and not citation.follows(before)
    left_out = '<span class="lead">[…]</span> ' if is_gap else ""
    lead = f'<span class="lead">{escape(citation.lead)}</span> ' if citation.lead else ""
    style = ' class="goes-on"' if goes_on else ""
    return (
        f'<li{style}><blockquote dir="auto">{left_out}{lead}{quote_html(citation)} '
        f"{' '.join(places)}</blockquote>{tools}{origin}</li>"
    )


def _goes_on(citation: Citation, before: Citation | None) -> bool:
    """Return whether a quote goes on with the story that the one before it tells."""
    if before is None or before.article_id != citation.article_id:
        return False
    return before.span is None and citation.span is None and before.end <= citation.start


def _source_line(citation: Citation, articles: Mapping[str, Article]) -> str:
    article = articles.get(citation.article_id)
    known = (article.source, article.date) if article is not None else ()
    facts = [f"<bdi>{escape(part)}</bdi>" for part in known if part]
    return " · ".join([f"<cite><bdi>{escape(citation.article_title)}</bdi></cite>", *facts])


def _tool(name: str, icon: str, kind: str, data: str) -> str:
    return (
        f'<button type="button" class="quiet tool" data-{kind}="{escape(data)}" '
        f'title="{name}" aria-label="{name}">{icon}</button>'
    )


def quote_html(citation: Citation, most: int | None = None) -> str:
    """Return the quoted sentence with the words that answer highlighted.

    most: of a sentence with more characters, only the part around those words is shown.
    """
    if citation.span_start is None or citation.span_end is None:
        return f'<span class="quote">{escape(citation.quote)}</span>'
    left, right = citation.span_start - citation.start, citation.span_end - citation.start
    quote = citation.quote
    if most is not None:
        quote, begin = excerpt_around(quote, left, right, most)
        left, right = begin, begin + right - left
    strong = f"<strong>{escape(quote[left:right])}</strong>"
    inside = escape(quote[:left]) + strong + escape(quote[right:])
    return f'<span class="quote">{inside}</span>'


def _nearest(answer: Answer, articles: Mapping[str, Article]) -> str:
    """Return links to the nearest passages, or to likely places, each with its article's title."""
    hits = answer.nearest
    if not hits:
        return ""
    items = "".join(
        f"<li>{link(TextRange.of_hit(hit), escape(excerpt(hit.text)), 'near', hit.text)}"
        f"{_title(hit, articles)}</li>"
        for hit in hits
    )
    is_likely = answer.refusal in ("unsure", "ambiguous")
    shown = "likeliest places" if is_likely else "nearest passages"
    return f'<p class="note">The {shown}:</p><ul class="nearest">{items}</ul>'


def _title(hit: Hit, articles: Mapping[str, Article]) -> str:
    """Return the title of a hit's article; empty if there is only one article."""
    if len(articles) < 2 or hit.article_id not in articles:
        return ""
    title = escape(excerpt(articles[hit.article_id].title, 70))
    return f' <span class="note" dir="auto">{title}</span>'


def link(place: TextRange, inside: str, style: str, title: str = "") -> str:
    """Return a link to a place; `inside` is HTML, `title` the text shown if one points at it."""
    shown = f' title="{escape(title)}"' if title else ""
    return f'<a class="cite {style}" dir="auto" {_address(place)}{shown}>{inside}</a>'


def _address(place: TextRange) -> str:
    """Return the attributes of a link to a place; it also works in a new tab."""
    parts = {"article": place.article, "start": place.start, "end": place.end}
    parts |= {"reads": place.reads} if place.reads else {}
    query = urlencode(parts, errors="replace")
    span = f' data-span="{place.span[0]}-{place.span[1]}"' if place.span else ""
    return f'href="?{escape(query)}"{span}'


def beside(answer: Answer) -> str:
    """Return what accompanies an answer's quotes; empty if nothing does."""
    shown = "".join(f'<p class="note" dir="auto">{escape(line)}</p>' for line in answer.notes)
    return shown + "".join(_groups(one.groups) for one in (answer, *answer.parts))


def _groups(groups: Sequence[AnswerGroup]) -> str:
    """Return what each article says: open if some differ, as a table with the newest first."""
    if not groups:
        return ""
    count = sum(len(group.members) for group in groups)
    rows = "".join(_group(group) for group in groups)
    verb = "answers" if count == 1 else "answer"
    differ = any(group.differs for group in groups)
    said = f"{counted(count, 'article')} {verb} this{', and they differ' if differ else ''}"
    return (
        f'<details class="groups"{" open" if differ else ""}><summary class="quiet">{said}'
        f"</summary><table>{rows}</table></details>"
    )


def _group(group: AnswerGroup) -> str:
    """Return a row for each article: the answer and its relation, the paper and the date."""
    rows = ""
    for number, member in enumerate(group.members):
        cited = member.citation
        said = ""
        if number == 0:
            relation = escape(group.relation_in_words)
            mark = f' <span class="relation">{relation}</span>' if relation else ""
            said = (
                f'<th scope="rowgroup" rowspan="{len(group.members)}" dir="auto">'
                f"{escape(group.words)}{mark}</th>"
            )
        where = escape(member.source or cited.article_title)
        place = link(TextRange.of_citation(cited), where, "near", cited.quote)
        rows += f"<tr>{said}<td>{place}</td><td>{escape(member.date or '')}</td></tr>"
    return f"<tbody>{rows}</tbody>"
