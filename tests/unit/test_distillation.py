"""What a teacher says of a student's windows: tiny random readers of two families."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from harness.tiny_reader import write_tiny_reader
from harness.training_data import texts

from askvisit.errors import TrainingError
from askvisit.onnx_model import Layout
from training import features
from training.distillation import Teacher
from training.examples import Example
from training.hardware import Hardware

EXAMPLES = (
    Example("Who lives in Lund?", "Ada lives in Lund near the lake.", ((0, 3),)),
    Example("And who taught her?", "The boats were red.", (), ("Where does Ada live? Lund",)),
)
CPU = Hardware(torch.device("cpu"))


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    return features.load_tokenizer(write_tiny_reader(tmp_path_factory.mktemp("bert"), texts()))


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> Path:
    return write_tiny_reader(tmp_path_factory.mktemp("mpnet"), texts(), mpnet=True)


def windows(tokenizer):
    layout = Layout.of(tokenizer)
    groups = [(features.window_of(example, tokenizer, layout),) for example in EXAMPLES]
    return groups, features.tensors(groups, layout, CPU.device)


def test_a_teacher_of_another_family_reads_the_same_windows(student, large):
    teacher = Teacher(large, student, CPU, 1.5)
    groups, batch = windows(student)
    start, end = teacher.logits(groups, batch["allowed"])
    own = windows(features.load_tokenizer(large))[1]
    with torch.no_grad():
        asked = teacher.model(**features.model_inputs(own))
    for ours, theirs in ((start, asked.start_logits), (end, asked.end_logits)):
        assert torch.equal(ours[batch["allowed"]], theirs[own["allowed"]])
        assert not ours[~batch["allowed"]].any()


def test_the_soft_loss_is_least_where_the_student_agrees(student, large):
    teacher = Teacher(large, student, CPU, 1.5)
    groups, batch = windows(student)
    start, end = (logits.clone() for logits in teacher.logits(groups, batch["allowed"]))
    assert teacher.loss(groups, start, end, batch["allowed"]).item() == pytest.approx(0, abs=1e-6)
    start[0, 0] += 3
    assert teacher.loss(groups, start, end, batch["allowed"]).item() > 0.01


def test_a_teacher_of_other_words_is_refused(student, tmp_path):
    stranger = write_tiny_reader(tmp_path / "stranger", ["Other words."], mpnet=True)
    with pytest.raises(TrainingError, match="same vocabulary"):
        Teacher(stranger, student, CPU, 1.5)
