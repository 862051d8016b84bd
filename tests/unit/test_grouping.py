"""What several articles answer: the best of each, those that agree together."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest
from harness.fakes import ROOT, ScriptedReader, ScriptedResolver, WordCounts, calibration

from askvisit import Answer, Assistant, build_index, grouping, ranking
from askvisit.cli import show
from askvisit.index import open_index
from askvisit.records import ArticleMatch, Hit
from askvisit.retriever import Retriever

DATA = ROOT / "tests" / "data"
ASKED = "How many trucks crossed the bridge?"
SAID = {
    "first": ("There were 64 trucks on the bridge", "2021-05-01"),
    "second": ("About 70 trucks crossed the bridge", "2021-05-03"),
    "third": ("The mayor counted 64 of them at the bridge", "2021-05-02"),
    "fourth": ("Nobody knew about the bridge", ""),
}
SCRIPT = {"64 trucks": 3.0, "About 70 trucks": 2.0, "64": 1.0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("groups") / "index"
    articles = folder / "articles"
    articles.mkdir(parents=True)
    for name, (said, date) in SAID.items():
        (articles / f"{name}.txt").write_text(f"News of the {name} day\n\n{said}. It rained.\n")
        known = f'source = "The {name} Post"\n' + (f'date = "{date}"\n' if date else "")
        (articles / f"{name}.toml").write_text(known)
    build_index(index=folder, encoder=WordCounts())
    return folder


@pytest.fixture
def one(folder):
    reader = ScriptedReader(SCRIPT)
    return Assistant(folder, WordCounts(), reader, calibration(), ScriptedResolver())


def told(answer: Answer) -> list[tuple[str, bool, list[str]]]:
    return [
        (g.words, g.differs, [m.citation.article_id.removesuffix(".txt") for m in g.members])
        for g in answer.groups
    ]


GROUPED = [("64 trucks", True, ["third", "first"]), ("About 70 trucks", True, ["second"])]


@pytest.mark.parametrize("each", [False, True])
def test_articles_are_grouped_by_what_they_say(one, each):
    answer = one.ask(ASKED, each=each)
    assert told(answer) == GROUPED
    assert [g.type for g in answer.groups] == ["number", "number"]
    newest = answer.groups[0].members[0]
    assert (newest.source, newest.date) == ("The third Post", "2021-05-02")
    members = [m for g in answer.groups for m in g.members]
    assert [m.citation.number for m in members] == [1, 2, 3]
    for member in members:
        text = one.articles[member.citation.article_id].text
        assert text[member.citation.start : member.citation.end] == member.citation.quote
    assert Answer.from_dict(json.loads(json.dumps(asdict(answer)))) == answer


def test_the_best_of_each_is_cited_where_it_is_wanted(one):
    answer = one.ask(ASKED, each=True)
    assert answer.citations == tuple(m.citation for g in answer.groups for m in g.members)
    assert len(one.ask(ASKED).citations) == 1
    assert len(one.reader.asked) == 1 + 4 + 1


def test_the_article_of_the_answer_is_always_among_each(one, monkeypatch):
    monkeypatch.setattr(grouping, "relevant", lambda hits: ["second.txt"])
    assert told(one.ask(ASKED, each=True)) == [
        *(("64 trucks", True, ["first"]), ("About 70 trucks", True, ["second"])),
    ]


@pytest.fixture
def evidence(folder):
    return Retriever(open_index(folder), WordCounts()).gather(ASKED, passages=16)


BESIDE = replace(
    calibration(),
    rank={"margin": 1.0, "lacks": -9.0},
    confidence={"intercept": 0.0, "margin": 1.0, "crowd": -1.0, "lacks": -9.0},
)
"""A calibration by which an answer is less sure the more articles are searched."""


def sure_of(candidates) -> dict[str, float]:
    return {c.article_id.removesuffix(".txt"): round(c.confidence, 3) for c in candidates}


def test_each_article_is_as_sure_as_if_it_were_the_only_one(evidence):
    evidence = replace(evidence, matches={"first.txt": ArticleMatch(lacks=1.0)})
    candidates = ranking.rank(evidence, ScriptedReader(SCRIPT).read(ASKED, evidence), BESIDE)
    assert evidence.searched == 4
    best = max(candidates, key=lambda c: c.confidence)
    assert (best.article_id, round(best.confidence, 3)) == ("second.txt", 0.649)
    alone = grouping.alone(evidence, candidates, BESIDE, 0.5)
    assert sure_of(alone) == {"first": 0.953, "second": 0.881, "third": 0.731}
    assert sure_of(grouping.alone(evidence, candidates, BESIDE, 0.9)) == {"first": 0.953}
    assert len(grouping.alone(evidence, candidates, BESIDE, 0.0)) == 4
    assert grouping.alone(evidence, [], BESIDE, 0.0) == []


def test_the_best_of_all_keeps_what_it_is_beside_the_others(evidence):
    evidence = replace(evidence, matches={})
    candidates = ranking.rank(evidence, ScriptedReader(SCRIPT).read(ASKED, evidence), BESIDE)
    each = grouping.best_of_each(evidence, candidates, BESIDE, 0.5)
    assert each[0] == candidates[0]
    assert [c.article_id for c in each].count(candidates[0].article_id) == 1
    assert sure_of(each) == {"first": 0.834, "second": 0.881, "third": 0.731}
    assert grouping.best_of_each(evidence, candidates, BESIDE, 0.84) == []


def test_one_article_that_answers_makes_no_groups(one):
    assert one.ask(ASKED, articles=["first.txt", "fourth.txt"]).groups == ()
    alone = one.ask(ASKED, articles=["first.txt", "fourth.txt"], each=True)
    assert told(alone) == [("64 trucks", False, ["first"])]
    none = one.ask(ASKED, articles=["fourth.txt"], each=True)
    assert (none.kind, none.groups, none.citations) == ("not_found", (), ())


def test_a_member_of_an_interview_names_its_speaker(one, folder, tmp_path):
    talk = "\n\n".join(["Ann Lind: Who came?", "Bo Reed: 64 trucks did."] * 2)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "talk.txt").write_text(f"An interview\n\n{talk}\n")
    build_index(index=tmp_path, encoder=WordCounts())
    asked = Assistant(tmp_path, WordCounts(), one.reader, calibration(), ScriptedResolver())
    assert asked.ask(ASKED, each=True).citations[0].speaker == "Bo Reed"


def test_nothing_is_grouped_where_all_is_refused(one):
    assert one.ask(ASKED, min_confidence=1, each=True).groups == ()


def test_a_terminal_shows_who_says_what(one):
    shown = show.answer(one.ask(ASKED, each=True), each=True)
    assert shown.splitlines()[0] == "3 articles answer this"
    assert "2 articles say this: 64 trucks (others give a different number)" in shown
    assert "paragraph 2 (second.txt 24-59), The second Post, 2021-05-03" in shown
    assert "3 articles answer this; --each shows what each says." in show.answer(one.ask(ASKED))


def test_a_terminal_shows_who_says_what_to_each_of_several_questions(one):
    answer = one.ask(f"{ASKED} Who counted the trucks?", each=True)
    shown = show.answer(answer, each=True)
    first, second = shown.split("Who counted the trucks?\n")
    assert first.startswith(f"{ASKED}\n3 articles answer this\n\n2 articles say this: 64 trucks")
    assert second.startswith("3 articles answer this\n")
    for citation in answer.citations:
        assert shown.count(f"[{citation.number}] {citation.article_title}, ") == 1
    assert "say this" not in show.answer(answer)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        *(("64 trucks", "64", True), ("in 2009", "2009", True), ("Paul Ryan", "Ryan", True)),
        *(("64 trucks", "70 trucks", False), ("64 of 70 trucks", "64 trucks", False)),
        *(("the mayor", "the minister", False), ("64 trucks", "64 cars", False)),
        *(("about", "about", True), ("of it", "to him", False)),
        *(("2,000,000 people", "2,000 people", False), ("1.1 million", "1 million", False)),
        *(
            ("3.5 percent", "5.3 percent", False),
            ("2-1", "1-2", False),
            ("2 to 1", "1 to 2", False),
        ),
        *(("guilty", "not guilty", False), ("deaths", "no deaths", False)),
        *(("he didn’t sign", "he did sign", False), ("not guilty", "found not guilty", True)),
        *(("won 2-1", "won 2–1", True), ("3-5 people", "3 to 5 people", True)),
        *(("10:30 a.m.", "10.30 a.m.", True), ("No. 10 Downing Street", "10 Downing Street", True)),
        *(("at 10 a.m. on 3 May", "on 3 May at 10 a.m.", True),),
    ],
)
def test_the_same_is_said_where_one_has_the_words_of_the_other(first, second, same):
    assert grouping.says_the_same(first, second) is same
    assert grouping.says_the_same(second, first) is same


@pytest.mark.parametrize(
    ("first", "second", "differs"),
    [
        *(("64 trucks", "about 70 trucks", True), ("on Tuesday", "on Sunday", True)),
        *(("3 May 2021", "4 May 2021", True), ("in Oslo", "Bergen", True)),
        ("needs 3,000 by Easter", "still short of 3,000", False),
        ("died of a stroke on 28 February", "at 67, on 28 February", False),
        *(("it was closed in 2015", "it opened in 2015", False), ("64 trucks", "Oslo", False)),
        *(("a garden", "nothing", False), ("64 trucks", None, False)),
        *(("1.1 million", "1 million", True), ("3.5 percent", "5.3 percent", True)),
        *(("1800 soldiers", "1900 soldiers", True), ("3-5 May", "5 May", False)),
    ],
)
def test_spans_differ_where_their_numbers_dates_or_names_do(first, second, differs):
    assert grouping.differ(first, second) is differs
    assert grouping.differ(second, first) is differs


def test_what_is_put_together_says_the_same():
    pairs = [json.loads(line) for line in (DATA / "said-twice.jsonl").read_text().splitlines()]
    together = [p for p in pairs if grouping.says_the_same(*p["words"])]
    other = [p["words"] for p in together if p["said"] != "same"]
    assert other == [["Finland, Estonia and the Netherlands", "Finland"]]
    assert len(together) - len(other) >= 38
    assert sum(p["said"] == "same" for p in pairs) == 60


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        *(("64 trucks", "number"), ("seventy trucks", "number"), ("on Monday", "date")),
        *(("in 2009", "date"), ("3 May", "date"), ("Paul Ryan", "name")),
        *(("the mayor of Riverton", "words"), ("because it rained", "words"), (None, "words")),
        *(("1800 soldiers", "number"), ("$2000", "number"), ("a 1600-seat hall", "number")),
        *(("the march of 300 people", "number"), ("up to 64 may have died", "number")),
        *(("the year 1900", "date"), ("2019-05-03", "date"), ("on monday", "date")),
    ],
)
def test_a_span_has_a_type(words, kind):
    assert grouping.type_of(words) == kind


def test_an_article_far_from_the_best_is_not_read():
    def hit(name: str, dense: float, fused: float = 0.0) -> Hit:
        return Hit(name, 0, 1, "a", dense, 1.0, fused)

    # The last answer quoted c, so its passage came first: that does not count.
    found = [hit("c", 0.1, 9.0), hit("a", 0.3), hit("b", 0.2)]
    assert grouping.relevant([*found, *[hit("a", 0.0)] * 20]) == ["a", "b"]
    assert grouping.relevant(found) == ["a", "b", "c"]  # too few to tell
    many = [hit(str(n), 1.0) for n in range(20)]
    assert len(grouping.relevant(many)) == grouping.MOST_ARTICLES
    assert grouping.relevant([]) == []
