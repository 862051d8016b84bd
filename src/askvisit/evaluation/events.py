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
from askvisit.index import TemporaryLocation
from askvisit.metrics import Figure, auroc_of, figure, only, share
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

    @property
    def first_is_right(self) -> bool:
        """Whether the first citation answers."""
        return any(self.asked.values_of(citation) for citation in self.forced.citations[:1])

    @property
    def newest_is_first(self) -> bool:
        """Whether the first citation is of the newest article that gives the newest value."""
        return any(
            citation.article_id == self.asked.latest and self.asked.values_of(citation)
            for citation in self.answer.citations[:1]
        )

    @property
    def shown(self) -> list[tuple[int, Citation]]:
        """The citations that are shown, each with the number of its group (-1: of none)."""
        grouped = [
            (number, member.citation)
            for number, group in enumerate(self.answer.groups)
            for member in group.members
        ]
        known = {c.place for _, c in grouped}
        cited = [(-1, c) for c in self.answer.citations if c.place not in known]
        return grouped + cited

    @property
    def right_articles(self) -> set[str]:
        """The articles that are shown with a sentence that answers."""
        return {c.article_id for _, c in self.shown if self.asked.values_of(c)}

    @property
    def shown_articles(self) -> set[str]:
        """The articles that are shown."""
        return {c.article_id for _, c in self.shown}

    @property
    def both_shown(self) -> bool:
        """Whether two values are shown."""
        return len(set().union(*(self.asked.values_of(c) for _, c in self.shown))) > 1

    @property
    def apart(self) -> list[tuple[int, int]]:
        """The pairs of groups that give different values."""
        values = [
            set().union(*(self.asked.values_of(member.citation) for member in group.members))
            for group in self.answer.groups
        ]
        return [
            (one, other)
            for one, other in combinations(range(len(values)), 2)
            if values[one] and values[other] and not values[one] & values[other]
        ]

    @property
    def marked_as_differing(self) -> bool:
        """Whether two values are in different groups that are both marked as differing."""
        groups = self.answer.groups
        return any(groups[one].differs and groups[other].differs for one, other in self.apart)

    @property
    def one_group(self) -> bool | None:
        """Whether articles that give the same value are in one group; None if none are shown.

        An article that gives several values is in several groups.
        """
        verdicts = []
        for value in self.asked.values:
            places: dict[str, set[int]] = {}
            for number, c in self.shown:
                if number >= 0 and value in self.asked.values_of(c):
                    places.setdefault(c.article_id, set()).add(number)
            if len(places) > 1:
                verdicts.append(bool(set.intersection(*places.values())))
        return all(verdicts) if verdicts else None


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
    location = TemporaryLocation()
    location.change(chain.from_iterable(e.articles for e in events), encoder=models.encoder)
    with Assistant(location, models.encoder, models.reader, models.calibration) as assistant:
        for event in asking(events):
            for question in event.questions:
                answer, forced = ask_twice(assistant, question.question, each=each)
                asked.setdefault(event.name, []).append(EventReply(question, answer, forced))
    return event_figures(asked)


def event_figures(asked: Mapping[str, Sequence[EventReply]]) -> dict[str, Figure]:
    """Return the figures of questions that were asked, by name; asked: by event."""

    def of(*sorts: str) -> dict[str, list[EventReply]]:
        return only(asked, lambda row: row.asked.sort in sorts)

    answerable = of("agree", "update", "dispute", "only")
    differing, agreeing = of("update", "dispute"), of("agree", "only")
    comparable = only(answerable, lambda row: row.one_group is not None)
    return {
        "right_first": share(answerable, lambda row: row.first_is_right),
        "answered": share(answerable, lambda row: row.answer.found),
        "false_answers": share(of("none"), lambda row: row.answer.found),
        "newest_first": share(of("update"), lambda row: row.newest_is_first),
        "articles_recall": figure(answerable, _recall),
        "articles_precision": figure(answerable, _precision),
        "both_shown": share(differing, lambda row: row.both_shown),
        "told_apart": share(differing, lambda row: bool(row.apart)),
        "marked_as_differing": share(differing, lambda row: row.marked_as_differing),
        "one_group": share(comparable, lambda row: bool(row.one_group)),
        "falsely_differing": share(agreeing, lambda row: row.answer.differs),
        "auroc": figure(
            asked,
            lambda rows: auroc_of([(bool(r.asked.answers), r.answer.confidence) for r in rows]),
        ),
    }


def _recall(rows: Sequence[EventReply]) -> float:
    shown = sum(len(row.right_articles) for row in rows)
    return shown / sum(len(row.asked.articles) for row in rows)


def _precision(rows: Sequence[EventReply]) -> float | None:
    shown = sum(len(row.shown_articles) for row in rows)
    right = sum(len(row.shown_articles & row.asked.articles) for row in rows)
    return right / shown if shown else None


def _overlap(one: Range, other: Range) -> bool:
    return one[0] < other[1] and other[0] < one[1]
