"""The pipeline for one question of a conversation, on one snapshot of an index.

Exact requests aside, a question is retrieved for, read and answered as it was typed. Only if that
finds no sure answer, other requests, its other forms (`rewriting.query`) and its language are
considered. A very short question is read with the words of earlier turns that it surely depends on,
which a term classifier predicts; a longer one, or one that may depend on none, by itself, and with
them if that has no confident answer or it is short. The more confident reading is taken, or the
question by itself if its words in context make nothing likely.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING

from askvisit import citing, comparing, grouping, ranking
from askvisit.dates import publication_day
from askvisit.dates.asked import asked as asked_time
from askvisit.dates.asked import asks_of_the_beginning, asks_of_the_present
from askvisit.records import (
    Answer,
    AnswerGroup,
    Citation,
    ContextTurn,
    Hit,
    Refusal,
    last_of,
    numbered_on,
)
from askvisit.requests import intents, language, replies
from askvisit.requests.which_article import COMPARES, Searched
from askvisit.retriever import Retriever
from askvisit.rewriting import query
from askvisit.rewriting.resolution import Resolver, expanded
from askvisit.text import (
    AUXILIARIES,
    QUESTION_WORDS,
    asks_a_question,
    content_words,
    date_in_words,
    ends_sentence,
    marked,
)
from askvisit.trace import Clock, Trace, TracedReading

if TYPE_CHECKING:
    from askvisit.calibration import Calibration
    from askvisit.encoder import Encoder
    from askvisit.index import PassageIndex
    from askvisit.ranking import Candidate
    from askvisit.reader import Reader
    from askvisit.requests.intents import Request

NOT_FOUND = "The articles do not answer this question."
NOT_ENGLISH = "I only understand English. Please ask in English."
UNSURE = "No sentence is sure enough to be the answer."
AMBIGUOUS = "Several articles may be meant. Say more about what you ask, or choose the article."

WHICH_TWO = "Which two articles? Name both. "
NOTHING_ALIKE = "No sentence of “{}” tells of the same as one of “{}”."
NOTHING_SINCE = "No article has been published since {}."
NOTHING_NEW = "No article says anything new about “{}” since {}."
NOTHING_BEFORE = "No article from before {} says what was known then."

_LIKELY = 0.15
"""The least confidence in a refused answer at which its places are called likely."""

_NEAREST = 3

_LACKED = 0.5
"""The most that an article may lack of a question's words to be meant, if others may be as well.

Of 57 refused questions of news dev, whose article was searched among 30 to 345 others, 5 are then
said to be ambiguous, all with the right place among three; of 132 without their article, none."""

_FOLLOW_UP = 2
"""Maximum content words of a question that is read only in context, if it depends on earlier turns.

Over half of the follow-ups in the news set's dev dialogues have no more, and a tenth of the
complete questions."""

_DEPENDS = 0.6
"""The least probability that a short question depends on earlier turns at which it is read in
context only; below, also by itself, and the surer reading is taken.

Of 225 follow-ups of news dialogues as many are right as without, of 14 complete questions after
another subject's 13 instead of 11; a seventh of the short follow-ups is read twice."""

_LIKELIEST, _NEW_OF_EACH = 5, 2
"""Of each article, the number of sentences on a topic looked at for what is new, and quoted."""

_SEVERAL = re.compile(
    rf"\?.*\w|(?:;|\b(?:and|but|or|also)\b).*\b(?:{'|'.join(QUESTION_WORDS | AUXILIARIES)})\b",
    re.IGNORECASE,
)
"""What a line of several questions has; whether it is one, `query.split` tells."""


