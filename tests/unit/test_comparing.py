"""Two articles side by side, and what is new since a day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from itertools import permutations

import pytest
from harness.fakes import ScriptedReader, calibration

from askvisit import Answer, Article, Assistant, comparing
from askvisit import encoder as encoders
from askvisit.cli import show
from askvisit.index import temporary_index
from askvisit.records import Sentence
from askvisit.transcript import prove
from askvisit.web.answers import AnswerView
from askvisit.web.rendering import fragment

MONDAY = Article(
    "monday.txt",
    "Ferry sinks off Lerwick",
    "Ferry sinks off Lerwick\n\nFour people died when the ferry sank on Sunday. The captain is Bo "
    "Reed.\n\nThe ferry was built in 1998. Bakers in the town sold out of bread.\n",
    source="The Herald",
    date="2021-03-01",
)
FRIDAY = Article(
    "friday.txt",
    "Divers search the wreck",
    "Divers search the wreck\n\nSix people died when the ferry sank, the coastguard says. The "
    "ferry was built in 1998.\n\nDivers found the log book of the ferry on Thursday.\n",
    source="The Post",
    date="2021-03-05",
)
WOOL = Article("wool.txt", "Wool prices rise", "Wool prices rise\n\nWool costs more. So be it.\n")


TUESDAY = Article(
    "tuesday.txt",
    "Captain of the ferry held",
    "Captain of the ferry held\n\nThe police are holding Bo Reed, the captain of the ferry.\n",
    source="The Herald",
    date="2021-03-02",
)


@pytest.fixture(scope="module")
def one():
    with assistant(MONDAY, FRIDAY, WOOL) as loaded:
        yield loaded


@contextmanager
def assistant(*articles: Article) -> Iterator[Assistant]:
    reader = ScriptedReader({"Six people": 3.0, "Divers found": 2.0, "built in 1998": 1.0})
    files = {}
    for article in articles:
        known = {"source": article.source, "date": article.date}
        rows = [f"{name} = {json.dumps(value)}" for name, value in known.items() if value]
        files |= {article.id: article.text, article.id.replace("txt", "toml"): "\n".join(rows)}
    encoder = encoders.load()
    with temporary_index(files, encoder) as folder:
        yield Assistant(folder, encoder, reader, calibration())


@pytest.mark.parametrize(
    "asked",
    [
        "Compare the ferry article and the divers article",
        *("Compare monday.txt with friday.txt", "Compare the Herald and the Post"),
        "How does the first article differ from the second?",
    ],
)
def test_two_articles_are_put_side_by_side_and_what_differs_is_first(one, asked):
    answer = one.ask(asked)
    assert (answer.kind, answer.request) == ("answer", "compare")
    dead, built = answer.parts
    said = [(g.relation, g.members[0].citation.quote) for g in dead.groups]
    assert said == [
        ("newest", "Six people died when the ferry sank, the coastguard says."),
        ("earlier", "Four people died when the ferry sank on Sunday."),
    ]
    assert "ferry" in dead.question
    assert [len(group.members) for group in built.groups] == [2]
    assert [c.number for c in answer.citations] == [1, 2, 3, 4]
    assert {proof.status for proof in prove([answer], one.articles)} == {"intact"}
    assert "newest" in show.comparison(answer)
    assert Answer.from_dict(json.loads(json.dumps(asdict(answer)))) == answer


def test_two_articles_in_scope_need_no_names(one):
    scope = ["monday.txt", "friday.txt"]
    assert one.ask("Compare the two articles", articles=scope).parts


def test_titles_that_are_compared_may_read_as_questions_and_have_commas():
    titles = (
        "Bank holds rates at 4.5%, and hints at a cut",
        "Who pays for the flood, and when?",
        "Ferries, farms and fish: what a summer of strikes and storms means for the islands, their "
        "bakers and the people who had booked a holiday there",
        "How the mayor and the council fell out over a bridge, a road, and the price of a stone "
        "that nobody had asked for",
    )
    dead = (MONDAY.text.splitlines()[2], FRIDAY.text.splitlines()[2])
    articles = [
        Article(f"n{n}.txt", title, f"{title}\n\n{dead[n % 2]}\n", date=f"2021-03-0{n + 1}")
        for n, title in enumerate(titles)
    ]
    with assistant(*articles) as one:
        for a, b in permutations(articles, 2):
            for form in ("Compare {} and {}", "What is the difference between “{}” and “{}”?"):
                answer = one.ask(form.format(a.title, b.title))
                assert answer.request == "compare"
                assert {c.article_id for c in answer.citations} == {a.id, b.id}


@pytest.mark.parametrize("asked", ["of the Herald", "from the Herald", "about the ferry"])
def test_the_two_articles_of_a_paper_need_no_names(asked):
    ferry = replace(TUESDAY, text=f"Ferry captain held\n\n{MONDAY.text.splitlines()[2]}\n")
    with assistant(MONDAY, ferry, FRIDAY, WOOL) as one:
        answer = one.ask(f"Compare the two articles {asked}")
        assert answer.request == "compare"
        assert {c.article_id for c in answer.citations} == {MONDAY.id, TUESDAY.id}
        of_one = one.ask("Compare the two articles of the Post")
        assert of_one.text.startswith("Which two articles?")


def test_a_paper_is_compared_by_all_its_articles():
    captain = replace(FRIDAY, id="more.txt", text="Held\n\nThe captain of the ferry is held.\n")
    with assistant(MONDAY, TUESDAY, FRIDAY, captain, WOOL) as one:
        answer = one.ask("Compare the Herald with the Post")
        of = [{c.article_id for c in part.citations} for part in answer.parts]
        assert sorted(map(sorted, of)) == [
            *(["friday.txt", "monday.txt"], ["friday.txt", "monday.txt"]),
            ["more.txt", "tuesday.txt"],
        ]
        none = one.ask("Compare the Herald with the wool article")
        assert (
            none.text
            == "No sentence of “The Herald” tells of the same as one of “Wool prices rise”."
        )
        assert none.choices == ("tuesday.txt", "monday.txt", "wool.txt")


def test_the_chat_shows_a_table_of_what_differs(one):
    view = AnswerView(one.ask("Compare monday.txt with friday.txt"), one.articles)
    page = fragment("answer", view=view, read=0)
    dead, built = page.split('<div class="part">')[1:]
    assert 'class="groups dispute"' in dead
    assert '<span class="relation">newest</span>' in dead
    assert 'class="groups dispute"' not in built
    assert 'class="verdict' not in page
    assert 'class="newest' not in page
    assert "answer this" not in page
    assert dead.count("Six people died when the ferry sank, the coastguard says.<") == 2


def test_what_cannot_be_compared_is_said(one):
    alike = one.ask("Compare the ferry article with the wool article")
    assert (alike.kind, alike.choices) == ("talk", ("monday.txt", "wool.txt"))
    assert alike.text.startswith("No sentence of “Ferry sinks off Lerwick” tells of the same")
    which = one.ask("Compare the two articles")
    assert which.text.startswith("Which two articles? Name both. There are 3 articles")
    assert one.ask("Compare the bread and the wine").request is None


def test_what_is_new_is_what_no_earlier_article_says(one):
    answer = one.ask("What is new about the ferry since 3 March 2021?")
    assert (answer.kind, answer.request, answer.reading) == ("answer", "new", "ferry")
    assert [c.quote for c in answer.citations] == [
        "Six people died when the ferry sank, the coastguard says.",
        "Divers found the log book of the ferry on Thursday.",
    ]
    none = one.ask("What is new about the ferry since 2022?")
    assert (none.kind, none.text) == ("talk", "No article has been published since 1 January 2022.")
    first = one.ask("What is new about the ferry since 3 March 2021?", articles=["friday.txt"])
    assert len(first.citations) == 2
    assert first.notes == ("No article from before 3 March 2021 says what was known then.",)
    assert first.text.endswith(f"\n{first.notes[0]}")


def test_a_day_alone_is_no_topic(one):
    assert one.ask("What has happened since 3 March 2021?").request is None


def test_without_anything_before_all_is_new():
    sentence = Sentence("a", 1, 0, 3, "Ah.")
    assert comparing.new(encoders.load(), [(WOOL, sentence)], []) == [sentence]
