"""Two readers in stages: what is read again, and what is kept of the first."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from harness.fakes import ScriptedReader, WordCounts

from askvisit import passages, reader
from askvisit.errors import ModelError
from askvisit.onnx_model import MODELS
from askvisit.reader.two_stage import (
    LENGTH,
    PARAGRAPH,
    Depth,
    TwoStageReader,
    likeliest,
    narrowed,
)
from askvisit.records import MANY, Article, Evidence, Hit, Sentence, Window

PARAGRAPHS = [f"Paragraph {n} begins here. It has {n} boats and it ends." for n in range(12)]
TEXT = "\n\n".join(PARAGRAPHS)
SENTENCES = passages.sentences(Article("a.txt", "A", TEXT))
WHOLE = Window("a.txt", 0, len(TEXT), TEXT, tuple(SENTENCES))
LONE = len(PARAGRAPHS[5])
"""Characters of each of the paragraphs 0 to 9."""


def first_of(paragraph: int) -> Sentence:
    return SENTENCES[2 * paragraph]


def numbers(window: Window) -> list[int]:
    """Return the paragraphs of a window, from 0."""
    assert TEXT[window.start : window.end] == window.text
    return sorted({sentence.paragraph - 1 for sentence in window.sentences})


def test_a_window_is_narrowed_to_whole_paragraphs_on_both_sides():
    assert numbers(narrowed(WHOLE, first_of(5), 1)) == [5]
    assert numbers(narrowed(WHOLE, first_of(5), LONE)) == [5]
    assert numbers(narrowed(WHOLE, first_of(5), 2 * LONE + 2)) == [4, 5], "what is before first"
    assert numbers(narrowed(WHOLE, first_of(5), 3 * LONE + 4)) == [4, 5, 6]
    assert numbers(narrowed(WHOLE, first_of(5), 4 * LONE + 6)) == [3, 4, 5, 6]
    assert numbers(narrowed(WHOLE, first_of(0), 3 * LONE + 4)) == [0, 1, 2]
    assert narrowed(WHOLE, first_of(5), len(TEXT)) == WHOLE


def test_a_part_of_a_window_amid_an_article_keeps_its_offsets():
    start, end = first_of(4).start, SENTENCES[15].end
    part = Window("a.txt", start, end, TEXT[start:end], tuple(SENTENCES[8:16]))
    assert numbers(narrowed(part, first_of(4), 2 * LONE + 2)) == [4, 5]
    assert numbers(narrowed(part, first_of(7), 9999)) == [4, 5, 6, 7]


def test_the_first_of_the_ranked_sentences_are_read_again_each_once():
    again = likeliest(SENTENCES[10:20:2], [WHOLE], 3, PARAGRAPH)
    assert [numbers(w) for w in again] == [[5], [6], [7]]
    again = likeliest([SENTENCES[n] for n in (10, 11, 4, 10)], [WHOLE], 3, PARAGRAPH)
    assert [numbers(w) for w in again] == [[5], [2]], "a second sentence of a paragraph"
    again = likeliest([first_of(5), first_of(6), first_of(8)], [WHOLE], 3, 3 * LONE + 4)
    assert [numbers(w) for w in again] == [[4, 5, 6], [7, 8, 9]]
    assert likeliest(SENTENCES, [WHOLE], 0, LENGTH) == likeliest([], [WHOLE], 3, LENGTH) == []


def test_of_two_windows_the_one_with_more_room_around_is_narrowed():
    left = Window("a.txt", 0, SENTENCES[11].end, TEXT[: SENTENCES[11].end], tuple(SENTENCES[:12]))
    start = first_of(5).start
    right = Window("a.txt", start, len(TEXT), TEXT[start:], tuple(SENTENCES[10:]))
    (again,) = likeliest([first_of(5)], [left, right], 1, LENGTH)
    assert numbers(again) == [0, 1, 2, 3, 4, 5]


def evidence(*windows: Window) -> Evidence:
    """Return windows as they are found for a question that none of their words are in."""
    hit = Hit("a.txt", 0, len(TEXT), TEXT, 0.5, 0.0, 0.0)
    read = {(s.article_id, s.start): 0.0 for window in windows for s in window.sentences}
    return Evidence((hit,), windows, read)


class ScriptedViews(ScriptedReader):
    """A scripted reader of windows; of one paragraph it has twice the scripted score, of one
    sentence six times."""

    def read_each(self, question, windows, turns=()):
        self.asked.append(question)
        self.turns.append(tuple(turns))
        self.windows = list(windows)
        views = [[self._judge(sentence) for sentence in w.sentences] for w in windows]
        return [
            [replace(span, score=_times(window) * span.score) for span in spans]
            for window, spans in zip(windows, views, strict=True)
        ]


def _times(window: Window) -> int:
    if len(window.sentences) == 1:
        return 6
    return 2 if len(numbers(window)) == 1 else 1


def two_stages(first: dict[str, float], second: dict[str, float], **reread) -> TwoStageReader:
    weights = {"margin": 1.0, "bm25": 9.0}
    views = ScriptedViews(second, otherwise=-7.0)
    depth = Depth(**{"passages": 9, "as_likely": 1e-9} | reread)
    return TwoStageReader("two", ScriptedReader(first), views, "f" * 64, weights, depth)


def test_the_second_readers_spans_carry_the_first_ones_margins():
    both = two_stages({"5 boats": 3.0, "7 boats": 1.0}, {"5": -1.0, "7": 4.0}, paragraphs=2)
    found = {s.sentence: s for s in both.read("How many?", evidence(WHOLE), ["Who sails?"])}
    assert {s.paragraph - 1 for s in found} == {5, 7}, "what is not read again has lost"
    of_five, of_seven = found[SENTENCES[11]], found[SENTENCES[15]]
    assert (of_five.margin, of_five.first_margin) == (-2.0, 3.0)
    assert (of_seven.margin, of_seven.first_margin) == (8.0, 1.0)
    assert {s.first_margin for s in found.values()} == {3.0, 1.0, -9.0}
    for stage in (both._first, both._second):
        assert (stage.asked, stage.turns) == (["How many?"], [("Who sails?",)])
    assert (both.name, both.sha256, both.passages) == ("two", "f" * 64, 9)
    assert both.read("How many?", evidence()) == []


@pytest.mark.parametrize(("as_likely", "reread"), [(0.2, [[5]]), (0.1, [[5], [7]])])
def test_what_is_much_less_likely_is_not_read_again(as_likely, reread):
    """A margin of 2 less is e ** -2 = 0.135 as likely."""
    script = {"5 boats": 3.0, "7 boats": 1.0}
    both = two_stages(script, {}, as_likely=as_likely, paragraphs=2)
    both.read("How many?", evidence(WHOLE))
    assert [numbers(window) for window in both._second.windows] == reread
    both = two_stages(script, {}, as_likely=as_likely, sentences=2)
    both.read("How many?", evidence(WHOLE))
    assert len(both._second.windows) == len(reread)


def test_a_paragraph_of_each_of_the_likeliest_articles_is_read_again():
    """They may say something else than the first, whose paragraphs would be all that is reread."""
    second, third = (
        replace(
            WHOLE, article_id=name, sentences=tuple(passages.sentences(Article(name, "", TEXT)))
        )
        for name in ("b.txt", "c.txt")
    )

    def reread(**depth) -> list[tuple[str, list[int]]]:
        both = two_stages({"5 boats": 3.0, "7 boats": 2.0}, {}, paragraphs=2, **depth)
        found = evidence(WHOLE, second, third)
        likelier = {("a.txt", SENTENCES[n].start): 9.0 for n in (11, 15)}
        likelier |= {("b.txt", SENTENCES[15].start): 8.9, ("c.txt", SENTENCES[11].start): 8.5}
        both.read("How many?", replace(found, bm25={**found.bm25, **likelier}))
        return [(window.article_id, numbers(window)) for window in both._second.windows]

    of_first = [("a.txt", [5]), ("a.txt", [7])]
    assert reread(articles=1) == of_first
    assert reread(articles=2) == [*of_first, ("b.txt", [7])]
    assert reread(articles=3) == [*of_first, ("b.txt", [7]), ("c.txt", [5])]
    only_first = reread(articles=3, as_likely=0.3)
    assert only_first == reread(articles=3), "of an article, the likeliest, however unlikely"


@pytest.mark.parametrize(("searched", "reread"), [(MANY - 1, [5]), (MANY, [5, 7, 2])])
def test_among_many_articles_more_paragraphs_are_read_again(searched, reread):
    scores = {"5 boats": 3.0, "7 boats": 2.0, "2 boats": 1.0}
    both = two_stages(scores, {}, paragraphs=1, among=2)
    both.read("How many?", replace(evidence(WHOLE), searched=searched))
    assert [n for window in both._second.windows for n in numbers(window)] == reread


def test_what_retrieval_found_counts_in_the_choice_of_what_is_read_again():
    both = two_stages({"5 boats": 3.0, "7 boats": 1.0}, {}, paragraphs=1)
    found = evidence(WHOLE)
    named = {("a.txt", SENTENCES[15].start): 5.0}
    read = both.read("How many?", replace(found, bm25={**found.bm25, **named}))
    assert {span.sentence.paragraph - 1 for span in read} == {7}


def test_the_best_places_are_also_read_with_what_stands_around():
    both = two_stages({"5 boats": 3.0, "7 boats": 1.0}, {"boats": 1.0}, windows=1, paragraphs=2)
    found = {s.sentence: s for s in both.read("How many?", evidence(WHOLE))}
    assert WHOLE.end - WHOLE.start <= LENGTH
    assert [numbers(w) for w in both._second.windows] == [list(range(12)), [5], [7]]
    assert found[SENTENCES[11]].score == found[SENTENCES[15]].score == (1.0 + 2.0) / 2
    assert found[SENTENCES[1]].score == 1.0, "seen in the window alone"


def test_the_best_sentences_are_also_read_alone():
    both = two_stages(
        {"5 boats": 3.0, "7 boats": 1.0},
        {"boats": 1.0},
        windows=1,
        paragraphs=2,
        sentences=1,
    )
    found = {s.sentence: s for s in both.read("How many?", evidence(WHOLE))}
    assert [len(w.sentences) for w in both._second.windows] == [24, 2, 2, 1]
    assert both._second.windows[-1].text == "It has 5 boats and it ends."
    assert found[SENTENCES[11]].score == (1.0 + 2.0 + 6.0) / 3
    assert found[SENTENCES[15]].score == (1.0 + 2.0) / 2


@pytest.mark.parametrize(("best", "articles", "reread"), [(4.0, 1, 1), (3.0, 1, 2), (4.0, 2, 2)])
def test_of_one_article_no_more_is_read_again_once_both_readers_are_sure(best, articles, reread):
    both = two_stages(
        {"5 boats": 3.0, "7 boats": 1.0}, {"5 boats": best, "7": 5.0}, paragraphs=2, sure=8.0
    )
    other = Window(
        "b.txt", 0, len(TEXT), TEXT, tuple(replace(s, article_id="b.txt") for s in SENTENCES)
    )
    both.read("How many?", evidence(WHOLE, *[other][: articles - 1]))
    assert len(both._second.windows) == reread


def test_where_the_readers_disagree_all_is_read_again():
    both = two_stages(
        {"5 boats": 3.0, "5 and": 2.0}, {"boats": 1.0, "and": 9.0}, paragraphs=2, sure=8.0
    )
    both.read("How many?", evidence(WHOLE))
    assert len(both._second.asked) == 2


def test_a_paragraph_of_one_sentence_is_read_once():
    short = "It has 5 boats."
    (sentence,) = passages.sentences(Article("a.txt", "A", short))
    window = Window("a.txt", 0, len(short), short, (sentence,))
    both = two_stages({"5 boats": 3.0}, {"boats": 1.0}, windows=2, paragraphs=4, sentences=2)
    hit = Hit("a.txt", 0, len(short), short, 0.5, 0.0, 0.0)
    (span,) = both.read("How many?", Evidence((hit,), (window,), {("a.txt", 0): 0.0}))
    assert (both._second.windows, span.score) == ([window], 6.0)


def test_a_window_of_one_paragraph_is_read_once():
    start, end = first_of(5).start, SENTENCES[11].end
    alone = Window("a.txt", start, end, TEXT[start:end], tuple(SENTENCES[10:12]))
    both = two_stages({"5 boats": 3.0}, {"boats": 1.0}, windows=1, paragraphs=2)
    found = both.read("How many?", evidence(alone))
    assert both._second.windows == [alone]
    assert [span.score for span in found] == [-14.0, 2.0]


def test_without_the_large_model_the_small_one_reads_alone(tmp_path, monkeypatch):
    shutil.copytree(MODELS / "reader", tmp_path / "reader", ignore=shutil.ignore_patterns("float"))
    monkeypatch.setattr(reader, "MODELS", tmp_path)
    for name in (None, "accurate"):
        with pytest.raises(ModelError, match="until then ask with: --reader fast"):
            reader.load(name, WordCounts())
    with pytest.warns(UserWarning, match="the small model reads alone"):
        assert reader.load("fast", WordCounts()).name == "small"


def test_without_the_small_model_no_other_reader_is_recommended(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "MODELS", tmp_path)
    for name in ("accurate", "fast", "small"):
        with pytest.raises(ModelError, match="install askvisit again") as told:
            reader.load(name, WordCounts())
        assert "--reader" not in str(told.value)
