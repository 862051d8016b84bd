"""The pipeline for one question of a conversation, on one snapshot of an index.

Spelling and aliases propose one corrected form of a question; if it finds no confident answer, and
the question depends on no earlier turn, it is read as typed too. A very short question is read with
the words of earlier turns that it depends on, which a term classifier predicts; a longer one only
if it has no confident answer by itself, and then the more confident reading is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from askvisit import grouping, question_forms, ranking, rewriting, talk, topic_search
from askvisit.calibration import Calibration
from askvisit.encoder import Encoder
from askvisit.index import PassageIndex
from askvisit.ranking import Candidate
from askvisit.reader import Reader, SentenceReader
from askvisit.records import Answer, AnswerGroup, Citation, ContextTurn, Evidence, quoted
from askvisit.retriever import Retriever
from askvisit.rewriting.resolution import TURNS, Resolver, expanded
from askvisit.text import content_words, marked

NOT_FOUND = "The articles do not answer this question."

_NEAREST = 3

_FOLLOW_UP = 2
"""Maximum content words of a question that is read only in context, if it depends on earlier turns.

Over half of the follow-ups in the news set's dev dialogues have no more, and a tenth of the
complete questions."""


@dataclass(frozen=True)
class ReadingResult:
    """A reading and what was found for it; `is_topic_search` if it is a topic or a claim.

    `question` says how it was read; `asked` is the question without the words of earlier turns.
    """

    question: str
    evidence: Evidence
    candidates: list[Candidate]
    is_topic_search: bool = False
    context: tuple[ContextTurn, ...] = ()
    asked: str = ""

    @property
    def confidence(self) -> float:
        """Probability that the best candidate, or one cited with it, is right."""
        return self.candidates[0].confidence if self.candidates else 0.0


@dataclass(frozen=True)
class QAPipeline:
    """What a question is answered with: an index snapshot, the models, and the user's options."""

    index: PassageIndex
    encoder: Encoder
    reader: Reader
    calibration: Calibration
    articles: Sequence[str] | None
    min_confidence: float
    sentences: SentenceReader
    resolver: Resolver
    each: bool = False

    def answer(self, question: str, asked: str, history: Sequence[Answer]) -> Answer:
        """Answer a line; `asked` is its readable form. Several questions are answered in turn.

        Typed question → rewriting (`_best`) → retrieval, reading, ranking (`read`) → answer.
        """
        parts = rewriting.splitting.split(rewriting.wrapping.unwrap(asked))
        if len(parts) == 1 or talk.is_one_request(parts):
            return self._answer_one(question, asked, history)
        answers: list[Answer] = []
        for part in parts:
            answers.append(self._answer_one(part, part, [*history, *answers]))
        return _joined(question, answers)

    def _answer_one(self, question: str, asked: str, history: Sequence[Answer]) -> Answer:
        """Answer one question; replies in the history are no turns that it may depend on.

        What may be a request or a question to the text is that if the text has a sure answer.
        """
        reply = talk.reply(self.index, self.encoder, question, asked, history, self.articles)
        if reply is not None and reply.is_sure:
            return self._unless_all_is_refused(reply.answer, asked)
        places = [n for n, turn in enumerate(history) if not talk.is_reply(turn)]
        earlier = [history[place] for place in places]
        result = self._best(rewriting.wrapping.unwrap(asked), earlier)
        if reply is not None and (result.is_topic_search or not self._is_sure(result)):
            return self._unless_all_is_refused(reply.answer, asked)
        return self._answered(question, result).placed(places)

    def _best(self, asked: str, history: Sequence[Answer]) -> ReadingResult:
        """Rewrite a question, and return the result of the chosen reading."""
        spelled = rewriting.spelling.correct(asked, self.index)
        corrected = rewriting.aliases.expand(spelled, self.index, directions=False)
        cited = _last_cited(history)
        is_short = len(content_words(corrected)) <= _FOLLOW_UP
        in_context = self._in_context(corrected, history) if is_short else None
        if in_context is not None:
            return in_context
        alone = self._alone(spelled, corrected, cited)
        if self._is_sure(alone):
            return alone
        if not is_short:
            in_context = self._in_context(corrected, history)
        if in_context is None:
            return self._or_as_typed(asked, alone, cited)
        return max(alone, in_context, key=_confidence)

    def _alone(self, spelled: str, corrected: str, cited: Sequence[Citation]) -> ReadingResult:
        """Read a question by itself; "the North" as North Korea if it is not sure otherwise."""
        result = self.read(corrected, cited=cited)
        country = rewriting.aliases.expand(spelled, self.index)
        if country == corrected or self._is_sure(result):
            return result
        return max(self.read(country, cited=cited), result, key=_confidence)

    def read(
        self, question: str, context: Sequence[ContextTurn] = (), cited: Sequence[Citation] = ()
    ) -> ReadingResult:
        """Retrieve, read and rank for one reading: a question, or a topic or claim.

        context: earlier turns, whose words are added to the question; it is then not a topic.
        cited: what the last answer quoted; passages near it are preferred.
        """
        if not context and (about := rewriting.topics.topic(question, self.index)) is not None:
            return self._search_topic(question, about)
        words = list(dict.fromkeys(word for turn in context for word in turn.words))
        asked = expanded(marked(question), words)
        evidence = self._gather(asked, self.reader, cited)
        spans = self.reader.read(asked, evidence, [turn.text for turn in context])
        ranked = ranking.rank(evidence, spans, self.calibration)
        if context:
            reading = f"{question} — {', '.join(words)}"
            return ReadingResult(reading, evidence, ranked, context=tuple(context), asked=question)
        return ReadingResult(question, evidence, ranked, asked=question)

    def _answered(self, question: str, result: ReadingResult) -> Answer:
        """Cite the candidates that are confident enough, or refuse, with the nearest passages."""
        chosen = self._chosen(result)
        citations = ranking.cite(chosen, self.index.article)
        groups = self._groups(result)
        confidence = result.confidence
        if self.each and groups:
            members = [member for group in groups for member in group.members]
            citations = tuple(member.citation for member in members)
            confidence = max(confidence, *(member.confidence for member in members))
        return Answer(
            question=question,
            reading=result.question,
            kind="answer" if citations else "not_found",
            found=bool(citations),
            text=quoted(citations) if citations else NOT_FOUND,
            confidence=confidence,
            citations=citations,
            nearest=() if citations else result.evidence.hits[:_NEAREST],
            context=result.context,
            groups=groups,
        )

    def _groups(self, result: ReadingResult) -> tuple[AnswerGroup, ...]:
        """Return the grouped answers of several articles: of those read, or of each."""
        least = max(self.min_confidence, self.calibration.thresholds["lenient"])
        if result.is_topic_search or self.min_confidence >= 1:
            return ()
        if self.each:
            best = [read.candidates[0] for read in self._read_each(result, least)]
        else:
            evidence, candidates = result.evidence, result.candidates
            best = grouping.best_of_each(evidence, candidates, self.calibration, least)
        return grouping.group(best, self.index.article) if self.each or len(best) > 1 else ()

    def _read_each(self, result: ReadingResult, least: float) -> list[ReadingResult]:
        """Read the articles with the best passages one by one, as if each were the only one.

        least: the confidence below which an article does not answer.
        """
        best = [candidate.span.sentence.article_id for candidate in result.candidates[:1]]
        relevant = dict.fromkeys([*best, *grouping.relevant(result.evidence.hits)])
        alone = [replace(self, articles=(article_id,)) for article_id in relevant]
        read = [one.read(result.asked, result.context) for one in alone]
        return [one for one in read if not one.is_topic_search and one.confidence >= least]

    def _chosen(self, result: ReadingResult) -> list[Candidate]:
        if result.is_topic_search:
            return topic_search.choose(result.candidates, self.min_confidence)
        several = question_forms.asks_for_several(result.asked)
        return ranking.choose(result.candidates, self.min_confidence, several=several)

    def _in_context(self, question: str, history: Sequence[Answer]) -> ReadingResult | None:
        """Read a question with the words of earlier turns; None if it depends on none."""
        context = self.resolver.context(question, history)
        if not context:
            return None
        return self.read(question, context, _last_cited(history))

    def _or_as_typed(
        self, asked: str, result: ReadingResult, cited: Sequence[Citation]
    ) -> ReadingResult:
        """Return the corrected form's result, unless only the question as typed is confident."""
        if result.question == asked or self._is_sure(result):
            return result
        typed = self.read(asked, cited=cited)
        return typed if self._is_sure(typed) else result

    def _search_topic(self, question: str, about: str) -> ReadingResult:
        evidence = self._gather(about, self.sentences)
        ranked = topic_search.rank(about, evidence, self.sentences)
        return ReadingResult(question, evidence, ranked, is_topic_search=True)

    def _gather(self, asked: str, reader: Reader, cited: Sequence[Citation] = ()) -> Evidence:
        retriever = Retriever(self.index, self.encoder)
        return retriever.gather(asked, self.articles, cited, passages=reader.passages)

    def _is_sure(self, result: ReadingResult) -> bool:
        return result.confidence >= self.calibration.thresholds["normal"]

    def _unless_all_is_refused(self, reply: Answer, asked: str) -> Answer:
        """Return a reply; a headline or summary is refused if everything is to be refused."""
        if not reply.found or self.min_confidence < 1:
            return reply
        hits = Retriever(self.index, self.encoder).search(asked, self.articles)[:_NEAREST]
        return replace(
            reply,
            kind="not_found",
            found=False,
            text=NOT_FOUND,
            citations=(),
            facts=(),
            nearest=tuple(hits),
        )


