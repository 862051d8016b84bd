"""Dialogues with the real models: follow-ups are understood, and history bends nothing else."""

from __future__ import annotations

import json
from statistics import fmean

import pytest
from harness.fakes import ROOT

from askvisit import Assistant, build_index, encoder
from askvisit.evaluation import questions as evaluation
from askvisit.rewriting.resolution import TermClassifier

DATA = ROOT / "tests" / "data"

# Measured; raise them when the answers get better.
TURNS_RIGHT = 13 / 16
TUNE, FINAL = 0.80, 0.83
MOST_BENT = 0.02
"""Share of questions that stand alone whose first citation another question changes."""


def split(name: str) -> dict[str, list[list[evaluation.Question]]]:
    """Return a split's dialogues by page."""
    path = DATA / f"dialogues-{name}.jsonl"
    pages: dict[str, list[list[evaluation.Question]]] = {}
    lines = path.read_text("utf-8").splitlines()
    for line, dialogue in zip(lines, evaluation.read_dialogues(path), strict=True):
        pages.setdefault(json.loads(line)[0]["page"], []).append(dialogue)
    return pages


def answered(real, questions):
    """Return questions, each with its answer and no history."""
    return [(question, real.ask(question.question)) for question in questions]


def test_the_development_dialogues(real):
    dialogues = evaluation.read_dialogues(DATA / "dialogues.jsonl")
    turns = [right for dialogue in dialogues for right in evaluation.play(real, dialogue)]
    assert len(turns) == 16
    assert fmean(turns) >= TURNS_RIGHT


@pytest.mark.slow
@pytest.mark.models
def test_questions_of_their_own_keep_their_first_citation_after_another(real, development):
    """Only pairs in which the classifier finds a context are asked: the others are read alike."""
    classifier, alone = TermClassifier(), answered(real, development)
    pairs = [
        (question, earlier)
        for n, question in enumerate(development)
        for _, earlier in alone[n % 7 :: 14]
        if question.sentences and question.question != earlier.question
    ]
    leaning = [(q, earlier) for q, earlier in pairs if classifier.context(q.question, [earlier])]
    fast = Assistant.load(ROOT / "index", reader="fast")
    by_itself = {q.question: fast.ask(q.question) for q, _ in leaning}
    bent = 0
    for question, earlier in leaning:
        cited = fast.ask(question.question, [earlier]).citations[:1]
        bent += [c.quote for c in cited] != [
            c.quote for c in by_itself[question.question].citations[:1]
        ]
    assert len(pairs) > 250
    assert bent / len(pairs) <= MOST_BENT, f"{bent} of {len(pairs)}"


def test_the_first_sentence_is_the_same_after_another_question(real, development):
    others = answered(real, development[4::9])
    pairs = list(zip(answered(real, development[::9]), others, strict=False))
    bent = []
    for (question, alone), (_, earlier) in pairs:
        after = real.ask(question.question, [earlier])
        if [c.quote for c in after.citations[:1]] != [c.quote for c in alone.citations[:1]]:
            bent.append(question.question)
    assert len(pairs) > 8
    assert len(bent) <= 1, bent


@pytest.mark.parametrize("name", ["tune", "final"])
def test_the_splits_are_of_their_pages(name):
    turns = [(page, t) for page, ds in split(name).items() for d in ds for t in d]
    texts = {page: (DATA / "pages" / f"{page}.txt").read_text("utf-8") for page, _ in turns}
    assert all(sentence in texts[page] for page, t in turns for sentence in t.sentences)
    assert 0.25 < fmean(not t.sentences for _, t in turns) < 0.4
    assert not split("tune").keys() & split("final").keys()


@pytest.mark.slow
@pytest.mark.models
@pytest.mark.parametrize(("name", "every", "floor"), [("tune", 2, TUNE), ("final", 1, FINAL)])
def test_dialogues_about_other_pages(name, every, floor, tmp_path, real):
    """Each page is an index of its own, as the development article is; half of `tune` will do."""
    sentences = encoder.load()
    right = []
    for page, dialogues in split(name).items():
        folder = tmp_path / page
        (folder / "articles").mkdir(parents=True)
        text = (DATA / "pages" / f"{page}.txt").read_bytes()
        (folder / "articles" / f"{page}.txt").write_bytes(text)
        build_index(index=folder, encoder=sentences)
        assistant = Assistant.load(folder, reader=real.reader)  # loaded once for all pages
        played = dialogues[::every]
        right += [turn for dialogue in played for turn in evaluation.play(assistant, dialogue)]
    print(f"{name}: {fmean(right):.3f} of {len(right)} turns right")
    assert fmean(right) >= floor
