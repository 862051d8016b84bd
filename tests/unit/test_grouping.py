"""What several articles answer: the best of each, those that agree together."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from math import log

import pytest
from harness.fakes import ScriptedReader, ScriptedResolver, WordCounts, calibration

from askvisit import Answer, Assistant, build_index, grouping, ranking
from askvisit.cli import show
from askvisit.index import open_index
from askvisit.passages import sentences
from askvisit.ranking import Candidate
from askvisit.records import Article, ArticleMatch, Evidence, Hit, Sentence, Span
from askvisit.retriever import Retriever
from askvisit.web.answers import AnswerView
from askvisit.web.rendering import fragment

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


def told(answer: Answer) -> list[tuple[str, str | None, list[str]]]:
    return [
        (g.words, g.relation, [m.citation.article_id.removesuffix(".txt") for m in g.members])
        for g in answer.groups
    ]


GROUPED = [
    *(("About 70 trucks", "newest", ["second"]), ("64 trucks", "earlier", ["third", "first"])),
]


@pytest.mark.parametrize("each", [False, True])
def test_articles_are_grouped_by_what_they_say(one, each):
    answer = one.ask(ASKED, each=each)
    assert told(answer) == GROUPED
    assert [(g.type, g.differs) for g in answer.groups] == [("number", True)] * 2
    assert [(g.value, g.since) for g in answer.groups] == [
        *(("70", "2021-05-03"), ("64", "2021-05-01")),
    ]
    newest = answer.groups[1].members[0]
    assert (newest.source, newest.date) == ("The third Post", "2021-05-02")
    members = [m for g in answer.groups for m in g.members]
    assert [m.citation.number for m in members] == [1, 2, 3]
    for member in members:
        text = one.articles[member.citation.article_id].text
        assert text[member.citation.start : member.citation.end] == member.citation.quote
    assert Answer.from_dict(json.loads(json.dumps(asdict(answer)))) == answer


def test_the_first_of_each_differing_group_is_cited_and_all_where_wanted(one):
    answer = one.ask(ASKED)
    assert answer.citations == tuple(group.members[0].citation for group in answer.groups)
    assert answer.text == (
        "About 70 trucks crossed the bridge. [1]\nThe mayor counted 64 of them at the bridge. [2]"
    )
    assert len(one.reader.asked) == 1
    each = one.ask(ASKED, each=True)
    assert each.citations == tuple(m.citation for g in each.groups for m in g.members)
    assert len(one.reader.asked) == 1 + 1 + 4


def test_each_leaves_out_no_article_that_answers_beside_the_others(folder):
    reader = ScriptedReader(SCRIPT | {"About 70 trucks": -0.5})
    fitted = replace(calibration(), also={"intercept": 1.0})
    one = Assistant(folder, WordCounts(), reader, fitted, ScriptedResolver())
    assert not one.ask(ASKED, articles=["second.txt"]).found
    answer = one.ask(ASKED)
    assert "second" in [name for _, _, names in told(answer) for name in names]
    assert told(one.ask(ASKED, each=True)) == told(answer)


PAPERS = "What do the papers say about the trucks?"


@pytest.mark.parametrize("question", [PAPERS, "How did the trucks change?"])
def test_what_the_papers_say_is_grouped(one, question):
    answer, topic = one.ask(question), one.ask("trucks", each=True)
    assert told(answer) == GROUPED
    assert answer == replace(topic, question=question)


def test_what_one_paper_says_is_an_ordinary_question(one):
    alone = one.ask(PAPERS, articles=["first.txt"])
    assert (alone.reading, alone.groups) == (PAPERS, ())
    assert one.ask(PAPERS, as_typed=True).reading == PAPERS


def test_a_topic_on_which_no_paper_says_anything_is_searched_once(folder):
    reader = ScriptedReader({})
    one = Assistant(folder, WordCounts(), reader, calibration(), ScriptedResolver())
    answer = one.ask(PAPERS)
    assert (answer.kind, answer.reading) == ("not_found", PAPERS)
    assert reader.asked == ["trucks?"] * (1 + 4) + [PAPERS], "by all, by each, and as typed"


def test_articles_that_agree_leave_the_citations_as_they_are(one):
    agreeing = one.ask(ASKED, articles=["first.txt", "third.txt"])
    assert told(agreeing) == [("64 trucks", None, ["third", "first"])]
    assert [c.article_id for c in agreeing.citations] == ["first.txt"]


def test_a_question_that_names_a_time_keeps_the_surest_first(one):
    timed = one.ask("How many trucks crossed the bridge on 1 May 2021?")
    assert timed.period == ("2021-05-01", "2021-05-01")
    assert told(timed) == [
        *(("64 trucks", "earlier", ["third", "first"]), ("About 70 trucks", "newest", ["second"])),
    ]


def test_the_articles_of_the_candidates_are_always_among_each(one, monkeypatch):
    monkeypatch.setattr(grouping, "relevant", lambda hits: [])
    assert told(one.ask(ASKED, each=True)) == GROUPED
    monkeypatch.setattr(grouping, "MOST_ARTICLES", 2)
    assert told(one.ask(ASKED, each=True)) == [
        *(("About 70 trucks", "newest", ["second"]), ("64 trucks", "earlier", ["first"])),
    ]


def test_articles_about_another_event_are_not_asked_for_a_fact(one, monkeypatch):
    cosines = {("first.txt", "second.txt"): 0.7, ("first.txt", "third.txt"): 0.4}
    monkeypatch.setattr(Retriever, "_similarities", lambda *_: cosines)
    articles = {m.citation.article_id for g in one.ask(ASKED, each=True).groups for m in g.members}
    assert articles == {"first.txt", "second.txt", "third.txt"}  # the third answered by itself
    asked = len(one.reader.asked)
    one.ask(ASKED, each=True)
    assert len(one.reader.asked) - asked == 1 + 3
    one.ask("the bridge", each=True)  # a topic, which several events may be about
    assert len(one.reader.asked) - asked == 1 + 3 + 1 + 4


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
    each = grouping.answers_of_each(evidence, candidates, BESIDE, 0.5)
    assert each[0] == candidates[0]
    assert [c.article_id for c in each].count(candidates[0].article_id) == 1
    assert sure_of(each) == {"first": 0.834, "second": 0.881, "third": 0.731}
    assert grouping.answers_of_each(evidence, candidates, BESIDE, 0.84) == []


def test_one_article_that_answers_makes_no_groups(one):
    assert one.ask(ASKED, articles=["first.txt", "fourth.txt"]).groups == ()
    alone = one.ask(ASKED, articles=["first.txt", "fourth.txt"], each=True)
    assert told(alone) == [("64 trucks", None, ["first"])]
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


TABLE = """\
  newest   About 70 trucks  3 May 2021  The second Post [1]
  earlier  64               2 May 2021  The third Post [2]
  earlier  64 trucks        1 May 2021  The first Post [3]
