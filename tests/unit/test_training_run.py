"""Runs, checkpoints, averages, exports, scores and fits, on tiny random models."""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy
import pytest
from harness.fakes import ROOT, SharedWords, WordCounts, calibration
from harness.tiny_reader import write_tiny_reader
from harness.training_data import (
    DIALOGUES,
    EDITIONS,
    SQUAD,
    dialogue_line,
    line,
    squad_json,
    texts,
    write_lines,
)

from askvisit.errors import TrainingError
from askvisit.onnx_model import MODELS, OnnxModel
from training import checkpoint, loop
from training.__main__ import main, parse_shares
from training.hardware import Hardware
from training.settings import Settings

CPU_ONLY = (
    "import sys, torch\n"
    "from training import hardware, loop\n"
    "loop.fastest = lambda: hardware.Hardware(torch.device('cpu'))\n"
    "from training.__main__ import main\n"
    "sys.exit(main(sys.argv[1:]))"
)
"""A run in float32, whatever this machine takes for faster at the moment."""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """The folder of a tiny random reader; torch runs on one thread meanwhile."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield write_tiny_reader(tmp_path_factory.mktemp("tiny"), texts())
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def tiny_mpnet(tmp_path_factory):
    return write_tiny_reader(tmp_path_factory.mktemp("mpnet"), texts(), mpnet=True)


@pytest.fixture(scope="module")
def tiny_terms(tmp_path_factory):
    return write_tiny_reader(tmp_path_factory.mktemp("terms"), texts(), terms=True)


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("data")
    squad = folder / "people.json"
    squad.write_text(json.dumps(squad_json([SQUAD])))
    return {
        "news": write_lines(folder / "news.jsonl", [line(e) for e in EDITIONS]),
        "dialogues": write_lines(folder / "d.jsonl", [dialogue_line(d) for d in DIALOGUES]),
        "squad": squad,
    }


@pytest.fixture
def float32(monkeypatch):
    import torch

    monkeypatch.setattr(loop, "fastest", lambda: Hardware(torch.device("cpu")))


def command(start: Path, data: dict[str, Path], out: Path, *more: str) -> list[str]:
    files = [part for name, path in data.items() for part in (f"--{name}", str(path))]
    return [
        "--from", str(start), "--out", str(out), *files, "--tokens", "12000", "--lr", "2e-3",
        "--batch-tokens", "512", "--threads", "1", "--seed", "3", "--shortest", "60",
        "--longest", "160", *more,
    ]  # fmt: skip


def weights(folder: Path):
    from safetensors.torch import load_file

    return load_file(str(folder / "model.safetensors"))


# Runs


def test_a_killed_run_goes_on_to_the_same_weights(tiny, data, tmp_path, float32):
    import torch

    cut, whole = tmp_path / "cut", tmp_path / "whole"
    process = subprocess.Popen(
        [sys.executable, "-c", CPU_ONLY, *command(tiny, data, cut, "--save-minutes", "0")],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def kill() -> None:
        while not (cut / checkpoint.STATE).exists() and process.poll() is None:
            time.sleep(0.01)
        process.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    assert main(command(tiny, data, whole)) == 0
    killer.join()
    assert process.wait() == -signal.SIGKILL
    state, done = checkpoint.load_state(cut), checkpoint.load_state(whole)
    assert 0 < state["step"] < done["step"]
    assert main(command(tiny, data, cut)) == 0
    again = checkpoint.load_state(cut)
    assert (again["step"], again["tokens"]) == (done["step"], done["tokens"])
    for name, tensor in done["model"].items():
        assert torch.equal(tensor, again["model"][name]), name
    assert weights(whole / "final").keys() == weights(cut / "final").keys()


def test_a_run_learns_with_terms_and_waits_while_it_is_paused(
    tiny, data, tmp_path, monkeypatch, float32, capfd
):
    out = tmp_path / "run"
    out.mkdir()
    (out / loop.PAUSE).touch()
    slept = []

    def sleep(_):
        slept.append(1)
        if len(slept) == 3:
            (out / loop.PAUSE).unlink()

    clock = time.monotonic
    monkeypatch.setattr(loop.time, "sleep", sleep)
    monkeypatch.setattr(loop.time, "monotonic", lambda: clock() + 3600 * len(slept))
    shares = "news=0.4,dialogues=0.1,squad=0.3,unanswerable=0.1,sentences=0,terms=0.1"
    arguments = command(tiny, data, out, "--terms", "--shares", shares, "--save-minutes", "0")
    assert main(arguments) == 0
    assert len(slept) == 3
    assert checkpoint.load_state(out)["seconds"] < 3600  # a pause takes no time of the schedule
    log = [json.loads(row) for row in (out / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in log[:-1]] == list(range(1, log[-1]["step"] + 1))
    assert log[-1]["step"] == checkpoint.load_state(out)["steps"]
    assert log[-1]["span_loss"] < log[0]["span_loss"]
    assert "term_outputs.weight" in weights(out / "final")
    assert main([*arguments, "--seed", "9"]) == 1
    assert "other settings or data" in capfd.readouterr().err


def test_a_signal_saves_and_stops(tiny, data, tmp_path, monkeypatch, float32):
    step = loop.Run.train_step

    def interrupted(run):
        if run.step == 4:
            os.kill(os.getpid(), signal.SIGTERM)
        return step(run)

    monkeypatch.setattr(loop.Run, "train_step", interrupted)
    before = signal.getsignal(signal.SIGTERM)
    assert main(command(tiny, data, tmp_path)) == 0
    assert checkpoint.load_state(tmp_path)["step"] == 5
    assert (tmp_path / "stopped" / "config.json").is_file()
    assert not (tmp_path / "final").exists()
    assert signal.getsignal(signal.SIGTERM) is before


def test_frozen_layers_stay_as_they_are(tiny, data, tmp_path, float32):
    import torch

    assert main(command(tiny, data, tmp_path, "--frozen", "1", "--tokens", "3000")) == 0
    before, after = weights(tiny), weights(tmp_path / "final")
    same = {name for name in after if torch.equal(after[name], before[name].half())}
    assert {n for n in before if "embeddings" in n or "layer.0." in n} <= same
    assert not {n for n in same if "layer.1." in n and n.endswith("query.weight")}


def test_an_mpnet_is_trained_too(tiny_mpnet, data, tmp_path, float32):
    import torch

    assert main(command(tiny_mpnet, data, tmp_path, "--tokens", "2000", "--frozen", "1")) == 0
    before, after = weights(tiny_mpnet), weights(tmp_path / "final")
    assert any(name.startswith("mpnet") for name in after)
    shared = [name for name in after if "relative_attention_bias" in name]
    assert shared
    assert all(torch.equal(after[name], before[name].half()) for name in shared)


def test_a_reader_is_distilled_from_a_larger_one(tiny_terms, tiny_mpnet, data, tmp_path, float32):
    shares = "news=0.4,dialogues=0.1,squad=0.2,unanswerable=0.1,sentences=0,unlabelled=0.2"
    options = ["--teacher", str(tiny_mpnet), "--soft-weight", "1", "--pair-weight", "0"]
    more = ["--terms", "--shares", shares, "--save-minutes", "0"]
    assert main(command(tiny_terms, data, tmp_path, *options, *more)) == 0
    log = [json.loads(row) for row in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert log[-1]["soft_loss"] < log[0]["soft_loss"]


def test_unlabelled_questions_need_a_teacher(tiny, data, tmp_path, capsys):
    assert main(command(tiny, data, tmp_path, "--shares", "unlabelled=0.2")) == 1
    assert "name a teacher with --teacher" in capsys.readouterr().err
    assert Settings(tiny, tmp_path, shares={"unlabelled": 0.2}, teacher=tiny)


def test_the_schedule_warms_up_and_falls():
    assert loop.learning_rate(0.03, 1.0, 0.06) == pytest.approx(0.5)
    assert loop.learning_rate(0.06, 1.0, 0.06) == 1
    assert loop.learning_rate(0.53, 1.0, 0.06) == pytest.approx(0.5)
    assert loop.learning_rate(1.0, 1.0, 0.06) == 0
    assert loop.learning_rate(1.0, 2.0, 0.06, 0.25) == 0.5


def test_what_may_differ_between_the_parts_of_a_run_is_in_no_fingerprint():
    one = Settings(Path("a"), Path("b"))
    assert one.fingerprint() == Settings(Path("a"), Path("c"), minutes=3.0).fingerprint()
    for changed in (
        {"seed": 1},
        {"terms": True},
        {"shares": {"news": 1.0}},
        {"news": (Path("n"),)},
    ):
        assert one.fingerprint() != Settings(Path("a"), Path("b"), **changed).fingerprint()


def test_shares_change_the_mix():
    assert parse_shares("news=0.3, squad=1")["news"] == 0.3
    assert parse_shares("")["dialogues"] == 0.13
    for wrong in ("paper=1", "news", "news=x", "news=-1"):
        with pytest.raises(TrainingError, match="cannot use the share"):
            parse_shares(wrong)


def test_what_cannot_be_used_is_one_line(tiny, data, tmp_path, capsys):
    from training import average, export, validate

    none = tmp_path / "none.json"
    assert main(command(tiny, {"squad": none}, tmp_path / "a")) == 1
    assert main(command(tmp_path, data, tmp_path / "a")) == 1
    assert main(command(tiny, data | {"hard": none}, tmp_path / "b")) == 1
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / checkpoint.STATE).write_bytes(b"cut short")
    assert main(command(tiny, data, tmp_path / "c")) == 1
    assert average.main([str(tiny), str(tmp_path), "--out", str(tmp_path / "d")]) == 1
    assert validate.main([str(tmp_path), str(data["squad"])]) == 1
    assert (
        export.main(["reader", str(tmp_path), str(tmp_path / "e"), "--news", str(data["news"])])
        == 1
    )
    errors = capsys.readouterr().err.splitlines()
    lines = [row for row in errors if row.startswith("error: ")]
    assert len(lines) == 7
    assert "none.json" in lines[0]
    assert "delete it" in lines[3]


# Checkpoints


def test_a_state_that_is_cut_amid_writing_leaves_the_old_one(tmp_path, monkeypatch):
    import torch

    checkpoint.save_state(tmp_path, {"step": 1})

    def torn(state, file):
        file.write(b"half of it")
        raise OSError("no space left")

    monkeypatch.setattr(torch, "save", torn)
    with pytest.raises(OSError, match="no space"):
        checkpoint.save_state(tmp_path, {"step": 2})
    assert checkpoint.load_state(tmp_path) == {"step": 1}
    assert checkpoint.load_state(tmp_path / "none") is None


def test_a_checkpoint_replaces_an_old_one_and_can_be_loaded(tiny, tmp_path):
    import torch

    model = checkpoint.load_model(tiny)
    (tmp_path / "final").mkdir()
    (tmp_path / "final" / "old.txt").touch()
    saved = checkpoint.save_model(model, tiny, tmp_path / "final")
    assert not (saved / "old.txt").exists()
    assert (saved / "tokenizer.json").is_file()
    again = checkpoint.load_model(saved)
    for name, tensor in model.state_dict().items():
        assert torch.allclose(tensor, again.state_dict()[name], atol=1e-3), name
    assert {m.p for m in again.modules() if type(m).__name__ == "Dropout"} == {0.0}


# Averages


def test_average_is_the_weighted_mean(tiny, tmp_path):
    import torch
    from safetensors.torch import save_file

    from training.average import average
    from training.average import main as averaging

    other = tmp_path / "other"
    other.mkdir()
    more = {name: value + 1 for name, value in weights(tiny).items()}
    save_file(more, str(other / "model.safetensors"))
    out = tmp_path / "m"
    assert averaging([str(tiny), str(other), "--out", str(out), "--weights", "3", "1"]) == 0
    for name, value in weights(out).items():
        assert torch.allclose(value.float(), weights(tiny)[name] + 0.25, atol=2e-3), name
    assert (out / "tokenizer.json").is_file()
    for wrong in ([1.0], [0.0, 0.0]):
        with pytest.raises(TrainingError, match="one weight for each"):
            average([tiny, other], tmp_path / "n", wrong)
    save_file({"one": torch.zeros(2)}, str(other / "model.safetensors"))
    with pytest.raises(TrainingError, match="has other weights"):
        average([tiny, other], tmp_path / "n")


def test_channels_in_another_order_are_averaged_with_their_own(tiny, tmp_path):
    import torch
    from safetensors.torch import save_file

    from training.average import average

    known = weights(tiny)
    other = dict(known)
    for into in [name for name in known if name.endswith("intermediate.dense.weight")]:
        bias, out_of = into.replace(".weight", ".bias"), into.replace("intermediate", "output")
        order = torch.arange(len(known[bias])).flip(0)
        other |= {name: known[name][order].contiguous() for name in (into, bias)}
        other[out_of] = known[out_of][:, order].contiguous()
    assert any(not torch.equal(known[name], other[name]) for name in known)
    (tmp_path / "other").mkdir()
    save_file(other, str(tmp_path / "other" / "model.safetensors"))
    out = average([tiny, tmp_path / "other"], tmp_path / "out")
    for name, value in weights(out).items():
        assert torch.allclose(value.float(), known[name], atol=2e-3), name


# Exports


@pytest.fixture
def tiny_graphs(monkeypatch):
    """In tiny models the graph itself weighs much; one in float would still be too large."""
    from training import quantise

    monkeypatch.setattr(quantise, "MAX_SHARE", 0.5)


QUESTION, CONTEXT = "Where does Ada live?", SQUAD.paragraphs[0].context


def torch_logits(folder: Path, model: OnnxModel, *, terms: bool = False):
    """What the float model says of a question and a text, in the layout of the exported one."""
    import torch

    inputs = model.layout.join(model.tokens(QUESTION).ids, model.tokens(CONTEXT).ids)
    with torch.inference_mode():
        loaded = checkpoint.load_model(folder, terms=terms).eval()
        result = loaded(**{name: torch.from_numpy(value) for name, value in inputs.items()})
    names = ["start_logits", "end_logits", *(["term_logits"] if terms else [])]
    return [result[name][0].numpy() for name in names]


@pytest.mark.parametrize("kind", ["tiny", "tiny_mpnet", "tiny_terms"])
def test_an_exported_reader_is_int8_and_agrees_with_torch(
    kind, data, tmp_path, request, tiny_graphs
):
    import onnx

    from training import export

    folder = request.getfixturevalue(kind)
    options = ["--name", "tiny", "--news", str(data["news"]), "--turns"]
    assert export.main(["reader", str(folder), str(tmp_path), *options]) == 0
    card = json.loads((tmp_path / "model.json").read_text())
    assert (card["name"], card["kind"], card["turns"]) == ("tiny", "reader", True)
    assert card["source_sha256"] == export.sha256_of(folder / "model.safetensors")
    assert "embeddings_sha256" not in card
    saved = json.loads((tmp_path / "tokenizer.json").read_text())
    assert (saved["truncation"], saved["padding"]) == (None, None)
    floats = [
        constant
        for constant in onnx.load(str(tmp_path / "model.onnx")).graph.initializer
        if constant.data_type == onnx.TensorProto.FLOAT
    ]
    sizes = [int(onnx.numpy_helper.to_array(constant).size) for constant in floats]
    assert max(sizes) <= 4096, "every matrix is int8"
    model = OnnxModel(tmp_path)
    assert model.layout.token_types == (kind != "tiny_mpnet")
    ours = model.run(model.tokens(QUESTION).ids, model.tokens(CONTEXT).ids)
    theirs = torch_logits(folder, model, terms=kind == "tiny_terms")
    assert len(ours) == len(theirs) == (3 if kind == "tiny_terms" else 2)
    for one, other in zip(ours, theirs, strict=True):
        assert one == pytest.approx(other, abs=0.05)
        assert float(other.std()) > 0.05, "there is something to agree on"


def test_a_large_model_keeps_its_tables_in_a_file_of_their_own(
    tiny, data, tmp_path, monkeypatch, tiny_graphs
):
    from askvisit.errors import ModelError
    from training import export, quantise

    export.export_reader(tiny, tmp_path / "whole", name="tiny", news=data["news"])
    monkeypatch.setattr(quantise, "MAX_BYTES", 10_000)
    monkeypatch.setattr(quantise, "BESIDE", 5_000)
    out = export.export_reader(tiny, tmp_path / "parted", name="tiny", news=data["news"])
    card = json.loads((out / "model.json").read_text())
    assert card["embeddings_sha256"] == export.sha256_of(out / export.EMBEDDINGS)
    whole, parted = OnnxModel(tmp_path / "whole"), OnnxModel(out)
    asked = parted.tokens(QUESTION).ids, parted.tokens(CONTEXT).ids
    for one, other in zip(whole.run(*asked), parted.run(*asked), strict=True):
        assert one == pytest.approx(other, abs=1e-5)
    (out / export.EMBEDDINGS).write_bytes(b"other")
    with pytest.raises(ModelError, match=r"embeddings\.bin is not the file"):
        OnnxModel(out)
    (out / export.EMBEDDINGS).unlink()
    with pytest.raises(ModelError, match=r"embeddings\.bin is missing"):
        OnnxModel(out)


def test_a_model_whose_vocabulary_has_berts_tokens_too_needs_no_token_types(
    data, tmp_path, tiny_graphs
):
    """The published MPNet is one."""
    from training import export

    both = ["[PAD]", "[CLS]", "[SEP]"]
    folder = write_tiny_reader(tmp_path / "m", [*texts()], mpnet=True)
    path = folder / "tokenizer.json"
    raw = json.loads(path.read_text())
    for token, word in zip(both, ("lund", "moss", "oslo"), strict=True):
        raw["model"]["vocab"][token] = raw["model"]["vocab"].pop(word)
    path.write_text(json.dumps(raw))
    model = OnnxModel(export.export_reader(folder, tmp_path / "out", name="m", news=data["news"]))
    assert not model.layout.token_types
    starts, ends = model.run(model.tokens(QUESTION).ids, model.tokens(CONTEXT).ids)
    assert starts.shape == ends.shape


def test_an_export_that_is_not_int8_fails_and_leaves_nothing(
    tiny, data, tmp_path, monkeypatch, capsys
):
    from training import export, quantise

    monkeypatch.setattr(quantise, "MAX_SHARE", 0.01)
    assert export.main(["reader", str(tiny), str(tmp_path), "--news", str(data["news"])]) == 1
    assert "so it is not int8" in capsys.readouterr().err
    assert not (tmp_path / "model.onnx").exists()


def _is_feed_forward(name):
    inside = name.endswith("output.dense.weight") and "attention" not in name
    return inside or "intermediate" in name


@pytest.mark.parametrize("kind", ["tiny", "tiny_mpnet", "tiny_terms"])
def test_training_goes_on_from_an_exported_reader(kind, data, tmp_path, request, tiny_graphs):
    import torch
    from safetensors.torch import save_file

    from training import export, restore

    folder, exported = tmp_path / "trained", tmp_path / "exported"
    shutil.copytree(request.getfixturevalue(kind), folder)
    trained = {name: t + 0.02 * torch.randn(t.shape) for name, t in weights(folder).items()}
    for name in trained:
        if _is_feed_forward(name):  # so large that its order matters
            trained[name] *= 8
    save_file(trained, folder / "model.safetensors", {"format": "pt"})
    export.export_reader(folder, exported, name="tiny", news=data["news"])
    assert restore.main([str(exported), str(folder), str(tmp_path / "again")]) == 0
    before, after = weights(folder), weights(tmp_path / "again")
    assert before.keys() == after.keys()
    for name in after:
        found, expected = (values[name].float().numpy() for values in (after, before))
        step = 2e-3
        if _is_feed_forward(name):  # in another order
            found, expected = (numpy.sort(values, axis=None) for values in (found, expected))
            step *= 8
        assert found == pytest.approx(expected, abs=step), name
    terms = kind == "tiny_terms"
    model = OnnxModel(exported)
    restored = torch_logits(tmp_path / "again", model, terms=terms)
    for one, other in zip(restored, torch_logits(folder, model, terms=terms), strict=True):
        assert numpy.abs(one - other).mean() < 0.03


def test_only_an_exported_reader_is_restored(tiny, tmp_path, capsys):
    from training import restore

    assert restore.main([str(tiny), str(tiny), str(tmp_path / "a")]) == 1
    encoder = MODELS / "encoder"
    assert restore.main([str(encoder), str(tiny), str(tmp_path / "b")]) == 1
    assert restore.main([str(encoder), str(tmp_path), str(tmp_path / "c")]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line.startswith("error: ") for line in lines] == [True] * 3
    assert "no model.onnx" in lines[0]
    assert "no int8 products" in lines[1]


# Scores


def test_a_checkpoint_and_its_export_score_alike(tiny, data, tmp_path, float32, tiny_graphs):
    from training import export
    from training.validate import answered

    export.export_reader(tiny, tmp_path, name="tiny", news=data["news"])
    ours, theirs = (answered(folder, data["squad"])[0] for folder in (tmp_path, tiny))
    assert len(ours) == 30
    for mine, other in zip(ours, theirs, strict=True):
        assert (mine.text, mine.gold) == (other.text, other.gold)
        assert mine.margin == pytest.approx(other.margin, abs=0.05)
    assert len(answered(tiny, data["squad"], 7)[0]) == 7


def test_a_shipped_reader_is_scored_as_it_answers(data, monkeypatch):
    from askvisit.evaluation.questions import Models
    from training import validate

    models = Models(WordCounts(), SharedWords(), calibration())
    monkeypatch.setattr(validate.Models, "load", lambda name: {"fast": models}[name])
    context = "Nora planted trees in Lund. Nobody saw the harbour of Oslo burn on Monday."
    asked = [
        (validate.SquadQuestion("q", "Who saw Oslo burn?", ((0, "Nobody"),)), context),
        (validate.SquadQuestion("n", "Which bridge fell?", ()), context),
    ]
    first, second = validate.shipped_predictions(asked, "fast")
    assert first.text in ("saw", "Oslo", "burn")
    assert first.gold == ("Nobody",)
    assert first.margin == pytest.approx(1 / (1 + math.exp(-2.5)))
    assert second.margin < 0.5
    assert (second.text, second.gold) == ("", ())
    assert validate.main(["fast", str(data["squad"]), "--questions", "5"]) == 0


def test_an_answer_is_the_best_span_of_all_parts_of_its_context(tiny):
    import numpy

    from training.features import load_tokenizer
    from training.squad import SquadQuestion
    from training.validate import LONGEST_TEXT, predictions

    tokenizer = load_tokenizer(tiny)
    context = "red " * LONGEST_TEXT + "Lund " + "red " * 20
    lund = tokenizer.encode("Lund", add_special_tokens=False).ids[0]
    asked = [
        (SquadQuestion("q", "Where?", ((0, "red"),)), context),
        (SquadQuestion("n", "Who?", ()), "red"),
    ]

    def forward(rows):
        for _, text in rows:
            found = numpy.array([1.0, *(4.0 if number == lund else 0.0 for number in text)])
            yield found, found

    first, second = predictions(asked, tokenizer, forward)
    assert (first.text, first.margin, first.gold) == ("Lund", 6.0, ("red",))
    assert (second.text, second.margin, second.gold) == ("red", -2.0, ())


# Fits


def test_the_shipped_fits_ask_editions_and_pages(data, tmp_path, monkeypatch, capsys):
    from askvisit.calibration import Calibration
    from training import calibrate
    from training.pages import sampled

    pages = calibrate.edition_pages(data["news"])
    assert {page.article for page in pages} == {f"s{n}" for n in range(10)}
    first = pages[0].questions[0]
    assert pages[0].text[first.starts[0] :].startswith("Lund")
    assert [q.several for q in pages[0].questions] == [False, False, False, True, False]
    some = sampled(pages[:4], 9, seed=0)
    samples = list(calibrate.ask(some, "news", [SharedWords()], WordCounts()))
    assert len(samples) == 9 + 2
    for (sample,) in samples:
        assert sample.source == "news"
        assert sample.answerable >= bool(sample.gold)
        assert not (sample.far and sample.answerable)
    monkeypatch.setattr(calibrate.encoders, "load", WordCounts)
    monkeypatch.setattr(calibrate.readers, "load", lambda *_: SharedWords())
    out = tmp_path / "calibration.json"
    out.write_text('{"another": {"rank": {}}}')
    arguments = ["--editions", str(data["news"]), "--pages", str(_towns(tmp_path))]
    assert calibrate.main([*arguments, "--out", str(out)]) == 0
    fitted = json.loads(out.read_text())
    assert list(fitted) == ["another", SharedWords.name]
    ours = Calibration(reader=SharedWords.name, **fitted[SharedWords.name])
    assert ours.sha256 == SharedWords.sha256
    assert set(ours.rates["normal"]) == {"news", "encyclopedia"}
    assert "ranked_first" in capsys.readouterr().out
    assert calibrate.main([*arguments[:3], str(tmp_path / "none.json"), "--out", str(out)]) == 1
    assert capsys.readouterr().err.startswith("error: ")
    out.write_text("no fit")
    assert calibrate.main([*arguments, "--out", str(out)]) == 1
    assert "calibration.json is no calibration file" in capsys.readouterr().err
    assert out.read_text() == "no fit"


def test_kept_samples_are_fitted_again_without_reading(data, tmp_path, monkeypatch, capsys):
    from training import calibrate

    reader = SharedWords()
    monkeypatch.setattr(calibrate.encoders, "load", WordCounts)
    monkeypatch.setattr(calibrate.readers, "load", lambda *_: reader)
    arguments = ["--editions", str(data["news"]), "--pages", str(_towns(tmp_path))]
    arguments += ["--samples", str(tmp_path / "samples")]
    assert calibrate.main(arguments) == 0
    printed = capsys.readouterr().out
    monkeypatch.setattr(reader, "read", None)
    assert calibrate.main(arguments) == 0
    assert capsys.readouterr().out == printed
    reader.sha256 = "another"
    with pytest.raises(TypeError):
        calibrate.main(arguments)


def test_broad_questions_need_their_essential_sentences_together(tmp_path):
    from training import calibrate

    text = "A Ferry\n\nIt ran aground. The mist was thick. Nobody saw the buoy. All were saved."
    edition = {"id": "f-a", "title": "A Ferry", "text": text, "questions": []}
    (tmp_path / "news.jsonl").write_text(json.dumps(edition) + "\n")
    ranges = [[0, 7], [9, 24], [25, 44], [45, 65], [66, 81]]
    line = {"article": "f-a", "question": "why", "kind": "why", "sentences": ranges}
    line |= {"essential": [2, 3], "useful": [1]}
    (tmp_path / "broad.jsonl").write_text(json.dumps(line) + "\n")
    pages = calibrate.broad_pages(tmp_path / "broad.jsonl", tmp_path / "news.jsonl")
    ((sample,),) = calibrate.ask(pages, "broad", [SharedWords()], WordCounts())
    assert (sample.source, sample.article, sample.needed) == ("broad", "f", 2)
    assert {sample.spans[n].sentence.text for n in sample.gold} == {
        "The mist was thick.",
        "Nobody saw the buoy.",
    }
    assert [sample.spans[n].sentence.text for n in sample.useful] == ["It ran aground."]


def test_questions_are_asked_among_many_articles_with_and_without_their_own(data):
    from training import calibrate

    pages = calibrate.edition_pages(data["news"])
    asked = calibrate.ask_among(pages[:8], pages[8::2], [SharedWords()], WordCounts(), 99)
    samples = [sample for (sample,) in asked]
    assert {sample.source for sample in samples} == {"among"}
    assert all(sample.evidence.searched > 1 for sample in samples)
    present = [sample for sample in samples if sample.answerable]
    assert any(sample.gold for sample in present)
    for sample in present:  # of its own article, whichever edition
        assert len({sample.spans[n].sentence.article_id for n in sample.gold}) <= 1
    texts = [sample.question for sample in samples]
    without = [
        sample for sample in samples if not sample.answerable and texts.count(sample.question) > 1
    ]
    assert without
    assert not any(sample.gold for sample in without)
    timed = [sample for sample in present if sample.evidence.period is not None]
    assert timed
    assert len(timed) < len(present)


def _towns(folder: Path) -> Path:
    """Two documents of six paragraphs, so that there are pages and far questions."""
    halves = [
        type(SQUAD)(f"Half {n}", tuple(SQUAD.paragraphs[4 * n : 4 * n + 6])) for n in range(2)
    ]
    path = folder / "towns.json"
    path.write_text(json.dumps(squad_json(halves)))
    return path
