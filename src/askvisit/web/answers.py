"""What the page says of one answer: the verdict, the order of its quotes, and texts to copy.

How it looks is in `templates/answer.html`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from askvisit.rewriting.query import is_keywords
from askvisit.text import excerpt_around
from askvisit.web.source_panel import TextRange

if TYPE_CHECKING:
    from askvisit.records import Answer, Article, Citation

SURE = 0.75
"""Confidence from which an answer is called found; below it, probable."""


@dataclass(frozen=True)
class Verdict:
    """How sure an answer is: a word and its style, the probability if any, and the reason."""

    word: str
    style: str
    shown: str | None
    reason: str


@dataclass(frozen=True)
class CitationView:
    """A citation as it is shown.

    goes_on: whether it goes on with the story of the quote before it. left_out: whether something
    between them is. named: whether its article is named below it, as the next is of another.
    """

    citation: Citation
    goes_on: bool
    left_out: bool
    named: bool

    @property
    def place(self) -> TextRange:
        """Where it is in its article."""
        return TextRange.of_citation(self.citation)

    @property
    def places(self) -> list[str]:
        """What is said of where it stands: whose words, on which page, in which paragraph."""
        kinds = ("speaker", "page", "paragraph")
        return [kind for kind in kinds if getattr(self.citation, kind) is not None]


class AnswerView:
    """An answer, or a part of one, with what its template needs to know.

    guess_below: the confidence below which it is shown only because the best guess was asked for.
    """

    def __init__(
        self, answer: Answer, articles: Mapping[str, Article], guess_below: float | None = None
    ) -> None:
        self.answer = answer
        self.articles = articles
        self.guess_below = guess_below
        self.is_guess = guess_below is not None and answer.confidence < guess_below

    @property
    def parts(self) -> list[AnswerView]:
        """The answers to several questions in one line; itself if it is one."""
        parts = [AnswerView(part, self.articles, self.guess_below) for part in self.answer.parts]
        return parts or [self]

    @property
    def is_looked_up(self) -> bool:
        """Whether something was looked for, so that there is a verdict."""
        answer = self.answer
        return answer.found or (answer.kind != "talk" and bool(answer.nearest or answer.confidence))

    @property
    def is_read_otherwise(self) -> bool:
        """Whether it answers the question as it was understood, and not as it was typed."""
        return self.answer.kind != "talk" and self.answer.reading != self.answer.question

    @property
    def quotes(self) -> list[CitationView]:
        """The citations, in order."""
        cited = self.answer.citations
        shown = []
        for (before, citation), after in zip(
            pairwise((None, *cited)), (*cited[1:], None), strict=True
        ):
            assert citation is not None
            goes_on = _goes_on(citation, before)
            left_out = goes_on and before is not None and not citation.follows(before)
            named = after is None or after.article_id != citation.article_id
            shown.append(CitationView(citation, goes_on, left_out, named))
        return shown

    @property
    def likely(self) -> bool:
        """Whether the nearest passages are likely places of an answer."""
        return self.answer.refusal in ("unsure", "ambiguous")

    @property
    def choices(self) -> dict[str, str]:
        """The titles of the articles to choose from, by what names each of them alone."""
        known = self.articles
        titles = {i: known[i].title for i in self.answer.choices if i in known}
        alike = Counter(titles.values())
        return {title if alike[title] == 1 else i: title for i, title in titles.items()}

    @property
    def caution(self) -> str:
        """What a reader must know before the quotes."""
        if self.is_guess:
            return "The articles hardly answer this. The nearest sentence is:"
        if self._is_keywords and len(self.answer.reading.split()) > 3:
            return "Statements are not judged true or false. The articles say:"
        return ""

    @property
    def verdict(self) -> Verdict:
        """How sure the answer is, in words."""
        answer, percent = self.answer, _percent(self.answer.confidence)
        likely = f"What is quoted is {percent} likely to answer"
        if not answer.found:
            words = {"unsure": "Not sure", "ambiguous": "Which article?"}
            reason = f"The best sentence is {percent} likely to be right, not enough to show it."
            word = words.get(answer.refusal or "", "Not in the articles")
            return Verdict(word, "absent", f"at best {percent}", reason)
        if self.is_guess:
            reason = (
                f"This is {percent} likely to be right: the articles hardly answer the question."
            )
            return Verdict("Best guess", "unsure", percent, reason)
        if answer.request is not None:
            reason = "What you asked to see of it, quoted word for word."
            return Verdict("From the article", "neutral", None, reason)
        if self._is_keywords:
            reason = (
                "This is not a question, so it is not judged right or wrong: see the quotes. "
                f"They are {percent} likely to be relevant."
            )
            return Verdict("The articles on this", "neutral", percent, reason)
        if answer.confidence >= SURE:
            return Verdict("Found", "sure", percent, f"{likely}.")
        return Verdict("Probably", "unsure", percent, f"{likely}: read it in context.")

    @property
    def _is_keywords(self) -> bool:
        """Whether keywords, a topic or a claim were searched for.

        "Any deaths there?" is a question, for which words of the quote are marked.
        """
        answer = self.answer
        if answer.request is not None:
            return False
        is_marked = any(citation.span for citation in answer.citations)
        asks = is_marked and answer.question.rstrip().endswith("?")
        return not answer.context and not asks and is_keywords(answer.reading)

    @property
    def plain_text(self) -> str:
        """Question and answer as text to copy: the quotes, or refusals, then their sources."""
        blocks = []
        for part in self.parts:
            guess = "(a guess) " if part.is_guess else ""
            quotes = [f"{guess}“{c.quote}” [{c.number}]" for c in part.answer.citations]
            text = "\n".join([*(quotes or [part.answer.text]), *part.answer.notes])
            blocks += [part.answer.question, text]
        cited = self.answer.citations
        sources = [f"[{c.number}] {_origin(c, self.articles)}" for c in cited]
        return "\n\n".join([*blocks, "\n".join(sources)]).rstrip()


def reference(citation: Citation, articles: Mapping[str, Article], words: str | None = None) -> str:
    """Return a citation as a reference: the quote, title, source, date, paragraph, address.

    words: what is quoted, if not the whole sentence.
    """
    article = articles.get(citation.article_id)
    url = f" {article.url}" if article is not None and article.url else ""
    quote = citation.quote if words is None else words
    return f"“{quote}” ({_origin(citation, articles)}){url}"


def pieces(citation: Citation, most: int | None = None) -> Sequence[str]:
    """Return the quote before, inside and after the words that answer.

    most: of a sentence with more characters, only the part around those words is given.
    """
    if citation.span_start is None or citation.span_end is None:
        return citation.quote, "", ""
    left, right = citation.span_start - citation.start, citation.span_end - citation.start
    quote = citation.quote
    if most is not None:
        quote, begin = excerpt_around(quote, left, right, most)
        left, right = begin, begin + right - left
    return quote[:left], quote[left:right], quote[right:]


def _origin(citation: Citation, articles: Mapping[str, Article]) -> str:
    article = articles.get(citation.article_id)
    known = [citation.article_title]
    if article is not None:
        known += [part for part in (article.source, article.date) if part]
    return ", ".join([*known, citation.where])


def _percent(share: float) -> str:
    """Return a probability in percent; one above 0 is never shown as 0 %."""
    return "under 1 %" if 0 < share < 0.005 else f"{round(100 * share)} %"


def _goes_on(citation: Citation, before: Citation | None) -> bool:
    """Return whether a quote goes on with the story that the one before it tells."""
    if before is None or before.article_id != citation.article_id:
        return False
    return before.span is None and citation.span is None and before.end <= citation.start
