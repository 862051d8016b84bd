"""An assistant for the web tests: it shares words with the question, so answers are exact."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from askvisit.errors import QuestionError
from askvisit.names import KeyName
from askvisit.passages import passages, sentences
from askvisit.ranking import Candidate
from askvisit.records import (
    Answer,
    Article,
    Citation,
    Evidence,
    Hit,
    Sentence,
    Span,
    numbered_on,
)
from askvisit.timeline import TimelineEntry
from askvisit.trace import STAGES, Trace, TracedReading
from askvisit.web import articles, conversation, lookups, notebook, page, source_panel
from askvisit.web.chat import Chat

TEXT = (
    "A Short Visit\n\n"
    "The minister arrived on Monday. She met the mayor in the town hall.\n\n"
    "Trade was the only subject. The mayor asked for lower tariffs, and for a bridge.\n\n"
    + "\n\n".join(f"Paragraph {n} says nothing of weight about anything." for n in range(30))
    + "\n\nThe minister left on Friday."
)
FEAST = (
    "The feast of a town\n\n"
    "On Sunday the town of Grimsby ate with Ada Quill. Few in Grimsby knew Quill.\n\n"
    "They say that Grimsby has no hall.\n"
)
"""An article with two names that are mentioned more than once."""

ARTICLE = Article(
    "visit.txt",
    "A Short Visit",
    TEXT,
    source="The Paper",
    url="https://paper.example/visit",
    date="2019-06-28",
)


def words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) > 3}


class FakeAssistant:
    """Answers with the sentence that shares most words, refuses where none is shared."""

    suggestions = ("Who met the mayor?", "When did the minister leave?", "What was the subject?")
    index_folder = Path("nowhere")

    def __init__(self, *articles: Article) -> None:
        self.articles = {article.id: article for article in articles or (ARTICLE,)}
        self.asked: list[tuple[str, tuple[Answer, ...]]] = []

    def warm_up(self) -> None:
        pass

    def search(self, question: str, k: int = 5, **_: object) -> list[Hit]:
        found = [p for article in self.articles.values() for p in passages(article)]
        found.sort(key=lambda p: -len(words(question) & words(p.text)))
        titles = {article.id: article.title for article in self.articles.values()}
        return [
            Hit(p.article_id, p.start, p.end, p.text, 0.5, 1.0, 0.5, titles[p.article_id])
            for p in found[:k]
        ]

    def ask(
        self, question, history=(), articles=None, min_confidence=None, as_typed=False, **_
    ) -> Answer:
        self.asked.append((question, tuple(history)))
        if not question.strip():
            raise QuestionError("the question is empty")
        if len(question) > 2000:
            raise QuestionError(f"{len(question):,} characters, but it may have 2,000 characters")
        if question == "fail":
            raise RuntimeError("a secret detail")
        if question == "hello":
            return Answer.talk(question, "Hello!\nAsk me.")
        if question == "headline?":
            return Answer.talk(question, "Which article?", list(self.articles))
        if question.startswith("And ") and history and not as_typed:
            reading = f"{history[-1].question.rstrip('?')} {question.removeprefix('And ')}"
            return replace(self._answer(reading, articles, min_confidence), question=question)
        if question == "two parts":
            both = self.ask("Who met the mayor?"), self.ask("When did the minister leave?")
            parts = numbered_on(both)
            both = tuple(c for part in parts for c in part.citations)
            return Answer(question, question, "answer", True, "both", 0.5, both, parts=parts)
        return self._answer(question, articles, min_confidence)

    def timeline(self, topic=None, since=None, until=None, *, articles=None, sources=None):
        """Return one entry, dated by `since`; none on zebras."""
        if since == "soon":
            raise QuestionError("since is 'soon', which is not a date")
        cited = self.cite(sentences(ARTICLE)[1])
        return (TimelineEntry(since or "2019-06-24", "day", cited),) if topic != "zebra" else ()

    def names(self, most=20, *, articles=None, since=None, until=None, sources=None):
        cited = self.cite(sentences(ARTICLE)[1])
        return (KeyName("Monday", ("Monday",), 1, (cited,)),) * min(most, 3)

    def within(self, scope) -> list[str]:
        return list(scope.articles or self.articles)

    def threshold(self, strictness: str = "normal") -> float:
        return {"lenient": 0.2, "normal": 0.3, "strict": 0.8}[strictness]

    def explain(self, question, history=(), *, articles=None, min_confidence=None, **_) -> Trace:
        answer = self.ask(question, history, articles, min_confidence)
        hits = self.search(question, 50) if answer.kind != "talk" else []
        first = [Sentence(hit.article_id, 1, hit.start, hit.end, hit.text) for hit in hits[:1]]
        best = [Candidate(Span(s, None, None, 2.5, -1.5), 2.5, 0.9) for s in first]
        found = Evidence(tuple(hits), (), {})
        readings = (TracedReading(answer.reading, found, best, taken=True),) if hits else ()
        least = self.threshold() if min_confidence is None else min_confidence
        return Trace(answer, least, readings, dict.fromkeys(STAGES, 0.001))

    def _answer(self, question: str, articles, min_confidence: float | None) -> Answer:
        looked_in = self.articles if articles is None else articles
        everything = [s for name in looked_in for s in sentences(self.articles[name])]
        everything.sort(key=lambda s: -len(words(question) & words(s.text)))
        shared = len(words(question) & words(everything[0].text))
        if shared == 0 and min_confidence != 0:
            near = tuple(self.search(question, 3))
            return Answer(question, question, "not_found", False, "Not there.", 0.1, nearest=near)
        count = 3 if question.startswith("List") else 1
        cited = tuple(self.cite(s, n) for n, s in enumerate(everything[:count], 1))
        text = " ".join(f"{c.quote} [{c.number}]" for c in cited)
        return Answer(
            question, question, "answer", True, text, (0.1, 0.5, 0.9)[min(shared, 2)], cited
        )

    def cite(self, sentence: Sentence, number: int = 1) -> Citation:
        """Cite a sentence; its last two words are the span."""
        article = self.articles[sentence.article_id]
        span = " ".join(sentence.text.rstrip(".").rsplit(" ", 2)[1:])
        at = sentence.start + sentence.text.rindex(span)
        return Citation.of(number, article, Span(sentence, at, at + len(span), 1.0, 0.0), 1.0)


class Page:
    """The page's routes, called without a network, and the conversation that a browser keeps."""

    def __init__(self, chat: Chat) -> None:
        app = FastAPI()
        for part in (page, conversation, source_panel, articles, lookups, notebook):
            app.include_router(part.routes(chat))
        self.http = TestClient(app)
        self.turns: list[dict[str, Any]] = []
        self.html = ""

    def post(self, path: str, **data: object) -> dict[str, Any]:
        """Return what comes back; what is refused has `detail`."""
        answer: dict[str, Any] = self.http.post(f"/page/{path}", json=data).json()
        return answer

    def ask(self, question: str, **how: object) -> str:
        """Ask as the browser does, and keep the turn; return its HTML."""
        self.html, turn = self._asked(question, self.turns, how)
        self.turns.append(turn)
        return self.html

    def guess(self, number: int) -> str:
        """Ask for the best guess in the place of a turn."""
        turn = self.turns[number]
        how = {"articles": turn["articles"], "guess": True}
        html, self.turns[number] = self._asked(turn["question"], self.turns[:number], how)
        return html

    def inspect(self, number: int) -> str:
        """Return how an answer was found, or why that cannot be shown."""
        sent = self.turns[number] | {"history": history(self.turns[:number])}
        got = self.post("inspect", **sent)
        return str(got.get("html", got.get("detail")))

    def _asked(
        self, question: str, before: list[dict[str, Any]], how: dict[str, object]
    ) -> tuple[str, dict[str, Any]]:
        got = self.post("ask", question=question, history=history(before), **how)
        return got["html"], got["turn"]


def history(turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the answers of turns."""
    return [turn["answer"] for turn in turns if turn["answer"]]
