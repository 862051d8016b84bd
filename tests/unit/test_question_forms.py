"""Which questions ask for several things, by their wording."""

from __future__ import annotations

import json

import pytest
from harness.fakes import ROOT

from askvisit.question_forms import asks_for_several

LISTS = [
    json.loads(line)
    for line in (ROOT / "tests" / "data" / "lists.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize(
    "question",
    [
        "Which countries signed it?",
        "what steps has the bank taken",
        "List the people who came.",
        "Could you please name the rivers?",
        "What does she want from each party?",
        "Who are the members?",
        "Which Asian cities grew?",
    ],
)
def test_asks_for_several(question):
    assert asks_for_several(question)


@pytest.mark.parametrize(
    "question",
    [
        "Which country signed it?",
        "When did the talks begin?",
        "How many people die each year?",
        "What is the news?",
        "What are relations like?",
        "What was the United States' answer?",
        "Who met the ministers?",
        "",
        "?!",
    ],
)
def test_asks_for_one(question):
    assert not asks_for_several(question)


def test_it_tells_the_questions_of_pages_that_it_was_not_written_for():
    final = [row for row in LISTS if row["split"] == "final"]
    told = {
        kind: [asks_for_several(row["question"]) for row in final if row["kind"] == kind]
        for kind in ("list", "single")
    }
    assert sum(told["list"]) / len(told["list"]) >= 0.85
    assert sum(told["single"]) / len(told["single"]) <= 0.1
