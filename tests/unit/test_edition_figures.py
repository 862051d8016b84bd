"""Figures of editions by hand, on an assistant whose answers are scripted; and their intervals."""

from __future__ import annotations

from contextlib import contextmanager
from statistics import fmean

import pytest
from editions import evaluate_editions
from harness.fakes import SharedWords, WordCounts, calibration, citation

from askvisit.evaluation.questions import Models
from askvisit.metrics import Figure, figure
from askvisit.records import Answer
from training.editions import Edition, EditionDialogue, EditionQuestion, EditionTurn

A = "Ada sold the mill in May. The boats were red. The oars were blue. Nobody saw it."
B = "Ada kept the mill for life. The boats were red. The oars were blue. Bela saw it."
SOLD, KEPT, RED, BLUE, NOBODY, BELA = (
    "Ada sold the mill in May.",
    "Ada kept the mill for life.",
    "The boats were red.",
    "The oars were blue.",
    "Nobody saw it.",
    "Bela saw it.",
)


def question(text: str, words: str, kind: str, spans: tuple[str, ...]) -> EditionQuestion:
    found = tuple((text.index(w), text.index(w) + len(w)) for w in spans)
    return EditionQuestion(words, kind, found, several=len(found) > 1)


FIRST = Edition(
    "s-a",
    "Mill",
    A,
    (
        question(A, "When was it sold?", "time", ("in May",)),
        question(A, "Who saw it?", "person", ()),
        question(A, "What was coloured?", "list", ("red", "blue")),
        question(A, "Who paid?", "person", ()),
    ),
)
SECOND = Edition(
    "s-b",
    "Mill",
    B,
    (
        question(B, "When was it sold?", "time", ()),
        question(B, "Who saw it?", "person", ("Bela",)),
        question(B, "What was coloured?", "list", ("red", "blue")),
        question(B, "Who paid?", "person", ()),
    ),
)
# (edition, question) -> confidence, quotes, the span of the first
SCRIPT = {
    ("s-a", "When was it sold?"): (0.9, (SOLD,), "May"),
    ("s-b", "When was it sold?"): (0.6, (KEPT,), None),
    ("s-a", "Who saw it?"): (0.3, (NOBODY,), None),
    ("s-b", "Who saw it?"): (0.4, (BELA,), "Bela"),
    ("s-a", "What was coloured?"): (0.8, (RED, SOLD), "red"),
    ("s-b", "What was coloured?"): (0.7, (RED, BLUE), "red"),
    ("s-a", "Who paid?"): (0.5, (SOLD,), None),
    ("s-b", "Who paid?"): (0.1, (KEPT,), None),
    ("s-a", "When was the mill sold?"): (0.9, (SOLD,), "May"),
    ("s-a", "And the boats?"): (0.8, (BLUE,), None),
    ("s-a", "What colour had the boats?"): (0.9, (RED,), None),
    ("s-a", "And who paid for it?"): (0.2, (SOLD,), None),
    ("s-a", "Who paid for the mill?"): (0.7, (SOLD,), None),
}


class Scripted:
    """Answers by the script of one edition."""

    def __init__(self, edition: Edition, asked: list[tuple[str, int]]) -> None:
        self.edition, self.asked = edition, asked

    def threshold(self) -> float:
        return 0.5

    def ask(self, question, history=(), *, min_confidence) -> Answer:
        self.asked.append((question, len(history)))
        confidence, quotes, span = SCRIPT[self.edition.id, question]
        if confidence < min_confidence:
            return Answer(question, question, "not_found", False, "No.", confidence)
        spans = [span, *[None] * (len(quotes) - 1)]
        cited = tuple(
            citation(self.edition.text, quote, words, number=n)
            for n, (quote, words) in enumerate(zip(quotes, spans, strict=True), 1)
        )
        return Answer(question, question, "answer", True, "…", confidence, cited)


class ScriptedModels:
    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    @contextmanager
    def assistant(self, text):
        yield Scripted(FIRST if text == A else SECOND, self.asked)


def values(figures: dict[str, Figure]) -> dict[str, tuple[float | None, int]]:
    return {name: (figure.value, figure.n) for name, figure in figures.items()}


