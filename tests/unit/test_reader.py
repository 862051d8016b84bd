"""Readers: sentence by cosine, exactly; spans by the bundled model."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import warnings
from collections.abc import Sequence
from dataclasses import replace
from math import exp, log
from pathlib import Path

import numpy as np
import pytest
from harness.fakes import BRIDGE, ROOT, VISIT, WordCounts, calibration
from harness.tiny_reader import write_tiny_reader

from askvisit import Assistant, encoder
from askvisit import passages as cutting
from askvisit import reader as readers
from askvisit.errors import ModelError
from askvisit.index import open_index
from askvisit.onnx_model import MODELS
from askvisit.reader import SentenceReader, hub_model, span_reader
from askvisit.reader.onnx import LONGEST_HISTORY, LONGEST_TITLE, OnnxReader
from askvisit.reader.span_reader import best_spans
from askvisit.reader.two_stage import TwoStageReader
from askvisit.records import Article, Evidence, Sentence, Window
from askvisit.retriever import Retriever

VISIT_TEXT = (ROOT / "index" / "articles" / VISIT).read_bytes().decode()


def windows(text: str, length: int = cutting.WINDOW_LENGTH) -> list[Window]:
    article = Article("a.txt", "A", text)
    return cutting.windows(article, cutting.sentences(article), length)


def evidence(windows: Sequence[Window]) -> Evidence:
    """Return evidence without what only ranking asks for."""
    return Evidence((), tuple(windows), {})


@pytest.fixture(scope="module")
def bundled() -> OnnxReader:
    return OnnxReader(MODELS / "reader", "small")


def test_a_sentence_is_judged_by_its_cosine():
    spans = SentenceReader(WordCounts()).read("The mayor's bridge?", evidence(windows(BRIDGE)))
    scores = {span.sentence.text: span.score for span in spans}
    assert len(scores) == 6
    assert scores["The mayor opened the bridge on Monday."] == pytest.approx(1.0)
    assert scores["The minister came to see the bridge."] == pytest.approx(0.5)
    assert scores["A Bridge for the Town"] == pytest.approx(0.5**0.5)
    assert {(span.start, span.end, span.null_score) for span in spans} == {(None, None, 0.0)}


def test_a_sentence_in_two_windows_is_judged_once():
    twice = windows(BRIDGE, 250)
    assert sum(len(window.sentences) for window in twice) > 6
    assert len(SentenceReader(WordCounts()).read("mayor", evidence(twice))) == 6


@pytest.mark.parametrize("reader", ["sentence", "bundled"])
def test_no_windows_give_no_spans(reader, bundled):
    chosen = SentenceReader(WordCounts()) if reader == "sentence" else bundled
    assert chosen.read("Who?", evidence([])) == []


@pytest.mark.parametrize(
    ("starts", "ends", "best"),
    [
        ([0, 5, 0], [0, 0, 4], (1, 2)),
        ([0, 0, 5], [4, 1, 0], (2, 2)),  # an end before the start does not count
        ([3], [4], (0, 0)),
        ([9] + [0] * 49, [0] * 49 + [9], (0, 0)),  # fifty tokens are too many
        ([9] + [0] * 39, [0] * 39 + [9], (0, 39)),
    ],
)
def test_the_best_span_of_a_sentence_and_the_score_of_all(starts, ends, best):
    found, score = best_spans(np.array(starts, np.float32), np.array(ends, np.float32), 0.0)
    assert found[0] == best
    pairs = [(n, m) for n in range(len(starts)) for m in range(n, min(n + 40, len(ends)))]
    assert score == pytest.approx(log(sum(exp(starts[n] + ends[m]) for n, m in pairs)))


@pytest.mark.parametrize(
    ("null_score", "spans"),
    [
        (0.0, [(1, 1), (4, 4), (7, 7)]),  # the next span is six logits behind the best
        (7.0, [(1, 1), (4, 4)]),
        (20.0, [(1, 1)]),  # the best is kept, however unlikely
    ],
)
def test_further_spans_are_likelier_than_no_answer_and_nearly_as_likely_as_the_best(
    null_score, spans
):
    tokens = np.array([-9, 5, -9, -9, 4, -9, -9, 3, -9, 2], np.float32)
    assert best_spans(tokens, tokens, null_score)[0] == spans


def test_an_accent_of_its_own_belongs_to_the_word():
    text = "Zu\u0308rich is big."
    sentence = Sentence("a.txt", 1, 0, len(text), text)
    window = Window("a.txt", 0, len(text), text, (sentence,))
    scores = np.array([5.0, 0.0, 0.0, 0.0, 0.0], np.float32)
    offsets = [(0, 2), (3, 8), (9, 11), (12, 15), (15, 16)]
    (span,) = span_reader._spans(window, span_reader.Logits(scores, scores, offsets, 0.0))
    assert text[span.start : span.end] == "Zu\u0308rich"


def test_of_spans_that_meet_in_one_word_the_likeliest_is_kept():
    sentence = Sentence("a.txt", 1, 0, 15, "Underground ran")
    window = Window("a.txt", 0, 15, sentence.text, (sentence,))
    offsets = [(0, 5), (5, 11), (12, 15)]  # "Under" is likeliest, "##ground ran" comes next
    starts, ends = np.array([5.0, 4.0, -9.0]), np.array([5.0, -9.0, 4.0])
    assert best_spans(starts, ends, 0.0)[0] == [(0, 0), (1, 2)]
    (span,) = span_reader._spans(window, span_reader.Logits(starts, ends, offsets, 0.0))
    assert span.ranges == ((0, 11),)


def test_the_bundled_reader_marks_the_answer_in_every_sentence(bundled):
    spans = bundled.read("When did Xi meet Kim Jong Il?", evidence(windows(VISIT_TEXT)))
    sentences = cutting.sentences(Article("a.txt", "A", VISIT_TEXT))
    assert sorted(span.sentence.start for span in spans) == [s.start for s in sentences]
    best = max(spans, key=lambda span: span.margin)
    assert VISIT_TEXT[best.start : best.end] == "2009"
    assert best.margin > 0
    for span in spans:
        assert span.sentence.start <= span.start < span.end <= span.sentence.end
        words = VISIT_TEXT[span.start : span.end]
        assert words == words.strip()
        before, after = VISIT_TEXT[span.start - 1 : span.start + 1], VISIT_TEXT[span.end - 1 :][:2]
        assert not (len(before) == 2 and before.isalnum())
        assert not after.isalnum() or len(after) < 2


def test_the_bundled_reader_knows_a_question_from_elsewhere(bundled):
    spans = bundled.read("How do I bake sourdough bread?", evidence(windows(VISIT_TEXT)))
    assert max(span.margin for span in spans) < 0


def test_the_bundled_reader_reads_text_that_is_longer_than_the_model(bundled):
    filler = "Nothing of any weight was said by anybody on that long day, or on the next. "
    text = filler * 40 + "The prize was won by Ada Lovelace. " + filler * 40
    (window,) = windows(text, 10_000)
    spans = bundled.read("Who won the prize?", evidence([window]))
    assert len(spans) == len(window.sentences) == 81
    best = max(spans, key=lambda span: span.margin)
    assert text[best.start : best.end] == "Ada Lovelace"


@pytest.mark.parametrize(
    "text", ["🙂 🙂\u200d🙂 word.", "习近平。", "\u0301\u0301a.", "x" * 3000, "A\x07b."]
)
def test_the_bundled_reader_takes_any_text(bundled, text):
    for span in bundled.read("Who is it? " + text[:50], evidence(windows(text))):
        assert span.sentence.start <= span.start < span.end <= span.sentence.end


def test_a_title_is_read_before_a_text_where_the_model_has_learned_it(bundled, monkeypatch):
    model, read, run = bundled.model, [], bundled.model.run_pairs
    monkeypatch.setattr(
        model, "run_pairs", lambda first, texts: read.append(texts) or run(first, texts)
    )
    (window,) = windows(BRIDGE)
    titled = replace(window, title="Oslo " * 60)
    plain = bundled.read("Who opened it?", evidence([titled]))
    monkeypatch.setattr(bundled, "_reads_titles", True)
    found = bundled.read("Who opened it?", evidence([titled]))
    bundled.read("Who opened it?", evidence([replace(window, title="")]))
    (before,), (behind,), (untitled,) = read
    assert before == untitled
    assert behind[-len(before) :] == before
    assert len(behind) == len(before) + LONGEST_TITLE + 1
    assert behind[LONGEST_TITLE] == model.layout.separator
    assert [s.sentence for s in found] == [s.sentence for s in plain]
    assert [s.score for s in found] != [s.score for s in plain]
    assert all(BRIDGE[s.start : s.end] in s.sentence.text for s in found)


def test_turns_are_read_before_a_question_where_the_model_has_learned_it(bundled, monkeypatch):
    model, asked, run = bundled.model, [], bundled.model.run_pairs
    monkeypatch.setattr(
        model, "run_pairs", lambda first, texts: asked.append(list(first)) or run(first, texts)
    )
    question, turns = "Who opened it?", ["What was built? a bridge", "Where? " + "near Oslo " * 40]
    plain = model.tokens(question).ids
    for learned in (False, True):
        monkeypatch.setattr(bundled, "_reads_turns", learned)
        bundled.read(question, evidence(windows(BRIDGE)), turns)
    first, second = asked
    assert first == plain
    assert second[-len(plain) :] == plain
    assert len(second) == len(plain) + LONGEST_HISTORY
    assert second[-len(plain) - 1] == model.layout.separator


def test_a_question_may_be_long(bundled):
    spans = bundled.read("Who met Kim? " * 150, evidence(windows(VISIT_TEXT)[:1]))
    assert spans


def test_readers_by_name(tmp_path):
    accurate = readers.load(None, WordCounts())
    fast, small = (readers.load(name, WordCounts()) for name in ("fast", "small"))
    assert isinstance(accurate, TwoStageReader)
    assert isinstance(fast, TwoStageReader)
    assert isinstance(small, OnnxReader)
    assert (accurate.name, fast.name, small.name) == ("accurate", "fast", "small")
    assert readers.load("accurate", WordCounts()).sha256 == accurate.sha256
    assert len({accurate.sha256, fast.sha256, small.sha256}) == 3
    assert isinstance(readers.load("sentence-cosine", WordCounts()), SentenceReader)
    with pytest.raises(ModelError, match=str(tmp_path)):
        readers.load(str(tmp_path), WordCounts())


def test_fast_reads_and_rereads_less(monkeypatch):
    found = Retriever(open_index(ROOT / "index"), encoder.load()).gather(
        "Who met Putin?", passages=16
    )
    read, passages = {}, {}
    for name in ("accurate", "fast"):
        reader = readers.load(name, WordCounts())
        passages[name] = reader.passages
        reread = reader._second.read_each

        def counted(question, windows, turns, name=name, reread=reread):
            counts = [len({s.paragraph for s in window.sentences}) for window in windows]
            read.setdefault(name, []).append(counts)
            return reread(question, windows, turns)

        monkeypatch.setattr(reader._second, "read_each", counted)
        assert reader.read("Who met Putin?", found)
    assert passages["fast"] < passages["accurate"]
    assert {paragraphs for counts in read["fast"] for paragraphs in counts} == {1}
    assert len(read["fast"][0]) < len(read["fast"][-1]) < len(read["accurate"][-1])
    assert max(read["accurate"][-1]) > 1


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    return write_tiny_reader(tmp_path_factory.mktemp("tiny"), [BRIDGE, "Who opened the bridge?"])


def test_any_model_of_the_transformers_library_reads(tiny):
    reader = readers.load(str(tiny), WordCounts())
    assert reader.name == str(tiny)
    spans = reader.read("Who opened the bridge?", evidence(windows(BRIDGE)))
    sentences = cutting.sentences(Article("a.txt", "A", BRIDGE))
    assert [span.sentence for span in spans] == sentences
    for span in spans:
        assert span.sentence.start <= span.start < span.end <= span.sentence.end
        assert re.search(rf"(?<!\w){re.escape(span.words)}(?!\w)", span.sentence.text)
    again = readers.load(str(tiny), WordCounts()).read(
        "Who opened the bridge?", evidence(windows(BRIDGE))
    )
    assert again == spans


def test_a_space_that_a_tokenizer_counts_to_the_word_after_it_is_not_quoted(tiny):
    class Spaced:
        """As DeBERTa's: the offsets of " opened" begin at the space."""

        def __getattr__(self, name):
            return getattr(plain, name)

        def __call__(self, question, text, **options):
            parts = plain(question, text, **options)
            parts["offset_mapping"] = [
                [(max(0, a - (text[a - 1 : a] == " ")), b) for a, b in offsets]
                for offsets in parts["offset_mapping"]
            ]
            return parts

    reader = readers.load(str(tiny), WordCounts())
    found = evidence(windows(BRIDGE))
    before = reader.read("Who opened the bridge?", found)
    plain = reader._tokenizer
    reader._tokenizer = Spaced()
    assert reader.read("Who opened the bridge?", found) == before
    assert hub_model._trimmed("a  b", 1, 3) == (1, 3)  # a token of spaces alone


