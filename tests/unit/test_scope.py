"""Which articles are searched: by id, source and date."""

from __future__ import annotations

import pytest
from harness.fakes import ScriptedResolver, SharedWords, WordCounts, calibration

from askvisit import Assistant, build_index
from askvisit.errors import ScopeError, UnknownArticleError
from askvisit.scope import Scope

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
