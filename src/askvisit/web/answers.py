"""What the page says of one answer: which sources lead it, and which places a refusal lists.

How it looks is in `templates/answer.html`; as text to copy, in `templates/copied.html`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from askvisit.passages import paragraphs
from askvisit.rewriting import query
from askvisit.text import excerpt, excerpt_around, one_line, stem, stems, word_ranges
from askvisit.web.rendering import fragment

if TYPE_CHECKING:
    from askvisit.records import Answer, AnswerGroup, Article, Hit


@dataclass
class AnswerView:
    """An answer, or a part of one, with what its template needs to know.

    guess_below: the confidence below which it is shown only because the best guess was asked for.
    each: what each article says, where all that were read have been asked.
    """

    answer: Answer
    articles: Mapping[str, Article]
    guess_below: float | None = None
    each: tuple[AnswerGroup, ...] = ()

    @property
    def is_guess(self) -> bool:
        """Whether it is shown only because the best guess was asked for."""
        return self.guess_below is not None and self.answer.confidence < self.guess_below

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
    def leading(self) -> tuple[AnswerGroup, ...]:
        """What leads the answer where sources differ: the newest, or all that are disputed.

        What each article says comes later; it takes the lead only if it is a date, number or name
        that is newer than the first quote. Of 60 questions on 21 articles of events dev, it takes
        it 2 times, both with the right newest value.
        """
        lead, quoted = _lead(self.each), self.answer.citations[:1]
        is_newest = any(group.relation == "newest" and group.type != "words" for group in lead)
        leading = {member.citation.article_id for group in lead for member in group.members}
        if is_newest and not any(citation.article_id in leading for citation in quoted):
            return lead
        return _lead(self.answer.groups)

    @property
    def disputed(self) -> tuple[AnswerGroup, ...]:
        """What differing sources say, the newest first; nothing if they agree.

        What each article says is below it, so that nothing moves, unless it takes the lead.
        """
        at_once = _lead(self.answer.groups)
        if not at_once:
            return ()
        return self.answer.groups if self.leading == at_once else self.each

    @property
    def others(self) -> tuple[AnswerGroup, ...]:
        """What is said of it beside what the answer shows already."""
        if self.answer.request == "compare":
            return ()  # both sides are quoted, and no other was asked
        shown = {m.citation.place for group in self.disputed for m in group.members}
        said = (self.each or self.answer.groups) if self.answer.found else ()
        left = (
            replace(g, members=tuple(m for m in g.members if m.citation.place not in shown))
            for g in said
        )
        return tuple(group for group in left if group.members)

    @property
    def can_ask_each(self) -> bool:
        """Whether what other articles say may be looked up: a question is answered from one."""
        answer = self.answer
        is_fact = answer.found and not answer.parts and answer.request is None
        return is_fact and not self.is_guess and len(self.articles) > 1

    @cached_property
    def nearest(self) -> list[tuple[Hit, str]]:
        """The places that a refusal lists, each cut to the words of the question."""
        shown = self.is_looked_up and not self.answer.found
        return [near(hit, self.answer.reading) for hit in self.answer.nearest if shown]

    @property
    def choices(self) -> dict[str, str]:
        """The titles of the articles to choose from, by what names each of them alone."""
        known = self.articles
        titles = {i: known[i].title for i in self.answer.choices if i in known}
        alike = Counter(titles.values())
        return {title if alike[title] == 1 else i: title for i, title in titles.items()}

    @property
    def is_keywords(self) -> bool:
        """Whether keywords, a topic or a claim were searched for.

        "Any deaths there?" is a question, for which words of the quote are marked.
        """
        answer = self.answer
        if answer.request is not None:
            return False
        is_marked = any(citation.span for citation in answer.citations)
        asks = is_marked and answer.question.rstrip().endswith("?")
        return not answer.context and not asks and query.is_keywords(answer.reading)

    @property
    def plain_text(self) -> str:
        """Question and answer as text to copy."""
        return re.sub(r"\n{3,}", "\n\n", fragment("copied", view=self).unescape()).strip()


def near(hit: Hit, question: str, most: int = 220) -> tuple[Hit, str]:
    """Return a passage with the number of the paragraph that fits a question, and its words."""
    wanted = stems(question)

    def shared(text: str) -> int:
        return len(stems(text) & wanted)

    texts = [hit.text[a:b] for a, b in paragraphs(hit.text)]
    n, text = max(enumerate(texts), key=lambda one: (shared(one[1]), len(one[1])))
    text = one_line(text)
    found = hit if hit.paragraph is None else replace(hit, paragraph=hit.paragraph + n)
    at = [(a, b) for a, b in word_ranges(text) if stem(text[a:b].lower()) in wanted]
    if not at:
        return found, excerpt(text, most)
    first = max(at, key=lambda one: shared(text[one[0] : one[0] + most // 2]))
    return found, excerpt_around(text, first[0], min(first[0] + most // 2, len(text)), most)[0]


def _lead(groups: Sequence[AnswerGroup]) -> tuple[AnswerGroup, ...]:
    """Return the newest of groups that differ, or all that are disputed; nothing if they agree."""
    if not any(group.differs for group in groups):
        return ()
    if groups[0].relation == "dispute":
        return tuple(group for group in groups if group.relation == "dispute")
    return tuple(groups[:1])
