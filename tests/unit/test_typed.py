"""Questions as people type them are understood as well as well-written ones."""

from __future__ import annotations

import random

import pytest
from harness.fakes import ROOT, ScriptedReader, ScriptedResolver, WordCounts, calibration
from harness.typed import KINDS, SEED, typed

from askvisit import Assistant, build_index
from askvisit.evaluation.questions import Question, is_right
from askvisit.index import open_index
from askvisit.rewriting.query import correct

MAYOR = "When did the mayor open the bridge?"


def test_the_generator_makes_each_kind(development):
    question = "Could North Korea's president visit China, in Beijing?"
    made = {kind: make(question, random.Random(2)) for kind, make in KINDS.items()}
    assert made["lower case"] == "could north koreas president visit china in beijing"
    assert made["keywords"] == "north korea president visit china beijing"
    assert "could North Korea's" in made["polite"]
    assert question not in made.values()
    same = [a == b for a, b in zip(made["typos"].split(), question.split(), strict=True)]
    assert same.count(False) == 2
    for kind in KINDS:
        assert typed(development, kind) == typed(development, kind, SEED)
        assert typed(development, kind) != typed(development, kind, SEED + 1) or kind in (
            "lower case",
            "keywords",
        )


def test_most_typos_are_mended_to_the_word_that_was_meant(development):
    index = open_index(ROOT / "index")
    answerable = [q for q in development if q.sentences]
    by_gold = {(q.sentences, q.spans): q.question for q in answerable}
    corrected = total = 0
    for seed in range(2):
        for question in typed(answerable, "typos", seed):
            meant = by_gold[question.sentences, question.spans].split()
            words = question.question.split()
            got = correct(question.question, index).split()
            for typo, word, after in zip(words, meant, got, strict=False):
                if typo != word:
                    total += 1
                    corrected += after.lower() == word.lower()
    assert total > 150
    assert corrected > 0.75 * total


def reading(small, script, question, least=None):
    reader = ScriptedReader(script)
    assistant = Assistant(small, WordCounts(), reader, calibration())
    answer = assistant.ask(question, min_confidence=least)
    return answer, reader.asked


class Hears(ScriptedReader):
    """A reader that finds something only where a word is in the question."""

    def __init__(self, word, script):
        super().__init__(script)
        self.word = word

    def read(self, question, evidence, turns=()):
        script, self.script = self.script, self.script if self.word in question else {}
        spans = super().read(question, evidence)
        self.script = script
        return spans


TYPO = MAYOR.replace("bridge", "brigde")


@pytest.mark.parametrize("question", [MAYOR, TYPO])
def test_a_question_is_read_once_where_it_is_sure_as_typed(small, question):
    answer, asked = reading(small, {"on Monday": 2.0}, question)
    assert asked == [answer.reading] == [answer.question] == [question]


def test_typos_are_corrected_where_the_question_as_typed_is_not_sure(small):
    reader = Hears("bridge", {"on Monday": 2.0})
    answer = Assistant(small, WordCounts(), reader, calibration()).ask(TYPO)
    assert answer.found
    assert (answer.question, answer.reading) == (TYPO, MAYOR)
    assert reader.asked == [TYPO, MAYOR]


def test_the_question_as_typed_wins_where_it_alone_is_sure(small):
    assistant = Assistant(small, WordCounts(), Hears("brigde", {"on Monday": 2.0}), calibration())
    answers = [assistant.ask(TYPO, min_confidence=least) for least in (0, None, 1)]
    assert {a.reading for a in answers} == {TYPO}
    assert len({a.confidence for a in answers}) == 1


def test_a_follow_up_is_mended_before_it_is_known_what_it_depends_on(small):
    resolver = ScriptedResolver({"Did the mayor like it?": ["bridge"]})
    assistant = Assistant(small, WordCounts(), ScriptedReader({}), calibration(), resolver)
    answer = assistant.ask("Did the mayro like it?", [assistant.ask(MAYOR)])
    assert answer.reading == "Did the mayor like it? — bridge"


def test_a_question_without_its_mark_is_read_with_it(small):
    answer, asked = reading(small, {"on Monday": 2.0}, "when did the mayor open the bridge")
    assert asked == ["when did the mayor open the bridge?"]
    assert answer.reading == "when did the mayor open the bridge"


def test_courtesies_are_left_out_where_the_question_as_typed_is_not_sure(small):
    question = "Hi! Could you please tell me when the mayor opened the bridge?"
    reader = Hears("When", {"on Monday": 2.0})
    answer = Assistant(small, WordCounts(), reader, calibration()).ask(question)
    assert reader.asked == [question, answer.reading]
    assert answer.reading == "When the mayor opened the bridge?"
    assert answer.question == question


def test_new_words_are_known_after_a_rebuild(small):
    assistant = Assistant(small, WordCounts(), ScriptedReader({}), calibration())
    typo = "Who saw the Zepplin?"
    assert assistant.ask(typo).reading == typo
    (small / "articles" / "z.txt").write_text("They all saw the Zeppelin over the town.")
    build_index(index=small, encoder=WordCounts())
    assert assistant.ask(typo).reading == "Who saw the Zeppelin?"


ENOUGH = 0.82
"""What the words alone of a question still find; the question as written may do much better."""


@pytest.mark.slow
@pytest.mark.models
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_ranked_first_as_often_as_the_clean_ones(kind, development, ask_real):
    answerable = [q for q in development if q.sentences and q.kind != "meta"]
    by_gold = {(q.sentences, q.spans): q for q in answerable}
    sets = 2 if kind == "typos" else 1  # no two typos are alike
    made = [q for seed in range(sets) for q in typed(answerable, kind, SEED + seed)]
    clean = [by_gold[q.sentences, q.spans] for q in made]

    def ranked_first(questions: list[Question]) -> float:
        right = [is_right(q, ask_real(q.question).citations[:1]) for q in questions]
        return sum(right) / len(right)

    assert ranked_first(made) >= min(ranked_first(clean) - 0.05, ENOUGH)
