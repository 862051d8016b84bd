"""Which articles are searched: by id, source and date."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from harness.fakes import ScriptedResolver, SharedWords, WordCounts, calibration

from askvisit import Assistant, build_index
from askvisit.errors import ScopeError, UnknownArticleError
from askvisit.options import Options, Scope, days_of

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
        assert one._current.on_snapshot(Scope().ids) is None

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
            ({"since": date(2019, 6, 27)}, ["bridge"]),
            ({"until": date(2019, 12, 31)}, ["ferry", "railway"]),
            ({"since": datetime(2019, 6, 26, 23, 59, tzinfo=UTC)}, ["bridge", "railway"]),
            ({"as_of": datetime(2019, 6, 26)}, ["ferry", "railway", "wool"]),
            ({"as_of": date(2019, 6, 25), "until": "2019"}, ["ferry"]),
            ({"since": "2019", "sources": ["Post"], "articles": ["ferry.txt"]}, ["ferry"]),
            ({"articles": ["wool.txt", "bridge.txt"]}, ["wool", "bridge"]),
            ({"as_of": "2021-05-04"}, ["bridge", "ferry", "railway", "wool"]),
            ({"as_of": "2021"}, ["bridge", "ferry", "railway", "wool"]),
            ({"as_of": "2021-05-03"}, ["ferry", "railway", "wool"]),
            ({"as_of": "2019-06-25"}, ["ferry", "wool"]),  # the ferry may have been in January
            ({"as_of": "25 June 2019"}, ["ferry", "wool"]),
            ({"as_of": "2018"}, ["wool"]),
            ({"as_of": "2020", "since": "2019"}, ["ferry", "railway"]),
            ({"as_of": "2019-06-25", "sources": ["Post"]}, ["ferry"]),
            ({"as_of": "2020", "articles": ["railway.txt", "bridge.txt"]}, ["railway"]),
        ],
    )
    def test_leaves_what_is_in_it(self, one, scope, found):
        assert names(one, **scope) == found

    @pytest.mark.parametrize(
        ("scope", "reason"),
        [
            ({"since": "2022"}, "those with a date are from 2019-01-01 to 2021-05-04"),
            (
                {"since": "soon"},
                "since is 'soon', which is not a date; give one such as 2025, March 2025",
            ),
            ({"until": "0000-01-01"}, "which is not a date"),
            ({"since": "2021", "until": "2019"}, "since 2021 is after until 2019; swap them"),
            ({"sources": ["The Sun"]}, "from 'The Sun'; the sources are Morning Post, The"),
            ({"sources": [""]}, "no article is from ''"),
            ({"sources": []}, "sources is empty; name a paper"),
            (
                {"as_of": "soon"},
                "as_of is 'soon', which is not a date; give one such as 2025, March 2025",
            ),
            ({"as_of": ""}, "as_of is '', which is not a date"),
            ({"as_of": 2019}, "as_of is 2019, which is not a date"),
            (
                {"since": ["2019"]},
                "since is ['2019'], which is not a date; give one such as 2025, March 2025",
            ),
            ({"since": date(2021, 1, 1), "until": "2019"}, "since 2021-01-01 is after until 2019"),
            (
                {"as_of": "2021-05", "sources": ["Herald"], "since": "2022"},
                "no article is from that time; those with a date are from 2021-05-04 to 2021-05-04",
            ),
            (
                {"as_of": "2021-04", "sources": ["Herald"]},
                "every article was published after 2021-04-30; give a later day as as_of",
            ),
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

    def test_of_the_day_of_asking_counts_for_what_is_cited_and_what_is_nearest(self, one):
        asked = {"min_confidence": 0, "as_of": "2021-05-03"}
        answer = one.ask("Who spoke of the bridge?", **asked)
        assert answer.citations
        assert "bridge.txt" not in {c.article_id for c in answer.citations}
        refused = one.ask("Who spoke of the bridge?", **asked | {"min_confidence": 1})
        assert "bridge.txt" not in {hit.article_id for hit in refused.nearest}
        later = one.ask("Who spoke of the bridge?", **asked | {"as_of": "2021-05-04"})
        assert later.citations[0].article_id == "bridge.txt"

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


def test_the_day_of_asking_is_the_last_that_is_meant_or_today():
    assert Options(as_of="2019-06-26").today == date(2019, 6, 26)
    assert Options(as_of="2019-06").today == date(2019, 6, 30)
    assert Options(as_of="2019").today == date(2019, 12, 31)
    assert Options(as_of=datetime(2019, 6, 26, 8)).today == date(2019, 6, 26)
    before, today, after = date.today(), Options().today, date.today()
    assert before <= today <= after
    with pytest.raises(ScopeError, match="as_of is 'today', which is not a date"):
        _ = Options(as_of="today").today


def test_the_days_of_an_option_are_those_of_its_date():
    assert days_of("since", "2019-06") == (date(2019, 6, 1), date(2019, 6, 30))
    for wrong in ("yesterday", "2019-13", "03/04/2019", None):
        with pytest.raises(ScopeError, match="which is not a date"):
            days_of("until", wrong)
