"""The facade: what every answer promises, whatever is asked."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace

import numpy as np
import pytest
from harness.fakes import (
    BRIDGE,
    ROOT,
    TARIFFS,
    VISIT,
    ScriptedReader,
    SharedWords,
    WordCounts,
    calibration,
    indexed,
    write_articles,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import askvisit
from askvisit import Answer, Assistant, build_index
from askvisit.assistant import NO_WORDS
from askvisit.calibration import LEVELS
from askvisit.errors import (
    AskvisitError,
    EncoderMismatchError,
    IndexDamagedError,
    IndexFormatError,
    IndexMissingError,
    QuestionError,
    ScopeError,
    UnknownArticleError,
)
from askvisit.index.manifest import FORMAT, seal
from askvisit.options import LONGEST_QUESTION
from askvisit.pipeline import NOT_FOUND, UNSURE

MAYOR = "When did the mayor open the bridge?"
SCRIPT = {"on Monday": 2.0, "three years": 0.5}


def check(answer: Answer, question: str, articles) -> None:
    """Check what the contract says of every answer."""
    assert answer.question == question
    assert answer.found == (answer.kind == "answer") == bool(answer.citations)
    assert 0 <= answer.confidence <= 1
    assert type(answer.confidence) is float
    assert answer.text.strip()
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert len(answer.nearest) <= 3
    assert not (answer.found and answer.nearest)
    for cited in answer.citations:
        article = articles[cited.article_id]
        assert article.text[cited.start : cited.end] == cited.quote
        assert (cited.article_title, cited.article_sha256) == (article.title, article.sha256)
        assert type(cited.score) is float
        if cited.span is not None:
            assert article.text[cited.span_start : cited.span_end] == cited.span
            assert cited.start <= cited.span_start < cited.span_end <= cited.end
        assert f"{cited.quote} [{cited.number}]" in answer.text
    for hit in answer.nearest:
        assert articles[hit.article_id].text[hit.start : hit.end] == hit.text
        assert all(type(score) is float for score in (hit.dense, hit.bm25, hit.fused))
    assert Answer.from_dict(json.loads(json.dumps(asdict(answer)))) == answer


@pytest.fixture
def scripted(small) -> Assistant:
    return Assistant(small, WordCounts(), ScriptedReader(SCRIPT), calibration())


def test_an_answer_quotes_the_sentence_and_marks_the_words(scripted):
    answer = scripted.ask(MAYOR)
    (cited,) = answer.citations
    assert (answer.kind, answer.found, answer.reading) == ("answer", True, MAYOR)
    assert cited.quote == "The mayor opened the bridge on Monday."
    assert cited.span == "on Monday"
    assert cited.paragraph == 2
    assert answer.text == "The mayor opened the bridge on Monday. [1]"
    assert answer.confidence == pytest.approx(0.8808, abs=1e-4)
    check(answer, MAYOR, scripted.articles)


def test_a_refusal_that_is_unsure_shows_the_likeliest_places(small):
    unsure = Assistant(small, WordCounts(), ScriptedReader({"next year": -1.0}), calibration())
    answer = unsure.ask(MAYOR)
    assert (answer.kind, answer.found, answer.citations) == ("not_found", False, ())
    assert answer.confidence == pytest.approx(0.2689, abs=1e-4)
    assert (answer.refusal, answer.text) == ("unsure", UNSURE)
    assert "next year" in answer.nearest[0].text
    assert "next year" not in unsure.search(MAYOR, 1)[0].text
    assert len(answer.nearest) == len(set(answer.nearest)) == 3
    check(answer, MAYOR, unsure.articles)


def test_a_refusal_far_from_everything_shows_the_nearest_passages(small):
    unsure = Assistant(small, WordCounts(), ScriptedReader({"next year": -4.0}), calibration())
    answer = unsure.ask(MAYOR)
    assert (answer.refusal, answer.text) == ("absent", NOT_FOUND)
    assert list(answer.nearest) == unsure.search(MAYOR, 3)
    check(answer, MAYOR, unsure.articles)


@pytest.mark.parametrize("margin", [-1.0, -4.0])
def test_a_report_that_two_papers_print_is_shown_once(tmp_path, margin):
    report = "Port opens.\n\nThe mayor opened the port.\n\nThe bridge is closed."
    write_articles(tmp_path / "articles", {"a.txt": report, "b.txt": report})
    build_index(index=tmp_path, encoder=WordCounts())
    one = Assistant(tmp_path, WordCounts(), ScriptedReader({"mayor": margin}), calibration())
    nearest = one.ask(MAYOR).nearest
    assert 0 < len(nearest) == len({hit.text for hit in nearest})


def test_a_refusal_of_what_several_articles_answer_keeps_the_contract(small):
    crowded = replace(calibration(), confidence={"intercept": 0.0, "margin": 1.0, "crowd": -2.0})
    reader = ScriptedReader({"came to see": 1.0, "nine percent": 1.0})
    one = Assistant(small, WordCounts(), reader, crowded)
    asked = "What did the minister do?"
    answer = one.ask(asked)
    assert answer.refusal == "ambiguous"
    assert {hit.article_id for hit in answer.nearest[:2]} == set(one.articles)
    check(answer, asked, one.articles)
    chosen = one.ask(asked, [answer], articles=["tariffs.txt"])
    assert chosen.citations[0].span == "nine percent"


def test_the_day_of_asking_decides_which_articles_are_known_and_what_last_week_is(small):
    days = {"bridge.toml": "date = 2019-06-27", "tariffs.toml": "date = 2019-03-20"}
    indexed(small, days)
    one = Assistant(small, WordCounts(), ScriptedReader({}), calibration())
    asked = "What did the minister do last week?"
    for as_of, known, first in (
        ("2019-06-26", {"tariffs.txt"}, "tariffs.txt"),
        ("2019-03-27", {"tariffs.txt"}, "tariffs.txt"),
        ("2019-07-03", {"bridge.txt", "tariffs.txt"}, "bridge.txt"),
    ):
        answer = one.ask(asked, min_confidence=1, as_of=as_of)
        assert {hit.article_id for hit in answer.nearest} == known
        assert answer.nearest[0].article_id == first
        assert one.explain(asked, min_confidence=1, as_of=as_of).answer == answer
        check(answer, asked, one.articles)
    assert one.ask(asked, min_confidence=1).period not in (None, answer.period)  # today
    for wrong, said in (("2018", "every article was published after 2018-12-31"), ("soon", "date")):
        with pytest.raises(ScopeError, match=said):
            one.ask(asked, as_of=wrong)


def test_min_confidence_moves_the_answer_and_never_the_confidence(scripted):
    never, always, fitted = (scripted.ask(MAYOR, min_confidence=m) for m in (0, 1, None))
    assert [a.found for a in (never, always, fitted)] == [True, False, True]
    assert never.confidence == always.confidence == fitted.confidence
    assert fitted == never
    assert scripted.ask(MAYOR, min_confidence=np.float32(0)) == never
    exact = scripted.ask(MAYOR, min_confidence=never.confidence)
    assert exact.found
    assert not scripted.ask(MAYOR, min_confidence=never.confidence + 1e-9).found


def test_zero_never_refuses_and_one_always_does(small):
    hopeless = Assistant(small, WordCounts(), ScriptedReader({}, otherwise=-99.0), calibration())
    assert hopeless.ask("quantum?", min_confidence=0).found
    certain = Assistant(small, WordCounts(), ScriptedReader({"on Monday": 99.0}), calibration())
    assert certain.ask(MAYOR).confidence == pytest.approx(1.0)
    assert not certain.ask(MAYOR, min_confidence=1).found
    assert certain.ask(MAYOR, min_confidence=0.999).found


def test_the_strictness_levels_are_thresholds(scripted):
    assert scripted.threshold() == scripted.threshold("normal") == 0.5
    assert scripted.threshold("lenient") == 0.3
    assert scripted.threshold("strict") == 0.7


def test_one_question_may_be_stricter(small):
    answers = ScriptedReader({"on Monday": 0.5})  # confidence 0.62
    one = Assistant(small, WordCounts(), answers, calibration())
    found = {level: one.ask(MAYOR, strictness=level).found for level in (None, *LEVELS)}
    assert found == {None: True, "lenient": True, "normal": True, "strict": False}
    assert one.explain(MAYOR, strictness="strict").min_confidence == 0.7
    for use in (lambda: one.threshold("x"), lambda: one.ask(MAYOR, strictness="")):
        with pytest.raises(QuestionError, match="it is lenient or normal or strict"):
            use()
    with pytest.raises(QuestionError, match="not both"):
        one.ask(MAYOR, min_confidence=0, strictness="strict")


@pytest.mark.parametrize("history", [[{"a": 1}], ["Who?"], 7, "Who?", {"question": "Who?"}])
def test_a_history_that_is_no_list_of_answers_is_an_error(scripted, history):
    with pytest.raises(QuestionError, match=r"a list of the earlier Answers.*from_dict"):
        scripted.ask(MAYOR, history)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda one: one.ask(MAYOR, articles=5), r"articles must be a list, not 5; make it \[5\]"),
        (lambda one: one.ask(MAYOR, sources=5), "sources must be a list"),
        (lambda one: one.ask(MAYOR, sources="Herald"), r"make it \['Herald'\]"),
        (lambda one: one.ask(MAYOR, sources=[5]), r"sources must be a list of texts, not \[5\]"),
        (lambda one: one.ask(MAYOR, articles=[None]), r"articles must be a list of texts"),
        (lambda one: one.search(MAYOR, "3"), "k, .* must be a whole number, 1 or more, not '3'"),
        (lambda one: one.names(["a.txt"]), "most, .* must be a whole number"),
        (lambda one: Assistant.load(5), "an index is given by its folder as text, not 5"),
    ],
)
def test_a_malformed_call_says_what_is_wrong(scripted, call, told):
    with pytest.raises(AskvisitError, match=told) as error:
        call(scripted)
    assert "\n" not in str(error.value)


def test_what_is_found_says_what_is_known_of_its_article(small):
    known = 'title = "Bridge"\nsource = "The Herald"\nurl = "https://h.example"\ndate = 2019-06-28'
    indexed(small, {"bridge.toml": known})
    one = Assistant(small, WordCounts(), ScriptedReader(SCRIPT), calibration())
    (cited,) = one.ask(MAYOR).citations
    refused = one.ask(f"{MAYOR} Who came to see the bridge?", min_confidence=1)
    assert len(refused.parts) == 2
    best = (one.search("mayor", 1)[0], refused.nearest[0], refused.parts[0].nearest[0])
    for found in (cited, *best):
        assert (found.article_title, found.source) == ("Bridge", "The Herald")
        assert (found.url, found.date) == ("https://h.example", "2019-06-28")
    hits = {hit.start: hit.paragraph for hit in one.search("band", 9, articles=["bridge.txt"])}
    # The first passage begins with the headline, the quote stands in the paragraph below it.
    assert hits == {0: 1, BRIDGE.index("The minister"): 3, BRIDGE.index("A band"): 4}
    assert (cited.paragraph, cited.page, best[0].page) == (2, None, None)


@pytest.mark.parametrize("least", [-0.1, 1.1, float("nan"), float("inf"), "0.5"])
def test_a_threshold_that_is_no_probability_is_an_error(scripted, least):
    with pytest.raises(QuestionError, match="from 0 to 1"):
        scripted.ask(MAYOR, min_confidence=least)


def test_the_search_stays_within_the_articles_given(assistant):
    answer = assistant.ask("What did the minister do?", articles=["tariffs.txt"])
    assert {c.article_id for c in answer.citations} == {"tariffs.txt"}
    refused = assistant.ask("quantum?", articles=["bridge.txt"])
    assert {hit.article_id for hit in refused.nearest} == {"bridge.txt"}
    hits = assistant.search("minister", articles=["bridge.txt"])
    assert {hit.article_id for hit in hits} == {"bridge.txt"}


@pytest.mark.parametrize("articles", [[], ["nobody.txt"], ["bridge.txt", ""], ["BRIDGE.txt"]])
def test_no_article_or_an_unknown_one_is_an_error(assistant, articles):
    for use in (assistant.ask, assistant.search):
        with pytest.raises(UnknownArticleError, match=r"bridge\.txt, tariffs\.txt"):
            use(MAYOR, articles=articles)


@pytest.mark.parametrize("question", ["", " ", "\n\t\r\n", "\u3000"])
def test_an_empty_question_is_an_error(assistant, question):
    for use in (assistant.ask, assistant.search):
        with pytest.raises(QuestionError, match="empty"):
            use(question)


@pytest.mark.parametrize("question", [None, 7, b"bytes", ["Who?"]])
def test_a_question_that_is_no_text_is_an_error(assistant, question):
    with pytest.raises(QuestionError, match="text"):
        assistant.ask(question)


def test_a_question_may_have_2000_characters(assistant):
    longest = MAYOR + " " + "x" * (LONGEST_QUESTION - len(MAYOR) - 1)
    assert LONGEST_QUESTION == len(longest) == 2000
    check(assistant.ask(longest), longest, assistant.articles)
    for question in (longest + "y", "x" * 100_000):
        with pytest.raises(QuestionError, match=r"the limit is 2,000"):
            assistant.ask(question)


UNREADABLE = {
    "?!…": NO_WORDS,
    "🙂🙂": NO_WORDS,
    "\ud800": NO_WORDS,
    "\0": NO_WORDS,
}


@pytest.mark.parametrize(("question", "text"), UNREADABLE.items())
def test_what_has_no_words_is_refused_with_the_reason(assistant, question, text):
    answer = assistant.ask(question, min_confidence=0)
    assert (answer.kind, answer.text, answer.confidence) == ("not_found", text, 0.0)
    assert (answer.refusal, answer.is_turn) == ("no_words", False)
    check(answer, question, assistant.articles)


NASTY = [
    *("'; DROP TABLE passages; --", '"', "mayor*", 'NEAR("mayor" bridge)', "mayor AND NOT bridge"),
    *("U.S.", "mayor\0bridge", "\ud800 Who met the mayor?", "Who met \udfff?", "2009", "a", "the?"),
    *("Who is 🙂 mayor?", "\u202eWho met the mayor?", "\x1b[31mmayor\x07", "<b>mayor</b>", "Où?"),
    *(
        "${mayor}",
        "%s %d {0}",
        "mayor " * 333,
        "mayor\n\nbridge\tbridge",
        "\ufeffmayor",
        "ﬁ ǅ mayor",
    ),
    *("Q" * 2000, "e\u0301" * 900, "Who? " * 400),
]


@pytest.mark.parametrize("question", NASTY, ids=lambda question: ascii(question[:15]))
def test_nothing_asked_breaks_the_contract(assistant, question):
    for least in (0, None, 1):
        check(assistant.ask(question, min_confidence=least), question, assistant.articles)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    question=st.one_of(
        st.text(st.characters(), min_size=1, max_size=200),
        st.lists(st.sampled_from([*BRIDGE.split(), "U.S.", '"', "\n", "🙂"]), min_size=1).map(
            " ".join
        ),
    ),
    least=st.one_of(st.none(), st.floats(0, 1)),
)
def test_any_question_gives_an_answer_that_holds(assistant, question, least):
    try:
        answer = assistant.ask(question, min_confidence=least)
    except QuestionError:
        assert not question.strip() or len(question) > LONGEST_QUESTION
        return
    check(answer, question, assistant.articles)
    fitted = assistant.threshold() if least is None else least
    if answer.reading and not answer.found and fitted == 0:
        assert answer.kind == "talk" or answer.refusal == "no_words"


def test_control_and_bidi_characters_are_not_asked(assistant):
    answer = assistant.ask("\u202eWho\0 met\x07  the mayor?\ud800")
    assert answer.reading.replace("?", "") == "Who met the mayor"


def test_a_turn_may_cite_an_article_that_is_gone(assistant):
    answer = assistant.ask(MAYOR)
    stale = replace(
        answer.citations[0], start=90_000, end=90_000 + len(answer.citations[0].quote),
        span=None, span_start=None, span_end=None, spans=(), article_id="gone.txt",
    )  # fmt: skip
    refused = assistant.ask("quantum?")
    history = [replace(answer, citations=(stale,)), refused, assistant.ask("?!")]
    check(assistant.ask(MAYOR, history), MAYOR, assistant.articles)


def test_search_returns_k_hits_best_first(assistant):
    hits = assistant.search("minister", k=2)
    assert len(hits) == 2
    assert hits == assistant.search("minister", k=99)[:2]
    with pytest.raises(QuestionError, match="1 or more"):
        assistant.search("minister", k=0)


def test_articles_are_a_mapping_by_file_name(assistant):
    assert list(assistant.articles) == ["bridge.txt", "tariffs.txt"]
    assert len(assistant.articles) == 2
    assert assistant.articles["bridge.txt"].text == BRIDGE
    assert "nobody.txt" not in assistant.articles
    with pytest.raises(KeyError):
        assistant.articles["nobody.txt"]


def test_suggestions_are_lines_of_a_file(assistant, small):
    assert assistant.suggestions == ()
    (small / "suggestions.txt").write_text("Who opened it?\n\n  When – and why? \r\n", "utf-8")
    assert assistant.suggestions == ("Who opened it?", "When – and why?")
    (small / "suggestions.txt").write_bytes(b"\xef\xbb\xbfWho?\n\xff\n")
    assert assistant.suggestions[0] == "Who?"


def test_a_rebuilt_index_is_noticed_before_the_next_question(assistant, small):
    assert not assistant.ask("Who baked the zeppelin?").found
    indexed(small, {"baker.txt": "Ada Miller baked the zeppelin in May."})
    answer = assistant.ask("Who baked the zeppelin?")
    assert answer.citations[0].article_id == "baker.txt"
    assert list(assistant.articles) == ["baker.txt", "bridge.txt", "tariffs.txt"]
    (small / "articles" / "baker.txt").unlink()
    build_index(index=small, encoder=WordCounts())
    assert not assistant.ask("Who baked the zeppelin?").found


def test_articles_that_were_looked_up_outlive_a_rebuild(assistant, small):
    held = assistant.articles
    assert held["bridge.txt"].text == BRIDGE
    (small / "articles" / "bridge.txt").unlink()
    build_index(index=small, encoder=WordCounts())
    assert held["bridge.txt"].text == BRIDGE
    assert list(assistant.articles) == ["tariffs.txt"]


def test_articles_are_read_on_when_a_rebuild_removed_the_file_and_another_thread_reads_it(
    assistant, small
):
    held = assistant.articles
    store = assistant._current.snapshot().article.__self__
    (small / "articles" / "bridge.txt").unlink()
    build_index(index=small, encoder=WordCounts())
    with store._reading():
        assert held["tariffs.txt"].text == TARIFFS
        assert held.get("bridge.txt") is None


def test_a_thread_that_comes_after_a_rebuild_uses_the_new_index(assistant, small):
    assistant.ask(MAYOR)
    for n in range(3):
        indexed(small, {"bridge.txt": BRIDGE + f"\nThe end, number {n}.\n"})
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(assistant.ask, f"number {n}").result(20).found


def test_an_index_rebuilt_with_another_encoder_is_refused(assistant, small):
    build_index(index=small, encoder=WordCounts("another"))
    with pytest.raises(EncoderMismatchError, match="askvisit index --index"):
        assistant.ask(MAYOR)
    with pytest.raises(EncoderMismatchError):
        Assistant(small, WordCounts(), SharedWords(), calibration())


def test_an_index_that_is_gone_or_damaged_is_an_error(assistant, small):
    manifest = (small / "manifest.json").read_bytes()
    (small / "manifest.json").write_bytes(manifest[:50])
    with pytest.raises(IndexDamagedError, match="askvisit index --index"):
        assistant.ask(MAYOR)
    shutil.rmtree(small)
    with pytest.raises(IndexMissingError, match="askvisit index --index"):
        assistant.ask(MAYOR)


def test_threads_get_the_same_answers(assistant):
    questions = [MAYOR, "What did the minister say?", "quantum?", "Which tariff was dropped?"] * 8
    alone = [assistant.ask(question) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(assistant.ask, questions)) == alone


def test_questions_during_rebuilds_are_answered(assistant, small):
    with ThreadPoolExecutor(4) as pool:
        asked = []
        for n in range(6):
            write_articles(small / "articles", {"z.txt": f"A band, number {n}."})
            asked += [pool.submit(assistant.ask, MAYOR, min_confidence=0) for _ in range(8)]
            build_index(index=small, encoder=WordCounts())
        for done in asked:
            assert done.result(20).citations[0].quote == "The mayor opened the bridge on Monday."


def test_loading_no_index_or_one_of_another_version_is_an_error(tmp_path, small):
    with pytest.raises(IndexMissingError, match="askvisit index --index"):
        Assistant.load(tmp_path / "nowhere")
    text = (small / "manifest.json").read_text()
    (small / "manifest.json").write_text(text.replace(f'"format": {FORMAT}', '"format": 1'))
    with pytest.raises(IndexFormatError, match="askvisit index --index"):
        Assistant.load(small)


def test_loading_with_another_encoder_is_refused_with_the_command_that_mends_it(tmp_path):
    index = tmp_path / "index"
    shutil.copytree(ROOT / "index", index)
    manifest = json.loads((index / "manifest.json").read_text("utf-8"))
    manifest["encoder"]["sha256"] = "0" * 64
    del manifest["sha256"]
    manifest["sha256"] = seal(manifest)
    (index / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(EncoderMismatchError, match=f"askvisit index --index {index} --encoder"):
        Assistant.load(index)


class TestReal:
    """The assistant as users get it."""

    @pytest.mark.parametrize("question", [*NASTY[:5], *NASTY[7:9], *NASTY[-3:-1]], ids=ascii)
    def test_nothing_asked_breaks_the_contract(self, real, question):
        check(real.ask(question, min_confidence=0), question, real.articles)

    @pytest.mark.parametrize(("question", "text"), UNREADABLE.items())
    def test_unreadable_questions(self, real, question, text):
        answer = real.ask(question)
        assert (answer.kind, answer.text) == ("not_found", text)
        check(answer, question, real.articles)

    def test_threads_get_the_same_answers(self, ask_real):
        questions = ["Who did Xi meet in 2009?", "Where will Xi and Trump meet?"]
        forgetful = Assistant.load(ROOT / "index")
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(lambda q: forgetful.ask(q, min_confidence=0), questions * 4))
        assert together == [ask_real(question) for question in questions] * 4

    def test_the_default_index_answers(self, real, monkeypatch):
        monkeypatch.setattr(Assistant, "load", classmethod(lambda cls, index: real))
        askvisit.assistant._loaded.cache_clear()
        answer = askvisit.ask("When did Xi meet Kim Jong Il?", min_confidence=0)
        askvisit.assistant._loaded.cache_clear()
        assert answer.citations[0].article_id == VISIT
        assert "in 2009" in answer.citations[0].quote

    def test_errors_are_one_kind(self, real):
        for use in (lambda: real.ask(""), lambda: real.ask("Who?", articles=["x"])):
            with pytest.raises(AskvisitError):
                use()

    def test_every_suggested_question_is_answered(self, real):
        assert len(real.suggestions) >= 3
        refused = [question for question in real.suggestions if not real.ask(question).found]
        assert refused == []
