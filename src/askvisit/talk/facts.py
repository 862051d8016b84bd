"""Answers about an article itself: its author, when and where it was published, which one it is.

A fact printed in the article is quoted; one that only its record has (the metadata of its file, or
its `NAME.toml`) is reported as such, without a citation. If the two differ, both are given.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import PurePath

from askvisit.index import PassageIndex
from askvisit.metadata import dates, printed
from askvisit.metadata.printed import PrintedFact
from askvisit.records import (
    Answer,
    Article,
    ArticleRecord,
    Citation,
    Fact,
    FactName,
    Sentence,
    Span,
    quoted,
)
from askvisit.talk import choice, fact_questions
from askvisit.talk.fact_questions import FactQuestion
from askvisit.talk.requests import Request
from askvisit.text import content_words, counted, stems

_MOST = 5
"""Maximum number of articles quoted."""

_NAMES: dict[FactName, str] = {
    "author": "author",
    "date": "publication date",
    "source": "source",
    "url": "web address",
}
_NO_FACT = "The {} of “{}” is not known. Its record ({}) can give it."
_NO_PASSAGE = "No passage was found with {} “{}”. "
_NO_DATES = "None of the articles{} has a date. One can be given in a NAME.toml beside each."
_WITHOUT_DATE = "{} of {} articles{} have no date."
_MORE = "Also found: {} with {} “{}”."


def answer(
    index: PassageIndex,
    question: str,
    wanted: FactQuestion,
    history: Sequence[Answer] = (),
    articles: Sequence[str] | None = None,
    is_sure: bool = True,
) -> Answer | None:
    """Answer a question about an article itself; None if it may be about the text after all.

    question: as typed; wanted: the same, parsed; articles: the ids to search (None: all).
    is_sure: whether it cannot be about the text; if not, nothing is said of what is not known.
    """
    ids = choice.among(index, articles)
    if wanted.wanted == "about":
        return _about(index, question, wanted, ids, articles, is_sure)
    if wanted.wanted == "newest" or wanted.wanted == "oldest":
        if wanted.about is None:
            return _by_date(index, question, wanted, ids, is_sure)
        if not wanted.names_article:  # "the newest ferry" is something in the text
            return None
        on_topic = choice.every_one_about(index, wanted.about, articles)
        if on_topic:
            return _by_date(index, question, wanted, on_topic, is_sure)
        return choice.which(index, question, [], wanted.about, articles)
    request = Request("show", wanted.about, wanted.names_article)
    chosen = choice.choose(index, request, history, articles)
    if len(chosen) == 1:
        # "It" in a conversation may be something in the text: then the text is searched.
        surely = is_sure and (wanted.names_article or not history)
        return _fact(index, question, wanted.wanted, index.article(chosen[0]), surely)
    if not chosen and not wanted.names_article:
        return None
    return choice.which(index, question, chosen, wanted.about, articles)


def _fact(
    index: PassageIndex, question: str, name: FactName, article: Article, surely: bool
) -> Answer | None:
    """State a fact about one article; None if it is unknown, unless surely asked for."""
    record: str | None = getattr(article, name)
    place = _printed(article, name)
    told = [] if place is None else [Fact(article.id, article.title, name, place.value, True)]
    if record is not None and not (place is not None and _agree(name, record, place.value)):
        told.append(Fact(article.id, article.title, name, record, False))
    if not told:
        return Answer.talk(question, _unknown(name, article)) if surely else None
    sentence = None if place is None else _sentence(index, article, place)
    if place is None or sentence is None:
        told = [Fact(f.article_id, f.article_title, f.name, f.value, False) for f in told]
        return _answer(question, name, (), told)
    span = Span(sentence, place.start, place.end, 1.0, 0.0)
    return _answer(question, name, [Citation.of(1, article, span, 1.0)], told)


def _unknown(name: FactName, article: Article) -> str:
    record = PurePath(article.id).with_suffix(".toml").name
    return _NO_FACT.format(_NAMES[name], article.title, record)


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
    index: PassageIndex, question: str, wanted: FactQuestion, ids: Sequence[str], is_sure: bool
) -> Answer | None:
    """Name the newest or oldest article by its headline, or several from the same day."""
    among = set(ids)
    about = "" if wanted.about is None else f" about “{wanted.about}”"
    dated = [(day, r) for r in index.records if r.id in among and (day := _day(r)) is not None]
    if not dated:
        return Answer.talk(question, _NO_DATES.format(about)) if is_sure else None
    pick = max if wanted.wanted == "newest" else min
    best = pick(day for day, _ in dated)
    found = [record for day, record in dated if day == best][:_MOST]
    citations = [
        Citation.of(n, index.article(r.id), Span(first, None, None, 1.0, 0.0), 1.0)
        for n, r in enumerate(found, 1)
        if (first := next(iter(index.sentences(r.id)), None)) is not None
    ]
    told = [Fact(r.id, r.title, "date", r.date, False) for r in found if r.date is not None]
    undated = len(ids) - len(dated)
    note = [_WITHOUT_DATE.format(undated, len(ids), about)] if undated else []
    return _answer(question, "newest" if pick is max else "oldest", citations, told, note)


def _day(record: ArticleRecord) -> date | None:
    days = dates.days(record.date) if record.date is not None else None
    return None if days is None else days[0]


def _about(
    index: PassageIndex,
    question: str,
    wanted: FactQuestion,
    ids: Sequence[str],
    articles: Sequence[str] | None,
    is_sure: bool,
) -> Answer | None:
    """Quote, from each of the first articles that have the words, the sentence with most of them.

    How many more there are is said.
    """
    about = wanted.about
    if about is None:
        return None
    passages = list(choice.mentions(index, about, articles))
    citations: list[Citation] = []
    for passage in passages[:_MOST]:
        sentence = choice.sentence_with_most(index, passage, about)
        if sentence is not None:
            span = Span(sentence, None, None, 1.0, 0.0)
            article = index.article(passage.article_id)
            citations.append(Citation.of(len(citations) + 1, article, span, 1.0))
    having = "the word" if len(content_words(about)) == 1 else "all the words"
    if not citations:
        none = _NO_PASSAGE.format(having, about)
        return choice.listing(index, question, ids, none) if is_sure else None
    left = len(passages) - len(citations)
    note = [_MORE.format(counted(left, "more article"), having, about)] if left else []
    return _answer(question, "about", citations, [], note)


def _answer(
    question: str,
    request: fact_questions.Asked,
    citations: Sequence[Citation],
    told: Sequence[Fact],
    notes: Sequence[str] = (),
) -> Answer:
    """Return quotes, then the facts that only records have."""
    cited = tuple(dict.fromkeys(citation.article_id for citation in citations))
    lines = [quoted(citations)] if citations else []
    lines += [sentence_of(fact) for fact in told if not fact.printed]
    return Answer(
        question=question,
        reading=question,
        kind="answer" if citations else "talk",
        found=bool(citations),
        text="\n".join([*lines, *notes]),
        confidence=1.0 if citations else 0.0,
        citations=tuple(citations),
        request=request,
        facts=tuple(told),
        choices=cited if len(cited) > 1 else (),
    )


def sentence_of(fact: Fact) -> str:
    """State a fact from an article's record."""
    name, title = _NAMES[fact.name], fact.article_title
    return f"According to its record, the {name} of “{title}” is {fact.value}."
