"""What an answer says beside its quotes: groups, records, a proposed scope."""

from __future__ import annotations

from dataclasses import replace

from harness.fakes import BRIDGE, citation
from harness.web_fakes import FakeAssistant

from askvisit.records import Answer, AnswerGroup, GroupMember, ProposedScope, quoted
from askvisit.web import answer_notes

QUOTE = "The mayor opened the bridge on Monday."
CITED = citation(BRIDGE, QUOTE, "on Monday", paragraph=2)
FOUND = Answer("When?", "When?", "answer", True, quoted([CITED]), 0.9, (CITED,))


def test_a_plain_answer_says_nothing_more():
    assert answer_notes.beside(FOUND, FakeAssistant(), None) == ""


def test_groups_name_source_and_date_and_link_to_the_place():
    member = GroupMember(CITED, "The <b>Post", "2021-05-03", 0.9)
    groups = (
        AnswerGroup("on <i>Monday", "date", True, (member, member)),
        AnswerGroup("on Friday", "date", True, (member,)),
    )
    shown = answer_notes.beside(replace(FOUND, groups=groups), FakeAssistant(), None)
    assert "3 articles answer this" in shown
    assert "2 articles say this: <b>on &lt;i&gt;Monday</b> (others give a different date)" in shown
    assert "A Bridge for the Town, The &lt;b&gt;Post, 2021-05-03" in shown
    assert f"start={CITED.start}&amp;end={CITED.end}" in shown


def test_what_only_the_record_tells_is_below_the_quotes():
    answer = replace(FOUND, request="author", text=f"{FOUND.text}\nBy its record: <Ada>.")
    shown = answer_notes.beside(answer, FakeAssistant(), None)
    assert shown == '<p class="note" dir="auto">By its record: &lt;Ada&gt;.</p>'


def test_a_scope_is_offered_and_not_taken():
    proposed = ProposedScope(("Herald",), "2021-05-03", "2021-05-09", ("The Herald",), 1)
    assistant = FakeAssistant()
    shown = answer_notes.beside(replace(FOUND, proposed_scope=proposed), assistant, None)
    assert "Ask only 1 article (The Herald, 2021-05-03 – 2021-05-09)</button>" in shown
    assert f'data-scope="[&quot;{next(iter(assistant.articles))}&quot;]"' in shown
