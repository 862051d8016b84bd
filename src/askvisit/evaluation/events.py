"""Events told by several articles: which of them answer, what they agree on, and where they differ.

A line of the file is an event: `articles` (`id`, `title`, `paper`, `date`, `text`) and `questions`,
each with its `sort` (agree, update, dispute, only or none), every sentence that answers it in
`answers` (`article`, `sentence`, `span` and the normalised `value`), `groups` of the articles that
give the same value, and `latest`: for an update, the newest article that gives the newest value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from askvisit.assistant import Assistant
from askvisit.evaluation.questions import Range, ask_twice, asking, read_lines
from askvisit.index import Index
from askvisit.metrics import Figure, auroc_figure, mean_of, ratio_of
from askvisit.records import Article

if TYPE_CHECKING:
    from askvisit.evaluation.questions import Models
    from askvisit.records import Answer, Citation

SORTS = ("agree", "update", "dispute", "only", "none")


@dataclass(frozen=True)
class EventAnswer:
    """A sentence that answers, and the words in it that do; offsets in the article's text."""

    article: str
    sentence: Range
    span: Range
    value: str


@dataclass(frozen=True)
class EventQuestion:
    """A question about an event; `groups` are the articles that give each of the values."""

    question: str
    sort: str
    answers: tuple[EventAnswer, ...]
    groups: tuple[frozenset[str], ...]
    latest: str | None

    @property
    def articles(self) -> set[str]:
        """The articles that answer."""
        return {answer.article for answer in self.answers}

    @property
    def values(self) -> set[str]:
        """The values that they give."""
        return {answer.value for answer in self.answers}

    def values_of(self, citation: Citation) -> set[str]:
        """Return the values that a citation gives: of its words, or else of its sentence."""
        within = [
            answer
            for answer in self.answers
            if answer.article == citation.article_id
            and _overlap(answer.sentence, (citation.start, citation.end))
        ]
        if citation.span_start is not None and citation.span_end is not None:
            span = (citation.span_start, citation.span_end)
            marked = [answer for answer in within if _overlap(answer.span, span)]
            within = marked or within
        return {answer.value for answer in within}


@dataclass(frozen=True)
class Event:
    """An event: its articles, and questions about it."""

    name: str
    articles: tuple[Article, ...]
    questions: tuple[EventQuestion, ...]


@dataclass(frozen=True)
class EventReply:
    """A question about an event, and what was answered.

    `answer` is at the default threshold, `forced` refuses nothing.
    """

    asked: EventQuestion
    answer: Answer
    forced: Answer


def read_events(path: Path) -> list[Event]:
    """Read a file of events (`.jsonl` or `.jsonl.gz`); raises `DataError` if it is bad."""
    return read_lines(path, "event", _event)


def _event(line: Mapping[str, Any]) -> Event:
    articles = tuple(
        Article(one["id"], one["title"], one["text"], source=one["paper"], date=one["date"])
        for one in line["articles"]
    )
    texts = {article.id: article.text for article in articles}
    questions = []
    for asked in line["questions"]:
        answers = []
        for answer in asked["answers"]:
            start = texts[answer["article"]].index(answer["sentence"])
            begin = start + answer["sentence"].index(answer["span"])
            sentence = (start, start + len(answer["sentence"]))
            span = (begin, begin + len(answer["span"]))
            answers.append(EventAnswer(answer["article"], sentence, span, str(answer["value"])))
        if asked["sort"] not in SORTS or (asked["sort"] == "none") == bool(answers):
            raise ValueError(f"the sort {asked['sort']!r} does not fit {len(answers)} answers")
        groups = tuple(frozenset(group) for group in asked["groups"])
        questions.append(
            EventQuestion(asked["question"], asked["sort"], tuple(answers), groups, asked["latest"])
        )
    return Event(line["event"], articles, tuple(questions))