def _joined(question: str, parts: Sequence[Answer]) -> Answer:
    """Join the answers to several questions, with consecutively numbered citations."""
    cited = [c for part in parts for c in part.citations]
    citations = tuple(replace(c, number=n) for n, c in enumerate(cited, 1))
    left = iter(citations)
    texts = [
        "\n".join([quoted([next(left) for _ in part.citations]), *part.notes])
        if part.found
        else f"{part.question} {part.text}"
        for part in parts
    ]
    searched = [part for part in parts if part.kind != "talk"]
    nearest = dict.fromkeys(hit for part in parts for hit in part.nearest)
    return Answer(
        question=question,
        reading=" ".join(part.reading for part in parts),
        kind="answer" if citations else "not_found" if searched else "talk",
        found=bool(citations),
        text="\n".join(texts),
        confidence=min((part.confidence for part in searched), default=0.0),
        citations=citations,
        nearest=() if citations else tuple(nearest)[:_NEAREST],
        parts=tuple(parts),
        facts=tuple(fact for part in parts for fact in part.facts),
    )


def _last_cited(history: Sequence[Answer]) -> tuple[Citation, ...]:
    """Return the latest citations among the turns that a question may depend on."""
    return next((turn.citations for turn in reversed(history[-TURNS:]) if turn.citations), ())


def _confidence(result: ReadingResult) -> float:
    return result.confidence