def test_the_figures_of_a_scripted_assistant():
    found = values(evaluate_editions(ScriptedModels(), [FIRST, SECOND]))
    about = pytest.approx
    assert found == {
        "surer_where_answered": (1.0, 2),  # 0.9 above 0.6, 0.4 above 0.3
        "both_right": (0.0, 2),  # the first is answered falsely in b, the second refused in b
        "flip_auroc": (about(3 / 4), 2),  # 0.4 is below 0.6
        "flip_answered_right": (1 / 2, 2),
        "flip_false": (1 / 2, 2),
        "right_first": (1.0, 4),
        # "May" of "in May": 2 * 1 * 1/2 / (1 + 1/2); the others are one of the gold spans
        "span_f1": (about((2 / 3 + 3) / 4), 4),
        "answered": (3 / 4, 4),
        "answered_right": (3 / 4, 4),
        "false_answers": (2 / 4, 4),
        # of 16 pairs: 0.4 loses to 0.6 and 0.5
        "auroc": (about(14 / 16), 8),
        "citation_precision": (4 / 5, 3),
        "list_recall": (3 / 4, 2),
        "list_precision": (3 / 4, 2),
        "kind list": (1.0, 2),
        "kind person": (1.0, 1),
        "kind time": (1.0, 1),
    }


def turn(question: str, standalone: str, spans: tuple[str, ...]) -> EditionTurn:
    return EditionTurn(
        question, standalone, tuple((A.index(w), A.index(w) + len(w)) for w in spans)
    )


def test_dialogues_are_played_with_their_own_answers_and_asked_in_full_without():
    dialogue = EditionDialogue(
        "s-a",
        (
            turn("When was it sold?", "When was the mill sold?", ("in May",)),
            turn("And the boats?", "What colour had the boats?", ("red",)),
            turn("And who paid for it?", "Who paid for the mill?", ()),
        ),
    )
    models = ScriptedModels()
    found = values(evaluate_editions(models, [FIRST, SECOND], [dialogue]))
    assert found["turns_right"] == (pytest.approx(2 / 3), 3)
    assert found["follow_ups_answered_right"] == (0.0, 1)  # the oars are quoted
    assert found["follow_ups_refused"] == (1.0, 1)
    assert found["complete_answered_right"] == (1.0, 1)
    assert found["complete_refused"] == (0.0, 1)
    assert models.asked[4:10] == [
        ("When was it sold?", 0),
        ("And the boats?", 1),
        ("And who paid for it?", 2),
        ("When was the mill sold?", 0),
        ("What colour had the boats?", 0),
        ("Who paid for the mill?", 0),
    ]


def test_an_edition_is_asked_alone_in_an_index_of_its_own():
    models = Models(WordCounts(), SharedWords(), calibration())
    with models.assistant(A) as assistant:
        assert [article.text for article in assistant.articles.values()] == [A]
        answer = assistant.ask("Who sold the mill?", min_confidence=0)
        assert answer.citations[0].quote == SOLD
        folder = assistant._location.path
        assert folder.is_dir()
    assert not folder.exists()


def test_an_interval_is_drawn_over_articles():
    """Of ten articles, each right or wrong as a whole, a draw of ten has a binomial share."""
    groups = {str(n): [n < 5] * 20 for n in range(10)}
    found = figure(groups, fmean)
    assert (found.value, found.n) == (0.5, 200)
    assert found.low == pytest.approx(0.2, abs=0.1)  # 2.5 % of Binomial(10, 0.5) / 10
    assert found.high == pytest.approx(0.8, abs=0.1)
    assert found == figure(groups, fmean), "the draws are the same each time"
    narrow = figure({str(n): [True, False] for n in range(10)}, fmean)
    assert (narrow.low, narrow.high) == (0.5, 0.5), "articles that are alike leave no doubt"


def test_without_rows_there_is_no_figure_and_with_one_article_no_interval():
    assert figure({}, fmean) == Figure(None, 0)
    assert figure({"a": [], "b": []}, fmean) == Figure(None, 0)
    assert figure({"a": [1.0, 0.0], "b": []}, fmean) == Figure(0.5, 2)
    assert figure({"a": [1.0], "b": [0.0]}, lambda rows: None) == Figure(None, 2)
