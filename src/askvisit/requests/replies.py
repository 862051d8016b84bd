"""Replies to requests: small talk, one article as a whole, and which articles there are.

A fact printed in an article is quoted; one that only its record has (the metadata of its file, or
its `NAME.toml`) is reported as such, without a citation. If the two differ, both are given.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING

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
    quoted,
)
from askvisit.requests import summary, which_article
from askvisit.requests.intents import CLASSIFIER, SMALL_TALK, Request, recognise
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
    index: PassageIndex,
    encoder: Encoder,
    message: str,
    history: Sequence[Answer],
    articles: Sequence[str] | None = None,
) -> tuple[Request, str] | None:
    """Return the request that a message completes by naming an article, and the article's id.

    "The second one" completes the last reply that listed articles: what was asked before of no
    article in particular is now asked of that one; after a mere list, it is shown.
    """
    last = reversed(last_of(history))
    before = next((a for a in last if a.kind == "talk" and a.choices), None)
    if before is None:
        return None
    named = which_article.only_named(index, message, articles, before.choices)
    asked = None if named is None else recognise(before.question, encoder, loosely=True)
    if named is None or asked is None:
        return None
    of_one = (*_NAMES, "headline", "show", "summary")
    request = replace(asked, about=None, names_article=True, is_sure=True)
    return (request if asked.intent in of_one else Request("show", names_article=True)), named


def reply(
    index: PassageIndex,
    encoder: Encoder,
    question: str,
    request: Request,
    history: Sequence[Answer] = (),
    articles: Sequence[str] | None = None,
) -> Answer | None:
    """Fulfil a request, or ask which article it is about; None if it may be about the text.

    question: as typed; history: earlier answers, oldest first; articles: ids to search (None: all).
    """
    intent = request.intent
    if intent in SMALL_TALK:
        return Answer.talk(question, CLASSIFIER.responses[intent])
    if intent == "more":
        return _more(index, question, history, articles)
    if intent == "list":
        return which_article.listing(index, question, which_article.among(index, articles))
    if intent == "about":
        return _about(index, question, request, articles)
    if intent == "newest" or intent == "oldest":
        return _by_date(index, question, request, articles)
    if request.of_every and len(which_article.among(index, articles)) > 1:
        return _of_every(index, encoder, question, request, articles)
    chosen = which_article.choose(index, request, history, articles)
    if len(chosen) != 1:
        if not chosen and not request.names_article and request.about is not None:
            return None
        return which_article.which(index, question, chosen, request.about, articles)
    article = index.article(chosen[0])
    if intent in _NAMES:
        # "It" in a conversation may be something in the text: then the text is searched.
        surely = request.is_sure and (request.names_article or not history)
        return _fact(index, question, intent, article, surely)
    return _fulfilled(index, encoder, question, request, article)


def _more(
    index: PassageIndex,
    question: str,
    history: Sequence[Answer],
    articles: Sequence[str] | None,
) -> Answer:
    """Quote what stands after the last quote, without what was quoted beside it."""
    ids = which_article.among(index, articles)
    quoting = (a.citations for a in reversed(history) if a.citations)
    cited = next((c for c in quoting if c[0].article_id in ids), None)
    if cited is None:
        return Answer.talk(question, NOTHING_QUOTED)
    article_id = cited[0].article_id
    before = {c.start for c in cited if c.article_id == article_id}
    after = [s for s in index.sentences(article_id, cited[0].end) if s.start not in before]
    if not after:
        return Answer.talk(question, AT_THE_END)
    return _answer(question, "more", _cited(index, dict.fromkeys(after[:_MORE_SHOWN], 1.0)))


def _fulfilled(
    index: PassageIndex, encoder: Encoder, question: str, request: Request, article: Article
) -> Answer:
    """Quote the summary, headline or beginning of an article."""
    if request.intent == "summary":
        scores = summary.most_central(index, encoder, article, request.sentences)
        return _answer(question, "summary", _cited(index, scores))
    sentences = index.sentences(article.id)
    titled = headline(article.text) is not None
    if request.intent == "headline":
        if not titled:
            return Answer.talk(question, _NO_HEADLINE.format(article.title))
        first = [s for s in sentences if s.paragraph == 1]
        return _answer(question, "headline", _cited(index, dict.fromkeys(first, 1.0)))
    shown = _beginning(sentences, after=1 if titled else 0)
    return _answer(question, "show", _cited(index, dict.fromkeys(shown, 1.0)))


def _of_every(
    index: PassageIndex,
    encoder: Encoder,
    question: str,
    request: Request,
    articles: Sequence[str] | None,
) -> Answer:
    """Quote a short summary of each article, the newest first; that there are more is said."""
    records = _meant(index, request, articles)
    if not records:
        return which_article.which(index, question, [], request.about, articles)
    records.sort(key=lambda record: _day(record) or date.min, reverse=True)
    count = min(request.sentences or _EACH, _EACH)
    shown: dict[Sentence, float] = {}
    for record in records[:_SUMMARISED]:
        shown |= summary.most_central(index, encoder, index.article(record.id), count)
    note = [_SUMMARISED_OF.format(_SUMMARISED, len(records))] if len(records) > _SUMMARISED else []
    return _answer(question, "summary", _cited(index, shown), (), note)


def _meant(
    index: PassageIndex, request: Request, articles: Sequence[str] | None
) -> list[ArticleRecord]:
    """Return the articles that a request for several is about: those it names something of."""
    if request.about is None:
        ids = which_article.among(index, articles)
    else:
        ids = which_article.every_one_about(index, request.about, articles)
    among = set(ids)
    return [record for record in index.records if record.id in among]


def _beginning(sentences: Sequence[Sentence], after: int) -> list[Sentence]:
    """Return the sentences up to the first paragraph `after` that one whose text is whole.

    Above it stand paragraphs that are no text: byline, date and place.
    """
    text = (s.paragraph for s in sentences if s.paragraph > after and ends_sentence(s.text))
    last = next(text, math.inf)
    return [s for s in sentences if s.paragraph <= last][:_SHOWN]


def _cited(index: PassageIndex, sentences: Mapping[Sentence, float]) -> list[Citation]:
    """Cite whole sentences, each with its score, in the given order."""
    citations = []
    for number, (sentence, score) in enumerate(sentences.items(), 1):
        span = Span(sentence, None, None, score, 0.0)
        citations.append(citation_of(number, index.article(sentence.article_id), span, score))
    return citations


def _fact(
    index: PassageIndex, question: str, name: FactName, article: Article, surely: bool
) -> Answer | None:
    """State a fact about one article; None if it is unknown, unless surely asked for."""
    record: str | None = getattr(article, name)
    place = _printed(article, name)
    facts = [] if place is None else [Fact(article.id, article.title, name, place.value, True)]
    if record is not None and not (place is not None and _agree(name, record, place.value)):
        facts.append(Fact(article.id, article.title, name, record, False))
    if not facts:
        beside = PurePath(article.id).with_suffix(".toml").name
        unknown = _NO_FACT.format(_NAMES[name], article.title, beside)
        return Answer.talk(question, unknown) if surely else None
    sentence = None if place is None else _sentence(index, article, place)
    if place is None or sentence is None:
        facts = [replace(fact, printed=False) for fact in facts]
        return _answer(question, name, (), facts)
    span = Span(sentence, place.start, place.end, 1.0, 0.0)
    return _answer(question, name, [Citation.of(1, article, span, 1.0)], facts)


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


def _by_date(
    index: PassageIndex, question: str, request: Request, articles: Sequence[str] | None
) -> Answer | None:
    """Name the newest or oldest article, of all or about something, by its headline.

    Several from the same day are all named.
    """
    if request.about is not None and not request.names_article:
        return None  # "the newest ferry" is something in the text
    records = _meant(index, request, articles)
    if not records:
        return which_article.which(index, question, [], request.about, articles)
    about = "" if request.about is None else f" about “{request.about}”"
    dated = [(day, r) for r in records if (day := _day(r)) is not None]
    if not dated:
        return Answer.talk(question, _NO_DATES.format(about)) if request.is_sure else None
    pick = max if request.intent == "newest" else min
    best = pick(day for day, _ in dated)
    found = [record for day, record in dated if day == best][:_MOST]
    firsts = [sentence for r in found for sentence in index.sentences(r.id)[:1]]
    facts = [Fact(r.id, r.title, "date", r.date, False) for r in found if r.date is not None]
    undated = len(records) - len(dated)
    verb = "has" if undated == 1 else "have"
    note = [_WITHOUT_DATE.format(undated, len(records), about, verb)] if undated else []
    wanted: ArticleRequest = "newest" if pick is max else "oldest"
    return _answer(question, wanted, _cited(index, dict.fromkeys(firsts, 1.0)), facts, note)


def _day(record: ArticleRecord) -> date | None:
    days = dates.days(record.date) if record.date is not None else None
    return None if days is None else days[0]


def _about(
    index: PassageIndex, question: str, request: Request, articles: Sequence[str] | None
) -> Answer | None:
    """Quote, from each of the first articles that have the words, the sentence with most of them.

    How many more there are is said.
    """
    about = request.about
    assert about is not None
    passages = list(which_article.passages_with(index, about, articles))
    best = (which_article.sentence_with_most(index, passage, about) for passage in passages[:_MOST])
    shown = {sentence: 1.0 for sentence in best if sentence is not None}
    having = "the word" if len(content_words(about)) == 1 else "all the words"
    if not shown:
        if not request.is_sure:
            return None
        none = _NO_PASSAGE.format(having, about)
        return which_article.listing(index, question, which_article.among(index, articles), none)
    left = len(passages) - len(shown)
    note = [_ALSO_FOUND.format(counted(left, "more article"), having, about)] if left else []
    return _answer(question, "about", _cited(index, shown), (), note)


def _answer(
    question: str,
    request: ArticleRequest,
    citations: Sequence[Citation],
    facts: Sequence[Fact] = (),
    notes: Sequence[str] = (),
) -> Answer:
    """Return quotes, then the facts that only records have."""
    cited = tuple(dict.fromkeys(citation.article_id for citation in citations))
    notes = (*(_sentence_of(fact) for fact in facts if not fact.printed), *notes)
    return Answer(
        question=question,
        reading=question,
        kind="answer" if citations else "talk",
        found=bool(citations),
        text="\n".join([*([quoted(citations)] if citations else ()), *notes]),
        confidence=1.0 if citations else 0.0,
        citations=tuple(citations),
        request=request,
        facts=tuple(facts),
        choices=cited if len(cited) > 1 else (),
        notes=notes if citations else (),
    )


def _sentence_of(fact: Fact) -> str:
    """State a fact from an article's record."""
    name, title = _NAMES[fact.name], fact.article_title
    return f"According to its record, the {name} of “{title}” is {fact.value}."
