"""The rule for readings: how many are read, with which earlier turns, and which one is taken."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest
from harness.fakes import (
    ScriptedReader,
    ScriptedResolver,
    WordCounts,
    calibration,
    indexed,
    write_articles,
)

from askvisit import Answer, Assistant, build_index
from askvisit.pipeline import AMBIGUOUS, UNSURE
from askvisit.records import ContextTurn
from askvisit.rewriting.resolution import expanded, turn_text

OPENED = "When was the bridge opened?"
TYPO = "When was the brigde opened?"
LIKED = "Did the mayor like it?"
STEEL = "What was raised?"


class Answering(ScriptedReader):
    """A scripted reader with a script for each question; what it was not told of it refuses."""

    def __init__(self, scripts: dict[str, dict[str, float]]) -> None:
        super().__init__({})
        self.scripts = scripts

    def read(self, question, evidence, turns=()):
        self.script = self.scripts.get(question, {})
        return super().read(question, evidence, turns)


def asking(folder, scripts, leans_on=None) -> tuple[Assistant, Answering, ScriptedResolver]:
    reader, resolver = Answering(scripts), ScriptedResolver(leans_on)
    return Assistant(folder, WordCounts(), reader, calibration(), resolver), reader, resolver


@pytest.fixture
def opened(small):
    one, _, _ = asking(small, {OPENED: {"on Monday": 2.0}})
    return one.ask(OPENED)


def test_a_question_that_stands_alone_is_read_once_as_typed(small, opened):
    one, reader, resolver = asking(small, {})
    answer = one.ask("Who came to see the bridge?", [opened])
    assert reader.asked == resolver.asked == [answer.reading] == ["Who came to see the bridge?"]
    assert answer.context == ()


@pytest.mark.parametrize("asked", [OPENED, "the bridge"])
def test_a_reader_reads_as_many_passages_as_it_wants(small, asked):
    one, reader, _ = asking(small, {})
    reader.passages = 1
    read = one.explain(asked).readings[0]
    assert sum(row.candidate is not None for row in read.passages) == 1


def test_a_follow_up_is_read_with_the_words_that_it_depends_on(small, opened):
    full = expanded(LIKED, ["bridge"])
    one, reader, _ = asking(small, {full: {"next year": 3.0}}, {LIKED: ["bridge"]})
    answer = one.ask(LIKED, [opened])
    assert reader.asked == [full] == ["Did the mayor like it (bridge)?"]
    assert answer.context == (ContextTurn(0, f"{OPENED} on Monday", ("bridge",)),)
    assert (answer.question, answer.reading) == (LIKED, f"{LIKED} — bridge")
    assert answer.citations[0].span == "next year"


def test_the_words_of_a_follow_up_are_searched_for(small, opened):
    encoder = WordCounts()
    resolver = ScriptedResolver({"And why?": ["bridge", "bridge"]})
    one = Assistant(small, encoder, Answering({}), calibration(), resolver)
    one.ask("And why?", [opened])
    assert "And why (bridge)?" in encoder.encoded


def test_a_question_that_leans_on_no_word_is_searched_for_near_the_last_answer_too(tmp_path):
    told = "The bridge at pier {0} opened. The mayor liked pier {0}."
    indexed(tmp_path, {f"{n}.txt": told.format(n) for n in range(10, 60)})
    asked = "When did the bridge at pier 59 open?"
    one, _, _ = asking(tmp_path, {asked: {"pier 59 opened": 3.0}, LIKED: {"liked pier 59": 3.0}})
    assert not one.ask(LIKED).found
    first = one.ask(asked)
    assert first.citations[0].article_id == "59.txt"
    assert one.ask(LIKED, [first]).citations[0].article_id == "59.txt"


def test_a_question_to_each_article_is_encoded_once(small):
    encoder = WordCounts()
    one = Assistant(
        small, encoder, Answering({STEEL: {"on Monday": 2.0, "nine": 2.0}}), calibration()
    )
    answer = one.ask(STEEL, each=True)
    assert {c.article_id for c in answer.citations} == {"bridge.txt", "tariffs.txt"}
    assert encoder.encoded.count(STEEL) == 1


def test_a_follow_up_is_read_behind_the_turns_that_it_depends_on(small, opened):
    one, reader, _ = asking(small, {}, {LIKED: ["bridge"]})
    one.ask(LIKED, [opened])
    one.ask(STEEL, [opened])
    assert dict(zip(reader.asked, reader.turns, strict=True)) == {
        expanded(LIKED, ["bridge"]): (f"{OPENED} on Monday",),
        STEEL: (),
    }


def test_a_follow_up_finds_the_article_that_was_quoted_before(small):
    one, _, _ = asking(small, {STEEL: {"nine percent": 3.0}}, {"And then?": ["year"]})
    quoting = one.ask(STEEL)
    assert quoting.citations[0].article_id == "tariffs.txt"
    refused = Answer("Why?", "Why?", "not_found", False, "No.", 0.0, refusal="absent")
    for history in ([quoting], [quoting, *[refused] * 4]):
        follow_up = one.explain("And then?", history).readings[0].passages
        assert follow_up[0].hit.article_id == "tariffs.txt"
    alone = one.explain("And then the year?").readings[0].passages
    assert alone[0].hit.article_id == "bridge.txt"


def test_a_keyword_that_leans_on_a_turn_is_read_with_it(small, opened):
    one, reader, _ = asking(
        small, {"the minister (came)?": {"next year": 3.0}}, {"the minister": ["came"]}
    )
    answer = one.ask("the minister", [opened])
    assert reader.asked == ["the minister (came)?"]
    assert answer.citations[0].span == "next year"
    one, reader, _ = asking(small, {})
    one.ask("the minister", [opened])
    assert reader.asked == ["the minister?"]


def test_talk_is_no_turn_to_lean_on(small, opened):
    one, _, _ = asking(small, {}, {LIKED: ["bridge"]})
    thanks = one.ask("thanks", [opened])
    assert thanks.kind == "talk"
    answer = one.ask(LIKED, [opened, thanks])
    assert [turn.text for turn in answer.context] == [f"{OPENED} on Monday"]
    assert answer.context[0].turn == 0
    assert one.ask(LIKED, [thanks, opened]).context[0].turn == 1


def test_the_second_question_of_a_line_may_lean_on_the_first(small):
    why = "why was it opened?"
    script = {OPENED: {"on Monday": 2.0}, expanded(why, ["bridge"]): {"next year": 3.0}}
    one, reader, _ = asking(small, script, {why: ["bridge"]})
    answer = one.ask(f"{OPENED.rstrip('?')}, and {why}")
    assert reader.asked == [OPENED, expanded(why, ["bridge"])]
    assert [part.context for part in answer.parts] == [
        (),
        (ContextTurn(0, f"{OPENED} on Monday", ("bridge",)),),
    ]
    again = one.ask(f"{OPENED.rstrip('?')}, and {why}", [one.ask("thanks")])
    assert again.parts[1].context[0].turn == 1


@pytest.mark.parametrize("strictness", [0.0, 0.3, 0.999, 1.0])
def test_strictness_moves_neither_the_reading_nor_the_confidence(small, opened, strictness):
    script = {expanded(LIKED, ["bridge"]): {"next year": 3.0}}
    one, reader, _ = asking(small, script, {LIKED: ["bridge"]})
    answer = one.ask(LIKED, [opened], min_confidence=strictness)
    assert answer.reading == f"{LIKED} — bridge"
    assert answer.confidence == pytest.approx(0.9526, abs=1e-4)
    assert len(reader.asked) == 1


def test_the_turns_that_were_read_survive_json(small, opened):
    script = {expanded(LIKED, ["bridge", "Monday"]): {"next year": 3.0}}
    one, _, _ = asking(small, script, {LIKED: ["bridge", "Monday"]})
    answer = one.ask(LIKED, [opened])
    again = Answer.from_dict(json.loads(json.dumps(asdict(answer))))
    assert again == answer
    assert again.context[0].words == ("bridge", "Monday")


def test_as_typed_a_question_is_read_by_itself_and_word_for_word(small, opened):
    script = {LIKED: {"next year": 3.0}}
    one, reader, _ = asking(small, script, {LIKED: ["bridge"]})
    answer = one.ask(LIKED, [opened], as_typed=True)
    assert reader.asked == [LIKED]
    assert (answer.reading, answer.context) == (LIKED, ())
    assert answer.citations[0].span == "next year"
    two = f"{OPENED} {LIKED}"
    assert one.ask(two, as_typed=True, min_confidence=0).parts == ()
    only = {"articles": ["bridge.txt"], "as_typed": True}
    assert one.ask("show me the headline", [opened], **only).request == "headline"


def test_a_very_short_question_that_leans_on_a_turn_is_read_in_context_alone(small, opened):
    one, reader, _ = asking(small, {LIKED: {"next year": 9.0}}, {LIKED: ["bridge"]})
    assert one.ask(LIKED, [opened], min_confidence=0).reading == f"{LIKED} — bridge"
    assert reader.asked == [expanded(LIKED, ["bridge"])]


@pytest.mark.parametrize(("alone", "taken"), [(9.0, LIKED), (2.0, f"{LIKED} — bridge")])
def test_of_a_short_question_that_may_stand_alone_the_surer_reading_is_taken(
    small, opened, alone, taken
):
    in_context = expanded(LIKED, ["bridge"])
    script = {LIKED: {"next year": alone}, in_context: {"on Monday": 6.0}}
    one, reader, resolver = asking(small, script, {LIKED: ["bridge"]})
    resolver.probability = 0.5
    assert one.ask(LIKED, [opened], min_confidence=0).reading == taken
    assert reader.asked == [in_context, LIKED]


def test_of_a_long_question_the_surer_reading_is_taken(small, opened):
    long = "Which minister came to see the new bridge?"
    script = {long: {"minister": -1.0}, expanded(long, ["Monday"]): {"on Monday": 4.0}}
    one, reader, _ = asking(small, script, {long: ["Monday"]})
    assert one.ask(long, [opened]).reading == f"{long} — Monday"
    assert reader.asked == [long, expanded(long, ["Monday"])]


@pytest.mark.parametrize("question", ["Which minister came to see the new bridge?", LIKED])
def test_where_no_reading_is_likely_the_question_is_refused_as_typed(small, opened, question):
    script = {expanded(question, ["Monday"]): {"on Monday": -5.0}}
    one, reader, resolver = asking(small, script, {question: ["Monday"]})
    resolver.probability = 0.5
    answer = one.ask(question, [opened])
    assert (answer.found, answer.reading, answer.context) == (False, question, ())
    assert sorted(reader.asked) == sorted([question, expanded(question, ["Monday"])])


def test_of_a_long_question_that_is_sure_nobody_asks_what_it_depends_on(small, opened):
    long = "Which minister came to see the new bridge?"
    one, reader, resolver = asking(small, {long: {"minister": 5.0}}, {long: ["Monday"]})
    assert one.ask(long, [opened]).reading == long
    assert (reader.asked, resolver.asked) == ([long], [])


@pytest.mark.parametrize(
    ("corrected", "typed", "read", "taken"),
    [
        (9.0, 2.0, [TYPO], TYPO),
        (9.0, -9.0, [TYPO, OPENED], OPENED),
        (-9.0, -8.0, [TYPO, OPENED], TYPO),
    ],
)
def test_a_typo_is_corrected_only_where_the_question_as_typed_is_not_sure(
    small, corrected, typed, read, taken
):
    one, reader, _ = asking(small, {OPENED: {"on Monday": corrected}, TYPO: {"on Monday": typed}})
    assert one.ask(TYPO, min_confidence=0).reading == taken
    assert reader.asked == read


FLOOD = """\
Floods in Vietnam