def evaluate_events(
    models: Models, events: Sequence[Event], *, each: bool = False
) -> dict[str, Figure]:
    """Ask every question of all events' articles in one index; return figures by name.

    each: ask every article that may answer. Intervals are 95 % bootstrap intervals over events.
    """
    asked: dict[str, list[EventReply]] = {}
    articles = chain.from_iterable(event.articles for event in events)
    index = Index.create(articles, encoder=models.encoder)
    with Assistant(index, models.encoder, models.reader, models.calibration) as assistant:
        for event in asking(events):
            for question in event.questions:
                answer, forced = ask_twice(assistant, question.question, each=each)
                asked.setdefault(event.name, []).append(EventReply(question, answer, forced))
    return event_figures(asked)


def event_figures(asked: Mapping[str, Sequence[EventReply]]) -> dict[str, Figure]:
    """Return the figures of questions that were asked, by name; asked: by event."""
    rows = {event: list(map(_measures, replies)) for event, replies in asked.items()}
    first = ("right_first", "answered", "false_answers", "newest_first")
    groups = ("both_shown", "told_apart", "marked_as_differing", "one_group", "falsely_differing")
    return {
        **{name: mean_of(rows, name) for name in first},
        "articles_recall": ratio_of(rows, "right", "answering"),
        "articles_precision": ratio_of(rows, "answering_shown", "shown"),
        **{name: mean_of(rows, name) for name in groups},
        "auroc": auroc_figure(rows),
    }


def _measures(reply: EventReply) -> dict[str, float]:
    """Return what a reply contributes to each figure that it counts for.

    `answering` is the number of articles that answer, `shown` of those shown, `answering_shown` of
    those that are both, and `right` of those shown with a sentence that answers. Groups are apart
    if they give different values.
    """
    asked, answer = reply.asked, reply.answer
    measured: dict[str, float] = {
        "answerable": bool(asked.answers),
        "confidence": answer.confidence,
    }
    if asked.sort == "none":
        return measured | {"false_answers": answer.found}
    groups = [[member.citation for member in group.members] for group in answer.groups]
    known = {c.place for c in chain(*groups)}
    shown = [*chain(*groups), *(c for c in answer.citations if c.place not in known)]
    articles = {c.article_id for c in shown}
    measured |= {
        "right_first": any(map(asked.values_of, reply.forced.citations[:1])),
        "answered": answer.found,
        "right": len({c.article_id for c in shown if asked.values_of(c)}),
        "shown": len(articles),
        "answering_shown": len(articles & asked.articles),
        "answering": len(asked.articles),
    }
    if asked.sort == "update":
        newest = (c for c in answer.citations[:1] if c.article_id == asked.latest)
        measured["newest_first"] = any(map(asked.values_of, newest))
    if asked.sort in ("update", "dispute"):
        values = [set().union(*map(asked.values_of, group)) for group in groups]
        giving = [(v, group) for v, group in zip(values, answer.groups, strict=True) if v]
        apart = [
            one.differs and other.differs
            for (ours, one), (theirs, other) in combinations(giving, 2)
            if ours.isdisjoint(theirs)
        ]
        measured["both_shown"] = len(set().union(*map(asked.values_of, shown))) > 1
        measured["told_apart"] = bool(apart)
        measured["marked_as_differing"] = any(apart)
    else:
        measured["falsely_differing"] = answer.differs
    verdicts = [
        v for value in asked.values if (v := _is_together(asked, value, groups)) is not None
    ]
    return measured | ({"one_group": all(verdicts)} if verdicts else {})


def _is_together(
    asked: EventQuestion, value: str, groups: Sequence[Sequence[Citation]]
) -> bool | None:
    """Return whether the articles that give a value are in one group; None if fewer than two are.

    An article that gives several values is in several groups.
    """
    places: dict[str, set[int]] = {}
    for number, group in enumerate(groups):
        for citation in group:
            if value in asked.values_of(citation):
                places.setdefault(citation.article_id, set()).add(number)
    return bool(set.intersection(*places.values())) if len(places) > 1 else None


def _overlap(one: Range, other: Range) -> bool:
    return one[0] < other[1] and other[0] < one[1]