def test_a_reader_is_told_apart_by_the_hash_of_its_weights(tiny):
    weights = (tiny / "model.safetensors").read_bytes()
    assert readers.load(str(tiny), WordCounts()).sha256 == hashlib.sha256(weights).hexdigest()
    assert SentenceReader(WordCounts()).sha256 == WordCounts().sha256
    about = json.loads((MODELS / "reader" / "model.json").read_text())
    assert readers.load("small", WordCounts()).sha256 == about["sha256"]


def test_a_fit_for_other_weights_of_a_reader_is_told(tiny, monkeypatch):
    for fitted_for, warned in (
        ("0" * 64, 1),
        (None, 0),
        (readers.load(str(tiny), WordCounts()).sha256, 0),
    ):
        fitted = replace(calibration(str(tiny)), sha256=fitted_for)
        monkeypatch.setattr(readers, "calibration_for", lambda *_, fitted=fitted: fitted)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            Assistant.load(ROOT / "index", reader=str(tiny))
        assert len([w for w in told if "fitted for other files" in str(w.message)]) == warned


def test_a_reader_without_fitted_weights_says_how_to_fit_them(tiny):
    how = f"calibrate QUESTIONS.jsonl --reader {tiny} --index {ROOT / 'index'}"
    with pytest.warns(UserWarning, match=re.escape(how)) as told:
        assistant = Assistant.load(ROOT / "index", reader=str(tiny))
    assert len(told) == 1
    assert assistant.ask("Who opened the bridge?", min_confidence=0).found


def test_pickled_weights_are_not_read(tiny, tmp_path):
    folder = Path(shutil.copytree(tiny, tmp_path / "pickled"))
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="is not a question answering model"):
        readers.load(str(folder), WordCounts())
