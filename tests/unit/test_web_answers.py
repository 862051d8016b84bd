"""What an answer says beside its quotes: groups and records."""

from __future__ import annotations

from dataclasses import replace

from harness.fakes import BRIDGE, citation

from askvisit.records import Answer, AnswerGroup, GroupMember, quoted
from askvisit.web import answers

QUOTE = "The mayor opened the bridge on Monday."
CITED = citation(BRIDGE, QUOTE, "on Monday", paragraph=2)
FOUND = Answer("When?", "When?", "answer", True, quoted([CITED]), 0.9, (CITED,))


def test_a_plain_answer_says_nothing_more():
    assert answers.beside(FOUND) == ""


def test_groups_name_source_and_date_and_link_to_the_place():
    member = GroupMember(CITED, "The <b>Post", "2021-05-03", 0.9)
    groups = (
        AnswerGroup("on <i>Monday", "date", True, (member, member)),
        AnswerGroup("on Friday", "date", True, (member,)),
    )
    shown = answers.beside(replace(FOUND, groups=groups))
    assert "3 articles answer this" in shown
    assert "2 articles say this: <b>on &lt;i&gt;Monday</b> (others give a different date)" in shown
    assert "A Bridge for the Town, The &lt;b&gt;Post, 2021-05-03" in shown
    assert f"start={CITED.start}&amp;end={CITED.end}" in shown


def test_what_only_the_record_tells_is_below_the_quotes():
    answer = replace(FOUND, request="author", notes=("By its record: <Ada>.",))
    shown = answers.beside(answer)
    assert shown == '<p class="note" dir="auto">By its record: &lt;Ada&gt;.</p>'
