"""Which articles are looked in: by id, source and date; and what a question's words propose."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date

import pytest
from harness.fakes import ScriptedResolver, SharedWords, WordCounts, calibration

from askvisit import Answer, Assistant, build_index
from askvisit.encoder import load
from askvisit.errors import ScopeError, UnknownArticleError
from askvisit.records import ProposedScope
from askvisit.scope import Scope, propose

TODAY = date(2021, 5, 12)  # a Wednesday
KNOWN = {
    "bridge": 'source = "The Riverton Herald"\ndate = 2021-05-04',
    "ferry": 'source = "Morning Post"\ndate = 2019',
    "railway": 'source = "Morning Post"\ndate = 2019-06-26',
    "wool": "",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scope") / "index"
    articles = folder / "articles"
    articles.mkdir(parents=True)
    for name, known in KNOWN.items():
        text = f"About the {name}\n\nThe mayor spoke of the {name} on Monday. Nobody else spoke.\n"
        (articles / f"{name}.txt").write_text(text)
        (articles / f"{name}.toml").write_text(known)
    build_index(index=folder, encoder=WordCounts())
    return folder


@pytest.fixture
def one(folder):
    return Assistant(folder, WordCounts(), SharedWords(), calibration(), ScriptedResolver())


def names(one, **scope) -> list[str]:
    return [name.removesuffix(".txt") for name in one.within(Scope(**scope))]


class TestScope:
    def test_of_nothing_is_everything(self, one):
        assert names(one) == list(KNOWN)
        assert one._on_snapshot(Scope().ids) is None

    @pytest.mark.parametrize(
        ("scope", "found"),
        [
            ({"sources": ["Morning Post"]}, ["ferry", "railway"]),
            ({"sources": ["the riverton herald"]}, ["bridge"]),
            ({"sources": ["Herald", "post"]}, ["bridge", "ferry", "railway"]),
            ({"since": "2020"}, ["bridge"]),
            ({"until": "2019"}, ["ferry", "railway"]),
            ({"since": "2019-06", "until": "2019-06"}, ["railway"]),  # 2019 may be another month
            ({"since": "26 June 2019"}, ["bridge", "railway"]),
            ({"since": "2019", "sources": ["Post"], "articles": ["ferry.txt"]}, ["ferry"]),
            ({"articles": ["wool.txt", "bridge.txt"]}, ["wool", "bridge"]),
        ],
    )
    def test_leaves_what_is_in_it(self, one, scope, found):
        assert names(one, **scope) == found

    @pytest.mark.parametrize(
        ("scope", "reason"),
        [
            ({"since": "2022"}, "those with a date are from 2019-01-01 to 2021-05-04"),
            ({"since": "soon"}, "since is not a date: 'soon'; write 2019-06-26, 2019-06 or 2019"),
            ({"until": "0000-01-01"}, "until is not a date"),
            ({"since": "2021", "until": "2019"}, "since 2021 is after until 2019; swap them"),
            ({"sources": ["The Sun"]}, "from 'The Sun'; the sources are Morning Post, The"),
            ({"sources": [""]}, "no article is from ''"),
            ({"sources": []}, "sources is empty; name a paper"),
            (
                {"articles": ["wool.txt"], "since": "2019"},
                "no article has a date; give one",
            ),
        ],
    )
    def test_that_leaves_nothing_is_an_error_that_says_why(self, one, scope, reason):
        with pytest.raises(ScopeError) as caught:
            one.ask("Who spoke?", **scope)
        assert reason in str(caught.value)

    def test_an_unknown_article_is_named(self, one):
        for ids in ([], ["zebra.txt"]):
            with pytest.raises(UnknownArticleError):
                one.ask("Who spoke?", articles=ids, since="2019")

    def test_questions_and_searches_look_in_nothing_else(self, one):
        scope = {"since": "2019", "sources": ["Morning Post"]}
        assert {h.article_id for h in one.search("mayor", **scope)} == {"ferry.txt", "railway.txt"}
        answer = one.ask("Who spoke of the wool?", min_confidence=0, **scope)
        assert {c.article_id for c in answer.citations} <= {"ferry.txt", "railway.txt"}
        trace = one.explain("Who spoke of the wool?", min_confidence=0, **scope)
        assert trace.answer.citations == answer.citations


class Published:
    """Stands for the encoder where words alone decide: it must not be asked."""

    name, sha256, dimension = "none", "0" * 64, 3

    def encode(self, texts):
        raise AssertionError(texts)


def proposed(one, question, **options) -> ProposedScope | None:
    return one._on_snapshot(lambda index: propose(index, Published(), question, **options))


class TestProposal:
    @pytest.mark.parametrize(
        ("question", "words"),
        [
            ("Who spoke in the Riverton Herald?", "The Riverton Herald"),
            ("Who spoke, according to the Herald?", "Herald"),
            ("who spoke in the riverton herald", "The Riverton Herald"),
            ("Who spoke of Riverton to a Herald?", None),
            ("who spoke in the herald", None),
            ("what did the morning post say", "Morning Post"),
        ],
    )
    def test_of_a_source_that_is_named(self, one, question, words):
        found = proposed(one, question)
        assert (found.words if found else None) == ((words,) if words else None)

    def test_is_not_applied(self, one):
        plainly = one.ask("Who spoke on Monday?", min_confidence=0)
        answer = one.ask("Who spoke in the Herald on Monday?", min_confidence=0)
        assert plainly.proposed_scope is None
        assert answer.proposed_scope == ProposedScope(
            ("Herald",), None, None, ("The Riverton Herald",), 1
        )
        assert Answer.from_dict(json.loads(json.dumps(asdict(answer)))) == answer

    def test_is_none_where_it_would_leave_all_or_nothing(self, one):
        question = "Who spoke in the Herald?"
        assert proposed(one, question, looked_in=["bridge.txt"]) is None
        assert proposed(one, question, looked_in=["ferry.txt", "wool.txt"]) is None

    @pytest.mark.parametrize(
        "question",
        [
            "Who was mayor in 2019?",
            "What happened last week?",
            "Who spoke on it yesterday?",
        ],
    )
    def test_a_time_of_the_text_is_told_by_its_words(self, one, question):
        assert proposed(one, question, today=TODAY) is None

    @pytest.mark.parametrize(
        ("question", "since", "until"),
        [
            ("What did last week's article say?", "2021-05-03", "2021-05-09"),
            ("What did the articles published in 2019 say?", "2019-01-01", "2019-12-31"),
            ("What happened in 2019, and what did the company report?", None, None),
        ],
    )
    def test_of_a_time_that_is_the_publications(self, one, question, since, until):
        encoder = load()
        found = one._on_snapshot(lambda index: propose(index, encoder, question, today=TODAY))
        assert ((found.since, found.until) if found else (None, None)) == (since, until)