"""


def test_a_terminal_shows_who_says_what(one):
    each = one.ask(ASKED, each=True)
    shown = show.answer(each, each=True)
    assert shown.splitlines()[0] == "3 articles answer this"
    assert "2 articles say this: 64 trucks (earlier)" in shown
    assert "paragraph 2 (second.txt 24-59), The second Post, 3 May 2021" in shown
    plain = show.answer(one.ask(ASKED))
    assert plain.endswith(f"\n\nThe articles differ:\n{TABLE[:-1]}")
    for row in TABLE.splitlines():
        assert f"\n{row[-3:]} News of the " in plain, "each number of the table has its place"
    agreeing = one.ask(ASKED, articles=["first.txt", "third.txt"])
    hint = "askvisit ask --each shows what each says."
    assert f"2 articles answer this; {hint}" in show.answer(agreeing)
    assert hint not in show.answer(one.ask(ASKED, articles=["first.txt"], each=True))
    compared = show.comparison(each)
    assert compared.startswith(f"3 articles answer this\n{TABLE}\nAbout 70 trucks crossed")
    quoted = "There were 64 trucks on the bridge. [3]\n    [3] News of the first day, paragraph 2"
    assert compared.endswith(f"{quoted} (first.txt 23-58)")


def test_a_table_names_what_is_not_known_and_cuts_long_words(one):
    (group, _) = one.ask(ASKED).groups
    words = "so " * 90
    whole = {"span": None, "span_start": None, "span_end": None, "spans": ()}
    said = replace(group.members[0].citation, quote=words, end=24 + len(words), **whole)
    unknown = replace(group.members[0], citation=said, source=None, date=None)
    other = replace(group, words=words, relation="also", members=(unknown,))
    table = show.answer(replace(one.ask(ASKED), groups=(group, other))).splitlines()[-1]
    assert table.startswith("  also said  so so so ")
    assert table.endswith("…  no date     News of the second day [1]")
    assert len(table) < 120


def test_a_terminal_shows_who_says_what_to_each_of_several_questions(one):
    answer = one.ask(f"{ASKED} Who counted the trucks?", each=True)
    shown = show.answer(answer, each=True)
    first, second = shown.split("Who counted the trucks?\n")
    assert first.startswith(f"{ASKED}\n3 articles answer this\n\nAbout 70 trucks (newest)")
    assert second.startswith("3 articles answer this\n")
    for citation in answer.citations:
        assert shown.count(f"[{citation.number}] {citation.article_title}, ") == 1
    assert "say this" not in show.answer(answer)
    assert show.comparison(answer).count(" The second Post [") == 2, "a table of each question"


DAYS = ("2021-05-01", "2021-05-02", "2021-05-03")


def saying(article: str, words: str | None, confidence: float, text: str = "") -> Candidate:
    """Return a candidate whose sentence is only its words, or `text` without any."""
    text = words or text
    sentence = Sentence(article, 1, 0, len(text), text)
    end = None if words is None else len(text)
    return Candidate(Span(sentence, None if end is None else 0, end, 0.0, 0.0), 1.0, confidence)


def related(
    *said: tuple[str, str, str | None], leads: grouping.Lead = "newest", question: str = ASKED
) -> list[tuple]:
    """Group (article, words, date), the surest first, and return words, relation and numbers."""
    dates = {article: date for article, _, date in said}
    chosen = [saying(name, words, 0.9 - n / 10) for n, (name, words, _) in enumerate(said)]

    def article(name: str) -> Article:
        text = "".join(c.span.sentence.text for c in chosen if c.article_id == name)
        return Article(name, name.upper(), text, date=dates[name])

    found = grouping.group(chosen, article, question, leads=leads)
    for group in found:
        assert group.differs is (group.relation in ("newest", "earlier", "dispute"))
    return [(g.words, g.relation, [m.citation.number for m in g.members]) for g in found]


def test_the_newest_answer_is_first_and_all_others_are_earlier():
    said = [*zip("abc", ("10", "20", "30"), DAYS, strict=True)]
    newest_first = [*(("30", "newest", [1]), ("20", "earlier", [2]), ("10", "earlier", [3]))]
    assert related(*said) == related(*said[::-1]) == newest_first
    assert related(*said, ("d", "10", DAYS[0]), ("e", "30", DAYS[2])) == [
        *(("30", "newest", [1, 4]), ("20", "earlier", [2]), ("10", "earlier", [3, 5])),
    ]


def test_of_a_topic_only_other_values_differ():
    """Much can be said of it: what is said later does not supersede what was said before."""
    words = ("Anna Lind", "Per Moe"), ("10 trucks", "20 trucks")
    said = [[*zip("ab", pair, DAYS[:2], strict=True)] for pair in words]
    assert [related(*pair)[0][1] for pair in said] == ["newest", "newest"]
    of_topic = [related(*pair, question="trucks on the bridge") for pair in said]
    assert [pair[0][1] for pair in of_topic] == ["also", "newest"]


def test_a_time_that_is_asked_about_decides_instead_of_what_is_newest():
    said = ("a", "10", DAYS[0]), ("b", "20", DAYS[1])
    assert related(*said, leads="surest") == [("10", "earlier", [1]), ("20", "newest", [2])]


def test_the_oldest_leads_where_the_beginning_is_asked_about(one):
    said = [*zip("cba", ("30", "20", "10"), DAYS[::-1], strict=True)]
    assert related(*said, leads="oldest") == [
        *(("10", "earlier", [1]), ("30", "newest", [2]), ("20", "earlier", [3])),
    ]
    answer = one.ask("How many trucks crossed the bridge at first?", as_typed=True)
    assert told(answer) == GROUPED[::-1]


def test_of_the_present_the_newest_leads_even_if_it_may_say_the_same(one, monkeypatch):
    monkeypatch.setattr(grouping, "same_probability", lambda *_: 0.4)
    said = [("a", "a rock", DAYS[0]), ("b", "the old pier", DAYS[1])]
    assert related(*said, leads="current") == [
        *(("the old pier", "also", [1]), ("a rock", "also", [2])),
    ]
    monkeypatch.setattr(grouping, "agree", lambda one, other: one.value.agrees(other.value))
    past, present = one.ask(ASKED), one.ask("How many trucks are on the bridge?")
    assert not any(group.differs for group in (*past.groups, *present.groups))
    assert [c.article_id for c in past.citations] == ["first.txt"]
    assert [c.article_id for c in present.citations] == ["second.txt", "first.txt"]
    assert [c.number for c in present.citations] == [1, 2]


@pytest.mark.parametrize(
    "said",
    [
        [("a", "10", DAYS[0]), ("b", "20", DAYS[0])],
        [("a", "10", DAYS[0]), ("b", "20", None)],
        [("a", "10", DAYS[0]), ("b", "20", DAYS[1]), ("c", "10", DAYS[2])],
    ],
    ids=["same day", "no date", "said again"],
)
def test_what_is_not_all_later_is_a_dispute(said):
    assert [(words, relation) for words, relation, _ in related(*said)] == [
        *(("10", "dispute"), ("20", "dispute")),
    ]


def test_an_article_that_gives_both_answers_makes_a_dispute():
    both = ("b", "10", DAYS[1]), ("a", "20", DAYS[0])
    chosen = [*(saying(name, words, 0.9) for name, words, _ in both), saying("b", "20", 0.8)]
    chosen.append(saying("b", "20 trucks", 0.7))
    articles = {"a": Article("a", "A", "20", date=DAYS[0])}
    articles["b"] = Article("b", "B", "20 trucks", date=DAYS[1])
    found = grouping.group(chosen, articles.__getitem__, ASKED)
    members = {g.words: [m.citation.article_id for m in g.members] for g in found}
    assert members == {"10": ["b"], "20": ["b", "a"]}, "an article is once in a group"
    assert [group.relation for group in found] == ["dispute", "dispute"]


def test_answers_that_may_be_the_same_are_not_marked_as_differing(monkeypatch):
    monkeypatch.setattr(grouping, "same_probability", lambda *_: 0.21)
    said = [("a", "a rock", DAYS[0]), ("b", "the old pier", DAYS[1])]
    assert related(*said) == [("a rock", "also", [1]), ("the old pier", "also", [2])]
    monkeypatch.setattr(grouping, "same_probability", lambda *_: 0.19)
    assert related(*said) == [("the old pier", "newest", [1]), ("a rock", "earlier", [2])]


INTERVIEW = (
    "Cy: How much was it, did you think?\nAda: I paid 300 for it.\nCy: And did you pay for more?\n"
    "{}: I paid 2,000 for that.\nCy: Did you both pay?\nAda: I did.\nCy: And you?\nBo: I did too."
)
BOTH = "The bridge\n\nPolice counted 300 on the bridge. The mayor counted {} there.\n"


def both_sides(folder, second: str = "2,000", said: float = 1.4) -> Assistant:
    """Return an assistant over an article that tells two sides, and one that tells neither."""
    (folder / "articles").mkdir()
    (folder / "articles" / "both.txt").write_text(BOTH.format(second))
    (folder / "articles" / "none.txt").write_text("Rain\n\nIt rained.\n")
    build_index(index=folder, encoder=WordCounts())
    reader = ScriptedReader({"300": 2.0, second: said})
    fitted = replace(calibration(), side={"intercept": 3.0, "behind": -4.0})
    return Assistant(folder, WordCounts(), reader, fitted, ScriptedResolver())


@pytest.mark.parametrize("each", [False, True])
def test_an_article_that_tells_both_sides_has_two_answers(tmp_path, each):
    answer = both_sides(tmp_path).ask("How many people were on the bridge?", each=each)
    assert told(answer) == [("300", "dispute", ["both"]), ("2,000", "dispute", ["both"])]
    assert [c.span for c in answer.citations] == ["300", "2,000"]
    sure, likely = (group.members[0].confidence for group in answer.groups)
    assert 0 < likely < sure
    assert "\n\nThe article says both:\n" in show.answer(answer)
    assert show.comparison(answer).startswith("1 article answers this\n")
    page = fragment("answer", view=AnswerView(answer, {}), read=0)
    assert "1 article answers this, in different ways:" in page


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("The bridge cost 300 euros.\n\nThe road cost 2,000 euros.", "also"),
        ("The police said 300 came.\n\nThe road cost 2,000 euros.", "also"),
        ("The police said 300 came.\n\nThe mayor said 2,000 came.", "dispute"),
        (INTERVIEW.format("Ada"), "also"),
        (INTERVIEW.format("Bo"), "dispute"),
    ],
    ids=["nobody", "one", "two", "one is interviewed", "two are interviewed"],
)
def test_in_one_article_only_two_speakers_dispute(text, relation):
    article = Article("a", "A", f"A\n\n{text}", date=DAYS[0])
    told = [s for s in sentences(article) if "300" in s.text or "2,000" in s.text]
    chosen = [
        Candidate(Span(s, at := s.text.index(n) + s.start, at + len(n), 1.0, 0.0), 1.0, 0.9)
        for s, n in zip(told, ("300", "2,000"), strict=True)
    ]
    found = grouping.group(chosen, lambda _: article, "How much was it?")
    assert [group.relation for group in found] == [relation] * 2
    assert [group.differs for group in found] == [relation == "dispute"] * 2


@pytest.mark.parametrize(
    ("second", "said"), [("2,000", 0.4), ("three hundred", 1.4)], ids=["unlikely", "the same"]
)
def test_a_sentence_that_is_no_other_side_is_no_answer_of_its_own(tmp_path, second, said):
    one = both_sides(tmp_path, second, said)
    answer = one.ask("How many people were on the bridge?", each=True)
    assert told(answer) == [("300", None, ["both"])]


def test_what_tells_another_side(evidence):
    """`second` says 70, `third` and `first` 64; here they are sentences of one article."""
    candidates = ranking.rank(evidence, ScriptedReader(SCRIPT).read(ASKED, evidence), calibration())
    answer, *further = candidates
    rows = grouping.side_rows(evidence, candidates, answer, further)
    contrary = {c.span.words: row["contrary"] for c, row in zip(further, rows, strict=True)}
    assert contrary["About 70 trucks"] == 1.0
    assert contrary["64"] == 0.0
    assert [row["behind"] for row in rows] == [answer.score - c.score for c in further]
    assert [row["rank"] for row in rows] == [log(n) for n in range(1, len(further) + 1)]
    said = [row["both_reported"] for row in rows]
    assert said == [0.0] * len(further), "nobody is quoted for the answer"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        *(("64 trucks", "number"), ("seventy trucks", "number"), ("at half past nine", "number")),
        *(("on Monday", "date"), ("in 2009", "date"), ("3 May", "date"), ("2019-05-03", "date")),
        *(("Paul Ryan", "name"), ("the mayor of Riverton", "words"), (None, "words")),
        *(("1800 soldiers", "number"), ("the march of 300 people", "number")),
    ],
)
def test_a_group_has_a_type(words, kind):
    text = words or "It rained."
    article = Article("a", "A", text, date=DAYS[0])
    (group,) = grouping.group([saying("a", words, 0.9, text)], lambda _: article, ASKED)
    assert (group.type, group.words, group.relation) == (kind, text, None)


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


def test_an_article_about_another_event_answers_a_topic_but_no_question(evidence):
    similar = {("first.txt", "third.txt"): 0.9, ("first.txt", "second.txt"): 0.5}
    fitted = replace(calibration(), also={"intercept": 9.0})
    found = []
    for question in (ASKED, "trucks on the bridge"):
        asked = replace(evidence, matches={}, similarities=similar, question=question)
        candidates = ranking.rank(asked, ScriptedReader(SCRIPT).read(ASKED, asked), fitted)
        answers = grouping.answers_of_each(asked, candidates, fitted, 0.5)
        found.append({c.article_id.removesuffix(".txt") for c in answers})
    assert found == [{"first", "third"}, {"first", "third", "second"}]


def test_of_a_topic_tell_articles_about_the_same_event_and_those_with_all_of_its_words():
    lacks = {"a": 0.4, "b": 0.5, "c": 0.0, "d": 0.1}
    matches = {name: ArticleMatch(lacks=share) for name, share in lacks.items()}
    similar = {("a", name): cosine for name, cosine in zip("abcd", (1, 0.9, 0, 0), strict=True)}
    asked = Evidence((), (), {}, matches, question="the bridge", similarities=similar)
    assert grouping.related(asked, list("abcd")) == list("abc")
    assert grouping.related(replace(asked, question="Who came?"), list("abcd")) == list("ab")


@pytest.mark.parametrize(
    ("also", "articles"),
    [
        ({"intercept": 9.0}, ["first", "third", "second"]),  # the fourth would never be answered
        ({"intercept": -9.0}, ["first"]),
        ({"intercept": -4.0, "similar": 5.0}, ["first", "third"]),
        ({"intercept": 0.0, "behind": -0.8}, ["first", "second"]),
        ({"intercept": -1.0, "same": 3.0}, ["first", "third"]),
    ],
)
def test_another_article_answers_where_that_is_likely(evidence, also, articles):
    similar = {("first.txt", "third.txt"): 0.9, ("first.txt", "second.txt"): 0.6}
    evidence = replace(evidence, matches={}, similarities=similar)
    fitted = replace(calibration(), also=also)
    candidates = ranking.rank(evidence, ScriptedReader(SCRIPT).read(ASKED, evidence), fitted)
    found = grouping.answers_of_each(evidence, candidates, fitted, 0.5)
    assert {c.article_id.removesuffix(".txt") for c in found} == set(articles)
    assert found[0] == candidates[0]
    assert grouping.answers_of_each(evidence, candidates, fitted, 0.99) == []


@pytest.mark.parametrize(
    ("question", "first"),
    [("How many trucks, at the latest?", "About 70 trucks"), (f"{ASKED} On 1 May?", "64 trucks")],
)
def test_the_newest_leads_unless_a_time_before_today_is_asked_about(one, question, first):
    answer = one.ask(question, as_of="2021-05-04", as_typed=True)
    assert answer.period is not None
    assert answer.groups[0].words == first
