"""Two readers in stages: what is read again, and what is kept of the first."""

from __future__ import annotations

import shutil

import pytest
from harness.fakes import ScriptedReader, WordCounts

from askvisit import passages, reader
from askvisit.errors import ModelError
from askvisit.onnx_model import MODELS
from askvisit.reader.two_stage import LENGTH, WINDOWS, TwoStageReader, likeliest, narrowed
from askvisit.records import Article, Sentence, Span, Window

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


def spans(margins: dict[int, float]) -> list[Span]:
    """Return a span of each paragraph's first sentence, with its margin."""
    return [Span(first_of(p), None, None, margin + 1, 1.0) for p, margin in margins.items()]


def test_the_likeliest_sentences_are_read_again_best_first_and_each_once():
    long = "Filler. " * 100
    text = "\n\n".join(f"Start {n}. {long}" for n in range(6))
    sentences = passages.sentences(Article("a.txt", "A", text))
    whole = Window("a.txt", 0, len(text), text, tuple(sentences))
    firsts = [s for s in sentences if s.text.startswith("Start")]
    margins = [1.0, 5.0, -3.0, 4.0, 2.0, 0.0]
    found = [Span(s, None, None, m, 0.0) for s, m in zip(firsts, margins, strict=True)]
    again = likeliest(found, [whole])
    assert len(again) == WINDOWS
    assert list(again) == [firsts[n] for n in (1, 3, 4, 0)][:WINDOWS]
    assert [window.sentences[0] for window in again.values()] == list(again)


def test_a_sentence_in_a_window_that_is_chosen_takes_no_other():
    again = likeliest(spans({5: 3.0, 6: 2.0, 4: 1.0}), [WHOLE])
    assert [numbers(w) for w in again.values()] == [list(range(12))]
    assert WHOLE.end - WHOLE.start <= LENGTH


def test_of_two_windows_the_one_with_more_room_around_is_narrowed():
    left = Window("a.txt", 0, SENTENCES[11].end, TEXT[: SENTENCES[11].end], tuple(SENTENCES[:12]))
    start = first_of(5).start
    right = Window("a.txt", start, len(TEXT), TEXT[start:], tuple(SENTENCES[10:]))
    (again,) = likeliest(spans({5: 1.0}), [left, right]).values()
    assert numbers(again) == [0, 1, 2, 3, 4, 5]
    assert likeliest([], [left]) == {}


def test_the_second_readers_spans_carry_the_first_ones_margins():
    first = ScriptedReader({"5 boats": 3.0, "7 boats": 1.0})
    second = ScriptedReader({"5": -1.0, "7": 4.0}, otherwise=-7.0)
    both = TwoStageReader("two", first, second, "f" * 64)
    found = {s.sentence: s for s in both.read("How many?", [WHOLE], ["Who sails?"])}
    assert set(first.asked) == set(second.asked) == {"How many?"}
    assert set(first.turns) == set(second.turns) == {("Who sails?",)}
    of_five, of_seven = found[SENTENCES[11]], found[SENTENCES[15]]
    assert (of_five.margin, of_five.first_margin) == (-1.0, 3.0)
    assert (of_seven.margin, of_seven.first_margin) == (4.0, 1.0)
    assert {s.first_margin for s in found.values()} == {3.0, 1.0, -9.0}
    assert (both.name, both.sha256) == ("two", "f" * 64)
    assert both.read("How many?", []) == []


class LengthReader:
    """Says of each sentence how long the text is that it stands in."""

    name, sha256 = "length", ""

    def read(self, question, windows, turns=()):
        return [
            Span(sentence, None, None, float(len(window.text)), 10.0)
            for window in windows
            for sentence in window.sentences
        ]


def test_the_likeliest_is_read_with_and_without_what_stands_around():
    both = TwoStageReader("two", ScriptedReader({"5 boats": 3.0}), LengthReader(), "f" * 64)
    found = {s.sentence: s for s in both.read("How many?", [WHOLE])}
    for sentence in SENTENCES[10:12]:
        assert found[sentence].score == (len(TEXT) + LONE) / 2
        assert found[sentence].null_score == 10.0
    assert found[first_of(4)].score == len(TEXT)


def test_with_one_view_a_paragraph_is_read_again_by_itself():
    both = TwoStageReader("one", ScriptedReader({"5 boats": 3.0}), LengthReader(), "f" * 64, [0])
    found = both.read("How many?", [WHOLE])
    assert found[0].sentence.paragraph - 1 == 5
    assert {span.sentence for span in found} > set(SENTENCES[10:12])
    assert {span.score for span in found} <= {float(len(p)) for p in PARAGRAPHS}
    assert len({span.sentence.paragraph for span in found}) == WINDOWS


def test_sentences_that_are_not_read_again_have_lost():
    long = "\n\n".join(f"Start {n}. " + "Filler. " * 100 for n in range(6))
    sentences = passages.sentences(Article("a.txt", "A", long))
    whole = Window("a.txt", 0, len(long), long, tuple(sentences))
    both = TwoStageReader("two", ScriptedReader({"Start": 1.0}), ScriptedReader({}), "f" * 64)
    found = both.read("What?", [whole])
    assert sorted({s.sentence.paragraph for s in found}) == [1, 2, 3, 4][:WINDOWS]


def test_without_the_large_model_the_way_out_is_the_fast_reader(tmp_path, monkeypatch):
    shutil.copytree(MODELS / "reader", tmp_path / "reader", ignore=shutil.ignore_patterns("float"))
    monkeypatch.setattr(reader, "MODELS", tmp_path)
    for name in (None, "accurate"):
        with pytest.raises(ModelError, match="until then ask with: --reader fast"):
            reader.load(name, WordCounts())
    assert reader.load("fast", WordCounts()).name == "fast"
