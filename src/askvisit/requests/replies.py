"""Replies to requests: small talk, one article as a whole, and which articles there are.

A fact printed in an article is quoted; one that only its record has (the metadata of its file, or
its `NAME.toml`) is reported as such, without a citation. If the two differ, both are given.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING, cast

from askvisit import dates, printed
from askvisit.passages import headline
from askvisit.records import (
    Answer,
    Article,
    ArticleRecord,
    ArticleRequest,
    Citation,
    Fact,
    FactName,
    Sentence,
    Span,
    last_of,
)
from askvisit.requests import summary
from askvisit.requests.intents import CLASSIFIER, SMALL_TALK, Request, recognise
from askvisit.requests.which_article import Searched, sentence_with_most
from askvisit.speakers import citation_of
from askvisit.text import content_words, counted, ends_sentence, stems

if TYPE_CHECKING:
    from askvisit.encoder import Encoder
    from askvisit.index import PassageIndex
    from askvisit.printed import PrintedFact

NOTHING_QUOTED = "Ask a question first. “Tell me more” then quotes what stands after the answer."
AT_THE_END = "Nothing stands after that in the article."

_SHOWN = 5
"""Maximum sentences shown of an article: its headline and opening."""

_MORE_SHOWN = 3
"""Sentences quoted at a time after “tell me more”."""

_MOST = 5
"""Maximum number of articles quoted."""

_SUMMARISED = 10
_EACH = 2
"""Maximum numbers of articles summarised at once, and of sentences of each."""

_NAMES: dict[FactName, str] = {
    "author": "author",
    "date": "publication date",
    "source": "source",
    "url": "web address",
}
_NO_HEADLINE = "The article has no headline; it is listed as “{}”."
_NO_FACT = "The {} of “{}” is not known. Its record ({}) can give it."
_NO_PASSAGE = "No passage was found with {} “{}”. "
_NO_DATES = "None of the articles{} has a date. One can be given in a NAME.toml beside each."
_WITHOUT_DATE = "{} of {} articles{} {} no date."
_SUMMARISED_OF = "Only the {} newest of {} articles are summarised."
_ALSO_FOUND = "Also found: {} with {} “{}”."


def completed(
    searched: Searched, encoder: Encoder, message: str, history: Sequence[Answer]
) -> tuple[Request, str] | None:
    """Return the request that a message completes by naming an article, and the article's id.

    "The second one" completes the last reply that listed articles: what was asked before of no
    article in particular is now asked of that one; after a mere list, it is shown.
    """
    last = reversed(last_of(history))
    before = next((a for a in last if a.kind == "talk" and a.choices), None)
    if before is None:
        return None
    named = searched.only_named(message, before.choices)
    asked = None if named is None else recognise(before.question, encoder, loosely=True)
    if named is None or asked is None:
        return None
    of_one = (*_NAMES, "headline", "show", "summary")
    request = replace(asked, about=None, names_article=True, is_sure=True)
    return (request if asked.intent in of_one else Request("show", names_article=True)), named


@dataclass(frozen=True)
class Asked:
    """A request for articles among those searched, as typed, after earlier answers."""

    searched: Searched
    encoder: Encoder
    question: str
    request: Request
    history: Sequence[Answer] = ()

    @property
    def index(self) -> PassageIndex:
        """The index that has the articles."""
        return self.searched.index

    def reply(self) -> Answer | None:
        """Fulfil it, or ask which article it is about; None if it may be about the text."""
        request, intent = self.request, self.request.intent
        if intent in SMALL_TALK:
            return self._talk(CLASSIFIER.responses[intent])
        if intent == "more":
            return self._more()
        if intent == "list":
            return self.searched.listing(self.question)
        if intent == "about":
            return self._about(request.about or "")
        if intent == "newest" or intent == "oldest":
            return self._by_date()
        if request.of_every and len(self.searched.ids()) > 1:
            return self._of_every()
        chosen = self.searched.choose(request, self.history)
        if len(chosen) != 1:
            if not chosen and not request.names_article and request.about is not None:
                return None
            return self.searched.which(self.question, chosen, request.about)
        article = self.index.article(chosen[0])
        return self._fact(intent, article) if intent in _NAMES else self._fulfilled(article)

    def _talk(self, text: str) -> Answer:
        return Answer.talk(self.question, text)

    def _more(self) -> Answer:
        """Quote what stands after the last quote, without what was quoted beside it."""
        ids = self.searched.ids()
        quoting = (a.citations for a in reversed(self.history) if a.citations)
        cited = next((c for c in quoting if c[0].article_id in ids), None)
        if cited is None:
            return self._talk(NOTHING_QUOTED)
        article_id = cited[0].article_id
        before = {c.start for c in cited if c.article_id == article_id}
        after = self.index.sentences(article_id, cited[0].end)
        after = [sentence for sentence in after if sentence.start not in before]
        return self._quoting(after[:_MORE_SHOWN]) if after else self._talk(AT_THE_END)

    def _fulfilled(self, article: Article) -> Answer:
        """Quote the summary, headline or beginning of an article."""
        if self.request.intent == "summary":
            count = self.request.sentences
            scores = summary.most_central(self.index, self.encoder, article, count)
            return self._answer(self._cited(scores))
        sentences = self.index.sentences(article.id)
        titled = headline(article.text) is not None
        if self.request.intent == "headline":
            if not titled:
                return self._talk(_NO_HEADLINE.format(article.title))
            return self._quoting([s for s in sentences if s.paragraph == 1])
        return self._quoting(_beginning(sentences, after=1 if titled else 0))

    def _of_every(self) -> Answer:
        """Quote a short summary of each article, the newest first; that there are more is said."""
        request = self.request
        records = self.searched.about(request.about)
        if not records:
            return self.searched.which(self.question, [], request.about)
        records.sort(key=lambda record: _day(record) or date.min, reverse=True)
        count = min(request.sentences or _EACH, _EACH)
        shown: dict[Sentence, float] = {}
        for record in records[:_SUMMARISED]:
            article = self.index.article(record.id)
            shown |= summary.most_central(self.index, self.encoder, article, count)
        is_cut = len(records) > _SUMMARISED
        note = [_SUMMARISED_OF.format(_SUMMARISED, len(records))] if is_cut else []
        return self._answer(self._cited(shown), notes=note)

    def _fact(self, name: FactName, article: Article) -> Answer | None:
        """State a fact about one article; None if it is unknown, unless surely asked for."""
        record: str | None = getattr(article, name)
        place = _printed(article, name)
        facts = [] if place is None else [Fact(article.id, article.title, name, place.value, True)]
        if record is not None and not (place is not None and _agree(name, record, place.value)):
            facts.append(Fact(article.id, article.title, name, record, False))
        if not facts:
            # "It" in a conversation may be something in the text: then the text is searched.
            if not self.request.is_sure or (self.history and not self.request.names_article):
                return None
            beside = PurePath(article.id).with_suffix(".toml").name
            return self._talk(_NO_FACT.format(_NAMES[name], article.title, beside))
        sentence = None if place is None else _sentence(self.index, article, place)
        if place is None or sentence is None:
            return self._answer((), [replace(fact, printed=False) for fact in facts])
        span = Span(sentence, place.start, place.end, 1.0, 0.0)
        return self._answer([Citation.of(1, article, span, 1.0)], facts)

    def _by_date(self) -> Answer | None:
        """Name the newest or oldest article, of all or about something, by its headline.

        Several from the same day are all named.
        """
        request = self.request
        if request.about is not None and not request.names_article:
            return None  # "the newest ferry" is something in the text
        records = self.searched.about(request.about)
        if not records:
            return self.searched.which(self.question, [], request.about)
        about = "" if request.about is None else f" about “{request.about}”"
        dated = [(day, r) for r in records if (day := _day(r)) is not None]
        if not dated:
            return self._talk(_NO_DATES.format(about)) if request.is_sure else None
        best = (max if request.intent == "newest" else min)(day for day, _ in dated)
        found = [record for day, record in dated if day == best][:_MOST]
        firsts = [sentence for r in found for sentence in self.index.sentences(r.id)[:1]]
        facts = [Fact(r.id, r.title, "date", r.date, False) for r in found if r.date is not None]
        undated = len(records) - len(dated)
        verb = "has" if undated == 1 else "have"
        note = [_WITHOUT_DATE.format(undated, len(records), about, verb)] if undated else []
        return self._quoting(firsts, facts, note)

    def _about(self, about: str) -> Answer | None:
        """Quote, from each of the first articles that have the words, the sentence with most.

        How many more there are is said.
        """
        passages = list(self.searched.passages_with(about))
        best = (sentence_with_most(self.index, passage, about) for passage in passages[:_MOST])
        shown = [sentence for sentence in best if sentence is not None]
        having = "the word" if len(content_words(about)) == 1 else "all the words"
        if not shown:
            none = _NO_PASSAGE.format(having, about)
            return self.searched.listing(self.question, none) if self.request.is_sure else None
        left = len(passages) - len(shown)
        note = [_ALSO_FOUND.format(counted(left, "more article"), having, about)] if left else []
        return self._quoting(shown, notes=note)

    def _quoting(
        self, sentences: Sequence[Sentence], facts: Sequence[Fact] = (), notes: Sequence[str] = ()
    ) -> Answer:
        """Quote whole sentences in order."""
        return self._answer(self._cited(dict.fromkeys(sentences, 1.0)), facts, notes)

    def _cited(self, sentences: Mapping[Sentence, float]) -> list[Citation]:
        """Cite whole sentences, each with its score, in the given order."""
        citations = []
        for number, (sentence, score) in enumerate(sentences.items(), 1):
            span = Span(sentence, None, None, score, 0.0)
            article = self.index.article(sentence.article_id)
            citations.append(citation_of(number, article, span, score))
        return citations

    def _answer(
        self,
        citations: Sequence[Citation],
        facts: Sequence[Fact] = (),
        notes: Sequence[str] = (),
    ) -> Answer:
        """Return quotes, then the facts that only records have."""
        cited = tuple(dict.fromkeys(citation.article_id for citation in citations))
        notes = (*(_sentence_of(fact) for fact in facts if not fact.printed), *notes)
        if citations:
            choices = cited if len(cited) > 1 else ()
            found = Answer.quoting(self.question, citations, 1.0, notes=notes, choices=choices)
        else:
            found = self._talk("\n".join(notes))
        return replace(found, request=cast(ArticleRequest, self.request.intent), facts=tuple(facts))


def _beginning(sentences: Sequence[Sentence], after: int) -> list[Sentence]:
    """Return the sentences up to the first paragraph `after` that one whose text is whole.

    Above it stand paragraphs that are no text: byline, date and place.
    """
    text = (s.paragraph for s in sentences if s.paragraph > after and ends_sentence(s.text))
    last = next(text, math.inf)
    return [s for s in sentences if s.paragraph <= last][:_SHOWN]


def _printed(article: Article, name: FactName) -> PrintedFact | None:
    if name == "author":
        return printed.author(article.text)
    if name == "date":
        return printed.date(article.text)
    value: str | None = getattr(article, name)
    return printed.find(article.text, value) if value is not None else None


def _agree(name: FactName, record: str, value: str) -> bool:
    if name == "date":
        one, other = dates.days(record), dates.days(value)
        return one is not None and other is not None and one[0] <= other[1] and other[0] <= one[1]
    return stems(record) == stems(value)


def _sentence(index: PassageIndex, article: Article, place: PrintedFact) -> Sentence | None:
    """Return the sentence that contains a printed fact; None if a sentence break splits it."""
    for sentence in index.sentences(article.id, end=place.end):
        if sentence.start <= place.start and place.end <= sentence.end:
            return sentence
    return None


def _day(record: ArticleRecord) -> date | None:
    days = dates.days(record.date) if record.date is not None else None
    return None if days is None else days[0]


def _sentence_of(fact: Fact) -> str:
    """State a fact from an article's record."""
    name, title = _NAMES[fact.name], fact.article_title
    return f"According to its record, the {name} of “{title}” is {fact.value}."
