"""The inspector: why an answer was shown or refused, the scores, and what is escaped."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from harness.fakes import SharedWords, WordCounts, calibration
from harness.web_fakes import ARTICLE, FakeAssistant, Page

from askvisit import Assistant
from askvisit.records import Answer, Article
from askvisit.trace import STAGES, Trace
from askvisit.web.chat import Chat
from askvisit.web.conversation import inspector

ASSISTANT = FakeAssistant()


def shown(question: str, **options) -> str:
    trace = ASSISTANT.explain(question, **options)
    return inspector(trace, trace.answer)


def test_each_passage_is_a_row_with_its_scores():
    page = shown("Who met the mayor?")
    rows = re.findall(r"<tr.*?</tr>", page, re.DOTALL)[1:]
    assert len(rows) == 12
    best = [re.sub(r"<.*?>", "|", row).split("|") for row in rows if 'class="best"' in row]
    assert [cell for cell in best[0] if cell][1:] == ["0.50", "1.00", "0.50", "2.5", "−1.5", "90 %"]
    assert sum('class="best"' in row for row in rows) == 1
    assert "<td>–</td>" in rows[-1]
    assert "in 4 ms: encoding the question 1 ms, finding passages 1 ms" in page


def test_a_long_list_says_how_many_are_left_out():
    trace = ASSISTANT.explain("Who met the mayor?")
    reading = trace.readings[0]
    hits = reading.evidence.hits[:1] * (12 + 3)
    many = replace(reading, evidence=replace(reading.evidence, hits=hits))
    page = inspector(replace(trace, readings=(many,)), trace.answer)
    assert page.count('<th scope="row">') == 12
    assert "3 more passages are not listed" in page


def test_readings_that_were_not_taken_are_told():
    trace = ASSISTANT.explain("Who met the mayor?")
    other = replace(trace.readings[0], question="And <then>?", taken=False)
    page = inspector(replace(trace, readings=(other, *trace.readings)), trace.answer)
    assert 'Looked up (not used): <q dir="auto">And &lt;then&gt;?</q>' in page
    assert 'Looked up (used): <q dir="auto">Who met the mayor?</q>' in page


def why(trace: Trace) -> str:
    """Return what the inspector says of an answer just given."""
    return inspector(trace, trace.answer)


@pytest.mark.parametrize(
    ("question", "options", "said"),
    [
        (
            "Who met the mayor in the hall?",
            {},
            "90 % likely to be right. 30 % is enough, so it was shown.",
        ),
        ("List the minister and the mayor", {}, "2 more also passed."),
        (
            "Zebra?",
            {},
            "10 % likely to be right. 30 % would have been enough, so nothing was shown.",
        ),
        (
            "Zebra?",
            {"min_confidence": 0, "as_typed": False},
            "are shown however likely.",
        ),
        ("hello", {}, "taken as talk"),
        ("two parts", {}, "2 questions were asked in one line"),
    ],
)
def test_why_is_said_in_words(question, options, said):
    assert said in why(ASSISTANT.explain(question, **options))


def test_shares_that_round_to_the_same_are_told_apart():
    refused = Answer("q", "q", "not_found", False, "No.", 0.497)
    trace = replace(ASSISTANT.explain("Zebra?"), answer=refused, min_confidence=0.5)
    assert "49.7 % likely to be right. 50.0 % would have been enough" in why(trace)


def test_what_was_not_looked_up_is_told():
    nothing = Trace(
        Answer("?", "?", "not_found", False, "No.", 0.0), 0.5, (), dict.fromkeys(STAGES, 0)
    )
    assert "This could not be read as a question in English" in why(nothing)
    assert "Asked again" not in inspector(nothing, nothing.answer)
    title = replace(nothing, answer=ASSISTANT.ask("Who met the mayor?"))
    assert "You asked for the article itself" in why(title)


def test_an_answer_that_the_articles_no_longer_give_is_told():
    trace = ASSISTANT.explain("Who met the mayor?")
    assert "have changed" in inspector(trace, ASSISTANT.ask("Zebra?"))
    assert "have changed" not in inspector(trace, trace.answer)


def test_hostile_text_is_shown_as_text():
    hostile = FakeAssistant(Article("<b>.txt", "T", "The zebra <img src=x> \u202e left."))
    trace = hostile.explain("<script>zebra\ud800")
    page = inspector(trace, trace.answer)
    assert "<img" not in page
    assert "<script" not in page
    assert not {"\u202e", "\ud800"} & set(page)


def test_the_desk_asks_as_it_was_asked_before():
    calls = []

    class Explaining(FakeAssistant):
        def explain(self, question, history=(), **options):
            calls.append((question, len(history), options))
            return super().explain(question, history, **options)

    page = Page(Chat(Explaining(), "strict"))
    for question in ("Who met the mayor in the town hall?", "Zebra?"):
        page.ask(question)
    page.guess(1)
    page.inspect(0)
    page.inspect(1)
    assert calls == [
        (
            "Who met the mayor in the town hall?",
            0,
            {"articles": None, "min_confidence": 0.8, "as_typed": False},
        ),
        ("Zebra?", 1, {"articles": None, "min_confidence": 0, "as_typed": False}),
    ]


def test_articles_that_are_gone_are_left_out_when_it_is_asked_again():
    assistant = FakeAssistant(ARTICLE, Article("other.txt", "Other", "The zebra left."))
    page = Page(Chat(assistant))
    page.ask("Zebra?", articles=["other.txt"])
    page.ask("Who met the mayor?", articles=["visit.txt", "other.txt"])
    del assistant.articles["other.txt"]
    assert page.inspect(0) == "The articles have changed since this was answered."
    assert "likely to be right" in page.inspect(1)


def test_an_index_that_cannot_be_read_is_not_told_as_a_change(small, caplog):
    assistant = Assistant(small, WordCounts(), SharedWords(), calibration())
    page = Page(Chat(assistant))
    page.ask("When did the mayor open the bridge?", articles=["bridge.txt"])
    (small / "manifest.json").unlink()
    assert "Reference for the log" in page.inspect(0)
    assert "no index in" in caplog.text


def test_what_goes_wrong_is_told_by_a_reference(caplog):
    class Broken(FakeAssistant):
        def explain(self, *_, **__):
            raise RuntimeError("a secret detail")

    page = Page(Chat(Broken()))
    page.ask("Who met the mayor?")
    html = page.inspect(0)
    assert "Reference for the log" in html
    assert "secret" not in html
    assert "a secret detail" in caplog.text


def test_a_question_that_failed_has_no_inspector():
    page = Page(Chat(FakeAssistant()))
    assert "data-inspect" not in page.ask("fail")
    assert ARTICLE.title not in page.html
    assert "no answer" in page.inspect(0)
