"""Fitting: weights that made the answers are found again, and sources count by their weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from harness.fakes import SharedWords, WordCounts

from askvisit import fitting, ranking
from askvisit.calibration import Calibration
from askvisit.errors import DataError
from askvisit.evaluation.questions import Question
from askvisit.fitting import Judgement, Sample, calibration_error, fit, judge, rates, report
from askvisit.index import open_index
from askvisit.records import ArticleMatch, Evidence, Hit, Sentence, Span, Window
from training.calibrate import fit_side, of_several

TEXT = "\n".join(f"Line {n:02d} is here." for n in range(6))
WIDTH = len("Line 00 is here.")
SENTENCES = [
    Sentence("a.txt", n + 1, n * (WIDTH + 1), n * (WIDTH + 1) + WIDTH, f"Line {n:02d} is here.")
    for n in range(6)
]
WINDOW = Window("a.txt", 0, len(TEXT), TEXT, tuple(SENTENCES))


def sample(
    rng: np.random.Generator,
    *,
    article: str = "0",
    source: str = "news",
    answerable: bool = True,
    weights: tuple[float, float, float] = (1.0, 0.8, 0.5),
    first: float | None = None,
    shift: float = 0.0,
    far: bool = False,
) -> Sample:
    """A question about six sentences; the right one is drawn by the weights (a conditional logit).

    shift: added to all margins where it is answerable.
    """
    margins = rng.normal(0, 2, 6) + (shift if answerable else 0.0)
    dense, bm25 = rng.uniform(0, 1, 6), rng.uniform(0, 5, 6)
    hits = tuple(
        Hit("a.txt", s.start, s.end, s.text, float(d), 0.0, 0.0)
        for s, d in zip(SENTENCES, dense, strict=True)
    )
    scores = {(s.article_id, s.start): float(b) for s, b in zip(SENTENCES, bm25, strict=True)}
    evidence = Evidence(hits, (WINDOW,), scores)
    firsts = [None] * 6 if first is None else [float(x) for x in rng.normal(0, 2, 6)]
    spans = [
        Span(s, None, None, float(m), 0.0, f)
        for s, m, f in zip(SENTENCES, margins, firsts, strict=True)
    ]
    names = ("margin", "dense", "bm25", "first")
    used = dict(zip(names, (*weights, first or 0.0), strict=True))
    rows = ranking.rank_rows(evidence, spans)
    likely = np.exp([sum(used[name] * row[name] for name in names if name in row) for row in rows])
    gold = (int(rng.choice(6, p=likely / likely.sum())),) if answerable else ()
    return Sample(source, article, "Who came?", evidence, spans, gold, answerable, far)


def many(count: int, seed: int = 0, **options) -> list[Sample]:
    rng = np.random.default_rng(seed)
    return [sample(rng, article=str(n % 20), answerable=n % 3 > 0, **options) for n in range(count)]


@pytest.fixture(scope="module")
def shifted() -> tuple[list[Sample], Calibration]:
    """Return samples whose answers are mostly found, and the fit to them."""
    samples = many(3000, shift=3.0)
    return samples, fit(samples, "r")


def test_the_weights_that_made_the_answers_are_found_again():
    fitted = fit(many(3000), "r")
    assert fitted.rank["margin"] == pytest.approx(1.0, abs=0.1)
    assert fitted.rank["dense"] == pytest.approx(0.8, abs=0.1)
    assert fitted.rank["bm25"] == pytest.approx(0.5, abs=0.1)
    assert set(fitted.confidence) == {"intercept", "margin", "dense", "gap", "expected"}
    assert set(fitted.share) == {"intercept", "margin", "behind", "rank", "settled"}


def test_the_margin_of_a_first_reader_has_a_weight_of_its_own():
    fitted = fit(many(3000, first=0.6), "r")
    assert fitted.rank["first"] == pytest.approx(0.6, abs=0.1)
    assert fitted.rank["margin"] == pytest.approx(1.0, abs=0.1)
    assert set(fitted.confidence) == {"intercept", "margin", "dense", "gap", "first", "expected"}


def test_the_confidence_is_the_share_in_which_a_cited_sentence_is_right(shifted):
    _, fitted = shifted
    sure, right = [], []
    for one in many(1500, seed=1, shift=3.0):
        shown = ranking.choose(ranking.rank(one.evidence, one.spans, fitted), 0)
        sure.append(shown[0].confidence)
        right.append(fitting.has_answer(one, [candidate.span for candidate in shown]))
    assert calibration_error(sure, right) < 0.08, "it jumps where a second sentence is cited too"
    assert np.std(sure) > 0.15, "it tells questions apart"


@pytest.mark.parametrize(("second", "right"), [(4.5, True), (-4.0, False)])
def test_an_answer_counts_as_right_if_a_further_citation_is(second, right):
    one = sample(np.random.default_rng(0))
    margins = (5.0, second, -9.0, -9.0, -9.0, -9.0)
    spans = [replace(s, score=m, null_score=0.0) for s, m in zip(one.spans, margins, strict=True)]
    asked = [replace(one, spans=spans, gold=(1,))]
    rule = {"intercept": 0.0, "margin": 1.0}
    assert fitting._confidence_data(asked, {"margin": 1.0}, rule)[1].tolist() == [right]


@pytest.mark.parametrize(
    ("quoted", "needed", "answers"),
    [((0,), 0, True), ((0,), 2, True), ((0,), 3, False), ((0, 1), 3, True), ((4, 5), 0, False)],
)
def test_half_of_the_sentences_needed_are_an_answer(quoted, needed, answers):
    one = replace(sample(np.random.default_rng(0)), gold=(0, 1, 2), needed=needed)
    assert fitting.has_answer(one, [one.spans[n] for n in quoted]) == answers


def story(rng: np.random.Generator, article: str) -> Sample:
    """A question that three of six sentences answer, which are the ones with most evidence."""
    made = sample(rng, article=article, source="broad")
    gold = tuple(int(n) for n in rng.choice(6, 3, replace=False))
    spans = [
        replace(span, evidence=float(rng.normal(3 if n in gold else -3, 1)))
        for n, span in enumerate(made.spans)
    ]
    return replace(made, spans=spans, gold=gold, needed=3)


def test_as_many_sentences_are_quoted_as_the_evidence_says():
    rng = np.random.default_rng(0)
    stories = [story(rng, str(n % 20)) for n in range(300)]
    facts = [
        replace(
            s,
            spans=[
                replace(x, evidence=float(rng.normal(3 if n in s.gold else -3, 1)))
                for n, x in enumerate(s.spans)
            ],
        )
        for s in many(300)
    ]
    judged = judge([*stories, *facts], "r")
    told = of_several(judged)
    assert told["sentence_recall"] > 0.95
    assert told["sentence_precision"] > 0.95
    assert told["all_sentences"] > 0.9
    single = [j for j in judged if j.sample.answerable and not j.sample.needed]
    assert np.mean([len(j.quoted) for j in single]) < 1.1


def test_a_sentence_that_only_adds_is_quoted_where_it_is_likely():
    rng = np.random.default_rng(0)
    stories = [story(rng, str(n % 20)) for n in range(200)]
    nothing = [replace(s, gold=(), needed=0, answerable=False) for s in stories[:20]]
    useful = [replace(s, gold=s.gold[:1], needed=1, useful=s.gold[1:]) for s in stories]
    fitted = fit([*useful, *nothing], "r")
    shares = [c.share for s in useful for c in ranking.rank(s.evidence, s.spans, fitted)]
    expected = np.mean([1 + 2 * fitting.USEFUL])
    assert sum(shares) / len(useful) == pytest.approx(expected, abs=0.15)


def test_each_strictness_answers_its_share_of_the_answerable(shifted):
    samples, fitted = shifted
    sure = [
        ranking.rank(s.evidence, s.spans, fitted)[0].confidence for s in samples if s.answerable
    ]
    for level, share in fitting.ANSWERED.items():
        given = np.mean([c >= fitted.thresholds[level] for c in sure])
        assert given == pytest.approx(share, abs=0.01)


def test_a_threshold_refuses_neither_its_own_question_nor_all():
    clear = [
        replace(s, spans=[replace(x, score=60.0 * (n in s.gold)) for n, x in enumerate(s.spans)])
        for s in many(60)
    ]
    fitted = fit(clear, "r")
    assert max(fitted.thresholds.values()) < 1
    sure = [ranking.rank(s.evidence, s.spans, fitted)[0].confidence for s in clear if s.answerable]
    assert np.mean([c >= fitted.thresholds["normal"] for c in sure]) >= fitting.ANSWERED["normal"]


def test_both_kinds_of_questions_are_needed():
    samples = many(60)
    for some in (
        [s for s in samples if s.answerable],
        [s for s in samples if not s.answerable],
        [],
        [replace(s, spans=[]) for s in samples],
    ):
        with pytest.raises(DataError, match="needs questions that the articles answer and some"):
            fit(some, "r")


def test_a_reader_that_finds_no_answer_cannot_be_fitted():
    lost = [replace(s, gold=()) for s in many(60)]
    with pytest.raises(DataError, match="finds none of the answers"):
        fit(lost, "r")


def contrary() -> tuple[list[Sample], list[Sample]]:
    """Samples of two sources: margins tell the answer in one and mislead in the other."""
    return (
        many(300, weights=(1.0, 0.0, 0.0), source="pages"),
        many(300, seed=1, weights=(-1.0, 0.0, 0.0), source="encyclopedia"),
    )


def sureness(fitted: Calibration, samples: list[Sample]) -> list[float]:
    return [ranking.rank(s.evidence, s.spans, fitted)[0].confidence for s in samples]


def test_sources_count_the_same_however_many_questions_they_have():
    telling, misleading = contrary()
    once = fit([*telling, *misleading], "r")
    again = fit([*telling * 5, *misleading], "r")
    assert again.rank == pytest.approx(once.rank, abs=0.02)
    assert sureness(again, telling) == pytest.approx(sureness(once, telling), abs=0.03)
    assert again.thresholds == pytest.approx(once.thresholds, abs=0.02)
    assert abs(once.rank["margin"]) < 0.2
    assert fit(telling, "r").rank["margin"] > 0.8


def test_news_counts_as_much_in_the_fit_as_two_other_sources():
    telling, misleading = contrary()
    news = [replace(s, source="news") for s in telling]
    pages = fit([*telling, *[replace(s, source="more pages") for s in telling], *misleading], "r")
    found = fit([*news, *misleading], "r")
    assert found.rank == pytest.approx(pages.rank, abs=0.02)
    assert sureness(found, telling) == pytest.approx(sureness(pages, telling), abs=0.03)
    assert found.rank["margin"] > fit([*telling, *misleading], "r").rank["margin"] + 0.1


def test_every_question_is_judged_once_by_a_fit_to_other_articles(monkeypatch):
    samples = many(200)
    fits = []
    true_fit = fitting.fit

    def recorded(some, reader):
        fitted = true_fit(some, reader)
        fits.append(({s.article for s in some}, fitted))
        return fitted

    monkeypatch.setattr(fitting, "fit", recorded)
    judged = judge(samples, "r")
    assert sorted(id(j.sample) for j in judged) == sorted(map(id, samples))
    assert len(fits) == fitting.FOLDS
    for articles, fitted in fits:
        held = [j for j in judged if j.sample.article not in articles]
        assert held
        for j in held:
            best = ranking.rank(j.sample.evidence, j.sample.spans, fitted)[0]
            assert j.confidence == best.confidence
    assert sum(j.sample.article not in articles for articles, _ in fits for j in judged) == len(
        judged
    )


def judgement(given: str, *, right: bool, answerable: bool, gold=(0,), far=False, source="news"):
    one = sample(np.random.default_rng(0), source=source, answerable=answerable, far=far)
    levels = frozenset(given.split())
    sure = {0: 0.1, 1: 0.4, 2: 0.6, 3: 0.9}[len(levels)]
    asked = replace(one, gold=gold if answerable else ())
    return Judgement(asked, (0,), right, right, sure, levels)


ALL = "lenient normal strict"
JUDGED = [
    judgement(ALL, right=True, answerable=True),
    judgement("lenient normal", right=True, answerable=True),
    judgement("lenient", right=False, answerable=True),
    judgement(ALL, right=False, answerable=True, gold=()),  # its sentence was not read to the end
    judgement("lenient normal", right=False, answerable=False),
    judgement("", right=False, answerable=False),
    judgement("lenient", right=False, answerable=False, far=True),
    judgement(ALL, right=True, answerable=True, source="encyclopedia"),
]


def test_what_to_expect_is_told_for_each_source():
    told = rates(JUDGED)
    assert told["lenient"]["news"] == {
        "answered": 1.0,
        "right": 0.5,
        "false_near": 0.5,
        "false_far": 1.0,
    }
    assert told["normal"]["news"]["answered"] == 0.75
    assert told["normal"]["news"]["false_near"] == 0.5
    assert told["strict"]["news"] == {
        "answered": 0.5,
        "right": 0.25,
        "false_near": 0.0,
        "false_far": 0.0,
    }
    assert told["strict"]["encyclopedia"] == {"answered": 1.0, "right": 1.0}


def test_the_report_counts_a_lost_answer_as_answerable():
    told = report(JUDGED[:7])
    assert told["questions"] == 7
    assert told["ranked_first"] == 0.5
    # answerable: 0.9 0.6 0.4 0.9; near: 0.6 0.1; of 8 pairs one is lost and one is a draw
    assert told["auroc_near"] == pytest.approx(6.5 / 8)


def test_the_report_leaves_out_what_is_undefined():
    assert "auroc_near" not in report([j for j in JUDGED if j.sample.answerable or j.sample.far])


def test_the_calibration_error_is_the_gap_between_sureness_and_truth():
    assert calibration_error([0.75] * 4, [True, True, True, False]) == 0
    assert calibration_error([0.2, 0.2, 0.95, 0.95], [False, True, True, True]) == pytest.approx(
        (2 * 0.3 + 2 * 0.05) / 4
    )
    assert calibration_error([1.0, 1.0], [True, True]) == 0
    assert calibration_error([0.9] * 10, [False] * 10) == pytest.approx(0.9)


def test_a_fit_can_be_kept_and_read_again():
    fitted = fit(many(200), "r")
    kept = fitting.as_json(fitted, "f" * 64, rates(JUDGED))
    again = Calibration(reader="r", **kept)
    assert again == replace(fitted, sha256="f" * 64, rates=rates(JUDGED))


def test_an_index_is_asked_questions_whose_sentences_are_known(small):
    opened = "The mayor opened the bridge on Monday."
    questions = [
        Question("Who opened the bridge?", (f"{opened[:9]}\n{opened[10:]}",)),
        Question("Who sang?", (), (), "unanswerable-near"),
        Question("How is bread made?", (), (), "unanswerable-far"),
        Question("Who flew?", ("A sentence that is not there.",)),
    ]
    samples = fitting.ask(open_index(small), WordCounts(), SharedWords(), questions)
    assert [(s.answerable, s.far, bool(s.gold)) for s in samples] == [
        *((True, False, True), (False, False, False), (False, True, False), (True, False, False))
    ]
    assert [samples[0].spans[n].sentence.text for n in samples[0].gold] == [opened]
    assert len({s.article for s in samples}) == 4


def test_a_question_is_read_with_a_mark_as_when_it_is_asked(small, monkeypatch):
    reader, asked = SharedWords(), []
    monkeypatch.setattr(reader, "read", lambda question, evidence: asked.append(question) or [])
    questions = [Question("who opened the bridge", ("x",)), Question("Who sang?", ())]
    fitting.ask(open_index(small), WordCounts(), reader, questions)
    assert asked == ["who opened the bridge?", "Who sang?"]


def test_a_question_to_articles_none_of_which_answers_counts_less():
    one, two = many(3)[1:]
    crowd = [replace(s, evidence=replace(s.evidence, searched=9)) for s in (one, two)]
    absent = replace(crowd[1], answerable=False, gold=())
    shares = fitting._shares([crowd[0], absent])
    assert shares.sum() == pytest.approx(1)
    assert shares[1] / shares[0] == pytest.approx(fitting.ABSENT)
    alone = fitting._shares([one, replace(two, answerable=False, gold=())])
    assert alone[0] == pytest.approx(alone[1])


def test_whether_another_article_answers_too_is_fitted_to_those_that_do():
    """Here an article is right if it lacks nothing, however sure its sentences are."""
    rng, samples = np.random.default_rng(3), many(120)
    names = [f"{n}.txt" for n in range(6)]
    sentences = [replace(s, article_id=name) for s, name in zip(SENTENCES, names, strict=True)]
    window = [Window(s.article_id, s.start, s.end, s.text, (s,)) for s in sentences]
    crowd = []
    for number, one in enumerate(samples):
        lacking = rng.uniform(0, 1, 6) > 0.5
        matches = {
            n: ArticleMatch(lacks=float(lack)) for n, lack in zip(names, lacking, strict=True)
        }
        evidence = Evidence(
            tuple(
                replace(hit, article_id=name)
                for hit, name in zip(one.evidence.hits, names, strict=True)
            ),
            tuple(window),
            {(s.article_id, s.start): 1.0 for s in sentences},
            matches,
            searched=6,
        )
        spans = [replace(s, sentence=t) for s, t in zip(one.spans, sentences, strict=True)]
        gold = tuple(n for n in range(6) if not lacking[n])
        answerable = number % 4 > 0 and bool(gold)
        crowd.append(
            replace(
                one,
                evidence=evidence,
                spans=spans,
                gold=gold if answerable else (),
                answerable=answerable,
            )
        )
    fitted = fit(crowd, "scripted")
    assert set(fitted.also) >= {"intercept", "lacks"}
    assert fitted.also["lacks"] < -1
    assert fit(samples, "scripted").also == {}  # each was asked of one article


def test_another_side_is_fitted_to_events_beside_facts_of_single_articles():
    """Here the sentence right after the answer tells the other side of an event."""
    facts = many(90, seed=1)
    fitted = replace(fit(facts, "scripted"), thresholds={"lenient": 0.0, "normal": 0.0})
    disputes = []
    for one in many(90, seed=2):
        first = ranking.rank(one.evidence, one.spans, fitted)[0].span
        place = one.spans.index(first)
        disputes.append(replace(one, source="events", gold=(place, min(place + 1, 5))))
    side = fit_side([*facts, *disputes], fitted)
    assert side["near"] < -0.5
    assert fit_side(facts, fitted) == {}