In the north, 40 people died. The storm also reached North Korea, where it killed 7.
"""
IN_THE_NORTH = "How many people died in the north?"
IN_KOREA = "How many people died in North Korea?"


@pytest.mark.parametrize(
    ("north", "korea", "read", "taken"),
    [
        (2.0, 9.0, [IN_THE_NORTH], IN_THE_NORTH),
        (-9.0, 2.0, [IN_THE_NORTH, IN_KOREA], IN_KOREA),
        (-8.0, -9.0, [IN_THE_NORTH, IN_KOREA], IN_THE_NORTH),
    ],
)
def test_the_north_is_a_country_only_where_it_is_not_sure_as_typed(
    tmp_path, north, korea, read, taken
):
    indexed(tmp_path, {"flood.txt": FLOOD})
    scripts = {IN_THE_NORTH: {"40 people": north}, IN_KOREA: {"killed 7": korea}}
    one, reader, _ = asking(tmp_path, scripts)
    assert one.ask(IN_THE_NORTH, min_confidence=0).reading == taken
    assert reader.asked == read


def test_a_follow_up_asks_about_the_north_as_typed(tmp_path):
    indexed(tmp_path, {"flood.txt": FLOOD})
    again = "And in the north?"
    full = expanded(again, ["died"])
    one, reader, _ = asking(tmp_path, {full: {"40 people": 3.0}}, {again: ["died"]})
    answer = one.ask(again, [one.ask("Who died in the storm?")])
    assert reader.asked[1:] == [full]
    assert answer.citations[0].span == "40 people"


def test_a_turn_is_its_question_and_the_words_that_answered(opened):
    assert turn_text(opened) == "When was the bridge opened? on Monday"


def test_talk_in_the_same_line_is_no_turn_to_lean_on(small):
    why = "why was it opened?"
    script = {OPENED: {"on Monday": 2.0}, expanded(why, ["bridge"]): {"next year": 3.0}}
    one, _, _ = asking(small, script, {why: ["bridge"]})
    answer = one.ask(f"{OPENED} What can you do? {why}", [one.ask("thanks")])
    assert [part.kind for part in answer.parts] == ["answer", "talk", "answer"]
    assert [turn.turn for turn in answer.parts[2].context] == [1]


MINISTER = "What did the minister do?"
CAME, RAISED = "came to see", "nine percent"


def crowded(folder, script, **weights) -> Assistant:
    """Return an assistant that is the less sure the more articles it searches."""
    sure = {"intercept": 0.0, "margin": 1.0, "crowd": -2.0} | weights
    fitted = replace(calibration(), confidence=sure)
    return Assistant(folder, WordCounts(), ScriptedReader(script), fitted, ScriptedResolver())


@pytest.mark.parametrize("options", [{}, {"as_typed": True}, {"min_confidence": 0.9}])
def test_a_question_that_two_articles_answer_is_ambiguous_with_a_place_of_each(small, options):
    said = {"bridge.txt": "went to bed early", "tariffs.txt": "were dropped"}
    one = crowded(small, dict.fromkeys(said.values(), 1.0))
    answer = one.ask(MINISTER, **options)
    assert (answer.kind, answer.found, answer.refusal) == ("not_found", False, "ambiguous")
    assert answer.text == AMBIGUOUS
    assert answer.confidence == pytest.approx(0.4046, abs=1e-4)
    first, second, third = answer.nearest
    assert {first.article_id, second.article_id} == {"bridge.txt", "tariffs.txt"}
    assert all(said[hit.article_id] in hit.text for hit in (first, second))
    assert third == one.search(MINISTER, 1)[0]


@pytest.mark.parametrize(("words", "where"), [(CAME, "bridge.txt"), (RAISED, "tariffs.txt")])
def test_a_question_that_one_article_answers_is_unsure(small, words, where):
    answer = crowded(small, {words: 1.0}).ask(MINISTER)
    assert (answer.refusal, answer.text) == ("unsure", UNSURE)
    assert answer.nearest[0].article_id == where
    assert words in answer.nearest[0].text


def test_each_of_the_articles_that_may_be_meant_is_sure_by_itself(small):
    assert crowded(small, {CAME: 0.1, RAISED: 0.1}).ask(MINISTER).refusal == "ambiguous"
    assert crowded(small, {CAME: 0.1, RAISED: -0.1}).ask(MINISTER).refusal == "unsure"
    far = crowded(small, {CAME: 0.1, RAISED: 0.1}, crowd=-9.0).ask(MINISTER)
    assert far.confidence < 0.01
    assert far.refusal == "ambiguous"  # though nothing is likely beside the other


def test_an_article_that_lacks_most_words_of_a_question_is_not_meant(small):
    one = crowded(small, {CAME: 1.0, RAISED: 1.0})
    assert one.ask("When did the minister open the bridge?").refusal == "unsure"
    assert one.ask("Which tariff did the minister raise on steel?").refusal == "unsure"


@pytest.mark.parametrize("name", ["bridge.txt", "tariffs.txt"])
def test_a_single_article_is_never_ambiguous(small, name):
    one = crowded(small, {CAME: 1.0, "opened the bridge": 1.0, RAISED: 1.0, "were dropped": 1.0})
    assert one.ask(MINISTER, articles=[name]).found
    refused = one.ask(MINISTER, articles=[name], min_confidence=0.9)
    assert (refused.refusal, refused.confidence) == ("unsure", pytest.approx(0.7311, abs=1e-4))
    assert {hit.article_id for hit in refused.nearest} == {name}


def test_what_is_sure_or_never_refused_is_not_ambiguous(small):
    sure = crowded(small, {CAME: 9.0, RAISED: 9.0}).ask(MINISTER)
    assert (sure.found, sure.refusal) == (True, None)
    one = crowded(small, {CAME: 1.0, RAISED: 1.0})
    assert one.ask(MINISTER, min_confidence=0).found
    assert len(one.ask(MINISTER, each=True).citations) == 2
    assert one.ask(MINISTER, min_confidence=1).refusal == "unsure"


@pytest.fixture
def editions(tmp_path):
    """Return a folder with an index of three editions of a text; the dates are in 2018 and 2019."""
    days = {"a.txt": "2018-06-20", "b.txt": "2019-03-20", "c.txt": "2019-06-20"}
    for name, day in days.items():
        known = {
            name: f"The mayor opened the bridge. {name[0]}",
            f"{name[0]}.toml": f"date = {day}",
        }
        write_articles(tmp_path / "articles", known)
    build_index(index=tmp_path, encoder=WordCounts())
    return tmp_path


@pytest.mark.parametrize(
    ("question", "as_of", "cited", "period"),
    [
        ("Who opened the bridge last week?", "2019-06-26", "c.txt", ("2019-06-17", "2019-06-23")),
        ("Who opened the bridge last week?", "2019-03-26", "b.txt", ("2019-03-18", "2019-03-24")),
        ("Who opened the bridge last year?", "2019-06-26", "a.txt", ("2018-01-01", "2018-12-31")),
        ("Who opened the bridge in March 2019?", None, "b.txt", ("2019-03-01", "2019-03-31")),
        ("Who opened the bridge?", "2019-06-26", "a.txt", None),
    ],
)
def test_of_editions_that_of_the_time_asked_about_is_quoted(
    editions, question, as_of, cited, period
):
    one, _, _ = asking(editions, {question: {"The mayor": 2.0}})
    answer = one.ask(question, as_of=as_of)
    assert answer.citations[0].article_id == cited
    assert answer.period == period
    refused = one.ask(question, as_of=as_of, min_confidence=0.99)
    assert (refused.found, refused.period) == (False, period)
    assert refused.nearest[0].article_id == cited


def test_a_follow_up_is_asked_on_the_same_day(editions):
    again = "And last week?"
    full = expanded(again, ["bridge", "opened"])
    one, _, _ = asking(editions, {full: {"The mayor": 2.0}}, {again: ["bridge", "opened"]})
    first = one.ask("Who opened the bridge last year?", min_confidence=0, as_of="2019-06-26")
    assert first.citations[0].article_id == "a.txt"
    answer = one.ask(again, [first], as_of="2019-06-26")
    assert answer.context
    assert answer.period == ("2019-06-17", "2019-06-23")
