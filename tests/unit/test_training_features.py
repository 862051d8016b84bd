"""Token windows, batches and losses: by hand, on a word tokenizer."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log

import pytest
from harness.tiny_reader import write_tiny_reader
from harness.training_data import texts

from askvisit.onnx_model import Layout
from training import features
from training.examples import Example
from training.features import TokenWindow, batches, tensors, token_groups, window_of


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    return features.load_tokenizer(write_tiny_reader(tmp_path_factory.mktemp("bert"), texts()))


@pytest.fixture(scope="module")
def mpnet(tmp_path_factory):
    folder = write_tiny_reader(tmp_path_factory.mktemp("mpnet"), texts(), mpnet=True)
    return features.load_tokenizer(folder)


def words(window: TokenWindow, tokenizer) -> list[str]:
    return [tokenizer.id_to_token(number) for number in window.ids]


EXAMPLE = Example("Who lives?", "Ada lives in Lund.", ((0, 3), (13, 17)), ("Where? Oslo", "Ada"))


def test_a_window_of_bert_is_the_history_the_question_and_the_text(bert):
    window = window_of(EXAMPLE, bert, Layout.of(bert))
    assert " ".join(words(window, bert)) == (
        "[CLS] where ? oslo [SEP] ada [SEP] who lives ? [SEP] ada lives in lund . [SEP]"
    )
    assert words(window, bert)[window.text_at] == "ada"
    assert [words(window, bert)[a : b + 1] for a, b in window.spans] == [["ada"], ["lund"]]
    assert window.terms == ()


def test_a_window_of_mpnet_has_two_separators_between(mpnet):
    window = window_of(EXAMPLE, mpnet, Layout.of(mpnet))
    assert " ".join(words(window, mpnet)) == (
        "<s> where ? oslo </s> ada </s> who lives ? </s> </s> ada lives in lund . </s>"
    )
    assert [words(window, mpnet)[a : b + 1] for a, b in window.spans] == [["ada"], ["lund"]]


def test_a_title_stands_between_question_and_text_and_no_span_is_in_it(mpnet):
    titled = window_of(replace(EXAMPLE, title="Ada in Lund"), mpnet, Layout.of(mpnet))
    assert " ".join(words(titled, mpnet)) == (
        "<s> where ? oslo </s> ada </s> who lives ? </s> </s> ada in lund </s> "
        "ada lives in lund . </s>"
    )
    assert [words(titled, mpnet)[a : b + 1] for a, b in titled.spans] == [["ada"], ["lund"]]
    assert min(a for a, _ in titled.spans) == titled.text_at
    long = window_of(replace(EXAMPLE, title="red " * 100), mpnet, Layout.of(mpnet))
    assert words(long, mpnet).count("red") == features.MAX_TITLE


def test_of_a_long_history_the_newest_is_kept(bert):
    turns = tuple(f"{word} " * 30 for word in ("red", "blue", "boats"))
    window = window_of(Example("Who?", "Ada.", ((0, 3),), turns), bert, Layout.of(bert))
    kept = words(window, bert)[1 : 1 + features.MAX_HISTORY]
    assert kept == ["red", "[SEP]", *["blue"] * 30, "[SEP]", *["boats"] * 30, "[SEP]"]
    assert words(window, bert)[1 + features.MAX_HISTORY] == "who"


def test_a_long_text_loses_its_end_and_the_answers_there(bert):
    text = "red " * 200 + "blue " + "red " * 200 + "boats"
    spans = ((800, 804), (len(text) - 5, len(text)))
    window = window_of(Example("What?", text, spans), bert, Layout.of(bert))
    assert len(window.ids) == features.MAX_LENGTH
    assert words(window, bert)[-1] == "[SEP]"
    assert [words(window, bert)[a : b + 1] for a, b in window.spans] == [["blue"]]


def test_words_of_the_history_that_a_question_leans_on_are_marked(bert):
    asked = Example(
        "Who?", "", (), ("Where does Ada live? Lund", "Red"), frozenset({"ada", "lund"})
    )
    window = window_of(asked, bert, Layout.of(bert))
    read = "[CLS] where does ada live ? lund [SEP] red [SEP] who ? [SEP]"
    assert " ".join(words(window, bert)) == read
    told = [(words(window, bert)[place], leans) for place, leans in window.terms]
    # nobody judges function words and marks
    assert told == [("ada", True), ("live", False), ("lund", True), ("red", False)]
    assert window.spans == ()
    unrelated = Example("Why?", "", (), ("Ada",), frozenset())
    assert {leans for _, leans in window_of(unrelated, bert, Layout.of(bert)).terms} == {False}


def test_an_abbreviation_is_marked_in_all_its_pieces(bert):
    asked = Example("Who?", "", (), ("ada u.s. live",), frozenset({"u.s."}))
    window = window_of(asked, bert, Layout.of(bert))
    assert [leans for _, leans in window.terms] == [False, *[True] * 4, False]


def test_windows_are_made_until_there_are_enough_tokens(bert):
    groups = [(EXAMPLE, EXAMPLE)] * 600
    made = token_groups(iter(groups), bert, tokens=1000)
    assert 0 < len(made) < 600
    assert len(token_groups(iter(groups), bert, tokens=10**9)) == 600
    assert all(len(group) == 2 for group in made)


def window(length: int, span: tuple[int, int] | None = None) -> TokenWindow:
    return TokenWindow([5] * length, 3, (span,) if span else ())


def test_batches_hold_every_group_once_and_never_part_a_pair():
    groups = [
        (window(10 + n % 50), window(12 + n % 30)) if n % 3 else (window(20 + n % 40),)
        for n in range(90)
    ]
    made = batches(groups, tokens=600, seed=1)
    assert sorted(id(g) for batch in made for g in batch) == sorted(map(id, groups))
    assert made == batches(groups, tokens=600, seed=1)
    assert made != batches(groups, tokens=600, seed=2)
    for batch in made:
        rows = [w for group in batch for w in group]
        width = features.padded(max(len(w.ids) for w in rows))
        assert width * len(rows) <= 600 or len(batch) == 1
    assert len(made) < 20


LAYOUT = Layout(101, 102, 0, 1, True)


def test_the_tensors_of_a_batch():
    first = TokenWindow([101, 7, 102, 8, 9, 10, 102], 3, ((3, 4), (5, 5)))
    missing = TokenWindow([101, 7, 102, 8, 102], 3, (), labelled=False)
    alone = TokenWindow([101, 6, 102, 7, 102], 5, (), ((1, True), (2, False)))
    made = tensors([(alone,), (first, missing)], LAYOUT, "cpu")
    assert made["input_ids"].shape == (3, 16)
    assert made["pairs"].tolist() == [[1, 2]]
    where = {name: [row.nonzero().flatten().tolist() for row in made[name]] for name in (
        "attention_mask", "token_type_ids", "allowed", "starts", "ends"
    )}  # fmt: skip
    assert where["attention_mask"] == [list(range(5)), list(range(7)), list(range(5))]
    assert where["token_type_ids"] == [[], [3, 4, 5, 6], [3, 4]]
    assert where["allowed"] == [[0], [0, 3, 4, 5], [0, 3]]
    assert where["starts"] == [[0], [3, 5], [0]]
    assert where["ends"] == [[0], [4, 5], [0]]
    assert made["labelled"].tolist() == [1, 1, 0]
    assert made["terms"][0, :4].tolist() == [-1, 1, 0, -1]
    assert set(made["terms"][1:].flatten().tolist()) == {-1}
    assert set(features.model_inputs(made)) == {"input_ids", "attention_mask", "token_type_ids"}
    without = tensors([(missing,)], Layout(0, 2, 1, 2, False), "cpu")
    assert "token_type_ids" not in without
    assert without["pairs"].shape == (0, 2)
    assert without["input_ids"][0, 5:].tolist() == [1] * 11


def logits(*rows):
    import torch

    return torch.tensor(rows, dtype=torch.float32)


def flags(*rows):
    import torch

    return torch.tensor(rows, dtype=torch.bool)


class TestLosses:
    def test_the_loss_of_spans_by_hand(self):
        import torch

        from training.losses import span_loss

        batch = {
            "allowed": flags([1, 0, 1, 1], [1, 0, 1, 0]),
            "starts": flags([0, 0, 1, 1], [1, 0, 0, 0]),
            "ends": flags([0, 0, 0, 1], [1, 0, 0, 0]),
            "labelled": torch.ones(2),
        }
        start = logits([0, 99, 1, 2], [3, 99, 1, 99])  # the question and padding do not count
        end = logits([0, 99, 1, 2], [3, 99, 1, 99])
        total = 1 + exp(1) + exp(2)
        both, last = log(total / (exp(1) + exp(2))), log(total / exp(2))
        none = log(exp(3) + exp(1)) - 3
        expected = ((both + last) + (none + none)) / 2 / 2
        assert float(span_loss(start, end, batch)) == pytest.approx(expected, rel=1e-5)
        batch["labelled"] = torch.tensor([0.0, 1.0])
        assert float(span_loss(start, end, batch)) == pytest.approx(none / 2, rel=1e-5)

    def test_the_loss_of_pairs_by_hand(self):
        from training.losses import pair_loss

        batch = {
            "allowed": flags([1, 0, 1, 1], [1, 0, 1, 1], [1, 0, 1, 1]),
            "pairs": logits([1, 2]).long(),
        }
        start = logits([50, 0, 50, 0], [1, 99, 2, 3], [2, 99, 1, 0])
        end = logits([50, 0, 50, 0], [0, 99, 1, 1], [1, 99, 0, 0])
        answered = log(exp(2) + exp(3)) - 1 + log(2 * exp(1)) - 0
        missing = log(exp(1) + 1) - 2 + log(2) - 1
        expected = log(1 + exp(missing - answered))
        assert float(pair_loss(start, end, batch)) == pytest.approx(expected, rel=1e-5)
        batch["pairs"] = logits([2, 1]).long()
        turned = log(1 + exp(answered - missing))
        assert float(pair_loss(start, end, batch)) == pytest.approx(turned, rel=1e-5)

    def test_without_pairs_there_is_no_loss_of_pairs(self):
        from training.losses import pair_loss

        batch = {"allowed": flags([1, 0, 1]), "pairs": logits([0, 0]).long()[:0]}
        assert float(pair_loss(logits([1, 2, 3]), logits([1, 2, 3]), batch)) == 0

    def test_the_loss_of_terms_by_hand(self):
        from training.losses import RARE, term_loss

        batch = {"terms": logits([-1, 1, 0, -1], [-1, -1, -1, -1])}
        found = term_loss(logits([9, 2, -1, 9], [9, 9, 9, 9]), batch)
        assert float(found) == pytest.approx((RARE * log(1 + exp(-2)) + log(1 + exp(-1))) / 2)
        assert float(term_loss(logits([9, 9]), {"terms": logits([-1, -1])})) == 0