@dataclass(frozen=True)
class QAPipeline:
    """What one question is answered with: an index snapshot, the models, and the user's options.

    `clock`, `looked_up` and `taken` record how it is answered.
    """

    index: PassageIndex
    encoder: Encoder
    reader: Reader
    calibration: Calibration
    articles: Sequence[str] | None
    min_confidence: float
    resolver: Resolver
    today: date
    each: bool = False
    as_typed: bool = False
    clock: Clock = field(default_factory=Clock)
    looked_up: list[TracedReading] = field(default_factory=list)
    taken: list[TracedReading] = field(default_factory=list)

    def answer(self, question: str, asked: str, history: Sequence[Answer]) -> Trace:
        """Answer a line, and say how; `asked` is its readable form."""
        with self.clock.stage("other"):
            answer = self._answer_line(question, asked, history)
        readings = tuple(
            replace(result, taken=any(result is taken for taken in self.taken))
            for result in self.looked_up
        )
        return Trace(answer, self.min_confidence, readings, self.clock.seconds)

    def _answer_line(self, question: str, asked: str, history: Sequence[Answer]) -> Answer:
        """Answer a line; several questions in it are answered in turn, but one request once."""
        if self.as_typed:
            reply = self._exact_reply(question, asked, ())
            return reply or self._taken(question, self._look_up(asked))
        if COMPARES.match(asked):
            compared = self._compared(question, asked, intents.Request("compare"))
            if compared is not None:
                return compared
        parts = query.split(query.unwrap(asked)) if _SEVERAL.search(asked) else [asked]
        if len(parts) == 1:
            return self._answer_one(question, asked, history)
        requests = [r for part in parts if (r := intents.recognise(part, self.encoder))]
        if len(requests) == len(parts) and len({(r.intent, r.about) for r in requests}) == 1:
            request = max(requests, key=lambda r: r.sentences or 0)
            if (reply := self._reply(question, asked, request, history)) is not None:
                return reply
        answers: list[Answer] = []
        for part in parts:
            answers.append(self._answer_one(part, part, [*history, *answers]))
        return _joined(question, answers)

    def _answer_one(self, question: str, asked: str, history: Sequence[Answer]) -> Answer:
        """Answer one question: exact requests → retrieval, reading, ranking → after a refusal."""
        reply = self._exact_reply(question, asked, history)
        if reply is not None:
            return reply
        places = [n for n, turn in enumerate(history) if turn.is_turn]
        earlier = [history[place] for place in places]
        result = self._best(asked, earlier)
        if self._is_sure(result):
            if self.min_confidence > 0 and language.is_surely_foreign(asked):
                return _not_english(self._refused(question, result).placed(places))
            return self._taken(question, result).placed(places)
        forms = query.forms(asked, self.index)
        is_follow_up = _is_follow_up(history)
        for form in (asked, *forms):
            request = intents.recognise(form, self.encoder, is_follow_up=is_follow_up, loosely=True)
            reply = self._reply(question, asked, request, history)
            if reply is not None:
                return reply
        for form in forms:
            if not self._is_sure(result):
                result = max(self._best(form, earlier), result, key=attrgetter("confidence"))
        answer = self._taken(question, result).placed(places)
        if answer.found or self._is_sure(result) or language.is_english(asked):
            return answer
        return _not_english(answer)

    def _exact_reply(self, question: str, asked: str, history: Sequence[Answer]) -> Answer | None:
        """Reply to what is surely a request, also by naming one of the articles just listed."""
        last = last_of(history)
        if any(turn.kind == "talk" and turn.choices for turn in last):
            completed = replies.completed(self._searched, self.encoder, asked, last)
            if completed is not None:
                request, article_id = completed
                return self._reply(question, asked, request, (), [article_id])
        found = intents.recognise(asked, self.encoder, is_follow_up=_is_follow_up(history))
        return self._reply(question, asked, found, history) if found and found.is_sure else None

    def _reply(
        self,
        question: str,
        asked: str,
        request: Request | None,
        history: Sequence[Answer],
        articles: Sequence[str] | None = None,
    ) -> Answer | None:
        """Reply to a request; a headline or summary is refused if everything is to be refused."""
        if request is None:
            return None
        if request.intent == "papers":
            return self._of_each(question, request)
        if request.intent == "compare":
            return self._compared(question, asked, request)
        if request.intent == "new":
            return self._new(question, asked, request)
        among = self._searched if articles is None else Searched(self.index, articles)
        reply = replies.Asked(among, self.encoder, question, request, history).reply()
        if reply is None or not reply.found or self.min_confidence < 1:
            return reply
        hits = Retriever(self.index, self.encoder).search(asked, self.articles)[:_NEAREST]
        refused = Answer(question, question, "not_found", False, NOT_FOUND, reply.confidence)
        return replace(refused, refusal="absent", nearest=tuple(hits), request=reply.request)

    def _of_each(self, question: str, request: Request) -> Answer | None:
        """Answer about a topic with what each article says; None if none does, or there is one."""
        topic = request.about or ""
        refused = {r.question for r in self.looked_up} - {r.question for r in self.taken}
        if self.as_typed or topic in refused or len(self._searched.ids()) < 2:
            return None
        each = replace(self, each=True)
        answer = each._answered(question, result := each._look_up(topic))
        if answer.found:
            self.taken.append(result)
        return answer if answer.found else None

    def _compared(self, question: str, asked: str, request: Request) -> Answer | None:
        """Show two articles side by side; None if none are named and the text may be asked."""
        if self.min_confidence >= 1:
            return None
        named = self._searched.two(asked)
        if not named:
            return self._searched.listing(question, WHICH_TWO) if request.names_article else None
        sides = [list(map(self.index.article, ids)) for ids in named]
        found = comparing.facts(self.index, self.encoder, *sides)
        if not found:
            names = [of[0].title if len(of) == 1 else str(of[0].source) for of in sides]
            return Answer.talk(question, NOTHING_ALIKE.format(*names), [*named[0], *named[1]])
        return replace(_joined(question, found), reading=question, request="compare")

    def _new(self, question: str, asked: str, request: Request) -> Answer | None:
        """Quote what articles since a day say about a topic and no earlier one says.

        None if no topic or no day is named: the text is read then.
        """
        before_since = intents.SINCE.split(asked)[0]
        topic = intents.SINCE.split(request.about or "")[0].strip()
        time = asked_time(asked, self.today)
        is_dated = time is not None and before_since != asked and topic in before_since
        if time is None or not is_dated or not topic or self.min_confidence >= 1:
            return None
        since_day = date_in_words(time.first.isoformat())
        ids = set(self._searched.ids())
        dated = {r.id: day for r in self.index.records if (day := publication_day(r.date))}
        newer = [i for i, day in dated.items() if i in ids and day >= time.first]
        older = [i for i, day in dated.items() if i in ids and day < time.first]
        if not newer:
            return Answer.talk(question, NOTHING_SINCE.format(since_day))
        since = replace(self, articles=newer)
        read = since._read_each(since._look_up(topic), self.calibration.thresholds["lenient"])
        likely = [
            candidate
            for one in read
            for candidate in one.candidates[:_LIKELIEST]
            if ends_sentence(candidate.span.sentence.text)  # no headline
        ]
        hits = Retriever(self.index, self.encoder).search(topic, older) if older else []
        before = comparing.statements(
            self.index, list(map(self.index.article, grouping.relevant(hits)))
        )
        said = [(self.index.article(c.article_id), c.span.sentence) for c in likely]
        fresh = set(comparing.new(self.encoder, said, before))
        likely = [c for c in likely if c.span.sentence in fresh]
        of_each: dict[str, list[Candidate]] = {}
        for candidate in likely:
            of_each.setdefault(candidate.article_id, []).append(candidate)
        chosen = [c for own in of_each.values() for c in own[:_NEW_OF_EACH]]
        if not chosen:
            return Answer.talk(question, NOTHING_NEW.format(topic, since_day))
        chosen.sort(key=lambda c: c.span.sentence.start)
        chosen.sort(key=lambda c: (dated[c.article_id], c.article_id), reverse=True)
        citations = citing.cite(chosen, self.index)
        notes = () if before else (NOTHING_BEFORE.format(since_day),)
        confidence = max(c.confidence for c in chosen)
        return Answer.quoting(
            question, citations, confidence, reading=topic, notes=notes, request="new"
        )

    def _best(self, asked: str, history: Sequence[Answer]) -> TracedReading:
        """Return the result for a question by itself or in context, whichever is to be taken.

        Where context makes nothing likely, the question keeps its own words: of the 291 turns of
        the news set's dev dialogues as many are right as without that, of best guesses too.
        """
        is_short = len(content_words(asked)) <= _FOLLOW_UP
        in_context = self._in_context(asked, history) if is_short else None
        if in_context is not None and in_context.context[0].probability >= _DEPENDS:
            return in_context
        alone = self._look_up(asked, cited=_last_cited(history))
        if not is_short:
            if self._is_sure(alone):
                return alone
            in_context = self._in_context(asked, history)
        if in_context is None or in_context.confidence < _LIKELY:
            return alone
        return max(alone, in_context, key=attrgetter("confidence"))

    def _look_up(
        self, question: str, context: Sequence[ContextTurn] = (), cited: Sequence[Citation] = ()
    ) -> TracedReading:
        """Retrieve, read and rank for one reading: a question, a topic or a claim; and record it.

        context: earlier turns, whose words are added to the question.
        cited: what the last answer quoted; passages near it are preferred.
        """
        asked, reading = marked(question), question
        if context:
            words = list(dict.fromkeys(word for turn in context for word in turn.words))
            asked, reading = expanded(asked, words), f"{question} — {', '.join(words)}"
        retriever = Retriever(self.index, self.encoder, self.today)
        with self.clock.stage("encode"):
            self.encoder.encode_query([asked])  # it keeps the vector for the search
        with self.clock.stage("search"):
            evidence = retriever.gather(asked, self.articles, cited, passages=self.reader.passages)
        with self.clock.stage("read"):
            spans = self.reader.read(asked, evidence, [turn.text for turn in context])
            ranked = ranking.rank(evidence, spans, self.calibration)
        result = TracedReading(reading, evidence, ranked, tuple(context), question)
        self.looked_up.append(result)
        return result

    def _taken(self, question: str, result: TracedReading) -> Answer:
        self.taken.append(result)
        return self._answered(question, result)

    def _answered(self, question: str, result: TracedReading) -> Answer:
        """Cite the candidates that are confident enough, or refuse, with the likeliest places.

        Where articles differ, the first of each group is cited.
        """
        chosen = ranking.choose(result.candidates, self.min_confidence)
        citations = citing.cite(chosen, self.index)
        is_story = citing.is_story(chosen)
        groups = () if is_story and not self.each else self._groups(result)
        confidence = result.confidence
        if self.each and groups:
            members = [member for group in groups for member in group.members]
            citations = tuple(sorted((m.citation for m in members), key=lambda c: c.number))
            confidence = max(confidence, *(member.confidence for member in members))
        elif citations and groups:
            leading = [group.members[0].citation for group in groups if group.differs]
            citations = tuple(leading) or _led_by(groups[0], citations)
            citations = citations[: ranking.MOST_CITATIONS]
        if not citations:
            return self._refused(question, result)
        return Answer.quoting(
            question,
            citations,
            confidence,
            reading=result.question,
            joined=is_story and not self.each,
            context=result.context,
            groups=groups,
            period=result.evidence.period,
        )

    def _refused(self, question: str, result: TracedReading) -> Answer:
        """Refuse: with the places of the likeliest candidates, or far from all, what is nearest."""
        hits = result.evidence.hits
        likely: Sequence[Candidate] = ()
        refusal: Refusal = "absent"
        text = NOT_FOUND
        if len(meant := self._meant(result)) > 1:
            text, refusal, likely = AMBIGUOUS, "ambiguous", meant
        elif result.confidence >= _LIKELY:
            text, refusal, likely = UNSURE, "unsure", result.candidates
        places = [ranking.hit_of(result.evidence, candidate.span) for candidate in likely]
        return Answer(
            question=question,
            reading=result.question,
            kind="not_found",
            found=False,
            text=text,
            confidence=result.confidence,
            nearest=_nearest([*places, *hits]),
            context=result.context,
            refusal=refusal,
            period=result.evidence.period,
        )

    def _meant(self, result: TracedReading) -> list[Candidate]:
        """Return the answers of the articles that a question may mean, if it names none of them.

        They have most of its words, and would each answer if they were the only article.
        """
        evidence = result.evidence
        if evidence.searched < 2 or self.min_confidence >= 1:
            return []
        least = self.calibration.thresholds["normal"]
        sure = grouping.alone(evidence, result.candidates, self.calibration, least)
        return [c for c in sure if evidence.match(c.article_id).lacks <= _LACKED]

    def _groups(self, result: TracedReading) -> tuple[AnswerGroup, ...]:
        """Return the grouped answers of several articles: of those read, or of each."""
        least = max(self.min_confidence, self.calibration.thresholds["lenient"])
        evidence = result.evidence
        if self.min_confidence >= 1 or (evidence.searched < 2 and not self.each):
            return ()
        answers = self._of_articles(result, least)
        if self.each:
            read = [
                a for one in self._read_each(result, least) for a in self._of_articles(one, least)
            ]
            known = {answer.article_id for answer in read}
            answers = [*read, *(answer for answer in answers if answer.article_id not in known)]
        elif len(answers) < 2:
            return ()
        period = evidence.period  # up to today, as of "the latest": the newest is asked for
        leads: grouping.Lead = "newest"
        if asks_of_the_beginning(result.asked):
            leads = "oldest"
        elif period is not None and period[1] < self.today.isoformat():
            leads = "surest"
        elif asks_of_the_present(result.asked):
            leads = "current"
        return grouping.group(answers, self.index.article, result.asked, leads=leads)

    def _of_articles(self, result: TracedReading, least: float) -> list[Candidate]:
        """Return the answers of the articles that were read."""
        return grouping.answers_of_each(result.evidence, result.candidates, self.calibration, least)

    def _read_each(self, result: TracedReading, least: float) -> list[TracedReading]:
        """Read the articles with the best passages one by one, as if each were the only one.

        Once something sure is found, or for a topic, those that are not `grouping.related` to the
        first are left out.

        least: the confidence below which an article does not answer.
        """
        names = [candidate.article_id for candidate in result.candidates]
        relevant = list(dict.fromkeys([*names, *grouping.relevant(result.evidence.hits)]))
        if result.confidence >= least or not asks_a_question(result.asked):
            relevant = grouping.related(result.evidence, relevant)
        alone = [replace(self, articles=(name,)) for name in relevant[: grouping.MOST_ARTICLES]]
        read = [one._look_up(result.asked, result.context) for one in alone]
        sure = [one for one in read if one.confidence >= least]
        self.taken.extend(sure)
        return sure

    def _in_context(self, question: str, history: Sequence[Answer]) -> TracedReading | None:
        """Read a question with the words of earlier turns; None if it depends on none."""
        context = self.resolver.context(question, history) if history else ()
        return self._look_up(question, context, _last_cited(history)) if context else None

    @property
    def _searched(self) -> Searched:
        return Searched(self.index, self.articles)

    def _is_sure(self, result: TracedReading) -> bool:
        return result.confidence >= self.calibration.thresholds["normal"]


