"""Broad questions: their file, which sentences an answer quotes, and figures checked by hand."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest
from harness.fakes import citation

from askvisit.errors import DataError
from askvisit.evaluation.broad import BroadQuestion, check_broad, evaluate_broad, quoted, read_broad
from askvisit.evaluation.questions import holds
from askvisit.records import Answer

TEXT = "The dam broke. Rain fell for days. A gate was stuck. Two men fled. Birds sang."
SENTENCES = tuple(
    (TEXT.index(s), TEXT.index(s) + len(s))
    for s in ("The dam broke.", "Rain fell for days.", "A gate was stuck.", "Two men fled.")
)
BROKE, RAIN, GATE, FLED = (TEXT[a:b] for a, b in SENTENCES)
OTHER = "Nothing happened here."
TEXTS = {"dam-a": TEXT, "calm-b": OTHER}


def broad(question, essential=(), useful=(), article="dam-a", sentences=SENTENCES):
    kind = "why" if essential else "none"
    return BroadQuestion(article, question, kind, essential, useful, sentences)


ASKED = [
    broad("Why did it break?", (1, 2), (0,)),
    broad("Who got away?", (3,)),
    broad("What else happened?", (0, 1, 2)),
    broad("Who pays?"),
    broad("Who built it?"),
    broad("What happened?", article="calm-b", sentences=((0, 22),)),
]
# question -> confidence, quotes
SCRIPT = {
    "Why did it break?": (0.9, (RAIN, BROKE)),
    "Who got away?": (0.4, (FLED, GATE)),  # refused
    "What else happened?": (0.7, (FLED,)),
    "Who pays?": (0.8, (RAIN,)),
    "Who built it?": (0.2, (BROKE,)),
    "What happened?": (0.1, (OTHER,)),
}


class Scripted:
    """Answers by the script; the fitted threshold is 0.5."""

    def __init__(self, text: str) -> None:
        self.text = text

    def ask(self, question, *, min_confidence=None) -> Answer:
        confidence, quotes = SCRIPT[question]
        if confidence < (0.5 if min_confidence is None else min_confidence):
            return Answer(question, question, "not_found", False, "No.", confidence)
        cited = tuple(citation(self.text, q, number=n) for n, q in enumerate(quotes, 1))
        return Answer(question, question, "answer", True, "…", confidence, cited)


class ScriptedModels:
    @contextmanager
    def assistant(self, text):
        yield Scripted(text)


def test_the_figures_of_a_scripted_assistant():
    figures = evaluate_broad(ScriptedModels(), ASKED, TEXTS)
    assert {name: (figure.value, figure.n) for name, figure in figures.items()} == {
        "found": (pytest.approx(1 / 3), 3),  # the first alone: the third quotes nothing marked
        "recall": (pytest.approx(1 / 6), 3),  # one of two, none of one (refused), none of three
        "precision": (pytest.approx(2 / 3), 2),  # both of the first, not the third's
        "f1": (pytest.approx(2 / 9), 3),  # of the first: precision 1, recall 1/2
        "all": (0.0, 3),
        "forced_found": (pytest.approx(2 / 3), 3),
        "forced_recall": (pytest.approx(2 / 6), 3),
        "forced_precision": (pytest.approx(3 / 5), 3),
        "forced_f1": (pytest.approx(4 / 9), 3),  # of the second too: precision 1/2, recall 1
        "forced_all": (pytest.approx(1 / 3), 3),
        "false_answers": (pytest.approx(1 / 3), 3),
        # 0.9 exceeds 0.8, 0.2, 0.1; 0.7 and 0.4 two of them each
        "auroc": (pytest.approx(7 / 9), 6),
    }


def test_intervals_are_over_articles():
    figures = evaluate_broad(ScriptedModels(), ASKED, TEXTS)
    assert figures["found"].low is None  # one article alone answers any
    assert (figures["false_answers"].low, figures["false_answers"].high) == (0.0, 0.5)


def test_a_sentence_is_quoted_from_the_half_of_it_on():
    gate = SENTENCES[2][0]
    half = citation(TEXT, TEXT[gate : gate + 9])  # of 17 characters
    less = citation(TEXT, TEXT[gate : gate + 8])
    both = citation(TEXT, f"{BROKE} {RAIN}")
    assert quoted([half], SENTENCES) == {2}
    assert quoted([less], SENTENCES) == set()
    assert quoted([both, less], SENTENCES) == {0, 1}


def line(**changed) -> dict[str, object]:
    return {
        "article": "dam-a",
        "question": "Why did it break?",
        "kind": "why",
        "essential": [1, 2],
        "useful": [0],
        "sentences": [list(s) for s in SENTENCES],
    } | changed


def test_a_file_is_read(tmp_path):
    path = tmp_path / "broad.jsonl"
    path.write_text(json.dumps(line()))
    assert holds(path, "essential")
    assert read_broad(path) == ASKED[:1]


@pytest.mark.parametrize(
    "changed",
    [{"essential": [4]}, {"useful": None}, {"sentences": [[1]]}, {"sentences": 3}, {"question": 5}],
)
def test_a_wrong_line_is_named(tmp_path, changed):
    path = tmp_path / "broad.jsonl"
    path.write_text(json.dumps(line()) + "\n" + json.dumps(line(**changed)))
    with pytest.raises(DataError, match=r"broad\.jsonl line 2: no broad question"):
        read_broad(path)


def test_questions_of_other_articles_are_an_error():
    check_broad(ASKED, TEXTS)
    with pytest.raises(DataError, match="no article is called 'dam-a'"):
        check_broad(ASKED, {"calm-b": OTHER})
    with pytest.raises(DataError, match="do not lie within the text of 'dam-a'"):
        check_broad(ASKED, {"dam-a": TEXT[:40]})
