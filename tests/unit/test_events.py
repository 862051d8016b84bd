"""Events told by several articles: their file, figures by hand, and what is fitted on it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict

import pytest
from harness.fakes import ROOT, ScriptedReader, SharedWords, WordCounts, calibration, citation

from askvisit.errors import DataError
from askvisit.evaluation.events import EventReply, evaluate_events, event_figures, read_events
from askvisit.evaluation.questions import Models, holds
from askvisit.records import Answer, AnswerGroup, GroupMember
from askvisit.values import WEIGHTS

TEXTS = {
    "f-1.txt": "Ferry\n\nTen people died on the ferry. Police counted 300 mourners.",
    "f-2.txt": "Mist\n\nIn all a dozen died on the ferry. "
    "The church counted 2,000 mourners. It rained.",
    "f-3.txt": "Toll\n\nThe toll of the ferry is 12. The captain was Ada Holm.",
}
TEN, POLICE = "Ten people died on the ferry.", "Police counted 300 mourners."
DOZEN, CHURCH = "In all a dozen died on the ferry.", "The church counted 2,000 mourners."
TWELVE, CAPTAIN = "The toll of the ferry is 12.", "The captain was Ada Holm."
RAIN = "It rained."
SENTENCES = (TEN, POLICE, DOZEN, CHURCH, TWELVE, CAPTAIN, RAIN)
OF = {s: name for s in SENTENCES for name, text in TEXTS.items() if s in text}


def answer(sentence: str, span: str, value: str) -> dict:
    return {"article": OF[sentence], "sentence": sentence, "span": span, "value": value}


def asked(question: str, sort: str, *answers: dict, latest: str | None = None) -> dict:
    values = dict.fromkeys(answer["value"] for answer in answers)
    groups = [sorted({a["article"] for a in answers if a["value"] == v}) for v in values]
    known = {"question": question, "sort": sort, "answers": answers, "latest": latest}
    return known | {"groups": groups, "note": ""}


LINE = {
    "event": "ferry",
    "articles": [
        {"id": name, "title": text[:4], "paper": "The Post", "date": f"2021-05-0{n}", "text": text}
        for n, (name, text) in enumerate(TEXTS.items(), 1)
    ],
    "questions": [
        asked(
            *("How many people died on the ferry?", "update"),
            answer(TEN, "Ten people", "10"),
            answer(DOZEN, "a dozen", "12"),
            answer(TWELVE, "12", "12"),
            latest="f-3.txt",
        ),
        asked(
            *("How many mourners were counted?", "dispute"),
            answer(POLICE, "300", "300"),
            answer(CHURCH, "2,000", "2000"),
        ),
        asked("Who was the captain?", "only", answer(CAPTAIN, "Ada Holm", "Ada Holm")),
        asked("Who built the ferry?", "none"),
    ],
}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "events.jsonl"
    other = json.loads(json.dumps(LINE).replace("f-", "g-")) | {"event": "other"}
    path.write_text(f"{json.dumps(LINE)}\n{json.dumps(other)}\n")
    return path


def test_an_event_is_read(path):
    assert holds(path, "event")
    event, other = read_events(path)
    assert (event.name, other.name) == ("ferry", "other")
    article = event.articles[2]
    assert (article.id, article.title, article.source) == ("f-3.txt", "Toll", "The Post")
    assert (article.date, article.text) == ("2021-05-03", TEXTS["f-3.txt"])
    died = event.questions[0]
    assert (died.sort, died.latest, died.values) == ("update", "f-3.txt", {"10", "12"})
    assert died.groups == (frozenset({"f-1.txt"}), frozenset({"f-2.txt", "f-3.txt"}))
    found = died.answers[1]
    assert TEXTS[found.article][slice(*found.sentence)] == DOZEN
    assert TEXTS[found.article][slice(*found.span)] == "a dozen"
    assert event.questions[3].articles == set()


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        *(('"update"', '"upset"', "upset"), ('"only"', '"none"', "does not fit 1 answers")),
        *(('"none"', '"only"', "does not fit 0 answers"), ('"event"', '"name"', "event")),
        *(('"span": "300"', '"span": "301"', "substring"), ('"latest": null, ', "", "latest")),
        ('"article": "f-3.txt"', '"article": "h-3.txt"', "h-3.txt"),
    ],
)
def test_a_bad_event_is_named_with_its_line(tmp_path, old, new, why):
    path = tmp_path / "bad.jsonl"
    bad = json.dumps(LINE).replace(old, new)
    assert bad != json.dumps(LINE)
    path.write_text(f"{json.dumps(LINE)}\n{bad}\n")
    with pytest.raises(DataError, match=rf"bad.jsonl.*2: no event .*{why}"):
        read_events(path)


@pytest.mark.parametrize(
    ("part", "count"), [("train.jsonl.gz", 40), ("dev.jsonl", 8), ("test.jsonl", 12)]
)
def test_the_news_events_are_what_their_guide_says(part, count):
    events = read_events(ROOT / "data" / "news" / f"events-{part}")
    assert len({event.name for event in events}) == len(events) == count
    sorts = ["agree"] * 3 + ["dispute"] * 2 + ["none"] * 2 + ["only"] * 2 + ["update"] * 3
    for event in events:
        texts = {article.id: article.text for article in event.articles}
        assert (len(texts), len({article.source for article in event.articles})) == (4, 3)
        assert sorted(question.sort for question in event.questions) == sorts
        for question in event.questions:
            members = set().union(*question.groups)
            assert members == question.articles
            assert (question.latest in members) == (question.sort == "update")
            assert (len(question.values) > 1) == (question.sort in ("update", "dispute"))
            for answer in question.answers:
                sentence = texts[answer.article][slice(*answer.sentence)]
                assert texts[answer.article].count(sentence) == 1


def test_other_files_hold_no_events(tmp_path):
    for text in ("", '{"article": "a", "question": "Why?"}\n', "[]\n"):
        (tmp_path / "other.jsonl").write_text(text)
        assert not holds(tmp_path / "other.jsonl", "event")


# Figures


def cited(sentence: str, span: str | None = None):
    name = OF[sentence]
    return citation(TEXTS[name], sentence, span, article_id=name)


def grouped(*sentences: str, differs: bool = True) -> AnswerGroup:
    members = [GroupMember(cited(sentence), None, None, 0.9) for sentence in sentences]
    return AnswerGroup("words", "words", differs, tuple(members))


def given(confidence: float, citations: Sequence, *groups: AnswerGroup) -> Answer:
    return Answer("?", "?", "answer", True, "…", confidence, tuple(citations), groups=groups)


REFUSED = Answer("?", "?", "not_found", False, "No.", 0.2)

RIGHT = [
    given(0.9, [cited(TWELVE)], grouped(TWELVE, DOZEN), grouped(TEN)),
    given(0.8, [cited(POLICE)], grouped(POLICE), grouped(CHURCH)),
    given(0.7, [cited(CAPTAIN)]),
    REFUSED,
]
PERFECT = {
    **dict.fromkeys(("right_first", "answered", "newest_first"), 1.0),
    **dict.fromkeys(("articles_recall", "articles_precision", "both_shown", "told_apart"), 1.0),
    **dict.fromkeys(("marked_as_differing", "one_group", "auroc"), 1.0),
    **dict.fromkeys(("false_answers", "falsely_differing"), 0.0),
}


@pytest.fixture
def figures(path):
    """Return the figures of answers to the four questions, those that differ from perfect ones."""
    questions = read_events(path)[0].questions

    def of(*changed: tuple[int, Answer], forced: Answer | None = None) -> dict[str, float]:
        answers = [dict(changed).get(n, answer) for n, answer in enumerate(RIGHT)]
        rows = [
            EventReply(question, answer, answer if answer.found or forced is None else forced)
            for question, answer in zip(questions, answers, strict=True)
        ]
        found = event_figures({"ferry": rows})
        assert found.keys() == PERFECT.keys()
        return {n: f.value for n, f in found.items() if f.value != pytest.approx(PERFECT[n])}

    return of


def test_right_answers_have_perfect_figures(figures):
    assert figures() == {}


WRONG = {"right_first": 2 / 3, "articles_recall": 5 / 6, "articles_precision": 5 / 6}
ALONE = dict.fromkeys(("both_shown", "told_apart", "marked_as_differing"), 0.5)
ALONE |= {"one_group": None, "articles_recall": 4 / 6}


@pytest.mark.parametrize(
    ("number", "answer", "changed"),
    [
        (2, given(0.7, [cited(RAIN)]), WRONG),
        # An article that answers is shown, with another sentence.
        (2, given(0.7, [cited(TWELVE)]), {"right_first": 2 / 3, "articles_recall": 5 / 6}),
        (2, given(0.1, [cited(CAPTAIN)]), {"auroc": 2 / 3}),
        (3, given(0.2, [cited(RAIN)]), {"false_answers": 1.0}),
        (
            0,
            given(0.9, [cited(DOZEN)], grouped(DOZEN, TWELVE), grouped(TEN)),
            {"newest_first": 0.0},
        ),
        (
            0,
            given(0.9, [cited(TWELVE)], grouped(TWELVE), grouped(DOZEN), grouped(TEN)),
            {"one_group": 0.0},
        ),
        (
            1,
            given(0.8, [cited(POLICE)], grouped(POLICE, CHURCH)),
            {"told_apart": 0.5, "marked_as_differing": 0.5},
        ),
        (
            1,
            given(0.8, [cited(POLICE)], grouped(POLICE, differs=False), grouped(CHURCH)),
            {"marked_as_differing": 0.5},
        ),
        (
            1,
            given(0.8, [cited(POLICE), cited(CHURCH)]),
            {"told_apart": 0.5, "marked_as_differing": 0.5},
        ),
        (
            2,
            given(0.7, [cited(CAPTAIN)], grouped(CAPTAIN), grouped(RAIN)),
            {"falsely_differing": 1.0, "articles_precision": 6 / 7},
        ),
        (0, given(0.9, [cited(TWELVE)]), ALONE),
    ],
)
def test_each_figure_falls_where_its_rule_is_broken(figures, number, answer, changed):
    assert figures((number, answer)) == pytest.approx(changed)


def test_what_is_refused_may_still_be_ranked_first(figures):
    refused = {"answered": 2 / 3, "articles_recall": 5 / 6, "auroc": 5 / 6}
    assert figures((2, REFUSED), forced=RIGHT[2]) == pytest.approx(refused)
    wrong = refused | {"right_first": 2 / 3}
    assert figures((2, REFUSED), forced=given(0.2, [cited(RAIN)])) == pytest.approx(wrong)


def test_the_words_that_are_cited_decide_which_value_a_sentence_gives(path):
    both = "Police counted 300 mourners, the church 2,000."
    line = json.loads(json.dumps(LINE).replace(POLICE, both))
    line["questions"][1]["answers"] = [
        {"article": "f-1.txt", "sentence": both, "span": span, "value": span}
        for span in ("300", "2,000")
    ]
    path.write_text(json.dumps(line))
    ((event,),) = [read_events(path)]
    text = event.articles[0].text

    def values(span, article="f-1.txt"):
        return event.questions[1].values_of(citation(text, both, span, article_id=article))

    assert values("300") == {"300"}
    assert values("the church 2,000") == {"2,000"}
    assert values("mourners") == values(None) == {"300", "2,000"}
    assert values("300", "f-2.txt") == set()


def test_every_question_is_asked_of_the_articles_of_all_events(path):
    events = read_events(path)
    models = Models(WordCounts(vocabulary=("died", "mourners")), SharedWords(), calibration())
    found = evaluate_events(models, events)
    asked = {name: found[name].n for name in ("answered", "false_answers", "newest_first")}
    assert asked == {"answered": 6, "false_answers": 2, "newest_first": 2}
    # The events have the same texts, so the first article found may be of either.
    assert found["answered"].value == 1.0


@pytest.mark.parametrize(("each", "readings"), [(False, 4), (True, 4 + 4 * 3)])
def test_each_article_may_be_asked_alone(path, each, readings):
    reader = ScriptedReader({"Ten people": 3.0, "a dozen": 1.0, "12": 0.1})
    models = Models(WordCounts(vocabulary=("ferry", "died", "the")), reader, calibration())
    found = evaluate_events(models, read_events(path)[:1], each=each)
    assert len(reader.asked) == readings
    assert found["articles_recall"].value == pytest.approx(3 / 6)  # the same answer to all


# What is fitted on events


def test_each_pair_of_answers_is_a_row_of_the_fit(path):
    from training import agreement

    (event, _) = read_events(path)
    rows = list(agreement.pairs(event))
    assert [same for _, same in rows] == [False, False, True, False]
    assert [(f["agree"], f["differ"]) for f, _ in rows] == [(0, 1), (0, 1), (1, 0), (0, 1)]


def test_the_fit_prints_weights_and_how_well_they_tell(path, tmp_path, capsys, monkeypatch):
    from training import agreement

    monkeypatch.setattr(agreement, "FOLDS", 2)
    assert agreement.main([str(path)]) == 0
    printed = capsys.readouterr().out
    fitted = dict(re.findall(r'^    "(\w+)": (-?\d+\.\d\d),$', printed, re.M))
    assert fitted.keys() == WEIGHTS.keys()
    assert float(fitted["agree"]) > 0 > float(fitted["differ"])
    assert "pairs 8, of these the same 0.250\naccuracy 1.000\nAUROC 1.000\n" in printed
    assert agreement.main([str(tmp_path / "none.jsonl")]) == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_calibration_asks_of_all_the_articles_and_takes_every_one_that_answers(path):
    from training import calibrate

    (event, _) = read_events(path)
    samples = [s for (s,) in calibrate.ask_events([event], [SharedWords()], WordCounts(), 99)]
    assert {(s.source, s.article, s.evidence.searched) for s in samples} == {("events", "ferry", 3)}
    gold = {s.question: {s.spans[n].sentence.text for n in s.gold} for s in samples}
    assert gold == {
        "How many people died on the ferry?": {TEN, DOZEN, TWELVE},
        "How many mourners were counted?": {POLICE, CHURCH},
        "Who was the captain?": {CAPTAIN},
        "Who built the ferry?": set(),
    }
    assert [s.answerable for s in samples] == [bool(gold[s.question]) for s in samples]
    assert len(list(calibrate.ask_events([event], [SharedWords()], WordCounts(), 2))) == 2


def test_what_tells_another_side_is_fitted_beside_the_other_weights(path, tmp_path, monkeypatch):
    from training import calibrate

    monkeypatch.setattr(calibrate.encoders, "load", WordCounts)
    monkeypatch.setattr(calibrate.readers, "load", lambda *_: SharedWords())
    known = asdict(calibration())
    fits = {SharedWords.name: {name: known[name] for name in known if name != "reader"}}
    fits[SharedWords.name]["thresholds"] = {"lenient": 0.0, "normal": 0.0}
    out = tmp_path / "calibration.json"
    out.write_text(json.dumps(fits))
    editions = tmp_path / "editions.jsonl"
    lines = (ROOT / "data" / "news" / "dev.jsonl").read_text("utf-8").splitlines(keepends=True)
    editions.write_text("".join(lines[:4]))
    arguments = ["--sides", "--editions", str(editions), "--out", str(out)]
    assert calibrate.main([*arguments, "--events", str(path)]) == 0
    (fitted,) = json.loads(out.read_text()).values()
    assert fitted.pop("side").keys() >= {"intercept", "margin", "near"}
    assert fitted == {k: v for k, v in fits[SharedWords.name].items() if k != "side"}
    with pytest.raises(SystemExit):
        calibrate.main(arguments)