def _not_english(refused: Answer) -> Answer:
    return replace(refused, text=NOT_ENGLISH, refusal="not_english")


def _led_by(group: AnswerGroup, citations: tuple[Citation, ...]) -> tuple[Citation, ...]:
    """Return citations, those of a group first; they are numbered anew if they were not."""
    first, *_ = own = [member.citation for member in group.members]
    if citations[0].place in {cited.place for cited in own}:
        return citations
    others = (cited for cited in citations if cited.place != first.place)
    return tuple(replace(cited, number=n) for n, cited in enumerate((first, *others), 1))


def _joined(question: str, answers: Sequence[Answer]) -> Answer:
    """Join the answers to several questions, whose citations are numbered on."""
    parts = numbered_on(answers)
    citations = tuple(citation for part in parts for citation in part.citations)
    texts = [part.text if part.found else f"{part.question} {part.text}" for part in parts]
    searched = [part for part in parts if part.kind != "talk"]
    return Answer(
        question=question,
        reading=" ".join(part.reading for part in parts),
        kind="answer" if citations else "not_found" if searched else "talk",
        found=bool(citations),
        text="\n".join(texts),
        confidence=min((part.confidence for part in searched), default=0.0),
        citations=citations,
        nearest=() if citations else _nearest(hit for part in parts for hit in part.nearest),
        parts=parts,
        facts=tuple(fact for part in parts for fact in part.facts),
        notes=tuple(note for part in parts for note in part.notes),
    )


def _nearest(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Return the first few, without those whose text an earlier one has."""
    return tuple(ranking.without_repeats(hits, lambda hit: hit.text)[:_NEAREST])


def _is_follow_up(history: Sequence[Answer]) -> bool:
    """Return whether the last answer is one that a follow-up may depend on."""
    last = last_of(history)
    return bool(last) and last[-1].is_turn


def _last_cited(history: Sequence[Answer]) -> tuple[Citation, ...]:
    """Return what the last answered turn cites."""
    return next((turn.citations for turn in reversed(history) if turn.citations), ())
